//! A value that is measured again and again.

/// More points than a screen has columns; then every second one is given up, also of those that
/// come.
const MOST_POINTS: usize = 4096;

/// The values of one metric of one node.
#[derive(Debug)]
pub(super) struct Curve {
    points: Vec<CurvePoint>,
    /// One of so many is kept …
    stride: usize,
    /// … after so many since the last one that was. The newest stands for them until then.
    since_kept: usize,
}

impl Default for Curve {
    fn default() -> Self {
        Self { points: Vec::new(), stride: 1, since_kept: 0 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct CurvePoint {
    /// The revision in which it came.
    pub(super) came: u64,
    pub(super) step: u64,
    pub(super) value: f64,
}

impl Curve {
    /// Takes a value. One whose step is not beyond the last comes from an attempt that goes on from
    /// an earlier state, and replaces what was there.
    pub(super) fn take(&mut self, point: CurvePoint) {
        let beyond = self.points.partition_point(|known| known.step < point.step);
        let goes_on = beyond == self.points.len();
        self.points.truncate(beyond);
        if goes_on && self.since_kept > 0 {
            self.points.pop();
        }
        self.points.push(point);
        self.since_kept = (self.since_kept + 1) % self.stride;
        if self.points.len() > MOST_POINTS {
            let mut odd = false;
            self.points.retain(|_| {
                odd = !odd;
                odd
            });
            self.stride *= 2;
        }
    }

    /// The values that came after a revision.
    pub(super) fn since(&self, revision: u64) -> &[CurvePoint] {
        let first = self.points.partition_point(|point| point.came <= revision);
        &self.points[first..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: impl IntoIterator<Item = (u64, u64)>) -> Curve {
        let mut curve = Curve::default();
        for (came, step) in points {
            curve.take(CurvePoint { came, step, value: 0.5 });
        }
        curve
    }

    fn steps(points: &[CurvePoint]) -> Vec<u64> {
        points.iter().map(|point| point.step).collect()
    }

    #[test]
    fn an_attempt_that_goes_on_from_before_replaces_what_came_after() {
        let curve = curve([(1, 10), (1, 20), (2, 30), (3, 20), (4, 30)]);
        assert_eq!(steps(curve.since(0)), [10, 20, 30]);
        assert_eq!(steps(curve.since(2)), [20, 30]);
        assert!(curve.since(4).is_empty());
    }

    #[test]
    fn a_long_curve_keeps_its_shape_in_bounded_room() {
        let curve = curve((0..100_000).map(|step| (step + 1, step)));
        let steps = steps(curve.since(0));
        assert!((MOST_POINTS / 2..=MOST_POINTS).contains(&steps.len()), "{}", steps.len());
        assert_eq!((steps[0], steps[steps.len() - 1]), (0, 99_999));
        let gaps = steps.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gaps.clone().all(|gap| (1..=64).contains(&gap)), "{:?}", gaps.max());
    }
}
