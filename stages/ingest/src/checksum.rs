//! Digests that a release says its files have.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::inventory::Inventory;
use crate::{ChecksumParams, Manifest, Problem, text_file};

/// A digest that a file must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    algorithm: Algorithm,
    /// In lower case.
    hex: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Md5,
    Sha256,
    Sha512,
}

impl Algorithm {
    const ALL: [Self; 3] = [Self::Md5, Self::Sha256, Self::Sha512];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    const fn digits(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }
}

impl Wanted {
    /// Reads a digest as a manifest writes it: `sha256:9f86...`.
    ///
    /// # Errors
    /// What was found and what would be accepted.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parsed = text.split_once(':').and_then(|(name, hex)| {
            let algorithm = Algorithm::ALL.into_iter().find(|one| one.as_str() == name)?;
            Self::of_hex(hex).filter(|wanted| wanted.algorithm == algorithm)
        });
        let accepted = "`md5:`, `sha256:` or `sha512:` and 32, 64 or 128 hexadecimal digits";
        parsed.ok_or_else(|| format!("the digest `{text}`; accepted: {accepted}"))
    }

    /// Tells the algorithm from the number of digits, as lists of digests do not name it.
    fn of_hex(hex: &str) -> Option<Self> {
        let algorithm = Algorithm::ALL.into_iter().find(|one| one.digits() == hex.len())?;
        hex.bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then(|| Self { algorithm, hex: hex.to_ascii_lowercase() })
    }

    /// The digest that a file has, by the same algorithm.
    fn found(&self, path: &Path) -> io::Result<String> {
        match self.algorithm {
            Algorithm::Md5 => digest::<md5::Md5>(path),
            Algorithm::Sha256 => digest::<sha2::Sha256>(path),
            Algorithm::Sha512 => digest::<sha2::Sha512>(path),
        }
    }
}

fn digest<D: sha2::Digest>(path: &Path) -> io::Result<String> {
    let mut file = fs_err::File::open(path)?;
    let mut digest = D::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        digest.update(&buffer[..length]);
    }
    let mut hex = String::new();
    for byte in digest.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}

/// Digests by the name of their file, and where they are written.
#[derive(Debug, Default)]
pub(crate) struct Checksums {
    /// Where they are written, for messages.
    place: String,
    wanted: BTreeMap<String, Wanted>,
}

impl Checksums {
    /// The digests that the manifest gives or names; none where the release has no list of them.
    ///
    /// # Errors
    /// [`Problem::Checksums`] for a list that cannot be read.
    pub(crate) fn of(
        manifest: &Manifest,
        inventory: &Inventory,
        files: &BTreeMap<String, PathBuf>,
    ) -> Result<Option<Self>, Problem> {
        match (&manifest.file.checksums, &inventory.checksums) {
            (Some(ChecksumParams::Files(digests)), _) => {
                let read = |(path, text): (&String, &String)| {
                    let wanted = Wanted::parse(text).ok()?;
                    Some((manifest.name_of(path).into_owned(), wanted))
                };
                let place = "the manifest's `checksums`".to_owned();
                Ok(Some(Self { place, wanted: digests.iter().filter_map(read).collect() }))
            }
            (Some(ChecksumParams::File(_)), Some(path)) => {
                let broken = |message| Problem::Checksums { file: path.clone(), message };
                let text = text_file::read(&files[path]).map_err(|e| broken(e.to_string()))?;
                let wanted = listed(&text, manifest).map_err(broken)?;
                Ok(Some(Self { place: path.clone(), wanted }))
            }
            _ => Ok(None),
        }
    }

    /// What is wrong with a file, if anything.
    pub(crate) fn problem(&self, name: &str, path: &Path) -> Option<Problem> {
        let wanted = self.wanted.get(name)?;
        match wanted.found(path) {
            Ok(found) if found == wanted.hex => None,
            Ok(found) => Some(Problem::Checksum {
                file: name.to_owned(),
                algorithm: wanted.algorithm.as_str(),
                found,
                expected: wanted.hex.clone(),
                place: self.place.clone(),
            }),
            Err(source) => Some(Problem::Io { case: name.to_owned(), source }),
        }
    }

    /// A sentence about files that have no digest, if there are any.
    pub(crate) fn uncovered(&self, names: &BTreeSet<&String>) -> Option<String> {
        let names: Vec<&str> = names
            .iter()
            .map(|name| name.as_str())
            .filter(|name| !self.wanted.contains_key(*name))
            .collect();
        let first = names.first()?;
        Some(match names.len() {
            1 => format!("{} has no digest of {first}", self.place),
            count => format!("{} has no digest of {count} files, such as {first}", self.place),
        })
    }
}

/// Reads what `sha256sum` and its like write: digest, two spaces or a space and `*`, path; or, as
/// on BSD, `SHA256 (path) = digest`. Empty lines and lines that begin with `#` are passed over.
fn listed(text: &str, manifest: &Manifest) -> Result<BTreeMap<String, Wanted>, String> {
    let mut wanted = BTreeMap::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let tagged =
            line.rsplit_once(") = ").and_then(|(path, hex)| Some((hex, path.split_once(" (")?.1)));
        let plain = || line.split_once([' ', '\t']).map(|(hex, path)| (hex, path.trim_start()));
        let entry = tagged.or_else(plain).and_then(|(hex, path)| {
            let path = path.strip_prefix('*').unwrap_or(path);
            Some((manifest.name_of(path).into_owned(), Wanted::of_hex(hex)?))
        });
        let Some((path, digest)) = entry else {
            return Err(format!(
                "line {} is {line:?}; accepted are lines of an MD5, SHA-256 or SHA-512 digest and \
                 a path",
                i + 1
            ));
        };
        if wanted.insert(path.clone(), digest.clone()).is_some_and(|other| other != digest) {
            return Err(format!("line {} gives {path} a second digest", i + 1));
        }
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_name_their_algorithm() {
        let hex = "D41D8CD98F00B204E9800998ECF8427E";
        let wanted = Wanted::parse(&format!("md5:{hex}")).unwrap();
        assert_eq!(wanted.hex, hex.to_lowercase());
        for text in [hex, "md5:12", &format!("sha256:{hex}"), "sha1:x", &format!("md5:{hex:g<33}")]
        {
            let message = Wanted::parse(text).unwrap_err();
            assert!(message.starts_with(&format!("the digest `{text}`; accepted: ")), "{message}");
        }
    }

    #[test]
    fn files_have_the_digests_that_are_known() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("abc");
        fs_err::write(&path, "abc").unwrap();
        // The test vectors of RFC 1321 and FIPS 180-2.
        for text in [
            "md5:900150983cd24fb0d6963f7d28e17f72",
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ] {
            let wanted = Wanted::parse(text).unwrap();
            assert_eq!(wanted.found(&path).unwrap(), wanted.hex);
        }
    }
}
