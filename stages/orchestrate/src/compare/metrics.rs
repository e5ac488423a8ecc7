//! The metrics of a run, as it left them in the store.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_cli::{RecordedArtifact, RecordedRun};
use pipeline_spec::{Diagnostic, sentence, suggest};
use stages_difference::{DifferenceError, Measured};
use stages_tables::{MetricsTable, kind};

use super::structure::is_done;
use super::variables::bare_name;

/// The metrics artifacts of two runs.
pub(super) struct Metrics<'a> {
    a: Vec<RecordedArtifact<'a>>,
    b: Vec<RecordedArtifact<'a>>,
    /// Whether several nodes of one run measure, so that the node is part of a row.
    several: bool,
}

impl<'a> Metrics<'a> {
    pub(super) fn of(a: &'a RecordedRun, b: &'a RecordedRun) -> Self {
        let made = |run: &'a RecordedRun| -> Vec<RecordedArtifact<'a>> {
            let all = run.artifacts(kind::METRICS).into_iter();
            all.filter(|artifact| is_done(artifact.node)).collect()
        };
        let (a, b) = (made(a), made(b));
        let names = |side: &[RecordedArtifact<'_>]| -> usize {
            side.iter().map(|artifact| bare_name(artifact.node)).collect::<BTreeSet<_>>().len()
        };
        let several = names(&a) > 1 || names(&b) > 1;
        Self { a, b, several }
    }

    /// Why there is nothing to compare, in a sentence.
    pub(super) fn missing(&self, a: &RecordedRun, b: &RecordedRun) -> Option<String> {
        let old = |run: &RecordedRun| {
            run.nodes().iter().any(is_done) && run.nodes().iter().all(|node| node.kinds.is_empty())
        };
        let without = match (self.a.is_empty(), self.b.is_empty()) {
            (false, false) => return None,
            (true, true) => "neither run has",
            (true, false) => "A has no",
            (false, true) => "B has no",
        };
        let why = if old(a) || old(b) {
            "its report is of an earlier version of the program: run the experiment again, which \
             takes everything from the store"
        } else {
            "no node that measures was completed"
        };
        Some(format!("{without} metrics: {why}"))
    }

    /// Whether every row has the same metrics in both.
    pub(super) fn is_same(&self) -> bool {
        let made = |side: &[RecordedArtifact<'_>]| -> BTreeSet<_> {
            let one = |artifact: &RecordedArtifact<'_>| {
                let node = artifact.node;
                (bare_name(node).to_owned(), node.coordinates.clone(), artifact.digest)
            };
            side.iter().map(one).collect()
        };
        made(&self.a) == made(&self.b)
    }

    /// Reads the tables of both runs.
    pub(super) fn read(
        &self,
        a: &RecordedRun,
        b: &RecordedRun,
    ) -> Result<[Vec<Measured>; 2], Vec<Diagnostic>> {
        let mut mistakes = Vec::new();
        let mut of = |run: &RecordedRun, made: &[RecordedArtifact<'_>]| {
            let mut tables = Vec::new();
            for artifact in made {
                match self.table(run, artifact) {
                    Ok(measured) => tables.push(measured),
                    Err(found) => mistakes.extend(found),
                }
            }
            tables
        };
        let read = [of(a, &self.a), of(b, &self.b)];
        if mistakes.is_empty() { Ok(read) } else { Err(mistakes) }
    }

    fn table(
        &self,
        run: &RecordedRun,
        artifact: &RecordedArtifact<'_>,
    ) -> Result<Measured, Vec<Diagnostic>> {
        let placed = run.place(artifact.digest)?;
        let table = MetricsTable::read(&placed.dir()).map_err(|error| {
            let message = format!(
                "the metrics of `{}` cannot be read: {}",
                artifact.node.node,
                sentence(&error)
            );
            let help = "`orchestrate verify` finds what is damaged; the next run makes it again";
            vec![Diagnostic::new("compare::metrics", message).with_help(help)]
        })?;
        let mut coordinates: BTreeMap<String, String> = artifact.node.coordinates.clone();
        if self.several {
            coordinates.insert("node".to_owned(), bare_name(artifact.node).to_owned());
        }
        Ok(Measured { coordinates, table })
    }
}

/// What was asked for and is not there.
pub(super) fn mistake(error: &DifferenceError) -> Vec<Diagnostic> {
    let diagnostic = Diagnostic::new("compare::metrics", sentence(error));
    let DifferenceError::Unknown { what, asked, known } = error else { return vec![diagnostic] };
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let list = pipeline_spec::quoted_list(&known);
    let help = match suggest(asked, &known) {
        Some(near) => format!("did you mean `--{what} {near}`? there are: {list}"),
        None => format!("there are: {list}"),
    };
    vec![diagnostic.with_help(help)]
}
