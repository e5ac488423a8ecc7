//! Resampling a plane for the screen.

/// For each sample of the result, the samples it is made of with their weights.
type Weights = Vec<Vec<(usize, f32)>>;

/// Scales a plane to another size: averages over what a pixel covers where it becomes smaller,
/// interpolates linearly where it becomes larger. Pixel edges coincide.
///
/// # Shapes
/// `plane` has `from[1]` rows of `from[0]` values; the result `to[1]` rows of `to[0]`.
pub(super) fn scale(plane: &[f32], from: [usize; 2], to: [usize; 2]) -> Vec<f32> {
    let (across, down) = (weights(from[0], to[0]), weights(from[1], to[1]));
    let mut narrow = vec![0.0; to[0] * from[1]];
    for y in 0..from[1] {
        let row = &plane[y * from[0]..(y + 1) * from[0]];
        for (x, parts) in across.iter().enumerate() {
            narrow[y * to[0] + x] = parts.iter().map(|(i, weight)| row[*i] * weight).sum();
        }
    }
    let mut result = vec![0.0; to[0] * to[1]];
    for (y, parts) in down.iter().enumerate() {
        let row = &mut result[y * to[0]..(y + 1) * to[0]];
        for (i, weight) in parts {
            let source = &narrow[i * to[0]..(i + 1) * to[0]];
            for (sum, value) in row.iter_mut().zip(source) {
                *sum += value * weight;
            }
        }
    }
    result
}

/// Scales a plane of labels: each pixel has the label at its centre.
pub(super) fn scale_labels(plane: &[u8], from: [usize; 2], to: [usize; 2]) -> Vec<u8> {
    let source = |i: usize, axis: usize| (2 * i + 1) * from[axis] / (2 * to[axis]);
    let rows = (0..to[1]).map(|y| source(y, 1) * from[0]);
    rows.flat_map(|start| (0..to[0]).map(move |x| start + source(x, 0))).map(|i| plane[i]).collect()
}

fn weights(from: usize, to: usize) -> Weights {
    let step = from as f32 / to as f32;
    let one = |i: usize| if step > 1.0 { covered(i, step, from) } else { between(i, step, from) };
    (0..to).map(one).collect()
}

/// What lies under a pixel that covers several samples.
fn covered(i: usize, step: f32, from: usize) -> Vec<(usize, f32)> {
    let (start, end) = (i as f32 * step, (i + 1) as f32 * step);
    let samples = start.floor() as usize..(end.ceil() as usize).min(from);
    let overlap =
        |sample: usize| (end.min(sample as f32 + 1.0) - start.max(sample as f32)).max(0.0);
    let total: f32 = samples.clone().map(overlap).sum();
    samples.map(|sample| (sample, overlap(sample) / total)).collect()
}

/// The two samples beside the centre of a pixel that is smaller than they are.
fn between(i: usize, step: f32, from: usize) -> Vec<(usize, f32)> {
    let at = ((i as f32 + 0.5) * step - 0.5).clamp(0.0, (from - 1) as f32);
    let low = at.floor() as usize;
    let part = at - low as f32;
    if part == 0.0 { vec![(low, 1.0)] } else { vec![(low, 1.0 - part), (low + 1, part)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smaller_is_the_mean_and_larger_is_between() {
        assert_eq!(scale(&[1.0, 3.0, 5.0, 7.0], [4, 1], [2, 1]), [2.0, 6.0]);
        // Three samples onto two pixels: each takes one sample and half of the middle one.
        let found = scale(&[0.0, 3.0, 9.0], [3, 1], [2, 1]);
        assert!((found[0] - 1.0).abs() < 1e-6 && (found[1] - 7.0).abs() < 1e-6, "{found:?}");
        // Two samples onto four pixels: centres at -0.25, 0.25, 0.75, 1.25.
        assert_eq!(scale(&[0.0, 4.0], [1, 2], [1, 4]), [0.0, 1.0, 3.0, 4.0]);
        assert_eq!(scale(&[1.0, 2.0, 3.0, 4.0], [2, 2], [2, 2]), [1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn labels_are_never_mixed() {
        assert_eq!(scale_labels(&[1, 2], [2, 1], [4, 1]), [1, 1, 2, 2]);
        // Centres of two pixels over five samples: 1.25 and 3.75.
        assert_eq!(scale_labels(&[1, 2, 3, 4, 5], [5, 1], [2, 1]), [2, 4]);
    }
}
