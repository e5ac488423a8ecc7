//! The fields of a node beside its parameters: inputs, resources, limits and retries.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use pipeline_spec::{
    Changes, Experiment, GpuShare, Gpus, InputSpec, LimitsSpec, Override, SpecErrors, parse,
};

fn read(node: &str) -> Result<Experiment, SpecErrors> {
    let text = format!(
        "experiment: e\nmatrix: {{ seed: [1] }}\nstages:\n  a: {{ with: {{ s: ${{seed}} }} }}\n  b:\n  c: {node}\n"
    );
    parse(&text, Path::new("e.yaml"), &Changes::default())
}

fn messages(node: &str) -> Vec<String> {
    let error = read(node).expect_err(node);
    let said = |one: &pipeline_spec::Diagnostic| {
        let place = one.place.as_ref().expect("it has a place");
        assert!(one.help.is_some(), "{one}");
        format!("{} `{}`", one.message, place.text())
    };
    error.diagnostics.iter().map(said).collect()
}

fn source(node: &str, port: Option<&str>) -> InputSpec {
    let port = port.map(str::to_owned);
    InputSpec { node: node.to_owned(), port, over: None, labels: BTreeMap::new() }
}

#[test]
fn a_port_may_gather_from_several_nodes_with_labels() {
    let experiment = read(
        "{ inputs: { one: a, metrics: [a, b.out, { from: a.x, over: [seed], as: { method: \"Softmax (Python)\", fold: 3 } }] } }",
    )
    .unwrap();
    let inputs = &experiment.nodes["c"].inputs;
    assert_eq!(inputs["one"], [source("a", None)]);
    let labels = [("fold", "3"), ("method", "Softmax (Python)")];
    let labelled = InputSpec {
        over: Some(vec!["seed".to_owned()]),
        labels: labels.map(|(name, label)| (name.to_owned(), label.to_owned())).into(),
        ..source("a", Some("x"))
    };
    assert_eq!(inputs["metrics"], [source("a", None), source("b", Some("out")), labelled]);
}

#[test]
fn mistakes_in_a_list_of_sources_name_the_item() {
    assert_eq!(
        messages("{ inputs: { m: [a, d, { from: b, over: [sede] }, 5, b.x.y, a] } }"),
        [
            "`stages.c.inputs.m[1]`: there is no node `d` `d`",
            "`stages.c.inputs.m[2].over[0]`: there is no matrix variable `sede` `sede`",
            "`stages.c.inputs.m[3]`: found the number `5`, expected a node `5`",
            "`stages.c.inputs.m[4]`: `b.x.y` is neither a node nor an output of one `b.x.y`",
            "`stages.c.inputs.m[5]`: the same source is there twice `a`",
        ]
    );
    assert_eq!(messages("{ inputs: { m: [] } }"), ["`stages.c.inputs.m` names no node `m`"]);
}

#[test]
fn labels_are_names_and_plain_values() {
    assert_eq!(
        messages("{ inputs: { m: { from: a, as: { a b: x, c: [1], d: , e: ' ' } } } }"),
        [
            "`a b` cannot be the name of a label `a b`",
            "`stages.c.inputs.m.as.c`: found a list, expected text, a number or a boolean `c`",
            "`stages.c.inputs.m.as.d`: found nothing, expected text, a number or a boolean `d`",
            "`stages.c.inputs.m.as.e`: found the text ` `, expected text, a number or a boolean `' '`",
        ]
    );
}

#[test]
fn limits_and_retries_are_read() {
    let experiment = read("{ limits: { time: 1h30m, memory: 8GiB }, retries: 2 }").unwrap();
    let node = &experiment.nodes["c"];
    let limits = LimitsSpec { time: Some(Duration::from_mins(90)), memory_mib: Some(8 * 1024) };
    assert_eq!((node.limits, node.retries), (limits, 2));
    let plain = &experiment.nodes["a"];
    assert_eq!((plain.limits, plain.retries), (LimitsSpec::default(), 0));
    let changes = Changes {
        overrides: vec![
            Override::parse("stages.c.limits.time=5m").unwrap(),
            Override::parse("stages.c.retries=1").unwrap(),
        ],
        ..Changes::default()
    };
    let text = "experiment: e\nstages: { c: { retries: 3 } }\n";
    let experiment = parse(text, Path::new("e.yaml"), &changes).unwrap();
    assert_eq!(experiment.nodes["c"].limits.time, Some(Duration::from_mins(5)));
    assert_eq!(experiment.nodes["c"].retries, 1);
}

#[test]
fn limits_without_units_and_absurd_retries_are_refused() {
    assert_eq!(
        messages("{ limits: { time: 90, memory: 4096, cpu: 1 }, retries: 101 }"),
        [
            "`stages.c.limits.time`: found the number `90`, expected an amount of time with its unit `90`",
            "`stages.c.limits.memory`: found the number `4096`, expected an amount of memory with its unit `4096`",
            "unknown field `cpu` in `stages.c.limits` `cpu`",
            "`stages.c.retries`: found the number `101`, expected a whole number from 0 to 100 `101`",
        ]
    );
    for written in ["-1", "1.5", "two", "[]"] {
        assert_eq!(messages(&format!("{{ retries: {written} }}")).len(), 1, "{written}");
    }
}

#[test]
fn gpus_are_whole_ones_or_a_share_of_one() {
    let gpus = |text: &str| {
        let node = format!("{{ resources: {{ gpus: {text} }} }}");
        read(&node).unwrap().nodes["c"].resources.gpus
    };
    assert_eq!(gpus("2"), Some(Gpus::Devices(2)));
    assert_eq!(gpus("0"), Some(Gpus::NONE));
    assert_eq!(gpus("1.0"), Some(Gpus::Devices(1)));
    let quarter = Some(Gpus::Share(GpuShare::new(0.25).unwrap()));
    assert_eq!(gpus("0.25"), quarter);
    let text = "experiment: e\nstages: { c: }\n";
    let set = Override::parse("stages.c.resources.gpus=0.25").unwrap();
    let changes = Changes { overrides: vec![set], ..Changes::default() };
    let experiment = parse(text, Path::new("e.yaml"), &changes).unwrap();
    assert_eq!(experiment.nodes["c"].resources.gpus, quarter);
}

#[test]
fn other_numbers_of_gpus_say_what_to_write() {
    for (written, found) in [
        ("1.5", "the number `1.5`"),
        ("-1", "the number `-1`"),
        ("0.0001", "the number `0.0001`"),
        ("all", "the text `all`"),
    ] {
        assert_eq!(
            messages(&format!("{{ resources: {{ gpus: {written} }} }}")),
            [format!(
                "`stages.c.resources.gpus`: found {found}, expected a whole number of GPUs, or a part of one GPU `{written}`"
            )]
        );
    }
    let error = read("{ resources: { gpus: 1.5 } }").unwrap_err();
    let help = error.diagnostics[0].help.as_deref().unwrap();
    assert!(help.contains("`gpus: 2`") && help.contains("`gpus: 0.25`"), "{help}");
    let error = read("{ resources: { gpu: 0.25 } }").unwrap_err();
    let said = &error.diagnostics[0];
    assert_eq!(said.message, "unknown field `gpu` in `stages.c.resources`");
    assert!(said.help.as_deref().unwrap().starts_with("did you mean `gpus`?"), "{said:?}");
}
