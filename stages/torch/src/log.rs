//! The training log, also said aloud while it grows.

use std::path::Path;
use std::time::Duration;

use pipeline_engine::{ActionContext, StageError};
use stages_tables::{LogRow, LogTable, PerformanceTable};
use stages_tensorboard::{EventError, EventFile};

use crate::data::TrainingData;
use crate::losses::Ledger;
use crate::validate::ValidationDice;

/// One quantity at one epoch, as it is saved.
pub(crate) type Row = (u32, String, f64);

/// Rows of the training log, which are the same in every run, and of the performance log, which
/// are not.
pub(crate) struct Log<'a> {
    context: &'a ActionContext<'a>,
    training: Vec<LogRow>,
    performance: Vec<LogRow>,
}

impl<'a> Log<'a> {
    pub(crate) fn new(context: &'a ActionContext<'a>) -> Self {
        Self { context, training: Vec::new(), performance: Vec::new() }
    }

    pub(crate) fn losses(&mut self, epoch: u32, ledger: &Ledger, rate: f64) {
        for (name, value) in ledger.means() {
            self.row(epoch, name, value);
        }
        self.row(epoch, "learning_rate", rate);
    }

    pub(crate) fn validation(&mut self, epoch: u32, data: &TrainingData, dice: &ValidationDice) {
        for (class, value) in data.dataset.foreground().zip(&dice.classes) {
            self.row(epoch, &format!("validation/dice/{}", class.name), *value);
        }
        self.row(epoch, "validation/dice/mean", dice.mean);
    }

    /// `images` have passed through the network in this time; `memory` is in use, in MiB.
    pub(crate) fn performance(
        &mut self,
        epoch: u32,
        images: u64,
        time: Duration,
        memory: Option<f64>,
    ) {
        let seconds = time.as_secs_f64().max(1e-9);
        let mut row = |name: &str, value: f64| {
            self.context.metric(name, u64::from(epoch), value);
            self.performance.push(LogRow { epoch, name: name.to_owned(), value });
        };
        row("images_per_second", images as f64 / seconds);
        row("training_seconds", seconds);
        if let Some(memory) = memory {
            row("memory_mib", memory);
        }
    }

    fn row(&mut self, epoch: u32, name: &str, value: f64) {
        self.context.metric(name, u64::from(epoch), value);
        self.training.push(LogRow { epoch, name: name.to_owned(), value });
    }

    pub(crate) fn write(self) -> Result<(), StageError> {
        let training = LogTable { rows: self.training };
        let folder = self.context.output("training_log")?;
        training.write(folder).map_err(StageError::new)?;
        write_events(&training.rows, folder).map_err(StageError::new)?;
        let performance = PerformanceTable { rows: self.performance };
        performance.write(self.context.output("performance")?).map_err(StageError::new)
    }

    /// Both logs, to go on from later.
    pub(crate) fn saved(&self) -> [Vec<Row>; 2] {
        [&self.training, &self.performance]
            .map(|rows| rows.iter().map(|row| (row.epoch, row.name.clone(), row.value)).collect())
    }

    /// Goes on from saved rows; they have been said aloud before.
    pub(crate) fn restore(&mut self, rows: [Vec<Row>; 2]) {
        let [training, performance] = rows.map(|rows| {
            let row = |(epoch, name, value)| LogRow { epoch, name, value };
            rows.into_iter().map(row).collect()
        });
        (self.training, self.performance) = (training, performance);
    }
}

/// Writes the log once more for TensorBoard, with the epoch for the step.
///
/// The time of an event is its epoch too, in seconds since 1970: equal trainings leave equal bytes.
/// `orchestrate export tensorboard` knows the real times.
fn write_events(rows: &[LogRow], folder: &Path) -> Result<(), EventError> {
    let mut events = EventFile::create(&folder.join(EventFile::NAME), 0.0)?;
    for epoch in rows.chunk_by(|a, b| a.epoch == b.epoch) {
        let at = epoch[0].epoch;
        let values = epoch.iter().map(|row| (row.name.as_str(), row.value as f32));
        events.scalars(i64::from(at), f64::from(at), values)?;
    }
    events.finish()
}
