//! Decides which libtorch is used, and has it fetched where it is not there or not whole.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::environment::Environment;
use crate::error::Error;
use crate::libtorch::release::Platform;
use crate::libtorch::stamp::Problem;
use crate::libtorch::{Stamp, VERSION, external, fetch};
use crate::{report, toolchain};

/// A libtorch that is complete and of the right version.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Libtorch {
    /// Ours, in `.libtorch/`.
    Fetched(PathBuf),
    /// The user's, named by `LIBTORCH`.
    External(PathBuf),
}

impl Libtorch {
    /// Passes the choice on to a cargo that is about to be started.
    pub(crate) fn apply(&self, command: &mut Command) {
        match self {
            // `.cargo/config.toml` says the same for plain cargo and for editors. A variable of
            // equal value in the environment would count as a change and compile the bindings,
            // three minutes of work, again at every turn from one to the other.
            Self::Fetched(_) => command.env_remove("LIBTORCH"),
            Self::External(folder) => command.env("LIBTORCH", folder),
        };
    }
}

impl fmt::Display for Libtorch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Fetched(folder) | Self::External(folder)) = self;
        folder.display().fmt(formatter)
    }
}

/// Makes libtorch ready: checks the user's, or checks ours and fetches it where that fails.
///
/// # Errors
/// [`Error::Libtorch`] or [`Error::Tool`] with what to do; [`Error::Io`] where a file fails.
pub(crate) fn prepare(environment: &Environment) -> Result<Libtorch, Error> {
    if let Some(folder) = external_folder(environment) {
        external::check(&folder)?;
        return Ok(Libtorch::External(folder));
    }
    let platform = Platform::of_this_machine()?;
    let identity = platform.identity();
    let folder = environment.root.join(".libtorch").join(VERSION);
    if Stamp::check(&folder, &identity).is_ok() {
        return Ok(Libtorch::Fetched(folder));
    }
    let parent = environment.root.join(".libtorch");
    fs_err::create_dir_all(&parent)?;
    let _lock = lock(&parent)?;
    // Whoever held the lock before may have done the work.
    if let Err(problem) = Stamp::check(&folder, &identity) {
        if problem != Problem::NoFolder {
            report::line(&format!("libtorch {VERSION} is not whole: {problem}; fetching it again"));
        }
        toolchain::check_compilers(environment)?;
        fetch::fetch(environment, platform, &folder)?;
    }
    Ok(Libtorch::Fetched(folder))
}

/// Returns the folder that the user, not `.cargo/config.toml`, has named.
fn external_folder(environment: &Environment) -> Option<PathBuf> {
    let named = environment.working_folder.join(environment.libtorch.as_ref()?);
    let ours = Path::new(".libtorch").join(VERSION);
    let root = named.ancestors().nth(2)?;
    let same_root = || match (fs_err::canonicalize(root), fs_err::canonicalize(&environment.root)) {
        (Ok(one), Ok(other)) => one == other,
        _ => root == environment.root,
    };
    (!(named.ends_with(&ours) && same_root())).then_some(named)
}

/// Waits until no other set-up works in the folder. The lock ends with the returned file.
fn lock(parent: &Path) -> std::io::Result<fs_err::File> {
    let file = fs_err::File::create(parent.join(".lock"))?;
    if file.try_lock().is_err() {
        report::line("waiting for another set-up to finish");
        // A file system without locks (some network mounts) says so here. Going on is safe: what
        // is fetched has a folder of its own until a rename publishes it whole.
        match file.lock() {
            Err(error) if error.kind() != std::io::ErrorKind::Unsupported => return Err(error),
            _ => {}
        }
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libtorch::LibtorchError;

    fn environment(libtorch: Option<&str>) -> (tempfile::TempDir, Environment) {
        let folder = tempfile::tempdir().unwrap();
        let mut environment = Environment::bare(folder.path());
        environment.libtorch = libtorch.map(|path| folder.path().join(path));
        (folder, environment)
    }

    #[test]
    fn tells_the_users_folder_from_the_configured_one() {
        let (_folder, none) = environment(None);
        assert_eq!(external_folder(&none), None);
        let (_folder, configured) = environment(Some(".libtorch/2.11.0"));
        assert_eq!(external_folder(&configured), None);
        let (folder, own) = environment(Some("own/libtorch"));
        assert_eq!(external_folder(&own), Some(folder.path().join("own/libtorch")));
        let (_folder, mut relative) = environment(None);
        relative.libtorch = Some("elsewhere/.libtorch/2.11.0".into());
        let expected = relative.root.join("elsewhere/.libtorch/2.11.0");
        assert_eq!(external_folder(&relative), Some(expected));
    }

    #[test]
    fn checks_the_users_folder_and_fetches_nothing() {
        let (folder, own) = environment(Some("own/libtorch"));
        let error = prepare(&own).unwrap_err();
        assert!(matches!(error, Error::Libtorch(LibtorchError::ExternalIncomplete { .. })));
        assert!(!folder.path().join(".libtorch").exists());
    }

    #[test]
    fn hands_only_the_users_folder_to_cargo() {
        let mut command = Command::new("cargo");
        Libtorch::Fetched("/ours".into()).apply(&mut command);
        let variables: Vec<_> = command.get_envs().collect();
        assert_eq!(variables, [("LIBTORCH".as_ref(), None)]);
        Libtorch::External("/own".into()).apply(&mut command);
        let variables: Vec<_> = command.get_envs().collect();
        assert_eq!(variables, [("LIBTORCH".as_ref(), Some("/own".as_ref()))]);
    }
}
