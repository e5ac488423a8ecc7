//! Answers, each with the headers that keep a browser from doing more than it should.

use bytes::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Response, StatusCode};
use tokio::sync::mpsc::Receiver;

use crate::body::Body;

/// An answer.
pub(crate) type Answer = Response<Body>;

pub(crate) const HTML: &str = "text/html; charset=utf-8";
pub(crate) const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

/// The page loads its own files and talks to its own server, nothing else.
const OWN_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// A report is a page of its own with scripts of its own. It is kept apart from this one: it cannot
/// use the cookie, and it loads nothing.
const REPORT_POLICY: &str = "sandbox allow-scripts allow-downloads allow-popups allow-modals; \
     default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; \
     font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// An answer that is there at once.
pub(crate) fn whole(
    status: StatusCode,
    content_type: &'static str,
    text: impl Into<Bytes>,
) -> Answer {
    secured(status, content_type, Body::Whole(Some(text.into())), OWN_POLICY)
}

/// A report.
pub(crate) fn report(page: impl Into<Bytes>) -> Answer {
    let mut answer = secured(StatusCode::OK, HTML, Body::Whole(Some(page.into())), REPORT_POLICY);
    // Copying is what its buttons are for.
    let permissions = HeaderValue::from_static("clipboard-write=*");
    answer.headers_mut().insert(HeaderName::from_static("permissions-policy"), permissions);
    answer
}

/// Events as they come.
pub(crate) fn events(pieces: Receiver<Bytes>) -> Answer {
    secured(StatusCode::OK, EVENTS, Body::Stream(pieces), OWN_POLICY)
}

/// A few words for a person.
pub(crate) fn words(status: StatusCode, words: &str) -> Answer {
    whole(status, "text/plain; charset=utf-8", format!("{words}\n"))
}

fn secured(
    status: StatusCode,
    content_type: &'static str,
    body: Body,
    policy: &'static str,
) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}
