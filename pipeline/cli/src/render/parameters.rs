//! The description of a stage.

use pipeline_engine::{Arity, Placement, Ports, StageInfo};

use super::AddLine;
use super::{Parameter, wrap};

/// Width of descriptions in characters.
const WIDTH: usize = 96;

/// For the terminal.
pub(crate) fn text(info: &StageInfo, ports: Option<&Ports>, parameters: &[Parameter]) -> String {
    let mut text = format!("{} (version {}): {}\n", info.name, info.version, info.summary);
    text.line(format_args!("runs {}", placement(info.placement)));
    if let Some(ports) = ports {
        for (title, lines) in [("inputs", input_lines(ports)), ("outputs", output_lines(ports))] {
            if !lines.is_empty() {
                text.line(format_args!("\n{title}:"));
                for line in lines {
                    text.line(format_args!("  {line}"));
                }
            }
        }
    }
    text.push_str(if parameters.is_empty() { "\nno parameters\n" } else { "\nparameters:\n" });
    for parameter in parameters {
        let indent = "  ".repeat(parameter.depth + 1);
        text.line(format_args!("{indent}{}{}", parameter.name, heading(parameter)));
        for line in wrap(&parameter.doc, WIDTH.saturating_sub(indent.len() + 4)) {
            text.line(format_args!("{indent}    {line}"));
        }
    }
    text
}

/// As a section of a reference page.
pub(crate) fn markdown(
    info: &StageInfo,
    ports: Option<&Ports>,
    parameters: &[Parameter],
) -> String {
    let mut text = format!(
        "## `{}`\n\n{}. Version {}; runs {}.\n",
        info.name,
        capitalized(info.summary),
        info.version,
        placement(info.placement)
    );
    if let Some(ports) = ports {
        for (title, lines) in [("Inputs", input_lines(ports)), ("Outputs", output_lines(ports))] {
            if !lines.is_empty() {
                text.line(format_args!("\n{title}:\n"));
                for line in lines {
                    text.line(format_args!("- {line}"));
                }
            }
        }
    }
    if parameters.is_empty() {
        text.push_str("\nIt has no parameters.\n");
        return text;
    }
    text.push_str("\n| Parameter | Value | Default | Meaning |\n| --- | --- | --- | --- |\n");
    for parameter in parameters {
        let default = match (&parameter.default, parameter.required) {
            (Some(default), _) => format!("`{default}`"),
            (None, true) => "required".to_owned(),
            (None, false) => String::new(),
        };
        let doc = wrap(&parameter.doc, usize::MAX).join("<br>");
        let cells = [&format!("`{}`", parameter.path), &parameter.kind, &default, &doc];
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        text.line(format_args!("| {} |", cells.join(" | ")));
    }
    text
}

fn heading(parameter: &Parameter) -> String {
    if parameter.variant {
        return ":".to_owned();
    }
    let rest = match (&parameter.default, parameter.required) {
        // A default that is a map is told by the fields inside.
        (Some(default), _) if !default.starts_with('{') => format!(", default {default}"),
        (None, true) => ", required".to_owned(),
        _ => String::new(),
    };
    format!(": {}{rest}", parameter.kind)
}

fn placement(placement: Placement) -> String {
    match placement {
        Placement::InProcess => "in the orchestrator".to_owned(),
        Placement::Command => "as a program of its own".to_owned(),
        Placement::Worker(program) => format!("in the worker `{program}`"),
    }
}

fn input_lines(ports: &Ports) -> Vec<String> {
    let arity = |arity| match arity {
        Arity::One => "",
        Arity::Optional => " (optional)",
        Arity::Many => " (gathers all)",
        Arity::Any => " (gathers all, optional)",
    };
    ports
        .inputs
        .iter()
        .map(|port| format!("{}: {}{}", port.name, port.kind, arity(port.arity)))
        .collect()
}

fn output_lines(ports: &Ports) -> Vec<String> {
    ports.outputs.iter().map(|port| format!("{}: {}", port.name, port.kind)).collect()
}

fn capitalized(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
