//! Copying exported outputs into the run's folder.

use std::collections::BTreeMap;
use std::path::Path;

use pipeline_store::{Digest, Store, write_beside};

use super::prepare::Outputs;
use super::report::ReportError;
use crate::graph::Graph;

/// What was copied, and which text files are to be shown.
#[derive(Debug, Default)]
pub(super) struct Exported {
    /// Relative path to digest.
    pub(super) files: BTreeMap<String, Digest>,
    /// Relative paths of the files to show.
    pub(super) shown: Vec<String>,
}

/// Copies every exported output that exists. Files that are already the same are left alone. With
/// several exporting nodes each gets a folder.
pub(super) fn export(
    graph: &Graph,
    outputs: &[Option<Outputs>],
    store: &Store,
    run_dir: &Path,
) -> Result<Exported, ReportError> {
    let exporting: Vec<_> = graph
        .nodes
        .iter()
        .zip(outputs)
        .flat_map(|(node, made)| {
            let ports = node.stage.ports().outputs.iter().filter(|port| port.exported);
            ports.map(move |port| {
                (node, port, made.as_ref().and_then(|made| made.get(port.name.as_ref())))
            })
        })
        .collect();
    let alone = exporting.len() == 1;
    let mut exported = Exported::default();
    for (node, port, artifact) in exporting {
        let Some(artifact) = artifact else { continue };
        let prefix = if alone { String::new() } else { format!("{}/", node.id) };
        let Ok(tree) = store.tree(*artifact) else { continue };
        for (relative, file) in tree.files {
            let name = format!("{prefix}{relative}");
            let target = run_dir.join(&name);
            if !Digest::of_file(&target).is_ok_and(|found| found == file.digest) {
                let Some(path) = store.locate(file) else { continue };
                write_beside(&target, &fs_err::read(path)?)?;
            }
            if port.shown.as_deref() == Some(relative.as_str()) {
                exported.shown.push(name.clone());
            }
            exported.files.insert(name, file.digest);
        }
    }
    Ok(exported)
}
