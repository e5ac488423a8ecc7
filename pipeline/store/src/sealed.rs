//! Small files of our own that are either whole or not used: a name, a digest, the content.
//!
//! They hold what can be found out again at a price, such as which file had which content. A
//! flipped bit in one would not cost time but trust, so each begins with the digest of the rest.

use std::path::Path;

use crate::Digest;

/// Begins every sealed file; the number is the version of their contents.
const MAGIC: &[u8; 8] = b"orch-v2\n";
const HEADER: usize = MAGIC.len() + 32;

/// A content with its seal in front.
pub(crate) fn seal(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + content.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(Digest::of_bytes(content).as_bytes());
    bytes.extend_from_slice(content);
    bytes
}

/// The content of a sealed file: none if there is no such file, or if it is damaged or of another
/// version, which is logged.
pub(crate) fn read_sealed(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = fs_err::read(path).ok()?;
    let whole = bytes.len() >= HEADER
        && bytes.starts_with(MAGIC)
        && Digest::of_bytes(&bytes[HEADER..]).as_bytes() == &bytes[MAGIC.len()..HEADER];
    if !whole {
        tracing::warn!(file = %path.display(), "not whole, so it is made anew");
        return None;
    }
    bytes.drain(..HEADER);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_was_sealed_and_nothing_that_was_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        assert_eq!(read_sealed(&path), None);
        let sealed = seal(b"content");
        fs_err::write(&path, &sealed).unwrap();
        assert_eq!(read_sealed(&path).unwrap(), b"content");
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 4;
            fs_err::write(&path, &damaged).unwrap();
            assert_eq!(read_sealed(&path), None, "byte {at}");
            fs_err::write(&path, &sealed[..at]).unwrap();
            assert_eq!(read_sealed(&path), None, "cut at {at}");
        }
    }
}
