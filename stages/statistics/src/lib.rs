//! The statistics of paper tables, as pure functions of numbers.
//!
//! Two methods are compared on the same subjects, so everything here rests on paired differences:
//! a signed-rank test ([`wilcoxon`]), a correction for many tests ([`adjust`]), a bootstrap
//! interval of the mean difference ([`bootstrap_interval`]) and effect sizes. [`BlandAltman`] says
//! how far two ways of measuring agree.
//!
//! The numbers are those of SciPy, which the tests compare with; where this crate deviates on
//! purpose, the function says so. Elementary functions come from `libm`, so that a table has the
//! same bytes on every platform.

mod agreement;
mod bootstrap;
mod correction;
mod describe;
mod error;
mod interval;
mod location;
mod normal;
mod pairs;
mod ranks;
mod sign_flips;
mod student;
mod wilcoxon;

pub use agreement::{BlandAltman, Limit, Trend};
pub use bootstrap::{bootstrap_interval, resampled_means};
pub use correction::{Correction, adjust};
pub use describe::{Description, mean, median, quantile, quantile_of_sorted, sample_std};
pub use error::StatisticsError;
pub use interval::{Interval, IntervalMethod, interval_of_mean};
pub use location::hodges_lehmann;
pub use normal::{normal_cdf, normal_quantile, normal_upper_tail};
pub use pairs::CompletePairs;
pub use student::{student_quantile, student_two_sided};
pub use wilcoxon::{
    Alternative, NullDistribution, TestMethod, Wilcoxon, WilcoxonOptions, ZeroMethod, wilcoxon,
};
