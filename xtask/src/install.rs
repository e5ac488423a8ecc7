//! `cargo xtask install`: an optimized build, put where `PATH` finds it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::environment::Environment;
use crate::error::Error;
use crate::libtorch::{Libtorch, Stamp};
use crate::{cargo, report};

/// The command and the worker that it starts; the worker is looked for beside the command.
const PROGRAMS: [&str; 2] = ["orchestrate", "orchestrate-torch"];

/// Builds optimized and copies the programs to `PREFIX/bin`, libtorch to `PREFIX/lib/orchestrate`.
///
/// # Errors
/// What set-up and build report; [`Error::Io`] that names the file which cannot be written.
pub(crate) fn install(
    environment: &Environment,
    prefix: Option<PathBuf>,
) -> Result<ExitCode, Error> {
    let prefix = match prefix {
        Some(prefix) => environment.working_folder.join(prefix),
        None => default_prefix(environment).ok_or(Error::NoPrefix)?,
    };
    let libtorch = cargo::set_up(environment)?;
    cargo::build_optimized(environment, &libtorch, &[])?;

    let built = cargo::optimized_programs(environment);
    let bin = prefix.join("bin");
    install_libraries(&libtorch, &prefix.join("lib/orchestrate"))?;
    fs_err::create_dir_all(&bin)?;
    for program in PROGRAMS {
        replace_file(&built.join(program), &bin.join(program))?;
        report::line(&format!("installed {}", bin.join(program).display()));
    }
    report::line(&advice(environment, &bin));
    Ok(ExitCode::SUCCESS)
}

/// Returns the first usual place whose `bin` is on `PATH`; else `~/.local`, which many systems add
/// to `PATH` once it exists.
fn default_prefix(environment: &Environment) -> Option<PathBuf> {
    let in_home = |folder: &str| environment.home.as_ref().map(|home| home.join(folder));
    let cargo_home = environment.cargo_home.clone().or_else(|| in_home(".cargo"));
    let local = in_home(".local");
    let mut usual = [cargo_home, local.clone()].into_iter().flatten();
    usual.find(|prefix| environment.is_on_path(&prefix.join("bin"))).or(local)
}

fn advice(environment: &Environment, bin: &Path) -> String {
    let first = environment.find_program(PROGRAMS[0]);
    match first {
        Some(first) if first == bin.join(PROGRAMS[0]) => {
            "try `orchestrate run experiments/quickstart.yaml`".into()
        }
        Some(other) => format!(
            "PATH finds another `orchestrate` first: {}; remove it or put {} before it",
            other.display(),
            bin.display()
        ),
        None => format!(
            "{0} is not on PATH; add it, for example with\n  export PATH=\"{0}:$PATH\"",
            bin.display()
        ),
    }
}

/// Copies libtorch to where the worker looks for it. A libtorch of the user's own stays where it
/// is, and the worker finds it there.
fn install_libraries(libtorch: &Libtorch, folder: &Path) -> Result<(), Error> {
    let Libtorch::Fetched(source) = libtorch else {
        // Libraries of an earlier installation would be found before the user's.
        if Stamp::read(folder).is_some() {
            fs_err::remove_dir_all(folder)?;
        }
        report::line(&format!("the installed worker uses the libtorch in {libtorch}"));
        return Ok(());
    };
    let source = source.join("lib");
    // Only the run-time libraries; `libtorch.so` is a script for the linker.
    let wanted = Stamp::of_folder(&source, INSTALLED)?;
    let wanted = wanted.without(&["libtorch.so"]);
    if Stamp::check(folder, INSTALLED).is_ok_and(|present| present == wanted) {
        return Ok(());
    }
    let incoming = sibling(folder, "incoming");
    fs_err::create_dir_all(&incoming)?;
    for file in wanted.files() {
        fs_err::copy(source.join(file), incoming.join(file))?;
    }
    wanted.write(&incoming)?;
    let stale = sibling(folder, "stale");
    let replaces = folder.symlink_metadata().is_ok();
    if replaces {
        fs_err::rename(folder, &stale)?;
    }
    fs_err::rename(&incoming, folder)?;
    if replaces {
        fs_err::remove_dir_all(&stale)?;
    }
    Ok(())
}

/// What the stamp of the installed libraries says about their origin.
const INSTALLED: &str = "cargo xtask install";

/// Replaces a program in one step, also while it runs.
fn replace_file(source: &Path, target: &Path) -> std::io::Result<()> {
    let incoming = sibling(target, "incoming");
    fs_err::copy(source, &incoming)?;
    fs_err::rename(&incoming, target).inspect_err(|_| {
        let _ = fs_err::remove_file(&incoming);
    })
}

/// Returns a hidden name beside a path, of this process alone.
fn sibling(path: &Path, what: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{what}-{}", std::process::id()))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::environment::write_script;

    fn machine(path: &[&str]) -> (tempfile::TempDir, Environment) {
        let folder = tempfile::tempdir().unwrap();
        let mut environment = Environment::bare(folder.path());
        environment.home = Some(folder.path().into());
        environment.path =
            std::env::join_paths(path.iter().map(|entry| folder.path().join(entry))).unwrap();
        (folder, environment)
    }

    #[test]
    fn chooses_a_place_that_is_on_path() {
        let (folder, both) = machine(&[".local/bin", ".cargo/bin"]);
        assert_eq!(default_prefix(&both), Some(folder.path().join(".cargo")));
        let (folder, local) = machine(&["usr/bin", ".local/bin"]);
        assert_eq!(default_prefix(&local), Some(folder.path().join(".local")));
        let (folder, none) = machine(&["usr/bin"]);
        assert_eq!(default_prefix(&none), Some(folder.path().join(".local")));
        let (_folder, mut homeless) = machine(&["usr/bin"]);
        homeless.home = None;
        assert_eq!(default_prefix(&homeless), None);
    }

    #[test]
    fn says_what_to_do_when_path_finds_nothing_or_something_else() {
        let (folder, environment) = machine(&["first", "bin"]);
        let bin = folder.path().join("bin");
        assert!(advice(&environment, &bin).contains("is not on PATH"));
        write_script(&bin.join("orchestrate"), "exit 0");
        assert!(advice(&environment, &bin).starts_with("try "));
        write_script(&folder.path().join("first/orchestrate"), "exit 0");
        assert!(advice(&environment, &bin).contains("first/orchestrate; remove it"));
    }

    #[test]
    fn replaces_a_program_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let (source, target) = (folder.path().join("new"), folder.path().join("bin/program"));
        write_script(&source, "echo new");
        write_script(&target, "echo old");
        replace_file(&source, &target).unwrap();
        assert_eq!(fs_err::read(&target).unwrap(), fs_err::read(&source).unwrap());
        assert_eq!(fs_err::read_dir(folder.path().join("bin")).unwrap().count(), 1);
    }

    #[test]
    fn installs_libraries_once_and_again_when_one_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("libtorch");
        fs_err::create_dir_all(source.join("lib")).unwrap();
        fs_err::write(source.join("lib/libc10.so"), "library").unwrap();
        fs_err::write(source.join("lib/libtorch.so"), "INPUT(-ltorch_cpu)\n").unwrap();
        let libtorch = Libtorch::Fetched(source);
        let target = folder.path().join("prefix/lib/orchestrate");
        install_libraries(&libtorch, &target).unwrap();
        assert_eq!(fs_err::read_to_string(target.join("libc10.so")).unwrap(), "library");
        assert!(!target.join("libtorch.so").exists());

        let time = || fs_err::metadata(target.join("libc10.so")).unwrap().modified().unwrap();
        let installed = time();
        install_libraries(&libtorch, &target).unwrap();
        assert_eq!(time(), installed);

        fs_err::write(target.join("libc10.so"), "lib").unwrap();
        install_libraries(&libtorch, &target).unwrap();
        assert_eq!(fs_err::read_to_string(target.join("libc10.so")).unwrap(), "library");

        install_libraries(&Libtorch::External("/own".into()), &target).unwrap();
        assert!(!target.exists());
    }
}
