//! Runs one job: the stage it names, on the device it was granted.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use pipeline_engine::{ActionContext, Job, Stage, StageError};
use serde::de::DeserializeOwned;
use stages_train::{Predict, Train, TrainParams};
use tch::Device;

use crate::allocator::keep_freed_memory;
use crate::panic_text::panic_text;
use crate::predict::predict;
use crate::train::{Surroundings, train};

/// The libtorch that this program is built for; the build refuses any other.
pub const LIBTORCH: &str = "2.11.0";

/// Time between two saves of a training, in case it is interrupted.
const SAVE_EVERY: Duration = Duration::from_secs(30);

/// What the program around the worker does for it.
pub struct Machine<'a> {
    /// Makes GPUs available or says why it cannot; called if a GPU was granted.
    pub load_cuda: &'a dyn Fn() -> Result<(), String>,
    /// Memory in use on a device, in MiB, if that can be found out.
    pub memory: &'a dyn Fn(Device) -> Option<f64>,
}

/// Runs a job of stage `train` or `predict`. Call it once in a process, before any other use of
/// libtorch: the number of its threads cannot change later.
pub fn run(
    job: &Job,
    context: &ActionContext<'_>,
    machine: &Machine<'_>,
) -> Result<(), StageError> {
    keep_freed_memory();
    let threads = i32::try_from(context.granted().cpus.max(1)).unwrap_or(i32::MAX);
    tch::set_num_threads(threads);
    tch::set_num_interop_threads(1);
    let device = choose_device(context, machine.load_cuda);
    let memory = || (machine.memory)(device);
    let surroundings = Surroundings { device, save_every: SAVE_EVERY, memory: &memory };
    context.environment("libtorch", LIBTORCH);
    context.environment("threads", threads.to_string());
    let outcome = catch_unwind(AssertUnwindSafe(|| match job.stage.as_str() {
        Train::NAME => train(&read(job, Train::VERSION)?, context, &surroundings),
        Predict::NAME => predict(&read(job, Predict::VERSION)?, context, device),
        other => Err(StageError::message(format!("this worker does not know stage `{other}`"))
            .with_help(format!("it runs `{}` and `{}`", Train.info().name, Predict.info().name))),
    }));
    match outcome {
        Ok(result) => result,
        Err(panic) => {
            let text = panic_text(panic.as_ref()).unwrap_or_default();
            match libtorch_failure(text, job) {
                Some(error) => Err(error),
                None => resume_unwind(panic),
            }
        }
    }
}

fn choose_device(
    context: &ActionContext<'_>,
    load_cuda: &dyn Fn() -> Result<(), String>,
) -> Device {
    let mut device = Device::Cpu;
    let mut name = "cpu".to_owned();
    if let Some(number) = context.granted().gpus.first() {
        match load_cuda() {
            Ok(()) => {
                device = Device::Cuda(*number as usize);
                name = format!("cuda:{number}");
            }
            Err(reason) => context.warn(format!(
                "a GPU was granted but cannot be used, so this runs on the CPU: {reason}; set \
                 LIBTORCH to a libtorch or Python torch folder of version {LIBTORCH} with CUDA"
            )),
        }
    }
    context.environment("device", name);
    device
}

fn read<P: DeserializeOwned>(job: &Job, version: u32) -> Result<P, StageError> {
    if job.version != version {
        return Err(StageError::message(format!(
            "the worker runs version {version} of stage `{}`, but the job asks for version {}",
            job.stage, job.version
        ))
        .with_help("install `orchestrate` and `orchestrate-torch` from one build"));
    }
    serde_json::from_value(job.params.clone()).map_err(|error| {
        StageError::new(error).with_detail(format!("parameters of `{}`", job.node))
    })
}

/// A panic that is a refusal of libtorch, without its C++ stack; nothing if it is something else.
fn libtorch_failure(panic: &str, job: &Job) -> Option<StageError> {
    let (_, quoted) = panic.split_once("Torch(\"")?;
    // The text is a debug string: line ends are two characters.
    let end = ["\\nException raised from", "\\nframe #", "\")"]
        .iter()
        .filter_map(|mark| quoted.find(mark))
        .min()
        .unwrap_or(quoted.len());
    let text = quoted[..end].replace("\\n", " ").replace("\\\"", "\"");
    let error = StageError::message(format!("libtorch failed: {}", text.trim()));
    let memory = text.contains("out of memory") || text.contains("can't allocate memory");
    Some(if memory { error.with_help(memory_advice(job)) } else { error })
}

/// What to make smaller: the sizes that decide how much memory the job takes.
fn memory_advice(job: &Job) -> String {
    if let Ok(params) = serde_json::from_value::<TrainParams>(job.params.clone())
        && job.stage == Train::NAME
    {
        return format!(
            "a step passes {} images of {} x {} pixels together; make `batch_unlabelled` (now {}), \
             `batch_labelled` (now {}), `crop` or the network's `widths` smaller, or let fewer \
             workers share the device",
            params.images_per_step(),
            params.crop,
            params.crop,
            params.batch_unlabelled,
            params.batch_labelled,
        );
    }
    "make `batch` smaller".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(stage: &str) -> Job {
        serde_json::from_value(serde_json::json!({
            "protocol": 1, "node": stage, "stage": stage, "version": 1, "params": {"crop": 96},
            "inputs": {}, "outputs": {}, "scratch": "scratch", "resume": "resume", "granted": {"cpus": 1, "gpus": []},
        }))
        .unwrap()
    }

    #[test]
    fn a_failure_of_libtorch_is_told_without_its_stack() {
        let panic = std::panic::catch_unwind(|| {
            let tensor = tch::Tensor::from_slice(&[1f32, 2.0]);
            tensor.reshape([3, 3])
        })
        .unwrap_err();
        let error =
            libtorch_failure(panic.downcast_ref::<String>().unwrap(), &job("train")).unwrap();
        assert_eq!(error.message, "libtorch failed: shape '[3, 3]' is invalid for input of size 2");
        assert_eq!(error.help, None);
    }

    #[test]
    fn running_out_of_memory_comes_with_advice() {
        let panic = "called `Result::unwrap()` on an `Err` value: \
                     Torch(\"CUDA out of memory. Tried to allocate 2 GiB.\\nException raised from x\")";
        let error = libtorch_failure(panic, &job("train")).unwrap();
        assert_eq!(error.message, "libtorch failed: CUDA out of memory. Tried to allocate 2 GiB.");
        let help = error.help.unwrap();
        assert!(help.starts_with("a step passes 14 images of 96 x 96 pixels together; "), "{help}");
        assert!(help.contains("`batch_unlabelled` (now 10), `batch_labelled` (now 4)"), "{help}");
        let error = libtorch_failure(panic, &job("predict")).unwrap();
        assert_eq!(error.help.unwrap(), "make `batch` smaller");
    }

    #[test]
    fn other_panics_stay_panics() {
        assert_eq!(libtorch_failure("index out of bounds", &job("train")), None);
    }
}
