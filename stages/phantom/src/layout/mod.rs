//! Release layouts: which files a subject becomes, under which names, in which voxel types.

mod acdc;
mod decathlon;
mod grid;
mod promise12;

use std::path::Path;

use stages_imaging::ImagingError;

use crate::draw::Draw;
use crate::{Layout, PhantomParams};

use grid::draw_grid;
pub(crate) use grid::grid_ranges;

/// Why a subject could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LayoutError {
    /// A volume.
    #[error("cannot write a volume of the phantom")]
    Volume(#[from] ImagingError),
    /// A folder or a text file.
    #[error("cannot write the phantom's files")]
    File(#[from] std::io::Error),
}

/// Writes the files of one subject, numbered from 0.
pub(crate) fn write_subject(
    params: &PhantomParams,
    dir: &Path,
    index: u32,
) -> Result<(), LayoutError> {
    match params.layout {
        Layout::Acdc => acdc::write_subject(params, dir, index),
        Layout::Promise12 => promise12::write_subject(params, dir, index),
        Layout::DecathlonSpleen => decathlon::write_spleen(params, dir, index),
        Layout::DecathlonHippocampus => decathlon::write_hippocampus(params, dir, index),
    }
}

/// Writes what lies beside the subjects.
pub(crate) fn write_index(params: &PhantomParams, dir: &Path) -> Result<(), LayoutError> {
    match params.layout {
        Layout::Acdc | Layout::Promise12 => Ok(()),
        Layout::DecathlonSpleen | Layout::DecathlonHippocampus => {
            decathlon::write_index(params, dir)
        }
    }
}

/// How many subjects the numbering of a layout has room for.
pub(crate) const fn most_subjects(layout: Layout) -> u32 {
    match layout {
        Layout::Promise12 => 100,
        Layout::Acdc | Layout::DecathlonSpleen | Layout::DecathlonHippocampus => 999,
    }
}

/// The stream that everything of a subject but its noise comes from.
fn subject_stream(params: &PhantomParams, index: u32) -> Draw {
    Draw::new(params.seed, &format!("subject {index}"))
}

/// The stream of the noise of one scan.
fn noise_stream(params: &PhantomParams, index: u32, scan: &str) -> Draw {
    Draw::new(params.seed, &format!("noise {index} {scan}"))
}
