//! What the program that runs both forms has found.

use serde::Deserialize;

use crate::error::BenchError;
use crate::report::{Group, Row};
use crate::statistics::Summary;
use crate::target::Target;

/// How many times faster than the published form the fast one is meant to be.
const WANTED: f64 = 2.0;
/// How far the values of both forms may differ, and their gradients as a share. The published form
/// sums up hundreds of thousands of products in single precision.
const TOLERANCE: [f64; 2] = [1e-4, 1e-2];

/// One form at one shape.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Outcome {
    form: String,
    size: [u64; 4],
    window: u64,
    layout: String,
    /// The value of the loss.
    loss: f64,
    /// The length of its gradient.
    gradient: f64,
    /// Time of forward and backward, of each repeat.
    seconds: Vec<f64>,
}

/// Reads what the program wrote, which is the forms of each shape one behind the other.
///
/// # Errors
/// [`BenchError::Json`] if it is anything else.
pub(super) fn read(text: &str) -> Result<Vec<[Outcome; 2]>, BenchError> {
    let outcomes: Vec<Outcome> =
        text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let pairs = outcomes.chunks_exact(2).map(|pair| [pair[0].clone(), pair[1].clone()]);
    Ok(pairs.collect())
}

/// Says in what both forms differ more than rounding explains.
pub(super) fn disagreement([fast, published]: &[Outcome; 2]) -> Option<String> {
    let value = (fast.loss - published.loss).abs();
    let gradient = (fast.gradient - published.gradient).abs() / published.gradient;
    let agree = value <= TOLERANCE[0] && gradient <= TOLERANCE[1];
    (!agree).then(|| {
        format!(
            "{}: values {} and {}, lengths of the gradient {} and {}",
            shape(fast),
            fast.loss,
            published.loss,
            fast.gradient,
            published.gradient
        )
    })
}

/// Makes the table of one shape.
pub(super) fn group(pair: &[Outcome; 2], threads: usize, busy: f64) -> Group {
    let rows = pair.iter().map(|outcome| Row {
        runs: outcome.seconds.len(),
        ..Row::derived(&outcome.form, summary(outcome))
    });
    Group::new(format!("{}, {}", shape(&pair[0]), in_words(threads)), busy, rows.collect())
}

/// Says what is wanted of the fast form, and whether it was found.
pub(super) fn target([fast, published]: &[Outcome; 2], threads: usize) -> Target {
    let what = format!("{}, {}", shape(fast), in_words(threads));
    Target::speed(what, WANTED, summary(published), summary(fast))
}

/// Makes a row of how many times longer the published form took, round by round: shape, threads,
/// median, smallest and largest.
pub(super) fn ratios([fast, published]: &[Outcome; 2], threads: usize) -> Vec<String> {
    let pairs = fast.seconds.iter().zip(&published.seconds);
    let ratios = Summary::of(pairs.map(|(fast, published)| published / fast));
    let number = |of: fn(&Summary) -> f64| {
        ratios.as_ref().map_or_else(|| "-".into(), |ratios| format!("{:.2}", of(ratios)))
    };
    vec![
        shape(fast),
        threads.to_string(),
        number(|ratios| ratios.median),
        number(|ratios| ratios.min),
        number(|ratios| ratios.max),
    ]
}

fn summary(outcome: &Outcome) -> Option<Summary> {
    Summary::of(outcome.seconds.iter().copied())
}

fn shape(outcome: &Outcome) -> String {
    format!("{:?} d = {}, {}", outcome.size, outcome.window, outcome.layout)
}

fn in_words(threads: usize) -> String {
    format!("{threads} thread{}", if threads == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> [Outcome; 2] {
        let line = |form: &str, seconds: &str| {
            format!(
                r#"{{"form": "{form}", "size": [10, 4, 224, 224], "window": 1, "layout": "any",
                "loss": -0.1, "gradient": 0.5, "seconds": {seconds}}}"#
            )
            .replace('\n', " ")
        };
        let text = [line("fast", "[2.0, 1.0, 4.0]"), line("published", "[6.0, 5.0, 10.0]")];
        let [pair] = read(&text.join("\n")).unwrap().try_into().unwrap();
        pair
    }

    #[test]
    fn ratios_are_of_the_same_round() {
        // 6 / 2, 5 / 1 and 10 / 4.
        let shape = "[10, 4, 224, 224] d = 1, any";
        assert_eq!(ratios(&pair(), 2), [shape, "2", "3.00", "2.50", "5.00"]);
    }

    #[test]
    fn medians_decide_whether_the_target_is_met() {
        // 6 / 2.
        let target = target(&pair(), 1);
        assert_eq!(target.what, "[10, 4, 224, 224] d = 1, any, 1 thread");
        assert_eq!(target.met, Some(true));
        let [fast, published] = pair();
        assert_eq!(super::target(&[published, fast], 1).met, Some(false));
    }

    #[test]
    fn the_table_has_a_row_for_each_form() {
        let group = group(&pair(), 2, 0.0);
        assert!(group.title.ends_with("any, 2 threads"));
        assert_eq!(group.row("published").unwrap().ratio, Some(3.0));
        assert_eq!(group.row("fast").unwrap().runs, 3);
    }

    #[test]
    fn both_forms_must_find_the_same() {
        let mut pair = pair();
        assert_eq!(disagreement(&pair), None);
        pair[1].gradient = 0.6;
        assert!(disagreement(&pair).unwrap().contains("0.5 and 0.6"));
        pair[1].gradient = f64::NAN;
        assert!(disagreement(&pair).is_some());
    }

    #[test]
    fn refuses_what_is_not_an_outcome() {
        assert!(read("ready\n").is_err());
    }
}
