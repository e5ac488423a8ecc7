//! How much memory is in use.

use tch::Device;

/// In use on a device by all its users, or the peak of this process on a CPU; in MiB.
pub(crate) fn in_use(device: Device) -> Option<f64> {
    match device {
        Device::Cpu => peak_of_process(),
        _ => crate::cuda::memory_in_use(),
    }
}

fn peak_of_process() -> Option<f64> {
    let status = fs_err::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}
