//! The training loop.

use std::time::{Duration, Instant};

use pipeline_engine::{ActionContext, StageError};
use stages_train::{Evaluated, Precision, SelectOn, TrainParams};
use tch::Device;

use crate::batch::Batches;
use crate::checkpoint::Snapshot;
use crate::data::TrainingData;
use crate::kernel::instructions::multiplies_bf16;
use crate::learning_rate::learning_rate;
use crate::log::Log;
use crate::losses::{Ledger, Losses};
use crate::network::{Design, Network, Numerics};
use crate::random::step_seed;
use crate::regularizer::Term;
use crate::resume::Saves;
use crate::step::{JointImages, Step};
use crate::teacher::Teacher;
use crate::trained::Trained;
use crate::validate::validate;

/// Reports of a training to a progress bar, about.
const REPORTS: u64 = 1000;

/// What the machine offers a training beside its parameters; none of it changes the result.
pub struct Surroundings<'a> {
    /// Where it runs.
    pub device: Device,
    /// Time between two saves of everything needed to go on after an interruption.
    pub save_every: Duration,
    /// Memory in use, in MiB: of the device, or of this process on a CPU.
    pub memory: &'a dyn Fn() -> Option<f64>,
}

impl Surroundings<'_> {
    /// A CPU, one save a minute.
    pub fn cpu() -> Self {
        Self { device: Device::Cpu, save_every: Duration::from_mins(1), memory: &|| None }
    }
}

/// Everything that changes while a network is trained.
pub(crate) struct Training {
    pub(crate) network: Network,
    pub(crate) trained: Trained,
    pub(crate) teacher: Option<Teacher>,
    pub(crate) terms: Vec<Term>,
    pub(crate) ledger: Ledger,
    pub(crate) best: Option<Selected>,
    pub(crate) last_dice: Option<f64>,
    /// Steps taken.
    pub(crate) step: u64,
}

/// The epoch chosen so far.
pub(crate) struct Selected {
    pub(crate) epoch: u32,
    pub(crate) dice: f64,
    pub(crate) snapshot: Snapshot,
}

impl Training {
    fn new(params: &TrainParams, classes: usize, device: Device) -> Self {
        let design = Design::of_method(params, classes);
        let terms = Term::of_method(params, &design, device);
        let network = Network::new(design, params.seed, "train", Numerics::of(params), device);
        let trained = Trained::new(&params.optimizer, network.parameters(), network.statistics());
        let teacher =
            params.needs().teacher.then(|| Teacher::of(&network, &params.teacher, device));
        Self {
            network,
            trained,
            teacher,
            terms,
            ledger: Ledger::new(classes, params.iterations_per_epoch, device),
            best: None,
            last_dice: None,
            step: 0,
        }
    }

    /// The network that checkpoints hold.
    pub(crate) fn evaluated(&self, params: &TrainParams) -> &Network {
        match (&self.teacher, params.evaluate) {
            (Some(teacher), Evaluated::Teacher) => teacher.network(),
            _ => &self.network,
        }
    }

    /// One step: batch, passes, losses, gradients, and everything that moves.
    fn advance(
        &mut self,
        params: &TrainParams,
        batches: &mut Batches<'_>,
        steps: u64,
        images: JointImages,
    ) -> Result<(), StageError> {
        let rate = rate_at(params, self.step);
        // Dropout and noise draw from libtorch's own generator; seeded for every step, a step does
        // not depend on the steps before it.
        #[expect(clippy::disallowed_methods, reason = "the one call, from the seed of the action")]
        tch::manual_seed(step_seed(params.seed, self.step));
        let batch = batches.at(self.step);
        let student = self.network.begin();
        let teacher = self.teacher.as_ref().map(|teacher| teacher.network().begin());
        let place = (self.step, steps);
        let step = Step::new(place, params, &batch, &student, teacher.as_ref(), images);
        let plain = !params.needs().supervises;
        let losses = Losses::of(&step, &mut self.terms, plain);
        losses.total.backward();
        for term in &mut self.terms {
            term.regularizer.train(&step, rate);
        }
        drop(step);
        drop((student, teacher));
        self.trained.step(rate);
        if let Some(teacher) = &mut self.teacher {
            teacher.follow(&self.network);
        }
        self.ledger.add(losses.logged, self.step)?;
        self.step += 1;
        Ok(())
    }

    fn message(&self, params: &TrainParams) -> String {
        let epoch = (self.step - 1) / u64::from(params.iterations_per_epoch) + 1;
        let loss =
            self.ledger.mean_total().map_or_else(String::new, |loss| format!(", loss {loss:.3}"));
        let best = self.best.as_ref();
        let best = best.map_or_else(String::new, |best| format!(", best dice {:.3}", best.dice));
        format!("epoch {epoch}/{}{loss}{best}", params.epochs)
    }
}

/// Trains a network and writes its checkpoints and its logs. An interrupted training goes on from
/// its last save when it is started again with the same resume folder.
///
/// # Errors
/// A mistake in the inputs, a loss that is not finite, or a cancelled run.
pub fn train(
    params: &TrainParams,
    context: &ActionContext<'_>,
    surroundings: &Surroundings<'_>,
) -> Result<(), StageError> {
    let device = surroundings.device;
    let data = TrainingData::read(params, context, device)?;
    warn_of_selection(params, &data, context);
    if params.precision == Precision::Bf16 && device == Device::Cpu && !multiplies_bf16() {
        context.warn(
            "this processor has no instructions for bf16, the default: `precision: fp32` is faster \
             on it",
        );
    }
    let classes = data.dataset.classes.len();
    let mut training = Training::new(params, classes, device);
    let mut log = Log::new(context);
    let mut saves = Saves::open(context, surroundings.save_every)?;
    if !saves.resume(&mut training, &mut log) {
        training = Training::new(params, classes, device);
        log = Log::new(context);
    }
    let mut batches = Batches::new(params, &data, device);
    let images = joint_images(params);

    let iterations = u64::from(params.iterations_per_epoch);
    let steps = u64::from(params.epochs) * iterations;
    let mut clock = Clock::start(training.step);
    while training.step < steps {
        if let Err(cancelled) = context.check_cancelled() {
            saves.save(&mut training, &log)?;
            return Err(cancelled);
        }
        training
            .advance(params, &mut batches, steps, images)
            .map_err(|error| saves.explain(error))?;
        if training.step.is_multiple_of(steps.div_ceil(REPORTS)) || training.step == steps {
            context.progress(training.step, steps, training.message(params));
        }
        if training.step.is_multiple_of(iterations) {
            let epoch = (training.step / iterations - 1) as u32;
            training.ledger.settle().map_err(|error| saves.explain(error))?;
            log.losses(epoch, &training.ledger, rate_at(params, training.step - 1));
            training.ledger.clear();
            let (taken, time) = clock.lap(training.step);
            let passed = taken * u64::from(params.images_per_step());
            log.performance(epoch, passed, time, (surroundings.memory)());
            let due = (epoch + 1).is_multiple_of(params.validate_every) || training.step == steps;
            if due && !data.scans.is_empty() {
                select(&mut training, params, &data, epoch, &mut log);
            }
            clock = Clock::start(training.step);
        }
        if saves.due() {
            saves.save(&mut training, &log)?;
        }
    }
    let last = Snapshot::of(training.evaluated(params), training.step);
    log.write()?;
    let best = training.best.as_ref();
    crate::checkpoint::write_all(params, &data.dataset, context, best, (last, training.last_dice))
}

/// Validates an epoch and keeps it if it is the best so far.
fn select(
    training: &mut Training,
    params: &TrainParams,
    data: &TrainingData,
    epoch: u32,
    log: &mut Log<'_>,
) {
    let classes = data.dataset.classes.len();
    let network = training.evaluated(params);
    let dice = validate(network, &data.validation, &data.scans, classes, params.crop.into());
    log.validation(epoch, data, &dice);
    if training.best.as_ref().is_none_or(|best| dice.mean > best.dice) {
        let snapshot = Snapshot::of(network, training.step);
        training.best = Some(Selected { epoch, dice: dice.mean, snapshot });
    }
    training.last_dice = Some(dice.mean);
}

/// Which images go through the network together: those that a term or the supervised loss asks
/// for, and the unlabelled ones where they are to be part of the batch-norm statistics.
fn joint_images(params: &TrainParams) -> JointImages {
    let needs = params.needs();
    let statistics = params.unlabelled_in_batch_norm && !needs.supervises;
    JointImages {
        labelled: needs.labelled || !needs.supervises,
        unlabelled: needs.unlabelled || needs.perturbed || statistics,
        perturbed: needs.perturbed,
    }
}

fn rate_at(params: &TrainParams, step: u64) -> f64 {
    learning_rate(&params.learning_rate, params.epochs, params.iterations_per_epoch, step)
}

/// Measures training, without validation.
struct Clock {
    since: Instant,
    step: u64,
}

impl Clock {
    fn start(step: u64) -> Self {
        Self { since: Instant::now(), step }
    }

    /// Steps and time since the start.
    fn lap(&self, step: u64) -> (u64, Duration) {
        (step - self.step, self.since.elapsed())
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
