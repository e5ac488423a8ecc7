//! The table itself: order, bytes, parameters.

use pipeline_engine::{Registry, Stage};
use serde_json::json;
use stages_tables::{Grid, MetricsTable};

use super::toy::{Plane, Toy, ToyScan, case, identity, two_planes, whole_canvas};
use crate::{Evaluate, EvaluateParams};

/// Scans `b` and `a`, in this order, each predicted by `last` and `best`.
fn two_scans() -> Toy {
    let scan = |id: &str, first: u8| ToyScan {
        case: case(id, [3, 1, 1]),
        voxels: vec![first, 1, 2],
        geometry: identity(3, 1),
        labelled: true,
        planes: vec![Plane {
            z: 0,
            label: vec![first, 1, 2],
            predictions: vec![("last", vec![1, 1, 2]), ("best", vec![0, 1, 2])],
        }],
    };
    whole_canvas(3, 1, vec![scan("b", 1), scan("a", 0)])
}

#[test]
fn rows_are_sorted_by_scan_class_metric_grid_and_checkpoint() {
    let table = two_scans().evaluate_with(&json!({"metrics": ["hd95", "dice"]}));
    let metrics: Vec<_> = table.rows[..8].iter().map(|row| row.metric.as_str()).collect();
    assert_eq!(metrics, ["dice", "dice", "dice", "dice", "hd95", "hd95", "hd95", "hd95"]);
    let table = two_scans().evaluate_with(&json!({"metrics": ["dice"]}));
    let rows: Vec<_> = table
        .rows
        .iter()
        .map(|row| format!("{} {} {:?} {}", row.case_id, row.class_name, row.grid, row.checkpoint))
        .collect();
    let expected: Vec<_> = ["a", "b"]
        .iter()
        .flat_map(|case| ["ring", "core"].map(|class| format!("{case} {class}")))
        .flat_map(|key| [Grid::Network, Grid::Native].map(|grid| format!("{key} {grid:?}")))
        .flat_map(|key| ["best", "last"].map(|checkpoint| format!("{key} {checkpoint}")))
        .collect();
    assert_eq!(rows, expected);
    // Scan `a`, class 1, native: `last` predicts two voxels where one is annotated.
    let last = table.rows.iter().find(|row| row.grid == Grid::Native && row.checkpoint == "last");
    assert_eq!(last.unwrap().value, Some(2.0 / 3.0));
    let first = &table.rows[0];
    assert_eq!((first.subject.as_str(), first.phase.as_deref()), ("subject of a", Some("ED")));
    assert_eq!((first.metric.as_str(), first.unit.as_str()), ("dice", "1"));
    assert_eq!((first.higher_is_better, first.diagonal_mm), (Some(true), None));
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads() {
    let written = two_scans().write();
    let bytes = |cpus| {
        written.evaluate(&json!({}), cpus).unwrap();
        fs_err::read(written.path("metrics").join(MetricsTable::FILE)).unwrap()
    };
    assert_eq!(bytes(1), bytes(4));
}

/// When this fails, the same inputs give other bytes: bump the stage's version.
#[test]
fn the_bytes_of_a_known_evaluation_are_pinned_with_the_version() {
    let written = two_scans().write();
    written.evaluate(&json!({}), 2).unwrap();
    let bytes = fs_err::read(written.path("metrics").join(MetricsTable::FILE)).unwrap();
    let digest = blake3::hash(&bytes).to_hex();
    assert_eq!((Evaluate.info().version, &digest[..16]), (2, "d99bc059d1dd1f18"));
}

#[test]
fn only_the_grids_asked_for_are_scored() {
    let written = two_planes([[1, 1, 2], [1, 2, 2]], [[1, 0, 2], [1, 1, 0]]).write();
    written.evaluate(&json!({"grids": ["native"]}), 1).unwrap();
    let table = MetricsTable::read(&written.path("metrics")).unwrap();
    // Two classes, three metrics.
    assert_eq!(table.rows.len(), 6);
    assert!(table.rows.iter().all(|row| row.grid == Grid::Native));
}

#[test]
fn parameters_are_checked() {
    let registry = Registry::new().with(Evaluate);
    let stage = registry.get("evaluate").unwrap();
    let problems = |params| stage.configure(&params).err().unwrap();
    let empty = problems(json!({"metrics": [], "grids": ["native", "native"]}));
    let paths: Vec<_> = empty.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["metrics", "grids"]);
    assert_eq!(empty[1].message, "an entry is listed twice");
    let unknown = problems(json!({"metrics": ["dise"]}));
    assert_eq!(unknown[0].path, "metrics[0]");
    assert!(unknown[0].message.contains("`dise`"), "{}", unknown[0].message);

    let defaults = stage.configure(&json!({})).unwrap();
    let expected = serde_json::to_value(EvaluateParams::default()).unwrap();
    assert_eq!(defaults.params(), &expected);
    assert_eq!(
        expected,
        json!({"metrics": ["dice", "hd95", "assd"], "grids": ["network", "native"]})
    );
}
