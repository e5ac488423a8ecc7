//! Results as Markdown, which is also what the terminal shows.

use std::fmt::Write;

use crate::report::{Group, Report, Row, Section};
use crate::target::{Target, seconds};

const HEADS: [&str; 8] = ["tool", "median", "range", "ratio", "CPU", "memory", "executed", "runs"];

/// Writes the whole report.
pub(crate) fn markdown(report: &Report) -> String {
    let mut text = format!("# {}\n\n", report.title);
    let machine = &report.machine;
    let versions: Vec<_> =
        report.tools.iter().map(|tool| format!("{} {}", tool.name, tool.version)).collect();
    let _ = writeln!(
        text,
        "Written by `{}`.\n\n- Machine: {}, {} cores, {} GiB memory, Linux {}; load before: {}.\n- \
         Commit: {}.\n- Tools: {}.",
        report.command,
        machine.cpu,
        machine.cores,
        machine.memory_gib,
        machine.kernel,
        machine.load_before,
        machine.commit,
        versions.join(", "),
    );
    for absent in &report.absent {
        let reason = absent.reason.lines().next().unwrap_or_default();
        let _ = writeln!(text, "- Not measured: {} ({reason}).", absent.name);
    }
    let _ = writeln!(text, "\n{}", report.about);
    if !report.targets.is_empty() {
        let _ = write!(text, "\n## What is wanted\n\n{}", targets(&report.targets));
    }
    for section in &report.sections {
        let _ = write!(text, "\n{}", self::section(section));
    }
    for group in &report.groups {
        let _ = write!(text, "\n{}", self::group(group));
    }
    text
}

/// Writes a table of anything with its heading.
pub(crate) fn section(section: &Section) -> String {
    let heads: Vec<_> = section.heads.iter().map(String::as_str).collect();
    format!("## {}\n\n{}\n\n{}", section.title, section.note, table(&heads, &section.rows))
}

/// Writes one table with its heading.
pub(crate) fn group(group: &Group) -> String {
    let mut text = format!("## {}\n\n", group.title);
    if let Some(note) = &group.note {
        let _ = writeln!(text, "{note}\n");
    }
    let rows: Vec<_> = group.rows.iter().map(cells).collect();
    // A column that says nothing is left out.
    let told = |column: &usize| *column < 2 || rows.iter().any(|row| !row[*column].is_empty());
    let columns: Vec<usize> = (0..HEADS.len()).filter(told).collect();
    let heads: Vec<_> = columns.iter().map(|&column| HEADS[column]).collect();
    let chosen = |row: &Vec<String>| columns.iter().map(|&column| row[column].clone()).collect();
    let rows: Vec<_> = rows.iter().map(chosen).collect();
    text.push_str(&table(&heads, &rows));
    for row in &group.rows {
        if let Some(problem) = &row.problem {
            let _ = write!(text, "\n- {}: {}", row.name, in_one_line(problem));
        }
    }
    if group.rows.iter().any(|row| row.problem.is_some()) {
        text.push('\n');
    }
    if group.busy_before > 0.15 {
        let busy = group.busy_before * 100.0;
        let _ = writeln!(text, "\nThe machine was {busy:.0} % busy before this table.");
    }
    text
}

/// Puts the first line and the last two of a text into one.
fn in_one_line(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let (first, rest) = lines.split_at(lines.len().min(1));
    [first, &rest[rest.len().saturating_sub(2)..]].concat().join(" / ")
}

/// Writes the table of targets.
pub(crate) fn targets(targets: &[Target]) -> String {
    let rows: Vec<_> = targets
        .iter()
        .map(|target| {
            let met = match target.met {
                Some(true) => "yes",
                Some(false) => "NO",
                None => "?",
            };
            vec![target.what.clone(), target.wanted.clone(), target.found.clone(), met.into()]
        })
        .collect();
    table(&["what", "wanted", "found", "met"], &rows)
}

fn cells(row: &Row) -> Vec<String> {
    let time = |value: Option<f64>| value.map(seconds).unwrap_or_default();
    let range = row
        .wall_s
        .filter(|_| row.runs > 1)
        .map(|wall| format!("{} to {}", seconds(wall.min), seconds(wall.max)));
    vec![
        if row.command.is_empty() {
            row.name.clone()
        } else {
            format!("{} (`{}`)", row.name, row.command)
        },
        row.median().map_or_else(|| "-".into(), seconds),
        range.unwrap_or_default(),
        row.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
        time(row.cpu_s),
        row.peak_mib.map(|peak| format!("{peak:.0} MiB")).unwrap_or_default(),
        row.executed.map(|count| count.to_string()).unwrap_or_default(),
        if row.runs == 0 { String::new() } else { row.runs.to_string() },
    ]
}

/// Writes a Markdown table with columns of even width; all but the first are set to the right.
fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([heads[column].chars().count(), 3]).max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..heads.len()).map(width).collect();
    let mut text = String::new();
    let mut push = |cells: &mut dyn Iterator<Item = String>| {
        for (column, cell) in cells.enumerate() {
            let fill = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
            let (left, right) = if column == 0 { ("", fill.as_str()) } else { (fill.as_str(), "") };
            let _ = write!(text, "| {left}{cell}{right} ");
        }
        text.push_str("|\n");
    };
    push(&mut heads.iter().map(|head| (*head).to_owned()));
    let rule = |(column, width): (usize, &usize)| {
        if column == 0 { "-".repeat(*width) } else { format!("{}:", "-".repeat(width - 1)) }
    };
    push(&mut widths.iter().enumerate().map(rule));
    for row in rows {
        push(&mut row.iter().cloned());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Summary;

    #[test]
    fn columns_are_even_and_numbers_stand_to_the_right() {
        let rows = [vec!["make".to_owned(), "24.0 ms".into()], vec!["n2".into(), "9 ms".into()]];
        let expected = "\
| tool |  median |
| ---- | ------: |
| make | 24.0 ms |
| n2   |    9 ms |
";
        assert_eq!(table(&["tool", "median"], &rows), expected);
    }

    #[test]
    fn a_long_problem_is_told_in_one_line() {
        assert_eq!(in_one_line("failed:\n trace\n\n at\n why\n"), "failed: / at / why");
        assert_eq!(in_one_line("short"), "short");
        assert_eq!(in_one_line(""), "");
    }

    #[test]
    fn says_under_the_table_why_a_tool_has_no_numbers() {
        let mut row = Row::derived("dvc", None);
        row.problem = Some("given up after 600 s".into());
        let first = Row::derived("orchestrate", Summary::of([1.0]));
        let text = group(&Group::new("First run".into(), 0.4, vec![first, row]));
        assert!(text.starts_with("## First run\n\n| tool "), "{text}");
        assert!(!text.contains("memory"), "{text}");
        assert!(text.contains("\n- dvc: given up after 600 s\n"), "{text}");
        assert!(text.ends_with("The machine was 40 % busy before this table.\n"), "{text}");
    }
}
