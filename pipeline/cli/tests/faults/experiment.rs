//! The experiment that is disturbed: 18 nodes in chains, with workers, and two tables at the end.

/// `TALLY` stands for the file in which actions count themselves.
const CHAINS: &str = "\
experiment: faults
matrix: { seed: [1, 2, 3] }
stages:
  read: { with: { files: [data/a.bin, data/b.bin], tally: TALLY } }
  write: { with: { seed: ${seed}, tally: TALLY } }
  mix: { uses: transform, inputs: { text: write }, with: { how: mixed, tally: TALLY } }
  brush: { uses: transform, inputs: { text: write }, with: { how: brushed, tally: TALLY } }
  forge: { inputs: { text: mix }, with: { how: forged, tally: TALLY } }
  polish: { uses: transform, inputs: { text: forge }, with: { how: polished, tally: TALLY } }
  table:
    inputs: { texts: polish, files: read }
    with: { title: polished, tally: TALLY }
  notes:
    uses: table
    inputs: { texts: brush, files: read }
    with: { title: brushed, tally: TALLY }
";

/// Nodes of [`chains`].
pub(crate) const NODES: usize = 18;

/// The experiment, with actions that count themselves in a file.
pub(crate) fn chains(tally: &str) -> String {
    CHAINS.replace("TALLY", tally)
}

/// An experiment of one worker between two stages, with these parameters of the worker and these
/// further lines of its node.
pub(crate) fn forge(tally: &str, with: &str, more: &str) -> String {
    format!(
        "experiment: faults\nstages:\n  \
           write: {{ with: {{ seed: 1, tally: {tally} }} }}\n  \
           read: {{ with: {{ files: [data/a.bin], tally: {tally} }} }}\n  \
           forge:\n    inputs: {{ text: write }}\n    with:\n      how: forged\n      tally: {tally}\n{with}{more}  \
           table: {{ inputs: {{ texts: forge, files: read }}, with: {{ title: forged }} }}\n"
    )
}

/// The same with a shell script between the two.
pub(crate) fn program(tally: &str, script: &str, more: &str) -> String {
    let indented: Vec<String> = script.lines().map(|line| format!("        {line}")).collect();
    let with = format!("      script: |\n{}\n", indented.join("\n"));
    let text = forge(tally, &with, more);
    text.replace("      how: forged\n", "").replace("  forge:\n", "  forge:\n    uses: program\n")
}
