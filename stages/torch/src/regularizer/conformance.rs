//! What holds for every term: a step of a small network on small images, as the loop makes it.

use serde_json::{Value, json};
use stages_train::{Architecture, Precision, RegularizerParams, TrainParams};
use tch::{Device, Kind, Tensor};

use super::{LocalMi, Term, global_mutual_information_loss};
use crate::batch::Batch;
use crate::network::{Design, Mode, Network, Numerics};
use crate::perturbation::Perturbation;
use crate::random::Draws;
use crate::step::{JointImages, Step};
use crate::teacher::Teacher;

const SIZE: i64 = 32;

/// Every term with parameters that make it act; a term may stand here several times.
fn every_term() -> Vec<Value> {
    let weight = json!({"value": 0.5});
    vec![
        json!({"consistency": {"weight": weight}}),
        json!({"consistency": {"weight": weight, "divergence": "mse"}}),
        json!({"local_mi": {"weight": weight}}),
        json!({"local_mi": {"weight": weight, "min_shift": true, "detach_target": false}}),
        json!({"feature_mi": {"weight": weight, "clusters": 4, "heads": 2}}),
        json!({"feature_mi": {"weight": weight, "clusters": 4, "heads": 1, "head": "mlp"}}),
        json!({"entropy": {"weight": weight}}),
        json!({"entropy": {"weight": weight, "normalize": true, "labelled_too": true}}),
        json!({"mean_teacher": {"weight": weight}}),
        json!({"mean_teacher": {"weight": weight, "noise": 0.1, "hard": true}}),
        json!({"pseudo_label": {"weight": weight}}),
        json!({"pseudo_label": {"weight": weight, "loss": "mse", "threshold": 0.3}}),
        json!({"cross_pseudo": {"weight": weight}}),
        json!({"ua_mt": {"weight": weight, "passes": 3}}),
        json!({"ua_mt": {"weight": weight, "passes": 2, "target": "mean"}}),
        json!({"ict": {"weight": weight}}),
        json!({"mixup": {"weight": weight}}),
        json!({"vat": {"weight": weight, "power_iterations": 2}}),
        json!({"urpc": {"weight": weight}}),
        json!({"urpc": {"weight": weight, "disturb": false}}),
        json!({"cct": {"weight": weight}}),
        json!({"cct": {"weight": weight, "drop_channels": true, "detach_main": true}}),
        json!({"adversarial": {"weight": weight, "width": 4}}),
        json!({"fixmatch": {"weight": weight, "threshold": 0.3}}),
        json!({"fixmatch": {"weight": weight, "threshold": 0.3, "labels_from": "teacher",
            "loss": "cross_entropy_dice", "cutmix": {"probability": 1.0}}}),
        json!({"unimatch": {"weight": weight, "threshold": 0.3}}),
        json!({"bcp": {"weight": weight}}),
        json!({"bcp": {"weight": weight, "pretrain": 0.9}}),
    ]
}

fn params(term: &Value) -> TrainParams {
    let raw = json!({
        "seed": 8, "crop": SIZE, "network": {"widths": [4, 4, 4, 4, 4]},
        "batch_labelled": 2, "batch_unlabelled": 3, "regularizers": [term],
    });
    serde_json::from_value(raw).unwrap()
}

fn batch(params: &TrainParams) -> Batch {
    let images = |count: i64, phase: f64| {
        let values = Tensor::arange(count * SIZE * SIZE, (Kind::Float, Device::Cpu));
        ((values * 0.11 + phase).sin() / 2.0 + 0.5).reshape([count, 1, SIZE, SIZE])
    };
    let labelled = images(2, 0.0);
    let labels = (&labelled * 2.99).floor().to_kind(Kind::Int64).squeeze_dim(1);
    let unlabelled = images(3, 1.0);
    let draws = Draws::new(8, "train/perturb");
    let perturbation = Perturbation::draw(&params.perturbation, &draws, 0, 3, Device::Cpu);
    let perturbed = params.needs().perturbed.then(|| perturbation.images(&unlabelled));
    Batch {
        labelled,
        labels,
        unlabelled: Some(unlabelled),
        perturbed,
        perturbation: Some(perturbation),
    }
}

/// The value and the gradient of a term, with the last layer of the network scaled.
fn term_of(raw: &Value, scale: f64) -> (Tensor, Tensor, Vec<(&'static str, Tensor)>) {
    term_of_params(&params(raw), scale)
}

fn term_of_params(
    params: &TrainParams,
    scale: f64,
) -> (Tensor, Tensor, Vec<(&'static str, Tensor)>) {
    with_step(params, scale, |term, step, network| {
        let loss = term.regularizer.loss(step);
        let mut all = loss.term.shallow_clone();
        for head in loss.heads.into_iter().chain(loss.supervised) {
            all += head;
        }
        all.backward();
        (loss.term.detach(), network.parameters().grad(), loss.notes)
    })
}

/// What is found of the first term in a step of a network whose last layer is scaled.
fn with_step<T>(
    params: &TrainParams,
    scale: f64,
    find: impl FnOnce(&mut Term, &Step<'_>, &Network) -> T,
) -> T {
    let design = Design::of_method(params, 3);
    let mut terms = Term::of_method(params, &design, Device::Cpu);
    let network = Network::new(design, 8, "train", Numerics::of(params), Device::Cpu);
    tch::no_grad(|| {
        // The last layer of the main decoder: 4 x 3 weights and 3 biases.
        let end = network.design().evaluated().layout().parameter_count();
        let _ = network.parameters().detach().narrow(0, end - 15, 15).g_mul_scalar_(scale);
    });
    let teacher = Teacher::of(&network, &params.teacher, Device::Cpu);
    let batch = batch(params);
    let student = network.begin();
    let taught = teacher.network().begin();
    let needs = params.needs();
    let images = JointImages { labelled: true, unlabelled: true, perturbed: needs.perturbed };
    let step = Step::new((5, 10), params, &batch, &student, Some(&taught), images);
    find(&mut terms[0], &step, &network)
}

#[test]
fn every_term_is_finite_and_pulls_at_the_network() {
    for raw in every_term() {
        let (value, gradient, notes) = term_of(&raw, 1.0);
        assert_eq!(value.size(), [0_i64; 0], "{raw}: a scalar");
        assert!(value.double_value(&[]).is_finite(), "{raw}: {value:?}");
        assert_eq!(gradient.isfinite().all().int64_value(&[]), 1, "{raw}");
        assert!(gradient.abs().max().double_value(&[]) > 0.0, "{raw} has no gradient");
        for (name, note) in notes {
            assert!(note.double_value(&[]).is_finite(), "{raw}: {name}");
        }
    }
}

#[test]
fn every_term_survives_a_network_that_is_sure_of_everything() {
    // Scores of thousands: probabilities of exactly 0 and 1 in single precision.
    for raw in every_term() {
        let (value, gradient, _) = term_of(&raw, 1e5);
        assert!(value.double_value(&[]).is_finite(), "{raw}: {value:?}");
        assert_eq!(gradient.isfinite().all().int64_value(&[]), 1, "{raw}");
    }
}

#[test]
fn every_term_computes_with_16_bits_and_with_dropout() {
    for raw in every_term() {
        let mut params = params(&raw);
        params.precision = Precision::Bf16;
        params.network.architecture = Architecture::Ssl4misUnet;
        let (value, gradient, _) = term_of_params(&params, 1.0);
        assert_eq!(value.kind(), Kind::Float, "{raw}");
        assert!(value.double_value(&[]).is_finite(), "{raw}: {value:?}");
        assert_eq!(gradient.isfinite().all().int64_value(&[]), 1, "{raw}");
        assert!(gradient.abs().max().double_value(&[]) > 0.0, "{raw} has no gradient");
    }
}

#[test]
fn every_term_computes_under_every_perturbation() {
    for raw in every_term() {
        let mut params = params(&raw);
        params.perturbation =
            serde_json::from_value(json!({"affine": {"translate": 0.4}, "photometric": {}}))
                .unwrap();
        let (value, gradient, _) = term_of_params(&params, 1.0);
        assert!(value.double_value(&[]).is_finite(), "{raw}: {value:?}");
        assert_eq!(gradient.isfinite().all().int64_value(&[]), 1, "{raw}");
        assert!(gradient.abs().max().double_value(&[]) > 0.0, "{raw} has no gradient");
    }
}

#[test]
fn what_lies_outside_the_image_is_not_compared_with_the_teacher() {
    let moved = json!({"affine": {"rotate_deg": 0.0, "scale": [0.6, 0.6], "translate": 0.3}});
    let perturbation = serde_json::from_value(moved).unwrap();
    let term = json!({"mean_teacher": {"weight": {"value": 0.5}}});
    let params = TrainParams { perturbation, ..params(&term) };
    with_step(&params, 10.0, |term, step, _| {
        let found = term.regularizer.loss(step).term.double_value(&[]);
        let pair = step.pair();
        let mask = pair.mask.as_ref().expect("an affine map has a mask");
        let taught = step.teacher().scores(step.unlabelled_images(), Mode::Training);
        let taught = step.perturbation().maps(&taught).softmax(1, Kind::Float);
        let squares = (&pair.of_perturbed - taught).square() / 3.0;
        let mean = |values: &Tensor, mask: &Tensor| {
            ((values * mask).sum(Kind::Double) / mask.sum(Kind::Double)).double_value(&[])
        };
        let expected = mean(&squares, mask);
        assert!((found / expected - 1.0).abs() < 1e-5, "{found} instead of {expected}");
        let everywhere = mean(&squares, &mask.ones_like());
        assert!((found / everywhere - 1.0).abs() > 1e-2, "the mask makes a difference");
    });
}

#[test]
fn feature_mi_is_the_mean_over_heads_of_every_feature_by_its_share() {
    let term = json!({"feature_mi": {"weight": {"value": 0.5}, "clusters": 4, "heads": 2}});
    with_step(&params(&term), 1.0, |term, step, _| {
        let found = term.regularizer.loss(step).term;
        let (before, after) = (step.unlabelled(), step.perturbed());
        // Heads in the order of the features: Conv5, Up_conv3, Up_conv2; the windows are published.
        let global = |head: u32| {
            let [x, y] = [&after, &before].map(|seen| &seen.encoded.0[4]);
            let (x, y) = (step.student.clusters(head, x), step.student.clusters(head, y));
            global_mutual_information_loss(&x, &y, 1.0)
        };
        let local = |head: u32, block: usize, window: u32| {
            let [x, y] = [&after, &before].map(|seen| &seen.decoded.features[block]);
            let x = step.student.clusters(head, x);
            let y = step.student.clusters(head, &step.perturbation().maps(y));
            let raw = json!({"weight": {"value": 1.0}, "window": window, "min_shift": true});
            LocalMi::new(&serde_json::from_value(raw).unwrap()).of(&x, &y, None)
        };
        let expected = (global(0) + global(1)) / 2.0 * 0.5
            + (local(2, 2, 1) + local(3, 2, 1)) / 2.0 * 0.25
            + (local(4, 3, 3) + local(5, 3, 3)) / 2.0 * 0.25;
        let off = (found - expected).abs().double_value(&[]);
        assert!(off < 1e-6, "{off}");
    });
}

#[test]
fn every_kind_of_term_is_covered() {
    let schema = serde_json::to_value(schemars::schema_for!(RegularizerParams)).unwrap();
    let kinds: Vec<&str> = schema["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["required"][0].as_str().unwrap())
        .collect();
    assert!(kinds.len() >= 7, "{kinds:?}");
    for kind in kinds {
        assert!(every_term().iter().any(|term| term.get(kind).is_some()), "{kind} is not covered");
    }
}

#[test]
fn a_step_depends_on_its_number_alone() {
    // Terms draw from libtorch's generator and from streams of their own; both are addressed.
    for raw in every_term() {
        let value = || {
            #[expect(clippy::disallowed_methods, reason = "the test draws like a step")]
            tch::manual_seed(3);
            term_of(&raw, 1.0)
        };
        let (first, second) = (value(), value());
        assert_eq!(first.0, second.0, "{raw}");
        assert_eq!(first.1, second.1, "{raw}");
    }
}
