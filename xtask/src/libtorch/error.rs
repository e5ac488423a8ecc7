//! Why libtorch could not be made ready.

use std::fmt;
use std::path::PathBuf;

use crate::libtorch::VERSION;

/// Why libtorch could not be made ready.
#[derive(Debug)]
pub(crate) enum LibtorchError {
    /// There is no wheel for this machine.
    UnsupportedPlatform {
        /// The machine.
        platform: String,
        /// The machines that have one.
        known: Vec<&'static str>,
    },
    /// The folder named by `LIBTORCH` lacks something.
    ExternalIncomplete {
        /// The folder.
        folder: PathBuf,
        /// What is missing in it.
        missing: String,
    },
    /// The folder named by `LIBTORCH` holds another version.
    ExternalVersion {
        /// The folder.
        folder: PathBuf,
        /// The file that names the version.
        file: PathBuf,
        /// That version.
        found: String,
    },
    /// The folder named by `LIBTORCH` does not say its version.
    ExternalVersionUnknown {
        /// The folder.
        folder: PathBuf,
    },
    /// pip failed; it has printed why.
    Download {
        /// The packages, as pip spells them.
        requirements: Vec<String>,
        /// The tags of the machine's wheels.
        tags: &'static [&'static str],
    },
    /// pip succeeded without leaving the wheel.
    NoWheel {
        /// What its file name begins with.
        prefix: String,
    },
    /// A wheel cannot be unpacked, or a file in it differs from its checksum.
    Unpack {
        /// The wheel's file name.
        wheel: String,
        /// What the unpacking script said.
        message: String,
    },
}

impl LibtorchError {
    /// Returns what the reader can do about it.
    pub(crate) fn help(&self) -> String {
        let own = format!("set LIBTORCH to the folder of a libtorch {VERSION}");
        match self {
            Self::UnsupportedPlatform { known, .. } => {
                format!("{own} built for this machine; it is fetched only for {}", known.join(", "))
            }
            Self::ExternalIncomplete { .. }
            | Self::ExternalVersion { .. }
            | Self::ExternalVersionUnknown { .. } => {
                format!("{own}, or unset it to have that version fetched into .libtorch/")
            }
            Self::Download { requirements, tags } => {
                let platforms: Vec<_> =
                    tags.iter().map(|tag| format!("--platform {tag}")).collect();
                format!(
                    "check the network, the proxy (HTTPS_PROXY) and the free disk space \
                     (2 GB while fetching).\nWithout a network: on another machine run\n  \
                     python3 -m pip download --no-deps --only-binary=:all: --python-version 3.11 \
                     {} --dest wheels {}\nthen copy `wheels` here and set PIP_NO_INDEX=1 and \
                     PIP_FIND_LINKS=/path/to/wheels.\nOr {own}.",
                    platforms.join(" "),
                    requirements.join(" ")
                )
            }
            Self::NoWheel { .. } | Self::Unpack { .. } => format!(
                "run the command again; if it stays, the package index serves a damaged file: {own}"
            ),
        }
    }
}

impl fmt::Display for LibtorchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnsupportedPlatform { platform, .. } => {
                write!(formatter, "libtorch {VERSION} cannot be fetched for {platform}")
            }
            Self::ExternalIncomplete { folder, missing } => {
                let folder = folder.display();
                write!(formatter, "LIBTORCH is `{folder}`, which has no `{missing}`")
            }
            Self::ExternalVersion { folder, file, found } => write!(
                formatter,
                "LIBTORCH is `{}`, which holds version {found} (says `{}`); {VERSION} is needed",
                folder.display(),
                file.display()
            ),
            Self::ExternalVersionUnknown { folder } => write!(
                formatter,
                "LIBTORCH is `{}`, which does not say its version; {VERSION} is needed",
                folder.display()
            ),
            Self::Download { requirements, .. } => {
                write!(formatter, "pip could not download {}", requirements.join(", "))
            }
            Self::NoWheel { prefix } => {
                write!(formatter, "pip downloaded no file `{prefix}*.whl`")
            }
            Self::Unpack { wheel, message } => {
                write!(formatter, "cannot unpack `{wheel}`: {}", message.trim_end())
            }
        }
    }
}

impl std::error::Error for LibtorchError {}
