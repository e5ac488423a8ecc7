//! What an optimizer remembers from step to step.

use tch::{Kind, Tensor};

use super::Optimizer;

/// Everything an optimizer needs to go on as if it had not stopped.
#[derive(Debug)]
pub struct OptimizerState {
    /// Steps taken.
    pub steps: u64,
    /// The moments by name, each a copy of shape `[N]`; which there are depends on the rule.
    pub tensors: Vec<(&'static str, Tensor)>,
}

/// A state that is not of this optimizer.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The moments are those of another rule.
    #[error("the optimizer has moments [{}], but the state has [{}]", .expected.join(", "), .found.join(", "))]
    OtherMoments {
        /// The moments of the optimizer.
        expected: Vec<&'static str>,
        /// Those of the state.
        found: Vec<&'static str>,
    },
    /// A moment does not fit the parameters.
    #[error(
        "moment `{name}` is {found_kind:?} of shape {found:?}, but the parameters are {expected_kind:?} of shape {expected:?}"
    )]
    OtherShape {
        /// The moment.
        name: &'static str,
        /// Shape of the parameters.
        expected: Vec<i64>,
        /// Kind of the parameters.
        expected_kind: Kind,
        /// Shape of the moment.
        found: Vec<i64>,
        /// Kind of the moment.
        found_kind: Kind,
    },
}

impl Optimizer {
    /// A copy of what it remembers, on its device.
    pub fn state(&self) -> OptimizerState {
        let tensors = self.moments.iter().map(|(name, moment)| (*name, moment.copy())).collect();
        OptimizerState { steps: self.steps, tensors }
    }

    /// Goes on from a state, which may lie on another device.
    ///
    /// # Errors
    /// [`StateError`] if the state is of another rule or of parameters of another size; the
    /// optimizer is then as before.
    pub fn restore(&mut self, state: OptimizerState) -> Result<(), StateError> {
        let names = |moments: &[(&'static str, Tensor)]| -> Vec<&'static str> {
            moments.iter().map(|(name, _)| *name).collect()
        };
        let (expected, found) = (names(&self.moments), names(&state.tensors));
        if expected != found {
            return Err(StateError::OtherMoments { expected, found });
        }
        for ((name, own), (_, other)) in self.moments.iter().zip(&state.tensors) {
            if own.size() != other.size() || own.kind() != other.kind() {
                return Err(StateError::OtherShape {
                    name,
                    expected: own.size(),
                    expected_kind: own.kind(),
                    found: other.size(),
                    found_kind: other.kind(),
                });
            }
        }
        self.steps = state.steps;
        for ((_, own), (_, other)) in self.moments.iter_mut().zip(state.tensors) {
            tch::no_grad(|| own.copy_(&other));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use stages_train::{OptimizerParams, RAdamParams, SgdParams};

    use super::*;

    fn steps(optimizer: &mut Optimizer, x: &Tensor, numbers: std::ops::Range<u32>) {
        for number in numbers {
            (x.square() * f64::from(number + 1)).sum(None::<Kind>).backward();
            optimizer.step(x, 0.01);
        }
    }

    fn start() -> Tensor {
        Tensor::from_slice(&[3f32, -2.0, 0.5]).set_requires_grad(true)
    }

    #[test]
    fn a_restored_optimizer_goes_on_as_if_it_had_not_stopped() {
        let rules = [
            OptimizerParams::default(),
            OptimizerParams::RAdam(RAdamParams::default()),
            OptimizerParams::Sgd(SgdParams::default()),
            OptimizerParams::Sgd(SgdParams { momentum: 0.0, ..SgdParams::default() }),
        ];
        for rule in rules {
            let x = start();
            let mut whole = Optimizer::new(&rule, &x);
            steps(&mut whole, &x, 0..4);
            let state = whole.state();
            assert_eq!(state.steps, 4);
            let y = x.detach().copy().set_requires_grad(true);
            steps(&mut whole, &x, 4..9);
            let mut resumed = Optimizer::new(&rule, &y);
            resumed.restore(state).unwrap();
            steps(&mut resumed, &y, 4..9);
            assert_eq!(x, y, "{rule:?}");
        }
    }

    #[test]
    fn a_state_is_a_copy() {
        let x = start();
        let mut optimizer = Optimizer::new(&OptimizerParams::default(), &x);
        steps(&mut optimizer, &x, 0..1);
        let state = optimizer.state();
        let names: Vec<&str> = state.tensors.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["first", "second"]);
        let before = state.tensors[0].1.copy();
        // The gradient of x^2 and the penalty, a tenth of it: 0.1 (2 + 1e-5) * 3.
        assert!((before.double_value(&[0]) - 0.600_003).abs() < 1e-6);
        steps(&mut optimizer, &x, 1..3);
        assert_eq!(state.tensors[0].1, before);
    }

    #[test]
    fn refuses_the_state_of_another_rule_or_size() {
        let x = start();
        let mut adam = Optimizer::new(&OptimizerParams::default(), &x);
        let sgd = Optimizer::new(&OptimizerParams::Sgd(SgdParams::default()), &x);
        let error = adam.restore(sgd.state()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the optimizer has moments [first, second], but the state has [momentum]"
        );
        let two = Tensor::from_slice(&[1f32, 2.0]);
        let other = Optimizer::new(&OptimizerParams::default(), &two);
        let error = adam.restore(other.state()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "moment `first` is Float of shape [2], but the parameters are Float of shape [3]"
        );
        assert_eq!(adam.state().steps, 0);
    }
}
