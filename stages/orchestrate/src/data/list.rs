//! `orchestrate data list`.

use std::fmt::Write;
use std::path::Path;

use pipeline_cli::{CommandContext, Ending};
use pipeline_spec::Diagnostic;
use serde_json::{Value, json};
use stages_ingest::check::dataset_folder;
use stages_ingest::{Manifest, embedded_manifests};

use super::arguments::ListArguments;
use super::mistake::mistakes;

/// Lists the manifests that are part of the program.
pub(super) fn list(
    arguments: &ListArguments,
    context: &CommandContext<'_>,
) -> Result<Ending, Vec<Diagnostic>> {
    let data_root = arguments.data_root.as_deref().or(context.data_root());
    if let Some(root) = data_root.filter(|root| !root.is_dir()) {
        let message = format!("the data root {} is not a folder", root.display());
        let help = "name the folder that holds the datasets' folders";
        return Err(vec![Diagnostic::new("data::data_root", message).with_help(help)]);
    }
    let mut manifests = Vec::new();
    for (name, bytes) in embedded_manifests() {
        let text = String::from_utf8_lossy(bytes);
        let path = format!("{name}.yaml");
        manifests.push(Manifest::parse(&text, Path::new(&path)).map_err(mistakes)?);
    }
    let text = if arguments.json {
        let all: Vec<Value> = manifests.iter().map(|one| as_json(one, data_root)).collect();
        format!("{:#}\n", json!({ "datasets": all }))
    } else {
        as_text(&manifests, data_root)
    };
    context.data(&text);
    Ok(Ending::Done)
}

fn as_text(manifests: &[Manifest], data_root: Option<&Path>) -> String {
    let names = manifests.iter().map(|manifest| manifest.file.name.chars().count());
    let width = names.max().unwrap_or_default();
    let mut text = String::new();
    for manifest in manifests {
        let file = &manifest.file;
        let count = file.expect.as_ref().map_or(String::new(), |expect| {
            format!("; {} cases of {} subjects", expect.cases, expect.subjects)
        });
        let lines = [
            file.title.trim().to_owned(),
            format!("{}: {}{count}", file.modality, classes(manifest)),
            format!("licence: {}", file.licence.trim()),
            whereabouts(manifest, data_root),
        ];
        for (i, line) in lines.iter().enumerate() {
            let name = if i == 0 { file.name.as_str() } else { "" };
            writeln!(text, "{name:<width$}  {line}").expect("writing into a string cannot fail");
        }
    }
    text
}

/// The names of the foreground classes.
pub(super) fn classes(manifest: &Manifest) -> String {
    let dataset = manifest.dataset();
    let names: Vec<&str> = dataset.foreground().map(|class| class.name.as_str()).collect();
    names.join(", ")
}

fn whereabouts(manifest: &Manifest, data_root: Option<&Path>) -> String {
    let Some(root) = data_root else {
        return format!("folder: {}, under --data-root", manifest.file.folders.join(" or "));
    };
    match dataset_folder(manifest, root) {
        Some(folder) => format!("found: {}", folder.display()),
        None => format!("not found: {} in {}", manifest.file.folders.join(" or "), root.display()),
    }
}

fn as_json(manifest: &Manifest, data_root: Option<&Path>) -> Value {
    let file = &manifest.file;
    json!({
        "name": file.name,
        "title": file.title.trim(),
        "modality": file.modality,
        "licence": file.licence.trim(),
        "classes": manifest.dataset().classes,
        "expect": file.expect.as_ref().map(|expect| {
            json!({ "subjects": expect.subjects, "cases": expect.cases })
        }),
        "folders": file.folders,
        "found": data_root.and_then(|root| dataset_folder(manifest, root)),
    })
}
