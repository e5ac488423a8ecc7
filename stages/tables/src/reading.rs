//! How the files of a scan are to be read, and what their values look like.

use std::collections::BTreeMap;

use stages_imaging::{LabelOptions, NonFinite, ReadOptions};

/// Which volume of its files a scan is, and how their values are to be understood.
///
/// The default is a file that holds one volume of finite numbers, and a label map whose values are
/// the class ids.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// The position, from 0, of the scan's volume in a 4-D image: its channel or its time frame.
    pub image_frame: Option<u32>,
    /// The position, from 0, of the scan's volume in a 4-D label map.
    pub label_frame: Option<u32>,
    /// What takes the place of image voxels that are no finite number; without it, they are an
    /// error.
    pub fill: Option<f32>,
    /// The class id of every value that the label file may hold; without it, values are class ids.
    pub remap: Option<BTreeMap<i64, u8>>,
}

impl Reading {
    /// How to read the image.
    pub fn image_options(&self) -> ReadOptions {
        let non_finite = self.fill.map_or(NonFinite::Refuse, NonFinite::Fill);
        ReadOptions { frame: self.image_frame.map(|frame| frame as usize), non_finite }
    }

    /// How to read the label map.
    pub fn label_options(&self) -> LabelOptions {
        let frame = self.label_frame.map(|frame| frame as usize);
        LabelOptions { frame, remap: self.remap.clone() }
    }
}

/// The values of an image in short, in the image's own units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Intensity {
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// The mean over all voxels.
    pub mean: f64,
    /// The standard deviation over all voxels (divided by their number).
    pub sd: f64,
}

impl Intensity {
    /// The values in short; none of no values.
    pub fn of(values: &[f32]) -> Option<Self> {
        let first = f64::from(*values.first()?);
        let (mut min, mut max, mut sum, mut squares) = (first, first, 0.0, 0.0);
        for value in values {
            let value = f64::from(*value);
            min = min.min(value);
            max = max.max(value);
            // Moments about the first value: no digits are lost where all values are large.
            sum += value - first;
            squares += (value - first) * (value - first);
        }
        let count = values.len() as f64;
        let offset = sum / count;
        let sd = (squares / count - offset * offset).max(0.0).sqrt();
        Some(Self { min, max, mean: first + offset, sd })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intensities_in_short() {
        // Mean 3; deviations -2, -1, 0, 3: squares 4 + 1 + 0 + 9 = 14, by 4.
        let intensity = Intensity::of(&[1.0, 2.0, 3.0, 6.0]).unwrap();
        assert_eq!((intensity.min, intensity.max, intensity.mean), (1.0, 6.0, 3.0));
        assert!((intensity.sd - 3.5_f64.sqrt()).abs() < 1e-15);
        assert_eq!(Intensity::of(&[]), None);
        let constant = Intensity::of(&[1e7; 5]).unwrap();
        assert_eq!((constant.mean, constant.sd), (1e7, 0.0));
    }

    #[test]
    fn options_are_those_of_the_files() {
        let reading = Reading {
            image_frame: Some(1),
            label_frame: None,
            fill: Some(0.0),
            remap: Some([(0, 0), (2, 1)].into()),
        };
        let image = reading.image_options();
        assert_eq!((image.frame, image.non_finite), (Some(1), NonFinite::Fill(0.0)));
        let label = reading.label_options();
        assert_eq!((label.frame, label.remap), (None, reading.remap.clone()));
        assert_eq!(Reading::default().image_options(), ReadOptions::default());
        assert_eq!(Reading::default().label_options(), LabelOptions::default());
    }
}
