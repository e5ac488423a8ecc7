//! Command lines to copy.

/// Joins words so that a shell takes them apart again.
pub fn command_line<S: AsRef<str>>(words: &[S]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quoted(word.as_ref())).collect();
    quoted.join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_shell_would_change_is_quoted() {
        let words = ["run", "a.yaml", "--set", "matrix.seed=[1, 2]", "", "it's", "$x"];
        let expected = r"run a.yaml --set 'matrix.seed=[1, 2]' '' 'it'\''s' '$x'";
        assert_eq!(command_line(&words), expected);
    }
}
