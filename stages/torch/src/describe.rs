//! What this program can use, one JSON object a line.

use stages_torch::worker::LIBTORCH;

use crate::cuda;

/// A line each for libtorch, threads and GPUs: `name`, `value`, `state` (`ok` or `warn`), `help`.
pub(crate) fn lines() -> Vec<String> {
    let threads = tch::get_num_threads().to_string();
    let (gpus, state, help) = match cuda::load() {
        Ok(()) => (format!("{} usable", tch::Cuda::device_count()), "ok", None),
        // A machine without a GPU lacks nothing.
        Err(why) => (
            format!("none: {why}"),
            "ok",
            Some("to use a GPU, set LIBTORCH to the folder of a torch of this version with CUDA"),
        ),
    };
    let line = |name: &str, value: &str, state: &str, help: Option<&str>| {
        serde_json::json!({"name": name, "value": value, "state": state, "help": help}).to_string()
    };
    vec![
        line("libtorch", LIBTORCH, "ok", None),
        line("libtorch threads", &threads, "ok", None),
        line("libtorch GPUs", &gpus, state, help),
    ]
}
