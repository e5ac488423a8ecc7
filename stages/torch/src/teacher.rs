//! The running mean of a network's weights.

use pipeline_engine::StageError;
use stages_train::{TeacherParams, TeacherStatistics};
use tch::{Device, Tensor};

use crate::checkpoint::Snapshot;
use crate::ema::{decay_at, follow};
use crate::network::Network;
use crate::state::State;

/// A network whose weights follow those of the trained one.
///
/// # Source
/// Mean teacher (Tarvainen and Valpola, 2017).
pub struct Teacher {
    network: Network,
    params: TeacherParams,
    updates: u64,
}

impl Teacher {
    /// Starts as a copy of what is evaluated of the student.
    pub fn of(student: &Network, params: &TeacherParams, device: Device) -> Self {
        let design = student.design().evaluated();
        let network = Snapshot::of(student, 0).network(design, student.numerics(), device);
        Self { network, params: params.clone(), updates: 0 }
    }

    /// The network to predict with.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Moves towards the student, after the student has moved.
    pub fn follow(&mut self, student: &Network) {
        let decay = decay_at(self.updates, self.params.decay);
        self.updates += 1;
        let follow = |teacher: &Tensor, student: &Tensor, shrink: f64| {
            let (teacher, student) = (teacher.detach(), student.detach());
            follow(&teacher, &student.narrow(0, 0, teacher.size()[0]), decay, shrink);
        };
        follow(self.network.parameters(), student.parameters(), 1.0 - self.params.shrink);
        if self.params.statistics == TeacherStatistics::Averaged {
            follow(self.network.statistics(), student.statistics(), 1.0);
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
