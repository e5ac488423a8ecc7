//! Version numbers in what programs print.

/// Returns the first word that looks like a version number, digits with dots between them, without
/// what follows the numbers.
pub(crate) fn version_in(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'));
    words.map(|word| numbers(word.trim_start_matches('v'))).find(|found| found.contains('.'))
}

/// Returns the numbers that a word begins with: `1.13.2` of `1.13.2.git` and of `1.13.2-rc1`.
fn numbers(word: &str) -> String {
    let end = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
    let parts: Vec<_> = word[..end].split('.').take_while(|part| !part.is_empty()).collect();
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_number_among_words() {
        let found = |text| version_in(text);
        assert_eq!(found("GNU Make 4.3\nBuilt for x").as_deref(), Some("4.3"));
        assert_eq!(found("1.13.2.git.kitware").as_deref(), Some("1.13.2"));
        assert_eq!(found("Linux version 6.18.4-rc1 (x)").as_deref(), Some("6.18.4"));
        assert_eq!(found("redun v0.30.0 (x)").as_deref(), Some("0.30.0"));
        assert_eq!(found("no number. 5 here"), None);
    }
}
