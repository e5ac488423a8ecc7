//! `orchestrate export tensorboard`.

use std::path::Path;

use pipeline_cli::{CommandContext, Ending, RecordedArtifact, RecordedRun};
use pipeline_engine::NodeReport;
use pipeline_spec::Diagnostic;
use stages_tables::{LogRow, LogTable, MetricsTable, PerformanceTable, kind};
use stages_tensorboard::{EventError, EventFile, HyperParameter};

use super::arguments::TensorboardArguments;
use super::folders::{folders, template, title};
use super::lineage::{downstream, parameters};
use super::mistake::{failed, free, missing};
use super::scores::scores;
use super::times::{EpochTimes, Starts};

/// Writes an event file for every training log of a run.
pub(super) fn export(
    arguments: &TensorboardArguments,
    context: &CommandContext<'_>,
) -> Result<Ending, Vec<Diagnostic>> {
    let run = context.recorded_run(&arguments.run.places, &arguments.run.run)?;
    let logs = run.artifacts(kind::TRAINING_LOG);
    if logs.is_empty() {
        let message = format!("no node of `{}` has left a training log", run.experiment());
        return Err(missing(message, "`orchestrate show RUN` lists what became of each node"));
    }
    let nodes: Vec<&NodeReport> = logs.iter().map(|log| log.node).collect();
    let files: Vec<_> = folders(&nodes)
        .into_iter()
        .map(|folder| arguments.out.join(folder).join(EventFile::NAME))
        .collect();
    for file in &files {
        free(file)?;
    }
    let starts = Starts::read(&run);
    let progress = context.progress("trainings", logs.len() as u64);
    for (log, file) in logs.iter().zip(&files) {
        if context.cancellation().is_cancelled() {
            context.note("stopped before all trainings were exported");
            return Ok(Ending::Failed);
        }
        write(&run, log, starts.of(log.node), file)?;
        progress.advance(log.node.node.as_str());
    }
    drop(progress);
    let lines: Vec<String> = files.iter().map(|file| format!("{}\n", file.display())).collect();
    context.data(&lines.concat());
    context.note(&format!("look at it with: tensorboard --logdir {}", arguments.out.display()));
    Ok(Ending::Done)
}

/// What is said of one training.
struct Training<'a> {
    node: &'a NodeReport,
    log: Vec<LogRow>,
    performance: Vec<LogRow>,
    parameters: Vec<(String, String)>,
    scores: Vec<(String, f64)>,
    began: f64,
}

fn write(
    run: &RecordedRun,
    log: &RecordedArtifact<'_>,
    began: f64,
    file: &Path,
) -> Result<(), Vec<Diagnostic>> {
    let training = Training {
        node: log.node,
        log: read_log(run, log)?,
        performance: performance(run, log.node)?,
        parameters: parameters(run, &[log.node]),
        scores: evaluated(run, log.node)?,
        began,
    };
    let folder = file.parent().unwrap_or(Path::new("."));
    fs_err::create_dir_all(folder).map_err(|error| failed(&error))?;
    // Under its name only when it is whole. TensorBoard takes any name with `tfevents` in it.
    let partial = folder.join(".partial");
    let written = training.write(&partial).map_err(|error| failed(&error)).and_then(|()| {
        free(file)?;
        fs_err::rename(&partial, file).map_err(|error| failed(&error))
    });
    if written.is_err() {
        // What went wrong is said already.
        let _ = fs_err::remove_file(&partial);
    }
    written
}

impl Training<'_> {
    fn write(&self, path: &Path) -> Result<(), EventError> {
        let epochs = self.log.iter().chain(&self.performance).map(|row| row.epoch + 1).max();
        let times =
            EpochTimes::new(self.began, self.node.seconds, epochs.unwrap_or(0), &self.performance);
        // A file that was left by a killed export.
        let _ = fs_err::remove_file(path);
        let mut events = EventFile::create(path, self.began)?;
        events.text("about", 0, self.began, &self.about())?;
        events.text("parameters", 0, self.began, &markdown(&self.parameters))?;
        let values: Vec<_> = self.parameters.iter().map(|(name, text)| typed(name, text)).collect();
        events.hyper_parameters(self.began, &values)?;
        for (prefix, rows) in [("", &self.log), ("performance/", &self.performance)] {
            for epoch in rows.chunk_by(|a, b| a.epoch == b.epoch) {
                let at = epoch[0].epoch;
                let tags: Vec<String> =
                    epoch.iter().map(|row| format!("{prefix}{}", row.name)).collect();
                let values = tags.iter().zip(epoch).map(|(tag, row)| (&**tag, row.value as f32));
                events.scalars(i64::from(at), times.end_of(at), values)?;
            }
        }
        if !self.scores.is_empty() {
            let last = epochs.unwrap_or(1) - 1;
            let values = self.scores.iter().map(|(tag, value)| (tag.as_str(), *value as f32));
            events.scalars(i64::from(last), times.end_of(last), values)?;
        }
        events.finish()
    }

    fn about(&self) -> String {
        let mut rows = vec![
            ("node".to_owned(), self.node.node.to_string()),
            ("variant".to_owned(), title(self.node)),
            ("stage".to_owned(), self.node.stage.clone()),
        ];
        rows.extend(self.node.key.map(|key| ("action".to_owned(), key.to_string())));
        rows.push(("seconds".to_owned(), format!("{:.1}", self.node.seconds)));
        let environment = self.node.environment.iter();
        rows.extend(environment.map(|(name, value)| (name.clone(), value.clone())));
        markdown(&rows)
    }
}

/// The log of a training.
pub(super) fn read_log(
    run: &RecordedRun,
    log: &RecordedArtifact<'_>,
) -> Result<Vec<LogRow>, Vec<Diagnostic>> {
    let placed = run.place(log.digest)?;
    Ok(LogTable::read(&placed.dir()).map_err(|error| failed(&error))?.rows)
}

/// The speed of a training, where the node has said it.
pub(super) fn performance(
    run: &RecordedRun,
    node: &NodeReport,
) -> Result<Vec<LogRow>, Vec<Diagnostic>> {
    let all = run.artifacts(kind::PERFORMANCE);
    let Some(own) = all.iter().find(|artifact| artifact.node.node == node.node) else {
        return Ok(Vec::new());
    };
    let placed = run.place(own.digest)?;
    Ok(PerformanceTable::read(&placed.dir()).map_err(|error| failed(&error))?.rows)
}

/// The scores of what was evaluated of a training: `scores/dice/RV/native/best`, with the evaluation's
/// name after the first part if there are several. TensorBoard sorts them behind the curves.
fn evaluated(run: &RecordedRun, node: &NodeReport) -> Result<Vec<(String, f64)>, Vec<Diagnostic>> {
    let evaluations = downstream(run, node, kind::METRICS);
    let mut all = Vec::new();
    for metrics in &evaluations {
        let placed = run.place(metrics.digest)?;
        let table = MetricsTable::read(&placed.dir()).map_err(|error| failed(&error))?;
        let twins = evaluations.iter().filter(|one| template(one.node) == template(metrics.node));
        let group = match (evaluations.len(), twins.count()) {
            (1, _) => "scores".to_owned(),
            (_, 1) => format!("scores/{}", template(metrics.node)),
            _ => format!("scores/{}", metrics.node.node),
        };
        let scores = scores(&table).into_iter();
        all.extend(scores.map(|(key, value)| (format!("{group}/{key}"), value)));
    }
    Ok(all)
}

fn typed(name: &str, text: &str) -> (String, HyperParameter) {
    let value = match (text, text.parse::<f64>()) {
        ("true" | "false", _) => HyperParameter::Truth(text == "true"),
        (_, Ok(number)) if number.is_finite() => HyperParameter::Number(number),
        _ => HyperParameter::Text(text.to_owned()),
    };
    (name.to_owned(), value)
}

/// A table of two columns; what would end a cell or begin markup is shown as it is.
fn markdown(rows: &[(String, String)]) -> String {
    let cell = |text: &str| {
        let mut cell = String::new();
        for c in text.chars() {
            match c {
                '\n' | '\r' => cell.push(' '),
                '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' => cell.extend(['\\', c]),
                '<' => cell.push_str("&lt;"),
                '&' => cell.push_str("&amp;"),
                c => cell.push(c),
            }
        }
        cell
    };
    let line = |(name, value): &(String, String)| format!("| {} | {} |\n", cell(name), cell(value));
    let lines: Vec<String> = rows.iter().map(line).collect();
    format!("| name | value |\n|---|---|\n{}", lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_the_type_that_they_look_like() {
        assert_eq!(typed("a", "1e-3").1, HyperParameter::Number(1e-3));
        assert_eq!(typed("a", "true").1, HyperParameter::Truth(true));
        for text in ["inf", "NaN", "[1,2]", "adam", ""] {
            assert_eq!(typed("a", text).1, HyperParameter::Text(text.to_owned()));
        }
    }

    #[test]
    fn tables_stay_tables_whatever_stands_in_them() {
        let rows = [("a|b".to_owned(), "x\ny <b> *".to_owned())];
        assert_eq!(markdown(&rows), "| name | value |\n|---|---|\n| a\\|b | x y &lt;b> \\* |\n");
    }
}
