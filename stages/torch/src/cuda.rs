//! Makes libtorch's CUDA part available to a program that was linked without it.
//!
//! Loading `libtorch_cuda.so` registers the CUDA hooks with the libtorch that is already loaded;
//! from then on CUDA queries answer. One program so runs on machines with and without a GPU.

use std::path::{Path, PathBuf};

use stages_torch::worker::LIBTORCH;

const LIBRARY: &str = "libtorch_cuda.so";

/// Loads the CUDA part and makes sure that a GPU can be used. Call it before any other use of CUDA.
///
/// It is looked for beside the loaded `libtorch_cpu.so`, then in `$LIBTORCH/lib`.
///
/// # Errors
/// Why no GPU can be used, as a clause.
pub(crate) fn load() -> Result<(), String> {
    let mut folders: Vec<PathBuf> = beside_libtorch().into_iter().collect();
    if let Some(root) = from_environment() {
        check_version(&root)?;
        folders.push(root.join("lib"));
    }
    let file = folders
        .iter()
        .map(|folder| folder.join(LIBRARY))
        .find(|file| file.exists())
        .ok_or_else(|| format!("there is no {LIBRARY} in {}", listed(&folders)))?;
    open(&file)?;
    if tch::Cuda::is_available() {
        Ok(())
    } else {
        Err(format!("{} finds no usable GPU", file.display()))
    }
}

/// A CUDA part of another version would crash; a folder that does not tell its version passes.
fn check_version(root: &Path) -> Result<(), String> {
    // The first is in libtorch, the second in Python's torch.
    for file in ["build-version", "version.py"] {
        let file = root.join(file);
        if let Ok(text) = fs_err::read_to_string(&file)
            && !text.contains(LIBTORCH)
        {
            return Err(format!("{} is not of version {LIBTORCH}", file.display()));
        }
    }
    Ok(())
}

fn listed(folders: &[PathBuf]) -> String {
    let folders: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
    if folders.is_empty() { "LIBTORCH, which is not set".to_owned() } else { folders.join(" or ") }
}

/// The folder that the running libtorch was loaded from.
fn beside_libtorch() -> Option<PathBuf> {
    let maps = fs_err::read_to_string("/proc/self/maps").ok()?;
    let path = maps.lines().find(|line| line.ends_with("/libtorch_cpu.so"))?;
    let start = path.find('/')?;
    Path::new(&path[start..]).parent().map(Path::to_owned)
}

#[expect(clippy::disallowed_methods, reason = "where libtorch lies never changes a result")]
fn from_environment() -> Option<PathBuf> {
    std::env::var_os("LIBTORCH").map(PathBuf::from)
}

#[cfg(unix)]
fn open(file: &Path) -> Result<(), String> {
    use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};

    #[expect(unsafe_code, reason = "loading a library runs its initializers")]
    // SAFETY: the file is libtorch's own CUDA part, of the folder of the libtorch that is already
    // running or that the user named; its initializers only register hooks with that libtorch.
    // Nothing in this process uses CUDA yet, and the library is never unloaded.
    let library = unsafe { Library::open(Some(file), RTLD_NOW | RTLD_GLOBAL) };
    library.map(std::mem::forget).map_err(|error| error.to_string())
}

#[cfg(not(unix))]
fn open(_file: &Path) -> Result<(), String> {
    Err("GPUs are supported on Linux only".to_owned())
}
