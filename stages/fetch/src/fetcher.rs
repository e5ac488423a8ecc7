//! One file, from whichever place has it.

use std::path::Path;
use std::time::Duration;

use pipeline_engine::ActionContext;

use crate::address::Address;
use crate::backoff::Backoff;
use crate::client::Client;
use crate::download::Download;
use crate::error::{FetchError, FileFailure};
use crate::local::LocalFile;
use crate::partial::Partial;
use crate::places::Places;
use crate::tally::Tally;
use crate::{Algorithm, FileParams, TransferParams, WantedDigest};

/// What fetching files needs.
pub(crate) struct Fetcher<'a> {
    /// How to transfer.
    pub(crate) transfer: &'a TransferParams,
    /// Asks servers.
    pub(crate) client: &'a Client,
    /// Where files may lie.
    pub(crate) places: &'a Places,
    /// Where downloads are kept until they are complete.
    pub(crate) folder: &'a Path,
    /// Says how much has arrived.
    pub(crate) tally: &'a Tally<'a>,
    /// Takes messages, tells when to stop.
    pub(crate) context: &'a ActionContext<'a>,
}

impl Fetcher<'_> {
    /// Finds or downloads a file: from the downloads of a person, from an earlier attempt, from its
    /// URL, from its mirrors.
    pub(crate) fn fetch(&self, index: usize, file: &FileParams) -> Result<LocalFile, FileFailure> {
        let name = file.local_name().unwrap_or_default();
        let mut tried = Vec::new();
        let found = self.find(index, file, &name, &mut tried);
        let Some(found) = found else { return Err(FileFailure { name, tried }) };
        self.tally.say(&name);
        self.warn_of_md5(&name, file, &found);
        Ok(found)
    }

    fn find(
        &self,
        index: usize,
        file: &FileParams,
        name: &str,
        tried: &mut Vec<String>,
    ) -> Option<LocalFile> {
        for folder in self.places.downloads() {
            let path = folder.join(name);
            match LocalFile::check(&path, &file.digest, false) {
                Ok(found) => {
                    self.context.info(format!("{name}: found in {}", folder.display()));
                    return Some(found);
                }
                // That it is not there needs no word.
                Err(FetchError::Missing) => {}
                Err(error) => tried.push(format!("{}: {error}", path.display())),
            }
        }
        let hex = file.digest.hex();
        let partial = Partial::new(self.folder, &format!("{index}-{}", &hex[..16]));
        if let Ok(found) = LocalFile::check(partial.complete(), &file.digest, true) {
            self.context.info(format!("{name}: was downloaded by an earlier run"));
            return Some(found);
        }
        for text in std::iter::once(&file.url).chain(&file.mirrors) {
            let found = match Address::parse(text) {
                Ok(Address::Local(path)) => self.copy_of(&path, &file.digest),
                Ok(Address::Remote(url)) => {
                    let download = Download {
                        name,
                        url: &url,
                        wanted: &file.digest,
                        partial: &partial,
                        largest: self.transfer.largest_mib.saturating_mul(1 << 20),
                        client: self.client,
                        tally: self.tally,
                        context: self.context,
                    };
                    self.download(&download)
                }
                Err(message) => Err(FetchError::Connection(message)),
            };
            match found {
                Ok(found) => return Some(found),
                Err(FetchError::Cancelled) => return None,
                Err(error) => tried.push(format!("{text}: {error}")),
            }
        }
        None
    }

    fn download(&self, download: &Download<'_>) -> Result<LocalFile, FetchError> {
        let arrived = download.partial.length();
        let way = if arrived > 0 {
            format!("going on after {arrived} bytes from {}", download.url)
        } else {
            format!("downloading from {}", download.url)
        };
        self.context.info(format!("{}: {way}", download.name));
        let first = Duration::from_secs_f64(self.transfer.first_wait_seconds.clamp(0.0, 60.0));
        download.run(Backoff::new(first, self.transfer.attempts))?;
        LocalFile::check(download.partial.complete(), download.wanted, true)
    }

    fn copy_of(&self, path: &Path, wanted: &WantedDigest) -> Result<LocalFile, FetchError> {
        let mut last = FetchError::Missing;
        for path in self.places.resolve(path) {
            match LocalFile::check(&path, wanted, false) {
                Ok(found) => return Ok(found),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// MD5 does not protect against intent: says which digest would.
    fn warn_of_md5(&self, name: &str, file: &FileParams, found: &LocalFile) {
        if file.digest.algorithm() != Algorithm::Md5 {
            return;
        }
        if let Ok(better) = WantedDigest::of_file(Algorithm::Sha256, &found.path) {
            self.context.warn(format!(
                "`{name}` is checked by MD5 only, which does not protect against a file that was \
                 changed on purpose; this file is {better}"
            ));
        }
    }
}
