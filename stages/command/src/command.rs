//! From parameters and a job to a command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipeline_engine::{CommandLine, Job, StageError};
use pipeline_spec::{quoted_list, suggest};

use crate::placeholder::{Piece, Placeholder, parse};
use crate::{CommandParams, Run, source_dir};

/// The file in the scratch folder that describes the job to the program.
const JOB_FILE: &str = "job.json";
/// The folder in the scratch folder that holds the declared files.
const SOURCE_DIR: &str = "sources";
/// The variable with the path of the job file.
const JOB_VARIABLE: &str = "ORCHESTRATE_JOB";
/// What makes Python say what it has to say at once, and order sets alike each time.
const PYTHON: [(&str, &str); 2] = [("PYTHONUNBUFFERED", "1"), ("PYTHONHASHSEED", "0")];

/// Writes the job file, lays out the declared files if the program wants them, and fills in the
/// placeholders.
pub(crate) fn command_line(params: &CommandParams, job: &Job) -> Result<CommandLine, StageError> {
    let filling = Filling { params, job };
    let texts = match &params.run {
        Run::Shell(text) => std::slice::from_ref(text),
        Run::Words(words) => words,
    };
    let run = texts.iter().map(|text| filling.pieces(text)).collect::<Result<Vec<_>, _>>()?;
    let environment = params
        .environment
        .iter()
        .map(|(name, text)| Ok((name.clone(), filling.pieces(text)?)))
        .collect::<Result<Vec<_>, StageError>>()?;

    let all = run.iter().chain(environment.iter().map(|(_, pieces)| pieces)).flatten();
    if all.clone().any(|piece| *piece == Piece::Placeholder(Placeholder::SourceDir)) {
        source_dir::make(&filling.source_dir(), &job.sources)?;
    }
    fs_err::create_dir_all(&job.resume).map_err(StageError::new)?;
    filling.write_job()?;

    let mut variables: BTreeMap<String, String> =
        PYTHON.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    variables.insert(JOB_VARIABLE.to_owned(), text_of(&filling.job_file())?);
    for (name, pieces) in environment {
        variables.insert(name, filling.joined(&pieces, " ", str::to_owned)?);
    }
    let mut words = Vec::new();
    match &params.run {
        Run::Shell(_) => {
            let script = filling.joined(run.first().map_or(&[], Vec::as_slice), " ", quoted)?;
            // `-e`: what fails in the middle must not be followed by an apparent success.
            words.extend(["sh".to_owned(), "-e".to_owned(), "-c".to_owned(), script]);
        }
        Run::Words(_) => {
            for pieces in &run {
                words.extend(filling.words(pieces)?);
            }
        }
    }
    let mut words = words.into_iter();
    let program = words
        .next()
        .ok_or_else(|| StageError::message("`run` names no program once it is filled in"))?;
    Ok(CommandLine {
        program,
        arguments: words.collect(),
        environment: variables,
        pass_environment: params.pass_environment.clone(),
        readable: params.readable.iter().map(PathBuf::from).collect(),
    })
}

/// Fills in the placeholders for one job.
struct Filling<'a> {
    params: &'a CommandParams,
    job: &'a Job,
}

impl Filling<'_> {
    /// A text taken apart; mistakes in it have been reported before.
    fn pieces(&self, text: &str) -> Result<Vec<Piece>, StageError> {
        parse(text, &self.params.known()).map_err(|errors| {
            let messages: Vec<_> = errors.into_iter().map(|error| error.message).collect();
            StageError::message(messages.join("; "))
        })
    }

    fn job_file(&self) -> PathBuf {
        self.job.scratch.join(JOB_FILE)
    }

    fn source_dir(&self) -> PathBuf {
        self.job.scratch.join(SOURCE_DIR)
    }

    /// The job as the program sees it: its own parameters instead of ours.
    fn write_job(&self) -> Result<(), StageError> {
        let params = serde_json::to_value(&self.params.params).map_err(StageError::new)?;
        let job = Job { params, ..self.job.clone() };
        let text = serde_json::to_vec_pretty(&job).map_err(StageError::new)?;
        fs_err::write(self.job_file(), text).map_err(StageError::new)
    }

    /// The words that one word becomes: several for a list of folders, none for an input that is
    /// not connected.
    fn words(&self, pieces: &[Piece]) -> Result<Vec<String>, StageError> {
        if let [Piece::Placeholder(placeholder @ Placeholder::Input(_))] = pieces {
            return self.values(placeholder);
        }
        Ok(vec![self.joined(pieces, " ", str::to_owned)?])
    }

    /// A text with every placeholder filled in.
    fn joined(
        &self,
        pieces: &[Piece],
        separator: &str,
        form: impl Fn(&str) -> String,
    ) -> Result<String, StageError> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Placeholder(placeholder) => {
                    let values = self.values(placeholder)?;
                    let values: Vec<_> = values.iter().map(|value| form(value)).collect();
                    text.push_str(&values.join(separator));
                }
            }
        }
        Ok(text)
    }

    fn values(&self, placeholder: &Placeholder) -> Result<Vec<String>, StageError> {
        let job = self.job;
        let one = |path: &Path| Ok(vec![text_of(path)?]);
        match placeholder {
            Placeholder::Input(port) => job
                .inputs
                .get(port)
                .into_iter()
                .flatten()
                .map(|input| text_of(&input.dir))
                .collect(),
            Placeholder::Output(port) => match job.outputs.get(port) {
                Some(dir) => one(dir),
                None => Err(StageError::message(format!("the job has no output `{port}`"))),
            },
            Placeholder::Source(name) => self.source(name),
            Placeholder::SourceDir => one(&self.source_dir()),
            Placeholder::Scratch => one(&job.scratch),
            Placeholder::Resume => one(&job.resume),
            Placeholder::Job => one(&self.job_file()),
            Placeholder::Cpus => Ok(vec![job.granted.cpus.to_string()]),
            Placeholder::Gpus => {
                let gpus: Vec<_> = job.granted.gpus.iter().map(u32::to_string).collect();
                Ok(vec![gpus.join(",")])
            }
        }
    }

    fn source(&self, name: &str) -> Result<Vec<String>, StageError> {
        // As it is written under `sources`, or as it is called in the listing.
        let plain = name.trim_start_matches("./").trim_start_matches("../");
        if let Some(path) = self.job.sources.get(plain) {
            return Ok(vec![text_of(path)?]);
        }
        let names: Vec<&str> = self.job.sources.keys().map(String::as_str).collect();
        let guess = suggest(name, &names).map(|name| format!("did you mean `{name}`? "));
        let some = quoted_list(names.iter().take(20));
        Err(StageError::message(format!("there is no source file `{name}`"))
            .with_help(format!("{}the sources are {some}", guess.unwrap_or_default())))
    }
}

fn text_of(path: &Path) -> Result<String, StageError> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| StageError::message(format!("the path {} is not UTF-8", path.display())))
}

/// A word that the shell takes as it is.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
