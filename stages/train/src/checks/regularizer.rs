//! What the types of the regularizers cannot say.

use super::Found;
use super::augmentation::{check_copy_paste, check_cutmix, check_strong};
use super::optimizer::share;
use super::weight::weight;
use crate::{AdversarialParams, FeatureMiParams, FeatureParams, RegularizerParams, TrainParams};

pub(super) fn check(
    path: &str,
    regularizer: &RegularizerParams,
    params: &TrainParams,
    found: &mut Found,
) {
    weight(&format!("{path}.weight"), regularizer.weight(), found);
    match regularizer {
        RegularizerParams::LocalMi(mi) => {
            found.not_negative(&format!("{path}.marginal_weight"), mi.marginal_weight);
            window(&format!("{path}.window"), mi.window, params.crop, "`crop`", found);
        }
        RegularizerParams::FeatureMi(mi) => feature_mi(path, mi, params, found),
        RegularizerParams::MeanTeacher(teacher) => {
            found.not_negative(&format!("{path}.noise"), teacher.noise);
        }
        RegularizerParams::PseudoLabel(label) => {
            share(&format!("{path}.threshold"), label.threshold, found);
        }
        RegularizerParams::UaMt(teacher) => {
            up_to_a_hundred(&format!("{path}.passes"), teacher.passes, found);
            found.not_negative(&format!("{path}.noise"), teacher.noise);
        }
        RegularizerParams::Ict(ict) => {
            found.positive(&format!("{path}.alpha"), ict.alpha);
            pairs("batch_unlabelled", params.batch_unlabelled, "ict", found);
        }
        RegularizerParams::Mixup(mixup) => {
            found.positive(&format!("{path}.alpha"), mixup.alpha);
            pairs("batch_labelled", params.batch_labelled, "mixup", found);
        }
        RegularizerParams::Vat(vat) => {
            found.positive(&format!("{path}.epsilon"), vat.epsilon);
            found.positive(&format!("{path}.xi"), vat.xi);
            up_to_a_hundred(&format!("{path}.power_iterations"), vat.power_iterations, found);
        }
        RegularizerParams::Urpc(_) => supervises_further_outputs(path, params, found),
        RegularizerParams::Cct(cct) => {
            found.within(&format!("{path}.noise"), cct.noise, 1.0);
            share(&format!("{path}.dropout"), cct.dropout, found);
            supervises_further_outputs(path, params, found);
        }
        RegularizerParams::Adversarial(critic) => adversarial(path, critic, found),
        RegularizerParams::Fixmatch(term) => {
            share(&format!("{path}.threshold"), term.threshold, found);
            check_strong(&format!("{path}.strong"), &term.strong, found);
            if let Some(cutmix) = &term.cutmix {
                check_cutmix(&format!("{path}.cutmix"), cutmix, found);
            }
        }
        RegularizerParams::Unimatch(term) => {
            share(&format!("{path}.threshold"), term.threshold, found);
            share(&format!("{path}.feature_dropout"), term.feature_dropout, found);
            check_strong(&format!("{path}.strong"), &term.strong, found);
            check_cutmix(&format!("{path}.cutmix"), &term.cutmix, found);
        }
        RegularizerParams::Bcp(term) => {
            share(&format!("{path}.pretrain"), term.pretrain, found);
            check_copy_paste(&format!("{path}.box"), &term.exchanged, found);
            let alike = params.regularizers.iter().filter(|other| other.needs().supervises);
            let help = "one term in place of the supervised loss";
            found.unless(alike.count() == 1, path, "it beside another of its kind", help);
        }
        RegularizerParams::Consistency(_)
        | RegularizerParams::Entropy(_)
        | RegularizerParams::CrossPseudo(_) => {}
    }
}

fn up_to_a_hundred(path: &str, count: u32, found: &mut Found) {
    found.unless((1..=100).contains(&count), path, count, "a whole number from 1 to 100");
}

/// An empty batch is reported for all terms together.
fn pairs(path: &str, images: u32, term: &str, found: &mut Found) {
    found.unless(images != 1, path, images, &format!("at least 2, for `{term}` mixes two images"));
}

/// A term whose further outputs learn from the labelled images of the joint pass.
fn supervises_further_outputs(path: &str, params: &TrainParams, found: &mut Found) {
    let takes_over = params.regularizers.iter().find(|other| other.needs().supervises);
    if let Some(other) = takes_over {
        let help = "its outputs learn from labelled images, which the other term withholds";
        found.unless(false, path, format!("it beside `{}`", other.name()), help);
    }
}

fn adversarial(path: &str, critic: &AdversarialParams, found: &mut Found) {
    let width = (1..=512).contains(&critic.width);
    found.unless(width, &format!("{path}.width"), critic.width, "a whole number from 1 to 512");
    found.positive(&format!("{path}.lr"), critic.lr);
    for (i, beta) in critic.betas.iter().enumerate() {
        share(&format!("{path}.betas[{i}]"), *beta, found);
    }
}

fn feature_mi(path: &str, mi: &FeatureMiParams, params: &TrainParams, found: &mut Found) {
    let accepted = FeatureParams::ENCODER.iter().chain(&FeatureParams::DECODER);
    let accepted: Vec<String> = accepted.map(|name| format!("`{name}`")).collect();
    found.unless(
        !mi.features.is_empty(),
        &format!("{path}.features"),
        "none",
        "at least one feature",
    );
    for (i, feature) in mi.features.iter().enumerate() {
        let path = format!("{path}.features[{i}]");
        let on_the_way_up = FeatureParams::DECODER.iter().position(|name| *name == feature.name);
        let known = on_the_way_up.is_some() || FeatureParams::ENCODER.contains(&&*feature.name);
        let help = format!("one of {}", accepted.join(", "));
        found.unless(known, &format!("{path}.name"), format!("`{}`", feature.name), &help);
        found.positive(&format!("{path}.share"), feature.share);
        if let Some(block) = on_the_way_up {
            // `Up_conv5` has an eighth of the resolution, `Up_conv2` all of it.
            let size = params.crop >> (3 - block);
            window(&format!("{path}.window"), feature.window(), size, "the feature map", found);
        }
    }
    let clusters = (2..=4096).contains(&mi.clusters);
    let help = "a whole number from 2 to 4096";
    found.unless(clusters, &format!("{path}.clusters"), mi.clusters, help);
    up_to_a_hundred(&format!("{path}.heads"), mi.heads, found);
}

fn window(path: &str, window: u32, size: u32, what: &str, found: &mut Found) {
    found.unless(
        u64::from(window) * 2 < u64::from(size),
        path,
        window,
        &format!("less than half of {what}, which is {size}"),
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::tests::messages;

    #[test]
    fn critics_thresholds_boxes_and_views_are_checked() {
        let weight = json!({"value": 0.1});
        let raw = json!({"regularizers": [
            {"adversarial": {"weight": weight, "width": 0, "lr": 0.0, "betas": [0.9, 1.0]}},
            {"fixmatch": {"weight": weight, "threshold": 1.0, "cutmix": {"probability": 2.0}}},
            {"unimatch": {"weight": weight, "feature_dropout": 1.0, "strong": {"contrast": 1.5}}},
            {"bcp": {"weight": weight, "pretrain": 1.0, "box": {"side": 0.0}}},
        ]});
        insta::assert_snapshot!(messages("train", &raw).join("\n"), @r"
        regularizers[0].adversarial.width: found 0 (a whole number from 1 to 512)
        regularizers[0].adversarial.lr: found 0 (a number above 0)
        regularizers[0].adversarial.betas[1]: found 1 (a number from 0 up to, not including, 1)
        regularizers[1].fixmatch.threshold: found 1 (a number from 0 up to, not including, 1)
        regularizers[1].fixmatch.cutmix.probability: found 2 (a number from 0 to 1)
        regularizers[2].unimatch.feature_dropout: found 1 (a number from 0 up to, not including, 1)
        regularizers[2].unimatch.strong.contrast: found 1.5 (a number from 0 to 1)
        regularizers[3].bcp.pretrain: found 1 (a number from 0 up to, not including, 1)
        regularizers[3].bcp.box.side: found 0 (a number above 0 and at most 1)
        ");
    }

    #[test]
    fn only_one_term_takes_the_place_of_the_supervised_loss() {
        let bcp = json!({"bcp": {"weight": {"value": 0.5}}});
        let cct = json!({"cct": {"weight": {"value": 0.1}}});
        let raw = json!({"regularizers": [bcp, bcp, cct]});
        let found = messages("train", &raw).join("\n");
        insta::assert_snapshot!(found, @r"
        regularizers[0].bcp: found it beside another of its kind (one term in place of the supervised loss)
        regularizers[1].bcp: found it beside another of its kind (one term in place of the supervised loss)
        regularizers[2].cct: found it beside `bcp` (its outputs learn from labelled images, which the other term withholds)
        ");
        let entropy = json!({"entropy": {"weight": {"value": 0.1}, "labelled_too": true}});
        let raw = json!({"regularizers": [bcp, entropy]});
        assert_eq!(messages("train", &raw), Vec::<String>::new());
    }
}
