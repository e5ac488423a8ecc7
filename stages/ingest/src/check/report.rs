//! The report that a person reads.

use std::fmt::Write;

use super::names::count;
use super::summary::{classes, summary};
use super::{Checked, Finding, Severity};

/// How many findings of one kind are written, where not all are asked for.
const LISTED: usize = 10;

/// What was found: numbers first, then findings by severity and kind, each kind with what to do.
/// With `all`, long lists are not cut short.
pub fn check_report(checked: &Checked, all: bool) -> String {
    let mut text = format!("dataset `{}`\n", checked.dataset.name);
    for (name, value) in summary(checked) {
        for (i, line) in value.lines().enumerate() {
            let name = if i == 0 { name } else { "" };
            line_of(&mut text, &format!("  {name:<12} {line}"));
        }
    }
    if checked.facts.iter().any(|row| row.labelled_slices.is_some()) {
        text.push('\n');
        for line in aligned(&classes(checked)) {
            line_of(&mut text, &format!("  {line}"));
        }
    }
    for kind in checked.findings.chunk_by(|a, b| a.kind == b.kind) {
        let listed = if all { kind.len() } else { LISTED };
        write_kind(&mut text, kind, listed);
    }
    text.push('\n');
    line_of(&mut text, &verdict(checked));
    text
}

fn write_kind(text: &mut String, findings: &[Finding], listed: usize) {
    let kind = findings[0].kind;
    let heading = format!("\n{}: {} ({})", kind.severity(), kind.title(), findings.len());
    line_of(text, &heading);
    for finding in findings.iter().take(listed) {
        line_of(text, &format!("  {}", finding.message));
    }
    if findings.len() > listed {
        line_of(text, &format!("  and {} more; `--all` lists them", findings.len() - listed));
    }
    line_of(text, &format!("  -> {}", kind.advice()));
}

fn verdict(checked: &Checked) -> String {
    let [errors, warnings, notes] = Severity::ALL.map(|severity| checked.count(severity));
    let counts = format!(
        "{}, {}, {}",
        count(errors, "error"),
        count(warnings, "warning"),
        count(notes, "note")
    );
    let meaning = match (errors, warnings) {
        (0, 0) => "nothing is wrong",
        (0, _) => "`ingest` takes this dataset; look at the warnings first",
        _ => "`ingest` would refuse this dataset",
    };
    format!("{counts}: {meaning}")
}

/// Rows in columns two spaces apart.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ")
    };
    rows.iter().map(line).collect()
}

fn line_of(text: &mut String, line: &str) {
    writeln!(text, "{}", line.trim_end()).expect("writing into a string cannot fail");
}

#[cfg(test)]
mod tests {
    use stages_tables::DatasetInfo;

    use super::*;
    use crate::check::FindingKind;

    fn checked(findings: Vec<Finding>) -> Checked {
        Checked {
            dataset: DatasetInfo { name: "toy".to_owned(), classes: Vec::new() },
            title: "Toys".to_owned(),
            folder: "data/toy".into(),
            expect: None,
            subjects: 0,
            facts: Vec::new(),
            findings,
        }
    }

    #[test]
    fn long_lists_are_cut_short_and_say_so() {
        let finding = |n: usize| {
            Finding::of_case(FindingKind::MissingLabel, "c", format!("case {n} has none"))
        };
        let many = checked((0..12).map(finding).collect());
        let text = check_report(&many, false);
        assert!(
            text.contains("error: images without label map (12)\n  case 0 has none\n"),
            "{text}"
        );
        assert!(text.contains("  case 9 has none\n  and 2 more; `--all` lists them\n  -> restore"));
        assert!(
            text.ends_with(
                "\n12 errors, 0 warnings, 0 notes: `ingest` would refuse this dataset\n"
            )
        );
        assert!(check_report(&many, true).contains("  case 11 has none\n  -> restore"));
    }

    #[test]
    fn a_sound_dataset_is_called_so() {
        let text = check_report(&checked(Vec::new()), false);
        assert!(text.ends_with("\n0 errors, 0 warnings, 0 notes: nothing is wrong\n"), "{text}");
        assert!(text.contains("  found        0 cases of 0 subjects"), "{text}");
    }
}
