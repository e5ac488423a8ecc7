//! A toy dataset: classes 0, 1 and 2, planes of a few pixels, label maps as MetaImage files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pipeline_engine::stage::{JobInput, StageError};
use pipeline_engine::{ActionContext, Cancellation, Granted, Job, Registry};
use serde_json::{Value, json};
use stages_tables::{
    CaseRow, CasesTable, ClassInfo, DatasetInfo, Grid, GridConvention, MetricRow, MetricState,
    MetricsTable, PlaneGeometry, PredictionMeta, PredictionsWriter, SliceMeta, SlicesInfo,
    SlicesWriter, Window,
};
use tempfile::TempDir;

use crate::Evaluate;

/// One plane of one scan, as the tables hold it.
pub(super) struct Plane {
    pub(super) z: u32,
    /// On the canvas.
    pub(super) label: Vec<u8>,
    /// Checkpoint and what it predicted inside the window.
    pub(super) predictions: Vec<(&'static str, Vec<u8>)>,
}

pub(super) struct ToyScan {
    pub(super) case: CaseRow,
    /// All voxels of the label file, x fastest.
    pub(super) voxels: Vec<u8>,
    pub(super) geometry: PlaneGeometry,
    pub(super) labelled: bool,
    pub(super) planes: Vec<Plane>,
}

pub(super) struct Toy {
    pub(super) dataset: DatasetInfo,
    /// Rows and columns.
    pub(super) canvas: [u32; 2],
    pub(super) convention: GridConvention,
    pub(super) window: Window,
    pub(super) scans: Vec<ToyScan>,
}

pub(super) fn dataset() -> DatasetInfo {
    let classes = [(0, "background"), (1, "ring"), (2, "core")];
    DatasetInfo {
        name: "toy".to_owned(),
        classes: classes.map(|(id, name)| ClassInfo { id, name: name.to_owned() }).to_vec(),
    }
}

pub(super) fn case(id: &str, shape: [u32; 3]) -> CaseRow {
    CaseRow {
        case_id: id.to_owned(),
        subject: format!("subject of {id}"),
        phase: Some("ED".to_owned()),
        image: format!("{id}.image.mha"),
        label: Some(format!("labels/{id}.mha")),
        image_digest: String::new(),
        label_digest: Some(String::new()),
        shape,
        spacing_mm: [1.0; 3],
        image_dtype: "int16".to_owned(),
        label_dtype: Some("uint8".to_owned()),
        label_values: vec![0, 1, 2],
        ..CaseRow::default()
    }
}

/// The plane lies on the canvas pixel by pixel, first pixel first.
pub(super) fn identity(columns: u32, rows: u32) -> PlaneGeometry {
    let size = [columns, rows];
    PlaneGeometry { native: size, resampled: size, step: [1.0; 2], offset: [0; 2] }
}

/// A dataset whose canvas and window are the plane itself.
pub(super) fn whole_canvas(columns: u32, rows: u32, scans: Vec<ToyScan>) -> Toy {
    Toy {
        dataset: dataset(),
        canvas: [rows, columns],
        convention: GridConvention::Edges,
        window: Window { dataset: dataset(), height: rows, width: columns, top: 0, left: 0 },
        scans,
    }
}

/// One scan of two planes of three pixels, both extracted, predicted by `best`.
pub(super) fn two_planes(label: [[u8; 3]; 2], prediction: [[u8; 3]; 2]) -> Toy {
    let planes = [0, 1].map(|z: u32| Plane {
        z,
        label: label[z as usize].to_vec(),
        predictions: vec![("best", prediction[z as usize].to_vec())],
    });
    let scan = ToyScan {
        case: case("a", [3, 1, 2]),
        voxels: label.concat(),
        geometry: identity(3, 1),
        labelled: true,
        planes: planes.into(),
    };
    whole_canvas(3, 1, vec![scan])
}

/// The stage's inputs on disk.
pub(super) struct Written(TempDir);

impl Toy {
    pub(super) fn write(&self) -> Written {
        let dir = tempfile::tempdir().unwrap();
        for port in ["predictions", "slices", "cases", "volumes", "metrics", "scratch"] {
            fs_err::create_dir(dir.path().join(port)).unwrap();
        }
        fs_err::create_dir(dir.path().join("volumes/labels")).unwrap();
        let rows = self.scans.iter().map(|scan| scan.case.clone()).collect();
        CasesTable { dataset: self.dataset.clone(), rows }
            .write(&dir.path().join("cases"))
            .unwrap();
        self.write_slices(&dir.path().join("slices"));
        self.write_predictions(&dir.path().join("predictions"));
        for scan in &self.scans {
            let Some(label) = &scan.case.label else { continue };
            let ([nx, ny, nz], [sx, sy, sz]) = (scan.case.shape, scan.case.spacing_mm);
            let header = format!(
                "ObjectType = Image\nNDims = 3\nDimSize = {nx} {ny} {nz}\nElementSpacing = {sx} {sy} {sz}\n\
                 ElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
            );
            let bytes = [header.as_bytes(), &scan.voxels].concat();
            fs_err::write(dir.path().join("volumes").join(label), bytes).unwrap();
        }
        Written(dir)
    }

    fn write_slices(&self, dir: &std::path::Path) {
        let info = SlicesInfo {
            dataset: self.dataset.clone(),
            height: self.canvas[0],
            width: self.canvas[1],
            convention: self.convention,
        };
        let mut writer = SlicesWriter::create(dir, &info).unwrap();
        for scan in &self.scans {
            let meta = |plane: &Plane| SliceMeta {
                case_id: scan.case.case_id.clone(),
                subject: scan.case.subject.clone(),
                slice: plane.z,
                labelled: scan.labelled,
                foreground: plane.label.iter().any(|label| *label > 0),
                geometry: scan.geometry,
            };
            let metas: Vec<_> = scan.planes.iter().map(meta).collect();
            let labels: Vec<u8> =
                scan.planes.iter().flat_map(|plane| plane.label.clone()).collect();
            writer.write(&metas, vec![0; labels.len()], labels).unwrap();
        }
        writer.finish().unwrap();
    }

    fn write_predictions(&self, dir: &std::path::Path) {
        let mut writer = PredictionsWriter::create(dir, &self.window).unwrap();
        for scan in &self.scans {
            for plane in &scan.planes {
                for (checkpoint, labels) in &plane.predictions {
                    let meta = PredictionMeta {
                        case_id: scan.case.case_id.clone(),
                        slice: plane.z,
                        checkpoint: (*checkpoint).to_owned(),
                    };
                    writer.write(&[meta], labels.clone()).unwrap();
                }
            }
        }
        writer.finish().unwrap();
    }

    /// The table, by the registry's way: raw parameters in, artifact out.
    pub(super) fn evaluate(&self) -> MetricsTable {
        self.evaluate_with(&json!({}))
    }

    pub(super) fn evaluate_with(&self, params: &Value) -> MetricsTable {
        let written = self.write();
        written.evaluate(params, 1).unwrap();
        MetricsTable::read(&written.path("metrics")).unwrap()
    }

    pub(super) fn error(&self) -> StageError {
        self.write().evaluate(&json!({}), 1).unwrap_err()
    }
}

impl Written {
    pub(super) fn path(&self, port: &str) -> PathBuf {
        self.0.path().join(port)
    }

    pub(super) fn evaluate(&self, params: &Value, cpus: u32) -> Result<(), StageError> {
        let registry = Registry::new().with(Evaluate);
        let stage = registry.get("evaluate").unwrap().configure(params).unwrap();
        let input = |port: &str| {
            let artifact = JobInput { coordinates: BTreeMap::new(), dir: self.path(port) };
            (port.to_owned(), vec![artifact])
        };
        let job = Job {
            protocol: 1,
            node: "evaluate".to_owned(),
            stage: "evaluate".to_owned(),
            version: stage.info().version,
            params: stage.params().clone(),
            inputs: ["predictions", "slices", "cases", "volumes"].map(input).into(),
            sources: BTreeMap::new(),
            outputs: [("metrics".to_owned(), self.path("metrics"))].into(),
            scratch: self.path("scratch"),
            resume: self.path("resume"),
            granted: Granted::cpus_only(cpus),
        };
        let cancellation = Cancellation::new();
        stage.run(&ActionContext::from_job(&job, &cancellation, &|_| ()))
    }
}

/// Dice and state of one class on one grid, where a table has only one such row.
pub(super) fn value(table: &MetricsTable, grid: Grid, class: u8) -> (Option<f64>, MetricState) {
    value_of(table, "dice", grid, class)
}

/// Value and state of one metric.
pub(super) fn value_of(
    table: &MetricsTable,
    metric: &str,
    grid: Grid,
    class: u8,
) -> (Option<f64>, MetricState) {
    let wanted =
        |row: &&MetricRow| row.metric == metric && row.grid == grid && row.class_id == class;
    let mut rows = table.rows.iter().filter(wanted);
    let row = rows.next().unwrap();
    assert!(rows.next().is_none(), "several rows of {metric} of class {class} on {grid:?}");
    (row.value, row.state)
}
