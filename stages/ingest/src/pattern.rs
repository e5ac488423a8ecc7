//! Paths with named parts.

use std::collections::BTreeMap;
use std::fmt;

/// The texts that the named parts of a pattern stand for, by name.
pub type Parts = BTreeMap<String, String>;

/// A relative path with named parts, such as `{subject}/{subject}_frame{frame:digits}.nii[.gz]`.
///
/// `{name}` stands for one or more characters other than `/`, `{name:digits}` for one or more of
/// `0` to `9`; a name that occurs twice stands for the same text both times. `[text]` is text that
/// may be missing. Everything else stands for itself, upper and lower case told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Optional(String),
    Part { name: String, digits: bool },
}

/// A text that is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a path pattern: {reason}")]
pub struct PatternError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`PatternError`] for unclosed or empty brackets, an unknown kind of part, or a path that is
    /// absolute or climbs out of the dataset.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let error =
            |reason: &str| PatternError { text: text.to_owned(), reason: reason.to_owned() };
        if text.is_empty() {
            return Err(error("it is empty"));
        }
        if text.starts_with('/') || text.split('/').any(|folder| folder == "..") {
            return Err(error("it must stay inside the dataset's folder"));
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let close = match first {
                '{' => '}',
                '[' => ']',
                '}' | ']' => return Err(error("a closing bracket has no opening one")),
                _ => {
                    let end = rest.find(['{', '[', '}', ']']).unwrap_or(rest.len());
                    pieces.push(Piece::Text(rest[..end].to_owned()));
                    rest = &rest[end..];
                    continue;
                }
            };
            let end = rest.find(close).ok_or_else(|| error("a bracket is not closed"))?;
            let inner = &rest[1..end];
            pieces.push(if first == '[' {
                if inner.is_empty() || inner.contains(['{', '[', '/']) {
                    return Err(error("`[...]` holds text without `/` and brackets"));
                }
                Piece::Optional(inner.to_owned())
            } else {
                let (name, digits) = match inner.split_once(':') {
                    None => (inner, false),
                    Some((name, "digits")) => (name, true),
                    Some(_) => return Err(error("after `:` only `digits` is known")),
                };
                let valid = |c: char| c.is_ascii_alphanumeric() || c == '_';
                if name.is_empty() || !name.chars().all(valid) {
                    return Err(error("a part needs a name of letters, digits and `_`"));
                }
                Piece::Part { name: name.to_owned(), digits }
            });
            rest = &rest[end + 1..];
        }
        Ok(Self { text: text.to_owned(), pieces })
    }

    /// The parts of a path, or none if it does not match. Where several readings are possible, the
    /// earlier parts take as much as they can.
    pub fn matches(&self, path: &str) -> Option<Parts> {
        let mut parts = Parts::new();
        matches_from(&self.pieces, path, &mut parts).then_some(parts)
    }

    /// The path for these parts, optional text included; none if a part is missing.
    pub fn render(&self, parts: &Parts) -> Option<String> {
        let mut path = String::new();
        for piece in &self.pieces {
            path.push_str(match piece {
                Piece::Text(text) | Piece::Optional(text) => text,
                Piece::Part { name, .. } => parts.get(name)?,
            });
        }
        Some(path)
    }

    /// The names of the parts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Part { name, .. } => Some(name.as_str()),
            Piece::Text(_) | Piece::Optional(_) => None,
        })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn matches_from(pieces: &[Piece], rest: &str, parts: &mut Parts) -> bool {
    let Some((piece, pieces)) = pieces.split_first() else { return rest.is_empty() };
    match piece {
        Piece::Text(text) => {
            rest.strip_prefix(text.as_str()).is_some_and(|rest| matches_from(pieces, rest, parts))
        }
        Piece::Optional(text) => {
            rest.strip_prefix(text.as_str()).is_some_and(|rest| matches_from(pieces, rest, parts))
                || matches_from(pieces, rest, parts)
        }
        Piece::Part { name, digits } => {
            if let Some(bound) = parts.get(name) {
                let bound = bound.clone();
                return rest
                    .strip_prefix(bound.as_str())
                    .is_some_and(|rest| matches_from(pieces, rest, parts));
            }
            let allowed = |c: char| if *digits { c.is_ascii_digit() } else { c != '/' };
            let longest = rest.find(|c| !allowed(c)).unwrap_or(rest.len());
            // Ends from the longest to one character.
            let ends: Vec<usize> =
                rest[..longest].char_indices().map(|(start, c)| start + c.len_utf8()).collect();
            for end in ends.into_iter().rev() {
                parts.insert(name.clone(), rest[..end].to_owned());
                if matches_from(pieces, &rest[end..], parts) {
                    return true;
                }
                parts.remove(name);
            }
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    fn parts(pairs: &[(&str, &str)]) -> Parts {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn names_stand_for_the_same_text_everywhere() {
        let image = pattern("{subject}/{subject}_frame{frame:digits}.nii[.gz]");
        let expected = parts(&[("subject", "patient001"), ("frame", "01")]);
        let path = "patient001/patient001_frame01.nii";
        assert_eq!(image.matches(path).as_ref(), Some(&expected));
        assert_eq!(image.matches(&format!("{path}.gz")).as_ref(), Some(&expected));
        assert_eq!(image.matches("patient001/patient002_frame01.nii.gz"), None);
        assert_eq!(image.matches("patient001/patient001_frame01_gt.nii.gz"), None);
        assert_eq!(image.matches("a/patient001/patient001_frame01.nii.gz"), None);
        assert_eq!(image.render(&expected).unwrap(), format!("{path}.gz"));
        assert_eq!(image.render(&Parts::new()), None);
    }

    #[test]
    fn parts_give_back_what_a_later_piece_needs() {
        let label = pattern("{case}_seg.mhd");
        assert_eq!(label.matches("a_seg_seg.mhd"), Some(parts(&[("case", "a_seg")])));
        assert_eq!(label.matches("_seg.mhd"), None, "a part is at least one character");
        assert_eq!(pattern("é{x}é").matches("ééé"), Some(parts(&[("x", "é")])));
    }

    #[test]
    fn refuses_what_is_no_pattern() {
        for (text, reason) in [
            ("", "empty"),
            ("/data/{x}", "inside"),
            ("a/../{x}", "inside"),
            ("{x", "not closed"),
            ("x}", "no opening"),
            ("{}", "needs a name"),
            ("{x:hex}", "only `digits`"),
            ("a[]", "holds text"),
        ] {
            let error = Pattern::parse(text).unwrap_err();
            assert!(error.reason.contains(reason), "{error}");
        }
    }
}
