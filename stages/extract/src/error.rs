//! What goes wrong while slices are made.

use pipeline_engine::stage::StageError;
use stages_imaging::ImagingError;
use stages_tables::TableError;

/// Slices that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// A table cannot be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A volume cannot be read.
    #[error("cannot read scan `{case}`")]
    Volume {
        /// The scan.
        case: String,
        /// Why.
        #[source]
        source: ImagingError,
    },
    /// A volume is not the one that the cases table describes.
    #[error(
        "scan `{case}`: {what} has {} x {} x {} voxels, the cases table says {} x {} x {}",
        found[0], found[1], found[2], expected[0], expected[1], expected[2]
    )]
    Shape {
        /// The scan.
        case: String,
        /// `image` or `label`.
        what: &'static str,
        /// Voxels of the file.
        found: [usize; 3],
        /// Voxels in the table.
        expected: [u32; 3],
    },
    /// Resampling would make an absurdly large plane.
    #[error(
        "scan `{case}`: a pixel size of {spacing_mm:?} mm makes planes of {} x {} pixels, accepted \
         are up to {limit} along each axis",
        size[0], size[1]
    )]
    PlaneTooLarge {
        /// The scan.
        case: String,
        /// Its own pixel size along x and y.
        spacing_mm: [f64; 2],
        /// Pixels after resampling.
        size: [u32; 2],
        /// How many are accepted.
        limit: u32,
    },
    /// There are no scans.
    #[error("the cases table is empty: there are no scans to extract")]
    NoCases,
}

impl From<ExtractError> for StageError {
    fn from(error: ExtractError) -> Self {
        let help = match &error {
            ExtractError::PlaneTooLarge { .. } => Some(
                "check the spacing in the file's header, or ask for a larger \
                 `geometry.resample.spacing_mm`",
            ),
            _ => None,
        };
        let mut stage_error = Self::new(&error);
        stage_error.help = help.map(str::to_owned);
        stage_error
    }
}
