//! Requests to an MLflow server, and its answers.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use ureq::http::Response;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use crate::MlflowError;

/// How a server knows who asks.
#[derive(Clone, Default)]
pub enum Credentials {
    /// It asks nobody.
    #[default]
    None,
    /// A token.
    Token(String),
    /// A name and a password.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
}

/// How to get through to a server.
#[derive(Clone, Default)]
pub(crate) struct Connection {
    pub(crate) credentials: Credentials,
    /// A PEM file of the authorities to trust, instead of the usual ones.
    pub(crate) certificates: Option<PathBuf>,
    /// Whether any certificate will do.
    pub(crate) insecure: bool,
}

/// One server.
pub(crate) struct Http<'a> {
    agent: Agent,
    base: String,
    authorization: Option<String>,
    cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// A server is silent no longer than this.
const PATIENCE: Duration = Duration::from_mins(1);
/// Pauses before a request that the server was too busy for is made again.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

impl<'a> Http<'a> {
    pub(crate) fn new(
        url: &str,
        connection: &Connection,
        cancelled: &'a (dyn Fn() -> bool + Sync),
    ) -> Result<Self, MlflowError> {
        let base = base_of(url)?;
        let mut tls = TlsConfig::builder().disable_verification(connection.insecure);
        if let Some(path) = &connection.certificates {
            tls = tls.root_certs(RootCerts::Specific(Arc::new(certificates(path)?)));
        }
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // A request that is sent on could carry the credentials to somebody else.
            .max_redirects(0)
            .user_agent(concat!("orchestrate/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(Duration::from_secs(20)))
            .timeout_recv_response(Some(PATIENCE))
            .timeout_per_read(Some(PATIENCE))
            .timeout_per_write(Some(PATIENCE))
            .tls_config(tls.build());
        if is_loopback(&base) {
            config = config.proxy(None);
        }
        let authorization = match &connection.credentials {
            Credentials::None => None,
            Credentials::Token(token) => Some(format!("Bearer {token}")),
            Credentials::Password { user, password } => {
                Some(format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}"))))
            }
        };
        Ok(Self { agent: config.build().into(), base, authorization, cancelled })
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value, MlflowError> {
        let url = self.url(path);
        self.answer(&url, || {
            let mut request = self.agent.get(&url);
            if let Some(authorization) = &self.authorization {
                request = request.header("Authorization", authorization);
            }
            request.call()
        })
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, MlflowError> {
        let url = self.url(path);
        let bytes = body.to_string();
        self.answer(&url, || {
            let mut request = self.agent.post(&url).header("Content-Type", "application/json");
            if let Some(authorization) = &self.authorization {
                request = request.header("Authorization", authorization);
            }
            request.send(&bytes)
        })
    }

    pub(crate) fn put_file(&self, path: &str, file: &Path) -> Result<(), MlflowError> {
        let url = self.url(path);
        // Before the request, so that a file that is gone is not taken for a silent server.
        fs_err::File::open(file)?;
        self.answer(&url, || {
            let body = fs_err::File::open(file).map_err(ureq::Error::Io)?.into_parts().0;
            let kind = "application/octet-stream";
            let mut request = self.agent.put(&url).header("Content-Type", kind);
            if let Some(authorization) = &self.authorization {
                request = request.header("Authorization", authorization);
            }
            request.send(body)
        })?;
        Ok(())
    }

    /// Makes a request, again while the server is too busy, and reads its answer.
    fn answer(
        &self,
        url: &str,
        request: impl Fn() -> Result<Response<Body>, ureq::Error>,
    ) -> Result<Value, MlflowError> {
        let mut pauses = PAUSES.into_iter();
        loop {
            if (self.cancelled)() {
                return Err(MlflowError::Stopped);
            }
            let unreachable = |error: ureq::Error| MlflowError::Unreachable {
                url: url.to_owned(),
                what: reason(&error),
            };
            let mut response = request().map_err(unreachable)?;
            let status = response.status().as_u16();
            let location = response.headers().get("Location").and_then(|to| to.to_str().ok());
            let location = location.map(str::to_owned);
            let body = response.body_mut().read_to_string().map_err(unreachable)?;
            match (status, pauses.next()) {
                (200..=299, _) => return parsed(url, &body),
                (429 | 503, Some(pause)) => std::thread::sleep(pause),
                _ => return Err(refused(url, status, location, &body)),
            }
        }
    }
}

fn parsed(url: &str, body: &str) -> Result<Value, MlflowError> {
    if body.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(body).map_err(|_| MlflowError::Answer {
        url: url.to_owned(),
        what: format!("it sent `{}`", start_of(body)),
    })
}

fn refused(url: &str, status: u16, location: Option<String>, body: &str) -> MlflowError {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |field: &str| answer[field].as_str().unwrap_or_default().to_owned();
    let (code, mut message) = (text("error_code"), text("message"));
    if let Some(location) = location.filter(|_| (300..=399).contains(&status)) {
        message = format!("it sends on to {location}; use that server's address");
    } else if message.is_empty() {
        message = if body.trim().is_empty() { "nothing".to_owned() } else { start_of(body) };
    }
    MlflowError::Refused { url: url.to_owned(), status, code, message }
}

/// The first words of an answer, on one line.
fn start_of(body: &str) -> String {
    const SHOWN: usize = 200;
    let words: Vec<_> = body.split_whitespace().collect();
    let line = words.join(" ");
    let start: String = line.chars().take(SHOWN).collect();
    if start.len() < line.len() { start + " …" } else { start }
}

fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::HostNotFound => "the name of the server is unknown here".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::Timeout(_) => format!("the server is silent ({error})"),
        other => other.to_string(),
    }
}

/// The address without a slash at its end.
fn base_of(url: &str) -> Result<String, MlflowError> {
    let refuse = |what: &str| MlflowError::Address { url: url.to_owned(), what: what.to_owned() };
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let rest = rest.ok_or_else(|| refuse("it must begin with http:// or https://"))?;
    let host = rest.split('/').next().unwrap_or_default();
    if host.contains('@') {
        let what = "a name and a password belong into the environment, not into the address";
        return Err(MlflowError::Address { url: "…@…".to_owned(), what: what.to_owned() });
    }
    if host.is_empty() {
        return Err(refuse("it names no server"));
    }
    if rest.contains(['?', '#']) || url.contains(char::is_whitespace) {
        return Err(refuse("it must end with the server's path"));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

fn is_loopback(base: &str) -> bool {
    let host = base.split_once("://").map_or(base, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    let name =
        if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() };
    name == "localhost" || name.starts_with("127.") || name.starts_with("[::1]")
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, MlflowError> {
    let unusable = |what: String| MlflowError::Certificates { path: path.to_owned(), what };
    let bytes = fs_err::read(path)?;
    let mut found = Vec::new();
    for item in parse_pem(&bytes) {
        if let PemItem::Certificate(one) = item.map_err(|error| unusable(error.to_string()))? {
            found.push(one);
        }
    }
    if found.is_empty() {
        return Err(unusable("there is none in it".to_owned()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_before_anything_is_sent() {
        assert_eq!(base_of("http://localhost:5000/").unwrap(), "http://localhost:5000");
        assert_eq!(base_of("https://a.b/mlflow//").unwrap(), "https://a.b/mlflow");
        for wrong in ["ftp://a", "http://", "https://a?b=1", "http://a b", "a.b:5000"] {
            assert!(base_of(wrong).is_err(), "{wrong}");
        }
        let error = base_of("https://me:secret@a.b").unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn this_machine_is_known() {
        for here in ["http://localhost:5", "http://127.0.0.1", "http://[::1]:80/x"] {
            assert!(is_loopback(here), "{here}");
        }
        assert!(!is_loopback("http://localhost.example.org"));
        assert!(!is_loopback("http://example.org/localhost"));
    }
}
