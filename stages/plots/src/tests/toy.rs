//! A small experiment: two methods, two runs each, three subjects with one scan of two slices.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use pipeline_engine::stage::{JobInput, StageError};
use pipeline_engine::{ActionContext, Cancellation, Granted, Job, Registry, StageEvent};
use serde_json::{Value, json};
use stages_imaging::GridConvention;
use stages_tables::{
    CaseRow, CasesTable, ClassInfo, ClinicalRow, ClinicalState, ClinicalTable, DatasetInfo, Grid,
    LogRow, LogTable, MetricRow, MetricState, MetricsTable, PlaneGeometry, PredictionMeta,
    PredictionsWriter, Scoring, SliceMeta, SlicesInfo, SlicesWriter, Window,
};
use tempfile::TempDir;

use crate::Figures;

/// Side of a canvas; predictions cover its inner part.
const SIDE: usize = 12;
/// First row and column of the part that was predicted.
const FIRST: usize = 1;
/// Side of that part.
const INNER: usize = 10;
pub(super) const SUBJECTS: [&str; 3] = ["anna", "bert", "cleo"];

pub(super) type Coordinates<'a> = &'a [(&'a str, &'a str)];

pub(super) struct Toy {
    dir: TempDir,
    inputs: BTreeMap<String, Vec<JobInput>>,
    dataset: DatasetInfo,
}

impl Toy {
    /// Slices and cases only.
    pub(super) fn new() -> Self {
        Self::with_classes(&["ring", "core"])
    }

    pub(super) fn with_classes(classes: &[&str]) -> Self {
        let class =
            |(at, name): (usize, &&str)| ClassInfo { id: at as u8 + 1, name: (*name).into() };
        let background = ClassInfo { id: 0, name: "background".to_owned() };
        let classes = classes.iter().enumerate().map(class);
        let dataset = DatasetInfo {
            name: "toys".to_owned(),
            classes: std::iter::once(background).chain(classes).collect(),
        };
        let dir = tempfile::tempdir().unwrap();
        let mut toy = Self { dir, inputs: BTreeMap::new(), dataset };
        toy.write_slices();
        toy.write_cases();
        toy
    }

    /// Both methods and both seeds, with logs, metrics and predictions.
    pub(super) fn example() -> Self {
        let mut toy = Self::new();
        for (at, (method, seed)) in
            [("full", "8"), ("full", "9"), ("partial", "8"), ("partial", "9")]
                .into_iter()
                .enumerate()
        {
            let coordinates = [("method", method), ("seed", seed)];
            toy = toy.run(&coordinates, at as f64);
        }
        toy
    }

    /// Adds a run; the larger `loss`, the worse it is.
    pub(super) fn run(self, coordinates: Coordinates<'_>, loss: f64) -> Self {
        self.log(coordinates, loss)
            .metrics(coordinates, loss)
            .predictions(coordinates, loss as usize)
    }

    pub(super) fn log(mut self, coordinates: Coordinates<'_>, loss: f64) -> Self {
        let row = |epoch: u32, name: &str, value| LogRow { epoch, name: name.to_owned(), value };
        let rows = (0..4).flat_map(|epoch| {
            let value = f64::from(epoch) / 10.0 + 0.5 - loss / 20.0;
            [row(epoch, "validation/dice/mean", value), row(epoch, "loss/total", 1.0 - value)]
        });
        let dir = self.add("training_log", coordinates);
        LogTable { rows: rows.collect() }.write(&dir).unwrap();
        self
    }

    /// Dice of `anna` is best in every run, that of `cleo` worst.
    pub(super) fn metrics(mut self, coordinates: Coordinates<'_>, loss: f64) -> Self {
        let classes: Vec<_> = self.dataset.foreground().cloned().collect();
        let rows = SUBJECTS.iter().enumerate().flat_map(|(at, subject)| {
            classes.iter().map(move |class| MetricRow {
                case_id: format!("{subject}_scan"),
                subject: (*subject).to_owned(),
                phase: Some("ED".to_owned()),
                class_id: class.id,
                class_name: class.name.clone(),
                metric: "dice".to_owned(),
                grid: Grid::Network,
                checkpoint: "best".to_owned(),
                value: Some(0.9 - 0.1 * at as f64 - 0.02 * loss - 0.01 * f64::from(class.id)),
                state: MetricState::Ok,
                unit: "1".to_owned(),
                higher_is_better: Some(true),
                diagonal_mm: None,
                ignored_voxels: None,
            })
        });
        let rows = rows.collect();
        let dir = self.add("metrics", coordinates);
        let (dataset, scoring) = (self.dataset.clone(), Scoring::default());
        MetricsTable { dataset, scoring, rows }.write(&dir).unwrap();
        self
    }

    /// Adds clinical values to the metrics that were added last.
    pub(super) fn clinical(self) -> Self {
        let row = |(at, subject): (usize, &&str)| {
            let reference = 100.0 + 10.0 * at as f64;
            ClinicalRow {
                subject: (*subject).to_owned(),
                group: None,
                structure: "core".to_owned(),
                quantity: "edv".to_owned(),
                unit: "ml".to_owned(),
                checkpoint: "best".to_owned(),
                prediction: (at > 0).then_some(reference + 5.0),
                reference: Some(reference),
                difference: (at > 0).then_some(5.0),
                state: if at > 0 { ClinicalState::Ok } else { ClinicalState::PredEmpty },
            }
        };
        let rows = SUBJECTS.iter().enumerate().map(row).collect();
        let last = self.inputs["metrics"].last().unwrap();
        ClinicalTable { dataset: self.dataset.clone(), rows }.write(&last.dir).unwrap();
        self
    }

    /// Adds predictions: the annotation, moved to the right.
    pub(super) fn predictions(mut self, coordinates: Coordinates<'_>, shift: usize) -> Self {
        let side = INNER as u32;
        let (top, left) = (FIRST as u32, FIRST as u32);
        let dataset = self.dataset.clone();
        let window = Window { dataset, height: side, width: side, top, left };
        let dir = self.add("predictions", coordinates);
        let mut writer = PredictionsWriter::create(&dir, &window).unwrap();
        for (subject, name) in SUBJECTS.iter().enumerate() {
            for slice in 0..2 {
                let canvas = labels(subject, slice, shift);
                let rows = canvas.chunks_exact(SIDE).skip(FIRST).take(INNER);
                let plane = rows.flat_map(|row| &row[FIRST..=INNER]).copied().collect();
                let meta = PredictionMeta {
                    case_id: format!("{name}_scan"),
                    slice: slice as u32,
                    checkpoint: "best".to_owned(),
                };
                writer.write(&[meta], plane).unwrap();
            }
        }
        writer.finish().unwrap();
        self
    }

    fn write_slices(&mut self) {
        let side = SIDE as u32;
        let info = SlicesInfo {
            dataset: self.dataset.clone(),
            height: side,
            width: side,
            convention: GridConvention::FirstCentre,
        };
        let dir = self.add("slices", &[]);
        let mut writer = SlicesWriter::create(&dir, &info).unwrap();
        for (subject, name) in SUBJECTS.iter().enumerate() {
            let meta = |slice: u32| SliceMeta {
                case_id: format!("{name}_scan"),
                subject: (*name).to_owned(),
                slice,
                labelled: true,
                foreground: true,
                geometry: PlaneGeometry {
                    native: [side; 2],
                    resampled: [side; 2],
                    step: [1.0, 1.0],
                    offset: [0, 0],
                },
            };
            let labels: Vec<u8> = (0..2).flat_map(|slice| labels(subject, slice, 0)).collect();
            let image = labels.iter().map(|label| 40 + 80 * label).collect();
            writer.write(&[meta(0), meta(1)], image, labels).unwrap();
        }
        writer.finish().unwrap();
    }

    fn write_cases(&mut self) {
        let row = |name: &&str| CaseRow {
            case_id: format!("{name}_scan"),
            subject: (*name).to_owned(),
            phase: Some("ED".to_owned()),
            image: "image".to_owned(),
            label: Some("label".to_owned()),
            shape: [SIDE as u32, SIDE as u32, 2],
            // A voxel has 1 mL.
            spacing_mm: [5.0, 10.0, 20.0],
            ..CaseRow::default()
        };
        let rows = SUBJECTS.iter().map(row).collect();
        let dir = self.add("cases", &[]);
        CasesTable { dataset: self.dataset.clone(), rows }.write(&dir).unwrap();
    }

    fn add(&mut self, port: &str, coordinates: Coordinates<'_>) -> PathBuf {
        let list = self.inputs.entry(port.to_owned()).or_default();
        let dir = self.dir.path().join(format!("{port}{}", list.len()));
        fs_err::create_dir(&dir).unwrap();
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let coordinates = coordinates.iter().map(pair).collect();
        list.push(JobInput { coordinates, dir: dir.clone() });
        dir
    }

    pub(super) fn without(mut self, port: &str) -> Self {
        self.inputs.remove(port);
        self
    }

    pub(super) fn reversed(mut self) -> Self {
        self.inputs.values_mut().for_each(|list| list.reverse());
        self
    }

    pub(super) fn output(&self) -> PathBuf {
        self.dir.path().join("figures")
    }

    /// Runs the stage with raw parameters and gives the warnings.
    pub(super) fn draw(&self, params: &Value) -> Result<Vec<String>, StageError> {
        let registry = Registry::new().with(Figures);
        let stage = registry.get("figures").unwrap().configure(params).unwrap();
        if self.output().exists() {
            fs_err::remove_dir_all(self.output()).unwrap();
        }
        fs_err::create_dir(self.output()).unwrap();
        let ports = stage.ports();
        let known = |port: &str| ports.inputs.iter().any(|input| input.name == port);
        let inputs = self.inputs.clone().into_iter().filter(|(port, _)| known(port));
        let job = Job {
            protocol: 1,
            node: "figures".to_owned(),
            stage: "figures".to_owned(),
            version: stage.info().version,
            params: stage.params().clone(),
            inputs: inputs.collect(),
            outputs: [("figures".to_owned(), self.output())].into(),
            sources: BTreeMap::new(),
            scratch: self.dir.path().join("scratch"),
            resume: self.dir.path().join("resume"),
            granted: Granted::cpus_only(1),
        };
        let said = Mutex::new(Vec::new());
        let events = |event: StageEvent| {
            if let StageEvent::Log { level, message } = event
                && level == "warn"
            {
                said.lock().unwrap().push(message);
            }
        };
        let cancellation = Cancellation::new();
        stage.run(&ActionContext::from_job(&job, &cancellation, &events))?;
        Ok(said.into_inner().unwrap())
    }

    /// The list of figures.
    pub(super) fn index(&self, params: &Value) -> Vec<Value> {
        let warnings = self.draw(params).unwrap();
        assert!(warnings.is_empty(), "{warnings:?}");
        self.listed()
    }

    /// The list that was written last.
    pub(super) fn listed(&self) -> Vec<Value> {
        let text = fs_err::read_to_string(self.output().join("figures.json")).unwrap();
        let index: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(index["version"], json!(1));
        index["figures"].as_array().unwrap().clone()
    }
}

/// Names of the figures of a list.
pub(super) fn names(figures: &[Value]) -> Vec<&str> {
    figures.iter().map(|figure| figure["name"].as_str().unwrap()).collect()
}

/// Every file below a folder, by relative path.
pub(super) fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs_err::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let below = files(&path).into_iter();
            found.extend(below.map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            found.insert(name, fs_err::read(path).unwrap());
        }
    }
    found
}

/// A core of 2 by 2 in a ring one wide, moved to the right. The first slice of `bert` and the second
/// of the others have a ring that is a pixel wider below.
fn labels(subject: usize, slice: usize, shift: usize) -> Vec<u8> {
    let wide = usize::from((subject == 1) == (slice == 0));
    let label = |index: usize| {
        let (x, y) = ((index % SIDE).wrapping_sub(shift), index / SIDE);
        let within = |low: usize, high: usize| (low..high).contains(&x);
        match () {
            () if within(5, 7) && (5..7).contains(&y) => 2,
            () if within(4, 8) && (4..8 + wide).contains(&y) => 1,
            () => 0,
        }
    };
    (0..SIDE * SIDE).map(label).collect()
}
