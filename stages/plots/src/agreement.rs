//! Agreement of predicted and annotated volumes, class by class.

use std::collections::BTreeSet;

use stages_figures::{Agreement, MeasuredPair, Quantity, Size};

use crate::grouping::{RunName, sections};
use crate::index::{Drawn, Sheets};
use crate::material::Material;
use crate::predicted::PredictedRun;
use crate::words::{counted, titled};
use crate::{FigureKind, FiguresParams, PlotsError};

/// What one method measured of one scan: pixels by label, annotated and predicted.
struct Measured {
    method: String,
    scan: String,
    subject: String,
    counts: [[u64; 256]; 2],
    voxel_ml: f64,
}

/// One figure a class and section.
pub(crate) fn draw(
    material: &Material,
    params: &FiguresParams,
    sheets: &mut Sheets,
) -> Result<(), PlotsError> {
    for (section, runs) in sections(&material.predictions, PredictedRun::section) {
        let words = material.words(&section);
        let mut measured = Vec::new();
        let firsts = first_of_each(&runs, |run| &run.name);
        for run in &firsts {
            let slices = material.extracted.slices(run);
            for scan in run.scans(&material.extracted, params.checkpoint.as_str())?.values() {
                measured.push(Measured {
                    method: material.methods.name(&run.name.method).to_owned(),
                    scan: scan.named(),
                    subject: scan.case.subject.clone(),
                    counts: run.counts(scan, slices),
                    voxel_ml: scan.voxel_ml(),
                });
            }
        }
        if measured.is_empty() {
            continue;
        }
        let shown = repetitions(&firsts, |run| &run.name, params);
        for class in firsts.iter().take(1).flat_map(|run| run.info().foreground()) {
            let (mut pairs, mut subjects, mut absent) = (Vec::new(), BTreeSet::new(), 0);
            let mut scans = BTreeSet::new();
            for one in &measured {
                let [reference, predicted] = one.counts.map(|counts| counts[usize::from(class.id)]);
                if reference == 0 && predicted == 0 {
                    absent += 1;
                    continue;
                }
                subjects.insert(&one.subject);
                scans.insert(&one.scan);
                pairs.push(MeasuredPair {
                    method: one.method.clone(),
                    subject: one.scan.clone(),
                    reference: reference as f64 * one.voxel_ml,
                    measured: predicted as f64 * one.voxel_ml,
                });
            }
            let mut caption = format!(
                "Volume of {} in {} of {}, predicted against annotated, on the network's grid, \
                 checkpoint {}. A point is a scan{shown}.",
                class.name,
                counted(scans.len(), "scan"),
                counted(subjects.len(), "subject"),
                params.checkpoint.as_str(),
            );
            if absent > 0 {
                let pairs = counted(absent, "pair");
                caption = format!("{caption} {pairs} without the structure in both not shown.");
            }
            let volume = Quantity::new("Volume").in_unit("mL").within(0.0, f64::INFINITY);
            let title = titled(&format!("{}: volume", class.name), &words);
            let name = ["agreement", "volume", &class.name].map(str::to_owned).to_vec();
            let figure = plots(material, params, &title, volume, pairs).figure();
            let (kind, section) = (FigureKind::Agreement, words.clone());
            sheets.add(Drawn { kind, name, section, caption, figure });
        }
    }
    Ok(())
}

/// Bland-Altman plots as the parameters ask for.
pub(crate) fn plots(
    material: &Material,
    params: &FiguresParams,
    title: &str,
    quantity: Quantity,
    pairs: Vec<MeasuredPair>,
) -> Agreement {
    let agreement = Agreement::new(title, quantity, pairs);
    Agreement {
        methods: material.methods.names.clone(),
        difference: params.agreement.difference.into(),
        size: Size { width: params.width_px, ..agreement.size },
        ..agreement
    }
}

/// The first run of every method; runs are in the order of methods and repetitions.
pub(crate) fn first_of_each<'a, T>(
    runs: &[&'a T],
    name: impl Fn(&'a T) -> &'a RunName,
) -> Vec<&'a T> {
    let mut firsts: Vec<&T> = Vec::new();
    for run in runs {
        if firsts.last().is_none_or(|last| name(last).method != name(run).method) {
            firsts.push(run);
        }
    }
    firsts
}

/// `, of the run with seed 8`: which repetition is shown, if there are names for it.
pub(crate) fn repetitions<'a, T>(
    firsts: &[&'a T],
    name: impl Fn(&'a T) -> &'a RunName,
    params: &FiguresParams,
) -> String {
    let words: BTreeSet<String> = firsts
        .iter()
        .map(|run| name(run).repetition_words(params))
        .filter(|words| !words.is_empty())
        .collect();
    match words.len() {
        0 => String::new(),
        1 => format!(", of the run with {}", words.into_iter().collect::<String>()),
        _ => ", of the first run of each method".to_owned(),
    }
}
