//! Names in the order in which they appear first.

use crate::error::FigureError;
use crate::text::clean;

/// Most methods of one figure; more would be beyond telling apart, and beyond any page.
pub(crate) const MOST: usize = 100;

/// Returns the different names in the order in which they appear first.
///
/// # Errors
/// [`FigureError::TooMany`] if there are more than [`MOST`].
pub(crate) fn in_order<'a>(
    names: impl IntoIterator<Item = &'a str>,
    what: &'static str,
) -> Result<Vec<&'a str>, FigureError> {
    let mut seen = std::collections::BTreeSet::new();
    let mut order = Vec::new();
    for name in names {
        if seen.insert(name) {
            order.push(name);
        }
    }
    if order.len() > MOST {
        return Err(FigureError::TooMany { what, found: order.len(), limit: MOST });
    }
    Ok(order)
}

/// Returns cleaned names; one that nothing is left of becomes `(no name)`.
pub(crate) fn shown(names: &[&str]) -> Vec<String> {
    let show = |name: &&str| {
        let name = clean(name);
        if name.is_empty() { "(no name)".into() } else { name }
    };
    names.iter().map(show).collect()
}

/// Writes `1 run` or `2 runs`.
pub(crate) fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
