//! The HTTP client: one request for a file, or for the rest of one.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::{HeaderMap, header};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy};

use crate::TransferParams;
use crate::error::FetchError;

/// Asks servers for files. Cheap to share between threads.
pub(crate) struct Client {
    agent: Agent,
}

/// What a server sends.
pub(crate) struct Reply {
    /// The position in the file of the first byte of `body`.
    pub(crate) start: u64,
    /// The size of the whole file, if the server says it.
    pub(crate) total: Option<u64>,
    /// What tells this content of the URL from an earlier or later one.
    pub(crate) validator: Option<String>,
    /// The bytes.
    pub(crate) body: Box<dyn Read>,
}

/// Why there are no bytes.
pub(crate) enum Refusal {
    /// Asking again is of no use.
    Final(FetchError),
    /// It may go better next time, not before the server's own wish.
    Temporary { error: FetchError, after: Option<Duration> },
    /// The server has nothing beyond the position that was asked for.
    NothingMore { total: Option<u64> },
}

impl Client {
    /// A client with these settings; `certificates` is a PEM file.
    pub(crate) fn new(
        transfer: &TransferParams,
        certificates: Option<&Path>,
    ) -> Result<Self, FetchError> {
        let timeout = Some(Duration::from_secs(transfer.timeout_seconds));
        let mut tls = TlsConfig::builder();
        if let Some(path) = certificates {
            tls = tls.root_certs(RootCerts::Specific(Arc::new(read_certificates(path)?)));
        }
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .user_agent(concat!("orchestrate/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .timeout_connect(timeout)
            .timeout_recv_response(timeout)
            // Of each read, not of the whole file: a slow server may take hours.
            .timeout_per_read(timeout)
            .timeout_per_write(timeout)
            .tls_config(tls.build());
        match transfer.proxy.as_deref() {
            None => {}
            Some("none") => config = config.proxy(None),
            Some(proxy) => config = config.proxy(Proxy::new(proxy).ok()),
        }
        Ok(Self { agent: config.build().into() })
    }

    /// Breaks off everything under way.
    pub(crate) fn stop(&self) {
        self.agent.clone().shutdown();
    }

    /// Asks for a file from a position on. With a `validator`, the server sends the whole file if
    /// it is not the same any more.
    pub(crate) fn get(
        &self,
        url: &str,
        from: u64,
        validator: Option<&str>,
    ) -> Result<Reply, Refusal> {
        let mut request = self.agent.get(url);
        if from > 0 {
            request = request.header(header::RANGE, format!("bytes={from}-"));
            if let Some(validator) = validator {
                request = request.header(header::IF_RANGE, validator);
            }
        }
        let response = request.call().map_err(refusal)?;
        let status = response.status().as_u16();
        let (parts, body) = response.into_parts();
        let total = || content_range(&parts.headers).and_then(|(_, total)| total);
        let (start, total) = match status {
            200 => (0, body.content_length()),
            206 => {
                let Some((Some(start), total)) = content_range(&parts.headers) else {
                    let error = "the server sends a part and does not say which";
                    return Err(Refusal::Final(FetchError::Connection(error.to_owned())));
                };
                (start, total)
            }
            416 => return Err(Refusal::NothingMore { total: total() }),
            408 | 425 | 429 | 500..=599 => {
                let after = text(&parts.headers, &header::RETRY_AFTER)
                    .and_then(|text| text.trim().parse().ok())
                    .map(Duration::from_secs);
                return Err(Refusal::Temporary { error: FetchError::Status { status }, after });
            }
            _ => return Err(Refusal::Final(FetchError::Status { status })),
        };
        Ok(Reply {
            start,
            total,
            validator: validator_of(&parts.headers),
            body: Box::new(body.into_reader()),
        })
    }
}

fn read_certificates(path: &Path) -> Result<Vec<Certificate<'static>>, FetchError> {
    let unreadable = |reason: String| FetchError::Certificates { path: path.to_owned(), reason };
    let bytes = fs_err::read(path)?;
    let mut certificates = Vec::new();
    for item in parse_pem(&bytes) {
        if let PemItem::Certificate(certificate) =
            item.map_err(|error| unreadable(error.to_string()))?
        {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err(unreadable("there is none in it".to_owned()));
    }
    Ok(certificates)
}

fn refusal(error: ureq::Error) -> Refusal {
    let text = error.to_string();
    // The standard library has no kind of error for this.
    let unknown_host = text.contains("failed to lookup address information");
    let temporary = match &error {
        ureq::Error::Io(_) => !unknown_host,
        ureq::Error::Timeout(_) | ureq::Error::Protocol(_) | ureq::Error::ConnectionFailed => true,
        _ => false,
    };
    let error = FetchError::Connection(match error {
        ureq::Error::HostNotFound => "the name of the server is unknown here".to_owned(),
        ureq::Error::Io(_) if unknown_host => {
            "the name of the server cannot be looked up; is there a network?".to_owned()
        }
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::Timeout(_) => format!("the server is silent ({text})"),
        _ => text,
    });
    if temporary { Refusal::Temporary { error, after: None } } else { Refusal::Final(error) }
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A strong entity tag, or else the time of the last change; weak tags do not stand for bytes.
fn validator_of(headers: &HeaderMap) -> Option<String> {
    text(headers, &header::ETAG)
        .filter(|tag| tag.starts_with('"'))
        .or_else(|| text(headers, &header::LAST_MODIFIED))
        .map(str::to_owned)
}

/// Reads `bytes 5-9/10`, `bytes 5-9/*` and `bytes */10`: first position and total size.
fn content_range(headers: &HeaderMap) -> Option<(Option<u64>, Option<u64>)> {
    let (range, total) =
        text(headers, &header::CONTENT_RANGE)?.trim().strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-').and_then(|(start, _)| start.trim().parse().ok());
    Some((start, total.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn reads_which_part_is_sent() {
        let range = |value| content_range(&headers(header::CONTENT_RANGE, value));
        assert_eq!(range("bytes 5-9/10"), Some((Some(5), Some(10))));
        assert_eq!(range("bytes 5-9/*"), Some((Some(5), None)));
        assert_eq!(range("bytes */10"), Some((None, Some(10))));
        assert_eq!(range("lines 1-2/3"), None);
    }

    #[test]
    fn trusts_strong_tags_only() {
        let validator = |name, value| validator_of(&headers(name, value));
        assert_eq!(validator(header::ETAG, "\"a\"").as_deref(), Some("\"a\""));
        assert_eq!(validator(header::ETAG, "W/\"a\""), None);
        let date = "Wed, 21 Oct 2015 07:28:00 GMT";
        assert_eq!(validator(header::LAST_MODIFIED, date).as_deref(), Some(date));
    }
}
