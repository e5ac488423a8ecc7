//! Tables of layouts, as files of the stage.

use std::fmt::Write;

use pipeline_engine::{Registry, Stage};
use serde_json::json;

use super::toy::{Toy, dataset, example, read, rows};
use crate::Compare;
use stages_tables::{Grid, Scoring};

#[test]
fn every_layout_gives_a_file_in_every_format() {
    let toy = example();
    let params = json!({
        "order": ["full", "partial"],
        "unranked": ["full"],
        "tables": {
            "by-grid": {"columns": ["grid", "checkpoint"], "names": {"full": "Full supervision"}},
            "classes": {"rows": ["class", "method"], "columns": ["checkpoint"], "second": false},
        },
    });
    assert_eq!(toy.compare(&params).unwrap(), [""; 0]);
    let folder = fs_err::read_dir(toy.output().join("tables")).unwrap();
    let mut names: Vec<String> =
        folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "by-grid.csv",
            "by-grid.html",
            "by-grid.md",
            "by-grid.tex",
            "by-grid.typ",
            "classes.csv",
            "classes.html",
            "classes.md",
            "classes.tex",
            "classes.typ",
        ]
    );
    assert!(!toy.output().join("metrics.arrow").exists());
    // When this changes, the same inputs give other bytes: bump the stage's version.
    let mut pinned = format!("version {}\n", Compare.info().version);
    for name in &names {
        let bytes = fs_err::read(toy.output().join("tables").join(name)).unwrap();
        writeln!(pinned, "{name} {}", &blake3::hash(&bytes).to_hex()[..16]).unwrap();
    }
    let tables = ["by-grid.md", "classes.md"].map(|name| read(&toy.output().join("tables"), name));
    insta::assert_snapshot!(format!("{pinned}\n{}", tables.join("\n======\n")));
}

#[test]
fn the_numbers_are_those_of_the_comparison() {
    let toy = example();
    let both = |params| {
        let text = toy.text(&params, "comparison.md");
        let own = read(&toy.output().join("tables"), "same.md");
        let lines = |text: &str| -> Vec<String> {
            let table = text.split("\n\n").find(|part| part.starts_with('|')).unwrap();
            table.lines().map(str::to_owned).collect()
        };
        (lines(&text), lines(&own))
    };
    for params in [
        json!({"tables": {"same": {}}}),
        json!({"grid": "native", "checkpoint": "last", "tables": {"same": {}}}),
        json!({"decimals": 4, "percent": false, "names": {"full": "Full"}, "order": ["partial"],
            "unranked": ["full"], "tables": {"same": {}}}),
    ] {
        let (comparison, own) = both(params);
        assert_eq!(comparison, own);
    }
}

#[test]
fn what_was_done_before_scoring_is_said_below_every_table() {
    let heart = dataset("heart", &["RV"]);
    let scoring = Scoring { ignore_label: Some(4), ..Scoring::default() };
    let toy = Toy::new().run_scored(
        &[("method", "a")],
        &heart,
        scoring,
        rows(&heart, Grid::Network, "best", &[&[Some(0.5)]]),
    );
    toy.compare(&json!({"tables": {"one": {}}})).unwrap();
    let text = read(&toy.output().join("tables"), "one.md");
    assert!(text.contains("- Before scoring: voxels annotated as 4 were left out."), "{text}");
}

#[test]
fn a_table_that_cannot_be_made_is_named() {
    let error = example()
        .compare(&json!({"tables": {"fine": {}, "wrong": {"rows": ["ratio"]}}}))
        .unwrap_err();
    assert_eq!(error.message, "table `wrong` cannot be made");
    assert!(error.details[0].contains("`rows` names `ratio`"), "{:?}", error.details);
    let help = error.help.unwrap();
    assert!(help.contains("method; metric"), "{help}");
}

#[test]
fn a_variable_may_be_called_like_a_column_or_like_the_classes() {
    let heart = dataset("heart", &["RV"]);
    let values = |dice| rows(&heart, Grid::Network, "best", &[&[Some(dice)]]);
    let coordinates = |class| [("class", class), ("dataset", "mine"), ("method", "a"), ("n", "1")];
    let toy = Toy::new().run(&coordinates("x"), &heart, values(0.5)).run(
        &coordinates("y"),
        &heart,
        values(0.75),
    );
    let layout = json!({"rows": ["matrix.class", "matrix.dataset", "n"], "columns": ["class"]});
    toy.compare(&json!({"over": [], "tables": {"t": layout}})).unwrap();
    let csv = read(&toy.output().join("tables"), "t.csv");
    assert_eq!(
        csv,
        "matrix.class,matrix.dataset,n,RV,runs,origin\nx,mine,1,50,1,measured\n\
         y,mine,1,75,1,measured\n"
    );
}

#[test]
fn mistakes_in_layouts_are_told_with_all_others() {
    let registry = Registry::new().with(Compare);
    let stage = registry.get("compare").unwrap();
    let params = json!({"decimals": 7, "tables": {
        "a b": {},
        "c": {"columns": ["method"], "rows": ["method"]},
    }});
    let problems = stage.configure(&params).err().unwrap();
    let paths: Vec<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["decimals", "tables", "tables.c.columns[0]"]);
    let unknown = stage.configure(&json!({"tables": {"a": {"row": ["method"]}}})).err().unwrap();
    assert!(unknown[0].message.contains("unknown field `row`"), "{}", unknown[0].message);
}

#[test]
fn metrics_without_a_direction_and_a_lonely_reference_are_warned_of() {
    let heart = dataset("heart", &["RV"]);
    let mut values = rows(&heart, Grid::Network, "best", &[&[Some(0.5)]]);
    for row in &mut values {
        row.metric = "volume_difference".to_owned();
        row.unit = "ml".to_owned();
        row.higher_is_better = None;
    }
    let params = json!({"metric": "volume_difference", "significance": {"reference": "a"}});
    let toy = Toy::new().run(&[("method", "a")], &heart, values.clone());
    assert_eq!(
        toy.compare(&params).unwrap(),
        [
            "nothing on heart is compared with `a`: it is the only row there",
            "`volume_difference` is not compared with `a`: neither more nor less is better",
        ]
    );
}
