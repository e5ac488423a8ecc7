//! Graphs as people have them: a pipeline, one with many variants, hostile names.

use proptest::prelude::*;

use super::*;

fn node(id: &str, group: &str, state: NodeState) -> DagNode {
    DagNode {
        id: id.into(),
        group: group.into(),
        label: group.into(),
        detail: id.strip_prefix(group).unwrap_or_default().trim_matches(['[', ']']).into(),
        state,
        note: String::new(),
        link: None,
    }
}

/// data -> split -> train ×n -> score ×n -> table, and data -> score.
fn pipeline(variants: usize) -> Dag {
    let mut nodes =
        vec![node("data", "data", NodeState::Cached), node("split", "split", NodeState::Ran)];
    let mut edges = vec![(0, 1)];
    for i in 0..variants {
        let state = if i == 0 { NodeState::Failed } else { NodeState::Ran };
        nodes.push(node(&format!("train[seed={i}]"), "train", state));
        edges.push((1, 2 + i));
    }
    for i in 0..variants {
        let state = if i == 0 { NodeState::Skipped } else { NodeState::Cached };
        nodes.push(node(&format!("score[seed={i}]"), "score", state));
        edges.extend([(2 + i, 2 + variants + i), (0, 2 + variants + i)]);
    }
    let table = nodes.len();
    nodes.push(node("table", "table", NodeState::LeftOut));
    edges.extend((0..variants).map(|i| (2 + variants + i, table)));
    Dag { nodes, edges }
}

fn parsed(svg: &str) -> roxmltree::Document<'_> {
    roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{error}\n{svg}"))
}

#[test]
fn few_variants_are_drawn_one_by_one_and_many_as_one_box() {
    let few = pipeline(3).draw(&DagOptions::default());
    assert_eq!(few.boxes.len(), 9);
    let many = pipeline(12).draw(&DagOptions::default());
    let labels: Vec<_> = many.boxes.iter().map(|one| one.label.as_str()).collect();
    assert_eq!(labels, ["data", "split", "train ×12", "score ×12", "table"]);
    assert_eq!(many.boxes[2].summary, "1 failed, 11 ran");
    assert_eq!(many.boxes[2].state, NodeState::Failed);
    assert_eq!(many.boxes[3].summary, "1 skipped, 11 cached");
    assert_eq!(many.boxes[3].reads, [0, 2]);
    // 172 px of box and 40 px between: five layers and the margins.
    assert_eq!(many.width, 5.0 * 172.0 + 4.0 * 40.0 + 16.0);
}

#[test]
fn the_list_says_what_the_picture_shows() {
    let list = pipeline(2).draw(&DagOptions::default()).list();
    assert!(list.contains("<li>data: cached</li>"), "{list}");
    let line = "<li>score (seed=1): cached; reads data, train (seed=1)</li>";
    assert!(list.contains(line), "{list}");
}

#[test]
fn a_short_way_beside_a_longer_one_is_not_drawn() {
    let drawing = pipeline(12).draw(&DagOptions::default());
    let document = parsed(&drawing.svg);
    let class = |name: &str| {
        document.descendants().filter(|node| node.attribute("class") == Some(name)).count()
    };
    // Five reads in the list, four arrows in the picture.
    assert_eq!(class("dag-edge"), 4);
    assert!(drawing.list().contains("reads data, train ×12"), "{}", drawing.list());
}

#[test]
fn both_directions_have_the_same_boxes() {
    let down = DagOptions { direction: Direction::Down, ..DagOptions::default() };
    let (right, down) = (pipeline(3).draw(&DagOptions::default()), pipeline(3).draw(&down));
    assert_eq!(right.boxes, down.boxes);
    assert!(down.height > down.width * 0.7 && right.width > 2.0 * right.height);
}

#[test]
fn scripts_find_nodes_and_members() {
    let drawing = pipeline(12).draw(&DagOptions { prefix: "p 1", ..DagOptions::default() });
    let document = parsed(&drawing.svg);
    let found = |name: &str| document.descendants().filter_map(|n| n.attribute(name)).count();
    assert_eq!((found("data-node"), found("data-members")), (3, 2));
    let members = document.descendants().find_map(|n| n.attribute("data-members")).unwrap();
    let members: Vec<String> = serde_json::from_str(members).unwrap();
    assert_eq!(members[11], "train[seed=11]");
    for id in document.descendants().filter_map(|node| node.attribute("id")) {
        assert!(id.starts_with("p-1-"), "{id}");
    }
}

#[test]
fn hostile_names_stay_text() {
    let hostile = "\"><img src=x onerror='alert(1)'>\u{202e}\u{0}";
    let mut dag = pipeline(6);
    for node in &mut dag.nodes {
        node.id = format!("{hostile}{}", node.id);
        node.label = hostile.into();
        node.detail = hostile.into();
        node.note = hostile.into();
        node.link = Some(hostile.into());
    }
    let drawing =
        dag.draw(&DagOptions { title: hostile, prefix: hostile, ..DagOptions::default() });
    let document = parsed(&drawing.svg);
    let names: std::collections::BTreeSet<_> = document
        .descendants()
        .filter(roxmltree::Node::is_element)
        .map(|n| n.tag_name().name())
        .collect();
    let known = [
        "a", "circle", "defs", "desc", "g", "marker", "path", "rect", "svg", "symbol", "text",
        "title", "use",
    ];
    assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
    let list = drawing.list();
    parsed(&list);
    assert!(!list.contains("<img") && !drawing.svg.contains("<img"));
}

#[test]
fn a_thousand_nodes_are_drawn_in_no_time_grouped_or_not() {
    let dag = pipeline(500);
    let began = std::time::Instant::now();
    let grouped = dag.draw(&DagOptions::default());
    let whole = dag.draw(&DagOptions { collapse_above: usize::MAX, ..DagOptions::default() });
    assert!(began.elapsed().as_secs_f64() < 5.0, "{:?}", began.elapsed());
    assert_eq!((grouped.boxes.len(), whole.boxes.len()), (5, 1003));
    assert!(grouped.svg.len() < 100_000, "{}", grouped.svg.len());
}

#[test]
fn nothing_is_a_picture_too() {
    let drawing = Dag::default().draw(&DagOptions::default());
    assert_eq!((drawing.width, drawing.height), (16.0, 16.0));
    parsed(&drawing.svg);
}

#[test]
fn states_are_known_by_the_words_of_reports() {
    for state in NodeState::ALL {
        assert_eq!(NodeState::parse(state.word()), Some(state));
        assert_eq!(NodeState::parse(state.key()), Some(state));
    }
    assert_eq!(NodeState::parse("lost"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_graph_is_drawn_without_overlaps_and_always_the_same(
        groups in prop::collection::vec(0..6_usize, 0..24),
        edges in prop::collection::vec((0..26_usize, 0..26_usize), 0..60),
    ) {
        let nodes = groups
            .iter()
            .enumerate()
            .map(|(i, group)| node(&format!("g{group}[i={i}]"), &format!("g{group}"), NodeState::Ran))
            .collect();
        let dag = Dag { nodes, edges };
        let drawing = dag.draw(&DagOptions::default());
        prop_assert_eq!(&drawing, &dag.draw(&DagOptions::default()));
        let drawn: usize = drawing.boxes.iter().map(|one| one.nodes.len()).sum();
        prop_assert_eq!(drawn, dag.nodes.len());
        let document = parsed(&drawing.svg);
        let place = |node: roxmltree::Node<'_, '_>, name: &str| -> f64 {
            node.attribute(name).unwrap().parse().unwrap()
        };
        let frames: Vec<(f64, f64)> = document
            .descendants()
            .filter(|node| node.attribute("class") == Some("dag-frame"))
            .map(|node| (place(node, "x"), place(node, "y")))
            .collect();
        for (i, a) in frames.iter().enumerate() {
            prop_assert!(a.0 >= 0.0 && a.0 + 172.0 <= drawing.width, "{:?}", a);
            prop_assert!(a.1 >= 0.0 && a.1 + 66.0 <= drawing.height, "{:?}", a);
            for b in &frames[..i] {
                let apart = (a.0 - b.0).abs() >= 172.0 || (a.1 - b.1).abs() >= 66.0;
                prop_assert!(apart, "{:?} {:?}", a, b);
            }
        }
    }
}
