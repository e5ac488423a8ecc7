//! Small tables that the tests share: every nullable column is null once and filled once.

use std::collections::BTreeMap;
use std::path::Path;

use stages_imaging::Orientation;

use crate::{
    CaseRow, CasesTable, ClassInfo, ClinicalRow, ClinicalState, ClinicalTable, DatasetInfo, Grid,
    GridConvention, Intensity, LogRow, LogTable, MetricRow, MetricState, MetricsTable,
    PartitionRow, PartitionTable, PlaneGeometry, PredictionMeta, PredictionsWriter, Reading, Role,
    Scoring, SliceMeta, SlicesInfo, SlicesWriter, Window,
};

pub(crate) fn dataset() -> DatasetInfo {
    let class = |id, name: &str| ClassInfo { id, name: name.to_owned() };
    DatasetInfo {
        name: "heart \"quoted\"".to_owned(),
        classes: vec![class(0, "background"), class(1, "RV"), class(3, "œdème")],
    }
}

pub(crate) fn cases() -> CasesTable {
    let annotated = CaseRow {
        case_id: "patient001_frame01".to_owned(),
        subject: "patient001".to_owned(),
        phase: Some("ED".to_owned()),
        group: Some("DCM".to_owned()),
        split: Some("training".to_owned()),
        attributes: [("Height", "184.0"), ("é \"", "")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        same_as: Some("patient000".to_owned()),
        image: "patient001/image.nii.gz".to_owned(),
        label: Some("patient001/label.nii.gz".to_owned()),
        reading: Reading {
            image_frame: Some(0),
            label_frame: Some(7),
            fill: Some(-0.5),
            remap: Some([(-1, 0), (0, 0), (3, 1), (500, 3)].into()),
        },
        image_digest: "aa".repeat(32),
        label_digest: Some("bb".repeat(32)),
        shape: [216, 256, 10],
        spacing_mm: [1.5625, 1.5625, 10.0],
        orientation: Some(Orientation { origin_mm: [-9.5, 0.1, 42.0], ..Orientation::LPS }),
        image_dtype: "int16".to_owned(),
        label_dtype: Some("uint8".to_owned()),
        label_values: vec![0, 1, 3],
        intensity: Some(Intensity { min: -1024.0, max: 3071.0, mean: 0.1, sd: 12.5 }),
    };
    let bare = CaseRow {
        case_id: "é | \n".to_owned(),
        phase: None,
        group: None,
        split: None,
        attributes: BTreeMap::new(),
        same_as: None,
        label: None,
        reading: Reading::default(),
        label_digest: None,
        label_dtype: None,
        orientation: None,
        label_values: Vec::new(),
        intensity: None,
        ..annotated.clone()
    };
    CasesTable { dataset: dataset(), rows: vec![annotated, bare] }
}

pub(crate) fn partition() -> PartitionTable {
    let row = |index: usize, role| PartitionRow {
        case_id: format!("case{index}"),
        subject: format!("subject{}", index / 2),
        role,
        unlabelled_pool: index % 2 == 1,
    };
    let rows = Role::ALL.into_iter().enumerate().map(|(index, role)| row(index, role)).collect();
    PartitionTable { dataset: dataset(), rows }
}

pub(crate) fn log() -> LogTable {
    let row = |epoch, name: &str, value| LogRow { epoch, name: name.to_owned(), value };
    LogTable { rows: vec![row(0, "loss/supervised", 0.1), row(1, "validation/dice/RV", -0.0)] }
}

pub(crate) fn metrics() -> MetricsTable {
    let defined = MetricRow {
        case_id: "case0".to_owned(),
        subject: "subject0".to_owned(),
        phase: Some("ES".to_owned()),
        class_id: 1,
        class_name: "RV".to_owned(),
        metric: "dice".to_owned(),
        grid: Grid::Network,
        checkpoint: "best".to_owned(),
        value: Some(1.0 / 3.0),
        state: MetricState::Ok,
        unit: "1".to_owned(),
        higher_is_better: Some(true),
        diagonal_mm: Some(166.726_5),
        ignored_voxels: Some(0),
    };
    let undefined = MetricRow {
        phase: None,
        grid: Grid::Native,
        value: None,
        state: MetricState::BothEmpty,
        higher_is_better: Some(false),
        diagonal_mm: None,
        ignored_voxels: None,
        ..defined.clone()
    };
    let state = |state| MetricRow { state, ..defined.clone() };
    let empty = [state(MetricState::PredEmpty), state(MetricState::RefEmpty)];
    let signed = MetricRow { higher_is_better: None, ..defined.clone() };
    MetricsTable {
        dataset: dataset(),
        scoring: Scoring {
            largest_component: Some("faces".to_owned()),
            ignore_label: Some(255),
            nsd_class_tolerances_mm: [("RV".to_owned(), 1.5)].into(),
        },
        rows: [defined.clone(), undefined, signed].into_iter().chain(empty).collect(),
    }
}

pub(crate) fn clinical() -> ClinicalTable {
    use ClinicalState::{BothEmpty, Ok, PhaseMissing, PredEmpty, RefEmpty};
    let row = |state, value: Option<f64>| ClinicalRow {
        subject: "subject0".to_owned(),
        group: value.map(|_| "DCM".to_owned()),
        structure: "LV".to_owned(),
        quantity: "ejection_fraction".to_owned(),
        unit: "%".to_owned(),
        checkpoint: "best".to_owned(),
        prediction: value,
        reference: Some(62.5),
        difference: value.map(|value| value - 62.5),
        state,
    };
    let missing = [PredEmpty, RefEmpty, BothEmpty, PhaseMissing].map(|state| row(state, None));
    let rows = [row(Ok, Some(60.25))].into_iter().chain(missing).collect();
    ClinicalTable { dataset: dataset(), rows }
}

/// A canvas of 2 rows and 3 columns.
pub(crate) fn slices_info() -> SlicesInfo {
    SlicesInfo { dataset: dataset(), height: 2, width: 3, convention: GridConvention::FirstCentre }
}

pub(crate) fn slice(case: &str, slice: u32) -> SliceMeta {
    SliceMeta {
        case_id: case.to_owned(),
        subject: format!("of {case}"),
        slice,
        labelled: slice == 0,
        foreground: slice == 1,
        geometry: PlaneGeometry {
            native: [5, 4],
            resampled: [7, 6],
            step: [0.75, 1.25],
            offset: [-2, 1],
        },
    }
}

/// Scan `a` with two slices and scan `b` with one. Plane `i` of the images is `10 i ..`, and of the
/// labels `100 + 10 i ..`.
pub(crate) fn write_slices(dir: &Path) {
    let planes = |first: u8, rows: std::ops::Range<u8>| -> Vec<u8> {
        rows.flat_map(|row| (0..6).map(move |pixel| first + 10 * row + pixel)).collect()
    };
    let mut writer = SlicesWriter::create(dir, &slices_info()).unwrap();
    writer.write(&[slice("a", 0), slice("a", 1)], planes(0, 0..2), planes(100, 0..2)).unwrap();
    writer.write(&[slice("b", 0)], planes(0, 2..3), planes(100, 2..3)).unwrap();
    writer.finish().unwrap();
}

/// A window of 1 row and 2 columns on the canvas.
pub(crate) fn window() -> Window {
    Window { dataset: dataset(), height: 1, width: 2, top: 1, left: 0 }
}

pub(crate) fn prediction(case: &str, slice: u32, checkpoint: &str) -> PredictionMeta {
    PredictionMeta { case_id: case.to_owned(), slice, checkpoint: checkpoint.to_owned() }
}

pub(crate) fn write_predictions(dir: &Path) {
    let mut writer = PredictionsWriter::create(dir, &window()).unwrap();
    let first = [prediction("a", 0, "best"), prediction("a", 1, "best")];
    writer.write(&first, vec![0, 1, 3, 0]).unwrap();
    writer.write(&[prediction("a", 0, "last")], vec![1, 1]).unwrap();
    writer.finish().unwrap();
}
