//! Building graphs: wiring, matrix expansion, and the mistakes people make.

use crate::toy::{self, Workshop};

fn mistakes(yaml: &str) -> String {
    Workshop::new().mistakes(yaml).join("\n")
}

#[test]
fn an_unknown_stage_is_named_with_a_suggestion() {
    insta::assert_snapshot!(mistakes(
        "{ experiment: x, stages: { text: { uses: texd, with: { text: a } } } }"
    ));
}

#[test]
fn every_wrong_parameter_is_reported_once_with_what_is_accepted() {
    insta::assert_snapshot!(mistakes(
        "
experiment: x
matrix: { seed: [1, 2] }
stages:
  text: { with: { text: a } }
  typo: { uses: append, with: { wrod: x, note: '${seed}' } }
  type: { uses: append, with: { repeat: many } }
  range: { uses: append, with: { repeat: 12 } }
"
    ));
}

#[test]
fn a_cycle_prints_its_whole_path() {
    // Toys of kinds that feed each other do not exist, so the cycle goes through two imports.
    let shop = Workshop { registry: toy::registry().with(loops::Loop), ..Workshop::new() };
    insta::assert_snapshot!(
        shop.mistakes(
            "
experiment: x
stages:
  a: { uses: loop, inputs: { in: c } }
  b: { uses: loop, inputs: { in: a } }
  c: { uses: loop, inputs: { in: b } }
"
        )
        .join("\n")
    );
}

#[test]
fn ambiguous_missing_and_wrong_connections_are_all_reported() {
    insta::assert_snapshot!(mistakes(
        "
experiment: x
stages:
  one: { uses: text, with: { text: a } }
  two: { uses: text, with: { text: b } }
  ambiguous: { uses: append }
  unknown_port: { uses: append, inputs: { im: one } }
  unknown_output: { uses: append, inputs: { in: one.outt } }
  wrong_kind: { uses: join, inputs: { in: one } }
"
    ));
    insta::assert_snapshot!(mistakes("{ experiment: x, stages: { join: {} } }"));
}

#[test]
fn gathering_over_one_variable_leaves_the_others() {
    let shop = Workshop::new();
    let graph = shop.graph(
        "
experiment: x
matrix: { seed: [1, 2], draw: [a, b] }
stages:
  text: { with: { text: '${draw}' } }
  append: { with: { note: 'seed ${seed}' } }
  join: { inputs: { in: { from: append, over: [seed] } } }
",
        &[],
    );
    let joins: Vec<_> = graph.nodes.iter().filter(|node| node.name == "join").collect();
    let ids: Vec<_> = joins.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["join[draw=a]", "join[draw=b]"]);
    let gathered: Vec<_> =
        joins[0].inputs[0].from.iter().map(|from| graph.nodes[from.node].id.as_str()).collect();
    assert_eq!(gathered, ["append[draw=a,seed=1]", "append[draw=a,seed=2]"]);
}

#[test]
fn the_graph_can_be_drawn() {
    let shop = Workshop::new();
    let graph = shop.graph(
        "
experiment: x
matrix: { seed: [1, 2] }
stages:
  text: { with: { text: a } }
  longer: { uses: append, with: { note: 'seed ${seed}' } }
  join: {}
",
        &[],
    );
    insta::assert_snapshot!("mermaid", graph.to_mermaid());
    insta::assert_snapshot!("dot", graph.to_dot());
}

mod loops {
    use pipeline_engine::{Placement, Ports, Stage, StageInfo};

    use crate::toy::NoParams;

    /// Reads what it writes.
    pub(crate) struct Loop;

    impl Stage for Loop {
        type Params = NoParams;

        fn info(&self) -> StageInfo {
            StageInfo {
                name: "loop",
                version: 1,
                summary: "A toy that can feed itself.",
                placement: Placement::InProcess,
            }
        }

        fn ports(&self, _params: &NoParams) -> Ports {
            Ports::new().input("in", "loop").output("out", "loop")
        }
    }
}
