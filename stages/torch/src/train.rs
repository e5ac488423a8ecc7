//! The training loop.

use pipeline_engine::{ActionContext, StageError};
use stages_tables::{LogRow, LogTable};
use stages_train::{Checkpoint, OptimizerParams, SelectOn, TrainParams};
use tch::{Device, Kind, Tensor};

use crate::batch::{Batch, Batches};
use crate::checkpoint::{CheckpointCard, ModelCard, Snapshot};
use crate::data::TrainingData;
use crate::learning_rate::learning_rate;
use crate::network::{Layout, Mode, UNet};
use crate::optimizer::Adam;
use crate::regularizer::{Pair, Term};
use crate::supervised::cross_entropy;
use crate::validate::{ValidationDice, validate};
use crate::weight::weight_at;

/// Reports of a training to a progress bar, about.
const REPORTS: u64 = 1000;

/// Trains a network and writes its checkpoints and its log.
///
/// # Errors
/// A mistake in the inputs, a loss that is not finite, or a cancelled run.
pub fn train(
    params: &TrainParams,
    context: &ActionContext<'_>,
    device: Device,
) -> Result<(), StageError> {
    let data = TrainingData::read(params, context, device)?;
    warn_of_selection(params, &data, context);
    let mut batches = Batches::new(params, &data, device);
    let layout = Layout::unet(params.network.widths, data.dataset.classes.len() as u32);
    let network = UNet::new(layout, params.seed, params.precision, device);
    let OptimizerParams::Adam(adam) = &params.optimizer;
    let mut optimizer = Adam::new(adam, network.parameters());
    let terms = Term::of_method(params);

    let iterations = u64::from(params.iterations_per_epoch);
    let steps = u64::from(params.epochs) * iterations;
    let mut log = Log { context, rows: Vec::new() };
    let mut best: Option<Selected> = None;
    let mut last_dice = None;
    let mut step = 0;
    for epoch in 0..params.epochs {
        let mut means = EpochMeans::new(&terms);
        let mut rate = 0.0;
        for _ in 0..iterations {
            context.check_cancelled()?;
            let batch = batches.at(step);
            let scores = network.forward(&batch.images, Mode::Training);
            let losses = Losses::of(&scores, &batch, params, &terms, step, steps);
            losses.total.backward();
            rate = learning_rate(
                &params.learning_rate,
                params.epochs,
                params.iterations_per_epoch,
                step,
            );
            optimizer.step(network.parameters(), rate);
            means.add(losses.values(), epoch, step)?;
            step += 1;
            if step.is_multiple_of(steps.div_ceil(REPORTS)) || step == steps {
                context.progress(step, steps, means.message(epoch, params.epochs, best.as_ref()));
            }
        }
        log.losses(epoch, &means, rate);

        let due = (epoch + 1).is_multiple_of(params.validate_every) || epoch + 1 == params.epochs;
        if due && !data.scans.is_empty() {
            let classes = data.dataset.classes.len();
            let crop = i64::from(params.crop);
            let dice = validate(&network, &data.validation, &data.scans, classes, crop);
            log.validation(epoch, &data, &dice);
            last_dice = Some(dice.mean);
            if best.as_ref().is_none_or(|best| dice.mean > best.dice) {
                best = Some(Selected {
                    epoch,
                    dice: dice.mean,
                    snapshot: Snapshot::of(&network, step),
                });
            }
        }
    }
    let last = Snapshot::of(&network, step);
    log.write()?;
    write_checkpoints(params, &data, context, &network, best, (last, last_dice))
}

/// The epoch chosen so far.
struct Selected {
    epoch: u32,
    dice: f64,
    snapshot: Snapshot,
}

/// The losses of one step, all still on the device.
struct Losses {
    total: Tensor,
    /// Total, supervised, then one per term, without weights.
    parts: Vec<Tensor>,
}

impl Losses {
    fn of(
        scores: &Tensor,
        batch: &Batch,
        params: &TrainParams,
        terms: &[Term],
        step: u64,
        steps: u64,
    ) -> Self {
        let labelled = i64::from(params.batch_labelled);
        let supervised = cross_entropy(&scores.narrow(0, 0, labelled), &batch.labels);
        let mut total = supervised.shallow_clone();
        // A copy: the sum below is made in place, on the memory of `supervised`.
        let mut parts = vec![supervised.detach().copy()];
        if let Some(perturbation) = &batch.perturbation {
            let count = i64::from(params.batch_unlabelled);
            let probabilities = |scores: Tensor| scores.softmax(1, Kind::Float);
            let pair = Pair {
                of_perturbed: probabilities(scores.narrow(0, labelled + count, count)),
                perturbed: probabilities(perturbation.maps(&scores.narrow(0, labelled, count))),
            };
            for term in terms {
                let loss = term.regularizer.loss(&pair);
                total += &loss * weight_at(&term.weight, step, steps);
                parts.push(loss.detach());
            }
        }
        parts.insert(0, total.detach());
        Self { total, parts }
    }

    fn values(&self) -> Vec<f64> {
        let values = Tensor::stack(&self.parts, 0).to_device(Device::Cpu).to_kind(Kind::Double);
        Vec::try_from(values).expect("a flat tensor of doubles")
    }
}

/// The mean of every loss over an epoch.
struct EpochMeans {
    names: Vec<String>,
    sums: Vec<f64>,
    count: u32,
}

impl EpochMeans {
    fn new(terms: &[Term]) -> Self {
        let mut names = vec!["loss/total".to_owned(), "loss/supervised".to_owned()];
        names.extend(terms.iter().map(|term| format!("loss/{}", term.name)));
        Self { sums: vec![0.0; names.len()], names, count: 0 }
    }

    fn add(&mut self, losses: Vec<f64>, epoch: u32, step: u64) -> Result<(), StageError> {
        if losses.iter().any(|loss| !loss.is_finite()) {
            let message = format!("a loss is not finite in epoch {epoch}, step {step}");
            let error = StageError::message(message)
                .with_help("lower the learning rate or the weights of the regularizers");
            return Err(self
                .names
                .iter()
                .zip(losses)
                .fold(error, |error, (name, loss)| error.with_detail(format!("{name} = {loss}"))));
        }
        for (sum, loss) in self.sums.iter_mut().zip(losses) {
            *sum += loss;
        }
        self.count += 1;
        Ok(())
    }

    fn each(&self) -> impl Iterator<Item = (&str, f64)> {
        let count = f64::from(self.count);
        self.names.iter().zip(&self.sums).map(move |(name, sum)| (name.as_str(), sum / count))
    }

    fn message(&self, epoch: u32, epochs: u32, best: Option<&Selected>) -> String {
        let loss = self.sums[0] / f64::from(self.count);
        let best = best.map_or_else(String::new, |best| format!(", best dice {:.3}", best.dice));
        format!("epoch {}/{epochs}, loss {loss:.3}{best}", epoch + 1)
    }
}

/// The training log, also said aloud.
struct Log<'a> {
    context: &'a ActionContext<'a>,
    rows: Vec<LogRow>,
}

impl Log<'_> {
    fn losses(&mut self, epoch: u32, means: &EpochMeans, rate: f64) {
        for (name, value) in means.each() {
            self.row(epoch, name, value);
        }
        self.row(epoch, "learning_rate", rate);
    }

    fn validation(&mut self, epoch: u32, data: &TrainingData, dice: &ValidationDice) {
        for (class, value) in data.dataset.foreground().zip(&dice.classes) {
            self.row(epoch, &format!("validation/dice/{}", class.name), *value);
        }
        self.row(epoch, "validation/dice/mean", dice.mean);
    }

    fn row(&mut self, epoch: u32, name: &str, value: f64) {
        self.context.metric(name, u64::from(epoch), value);
        self.rows.push(LogRow { epoch, name: name.to_owned(), value });
    }

    fn write(self) -> Result<(), StageError> {
        let table = LogTable { rows: self.rows };
        table.write(self.context.output("training_log")?).map_err(StageError::new)
    }
}

fn warn_of_selection(params: &TrainParams, data: &TrainingData, context: &ActionContext<'_>) {
    if data.scans.is_empty() {
        context.warn("no scans to select the best epoch on: `best` will be the last epoch");
    } else if params.select_on == SelectOn::Test {
        context.warn(
            "the best epoch is selected on the test scans: `best` numbers on them are optimistic",
        );
    }
}

fn write_checkpoints(
    params: &TrainParams,
    data: &TrainingData,
    context: &ActionContext<'_>,
    network: &UNet,
    best: Option<Selected>,
    (last, last_dice): (Snapshot, Option<f64>),
) -> Result<(), StageError> {
    let dir = context.output("checkpoint")?;
    let last_card = CheckpointCard { epoch: params.epochs - 1, dice: last_dice };
    let (best, best_card) = match best {
        Some(best) => {
            let card = CheckpointCard { epoch: best.epoch, dice: Some(best.dice) };
            (best.snapshot, card)
        }
        None => (last.clone(), last_card.clone()),
    };
    best.write(dir, Checkpoint::Best, network.layout())?;
    last.write(dir, Checkpoint::Last, network.layout())?;
    let card = ModelCard {
        format: ModelCard::FORMAT,
        network: ModelCard::UNET.to_owned(),
        widths: params.network.widths,
        crop: params.crop,
        precision: params.precision,
        dataset: data.dataset.clone(),
        best: best_card,
        last: last_card,
    };
    card.write(dir)
}
