//! Published numbers agree with themselves.

use std::path::Path;

use crate::{Published, PublishedEntry, PublishedTable, published};

/// The mean of a sample and its standard deviation with n - 1.
fn mean_and_std(values: [f64; 3]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / 3.0;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / 2.0).sqrt())
}

fn find<'a>(table: &'a Published, method: &str, class: Option<&str>) -> PublishedEntry<'a> {
    let mut entries = table.entries().filter(|entry| entry.dataset == "acdc");
    entries.find(|entry| entry.method == method && entry.class == class).unwrap()
}

#[test]
fn every_known_table_is_sound() {
    for name in ["midl2020", "authors_acdc_5pct", "semsim_acdc_3", "semsim_acdc_7"] {
        let table = published(name).unwrap();
        assert_eq!(table.problems(), [], "{name}");
        let json = serde_json::json!(name);
        let named: PublishedTable = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(named.numbers(), table);
        assert_eq!(serde_json::to_value(&named).unwrap(), json);
        for entry in table.entries() {
            assert_eq!((entry.metric, entry.unit), ("dice", "1"));
            assert!((0.5..1.0).contains(&entry.mean), "{entry:?}");
            assert!(entry.std.is_none_or(|std| std < 0.03), "{entry:?}");
        }
    }
}

#[test]
fn the_acdc_means_of_the_paper_are_those_of_its_classes() {
    let table = published("midl2020").unwrap();
    assert_eq!(table.entries().count(), 8 * 6);
    let methods = [
        "full",
        "partial",
        "entropy",
        "mean_teacher",
        "mi_only",
        "consistency_only",
        "ours_mse",
        "ours_kl",
    ];
    let mut to_the_digit = 0;
    for method in methods {
        let classes = ["RV", "Myo", "LV"].map(|class| find(table, method, Some(class)).mean);
        let (mean, printed) = (mean_and_std(classes).0, find(table, method, None).mean);
        // In percent; two rows were rounded before the mean over seeds.
        assert!((mean - printed).abs() * 100.0 < 0.011, "{method}: {mean} but {printed}");
        to_the_digit += usize::from((mean - printed).abs() * 100.0 < 0.005);
    }
    assert_eq!(to_the_digit, 6);
}

#[test]
fn the_numbers_of_the_authors_are_means_of_their_three_runs() {
    let table = published("authors_acdc_5pct").unwrap();
    let runs = [
        ("full", "best", [89.87, 89.68, 89.82]),
        ("full", "last", [89.58, 89.53, 89.70]),
        ("partial", "best", [75.18, 76.65, 75.10]),
        ("partial", "last", [67.96, 67.27, 68.87]),
        ("feature_mi", "best", [84.01, 81.09, 83.04]),
        ("feature_mi", "last", [82.57, 78.44, 82.28]),
        ("mse_feature_mi", "best", [86.83, 85.05, 84.28]),
        ("mse_feature_mi", "last", [86.40, 84.52, 84.06]),
    ];
    assert_eq!(table.rows.len(), runs.len());
    for (row, (method, checkpoint, values)) in table.rows.iter().zip(runs) {
        assert_eq!((row.method.as_str(), row.checkpoint.as_deref()), (method, Some(checkpoint)));
        let (mean, std) = mean_and_std(values);
        assert!((row.mean - mean).abs() < 0.0006, "{row:?}: {mean}");
        assert!((row.std.unwrap() - std).abs() < 0.0006, "{row:?}: {std}");
    }
}

#[test]
fn an_unknown_name_lists_the_known_ones() {
    assert_eq!(
        published("midl2021").unwrap_err().to_string(),
        "no published table is called `midl2021`; there are: midl2020, authors_acdc_5pct, \
         semsim_acdc_3, semsim_acdc_7"
    );
}

#[test]
fn an_unknown_name_in_a_layout_lists_the_known_ones() {
    let read = |text: &str| -> Result<PublishedTable, _> {
        pipeline_spec::read_yaml(text, Path::new("layout.yaml"))
    };
    let message = read("midl2021").unwrap_err().to_string();
    let details = format!("{:?}", read("midl2021").unwrap_err());
    assert!(
        details.contains("semsim_acdc_7") && details.contains("midl2020"),
        "{message} {details}"
    );
    let schema = serde_json::to_string(&schemars::schema_for!(PublishedTable)).unwrap();
    assert!(schema.contains("\"midl2020\"") && schema.contains("\"own\""), "{schema}");
}

#[test]
fn notes_name_the_source_and_the_runs() {
    let notes = published("midl2020").unwrap().sentences();
    assert_eq!(
        notes[0],
        "Published: Peng, Pedersoli and Desrosiers, MIDL 2020, table 1, as shown on the authors' \
         slides; means (standard deviations) over 3 runs; neither ranked nor tested."
    );
    let notes = published("semsim_acdc_3").unwrap().sentences();
    assert!(notes[0].contains("the number of runs is not stated"), "{notes:?}");
}

#[test]
fn rows_of_ones_own_take_what_the_table_says_of_all() {
    let text = "own:
  source: A paper, table 2.
  n: 5
  rows:
  - { method: ours_kl, dataset: spleen, mean: 93.37, std: 0.13 }
  - { method: x, name: X, dataset: spleen, class: spleen, metric: hd95, unit: mm, mean: 4.5, n: 1 }
";
    let table: PublishedTable = pipeline_spec::read_yaml(text, Path::new("own.yaml")).unwrap();
    let own = table.numbers();
    let entries: Vec<_> = own.entries().collect();
    assert_eq!((entries[0].name, entries[0].n, entries[0].unit), ("ours_kl", Some(5), "1"));
    assert!((entries[0].mean - 0.9337).abs() < 1e-12);
    assert_eq!((entries[1].name, entries[1].n, entries[1].unit), ("X", Some(1), "mm"));
    assert_eq!((entries[1].mean, entries[1].std), (4.5, None));
    assert_eq!(
        own.sentences(),
        ["Published: A paper, table 2; runs: 1, 5; neither ranked nor tested."]
    );
    assert_eq!(own.problems(), []);
}

#[test]
fn mistakes_in_rows_of_ones_own_are_all_told() {
    let text = "own:
  source: ' '
  rows:
  - { method: a, dataset: d, mean: .inf, std: -1 }
  - { method: a, dataset: d, mean: 1, n: 0 }
";
    let table: Result<PublishedTable, _> = pipeline_spec::read_yaml(text, Path::new("own.yaml"));
    // YAML's infinity is refused when it is read.
    assert!(table.is_err());
    let text = text.replace(".inf", "1");
    let table: PublishedTable = pipeline_spec::read_yaml(&text, Path::new("own.yaml")).unwrap();
    let fields: Vec<_> = table.numbers().problems().into_iter().map(|(field, ..)| field).collect();
    assert_eq!(fields, ["source", "rows[0].std", "rows[1].n", "rows[1]"]);
}
