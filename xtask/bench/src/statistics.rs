//! Numbers out of repeated measurements.

/// Middle and ends of some measurements.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub(crate) struct Summary {
    /// The middle one; the mean of the two in the middle of an even number.
    pub(crate) median: f64,
    /// The smallest.
    pub(crate) min: f64,
    /// The largest.
    pub(crate) max: f64,
}

impl Summary {
    /// Summarizes measurements; none of none.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (&min, &max) = (values.first()?, values.last()?);
        let middle = values.len() / 2;
        let median = if values.len() % 2 == 1 {
            values[middle]
        } else {
            f64::midpoint(values[middle - 1], values[middle])
        };
        Some(Self { median, min, max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_middle_one_of_an_odd_number() {
        let summary = Summary::of([9.0, 1.0, 2.0]).unwrap();
        assert_eq!(summary, Summary { median: 2.0, min: 1.0, max: 9.0 });
    }

    #[test]
    fn takes_the_mean_of_the_middle_two_of_an_even_number() {
        assert_eq!(Summary::of([4.0, 1.0, 8.0, 2.0]).unwrap().median, 3.0);
        assert_eq!(Summary::of([5.0]).unwrap().median, 5.0);
    }

    #[test]
    fn knows_nothing_of_nothing() {
        assert_eq!(Summary::of([]), None);
    }
}
