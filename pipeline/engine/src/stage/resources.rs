//! What an action asks for, and what it was granted.

use std::time::Duration;

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
    /// GPUs it uses if the machine has any; zero for none.
    pub gpus: u32,
}

impl Default for Resources {
    fn default() -> Self {
        Self { cpus: Cpus::Count(1), memory_mib: 256, gpus: 0 }
    }
}

/// What an action may use: decided by the scheduler, recorded, not hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// Threads it may keep busy, at least 1.
    pub cpus: u32,
    /// Device numbers it may use; empty means CPU only.
    pub gpus: Vec<u32>,
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
