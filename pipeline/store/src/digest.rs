//! Content digests: BLAKE3, 256 bits, written as lower-case hexadecimal.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The BLAKE3 digest of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// A text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a digest: expected 64 hexadecimal digits")]
pub struct ParseDigestError {
    found: String,
}

impl Digest {
    /// The digest of these bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The digest of a file's content. Errors name the file.
    pub fn of_file(path: &Path) -> std::io::Result<Self> {
        use std::io::Read;

        let mut file = fs_err::File::open(path)?;
        let mut hasher = blake3::Hasher::new();
        // Small files, of which there may be many thousands, in one read; large ones in pieces
        // that stay in the processor's cache.
        let length = file.metadata().map_or(0, |meta| meta.len());
        let mut buffer = vec![0; (length + 1).clamp(4 << 10, 256 << 10) as usize];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(Self(*hasher.finalize().as_bytes())),
                count => {
                    hasher.update(&buffer[..count]);
                }
            }
        }
    }

    /// The digest of these bytes in a domain of its own, so that a key can never equal a blob's
    /// digest.
    pub fn keyed(domain: &str, bytes: &[u8]) -> Self {
        Self(blake3::derive_key(domain, bytes))
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A digest from its 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The first 12 digits, for people.
    pub fn short(&self) -> String {
        self.to_string()[..12].to_owned()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(blake3::Hash::from_bytes(self.0).to_hex().as_str())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        blake3::Hash::from_hex(text)
            .map(|hash| Self(*hash.as_bytes()))
            .map_err(|_| ParseDigestError { found: text.to_owned() })
    }
}

/// Hexadecimal in formats that people read, 32 bytes in the others.
impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(blake3::Hash::from_bytes(self.0).to_hex().as_str())
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return <[u8; 32]>::deserialize(deserializer).map(Self);
        }
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_digest_of_nothing() {
        // BLAKE3 of the empty input, from its specification.
        let expected = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(Digest::of_bytes(b"").to_string(), expected);
        assert_eq!(expected.parse::<Digest>().unwrap(), Digest::of_bytes(b""));
    }

    #[test]
    fn refuses_what_is_not_a_digest() {
        assert!("af13".parse::<Digest>().is_err());
        assert!("../../../etc/passwd".parse::<Digest>().is_err());
    }

    #[test]
    fn a_key_never_equals_the_digest_of_the_same_bytes() {
        assert_ne!(Digest::keyed("domain", b"x"), Digest::of_bytes(b"x"));
    }
}
