//! Every method learns a few slices by heart while its terms act.

use serde_json::{Value, json};
use stages_tables::{LogTable, Role};

use crate::toy::{Toy, short_training, with};
use crate::training::run;

/// Trains on three slices without augmentation, with the same slices unlabelled.
fn learns_by_heart(method: Value) {
    let toy = Toy::with_roles(&[Role::Labelled, Role::Unlabelled]);
    let plain = json!({
        "augment": {"rotate_deg": 0.0, "vertical_flip": 0.0, "horizontal_flip": 0.0, "jitter": 0.0},
        "batch_labelled": 3,
        "epochs": 3,
        "iterations_per_epoch": 25,
    });
    let params = with(with(short_training(), plain), method);
    run(&toy.train_job("model", params)).unwrap();
    let rows = LogTable::read(&toy.dir("model")).unwrap().rows;
    assert!(rows.iter().all(|row| row.value.is_finite()));
    let curve: Vec<f64> =
        rows.iter().filter(|row| row.name == "loss/supervised").map(|row| row.value).collect();
    assert!(curve[2] < 0.3 && curve[2] < curve[0] / 2.5, "{curve:?}");
}

macro_rules! methods {
    ($($name:ident: $method:tt,)*) => {
        $(
            #[test]
            fn $name() {
                learns_by_heart(json!($method));
            }
        )*
    };
}

methods! {
    full: {"supervision": "all", "regularizers": []},
    partial: {"regularizers": []},
    partial_without_unlabelled: {"regularizers": [], "unlabelled_in_batch_norm": false},
    entropy: {"regularizers": [{"entropy": {"weight": {"value": 1e-3}}}]},
    mean_teacher: {
        "regularizers": [{"mean_teacher": {"weight": {"value": 1.0}}}],
        "teacher": {"decay": 0.9}, "evaluate": "teacher",
    },
    mi_only: {"regularizers": [{"local_mi": {"weight": {"value": 0.05}}}]},
    consistency_mse: {
        "regularizers": [{"consistency": {"divergence": "mse", "weight": {"value": 1.0}}}],
    },
    consistency_kl: {"regularizers": [{"consistency": {"weight": {"value": 0.1}}}]},
    ours_mse: {"regularizers": [
        {"consistency": {"divergence": "mse", "weight": {"value": 1.0}}},
        {"local_mi": {"weight": {"value": 0.05}}},
    ]},
    ours_kl: {"regularizers": [
        {"consistency": {"weight": {"value": 0.1}}}, {"local_mi": {"weight": {"value": 0.05}}},
    ]},
    features: {"regularizers": [
        {"consistency": {"divergence": "mse", "weight": {"value": 1.0}}},
        {"feature_mi": {"weight": {"value": 0.05}, "clusters": 5, "heads": 2}},
    ]},
    pseudo_label: {"regularizers": [{"pseudo_label": {"weight": {"value": 0.1}}}]},
    cross_pseudo: {"regularizers": [{"cross_pseudo": {"weight": {"value": 0.1}}}]},
    adversarial: {"regularizers": [{"adversarial": {"weight": {"value": 0.1}, "width": 8}}]},
}
