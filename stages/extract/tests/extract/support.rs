//! Small volumes on disk, and the stage run on them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use pipeline_engine::stage::{
    ActionContext, Cancellation, Granted, Job, JobInput, Stage, StageError, StageEvent,
};
use stages_extract::{Extract, ExtractParams};
use stages_imaging::{
    LabelMap, NiftiWrite, Volume, VolumeHeader, VoxelType, write_nifti_label_map,
    write_nifti_volume,
};
use stages_tables::{CaseRow, CasesTable, ClassInfo, DatasetInfo, SlicesReader};

pub(crate) fn params(text: &str) -> ExtractParams {
    serde_json::from_str(text).unwrap()
}

/// A scan to write: voxels and labels are functions of x, y, z.
pub(crate) struct Scan {
    pub(crate) case: &'static str,
    pub(crate) shape: [usize; 3],
    pub(crate) spacing_mm: [f64; 3],
    pub(crate) voxel: fn(usize, usize, usize) -> f32,
    pub(crate) label: Option<fn(usize, usize, usize) -> u8>,
}

fn all<T>(shape: [usize; 3], value: impl Fn(usize, usize, usize) -> T) -> Vec<T> {
    let [nx, ny, nz] = shape;
    (0..nx * ny * nz).map(|i| value(i % nx, i / nx % ny, i / (nx * ny))).collect()
}

impl Scan {
    fn header(&self, voxel_type: VoxelType) -> VolumeHeader {
        VolumeHeader {
            shape: self.shape,
            spacing_mm: self.spacing_mm,
            voxel_type,
            orientation: None,
        }
    }

    /// Writes `<case>.nii` and `<case>_gt.nii`; returns the row that names them.
    pub(crate) fn write(&self, volumes: &Path) -> CaseRow {
        let image = format!("{}.nii", self.case);
        let volume =
            Volume { header: self.header(VoxelType::I16), voxels: all(self.shape, self.voxel) };
        write_nifti_volume(&volumes.join(&image), &volume, &NiftiWrite::default()).unwrap();
        let label = self.label.map(|value| {
            let name = format!("{}_gt.nii", self.case);
            let map =
                LabelMap { header: self.header(VoxelType::U8), labels: all(self.shape, value) };
            write_nifti_label_map(&volumes.join(&name), &map, &NiftiWrite::default()).unwrap();
            name
        });
        CaseRow {
            case_id: self.case.to_owned(),
            subject: format!("subject of {}", self.case),
            image,
            image_digest: "0".repeat(64),
            label_digest: label.as_ref().map(|_| "1".repeat(64)),
            label_dtype: label.as_ref().map(|_| "uint8".to_owned()),
            label,
            shape: self.shape.map(|n| n as u32),
            spacing_mm: self.spacing_mm,
            image_dtype: "int16".to_owned(),
            ..CaseRow::default()
        }
    }
}

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) reader: SlicesReader,
    pub(crate) digest: String,
    pub(crate) log: Vec<String>,
    pub(crate) progress: Vec<(u64, u64)>,
}

/// Runs the stage on rows whose files lie in `dir/volumes`.
pub(crate) fn run(
    dir: &Path,
    rows: Vec<CaseRow>,
    params: &ExtractParams,
    cpus: u32,
) -> Result<Ran, StageError> {
    run_on(dir, &dir.join("volumes"), rows, params, cpus)
}

/// Runs the stage on rows whose files lie in `volumes`; writes below `dir`.
pub(crate) fn run_on(
    dir: &Path,
    volumes: &Path,
    rows: Vec<CaseRow>,
    params: &ExtractParams,
    cpus: u32,
) -> Result<Ran, StageError> {
    let folder = |name: &str| {
        let folder = dir.join(name);
        fs_err::create_dir_all(&folder).unwrap();
        folder
    };
    let class = |id: u8, name: &str| ClassInfo { id, name: name.to_owned() };
    let dataset = DatasetInfo {
        name: "toy".to_owned(),
        classes: vec![class(0, "background"), class(1, "organ"), class(2, "tumour")],
    };
    CasesTable { dataset, rows }.write(&folder("cases")).unwrap();
    let input = |name: &str, dir: &Path| {
        let input = JobInput { coordinates: BTreeMap::new(), dir: dir.to_owned() };
        (name.to_owned(), vec![input])
    };
    let output = folder(&format!("slices-{cpus}"));
    let job = Job {
        protocol: 1,
        node: "extract".to_owned(),
        stage: "extract".to_owned(),
        version: Extract.info().version,
        params: serde_json::to_value(params).unwrap(),
        inputs: BTreeMap::from([input("cases", &folder("cases")), input("volumes", volumes)]),
        sources: BTreeMap::new(),
        outputs: BTreeMap::from([("slices".to_owned(), output.clone())]),
        scratch: dir.to_owned(),
        resume: dir.join("resume"),
        granted: Granted::cpus_only(cpus),
    };
    let events = Mutex::new(Vec::new());
    let cancellation = Cancellation::new();
    let sink = |event| events.lock().unwrap().push(event);
    let context = ActionContext::from_job(&job, &cancellation, &sink);
    Extract.run(params, &context)?;
    drop(context);
    let (mut log, mut progress) = (Vec::new(), Vec::new());
    for event in events.into_inner().unwrap() {
        match event {
            StageEvent::Log { level, message } => log.push(format!("{level}: {message}")),
            StageEvent::Progress { done, total, .. } => progress.push((done, total)),
            other => panic!("{other:?}"),
        }
    }
    let bytes = fs_err::read(output.join("slices.arrow")).unwrap();
    Ok(Ran {
        reader: SlicesReader::open(&output).unwrap(),
        digest: blake3::hash(&bytes).to_hex().to_string(),
        log,
        progress,
    })
}
