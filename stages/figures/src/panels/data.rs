//! What panels are made of.

use crate::error::FigureError;
use crate::figure::Figure;
use crate::text::clean;

/// Longest side of an image, in pixels.
const SIDE: usize = 2048;
/// Most rows.
const ROWS: usize = 50;
/// Most methods.
const METHODS: usize = 50;

/// Pictures of subjects: a row a subject, columns for image, ground truth and each method.
///
/// Which subjects are shown, and why, is for the caller to say: the name of a row is `best`,
/// `median` or `worst`, say.
#[derive(Debug, Clone, PartialEq)]
pub struct QualitativePanels {
    /// Title of the figure; may be empty.
    pub title: String,
    /// The classes, in the order of the legend; a label that is not among them is shown by its
    /// number. Label 0 is the background.
    pub classes: Vec<PanelClass>,
    /// The rows, all with the same methods in the same order.
    pub rows: Vec<PanelRow>,
    /// How labels are drawn over the image.
    pub overlay: Overlay,
    /// Whether each method has a further column with its errors.
    pub error_maps: ErrorMaps,
    /// Which part of an image is shown.
    pub crop: Crop,
    /// Width of one picture in px, from 40 to 1000.
    pub picture_width: f64,
}

/// A class of labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelClass {
    /// Its label.
    pub label: u8,
    /// Its name.
    pub name: String,
}

/// One subject.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelRow {
    /// Why it is shown, such as `best`.
    pub name: String,
    /// The subject.
    pub subject: String,
    /// Further words, such as the slice; may be empty.
    pub detail: String,
    /// The image.
    pub image: GreyImage,
    /// Labels of the ground truth, by rows from the top, as many as the image has pixels.
    pub truth: Vec<u8>,
    /// Predictions, one a method.
    pub predictions: Vec<PanelPrediction>,
}

/// A grey picture.
#[derive(Debug, Clone, PartialEq)]
pub struct GreyImage {
    /// Number of columns.
    pub width: usize,
    /// Number of rows.
    pub height: usize,
    /// Height of a pixel over its width: spacing along a column over spacing along a row.
    pub pixel_aspect: f64,
    /// Brightness by rows from the top, 0 for black.
    pub grey: Vec<u8>,
}

/// What a method predicted for a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelPrediction {
    /// The method.
    pub method: String,
    /// Labels by rows from the top, as many as the image has pixels.
    pub labels: Vec<u8>,
    /// What stands below the picture, such as `Dice 0.91`; may be empty.
    pub caption: String,
}

/// How labels are drawn over an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overlay {
    /// As lines along the inside of their borders; a label that is all borders, of more than 20 000
    /// straight pieces, as an area.
    #[default]
    Contour,
    /// As areas that let the image through.
    Fill,
}

/// Whether errors have pictures of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrorMaps {
    /// After each method, a picture of where it is wrong, and how.
    #[default]
    Shown,
    /// None.
    Hidden,
}

/// Which part of an image is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Crop {
    /// All of it.
    Whole,
    /// What the ground truth or any method labels, and a margin of this share of its longer side.
    Labelled {
        /// The share, from 0 on.
        margin: f64,
    },
}

impl QualitativePanels {
    /// Panels with contours and errors, cut to what is labelled with a margin of a fifth.
    pub fn new(title: impl Into<String>, classes: Vec<PanelClass>, rows: Vec<PanelRow>) -> Self {
        Self {
            title: title.into(),
            classes,
            rows,
            overlay: Overlay::default(),
            error_maps: ErrorMaps::default(),
            crop: Crop::Labelled { margin: 0.2 },
            picture_width: 132.0,
        }
    }

    /// Draws them.
    ///
    /// # Errors
    /// [`FigureError`] if planes do not fit their image, rows have different methods, or there are
    /// too many of either.
    pub fn figure(&self) -> Result<Figure, FigureError> {
        if !(40.0..=1000.0).contains(&self.picture_width) {
            return Err(FigureError::PictureWidth { found: self.picture_width });
        }
        let too_many = |what, found, limit| FigureError::TooMany { what, found, limit };
        if self.rows.len() > ROWS {
            return Err(too_many("rows", self.rows.len(), ROWS));
        }
        let methods = |row: &PanelRow| -> Vec<String> {
            row.predictions.iter().map(|prediction| clean(&prediction.method)).collect()
        };
        for row in &self.rows {
            row.check()?;
            let (found, expected) = (methods(row), methods(&self.rows[0]));
            if found.len() > METHODS {
                return Err(too_many("methods", found.len(), METHODS));
            }
            if found != expected {
                return Err(FigureError::Methods {
                    subject: clean(&row.subject),
                    found: listed(&found),
                    expected: listed(&expected),
                });
            }
        }
        Ok(super::draw::figure(self))
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "(none)".into() } else { names.join(", ") }
}

impl PanelRow {
    fn check(&self) -> Result<(), FigureError> {
        let GreyImage { width, height, pixel_aspect, ref grey } = self.image;
        let subject = clean(&self.subject);
        if !(1..=SIDE).contains(&width) || !(1..=SIDE).contains(&height) {
            return Err(FigureError::Image { subject, width, height, limit: SIDE });
        }
        if !(0.05..=20.0).contains(&pixel_aspect) {
            return Err(FigureError::PixelAspect { subject, found: pixel_aspect });
        }
        let planes = [("image", grey), ("ground truth", &self.truth)];
        let predictions = self
            .predictions
            .iter()
            .map(|prediction| (prediction.method.as_str(), &prediction.labels));
        for (plane, pixels) in planes.into_iter().chain(predictions) {
            if pixels.len() != width * height {
                let (plane, found) = (clean(plane), pixels.len());
                return Err(FigureError::Plane { subject, plane, found, width, height });
            }
        }
        Ok(())
    }
}
