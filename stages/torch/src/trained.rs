//! Values that are trained: flat buffers with their optimizer.

use pipeline_engine::StageError;
use stages_train::OptimizerParams;
use tch::Tensor;

use crate::optimizer::Optimizer;
use crate::state::State;

/// The flat buffers of a network or of a part that a term trains beside it, with their optimizer.
pub struct Trained {
    parameters: Tensor,
    statistics: Tensor,
    optimizer: Optimizer,
}

impl Trained {
    /// Trains these buffers in place.
    ///
    /// # Shapes
    /// `parameters`: `[N]`, f32, a leaf that collects gradients; `statistics`: `[M]`, f32.
    pub fn new(params: &OptimizerParams, parameters: &Tensor, statistics: &Tensor) -> Self {
        Self {
            optimizer: Optimizer::new(params, parameters),
            parameters: parameters.shallow_clone(),
            statistics: statistics.shallow_clone(),
        }
    }

    /// Moves the parameters along their gradient and clears it.
    pub fn step(&mut self, learning_rate: f64) {
        self.optimizer.step(&self.parameters, learning_rate);
    }

    /// Whether every parameter is a finite number.
    pub fn is_finite(&self) -> bool {
        // A sum is finite only if all its terms are, unless it overflows, which is no better.
        self.parameters.detach().sum(tch::Kind::Float).double_value(&[]).is_finite()
    }

    /// Puts everything needed to go on into a state, under names that begin with `prefix`.
    pub fn save(&self, prefix: &str, state: &mut State) {
        state.put(format!("{prefix}.parameters"), &self.parameters);
        state.put(format!("{prefix}.statistics"), &self.statistics);
        let optimizer = self.optimizer.state();
        state.count(format!("{prefix}.steps"), optimizer.steps);
        for (name, tensor) in optimizer.tensors {
            state.put(format!("{prefix}.{name}"), &tensor);
        }
    }

    /// Goes on from a state.
    pub fn load(&mut self, prefix: &str, state: &State) -> Result<(), StageError> {
        state.take(&format!("{prefix}.parameters"), &self.parameters)?;
        state.take(&format!("{prefix}.statistics"), &self.statistics)?;
        let mut optimizer = self.optimizer.state();
        optimizer.steps = state.counted(&format!("{prefix}.steps"))?;
        for (name, tensor) in &optimizer.tensors {
            state.take(&format!("{prefix}.{name}"), tensor)?;
        }
        self.optimizer.restore(optimizer).map_err(StageError::new)
    }
}
