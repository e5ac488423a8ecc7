//! The losses of a step, and their means over an epoch.

use pipeline_engine::StageError;
use tch::{Device, Kind, Tensor};

use crate::regularizer::Term;
use crate::step::Step;
use crate::weight::weight_at;

/// A supervised loss above this multiple of an undecided network's (`ln C`) means that training has
/// diverged: predictions are then wrong with odds of about `C^100`.
const DIVERGED: f64 = 100.0;

/// The losses of one step, all still on the device.
pub(crate) struct Losses {
    /// What is minimized.
    pub(crate) total: Tensor,
    /// What is logged: total, supervised, then one per term without its weight, then notes.
    pub(crate) logged: Vec<(String, Tensor)>,
}

impl Losses {
    /// The losses of a step; `plain` if the labelled images have a loss that no term computes.
    pub(crate) fn of(step: &Step<'_>, terms: &mut [Term], plain: bool) -> Self {
        let mut heads = Vec::new();
        if plain {
            heads.push(step.supervised_loss(step.labelled().scores(), &step.batch.labels));
        }
        let (mut weighted, mut added) = (Vec::new(), Vec::new());
        let (mut logged, mut notes) = (Vec::new(), Vec::new());
        for term in terms {
            let loss = term.regularizer.loss(step);
            let weight = weight_at(&term.weight, step.number, step.steps);
            logged.push((format!("loss/{}", term.name), loss.term.detach()));
            for (note, value) in loss.notes {
                notes.push((format!("{}/{note}", term.name), value.detach()));
            }
            weighted.push(loss.term * weight);
            heads.extend(loss.heads);
            added.extend(loss.supervised);
        }
        let mut supervised = added.into_iter().reduce(|a, b| a + b);
        if !heads.is_empty() {
            let mean = Tensor::stack(&heads, 0).mean(None::<Kind>);
            supervised = Some(supervised.map_or_else(|| mean.shallow_clone(), |sum| sum + &mean));
        }
        let supervised = supervised.expect("a method learns from labels");
        let total = weighted.into_iter().fold(supervised.shallow_clone(), |sum, term| sum + term);
        logged.insert(0, ("loss/total".to_owned(), total.detach()));
        logged.insert(1, ("loss/supervised".to_owned(), supervised.detach()));
        logged.append(&mut notes);
        Self { total, logged }
    }
}

/// Adds up the losses of an epoch. On a GPU the values of several steps are fetched together, so
/// that the device never waits for the log.
pub(crate) struct Ledger {
    names: Vec<String>,
    /// Steps and their values, still on the device.
    pending: Vec<(u64, Tensor)>,
    patience: usize,
    sums: Vec<f64>,
    count: u64,
    /// The largest supervised loss of a training that has not diverged.
    largest: f64,
    steps_per_epoch: u64,
}

impl Ledger {
    /// Nothing added yet.
    pub(crate) fn new(classes: usize, steps_per_epoch: u32, device: Device) -> Self {
        Self {
            names: Vec::new(),
            pending: Vec::new(),
            patience: if device == Device::Cpu { 1 } else { 50 },
            sums: Vec::new(),
            count: 0,
            largest: DIVERGED * (classes as f64).ln(),
            steps_per_epoch: steps_per_epoch.into(),
        }
    }

    /// Adds the losses of a step.
    pub(crate) fn add(
        &mut self,
        logged: Vec<(String, Tensor)>,
        step: u64,
    ) -> Result<(), StageError> {
        let (names, values): (Vec<String>, Vec<Tensor>) = logged.into_iter().unzip();
        if self.names.is_empty() {
            self.names = names;
            self.sums.resize(self.names.len(), 0.0);
        }
        let values: Vec<Tensor> = values.iter().map(|v| v.to_kind(Kind::Float)).collect();
        self.pending.push((step, Tensor::stack(&values, 0)));
        if self.pending.len() < self.patience { Ok(()) } else { self.settle() }
    }

    /// Fetches what is on the device.
    ///
    /// # Errors
    /// A loss that is not finite or has grown out of all proportion, with the step and its losses.
    pub(crate) fn settle(&mut self) -> Result<(), StageError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let (steps, rows): (Vec<u64>, Vec<Tensor>) = self.pending.drain(..).unzip();
        let rows = Tensor::stack(&rows, 0).to_device(Device::Cpu).to_kind(Kind::Double);
        let values = Vec::<f64>::try_from(rows.flatten(0, -1)).expect("a flat tensor of doubles");
        for (step, losses) in steps.into_iter().zip(values.chunks_exact(self.names.len())) {
            self.check(losses, step)?;
            for (sum, loss) in self.sums.iter_mut().zip(losses) {
                *sum += loss;
            }
            self.count += 1;
        }
        Ok(())
    }

    fn check(&self, losses: &[f64], step: u64) -> Result<(), StageError> {
        let epoch = step / self.steps_per_epoch;
        let message = if losses.iter().any(|loss| !loss.is_finite()) {
            format!("a loss is not finite in epoch {epoch}, step {step}")
        } else if losses[1] > self.largest {
            format!("the training has diverged in epoch {epoch}, step {step}")
        } else {
            return Ok(());
        };
        let error = StageError::message(message)
            .with_help("lower the learning rate or the weights of the regularizers");
        let each = self.names.iter().zip(losses);
        Err(each.fold(error, |error, (name, loss)| error.with_detail(format!("{name} = {loss}"))))
    }

    /// The mean of every logged value since the last call of [`Ledger::clear`].
    pub(crate) fn means(&self) -> impl Iterator<Item = (&str, f64)> {
        let count = self.count as f64;
        self.names.iter().zip(&self.sums).map(move |(name, sum)| (name.as_str(), sum / count))
    }

    /// The mean total loss so far, if any step has been fetched.
    pub(crate) fn mean_total(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sums[0] / self.count as f64)
    }

    /// Begins a new epoch.
    pub(crate) fn clear(&mut self) {
        self.sums.fill(0.0);
        self.count = 0;
    }

    /// What has been added up, to go on from later.
    pub(crate) fn saved(&self) -> (Vec<String>, Vec<f64>, u64) {
        (self.names.clone(), self.sums.clone(), self.count)
    }

    /// Goes on from what had been added up.
    pub(crate) fn restore(&mut self, (names, sums, count): (Vec<String>, Vec<f64>, u64)) {
        (self.names, self.sums, self.count) = (names, sums, count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(values: [f64; 2]) -> Vec<(String, Tensor)> {
        let names = ["loss/total", "loss/supervised"];
        names.into_iter().zip(values).map(|(n, v)| (n.to_owned(), Tensor::from(v))).collect()
    }

    #[test]
    fn means_do_not_depend_on_when_values_are_fetched() {
        let mut ledgers =
            [1, 3].map(|patience| Ledger { patience, ..Ledger::new(4, 20, Device::Cpu) });
        for ledger in &mut ledgers {
            for (step, value) in (0..).zip([1.0, 0.3, 0.7, 0.1]) {
                ledger.add(logged([value, value / 2.0]), step).unwrap();
            }
            ledger.settle().unwrap();
        }
        let means = |ledger: &Ledger| ledger.means().map(|(_, mean)| mean).collect::<Vec<_>>();
        assert_eq!(means(&ledgers[0]), means(&ledgers[1]));
        assert!((means(&ledgers[0])[0] - 0.525).abs() < 1e-7);
    }

    #[test]
    fn a_bad_step_is_named_even_if_it_is_fetched_late() {
        let mut ledger = Ledger { patience: 3, ..Ledger::new(4, 20, Device::Cpu) };
        ledger.add(logged([1.0, 1.0]), 40).unwrap();
        ledger.add(logged([f64::NAN, 1.0]), 41).unwrap();
        let error = ledger.add(logged([1.0, 1.0]), 42).unwrap_err();
        assert_eq!(error.message, "a loss is not finite in epoch 2, step 41");
        assert_eq!(error.details[1], "loss/supervised = 1");
        // 100 ln 4 is 138.6.
        let mut ledger = Ledger::new(4, 20, Device::Cpu);
        ledger.add(logged([138.0, 138.0]), 0).unwrap();
        let error = ledger.add(logged([139.0, 139.0]), 1).unwrap_err();
        assert_eq!(error.message, "the training has diverged in epoch 0, step 1");
    }
}
