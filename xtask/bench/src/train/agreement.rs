//! Do both sides compute the same?

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::BenchError;
use crate::measure::{Invocation, step};
use crate::report::Section;

/// Steps whose losses are compared.
const STEPS: usize = 3;
/// How far losses and gradients may be apart, in relation to their size.
const LIMITS: [(&str, Limits); 2] = [
    (
        "fp32",
        Limits {
            loss: 1e-5,
            gradient: 1e-3,
            // The first steps of Adam go by the sign of the gradient, also where it is almost zero.
            later: 5e-3,
        },
    ),
    ("bf16", Limits { loss: 2e-2, gradient: 2e-1, later: 1e-1 }),
];

/// Relative differences that are accepted.
struct Limits {
    /// Of the first step's total and supervised loss.
    loss: f64,
    /// Of the norm of the first gradient.
    gradient: f64,
    /// Of the later steps' total loss.
    later: f64,
}

/// What one form of the step finds.
#[derive(Debug, Deserialize)]
struct Found {
    /// For every step, the losses by name; absent for ours, whose losses are in `reference.json`.
    #[serde(default)]
    losses: Vec<Losses>,
    gradient_norm: f64,
    gradient_error: f64,
}

type Losses = BTreeMap<String, f64>;

/// What our side wrote.
#[derive(Debug, Deserialize)]
struct Reference {
    default: String,
    fp32: Vec<Losses>,
    bf16: Vec<Losses>,
}

/// The outcome of the comparison.
pub(crate) struct Agreement {
    /// Our precision unless a user asks for another.
    pub(crate) default_precision: String,
    /// What was compared.
    pub(crate) section: Section,
    /// What is too far apart.
    pub(crate) problems: Vec<String>,
}

/// Has the first steps taken by both sides.
///
/// # Errors
/// What a program reports that cannot take part.
pub(crate) fn compare(
    ours: &Invocation,
    theirs: &Invocation,
    folder: &Path,
) -> Result<Agreement, BenchError> {
    let mut prepare = ours.clone();
    prepare.arguments.splice(0..0, ["prepare".into()]);
    prepare.arguments.extend(["--steps".into(), STEPS.to_string().into()]);
    step("the first steps in `orchestrate`", &prepare)?;
    let mut check = theirs.clone();
    check.arguments.extend(["--check".into(), STEPS.to_string().into(), "--moved".into()]);
    check.arguments.extend(LIMITS.map(|(precision, _)| precision.into()));
    let said = step("the first steps in PyTorch", &check)?;
    let text = fs_err::read_to_string(folder.join("reference.json"))?;
    let reference: Reference = serde_json::from_str(&text)?;
    let last = said.lines().rfind(|line| line.starts_with('{')).unwrap_or_default();
    Ok(judge(reference, serde_json::from_str(last)?))
}

fn judge(reference: Reference, mut forms: BTreeMap<String, Found>) -> Agreement {
    for (precision, losses) in [("fp32", reference.fp32), ("bf16", reference.bf16)] {
        if let Some(found) = forms.get_mut(precision) {
            found.losses = losses;
        }
    }
    let mut problems = Vec::new();
    for (precision, limits) in LIMITS {
        match forms.get(precision).zip(forms.get("eager")) {
            Some((ours, theirs)) => problems.extend(limits.broken(precision, ours, theirs)),
            None => problems.push(format!("{precision}: not compared")),
        }
    }
    let names = [
        ("exact", "PyTorch, fp64"),
        ("eager", "PyTorch, eager fp32"),
        ("tuned", "PyTorch, tuned by hand"),
        ("fp32", "orchestrate, fp32"),
        ("bf16", "orchestrate, bf16"),
    ];
    let rows = names
        .iter()
        .filter_map(|(form, name)| forms.get(*form).map(|found| found.cells(name)))
        .collect();
    Agreement { default_precision: reference.default, section: section(rows), problems }
}

fn section(rows: Vec<Vec<String>>) -> Section {
    let heads = [
        "form",
        "supervised",
        "consistency",
        "local MI",
        "total",
        "total of step 3",
        "gradient",
        "gradient error",
    ];
    Section {
        title: "The same work".into(),
        note:
            "Losses of the first step from the same weights on the same images, the total of the \
               third step, the norm of the first gradient, and the distance of that gradient from \
               the one in double precision, in relation to its norm."
                .into(),
        heads: heads.map(String::from).to_vec(),
        rows,
    }
}

impl Found {
    fn loss(&self, step: usize, name: &str) -> f64 {
        self.losses.get(step).and_then(|losses| losses.get(name)).copied().unwrap_or(f64::NAN)
    }

    fn cells(&self, name: &str) -> Vec<String> {
        let first = |loss: &str| format!("{:.6}", self.loss(0, loss));
        vec![
            name.into(),
            first("supervised"),
            first("consistency"),
            first("local_mi"),
            first("total"),
            format!("{:.5}", self.loss(STEPS - 1, "total")),
            format!("{:.4}", self.gradient_norm),
            format!("{:.1e}", self.gradient_error),
        ]
    }
}

impl Limits {
    /// Says what is too far apart. What is not a number is too far from everything.
    fn broken(&self, precision: &str, ours: &Found, theirs: &Found) -> Vec<String> {
        let loss = |step: usize, name: &str| (ours.loss(step, name), theirs.loss(step, name));
        let mut compared = vec![
            ("supervised loss".to_owned(), loss(0, "supervised"), self.loss),
            ("total loss".to_owned(), loss(0, "total"), self.loss),
            ("gradient norm".into(), (ours.gradient_norm, theirs.gradient_norm), self.gradient),
        ];
        for later in 1..STEPS {
            let name = format!("total loss of step {}", later + 1);
            compared.push((name, loss(later, "total"), self.later));
        }
        let too_far = |(_, (ours, theirs), limit): &(String, (f64, f64), f64)| {
            let apart = (ours - theirs).abs();
            apart.is_nan() || apart > limit * theirs.abs()
        };
        compared
            .into_iter()
            .filter(too_far)
            .map(|(what, (ours, theirs), limit)| {
                format!(
                    "{precision}: {what} is {ours} and in PyTorch {theirs}, more than {limit} apart"
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn losses(total: f64) -> Losses {
        [("total", total), ("supervised", 1.0), ("consistency", 0.1), ("local_mi", 0.0)]
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    }

    fn judged(first: f64, norm: f64) -> Agreement {
        let ours = || vec![losses(first), losses(1.0), losses(0.9)];
        let reference = Reference { default: "fp32".into(), fp32: ours(), bf16: ours() };
        let found = |gradient_norm, losses| Found { losses, gradient_norm, gradient_error: 0.0 };
        let theirs = vec![losses(1.1), losses(1.0), losses(0.9)];
        let forms = [
            ("eager", found(2.0, theirs)),
            ("fp32", found(norm, Vec::new())),
            ("bf16", found(norm, Vec::new())),
        ];
        judge(reference, forms.map(|(form, found)| (form.to_owned(), found)).into())
    }

    #[test]
    fn small_differences_are_accepted() {
        // Apart by 9e-6 and 5e-4 of their size.
        let agreement = judged(1.1 * (1.0 + 9e-6), 2.001);
        assert_eq!(agreement.problems, Vec::<String>::new());
        let names: Vec<_> = agreement.section.rows.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(names, ["PyTorch, eager fp32", "orchestrate, fp32", "orchestrate, bf16"]);
    }

    #[test]
    fn large_differences_are_named() {
        // 2e-5 of the total is too much for fp32, and little for bf16.
        let problems = judged(1.1 * (1.0 + 2e-5), 2.0).problems;
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("fp32: total loss is 1.10002"), "{problems:?}");
        assert_eq!(judged(1.1, 4.0).problems.len(), 2, "both gradients are twice as long");
        assert!(!judged(f64::NAN, 2.0).problems.is_empty());
    }
}
