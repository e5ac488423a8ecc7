//! Errors in one line.

use std::error::Error;

/// An error with its causes, in one line.
pub fn sentence(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the table is not read")]
    struct Outer(#[source] std::fmt::Error);

    #[test]
    fn causes_follow_in_order() {
        let cause = std::fmt::Error;
        let text = sentence(&Outer(cause));
        assert_eq!(text, format!("the table is not read: {cause}"));
    }
}
