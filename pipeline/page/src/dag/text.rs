//! Text that has to fit into a box.

/// Shortens a text in its middle: what tells names apart is often at their end. The unit is a
/// lower-case letter.
pub(super) fn shorten(text: &str, limit: f64) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    // Both ends grow in turn for as long as there is room.
    let (mut head, mut tail) = (0, letters.len());
    let mut room = limit - letter_width('…');
    loop {
        let from_head = head <= letters.len() - tail;
        let letter = if from_head { letters[head] } else { letters[tail - 1] };
        room -= letter_width(letter);
        if room < 0.0 || head + 1 >= tail {
            break;
        }
        if from_head {
            head += 1;
        } else {
            tail -= 1;
        }
    }
    letters[..head].iter().chain(&['…']).chain(&letters[tail..]).collect()
}

fn width(text: &str) -> f64 {
    text.chars().map(letter_width).sum()
}

/// About how wide a letter is in common sans-serif faces, rather too wide than too narrow.
fn letter_width(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.5,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | ' ' | '-' | '/' | 'I' => 0.7,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 1.6,
        '…' | 'A'..='Z' => 1.25,
        letter if letter.is_ascii() => 1.0,
        // Ideographs and pictures are as wide as they are high.
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' => 1.9,
        letter if letter > '\u{ffff}' => 1.9,
        _ => 1.2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(shorten("train", 10.0), "train");
        let short = shorten("method=mean_teacher,seed=123", 16.0);
        assert!(short.starts_with("method") && short.ends_with("123"), "{short}");
        assert!(width(&short) <= 16.0 && width(&short) > 14.0, "{short}");
        assert_eq!(shorten("aa", 0.0), "…");
    }
}
