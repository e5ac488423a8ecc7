//! Which rows of the inputs belong to which scan, checked for agreement before anything is scored.

use std::collections::BTreeMap;

use stages_tables::{
    CaseRow, CasesTable, DatasetInfo, PlaneGeometry, PredictionsReader, SlicesReader, Window,
};

use crate::EvaluateError;

/// The extracted slices of one predicted scan.
pub struct Scan<'a> {
    /// The scan's row of the cases table.
    pub case: &'a CaseRow,
    /// How its planes relate to its own voxels.
    pub geometry: PlaneGeometry,
    /// Position along z and row of the slices table, in the order of z.
    pub slices: Vec<(u32, usize)>,
    /// Per checkpoint, the row of the predictions table of every slice, in the order of z.
    pub predictions: BTreeMap<String, Vec<usize>>,
}

/// Every predicted scan, by case id.
///
/// # Errors
/// When the inputs belong to different datasets, a predicted scan is unknown, or a checkpoint did not
/// predict exactly the extracted slices of a scan.
pub fn scans<'a>(
    predictions: &PredictionsReader,
    slices: &SlicesReader,
    cases: &'a CasesTable,
) -> Result<Vec<Scan<'a>>, EvaluateError> {
    let window = predictions.window();
    same_dataset("slices", &slices.info().dataset, &window.dataset)?;
    same_dataset("cases", &cases.dataset, &window.dataset)?;
    inside_canvas(window, slices)?;

    let predicted = predicted_rows(predictions)?;
    let mut extracted = extracted_rows(slices, &predicted)?;
    let case_rows: BTreeMap<&str, &CaseRow> =
        cases.rows.iter().map(|row| (row.case_id.as_str(), row)).collect();
    known("slices", &predicted, |case| extracted.contains_key(case))?;
    known("cases", &predicted, |case| case_rows.contains_key(case))?;

    let scan = |(case, by_checkpoint): (&str, RowsByCheckpoint<'_>)| {
        let slice_rows = extracted.remove(case).expect("checked above");
        let positions: Vec<u32> = slice_rows.keys().copied().collect();
        let mut checkpoints = BTreeMap::new();
        for (checkpoint, rows) in by_checkpoint {
            if !rows.keys().eq(&positions) {
                return Err(EvaluateError::Slices {
                    case: case.to_owned(),
                    checkpoint: checkpoint.to_owned(),
                    found: rows.into_keys().collect(),
                    expected: positions,
                });
            }
            checkpoints.insert(checkpoint.to_owned(), rows.into_values().collect());
        }
        let first = *slice_rows.values().next().expect("a scan is known by its slices");
        Ok(Scan {
            case: case_rows[case],
            geometry: slices.slices()[first].geometry,
            slices: slice_rows.into_iter().collect(),
            predictions: checkpoints,
        })
    };
    predicted.into_iter().map(scan).collect()
}

/// Position along z to row of a table.
type Rows = BTreeMap<u32, usize>;
/// Checkpoint to the rows it predicted.
type RowsByCheckpoint<'a> = BTreeMap<&'a str, Rows>;

fn predicted_rows(
    predictions: &PredictionsReader,
) -> Result<BTreeMap<&str, RowsByCheckpoint<'_>>, EvaluateError> {
    let mut scans: BTreeMap<&str, RowsByCheckpoint<'_>> = BTreeMap::new();
    for (row, meta) in predictions.slices().iter().enumerate() {
        let scan = scans.entry(&meta.case_id).or_default();
        let rows = scan.entry(&meta.checkpoint).or_default();
        if rows.insert(meta.slice, row).is_some() {
            return Err(duplicate("predictions", &meta.case_id, meta.slice));
        }
    }
    Ok(scans)
}

/// The slices of the predicted scans; others are not looked at.
fn extracted_rows<'a>(
    slices: &'a SlicesReader,
    predicted: &BTreeMap<&str, RowsByCheckpoint<'_>>,
) -> Result<BTreeMap<&'a str, Rows>, EvaluateError> {
    let mut scans: BTreeMap<&str, Rows> = BTreeMap::new();
    for (row, meta) in slices.slices().iter().enumerate() {
        if !predicted.contains_key(meta.case_id.as_str()) {
            continue;
        }
        if scans.entry(&meta.case_id).or_default().insert(meta.slice, row).is_some() {
            return Err(duplicate("slices", &meta.case_id, meta.slice));
        }
    }
    Ok(scans)
}

fn duplicate(port: &'static str, case: &str, slice: u32) -> EvaluateError {
    EvaluateError::Duplicate { port, case: case.to_owned(), slice }
}

/// Checks that another input is of the dataset that was predicted.
pub(crate) fn same_dataset(
    port: &'static str,
    found: &DatasetInfo,
    expected: &DatasetInfo,
) -> Result<(), EvaluateError> {
    if found == expected {
        return Ok(());
    }
    let described = |info: &DatasetInfo| format!("`{}` ({})", info.name, class_list(info));
    Err(EvaluateError::Dataset { port, found: described(found), expected: described(expected) })
}

/// The classes of a dataset for a message: `0 background, 1 RV`.
pub(crate) fn class_list(dataset: &DatasetInfo) -> String {
    let classes = dataset.classes.iter().map(|class| format!("{} {}", class.id, class.name));
    classes.collect::<Vec<_>>().join(", ")
}

fn inside_canvas(window: &Window, slices: &SlicesReader) -> Result<(), EvaluateError> {
    let canvas = [slices.info().height, slices.info().width];
    let span = |start: u32, length: u32| [u64::from(start), u64::from(start) + u64::from(length)];
    let (rows, columns) = (span(window.top, window.height), span(window.left, window.width));
    if rows[1] <= u64::from(canvas[0]) && columns[1] <= u64::from(canvas[1]) {
        return Ok(());
    }
    Err(EvaluateError::Window { rows, columns, canvas })
}

fn known(
    port: &'static str,
    predicted: &BTreeMap<&str, RowsByCheckpoint<'_>>,
    is_known: impl Fn(&str) -> bool,
) -> Result<(), EvaluateError> {
    let unknown: Vec<_> =
        predicted.keys().filter(|case| !is_known(case)).map(|case| (*case).to_owned()).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(EvaluateError::UnknownCase { port, cases: unknown })
}

/// Checks that every scan has a label map and that all its label planes hold it.
pub(crate) fn annotated(scans: &[Scan<'_>], slices: &SlicesReader) -> Result<(), EvaluateError> {
    let is_annotated = |scan: &Scan<'_>| {
        scan.case.label.is_some()
            && scan.slices.iter().all(|(_, row)| slices.slices()[*row].labelled)
    };
    let without = scans.iter().filter(|scan| !is_annotated(scan));
    let cases: Vec<_> = without.map(|scan| scan.case.case_id.clone()).collect();
    if cases.is_empty() { Ok(()) } else { Err(EvaluateError::Unlabelled { cases }) }
}
