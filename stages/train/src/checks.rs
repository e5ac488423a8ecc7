//! What the types of [`TrainParams`] cannot say.

mod augmentation;
mod optimizer;
mod regularizer;
mod weight;

use std::fmt::Display;

use pipeline_engine::ParamProblem;

use self::optimizer::{learning_rate, optimizer};
use crate::TrainParams;

/// Every problem with the parameters, together.
pub(crate) fn problems(params: &TrainParams) -> Vec<ParamProblem> {
    let mut found = Found(Vec::new());
    sizes(params, &mut found);
    augmentation::check(params, &mut found);
    optimizer(&params.optimizer, &mut found);
    learning_rate(&params.learning_rate, params.epochs, &mut found);
    for (i, regularizer) in params.regularizers.iter().enumerate() {
        let path = format!("regularizers[{i}].{}", regularizer.name());
        regularizer::check(&path, regularizer, params, &mut found);
    }
    if params.needs().unlabelled_images() {
        found.at_least_one("batch_unlabelled", params.batch_unlabelled);
    }
    let teacher = &params.teacher;
    found.unless(
        (0.0..1.0).contains(&teacher.decay),
        "teacher.decay",
        teacher.decay,
        "a number from 0 up to, not including, 1",
    );
    found.within("teacher.shrink", teacher.shrink, 1.0);
    found.0
}

fn sizes(params: &TrainParams, found: &mut Found) {
    // Four halvings must come out even, or skip connections and upsampled features differ in size.
    found.unless(
        (1..=4096).contains(&params.crop) && params.crop.is_multiple_of(16),
        "crop",
        params.crop,
        "a multiple of 16 from 16 to 4096, such as 64, 96, 128 or 224",
    );
    // Sixteen pixels are one pixel at the lowest level, and one value has no variance.
    found.unless(
        params.crop != 16 || params.images_per_step() > 1,
        "crop",
        params.crop,
        "at least 32, or more than one image in a step",
    );
    for (i, width) in params.network.widths.iter().enumerate() {
        found.unless(
            (1..=4096).contains(width),
            &format!("network.widths[{i}]"),
            width,
            "a whole number from 1 to 4096",
        );
    }
    found.at_least_one("epochs", params.epochs);
    found.at_least_one("iterations_per_epoch", params.iterations_per_epoch);
    found.at_least_one("batch_labelled", params.batch_labelled);
    for (path, images) in
        [("batch_labelled", params.batch_labelled), ("batch_unlabelled", params.batch_unlabelled)]
    {
        found.unless(images <= 4096, path, images, "at most 4096");
    }
    found.at_least_one("validate_every", params.validate_every);
}

/// Collects problems.
struct Found(Vec<ParamProblem>);

impl Found {
    fn unless(&mut self, accepted: bool, path: &str, value: impl Display, help: &str) {
        if !accepted {
            self.0.push(ParamProblem::new(path, format!("found {value}")).with_help(help));
        }
    }

    fn at_least_one(&mut self, path: &str, value: u32) {
        self.unless(value >= 1, path, value, "a whole number of at least 1");
    }

    fn positive(&mut self, path: &str, value: f64) {
        self.unless(value.is_finite() && value > 0.0, path, value, "a number above 0");
    }

    fn not_negative(&mut self, path: &str, value: f64) {
        self.unless(value.is_finite() && value >= 0.0, path, value, "a number of at least 0");
    }

    fn within(&mut self, path: &str, value: f64, largest: f64) {
        self.unless(
            (0.0..=largest).contains(&value),
            path,
            value,
            &format!("a number from 0 to {largest}"),
        );
    }
}

#[cfg(test)]
mod tests {
    use pipeline_engine::Registry;
    use serde_json::{Value, json};

    use super::*;
    use crate::{Predict, Train};

    pub(in crate::checks) fn messages(stage: &str, raw: &Value) -> Vec<String> {
        let registry = Registry::new().with(Train).with(Predict);
        match registry.get(stage).unwrap().configure(raw) {
            Ok(_) => Vec::new(),
            Err(problems) => problems
                .into_iter()
                .map(|p| format!("{}: {} ({})", p.path, p.message, p.help.unwrap_or_default()))
                .collect(),
        }
    }

    #[test]
    fn accepts_the_defaults_and_every_method_of_the_paper() {
        let methods = [
            json!({}),
            json!({"supervision": "all", "unlabelled_in_batch_norm": false}),
            json!({"regularizers": [
                {"consistency": {"divergence": "mse", "weight": {"value": 5.0}}},
                {"local_mi": {"weight": {"value": 0.1, "ramp_until": 0.6, "shape": "sigmoid"}}},
                {"entropy": {"weight": {"value": 1e-5}}},
            ]}),
            json!({"learning_rate": {"poly": {"lr": 0.001}}, "optimizer": {"adam": {}}}),
        ];
        for method in methods {
            assert_eq!(messages("train", &method), Vec::<String>::new(), "{method}");
        }
    }

    #[test]
    fn reports_every_problem_with_its_path_and_what_is_accepted() {
        let raw = json!({
            "crop": 100,
            "epochs": 5,
            "batch_unlabelled": 0,
            "augment": {"vertical_flip": 1.5},
            "optimizer": {"adam": {"betas": [0.9, 1.0]}},
            "regularizers": [{"local_mi": {"window": 60, "weight": {"value": -1.0}}}],
        });
        insta::assert_snapshot!(messages("train", &raw).join("\n"), @r"
        crop: found 100 (a multiple of 16 from 16 to 4096, such as 64, 96, 128 or 224)
        augment.vertical_flip: found 1.5 (a number from 0 to 1)
        optimizer.adam.betas[1]: found 1 (a number from 0 up to, not including, 1)
        learning_rate.warmup_cosine.warmup_epochs: found 10 (less than `epochs`, which is 5)
        regularizers[0].local_mi.weight.value: found -1 (a number of at least 0)
        regularizers[0].local_mi.window: found 60 (less than half of `crop`, which is 100)
        batch_unlabelled: found 0 (a whole number of at least 1)
        ");
    }

    #[test]
    fn names_what_a_regularizer_cannot_work_with() {
        let weight = json!({"value": 0.1});
        let raw = json!({
            "batch_labelled": 1,
            "batch_unlabelled": 1,
            "regularizers": [
                {"ua_mt": {"weight": weight, "passes": 0, "noise": -0.1}},
                {"ict": {"weight": weight, "alpha": 0.0}},
                {"mixup": {"weight": weight}},
                {"vat": {"weight": weight, "epsilon": 0.0, "xi": -1.0, "power_iterations": 101}},
                {"cct": {"weight": weight, "noise": 1.5, "dropout": 1.0}},
            ],
        });
        insta::assert_snapshot!(messages("train", &raw).join("\n"), @r"
        regularizers[0].ua_mt.passes: found 0 (a whole number from 1 to 100)
        regularizers[0].ua_mt.noise: found -0.1 (a number of at least 0)
        regularizers[1].ict.alpha: found 0 (a number above 0)
        batch_unlabelled: found 1 (at least 2, for `ict` mixes two images)
        batch_labelled: found 1 (at least 2, for `mixup` mixes two images)
        regularizers[3].vat.epsilon: found 0 (a number above 0)
        regularizers[3].vat.xi: found -1 (a number above 0)
        regularizers[3].vat.power_iterations: found 101 (a whole number from 1 to 100)
        regularizers[4].cct.noise: found 1.5 (a number from 0 to 1)
        regularizers[4].cct.dropout: found 1 (a number from 0 up to, not including, 1)
        ");
    }

    #[test]
    fn unlabelled_images_are_asked_for_only_where_a_term_uses_them() {
        let with = |term: &str| {
            let regularizers = json!([{term: {"weight": {"value": 0.1}}}]);
            messages("train", &json!({"batch_unlabelled": 0, "regularizers": regularizers}))
        };
        assert!(with("mixup").is_empty());
        for term in ["ua_mt", "ict", "vat", "urpc", "cct", "entropy", "consistency"] {
            assert_eq!(with(term).len(), 1, "{term}");
        }
    }

    #[test]
    fn names_the_path_of_an_unknown_or_mistyped_parameter() {
        let found = [
            messages("train", &json!({"augment": {"rotate": 3}})),
            messages("train", &json!({"regularizers": [{"local_mi": {"weight": 0.1}}]})),
            messages("train", &json!({"perturbation": {"affine": {"zoom": 2}}})),
            messages("train", &json!({"network": {"widths": [16, 32]}})),
        ];
        insta::assert_snapshot!(found.concat().join("\n"), @r"
        augment.rotate: unknown field `rotate` (did you mean `rotate_deg`? accepted here: `rotate_deg`, `rotate_probability`, `quarter_turns`, `vertical_flip`, `horizontal_flip`, `pad`, `jitter`, `interpolation`)
        regularizers[0].local_mi.weight: found the number `0.1`, expected a mapping such as `{value: 0.1, ramp_until: 0.6}` ()
        perturbation.affine.zoom: unknown field `zoom` (accepted here: `probability`, `rotate_deg`, `scale`, `translate`, `shear_deg`, `interpolation`, `map_interpolation`)
        network.widths: invalid length 2, expected an array of length 5 ()
        ");
    }

    #[test]
    fn refuses_a_prediction_of_nothing() {
        let raw = json!({"checkpoints": [], "roles": ["test", "test"], "batch": 0});
        insta::assert_snapshot!(messages("predict", &raw).join("\n"), @r"
        checkpoints: no checkpoint to predict with (list `best`, `last` or both)
        roles[1]: `test` is listed twice (list each once)
        batch: found 0 (a whole number of at least 1)
        ");
    }

    #[test]
    fn counts_the_images_of_a_step_by_method() {
        let count =
            |raw: Value| serde_json::from_value::<TrainParams>(raw).unwrap().images_per_step();
        let weight = json!({"value": 1.0});
        assert_eq!(count(json!({})), 14, "4 labelled and 10 for the batch-norm statistics");
        assert_eq!(count(json!({"unlabelled_in_batch_norm": false})), 4);
        let with =
            |term: Value| count(json!({"unlabelled_in_batch_norm": false, "regularizers": [term]}));
        assert_eq!(with(json!({"entropy": {"weight": weight}})), 14, "no perturbed images");
        assert_eq!(with(json!({"consistency": {"weight": weight}})), 24, "both views");
    }

    /// The parameters are part of every key: a change to this text makes every training run again.
    #[test]
    fn default_parameters_serialize_as_they_always_did() {
        let text = serde_json::to_string(&TrainParams::default()).unwrap().replace(",\"", ",\n\"");
        insta::assert_snapshot!(text, @r#"
        {"seed":10,
        "supervision":"labelled",
        "supervised":"cross_entropy",
        "regularizers":[],
        "unlabelled_in_batch_norm":true,
        "teacher":{"decay":0.999,
        "shrink":0.0,
        "statistics":"own"},
        "evaluate":"student",
        "network":{"architecture":"unet",
        "widths":[16,32,64,128,256]},
        "crop":224,
        "augment":{"rotate_deg":45.0,
        "vertical_flip":0.5,
        "horizontal_flip":0.5,
        "pad":0,
        "jitter":0.5,
        "interpolation":"nearest"},
        "perturbation":{"flips":{"probability":0.8}},
        "optimizer":{"adam":{"betas":[0.9,0.999],
        "eps":1e-8,
        "weight_decay":0.00001}},
        "learning_rate":{"warmup_cosine":{"start_lr":1e-7,
        "peak_lr":0.00004,
        "warmup_epochs":10,
        "final_lr":1e-7}},
        "epochs":100,
        "iterations_per_epoch":300,
        "batch_labelled":4,
        "batch_unlabelled":10,
        "validate_every":1,
        "select_on":"validation",
        "precision":"bf16",
        "memory":"channels_last"}
        "#);
    }
}
