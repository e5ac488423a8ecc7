//! Values by setting, scan, class and series.

use std::collections::BTreeSet;

use indexmap::IndexMap;

/// The values of a run, averaged over what its tables average over.
#[derive(Debug, Default, Clone, PartialEq)]
pub(in crate::report) struct Scores {
    /// What is compared: the combinations of the matrix variables that are not averaged over.
    pub(super) series: Vec<String>,
    /// The variables that are averaged over.
    pub(super) over: Vec<String>,
    /// The scans, in the order of the metrics table.
    pub(super) scans: Vec<Scan>,
    /// The classes, in the order of the metrics table.
    pub(super) classes: Vec<String>,
    /// What was measured, what the run's tables show first.
    pub(super) settings: Vec<Setting>,
    /// Sum and number of the defined values.
    pub(super) values: IndexMap<Place, Sum>,
    /// Which scan has which class, in the order of the metrics table.
    pub(super) pairs: Vec<(u32, u32)>,
}

/// A scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scan {
    pub(super) dataset: String,
    pub(super) subject: String,
    pub(super) phase: Option<String>,
    pub(super) id: String,
}

/// A metric on a grid, of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) metric: String,
    pub(super) grid: String,
    pub(super) checkpoint: String,
    pub(super) unit: String,
    /// None for a signed difference, of which 0 is the best.
    pub(super) higher_is_better: Option<bool>,
}

/// Positions of setting, scan, class and series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) setting: u32,
    pub(super) scan: u32,
    pub(super) class: u32,
    pub(super) series: u32,
}

/// Values that are averaged.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sum {
    pub(super) sum: f64,
    pub(super) count: u32,
}

impl Scores {
    /// The mean over seeds, if any value is defined.
    pub(super) fn mean(&self, place: Place) -> Option<f64> {
        let found = self.values.get(&place)?;
        (found.count > 0).then(|| found.sum / f64::from(found.count))
    }

    /// The mean over the classes that have a value.
    pub(super) fn mean_over_classes(&self, setting: u32, scan: u32, series: u32) -> Option<f64> {
        let classes = 0..self.classes.len() as u32;
        let values = classes.filter_map(|class| self.mean(Place { setting, scan, class, series }));
        let (sum, count) =
            values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
        (count > 0).then(|| sum / f64::from(count))
    }

    /// The scans that have a value in the first setting. Some metrics are of whole subjects, and have
    /// rows of their own.
    pub(super) fn measured(&self) -> BTreeSet<u32> {
        let first = self.values.iter().filter(|(place, sum)| place.setting == 0 && sum.count > 0);
        first.map(|(place, _)| place.scan).collect()
    }

    /// The largest number of values that one mean is of.
    pub(super) fn most_averaged(&self) -> u32 {
        self.values.values().map(|sum| sum.count).max().unwrap_or_default()
    }
}

impl Setting {
    /// `dice, network grid, best checkpoint`.
    pub(super) fn title(&self) -> String {
        format!("{}, {} grid, {} checkpoint", self.metric, self.grid, self.checkpoint)
    }

    /// Decimals that are worth showing.
    pub(super) fn decimals(&self) -> usize {
        if self.unit == "1" { 3 } else { 2 }
    }

    /// Something that is larger the better a value is.
    pub(super) fn goodness(&self, value: f64) -> f64 {
        match self.higher_is_better {
            Some(true) => value,
            Some(false) => -value,
            None => -value.abs(),
        }
    }

    /// For the script: 1 where higher is better, -1 where lower is, 0 where 0 is.
    pub(super) fn direction(&self) -> i8 {
        match self.higher_is_better {
            Some(true) => 1,
            Some(false) => -1,
            None => 0,
        }
    }
}
