//! "Did you mean …?"

/// The known name that a misspelled one was probably meant to be.
///
/// Case, `-` and `_` are ignored. Beyond that at most a third of the letters may differ, so that
/// an unrelated name is never suggested. Among equally close names the first wins.
pub fn suggest(found: &str, known: &[&str]) -> Option<String> {
    let plain = |name: &str| name.to_lowercase().replace('-', "_");
    let wanted = plain(found);
    let allowed = (wanted.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let candidate = plain(name);
        let mut distance = strsim::damerau_levenshtein(&wanted, &candidate);
        // A name cut short (`reg` for `regularizers`) or lengthened counts as close.
        let shorter = wanted.len().min(candidate.len());
        if shorter >= 3 && (candidate.starts_with(&wanted) || wanted.starts_with(&candidate)) {
            distance = distance.min(1);
        }
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name.to_owned())
}

/// Names as a sentence lists them: "`a`, `b`, `c`".
pub fn quoted_list<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let quoted: Vec<String> =
        names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    quoted.join(", ")
}

/// The help for an unknown name: a suggestion, if one is close, and what is accepted.
pub(crate) fn unknown_name_help(found: &str, known: &[&str], accepted: &str) -> String {
    let list = if known.is_empty() { "none".to_owned() } else { quoted_list(known) };
    match suggest(found, known) {
        Some(name) => format!("did you mean `{name}`? {accepted}: {list}"),
        None => format!("{accepted}: {list}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_nearest_name() {
        let known = ["epochs", "seed", "learning_rate", "regularizers"];
        assert_eq!(suggest("epoch", &known).as_deref(), Some("epochs"));
        assert_eq!(suggest("sede", &known).as_deref(), Some("seed"));
        assert_eq!(suggest("Learning-Rate", &known).as_deref(), Some("learning_rate"));
        assert_eq!(suggest("reg", &known).as_deref(), Some("regularizers"));
    }

    #[test]
    fn stays_silent_when_nothing_is_near() {
        assert_eq!(suggest("momentum", &["epochs", "seed"]), None);
        assert_eq!(suggest("x", &["epochs"]), None);
        assert_eq!(suggest("", &["epochs"]), None);
    }
}
