//! What an action asks for, and what it was granted.

use std::time::Duration;

pub use pipeline_spec::{GpuShare, Gpus};
use serde::{Deserialize, Serialize};

/// How many CPU slots an action asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cpus {
    /// This many, or all there are if there are fewer.
    Count(u32),
    /// All there are.
    All,
}

/// What an action asks for while it runs. Never part of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// CPU slots.
    pub cpus: Cpus,
    /// Expected peak memory in MiB.
    pub memory_mib: u64,
    /// GPUs, or the share of one, that it uses if the machine has any.
    pub gpus: Gpus,
}

impl Default for Resources {
    fn default() -> Self {
        Self { cpus: Cpus::Count(1), memory_mib: 256, gpus: Gpus::NONE }
    }
}

/// What an action may use: decided by the scheduler, recorded, not hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// Threads it may keep busy, at least 1.
    pub cpus: u32,
    /// Device numbers it may use; empty means CPU only.
    pub gpus: Vec<u32>,
    /// How much of each of these devices is its own: less than 1 if others use the device at the
    /// same time. Nothing enforces it but the action itself, which should take no more than this
    /// part of the device's memory.
    #[serde(default)]
    pub gpu_share: GpuShare,
}

impl Granted {
    /// This many CPUs and no GPU.
    pub fn cpus_only(cpus: u32) -> Self {
        Self { cpus, gpus: Vec::new(), gpu_share: GpuShare::WHOLE }
    }
}

/// What an action must not exceed. Never part of its key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Wall-clock time of one attempt.
    pub time: Option<Duration>,
    /// Resident memory of all its processes together, in MiB; for actions in processes of their
    /// own.
    pub memory_mib: Option<u64>,
}
