//! Where YAML surprises people: what is read instead, or what is said about it.

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use pipeline_spec::{Changes, Experiment, SpecErrors, load, parse, read_yaml};
use serde::Deserialize;
use serde_json::{Value, json};

fn read(text: &str) -> Result<Experiment, SpecErrors> {
    parse(text, Path::new("e.yaml"), &Changes::default())
}

/// The value of a parameter that is written like this.
fn value(written: &str) -> Value {
    let flow = read(&format!("experiment: e\nstages: {{ a: {{ with: {{ x: {written} }} }} }}\n"));
    let block = read(&format!("experiment: e\nstages:\n  a:\n    with:\n      x: {written}\n"));
    let [flow, block] =
        [flow, block].map(|experiment| experiment.expect(written).nodes["a"].with.clone());
    assert_eq!(flow, block, "{written}");
    block["x"].clone()
}

/// The first mistake: its place, code, what is said, and the help.
fn mistake(text: &str) -> (String, String, String) {
    let error = read(text).expect_err(text);
    let one = &error.diagnostics[0];
    let place = one.place.as_ref().expect(text);
    let said = format!("{}:{} {}", place.line, place.column, one.code);
    (said, one.message.clone(), one.help.clone().unwrap_or_default())
}

fn param(written: &str) -> (String, String, String) {
    mistake(&format!("experiment: e\nstages:\n  a:\n    with: {{ x: {written} }}\n"))
}

#[test]
fn words_that_old_yaml_takes_for_booleans_are_text() {
    for word in ["no", "No", "NO", "yes", "on", "off", "y", "n", "Off"] {
        assert_eq!(value(word), json!(word));
    }
    assert_eq!([value("true"), value("False")], [json!(true), json!(false)]);
    let experiment =
        read("experiment: e\nmatrix: { v: [no, off] }\nstages: { a: { with: { x: ${v} } } }\n");
    assert_eq!(experiment.unwrap().labels("v"), ["no", "off"]);
}

#[test]
fn numbers_are_those_of_yaml_1_2() {
    assert_eq!(value("0o10"), json!(8));
    assert_eq!(value("0x1F"), json!(31));
    assert_eq!(value("010"), json!("010"));
    assert_eq!(value("1_000"), json!("1_000"));
    assert_eq!(value("1:30"), json!("1:30"));
    assert_eq!(value("12:30:45"), json!("12:30:45"));
    assert_eq!(value("2024-01-02"), json!("2024-01-02"));
    assert_eq!(value("2024-01-02T03:04:05Z"), json!("2024-01-02T03:04:05Z"));
    assert_eq!(value("1.10"), json!(1.1));
    assert_eq!(value("1.10.0"), json!("1.10.0"));
    assert_eq!(value("1e3"), json!(1000.0));
    assert_eq!(value("18446744073709551615"), json!(u64::MAX));
}

#[test]
fn numbers_that_cannot_be_kept_are_refused() {
    for written in [".inf", "-.inf", ".nan", ".NaN"] {
        let (said, message, _) = param(written);
        assert_eq!(said, "4:16 spec::not_finite");
        assert!(message.ends_with("which is not a finite number"), "{message}");
    }
    for written in [
        "18446744073709551616",
        "-99999999999999999999999",
        "340282366920938463463374607431768211456",
        "0xFFFFFFFFFFFFFFFFF",
    ] {
        let (said, message, help) = param(written);
        assert_eq!(said, "4:16 spec::too_large_number", "{written}");
        assert_eq!(message, "`stages.a.with.x`: the whole number is too large to be kept exactly");
        assert!(help.starts_with("put it in quotes"), "{help}");
    }
    // All of a file together.
    let text = "experiment: e\nstages: { a: { with: { x: 18446744073709551616, y: [99999999999999999999] } } }\n";
    assert_eq!(read(text).unwrap_err().diagnostics.len(), 2);
}

#[derive(Debug, Deserialize)]
struct Release {
    #[serde(rename = "version")]
    _version: String,
    #[serde(rename = "signed")]
    _signed: bool,
    #[serde(rename = "mode")]
    _mode: u32,
    #[serde(rename = "limit")]
    _limit: f64,
}

#[test]
fn a_value_of_the_wrong_type_is_quoted_as_it_was_written() {
    let text = "version: 1.10\nsigned: no\nmode: 010\nlimit: 1e400\n";
    let error = read_yaml::<Release>(text, Path::new("r.yaml")).unwrap_err();
    let helps: Vec<&str> =
        error.diagnostics.iter().map(|one| one.help.as_deref().unwrap_or_default()).collect();
    assert_eq!(
        helps,
        [
            "put it in quotes: \"1.10\"",
            "`no` is text; write `false`",
            "a number does not start with 0: write 10",
            "a number is at most about 1.8e308",
        ]
    );
    let versions =
        "experiment: e\nmatrix: { v: [1.10, 1.1] }\nstages: { a: { with: { x: ${v} } } }\n";
    let (said, _, help) = mistake(versions);
    assert_eq!(said, "2:21 spec::duplicate_value");
    assert!(help.contains("unless it is in quotes"), "{help}");
}

#[test]
fn a_key_is_written_once() {
    let cases = [
        ("experiment: e\nexperiment: f\nstages: { a: }\n", "2:1"),
        ("experiment: e\nstages:\n  a:\n  b:\n  a:\n", "5:3"),
        ("experiment: e\nstages: { a: { with: { x: 1, x: 2 } } }\n", "2:30"),
        ("experiment: e\nstages: { a: { with: { \"x\": 1, x: 2 } } }\n", "2:32"),
        ("experiment: e\nmatrix: { v: [1], v: [2] }\nstages: { a: }\n", "2:19"),
    ];
    for (text, place) in cases {
        assert_eq!(mistake(text).0, format!("{place} spec::duplicate_key"), "{text}");
    }
}

#[test]
fn keys_are_text() {
    assert_eq!(param("{ ~: 1 }").1, "a key of this map is nothing (or `~`)");
    assert_eq!(param("{ [1]: 1 }").1, "a key of this map is a list or a map");
    assert_eq!(param("{ true: 1 }").0, "4:13 spec::key");
}

#[test]
fn anchors_repeat_values_and_merges_add_fields() {
    let text = "
experiment: e
stages:
  a: { with: &base { rate: 1, epochs: 2 } }
  b: { with: { <<: *base, epochs: 5 } }
  c: { with: { <<: [*base, { epochs: 9, depth: 3 }] } }
  d: { with: *base }
";
    let experiment = read(text).unwrap();
    let with = |node: &str| experiment.nodes[node].with.clone();
    assert_eq!(with("b"), json!({ "rate": 1, "epochs": 5 }));
    assert_eq!(with("c"), json!({ "rate": 1, "epochs": 2, "depth": 3 }));
    assert_eq!(with("d"), with("a"));
    let (said, message, help) = mistake(
        "experiment: e\nstages:\n  a:\n    with:\n      <<: { x: 1 }\n      <<: { y: 1 }\n",
    );
    assert_eq!(
        (said.as_str(), help.contains("[*first, *second]")),
        ("4:5 spec::duplicate_key", true)
    );
    assert!(message.ends_with("`<<` is written twice in one map"), "{message}");
    assert_eq!(param("{ <<: 5 }").1, "`<<` merges maps, and this is none");
    let own = "experiment: e\nstages:\n  a:\n    with: &w\n      y: *w\n";
    assert_eq!(mistake(own).1, "an alias (`*name`) stands inside the value that it repeats");
}

#[test]
fn bombs_are_refused_quickly() {
    let mut bomb = "experiment: e\na: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, inner) in ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip("abcdefgh".chars()) {
        let items = vec![format!("*{inner}"); 10].join(", ");
        let _ = writeln!(bomb, "{name}: &{name} [{items}]");
    }
    let merges = {
        let mut text = "experiment: e\nm0: &m0 { k0: 1 }\n".to_owned();
        for level in 1..30 {
            let below = level - 1;
            let _ = writeln!(
                text,
                "m{level}: &m{level} {{ k{level}: [*m{below}, *m{below}, *m{below}] }}"
            );
        }
        text
    };
    let deep_lists = format!("experiment: {}\n", "[".repeat(100_000));
    let deep_maps = format!("experiment: {}\n", "{a: ".repeat(100_000));
    let mut deep_blocks = String::new();
    for level in 0..2_000 {
        let _ = writeln!(deep_blocks, "{:level$}a:", "");
    }
    deep_blocks.push_str("experiment: e\n");
    for text in [bomb, merges, deep_lists, deep_maps, deep_blocks] {
        let start = Instant::now();
        let error = read(&text).unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(20), "{error}");
        let first = &error.diagnostics[0];
        assert!(["spec::too_large", "spec::syntax"].contains(&first.code.as_str()), "{error}");
        assert!(first.place.is_some(), "{error}");
    }
}

#[test]
fn tabs_may_separate_but_not_indent() {
    let (said, message, help) = mistake("experiment: e\nstages:\n\ta: {}\n");
    assert_eq!(said, "3:2 spec::syntax");
    assert!(message.contains("tabs"), "{message}");
    assert_eq!(help, "indent with spaces; YAML does not allow tabs there");
    let experiment = read("experiment:\te\nstages:\n  a: { with: { x: a\tb } }\t# note\n").unwrap();
    assert_eq!(experiment.nodes["a"].with, json!({ "x": "a\tb" }));
}

#[test]
fn the_ends_of_lines_and_the_mark_of_windows_do_not_matter() {
    let plain = "experiment: e\nstages:\n  a:\n    with: { x: 1, run: \"a b\" }\n    uses: t\n";
    let same = |text: &str| read(text).unwrap().nodes;
    assert_eq!(same(&plain.replace('\n', "\r\n")), same(plain));
    assert_eq!(same(&format!("\u{feff}{plain}")), same(plain));
    assert_eq!(same(&format!("---\n{plain}...\n")), same(plain));
    assert_eq!(same(plain.trim_end()), same(plain));
}

#[test]
fn what_is_no_document_is_refused_with_a_place() {
    let cases = [
        ("", "1:1 spec::empty"),
        ("\u{feff}", "1:1 spec::empty"),
        (" \n\t\n# note\n", "1:1 spec::empty"),
        ("experiment: e\n---\nexperiment: f\n", "3:1 spec::syntax"),
        ("experiment: a\u{0}b\n", "1:14 spec::syntax"),
        ("\u{0}", "1:1 spec::syntax"),
        ("experiment: \"e\nstages: {}\n", "1:13 spec::syntax"),
        ("experiment: e\nstages: { a: {}\n", "2:9 spec::syntax"),
        ("experiment e\nstages: {}\n", "2:7 spec::syntax"),
    ];
    for (text, expected) in cases {
        assert_eq!(mistake(text).0, expected, "{text:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("utf16.yaml");
    fs_err::write(&file, b"\xff\xfee\x00").unwrap();
    let error = load(&file, &Changes::default()).unwrap_err();
    assert_eq!(error.diagnostics[0].code, "spec::encoding");
}

#[test]
fn text_that_needs_quotes_is_told_so() {
    let help =
        |text: &str| mistake(&format!("experiment: e\ndescription: {text}\nstages: {{ a: }}\n")).2;
    assert!(help("a: b").starts_with("text with `: ` in it needs quotes"));
    assert_eq!(help("@home"), "text that starts with `@` needs quotes");
    assert_eq!(help("%done"), "text that starts with `%` needs quotes");
    assert_eq!(help("`code`"), "text that starts with ``` needs quotes");
    assert!(param("echo \"a: b\", c: 1").2.starts_with("inside `{ }` and `[ ]`"));
}
