//! Ranges of whatever changes images at random.

use super::Found;
use crate::{
    AffineParams, CopyPasteParams, CutMixParams, PhotometricParams, StrongParams, TrainParams,
};

pub(super) fn check(params: &TrainParams, found: &mut Found) {
    let augment = &params.augment;
    found.within("augment.rotate_deg", augment.rotate_deg, 180.0);
    found.within("augment.rotate_probability", augment.rotate_probability, 1.0);
    found.within("augment.quarter_turns", augment.quarter_turns, 1.0);
    found.within("augment.vertical_flip", augment.vertical_flip, 1.0);
    found.within("augment.horizontal_flip", augment.horizontal_flip, 1.0);
    found.within("augment.jitter", augment.jitter, 1.0);
    found.unless(augment.pad < params.crop, "augment.pad", augment.pad, "less than `crop`");
    let perturbation = &params.perturbation;
    found.within("perturbation.flips.probability", perturbation.flips.probability, 1.0);
    if let Some(affine) = &perturbation.affine {
        check_affine("perturbation.affine", affine, found);
    }
    if let Some(photometric) = &perturbation.photometric {
        check_photometric("perturbation.photometric", photometric, found);
    }
}

fn check_affine(path: &str, affine: &AffineParams, found: &mut Found) {
    found.within(&format!("{path}.probability"), affine.probability, 1.0);
    found.within(&format!("{path}.rotate_deg"), affine.rotate_deg, 180.0);
    found.interval(&format!("{path}.scale"), affine.scale, [0.1, 10.0]);
    found.within(&format!("{path}.translate"), affine.translate, 1.0);
    found.within(&format!("{path}.shear_deg"), affine.shear_deg, 60.0);
}

fn check_photometric(path: &str, photometric: &PhotometricParams, found: &mut Found) {
    found.interval(&format!("{path}.gamma"), photometric.gamma, [0.1, 10.0]);
    found.within(&format!("{path}.brightness"), photometric.brightness, 1.0);
    found.within(&format!("{path}.contrast"), photometric.contrast, 1.0);
    found.within(&format!("{path}.blur_px"), photometric.blur_px, 32.0);
    found.within(&format!("{path}.noise"), photometric.noise, 1.0);
}

#[cfg_attr(not(test), expect(dead_code, reason = "no method has strong views yet"))]
pub(super) fn check_strong(path: &str, strong: &StrongParams, found: &mut Found) {
    found.within(&format!("{path}.jitter_probability"), strong.jitter_probability, 1.0);
    found.within(&format!("{path}.brightness"), strong.brightness, 1.0);
    found.within(&format!("{path}.contrast"), strong.contrast, 1.0);
    found.interval(&format!("{path}.gamma"), strong.gamma, [0.1, 10.0]);
    found.within(&format!("{path}.blur_probability"), strong.blur_probability, 1.0);
    found.interval(&format!("{path}.blur_px"), strong.blur_px, [0.0, 32.0]);
}

#[cfg_attr(not(test), expect(dead_code, reason = "no method mixes images yet"))]
pub(super) fn check_cutmix(path: &str, cutmix: &CutMixParams, found: &mut Found) {
    found.within(&format!("{path}.probability"), cutmix.probability, 1.0);
    found.interval(&format!("{path}.area"), cutmix.area, [0.001, 0.999]);
    let [flattest, tallest] = cutmix.aspect;
    found.unless(
        flattest > 0.0 && flattest <= 1.0 && tallest >= 1.0 && tallest.is_finite(),
        &format!("{path}.aspect"),
        format!("[{flattest}, {tallest}]"),
        "a number above 0 and at most 1, then a number of at least 1",
    );
}

#[cfg_attr(not(test), expect(dead_code, reason = "no method pastes images yet"))]
pub(super) fn check_copy_paste(path: &str, copy_paste: &CopyPasteParams, found: &mut Found) {
    found.unless(
        copy_paste.side > 0.0 && copy_paste.side <= 1.0,
        &format!("{path}.side"),
        copy_paste.side,
        "a number above 0 and at most 1",
    );
}

impl Found {
    /// Two ends in order, each within the bounds.
    fn interval(&mut self, path: &str, [low, high]: [f64; 2], [least, most]: [f64; 2]) {
        self.unless(
            least <= low && low <= high && high <= most,
            path,
            format!("[{low}, {high}]"),
            &format!("two numbers from {least} to {most}, the smaller one first"),
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn problems(check: impl Fn(&mut Found)) -> String {
        let mut found = Found(Vec::new());
        check(&mut found);
        let lines = found.0.iter().map(|p| {
            format!("{}: {} ({})", p.path, p.message, p.help.as_deref().unwrap_or_default())
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn of_training(raw: Value) -> String {
        let params: TrainParams = serde_json::from_value(raw).unwrap();
        problems(|found| check(&params, found))
    }

    #[test]
    fn accepts_the_published_settings() {
        let settings = [
            json!({}),
            json!({"perturbation": {
                "flips": {"probability": 0.9}, "affine": {}, "photometric": {},
            }}),
            json!({"perturbation": {"affine": {
                "rotate_deg": 180, "scale": [0.9, 1.1], "shear_deg": 0.5, "translate": 0,
                "interpolation": "bilinear",
            }}}),
            json!({"crop": 256, "augment": {
                "quarter_turns": 0.5, "rotate_deg": 20, "rotate_probability": 0.5,
                "vertical_flip": 0, "horizontal_flip": 0, "jitter": 0,
            }}),
        ];
        for setting in settings {
            assert_eq!(of_training(setting.clone()), "", "{setting}");
        }
        let methods = problems(|found| {
            check_strong("strong", &StrongParams::default(), found);
            check_cutmix("cutmix", &CutMixParams::default(), found);
            check_copy_paste("copy_paste", &CopyPasteParams::default(), found);
        });
        assert_eq!(methods, "");
    }

    #[test]
    fn names_every_value_out_of_range() {
        let found = of_training(json!({
            "augment": {"quarter_turns": 2, "rotate_probability": -1},
            "perturbation": {
                "affine": {"scale": [1.3, 0.8], "translate": 2, "shear_deg": 80},
                "photometric": {"gamma": [0, 2], "noise": -0.1, "blur_px": 100},
            },
        }));
        insta::assert_snapshot!(found, @"
        augment.rotate_probability: found -1 (a number from 0 to 1)
        augment.quarter_turns: found 2 (a number from 0 to 1)
        perturbation.affine.scale: found [1.3, 0.8] (two numbers from 0.1 to 10, the smaller one first)
        perturbation.affine.translate: found 2 (a number from 0 to 1)
        perturbation.affine.shear_deg: found 80 (a number from 0 to 60)
        perturbation.photometric.gamma: found [0, 2] (two numbers from 0.1 to 10, the smaller one first)
        perturbation.photometric.blur_px: found 100 (a number from 0 to 32)
        perturbation.photometric.noise: found -0.1 (a number from 0 to 1)
        ");
        let found = problems(|found| {
            let strong = StrongParams { blur_px: [2.0, 64.0], ..StrongParams::default() };
            check_strong("strong", &strong, found);
            let cutmix =
                CutMixParams { area: [0.0, 0.4], aspect: [2.0, 3.0], ..CutMixParams::default() };
            check_cutmix("cutmix", &cutmix, found);
            check_copy_paste("copy_paste", &CopyPasteParams { side: 0.0 }, found);
        });
        insta::assert_snapshot!(found, @"
        strong.blur_px: found [2, 64] (two numbers from 0 to 32, the smaller one first)
        cutmix.area: found [0, 0.4] (two numbers from 0.001 to 0.999, the smaller one first)
        cutmix.aspect: found [2, 3] (a number above 0 and at most 1, then a number of at least 1)
        copy_paste.side: found 0 (a number above 0 and at most 1)
        ");
    }

    #[test]
    fn what_is_absent_or_off_is_not_part_of_a_key() {
        let text = |raw: Value| {
            serde_json::to_string(&serde_json::from_value::<TrainParams>(raw).unwrap()).unwrap()
        };
        let defaults = text(json!({}));
        let said = text(json!({
            "augment": {"quarter_turns": 0, "rotate_probability": 1},
            "perturbation": {"affine": null, "photometric": null},
        }));
        assert_eq!(said, defaults);
        assert_ne!(text(json!({"perturbation": {"affine": {}}})), defaults);
    }
}
