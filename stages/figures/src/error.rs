//! What cannot be drawn.

/// Longest side of a figure, in px.
pub(crate) const LONGEST: f64 = 8000.0;

/// Data that no figure can be made of.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FigureError {
    /// A width or height that is not usable.
    #[error("{field} is {found} px; a number from {least} to {LONGEST} is wanted")]
    Size {
        /// The field.
        field: &'static str,
        /// What it holds.
        found: f64,
        /// The smallest that leaves room for axes.
        least: f64,
    },
    /// More of something than a figure can show.
    #[error("{found} {what}; one figure shows at most {limit}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many a figure takes.
        limit: usize,
    },
    /// A range of an axis or a quantity whose ends are not two rising finite numbers.
    #[error(
        "the bounds of `{name}` are {lower} and {upper}; two finite, rising numbers are wanted"
    )]
    Bounds {
        /// The quantity.
        name: String,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// A plane with another number of pixels than its image has.
    #[error(
        "subject `{subject}`, {plane}: {found} pixels, but the image of {width} × {height} has {}",
        width * height
    )]
    Plane {
        /// The subject.
        subject: String,
        /// Which plane: the image, the ground truth, or a method's name.
        plane: String,
        /// Pixels found.
        found: usize,
        /// Columns of the image.
        width: usize,
        /// Rows of the image.
        height: usize,
    },
    /// An image without pixels, or with too many.
    #[error(
        "subject `{subject}`: an image of {width} × {height} pixels; each side must be from 1 to \
         {limit}"
    )]
    Image {
        /// The subject.
        subject: String,
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// Longest side.
        limit: usize,
    },
    /// A pixel aspect that is not a usable ratio.
    #[error(
        "subject `{subject}`: pixel_aspect is {found}; the height of a pixel over its width is \
         wanted, from 0.05 to 20"
    )]
    PixelAspect {
        /// The subject.
        subject: String,
        /// What was given.
        found: f64,
    },
    /// A width of pictures that is not usable.
    #[error("picture_width is {found} px; a number from 40 to 1000 is wanted")]
    PictureWidth {
        /// What was given.
        found: f64,
    },
    /// A row of panels whose methods are not those of the first row.
    #[error("subject `{subject}` has the methods {found}, but the first row has {expected}")]
    Methods {
        /// The subject.
        subject: String,
        /// Its methods.
        found: String,
        /// Those of the first row.
        expected: String,
    },
    /// A picture that cannot be made at this scale.
    #[error(
        "a PNG at scale {scale} of a figure of {width} × {height} px; a scale above 0 that gives \
         at most {limit} pixels is wanted"
    )]
    Scale {
        /// The scale asked for.
        scale: f64,
        /// Width of the figure at scale 1.
        width: f64,
        /// Height of the figure at scale 1.
        height: f64,
        /// Pixels of the largest picture.
        limit: usize,
    },
}
