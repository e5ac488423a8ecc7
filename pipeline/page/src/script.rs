//! The scripts that pages share. A page works without them; they make it more comfortable.

/// Sets the theme that the reader chose before; belongs into the head, so that nothing flickers.
pub const THEME_SCRIPT: &str = include_str!("../assets/theme.js");

/// The button that changes the theme; it shows only where [`THEME_SWITCH_SCRIPT`] runs.
pub const THEME_SWITCH: &str = "<button type=\"button\" class=\"theme-switch\" data-theme-switch hidden>Theme: system</button>";

/// Makes [`THEME_SWITCH`] work.
pub const THEME_SWITCH_SCRIPT: &str = include_str!("../assets/theme-switch.js");

/// Makes buttons with `data-copy="ID"` copy the text of the element of that id.
///
/// They are `hidden` in the page's text and show where this runs. What happened is told in the
/// button and, for screen readers, in the element with `data-copy-status`.
pub const COPY_SCRIPT: &str = include_str!("../assets/copy.js");

/// Defines `pageDag.update(svg, states, notes)`, which changes the states in a picture of a graph in
/// place: both are objects by node, of words of [`NodeState`](crate::NodeState) and of short texts.
pub const DAG_SCRIPT: &str = include_str!("../assets/dag.js");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_can_stand_in_a_page() {
        for script in [THEME_SCRIPT, THEME_SWITCH_SCRIPT, COPY_SCRIPT, DAG_SCRIPT] {
            let lower = script.to_lowercase();
            for part in ["</script", "<!--", "\r", "innerhtml", "eval(", "fetch(", "http"] {
                assert!(!lower.contains(part), "a script has {part}");
            }
        }
    }
}
