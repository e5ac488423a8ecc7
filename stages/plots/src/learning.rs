//! Learning curves of the training logs.

use std::collections::BTreeMap;

use stages_figures::{LearningCurves, LearningRun, Quantity, Scale, Size};

use crate::grouping::{RunName, Section, sections};
use crate::index::{Drawn, Sheets};
use crate::material::{LogRun, Material};
use crate::words::{counted_range, sentence_case, titled};
use crate::{FigureKind, FiguresParams};

/// One figure a quantity and section.
pub(crate) fn draw(material: &Material, params: &FiguresParams, sheets: &mut Sheets) {
    let logged = logged(&material.logs);
    let mut wanted: Vec<&str> = Vec::new();
    for pattern in &params.learning.quantities {
        for name in logged.iter().filter(|name| matches(pattern, name)) {
            if !wanted.contains(name) {
                wanted.push(name);
            }
        }
    }
    if wanted.is_empty() && !logged.is_empty() {
        let listed = logged.join(", ");
        sheets.warnings.push(format!("no learning curves: the training logs have {listed}"));
    }
    let section = |run: &LogRun| Section { dataset: None, others: run.name.others.clone() };
    for name in wanted {
        for (section, runs) in sections(&material.logs, section) {
            let runs: Vec<_> = runs
                .into_iter()
                .map(|run| (&run.name, points(run, name)))
                .filter(|(_, points)| !points.is_empty())
                .collect();
            if !runs.is_empty() {
                sheets.add(drawn(material, params, name, &section, &runs));
            }
        }
    }
}

fn drawn(
    material: &Material,
    params: &FiguresParams,
    name: &str,
    section: &Section,
    runs: &[(&RunName, Vec<(u64, f64)>)],
) -> Drawn {
    let section = material.words(section);
    let (title, quantity) = quantity(name);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (run, _) in runs {
        *counts.entry(&run.method).or_default() += 1;
    }
    let counts: Vec<usize> = counts.into_values().collect();
    let caption = format!(
        "{title} along training, by method. Each line is the mean over {} of its method. Epochs \
         count from 0.",
        counted_range(&counts, "run")
    );
    let loss = name.starts_with("loss");
    let lines = runs.iter().map(|(run, points)| LearningRun {
        method: material.methods.name(&run.method).to_owned(),
        points: points.clone(),
    });
    let curves = LearningCurves {
        methods: material.methods.names.clone(),
        spread: params.spread.into(),
        scale: if loss { params.learning.loss_scale.into() } else { Scale::Linear },
        size: Size { width: params.width_px, ..Size::default() },
        ..LearningCurves::new(titled(&title, &section), quantity, lines.collect())
    };
    Drawn {
        kind: FigureKind::Learning,
        name: vec!["learning".to_owned(), name.to_owned()],
        section,
        caption,
        figure: curves.figure(),
    }
}

/// Every quantity of the logs, in the order in which they come up.
fn logged(logs: &[LogRun]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for row in logs.iter().flat_map(|log| &log.rows) {
        if !names.contains(&row.name.as_str()) {
            names.push(&row.name);
        }
    }
    names
}

/// Whether a name is meant by a pattern, of which `*` at the end stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

fn points(run: &LogRun, name: &str) -> Vec<(u64, f64)> {
    let rows = run.rows.iter().filter(|row| row.name == name);
    rows.map(|row| (u64::from(row.epoch), row.value)).collect()
}

/// What a quantity of the log is called as a title and on an axis, and which values it can have.
fn quantity(name: &str) -> (String, Quantity) {
    let loss = || Quantity::new("Loss");
    if let Some(class) = name.strip_prefix("validation/dice/") {
        let (title, axis) = match class {
            "mean" => ("Validation Dice".to_owned(), "Dice, mean over classes"),
            class => (format!("Validation Dice, {class}"), "Dice"),
        };
        return (title, Quantity::new(axis).within(0.0, 1.0));
    }
    match name {
        "loss/total" => ("Total training loss".to_owned(), loss()),
        "loss/supervised" => ("Supervised training loss".to_owned(), loss()),
        "learning_rate" => ("Learning rate".to_owned(), Quantity::new("Learning rate")),
        other => match other.strip_prefix("loss/") {
            Some(term) => (format!("Training loss: {}", term.replace('_', " ")), loss()),
            None => (sentence_case(other), Quantity::new("Value")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_at_the_end() {
        assert!(matches("loss/*", "loss/total") && matches("*", "x"));
        assert!(matches("loss/total", "loss/total") && !matches("loss/total", "loss/total2"));
    }

    #[test]
    fn quantities_are_named_for_readers() {
        let named = |name| {
            let (title, quantity) = quantity(name);
            format!("{title}: {}", quantity.name)
        };
        assert_eq!(named("validation/dice/mean"), "Validation Dice: Dice, mean over classes");
        assert_eq!(quantity("validation/dice/LV").1.bounds, (0.0, 1.0));
        assert_eq!(named("loss/local_mi"), "Training loss: local mi: Loss");
        assert_eq!(named("uncertainty/mask"), "Uncertainty/mask: Value");
    }
}
