use super::*;
use crate::test_svg::{Parsed, number};

fn run(method: &str, points: &[(u64, f64)]) -> LearningRun {
    LearningRun { method: method.into(), points: points.to_vec() }
}

fn dice() -> Quantity {
    Quantity::new("Dice").within(0.0, 1.0)
}

#[test]
fn a_band_is_the_sample_deviation_or_the_range() {
    let runs = [1.0, 2.0, 6.0].map(|value| BTreeMap::from([(3, value)]));
    let [deviation] = summarize(&runs, Spread::StandardDeviation)[..] else { panic!("one step") };
    // Mean 3; squares 4 + 1 + 9 over 2 make 7.
    let (lower, upper) = deviation.band.unwrap();
    assert!(
        (lower - (3.0 - 7f64.sqrt())).abs() < 1e-12 && (upper - (3.0 + 7f64.sqrt())).abs() < 1e-12
    );
    assert_eq!((deviation.step, deviation.runs, deviation.mean), (3.0, 3, 3.0));
    assert_eq!(summarize(&runs, Spread::Range)[0].band, Some((1.0, 6.0)));
    assert_eq!(summarize(&runs[..1], Spread::StandardDeviation)[0].band, None);
    assert_eq!(summarize(&runs[..1], Spread::Range)[0].band, None);
}

#[test]
fn a_line_goes_through_the_means() {
    let runs = vec![run("a", &[(0, 0.0), (10, 0.5)]), run("a", &[(0, 0.0), (10, 1.0)])];
    let figure = LearningCurves::new("", dice(), runs).figure().unwrap();
    let svg = figure.svg();
    let parsed = Parsed::of(&svg);
    let line = parsed.lines_of("a");
    let [(x0, y0), (x1, y1)] = line[0][..] else { panic!("two points: {line:?}") };
    // The axis goes from 0 to 1: band from 0 to 0.75 ± 0.354, cut at the bounds of the quantity
    // (the band's upper end, 1.104, lies beyond and is shown), over 300 px.
    let zero = parsed.tick_y("0.0");
    let fourth = parsed.tick_y("0.4");
    assert!((y0 - zero).abs() < 0.02, "{y0} {zero}");
    assert!(((zero - y1) - 0.75 / 0.4 * (zero - fourth)).abs() < 0.05, "{y1}");
    assert!((x0 - parsed.tick_x("0")).abs() < 0.02 && (x1 - parsed.tick_x("10")).abs() < 0.02);
}

#[test]
fn steps_that_some_runs_lack_get_a_thin_line() {
    let runs = vec![run("a", &[(1, 0.1), (2, 0.2), (3, 0.3)]), run("a", &[(1, 0.1), (2, 0.2)])];
    let figure = LearningCurves::new("", dice(), runs).figure().unwrap();
    let svg = figure.svg();
    let parsed = Parsed::of(&svg);
    let widths: Vec<_> = parsed
        .group("a")
        .children()
        .filter(|node| node.has_tag_name("polyline"))
        .map(|node| number(node, "stroke-width"))
        .collect();
    assert_eq!(widths, [1.8, 0.9]);
    assert!(
        figure.notes().iter().any(|note| note.starts_with("Thin line")),
        "{:?}",
        figure.notes()
    );
}

#[test]
fn values_that_cannot_be_drawn_are_left_out_and_counted() {
    let points = [(1, f64::NAN), (2, f64::INFINITY), (3, 1e300), (4, -1.0), (5, 0.5), (6, 0.0)];
    let mut curves = LearningCurves::new("", Quantity::new("loss"), vec![run("a", &points)]);
    let notes = curves.figure().unwrap().notes().join(" ");
    assert!(notes.contains("3 values were left out: not finite."), "{notes}");
    curves.scale = Scale::Log;
    let notes = curves.figure().unwrap().notes().join(" ");
    assert!(notes.contains("2 values were left out: not above 0"), "{notes}");
}

#[test]
fn the_last_value_at_a_step_counts() {
    let figure =
        LearningCurves::new("", dice(), vec![run("a", &[(1, 0.2), (1, 0.9)])]).figure().unwrap();
    assert!(
        figure.description().contains("a: 0.9000 after 1, mean of 1 run."),
        "{}",
        figure.description()
    );
}

#[test]
fn no_values_give_a_figure_that_says_so() {
    for runs in [vec![], vec![run("a", &[])], vec![run("a", &[(1, f64::NAN)])]] {
        let svg = LearningCurves::new("t", dice(), runs).figure().unwrap().svg();
        assert!(svg.contains("No run has a value to show."), "{svg}");
    }
}

#[test]
fn thirty_methods_have_a_legend_and_three_have_names_at_their_lines() {
    let runs = |count: usize| -> Vec<_> {
        (0..count).map(|i| run(&format!("m{i}"), &[(1, 0.5), (2, i as f64 / 40.0)])).collect()
    };
    let right = |count| {
        let figure = LearningCurves::new("", dice(), runs(count)).figure().unwrap();
        let svg = figure.svg();
        let parsed = Parsed::of(&svg);
        (0..count)
            .map(|i| parsed.text(&format!("m{i}")))
            .map(|node| number(node, "y"))
            .collect::<Vec<_>>()
    };
    // Names stand in the order of the lines' ends, the highest first.
    let three = right(3);
    assert!(three[2] < three[1] && three[1] < three[0], "{three:?}");
    let thirty = right(30);
    assert!(thirty.iter().all(|y| *y > 322.0), "a legend stands below the panel: {thirty:?}");
    let curves = LearningCurves::new("", dice(), runs(101));
    assert!(matches!(curves.figure(), Err(FigureError::TooMany { found: 101, .. })));
}
