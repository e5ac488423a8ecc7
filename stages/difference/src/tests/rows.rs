//! Rows of two runs, worked out by hand.

use stages_tables::{Grid, MetricState};

use super::toy::{measured, question, row};
use crate::{DifferenceError, Measured, Question, RowChange, Verdict, difference};

fn near(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() < 1e-12)
}

fn of<'a>(rows: &'a [RowChange], class: Option<&str>) -> &'a RowChange {
    rows.iter().find(|row| row.class.as_deref() == class).unwrap()
}

fn seeds(values: [[f64; 2]; 2]) -> Vec<Measured> {
    let one = |seed: &str, [p1, p2]: [f64; 2]| {
        measured(&[("method", "m"), ("seed", seed)], &[("p1", "LV", p1), ("p2", "LV", p2)])
    };
    vec![one("1", values[0]), one("2", values[1])]
}

#[test]
fn a_row_is_the_mean_over_scans_then_over_seeds() {
    // Seeds of A: (0.8 + 0.6) / 2 = 0.7 and (0.9 + 0.7) / 2 = 0.8: mean 0.75, std sqrt(0.005).
    // Seeds of B: 0.8 and 0.8: mean 0.8, std 0. Pooled variance (0.005 + 0) / 2.
    let a = seeds([[0.8, 0.6], [0.9, 0.7]]);
    let b = seeds([[0.9, 0.7], [0.9, 0.7]]);
    let found = difference(&a, &b, &question()).unwrap();
    let [row] = &found.rows[..] else { panic!("{:?}", found.rows) };
    assert_eq!(row.row["method"], "m");
    assert!(near(row.a.mean, 0.75) && near(row.a.std, 0.005_f64.sqrt()) && row.a.n == 2);
    assert!(near(row.b.mean, 0.8) && near(row.difference, 0.05));
    assert!(near(row.against.std, 0.05) && near(row.against.units, 1.0));
    // t with 2 degrees of freedom is 4.3027: the limit is 4.3027 · 0.05 · 1.
    assert_eq!(row.against.verdict, Verdict::Within);
    // p1 goes from 0.85 to 0.9, p2 from 0.65 to 0.7: two equal signs of two, p = 2 / 2² = 0.5.
    let paired = row.paired.unwrap();
    assert_eq!((paired.subjects, paired.dropped), (2, 0));
    assert!(near(paired.difference, 0.05) && near(paired.p, 0.5) && near(paired.p_holm, 0.5));
    assert_eq!(
        (found.unit.as_str(), found.grid, found.checkpoint.as_str()),
        ("1", "network", "best")
    );
    assert_eq!((found.subjects_both, found.variables.len()), (2, 1));
}

#[test]
fn the_same_run_has_not_moved() {
    let a = seeds([[0.8, 0.6], [0.9, 0.7]]);
    let found = difference(&a, &a, &question()).unwrap();
    assert!(found.rows.iter().all(|row| row.against.verdict == Verdict::Same));
    assert_eq!(found.moves, []);
}

#[test]
fn one_seed_has_no_spread() {
    let one = |value| vec![measured(&[("seed", "1")], &[("p1", "LV", value)])];
    let found = difference(&one(0.5), &one(0.75), &question()).unwrap();
    assert_eq!(found.rows[0].against.verdict, Verdict::NoSpread);
    assert!(near(found.rows[0].difference, 0.25));
    // One subject has a test that says nothing, and no interval.
    let paired = found.rows[0].paired.unwrap();
    assert_eq!((paired.p, paired.interval), (Some(1.0), None));
}

#[test]
fn other_subjects_are_told_and_only_common_ones_are_paired() {
    let a = [measured(&[], &[("p1", "LV", 0.5), ("p2", "LV", 0.6), ("p3", "LV", 0.7)])];
    let b = [measured(&[], &[("p2", "LV", 0.8), ("p4", "LV", 0.2)])];
    let found = difference(&a, &b, &question()).unwrap();
    assert_eq!(found.subjects_only_a, ["p1", "p3"]);
    assert_eq!(found.subjects_only_b, ["p4"]);
    let paired = found.rows[0].paired.unwrap();
    assert_eq!((found.subjects_both, paired.subjects, paired.dropped), (1, 1, 3));
    assert!(near(paired.difference, 0.2) && near(found.rows[0].difference, -0.1));
}

#[test]
fn a_class_that_one_run_lacks_is_told_and_the_mean_is_not_compared() {
    let a = [measured(&[], &[("p1", "LV", 0.5), ("p1", "RV", 0.7)])];
    let b = [measured(&[], &[("p1", "LV", 0.6)])];
    let found = difference(&a, &b, &question()).unwrap();
    assert_eq!(found.rows.len(), 3);
    assert!(near(of(&found.rows, Some("LV")).difference, 0.1));
    let right = of(&found.rows, Some("RV"));
    assert!(right.paired.is_none() && right.against.verdict == Verdict::NotComparable);
    assert_eq!((right.a.n, right.b.n), (1, 0));
    let mean = of(&found.rows, None);
    assert!(near(mean.a.mean, 0.6) && near(mean.b.mean, 0.6));
    assert_eq!((mean.difference, mean.against.verdict), (None, Verdict::NotComparable));
    // The subject moved by the class that both have.
    assert_eq!((found.moves.len(), found.moves[0].values), (1, 1));
}

#[test]
fn rows_of_one_run_only_stand_alone_unless_the_variable_is_ignored() {
    let one = |method, value| [measured(&[("method", method)], &[("p1", "LV", value)])];
    let (a, b) = (one("x", 0.5), one("y", 0.6));
    let found = difference(&a, &b, &question()).unwrap();
    assert_eq!(found.rows.len(), 2);
    assert!(found.rows.iter().all(|row| row.against.verdict == Verdict::NotComparable));
    let ignoring = Question { ignored: ["method".to_owned()].into(), ..question() };
    let found = difference(&a, &b, &ignoring).unwrap();
    assert!(near(found.rows[0].difference, 0.1) && found.variables.is_empty());
}

#[test]
fn what_is_undefined_takes_no_part() {
    let a = [measured(&[], &[("p1", "LV", f64::NAN), ("p2", "LV", 0.6)])];
    let b = [measured(&[], &[("p1", "LV", 0.9), ("p2", "LV", 0.6)])];
    let found = difference(&a, &b, &question()).unwrap();
    assert!(near(found.rows[0].a.mean, 0.6) && near(found.rows[0].b.mean, 0.75));
    let paired = found.rows[0].paired.unwrap();
    assert_eq!((paired.subjects, paired.dropped, paired.difference), (1, 1, Some(0.0)));
}

#[test]
fn subjects_are_told_from_the_largest_gain_to_the_largest_loss() {
    let scans = ["p1/ED", "p1/ES", "p2/ED", "p3/ED"];
    let run = |values: [f64; 4]| {
        let values: Vec<_> = scans.iter().zip(values).map(|(s, v)| (*s, "LV", v)).collect();
        [measured(&[], &values)]
    };
    let (a, b) = (run([0.5, 0.5, 0.5, 0.5]), run([0.6, 0.9, 0.1, 0.5]));
    let found = difference(&a, &b, &question()).unwrap();
    let names: Vec<&str> = found.moves.iter().map(|moved| moved.subject.as_str()).collect();
    // p1 by (0.1 + 0.4) / 2, p2 by -0.4, p3 not at all.
    assert_eq!(names, ["p1", "p2"]);
    let first = &found.moves[0];
    assert!(near(Some(first.gain), 0.25) && near(Some(first.b), 0.75) && first.values == 2);
    assert_eq!((first.most.phase.as_deref(), first.most.b), (Some("ES"), 0.9));
    assert!(near(Some(found.moves[1].gain), -0.4));
}

#[test]
fn a_distance_gains_by_falling_and_counts_its_diagonal_where_a_mask_is_empty() {
    let run = |value: f64| {
        let mut one = measured(&[], &[("p1", "LV", value)]);
        for row in &mut one.table.rows {
            row.higher_is_better = Some(false);
            row.unit = "mm".to_owned();
            row.diagonal_mm = Some(100.0);
            if value.is_nan() {
                row.state = MetricState::PredEmpty;
            }
        }
        [one]
    };
    let found = difference(&run(f64::NAN), &run(4.0), &question()).unwrap();
    assert_eq!((found.moves[0].difference, found.moves[0].gain), (-96.0, 96.0));
    // The table has no value there, and so no difference.
    assert_eq!((found.rows[0].a.n, found.rows[0].difference), (0, None));
    assert_eq!(found.rows[0].paired.unwrap().difference, Some(-96.0));
}

#[test]
fn what_is_asked_for_must_be_there() {
    let a = [measured(&[], &[("p1", "LV", 0.5)])];
    let ask = |question: &Question| difference(&a, &a, question).unwrap_err();
    let wrong = ask(&Question { metric: "dise".to_owned(), ..question() });
    assert_eq!(wrong.to_string(), "there is no metric `dise` in either run");
    let DifferenceError::Unknown { known, .. } = wrong else { panic!("{wrong:?}") };
    assert_eq!(known, ["dice"]);
    let wrong = ask(&Question { grid: Some(Grid::Native), ..question() });
    assert_eq!(wrong.to_string(), "there is no grid `native` in either run");
    let wrong = ask(&Question { checkpoint: Some("last".to_owned()), ..question() });
    assert_eq!(wrong.to_string(), "there is no checkpoint `last` in either run");
    let mut other = row("p1", "LV", 0.5);
    other.unit = "mm".to_owned();
    let mut b = a.clone();
    b[0].table.rows = vec![other];
    let wrong = difference(&a, &b, &question()).unwrap_err();
    assert!(wrong.to_string().contains("unit 1, higher is better in A"), "{wrong}");
}
