//! `orchestrate export predictions`.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use pipeline_cli::{CommandContext, Ending, RecordedArtifact, RecordedRun, WorkProgress};
use pipeline_engine::{NodeReport, StageError};
use pipeline_spec::Diagnostic;
use rayon::prelude::*;
use stages_evaluate::{
    EvaluateError, EvaluateParams, Neighbours, Scan, largest_components, native_prediction, scans,
};
use stages_imaging::{
    LabelMap, VolumeHeader, VoxelType, read_nifti_space, write_nifti_label_map_in,
};
use stages_tables::{CasesTable, PredictionsReader, SlicesReader, kind};

use super::arguments::PredictionsArguments;
use super::folders::{folders, safe_names, template};
use super::labels::{description, itksnap_labels};
use super::mistake::{failed, free, missing};
use super::node_source::{NodeSource, node_source};

/// Writes the predictions of a run.
pub(super) fn export(
    arguments: &PredictionsArguments,
    context: &CommandContext<'_>,
) -> Result<Ending, Vec<Diagnostic>> {
    let run = context.recorded_run(&arguments.run.places, &arguments.run.run)?;
    let wanted = wanted(&run, &arguments.node)?;
    let nodes: Vec<&NodeReport> = wanted.iter().map(|artifact| artifact.node).collect();
    let cpus = arguments.cpus.map_or(context.cpus(), usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(cpus).build();
    let pool = pool.map_err(|error| failed(&error))?;
    let mut lines = Vec::new();
    for (artifact, folder) in wanted.iter().zip(folders(&nodes)) {
        let exporter = Exporter {
            run: &run,
            artifact,
            arguments,
            context,
            folder: arguments.out.join(folder),
            source: node_source(&run, artifact)?,
        };
        let (written, all) = pool.install(|| exporter.export())?;
        lines.push(format!("{}: {written} scans\n", exporter.folder.display()));
        if written < all {
            context.data(&lines.concat());
            context.note("stopped before all scans were written; those that are there are whole");
            return Ok(Ending::Failed);
        }
    }
    context.data(&lines.concat());
    Ok(Ending::Done)
}

/// The predictions of the nodes that were named, or all.
fn wanted<'a>(
    run: &'a RecordedRun,
    names: &[String],
) -> Result<Vec<RecordedArtifact<'a>>, Vec<Diagnostic>> {
    let all = run.artifacts(kind::PREDICTIONS);
    if all.is_empty() {
        let message = format!("no node of `{}` has left predictions", run.experiment());
        return Err(missing(message, "`orchestrate show RUN` lists what became of each node"));
    }
    let is = |node: &NodeReport, name: &str| node.node.as_str() == name || template(node) == name;
    for name in names {
        if !all.iter().any(|artifact| is(artifact.node, name)) {
            let known: Vec<_> = all.iter().map(|found| format!("`{}`", found.node.node)).collect();
            let message = format!("no node `{name}` has left predictions");
            return Err(missing(message, &format!("those that have: {}", known.join(", "))));
        }
    }
    let asked = |artifact: &RecordedArtifact<'_>| {
        names.is_empty() || names.iter().any(|name| is(artifact.node, name))
    };
    Ok(all.into_iter().filter(asked).collect())
}

/// The export of what one node predicted.
struct Exporter<'a> {
    run: &'a RecordedRun,
    artifact: &'a RecordedArtifact<'a>,
    arguments: &'a PredictionsArguments,
    context: &'a CommandContext<'a>,
    folder: PathBuf,
    source: NodeSource,
}

/// What the writing of every scan of a node needs.
struct Tables<'a> {
    predictions: &'a PredictionsReader,
    slices: &'a SlicesReader,
    checkpoint: &'a str,
    scoring: Option<&'a EvaluateParams>,
    volumes: &'a Path,
}

impl Exporter<'_> {
    /// How many scans were written, and how many there are.
    fn export(&self) -> Result<(usize, usize), Vec<Diagnostic>> {
        let read = |digest| self.run.place(digest);
        let [predicted, sliced, listed, volumes] =
            [self.artifact.digest, self.source.slices, self.source.cases, self.source.volumes];
        let (predicted, sliced) = (read(predicted)?, read(sliced)?);
        let (listed, volumes) = (read(listed)?, read(volumes)?);
        let predictions = PredictionsReader::open(&predicted.dir()).map_err(|e| failed(&e))?;
        let slices = SlicesReader::open(&sliced.dir()).map_err(|e| failed(&e))?;
        let cases = CasesTable::read(&listed.dir()).map_err(|e| failed(&e))?;
        let scans = scans(&predictions, &slices, &cases).map_err(explained)?;
        let scans = self.selected(&scans)?;
        let checkpoint = self.checkpoint(&scans)?;
        let names = safe_names(scans.iter().map(|scan| scan.case.case_id.as_str()));
        let file = |scan: &Scan<'_>| format!("{}.nii.gz", names[scan.case.case_id.as_str()]);
        let files: Vec<(&Scan<'_>, String)> =
            scans.into_iter().map(|scan| (scan, file(scan))).collect();
        for name in files.iter().map(|(_, name)| name.as_str()).chain(BESIDE) {
            free(&self.folder.join(name))?;
        }
        fs_err::create_dir_all(&self.folder).map_err(|error| failed(&error))?;
        let scoring = self.scoring()?;
        let dataset = &predictions.window().dataset;
        let volumes = volumes.dir();
        let tables = Tables {
            predictions: &predictions,
            slices: &slices,
            checkpoint: &checkpoint,
            scoring,
            volumes: &volumes,
        };
        let written = self.write_all(&files, &tables)?;
        if written == files.len() {
            let largest = scoring.and_then(|scoring| scoring.largest_component);
            let largest = largest.map(Neighbours::as_str);
            let text =
                description(self.run, self.artifact.node, dataset, &checkpoint, largest, &files);
            for (name, text) in BESIDE.into_iter().zip([text, itksnap_labels(dataset)]) {
                fs_err::write(self.folder.join(name), text).map_err(|error| failed(&error))?;
            }
        }
        Ok((written, files.len()))
    }

    /// Writes scans, several at a time; how many, if it is stopped.
    fn write_all(
        &self,
        files: &[(&Scan<'_>, String)],
        tables: &Tables<'_>,
    ) -> Result<usize, Vec<Diagnostic>> {
        let progress: WorkProgress<'_> =
            self.context.progress(self.artifact.node.node.as_str(), files.len() as u64);
        let written = AtomicU64::new(0);
        let each: Vec<Result<(), Vec<Diagnostic>>> = files
            .par_iter()
            .map(|(scan, name)| {
                if self.context.cancellation().is_cancelled() {
                    return Ok(());
                }
                tables.write(scan, &self.folder.join(name))?;
                written.fetch_add(1, Ordering::Relaxed);
                progress.advance(&scan.case.case_id);
                Ok(())
            })
            .collect();
        // Of several mistakes that of the first scan is told, whatever thread was faster.
        each.into_iter().collect::<Result<(), _>>()?;
        Ok(written.into_inner() as usize)
    }

    /// The scans of the subjects that were named, or all.
    fn selected<'s, 'c>(
        &self,
        scans: &'s [Scan<'c>],
    ) -> Result<Vec<&'s Scan<'c>>, Vec<Diagnostic>> {
        let Some(subjects) = &self.arguments.subject else { return Ok(scans.iter().collect()) };
        for subject in subjects {
            if !scans.iter().any(|scan| scan.case.subject == *subject) {
                let mut known: Vec<_> =
                    scans.iter().map(|scan| scan.case.subject.as_str()).collect();
                known.dedup();
                let message = format!(
                    "`{}` predicted nothing of subject `{subject}`",
                    self.artifact.node.node
                );
                return Err(missing(message, &format!("its subjects are: {}", known.join(", "))));
            }
        }
        Ok(scans.iter().filter(|scan| subjects.contains(&scan.case.subject)).collect())
    }

    /// The checkpoint that was named; otherwise `best`, or the only one there is.
    fn checkpoint(&self, scans: &[&Scan<'_>]) -> Result<String, Vec<Diagnostic>> {
        let all =
            |checkpoint: &str| scans.iter().all(|scan| scan.predictions.contains_key(checkpoint));
        let known: Vec<&str> = scans
            .first()
            .into_iter()
            .flat_map(|s| s.predictions.keys())
            .map(String::as_str)
            .collect();
        let chosen = match (&self.arguments.checkpoint, known.as_slice()) {
            (Some(name), _) => Some(name.as_str()),
            (None, [only]) => Some(*only),
            (None, _) => Some("best"),
        };
        if let Some(chosen) = chosen.filter(|chosen| all(chosen)) {
            return Ok(chosen.to_owned());
        }
        let node = &self.artifact.node.node;
        let asked = self.arguments.checkpoint.as_deref().unwrap_or("best");
        let message = format!("`{node}` did not predict every scan with checkpoint `{asked}`");
        Err(missing(message, &format!("name one with `--checkpoint`: {}", known.join(", "))))
    }

    /// What was done to the predictions before they were scored, if that is asked for.
    fn scoring(&self) -> Result<Option<&EvaluateParams>, Vec<Diagnostic>> {
        let evaluations = &self.source.evaluations;
        let node = &self.artifact.node.node;
        if !self.arguments.scored {
            if evaluations.iter().any(|params| params.largest_component.is_some()) {
                self.context.note(&format!(
                    "{node}: it was scored with each class reduced to its largest component; \
                     `--scored` writes that"
                ));
            }
            return Ok(None);
        }
        let [first, others @ ..] = evaluations.as_slice() else {
            let message = format!("nothing has scored what `{node}` predicted");
            return Err(missing(message, "leave `--scored` out"));
        };
        if others.iter().any(|other| other.largest_component != first.largest_component) {
            let message = format!("what `{node}` predicted was scored in several ways");
            return Err(missing(message, "leave `--scored` out"));
        }
        Ok(Some(first))
    }
}

/// Files that lie beside the label maps.
const BESIDE: [&str; 2] = ["dataset.json", "itksnap-labels.txt"];

impl Tables<'_> {
    /// Writes one label map, whole or not at all.
    fn write(&self, scan: &Scan<'_>, path: &Path) -> Result<(), Vec<Diagnostic>> {
        let info = self.slices.info();
        let labels = native_prediction(scan, self.checkpoint, self.predictions, info);
        let Some(mut labels) = labels.map_err(explained)? else { return Ok(()) };
        let shape = scan.case.shape.map(|size| size as usize);
        if let Some(scoring) = self.scoring {
            let dataset = &self.predictions.window().dataset;
            largest_components(scoring, dataset, &mut labels, shape);
        }
        let space = read_nifti_space(&self.volumes.join(&scan.case.image));
        let space = space.map_err(|error| failed(&error))?;
        let header = VolumeHeader {
            shape,
            spacing_mm: scan.case.spacing_mm,
            voxel_type: VoxelType::U8,
            orientation: None,
        };
        write_nifti_label_map_in(path, &LabelMap { header, labels }, &space)
            .map_err(|error| failed(&error))
    }
}

/// What the stage `evaluate` would say.
fn explained(error: EvaluateError) -> Vec<Diagnostic> {
    let error = StageError::from(error);
    let message = std::iter::once(error.message).chain(error.details);
    let diagnostic = Diagnostic::new("export::predictions", message.collect::<Vec<_>>().join(": "));
    vec![match error.help {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    }]
}
