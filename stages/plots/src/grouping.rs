//! Which runs belong together: methods, repetitions, and everything else.

use std::collections::BTreeMap;

use pipeline_engine::InputArtifact;

use stages_tables::Natural;

use crate::FiguresParams;

/// The method of runs that were not made under the variable of the methods.
const ALL: &str = "all";

/// What the coordinates of an input say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunName {
    /// The value of the variable `rows`.
    pub(crate) method: String,
    /// Values of the variables `over`, in their order.
    pub(crate) repetition: Vec<Option<String>>,
    /// Every other variable.
    pub(crate) others: BTreeMap<String, String>,
    /// All variables.
    pub(crate) coordinates: BTreeMap<String, String>,
}

impl RunName {
    pub(crate) fn of(input: &InputArtifact, params: &FiguresParams) -> Self {
        let coordinates = &input.coordinates;
        let method = coordinates.get(&params.rows).map_or(ALL, String::as_str).to_owned();
        let repetition = params.over.iter().map(|name| coordinates.get(name).cloned()).collect();
        let mut others = coordinates.clone();
        others.retain(|name, _| *name != params.rows && !params.over.contains(name));
        Self { method, repetition, others, coordinates: coordinates.clone() }
    }

    /// `method = full, seed = 8`, for messages.
    pub(crate) fn described(&self) -> String {
        let named: Vec<_> =
            self.coordinates.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        if named.is_empty() { "the only run".to_owned() } else { named.join(", ") }
    }

    /// `seed 8`, the variables that repeat a run; empty where there are none.
    pub(crate) fn repetition_words(&self, params: &FiguresParams) -> String {
        let named = params.over.iter().zip(&self.repetition);
        let words = named.filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)));
        words.collect::<Vec<_>>().join(", ")
    }

    /// What to sort repetitions by.
    pub(crate) fn repetition_order(&self) -> Vec<Natural<'_>> {
        self.repetition.iter().map(|value| Natural::of(value.as_deref())).collect()
    }
}

/// Runs that share figures: a dataset under one combination of the variables that are neither
/// methods nor repetitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    /// None for training logs, which do not name their dataset.
    pub(crate) dataset: Option<String>,
    pub(crate) others: BTreeMap<String, String>,
}

impl Section {
    /// What to sort by.
    fn order(&self) -> (Option<&str>, Vec<(&str, Natural<'_>)>) {
        let others = self.others.iter();
        let others = others.map(|(name, value)| (name.as_str(), Natural::of(Some(value))));
        (self.dataset.as_deref(), others.collect())
    }

    /// `acdc, ratio 5`; the dataset only where there are several.
    pub(crate) fn words(&self, several_datasets: bool) -> String {
        let dataset = self.dataset.iter().filter(|_| several_datasets).cloned();
        let others = self.others.iter().map(|(name, value)| format!("{name} {value}"));
        dataset.chain(others).collect::<Vec<_>>().join(", ")
    }
}

/// Sorts things into sections, each in the order in which they are given.
pub(crate) fn sections<'a, T>(
    all: impl IntoIterator<Item = &'a T>,
    section_of: impl Fn(&T) -> Section,
) -> Vec<(Section, Vec<&'a T>)> {
    let mut keyed: Vec<(Section, &T)> = all.into_iter().map(|one| (section_of(one), one)).collect();
    keyed.sort_by(|(one, _), (other, _)| one.order().cmp(&other.order()));
    let mut sections: Vec<(Section, Vec<&T>)> = Vec::new();
    for (section, one) in keyed {
        match sections.last_mut().filter(|(last, _)| *last == section) {
            Some((_, list)) => list.push(one),
            None => sections.push((section, vec![one])),
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(pairs: &[(&str, &str)]) -> RunName {
        let coordinates =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let input = InputArtifact { coordinates, dir: "x".into() };
        RunName::of(&input, &FiguresParams::default())
    }

    #[test]
    fn variables_are_methods_repetitions_or_sections() {
        let found = run(&[("method", "full"), ("seed", "8"), ("fold", "2")]);
        assert_eq!((found.method.as_str(), found.others.len()), ("full", 1));
        assert_eq!(found.repetition_words(&FiguresParams::default()), "seed 8");
        assert_eq!(found.described(), "fold = 2, method = full, seed = 8");
        assert_eq!(run(&[]).method, "all");
    }

    #[test]
    fn sections_are_sorted_by_number() {
        let runs = ["10", "9", "10"].map(|fold| run(&[("fold", fold)]));
        let section = |run: &RunName| Section { dataset: None, others: run.others.clone() };
        let found = sections(&runs, section);
        let words: Vec<_> =
            found.iter().map(|(section, runs)| (section.words(true), runs.len())).collect();
        assert_eq!(words, [("fold 9".to_owned(), 1), ("fold 10".to_owned(), 2)]);
    }
}
