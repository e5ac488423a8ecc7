//! Whatever names and numbers are given, figures are well-formed, repeatable, and can be drawn.

use proptest::prelude::*;
use roxmltree::Document;
use stages_figures::{
    Agreement, DistributionForm, Distributions, Figure, GreyImage, LearningCurves, LearningRun,
    MeasuredPair, PanelClass, PanelPrediction, PanelRow, QualitativePanels, Quantity, RatioCurves,
    RatioResult, Sample, Scale,
};

/// Names with what XML, HTML and CSS give a meaning, control characters, and other scripts.
fn name() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "<script>",
        "&amp;",
        "]]>",
        "\"'",
        "<!--",
        "-->",
        "\0",
        "\u{1b}[31m",
        "\u{202e}",
        "\u{ffff}",
        "\n\r\t",
        "心臓",
        "e\u{301}",
        "\u{1f9e0}",
        "${x}",
        "</title>",
        "</svg>",
        "_^",
        "a very long name ",
    ]);
    prop::collection::vec(
        prop_oneof![nasty.prop_map(String::from), ".{0,6}", any::<String>()],
        0..5,
    )
    .prop_map(|parts| parts.concat())
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => -1.0..2.0f64,
        2 => any::<f64>(),
        1 => Just(0.0),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::MAX, f64::MIN_POSITIVE, -1e150]),
    ]
}

fn check(figure: &Figure, names: &[&str]) -> Result<(), TestCaseError> {
    for svg in [figure.svg(), figure.svg_inline(names.first().unwrap_or(&"x"))] {
        let document = Document::parse(&svg)
            .map_err(|error| TestCaseError::fail(format!("{error}: {svg}")))?;
        // Only what figures are made of: a name never becomes an element or an attribute.
        let known = [
            "svg", "title", "desc", "rect", "polyline", "polygon", "path", "circle", "text", "g",
            "image",
        ];
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            prop_assert!(known.contains(&node.tag_name().name()), "{}", node.tag_name().name());
            for attribute in node.attributes() {
                prop_assert!(!attribute.name().starts_with("on"), "{}", attribute.name());
                let value = attribute.value();
                let free = ["href", "id", "aria-labelledby"].contains(&attribute.name());
                prop_assert!(free || !(value.contains("NaN") || value.contains("inf")), "{value}");
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn curves_and_ratios(
        title in name(), names in prop::collection::vec(name(), 0..12),
        values in prop::collection::vec(value(), 0..30), log in any::<bool>(),
    ) {
        let scale = if log { Scale::Log } else { Scale::Linear };
        let quantity = || Quantity::new(title.clone()).in_unit(title.clone());
        let points: Vec<_> = values.iter().enumerate().map(|(i, v)| (i as u64 * 7, *v)).collect();
        let runs = names.iter().map(|method| LearningRun { method: method.clone(), points: points.clone() });
        let curves = LearningCurves { scale, ..LearningCurves::new(title.clone(), quantity(), runs.collect()) };
        let given: Vec<_> = names.iter().map(String::as_str).collect();
        check(&curves.figure().unwrap(), &given)?;
        let results = names.iter().zip(values.windows(2)).map(|(method, pair)| RatioResult {
            method: method.clone(), ratio: pair[0], value: pair[1],
        });
        let ratios = RatioCurves { scale, ..RatioCurves::new(title.clone(), quantity(), results.collect()) };
        check(&ratios.figure().unwrap(), &given)?;
    }

    #[test]
    fn distributions_and_agreement(
        title in name(), names in prop::collection::vec(name(), 0..6),
        values in prop::collection::vec(value(), 0..90), violin in any::<bool>(),
    ) {
        let form = if violin { DistributionForm::Violin } else { DistributionForm::Box };
        let given: Vec<_> = names.iter().map(String::as_str).collect();
        let samples = names.iter().flat_map(|class| names.iter().map(move |method| (class, method)));
        let samples = samples.enumerate().map(|(skip, (class, method))| Sample {
            class: class.clone(),
            method: method.clone(),
            values: values.iter().skip(skip * 3).map(|value| (title.clone(), *value)).collect(),
        });
        let quantity = Quantity::new(title.clone());
        let figure = Distributions { form, ..Distributions::new(title.clone(), quantity.clone(), samples.collect()) };
        check(&figure.figure().unwrap(), &given)?;
        let (subject, values) = (&title, &values);
        let pairs = names.iter().flat_map(|method| values.chunks_exact(2).map(move |pair| MeasuredPair {
            method: method.clone(), subject: subject.clone(), reference: pair[0], measured: pair[1],
        }));
        let figure = Agreement::new(title.clone(), quantity, pairs.collect());
        check(&figure.figure().unwrap(), &given)?;
    }

    #[test]
    fn panels(
        title in name(), method in name(), width in 1..9usize, height in 1..9usize,
        labels in prop::collection::vec(any::<u8>(), 64), aspect in 0.05..20.0f64,
    ) {
        let plane = labels[..width * height].to_vec();
        let row = PanelRow {
            name: title.clone(),
            subject: method.clone(),
            detail: title.clone(),
            image: GreyImage { width, height, pixel_aspect: aspect, grey: plane.clone() },
            truth: plane.iter().map(|label| label % 3).collect(),
            predictions: vec![PanelPrediction { method: method.clone(), labels: plane, caption: title.clone() }],
        };
        let class = PanelClass { label: 1, name: title.clone() };
        let figure = QualitativePanels::new(title.clone(), vec![class], vec![row]).figure().unwrap();
        check(&figure, &[&method])?;
        prop_assert!(figure.png(0.5).is_ok());
    }
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    let figure = || {
        let run = |seed: u64| LearningRun {
            method: format!("m{}", seed % 3),
            points: (0..50).map(|i| (i, (i * seed % 17) as f64)).collect(),
        };
        LearningCurves::new("t", Quantity::new("x"), (0..9).map(run).collect()).figure().unwrap()
    };
    assert_eq!(figure().svg(), figure().svg());
    assert_eq!(figure().svg_inline("a"), figure().svg_inline("a"));
    assert_eq!(figure().png(1.5).unwrap(), figure().png(1.5).unwrap());
}

#[test]
fn figures_on_one_page_share_no_ids() {
    let figure = LearningCurves::new("t", Quantity::new("x"), Vec::new()).figure().unwrap();
    let page = format!("<body>{}{}</body>", figure.svg_inline("one"), figure.svg_inline("two"));
    let document = Document::parse(&page).unwrap();
    let mut ids: Vec<_> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((count, ids.len()), (4, 4));
}
