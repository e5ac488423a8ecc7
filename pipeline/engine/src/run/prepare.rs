//! From a node whose inputs exist to its key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipeline_store::{ActionKey, Digest, Store};

use crate::fingerprint::{FingerprintInput, Ingredients, key_of};
use crate::graph::{Graph, Node};
use crate::stage::{SourceContext, SourceFile, SourceOrigin, StageError};

/// Where nodes look for files outside the store.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    pub(super) experiment_dir: PathBuf,
    pub(super) data_root: Option<PathBuf>,
}

/// The artifacts on a node's output ports.
pub(super) type Outputs = BTreeMap<String, Digest>;

/// A node whose inputs exist.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) key: ActionKey,
    /// What the key is the digest of.
    pub(super) fingerprint: String,
    pub(super) sources: Vec<SourceFile>,
    pub(super) source_digests: BTreeMap<String, Digest>,
    /// By port, with the coordinates of the nodes that made them.
    pub(super) inputs: BTreeMap<String, Vec<FingerprintInput>>,
    /// Every path that the stage went by and its sources, if it said all of them.
    pub(super) looked_at: Option<Vec<PathBuf>>,
}

/// Computes the key of a node, given the outputs of everything upstream.
pub(super) fn prepare(
    graph: &Graph,
    node: &Node,
    outputs: &[Option<Outputs>],
    store: &Store,
    places: &Places,
) -> Result<Prepared, StageError> {
    let inputs = read_inputs(graph, node, outputs)?;
    let context = SourceContext {
        experiment_dir: places.experiment_dir.clone(),
        data_root: places.data_root.clone(),
        connected: node.inputs.iter().map(|input| input.port.to_string()).collect(),
        ..SourceContext::default()
    };
    let sources = node.stage.sources(&context)?;
    let looked_at = looked_at(&context, &sources);
    let sources = resolved(sources);
    let source_digests = digest_sources(&sources, store)?;
    // On a port of one artifact the stage does not see where it came from.
    let hashed = node
        .inputs
        .iter()
        .filter_map(|input| {
            let mut list = inputs.get(input.port.as_ref())?.clone();
            if !input.arity.gathers() {
                for artifact in &mut list {
                    artifact.coordinates.clear();
                }
            }
            Some((input.port.as_ref(), list))
        })
        .collect();
    let info = node.stage.info();
    let fingerprint = Ingredients {
        stage: info.name,
        version: info.version,
        params: node.stage.params(),
        locations: node.stage.location_params(),
        inputs: &hashed,
        sources: &source_digests,
    }
    .canonical();
    let key = key_of(&fingerprint);
    Ok(Prepared { key, fingerprint, sources, source_digests, inputs, looked_at })
}

/// Whole paths as the stage gave them: a link on the way may come to lead elsewhere.
fn looked_at(context: &SourceContext, sources: &[SourceFile]) -> Option<Vec<PathBuf>> {
    let decisions = context.decisions.paths()?;
    let files = sources.iter().filter_map(|source| match &source.origin {
        SourceOrigin::Path(path) => Some(path),
        SourceOrigin::Bytes(_) => None,
    });
    decisions.iter().chain(files).map(|path| std::path::absolute(path).ok()).collect()
}

/// The artifacts a node reads, with the coordinates under which it sees them.
fn read_inputs(
    graph: &Graph,
    node: &Node,
    outputs: &[Option<Outputs>],
) -> Result<BTreeMap<String, Vec<FingerprintInput>>, StageError> {
    let mut inputs = BTreeMap::new();
    for input in &node.inputs {
        let mut list = Vec::with_capacity(input.from.len());
        for from in &input.from {
            let made = outputs[from.node].as_ref();
            let Some(artifact) = made.and_then(|made| made.get(from.port.as_ref())) else {
                return Err(StageError::message(format!(
                    "`{}` made no output `{}`, which `{}` needs",
                    graph.nodes[from.node].id, from.port, node.id
                )));
            };
            let coordinates = from.coordinates(&graph.nodes);
            list.push(FingerprintInput { coordinates, artifact: *artifact });
        }
        inputs.insert(input.port.to_string(), list);
    }
    Ok(inputs)
}

/// The content of every source file now.
pub(super) fn digest_sources(
    sources: &[SourceFile],
    store: &Store,
) -> Result<BTreeMap<String, Digest>, StageError> {
    let paths: Vec<PathBuf> = sources
        .iter()
        .filter_map(|source| match &source.origin {
            SourceOrigin::Path(path) => Some(path.clone()),
            SourceOrigin::Bytes(_) => None,
        })
        .collect();
    let mut found = store.digest_external(&paths).map_err(StageError::new)?.into_iter();
    let mut digests = BTreeMap::new();
    for source in sources {
        let digest = match &source.origin {
            SourceOrigin::Path(_) => found.next(),
            SourceOrigin::Bytes(bytes) => Some(Digest::of_bytes(bytes)),
        };
        let digest = digest.expect("one digest for every path");
        if digests.insert(source.name.clone(), digest).is_some() {
            return Err(StageError::message(format!(
                "two source files are called `{}`",
                source.name
            )));
        }
    }
    Ok(digests)
}

/// The same files by whole paths, so that what is hashed, used and checked again is one file
/// whatever the current folder is. Folders are resolved once, not once per file.
fn resolved(mut sources: Vec<SourceFile>) -> Vec<SourceFile> {
    let mut folders: BTreeMap<PathBuf, Option<PathBuf>> = BTreeMap::new();
    for source in &mut sources {
        let SourceOrigin::Path(path) = &mut source.origin else { continue };
        let Some(name) = path.file_name().map(ToOwned::to_owned) else { continue };
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        if !folders.contains_key(folder) {
            folders.insert(folder.to_owned(), fs_err::canonicalize(folder).ok());
        }
        // One that is not there keeps its name, so that the message about it can be understood.
        if let Some(Some(whole)) = folders.get(folder) {
            *path = whole.join(name);
        }
    }
    sources
}
