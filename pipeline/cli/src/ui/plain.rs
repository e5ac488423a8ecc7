//! Text that was meant for a terminal.

/// What a person would see of one line: without codes for colours and titles, and of what was
/// overwritten (a progress bar draws itself again and again) only the last.
pub(super) fn plain(line: &str) -> String {
    let line = line.trim_end_matches('\r');
    let last = line.rsplit('\r').next().unwrap_or(line);
    let mut seen = String::with_capacity(last.len());
    let mut rest = last.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\u{1b}' => match rest.next() {
                // Colours and movements: parameters, then one letter.
                Some('[') => {
                    rest.by_ref().find(|c| ('@'..='~').contains(c));
                }
                // Titles and links: up to a bell, or to the escape of the terminator `ESC \`.
                Some(']' | 'P' | 'X' | '^' | '_') => {
                    let end = rest.by_ref().find(|c| matches!(c, '\u{7}' | '\u{1b}'));
                    if end == Some('\u{1b}') {
                        rest.next_if_eq(&'\\');
                    }
                }
                // Character sets: one more.
                Some('(' | ')' | '#' | '%') => {
                    rest.next();
                }
                _ => {}
            },
            '\u{8}' => {
                seen.pop();
            }
            '\t' => seen.push('\t'),
            other if other.is_control() => {}
            other => seen.push(other),
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_for_terminals_are_left_out() {
        for (written, seen) in [
            ("plain ä\tword", "plain ä\tword"),
            ("\x1b[1;31merror\x1b[0m: no", "error: no"),
            ("\x1b]0;title\x07text\x1b]8;;link\x1b\\name\x1b]8;;\x1b\\", "textname"),
            ("  5%|#    |\r 50%|##   |\r100%|#####|", "100%|#####|"),
            ("done\r", "done"),
            ("\x1b(Babc\x1b7\x1b8", "abc"),
            ("ab\x08c\x00d", "acd"),
            ("\x1b[31", ""),
            ("\x1b", ""),
            ("\x1b]never ends", ""),
        ] {
            assert_eq!(plain(written), seen, "{written:?}");
        }
    }
}
