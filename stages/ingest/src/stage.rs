//! The stage: finds, checks, writes.

use std::path::Path;

use pipeline_engine::stage::{
    ActionContext, Cpus, ParamProblem, Placement, Ports, Resources, SourceContext, SourceFile,
    SourceOrigin, Stage, StageError, StageInfo,
};
use stages_tables::{CasesTable, kind};

use crate::inventory::Inventory;
use crate::locate::{self, MANIFEST_FOLDER, candidates};
use crate::survey::Survey;
use crate::walk::{Below, dataset_files, start_of, starts};
use crate::{IngestError, IngestParams, Manifest, params};

/// Reads a dataset as its manifest describes it, checks it, and lists its cases.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ingest;

/// The folder of source names that holds the dataset.
const DATA_FOLDER: &str = "data/";

impl Stage for Ingest {
    type Params = IngestParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "ingest",
            version: 2,
            summary: "finds and checks the volumes of a dataset as its data manifest describes it",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &IngestParams) -> Ports {
        Ports::new()
            .optional_input("dataset", kind::DATASET)
            .output("cases", kind::CASES)
            .output("volumes", kind::VOLUMES)
    }

    fn resources(&self, _params: &IngestParams) -> Resources {
        // A CT scan of 512 x 512 x 168 is 176 MB as float32; two threads hold one each.
        Resources { cpus: Cpus::All, memory_mib: 768, ..Resources::default() }
    }

    fn check(&self, params: &IngestParams) -> Vec<ParamProblem> {
        params::check(params)
    }

    fn location_params(&self) -> &'static [&'static str] {
        &["root"]
    }

    fn sources(
        &self,
        params: &IngestParams,
        context: &SourceContext,
    ) -> Result<Vec<SourceFile>, StageError> {
        let located = locate::manifest(&params.manifest, &context.experiment_dir)?;
        let manifest = located.parse()?;
        context.decided_by(located.looked);
        let mut sources = vec![SourceFile { name: located.source, origin: located.origin }];
        if context.connected.contains("dataset") {
            return Ok(sources);
        }
        let root = locate::dataset(&manifest, params.root.as_deref(), context)?;
        context.decided_by(candidates(&manifest, params.root.as_deref(), context));
        let start = start_of(&root, &manifest.file.layout.start);
        context.decided_by(starts(&root, &manifest.file.layout.start));
        let Below { files, looked_at } =
            dataset_files(&start, &manifest, params.splits.as_deref())?;
        context.decided_by(looked_at);
        let inventory = Inventory::of(&manifest, None, files.keys());
        not_empty(&manifest, &inventory, &start, files.len())?;
        let inventory = Inventory::of(&manifest, params.subjects.as_deref(), files.keys());
        sources.extend(inventory.files().into_iter().map(|path| SourceFile {
            name: format!("{DATA_FOLDER}{path}"),
            origin: SourceOrigin::Path(files[path].clone()),
        }));
        Ok(sources)
    }

    fn run(&self, params: &IngestParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let manifest = read_manifest(context)?;
        let files = match context.optional_input("dataset") {
            Some(folder) => {
                let start = start_of(folder, &manifest.file.layout.start);
                let files = dataset_files(&start, &manifest, params.splits.as_deref())?.files;
                not_empty(
                    &manifest,
                    &Inventory::of(&manifest, None, files.keys()),
                    &start,
                    files.len(),
                )?;
                files
            }
            None => context
                .sources()
                .iter()
                .filter_map(|(name, path)| Some((name.strip_prefix(DATA_FOLDER)?, path)))
                .map(|(name, path)| (name.to_owned(), path.clone()))
                .collect(),
        };
        let inventory = Inventory::of(&manifest, params.subjects.as_deref(), files.keys());
        let survey = Survey { manifest: &manifest, inventory: &inventory, files: &files, params };
        let rows = survey.rows(context)?;
        survey.say(&rows, context);
        for path in inventory.volumes() {
            if context.optional_input("dataset").is_some() {
                link(&files[path], &context.output("volumes")?.join(path))?;
            } else {
                context.reference_source("volumes", path, &format!("{DATA_FOLDER}{path}"));
            }
        }
        let mut dataset = manifest.dataset();
        if let Some(name) = &params.name {
            dataset.name.clone_from(name);
        }
        CasesTable { dataset, rows }.write(context.output("cases")?).map_err(IngestError::from)?;
        Ok(())
    }
}

/// The manifest among the action's sources.
fn read_manifest(context: &ActionContext<'_>) -> Result<Manifest, StageError> {
    let source = context.sources().iter().find_map(|(name, path)| {
        name.strip_prefix(MANIFEST_FOLDER).map(|file_name| (file_name, path))
    });
    let (name, path) =
        source.ok_or_else(|| StageError::message("the action declared no data manifest"))?;
    let text = fs_err::read_to_string(path).map_err(IngestError::from)?;
    Ok(Manifest::parse(&text, Path::new(name))?)
}

fn not_empty(
    manifest: &Manifest,
    inventory: &Inventory,
    root: &Path,
    files: usize,
) -> Result<(), IngestError> {
    if !inventory.cases.is_empty() {
        return Ok(());
    }
    let layout = &manifest.file.layout;
    Err(IngestError::Empty {
        name: manifest.file.name.clone(),
        root: root.to_owned(),
        patterns: vec![
            format!("no image matches {}", layout.image),
            format!("no label map matches {}", layout.label),
        ],
        files,
        obtain: manifest.file.obtain.trim().to_owned(),
    })
}

/// Gives a file a second name inside an output; copies where the file system cannot.
fn link(from: &Path, to: &Path) -> Result<(), IngestError> {
    if let Some(folder) = to.parent() {
        fs_err::create_dir_all(folder)?;
    }
    if fs_err::hard_link(from, to).is_err() {
        fs_err::copy(from, to)?;
    }
    Ok(())
}
