//! Cases to labelled, unlabelled, validation and test.
