//! What holds for any two runs.

use proptest::prelude::*;

use super::toy::{measured, question};
use crate::{Measured, difference};

fn runs() -> impl Strategy<Value = Vec<Measured>> {
    let values = prop::collection::vec(prop::option::weighted(0.9, 0.0_f64..1.0), 8);
    prop::collection::vec(values, 1..4).prop_map(|seeds| {
        let scans = ["a/1", "a/2", "b/1", "c/1"];
        let one = |(seed, values): (usize, Vec<Option<f64>>)| {
            let cells = scans.iter().flat_map(|scan| [(*scan, "LV"), (*scan, "RV")]);
            let values: Vec<_> = cells
                .zip(values)
                .map(|((scan, class), value)| (scan, class, value.unwrap_or(f64::NAN)))
                .collect();
            measured(&[("seed", &seed.to_string())], &values)
        };
        seeds.into_iter().enumerate().map(one).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_other_way_round_everything_has_the_other_sign(a in runs(), b in runs()) {
        let forth = difference(&a, &b, &question()).unwrap();
        let back = difference(&b, &a, &question()).unwrap();
        for (x, y) in forth.rows.iter().zip(&back.rows) {
            prop_assert_eq!(x.difference, y.difference.map(|value| -value));
            prop_assert_eq!(x.against.verdict, y.against.verdict);
            prop_assert_eq!(x.paired.unwrap().p_holm, y.paired.unwrap().p_holm);
        }
        prop_assert_eq!(forth.moves.len(), back.moves.len());
        for (x, y) in forth.moves.iter().zip(back.moves.iter().rev()) {
            prop_assert_eq!(x.gain, -y.gain);
        }
    }

    #[test]
    fn the_order_of_repetitions_and_rows_does_not_matter(a in runs(), b in runs()) {
        let found = difference(&a, &b, &question()).unwrap();
        let mut turned = b.clone();
        turned.reverse();
        for one in &mut turned {
            one.table.rows.reverse();
        }
        let again = difference(&a, &turned, &question()).unwrap();
        for (x, y) in found.rows.iter().zip(&again.rows) {
            prop_assert_eq!(x.a.n, y.a.n);
            let near = x.difference.zip(y.difference).is_none_or(|(x, y)| (x - y).abs() < 1e-12);
            prop_assert!(near && x.difference.is_some() == y.difference.is_some());
        }
    }
}
