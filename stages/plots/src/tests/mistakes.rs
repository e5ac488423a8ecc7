//! What users are told.

use pipeline_engine::{Registry, Stage};
use serde_json::{Value, json};

use super::toy::{Toy, names};
use crate::{Figures, FiguresParams};

fn problems(params: Value) -> Vec<String> {
    let params: FiguresParams = serde_json::from_value(params).unwrap();
    Figures
        .check(&params)
        .into_iter()
        .map(|problem| format!("{}: {}", problem.path, problem.message))
        .collect()
}

#[test]
fn every_problem_of_the_parameters_is_reported() {
    assert_eq!(problems(json!({})), [""; 0]);
    let found = problems(json!({
        "rows": "seed",
        "metrics": [],
        "only": ["panels", "panels"],
        "png_scale": 0,
        "panels": {"margin": -1},
    }));
    assert_eq!(
        found,
        [
            "over: `seed` cannot both be averaged over and tell methods apart",
            "metrics: an empty list leaves nothing to draw",
            "png_scale: 0 cannot be used",
            "panels.margin: -1 cannot be used",
            "only[1]: `panels` is listed twice",
        ]
    );
    let registry = Registry::new().with(Figures);
    assert!(registry.get("figures").unwrap().configure(&json!({"colour": 1})).is_err());
}

#[test]
fn inputs_follow_what_is_asked_for() {
    let ports = |only: Value| {
        let params: FiguresParams = serde_json::from_value(json!({"only": only})).unwrap();
        let ports = Figures.ports(&params).inputs.into_iter();
        ports.map(|port| format!("{} {:?}", port.name, port.arity)).collect::<Vec<_>>()
    };
    assert_eq!(ports(json!(["learning"])), ["training_log Many"]);
    assert_eq!(ports(json!(["ratio"])), ["metrics Many"]);
    let all = ["training_log", "metrics", "predictions", "slices", "cases"];
    assert_eq!(ports(json!([])), all.map(|name| format!("{name} Any")));
}

#[test]
fn a_figure_that_was_asked_for_must_have_data() {
    let error = |params| Toy::example().draw(&params).unwrap_err().to_string();
    assert_eq!(
        error(json!({"only": ["ratio"]})),
        "`only` asks for `ratio`, but no matrix variable besides `rows` and `over` has numbers as \
         values, or several have"
    );
    assert_eq!(
        error(json!({"only": ["ratio"], "ratio": {"variable": "share"}})),
        "`ratio.variable` is `share`, which no metrics table was made under"
    );
    assert_eq!(
        error(json!({"ratio": {"variable": "seed"}})),
        "`ratio.variable` is `seed`, which is already in `over`"
    );
    let missing = error(json!({"only": ["learning"], "learning": {"quantities": ["x"]}}));
    assert!(
        missing.contains("the training logs have validation/dice/mean, loss/total"),
        "{missing}"
    );
    let missing = error(json!({"only": ["distribution"], "metrics": ["hd95"]}));
    assert!(missing.contains("no metrics table has it on the grid `network`"), "{missing}");
}

#[test]
fn a_value_that_is_no_number_has_no_place_on_an_axis() {
    let toy = Toy::new().metrics(&[("method", "a"), ("ratio", "few")], 0.0);
    let error = toy.draw(&json!({"ratio": {"variable": "ratio"}})).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the value `few` of `ratio` is no number, so it has no place on an axis"
    );
}

#[test]
fn predictions_without_slices_are_left_out_with_a_warning() {
    let toy = Toy::example().without("slices");
    let warnings = toy.draw(&json!({})).unwrap();
    assert_eq!(warnings.len(), 4);
    assert_eq!(
        warnings[0],
        "predictions are left out: no `slices` artifact belongs to the predictions of method = \
         full, seed = 8"
    );
}

#[test]
fn hostile_names_stay_text_and_lead_nowhere() {
    let hostile = "../<script>alert(1)</script>&\u{202e}";
    let toy = Toy::with_classes(&[hostile, "con"]);
    let toy = toy.run(&[("method", hostile), ("fold", "../../x")], 0.0);
    let figures = toy.index(&json!({"names": {hostile: "]]>\"'&<b>"}}));
    assert!(names(&figures).contains(&"agreement-volume-script-alert-1-script-fold-..-..-x"));
    for figure in &figures {
        for key in ["svg", "page"] {
            let file = figure[key].as_str().unwrap();
            let text = fs_err::read_to_string(toy.output().join(file)).unwrap();
            assert!(
                !text.contains("<script") && !text.contains("<b>") && !text.contains('\u{202e}')
            );
        }
    }
    assert_eq!(fs_err::read_dir(toy.output()).unwrap().count(), 2 * figures.len() + 2);
}
