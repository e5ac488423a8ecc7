//! No input makes the readers panic.

use std::path::Path;

use pipeline_spec::{
    Changes, FieldPath, Override, Sweep, parse, parse_duration, parse_memory, read_yaml,
};
use proptest::prelude::*;

const SEED: &str = "
experiment: e
matrix: { seed: [1, 2], method: { a: {}, b: { train: { x: [1, 2] } } } }
stages:
  train: { uses: t, with: { seed: '${seed}', x: &x [1] }, inputs: { a: b.c }, resources: { memory: 1GiB } }
  b: { with: { y: *x } }
";

fn try_everything(text: &str, set: &str) {
    let overrides: Vec<Override> = Override::parse(set).into_iter().collect();
    let sweeps: Vec<Sweep> = Sweep::parse(set).into_iter().collect();
    let changed = [
        Changes::default(),
        Changes { overrides, ..Changes::default() },
        Changes { sweeps, ..Changes::default() },
    ];
    for changes in &changed {
        match parse(text, Path::new("e.yaml"), changes) {
            Ok(experiment) => {
                for node in experiment.nodes.keys() {
                    let coordinates = experiment
                        .direct_variables(node)
                        .into_iter()
                        .filter_map(|name| Some((name.clone(), experiment.labels(&name).pop()?)))
                        .collect();
                    let _ = experiment.params(node, &coordinates);
                }
            }
            Err(errors) => {
                assert!(!errors.diagnostics.is_empty());
                for diagnostic in &errors.diagnostics {
                    assert!(!diagnostic.message.is_empty());
                    assert!(diagnostic.code.starts_with("spec::"));
                }
            }
        }
    }
    let _ = read_yaml::<serde_json::Value>(text, Path::new("m.yaml"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn on_any_text(text in any::<String>(), set in any::<String>()) {
        try_everything(&text, &set);
        let _ = parse_memory(&text);
        let _ = parse_duration(&text);
        let _ = FieldPath::parse(&text);
    }

    #[test]
    fn on_text_that_looks_like_yaml(
        text in "([a-z]{1,3}|[\\-:,\\[\\]{}&*!|>'\"%@#?<$ \n\t]|\\$\\{|: |\n  |- |é|🔑|1|\\.inf){0,40}",
        set in "(train|matrix|stages|b)(\\.[a-z0-9]{1,4}){0,3}=[0-9a-z\\[\\]{}:, ]{0,8}",
    ) {
        try_everything(&text, &set);
    }

    #[test]
    fn on_an_experiment_with_a_stretch_replaced(
        start in 0..SEED.len(),
        length in 0_usize..12,
        insert in "[a-z:{}\\[\\]$&*,\n é'\"0-9.-]{0,6}",
        set in "(train|matrix\\.(seed|method)|stages\\.train|b)(\\.[a-bx0-2]{1,2}){0,3}=[0-9ab\\[\\]{}:, ]{0,6}",
    ) {
        let end = (start + length).min(SEED.len());
        let text = format!("{}{insert}{}", &SEED[..start], &SEED[end..]);
        try_everything(&text, &set);
    }
}
