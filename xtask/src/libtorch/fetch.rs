//! Fetches libtorch: pip downloads the wheels, what is needed is unpacked and checked beside the
//! final folder, and a rename publishes it whole.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::environment::Environment;
use crate::error::Error;
use crate::libtorch::release::{Package, Platform};
use crate::libtorch::{LibtorchError, Stamp, VERSION};
use crate::{report, toolchain};

/// Run by Python with `-c`; Python's standard library reads wheels, Rust's does not.
const UNPACK: &str = include_str!("unpack_wheel.py");

/// Makes `folder`, replacing what is there. The caller holds the lock of its parent.
///
/// # Errors
/// [`Error::Tool`] for a missing Python, pip or C++ compiler, [`Error::Libtorch`] for a failed or
/// damaged download. What was there before stays untouched by an error.
pub(crate) fn fetch(
    environment: &Environment,
    platform: &Platform,
    folder: &Path,
) -> Result<(), Error> {
    let parent = folder.parent().expect("the folder lies in `.libtorch`");
    let python = toolchain::python_with_pip(environment)?;
    clear_leftovers(parent)?;
    let scratch = Scratch::create(parent.join(format!("incoming-{}", std::process::id())))?;
    toolchain::try_cxx(environment, &scratch.0)?;

    report::line(&format!(
        "fetching libtorch {VERSION} for {}: {} MB to download, {} MB on disk afterwards",
        platform.name, platform.download_mb, platform.disk_mb
    ));
    let wheels = scratch.0.join("wheels");
    download(&python, platform, &wheels, &scratch.0)?;

    report::line("unpacking and checking it");
    let unpacked = scratch.0.join("libtorch");
    for package in platform.packages {
        let wheel = find_wheel(&wheels, package)?;
        unpack(&python, &wheel, package, &unpacked)?;
        // The wheel is of no more use, and disks are small.
        fs_err::remove_file(wheel)?;
    }
    if platform.writes_libtorch_so {
        // To the linker, a text file in the place of a library is a script.
        fs_err::write(unpacked.join("lib/libtorch.so"), "INPUT(-ltorch_cpu)\n")?;
    }
    fs_err::write(unpacked.join("build-version"), format!("{VERSION}\n"))?;
    finish(&unpacked, platform)?;
    publish(&unpacked, folder)?;
    Ok(())
}

fn download(
    python: &Path,
    platform: &Platform,
    wheels: &Path,
    scratch: &Path,
) -> Result<(), Error> {
    let requirements: Vec<_> = platform.packages.iter().map(Package::requirement).collect();
    let mut command = Command::new(python);
    command
        .args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:"])
        // Half a gigabyte in pip's cache, often in a home folder with a quota, is not worth it.
        .args(["--no-cache-dir", "--disable-pip-version-check", "--no-input"])
        // Any Python may run this: the libraries do not depend on it, so one wheel serves all.
        .args(["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"])
        .args(platform.tags.iter().flat_map(|tag| ["--platform", tag]))
        .arg("--dest")
        .arg(wheels)
        .args(&requirements)
        // pip downloads into the system's temporary folder first, which may be small.
        .env("TMPDIR", scratch)
        .stdin(Stdio::null())
        .stdout(Stdio::from(std::io::stderr()));
    let status =
        command.status().map_err(|source| Error::Start { program: python.into(), source })?;
    if status.success() {
        return Ok(());
    }
    Err(LibtorchError::Download { requirements, tags: platform.tags }.into())
}

fn find_wheel(wheels: &Path, package: &Package) -> Result<PathBuf, Error> {
    let prefix = package.wheel_prefix();
    for entry in fs_err::read_dir(wheels)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&prefix) && Path::new(&name).extension().is_some_and(|e| e == "whl") {
            return Ok(entry.path());
        }
    }
    Err(LibtorchError::NoWheel { prefix }.into())
}

fn unpack(python: &Path, wheel: &Path, package: &Package, folder: &Path) -> Result<(), Error> {
    let mut command = Command::new(python);
    command.args(["-I", "-c", UNPACK]).arg(wheel).arg(folder);
    command.args(package.members.iter().map(|(member, path)| format!("{member}={path}")));
    let output =
        command.output().map_err(|source| Error::Start { program: python.into(), source })?;
    if output.status.success() {
        return Ok(());
    }
    let wheel = wheel.file_name().unwrap_or(wheel.as_os_str()).to_string_lossy().into_owned();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(LibtorchError::Unpack { wheel, message }.into())
}

/// Stamps the folder and brings the libraries to the disk before anything points at them.
fn finish(unpacked: &Path, platform: &Platform) -> std::io::Result<()> {
    for entry in fs_err::read_dir(unpacked.join("lib"))? {
        fs_err::OpenOptions::new().read(true).open(entry?.path())?.sync_all()?;
    }
    Stamp::of_folder(unpacked, &platform.identity())?.write(unpacked)
}

/// Puts the finished folder in place. A folder cannot be renamed over another, so an old one is
/// moved aside first; between the two renames there is none, which a later start repairs.
fn publish(unpacked: &Path, folder: &Path) -> std::io::Result<()> {
    let stale = folder.with_file_name(format!("stale-{}", std::process::id()));
    let replaces = folder.symlink_metadata().is_ok();
    if replaces {
        fs_err::rename(folder, &stale)?;
    }
    fs_err::rename(unpacked, folder)?;
    if replaces {
        remove(&stale)?;
    }
    Ok(())
}

/// Removes what set-ups that were killed have left behind.
fn clear_leftovers(parent: &Path) -> std::io::Result<()> {
    for entry in fs_err::read_dir(parent)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("incoming-") || name.starts_with("stale-") {
            // The pip of a set-up that was killed may live on and still write there for a while.
            // What it leaves is cleared the next time, so a failure here does not matter.
            let _ = remove(&entry.path());
        }
    }
    Ok(())
}

/// Removes a folder, or a link to one without touching what it points at.
fn remove(path: &Path) -> std::io::Result<()> {
    if fs_err::symlink_metadata(path)?.is_dir() {
        fs_err::remove_dir_all(path)
    } else {
        fs_err::remove_file(path)
    }
}

/// A folder that goes away with its owner.
struct Scratch(PathBuf);

impl Scratch {
    fn create(path: PathBuf) -> std::io::Result<Self> {
        fs_err::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is cleared by the next set-up.
        let _ = fs_err::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::environment::write_script;

    const PLATFORM: Platform = Platform {
        name: "test",
        tags: &["any"],
        packages: &[Package {
            name: "tiny-torch",
            version: "1.0",
            members: &[("torch/include/", "include/"), ("torch/lib/libc10.so", "lib/libc10.so")],
        }],
        writes_libtorch_so: true,
        download_mb: 1,
        disk_mb: 1,
    };

    /// Builds a wheel of three files and a folder; `recorded` is what RECORD claims for the library.
    const MAKE_WHEEL: &str = r#"
import base64, hashlib, sys, zipfile
path, library, recorded = sys.argv[1:]
files = {"torch/lib/libc10.so": library, "torch/include/a/b.h": "header", "torch/other.py": "x"}
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
    wheel.writestr("torch/include/", "")
    rows = []
    for name, text in files.items():
        wheel.writestr(name, text)
        content = recorded if name.endswith(".so") else text
        digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=")
        rows.append(f"{name},sha256={digest.decode()},{len(content)}")
    wheel.writestr("tiny_torch-1.0.dist-info/RECORD", "\n".join(rows) + "\n")
"#;

    /// A machine whose pip "downloads" the wheels of a folder, with the machine's real Python.
    /// `None`, with a word about it, where there is no Python.
    fn machine(pip: &str) -> Option<(tempfile::TempDir, Environment, PathBuf)> {
        let real = Environment::read().unwrap();
        let Some(python) = real.find_program("python3") else {
            report::line("skipped: this machine has no python3");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let wheels = folder.path().join("index");
        fs_err::create_dir_all(&wheels).unwrap();
        let script = format!(
            "case \"$*\" in\n*'pip --version') echo pip 23.0;;\n*'pip download'*) {pip};;\n\
             *) exec '{}' \"$@\";;\nesac",
            python.display()
        );
        let script = script.replace("INDEX", &wheels.display().to_string());
        write_script(&folder.path().join("programs/python3"), &script);
        write_script(&folder.path().join("programs/c++"), "exit 0");
        let mut environment = Environment::bare(folder.path());
        // pyenv's `python3` is itself a script that needs `PATH`; only ours is looked up.
        environment.path = folder.path().join("programs").into();
        let target = folder.path().join(".libtorch/1.0");
        fs_err::create_dir_all(target.join("lib")).unwrap();
        fs_err::write(target.join("lib/libc10.so"), "half").unwrap();
        Some((folder, environment, target))
    }

    /// Stands in for pip: copies what the index holds behind `--dest`.
    const COPY: &str = "while [ $# -gt 1 ]; do [ \"$1\" = --dest ] && dest=$2; shift; done; \
                        mkdir -p \"$dest\" && cp INDEX/*.whl \"$dest\"";

    fn make_wheel(folder: &Path, library: &str, recorded: &str) {
        let python = Environment::read().unwrap().find_program("python3").unwrap();
        let wheel = folder.join("index/tiny_torch-1.0-cp311-cp311-any.whl");
        let mut command = Command::new(python);
        command.args(["-c", MAKE_WHEEL]).arg(wheel).args([library, recorded]);
        assert!(command.status().unwrap().success());
    }

    fn entries(folder: &Path) -> Vec<String> {
        let names = fs_err::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn replaces_a_half_finished_folder_and_clears_what_was_left() {
        let Some((folder, environment, target)) = machine(COPY) else { return };
        make_wheel(folder.path(), "library", "library");
        fs_err::create_dir_all(target.with_file_name("incoming-1/libtorch")).unwrap();

        fetch(&environment, &PLATFORM, &target).unwrap();

        let stamp = Stamp::check(&target, &PLATFORM.identity()).unwrap();
        let files: Vec<_> = stamp.files().collect();
        assert_eq!(files, ["build-version", "include/a/b.h", "lib/libc10.so", "lib/libtorch.so"]);
        assert_eq!(fs_err::read_to_string(target.join("lib/libc10.so")).unwrap(), "library");
        assert_eq!(entries(target.parent().unwrap()), ["1.0"]);
    }

    #[test]
    fn refuses_a_file_that_differs_from_its_checksum() {
        let Some((folder, environment, target)) = machine(COPY) else { return };
        make_wheel(folder.path(), "librarX", "library");

        let error = fetch(&environment, &PLATFORM, &target).unwrap_err();

        let message = error.to_string();
        assert!(
            message.contains("cannot unpack `tiny_torch-1.0-cp311-cp311-any.whl`"),
            "{message}"
        );
        assert!(message.contains("`torch/lib/libc10.so` has checksum"), "{message}");
        assert_eq!(fs_err::read_to_string(target.join("lib/libc10.so")).unwrap(), "half");
        assert_eq!(entries(target.parent().unwrap()), ["1.0"]);
    }

    #[test]
    fn refuses_a_wheel_that_was_cut_short_and_one_without_a_file_it_needs() {
        let Some((folder, environment, target)) = machine(COPY) else { return };
        make_wheel(folder.path(), "library", "library");
        let wheel = folder.path().join("index/tiny_torch-1.0-cp311-cp311-any.whl");
        let whole = fs_err::read(&wheel).unwrap();
        fs_err::write(&wheel, &whole[..whole.len() - 30]).unwrap();
        let message = fetch(&environment, &PLATFORM, &target).unwrap_err().to_string();
        assert!(message.contains("not a zip file"), "{message}");

        fs_err::write(&wheel, &whole).unwrap();
        let members: &[_] = &[("torch/lib/libtorch_cpu.so", "lib/libtorch_cpu.so")];
        let package = Package { members, name: "tiny-torch", version: "1.0" };
        let python = toolchain::python_with_pip(&environment).unwrap();
        let message =
            unpack(&python, &wheel, &package, &folder.path().join("out")).unwrap_err().to_string();
        assert!(message.ends_with("the wheel has no `torch/lib/libtorch_cpu.so`"), "{message}");
    }

    #[test]
    fn says_what_to_do_when_pip_fails() {
        let Some((_folder, environment, target)) = machine("exit 1") else { return };
        let error = fetch(&environment, &PLATFORM, &target).unwrap_err();
        assert_eq!(error.to_string(), "pip could not download tiny-torch==1.0");
        let help = error.help().unwrap();
        assert!(help.contains("PIP_FIND_LINKS") && help.contains("LIBTORCH"), "{help}");
        assert_eq!(fs_err::read_to_string(target.join("lib/libc10.so")).unwrap(), "half");
        assert_eq!(entries(target.parent().unwrap()), ["1.0"]);
    }
}
