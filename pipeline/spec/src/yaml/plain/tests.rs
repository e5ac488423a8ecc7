//! The fast reader beside the full ones.

use std::fmt::Write;

use proptest::prelude::*;
use serde_json::json;

use super::read_plain;
use crate::yaml::shield::Shield;
use crate::yaml::spans::read_spots;
use crate::yaml::values::read_values;
use crate::yaml::{Document, Tree};

/// What the full readers make of a text.
fn read_fully(text: &str) -> Result<Tree, String> {
    let shield = Shield::new(text);
    let covered = shield.cover(text);
    read_spots(&covered, shield).map_err(|error| error.message)?;
    read_values(&covered, shield).map_err(|errors| errors[0].message.clone())
}

/// Whether the fast reader takes a text; if it does, it must agree with the full readers.
fn is_plain(text: &str) -> bool {
    if Shield::new(text).is_defeated() {
        return false;
    }
    let Some(tree) = read_plain(text) else { return false };
    assert_eq!(Ok(&tree), read_fully(text).as_ref(), "{text:?}");
    // Maps compare equal in any order.
    let order = |tree: &Tree| format!("{tree:?}");
    assert_eq!(order(&tree), read_fully(text).map(|full| order(&full)).unwrap_or_default());
    true
}

#[test]
fn takes_what_experiments_are_written_in() {
    let texts = [
        "a: 1\n",
        "a:\n  b: text with words # comment\n\n  # comment\n  c: [1, -2, 0.5, 1.0e-3, x]\nd:\n",
        "a: { b: ${seed}, c: \"x: {y}\", d: 'it''s', e: {}, f: [] }\n",
        "a:\n- x\n- y: 1\n  z: 2\n-\n  - q\nb:\n  - { c: d }\n  -\n  - e\n",
        "- a\n- b\n",
        "run: cat {in} > {out}\nurl: http://x.y/z#a\npath: ./a/~b\nmode: 007\nhex: 0x10\nnone: ~\n",
        "a: |\n  line one\n    line two\n\n  # line three\nb: |-\n  x\n\nc: true\n",
        "a.b[0]: 1\n",
        "name: \"tab\\t quote \\\" slash \\\\ line\\n\"\n",
        "größe: 1\n",
        "a: größe 🔑\n",
        "a: |\r\n  x\r\n  y\r\nb: 1\r\n",
    ];
    let taken: Vec<bool> = texts.iter().map(|text| is_plain(text)).collect();
    let expected = [true, true, true, true, true, true, true, false, true, false, true, true];
    assert_eq!(taken, expected);
}

#[test]
fn takes_a_generated_file_of_many_nodes() {
    let mut text = "experiment: chain\nstages:\n".to_owned();
    for node in 0..50 {
        let _ = write!(
            text,
            "  s{node}:\n    uses: command\n    with: {{ run: \"cat {{in}} > {{out}}\" }}\n    inputs:\n      in: s.out\n"
        );
    }
    assert!(is_plain(&text));
}

#[test]
fn leaves_mistakes_and_rare_forms_to_the_full_readers() {
    for text in [
        "",
        "a",
        "a: 1\na: 2\n",
        "a: {b: 1, b: 2}\n",
        "a: b: c\n",
        "a: 1\n  b: 2\n",
        "a:\n    b: 1\n  c: 2\n",
        "a: &x 1\n",
        "a: *x\n",
        "a: !x 1\n",
        "<<: {a: 1}\n",
        "true: 1\n",
        "null: 1\n",
        "1: 2\n",
        "? a\n",
        "a: >\n  x\n",
        "a: |+\n  x\n",
        "a: |\n  x",
        "a: .inf\n",
        "a: -.inf\n",
        "a: .nan\n",
        "a: [1, 2\n",
        "a: [1,\n  2]\n",
        "a: x\n  y\n",
        "a: \"x\n  y\"\n",
        "a: \"\\x41\"\n",
        "a:\t1\n",
        "a: 1\rb: 2\n",
        "---\na: 1\n",
        "a: 1\n...\n",
        "%YAML 1.2\n",
        "a: 1\n--- \nb: 1\n",
        "a: @x\n",
        "a: `x\n",
        "a: %x\n",
        "a: - b\n",
        "a: {b}\n",
        "a: [b: c]\n",
        "a: [b, ]\n",
        "a: {b: , c: 1}\n",
        "a: 'x' y\n",
        "a: {} x\n",
        " a: 1\n",
        "a: 1\u{2028}b: 2\n",
        "a: 1\u{85}b: 2\n",
        "- a\nb: 1\n",
        "a:\n  - b\n  c: 1\n",
    ] {
        assert!(!is_plain(text), "{text:?} was taken");
    }
}

#[test]
fn places_in_a_plain_file_are_found_when_asked_for() {
    let text = "a:\n  b: [1, 22]\n";
    assert!(is_plain(text));
    let document = Document::parse(text, std::path::Path::new("f.yaml")).unwrap();
    assert_eq!(document.tree.to_json(), json!({"a": {"b": [1, 22]}}));
    let place = document.source.place(&crate::FieldPath::parse("a.b[1]"));
    assert_eq!((place.to_string().as_str(), place.text()), ("f.yaml:2:10", "22"));
}

/// Texts near the border of what the fast reader takes.
fn near_plain() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        8 => "[a-z]{1,3}",
        4 => "-?[0-9]{1,3}(\\.[0-9]{1,2})?(e-?[0-9])?",
        2 => prop_oneof![
            Just("null"), Just("~"), Just("true"), Just("False"), Just("no"), Just("0x1f"), Just("010"), Just("0o7"),
            Just("1_0"), Just(".5"), Just("+1"), Just("1."), Just("-0"), Just("1:30"), Just("2024-01-02"), Just("1.2.3"),
            Just(".inf"), Just("-.inf"), Just("inf"), Just("nan"), Just("NULL"), Just("<<"), Just("="), Just("-"), Just("--x"),
        ].prop_map(str::to_owned),
        3 => "[\"'][a-z:#{}$, \\\\]{0,5}[\"']",
        3 => "[a-z$/~.(<+][a-z0-9 :#'\"$/\\-{}\\[\\],&*!|>%@éß]{0,7}",
        2 => Just("${seed}".to_owned()),
        1 => "[a-z]{0,2}\\$?\\$\\{[a-z ]{0,3}\\}[a-z]{0,2}",
    ];
    let flow = scalar.clone().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec(("[a-c0-9]{1,2}", inner), 0..4).prop_map(|fields| {
                let fields: Vec<String> =
                    fields.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                format!("{{ {} }}", fields.join(","))
            }),
        ]
    });
    let line = (
        0_usize..4,
        prop_oneof![4 => Just(""), 3 => Just("- "), 1 => Just("-"), 1 => Just("-   "), 1 => Just("# "), 1 => Just("- - ")],
        prop_oneof![5 => "[a-h]{1,2}: ?".boxed(), 1 => Just(String::new()).boxed(), 1 => "[0-9'\"<.~a-c]{1,3}: ".boxed()],
        prop_oneof![
            3 => flow.boxed(), 3 => scalar.boxed(), 2 => Just(String::new()).boxed(),
            1 => Just("|".to_owned()).boxed(), 1 => Just("|-".to_owned()).boxed()
        ],
        prop_oneof![8 => Just(""), 1 => Just(" # x"), 1 => Just("  "), 1 => Just("#x"), 1 => Just(" #")],
        prop_oneof![12 => Just("\n"), 1 => Just("\n\n"), 1 => Just("\n  \n"), 1 => Just("\r\n"), 1 => Just("\n     \n")],
    );
    (prop::collection::vec(line, 1..9), any::<bool>()).prop_map(|(lines, ends)| {
        let mut text = String::new();
        for (index, (indent, dash, key, value, tail, newline)) in lines.iter().enumerate() {
            let indent = if index == 0 { 0 } else { *indent };
            let _ = write!(text, "{:indent$}{dash}{key}{value}{tail}{newline}", "");
        }
        if ends { text } else { text.trim_end_matches('\n').to_owned() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn reads_as_the_full_readers_do(text in near_plain()) {
        is_plain(&text);
    }
}

#[test]
fn the_comparison_meets_both_outcomes() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let texts = (0..600).map(|_| near_plain().new_tree(&mut runner).unwrap().current());
    let taken = texts.filter(|text| is_plain(text)).count();
    assert!((25..540).contains(&taken), "{taken} of 600 were taken");
}
