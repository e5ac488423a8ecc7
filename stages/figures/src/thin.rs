//! Long lines, drawn with no more points than can be seen.

/// Width of a column in px: half the thickness of a thin line.
const COLUMN: f64 = 0.5;

/// Returns a line that looks the same: of the points in a column of half a px, the first, the
/// lowest, the highest and the last, in their order.
///
/// The points' first coordinate must not fall.
pub(crate) fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let column = |point: &(f64, f64)| (point.0 / COLUMN).floor();
    let mut kept = Vec::new();
    for part in points.chunk_by(|a, b| column(a) == column(b)) {
        if part.len() <= 4 {
            kept.extend_from_slice(part);
            continue;
        }
        let by_height = |a: &&usize, b: &&usize| part[**a].1.total_cmp(&part[**b].1);
        let indices: Vec<usize> = (0..part.len()).collect();
        let low = indices.iter().min_by(by_height).copied().unwrap_or(0);
        let high = indices.iter().max_by(by_height).copied().unwrap_or(0);
        let mut chosen = vec![0, low, high, part.len() - 1];
        chosen.sort_unstable();
        chosen.dedup();
        kept.extend(chosen.into_iter().map(|index| part[index]));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_keeps_its_ends_and_extremes() {
        let points: Vec<_> = [5.0, 1.0, 7.0, 3.0, 9.0, 4.0]
            .into_iter()
            .enumerate()
            .map(|(index, y)| (index as f64 / 100.0, y))
            .collect();
        let kept: Vec<_> = thinned(&points).into_iter().map(|point| point.1).collect();
        assert_eq!(kept, [5.0, 1.0, 9.0, 4.0]);
    }

    #[test]
    fn a_million_points_become_a_few_thousand() {
        let points: Vec<_> =
            (0..1_000_000).map(|i| (f64::from(i) / 2000.0, f64::from(i % 97))).collect();
        assert!(thinned(&points).len() <= 4 * 1001);
        assert_eq!(thinned(&points[..3]), &points[..3]);
    }
}
