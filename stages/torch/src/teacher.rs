//! The running mean of a network's weights.

use pipeline_engine::StageError;
use stages_train::{TeacherParams, TeacherStatistics};
use tch::{Device, Tensor};

use crate::network::{Design, Network};
use crate::state::State;

/// A network whose weights follow those of the trained one.
///
/// # Source
/// Mean teacher (Tarvainen and Valpola, 2017), with the decay of the authors' code:
/// `min(1 - 1/(k + 1), decay)` at the k-th update, so that the first update takes over half.
pub struct Teacher {
    network: Network,
    params: TeacherParams,
    updates: u64,
}

impl Teacher {
    /// Starts as a copy of what is evaluated of the student.
    pub fn of(student: &Network, params: &TeacherParams, device: Device) -> Self {
        let design: Design = student.design().evaluated();
        let layout = design.layout();
        let flat = |buffer: &Tensor, count: i64| {
            Vec::<f32>::try_from(buffer.detach().narrow(0, 0, count).to_device(Device::Cpu))
                .expect("the buffers are flat f32")
        };
        let parameters = flat(student.parameters(), layout.parameter_count());
        let statistics = flat(student.statistics(), layout.statistic_count());
        let network =
            Network::from_values(design, &parameters, &statistics, student.numerics(), device);
        Self { network, params: params.clone(), updates: 0 }
    }

    /// The network to predict with.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Moves towards the student, after the student has moved.
    pub fn follow(&mut self, student: &Network) {
        self.updates += 1;
        let decay = (1.0 - 1.0 / (self.updates as f64 + 1.0)).min(self.params.decay);
        follow(self.network.parameters(), student.parameters(), decay, self.params.shrink);
        if self.params.statistics == TeacherStatistics::Averaged {
            follow(self.network.statistics(), student.statistics(), decay, 0.0);
        }
    }

    /// Puts everything needed to go on into a state.
    pub fn save(&self, state: &mut State) {
        state.put("teacher.parameters".to_owned(), self.network.parameters());
        state.put("teacher.statistics".to_owned(), self.network.statistics());
        state.count("teacher.updates".to_owned(), self.updates);
    }

    /// Goes on from a state.
    pub fn load(&mut self, state: &State) -> Result<(), StageError> {
        state.take("teacher.parameters", self.network.parameters())?;
        state.take("teacher.statistics", self.network.statistics())?;
        self.updates = state.counted("teacher.updates")?;
        Ok(())
    }
}

fn follow(teacher: &Tensor, student: &Tensor, decay: f64, shrink: f64) {
    tch::no_grad(|| {
        let mut teacher = teacher.detach();
        let student = student.detach().narrow(0, 0, teacher.size()[0]);
        teacher *= decay * (1.0 - shrink);
        teacher += student * ((1.0 - decay) * (1.0 - shrink));
    });
}
