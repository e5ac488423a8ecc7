//! A synthetic dataset in a real dataset's layout.
