//! Adding lines to a text.

use std::fmt::{Arguments, Write};

/// A text that grows by lines.
pub(crate) trait AddLine {
    /// Adds a line and its end.
    fn line(&mut self, line: Arguments<'_>);
}

impl AddLine for String {
    fn line(&mut self, line: Arguments<'_>) {
        writeln!(self, "{line}").expect("writing into a string cannot fail");
    }
}
