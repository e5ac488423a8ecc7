//! One file from one URL, in as many attempts as it takes.

use std::io::{ErrorKind, Read, Write};
use std::time::Duration;

use pipeline_engine::ActionContext;

use crate::WantedDigest;
use crate::backoff::{Backoff, wait};
use crate::client::{Client, Refusal, Reply};
use crate::error::FetchError;
use crate::partial::{Beginning, Partial};
use crate::tally::Tally;

/// How much is read at once.
const CHUNK: usize = 1 << 18;

/// What downloading one file needs.
pub(crate) struct Download<'a> {
    /// What the file is called.
    pub(crate) name: &'a str,
    /// Where it is.
    pub(crate) url: &'a str,
    /// What it must be.
    pub(crate) wanted: &'a WantedDigest,
    /// What has arrived.
    pub(crate) partial: &'a Partial,
    /// The most bytes it may have.
    pub(crate) largest: u64,
    /// Asks the server.
    pub(crate) client: &'a Client,
    /// Says how much has arrived.
    pub(crate) tally: &'a Tally<'a>,
    /// Takes messages, tells when to stop.
    pub(crate) context: &'a ActionContext<'a>,
}

/// How one attempt ended.
enum Attempt {
    /// Everything has arrived. It is doubtful if it was put together from several requests, or if
    /// the server did not say how much there is.
    Complete { doubtful: bool },
    /// Another one may go better.
    Failed { error: FetchError, after: Option<Duration> },
}

impl Download<'_> {
    /// Downloads until the file is complete and verified.
    ///
    /// # Errors
    /// When the server cannot or will not send it, or sends something else.
    pub(crate) fn run(&self, mut backoff: Backoff) -> Result<(), FetchError> {
        let mut furthest = self.partial.length();
        loop {
            self.check_cancelled()?;
            let attempt = self.attempt();
            let (error, after) = match attempt {
                Ok(Attempt::Complete { doubtful }) => match self.verify(doubtful)? {
                    None => return Ok(()),
                    // The next attempt begins anew.
                    Some(error) => (error, None),
                },
                Ok(Attempt::Failed { error, after }) => (error, after),
                Err(error) => {
                    self.check_cancelled()?;
                    return Err(error);
                }
            };
            self.check_cancelled()?;
            if self.partial.length() > furthest {
                furthest = self.partial.length();
                backoff.progressed();
            }
            let Some(pause) = backoff.failed(after) else { return Err(error) };
            self.context.info(format!(
                "{}: {error} ({}); asking again in {:.1} s",
                self.name,
                self.url,
                pause.as_secs_f64()
            ));
            wait(pause, self.context)?;
        }
    }

    fn check_cancelled(&self) -> Result<(), FetchError> {
        self.context.check_cancelled().map_err(|_| FetchError::Cancelled)
    }

    /// Takes the file if its digest is the wanted one. Otherwise forgets it: with an error, unless
    /// it is doubtful whether the server's whole file was seen.
    fn verify(&self, doubtful: bool) -> Result<Option<FetchError>, FetchError> {
        let found = WantedDigest::of_file(self.wanted.algorithm(), self.partial.bytes())?;
        if found == *self.wanted {
            self.partial.finish()?;
            return Ok(None);
        }
        self.partial.discard()?;
        let error = FetchError::Digest { found, wanted: self.wanted.clone() };
        if doubtful { Ok(Some(error)) } else { Err(error) }
    }

    fn attempt(&self) -> Result<Attempt, FetchError> {
        let arrived = self.partial.length();
        let beginning = self.partial.beginning();
        let same_url = beginning.url == self.url;
        let validator = beginning.validator.as_deref().filter(|_| same_url);
        let reply = match self.client.get(self.url, arrived, validator) {
            Ok(reply) => reply,
            Err(Refusal::Final(error)) => return Err(error),
            Err(Refusal::Temporary { error, after }) => {
                return Ok(Attempt::Failed { error, after });
            }
            Err(Refusal::NothingMore { total }) => {
                if total == Some(arrived) {
                    return Ok(Attempt::Complete { doubtful: true });
                }
                self.partial.discard()?;
                let error = FetchError::Status { status: 416 };
                return Ok(Attempt::Failed { error, after: None });
            }
        };
        if reply.total.is_some_and(|total| total > self.largest) {
            return Err(FetchError::TooLarge { limit: self.largest });
        }
        let fits = reply.start == arrived
            && (arrived == 0 || beginning.total.is_none() || beginning.total == reply.total);
        if !fits && reply.start != 0 {
            // A part of something else: forget what there is and ask for the whole.
            self.partial.discard()?;
            let error = "the file on the server has changed meanwhile".to_owned();
            return Ok(Attempt::Failed { error: FetchError::Connection(error), after: None });
        }
        let resumed = arrived > 0 && reply.start == arrived;
        let file = if resumed {
            self.partial.resume()?
        } else {
            self.partial.begin(&Beginning {
                url: self.url.to_owned(),
                validator: reply.validator.clone(),
                total: reply.total,
            })?
        };
        let start = if resumed { arrived } else { 0 };
        self.receive(reply, file, start, resumed)
    }

    fn receive(
        &self,
        reply: Reply,
        mut file: fs_err::File,
        start: u64,
        resumed: bool,
    ) -> Result<Attempt, FetchError> {
        let Reply { total, mut body, .. } = reply;
        let mut arrived = start;
        let missing = |arrived: u64| total.map_or(0, |total| total.saturating_sub(arrived));
        self.tally.expect(missing(start));
        let mut chunk = vec![0; CHUNK];
        loop {
            self.check_cancelled()?;
            let count = match body.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.tally.forget(missing(arrived));
                    let error = match total {
                        Some(total) if error.kind() == ErrorKind::UnexpectedEof => {
                            FetchError::Short { received: arrived, total }
                        }
                        _ => FetchError::Connection(error.to_string()),
                    };
                    return Ok(Attempt::Failed { error, after: None });
                }
            };
            arrived += count as u64;
            if arrived > self.largest {
                self.partial.discard()?;
                return Err(FetchError::TooLarge { limit: self.largest });
            }
            file.write_all(&chunk[..count])?;
            self.tally.add(count as u64, self.name);
        }
        match total {
            Some(total) if arrived < total => {
                self.tally.forget(missing(arrived));
                let error = FetchError::Short { received: arrived, total };
                Ok(Attempt::Failed { error, after: None })
            }
            _ => Ok(Attempt::Complete { doubtful: resumed || total.is_none() }),
        }
    }
}
