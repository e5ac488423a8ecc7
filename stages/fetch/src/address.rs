//! Where a file can be had.

use std::path::PathBuf;

/// Where a file can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// On a server, by `http://` or `https://`.
    Remote(String),
    /// On this machine.
    Local(PathBuf),
}

impl Address {
    /// Reads a URL or a path.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("found an empty address".to_owned());
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(Self::Local(text.into()));
        };
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => {
                let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
                if host.is_empty() || text.contains(char::is_whitespace) {
                    return Err(format!("`{text}` is no valid URL"));
                }
                // What follows `#` is for browsers and never sent.
                Ok(Self::Remote(text.split('#').next().unwrap_or(text).to_owned()))
            }
            "file" => {
                let path = rest.strip_prefix("localhost").unwrap_or(rest);
                if !path.starts_with('/') {
                    return Err(format!(
                        "`{text}` names another machine; write three slashes: `file:///…`"
                    ));
                }
                Ok(Self::Local(decoded(path)?.into()))
            }
            other => Err(format!("`{other}://` is not supported")),
        }
    }

    /// The last part of the path: what a browser would call the file.
    pub(crate) fn file_name(text: &str) -> Option<String> {
        let path = match text.trim().split_once("://") {
            Some((_, rest)) => {
                let rest = rest.split(['?', '#']).next().unwrap_or_default();
                decoded(rest.split_once('/')?.1).ok()?
            }
            None => text.trim().to_owned(),
        };
        let name = path.rsplit('/').next().unwrap_or_default();
        (!name.is_empty() && name != "." && name != "..").then(|| name.to_owned())
    }
}

/// Resolves `%20` and its like.
fn decoded(text: &str) -> Result<String, String> {
    let invalid = || format!("`{text}` has a `%` that is not followed by two hexadecimal digits");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || {
            let byte = rest.next()?;
            char::from(byte).to_digit(16)
        };
        let (Some(high), Some(low)) = (digit(), digit()) else { return Err(invalid()) };
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).map_err(|_| format!("`{text}` is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_servers_from_files() {
        let remote = |text: &str| Ok(Address::Remote(text.to_owned()));
        let local = |text: &str| Ok(Address::Local(text.into()));
        assert_eq!(Address::parse("https://a.example/x?y=1"), remote("https://a.example/x?y=1"));
        assert_eq!(Address::parse("http://a.example/x#part"), remote("http://a.example/x"));
        assert_eq!(Address::parse("file:///data/a%20b.zip"), local("/data/a b.zip"));
        assert_eq!(Address::parse("file://localhost/a"), local("/a"));
        assert_eq!(Address::parse("../data/a.zip"), local("../data/a.zip"));
    }

    #[test]
    fn refuses_other_schemes_and_broken_ones() {
        for text in
            ["", "ftp://a/b", "s3://a/b", "file://server/a", "file:///a%2", "http://", "http:///x"]
        {
            assert!(Address::parse(text).is_err(), "{text} was accepted");
        }
    }

    #[test]
    fn names_a_file_by_the_last_part_of_its_path() {
        let name = |text| Address::file_name(text);
        assert_eq!(name("https://a.example/d/f%201.zip?download=1").as_deref(), Some("f 1.zip"));
        assert_eq!(name("../data/a.zip").as_deref(), Some("a.zip"));
        assert_eq!(name("file:///data/a.zip").as_deref(), Some("a.zip"));
        assert_eq!(name("https://a.example/"), None);
        assert_eq!(name("https://a.example"), None);
        assert_eq!(name(".."), None);
    }
}
