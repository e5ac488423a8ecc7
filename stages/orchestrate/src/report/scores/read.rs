//! From a run's metrics table to means over seeds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::results::RunParts;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, DictionaryArray, RecordBatch};
use indexmap::{IndexMap, IndexSet};
use pipeline_cli::RecordedRun;
use pipeline_engine::{Fingerprint, NodeId, Report};
use pipeline_spec::sentence;
use stages_tables::{RunMetrics, RunPart, RunTable, TableError, kind};

use super::choice::Choice;
use super::data::{Place, Scan, Scores, Setting, Sum};

/// The folder, in a workspace of the store, for a table that the run's folder does not have.
const FOLDER: &str = "metrics";

/// Reads the values of a run; none if it has no metrics.
///
/// The table in the run's folder is that of the latest run. For another run, or where it is missing,
/// it is made anew from what the nodes left in the store.
///
/// # Errors
/// When there are metrics but they cannot be read, in words.
pub(in crate::report) fn read_scores(
    run: &RecordedRun,
    fingerprints: &BTreeMap<NodeId, Fingerprint>,
) -> Result<Option<Scores>, String> {
    let compare = run.nodes().iter().find(|node| node.stage == "compare");
    let params = compare.and_then(|node| Some(&fingerprints.get(&node.node)?.params));
    let choice = Choice::of(params);
    let path = run.folder().join(RunMetrics::FILE);
    let latest = Report::read(run.folder()).is_some_and(|one| one.run_id == run.report().run_id);
    if latest
        && path.is_file()
        && let Ok(table) = RunTable::metrics(&path)
        && is_of(&table, run.report())
    {
        return Ok(Some(of_table(&table, &choice)));
    }
    if run.artifacts(kind::METRICS).is_empty() {
        return Ok(None);
    }
    let parts = RunParts::of(run).map_err(|mistakes| {
        mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    })?;
    let workspace = run.store().workspace(vec![FOLDER.to_owned()]);
    let workspace = workspace.map_err(|error| sentence(&error))?;
    let path = workspace.folder(FOLDER).join(RunMetrics::FILE);
    of_parts(run.experiment(), &parts.parts, &path, &choice)
        .map(Some)
        .map_err(|error| sentence(&error))
}

/// Writes the table of these parts and reads it.
pub(super) fn of_parts(
    experiment: &str,
    parts: &[RunPart],
    path: &Path,
    choice: &Choice,
) -> Result<Scores, TableError> {
    RunMetrics::write(experiment, parts, path)?;
    Ok(of_table(&RunTable::metrics(path)?, choice))
}

/// Whether a table was made by the actions of a run.
fn is_of(table: &RunTable, report: &Report) -> bool {
    let keys: BTreeSet<String> =
        report.nodes.iter().filter_map(|node| Some(node.key?.to_string())).collect();
    let Some(batch) = table.batches().first() else { return true };
    let Some(actions) = dictionary(batch, "action") else { return false };
    words(actions).iter().all(|action| keys.contains(action))
}

/// Averages the values of a table.
pub(super) fn of_table(table: &RunTable, choice: &Choice) -> Scores {
    let mut reading = Reading::new(table, choice);
    for batch in table.batches() {
        reading.add(batch);
    }
    reading.finish(choice)
}

fn dictionary<'a>(batch: &'a RecordBatch, name: &str) -> Option<&'a DictionaryArray<Int32Type>> {
    batch.column_by_name(name)?.as_dictionary_opt::<Int32Type>()
}

fn words(column: &DictionaryArray<Int32Type>) -> Vec<String> {
    let values = column.values().as_string::<i32>();
    values.iter().map(|word| word.unwrap_or_default().to_owned()).collect()
}

/// A text column of a batch. `RunTable` has checked that it is there, and a dictionary.
struct Codes<'a>(Option<&'a DictionaryArray<Int32Type>>);

impl Codes<'_> {
    /// The position of the word, or -1 where there is none.
    fn at(&self, row: usize) -> i32 {
        match self.0 {
            Some(column) if column.keys().is_valid(row) => column.keys().value(row),
            _ => -1,
        }
    }
}

/// What has been read so far, by the positions of words, which are the same in all batches.
struct Reading<'a> {
    table: &'a RunTable,
    /// Variables that are not averaged over: name and column.
    variables: Vec<(String, String)>,
    series: IndexSet<Vec<i32>>,
    /// Dataset, subject, phase, scan.
    scans: IndexSet<[i32; 4]>,
    classes: IndexSet<i32>,
    /// Metric, grid, checkpoint; then unit and direction.
    settings: IndexMap<[i32; 3], (i32, Option<bool>)>,
    values: IndexMap<Place, Sum>,
    pairs: IndexSet<(u32, u32)>,
}

impl<'a> Reading<'a> {
    fn new(table: &'a RunTable, choice: &Choice) -> Self {
        let kept = table.variables().iter().filter(|one| !choice.over.contains(&one.name));
        Self {
            table,
            variables: kept.map(|one| (one.name.clone(), one.column.clone())).collect(),
            series: IndexSet::new(),
            scans: IndexSet::new(),
            classes: IndexSet::new(),
            settings: IndexMap::new(),
            values: IndexMap::new(),
            pairs: IndexSet::new(),
        }
    }

    fn add(&mut self, batch: &RecordBatch) {
        let codes = |name: &str| Codes(dictionary(batch, name));
        let variables: Vec<Codes<'_>> =
            self.variables.iter().map(|(_, column)| codes(column)).collect();
        let scan = ["dataset", "subject", "phase", "case_id"].map(codes);
        let setting = ["metric", "grid", "checkpoint"].map(codes);
        let (class, unit) = (codes("class_name"), codes("unit"));
        let values = batch.column_by_name("value").map(AsArray::as_primitive::<Float64Type>);
        let higher = batch.column_by_name("higher_is_better").map(AsArray::as_boolean);
        for row in 0..batch.num_rows() {
            let series = variables.iter().map(|column| column.at(row)).collect();
            let series = self.series.insert_full(series).0 as u32;
            let scan =
                self.scans.insert_full(scan.each_ref().map(|column| column.at(row))).0 as u32;
            let class = self.classes.insert_full(class.at(row)).0 as u32;
            let key = setting.each_ref().map(|column| column.at(row));
            let better = higher.and_then(|one| one.is_valid(row).then(|| one.value(row)));
            let entry = self.settings.entry(key);
            let setting = entry.index() as u32;
            entry.or_insert((unit.at(row), better));
            self.pairs.insert((scan, class));
            let sum = self.values.entry(Place { setting, scan, class, series }).or_default();
            if let Some(values) = values
                && values.is_valid(row)
                && values.value(row).is_finite()
            {
                sum.sum += values.value(row);
                sum.count += 1;
            }
        }
    }

    /// Puts words in the place of their positions, and series and settings in their order.
    fn finish(self, choice: &Choice) -> Scores {
        let dictionaries = |name: &str| -> Vec<String> {
            let first = self.table.batches().first();
            first.and_then(|batch| dictionary(batch, name)).map(words).unwrap_or_default()
        };
        let word = |list: &[String], code: i32| -> Option<String> {
            usize::try_from(code).ok().and_then(|code| list.get(code)).cloned()
        };
        let [datasets, subjects, phases, ids] =
            ["dataset", "subject", "phase", "case_id"].map(dictionaries);
        let [metrics, grids, checkpoints] = ["metric", "grid", "checkpoint"].map(dictionaries);
        let (class_names, units) = (dictionaries("class_name"), dictionaries("unit"));
        let (series, series_order) = self.series_in_order(choice, &dictionaries);
        let named = |list: &[String], code: i32| word(list, code).unwrap_or_default();
        let mut settings: Vec<(usize, Setting)> = self
            .settings
            .iter()
            .map(|([metric, grid, checkpoint], (unit, better))| Setting {
                metric: named(&metrics, *metric),
                grid: named(&grids, *grid),
                checkpoint: named(&checkpoints, *checkpoint),
                unit: named(&units, *unit),
                higher_is_better: *better,
            })
            .enumerate()
            .collect();
        settings.sort_by_key(|(place, one)| {
            let metric = Choice::place(&choice.metrics, &one.metric);
            (metric, one.grid != choice.grid, one.checkpoint != choice.checkpoint, *place)
        });
        let mut setting_order = vec![0; settings.len()];
        for (new, (old, _)) in (0..).zip(&settings) {
            setting_order[*old] = new;
        }
        let values = self.values.into_iter().map(|(place, sum)| {
            let setting = setting_order[place.setting as usize];
            (Place { setting, series: series_order[place.series as usize], ..place }, sum)
        });
        Scores {
            over: choice.over.clone(),
            scans: self
                .scans
                .iter()
                .map(|[dataset, subject, phase, id]| Scan {
                    dataset: named(&datasets, *dataset),
                    subject: named(&subjects, *subject),
                    phase: word(&phases, *phase),
                    id: named(&ids, *id),
                })
                .collect(),
            classes: self.classes.iter().map(|code| named(&class_names, *code)).collect(),
            settings: settings.into_iter().map(|(_, one)| one).collect(),
            values: values.collect(),
            pairs: self.pairs.into_iter().collect(),
            series,
        }
    }

    /// The names of the series in their order, and the new position of each.
    fn series_in_order(
        &self,
        choice: &Choice,
        dictionaries: &dyn Fn(&str) -> Vec<String>,
    ) -> (Vec<String>, Vec<u32>) {
        let words: Vec<Vec<String>> =
            self.variables.iter().map(|(_, column)| dictionaries(column)).collect();
        let mut named: Vec<(usize, usize, String)> = Vec::new();
        for (place, codes) in self.series.iter().enumerate() {
            let mut rank = 0;
            let mut parts = Vec::new();
            for (((name, _), words), code) in self.variables.iter().zip(&words).zip(codes) {
                let Some(value) = usize::try_from(*code).ok().and_then(|code| words.get(code))
                else {
                    continue;
                };
                if *name == choice.rows {
                    rank = Choice::place(&choice.order, value);
                    parts.push(choice.names.get(value).unwrap_or(value).clone());
                } else {
                    parts.push(format!("{name} {value}"));
                }
            }
            let label = if parts.is_empty() { "value".to_owned() } else { parts.join(" · ") };
            named.push((rank, place, label));
        }
        named.sort();
        let mut order = vec![0; named.len()];
        for (new, (_, old, _)) in (0..).zip(&named) {
            order[*old] = new;
        }
        (named.into_iter().map(|(_, _, label)| label).collect(), order)
    }
}
