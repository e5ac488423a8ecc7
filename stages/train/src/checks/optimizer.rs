//! Checks of the optimizer and its learning rate.

use super::Found;
use crate::{LearningRateParams, OptimizerParams};

/// Reports what is wrong with the optimizer.
pub(super) fn optimizer(params: &OptimizerParams, found: &mut Found) {
    let path = format!("optimizer.{}", params.name());
    match params {
        OptimizerParams::Adam(adam) => {
            moments(&path, adam.betas, adam.eps, found);
            found.not_negative(&format!("{path}.weight_decay"), adam.weight_decay);
        }
        OptimizerParams::AdamW(adamw) => {
            moments(&path, adamw.betas, adamw.eps, found);
            found.not_negative(&format!("{path}.weight_decay"), adamw.weight_decay);
        }
        OptimizerParams::RAdam(radam) => {
            moments(&path, radam.betas, radam.eps, found);
            found.not_negative(&format!("{path}.weight_decay"), radam.weight_decay);
        }
        OptimizerParams::Sgd(sgd) => {
            share(&format!("{path}.momentum"), sgd.momentum, found);
            found.unless(
                !sgd.nesterov || sgd.momentum > 0.0,
                &format!("{path}.nesterov"),
                sgd.nesterov,
                "false, or a `momentum` above 0",
            );
            found.not_negative(&format!("{path}.weight_decay"), sgd.weight_decay);
        }
    }
}

/// Reports what is wrong with the learning rate of a training of so many epochs.
pub(super) fn learning_rate(params: &LearningRateParams, epochs: u32, found: &mut Found) {
    match params {
        LearningRateParams::WarmupCosine(rate) => {
            found.positive("learning_rate.warmup_cosine.start_lr", rate.start_lr);
            found.positive("learning_rate.warmup_cosine.peak_lr", rate.peak_lr);
            found.not_negative("learning_rate.warmup_cosine.final_lr", rate.final_lr);
            found.unless(
                rate.warmup_epochs < epochs,
                "learning_rate.warmup_cosine.warmup_epochs",
                rate.warmup_epochs,
                &format!("less than `epochs`, which is {epochs}"),
            );
        }
        LearningRateParams::Constant(rate) => {
            found.positive("learning_rate.constant.lr", rate.lr);
        }
        LearningRateParams::Poly(rate) => {
            found.positive("learning_rate.poly.lr", rate.lr);
            found.positive("learning_rate.poly.power", rate.power);
        }
    }
}

fn moments(path: &str, betas: [f64; 2], eps: f64, found: &mut Found) {
    for (i, beta) in betas.into_iter().enumerate() {
        share(&format!("{path}.betas[{i}]"), beta, found);
    }
    found.positive(&format!("{path}.eps"), eps);
}

fn share(path: &str, value: f64, found: &mut Found) {
    let help = "a number from 0 up to, not including, 1";
    found.unless((0.0..1.0).contains(&value), path, value, help);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::tests::messages;

    #[test]
    fn every_rule_is_accepted_with_its_defaults() {
        for rule in ["adam", "adamw", "radam", "sgd"] {
            let raw = json!({"optimizer": {rule: {}}});
            assert_eq!(messages("train", &raw), Vec::<String>::new(), "{rule}");
        }
    }

    #[test]
    fn every_rule_names_the_paths_of_its_mistakes() {
        let found: Vec<String> = [
            json!({"adamw": {"betas": [-0.1, 0.9], "weight_decay": -1.0}}),
            json!({"radam": {"betas": [0.9, 1.0], "eps": 0.0}}),
            json!({"sgd": {"momentum": 1.0, "weight_decay": -1e-4}}),
            json!({"sgd": {"momentum": 0.0, "nesterov": true}}),
            json!({"sgd": {"betas": [0.9, 0.999]}}),
        ]
        .iter()
        .flat_map(|rule| messages("train", &json!({"optimizer": rule})))
        .collect();
        insta::assert_snapshot!(found.join("\n"), @r"
        optimizer.adamw.betas[0]: found -0.1 (a number from 0 up to, not including, 1)
        optimizer.adamw.weight_decay: found -1 (a number of at least 0)
        optimizer.radam.betas[1]: found 1 (a number from 0 up to, not including, 1)
        optimizer.radam.eps: found 0 (a number above 0)
        optimizer.sgd.momentum: found 1 (a number from 0 up to, not including, 1)
        optimizer.sgd.weight_decay: found -0.0001 (a number of at least 0)
        optimizer.sgd.nesterov: found true (false, or a `momentum` above 0)
        optimizer.sgd.betas: unknown field `betas` (accepted here: `momentum`, `nesterov`, `weight_decay`)
        ");
    }
}
