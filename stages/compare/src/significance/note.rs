//! What the signs in a paper table mean.

use super::Significance;
use super::family::Family;
use super::paired::{Tested, Verdict};
use super::params::{CorrectionName, TestName};
use crate::aggregate::Summary;

/// The sentence for a table with these entries; none if nothing in it is compared.
pub(crate) fn note(significance: &Significance<'_>, entries: &[&Summary]) -> Option<String> {
    let compared: Vec<(&Family, &Tested)> =
        entries.iter().filter_map(|entry| significance.of(entry)).collect();
    let outcomes = || compared.iter().filter(|(_, tested)| tested.outcome.is_some());
    let subjects = range(outcomes().map(|(_, tested)| tested.subjects), "subject")?;
    let comparisons = range(outcomes().map(|(family, _)| family.comparisons()), "comparison")?;
    let marked = compared.iter().any(|(_, tested)| tested.verdict.sign().is_some());
    let reference = &significance.reference;
    let meaning = if marked {
        let (better, worse) = (Verdict::Better, Verdict::Worse);
        let [better, worse] = [better, worse].map(|verdict| verdict.sign().unwrap_or_default());
        format!("{better} significantly better, {worse} significantly worse than {reference}")
    } else {
        format!("No entry differs significantly from {reference}")
    };
    let params = significance.params;
    let how = test_name(params.test);
    let correction = correction(params.correction);
    let level = params.level;
    Some(format!(
        "{meaning}: {how} of paired per-subject values ({subjects}), p at most {level} \
         {correction} for {comparisons}."
    ))
}

/// `two-sided Wilcoxon signed-rank test`.
pub(crate) fn test_name(test: TestName) -> &'static str {
    match test {
        TestName::Wilcoxon => "two-sided Wilcoxon signed-rank test",
    }
}

/// `after Holm's correction`, before `for 4 comparisons`.
pub(crate) fn correction(correction: CorrectionName) -> &'static str {
    match correction {
        CorrectionName::Holm => "after Holm's correction",
        CorrectionName::Bonferroni => "after Bonferroni's correction",
        CorrectionName::BenjaminiHochberg => "after the correction of Benjamini and Hochberg",
        CorrectionName::None => "without a correction",
    }
}

/// `20 subjects`, `18 to 20 subjects`; none of nothing.
pub(crate) fn range(counts: impl Iterator<Item = u32> + Clone, noun: &str) -> Option<String> {
    let (fewest, most) = (counts.clone().min()?, counts.max()?);
    Some(match (fewest, most) {
        (1, 1) => format!("1 {noun}"),
        (fewest, most) if fewest == most => format!("{most} {noun}s"),
        (fewest, most) => format!("{fewest} to {most} {noun}s"),
    })
}
