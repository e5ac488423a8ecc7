//! What the types of the regularizers cannot say.

use super::Found;
use super::weight::weight;
use crate::{FeatureMiParams, FeatureParams, RegularizerParams, TrainParams};

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
            found.unless(
                (0.0..1.0).contains(&label.threshold),
                &format!("{path}.threshold"),
                label.threshold,
                "a number from 0 up to, not including, 1",
            );
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
            found.unless(
                (0.0..1.0).contains(&cct.dropout),
                &format!("{path}.dropout"),
                cct.dropout,
                "a number from 0 up to, not including, 1",
            );
            supervises_further_outputs(path, params, found);
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
