//! What a stage reads and writes, by name and artifact kind.

/// How many artifacts an input takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arity {
    /// Exactly one.
    One,
    /// One or none.
    Optional,
    /// One per combination of the matrix variables upstream, gathered; at least one.
    Many,
}

/// A named input of one artifact kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputPort {
    /// The name under `inputs:`.
    pub name: &'static str,
    /// The artifact kind it accepts, such as `cases`.
    pub kind: &'static str,
    /// How many it takes.
    pub arity: Arity,
}

/// A named output of one artifact kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputPort {
    /// The name others refer to as `node.name`.
    pub name: &'static str,
    /// The artifact kind it produces.
    pub kind: &'static str,
    /// Copy its files into the run's folder when the run ends.
    pub exported: bool,
    /// The text file in it that is printed at the end of a run.
    pub shown: Option<&'static str>,
}

/// The inputs and outputs of a stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ports {
    /// Inputs, in the order a person would read them.
    pub inputs: Vec<InputPort>,
    /// Outputs, the main one first.
    pub outputs: Vec<OutputPort>,
}

impl Ports {
    /// No ports yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an input that takes exactly one artifact.
    #[must_use]
    pub fn input(self, name: &'static str, kind: &'static str) -> Self {
        self.with_input(name, kind, Arity::One)
    }

    /// Adds an input that may stay unconnected.
    #[must_use]
    pub fn optional_input(self, name: &'static str, kind: &'static str) -> Self {
        self.with_input(name, kind, Arity::Optional)
    }

    /// Adds an input that gathers one artifact per upstream combination.
    #[must_use]
    pub fn many_input(self, name: &'static str, kind: &'static str) -> Self {
        self.with_input(name, kind, Arity::Many)
    }

    fn with_input(mut self, name: &'static str, kind: &'static str, arity: Arity) -> Self {
        self.inputs.push(InputPort { name, kind, arity });
        self
    }

    /// Adds an output.
    #[must_use]
    pub fn output(mut self, name: &'static str, kind: &'static str) -> Self {
        self.outputs.push(OutputPort { name, kind, exported: false, shown: None });
        self
    }

    /// Adds an output whose files are copied into the run's folder.
    #[must_use]
    pub fn exported_output(mut self, name: &'static str, kind: &'static str) -> Self {
        self.outputs.push(OutputPort { name, kind, exported: true, shown: None });
        self
    }

    /// Adds an exported output one of whose text files is printed at the end of a run.
    #[must_use]
    pub fn shown_output(
        mut self,
        name: &'static str,
        kind: &'static str,
        file: &'static str,
    ) -> Self {
        self.outputs.push(OutputPort { name, kind, exported: true, shown: Some(file) });
        self
    }
}
