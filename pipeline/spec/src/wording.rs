//! From what serde says to what a user needs.

use crate::suggest::unknown_name_help;

/// How the advice to write a value as text begins.
pub(crate) const IN_QUOTES: &str = "put it in quotes: ";

/// A sentence of serde, taken apart and put in the user's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wording {
    pub(crate) kind: Kind,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// What kind of mistake it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    UnknownField(String),
    UnknownVariant,
    MissingField(String),
    WrongType,
    Other,
}

impl Kind {
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::UnknownField(_) => "spec::unknown_field",
            Self::UnknownVariant => "spec::unknown_value",
            Self::MissingField(_) => "spec::missing_field",
            Self::WrongType => "spec::wrong_type",
            Self::Other => "spec::invalid_value",
        }
    }
}

/// Puts a sentence of serde in the user's words, with what would be accepted.
pub(crate) fn reword(message: &str) -> Wording {
    // Map keys are read from text of their own, whose position means nothing to a user.
    let message = message.split(" at line ").next().unwrap_or(message);
    if message == "invalid value: expected key to be a number in quotes" {
        return Wording {
            kind: Kind::WrongType,
            message: "a key of this map is not a number".to_owned(),
            help: Some("every key of this map is a number: `0: background`".to_owned()),
        };
    }
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let (found, known) = name_and_known(rest);
        let help = if known.is_empty() {
            "no fields are accepted here".to_owned()
        } else {
            unknown_name_help(&found, &known, "accepted here")
        };
        let message = format!("unknown field `{found}`");
        return Wording { kind: Kind::UnknownField(found), message, help: Some(help) };
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        let (found, known) = name_and_known(rest);
        let help = unknown_name_help(&found, &known, "accepted here");
        let message = format!("`{found}` is not one of the accepted values");
        return Wording { kind: Kind::UnknownVariant, message, help: Some(help) };
    }
    if let Some(found) = message.strip_prefix("missing field ").and_then(quoted) {
        return Wording {
            message: format!("the field `{found}` is missing"),
            help: Some(format!("add `{found}: …`")),
            kind: Kind::MissingField(found),
        };
    }
    let wrong = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))
        .and_then(|rest| rest.rsplit_once(", expected "));
    if let Some((found, expected)) = wrong {
        return Wording {
            kind: Kind::WrongType,
            message: format!("found {}, expected {}", plain_found(found), plain_expected(expected)),
            help: type_help(found, expected),
        };
    }
    Wording { kind: Kind::Other, message: message.to_owned(), help: None }
}

/// Splits "`x`, expected one of `a`, `b`".
fn name_and_known(rest: &str) -> (String, Vec<&str>) {
    let (name, expected) = rest.rsplit_once(", expected ").unwrap_or((rest, ""));
    let found = quoted(name).unwrap_or_else(|| {
        // "`x`, there are no fields"
        name.split('`').nth(1).unwrap_or(name).to_owned()
    });
    (found, expected.split('`').skip(1).step_by(2).collect())
}

fn quoted(text: &str) -> Option<String> {
    text.strip_prefix('`')?.strip_suffix('`').map(str::to_owned)
}

fn plain_found(found: &str) -> String {
    if let Some(text) = found.strip_prefix("string ") {
        return format!("the text {text}");
    }
    if let Some(number) =
        found.strip_prefix("integer ").or_else(|| found.strip_prefix("floating point "))
    {
        return format!("the number {number}");
    }
    match found {
        "null" | "unit value" | "Option value" => "nothing".to_owned(),
        "sequence" => "a list".to_owned(),
        "map" => "a map".to_owned(),
        other => match other.strip_prefix("boolean ") {
            Some(value) => format!("the boolean {value}"),
            None => other.to_owned(),
        },
    }
}

fn plain_expected(expected: &str) -> String {
    let plain = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a string" | "string" | "str" => "text",
        "a boolean" => "`true` or `false`",
        "a sequence" => "a list",
        "a map" => "a map",
        "a nonzero u8" | "a nonzero u16" | "a nonzero u32" | "a nonzero u64"
        | "a nonzero usize" => "a whole number, 1 or more",
        "string or map" => "one name, or a map with one name and its fields",
        "map with a single key" => "a map with exactly one name and its fields",
        other => {
            return match other.strip_prefix("struct ") {
                Some(_) => "a map of fields".to_owned(),
                None => other.strip_prefix("enum ").map_or_else(
                    || other.to_owned(),
                    |_| "one name, or a map with one name and its fields".to_owned(),
                ),
            };
        }
    };
    plain.to_owned()
}

/// What to write instead, where YAML itself is the trap.
fn type_help(found: &str, expected: &str) -> Option<String> {
    let text = found.strip_prefix("string ").map(|text| text.trim_matches('"'));
    if let Some(text) = text {
        let lower = text.to_lowercase();
        let yes = matches!(lower.as_str(), "yes" | "on" | "y");
        if expected == "a boolean" && (yes || matches!(lower.as_str(), "no" | "off" | "n")) {
            return Some(format!("`{text}` is text; write `{yes}`"));
        }
        if is_number_type(expected) {
            return number_help(text);
        }
    }
    if matches!(expected, "a string" | "string" | "str") {
        let value = found.split('`').nth(1)?;
        return Some(format!("{IN_QUOTES}\"{value}\""));
    }
    None
}

fn is_number_type(expected: &str) -> bool {
    let short = expected.trim_start_matches("a nonzero ");
    short.starts_with(['u', 'i', 'f'])
        && short.trim_start_matches(['u', 'i', 'f']).parse::<u8>().is_ok()
        || matches!(short, "usize" | "isize")
}

fn number_help(text: &str) -> Option<String> {
    let without_underscores = text.replace('_', "");
    if without_underscores != text && without_underscores.parse::<f64>().is_ok() {
        return Some(format!("write numbers without underscores: {without_underscores}"));
    }
    if let Ok(number) = text.parse::<f64>() {
        if !number.is_finite() {
            return Some("a number is at most about 1.8e308".to_owned());
        }
        let plain = text.trim_start_matches('+').trim_start_matches('0');
        if text.starts_with('0') && !plain.is_empty() && plain != text {
            return Some(format!("a number does not start with 0: write {plain}"));
        }
        return Some(format!("write it without quotes: {text}"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_gets_a_suggestion_and_the_list() {
        let wording = reword("unknown field `epoch`, expected one of `epochs`, `seed`");
        assert_eq!(wording.kind, Kind::UnknownField("epoch".to_owned()));
        assert_eq!(wording.message, "unknown field `epoch`");
        assert_eq!(
            wording.help.as_deref(),
            Some("did you mean `epochs`? accepted here: `epochs`, `seed`")
        );
        let none = reword("unknown field `x`, there are no fields");
        assert_eq!(none.help.as_deref(), Some("no fields are accepted here"));
        assert_eq!(none.kind, Kind::UnknownField("x".to_owned()));
    }

    #[test]
    fn types_are_named_as_a_user_would() {
        let wording = reword("invalid type: string \"abc\", expected u32");
        assert_eq!(wording.message, "found the text \"abc\", expected a whole number, 0 or more");
        let wording = reword("invalid value: integer `300`, expected u8");
        assert_eq!(
            wording.message,
            "found the number `300`, expected a whole number from 0 to 255"
        );
        let wording = reword("invalid type: sequence, expected struct Optimizer");
        assert_eq!(wording.message, "found a list, expected a map of fields");
    }

    #[test]
    fn the_traps_of_yaml_get_help() {
        let help = |message: &str| reword(message).help.unwrap();
        assert_eq!(
            help("invalid type: string \"no\", expected a boolean"),
            "`no` is text; write `false`"
        );
        assert_eq!(
            help("invalid type: string \"1_000\", expected u32"),
            "write numbers without underscores: 1000"
        );
        assert_eq!(
            help("invalid type: string \"010\", expected u32"),
            "a number does not start with 0: write 10"
        );
        assert_eq!(help("invalid type: string \"5\", expected f64"), "write it without quotes: 5");
        assert_eq!(
            help("invalid type: string \"1e400\", expected f64"),
            "a number is at most about 1.8e308"
        );
        assert_eq!(
            help("invalid type: integer `101`, expected a string"),
            "put it in quotes: \"101\""
        );
    }

    #[test]
    fn a_sentence_of_our_own_stays() {
        assert_eq!(reword("weights must sum to 1").message, "weights must sum to 1");
    }
}
