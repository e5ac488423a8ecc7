//! The matrix values under which a run's stages see an evaluation.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_cli::RecordedRun;
use pipeline_engine::{FingerprintInput, NodeReport};
use pipeline_store::Digest;

/// Names and values of matrix variables.
type Coordinates = BTreeMap<String, String>;

/// What gathering stages (such as `compare`) call the artifacts that they read. That may be more
/// than the matrix values of the node that made an artifact: an experiment can add to them (`as:`).
pub(super) struct Labels {
    /// Every distinct name of an artifact, by artifact, in the order of the readers.
    known: Vec<(Digest, Coordinates)>,
    /// Those that were given to a node.
    given: BTreeSet<usize>,
}

impl Labels {
    /// Asks the stages of a run that are done.
    pub(super) fn of(run: &RecordedRun) -> Self {
        let prints = run.nodes().iter().filter(|node| !node.outputs.is_empty());
        let prints = prints.filter_map(|node| run.fingerprint(node));
        Self::among(prints.flat_map(|print| print.inputs.into_values().flatten()))
    }

    fn among(inputs: impl Iterator<Item = FingerprintInput>) -> Self {
        let mut known = Vec::new();
        for FingerprintInput { artifact, coordinates } in inputs {
            let label = (artifact, coordinates);
            if !label.1.is_empty() && !known.contains(&label) {
                known.push(label);
            }
        }
        Self { known, given: BTreeSet::new() }
    }

    /// The matrix values of the node that made an artifact, with what a reader adds.
    ///
    /// Two nodes may have made the same artifact; each gets a name of its own while there are any.
    /// As what they made is the same, only the names of the nodes depend on which gets which.
    pub(super) fn give(&mut self, node: &NodeReport, artifact: Digest) -> Coordinates {
        self.take(&node.coordinates, artifact)
    }

    fn take(&mut self, own: &Coordinates, artifact: Digest) -> Coordinates {
        let agrees =
            |label: &Coordinates| own.iter().all(|(name, value)| label.get(name) == Some(value));
        let replaces = |label: &Coordinates| own.keys().all(|name| label.contains_key(name));
        let fits = |test: &dyn Fn(&Coordinates) -> bool, again: bool| {
            let mut labels = self.known.iter().enumerate();
            labels.position(|(at, (digest, label))| {
                *digest == artifact && (again || !self.given.contains(&at)) && test(label)
            })
        };
        let found = fits(&agrees, false)
            .or_else(|| fits(&replaces, false))
            .or_else(|| fits(&agrees, true))
            .or_else(|| fits(&replaces, true));
        let Some(at) = found else { return own.clone() };
        self.given.insert(at);
        self.known[at].1.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coordinates(pairs: &[(&str, &str)]) -> Coordinates {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    type Pairs<'a> = &'a [(&'a str, &'a str)];

    fn labels(inputs: &[(&str, Pairs<'_>)]) -> Labels {
        Labels::among(inputs.iter().map(|(content, pairs)| FingerprintInput {
            artifact: Digest::of_bytes(content.as_bytes()),
            coordinates: coordinates(pairs),
        }))
    }

    #[test]
    fn what_a_reader_adds_is_added() {
        let mut labels = labels(&[
            ("a", &[]),
            ("a", &[("method", "own"), ("seed", "8")]),
            ("b", &[("method", "full"), ("seed", "8")]),
        ]);
        let seed = coordinates(&[("seed", "8")]);
        let found = labels.take(&seed, Digest::of_bytes(b"a"));
        assert_eq!(found, coordinates(&[("method", "own"), ("seed", "8")]));
        assert_eq!(labels.take(&seed, Digest::of_bytes(b"c")), seed, "nobody reads it");
        let found = labels.take(&coordinates(&[("method", "partial")]), Digest::of_bytes(b"b"));
        assert_eq!(found, coordinates(&[("method", "full"), ("seed", "8")]), "it was called so");
    }

    #[test]
    fn nodes_that_made_the_same_share_its_names_out() {
        let mut labels = labels(&[
            ("a", &[("method", "one")]),
            ("a", &[("method", "two")]),
            ("a", &[("method", "one")]),
        ]);
        let mut method =
            || labels.take(&Coordinates::new(), Digest::of_bytes(b"a"))["method"].clone();
        assert_eq!([method(), method(), method()], ["one", "two", "one"]);
    }

    #[test]
    fn a_name_that_says_the_same_comes_before_one_that_says_otherwise() {
        let mut labels = labels(&[("a", &[("seed", "8")]), ("a", &[("seed", "9")])]);
        let own = coordinates(&[("seed", "9")]);
        assert_eq!(labels.take(&own, Digest::of_bytes(b"a")), own);
    }
}
