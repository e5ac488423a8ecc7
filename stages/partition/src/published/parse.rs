//! The text form of a split.
//!
//! `key: value` lines, then sections. A section's title holds one or more parts and one or more
//! names, `[test validation monai_spleen]`: it is each of these lists under each of these names.
//! Entries follow, separated by blanks or line ends.

use super::{Part, Split, SplitList};

/// Reads a split; the message of an error is for whoever adds one.
pub(super) fn parse(name: &'static str, text: &'static str) -> Result<Split, String> {
    let mut split = Split {
        name,
        title: "",
        dataset: "",
        sources: Vec::new(),
        caveats: Vec::new(),
        warnings: Vec::new(),
        shares_subjects: false,
        lists: Vec::new(),
    };
    // The lists that the entries of the current section go to.
    let mut open = 0..0;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(title) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let from = split.lists.len();
            split.lists.extend(section(title)?);
            open = from..split.lists.len();
        } else if open.is_empty() {
            head(&mut split, line)?;
        } else {
            for list in &mut split.lists[open.clone()] {
                list.entries.extend(line.split_whitespace());
            }
        }
    }
    if split.title.is_empty() || split.dataset.is_empty() || split.sources.is_empty() {
        return Err("`title`, `dataset` and `source` are needed".to_owned());
    }
    match split.lists.iter().find(|list| list.entries.is_empty()) {
        Some(list) => Err(format!("the {} list `{}` is empty", list.part.as_str(), list.name)),
        None => Ok(split),
    }
}

fn head(split: &mut Split, line: &'static str) -> Result<(), String> {
    match line.split_once(": ") {
        Some(("title", value)) => split.title = value,
        Some(("dataset", value)) => split.dataset = value,
        Some(("source", value)) => split.sources.push(value),
        Some(("caveat", value)) => split.caveats.push(value),
        Some(("warning", value)) => split.warnings.push(value),
        Some(("shares_subjects", "yes")) => split.shares_subjects = true,
        _ => return Err(format!("not a line of a head: `{line}`")),
    }
    Ok(())
}

fn section(title: &'static str) -> Result<Vec<SplitList>, String> {
    let (mut parts, mut names) = (Vec::new(), Vec::new());
    for word in title.split_whitespace() {
        match Part::parse(word) {
            Some(part) if names.is_empty() => parts.push(part),
            _ => names.push(word),
        }
    }
    if parts.is_empty() || names.is_empty() {
        return Err(format!("a section has parts and names: `[{title}]`"));
    }
    let list = |name, part| SplitList { part, name, entries: Vec::new() };
    Ok(names.into_iter().flat_map(|name| parts.iter().map(move |part| list(name, *part))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "title: T\ndataset: d\nsource: one\nsource: two\ncaveat: c\n";

    #[test]
    fn reads_heads_and_sections_with_several_titles() {
        let text = "title: T\ndataset: d\nsource: one\nsource: two\ncaveat: c\nshares_subjects: yes\n\
                    \n[test validation x_fold0 x_fold1]\na b\nc\n\n[labelled x_1]\nd\n";
        let split = parse("x", text).unwrap();
        assert_eq!((split.title, split.dataset, split.shares_subjects), ("T", "d", true));
        assert_eq!(split.sources, ["one", "two"]);
        let lists: Vec<_> = (split.lists.iter())
            .map(|list| (list.part.as_str(), list.name, list.entries.join(" ")))
            .collect();
        let abc = || "a b c".to_owned();
        assert_eq!(
            lists,
            [
                ("test", "x_fold0", abc()),
                ("validation", "x_fold0", abc()),
                ("test", "x_fold1", abc()),
                ("validation", "x_fold1", abc()),
                ("labelled", "x_1", "d".to_owned()),
            ]
        );
    }

    #[test]
    fn says_what_is_wrong_with_a_file() {
        let with = |rest: &str| -> String {
            let text: &'static str = format!("{HEAD}{rest}").leak();
            parse("x", text).unwrap_err()
        };
        assert_eq!(with("[test]\na\n"), "a section has parts and names: `[test]`");
        assert_eq!(with("[tset x]\na\n"), "a section has parts and names: `[tset x]`");
        assert_eq!(with("[test x]\n[train x]\na\n"), "the test list `x` is empty");
        assert_eq!(with("autor: me\n"), "not a line of a head: `autor: me`");
        let error = parse("x", "title: T\n[test x]\na\n").unwrap_err();
        assert_eq!(error, "`title`, `dataset` and `source` are needed");
    }
}
