//! The slices of one scan.

use std::path::Path;

use stages_imaging::{
    LabelMap, Volume, read_label_map, read_volume, resample_linear, resample_nearest,
};
use stages_tables::{CaseRow, SliceMeta};

use crate::canvas::{place, visible};
use crate::geometry::{Axes, plane_geometry};
use crate::intensity::Window;
use crate::{ExtractError, ExtractParams};

/// The slices of one scan, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseSlices {
    /// One entry per kept slice, by position.
    pub slices: Vec<SliceMeta>,
    /// One canvas per kept slice.
    pub images: Vec<u8>,
    /// One canvas of class ids per kept slice; zero where the scan has no annotation.
    pub labels: Vec<u8>,
    /// The intensities that became 0 and 255.
    pub window: Window,
    /// Resampled foreground pixels that the canvas cuts off, over all slices.
    pub foreground_cropped: usize,
    /// Resampled foreground pixels over all slices.
    pub foreground: usize,
}

/// Planes larger than this along an axis come from a broken spacing, not from a scanner.
const LARGEST_PLANE: u32 = 8192;

/// Reads one scan and makes its slices.
///
/// Window and percentiles are taken from the voxels on the scan's own grid; planes are resampled
/// as they are and only then clipped and quantized.
///
/// # Errors
/// [`ExtractError`] for files that cannot be read or do not fit the row.
pub fn slices_of(
    params: &ExtractParams,
    volumes: &Path,
    row: &CaseRow,
) -> Result<CaseSlices, ExtractError> {
    let unreadable = |source| ExtractError::Volume { case: row.case_id.clone(), source };
    let image = read_volume(&volumes.join(&row.image)).map_err(unreadable)?;
    let label = match &row.label {
        Some(path) => Some(read_label_map(&volumes.join(path)).map_err(unreadable)?),
        None => None,
    };
    let shapes = [("image", Some(image.header)), ("label", label.as_ref().map(|map| map.header))];
    for (what, header) in shapes {
        let Some(header) = header else { continue };
        if header.shape != row.shape.map(|n| n as usize) {
            return Err(ExtractError::Shape {
                case: row.case_id.clone(),
                what,
                found: header.shape,
                expected: row.shape,
            });
        }
    }
    slices(params, row, &image, label.as_ref())
}

fn slices(
    params: &ExtractParams,
    row: &CaseRow,
    image: &Volume,
    label: Option<&LabelMap>,
) -> Result<CaseSlices, ExtractError> {
    let geometry = plane_geometry(&params.geometry, row.shape, row.spacing_mm);
    let size = geometry.resampled.map(|n| n as usize);
    if geometry.resampled.iter().any(|n| *n > LARGEST_PLANE) {
        return Err(ExtractError::PlaneTooLarge {
            case: row.case_id.clone(),
            spacing_mm: [row.spacing_mm[0], row.spacing_mm[1]],
            size: geometry.resampled,
            limit: LARGEST_PLANE,
        });
    }
    let axes = Axes::of(&geometry, params.geometry.convention());
    let side = params.geometry.canvas() as usize;
    let window = Window::of(&params.intensity, &image.voxels);
    let mut made = CaseSlices {
        slices: Vec::new(),
        images: Vec::new(),
        labels: Vec::new(),
        window,
        foreground_cropped: 0,
        foreground: 0,
    };
    // Buffers for one plane, used again for every slice.
    let mut resampled = vec![0.0; size[0] * size[1]];
    let mut plane = vec![0; size[0] * size[1]];
    for z in 0..image.header.shape[2] {
        let annotation = label.map(|map| map.plane(z));
        let empty = annotation.is_some_and(|labels| labels.iter().all(|class| *class == 0));
        if empty && !params.keep_empty_slices {
            continue;
        }
        let begin = made.images.len();
        made.images.resize(begin + side * side, 0);
        made.labels.resize(begin + side * side, 0);
        if axes.is_identity() {
            window.quantize(image.plane(z), &mut plane);
        } else {
            resample_linear(image.plane(z), axes.x, axes.y, &mut resampled);
            window.quantize(&resampled, &mut plane);
        }
        place(&plane, size, geometry.offset, &mut made.images[begin..], side);
        if let Some(labels) = annotation {
            resample_nearest(labels, axes.x, axes.y, &mut plane);
            place(&plane, size, geometry.offset, &mut made.labels[begin..], side);
            let (all, seen) = foreground(&plane, size, geometry.offset, side);
            made.foreground += all;
            made.foreground_cropped += all - seen;
        }
        made.slices.push(SliceMeta {
            case_id: row.case_id.clone(),
            subject: row.subject.clone(),
            slice: z as u32,
            labelled: annotation.is_some(),
            foreground: made.labels[begin..].iter().any(|class| *class != 0),
            geometry,
        });
    }
    Ok(made)
}

/// How many pixels of a label plane are foreground: all, and those that the canvas shows.
fn foreground(plane: &[u8], size: [usize; 2], offset: [i32; 2], side: usize) -> (usize, usize) {
    let count = |pixels: &[u8]| pixels.iter().filter(|class| **class != 0).count();
    let columns = visible(size[0], offset[0], side);
    let rows = visible(size[1], offset[1], side);
    let seen = rows.map(|row| count(&plane[row * size[0]..][columns.clone()])).sum();
    (count(plane), seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_the_canvas_cuts_off() {
        // 4 x 1 plane on a canvas of 2: the middle two pixels are seen.
        assert_eq!(foreground(&[1, 0, 2, 3], [4, 1], [-1, 0], 2), (3, 1));
    }
}
