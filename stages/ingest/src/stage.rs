//! The stage: finds, checks, writes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use pipeline_engine::stage::{
    ActionContext, Cpus, ParamProblem, Placement, Ports, Resources, SourceContext, SourceFile,
    SourceOrigin, Stage, StageError, StageInfo,
};
use rayon::prelude::*;
use stages_tables::{CaseRow, CasesTable, kind};

use crate::attributes::attributes;
use crate::examine::Examiner;
use crate::inventory::Inventory;
use crate::locate::{self, MANIFEST_FOLDER, candidates};
use crate::twins::mark_twins;
use crate::walk::{Below, below, start_of, starts};
use crate::{IngestError, IngestParams, Manifest, listing, params};

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
        let Below { files, looked_at } = below(&start)?;
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
                let files = below(&start)?.files;
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
        let subjects = params.subjects.as_deref();
        let inventory = Inventory::of(&manifest, subjects, files.keys());
        let rows = examine_all(&manifest, &inventory, &files, subjects, context)?;
        say(&manifest, &inventory, &rows, params, context);
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

/// Reads every case, in parallel; rows by case, or everything that is wrong.
fn examine_all(
    manifest: &Manifest,
    inventory: &Inventory,
    files: &BTreeMap<String, PathBuf>,
    subjects: Option<&[String]>,
    context: &ActionContext<'_>,
) -> Result<Vec<CaseRow>, StageError> {
    let layout = &manifest.file.layout;
    let mut problems = inventory.problems(manifest, subjects);
    if let Some(list) = &layout.list {
        let path = inventory.list.as_ref().map(|path| files[path].as_path());
        problems.extend(listing::problems(list, path, manifest, inventory, subjects));
    }
    let mut of_cases = BTreeMap::new();
    if let Some(params) = &layout.attributes {
        let (found, wrong) = attributes(params, inventory, files);
        of_cases = found;
        problems.extend(wrong);
    }
    let dataset = manifest.dataset();
    let examiner = Examiner { files, inventory, attributes: &of_cases, dataset: &dataset };
    let total = inventory.cases.len() as u64;
    let done = AtomicU64::new(0);
    let cases: Vec<_> = inventory.cases.iter().collect();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(context.granted().cpus.max(1) as usize)
        .build()
        .map_err(StageError::new)?;
    let examined: Vec<_> = pool.install(|| {
        let one = |(case, files): &(&String, &_)| {
            context.check_cancelled()?;
            let examined = examiner.examine(case, files);
            let count = done.fetch_add(1, Ordering::Relaxed) + 1;
            context.progress(count, total, (*case).clone());
            Ok(examined)
        };
        cases.par_iter().map(one).collect::<Result<_, StageError>>()
    })?;
    let mut sound = Vec::new();
    for examined in examined {
        match examined {
            Ok(examined) => sound.push(examined),
            Err(wrong) => problems.extend(wrong),
        }
    }
    let (twins, identical) = mark_twins(&mut sound, manifest.same_person());
    problems.extend(identical);
    for group in twins {
        context.info(format!(
            "{} are one person in this release and stay on one side of every split",
            group.join(" and ")
        ));
    }
    if problems.is_empty() {
        Ok(sound.into_iter().map(|examined| examined.row).collect())
    } else {
        Err(IngestError::Dataset { name: dataset.name, problems }.into())
    }
}

/// Says what was found, and what a person should know about it.
fn say(
    manifest: &Manifest,
    inventory: &Inventory,
    rows: &[CaseRow],
    params: &IngestParams,
    context: &ActionContext<'_>,
) {
    let subjects = inventory.subject_count();
    let slices: u64 = rows.iter().map(|row| u64::from(row.shape[2])).sum();
    let unlabelled = rows.iter().filter(|row| row.label.is_none()).count();
    context.info(format!(
        "dataset `{}`: {} cases of {subjects} subjects, {slices} slices, {unlabelled} cases \
         without label map",
        manifest.file.name,
        rows.len()
    ));
    let whole = params.subjects.is_none() && context.optional_input("dataset").is_none();
    if let (Some(expect), true) = (manifest.file.expect, whole)
        && (expect.subjects, expect.cases) != (subjects, rows.len())
    {
        context.warn(format!(
            "dataset `{}` is not the complete one: found {} cases of {subjects} subjects, the \
             manifest expects {} of {}; scores do not compare with published ones",
            manifest.file.name,
            rows.len(),
            expect.cases,
            expect.subjects
        ));
    }
    let empty: Vec<&str> = rows
        .iter()
        .filter(|row| row.label.is_some() && row.label_values.iter().all(|value| *value == 0))
        .map(|row| row.case_id.as_str())
        .collect();
    if !empty.is_empty() {
        context.warn(format!(
            "the label maps of {} cases hold only background: {}",
            empty.len(),
            empty.join(", ")
        ));
    }
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
