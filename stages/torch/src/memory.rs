//! How much memory is in use.

use tch::Device;

/// In use on a device by all its users, or the peak of this process on a CPU; in MiB.
pub(crate) fn in_use(device: Device) -> Option<f64> {
    match device {
        Device::Cpu => peak_of_process(),
        _ => of_device(),
    }
}

fn peak_of_process() -> Option<f64> {
    let status = fs_err::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// Memory in use on the current device by all its users, in MiB; nothing if CUDA cannot say.
#[cfg(unix)]
fn of_device() -> Option<f64> {
    use libloading::os::unix::Library;

    type MemGetInfo = unsafe extern "C" fn(free: *mut usize, total: *mut usize) -> i32;
    let (mut free, mut total) = (0_usize, 0_usize);
    #[expect(unsafe_code, reason = "the CUDA runtime is a C library")]
    // SAFETY: `cudaMemGetInfo` of the CUDA runtime has this signature, writes both numbers and
    // nothing else, and may be called at any time; the library stays loaded.
    let status = unsafe {
        let get = Library::this().get::<MemGetInfo>(b"cudaMemGetInfo\0").ok()?;
        get(&raw mut free, &raw mut total)
    };
    (status == 0).then(|| (total - free) as f64 / f64::from(1 << 20))
}

#[cfg(not(unix))]
fn of_device() -> Option<f64> {
    None
}
