//! What is asked for.

use crate::RunName;
use crate::stream::{Position, Wanted};

/// Longer names are nobody's.
const LONGEST: usize = 1024;

/// What an address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// The page; with the secret of the printed address.
    Page { entry: Option<String> },
    /// A file of the page.
    Asset(String),
    /// What happens.
    Events { wanted: Wanted, since: Position },
    /// The report of a run.
    Report(RunName),
    /// Stopping a run.
    Stop(RunName),
}

impl Route {
    /// Reads a path and what follows its question mark; none for an address that leads nowhere.
    pub(crate) fn read(path: &str, query: Option<&str>) -> Option<Self> {
        let parts: Vec<String> =
            path.strip_prefix('/')?.split('/').map(decoded).collect::<Option<_>>()?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let field = |wanted: &str| {
            let pairs =
                query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
            pairs.filter(|(name, _)| *name == wanted).find_map(|(_, value)| decoded(value))
        };
        match parts.as_slice() {
            [""] => Some(Self::Page { entry: field("token") }),
            // Browsers ask for it of their own accord.
            ["favicon.ico"] => Some(Self::Asset("icon.svg".to_owned())),
            ["asset", name] => Some(Self::Asset((*name).to_owned())),
            ["events"] => Some(Self::Events {
                wanted: Wanted {
                    run: field("experiment")
                        .zip(field("run"))
                        .map(|(experiment, id)| RunName { experiment, id }),
                    node: field("node"),
                },
                since: field("since").map_or_else(Position::default, |text| Position::read(&text)),
            }),
            ["report", experiment, id] => Some(Self::Report(run_name(experiment, id))),
            ["stop", experiment, id] => Some(Self::Stop(run_name(experiment, id))),
            _ => None,
        }
    }
}

fn run_name(experiment: &str, id: &str) -> RunName {
    RunName { experiment: experiment.to_owned(), id: id.to_owned() }
}

/// Text with `%41` for `A`; none if it is too long or no text.
fn decoded(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        bytes.push(match (first, more) {
            (b'%', [high, low, ..]) => {
                rest = &more[2..];
                let digit = |byte: u8| char::from(byte).to_digit(16);
                u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?
            }
            (b'%', _) => return None,
            _ => *first,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded_once_and_never_split_again() {
        assert_eq!(Route::read("/", None), Some(Route::Page { entry: None }));
        let report = Route::read("/report/my%20words/2026%2F..%2f%C3%A4", None);
        assert_eq!(report, Some(Route::Report(run_name("my words", "2026/../ä"))));
        assert_eq!(Route::read("/stop/e/%2541", None), Some(Route::Stop(run_name("e", "%41"))));
        let Some(Route::Events { wanted, since }) =
            Route::read("/events", Some("experiment=e&run=1&node=train%5Bseed%3D1%5D&since=7.-.3"))
        else {
            panic!("no events")
        };
        assert_eq!(wanted.run, Some(run_name("e", "1")));
        assert_eq!(wanted.node.as_deref(), Some("train[seed=1]"));
        assert_eq!(since, Position { list: Some(7), run: None, log: Some(3) });
    }

    #[test]
    fn odd_addresses_lead_nowhere() {
        let long = format!("/asset/{}", "x".repeat(2000));
        for path in [
            "",
            "*",
            "/asset",
            "/asset/a/b",
            "/report/e",
            "/x",
            "/report/e/%f",
            "/report/e/%zz",
            "/report/%ff/1",
            "//",
            &long,
        ] {
            assert_eq!(Route::read(path, None), None, "{path}");
        }
    }
}
