//! The methods: their order, names and looks, the same in every figure.

use std::collections::{BTreeMap, BTreeSet};

use stages_tables::Natural;

use crate::FiguresParams;

/// All methods of the experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Methods {
    /// Names that are shown, in order.
    pub(crate) names: Vec<String>,
    places: BTreeMap<String, usize>,
}

impl Methods {
    /// Orders values of the variable `rows`: as the parameters say, then sorted.
    pub(crate) fn of<'a>(
        values: impl IntoIterator<Item = &'a str>,
        params: &FiguresParams,
    ) -> Self {
        let values: BTreeSet<&str> = values.into_iter().collect();
        let mut values: Vec<&str> = values.into_iter().collect();
        values.sort_by_key(|value| {
            let place = params.order.iter().position(|listed| listed == value);
            (place.unwrap_or(usize::MAX), Natural::of(Some(value)))
        });
        let mut names: Vec<String> = Vec::new();
        for value in &values {
            let name = params.names.get(*value).map_or(*value, String::as_str).to_owned();
            // Two methods of one name would be drawn as one.
            let taken = |name: &String| names.contains(name);
            let mut unique = name.clone();
            if taken(&unique) {
                unique = format!("{name} ({value})");
            }
            while taken(&unique) {
                unique.push('\'');
            }
            names.push(unique);
        }
        let places = values.iter().enumerate().map(|(at, value)| ((*value).to_owned(), at));
        Self { names, places: places.collect() }
    }

    /// The place of a method.
    pub(crate) fn place(&self, value: &str) -> usize {
        self.places.get(value).copied().unwrap_or(usize::MAX)
    }

    /// The name that is shown for a method.
    pub(crate) fn name(&self, value: &str) -> &str {
        self.names.get(self.place(value)).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_ordered_and_named_as_asked() {
        let params = FiguresParams {
            order: vec!["ours".to_owned()],
            names: [("ours", "Same"), ("full", "Same"), ("10", "Ten")]
                .map(|(value, name)| (value.to_owned(), name.to_owned()))
                .into(),
            ..FiguresParams::default()
        };
        let methods = Methods::of(["full", "10", "ours", "9", "full"], &params);
        assert_eq!(methods.names, ["Same", "9", "Ten", "Same (full)"]);
        assert_eq!((methods.place("9"), methods.name("full")), (1, "Same (full)"));
    }
}
