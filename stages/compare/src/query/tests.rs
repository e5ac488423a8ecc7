//! The pass against a naive one, however rows are stored, cut and shared out.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{MetricRows, Request, Scores, Tally, scores};
use crate::tests::long::{Long, Texts, table};

fn request(fields: &[&str], wanted: &[(&str, &[&str])]) -> Request {
    let values =
        |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<BTreeSet<_>>();
    Request {
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        wanted: wanted.iter().map(|(field, list)| ((*field).to_owned(), values(list))).collect(),
    }
}

/// Key, bits of the mean, tally.
type Plain = (Vec<Option<String>>, Option<u64>, Tally);

fn plain(scores: &Scores) -> Vec<Plain> {
    let texts = |key: &[u32]| -> Vec<Option<String>> {
        let text = |(place, number): (usize, &u32)| scores.text(place, *number).map(str::to_owned);
        key.iter().enumerate().map(text).collect()
    };
    let mut groups: Vec<Plain> = scores
        .groups
        .iter()
        .map(|group| (texts(&group.key), group.mean.map(f64::to_bits), group.tally))
        .collect();
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    groups
}

fn field(row: &Long, field: &str) -> Option<String> {
    match field {
        "class" => Some(row.class.to_owned()),
        "metric" => Some(row.metric.to_owned()),
        "dataset" => Some(row.dataset.to_owned()),
        "subject" => Some(row.subject.clone()),
        "grid" => Some(row.grid.to_owned()),
        "phase" => row.phase.map(str::to_owned),
        name => {
            let found = row.variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone())
        }
    }
}

/// The same by sorting values into a map.
fn naive(rows: &[Long], request: &Request) -> Vec<Plain> {
    let mut groups: BTreeMap<Vec<Option<String>>, (Vec<f64>, Tally)> = BTreeMap::new();
    for row in rows {
        let wanted = request
            .wanted
            .iter()
            .all(|(name, values)| field(row, name).is_some_and(|value| values.contains(&value)));
        if !wanted {
            continue;
        }
        let key = request.fields.iter().map(|name| field(row, name)).collect();
        let (values, tally) = groups.entry(key).or_default();
        tally.values += 1;
        let one_sided = ["pred_empty", "ref_empty"].contains(&row.state);
        match (row.value, row.state) {
            (Some(value), state) => {
                values.push(value);
                tally.by_definition += u64::from(state == "both_empty");
                tally.missed += u64::from(state == "pred_empty");
            }
            (None, "both_empty") => tally.both_undefined += 1,
            (None, _) if one_sided && row.diagonal.is_some() => {
                values.extend(row.diagonal);
                tally.penalized += 1;
            }
            (None, _) => tally.one_undefined += 1,
        }
    }
    let mean = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        let sum: f64 = values.iter().sum();
        (!values.is_empty()).then(|| (sum / values.len() as f64).to_bits())
    };
    groups.into_iter().map(|(key, (values, tally))| (key, mean(values), tally)).collect()
}

prop_compose! {
    fn row()(
        method in 0..4_usize,
        seed in prop::option::of(0..3_u32),
        subject in 0..6_u32,
        class in 0..3_usize,
        metric in 0..2_usize,
        state in 0..4_usize,
        phase in prop::option::of(prop::bool::ANY),
        value in prop::option::weighted(0.9, prop_oneof![0.0..1.0, -1e9..1e9, Just(1e-12)]),
        diagonal in prop::option::of(1.0..200.0),
    ) -> Long {
        let mut row = Long::dice(
            &[("method", ["a", "b", "ours", "full"][method])],
            &format!("patient{subject}"),
            ["RV", "Myo", "LV"][class],
            0.0,
        );
        row.variables.extend(seed.map(|seed| ("seed", seed.to_string())));
        row.node = "evaluate".to_owned();
        row.metric = ["dice", "hd95"][metric];
        row.state = ["ok", "pred_empty", "ref_empty", "both_empty"][state];
        row.phase = phase.map(|phase| if phase { "ED" } else { "ES" });
        row.value = value;
        row.diagonal = diagonal;
        row
    }
}

/// The rows cut at these places, each piece a part of its own, alternately plain and with
/// dictionaries.
fn cut(rows: &[Long], cuts: &[usize], first: Texts) -> MetricRows {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut % (rows.len() + 1)).collect();
    ends.push(rows.len());
    ends.sort_unstable();
    let mut start = 0;
    let mut made = MetricRows { parts: Vec::new() };
    for (at, end) in ends.into_iter().enumerate() {
        let texts = match (first, at % 2) {
            (Texts::Plain, 0) | (Texts::Dictionary, 1) => Texts::Plain,
            _ => Texts::Dictionary,
        };
        made.add_batch(table(&rows[start..end], texts)).unwrap();
        start = end;
    }
    made
}

fn with_threads(threads: usize, rows: &MetricRows, request: &Request) -> Scores {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| scores(rows, request)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn equals_a_naive_pass_to_the_last_bit(
        rows in prop::collection::vec(row(), 0..120),
        cuts in prop::collection::vec(0..120_usize, 0..4),
        chooses in prop::bool::ANY,
    ) {
        let wanted: &[(&str, &[&str])] = if chooses {
            &[("method", &["a", "ours", "unheard of"]), ("phase", &["ED"])]
        } else {
            &[]
        };
        let request = request(&["metric", "class", "method", "seed"], wanted);
        let expected = naive(&rows, &request);
        let one = with_threads(1, &cut(&rows, &[], Texts::Plain), &request);
        prop_assert_eq!(plain(&one), expected.clone());
        let cut_up = with_threads(3, &cut(&rows, &cuts, Texts::Dictionary), &request);
        prop_assert_eq!(plain(&cut_up), expected.clone());
        let mut reversed = rows;
        reversed.reverse();
        let reversed = with_threads(2, &cut(&reversed, &cuts, Texts::Plain), &request);
        prop_assert_eq!(plain(&reversed), expected);
    }
}

#[test]
fn a_mean_and_its_tally_by_hand() {
    let scan = |state, value, diagonal| Long {
        state,
        diagonal,
        ..Long::dice(&[("method", "a")], "p1", "RV", 0.0).hd95(value)
    };
    let rows = [
        scan("ok", Some(4.0), Some(100.0)),
        scan("pred_empty", None, Some(100.0)),
        scan("ref_empty", None, None),
        scan("both_empty", None, Some(100.0)),
        scan("ok", Some(f64::NAN), None),
        scan("ok", Some(1.0), Some(100.0)),
    ];
    let rows = MetricRows::of(table(&rows, Texts::Dictionary)).unwrap();
    let found = scores(&rows, &request(&["metric", "class", "method"], &[])).unwrap();
    let tally =
        Tally { values: 6, both_undefined: 1, one_undefined: 2, penalized: 1, ..Tally::default() };
    // 1, 4 and the diagonal.
    assert_eq!((found.groups[0].mean, found.groups[0].tally), (Some(35.0), tally));
    let kind = &found.metrics["hd95"];
    assert_eq!((kind.unit.as_str(), kind.higher_is_better), ("mm", Some(false)));
    assert_eq!(found.class_ids["RV"], 1);
}

#[test]
fn a_variable_that_only_some_files_have_is_absent_in_the_others() {
    let mut rows = MetricRows::of(table(
        &[Long::dice(&[("method", "a")], "p1", "RV", 0.5)],
        Texts::Dictionary,
    ))
    .unwrap();
    let more = Long::dice(&[("method", "a"), ("ratio", "5")], "p1", "RV", 0.75);
    rows.add_batch(table(&[more], Texts::Dictionary)).unwrap();
    let fields = rows.fields().unwrap();
    assert_eq!(
        fields,
        [
            "case_id",
            "checkpoint",
            "class",
            "dataset",
            "experiment",
            "grid",
            "method",
            "metric",
            "node",
            "phase",
            "ratio",
            "subject"
        ]
    );
    let found = scores(&rows, &request(&["metric", "class", "ratio"], &[])).unwrap();
    let means: Vec<_> =
        plain(&found).into_iter().map(|(key, mean, _)| (key[2].clone(), mean)).collect();
    assert_eq!(
        means,
        [(None, Some(0.5_f64.to_bits())), (Some("5".to_owned()), Some(0.75_f64.to_bits()))]
    );
}

#[test]
fn what_would_be_counted_twice_or_has_two_meanings_is_refused() {
    let row = Long::dice(&[("method", "a")], "p1", "RV", 0.5);
    let again = Long { node: "evaluate_again".to_owned(), ..row.clone() };
    let rows = MetricRows::of(table(&[row.clone(), again], Texts::Plain)).unwrap();
    let wanted = request(&["metric", "class", "method"], &[]);
    let error = scores(&rows, &wanted).unwrap_err();
    assert_eq!(
        error.to_string(),
        "nodes `evaluate[method=a]` and `evaluate_again` both have values of metric dice, class \
         RV, method a"
    );
    let one = request(&["metric", "class", "method"], &[("node", &["evaluate_again"])]);
    assert_eq!(scores(&rows, &one).unwrap().groups.len(), 1);
    assert_eq!(scores(&rows, &request(&["metric", "class", "node"], &[])).unwrap().groups.len(), 2);

    let batch = table(std::slice::from_ref(&row), Texts::Plain);
    let mut rows = MetricRows::of(table(&[row], Texts::Plain)).unwrap();
    let schema = batch.schema();
    let at = schema.index_of("unit").unwrap();
    let mut columns = batch.columns().to_vec();
    columns[at] = std::sync::Arc::new(arrow_array::StringArray::from(vec!["mm"]));
    rows.add_batch(arrow_array::RecordBatch::try_new(schema, columns).unwrap()).unwrap();
    assert_eq!(
        scores(&rows, &wanted).unwrap_err().to_string(),
        "metric `dice` is in `1` with higher better in some rows, but in `mm` with higher better \
         in others"
    );
}

#[test]
fn files_that_are_no_metrics_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("numbers.arrow");
    let column: arrow_array::ArrayRef = std::sync::Arc::new(arrow_array::UInt8Array::from(vec![1]));
    let batch = crate::long::batch(vec![("value".to_owned(), false, column)]).unwrap();
    crate::long::write_arrow(&file, &batch).unwrap();
    let error = MetricRows::open(std::slice::from_ref(&file)).err().unwrap();
    assert_eq!(error.to_string(), format!("{}: there is no column `dataset`", file.display()));
    assert!(error.help().unwrap().contains("metrics.arrow"));
    fs_err::write(&file, b"ARROW1").unwrap();
    assert!(MetricRows::open(&[file]).is_err());
}

#[test]
fn files_are_read_like_rows_in_memory() {
    let row = |method, seed: &str, value| {
        Long::dice(&[("method", method), ("seed", seed)], "p1", "RV", value)
    };
    let rows: Vec<Long> = [row("a", "1", 0.25), row("a", "2", 0.5), row("b", "1", 0.75)].into();
    let dir = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (at, texts) in [Texts::Plain, Texts::Dictionary].into_iter().enumerate() {
        let file = dir.path().join(format!("{at}.arrow"));
        crate::long::write_arrow(&file, &table(&rows[at..=at * 2], texts)).unwrap();
        files.push(file);
    }
    let wanted = request(&["metric", "class", "method", "seed"], &[]);
    let found = scores(&MetricRows::open(&files).unwrap(), &wanted).unwrap();
    assert_eq!(plain(&found), naive(&rows, &wanted));
}
