//! What only the user's own browser knows.

use std::fmt::Write;

use crate::UiError;

/// A random name of 256 bits, made anew by every process.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new() -> Result<Self, UiError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| UiError::NoSecret)?;
        let mut text = String::with_capacity(64);
        for byte in bytes {
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Whether it is this one. How long that takes does not tell how much of it was right.
    pub(crate) fn is(&self, claimed: &str) -> bool {
        let (known, claimed) = (self.0.as_bytes(), claimed.as_bytes());
        let differing = known.iter().zip(claimed).fold(0, |sum, (a, b)| sum | (a ^ b));
        known.len() == claimed.len() && std::hint::black_box(differing) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_long_differs_every_time_and_only_the_whole_of_it_counts() {
        let secret = Secret::new().unwrap();
        assert_eq!(secret.text().len(), 64);
        assert!(secret.is(secret.text()));
        assert!(!secret.is(&secret.text()[..63]) && !secret.is(""));
        assert!(!secret.is(Secret::new().unwrap().text()));
    }
}
