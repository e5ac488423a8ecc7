//! The programs that a machine must bring: a C and a C++ compiler, Python with pip.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::environment::Environment;
use crate::error::Error;

/// Oldest pip that knows the platform tags of libtorch's wheels (`manylinux_2_28`).
const OLDEST_PIP: (u32, u32) = (20, 3);
/// Oldest Python that the unpacking script runs on.
const OLDEST_PYTHON: (u32, u32) = (3, 8);

/// A program that is missing, too old or does not work.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ToolError {
    /// No such program.
    Missing {
        /// Its name.
        tool: String,
        /// What it is needed for.
        purpose: &'static str,
        /// The Debian package that holds it.
        package: &'static str,
    },
    /// The program is older than what is needed.
    TooOld {
        /// Its name.
        tool: &'static str,
        /// Its version.
        found: String,
        /// The oldest version that serves.
        oldest: (u32, u32),
        /// The Debian package that holds it.
        package: &'static str,
    },
    /// The program is there and fails at what it is for.
    Broken {
        /// Its path.
        tool: String,
        /// What it was asked to do.
        task: &'static str,
        /// What it printed.
        output: String,
        /// The Debian package that repairs it.
        package: &'static str,
    },
}

impl ToolError {
    /// Returns what to install.
    pub(crate) fn help(&self) -> String {
        let (Self::Missing { package, .. }
        | Self::TooOld { package, .. }
        | Self::Broken { package, .. }) = self;
        let elsewhere = match *package {
            "g++" | "gcc" => "on Fedora: `dnf install gcc-c++`; on macOS: `xcode-select --install`",
            "python3-pip" => "elsewhere: `python3 -m ensurepip --upgrade`",
            _ => "elsewhere: https://www.python.org/downloads/",
        };
        format!("on Debian or Ubuntu: `apt install {package}`; {elsewhere}")
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { tool, purpose, .. } => {
                write!(formatter, "`{tool}` is not installed; it is needed to {purpose}")
            }
            Self::TooOld { tool, found, oldest: (major, minor), .. } => {
                write!(formatter, "{tool} is version {found}; {major}.{minor} or newer is needed")
            }
            Self::Broken { tool, task, output, .. } => {
                write!(formatter, "`{tool}` cannot {task}:\n{}", output.trim_end())
            }
        }
    }
}

/// Checks that the compilers that cargo and libtorch's bindings call are on `PATH`.
///
/// # Errors
/// [`ToolError::Missing`] that names the package to install.
pub(crate) fn check_compilers(environment: &Environment) -> Result<(), ToolError> {
    if environment.find_program("cc").is_none() {
        let purpose = "link every program";
        return Err(ToolError::Missing { tool: "cc".into(), purpose, package: "gcc" });
    }
    cxx(environment).map(drop)
}

fn cxx(environment: &Environment) -> Result<PathBuf, ToolError> {
    let name = environment.cxx.clone().unwrap_or_else(|| "c++".into());
    // `CXX` may hold a launcher before the compiler and options behind it: `ccache g++ -m64`.
    let program = name.to_string_lossy().split_whitespace().next().unwrap_or("c++").to_owned();
    environment.find_program(&program).ok_or(ToolError::Missing {
        tool: program,
        purpose: "compile the bindings to libtorch",
        package: "g++",
    })
}

/// Compiles and links a program of two lines, because a C++ compiler without its standard library
/// would otherwise show only after libtorch has been fetched, and less clearly.
///
/// # Errors
/// [`ToolError::Broken`] with the compiler's output.
pub(crate) fn try_cxx(environment: &Environment, scratch: &Path) -> Result<(), Error> {
    let program = cxx(environment)?;
    let source = scratch.join("probe.cpp");
    fs_err::write(
        &source,
        "#include <string>\nint main() { return static_cast<int>(std::string().size()); }\n",
    )?;
    let name = environment.cxx.as_ref().map(|name| name.to_string_lossy().into_owned());
    let options = name.iter().flat_map(|name| name.split_whitespace().skip(1));
    let mut command = Command::new(&program);
    command.args(options).arg("-std=c++17").arg(&source).arg("-o").arg(scratch.join("probe"));
    let output = run(command, &program)?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Tool(ToolError::Broken {
        tool: program.display().to_string(),
        task: "compile a C++ program of two lines",
        output: text_of(&output),
        package: "g++",
    }))
}

/// Finds a Python that has pip, both new enough.
///
/// # Errors
/// [`Error::Tool`] that says what to install.
pub(crate) fn python_with_pip(environment: &Environment) -> Result<PathBuf, Error> {
    let missing = |tool: &str, package| ToolError::Missing {
        tool: tool.into(),
        purpose: "fetch libtorch, which comes in Python wheels",
        package,
    };
    let python =
        environment.find_program("python3").ok_or_else(|| missing("python3", "python3"))?;

    let mut command = Command::new(&python);
    command.args(["-c", "import sys; print('python %d.%d' % sys.version_info[:2])"]);
    let output = run(command, &python)?;
    if !output.status.success() {
        return Err(Error::Tool(ToolError::Broken {
            tool: python.display().to_string(),
            task: "print its version",
            output: text_of(&output),
            package: "python3",
        }));
    }
    require("python3", &text_of(&output), OLDEST_PYTHON, "python3")?;

    let mut command = Command::new(&python);
    command.args(["-m", "pip", "--version"]);
    let output = run(command, &python)?;
    if !output.status.success() {
        return Err(missing("pip", "python3-pip").into());
    }
    require("pip", &text_of(&output), OLDEST_PIP, "python3-pip")?;
    Ok(python)
}

/// Checks the version in a line like `pip 23.2.1 from …`.
fn require(
    tool: &'static str,
    line: &str,
    oldest: (u32, u32),
    package: &'static str,
) -> Result<(), ToolError> {
    let version = line.split_whitespace().nth(1).unwrap_or_default();
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found >= oldest {
        return Ok(());
    }
    let found = if version.is_empty() { "unknown".into() } else { version.to_owned() };
    Err(ToolError::TooOld { tool, found, oldest, package })
}

fn run(mut command: Command, program: &Path) -> Result<Output, Error> {
    command.output().map_err(|source| Error::Start { program: program.into(), source })
}

fn text_of(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::environment::write_script;

    fn machine(programs: &[(&str, &str)]) -> (tempfile::TempDir, Environment) {
        let folder = tempfile::tempdir().unwrap();
        for (name, body) in programs {
            write_script(&folder.path().join("programs").join(name), body);
        }
        let environment = Environment::bare(folder.path());
        (folder, environment)
    }

    fn said(error: &Error) -> (String, String) {
        (error.to_string(), error.help().unwrap_or_default())
    }

    #[test]
    fn names_the_package_of_a_missing_compiler() {
        let (_folder, bare) = machine(&[]);
        let error = check_compilers(&bare).unwrap_err();
        assert_eq!(error.to_string(), "`cc` is not installed; it is needed to link every program");
        assert!(error.help().contains("apt install gcc"));

        let (_folder, only_c) = machine(&[("cc", "exit 0")]);
        let error = check_compilers(&only_c).unwrap_err();
        assert!(error.to_string().starts_with("`c++` is not installed"));
        assert!(error.help().contains("apt install g++"));

        let (_folder, both) = machine(&[("cc", "exit 0"), ("c++", "exit 0")]);
        assert_eq!(check_compilers(&both), Ok(()));
    }

    #[test]
    fn honours_a_compiler_named_by_the_user() {
        let (_folder, mut environment) = machine(&[("cc", "exit 0"), ("my-cxx", "exit 0")]);
        environment.cxx = Some("my-cxx -m64".into());
        assert_eq!(check_compilers(&environment), Ok(()));
        environment.cxx = Some("other-cxx".into());
        assert!(
            check_compilers(&environment).unwrap_err().to_string().starts_with("`other-cxx` is")
        );
    }

    #[test]
    fn shows_what_a_broken_compiler_said() {
        let body = "echo 'fatal error: string: No such file or directory' >&2; exit 1";
        let (folder, environment) = machine(&[("c++", body)]);
        let (message, help) = said(&try_cxx(&environment, folder.path()).unwrap_err());
        assert!(message.contains("cannot compile a C++ program"), "{message}");
        assert!(message.contains("string: No such file"), "{message}");
        assert!(help.contains("apt install g++"), "{help}");
    }

    #[test]
    fn tells_a_missing_python_from_a_missing_pip() {
        let (_folder, bare) = machine(&[]);
        let (message, help) = said(&python_with_pip(&bare).unwrap_err());
        assert!(message.starts_with("`python3` is not installed"), "{message}");
        assert!(help.contains("apt install python3`"), "{help}");

        let body = "case $1 in -c) echo python 3.11;; *) exit 1;; esac";
        let (_folder, no_pip) = machine(&[("python3", body)]);
        let (message, help) = said(&python_with_pip(&no_pip).unwrap_err());
        assert!(message.starts_with("`pip` is not installed"), "{message}");
        assert!(help.contains("apt install python3-pip"), "{help}");
    }

    #[test]
    fn refuses_an_old_pip_and_accepts_a_new_one() {
        let with_pip = |version: &str| {
            format!("case $1 in -c) echo python 3.11;; *) echo pip {version} from here;; esac")
        };
        let (_folder, old) = machine(&[("python3", &with_pip("20.2.4"))]);
        let (message, _) = said(&python_with_pip(&old).unwrap_err());
        assert_eq!(message, "pip is version 20.2.4; 20.3 or newer is needed");

        let (folder, new) = machine(&[("python3", &with_pip("26.1"))]);
        assert_eq!(python_with_pip(&new).unwrap(), folder.path().join("programs/python3"));
    }

    #[test]
    fn refuses_an_old_python() {
        let (_folder, old) = machine(&[("python3", "echo python 3.6")]);
        let (message, _) = said(&python_with_pip(&old).unwrap_err());
        assert_eq!(message, "python3 is version 3.6; 3.8 or newer is needed");
    }
}
