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

/// What is told apart by its look, such as a method.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series<'a> {
    /// Its name as it was given.
    pub(crate) key: &'a str,
    /// Its name as it is shown.
    pub(crate) shown: String,
    /// Which look it has.
    pub(crate) look: usize,
}

/// Returns the series that have data: those of `order` first, the others as they appear. Whoever
/// stands in `order` keeps its look whichever of the others have data.
///
/// # Errors
/// [`FigureError::TooMany`] if there are more than [`MOST`].
pub(crate) fn series<'a>(
    order: &'a [String],
    names: impl IntoIterator<Item = &'a str>,
    what: &'static str,
) -> Result<Vec<Series<'a>>, FigureError> {
    let present = in_order(names, what)?;
    let mut places = std::collections::BTreeMap::new();
    for key in order.iter().map(String::as_str).chain(present.iter().copied()) {
        let next = places.len();
        places.entry(key).or_insert(next);
    }
    let mut series: Vec<_> = shown(&present)
        .into_iter()
        .zip(present)
        .map(|(shown, key)| Series { key, shown, look: places[key] })
        .collect();
    series.sort_by_key(|series| series.look);
    Ok(series)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_keeps_its_look_whichever_others_have_data() {
        let order = ["a", "b", "c"].map(String::from);
        let looks = |names: &[&'static str]| -> Vec<_> {
            let found = series(&order, names.iter().copied(), "methods").unwrap();
            found.into_iter().map(|series| (series.key.to_owned(), series.look)).collect()
        };
        let pairs = |list: &[(&str, usize)]| -> Vec<_> {
            list.iter().map(|(name, look)| ((*name).to_owned(), *look)).collect()
        };
        assert_eq!(looks(&["x", "c", "x", "a"]), pairs(&[("a", 0), ("c", 2), ("x", 3)]));
        assert_eq!(looks(&["b"]), pairs(&[("b", 1)]));
    }
}
