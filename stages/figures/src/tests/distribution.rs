use super::*;
use crate::test_svg::{Parsed, number, points};

fn sample(class: &str, method: &str, values: &[f64]) -> Sample {
    let named = |(index, value): (usize, &f64)| (format!("s{index}"), *value);
    let values = values.iter().enumerate().map(named).collect();
    Sample { class: class.into(), method: method.into(), values }
}

fn score() -> Quantity {
    Quantity::new("Score")
}

#[test]
fn a_box_stands_at_the_quartiles() {
    // Quartiles 2, 3 and 4, whiskers 1 and 4, and an outlier.
    let samples = vec![sample("c", "m", &[1.0, 2.0, 3.0, 4.0, 10.0])];
    let svg = Distributions::new("", score(), samples).figure().unwrap().svg();
    let parsed = Parsed::of(&svg);
    let group = parsed.group("c, m: median 3.000, quartiles 2.000 and 4.000, n = 5");
    let (two, four) = (parsed.tick_x("2"), parsed.tick_x("4"));
    let unit = (four - two) / 2.0;
    let rect = group.children().find(|node| node.has_tag_name("rect")).unwrap();
    assert!((number(rect, "x") - two).abs() < 0.02);
    assert!((number(rect, "width") - 2.0 * unit).abs() < 0.02);
    let paths: Vec<_> = group.children().filter_map(|node| node.attribute("d")).collect();
    let start = |path: &str| path[1..].split(' ').next().unwrap().parse::<f64>().unwrap();
    // The whisker begins at 1, the median stands at 3.
    assert!((start(paths[0]) - (two - unit)).abs() < 0.02, "{paths:?}");
    assert!((start(paths[1]) - (two + unit)).abs() < 0.02, "{paths:?}");
    let dot = parsed.group("s4: 10.00");
    let dot = dot.children().find(|node| node.has_tag_name("circle")).unwrap();
    assert!((number(dot, "cx") - (two + 8.0 * unit)).abs() < 0.05);
}

#[test]
fn a_violin_reaches_from_the_lowest_to_the_highest_value() {
    let mut figure =
        Distributions::new("", score(), vec![sample("c", "m", &[0.0, 1.0, 2.0, 3.0, 4.0])]);
    figure.form = DistributionForm::Violin;
    let svg = figure.figure().unwrap().svg();
    let parsed = Parsed::of(&svg);
    let outline = points(parsed.all("polygon").next().unwrap());
    assert_eq!(outline.len(), 202);
    assert!((outline[0].0 - parsed.tick_x("0")).abs() < 0.02);
    assert!((outline[100].0 - parsed.tick_x("4")).abs() < 0.02);
    // Thickest in the middle, which is 2, and there as thick as a row allows.
    let thickness = |index: usize| outline[201 - index].1 - outline[index].1;
    assert!((thickness(50) - ROW * 0.74).abs() < 0.05, "{}", thickness(50));
    assert!(thickness(0) < thickness(50));
}

#[test]
fn few_or_equal_values_are_shown_as_they_are() {
    let samples = vec![sample("c", "few", &[0.1, 0.2]), sample("c", "equal", &[0.5; 9])];
    for form in [DistributionForm::Box, DistributionForm::Violin] {
        let figure = Distributions { form, ..Distributions::new("", score(), samples.clone()) };
        let figure = figure.figure().unwrap();
        let svg = figure.svg();
        let parsed = Parsed::of(&svg);
        let few = parsed.group("c, few: median 0.1500, n = 2");
        assert!(few.children().all(|node| !node.has_tag_name("rect")));
        assert_eq!(few.children().filter(|node| node.has_tag_name("g")).count(), 2);
        assert!(figure.notes().iter().any(|note| note.contains("fewer than 5")));
    }
}

#[test]
fn points_are_the_same_whatever_the_order_of_subjects() {
    let mut one = sample("c", "m", &[0.3, 0.1, 0.2, 0.5, 0.4, 0.4]);
    let first = Distributions::new("", score(), vec![one.clone()]).figure().unwrap().svg();
    one.values.reverse();
    let second = Distributions::new("", score(), vec![one]).figure().unwrap().svg();
    assert_eq!(first, second);
}

#[test]
fn of_many_values_only_outliers_are_points() {
    let mut values: Vec<_> = (0..200).map(f64::from).collect();
    values.extend([5000.0, -5000.0]);
    let svg =
        Distributions::new("", score(), vec![sample("c", "m", &values)]).figure().unwrap().svg();
    assert_eq!(Parsed::of(&svg).all("circle").count(), 2);
}

#[test]
fn missing_rows_and_empty_figures_say_so() {
    let samples = vec![
        sample("a", "x", &[1.0, 2.0]),
        sample("b", "y", &[f64::NAN, 3.0]),
        sample("b", "x", &[4.0]),
    ];
    let figure = Distributions::new("", score(), samples).figure().unwrap();
    assert!(figure.svg().contains(">no values</text>"));
    assert!(figure.notes().iter().any(|note| note == "1 value was left out: not finite."));
    let empty = Distributions::new("", score(), vec![sample("a", "x", &[])]).figure().unwrap();
    assert!(empty.svg().contains("No subject has a value to show."));
}
