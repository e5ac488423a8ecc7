//! Patterns for paths: `*` and `?` inside a name, `**` for any number of folders.

/// Whether a text is a pattern.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether a path matches a pattern, both taken apart at `/`.
pub(crate) fn matches(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            // `**` stands for no folder, or for one more.
            matches(rest, path)
                || path.split_first().is_some_and(|(_, path)| matches(pattern, path))
        }
        (Some((name, pattern)), Some((part, path))) => {
            name_matches(name, part) && matches(pattern, path)
        }
        _ => false,
    }
}

/// Whether one name matches; goes back to the last `*` when something does not fit.
fn name_matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, path: &str) -> bool {
        let parts = |text: &'static str| text.split('/').collect::<Vec<_>>();
        let leaked = |text: &str| parts(Box::leak(text.to_owned().into_boxed_str()));
        matches(&leaked(pattern), &leaked(path))
    }

    #[test]
    fn stars_stay_inside_a_name() {
        assert!(fits("*.py", "train.py"));
        assert!(fits("t*n.p?", "train.py"));
        assert!(fits("*a*b*", "xaxxbx"));
        assert!(fits("a*", "a"));
        assert!(!fits("*.py", "code/train.py"));
        assert!(!fits("?.py", ".py"));
        assert!(!fits("*.py", "train.pyc"));
    }

    #[test]
    fn double_stars_stand_for_folders() {
        for path in ["a.py", "x/a.py", "x/y/a.py"] {
            assert!(fits("**/*.py", path), "{path}");
        }
        assert!(fits("src/**/a.py", "src/a.py"));
        assert!(fits("src/**", "src/x/y"));
        assert!(!fits("src/**/a.py", "lib/a.py"));
        assert!(!fits("src/**/a.py", "src/b.py"));
    }
}
