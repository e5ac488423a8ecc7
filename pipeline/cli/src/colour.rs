//! When messages are coloured.

use clap::ValueEnum;

/// `--color`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColourChoice {
    /// On a terminal, unless the environment says otherwise
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What the environment says of colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ColourWishes {
    /// `NO_COLOR` is set to something.
    pub(crate) none: bool,
    /// `CLICOLOR_FORCE` is set to something but 0.
    pub(crate) force: bool,
    /// `TERM` is `dumb`.
    pub(crate) dumb: bool,
}

impl ColourChoice {
    /// Whether to colour what goes to a terminal, or to something else.
    pub(crate) fn decide(self, wishes: ColourWishes, terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if wishes.none => false,
            Self::Auto => wishes.force || (terminal && !wishes.dumb),
        }
    }

    /// The choice among raw arguments, for help texts and mistakes in the arguments themselves.
    pub(crate) fn among<S: AsRef<str>>(arguments: &[S]) -> Self {
        let mut words = arguments.iter().map(AsRef::as_ref);
        while let Some(word) = words.next() {
            let value = match word.strip_prefix("--color") {
                Some("") => words.next(),
                Some(rest) => rest.strip_prefix('='),
                None => None,
            };
            if let Some(choice) = value.and_then(|value| Self::from_str(value, false).ok()) {
                return choice;
            }
        }
        Self::Auto
    }
}

impl From<ColourChoice> for clap::ColorChoice {
    fn from(choice: ColourChoice) -> Self {
        match choice {
            ColourChoice::Auto => Self::Auto,
            ColourChoice::Always => Self::Always,
            ColourChoice::Never => Self::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_wins_over_the_environment_and_that_over_the_terminal() {
        let plain = ColourWishes::default();
        let none = ColourWishes { none: true, force: true, dumb: false };
        let force = ColourWishes { force: true, ..plain };
        let dumb = ColourWishes { dumb: true, ..plain };
        let auto = |wishes, terminal| ColourChoice::Auto.decide(wishes, terminal);
        assert!(auto(plain, true) && !auto(plain, false));
        assert!(!auto(none, true), "NO_COLOR wins over CLICOLOR_FORCE");
        assert!(auto(force, false) && !auto(dumb, true));
        assert!(ColourChoice::Always.decide(none, false));
        assert!(!ColourChoice::Never.decide(force, true));
    }

    #[test]
    fn is_found_among_raw_arguments_in_both_spellings() {
        assert_eq!(ColourChoice::among(&["run", "--color", "never"]), ColourChoice::Never);
        assert_eq!(ColourChoice::among(&["--color=always", "x"]), ColourChoice::Always);
        assert_eq!(ColourChoice::among(&["--colors=never", "--color"]), ColourChoice::Auto);
    }
}
