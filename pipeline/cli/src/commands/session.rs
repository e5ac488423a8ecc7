//! What all commands start from.

use std::path::{Path, PathBuf};

use pipeline_engine::{Graph, Plan, Registry, Report};
use pipeline_spec::{Diagnostic, Experiment, Override};
use pipeline_store::Store;

use crate::About;
use crate::arguments::{ExperimentArguments, PlaceArguments};
use crate::console::Console;
use crate::error::CommandError;
use crate::surroundings::Surroundings;

/// Where results are remembered if nobody says otherwise.
const DEFAULT_STORE: &str = ".orchestrate";

/// The program, the machine and the terminal.
pub(crate) struct Session<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) about: About,
    pub(crate) surroundings: &'a Surroundings,
    pub(crate) console: &'a Console,
}

/// An experiment that was read and checked, with the places it uses.
pub(crate) struct Loaded {
    pub(crate) experiment: Experiment,
    pub(crate) graph: Graph,
    pub(crate) experiment_dir: PathBuf,
    pub(crate) data_root: Option<PathBuf>,
    pub(crate) run_dir: PathBuf,
}

impl Session<'_> {
    /// Reads an experiment file and builds its graph.
    pub(crate) fn load(&self, arguments: &ExperimentArguments) -> Result<Loaded, CommandError> {
        let overrides =
            arguments.sets.iter().map(|set| Override::parse(set)).collect::<Result<Vec<_>, _>>()?;
        let experiment = pipeline_spec::load(&arguments.file, &overrides)?;
        let graph = Graph::build(&experiment, self.registry)?;
        let parent = arguments.file.parent().filter(|parent| !parent.as_os_str().is_empty());
        Ok(Loaded {
            graph,
            experiment_dir: parent.unwrap_or(Path::new(".")).to_path_buf(),
            data_root: self.data_root(arguments)?,
            run_dir: arguments.places.runs.join(&experiment.name),
            experiment,
        })
    }

    /// The folder of the datasets. One that was named must be there.
    fn data_root(&self, arguments: &ExperimentArguments) -> Result<Option<PathBuf>, CommandError> {
        let (root, named_by) = match (&arguments.data_root, &self.surroundings.data_root) {
            (Some(root), _) => (root, "--data-root"),
            (None, Some(root)) => (root, "ORCHESTRATE_DATA"),
            (None, None) => return Ok(None),
        };
        if root.is_dir() {
            return Ok(Some(root.clone()));
        }
        let mistake = Diagnostic::new(
            "cli::data_root",
            format!("`{}`, given by {named_by}, is not a folder", root.display()),
        );
        Err(mistake.with_help("name the folder that holds the datasets' folders").into())
    }

    /// Opens the store.
    pub(crate) fn store(&self, places: &PlaceArguments) -> Result<Store, CommandError> {
        let folder = places
            .store
            .as_ref()
            .or(self.surroundings.store.as_ref())
            .cloned()
            .unwrap_or_else(|| PathBuf::from(DEFAULT_STORE));
        // Workers start in a folder of their own, so paths into the store must be whole.
        let folder = std::path::absolute(&folder).map_err(pipeline_store::StoreError::Io)?;
        Ok(Store::open(&folder)?)
    }
}

impl Loaded {
    /// What is known of every node before anything runs.
    pub(crate) fn plan(&self, store: &Store) -> Plan {
        let previous = Report::read(&self.run_dir);
        Plan::resolve(
            &self.graph,
            store,
            previous.as_ref(),
            self.experiment_dir.clone(),
            self.data_root.clone(),
        )
    }
}

/// A name that is not among the known ones.
pub(crate) fn unknown(code: &'static str, what: &str, found: &str, known: &[&str]) -> Diagnostic {
    let list = pipeline_spec::quoted_list(known);
    let help = match pipeline_spec::suggest(found, known) {
        Some(near) => format!("did you mean `{near}`? there are: {list}"),
        None if known.is_empty() => "there are none".to_owned(),
        None => format!("there are: {list}"),
    };
    Diagnostic::new(code, format!("there is no {what} `{found}`")).with_help(help)
}
