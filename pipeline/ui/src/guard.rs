//! Who may ask: requests that were sent to this machine by name, from the page itself, by a browser
//! that was let in.
//!
//! Any web page may make a browser send requests to this machine. `Host` tells a page whose name was
//! made to point here (it is answered 421), `Origin` and `Sec-Fetch-Site` tell other pages (403), and
//! the secret tells whoever was not given the address by the user (403).

use hyper::header::{HOST, HeaderName, ORIGIN};
use hyper::{HeaderMap, Method, StatusCode, Uri};

use crate::cookie;
use crate::secret::Secret;

/// The header of requests that change something.
pub(crate) const PAGE_SECRET: &str = "x-page-secret";

/// What is known of those who may ask.
pub(crate) struct Guard {
    pub(crate) port: u16,
    /// In the address that is printed, then in the cookie.
    pub(crate) entry: Secret,
    /// In the page, for requests that change something.
    pub(crate) page: Secret,
}

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) reason: &'static str,
}

const MISDIRECTED: Refusal = Refusal {
    status: StatusCode::MISDIRECTED_REQUEST,
    reason: "this page answers only at 127.0.0.1, localhost and [::1] with its own port",
};
const FOREIGN: Refusal = Refusal {
    status: StatusCode::FORBIDDEN,
    reason: "another site's page asked; this one answers only to itself",
};
const UNKNOWN: Refusal = Refusal {
    status: StatusCode::FORBIDDEN,
    reason: "open the whole address that the program printed, with what follows the question mark; \
             every start of the program has a new one",
};
const NO_PAGE_SECRET: Refusal =
    Refusal { status: StatusCode::FORBIDDEN, reason: "load the page again, then try once more" };

impl Guard {
    /// Whether to answer. `entry` is the secret in the address, if there is one.
    pub(crate) fn check(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        entry: Option<&str>,
    ) -> Result<(), Refusal> {
        let host = only(headers, &HOST).ok_or(MISDIRECTED)?;
        let named_in_uri = uri.authority().map_or(host, |authority| authority.as_str());
        if !self.is_here(host) || !named_in_uri.eq_ignore_ascii_case(host) {
            return Err(MISDIRECTED);
        }
        let knocks = entry.is_some_and(|entry| self.entry.is(entry));
        if !is_own_origin(headers, host) || !(is_own_page(headers) || knocks && opens(headers)) {
            return Err(FOREIGN);
        }
        if !knocks && !cookie::is_there(headers, self.port, &self.entry) {
            return Err(UNKNOWN);
        }
        let reads = *method == Method::GET || *method == Method::HEAD;
        let page = only(headers, &HeaderName::from_static(PAGE_SECRET));
        if !reads && !page.is_some_and(|page| self.page.is(page)) {
            return Err(NO_PAGE_SECRET);
        }
        Ok(())
    }

    /// Whether a `Host` is one of the names of this machine for itself.
    fn is_here(&self, host: &str) -> bool {
        let port = self.port;
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
            host.eq_ignore_ascii_case(&format!("{name}:{port}"))
                || (port == 80 && host.eq_ignore_ascii_case(name))
        })
    }
}

/// A header that is there exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Programs that are no browsers send no `Origin`.
fn is_own_origin(headers: &HeaderMap, host: &str) -> bool {
    let own = || only(headers, &ORIGIN).is_some_and(|origin| origin == format!("http://{host}"));
    !headers.contains_key(ORIGIN) || own()
}

/// `none` is an address that the user typed.
fn is_own_page(headers: &HeaderMap) -> bool {
    let site = HeaderName::from_static("sec-fetch-site");
    !headers.contains_key(&site) || matches!(only(headers, &site), Some("same-origin" | "none"))
}

/// A link that somebody clicked: in a terminal within a browser, for example.
fn opens(headers: &HeaderMap) -> bool {
    let is = |name: &'static str, value: &str| {
        only(headers, &HeaderName::from_static(name)) == Some(value)
    };
    is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard { port: 8460, entry: Secret::new().unwrap(), page: Secret::new().unwrap() }
    }

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in fields {
            map.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        map
    }

    /// What a browser that was let in gets for these headers beside the cookie.
    fn get(guard: &Guard, fields: &[(&'static str, &str)]) -> Option<u16> {
        let cookie = format!("other=1; {}", cookie::set(8460, &guard.entry));
        let cookie = cookie.split("; HttpOnly").next().unwrap();
        let mut all = headers(fields);
        all.append("cookie", cookie.parse().unwrap());
        let uri = Uri::from_static("/events");
        guard.check(&Method::GET, &uri, &all, None).err().map(|refusal| refusal.status.as_u16())
    }

    #[test]
    fn only_names_of_this_machine_with_the_port_are_answered() {
        let guard = guard();
        for host in ["127.0.0.1:8460", "localhost:8460", "LocalHost:8460", "[::1]:8460"] {
            assert_eq!(get(&guard, &[("host", host)]), None, "{host}");
        }
        for host in ["evil.example", "evil.example:8460", "127.0.0.1", "localhost:80", "", "[::1]"]
        {
            assert_eq!(get(&guard, &[("host", host)]), Some(421), "{host}");
        }
        assert_eq!(get(&guard, &[]), Some(421));
        let twice = [("host", "localhost:8460"), ("host", "evil.example")];
        assert_eq!(get(&guard, &twice), Some(421));
    }

    #[test]
    fn other_pages_are_refused() {
        let guard = guard();
        let ask = |name: &'static str, value: &str| {
            get(&guard, &[("host", "127.0.0.1:8460"), (name, value)])
        };
        assert_eq!(ask("origin", "http://127.0.0.1:8460"), None);
        for origin in [
            "http://evil.example",
            "http://localhost:8460",
            "http://127.0.0.1:3000",
            "https://127.0.0.1:8460",
            "null",
        ] {
            assert_eq!(ask("origin", origin), Some(403), "{origin}");
        }
        for (site, expected) in [
            ("same-origin", None),
            ("none", None),
            ("same-site", Some(403)),
            ("cross-site", Some(403)),
            ("?", Some(403)),
        ] {
            assert_eq!(ask("sec-fetch-site", site), expected, "{site}");
        }
    }

    #[test]
    fn a_link_with_the_secret_may_be_clicked_anywhere_but_nothing_else_may_use_it() {
        let guard = guard();
        let uri = Uri::from_static("/");
        let clicked = [
            ("host", "localhost:8460"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        let ask = |fields: &[(&'static str, &str)], entry: &str| {
            guard.check(&Method::GET, &uri, &headers(fields), Some(entry)).is_ok()
        };
        assert!(ask(&clicked, guard.entry.text()));
        assert!(!ask(&clicked, "wrong") && !ask(&clicked, ""));
        assert!(!ask(&clicked[..2], guard.entry.text()), "a script that fetches");
        let framed = [clicked[0], clicked[1], clicked[2], ("sec-fetch-dest", "iframe")];
        assert!(!ask(&framed, guard.entry.text()), "a frame in another page");
    }

    #[test]
    fn without_the_cookie_nothing_and_without_the_pages_secret_no_change() {
        let guard = guard();
        let host = ("host", "127.0.0.1:8460");
        let uri = Uri::from_static("/stop/e/1");
        let post = |fields: &[(&'static str, &str)]| {
            guard.check(&Method::POST, &uri, &headers(fields), None)
        };
        assert_eq!(post(&[host]), Err(UNKNOWN));
        let cookie = format!("runs-page-8460={}", guard.entry.text());
        let other = format!("runs-page-8461={}", guard.entry.text());
        assert_eq!(post(&[host, ("cookie", &other)]), Err(UNKNOWN));
        let cookie = ("cookie", cookie.as_str());
        assert_eq!(post(&[host, cookie]), Err(NO_PAGE_SECRET));
        assert_eq!(post(&[host, cookie, (PAGE_SECRET, guard.entry.text())]), Err(NO_PAGE_SECRET));
        assert_eq!(post(&[host, cookie, (PAGE_SECRET, guard.page.text())]), Ok(()));
        let absolute = Uri::from_static("http://evil.example/");
        let all = headers(&[host, cookie]);
        assert_eq!(guard.check(&Method::GET, &absolute, &all, None), Err(MISDIRECTED));
    }
}
