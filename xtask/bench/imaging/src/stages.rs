//! The stages, run as the engine does it.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use pipeline_engine::stage::{
    ActionContext, Cancellation, Granted, Job, JobInput, SourceContext, SourceOrigin, Stage,
};
use stages_extract::{Extract, ExtractParams};
use stages_ingest::{Ingest, IngestParams};

use crate::read::frames;

/// A cases table of the cardiac scans and the folder of its files: what `extract` works on.
pub(crate) struct Workbench {
    folder: PathBuf,
    params: ExtractParams,
}

/// Frames that the peers' script makes before it repeats them under further names.
const DISTINCT_PATIENTS: usize = 20;
/// The threads of the comparison of memory.
const THREADS: u32 = 2;

impl Workbench {
    /// Ingests all scans. `how` is `nearest`, as the SSL4MIS benchmark prepares slices, or `linear`.
    ///
    /// # Errors
    /// What the stage reports.
    pub(crate) fn new(folder: &Path, how: &str) -> Result<Self, Box<dyn Error>> {
        let bench = Self { folder: folder.join(format!("work-{how}")), params: params(how)? };
        let patients = frames(folder)?.len() / 2;
        bench.ingest(folder, patients)?;
        Ok(bench)
    }

    /// Makes the slices of all scans.
    ///
    /// # Errors
    /// What the stage reports.
    pub(crate) fn extract(&self, threads: u32) -> Result<(), Box<dyn Error>> {
        let inputs = [("cases", "cases"), ("volumes", "volumes")];
        let job = self.job("extract", &inputs, &["slices"], serde_json::to_value(&self.params)?);
        let job = Job { granted: Granted::cpus_only(threads), ..job };
        self.clean("slices")?;
        run(&Extract, &self.params, &job)
    }

    /// The folder that `extract` writes.
    pub(crate) fn slices(&self) -> PathBuf {
        self.folder.join("slices")
    }

    fn ingest(&self, folder: &Path, patients: usize) -> Result<(), Box<dyn Error>> {
        fs_err::create_dir_all(&self.folder)?;
        let manifest = self.folder.join("cardiac.yaml");
        fs_err::write(&manifest, manifest_text(patients))?;
        let subjects: Vec<String> = (1..=patients).map(|n| format!("patient{n:03}")).collect();
        let params = serde_json::json!({
            "manifest": manifest, "root": folder.join("cardiac"), "subjects": subjects,
        });
        let typed: IngestParams = serde_json::from_value(params.clone())?;
        let context =
            SourceContext { experiment_dir: self.folder.clone(), ..SourceContext::default() };
        let mut sources = BTreeMap::new();
        for source in Ingest.sources(&typed, &context)? {
            let SourceOrigin::Path(path) = source.origin else {
                return Err("the manifest is a file".into());
            };
            sources.insert(source.name, path);
        }
        for output in ["cases", "volumes"] {
            self.clean(output)?;
        }
        let job = self.job("ingest", &[], &["cases", "volumes"], params);
        run(&Ingest, &typed, &Job { sources: sources.clone(), ..job })?;
        // The engine would place the files; here they are linked.
        for (name, path) in sources {
            if let Some(file) = name.strip_prefix("data/") {
                fs_err::hard_link(path, self.folder.join("volumes").join(file))?;
            }
        }
        Ok(())
    }

    fn clean(&self, name: &str) -> Result<(), Box<dyn Error>> {
        let folder = self.folder.join(name);
        if folder.exists() {
            fs_err::remove_dir_all(&folder)?;
        }
        fs_err::create_dir_all(&folder)?;
        Ok(())
    }

    fn job(
        &self,
        stage: &str,
        inputs: &[(&str, &str)],
        outputs: &[&str],
        params: serde_json::Value,
    ) -> Job {
        let input = |(port, folder): &(&str, &str)| {
            let dir = self.folder.join(folder);
            ((*port).to_owned(), vec![JobInput { coordinates: BTreeMap::new(), dir }])
        };
        let output = |port: &&str| ((*port).to_owned(), self.folder.join(port));
        Job {
            protocol: 1,
            node: stage.to_owned(),
            stage: stage.to_owned(),
            version: 1,
            params,
            inputs: inputs.iter().map(input).collect(),
            sources: BTreeMap::new(),
            outputs: outputs.iter().map(output).collect(),
            scratch: self.folder.clone(),
            resume: self.folder.join("resume"),
            granted: Granted::cpus_only(THREADS),
        }
    }
}

/// Runs both stages over so many scans of the folder.
///
/// # Errors
/// What they report.
pub(crate) fn ingest_and_extract(folder: &Path, scans: usize) -> Result<(), Box<dyn Error>> {
    let bench =
        Workbench { folder: folder.join(format!("work-{scans}")), params: params("linear")? };
    bench.ingest(folder, scans / 2)?;
    bench.extract(THREADS)
}

fn run<S: Stage>(stage: &S, params: &S::Params, job: &Job) -> Result<(), Box<dyn Error>> {
    let cancellation = Cancellation::new();
    let context = ActionContext::from_job(job, &cancellation, &|_| {});
    stage.run(params, &context).map_err(|error| {
        let details = error.details.join("; ");
        format!("{error} {details}").into()
    })
}

fn params(how: &str) -> Result<ExtractParams, Box<dyn Error>> {
    let params = match how {
        "nearest" => {
            r#"{"intensity": {"min_max": {}},
                "geometry": {"resize": {"size": 256, "convention": "corners"}},
                "interpolation": {"image": "nearest"}}"#
        }
        "linear" => {
            r#"{"intensity": {"percentile": {"low": 1, "high": 99}},
                "geometry": {"resize": {"size": 256}}}"#
        }
        _ => return Err(format!("slices are prepared `nearest` or `linear`, not `{how}`").into()),
    };
    Ok(serde_json::from_str(params)?)
}

/// A manifest of the cardiac scans, which says who is there under several names.
fn manifest_text(patients: usize) -> String {
    let mut text = String::from(
        "name: cardiac\ntitle: synthetic cardiac scans\nlicence: none needed\ncitation: none\n\
         obtain: made by the benchmark\nmodality: MR\nfolders: [cardiac]\n\
         classes: [{id: 0, name: background}, {id: 1, name: RV}, {id: 2, name: Myo}, \
         {id: 3, name: LV}]\n\
         layout:\n  image: \"{subject}_frame{frame:digits}.nii.gz\"\n  \
         label: \"{subject}_frame{frame:digits}_gt.nii.gz\"\n  \
         case: \"{subject}_frame{frame}\"\n  subject: \"{subject}\"\n",
    );
    if patients > DISTINCT_PATIENTS {
        text.push_str("same_person:\n");
    }
    for first in 1..=DISTINCT_PATIENTS.min(patients.saturating_sub(DISTINCT_PATIENTS)) {
        let names: Vec<_> = (first..=patients)
            .step_by(DISTINCT_PATIENTS)
            .map(|number| format!("patient{number:03}"))
            .collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  - [{}]", names.join(", "));
    }
    text
}
