//! Where every weight and statistic of the network lies in its two flat buffers.

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

/// The names and shapes of a UNet's parameters and batch-norm statistics, in the order in which
/// the forward pass uses them.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Trained tensors.
    pub parameters: Vec<Slot>,
    /// Batch-norm running means and variances.
    pub statistics: Vec<Slot>,
}

impl Layout {
    /// The five-level UNet of the published method.
    ///
    /// `widths` are the channels per level, full resolution first; `classes` counts background.
    /// With widths 16 to 256 there are 2 160 180 parameters for 4 classes and 2 160 146 for 2.
    pub fn unet(widths: [u32; 5], classes: u32) -> Self {
        let mut layout = Self { parameters: Vec::new(), statistics: Vec::new() };
        let w = widths.map(i64::from);
        let mut input = 1;
        for (level, width) in w.iter().enumerate() {
            layout.double_convolution(&format!("Conv{}", level + 1), input, *width);
            input = *width;
        }
        for level in (1..w.len()).rev() {
            let (below, here) = (w[level], w[level - 1]);
            // `up.0` is the parameter-free upsampling.
            layout.convolution_and_norm(&format!("Up{}.up", level + 1), 1, below, here);
            layout.double_convolution(&format!("Up_conv{}", level + 1), 2 * here, here);
        }
        let (inputs, outputs) = (w[0], i64::from(classes));
        let bound = uniform_bound(inputs);
        layout.parameter("DeConv_1x1.weight", &[outputs, inputs, 1, 1], bound);
        layout.parameter("DeConv_1x1.bias", &[outputs], bound);
        layout
    }

    /// Number of trained values.
    pub fn parameter_count(&self) -> i64 {
        self.parameters.iter().map(Slot::len).sum()
    }

    /// Number of batch-norm statistics.
    pub fn statistic_count(&self) -> i64 {
        self.statistics.iter().map(Slot::len).sum()
    }

    fn double_convolution(&mut self, name: &str, inputs: i64, outputs: i64) {
        // Positions 2 and 5 of the block are its activations.
        self.convolution_and_norm(&format!("{name}.conv"), 0, inputs, outputs);
        self.convolution_and_norm(&format!("{name}.conv"), 3, outputs, outputs);
    }

    fn convolution_and_norm(&mut self, name: &str, position: u32, inputs: i64, outputs: i64) {
        let norm = position + 1;
        self.parameter(
            &format!("{name}.{position}.weight"),
            &[outputs, inputs, 3, 3],
            uniform_bound(inputs * 9),
        );
        let constant = ParameterKind::Constant;
        self.parameter(&format!("{name}.{norm}.weight"), &[outputs], constant(1.0));
        self.parameter(&format!("{name}.{norm}.bias"), &[outputs], constant(0.0));
        self.statistic(&format!("{name}.{norm}.running_mean"), outputs, constant(0.0));
        self.statistic(&format!("{name}.{norm}.running_var"), outputs, constant(1.0));
    }

    fn parameter(&mut self, name: &str, shape: &[i64], kind: ParameterKind) {
        self.parameters.push(Slot { name: name.to_owned(), shape: shape.to_vec(), kind });
    }

    fn statistic(&mut self, name: &str, channels: i64, kind: ParameterKind) {
        self.statistics.push(Slot { name: name.to_owned(), shape: vec![channels], kind });
    }
}

/// PyTorch's default for convolutions, Kaiming-uniform with a = sqrt(5), is a bound of
/// `1 / sqrt(fan_in)` for weights and biases alike.
fn uniform_bound(fan_in: i64) -> ParameterKind {
    ParameterKind::Uniform { bound: 1.0 / (fan_in as f64).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_published_number_of_parameters() {
        let widths = [16, 32, 64, 128, 256];
        assert_eq!(Layout::unet(widths, 4).parameter_count(), 2_160_180);
        assert_eq!(Layout::unet(widths, 2).parameter_count(), 2_160_146);
        let double = Layout::unet([32, 64, 128, 256, 512], 4);
        assert_eq!(double.parameter_count(), 8_633_444);
    }

    #[test]
    fn bounds_depend_on_the_inputs_of_a_pixel() {
        let layout = Layout::unet([16, 32, 64, 128, 256], 4);
        let bound = |name: &str| {
            let slot = layout.parameters.iter().find(|slot| slot.name == name).unwrap();
            match slot.kind {
                ParameterKind::Uniform { bound } => bound,
                ParameterKind::Constant(_) => panic!("{name} is constant"),
            }
        };
        // One input channel times nine taps, then 16 channels times nine, then 16 times one.
        assert_eq!(bound("Conv1.conv.0.weight"), 1.0 / 3.0);
        assert_eq!(bound("Conv1.conv.3.weight"), 1.0 / 12.0);
        assert_eq!(bound("DeConv_1x1.weight"), 0.25);
        assert_eq!(bound("DeConv_1x1.bias"), 0.25);
        // The concatenation doubles the channels: 2 * 128 * 9 = 48^2.
        assert_eq!(bound("Up_conv5.conv.0.weight"), 1.0 / 48.0);
    }

    #[test]
    fn names_are_unique_and_every_norm_has_statistics() {
        let layout = Layout::unet([4, 4, 4, 4, 4], 3);
        let mut names: Vec<&str> = layout
            .parameters
            .iter()
            .chain(&layout.statistics)
            .map(|slot| slot.name.as_str())
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        // 5 + 4 double convolutions and 4 upsampling convolutions: 22 norms, two statistics each.
        assert_eq!(layout.statistics.len(), 44);
    }
}
