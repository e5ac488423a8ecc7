//! Processors, memory and GPUs.

use std::num::NonZero;

use super::check::Check;
use crate::capacity::{container_memory_mib, installed_gpus, machine_memory_mib};
use crate::render::size;
use crate::surroundings::Surroundings;

const GROUP: &str = "machine";
const MIB: u64 = 1024 * 1024;
/// Less memory than this is not enough for most stages.
const LITTLE_MIB: u64 = 2 * 1024;

/// What the machine has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Machine {
    /// Processors that may be used.
    pub(crate) cpus: Option<usize>,
    /// The machine's memory.
    pub(crate) memory_mib: Option<u64>,
    /// What the container allows.
    pub(crate) memory_limit_mib: Option<u64>,
    /// GPUs of the driver.
    pub(crate) gpus: u32,
    /// What the GPU driver says of its version.
    pub(crate) driver: Option<String>,
    /// `CUDA_VISIBLE_DEVICES`.
    pub(crate) visible: Option<String>,
}

impl Machine {
    /// Looks at it.
    pub(crate) fn read(surroundings: &Surroundings) -> Self {
        let driver = fs_err::read_to_string("/proc/driver/nvidia/version").ok();
        Self {
            cpus: std::thread::available_parallelism().ok().map(NonZero::get),
            memory_mib: machine_memory_mib(),
            memory_limit_mib: container_memory_mib(),
            gpus: installed_gpus(),
            driver: driver.and_then(|text| text.lines().next().map(str::to_owned)),
            visible: surroundings.visible_gpus.clone(),
        }
    }
}

/// Judges it.
pub(crate) fn machine_checks(machine: &Machine) -> Vec<Check> {
    vec![cpus(machine), memory(machine), gpus(machine)]
}

fn cpus(machine: &Machine) -> Check {
    match machine.cpus {
        Some(1) => Check::ok(GROUP, "processors", "1 slot"),
        Some(count) => Check::ok(GROUP, "processors", format!("{count} slots")),
        None => Check::warn(
            GROUP,
            "processors",
            "not known",
            "say how many actions may run at a time with `run --cpus N`",
        ),
    }
}

fn memory(machine: &Machine) -> Check {
    let Some(total) = machine.memory_mib.or(machine.memory_limit_mib) else {
        let help = "say how much actions may use with `run --memory AMOUNT`";
        return Check::warn(GROUP, "memory", "not known", help);
    };
    let limit = machine.memory_limit_mib.filter(|limit| *limit < total);
    let usable = limit.unwrap_or(total);
    let value = match limit {
        Some(limit) => {
            format!("{} of {}, limited by the container", size(limit * MIB), size(total * MIB))
        }
        None => size(total * MIB),
    };
    if usable < LITTLE_MIB {
        let help = "larger stages will not fit; raise the container's limit or use another machine";
        return Check::warn(GROUP, "memory", value, help);
    }
    Check::ok(GROUP, "memory", value)
}

fn gpus(machine: &Machine) -> Check {
    let hidden = machine.visible.as_deref().map(|list| format!(", CUDA_VISIBLE_DEVICES={list}"));
    let hidden = hidden.unwrap_or_default();
    match (machine.gpus, &machine.driver) {
        (0, None) => Check::ok(GROUP, "GPUs", "none; actions run on processors"),
        (0, Some(driver)) => Check::warn(
            GROUP,
            "GPUs",
            format!("a driver but no device: {driver}"),
            "give the container its devices (`--gpus all`), or check `nvidia-smi`",
        ),
        (count, Some(driver)) => Check::ok(GROUP, "GPUs", format!("{count}{hidden}: {driver}")),
        (count, None) => Check::warn(
            GROUP,
            "GPUs",
            format!("{count}{hidden}, but the driver does not say its version"),
            "check `nvidia-smi`; without a working driver actions run on processors",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Verdict;
    use super::*;

    fn states(machine: &Machine) -> Vec<Verdict> {
        machine_checks(machine).into_iter().map(|check| check.state).collect()
    }

    #[test]
    fn a_machine_without_gpus_is_fine_and_one_without_memory_is_not() {
        let plain = Machine { cpus: Some(8), memory_mib: Some(16 * 1024), ..Machine::default() };
        assert_eq!(states(&plain), [Verdict::Ok; 3]);
        let tight = Machine { memory_limit_mib: Some(1024), ..plain.clone() };
        let memory = memory(&tight);
        assert_eq!(memory.state, Verdict::Warn);
        assert_eq!(memory.value, "1.0 GiB of 16 GiB, limited by the container");
        assert_eq!(states(&Machine::default()), [Verdict::Warn, Verdict::Warn, Verdict::Ok]);
    }

    #[test]
    fn a_driver_without_devices_is_a_container_without_them() {
        let driver = Some("NVRM version: 570.1".to_owned());
        let machine = Machine { driver: driver.clone(), ..Machine::default() };
        let check = gpus(&machine);
        assert_eq!(check.state, Verdict::Warn);
        assert!(check.help.unwrap().contains("--gpus all"));
        let machine = Machine { gpus: 2, driver, visible: Some("1".to_owned()), ..machine };
        assert_eq!(gpus(&machine).value, "2, CUDA_VISIBLE_DEVICES=1: NVRM version: 570.1");
    }
}
