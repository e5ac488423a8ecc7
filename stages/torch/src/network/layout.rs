//! Where every weight and statistic of a network lies in its two flat buffers.

use std::collections::BTreeMap;
use std::ops::Range;

/// How a parameter is drawn at the start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ParameterKind {
    /// Uniform within plus or minus this bound: convolution weights and biases.
    Uniform {
        /// `1 / sqrt(fan_in)`.
        bound: f64,
    },
    /// The same value everywhere: batch-norm scales (1) and shifts (0).
    Constant(f32),
}

/// One named tensor inside a flat buffer.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// The name in checkpoints, such as `Conv1.conv.0.weight`.
    pub name: String,
    /// Its shape.
    pub shape: Vec<i64>,
    /// How it starts.
    pub kind: ParameterKind,
}

impl Slot {
    /// Number of elements.
    pub fn len(&self) -> i64 {
        self.shape.iter().product()
    }

    /// Whether it has no elements; never true for a slot of a real network.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A piece of a network that is computed on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// From the image to the features of every level.
    Encoder,
    /// From these features to class scores; number 0 is the main one.
    Decoder(u32),
    /// Class scores from the main decoder's feature with this number, deepest first.
    ScaleHead(u32),
    /// The cluster head with this number.
    ClusterHead(u32),
}

/// Which tensors belong to a part.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Span {
    pub(super) parameters: Range<usize>,
    pub(super) statistics: Range<usize>,
}

/// The names and shapes of a network's parameters and batch-norm statistics, in the order in which
/// its parts use them. The encoder and the main decoder, which are what is evaluated, come first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// Trained tensors.
    pub parameters: Vec<Slot>,
    /// Batch-norm running means and variances.
    pub statistics: Vec<Slot>,
    parts: BTreeMap<Part, Span>,
}

impl Layout {
    /// Number of trained values.
    pub fn parameter_count(&self) -> i64 {
        self.parameters.iter().map(Slot::len).sum()
    }

    /// Number of batch-norm statistics.
    pub fn statistic_count(&self) -> i64 {
        self.statistics.iter().map(Slot::len).sum()
    }

    /// The names of the batch norms, without their last word.
    pub fn norms(&self) -> impl Iterator<Item = &str> {
        self.statistics.iter().filter_map(|slot| slot.name.strip_suffix(".running_mean"))
    }

    /// Adds a part; what `fill` adds to the layout belongs to it.
    pub(super) fn part(&mut self, part: Part, fill: impl FnOnce(&mut Self)) {
        let (parameters, statistics) = (self.parameters.len(), self.statistics.len());
        fill(self);
        let span = Span {
            parameters: parameters..self.parameters.len(),
            statistics: statistics..self.statistics.len(),
        };
        assert!(self.parts.insert(part, span).is_none(), "every part is laid out once");
    }

    pub(super) fn span(&self, part: Part) -> Span {
        self.parts.get(&part).cloned().unwrap_or_else(|| panic!("the network has no {part:?}"))
    }

    /// A square convolution (or, with a 1 x 1 kernel, a map of every pixel).
    pub(super) fn convolution(&mut self, name: &str, inputs: i64, outputs: i64, kernel: i64) {
        self.parameter(
            &format!("{name}.weight"),
            &[outputs, inputs, kernel, kernel],
            uniform_bound(inputs * kernel * kernel),
        );
    }

    /// The bias of a convolution with this many input values per output.
    pub(super) fn bias(&mut self, name: &str, outputs: i64, fan_in: i64) {
        self.parameter(&format!("{name}.bias"), &[outputs], uniform_bound(fan_in));
    }

    pub(super) fn norm(&mut self, name: &str, channels: i64) {
        let constant = ParameterKind::Constant;
        self.parameter(&format!("{name}.weight"), &[channels], constant(1.0));
        self.parameter(&format!("{name}.bias"), &[channels], constant(0.0));
        self.statistic(&format!("{name}.running_mean"), channels, constant(0.0));
        self.statistic(&format!("{name}.running_var"), channels, constant(1.0));
    }

    pub(super) fn parameter(&mut self, name: &str, shape: &[i64], kind: ParameterKind) {
        self.parameters.push(Slot { name: name.to_owned(), shape: shape.to_vec(), kind });
    }

    fn statistic(&mut self, name: &str, channels: i64, kind: ParameterKind) {
        self.statistics.push(Slot { name: name.to_owned(), shape: vec![channels], kind });
    }
}

/// PyTorch's default for convolutions, Kaiming-uniform with a = sqrt(5), is a bound of
/// `1 / sqrt(fan_in)` for weights and biases alike.
pub(super) fn uniform_bound(fan_in: i64) -> ParameterKind {
    ParameterKind::Uniform { bound: 1.0 / (fan_in as f64).sqrt() }
}
