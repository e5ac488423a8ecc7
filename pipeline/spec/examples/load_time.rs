//! How long experiment files take to read: `cargo run --release -p pipeline-spec --example load_time`.
//!
//! Prints the least and the median time for files of 100, 1 000 and 10 000 nodes, or of as many as
//! the first argument says, and what the parameters of 100 000 matrix combinations cost.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use pipeline_spec::{Changes, Experiment, SpecErrors, parse};

fn main() -> Result<(), SpecErrors> {
    let wanted = std::env::args().nth(1).and_then(|nodes| nodes.parse().ok());
    for nodes in wanted.map_or(vec![100, 1_000, 10_000], |nodes| vec![nodes]) {
        let text = chain(nodes);
        let times = measure(if nodes > 1_000 { 15 } else { 60 }, || {
            parse(&text, Path::new("chain.yaml"), &Changes::default()).map(drop)
        })?;
        report(&format!("load {nodes} nodes, {} KiB", text.len() / 1024), &times);
        let experiment = parse(&text, Path::new("chain.yaml"), &Changes::default())?;
        let times = measure(15, || {
            expand(&experiment, &[BTreeMap::new()]);
            Ok(())
        })?;
        report(&format!("parameters of {nodes} nodes"), &times);
    }
    let text = matrix(1_000, 100);
    let path = Path::new("matrix.yaml");
    let times = measure(15, || parse(&text, path, &Changes::default()).map(drop))?;
    report("load a matrix of 1 000 by 100", &times);
    let experiment = parse(&text, path, &Changes::default())?;
    let points = points(&experiment, &["i", "j"]);
    let times = measure(9, || {
        expand(&experiment, &points);
        Ok(())
    })?;
    report("parameters of 100 000 combinations", &times);
    Ok(())
}

/// A chain of small programs, six lines a node.
fn chain(nodes: usize) -> String {
    let mut text = "experiment: chain\nstages:\n".to_owned();
    for node in 0..nodes {
        let _ = writeln!(
            text,
            "  s{node}:\n    uses: command\n    with: {{ run: \"cat {{in}} > {{out}}\", outputs: {{ out: text }}, seed: {node} }}"
        );
        if node > 0 {
            let _ = writeln!(text, "    inputs:\n      in: s{}.out", node - 1);
        }
        text.push_str("    resources: { cpus: 1, memory: 64MiB }\n");
    }
    text
}

/// One node, multiplied by two lists.
fn matrix(rows: usize, columns: usize) -> String {
    let list =
        |count: usize| (0..count).map(|value| value.to_string()).collect::<Vec<_>>().join(", ");
    format!(
        "experiment: matrix\nmatrix:\n  i: [{}]\n  j: [{}]\nstages:\n  work:\n    uses: command\n    with: {{ run: \"echo ${{i}} ${{j}} > {{out}}\", outputs: {{ out: text }}, row: ${{i}}, column: ${{j}} }}\n",
        list(rows),
        list(columns)
    )
}

/// Every combination of these variables.
fn points(experiment: &Experiment, variables: &[&str]) -> Vec<BTreeMap<String, String>> {
    let mut all = vec![BTreeMap::new()];
    for variable in variables {
        let labels = experiment.labels(variable);
        all = all
            .into_iter()
            .flat_map(|known: BTreeMap<String, String>| {
                labels.iter().map(move |label| {
                    let mut next = known.clone();
                    next.insert((*variable).to_owned(), label.clone());
                    next
                })
            })
            .collect();
    }
    all
}

/// What the engine asks of every node, at each of these points.
fn expand(experiment: &Experiment, points: &[BTreeMap<String, String>]) {
    for node in experiment.nodes.keys() {
        std::hint::black_box(experiment.direct_variables(node));
        for coordinates in points {
            std::hint::black_box(experiment.params(node, coordinates));
        }
    }
}

fn measure(
    times: usize,
    mut work: impl FnMut() -> Result<(), SpecErrors>,
) -> Result<Vec<Duration>, SpecErrors> {
    let mut taken = Vec::with_capacity(times);
    for _ in 0..times {
        let start = Instant::now();
        work()?;
        taken.push(start.elapsed());
    }
    taken.sort();
    Ok(taken)
}

#[expect(clippy::print_stdout, reason = "the numbers are what this program is for")]
fn report(what: &str, times: &[Duration]) {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let (least, median) = (times[0], times[times.len() / 2]);
    println!("{what}: least {:.3} ms, median {:.3} ms", ms(least), ms(median));
}
