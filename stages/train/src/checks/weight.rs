//! Checks of a weight.

use super::Found;
use crate::WeightParams;

/// Reports what is wrong with the weight at `path`.
pub(super) fn weight(path: &str, weight: &WeightParams, found: &mut Found) {
    found.not_negative(&format!("{path}.value"), weight.value);
    found.within(&format!("{path}.ramp_until"), weight.ramp_until, 1.0);
    found.within(&format!("{path}.zero_until"), weight.zero_until, 1.0);
    found.at_least_one(&format!("{path}.hold"), weight.hold);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::tests::messages;

    #[test]
    fn every_field_of_a_weight_is_checked() {
        let weight = json!({"value": -1.0, "ramp_until": 1.5, "zero_until": 2.0, "hold": 0});
        let raw = json!({"regularizers": [{"entropy": {"weight": weight}}]});
        insta::assert_snapshot!(messages("train", &raw).join("\n"), @r"
        regularizers[0].entropy.weight.value: found -1 (a number of at least 0)
        regularizers[0].entropy.weight.ramp_until: found 1.5 (a number from 0 to 1)
        regularizers[0].entropy.weight.zero_until: found 2 (a number from 0 to 1)
        regularizers[0].entropy.weight.hold: found 0 (a whole number of at least 1)
        ");
    }

    #[test]
    fn the_weight_of_the_field_is_accepted() {
        let weight = json!({
            "value": 0.1, "ramp_until": 1.0, "shape": "sigmoid", "zero_until": 0.0333, "hold": 150,
        });
        let raw = json!({"regularizers": [{"entropy": {"weight": weight}}]});
        assert_eq!(messages("train", &raw), Vec::<String>::new());
    }
}
