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

/// Copies every exported output that exists. Files that are already the same are left alone.
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
    let places: Vec<_> = exporting
        .iter()
        .map(|(node, port, _)| (node.id.as_str(), port.folder.as_deref()))
        .collect();
    let mut exported = Exported::default();
    for ((_, port, artifact), prefix) in exporting.iter().zip(prefixes(&places)) {
        let Some(artifact) = artifact else { continue };
        let Ok(tree) = store.tree(**artifact) else { continue };
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

/// What the paths of every exported output begin with, by its node and the folder it asks for.
/// Those of nodes that would share a place lie in folders named after the nodes.
fn prefixes(places: &[(&str, Option<&str>)]) -> Vec<String> {
    let alone = places.iter().filter(|(_, folder)| folder.is_none()).count() == 1;
    let own = |(node, folder): &(&str, Option<&str>)| match folder {
        None if alone => String::new(),
        None => format!("{node}/"),
        Some(folder) => format!("{folder}/"),
    };
    let wanted: Vec<String> = places.iter().map(own).collect();
    let prefix = |(place, prefix): (&(&str, Option<&str>), &String)| match place {
        (node, Some(_)) if wanted.iter().filter(|other| *other == prefix).count() > 1 => {
            format!("{prefix}{node}/")
        }
        _ => prefix.clone(),
    };
    places.iter().zip(&wanted).map(prefix).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_output_without_a_folder_lies_in_the_run_folder_itself() {
        assert_eq!(prefixes(&[("tables", None)]), [""]);
        assert_eq!(prefixes(&[("tables", None), ("plots", Some("figures"))]), ["", "figures/"]);
        assert_eq!(prefixes(&[("a", None), ("b", None)]), ["a/", "b/"]);
        assert_eq!(
            prefixes(&[("a", None), ("b", None), ("c", Some("figures"))]),
            ["a/", "b/", "figures/"]
        );
    }

    #[test]
    fn outputs_that_ask_for_one_folder_lie_in_folders_of_their_nodes() {
        let places = [("plain", Some("figures")), ("large", Some("figures"))];
        assert_eq!(prefixes(&places), ["figures/plain/", "figures/large/"]);
        // A node of that name already has it.
        let places = [("figures", None), ("other", None), ("plots", Some("figures"))];
        assert_eq!(prefixes(&places), ["figures/", "other/", "figures/plots/"]);
    }
}
