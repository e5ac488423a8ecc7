//! Adam over one flat buffer.

use stages_train::{AdamParams, OptimizerParams};
use tch::Tensor;

/// The state of an optimizer.
pub struct OptimizerState {
    /// Steps taken.
    pub steps: u64,
    /// Its buffers by name.
    pub tensors: Vec<(&'static str, Tensor)>,
}

/// An optimizer over one flat buffer.
pub struct Optimizer(Adam);

impl Optimizer {
    /// An optimizer for one tensor of trained values.
    pub fn new(params: &OptimizerParams, parameters: &Tensor) -> Self {
        let OptimizerParams::Adam(params) = params;
        Self(Adam::new(params, parameters))
    }

    /// Moves the parameters along their gradient and clears it.
    pub fn step(&mut self, parameters: &Tensor, learning_rate: f64) {
        self.0.step(parameters, learning_rate);
    }

    /// Its state.
    pub fn state(&self) -> OptimizerState {
        let tensors = vec![
            ("first", self.0.first.shallow_clone()),
            ("second", self.0.second.shallow_clone()),
        ];
        OptimizerState { steps: self.0.steps as u64, tensors }
    }

    /// Goes on from a state.
    pub fn restore(&mut self, state: OptimizerState) {
        self.0.steps = state.steps as i32;
    }
}

/// Adam with bias correction; the L2 penalty is added to the gradient, as in PyTorch's `Adam`.
///
/// The moments are plain tensors of the shape of the parameters.
pub struct Adam {
    params: AdamParams,
    first: Tensor,
    second: Tensor,
    steps: i32,
}

impl Adam {
    /// An optimizer for one tensor of trained values.
    pub fn new(params: &AdamParams, parameters: &Tensor) -> Self {
        Self {
            params: params.clone(),
            first: parameters.zeros_like().detach(),
            second: parameters.zeros_like().detach(),
            steps: 0,
        }
    }

    /// Moves the parameters along their gradient and clears it.
    ///
    /// # Shapes
    /// `parameters`: `[N]`, f32, a leaf with a gradient.
    pub fn step(&mut self, parameters: &Tensor, learning_rate: f64) {
        tch::no_grad(|| {
            let mut parameters = parameters.shallow_clone();
            let gradient = parameters.grad() + self.params.weight_decay * &parameters;
            let [beta1, beta2] = self.params.betas;
            self.steps += 1;
            let correction1 = 1.0 - beta1.powi(self.steps);
            let correction2 = 1.0 - beta2.powi(self.steps);
            self.first *= beta1;
            self.first += &gradient * (1.0 - beta1);
            self.second *= beta2;
            self.second += gradient.square() * (1.0 - beta2);
            let scale = (&self.second / correction2).sqrt_() + self.params.eps;
            parameters -= (&self.first / scale) * (learning_rate / correction1);
            parameters.zero_grad();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// f(x) = 3 x, so the gradient is 3 everywhere.
    fn step_once(params: &AdamParams, start: f64, steps: u32) -> f64 {
        let x = Tensor::from_slice(&[start]).set_requires_grad(true);
        let mut adam = Adam::new(params, &x);
        for _ in 0..steps {
            (&x * 3.0).sum(None).backward();
            adam.step(&x, 0.1);
        }
        x.double_value(&[0])
    }

    #[test]
    fn the_first_step_is_the_learning_rate_whatever_the_gradient() {
        // Bias correction makes the first ratio g / |g| = 1.
        let params = AdamParams { weight_decay: 0.0, ..AdamParams::default() };
        assert!((step_once(&params, 5.0, 1) - 4.9).abs() < 1e-8);
        // A constant gradient keeps both corrected moments constant.
        assert!((step_once(&params, 5.0, 3) - 4.7).abs() < 1e-7);
    }

    #[test]
    fn weight_decay_is_part_of_the_gradient() {
        // The gradient is 3 + 0.5 * (-6) = 0 at -6: nothing moves.
        let params = AdamParams { weight_decay: 0.5, ..AdamParams::default() };
        assert_eq!(step_once(&params, -6.0, 1), -6.0);
    }

    #[test]
    fn moments_follow_their_recurrence() {
        // Gradients 2 then -1 with betas 0.5 and 0.25, eps 0, no decay, learning rate 1:
        // m = 1, v = 3, step 1: 1 / 0.5 / sqrt(3 / 0.75) = 1;
        // m = 0.5 - 0.5 = 0, step 2: 0. So 10 becomes 9 and stays.
        let params = AdamParams { betas: [0.5, 0.25], eps: 0.0, weight_decay: 0.0 };
        let x = Tensor::from_slice(&[10f64]).set_requires_grad(true);
        let mut adam = Adam::new(&params, &x);
        for slope in [2.0, -1.0] {
            (&x * slope).sum(None).backward();
            adam.step(&x, 1.0);
            assert!((x.double_value(&[0]) - 9.0).abs() < 1e-12);
        }
    }
}
