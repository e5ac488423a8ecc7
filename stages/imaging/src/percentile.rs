//! Percentiles of voxel intensities.

/// Percentiles by linear interpolation between order statistics (type 7, the default of NumPy).
///
/// For `n` sorted values `x`, percentile `q` is `x[l] + (h - l)(x[l+1] - x[l])` with
/// `h = (n - 1) q / 100` and `l = floor(h)`. Counts values by their leading 16 bits and looks only
/// among those that share them with a value asked for: no sorting, and no copy of the volume.
///
/// NaN values are left out; if nothing is left, every result is NaN. `q` outside 0 to 100 is
/// clamped, and a NaN `q` gives NaN.
///
/// # Shapes
/// `q` in percent, any order; one result per entry of `q`, in the same order.
///
/// # Source
/// Hyndman and Fan 1996, definition 7.
pub fn percentile(values: &[f32], q: &[f64]) -> Vec<f64> {
    percentile_of(values, |_| true, q)
}

/// [`percentile`] of those values of a volume that are to be kept.
pub fn percentile_of(values: &[f32], keep: impl Fn(f32) -> bool, q: &[f64]) -> Vec<f64> {
    let keep = |value: f32| keep(value) && !value.is_nan();
    let counts = Counts::of(values, &keep);
    if counts.total == 0 {
        return vec![f64::NAN; q.len()];
    }
    let position = |q: f64| (counts.total - 1) as f64 * q.clamp(0.0, 100.0) / 100.0;
    let positions: Vec<f64> = q.iter().map(|q| position(*q)).collect();
    let mut ranks: Vec<usize> = positions
        .iter()
        .filter(|h| !h.is_nan())
        .flat_map(|h| [h.floor() as usize, h.ceil() as usize])
        .collect();
    ranks.sort_unstable();
    ranks.dedup();
    let statistics = order_statistics(values, &keep, &counts, &ranks);
    let value = |rank: usize| {
        let index = ranks.binary_search(&rank).expect("every rank asked for was selected");
        f64::from(statistics[index])
    };
    positions
        .iter()
        .map(|h| {
            if h.is_nan() {
                return f64::NAN;
            }
            let (low, high) = (value(h.floor() as usize), value(h.ceil() as usize));
            low + (h - h.floor()) * (high - low)
        })
        .collect()
}

/// The leading 16 bits of a value, in an order that is the order of the values.
#[inline]
fn bin(value: f32) -> u16 {
    let bits = value.to_bits();
    // All bits of a negative number, the sign of another one.
    let flipped = (bits as i32 >> 31) as u32 | 1 << 31;
    ((bits ^ flipped) >> 16) as u16
}

/// How many values there are of every bin.
struct Counts {
    bins: Vec<usize>,
    total: usize,
}

impl Counts {
    /// Two tables that take turns: a run of equal values would wait for its own last addition.
    fn of(values: &[f32], keep: &impl Fn(f32) -> bool) -> Self {
        let mut tables = [vec![0usize; 1 << 16], vec![0usize; 1 << 16]];
        let [even, odd] = tables.each_mut().map(|table| {
            table.first_chunk_mut::<{ 1 << 16 }>().expect("a table has that many bins")
        });
        let (pairs, last) = values.as_chunks::<2>();
        for [first, second] in pairs {
            even[usize::from(bin(*first))] += usize::from(keep(*first));
            odd[usize::from(bin(*second))] += usize::from(keep(*second));
        }
        for value in last {
            even[usize::from(bin(*value))] += usize::from(keep(*value));
        }
        let bins: Vec<usize> = even.iter().zip(odd.iter()).map(|(a, b)| a + b).collect();
        Self { total: bins.iter().sum(), bins }
    }
}

/// The values of the given ascending ranks.
fn order_statistics(
    values: &[f32],
    keep: &impl Fn(f32) -> bool,
    counts: &Counts,
    ranks: &[usize],
) -> Vec<f32> {
    let mut found = Vec::with_capacity(ranks.len());
    let (mut before, mut at) = (0, 0);
    let mut left = ranks.iter().copied().peekable();
    while let Some(rank) = left.peek().copied() {
        while before + counts.bins[usize::from(at)] <= rank {
            before += counts.bins[usize::from(at)];
            at += 1;
        }
        let count = counts.bins[usize::from(at)];
        let mut inside = members(values, keep, at, count);
        // Every rank of this bin; each selection narrows the range of the next.
        let mut start = 0;
        while let Some(rank) = left.next_if(|rank| *rank < before + count) {
            let nth = rank - before - start;
            let (_, value, _) = inside[start..].select_nth_unstable_by(nth, f32::total_cmp);
            found.push(*value);
            start += nth + 1;
        }
    }
    found
}

/// The values of one bin, of which there are `count`.
fn members(values: &[f32], keep: &impl Fn(f32) -> bool, at: u16, count: usize) -> Vec<f32> {
    let mut inside = Vec::with_capacity(count);
    let (blocks, rest) = values.as_chunks::<32>();
    for block in blocks {
        // Most blocks hold none, which is found out many values at a time.
        if block.iter().fold(false, |any, value| any | (bin(*value) == at)) {
            inside.extend(block.iter().filter(|value| bin(**value) == at && keep(**value)));
        }
    }
    inside.extend(rest.iter().filter(|value| bin(**value) == at && keep(**value)));
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn interpolates_between_order_statistics() {
        // n = 5, so the 25th percentile is at h = 1 exactly and the 10th at h = 0.4.
        let values = [50.0, 10.0, 40.0, 20.0, 30.0];
        assert_eq!(percentile(&values, &[50.0, 0.0, 100.0, 25.0]), [30.0, 10.0, 50.0, 20.0]);
        assert!((percentile(&values, &[10.0])[0] - 14.0).abs() < 1e-12);
    }

    #[test]
    fn leaves_out_nan_and_says_nan_for_nothing() {
        assert_eq!(percentile(&[f32::NAN, 1.0, 3.0], &[50.0]), [2.0]);
        assert!(percentile(&[f32::NAN], &[50.0])[0].is_nan());
        assert!(percentile(&[], &[1.0, 99.0]).iter().all(|value| value.is_nan()));
        assert!(percentile(&[1.0], &[f64::NAN])[0].is_nan());
    }

    #[test]
    fn close_values_of_either_sign_are_told_apart() {
        // These share their leading bits two by two, and come in the order of their values.
        let values = [-1e9, -3.000_1, -3.0, -0.0, 0.0, 1e-40, 7.0, 7.000_1, 1e9];
        for (i, expected) in values.iter().enumerate() {
            let q = 100.0 * i as f64 / 8.0;
            let mut mixed = values;
            mixed.reverse();
            assert_eq!(percentile(&mixed, &[q])[0], f64::from(*expected), "{q}");
        }
        assert!(values.windows(2).all(|pair| bin(pair[0]) <= bin(pair[1])));
    }

    #[test]
    fn some_values_can_be_left_out() {
        let values = [0.0, 5.0, 0.0, 1.0, 3.0, 0.0];
        assert_eq!(percentile_of(&values, |value| value != 0.0, &[0.0, 50.0]), [1.0, 3.0]);
        assert!(percentile_of(&values, |_| false, &[50.0])[0].is_nan());
    }

    proptest! {
        #[test]
        fn equals_sorting_everything(
            values in prop::collection::vec(-1000.0f32..1000.0, 1..200),
            q in prop::collection::vec(0.0f64..=100.0, 1..6),
        ) {
            let mut sorted = values.clone();
            sorted.sort_by(f32::total_cmp);
            for (found, q) in percentile(&values, &q).iter().zip(&q) {
                let h = (sorted.len() - 1) as f64 * q / 100.0;
                let low = f64::from(sorted[h.floor() as usize]);
                let high = f64::from(sorted[h.ceil() as usize]);
                prop_assert!((found - (low + (h - h.floor()) * (high - low))).abs() < 1e-9);
            }
        }
    }
}
