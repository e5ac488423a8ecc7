//! Values of a toy run, averaged and shown.
