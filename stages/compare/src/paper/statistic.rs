//! One entry of repetitions.

use stages_statistics::{Description, mean, median, sample_std, student_quantile};

use super::StatisticName;
use crate::layout::Spread;
use crate::number::NumberFormat;

/// A value and what stands beside it, in the unit of the metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    /// None of nothing.
    pub(super) value: Option<f64>,
    pub(super) beside: Beside,
}

/// What stands beside a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Beside {
    Nothing,
    Std(f64),
    Range(f64, f64),
}

impl Estimate {
    /// The statistic of these values, all finite. A single value has no spread.
    ///
    /// Quartiles are of type 7 of Hyndman and Fan; the confidence interval is the mean plus and
    /// minus the quantile of Student's distribution with n - 1 degrees of freedom times the standard
    /// error.
    pub(super) fn of(values: &[f64], statistic: StatisticName, confidence: f64) -> Self {
        let several = values.len() > 1;
        let std = sample_std(values);
        let (value, beside) = match statistic {
            StatisticName::MeanStd => (mean(values), std.map(Beside::Std)),
            StatisticName::Mean => (mean(values), None),
            StatisticName::Median => (median(values), None),
            StatisticName::MedianIqr => {
                let quartiles =
                    |all: Description| Beside::Range(all.lower_quartile, all.upper_quartile);
                let described = Description::of(values).ok().filter(|_| several);
                (median(values), described.map(quartiles))
            }
            StatisticName::MeanCi => {
                let interval = mean(values).zip(std).map(|(mean, std)| {
                    let n = values.len() as f64;
                    let t = student_quantile(f64::midpoint(1.0, confidence), n - 1.0);
                    let half = t * std / n.sqrt();
                    Beside::Range(mean - half, mean + half)
                });
                (mean(values), interval)
            }
        };
        Self { value, beside: beside.unwrap_or(Beside::Nothing) }
    }

    /// What stands beside the value, as it is printed.
    pub(super) fn spread(&self, format: NumberFormat) -> Spread {
        match self.beside {
            Beside::Nothing => Spread::None,
            Beside::Std(std) => Spread::Std(format.digits(std)),
            Beside::Range(low, high) => Spread::Range(format.digits(low), format.digits(high)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(values: &[f64], statistic: StatisticName) -> (Option<f64>, Beside) {
        let Estimate { value, beside } = Estimate::of(values, statistic, 0.95);
        (value, beside)
    }

    #[test]
    fn every_statistic_by_hand() {
        use StatisticName::{Mean, MeanStd, Median, MedianIqr};
        // Mean 3; squares 4 + 1 + 9 = 14 over 2.
        let values = [1.0, 2.0, 6.0];
        assert_eq!(estimate(&values, MeanStd), (Some(3.0), Beside::Std(7.0_f64.sqrt())));
        assert_eq!(estimate(&values, Mean), (Some(3.0), Beside::Nothing));
        assert_eq!(estimate(&values, Median), (Some(2.0), Beside::Nothing));
        // Places 0.5 and 1.5.
        assert_eq!(estimate(&values, MedianIqr), (Some(2.0), Beside::Range(1.5, 4.0)));
    }

    #[test]
    fn the_interval_is_that_of_students_distribution() {
        let (value, beside) = estimate(&[1.0, 2.0, 6.0], StatisticName::MeanCi);
        assert_eq!(value, Some(3.0));
        let Beside::Range(low, high) = beside else { panic!("{beside:?}") };
        // The 0.975 quantile for 2 degrees of freedom is 4.302653; times sqrt(7 / 3).
        let half = 4.302_652_729_9 * (7.0_f64 / 3.0).sqrt();
        assert!((low - (3.0 - half)).abs() < 1e-8 && (high - (3.0 + half)).abs() < 1e-8);
    }

    #[test]
    fn a_single_value_has_no_spread_and_nothing_has_no_value() {
        use StatisticName::{Mean, MeanCi, MeanStd, Median, MedianIqr};
        for statistic in [MeanStd, Mean, Median, MedianIqr, MeanCi] {
            assert_eq!(estimate(&[0.5], statistic), (Some(0.5), Beside::Nothing));
            assert_eq!(estimate(&[], statistic), (None, Beside::Nothing));
        }
    }
}
