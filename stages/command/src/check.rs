//! Everything wrong with the parameters that types cannot say.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use pipeline_engine::ParamProblem;

use crate::glob::is_pattern;
use crate::placeholder::{Known, Piece, Placeholder, parse};
use crate::{CommandParams, Run};

/// Every problem of the parameters.
pub(crate) fn problems(params: &CommandParams) -> Vec<ParamProblem> {
    let mut problems = Vec::new();
    of_run(params, &mut problems);
    of_ports(params, &mut problems);
    of_sources(params, &mut problems);
    of_environment(params, &mut problems);
    problems
}

impl CommandParams {
    /// What placeholders may name.
    pub(crate) fn known(&self) -> Known<'_> {
        Known {
            inputs: self.inputs.keys().map(String::as_str).collect(),
            outputs: self.outputs.keys().map(String::as_str).collect(),
            has_sources: !self.sources.is_empty(),
        }
    }

    /// Whether an input is a list of folders.
    pub(crate) fn is_many(&self, port: &str) -> bool {
        self.inputs.get(port).is_some_and(|input| input.many)
    }
}

fn of_run(params: &CommandParams, problems: &mut Vec<ParamProblem>) {
    let help = "write the program and its arguments, such as `[python, \"{source_dir}/train.py\"]`";
    match &params.run {
        Run::Shell(text) => {
            if text.trim().is_empty() {
                problems.push(ParamProblem::new("run", "found an empty text").with_help(help));
            }
            of_text(params, "run", text, problems);
        }
        Run::Words(words) => {
            if words.first().is_none_or(|program| program.trim().is_empty()) {
                problems.push(ParamProblem::new("run", "names no program").with_help(help));
            }
            for (i, word) in words.iter().enumerate() {
                let at = format!("run[{i}]");
                let Some(pieces) = of_text(params, &at, word, problems) else { continue };
                alone(params, &at, &pieces, problems);
            }
            if let Some(program) = words.first()
                && program.contains('/')
                && !program.starts_with(['/', '{'])
                && !is_declared(params, program)
            {
                let message = format!("`{program}` is not declared, so nobody would see it change");
                let help = "name it under `sources`, or a folder of installed programs under \
                            `readable`";
                problems.push(ParamProblem::new("run[0]", message).with_help(help));
            }
        }
    }
}

/// Whether a program lies in a folder, or is a file, that the parameters name.
fn is_declared(params: &CommandParams, program: &str) -> bool {
    let plain = |path: &str| -> PathBuf {
        Path::new(path).components().filter(|part| *part != Component::CurDir).collect()
    };
    let program = plain(program);
    params
        .sources
        .iter()
        .chain(&params.readable)
        .any(|path| is_pattern(path) || program.starts_with(plain(path)))
}

/// A list of folders can be a list of words, not a piece of one.
fn alone(params: &CommandParams, at: &str, pieces: &[Piece], problems: &mut Vec<ParamProblem>) {
    for piece in pieces {
        if let Piece::Placeholder(Placeholder::Input(port)) = piece
            && params.is_many(port)
            && pieces.len() > 1
        {
            let message = format!("`{{inputs.{port}}}` stands for several folders");
            let help = "make it a word of its own, or read the folders from `{job}`";
            problems.push(ParamProblem::new(at, message).with_help(help));
        }
    }
}

fn of_text(
    params: &CommandParams,
    at: &str,
    text: &str,
    problems: &mut Vec<ParamProblem>,
) -> Option<Vec<Piece>> {
    if text.contains('\0') {
        problems.push(ParamProblem::new(at, "found a zero byte"));
    }
    match parse(text, &params.known()) {
        Ok(pieces) => Some(pieces),
        Err(errors) => {
            problems.extend(
                errors
                    .into_iter()
                    .map(|error| ParamProblem::new(at, error.message).with_help(error.help)),
            );
            None
        }
    }
}

fn of_ports(params: &CommandParams, problems: &mut Vec<ParamProblem>) {
    if params.outputs.is_empty() {
        problems.push(
            ParamProblem::new("outputs", "there is none")
                .with_help("name what the program writes, such as `outputs: {model: checkpoint}`"),
        );
    }
    let inputs = params.inputs.iter().map(|(name, input)| ("inputs", name, &input.kind));
    let outputs = params.outputs.iter().map(|(name, output)| ("outputs", name, &output.kind));
    for (field, name, kind) in inputs.chain(outputs) {
        if !is_name(name) {
            problems.push(
                ParamProblem::new(format!("{field}.{name}"), format!("`{name}` is no port name"))
                    .with_help("use letters, digits, `_` and `-`"),
            );
        }
        if !is_name(kind) {
            problems.push(
                ParamProblem::new(
                    format!("{field}.{name}.kind"),
                    format!("`{kind}` is no artifact kind"),
                )
                .with_help("use letters, digits, `_` and `-`"),
            );
        }
    }
    for (name, input) in &params.inputs {
        if input.many && input.optional {
            problems.push(
                ParamProblem::new(format!("inputs.{name}"), "is both `many` and `optional`")
                    .with_help("`many` takes one or more; write one of the two"),
            );
        }
    }
    for (name, output) in &params.outputs {
        if let Some(file) = &output.shown
            && !is_inside(file)
        {
            problems.push(
                ParamProblem::new(
                    format!("outputs.{name}.shown"),
                    format!("`{file}` is no file of the output"),
                )
                .with_help("write its path in the output, such as `summary.md`"),
            );
        }
    }
}

fn of_sources(params: &CommandParams, problems: &mut Vec<ParamProblem>) {
    let mut seen = BTreeSet::new();
    for (i, source) in params.sources.iter().enumerate() {
        let at = format!("sources[{i}]");
        if source.trim().is_empty() {
            problems.push(ParamProblem::new(at, "found an empty path"));
        } else if Path::new(source).is_absolute() {
            let message = format!("`{source}` is an absolute path");
            let help = "write a path relative to the experiment's folder, so that the result does \
                        not depend on the machine";
            problems.push(ParamProblem::new(at, message).with_help(help));
        } else if climbs_late(source) {
            let message = format!("`{source}` climbs out of a folder that it names");
            let help = "write `..` only at the beginning";
            problems.push(ParamProblem::new(at, message).with_help(help));
        } else if !seen.insert(source) {
            problems.push(ParamProblem::new(at, format!("`{source}` is listed twice")));
        }
    }
    for (i, path) in params.readable.iter().enumerate() {
        if path.trim().is_empty() {
            problems.push(ParamProblem::new(format!("readable[{i}]"), "found an empty path"));
        }
    }
}

fn of_environment(params: &CommandParams, problems: &mut Vec<ParamProblem>) {
    let is_variable = |name: &str| !name.is_empty() && !name.contains(['=', '\0', ' ']);
    for (name, value) in &params.environment {
        let at = format!("environment.{name}");
        if !is_variable(name) {
            problems.push(ParamProblem::new(&*at, format!("`{name}` is no variable name")));
        }
        of_text(params, &at, value, problems);
    }
    for (i, name) in params.pass_environment.iter().enumerate() {
        let at = format!("pass_environment[{i}]");
        if !is_variable(name) {
            problems.push(ParamProblem::new(&*at, format!("`{name}` is no variable name")));
        }
        if params.environment.contains_key(name) {
            let message = format!("`{name}` has a value under `environment` already");
            problems.push(ParamProblem::new(at, message).with_help("remove one of the two"));
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// Whether there is a `..` behind the name of a folder.
fn climbs_late(path: &str) -> bool {
    let is_up = |part: &Component<'_>| matches!(part, Component::ParentDir | Component::CurDir);
    Path::new(path).components().skip_while(is_up).any(|part| matches!(part, Component::ParentDir))
}

/// Whether a path is relative and never leaves the folder it starts in.
fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}
