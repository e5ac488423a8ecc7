//! Boxes or violins of the subjects' values, per class and method.

use std::collections::{BTreeMap, BTreeSet};

use stages_figures::{Distributions, Sample};

use crate::grouping::sections;
use crate::index::{Drawn, Sheets};
use crate::material::{Material, MetricsRun};
use crate::scores::{Setting, SubjectValues, by_subject, mean_by_subject};
use crate::words::{counted, counted_range, metric_quantity, titled};
use crate::{FigureKind, FiguresParams};

/// One figure a metric and section.
pub(crate) fn draw(material: &Material, params: &FiguresParams, sheets: &mut Sheets) {
    for metric in &params.metrics {
        let grid = params.grid.into();
        let setting = Setting { metric, grid, checkpoint: params.checkpoint.as_str() };
        let mut found = false;
        for (section, runs) in sections(&material.metrics, MetricsRun::section) {
            let words = material.words(&section);
            if let Some(drawn) = drawn(material, params, setting, &words, &runs) {
                sheets.add(drawn);
                found = true;
            }
        }
        if !found && !material.metrics.is_empty() {
            sheets.warnings.push(format!(
                "no boxes of `{metric}`: no metrics table has it on the grid `{}` and of the \
                 checkpoint `{}`",
                setting.grid.as_str(),
                setting.checkpoint
            ));
        }
    }
}

fn drawn(
    material: &Material,
    params: &FiguresParams,
    setting: Setting<'_>,
    section: &str,
    runs: &[&MetricsRun],
) -> Option<Drawn> {
    let tables = runs.iter().map(|run| &run.table);
    let (quantity, higher) = metric_quantity(setting.metric, tables)?;
    let mut by_method: BTreeMap<&str, Vec<BTreeMap<u8, SubjectValues>>> = BTreeMap::new();
    for run in runs {
        let values = by_subject(&run.table, setting);
        if !values.is_empty() {
            by_method.entry(&run.name.method).or_default().push(values);
        }
    }
    let mut samples = Vec::new();
    let (mut subjects, mut undefined) = (BTreeSet::new(), 0);
    for class in runs.first()?.table.dataset.foreground() {
        for (method, runs) in &by_method {
            let of_class = runs.iter().filter_map(|run| run.get(&class.id));
            let values = mean_by_subject(of_class);
            if values.is_empty() {
                continue;
            }
            subjects.extend(values.keys().cloned());
            undefined += values.values().filter(|value| value.is_none()).count();
            let defined = values.into_iter().filter_map(|(name, value)| Some((name, value?)));
            samples.push(Sample {
                class: class.name.clone(),
                method: material.methods.name(method).to_owned(),
                values: defined.collect(),
            });
        }
    }
    if samples.is_empty() {
        return None;
    }
    let counts: Vec<usize> = by_method.values().map(Vec::len).collect();
    let title = quantity.name.clone();
    let better = match higher {
        Some(true) => "higher is better",
        Some(false) => "lower is better",
        None => "0 is best",
    };
    let mut caption = format!(
        "{title} of {} by class and method on the {} grid, checkpoint {}; {better}. The value of a \
         subject is the mean over its scans, then over {} of the method.",
        counted(subjects.len(), "subject"),
        setting.grid.as_str(),
        setting.checkpoint,
        counted_range(&counts, "run"),
    );
    if higher == Some(false) && runs.iter().any(|run| has_diagonals(run, setting)) {
        caption +=
            " Where only one of the masks has the structure, the diagonal of the grid counts.";
    }
    if undefined > 0 {
        let values = counted(undefined, "undefined value");
        caption = format!("{caption} {values} not shown.");
    }
    let figure = Distributions {
        methods: material.methods.names.clone(),
        form: params.distribution.form.into(),
        width: params.width_px,
        ..Distributions::new(
            titled(&format!("{title} by class and method"), section),
            quantity,
            samples,
        )
    };
    Some(Drawn {
        kind: FigureKind::Distribution,
        name: vec!["distribution".to_owned(), setting.metric.to_owned()],
        section: section.to_owned(),
        caption,
        figure: figure.figure(),
    })
}

/// Whether a value stands for a structure that only one mask has.
fn has_diagonals(run: &MetricsRun, setting: Setting<'_>) -> bool {
    let mut rows = run.table.rows.iter().filter(|row| setting.includes(row));
    rows.any(|row| row.value.is_none() && row.ranking_value().is_some())
}
