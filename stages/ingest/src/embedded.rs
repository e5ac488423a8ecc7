//! The data manifests that are part of the program.

/// Name and content of every manifest in the repository's `data-manifests/`, by name.
pub fn embedded_manifests() -> &'static [(&'static str, &'static [u8])] {
    const MANIFESTS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/manifests.rs"));
    MANIFESTS
}
