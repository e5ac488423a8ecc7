//! The colours of a page, each for light and for dark.

use std::fmt::Write;

/// One colour, as the custom property `--name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its name, without the dashes.
    pub name: &'static str,
    /// Its value on light pages, `#rrggbb`.
    pub light: &'static str,
    /// Its value on dark pages, `#rrggbb`.
    pub dark: &'static str,
}

const fn token(name: &'static str, light: &'static str, dark: &'static str) -> Token {
    Token { name, light, dark }
}

/// Every colour that pages use. Text colours have a contrast of at least 4.5 with the surfaces that
/// text stands on, borders of controls and icons one of at least 3.
pub const TOKENS: &[Token] = &[
    // Surfaces: the page, what stands out from it, what stands out from that.
    token("surface", "#ffffff", "#14171c"),
    token("raised", "#f5f7f9", "#1d2229"),
    token("sunken", "#e9edf1", "#282e37"),
    // Text.
    token("ink", "#1b1f24", "#e8eaed"),
    token("muted", "#525b66", "#a9b2bd"),
    token("accent", "#0a5aa8", "#83bbff"),
    token("on-accent", "#ffffff", "#0d1117"),
    // Lines: ornament, and borders of what can be used.
    token("line", "#d5dbe1", "#373f4a"),
    token("edge", "#747e89", "#7f8a97"),
    // States: a colour for text and icons, a soft one for areas below text.
    token("waiting", "#525b66", "#a9b2bd"),
    token("waiting-soft", "#f5f7f9", "#1d2229"),
    token("running", "#0a5aa8", "#83bbff"),
    token("running-soft", "#e3f0fc", "#172a40"),
    token("ran", "#17693a", "#72d391"),
    token("ran-soft", "#e6f4ea", "#16301f"),
    token("cached", "#0c6170", "#70cddb"),
    token("cached-soft", "#e3f3f6", "#132e34"),
    token("failed", "#ab1f17", "#ff9d92"),
    token("failed-soft", "#fdeceb", "#411d1b"),
    token("skipped", "#735000", "#e6bc62"),
    token("skipped-soft", "#fdf3d9", "#382c12"),
    token("left-out", "#525b66", "#a9b2bd"),
    token("left-out-soft", "#f5f7f9", "#1d2229"),
    // Figures take their colours from the page.
    token("figure-ink", "#1b1f24", "#e8eaed"),
    token("figure-muted", "#525b66", "#a9b2bd"),
    token("figure-grid", "#dddddd", "#373f4a"),
    token("figure-surface", "#ffffff", "#14171c"),
    token("figure-series-1", "#0072b2", "#7b9bff"),
    token("figure-series-2", "#d55e00", "#f5853f"),
    token("figure-series-3", "#009e73", "#2fc596"),
    token("figure-series-4", "#cc79a7", "#e59ac4"),
    token("figure-series-5", "#e69f00", "#f0b429"),
    token("figure-series-6", "#56b4e9", "#86d3ff"),
    token("figure-series-7", "#1b1f24", "#e8eaed"),
];

/// Writes the properties: light, dark where the reader's system is or the page is told to be, and
/// light again on paper.
pub(crate) fn properties() -> String {
    let list = |of: fn(&Token) -> &str| {
        TOKENS.iter().fold(String::new(), |mut text, token| {
            let _ = write!(text, "--{}:{};", token.name, of(token));
            text
        })
    };
    let light = format!("color-scheme:light;{}", list(|token| token.light));
    let dark = format!("color-scheme:dark;{}", list(|token| token.dark));
    format!(
        ":root{{{light}}}\n\
         @media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n\
         :root[data-theme=dark]{{{dark}}}\n\
         @media print{{:root,:root[data-theme=dark],:root:not([data-theme=light]){{{light}}}}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of WCAG 2.2.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn find(name: &str) -> Token {
        *TOKENS.iter().find(|token| token.name == name).unwrap()
    }

    #[track_caller]
    fn assert_contrast(front: &str, back: &str, least: f64) {
        let (front, back) = (find(front), find(back));
        for (theme, front_colour, back_colour) in
            [("light", front.light, back.light), ("dark", front.dark, back.dark)]
        {
            let found = contrast(front_colour, back_colour);
            let (front, back) = (front.name, back.name);
            assert!(found >= least, "{front} on {back}, {theme}: {found:.2}, needs {least}");
        }
    }

    #[test]
    fn black_on_white_is_21_to_1() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
        assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
    }

    #[test]
    fn text_can_be_read_on_every_surface() {
        let states = ["waiting", "running", "ran", "cached", "failed", "skipped", "left-out"];
        for surface in ["surface", "raised", "sunken"] {
            for text in ["ink", "muted", "accent"].into_iter().chain(states) {
                assert_contrast(text, surface, 4.5);
            }
            assert_contrast("edge", surface, 3.0);
        }
        for state in states {
            let soft = format!("{state}-soft");
            for text in ["ink", "muted", "accent", state] {
                assert_contrast(text, &soft, 4.5);
            }
        }
        assert_contrast("on-accent", "accent", 4.5);
        assert_contrast("figure-ink", "figure-surface", 4.5);
        assert_contrast("figure-muted", "figure-surface", 4.5);
    }

    #[test]
    fn names_are_unique_and_colours_whole() {
        let mut names: Vec<_> = TOKENS.iter().map(|token| token.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TOKENS.len());
        for token in TOKENS {
            for colour in [token.light, token.dark] {
                assert!(colour.len() == 7 && colour.starts_with('#'), "{token:?}");
            }
        }
        assert!(
            properties().contains(":root[data-theme=dark]{color-scheme:dark;--surface:#14171c")
        );
    }
}
