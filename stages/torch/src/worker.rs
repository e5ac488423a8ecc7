//! Runs one job: the stage it names, on the device it was granted.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use pipeline_engine::{ActionContext, Job, Stage, StageError};
use serde::de::DeserializeOwned;
use stages_train::{Predict, Train};
use tch::Device;

use crate::predict::predict;
use crate::train::train;

/// The libtorch that this program is built for; the build refuses any other.
pub const LIBTORCH: &str = "2.11.0";

/// Runs a job of stage `train` or `predict`. Call it once in a process, before any other use of
/// libtorch: the number of its threads cannot change later.
///
/// `load_cuda` is called if a GPU was granted; it makes GPUs available or says why it cannot.
pub fn run(
    job: &Job,
    context: &ActionContext<'_>,
    load_cuda: &dyn Fn() -> Result<(), String>,
) -> Result<(), StageError> {
    let threads = i32::try_from(context.granted().cpus.max(1)).unwrap_or(i32::MAX);
    tch::set_num_threads(threads);
    tch::set_num_interop_threads(1);
    let device = choose_device(context, load_cuda);
    context.environment("libtorch", LIBTORCH);
    context.environment("threads", threads.to_string());
    let outcome = catch_unwind(AssertUnwindSafe(|| match job.stage.as_str() {
        Train::NAME => train(&read(job, Train::VERSION)?, context, device),
        Predict::NAME => predict(&read(job, Predict::VERSION)?, context, device),
        other => Err(StageError::message(format!("this worker does not know stage `{other}`"))
            .with_help(format!("it runs `{}` and `{}`", Train.info().name, Predict.info().name))),
    }));
    match outcome {
        Ok(result) => result,
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or_default();
            match libtorch_failure(text) {
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
fn libtorch_failure(panic: &str) -> Option<StageError> {
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
    Some(if memory {
        error.with_help("make `crop`, `batch_unlabelled` or the network's `widths` smaller")
    } else {
        error
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_libtorch_is_told_without_its_stack() {
        let panic = std::panic::catch_unwind(|| {
            let tensor = tch::Tensor::from_slice(&[1f32, 2.0]);
            tensor.reshape([3, 3])
        })
        .unwrap_err();
        let error = libtorch_failure(panic.downcast_ref::<String>().unwrap()).unwrap();
        assert_eq!(error.message, "libtorch failed: shape '[3, 3]' is invalid for input of size 2");
        assert_eq!(error.help, None);
    }

    #[test]
    fn running_out_of_memory_comes_with_advice() {
        let panic = "called `Result::unwrap()` on an `Err` value: \
                     Torch(\"CUDA out of memory. Tried to allocate 2 GiB.\\nException raised from x\")";
        let error = libtorch_failure(panic).unwrap();
        assert_eq!(error.message, "libtorch failed: CUDA out of memory. Tried to allocate 2 GiB.");
        assert!(error.help.unwrap().contains("batch_unlabelled"));
    }

    #[test]
    fn other_panics_stay_panics() {
        assert_eq!(libtorch_failure("index out of bounds"), None);
    }
}
