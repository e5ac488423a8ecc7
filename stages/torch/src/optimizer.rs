//! The rules that turn gradients into steps, over one flat buffer of parameters.
//!
//! To add one, write its file under `optimizer/`, its parameters in `stages-train`, and its lines in
//! [`Optimizer::new`] and [`Optimizer::step_as`].

mod adam;
mod adamw;
mod radam;
mod sgd;
mod state;

use stages_train::OptimizerParams;
use tch::{Device, Kind, Tensor};

use crate::kernel::elementwise::{self, Elementwise};
use crate::kernel::team::threads;

pub use state::{OptimizerState, StateError};

/// How a step is computed. Both give the same values but for rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One pass over all buffers, on the CPU.
    Fused,
    /// A few operations on whole tensors, on any device.
    Tensors,
}

impl Form {
    /// The fastest form for a buffer of values.
    pub fn of(values: &Tensor) -> Self {
        let fused = values.device() == Device::Cpu && values.kind() == Kind::Float;
        if fused { Self::Fused } else { Self::Tensors }
    }
}

/// An optimizer of one flat tensor of parameters; its moments are tensors of the same size.
///
/// The rules are those of PyTorch, value for value, but for the order of roundings.
pub struct Optimizer {
    params: OptimizerParams,
    steps: u64,
    moments: Vec<(&'static str, Tensor)>,
}

impl Optimizer {
    /// An optimizer that has taken no step yet.
    ///
    /// # Shapes
    /// `parameters`: `[N]`.
    pub fn new(params: &OptimizerParams, parameters: &Tensor) -> Self {
        let names: &[&'static str] = match params {
            OptimizerParams::Adam(_) | OptimizerParams::AdamW(_) | OptimizerParams::RAdam(_) => {
                &["first", "second"]
            }
            OptimizerParams::Sgd(sgd) if sgd.momentum > 0.0 => &["momentum"],
            OptimizerParams::Sgd(_) => &[],
        };
        let zeros = || parameters.detach().zeros_like();
        let moments = names.iter().map(|name| (*name, zeros())).collect();
        Self { params: params.clone(), steps: 0, moments }
    }

    /// Moves the parameters along their gradient, and clears the gradient.
    ///
    /// # Shapes
    /// `parameters`: `[N]`, f32, a leaf with a gradient.
    pub fn step(&mut self, parameters: &Tensor, learning_rate: f64) {
        self.step_as(Form::of(parameters), parameters, learning_rate);
    }

    /// Does what [`Self::step`] does, in a form of the caller's choice.
    pub fn step_as(&mut self, form: Form, parameters: &Tensor, learning_rate: f64) {
        self.steps += 1;
        let buffers = Buffers { form, parameters, moments: &self.moments };
        tch::no_grad(|| match &self.params {
            OptimizerParams::Adam(adam) => {
                buffers.change(adam::Step::of_adam(adam, self.steps, learning_rate));
            }
            OptimizerParams::AdamW(adamw) => {
                buffers.change(adamw::step(adamw, self.steps, learning_rate));
            }
            OptimizerParams::RAdam(radam) => match radam::step(radam, self.steps, learning_rate) {
                radam::Step::Adapted(step) => buffers.change(step),
                radam::Step::Plain(step) => buffers.change(step),
            },
            OptimizerParams::Sgd(sgd) if sgd.momentum > 0.0 => {
                buffers.change(sgd::Step::new(sgd, learning_rate));
            }
            OptimizerParams::Sgd(sgd) => {
                buffers.change(sgd::PlainStep::new(sgd, learning_rate));
            }
        });
    }
}

/// One step of a rule, its constants worked out: what it does to the parameter, the gradient and
/// the moments, in this order. It leaves a gradient of zero.
trait Rule<const W: usize>: Elementwise<W, 0> {
    /// The same by operations on whole tensors, in place.
    fn apply_to_tensors(self, buffers: [Tensor; W]);
}

/// What a step works on.
struct Buffers<'a> {
    form: Form,
    parameters: &'a Tensor,
    moments: &'a [(&'static str, Tensor)],
}

impl Buffers<'_> {
    fn change<const W: usize>(&self, rule: impl Rule<W>) {
        let gradient = self.parameters.grad();
        let moments = self.moments.iter().map(|(_, moment)| moment.shallow_clone());
        let buffers: [Tensor; W] = [self.parameters.shallow_clone(), gradient]
            .into_iter()
            .chain(moments)
            .collect::<Vec<_>>()
            .try_into()
            .expect("the moments are those of the rule");
        match self.form {
            Form::Fused => elementwise::apply(rule, buffers.each_ref(), [], threads()),
            Form::Tensors => rule.apply_to_tensors(buffers),
        }
    }
}

#[cfg(test)]
mod trial;

#[cfg(test)]
mod tests {
    use stages_train::{AdamParams, AdamWParams, RAdamParams, SgdParams};

    use super::*;

    #[test]
    fn both_forms_agree_on_many_values() {
        let sgd = SgdParams::default();
        let rules = [
            OptimizerParams::Adam(AdamParams { weight_decay: 0.1, ..AdamParams::default() }),
            OptimizerParams::AdamW(AdamWParams::default()),
            OptimizerParams::RAdam(RAdamParams::default()),
            OptimizerParams::Sgd(SgdParams { nesterov: true, ..sgd.clone() }),
            OptimizerParams::Sgd(SgdParams { momentum: 0.0, ..sgd.clone() }),
            OptimizerParams::Sgd(sgd),
        ];
        // Enough for three threads, and not a multiple of anything.
        let places = Tensor::arange(200_003, (Kind::Float, Device::Cpu));
        for rule in rules {
            let [fused, tensors] = [Form::Fused, Form::Tensors].map(|form| {
                let x = (&places * 0.37).sin().set_requires_grad(true);
                let mut optimizer = Optimizer::new(&rule, &x);
                // Rectified Adam changes its rule with the sixth step.
                for step in 1..=8 {
                    let slopes = (&places * (0.11 * f64::from(step))).cos();
                    (&x * slopes).sum(None::<Kind>).backward();
                    optimizer.step_as(form, &x, 1e-3);
                }
                let mut values = vec![x.detach()];
                values.extend(optimizer.state().tensors.into_iter().map(|(_, tensor)| tensor));
                values
            });
            for (fused, tensors) in fused.iter().zip(&tensors) {
                let off = (fused - tensors).abs().max().double_value(&[]);
                let largest = tensors.abs().max().double_value(&[]);
                assert!(off <= 1e-6 * largest, "{rule:?}: {off} of {largest}");
            }
        }
    }

    #[test]
    fn values_of_other_kinds_are_not_fused() {
        let values = Tensor::zeros([3], (Kind::Double, Device::Cpu));
        assert_eq!(Form::of(&values), Form::Tensors);
        assert_eq!(Form::of(&values.to_kind(Kind::Float)), Form::Fused);
    }
}
