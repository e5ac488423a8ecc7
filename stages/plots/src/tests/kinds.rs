//! Which figures are made of what, and what is said of them.

use serde_json::json;

use super::toy::{Toy, names};

#[test]
fn everything_is_drawn_whose_inputs_are_connected() {
    let figures = Toy::example().index(&json!({}));
    assert_eq!(
        names(&figures),
        [
            "learning-validation-dice-mean",
            "learning-loss-total",
            "distribution-dice",
            "agreement-volume-ring",
            "agreement-volume-core",
            "panels"
        ]
    );
    let without = |port: &str| {
        let figures = Toy::example().without(port).index(&json!({}));
        names(&figures).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        without("metrics"),
        [
            "learning-validation-dice-mean",
            "learning-loss-total",
            "agreement-volume-ring",
            "agreement-volume-core"
        ]
    );
    assert_eq!(
        without("predictions"),
        ["learning-validation-dice-mean", "learning-loss-total", "distribution-dice"]
    );
    assert_eq!(names(&Toy::new().index(&json!({}))), [""; 0]);
}

#[test]
fn every_file_of_the_list_is_there_in_its_size() {
    let toy = Toy::example();
    for figure in toy.index(&json!({"png_scale": 1, "only": ["learning", "panels"]})) {
        let read =
            |key: &str| fs_err::read(toy.output().join(figure[key].as_str().unwrap())).unwrap();
        let png = png::Decoder::new(std::io::Cursor::new(read("png"))).read_info().unwrap();
        let size = (f64::from(png.info().width), f64::from(png.info().height));
        assert_eq!(size.1, figure["height_px"].as_f64().unwrap());
        assert_eq!(size.0, figure["width_px"].as_f64().unwrap().ceil());
        let name = figure["name"].as_str().unwrap();
        assert!(String::from_utf8(read("svg")).unwrap().contains("xmlns="));
        assert!(String::from_utf8(read("page")).unwrap().contains(&format!("id=\"{name}-title\"")));
        assert!(figure["alt"].as_str().unwrap().len() > 40);
    }
}

#[test]
fn subjects_are_means_over_runs_and_curves_over_repetitions() {
    let figures = Toy::example().index(&json!({"order": ["partial"], "names": {"full": "All"}}));
    let alt = |name: &str| {
        figures.iter().find(|figure| figure["name"] == name).unwrap()["alt"].as_str().unwrap()
    };
    // Losses 2 and 3 of `partial`: core 0.88 - 0.05, less 0.1 a subject; 0.83, 0.73, 0.63.
    let boxes = alt("distribution-dice");
    assert!(boxes.contains("core, partial: median 0.7300, n = 3."), "{boxes}");
    assert!(boxes.contains("core, All: median 0.7700, n = 3."), "{boxes}");
    // `partial` comes first, as asked: 0.3 + 0.5 - 0.125 after the last epoch.
    let curve = alt("learning-validation-dice-mean");
    assert!(curve.contains("partial: 0.6750 after 3, mean of 2 runs. All: "), "{curve}");
}

#[test]
fn volumes_are_those_of_the_first_run_in_ml() {
    let run = |toy: Toy, method, loss| toy.run(&[("method", method), ("seed", "8")], loss);
    let toy = run(run(run(Toy::new(), "full", 0.0), "partial", 4.0), "none", 9.0);
    let figures = toy.predictions(&[("method", "full"), ("seed", "9")], 9);
    let figures = figures.index(&json!({"only": ["agreement"]}));
    // Moved by 4 pixels, a column of the ring leaves the window: 4 voxels of 1 mL in one slice, 5 in
    // the other with the wider ring. The core stays inside. Moved by 9, both are gone: 24 + 4 and 8.
    let alt = |at: usize| figures[at]["alt"].as_str().unwrap();
    assert!(alt(0).contains("full: bias 0.000 mL"), "{}", alt(0));
    assert!(
        alt(0).contains("partial: bias −9.000 mL, limits of agreement −9.000 mL"),
        "{}",
        alt(0)
    );
    assert!(alt(1).contains("partial: bias 0.000 mL"), "{}", alt(1));
    assert!(alt(1).contains("none: bias −8.000 mL"), "{}", alt(1));
    assert_eq!(
        figures[1]["caption"],
        "Volume of core in 3 scans of 3 subjects, predicted against annotated, on the network's \
         grid, checkpoint best. A point is a scan, of the run with seed 8."
    );
}

#[test]
fn clinical_values_are_drawn_where_they_were_measured() {
    let coordinates = [("method", "full"), ("seed", "8")];
    let toy = Toy::new().metrics(&coordinates, 0.0).clinical().predictions(&coordinates, 0);
    let figures = toy.index(&json!({"only": ["agreement"]}));
    let names = names(&figures);
    assert_eq!(names[2..], ["agreement-clinical-core-edv"]);
    let caption = figures[2]["caption"].as_str().unwrap();
    assert!(caption.starts_with("core: end-diastolic volume of 2 subjects"), "{caption}");
    assert!(caption.ends_with("1 pair without a structure or a phase not shown."), "{caption}");
    assert_eq!(figures[2]["title"], "core: end-diastolic volume");
}

#[test]
fn pictures_are_of_the_best_the_median_and_the_worst_subject() {
    let figures = Toy::example().index(&json!({"only": ["panels"]}));
    let alt = figures[0]["alt"].as_str().unwrap();
    // Mean over the classes of the first run of `full`: 0.9 - 0.015.
    for words in ["best anna: full Dice 0.885", "median bert: ", "worst cleo: "] {
        assert!(alt.contains(words), "{alt}");
    }
    let toy = Toy::example();
    toy.draw(&json!({"only": ["panels"]})).unwrap();
    let svg = fs_err::read_to_string(toy.output().join("panels.svg")).unwrap();
    // The slices with the wider ring.
    assert_eq!((svg.matches("slice 1").count(), svg.matches("slice 0").count()), (2, 1));
}

#[test]
fn a_numeric_variable_gives_curves_against_it() {
    let mut toy = Toy::new();
    for (at, (method, ratio)) in
        [("full", "5"), ("full", "10"), ("partial", "5"), ("partial", "10")].into_iter().enumerate()
    {
        toy = toy.metrics(&[("method", method), ("seed", "8"), ("ratio", ratio)], at as f64);
    }
    let figures = toy.index(&json!({"ratio": {"unit": "%"}}));
    assert_eq!(
        names(&figures),
        ["distribution-dice-ratio-5", "distribution-dice-ratio-10", "ratio-dice"]
    );
    // Mean over subjects and classes: 0.8 - 0.015 - 0.02 a loss.
    let alt = figures[2]["alt"].as_str().unwrap();
    assert!(alt.contains("full: 0.7850 at 5, 0.7650 at 10. partial: 0.7450 at 5"), "{alt}");
    assert_eq!(figures[0]["section"], "ratio 5");
    // A repetition is no ratio.
    let repeated = toy.index(&json!({"over": ["seed", "ratio"]}));
    assert_eq!(names(&repeated), ["distribution-dice"]);
}

#[test]
fn a_method_keeps_its_colour_where_others_have_no_data() {
    let toy = Toy::new()
        .log(&[("method", "a")], 0.0)
        .log(&[("method", "b")], 1.0)
        .metrics(&[("method", "b")], 1.0);
    toy.draw(&json!({})).unwrap();
    let svg = |name: &str| fs_err::read_to_string(toy.output().join(name)).unwrap();
    let second = "#d55e00";
    assert!(svg("distribution-dice.svg").contains(second));
    assert!(!svg("distribution-dice.svg").contains("#0072b2"));
    assert!(svg("learning-loss-total.svg").contains("#0072b2"));
}
