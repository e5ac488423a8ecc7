//! Texts from outside, made fit to stand in a page.

/// Longest name that is shown, in characters.
const LONGEST: usize = 100_000;
const REPLACEMENT: char = '\u{fffd}';

/// Escapes a text for HTML and SVG, in content and in attributes with either quote.
///
/// What neither may hold (control characters but tab and line breaks) and marks that reverse the
/// reading direction, with which one name can look like another, become `�`.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(shown(letter)),
        }
    }
    escaped
}

fn shown(letter: char) -> char {
    match letter {
        '\n' | '\t' => letter,
        '\r' => ' ',
        '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{fffe}'
        | '\u{ffff}' => REPLACEMENT,
        letter if letter.is_control() => REPLACEMENT,
        letter => letter,
    }
}

/// Puts a name on one line: white space becomes single spaces, and what hides or reorders text goes.
pub fn clean(text: &str) -> String {
    let mut cleaned = String::new();
    for letter in text.chars().take(LONGEST) {
        match letter {
            '\u{200b}' | '\u{feff}' | '\u{ad}' => {}
            letter if letter.is_whitespace() => {
                if !cleaned.is_empty() && !cleaned.ends_with(' ') {
                    cleaned.push(' ');
                }
            }
            letter => cleaned.push(shown(letter)),
        }
    }
    if cleaned.ends_with(' ') {
        cleaned.pop();
    }
    cleaned
}

/// Turns any text into an id that HTML, CSS and XML accept. Different texts can give the same id.
pub fn identifier(text: &str) -> String {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let kept: String = text.chars().map(|letter| if fits(letter) { letter } else { '-' }).collect();
    if kept.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        kept
    } else {
        format!("id-{kept}")
    }
}

/// Makes a JSON text safe inside `<script type="application/json">`, with the same meaning, but that
/// marks that reverse the reading direction become `�`, as [`escape`] makes them.
pub fn json_in_script(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            // Outside of strings JSON has none of these.
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            letter => safe.push(shown(letter)),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_becomes_text() {
        let hostile = "<img src=x onerror='alert(\"&\")'>";
        let expected = "&lt;img src=x onerror=&#39;alert(&quot;&amp;&quot;)&#39;&gt;";
        assert_eq!(escape(hostile), expected);
        assert_eq!(escape("a\u{0}b\u{202e}c\r\nd\té"), "a\u{fffd}b\u{fffd}c \nd\té");
    }

    #[test]
    fn names_stand_on_one_line() {
        assert_eq!(clean("  a\n\n b\u{200b}c\t\u{2067} "), "a bc \u{fffd}");
        assert_eq!(clean(" \n"), "");
    }

    #[test]
    fn ids_are_letters_digits_and_dashes() {
        assert_eq!(identifier("train[method=a,seed=8]"), "train-method-a-seed-8-");
        assert_eq!(identifier("8"), "id-8");
        assert_eq!(identifier(""), "id-");
    }

    #[test]
    fn json_cannot_end_its_script() {
        let json = serde_json::json!({ "name": "</script><!--&\u{2028}" });
        let safe = json_in_script(&json.to_string());
        assert!(!safe.contains(['<', '>', '&', '\u{2028}']), "{safe}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), json);
        assert_eq!(json_in_script("[\"a\u{202e}b\"]"), "[\"a\u{fffd}b\"]");
    }

    proptest! {
        #[test]
        fn any_text_stays_one_text(text in any::<String>()) {
            let xml = format!("<a b=\"{0}\" c='{0}'>{0}</a>", escape(&text));
            let parsed = roxmltree::Document::parse(&xml).unwrap();
            let element = parsed.root_element();
            prop_assert_eq!(element.children().filter(|child| !child.is_text()).count(), 0);
            prop_assert_eq!(element.attributes().count(), 2);
            prop_assert!(!clean(&text).contains(['\n', '\r', '\t']));
        }
    }
}
