//! Texts with placeholders: `{inputs.slices}`, and `{{` for a brace.

use pipeline_spec::{quoted_list, suggest};

/// What stands for something that is known only when the action runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Placeholder {
    /// The folder of an input; of each artifact for a port that takes many.
    Input(String),
    /// The folder of an output.
    Output(String),
    /// One source file.
    Source(String),
    /// The folder with all source files.
    SourceDir,
    /// The folder for temporary files, in which the program starts.
    Scratch,
    /// The folder that survives attempts that fail.
    Resume,
    /// The job file.
    Job,
    /// The number of CPUs.
    Cpus,
    /// The numbers of the GPUs, with commas.
    Gpus,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// As it is.
    Text(String),
    /// To be filled in.
    Placeholder(Placeholder),
}

/// A mistake in a text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlaceholderError {
    /// What was found.
    pub(crate) message: String,
    /// What would be accepted.
    pub(crate) help: String,
}

/// The ports and files that placeholders may name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known<'a> {
    pub(crate) inputs: Vec<&'a str>,
    pub(crate) outputs: Vec<&'a str>,
    pub(crate) has_sources: bool,
}

/// The placeholders without a name of their own.
const PLAIN: [(&str, Placeholder); 6] = [
    ("source_dir", Placeholder::SourceDir),
    ("scratch", Placeholder::Scratch),
    ("resume", Placeholder::Resume),
    ("job", Placeholder::Job),
    ("cpus", Placeholder::Cpus),
    ("gpus", Placeholder::Gpus),
];

const BRACE: &str = "for a brace write `{{` or `}}`";

/// Takes a text apart. Reports every mistake in it.
pub(crate) fn parse(text: &str, known: &Known<'_>) -> Result<Vec<Piece>, Vec<PlaceholderError>> {
    let mut pieces = Vec::new();
    let mut errors = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("{{") {
            plain.push('{');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("}}") {
            plain.push('}');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('}') {
            errors.push(PlaceholderError {
                message: "found a `}` without its `{`".to_owned(),
                help: BRACE.to_owned(),
            });
            rest = after;
        } else {
            let inner = &rest[1..];
            let Some((name, after)) = inner.split_once('}') else {
                errors.push(PlaceholderError {
                    message: "found a `{` without its `}`".to_owned(),
                    help: BRACE.to_owned(),
                });
                break;
            };
            match placeholder(name, known) {
                Ok(found) => {
                    if !plain.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    }
                    pieces.push(Piece::Placeholder(found));
                }
                Err(error) => errors.push(error),
            }
            rest = after;
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Ok(pieces)
}

fn placeholder(name: &str, known: &Known<'_>) -> Result<Placeholder, PlaceholderError> {
    if let Some((_, found)) = PLAIN.into_iter().find(|(plain, _)| *plain == name) {
        return Ok(found);
    }
    match name.split_once('.') {
        Some(("inputs", port)) if known.inputs.contains(&port) => {
            return Ok(Placeholder::Input(port.to_owned()));
        }
        Some(("outputs", port)) if known.outputs.contains(&port) => {
            return Ok(Placeholder::Output(port.to_owned()));
        }
        // Which files there are is known when they are listed.
        Some(("sources", path)) if known.has_sources && !path.is_empty() => {
            return Ok(Placeholder::Source(path.to_owned()));
        }
        _ => {}
    }
    let mut accepted: Vec<String> = Vec::new();
    accepted.extend(known.inputs.iter().map(|port| format!("inputs.{port}")));
    accepted.extend(known.outputs.iter().map(|port| format!("outputs.{port}")));
    if known.has_sources {
        accepted.push("sources.PATH".to_owned());
    }
    accepted.extend(PLAIN.iter().map(|(name, _)| (*name).to_owned()));
    let names: Vec<&str> = accepted.iter().map(String::as_str).collect();
    let guess = suggest(name, &names).map(|name| format!("did you mean `{{{name}}}`? "));
    Err(PlaceholderError {
        message: format!("unknown placeholder `{{{name}}}`"),
        help: format!("{}accepted: {}; {BRACE}", guess.unwrap_or_default(), quoted_list(&names)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known<'static> {
        Known { inputs: vec!["slices"], outputs: vec!["model"], has_sources: true }
    }

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    #[test]
    fn takes_a_text_apart() {
        let found = parse("--in={inputs.slices}/a {{x}} {sources.a.d/b.py}{cpus}", &known());
        assert_eq!(
            found.unwrap(),
            [
                text("--in="),
                Piece::Placeholder(Placeholder::Input("slices".to_owned())),
                text("/a {x} "),
                Piece::Placeholder(Placeholder::Source("a.d/b.py".to_owned())),
                Piece::Placeholder(Placeholder::Cpus),
            ]
        );
        assert_eq!(parse("", &known()), Ok(vec![]));
    }

    #[test]
    fn reports_every_unknown_placeholder_with_a_guess() {
        let errors = parse("{input.slices} {scrach} {}", &known()).unwrap_err();
        assert_eq!(errors.len(), 3);
        assert_eq!(errors[0].message, "unknown placeholder `{input.slices}`");
        assert!(errors[0].help.starts_with("did you mean `{inputs.slices}`?"), "{errors:?}");
        assert!(errors[1].help.starts_with("did you mean `{scratch}`?"), "{errors:?}");
        assert!(errors[2].help.starts_with("accepted: `inputs.slices`"), "{errors:?}");
    }

    #[test]
    fn a_single_brace_is_a_mistake() {
        for text in ["a } b", "a { b", "awk '{print $1}'"] {
            let errors = parse(text, &known()).unwrap_err();
            assert_eq!(errors.len(), 1, "{text}");
            assert!(errors[0].help.contains("{{"), "{errors:?}");
        }
    }

    #[test]
    fn ports_that_are_not_declared_are_unknown() {
        let nothing = Known::default();
        for text in ["{inputs.slices}", "{outputs.model}", "{sources.a.py}"] {
            assert!(parse(text, &nothing).is_err(), "{text}");
        }
    }
}
