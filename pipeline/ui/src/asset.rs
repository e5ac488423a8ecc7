//! The files of the page, which are part of the program.

use std::borrow::Cow;

use pipeline_page::escape;

/// The page itself. `{{name}}`, `{{place}}` and `{{secret}}` are put in when it is sent.
pub(crate) const PAGE: &str = include_str!("../page/index.html");

/// What is shown to a browser that was just let in: it goes on to the page by itself, without the
/// secret in its address.
pub(crate) const ENTRY: &str = include_str!("../page/entry.html");

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// What the pages of this workspace share, then what only this one has.
const STYLE: &str = "style.css";
const OWN_STYLE: &str = include_str!("../page/ui.css");

/// Files by name, with their types.
const FILES: &[(&str, &str, &str)] = &[
    ("icon.svg", "image/svg+xml", include_str!("../page/icon.svg")),
    ("theme.js", SCRIPT, pipeline_page::THEME_SCRIPT),
    ("switch.js", SCRIPT, pipeline_page::THEME_SWITCH_SCRIPT),
    ("dag.js", SCRIPT, pipeline_page::DAG_SCRIPT),
    ("bar.js", SCRIPT, include_str!("../page/bar.js")),
    ("chart.js", SCRIPT, include_str!("../page/chart.js")),
    ("element.js", SCRIPT, include_str!("../page/element.js")),
    ("graph.js", SCRIPT, include_str!("../page/graph.js")),
    ("list.js", SCRIPT, include_str!("../page/list.js")),
    ("log.js", SCRIPT, include_str!("../page/log.js")),
    ("main.js", SCRIPT, include_str!("../page/main.js")),
    ("nodes.js", SCRIPT, include_str!("../page/nodes.js")),
    ("run.js", SCRIPT, include_str!("../page/run.js")),
    ("stream.js", SCRIPT, include_str!("../page/stream.js")),
    ("words.js", SCRIPT, include_str!("../page/words.js")),
];

/// The type and the text of a file.
pub(crate) fn file(name: &str) -> Option<(&'static str, Cow<'static, str>)> {
    if name == STYLE {
        let whole = [&pipeline_page::style_sheet(), OWN_STYLE].concat();
        return Some(("text/css; charset=utf-8", whole.into()));
    }
    let found = FILES.iter().find(|(known, ..)| *known == name);
    found.map(|(_, kind, text)| (*kind, Cow::Borrowed(*text)))
}

/// Puts text between the tags or into the attributes of a page.
pub(crate) fn filled(page: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(page.to_owned(), |page, (name, value)| {
        page.replace(&format!("{{{{{name}}}}}"), &escape(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_only_files_that_are_there_and_no_other_place() {
        let imports = FILES.iter().map(|(.., text)| *text).chain([PAGE, ENTRY]);
        for text in imports {
            for part in text.split("/asset/").skip(1) {
                let name: String =
                    part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
                assert!(file(&name).is_some(), "{name}");
            }
            let elsewhere: Vec<_> = text.split("http").skip(1).collect();
            let known = |rest: &&str| {
                rest.starts_with("://www.w3.org/2000/svg") || rest.starts_with("-equiv")
            };
            assert!(elsewhere.iter().all(known), "{elsewhere:?}");
        }
        assert!(!PAGE.contains(" style=") && !PAGE.contains("<script>"), "the policy forbids it");
    }

    #[test]
    fn names_cannot_break_out_of_the_page() {
        let page = filled("<p>{{name}}</p>", &[("name", "<b a='\"&'>")]);
        assert_eq!(page, "<p>&lt;b a=&#39;&quot;&amp;&#39;&gt;</p>");
    }
}
