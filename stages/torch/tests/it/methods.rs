//! Every method learns a few slices by heart while its terms act.

use serde_json::{Value, json};
use stages_tables::{LogTable, Role};

use crate::toy::{Toy, short_training, with};
use crate::training::run;

/// Trains on three slices without augmentation, with the same slices unlabelled; returns the
/// supervised loss of every epoch.
fn supervised_losses(method: Value) -> Vec<f64> {
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
    rows.iter().filter(|row| row.name == "loss/supervised").map(|row| row.value).collect()
}

fn learns_by_heart(method: Value) {
    let curve = supervised_losses(method);
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
    ua_mt: {
        "regularizers": [{"ua_mt": {"weight": {"value": 1.0}, "passes": 4}}],
        "teacher": {"decay": 0.9},
    },
    ict: {"regularizers": [{"ict": {"weight": {"value": 1.0}}}], "teacher": {"decay": 0.9}},
    mixup: {"regularizers": [{"mixup": {"weight": {"value": 0.1}}}], "batch_unlabelled": 0},
    vat: {
        "regularizers": [{"vat": {"weight": {"value": 0.25}}}],
        "unlabelled_in_batch_norm": false,
    },
    cct: {"regularizers": [{"cct": {"weight": {"value": 0.1}}}]},
}

#[test]
fn urpc() {
    // Its loss is also that of class scores at an eighth of the resolution, four pixels wide here,
    // which cannot follow an outline.
    let curve = supervised_losses(json!({"regularizers": [{"urpc": {"weight": {"value": 0.1}}}]}));
    assert!(curve[2] < 0.3 && curve[2] < curve[0] / 2.0, "{curve:?}");
}
