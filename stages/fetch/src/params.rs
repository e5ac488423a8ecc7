//! What a user writes under `with:`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::WantedDigest;

/// Parameters of the stage `fetch`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FetchParams {
    /// The files to fetch; at least one.
    pub files: Vec<FileParams>,
    /// The artifact kind of the output port `dataset`. Default: `dataset`, which `ingest` reads.
    #[serde(default = "dataset_kind", skip_serializing_if = "is_dataset_kind")]
    pub kind: String,
    /// How files are transferred. Not part of the result's identity: the digests are.
    #[serde(default)]
    pub transfer: TransferParams,
}

/// One file: where to get it, what it must be, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileParams {
    /// Where it is: `https://…`, `http://…`, `file://…`, or a path on this machine, relative to the
    /// experiment's folder.
    pub url: String,
    /// Other places with the same file, tried in this order after `url`. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mirrors: Vec<String>,
    /// The digest of the file as it is downloaded: `sha256:`, `blake3:` or `md5:` and hexadecimal
    /// digits. MD5 is accepted because many archives publish nothing else; it protects against
    /// accidents, not against intent.
    pub digest: WantedDigest,
    /// What the file is called under `downloads/` in the data root, where it is looked for before
    /// anything is downloaded. Default: the last part of `url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it goes in the output: the name of the file, or the folder that an archive is unpacked
    /// into. Default: `name`, and for an archive the output itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Whether it is an archive to unpack, and of which format. Default: `none`.
    #[serde(default, skip_serializing_if = "Unpack::is_none")]
    pub unpack: Unpack,
    /// How many leading folders of the paths in an archive to leave out. Default: 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub strip: u32,
    /// The most that an archive may hold when it is unpacked, in MiB. Default: 100 times the size
    /// of the archive, and 64 MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpacked_mib: Option<u64>,
}

/// What is done with a file that has arrived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Unpack {
    /// It is kept as it is.
    #[default]
    #[serde(rename = "none")]
    None,
    /// A tar archive.
    #[serde(rename = "tar")]
    Tar,
    /// A tar archive compressed by gzip.
    #[serde(rename = "tar.gz")]
    TarGz,
    /// A zip archive.
    #[serde(rename = "zip")]
    Zip,
}

/// How files are transferred.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TransferParams {
    /// How often a server is asked before it is given up, counted anew whenever more of the file
    /// has arrived; from 1 to 20. Default: 5.
    pub attempts: u32,
    /// How long to wait before the second attempt, in seconds, from 0 to 60; the wait doubles with
    /// each further one, up to a minute. Default: 1.
    pub first_wait_seconds: f64,
    /// How long a server may be silent, in seconds, from 1 to 3600. Default: 30.
    pub timeout_seconds: u64,
    /// How many files to transfer at once, from 1 to 16. Default: 4.
    pub parallel: usize,
    /// The most that one file may hold, in MiB. Default: 204800 (200 GiB).
    pub largest_mib: u64,
    /// The proxy, such as `http://proxy.example:3128`, or `none` for a direct connection. Default:
    /// what the variables `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// A file of certificates (PEM) to trust instead of the usual authorities, for networks whose
    /// proxy opens encrypted connections; relative to the experiment's folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificates: Option<String>,
}

impl Default for TransferParams {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_wait_seconds: 1.0,
            timeout_seconds: 30,
            parallel: 4,
            largest_mib: 200 * 1024,
            proxy: None,
            certificates: None,
        }
    }
}

impl Unpack {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

fn dataset_kind() -> String {
    stages_tables::kind::DATASET.to_owned()
}

fn is_dataset_kind(kind: &str) -> bool {
    kind == stages_tables::kind::DATASET
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
