//! Which cases and which slices are shown.

use pipeline_spec::suggest;

/// A case that was asked for and is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no case or subject `{name}`")]
pub struct NoSuchCase {
    /// The name.
    pub name: String,
    /// What it could have meant.
    pub suggestion: Option<String>,
}

/// Positions of so many of `total` things, spread over all of them, the first and the last among
/// them; all of them if there are no more.
pub(super) fn spread(total: usize, wanted: usize) -> Vec<usize> {
    match (total, wanted) {
        (total, wanted) if wanted >= total => (0..total).collect(),
        (_, 0) => Vec::new(),
        (total, 1) => vec![total / 2],
        // Rounded to the nearest position.
        (total, wanted) => {
            (0..wanted).map(|i| (2 * i * (total - 1) + wanted - 1) / (2 * (wanted - 1))).collect()
        }
    }
}

/// Positions of the cases with these names, or of those whose subject has them.
pub(super) fn named(
    cases: &[(&String, &String)],
    names: &[String],
) -> Result<Vec<usize>, NoSuchCase> {
    let mut found = Vec::new();
    for name in names {
        let is =
            |(_, (case, subject)): &(usize, &(&String, &String))| *case == name || *subject == name;
        let before = found.len();
        found.extend(cases.iter().enumerate().filter(is).map(|(i, _)| i));
        if found.len() == before {
            let known: Vec<&str> = cases
                .iter()
                .flat_map(|(case, subject)| [case.as_str(), subject.as_str()])
                .collect();
            let suggestion = suggest(name, &known);
            return Err(NoSuchCase { name: name.clone(), suggestion });
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Slices to show: spread over those with foreground, the one with most of it among them; over all
/// but the outer ones where there is none.
pub(super) fn slices(foreground: &[u64], wanted: usize) -> Vec<usize> {
    let total = foreground.len();
    let labelled = foreground.iter().position(|count| *count > 0);
    let Some(first) = labelled else {
        // The outermost tenth at either end is mostly air.
        let skipped = total / 10;
        return spread(total - 2 * skipped, wanted).into_iter().map(|z| z + skipped).collect();
    };
    let last = foreground.iter().rposition(|count| *count > 0).unwrap_or(first);
    let mut chosen: Vec<usize> =
        spread(last - first + 1, wanted).into_iter().map(|z| z + first).collect();
    let most = (first..=last).rev().max_by_key(|z| foreground[*z]).unwrap_or(first);
    if !chosen.contains(&most) {
        // It takes the place of the nearest one that is not at an end.
        let inner = if chosen.len() > 2 { 1..chosen.len() - 1 } else { 0..chosen.len() };
        if let Some(nearest) = inner.min_by_key(|i| chosen[*i].abs_diff(most)) {
            chosen[nearest] = most;
            chosen.sort_unstable();
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spread_has_both_ends() {
        assert_eq!(spread(10, 4), [0, 3, 6, 9]);
        assert_eq!(spread(3, 5), [0, 1, 2]);
        assert_eq!((spread(7, 1), spread(7, 0), spread(0, 3)), (vec![3], vec![], vec![]));
        for (total, wanted) in [(200, 12), (13, 12), (1000, 7)] {
            let found = spread(total, wanted);
            assert_eq!((found.len(), found[0], *found.last().unwrap()), (wanted, 0, total - 1));
            assert!(found.is_sorted_by(|a, b| a < b), "{found:?}");
        }
    }

    #[test]
    fn labelled_slices_are_shown_with_the_fullest() {
        assert_eq!(slices(&[0, 1, 2, 9, 3, 2, 1, 0], 3), [1, 3, 6]);
        assert_eq!(slices(&[0, 4, 0], 3), [1]);
        assert_eq!(slices(&[5, 1, 1], 1), [0]);
        assert_eq!(slices(&[1, 1, 1, 1, 9], 2), [0, 4]);
    }

    #[test]
    fn unlabelled_volumes_are_shown_without_their_ends() {
        assert_eq!(slices(&[0; 20], 3), [2, 10, 17]);
        assert_eq!(slices(&[0; 2], 3), [0, 1]);
    }

    #[test]
    fn cases_are_named_by_themselves_or_by_subject() {
        let texts = ["a_1", "a", "a_2", "a", "b_1", "b"].map(str::to_owned);
        let cases: Vec<_> = texts.chunks(2).map(|pair| (&pair[0], &pair[1])).collect();
        let ask = |names: &[&str]| {
            named(&cases, &names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(ask(&["b", "a_1"]).unwrap(), [0, 2]);
        assert_eq!(ask(&["a"]).unwrap(), [0, 1]);
        let error = ask(&["a_3"]).unwrap_err();
        assert_eq!(error.to_string(), "there is no case or subject `a_3`");
        assert!(error.suggestion.is_some());
    }
}
