//! Which files of which wheels make up libtorch on which platform.

use crate::libtorch::LibtorchError;

/// The one version that the bindings (`tch` 0.24) are generated for.
pub(crate) const VERSION: &str = "2.11.0";

const CUDA_RUNTIME: &str = "nvidia-cuda-runtime";
const CUDA_CUPTI: &str = "nvidia-cuda-cupti";

/// One wheel and what is kept of it.
#[derive(Debug)]
pub(crate) struct Package {
    /// Name on the package index.
    pub(crate) name: &'static str,
    /// Exact version.
    pub(crate) version: &'static str,
    /// What is kept: path in the wheel, path in our folder. A `/` at the end means a whole folder.
    pub(crate) members: &'static [(&'static str, &'static str)],
}

impl Package {
    /// Returns how pip spells it: `torch==2.11.0`.
    pub(crate) fn requirement(&self) -> String {
        format!("{}=={}", self.name, self.version)
    }

    /// Returns the beginning of the wheel's file name: `nvidia_cuda_cupti-13.0.85-`.
    pub(crate) fn wheel_prefix(&self) -> String {
        format!("{}-{}-", self.name.replace('-', "_"), self.version)
    }
}

/// A platform that libtorch can be fetched for.
#[derive(Debug)]
pub(crate) struct Platform {
    /// Our name for it.
    pub(crate) name: &'static str,
    /// The tags its wheels carry, newest first.
    pub(crate) tags: &'static [&'static str],
    /// The wheels.
    pub(crate) packages: &'static [Package],
    /// Whether `libtorch.so` is written by us: the wheel's own asks for the CUDA libraries, which
    /// are left out, and adds nothing else to `libtorch_cpu.so`.
    pub(crate) writes_libtorch_so: bool,
    /// Size of the download, for the message that announces it.
    pub(crate) download_mb: u32,
    /// Size on disk afterwards.
    pub(crate) disk_mb: u32,
}

const INCLUDE: (&str, &str) = ("torch/include/", "include/");

static PLATFORMS: [Platform; 3] = [
    Platform {
        name: "linux-x86_64",
        tags: &[
            "manylinux_2_28_x86_64",
            "manylinux_2_25_x86_64",
            "manylinux_2_17_x86_64",
            "manylinux2014_x86_64",
        ],
        packages: &[
            Package {
                name: "torch",
                version: VERSION,
                members: &[
                    INCLUDE,
                    ("torch/lib/libtorch_cpu.so", "lib/libtorch_cpu.so"),
                    ("torch/lib/libc10.so", "lib/libc10.so"),
                    ("torch/lib/libgomp.so.1", "lib/libgomp.so.1"),
                ],
            },
            // `libtorch_cpu.so` is linked against these two; without a GPU they are idle.
            Package {
                name: CUDA_RUNTIME,
                version: "13.0.96",
                members: &[("nvidia/cu13/lib/libcudart.so.13", "lib/libcudart.so.13")],
            },
            Package {
                name: CUDA_CUPTI,
                version: "13.0.85",
                members: &[("nvidia/cu13/lib/libcupti.so.13", "lib/libcupti.so.13")],
            },
        ],
        writes_libtorch_so: true,
        download_mb: 544,
        disk_mb: 500,
    },
    Platform {
        name: "linux-aarch64",
        tags: &[
            "manylinux_2_28_aarch64",
            "manylinux_2_25_aarch64",
            "manylinux_2_17_aarch64",
            "manylinux2014_aarch64",
        ],
        packages: &[
            Package {
                name: "torch",
                version: VERSION,
                members: &[
                    INCLUDE,
                    ("torch/lib/libtorch_cpu.so", "lib/libtorch_cpu.so"),
                    ("torch/lib/libc10.so", "lib/libc10.so"),
                    ("torch/lib/libgomp.so.1", "lib/libgomp.so.1"),
                    ("torch/lib/libarm_compute.so", "lib/libarm_compute.so"),
                    ("torch/lib/libarm_compute_graph.so", "lib/libarm_compute_graph.so"),
                    ("torch/lib/libnvpl_blas_core.so.0", "lib/libnvpl_blas_core.so.0"),
                    ("torch/lib/libnvpl_blas_lp64_gomp.so.0", "lib/libnvpl_blas_lp64_gomp.so.0"),
                    ("torch/lib/libnvpl_lapack_core.so.0", "lib/libnvpl_lapack_core.so.0"),
                    (
                        "torch/lib/libnvpl_lapack_lp64_gomp.so.0",
                        "lib/libnvpl_lapack_lp64_gomp.so.0",
                    ),
                ],
            },
            Package {
                name: CUDA_RUNTIME,
                version: "13.0.96",
                members: &[("nvidia/cu13/lib/libcudart.so.13", "lib/libcudart.so.13")],
            },
            Package {
                name: CUDA_CUPTI,
                version: "13.0.85",
                members: &[("nvidia/cu13/lib/libcupti.so.13", "lib/libcupti.so.13")],
            },
        ],
        writes_libtorch_so: true,
        download_mb: 432,
        disk_mb: 345,
    },
    Platform {
        name: "macos-aarch64",
        tags: &["macosx_11_0_arm64"],
        packages: &[Package {
            name: "torch",
            version: VERSION,
            members: &[
                INCLUDE,
                ("torch/lib/libtorch.dylib", "lib/libtorch.dylib"),
                ("torch/lib/libtorch_cpu.dylib", "lib/libtorch_cpu.dylib"),
                ("torch/lib/libc10.dylib", "lib/libc10.dylib"),
                ("torch/lib/libomp.dylib", "lib/libomp.dylib"),
            ],
        }],
        writes_libtorch_so: false,
        download_mb: 81,
        disk_mb: 271,
    },
];

impl Platform {
    /// Returns the platform that this program was built for.
    ///
    /// # Errors
    /// [`LibtorchError::UnsupportedPlatform`] where no wheel exists.
    pub(crate) fn of_this_machine() -> Result<&'static Self, LibtorchError> {
        Self::of(std::env::consts::OS, std::env::consts::ARCH)
    }

    fn of(system: &str, architecture: &str) -> Result<&'static Self, LibtorchError> {
        let wanted = format!("{system}-{architecture}");
        PLATFORMS.iter().find(|platform| platform.name == wanted).ok_or_else(|| {
            let known = PLATFORMS.iter().map(|platform| platform.name).collect();
            LibtorchError::UnsupportedPlatform { platform: wanted, known }
        })
    }

    /// Returns what a complete folder was made from, as one line.
    pub(crate) fn identity(&self) -> String {
        let packages: Vec<_> = self.packages.iter().map(Package::requirement).collect();
        format!("{} {}", self.name, packages.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn knows_the_platforms_by_the_names_that_rust_gives_them() {
        assert_eq!(Platform::of("linux", "x86_64").unwrap().name, "linux-x86_64");
        assert_eq!(Platform::of("macos", "aarch64").unwrap().tags, ["macosx_11_0_arm64"]);
        let error = Platform::of("windows", "x86_64").unwrap_err();
        assert!(error.to_string().contains("windows-x86_64"), "{error}");
        assert!(error.help().contains("LIBTORCH"));
    }

    #[test]
    fn spells_packages_as_pip_and_as_wheels_do() {
        let package = &Platform::of("linux", "x86_64").unwrap().packages[2];
        assert_eq!(package.requirement(), "nvidia-cuda-cupti==13.0.85");
        assert_eq!(package.wheel_prefix(), "nvidia_cuda_cupti-13.0.85-");
    }

    #[test]
    fn agrees_with_the_workspace_on_the_version() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let config = fs_err::read_to_string(root.join(".cargo/config.toml")).unwrap();
        assert!(
            config.contains(&format!("\".libtorch/{VERSION}\"")),
            ".cargo/config.toml names another libtorch than {VERSION}"
        );
        // tch 0.24 is the release generated for libtorch 2.11; see its build script's version test.
        let manifest = fs_err::read_to_string(root.join("Cargo.toml")).unwrap();
        assert!(manifest.contains("tch = \"=0.24.0\""), "tch moved on, and VERSION did not");
    }
}
