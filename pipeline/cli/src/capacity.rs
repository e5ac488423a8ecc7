//! What the machine has to give.

use std::num::NonZero;

use pipeline_engine::Capacity;

use crate::arguments::RunArguments;
use crate::surroundings::Surroundings;

/// Memory that is assumed where the system does not say, in MiB.
const UNKNOWN_MEMORY_MIB: u64 = 8 * 1024;

/// What actions may use together: what the arguments say, otherwise what the machine has.
pub(crate) fn capacity(arguments: &RunArguments, surroundings: &Surroundings) -> Capacity {
    let cpus = arguments.cpus.unwrap_or_else(|| {
        std::thread::available_parallelism().map_or(1, NonZero::get).try_into().unwrap_or(u32::MAX)
    });
    let gpus = arguments
        .gpus
        .unwrap_or_else(|| visible(surroundings.visible_gpus.as_deref(), installed_gpus()));
    Capacity {
        cpus,
        memory_mib: arguments.memory.unwrap_or_else(|| memory_mib() / 10 * 9),
        gpus: (0..gpus).collect(),
    }
}

/// GPUs among `installed` that the process may see. They are numbered from 0 again.
fn visible(variable: Option<&str>, installed: u32) -> u32 {
    let Some(list) = variable else { return installed };
    // Like CUDA: the list ends at the first entry that is no device.
    let devices = list.split(',').map(str::trim).take_while(|device| {
        !device.is_empty() && !device.starts_with('-') && *device != "NoDevFiles"
    });
    u32::try_from(devices.count()).map_or(installed, |count| count.min(installed))
}

/// Devices of the NVIDIA driver.
pub(crate) fn installed_gpus() -> u32 {
    let devices = fs_err::read_dir("/dev").into_iter().flatten().flatten().filter(|entry| {
        entry
            .file_name()
            .to_str()
            .and_then(|name| name.strip_prefix("nvidia"))
            .is_some_and(|number| number.parse::<u32>().is_ok())
    });
    u32::try_from(devices.count()).unwrap_or(u32::MAX)
}

/// The machine's memory or the container's limit, whichever is less.
fn memory_mib() -> u64 {
    match (machine_memory_mib(), container_memory_mib()) {
        (Some(machine), Some(container)) => machine.min(container),
        (known, other) => known.or(other).unwrap_or(UNKNOWN_MEMORY_MIB),
    }
}

/// The machine's memory.
pub(crate) fn machine_memory_mib() -> Option<u64> {
    parse_meminfo(&fs_err::read_to_string("/proc/meminfo").ok()?)
}

/// What the container allows, if it is limited.
pub(crate) fn container_memory_mib() -> Option<u64> {
    let read = |path: &str| fs_err::read_to_string(path).ok();
    let text = read("/sys/fs/cgroup/memory.max")
        .or_else(|| read("/sys/fs/cgroup/memory/memory.limit_in_bytes"))?;
    text.trim().parse::<u64>().ok().map(|bytes| bytes / (1024 * 1024))
}

fn parse_meminfo(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_hides_gpus() {
        assert_eq!(visible(None, 4), 4);
        assert_eq!(visible(Some("0,2"), 4), 2);
        assert_eq!(visible(Some(""), 4), 0);
        assert_eq!(visible(Some("-1"), 4), 0);
        assert_eq!(visible(Some("1,-1,2"), 4), 1);
        assert_eq!(visible(Some("GPU-8932f937,GPU-1"), 4), 2);
        assert_eq!(visible(Some("0,1"), 0), 0);
    }

    #[test]
    fn reads_the_total_of_meminfo() {
        assert_eq!(parse_meminfo("MemTotal:       24576 kB\nMemFree: 1 kB\n"), Some(24));
        assert_eq!(parse_meminfo("nothing"), None);
    }
}
