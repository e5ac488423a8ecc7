use super::*;
use crate::test_svg::{Parsed, number};

fn results(method: &str, pairs: &[(f64, f64)]) -> Vec<RatioResult> {
    let result = |(ratio, value): &(f64, f64)| RatioResult {
        method: method.into(),
        ratio: *ratio,
        value: *value,
    };
    pairs.iter().map(result).collect()
}

fn dice() -> Quantity {
    Quantity::new("Dice").within(0.0, 1.0)
}

#[test]
fn runs_at_one_ratio_become_a_mean_and_a_bar() {
    let all = results("a", &[(5.0, 0.6), (10.0, 0.9), (5.0, 0.8)]);
    let kept: Vec<_> = all.iter().collect();
    let found = summarize(&kept, "a", Spread::Range);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].ratio, found[0].mean, found[0].bar), (5.0, 0.7, Some((0.6, 0.8))));
    assert_eq!((found[1].mean, found[1].bar), (0.9, None));
    let (lower, upper) = summarize(&kept, "a", Spread::StandardDeviation)[0].bar.unwrap();
    // Two values 0.2 apart: 0.2 / √2.
    assert!((upper - lower - 2.0 * 0.2 / 2f64.sqrt()).abs() < 1e-12);
}

#[test]
fn the_ratios_themselves_are_the_ticks() {
    let mut curves =
        RatioCurves::new("", dice(), results("a", &[(1.25, 0.5), (5.0, 0.6), (20.0, 0.7)]));
    curves.scale = Scale::Log;
    let svg = curves.figure().unwrap().svg();
    let parsed = Parsed::of(&svg);
    let places = ["1.25", "5", "20"].map(|label| parsed.tick_x(label));
    // Equal ratios are equally far apart.
    assert!(((places[1] - places[0]) - (places[2] - places[1])).abs() < 0.05, "{places:?}");
    let line = &parsed.lines_of("a")[0];
    for (point, place) in line.iter().zip(places) {
        assert!((point.0 - place).abs() < 0.05, "{line:?}");
    }
}

#[test]
fn methods_at_one_ratio_stand_beside_each_other() {
    let mut all = results("a", &[(5.0, 0.6), (10.0, 0.7)]);
    all.extend(results("b", &[(5.0, 0.6), (10.0, 0.7)]));
    let svg = RatioCurves::new("", dice(), all).figure().unwrap().svg();
    let parsed = Parsed::of(&svg);
    let (a, b) = (&parsed.lines_of("a")[0], &parsed.lines_of("b")[0]);
    assert!((b[0].0 - a[0].0 - APART).abs() < 0.05 && (a[0].1 - b[0].1).abs() < 0.05);
}

#[test]
fn ratios_without_a_logarithm_are_left_out_and_counted() {
    let mut curves =
        RatioCurves::new("", dice(), results("a", &[(0.0, 0.1), (5.0, f64::NAN), (10.0, 0.7)]));
    curves.scale = Scale::Log;
    let figure = curves.figure().unwrap();
    assert_eq!(figure.notes().len(), 2, "{:?}", figure.notes());
    curves.results.pop();
    assert!(curves.figure().unwrap().svg().contains("No run has a result to show."));
}

#[test]
fn many_ratios_get_round_ticks() {
    let pairs: Vec<_> = (1..=40).map(|ratio| (f64::from(ratio) * 2.5, 0.5)).collect();
    let svg = RatioCurves::new("", dice(), results("a", &pairs)).figure().unwrap().svg();
    let parsed = Parsed::of(&svg);
    assert!(number(parsed.text("40"), "x") > number(parsed.text("20"), "x"));
}
