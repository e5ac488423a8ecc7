//! `orchestrate data show`.

use std::fmt::Write;

use pipeline_cli::{CommandContext, Ending};
use pipeline_spec::Diagnostic;
use stages_ingest::Manifest;
use stages_ingest::check::find_manifest;

use super::arguments::ShowArguments;
use super::list::classes;
use super::mistake::mistakes;

/// Shows one manifest.
pub(super) fn show(
    arguments: &ShowArguments,
    context: &CommandContext<'_>,
) -> Result<Ending, Vec<Diagnostic>> {
    let found = find_manifest(&arguments.manifest).map_err(mistakes)?;
    if arguments.yaml {
        context.data(&found.text);
        return Ok(Ending::Done);
    }
    let origin = found.path.map_or("built in".to_owned(), |path| path.display().to_string());
    let mut text = String::new();
    for (name, value) in fields(&found.manifest, &origin) {
        for (i, line) in wrapped(&value).iter().enumerate() {
            let name = if i == 0 { name } else { "" };
            writeln!(text, "{name:<10}{line}").expect("writing into a string cannot fail");
        }
    }
    context.data(&text);
    Ok(Ending::Done)
}

fn fields(manifest: &Manifest, origin: &str) -> Vec<(&'static str, String)> {
    let file = &manifest.file;
    let mut fields = vec![
        ("name", file.name.clone()),
        ("title", file.title.clone()),
        ("manifest", origin.to_owned()),
        ("licence", file.licence.clone()),
        ("citation", file.citation.clone()),
        ("obtain", file.obtain.clone()),
        ("modality", file.modality.clone()),
        ("classes", classes(manifest)),
    ];
    if let Some(expect) = &file.expect {
        let count = format!("{} cases of {} subjects", expect.cases, expect.subjects);
        fields.push(("complete", count));
    }
    fields.push(("folders", file.folders.join(" or ")));
    fields.push(("images", file.layout.image.clone()));
    fields.push(("labels", file.layout.label.clone()));
    fields.push(("case", file.layout.case.clone()));
    fields.push(("subject", file.layout.subject.clone()));
    fields
}

/// Columns of the values.
const WIDTH: usize = 86;

/// Lines of words; a longer word stands alone.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_broken_between_words() {
        let text = "word ".repeat(30);
        let lines = wrapped(&text);
        assert_eq!((lines.len(), lines[0].len()), (2, 17 * 5 - 1));
        assert!(wrapped("").is_empty());
    }
}
