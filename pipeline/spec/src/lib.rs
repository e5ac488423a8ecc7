//! Experiment files: YAML to plain data, with good errors.
