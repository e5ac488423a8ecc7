//! Digests in the forms that archives publish.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::io::{self, Read, Write};
use std::path::Path;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// A way to compute a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// SHA-256: 64 hexadecimal digits.
    Sha256,
    /// BLAKE3: 64 hexadecimal digits.
    Blake3,
    /// MD5: 32 hexadecimal digits. Two files with one MD5 can be made on purpose.
    Md5,
}

impl Algorithm {
    const ALL: [Self; 3] = [Self::Sha256, Self::Blake3, Self::Md5];

    /// The word before the colon.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Blake3 => "blake3",
            Self::Md5 => "md5",
        }
    }

    /// How many hexadecimal digits a digest has.
    fn digits(self) -> usize {
        match self {
            Self::Sha256 | Self::Blake3 => 64,
            Self::Md5 => 32,
        }
    }
}

/// The digest that a file must have, such as `sha256:9f86…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WantedDigest {
    algorithm: Algorithm,
    hex: String,
}

impl WantedDigest {
    /// How it is computed.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its hexadecimal digits, in lower case.
    pub fn hex(&self) -> &str {
        &self.hex
    }

    /// The digest of a file.
    pub(crate) fn of_file(algorithm: Algorithm, path: &Path) -> io::Result<Self> {
        let mut hasher = Hasher::new(algorithm);
        hasher.read(fs_err::File::open(path)?)?;
        Ok(hasher.finish())
    }
}

impl TryFrom<String> for WantedDigest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let accepted = "write `sha256:`, `blake3:` or `md5:` and the digits";
        let (word, hex) = text.trim().split_once(':').ok_or_else(|| {
            format!("`{text}` does not say how the digest was computed: {accepted}")
        })?;
        let algorithm = Algorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == word.to_ascii_lowercase())
            .ok_or_else(|| format!("unknown kind of digest `{word}`: {accepted}"))?;
        let digits = algorithm.digits();
        if hex.len() != digits || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(format!(
                "a {word} digest has {digits} hexadecimal digits, found `{hex}` with {}",
                hex.chars().count()
            ));
        }
        Ok(Self { algorithm, hex: hex.to_ascii_lowercase() })
    }
}

impl From<WantedDigest> for String {
    fn from(digest: WantedDigest) -> Self {
        digest.to_string()
    }
}

impl JsonSchema for WantedDigest {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "WantedDigest".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^((sha256|blake3):[0-9a-fA-F]{64}|md5:[0-9a-fA-F]{32})$",
        })
    }
}

impl fmt::Display for WantedDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.as_str(), self.hex)
    }
}

/// Computes a digest of what is written to it.
pub(crate) enum Hasher {
    Sha256(sha2::Sha256),
    Blake3(Box<blake3::Hasher>),
    Md5(md5::Md5),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(sha2::Sha256::new()),
            Algorithm::Blake3 => Self::Blake3(Box::default()),
            Algorithm::Md5 => Self::Md5(md5::Md5::new()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Blake3(hasher) => {
                hasher.update(bytes);
            }
            Self::Md5(hasher) => hasher.update(bytes),
        }
    }

    /// Takes everything that a reader gives; returns how many bytes that were.
    pub(crate) fn read(&mut self, mut from: impl Read) -> io::Result<u64> {
        let mut buffer = vec![0; 1 << 18];
        let mut total = 0;
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return Ok(total),
                Ok(count) => {
                    self.update(&buffer[..count]);
                    total += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn finish(self) -> WantedDigest {
        let (algorithm, hex) = match self {
            Self::Sha256(hasher) => (Algorithm::Sha256, hex(&hasher.finalize())),
            Self::Blake3(hasher) => (Algorithm::Blake3, hasher.finalize().to_hex().to_string()),
            Self::Md5(hasher) => (Algorithm::Md5, hex(&hasher.finalize())),
        };
        WantedDigest { algorithm, hex }
    }
}

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(algorithm: Algorithm, text: &str) -> String {
        let mut hasher = Hasher::new(algorithm);
        hasher.read(text.as_bytes()).unwrap();
        hasher.finish().to_string()
    }

    #[test]
    fn agrees_with_published_test_vectors() {
        // FIPS 180-2, RFC 1321 and the BLAKE3 paper.
        assert_eq!(
            of(Algorithm::Sha256, "abc"),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(of(Algorithm::Md5, "abc"), "md5:900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(
            of(Algorithm::Blake3, ""),
            "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
        );
    }

    #[test]
    fn case_does_not_matter_and_is_written_in_one_way() {
        let digest =
            WantedDigest::try_from("MD5:900150983CD24FB0D6963F7D28E17F72".to_owned()).unwrap();
        assert_eq!(String::from(digest), "md5:900150983cd24fb0d6963f7d28e17f72");
    }

    #[test]
    fn refuses_what_is_no_digest_and_says_what_is() {
        let refused = |text: &str| WantedDigest::try_from(text.to_owned()).unwrap_err();
        assert!(
            refused("900150983cd24fb0d6963f7d28e17f72").contains("how the digest was computed")
        );
        assert!(refused("sha1:00").contains("unknown kind of digest `sha1`"));
        assert!(refused("sha256:00").contains("64 hexadecimal digits, found `00` with 2"));
        assert!(refused(&format!("md5:{}", "g".repeat(32))).contains("32 hexadecimal digits"));
    }
}
