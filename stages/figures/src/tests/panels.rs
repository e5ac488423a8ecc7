use super::super::overlay;
use super::super::{Crop, GreyImage, PanelClass, PanelPrediction};
use super::*;
use crate::error::FigureError;
use crate::test_svg::{Parsed, number};

const WIDTH: usize = 40;
const HEIGHT: usize = 30;

/// Labels with a filled rectangle.
fn plane(label: u8, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> Vec<u8> {
    let inside =
        |index: usize| columns.contains(&(index % WIDTH)) && rows.contains(&(index / WIDTH));
    (0..WIDTH * HEIGHT).map(|index| if inside(index) { label } else { 0 }).collect()
}

fn row(subject: &str) -> PanelRow {
    let prediction = PanelPrediction {
        method: "m".into(),
        labels: plane(1, 11..16, 10..14),
        caption: "Dice 0.80".into(),
    };
    PanelRow {
        name: "best".into(),
        subject: subject.into(),
        detail: "slice 5".into(),
        image: GreyImage {
            width: WIDTH,
            height: HEIGHT,
            pixel_aspect: 1.0,
            grey: vec![90; WIDTH * HEIGHT],
        },
        truth: plane(1, 10..15, 10..14),
        predictions: vec![prediction],
    }
}

fn panels(rows: Vec<PanelRow>) -> QualitativePanels {
    QualitativePanels::new("t", vec![PanelClass { label: 1, name: "organ".into() }], rows)
}

#[test]
fn errors_tell_missed_from_too_much_from_another_class() {
    let found = overlay::errors(&[0, 0, 1, 1, 1], &[0, 2, 0, 2, 1]);
    let colours: Vec<_> = found.chunks(4).map(|pixel| (&pixel[..3], pixel[3] > 0)).collect();
    assert_eq!(colours[0], (&[0, 0, 0][..], false));
    assert_eq!(colours[1], (&FALSE_POSITIVE[..], true));
    assert_eq!(colours[2], (&FALSE_NEGATIVE[..], true));
    assert_eq!(colours[3], (&WRONG_CLASS[..], true));
    assert!(!colours[4].1);
}

#[test]
fn a_contour_runs_along_the_inside_of_a_label() {
    // One pixel, at column 1 and row 1 of three by three: four sides, moved inwards by 0.1.
    let labels = [0, 0, 0, 0, 5, 0, 0, 0, 0];
    let lines = overlay::contour(&labels, 3, |label| label == 5, (0.1, 0.1));
    assert_eq!(
        lines,
        [[1.0, 1.1, 2.0, 1.1], [1.0, 1.9, 2.0, 1.9], [1.1, 1.0, 1.1, 2.0], [1.9, 1.0, 1.9, 2.0]]
    );
    // A label that fills everything has its border at the edge.
    let lines = overlay::contour(&[1; 6], 3, |label| label == 1, (0.0, 0.0));
    assert_eq!(
        lines,
        [[0.0, 0.0, 3.0, 0.0], [0.0, 2.0, 3.0, 2.0], [0.0, 0.0, 0.0, 2.0], [3.0, 0.0, 3.0, 2.0]]
    );
}

#[test]
fn a_cut_holds_everything_labelled_and_a_margin() {
    // Labelled from column 10 to 15 and row 10 to 13: six pixels wide, a margin of three; at least
    // 24 pixels where there are as many.
    let window = Window::of(&row("s"), Crop::Labelled { margin: 0.5 });
    assert_eq!((window.columns, window.rows), ((1, 25), (0, 24)));
    let wide = Window::of(&row("s"), Crop::Labelled { margin: 1e300 });
    assert_eq!((wide.columns, wide.rows), ((0, WIDTH), (0, HEIGHT)));
    assert_eq!(Window::of(&row("s"), Crop::Whole), wide);
    let mut empty = row("s");
    empty.truth.fill(0);
    empty.predictions[0].labels.fill(0);
    assert_eq!(Window::of(&empty, Crop::Labelled { margin: 0.1 }), wide);
    let cut = Window { columns: (10, 12), rows: (9, 11) }.cut(&row("s").truth, WIDTH);
    assert_eq!(cut, [0, 0, 1, 1]);
}

#[test]
fn columns_are_image_truth_and_each_method_with_its_errors() {
    let figure = panels(vec![row("a"), row("b")]).figure().unwrap();
    let svg = figure.svg();
    let parsed = Parsed::of(&svg);
    for title in ["a: image", "a: ground truth", "a, m: Dice 0.80", "b, m: errors"] {
        parsed.group(title);
    }
    for text in ["Image", "Ground truth", "m", "its errors", "best", "slice 5", "organ"] {
        parsed.text(text);
    }
    // Four grey pictures a row, and the errors over one.
    assert_eq!(parsed.all("image").count(), 2 * 5);
    assert!(figure.description().contains("best a: m Dice 0.80."), "{}", figure.description());
}

#[test]
fn pixels_that_are_not_square_keep_their_shape() {
    let mut tall = row("a");
    tall.image.pixel_aspect = 1.2;
    let mut figure = panels(vec![tall]);
    figure.crop = Crop::Whole;
    let svg = figure.figure().unwrap().svg();
    let image = Parsed::of(&svg)
        .all("image")
        .next()
        .map(|node| (number(node, "width"), number(node, "height")));
    let (width, height) = image.unwrap();
    assert!((height / width - 1.2 * HEIGHT as f64 / WIDTH as f64).abs() < 1e-3);
}

#[test]
fn further_methods_follow_below() {
    let mut wide = row("a");
    let prediction = wide.predictions[0].clone();
    wide.predictions =
        (0..7).map(|i| PanelPrediction { method: format!("m{i}"), ..prediction.clone() }).collect();
    let figure = panels(vec![wide]).figure().unwrap();
    let svg = figure.svg();
    let parsed = Parsed::of(&svg);
    // Three methods with their errors beside image and ground truth.
    assert_eq!(parsed.all("text").filter(|node| node.text() == Some("Ground truth")).count(), 3);
    assert!(figure.width() < 1300.0);
}

#[test]
fn labels_without_a_name_are_shown_by_their_number() {
    let mut odd = row("a");
    odd.truth[0] = 9;
    let svg = panels(vec![odd]).figure().unwrap().svg();
    Parsed::of(&svg).text("label 9");
}

#[test]
fn refuses_planes_that_do_not_fit_their_image() {
    let mut short = row("s");
    short.truth.pop();
    let error = panels(vec![short]).figure().unwrap_err();
    assert_eq!(
        error.to_string(),
        "subject `s`, ground truth: 1199 pixels, but the image of 40 × 30 has 1200"
    );
    let mut flat = row("s");
    flat.image.pixel_aspect = f64::NAN;
    assert!(matches!(panels(vec![flat]).figure(), Err(FigureError::PixelAspect { .. })));
    let mut none = row("s");
    none.image.width = 0;
    assert!(matches!(panels(vec![none]).figure(), Err(FigureError::Image { width: 0, .. })));
    let mut other = row("b");
    other.predictions[0].method = "n".into();
    let error = panels(vec![row("a"), other]).figure().unwrap_err();
    assert_eq!(error.to_string(), "subject `b` has the methods n, but the first row has m");
    let tiny = QualitativePanels { picture_width: 3.0, ..panels(vec![row("a")]) };
    assert!(matches!(tiny.figure(), Err(FigureError::PictureWidth { .. })));
}

#[test]
fn no_rows_and_no_methods_can_be_drawn() {
    assert!(panels(Vec::new()).figure().unwrap().svg().contains("No subject to show."));
    let mut bare = row("a");
    bare.predictions.clear();
    let svg = panels(vec![bare]).figure().unwrap().svg();
    assert_eq!(Parsed::of(&svg).all("image").count(), 2);
}

#[test]
fn areas_let_the_image_through_and_noise_is_drawn_as_areas() {
    let found = overlay::areas(&[0, 7, 3], &[3, 7]);
    assert_eq!(found[..4], [0; 4]);
    assert_eq!((&found[4..7], &found[8..11]), (&overlay::colour(1)[..], &overlay::colour(0)[..]));
    assert!(found[7] > 0 && found[7] < 255);
    let side = 200;
    let mut noise = row("s");
    noise.image =
        GreyImage { width: side, height: side, pixel_aspect: 1.0, grey: vec![0; side * side] };
    noise.truth = (0..side * side).map(|index| ((index + index / side) % 2) as u8).collect();
    noise.predictions.clear();
    let svg = panels(vec![noise]).figure().unwrap().svg();
    // The image twice, and the chequers once.
    assert_eq!(Parsed::of(&svg).all("image").count(), 3);
    assert!(svg.len() < 1_000_000, "{}", svg.len());
}
