//! What is done to label maps before they are scored: checks, the ignore label, largest components.

use stages_metrics::keep_largest_component;
use stages_tables::DatasetInfo;

use crate::EvaluateParams;

/// Which class ids may occur.
pub(crate) struct Known([bool; 256]);

impl Known {
    /// The classes of the dataset.
    pub(crate) fn classes(dataset: &DatasetInfo) -> Self {
        let mut known = [false; 256];
        for class in &dataset.classes {
            known[usize::from(class.id)] = true;
        }
        Self(known)
    }

    /// These and one more.
    pub(crate) fn and(mut self, label: Option<u8>) -> Self {
        if let Some(label) = label {
            self.0[usize::from(label)] = true;
        }
        self
    }

    /// The first label that may not occur.
    pub(crate) fn first_unknown(&self, labels: &[u8]) -> Option<u8> {
        // Far the most voxels are background; a run of them is passed at once.
        let background = self.0[0];
        let suspects = labels
            .chunks(64)
            .filter(|chunk| !(background && chunk.iter().fold(0, |any, label| any | label) == 0));
        suspects.flatten().copied().find(|label| !self.0[usize::from(*label)])
    }
}

/// Makes every voxel that bears the ignore label background in both maps, and counts them.
pub(crate) fn ignore(label: u8, prediction: &mut [u8], reference: &mut [u8]) -> u64 {
    let mut ignored = 0;
    for (prediction, reference) in prediction.iter_mut().zip(reference) {
        if *reference == label {
            (*prediction, *reference) = (0, 0);
            ignored += 1;
        }
    }
    ignored
}

/// Reduces every class of a prediction to its largest component, if that is asked for.
///
/// # Shapes
/// `prediction`: `nx * ny * nz` class ids, x fastest; `shape`: `nx, ny, nz`.
pub fn largest_components(
    params: &EvaluateParams,
    dataset: &DatasetInfo,
    prediction: &mut [u8],
    shape: [usize; 3],
) {
    if let Some(neighbours) = params.largest_component {
        for class in dataset.foreground() {
            keep_largest_component(prediction, shape, class.id, neighbours.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use stages_tables::ClassInfo;

    use super::*;

    fn dataset(ids: &[u8]) -> DatasetInfo {
        let classes = ids.iter().map(|id| ClassInfo { id: *id, name: format!("class {id}") });
        DatasetInfo { name: "toy".to_owned(), classes: classes.collect() }
    }

    #[test]
    fn an_unknown_label_is_found_behind_much_background() {
        let known = Known::classes(&dataset(&[0, 2]));
        let mut labels = vec![0; 1000];
        assert_eq!(known.first_unknown(&labels), None);
        labels[500] = 2;
        assert_eq!(known.first_unknown(&labels), None);
        labels[999] = 1;
        assert_eq!(known.first_unknown(&labels), Some(1));
        assert_eq!(known.and(Some(1)).first_unknown(&labels), None);
        // A dataset without a background does not have zeros.
        assert_eq!(Known::classes(&dataset(&[2])).first_unknown(&labels), Some(0));
    }

    #[test]
    fn ignored_voxels_leave_both_maps() {
        let (mut prediction, mut reference) = ([1, 1, 0, 2], [1, 9, 9, 2]);
        assert_eq!(ignore(9, &mut prediction, &mut reference), 2);
        assert_eq!((prediction, reference), ([1, 0, 0, 2], [1, 0, 0, 2]));
    }
}
