use super::*;
use crate::test_svg::{Parsed, number, points};

fn pairs(method: &str, values: &[(f64, f64)]) -> Vec<MeasuredPair> {
    let pair = |(index, (reference, measured)): (usize, &(f64, f64))| MeasuredPair {
        method: method.into(),
        subject: format!("s{index}"),
        reference: *reference,
        measured: *measured,
    };
    values.iter().enumerate().map(pair).collect()
}

fn volume() -> Quantity {
    Quantity::new("Volume").in_unit("mL").within(0.0, f64::INFINITY)
}

#[test]
fn points_stand_at_mean_and_difference() {
    // Differences 0, 2 and 4: bias 2, limits 2 ± 3.92; means 10, 21 and 32.
    let figure =
        Agreement::new("", volume(), pairs("m", &[(10.0, 10.0), (20.0, 22.0), (30.0, 34.0)]));
    let figure = figure.figure().unwrap();
    let svg = figure.svg();
    let parsed = Parsed::of(&svg);
    let dot = |title: &str| {
        let node = parsed.group(title).children().find(|node| node.has_tag_name("circle")).unwrap();
        (number(node, "cx"), number(node, "cy"))
    };
    let (first, last) = (dot("s0: 0.000 at 10.00"), dot("s2: 4.000 at 32.00"));
    let unit = (last.0 - first.0) / 22.0;
    assert!((dot("s1: 2.000 at 21.00").0 - first.0 - 11.0 * unit).abs() < 0.05);
    let height = (first.1 - last.1) / 4.0;
    let heights: Vec<_> = parsed.all("polyline").map(|node| points(node)[0].1).collect();
    for (found, value) in heights.iter().zip([5.92, 2.0, -1.92]) {
        assert!((first.1 - found - value * height).abs() < 0.05, "{value}: {heights:?}");
    }
    let text = figure.description();
    assert!(
        text.contains("m: bias 2.000 mL, limits of agreement −1.920 mL and 5.920 mL, n = 3."),
        "{text}"
    );
}

#[test]
fn differences_in_per_cent_need_a_mean() {
    let mut figure =
        Agreement::new("", volume(), pairs("m", &[(0.0, 0.0), (90.0, 110.0), (f64::NAN, 1.0)]));
    figure.difference = Difference::Percent;
    let figure = figure.figure().unwrap();
    // 20 of 100.
    assert!(figure.svg().contains("<title>s1: 20.00 at 100.0</title>"), "{}", figure.svg());
    let notes = figure.notes().join(" ");
    assert!(notes.contains("1 pair was left out: not finite."), "{notes}");
    assert!(notes.contains("1 pair was left out: without a mean other than 0."), "{notes}");
    assert!(notes.contains("fewer than 3"), "{notes}");
}

#[test]
fn two_methods_share_their_axes() {
    let mut both = pairs("a", &[(10.0, 30.0), (20.0, 25.0), (30.0, 30.0)]);
    both.extend(pairs("b", &[(1.0, 1.0), (2.0, 2.0), (3.0, 3.5)]));
    let svg = Agreement::new("", volume(), both).figure().unwrap().svg();
    let parsed = Parsed::of(&svg);
    let titles: Vec<_> =
        parsed.all("text").filter(|node| node.text() == Some("Mean volume of both (mL)")).collect();
    assert_eq!(titles.len(), 2);
    let zeros: Vec<_> = parsed.all("text").filter(|node| node.text() == Some("0")).collect();
    assert!(zeros.len() >= 2);
}

#[test]
fn nothing_measured_twice_says_so() {
    let svg = Agreement::new("", volume(), Vec::new()).figure().unwrap().svg();
    assert!(svg.contains("No subject was measured twice."));
}

#[test]
fn many_pairs_at_one_place_are_drawn_once() {
    let same: Vec<_> = (0..5000).map(|index| (f64::from(index % 2), 0.0)).collect();
    let svg = Agreement::new("", volume(), pairs("m", &same)).figure().unwrap().svg();
    assert_eq!(Parsed::of(&svg).all("circle").count(), 2);
}
