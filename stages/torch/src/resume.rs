//! Saves of a training in progress, to go on from after an interruption.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use pipeline_engine::{ActionContext, StageError};
use serde::{Deserialize, Serialize};
use stages_train::Train;

use crate::checkpoint::Snapshot;
use crate::log::{Log, Row};
use crate::state::State;
use crate::train::{Selected, Training};

/// What is saved beside tensors.
#[derive(Serialize, Deserialize)]
struct Record {
    version: u32,
    step: u64,
    ledger: (Vec<String>, Vec<f64>, u64),
    log: [Vec<Row>; 2],
    /// Epoch, Dice and steps of the best epoch.
    best: Option<(u32, f64, u64)>,
    last_dice: Option<f64>,
}

/// Where a training is saved, and when it was.
pub(crate) struct Saves<'a> {
    context: &'a ActionContext<'a>,
    file: PathBuf,
    every: Duration,
    last: Instant,
    /// Steps taken at the last save.
    step: Option<u64>,
    /// The best epoch at the last save, and its Dice.
    best: Option<(u32, f64)>,
}

impl<'a> Saves<'a> {
    /// Saves into the resume folder of the action.
    pub(crate) fn open(
        context: &'a ActionContext<'a>,
        every: Duration,
    ) -> Result<Self, StageError> {
        let file = context.resume_folder()?.join("training.safetensors");
        Ok(Self { context, file, every, last: Instant::now(), step: None, best: None })
    }

    /// Goes on from the last save, if there is one. False if it cannot be used, which is said
    /// aloud; what it was to be copied into is then of no use either.
    pub(crate) fn resume(&mut self, training: &mut Training, log: &mut Log<'_>) -> bool {
        let read = State::read(&self.file).and_then(|state| match state {
            Some(state) => restore(&state, training, log).map(|()| true),
            None => Ok(false),
        });
        match read {
            Ok(false) => true,
            Ok(true) => {
                self.note(training);
                self.context.info(format!("goes on after step {}", training.step));
                true
            }
            Err(error) => {
                self.context.warn(format!(
                    "what an interrupted attempt saved cannot be used, so training starts anew: \
                     {error}"
                ));
                false
            }
        }
    }

    /// Whether it is time for a save.
    pub(crate) fn due(&self) -> bool {
        self.last.elapsed() >= self.every
    }

    /// Saves everything needed to go on; what is saved is good: the losses of all its steps have
    /// been fetched and checked, and its weights are finite.
    pub(crate) fn save(
        &mut self,
        training: &mut Training,
        log: &Log<'_>,
    ) -> Result<(), StageError> {
        self.last = Instant::now();
        if training.step == 0 || self.step == Some(training.step) {
            return Ok(());
        }
        training.ledger.settle().map_err(|error| self.explain(error))?;
        if !training.trained.is_finite() {
            return Ok(());
        }
        snapshot(training, log)?.write(&self.file)?;
        self.note(training);
        Ok(())
    }

    /// Remembers what the file holds.
    fn note(&mut self, training: &Training) {
        self.step = Some(training.step);
        self.best = training.best.as_ref().map(|best| (best.epoch, best.dice));
    }

    /// Adds to a failure of training what is left to look at.
    pub(crate) fn explain(&self, error: StageError) -> StageError {
        let Some(step) = self.step else {
            return error.with_detail("no good state had been saved".to_owned());
        };
        let file = self.file.display();
        let error =
            error.with_detail(format!("the last good state is that after step {step}, in {file}"));
        match self.best {
            Some((epoch, dice)) => error.with_detail(format!(
                "the best epoch had been {epoch} with a validation Dice of {dice:.4}; it is part \
                 of that state"
            )),
            None => error,
        }
    }
}

fn snapshot(training: &Training, log: &Log<'_>) -> Result<State, StageError> {
    let mut state = State::default();
    training.trained.save("student", &mut state);
    if let Some(teacher) = &training.teacher {
        teacher.save(&mut state);
    }
    for (i, term) in training.terms.iter().enumerate() {
        for (j, owned) in term.regularizer.owned().into_iter().enumerate() {
            owned.save(&format!("term{i}.{j}"), &mut state);
        }
    }
    if let Some(best) = &training.best {
        state.put_values("best.parameters".to_owned(), best.snapshot.parameters.clone());
        state.put_values("best.statistics".to_owned(), best.snapshot.statistics.clone());
    }
    state.set_record(&Record {
        version: Train::VERSION,
        step: training.step,
        ledger: training.ledger.saved(),
        log: log.saved(),
        best: training.best.as_ref().map(|best| (best.epoch, best.dice, best.snapshot.steps)),
        last_dice: training.last_dice,
    })?;
    Ok(state)
}

fn restore(state: &State, training: &mut Training, log: &mut Log<'_>) -> Result<(), StageError> {
    let record: Record = state.record()?;
    if record.version != Train::VERSION {
        return Err(StageError::message(format!(
            "it is of version {} of the stage, this is version {}",
            record.version,
            Train::VERSION
        )));
    }
    let best = match record.best {
        Some((epoch, dice, steps)) => Some(Selected {
            epoch,
            dice,
            snapshot: Snapshot {
                parameters: state.values("best.parameters")?.to_vec(),
                statistics: state.values("best.statistics")?.to_vec(),
                steps,
            },
        }),
        None => None,
    };
    training.trained.load("student", state)?;
    if let Some(teacher) = &mut training.teacher {
        teacher.load(state)?;
    }
    for (i, term) in training.terms.iter_mut().enumerate() {
        for (j, owned) in term.regularizer.owned_mut().into_iter().enumerate() {
            owned.load(&format!("term{i}.{j}"), state)?;
        }
    }
    training.ledger.restore(record.ledger);
    log.restore(record.log);
    training.best = best;
    training.last_dice = record.last_dice;
    training.step = record.step;
    Ok(())
}
