//! What all commands start from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pipeline_engine::{Graph, Plan, PlanOptions, Registry, Report, Selection};
use pipeline_spec::{Changes, Diagnostic, Experiment, Override, Sweep};
use pipeline_store::Store;

use crate::arguments::{ExperimentArguments, PlaceArguments, SelectionArguments};
use crate::console::Console;
use crate::error::CommandError;
use crate::surroundings::Surroundings;
use crate::{About, AddedCommand, RunFiles};

/// Where results are remembered if nobody says otherwise.
const DEFAULT_STORE: &str = ".orchestrate";

/// The program, the machine and the terminal.
pub(crate) struct Session<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) commands: &'a [&'a dyn AddedCommand],
    pub(crate) run_files: &'a [&'a dyn RunFiles],
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
        let experiment = pipeline_spec::load(&arguments.file, &changes(arguments)?)?;
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
        self.open_store(places.store.as_deref())
    }

    /// The store, if there is one already that can be opened.
    pub(crate) fn existing_store(&self, places: &PlaceArguments) -> Option<Store> {
        let folder = self.store_folder(places.store.as_deref()).ok()?;
        if folder.is_dir() { Store::open(&folder).ok() } else { None }
    }

    /// Opens the store in this folder, or in the one that the environment names.
    pub(crate) fn open_store(&self, folder: Option<&Path>) -> Result<Store, CommandError> {
        let folder = self.store_folder(folder).map_err(pipeline_store::StoreError::Io)?;
        Ok(Store::open(&folder)?)
    }

    /// The folder of the store. Workers start in a folder of their own, so the path must be whole.
    pub(crate) fn store_folder(&self, folder: Option<&Path>) -> std::io::Result<PathBuf> {
        let folder = folder.or(self.surroundings.store.as_deref());
        std::path::absolute(folder.unwrap_or(Path::new(DEFAULT_STORE)))
    }
}

/// What the arguments change in an experiment: files of changes first, so that `--set` wins.
fn changes(arguments: &ExperimentArguments) -> Result<Changes, CommandError> {
    let mut changes = Changes::default();
    let mut mistakes = Vec::new();
    for file in &arguments.param_files {
        match Override::read_file(file) {
            Ok(overrides) => changes.overrides.extend(overrides),
            Err(errors) => mistakes.extend(errors.diagnostics),
        }
    }
    for set in &arguments.sets {
        match Override::parse(set) {
            Ok(one) => changes.overrides.push(one),
            Err(errors) => mistakes.extend(errors.diagnostics),
        }
    }
    for sweep in &arguments.sweeps {
        match Sweep::parse(sweep) {
            Ok(one) => changes.sweeps.push(one),
            Err(errors) => mistakes.extend(errors.diagnostics),
        }
    }
    if mistakes.is_empty() { Ok(changes) } else { Err(CommandError { mistakes }) }
}

/// Which nodes to look at, and which to run although their results are there.
pub(crate) struct Selected {
    pub(crate) selection: Selection,
    pub(crate) force: BTreeSet<usize>,
}

impl Loaded {
    /// What is known of every node before anything runs.
    pub(crate) fn plan(&self, store: &Store, selected: &Selected) -> Plan {
        self.plan_after(store, selected, Report::read(&self.run_dir).as_ref())
    }

    /// The same, compared with a certain run.
    pub(crate) fn plan_after(
        &self,
        store: &Store,
        selected: &Selected,
        previous: Option<&Report>,
    ) -> Plan {
        let options = PlanOptions {
            experiment_dir: self.experiment_dir.clone(),
            data_root: self.data_root.clone(),
            selection: selected.selection.clone(),
            force: selected.force.clone(),
        };
        Plan::resolve(&self.graph, store, previous, &options)
    }

    /// The positions of the node with this id, or of every variant of the node with this name.
    pub(crate) fn find(&self, name: &str) -> Result<Vec<usize>, CommandError> {
        let found = self.graph.find(name);
        if !found.is_empty() {
            return Ok(found);
        }
        let names: Vec<&str> = if name.contains('[') {
            self.graph.nodes.iter().map(|node| node.id.as_str()).collect()
        } else {
            self.experiment.nodes.keys().map(String::as_str).collect()
        };
        Err(unknown("cli::unknown_node", "node", name, &names).into())
    }

    /// Reads `--only`, `--until` and `--force`; every unknown name is told.
    pub(crate) fn selected(
        &self,
        arguments: &SelectionArguments,
    ) -> Result<Selected, CommandError> {
        let mut mistakes = Vec::new();
        let mut positions = |names: &[String]| -> BTreeSet<usize> {
            let mut found = BTreeSet::new();
            for name in names {
                match self.find(name) {
                    Ok(positions) => found.extend(positions),
                    Err(error) => mistakes.extend(error.mistakes),
                }
            }
            found
        };
        let only: Vec<usize> = positions(&arguments.only).into_iter().collect();
        let until: Vec<usize> = positions(&arguments.until).into_iter().collect();
        let force = positions(&arguments.force);
        if !mistakes.is_empty() {
            return Err(CommandError { mistakes });
        }
        let selection = match (only.is_empty(), until.is_empty()) {
            (false, _) => Selection::Only(only),
            (true, false) => Selection::Until(until),
            (true, true) => Selection::All,
        };
        Ok(Selected { selection, force })
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
