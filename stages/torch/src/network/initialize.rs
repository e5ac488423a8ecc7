//! The values a network starts from.

use pipeline_engine::ActionContext;
use rand::RngExt;

use super::{ParameterKind, Slot};

/// The initial values of all slots, one after the other.
///
/// Every slot has a stream of its own, named after the purpose of the network and the slot, so the
/// values depend neither on the machine nor on what else the network holds.
pub(super) fn initial_values(slots: &[Slot], seed: u64, purpose: &str) -> Vec<f32> {
    let mut values = Vec::new();
    for slot in slots {
        let count = usize::try_from(slot.len()).expect("sizes are not negative");
        match slot.kind {
            ParameterKind::Constant(value) => values.extend(std::iter::repeat_n(value, count)),
            ParameterKind::Uniform { bound } => {
                let mut stream =
                    ActionContext::stream(seed, &format!("{purpose}/initialize/{}", slot.name));
                values.extend((0..count).map(|_| {
                    // 24 bits fill the significand of an f32 exactly: the same on every machine.
                    let unit = f64::from(stream.random::<u32>() >> 8) / f64::from(1 << 24);
                    (bound * (2.0 * unit - 1.0)) as f32
                }));
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Design;

    #[test]
    fn a_slot_keeps_its_values_when_the_network_around_it_changes() {
        let network = stages_train::NetworkParams::default();
        let values = |classes: usize| {
            let layout = Design::plain(&network, classes).layout();
            initial_values(&layout.parameters, 8, "train")
        };
        let (four, two) = (values(4), values(2));
        // All but the last layer, which has 17 values per class, is the same.
        let body = four.len() - 4 * 17;
        assert_eq!(four[..body], two[..body]);
    }

    #[test]
    fn uniform_values_fill_their_bounds() {
        let slot = Slot {
            name: "a".to_owned(),
            shape: vec![100, 100],
            kind: ParameterKind::Uniform { bound: 0.5 },
        };
        let values = initial_values(std::slice::from_ref(&slot), 1, "train");
        let mean = values.iter().sum::<f32>() / 1e4;
        let square = values.iter().map(|v| v * v).sum::<f32>() / 1e4;
        let (low, high) = values.iter().fold((0f32, 0f32), |(l, h), v| (l.min(*v), h.max(*v)));
        // Standard error of the mean is 0.5 / sqrt(3) / 100 = 0.003; the variance is 0.25 / 3.
        assert!(mean.abs() < 0.012, "{mean}");
        assert!((square - 0.25 / 3.0).abs() < 0.004, "{square}");
        assert!((-0.5..-0.498).contains(&low) && (0.498..=0.5).contains(&high), "{low} {high}");
        assert_ne!(values, initial_values(std::slice::from_ref(&slot), 2, "train"));
        assert_ne!(values, initial_values(&[slot], 1, "peer"));
    }
}
