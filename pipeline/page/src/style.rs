//! The style sheet that all pages share.

use crate::tokens::properties;

/// Typography, tables, controls, notices, print.
const PAGE: &str = include_str!("../assets/page.css");
/// Pictures of graphs.
const DAG: &str = include_str!("../assets/dag.css");

/// Returns the style sheet: colours of light and dark, then what uses them.
pub fn style_sheet() -> String {
    [&properties(), PAGE, DAG].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TOKENS;

    #[test]
    fn every_colour_that_is_used_is_there_and_nothing_is_fetched() {
        let sheet = style_sheet();
        let used = sheet.split("var(--").skip(1);
        for name in used.filter_map(|rest| rest.split([')', ',']).next()) {
            let known = TOKENS.iter().any(|token| token.name == name);
            let own = sheet.contains(&format!("--{name}:"));
            assert!(known || own, "--{name} is used but has no value");
        }
        for fetch in ["url(", "@import", "http", "</"] {
            assert!(!sheet.contains(fetch), "the style sheet has {fetch}");
        }
    }

    #[test]
    fn braces_are_balanced() {
        let sheet = style_sheet();
        assert_eq!(sheet.matches('{').count(), sheet.matches('}').count());
    }
}
