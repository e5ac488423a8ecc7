//! Names of files made of any text.

/// Most letters of a part of a name.
const LONGEST: usize = 60;

/// Joins parts to a name that every file system takes, with letters, digits, `.`, `-` and `_` only;
/// a part that nothing is left of is passed over.
pub(crate) fn file_name(parts: &[&str]) -> String {
    let parts: Vec<_> =
        parts.iter().map(|part| cleaned(part)).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "figure".to_owned() } else { parts.join("-") }
}

fn cleaned(part: &str) -> String {
    let mut name = String::new();
    for letter in part.chars() {
        match letter {
            letter if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_') => {
                name.push(letter);
            }
            _ if name.is_empty() || name.ends_with('-') => {}
            _ => name.push('-'),
        }
        if name.len() == LONGEST {
            break;
        }
    }
    name.trim_matches(['-', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        assert_eq!(
            file_name(&["learning", "validation/dice/mean"]),
            "learning-validation-dice-mean"
        );
        assert_eq!(file_name(&["boxes", "nsd@2mm", ""]), "boxes-nsd-2mm");
        assert_eq!(file_name(&["../../etc/passwd"]), "etc-passwd");
        assert_eq!(file_name(&["心臓", "\0", ".."]), "figure");
        assert_eq!(file_name(&[&"x".repeat(500)]).len(), 60);
    }
}
