//! The command line: a library that is handed a registry of stages.
