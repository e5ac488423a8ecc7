//! Datasets in temporary folders, and the stage run on them as the engine does it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use pipeline_engine::stage::{
    ActionContext, Cancellation, Granted, Job, JobInput, OutputReference, SourceContext,
    SourceOrigin, Stage, StageError, StageEvent,
};
use stages_imaging::{
    LabelMap, NiftiForm, NiftiWrite, Volume, VolumeHeader, VoxelType, write_nifti_label_map,
    write_nifti_volume,
};
use stages_ingest::{Ingest, IngestParams};
use stages_tables::{CaseRow, CasesTable};

pub(crate) fn params(text: &str) -> IngestParams {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn header(shape: [usize; 3], voxel_type: VoxelType) -> VolumeHeader {
    VolumeHeader { shape, spacing_mm: [1.5, 1.5, 10.0], voxel_type, orientation: None }
}

/// A volume whose voxels tell it from others with another `seed`.
pub(crate) fn volume(shape: [usize; 3], seed: usize) -> Volume {
    let header = header(shape, VoxelType::I16);
    let voxels = (0..header.voxel_count()).map(|i| ((i * 7 + seed * 13) % 251) as f32).collect();
    Volume { header, voxels }
}

/// Label maps with these values in turn.
pub(crate) fn labels(shape: [usize; 3], values: &[u8]) -> LabelMap {
    let header = header(shape, VoxelType::U8);
    let labels = (0..header.voxel_count()).map(|i| values[i % values.len()]).collect();
    LabelMap { header, labels }
}

pub(crate) fn write_image(path: &Path, volume: &Volume) {
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    write_nifti_volume(path, volume, &NiftiWrite { form: NiftiForm::UnitScale }).unwrap();
}

pub(crate) fn write_labels(path: &Path, map: &LabelMap) {
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    write_nifti_label_map(path, map, &NiftiWrite { form: NiftiForm::UnitScale }).unwrap();
}

/// Writes volumes of one shape as one uncompressed 4-D image.
pub(crate) fn write_4d(path: &Path, volumes: &[Volume]) {
    join_4d(path, volumes.len(), |i, part| write_image(part, &volumes[i]));
}

/// Writes label maps of one shape as one uncompressed 4-D file.
pub(crate) fn write_4d_labels(path: &Path, maps: &[LabelMap]) {
    join_4d(path, maps.len(), |i, part| write_labels(part, &maps[i]));
}

/// Puts the voxels of 3-D files one after the other: in NIfTI-1, the volumes of a 4-D file.
fn join_4d(path: &Path, count: usize, write: impl Fn(usize, &Path)) {
    let dir = tempfile::tempdir().unwrap();
    let mut bytes = Vec::new();
    for i in 0..count {
        let part = dir.path().join("part.nii");
        write(i, &part);
        let part = fs_err::read(part).unwrap();
        // 348 bytes of header and 4 of extension flag come once.
        bytes.extend_from_slice(if i == 0 { &part } else { &part[352..] });
    }
    // `dim[0]`, the number of axes, and `dim[4]`, the volumes.
    bytes[40..42].copy_from_slice(&4_i16.to_le_bytes());
    bytes[48..50].copy_from_slice(&i16::try_from(count).unwrap().to_le_bytes());
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, bytes).unwrap();
}

pub(crate) fn write_text(path: &Path, text: &str) {
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, text).unwrap();
}

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) cases: CasesTable,
    /// Digest of `cases.arrow`.
    pub(crate) digest: String,
    pub(crate) log: Vec<String>,
    pub(crate) references: Vec<OutputReference>,
    /// Source names.
    pub(crate) sources: Vec<String>,
    /// The folder of the `volumes` output.
    pub(crate) volumes: PathBuf,
}

impl Ran {
    pub(crate) fn row(&self, case: &str) -> &CaseRow {
        self.cases.rows.iter().find(|row| row.case_id == case).unwrap()
    }
}

/// Where a test's dataset comes from.
pub(crate) enum From<'a> {
    /// A data root.
    DataRoot(&'a Path),
    /// An artifact on the `dataset` port.
    Artifact(&'a Path),
}

/// Declares the sources and runs the stage, all below `dir`.
pub(crate) fn run(dir: &Path, from: &From<'_>, params: &IngestParams) -> Result<Ran, StageError> {
    let mut context =
        SourceContext { experiment_dir: dir.join("experiments"), ..SourceContext::default() };
    let mut inputs = BTreeMap::new();
    match from {
        From::DataRoot(root) => context.data_root = Some(root.to_path_buf()),
        From::Artifact(folder) => {
            context.connected.insert("dataset".to_owned());
            let input = JobInput { coordinates: BTreeMap::new(), dir: folder.to_path_buf() };
            inputs.insert("dataset".to_owned(), vec![input]);
        }
    }
    let mut sources = BTreeMap::new();
    for source in Ingest.sources(params, &context)? {
        let path = match source.origin {
            SourceOrigin::Path(path) => path,
            SourceOrigin::Bytes(bytes) => {
                let path = dir.join("bytes of a source");
                fs_err::write(&path, bytes).unwrap();
                path
            }
        };
        assert!(sources.insert(source.name, path).is_none(), "source names are unique");
    }
    let outputs: BTreeMap<String, PathBuf> =
        ["cases", "volumes"].map(|port| (port.to_owned(), dir.join("out").join(port))).into();
    for folder in outputs.values() {
        if folder.exists() {
            fs_err::remove_dir_all(folder).unwrap();
        }
        fs_err::create_dir_all(folder).unwrap();
    }
    let job = Job {
        protocol: 1,
        node: "ingest".to_owned(),
        stage: "ingest".to_owned(),
        version: Ingest.info().version,
        params: serde_json::to_value(params).unwrap(),
        inputs,
        sources,
        outputs,
        scratch: dir.to_owned(),
        resume: dir.join("resume"),
        granted: Granted::cpus_only(2),
    };
    let events = Mutex::new(Vec::new());
    let cancellation = Cancellation::new();
    let sink = |event| events.lock().unwrap().push(event);
    let context = ActionContext::from_job(&job, &cancellation, &sink);
    Ingest.run(params, &context)?;
    let references = context.take_references();
    drop(context);
    let log = events.into_inner().unwrap().into_iter().filter_map(|event| match event {
        StageEvent::Log { level, message } => Some(format!("{level}: {message}")),
        _ => None,
    });
    let bytes = fs_err::read(job.outputs["cases"].join(CasesTable::FILE)).unwrap();
    Ok(Ran {
        cases: CasesTable::read(&job.outputs["cases"]).unwrap(),
        digest: blake3::hash(&bytes).to_hex().to_string(),
        log: log.collect(),
        references,
        sources: job.sources.keys().cloned().collect(),
        volumes: job.outputs["volumes"].clone(),
    })
}

/// The error of a run that must fail.
pub(crate) fn failure(dir: &Path, params: &IngestParams) -> StageError {
    run(dir, &From::DataRoot(dir), params).err().expect("the dataset is broken")
}
