//! `orchestrate show RUN NODE --export DIR`: the files of a node's outputs, copied out of the store.

use std::path::Path;

use pipeline_engine::NodeReport;
use pipeline_spec::Diagnostic;
use pipeline_store::Store;

use crate::error::CommandError;

/// Copies the outputs of one node into a folder and says what was written. With one output its
/// files lie directly in the folder, otherwise each output gets a folder of its own. Files that are
/// in the way are never overwritten.
pub(super) fn export(
    store: &Store,
    nodes: &[&NodeReport],
    dir: &Path,
) -> Result<String, CommandError> {
    let [node] = nodes else {
        let ids: Vec<_> = nodes.iter().map(|node| format!("`{}`", node.node)).collect();
        let message = format!("several nodes have this name: {}", ids.join(", "));
        return Err(refused(message, "name one of them, in quotes").into());
    };
    if node.outputs.is_empty() {
        let message = format!("`{}` has no outputs: its status is {}", node.node, node.status);
        return Err(refused(message, "run the experiment first").into());
    }
    let mut count = 0;
    let mut bytes = 0;
    for (port, artifact) in &node.outputs {
        let folder = if node.outputs.len() == 1 { dir.to_owned() } else { dir.join(port) };
        let tree = store.tree(*artifact).map_err(unreadable)?;
        for (relative, file) in tree.files {
            let target = folder.join(&relative);
            if target.exists() {
                let message = format!("`{}` is already there", target.display());
                return Err(refused(message, "choose an empty folder").into());
            }
            let Some(source) = store.locate(file) else {
                let message = format!("`{relative}` of output `{port}` is missing in the store");
                return Err(refused(message, "run the experiment again to make it anew").into());
            };
            if let Some(parent) = target.parent() {
                fs_err::create_dir_all(parent).map_err(unreadable)?;
            }
            // Not `copy`, which would carry over that objects of the store are read-only.
            let mut from = fs_err::File::open(source).map_err(unreadable)?;
            let mut to = fs_err::File::create(&target).map_err(unreadable)?;
            bytes += std::io::copy(&mut from, &mut to).map_err(unreadable)?;
            count += 1;
        }
    }
    let files = if count == 1 { "file" } else { "files" };
    Ok(format!("{count} {files} of `{}`, {bytes} bytes, in {}\n", node.node, dir.display()))
}

fn refused(message: String, help: &str) -> Diagnostic {
    Diagnostic::new("cli::export", message).with_help(help)
}

fn unreadable(error: impl std::error::Error) -> Diagnostic {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    Diagnostic::new("cli::export", format!("{error}{cause}"))
}
