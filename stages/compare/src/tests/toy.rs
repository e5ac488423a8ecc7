//! Hand-made metrics tables, one per run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use pipeline_engine::stage::{JobInput, StageError};
use pipeline_engine::{ActionContext, Cancellation, Granted, Job, Registry, StageEvent};
use serde_json::Value;
use stages_tables::{ClassInfo, DatasetInfo, Grid, MetricRow, MetricState, MetricsTable, Scoring};
use tempfile::TempDir;

use crate::Compare;

pub(super) fn dataset(name: &str, classes: &[&str]) -> DatasetInfo {
    let background = ClassInfo { id: 0, name: "background".to_owned() };
    let class =
        |(at, name): (usize, &&str)| ClassInfo { id: at as u8 + 1, name: (*name).to_owned() };
    let foreground = classes.iter().enumerate().map(class);
    DatasetInfo {
        name: name.to_owned(),
        classes: [background].into_iter().chain(foreground).collect(),
    }
}

/// One value per scan (outer) and class (inner) on one grid, of one checkpoint.
pub(super) fn rows(
    dataset: &DatasetInfo,
    grid: Grid,
    checkpoint: &str,
    values: &[&[Option<f64>]],
) -> Vec<MetricRow> {
    let row = |scan: usize, class: &ClassInfo, value: Option<f64>| MetricRow {
        case_id: format!("scan{scan}"),
        subject: format!("subject{scan}"),
        phase: (scan == 0).then(|| "ED".to_owned()),
        class_id: class.id,
        class_name: class.name.clone(),
        metric: "dice".to_owned(),
        grid,
        checkpoint: checkpoint.to_owned(),
        value,
        state: if value.is_some() { MetricState::Ok } else { MetricState::BothEmpty },
        unit: "1".to_owned(),
        higher_is_better: Some(true),
        diagonal_mm: None,
        ignored_voxels: None,
    };
    values
        .iter()
        .enumerate()
        .flat_map(|(scan, values)| {
            assert_eq!(values.len(), dataset.foreground().count());
            dataset.foreground().zip(*values).map(move |(class, value)| row(scan, class, *value))
        })
        .collect()
}

/// Runs and where they lie.
pub(super) struct Toy {
    dir: TempDir,
    inputs: Vec<JobInput>,
}

impl Toy {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs_err::create_dir(dir.path().join("comparison")).unwrap();
        Self { dir, inputs: Vec::new() }
    }

    /// Adds a run made under `coordinates`.
    pub(super) fn run(
        self,
        coordinates: &[(&str, &str)],
        dataset: &DatasetInfo,
        rows: Vec<MetricRow>,
    ) -> Self {
        self.run_scored(coordinates, dataset, Scoring::default(), rows)
    }

    /// Adds a run whose label maps were treated in some way before they were scored.
    pub(super) fn run_scored(
        mut self,
        coordinates: &[(&str, &str)],
        dataset: &DatasetInfo,
        scoring: Scoring,
        rows: Vec<MetricRow>,
    ) -> Self {
        let dir = self.dir.path().join(format!("run{}", self.inputs.len()));
        fs_err::create_dir(&dir).unwrap();
        MetricsTable { dataset: dataset.clone(), scoring, rows }.write(&dir).unwrap();
        let coordinates: BTreeMap<_, _> = coordinates
            .iter()
            .map(|(variable, value)| ((*variable).to_owned(), (*value).to_owned()))
            .collect();
        self.inputs.push(JobInput { coordinates, dir });
        self
    }

    pub(super) fn reversed(mut self) -> Self {
        self.inputs.reverse();
        self
    }

    pub(super) fn output(&self) -> PathBuf {
        self.dir.path().join("comparison")
    }

    /// Runs the stage with raw parameters and gives the warnings.
    pub(super) fn compare(&self, params: &Value) -> Result<Vec<String>, StageError> {
        let registry = Registry::new().with(Compare);
        let stage = registry.get("compare").unwrap().configure(params).unwrap();
        let job = Job {
            protocol: 1,
            node: "compare".to_owned(),
            stage: "compare".to_owned(),
            version: stage.info().version,
            params: stage.params().clone(),
            inputs: [("metrics".to_owned(), self.inputs.clone())].into(),
            sources: BTreeMap::new(),
            outputs: [("comparison".to_owned(), self.output())].into(),
            scratch: self.dir.path().to_owned(),
            resume: self.dir.path().join("resume"),
            granted: Granted::cpus_only(1),
        };
        let warnings = Mutex::new(Vec::new());
        let listen = |event| {
            if let StageEvent::Log { level, message } = event {
                assert_eq!(level, "warn");
                warnings.lock().unwrap().push(message);
            }
        };
        let cancellation = Cancellation::new();
        stage.run(&ActionContext::from_job(&job, &cancellation, &listen))?;
        drop(job);
        Ok(warnings.into_inner().unwrap())
    }

    /// One output file of a run that must succeed without warnings.
    pub(super) fn text(&self, params: &Value, file: &str) -> String {
        assert_eq!(self.compare(params).unwrap(), [""; 0]);
        read(&self.output(), file)
    }
}

pub(super) fn read(dir: &Path, file: &str) -> String {
    fs_err::read_to_string(dir.join(file)).unwrap()
}

/// Two classes; methods `full` and `ours_kl` with seeds 8, 9 and 10, `partial` with seed 8 only;
/// both grids, both checkpoints; on the native grid one class is undefined in one scan.
pub(super) fn example() -> Toy {
    let heart = dataset("acdc", &["RV", "LV"]);
    let mut toy = Toy::new();
    let runs = [
        ("full", "8", 0.90),
        ("full", "9", 0.91),
        ("full", "10", 0.92),
        ("ours_kl", "8", 0.80),
        ("ours_kl", "9", 0.82),
        ("ours_kl", "10", 0.87),
        ("partial", "8", 0.70),
    ];
    for (method, seed, dice) in runs {
        let at = |shift: f64| Some(dice + shift);
        let all = [
            rows(&heart, Grid::Network, "best", &[&[at(0.0), at(0.02)], &[at(0.04), at(0.06)]]),
            rows(&heart, Grid::Network, "last", &[&[at(-0.1), at(-0.1)], &[at(-0.1), at(-0.1)]]),
            rows(&heart, Grid::Native, "best", &[&[at(-0.05), None], &[at(-0.05), at(-0.05)]]),
            rows(&heart, Grid::Native, "last", &[&[at(-0.2), at(-0.2)], &[at(-0.2), at(-0.2)]]),
        ];
        let mut all = all.concat();
        // On the network grid the authors count a class in neither mask as 1.
        if method == "partial" {
            all[1].value = Some(1.0);
            all[1].state = MetricState::BothEmpty;
        }
        toy = toy.run(&[("method", method), ("seed", seed)], &heart, all);
    }
    toy
}
