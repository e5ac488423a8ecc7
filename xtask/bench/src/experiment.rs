//! The graphs as experiment files of `orchestrate`.

use std::fmt::Write;

use crate::dag::{DEPTH, Dag, input_of};

/// The graph with every stage written out.
pub(crate) fn written(dag: Dag) -> String {
    let mut text = String::from("experiment: bench\nstages:\n");
    for stage in dag.stages() {
        let name = stage.name();
        match stage.before() {
            None => {
                let file = input_of(stage.chain);
                text.push_str(&first(&name, &file));
            }
            Some(before) => push(&mut text, &later(&name, &before.name(), stage.layer)),
        }
    }
    text
}

/// The same graph as ten stages that a matrix multiplies.
pub(crate) fn matrix(dag: Dag) -> String {
    let mut text = matrix_head(dag);
    text.push_str(&first("s0", "in/${chain}.txt"));
    push_layers(&mut text);
    text
}

/// The graph of [`matrix`] with a first layer that reads no files, so that a large one measures
/// the graph alone.
pub(crate) fn matrix_without_files(dag: Dag) -> String {
    let mut text = matrix_head(dag);
    text.push_str(
        "  s0:\n    uses: command\n    with:\n      run: \"echo input number ${chain} > \
         {outputs.out}/out.txt\"\n      outputs: { out: text }\n",
    );
    push_layers(&mut text);
    text
}

/// One stage that declares a folder and reads none of it.
pub(crate) fn folder(folder: &str) -> String {
    format!(
        "experiment: files\nstages:\n  count:\n    uses: command\n    with:\n      \
         run: \"echo done > {{outputs.out}}/n.txt\"\n      sources: [{folder}]\n      \
         outputs: {{ out: text }}\n"
    )
}

/// Independent in-process stages of the program `toy`.
pub(crate) fn toy(actions: usize) -> String {
    let words: Vec<_> = (0..actions).map(|word| format!("w{word}")).collect();
    format!(
        "experiment: toy\nmatrix:\n  word: [{}]\nstages:\n  say:\n    with: {{ word: \"${{word}}\" \
         }}\n",
        words.join(", ")
    )
}

fn matrix_head(dag: Dag) -> String {
    let chains: Vec<_> = (0..dag.width).map(|chain| chain.to_string()).collect();
    format!("experiment: bench\nmatrix:\n  chain: [{}]\nstages:\n", chains.join(", "))
}

fn push_layers(text: &mut String) {
    for layer in 1..DEPTH {
        push(text, &later(&format!("s{layer}"), &format!("s{}", layer - 1), layer));
    }
}

fn first(name: &str, file: &str) -> String {
    format!(
        "  {name}:\n    uses: command\n    with:\n      run: \"cat {{sources.{file}}} > \
         {{outputs.out}}/out.txt\"\n      sources: [\"{file}\"]\n      outputs: {{ out: text }}\n"
    )
}

/// The layer is part of the command: equal commands on equal content are one action.
fn later(name: &str, before: &str, layer: usize) -> String {
    format!(
        "  {name}:\n    uses: command\n    with:\n      run: \"cat {{inputs.in}}/out.txt > \
         {{outputs.out}}/out.txt # {layer}\"\n      inputs: {{ in: text }}\n      outputs: {{ out: text }}\n    \
         inputs: {{ in: {before} }}\n"
    )
}

fn push(text: &mut String, stage: &str) {
    // Writing into a text cannot fail.
    let _ = text.write_str(stage);
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: &str = "  s1_0:\n    uses: command\n    with:\n      run: \"cat {inputs.in}/out.txt \
                          > {outputs.out}/out.txt # 1\"\n      inputs: { in: text }\n      outputs: { \
                          out: text }\n    inputs: { in: s0_0 }\n";

    #[test]
    fn writes_every_stage_out() {
        let text = written(Dag::new(20));
        assert_eq!(text.matches("uses: command").count(), 20);
        assert!(text.contains(SECOND), "{text}");
        assert!(text.contains("cat {sources.in/1.txt} > {outputs.out}/out.txt"));
    }

    #[test]
    fn a_matrix_says_the_same_in_ten_stages() {
        let text = matrix(Dag::new(30));
        assert_eq!(text.matches("uses: command").count(), 10);
        assert!(text.contains("chain: [0, 1, 2]"));
        assert!(text.contains("sources: [\"in/${chain}.txt\"]"));
        assert!(!matrix_without_files(Dag::new(30)).contains("sources"));
    }
}
