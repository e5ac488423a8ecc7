//! What a stage reads and writes, by name and artifact kind.

use std::borrow::Cow;

/// The name of a port or of an artifact kind: fixed for most stages, chosen by the user for some.
pub type Name = Cow<'static, str>;

/// How many artifacts an input takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arity {
    /// Exactly one.
    One,
    /// One or none.
    Optional,
    /// One per combination of the matrix variables upstream, gathered; at least one.
    Many,
    /// The same, or none where nothing produces the kind.
    Any,
}

impl Arity {
    /// Whether it gathers, so that what reads it is told the coordinates of every artifact.
    pub fn gathers(self) -> bool {
        matches!(self, Self::Many | Self::Any)
    }

    /// Whether it may stay unconnected.
    pub fn may_be_empty(self) -> bool {
        matches!(self, Self::Optional | Self::Any)
    }
}

/// A named input of one artifact kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputPort {
    /// The name under `inputs:`.
    pub name: Name,
    /// The artifact kind it accepts, such as `cases`.
    pub kind: Name,
    /// How many it takes.
    pub arity: Arity,
}

/// A named output of one artifact kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputPort {
    /// The name others refer to as `node.name`.
    pub name: Name,
    /// The artifact kind it produces.
    pub kind: Name,
    /// Copy its files into the run's folder when the run ends.
    pub exported: bool,
    /// The folder below the run's folder that its files are copied into. Without one, files go
    /// into the run's folder itself, or into a folder named after the node where several outputs
    /// without a folder are exported.
    pub folder: Option<Name>,
    /// The text file in it that is printed at the end of a run.
    pub shown: Option<Name>,
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
    pub fn input(self, name: impl Into<Name>, kind: impl Into<Name>) -> Self {
        self.with_input(name, kind, Arity::One)
    }

    /// Adds an input that may stay unconnected.
    #[must_use]
    pub fn optional_input(self, name: impl Into<Name>, kind: impl Into<Name>) -> Self {
        self.with_input(name, kind, Arity::Optional)
    }

    /// Adds an input that gathers one artifact per upstream combination.
    #[must_use]
    pub fn many_input(self, name: impl Into<Name>, kind: impl Into<Name>) -> Self {
        self.with_input(name, kind, Arity::Many)
    }

    /// Adds an input that gathers what there is, which may be nothing.
    #[must_use]
    pub fn any_input(self, name: impl Into<Name>, kind: impl Into<Name>) -> Self {
        self.with_input(name, kind, Arity::Any)
    }

    /// Adds an input of this arity.
    #[must_use]
    pub fn with_input(
        mut self,
        name: impl Into<Name>,
        kind: impl Into<Name>,
        arity: Arity,
    ) -> Self {
        self.inputs.push(InputPort { name: name.into(), kind: kind.into(), arity });
        self
    }

    /// Adds an output.
    #[must_use]
    pub fn output(self, name: impl Into<Name>, kind: impl Into<Name>) -> Self {
        self.with_output(OutputPort::new(name, kind))
    }

    /// Adds an output whose files are copied into the run's folder.
    #[must_use]
    pub fn exported_output(self, name: impl Into<Name>, kind: impl Into<Name>) -> Self {
        self.with_output(OutputPort { exported: true, ..OutputPort::new(name, kind) })
    }

    /// Adds an output whose files are copied into this folder below the run's folder.
    #[must_use]
    pub fn exported_into(
        self,
        name: impl Into<Name>,
        kind: impl Into<Name>,
        folder: impl Into<Name>,
    ) -> Self {
        let folder = Some(folder.into());
        self.with_output(OutputPort { exported: true, folder, ..OutputPort::new(name, kind) })
    }

    /// Adds an exported output one of whose text files is printed at the end of a run.
    #[must_use]
    pub fn shown_output(
        self,
        name: impl Into<Name>,
        kind: impl Into<Name>,
        file: impl Into<Name>,
    ) -> Self {
        let shown = Some(file.into());
        self.with_output(OutputPort { exported: true, shown, ..OutputPort::new(name, kind) })
    }

    /// Adds an output as it is given.
    #[must_use]
    pub fn with_output(mut self, port: OutputPort) -> Self {
        self.outputs.push(port);
        self
    }
}

impl OutputPort {
    /// An output that stays in the store.
    pub fn new(name: impl Into<Name>, kind: impl Into<Name>) -> Self {
        Self { name: name.into(), kind: kind.into(), exported: false, folder: None, shown: None }
    }
}
