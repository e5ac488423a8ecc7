//! The cookie that says that a browser was let in.

use hyper::HeaderMap;
use hyper::header::COOKIE;

use crate::secret::Secret;

/// Browsers keep one jar for all ports of a machine, so the port is in the name.
pub(crate) fn name(port: u16) -> String {
    format!("runs-page-{port}")
}

/// Scripts cannot read it, and no other site's page sends it along.
pub(crate) fn set(port: u16, secret: &Secret) -> String {
    format!("{}={}; HttpOnly; SameSite=Strict; Path=/", name(port), secret.text())
}

/// Whether the request brings it.
pub(crate) fn is_there(headers: &HeaderMap, port: u16, secret: &Secret) -> bool {
    let name = name(port);
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .any(|(key, value)| key == name && secret.is(value))
}
