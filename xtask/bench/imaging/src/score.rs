//! Scoring a pair of label maps.

use std::error::Error;
use std::path::Path;

use stages_imaging::{LabelMap, read_label_map};
use stages_metrics::{Lattice, Overlay};

/// A pair of label maps in memory.
pub(crate) struct Pair {
    reference: LabelMap,
    prediction: LabelMap,
    classes: u8,
}

/// The tolerance of the normalized surface distance.
const TOLERANCE_MM: f64 = 2.0;

impl Pair {
    /// Reads the pair of this name.
    ///
    /// # Errors
    /// What the reader reports.
    pub(crate) fn read(folder: &Path, which: &str) -> Result<Self, Box<dyn Error>> {
        let read =
            |side: &str| read_label_map(&folder.join(format!("pairs/{which}_{side}.nii.gz")));
        let (reference, prediction) = (read("reference")?, read("prediction")?);
        let classes = reference.labels.iter().copied().max().unwrap_or(0);
        Ok(Self { reference, prediction, classes })
    }

    /// Dice, HD95, ASSD and NSD of every class.
    ///
    /// # Errors
    /// A class that is in neither map, which the pairs do not have.
    pub(crate) fn score(&self) -> Result<Vec<[f64; 4]>, Box<dyn Error>> {
        let header = &self.reference.header;
        let lattice = Lattice::new(header.shape, header.spacing_mm)?;
        let overlay = Overlay::new(&self.prediction.labels, &self.reference.labels, lattice)?;
        (1..=self.classes)
            .map(|id| {
                let class = overlay.class(id);
                let absent = || format!("class {id} is absent");
                let distances = class.distances().ok_or_else(absent)?;
                Ok([
                    class.counts().dice().ok_or_else(absent)?,
                    distances.hausdorff_quantile(0.95),
                    distances.assd(),
                    distances.nsd(TOLERANCE_MM),
                ])
            })
            .collect()
    }
}
