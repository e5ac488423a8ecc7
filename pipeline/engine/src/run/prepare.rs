//! From a node whose inputs exist to its key.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pipeline_store::{ActionKey, Digest, Store};

use crate::fingerprint::{Fingerprint, FingerprintInput};
use crate::graph::{Graph, Node};
use crate::stage::{Arity, SourceContext, SourceFile, SourceOrigin, StageError};

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
    pub(super) fingerprint: Fingerprint,
    pub(super) key: ActionKey,
    pub(super) sources: Vec<SourceFile>,
    pub(super) inputs: BTreeMap<String, Vec<FingerprintInput>>,
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
        connected: node.inputs.iter().map(|input| input.port.clone()).collect(),
    };
    let sources = resolved(node.stage.sources(&context)?)?;
    let digests = digest_sources(&sources, store)?;
    let info = node.stage.info();
    // On a port of one artifact the stage does not see where it came from.
    let hashed = node
        .inputs
        .iter()
        .filter_map(|input| {
            let mut list = inputs.get(&input.port)?.clone();
            if input.arity != Arity::Many {
                for artifact in &mut list {
                    artifact.coordinates.clear();
                }
            }
            Some((input.port.clone(), list))
        })
        .collect();
    let fingerprint =
        Fingerprint::new(info.name, info.version, &node.stage.key_params(), hashed, digests);
    Ok(Prepared { key: fingerprint.key(), fingerprint, sources, inputs })
}

/// The artifacts a node reads, with the coordinates of the nodes that made them.
fn read_inputs(
    graph: &Graph,
    node: &Node,
    outputs: &[Option<Outputs>],
) -> Result<BTreeMap<String, Vec<FingerprintInput>>, StageError> {
    let mut inputs = BTreeMap::new();
    for input in &node.inputs {
        let mut list = Vec::with_capacity(input.from.len());
        for from in &input.from {
            let artifact = outputs[from.node].as_ref().and_then(|made| made.get(&from.port));
            let Some(artifact) = artifact else {
                return Err(StageError::message(format!(
                    "`{}` made no output `{}`, which `{}` needs",
                    graph.nodes[from.node].id, from.port, node.id
                )));
            };
            let coordinates = graph.nodes[from.node].coordinates.clone();
            list.push(FingerprintInput { coordinates, artifact: *artifact });
        }
        inputs.insert(input.port.clone(), list);
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

/// The same files with links resolved once, so that what is hashed, used and checked again is one
/// file whatever the current folder is.
fn resolved(mut sources: Vec<SourceFile>) -> Result<Vec<SourceFile>, StageError> {
    for source in &mut sources {
        if let SourceOrigin::Path(path) = &mut source.origin {
            *path = fs_err::canonicalize(&*path).map_err(StageError::new)?;
        }
    }
    Ok(sources)
}
