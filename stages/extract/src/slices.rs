//! The slices of one scan.

use std::path::Path;

use stages_imaging::{
    LabelMap, NearestMap, OneHotMap, Resampler, Volume, read_label_map_with, read_volume_with,
};
use stages_tables::{CaseRow, PlaneGeometry, SliceMeta};

use crate::canvas::Placement;
use crate::geometry::{Axes, plane_geometry};
use crate::intensity::Window;
use crate::{ExtractError, ExtractParams, ImageInterpolation, LabelInterpolation};

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
/// Windows and percentiles are taken from the voxels on the scan's own grid; planes are resampled
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
    let options = row.reading.image_options();
    let image = read_volume_with(&volumes.join(&row.image), &options).map_err(unreadable)?;
    let label = match &row.label {
        Some(path) => {
            let options = row.reading.label_options();
            Some(read_label_map_with(&volumes.join(path), &options).map_err(unreadable)?)
        }
        None => None,
    };
    let label_shape = label.as_ref().map(|map| map.header.shape);
    for (what, found) in [("image", Some(image.header.shape)), ("label", label_shape)] {
        let Some(found) = found else { continue };
        if found != row.shape.map(|n| n as usize) {
            return Err(ExtractError::Shape {
                case: row.case_id.clone(),
                what,
                found,
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
    if geometry.resampled.iter().any(|n| *n > LARGEST_PLANE) {
        return Err(ExtractError::PlaneTooLarge {
            case: row.case_id.clone(),
            spacing_mm: [row.spacing_mm[0], row.spacing_mm[1]],
            size: geometry.resampled,
            limit: LARGEST_PLANE,
        });
    }
    let kept: Vec<Kept<'_>> = (0..image.header.shape[2])
        .map(|z| Kept::of(z, label))
        .filter(|kept| !kept.empty() || params.keep_empty_slices)
        .collect();
    let canvas = params.geometry.canvas();
    let canvas_bytes = canvas[0] as usize * canvas[1] as usize;
    let mut planes = Planes::new(params, image, geometry);
    let mut made = CaseSlices {
        slices: Vec::with_capacity(kept.len()),
        images: vec![0; kept.len() * canvas_bytes],
        labels: vec![0; kept.len() * canvas_bytes],
        window: planes.window,
        foreground_cropped: 0,
        foreground: 0,
    };
    let targets = made.images.chunks_exact_mut(canvas_bytes);
    for (kept, (image_canvas, label_canvas)) in
        kept.into_iter().zip(targets.zip(made.labels.chunks_exact_mut(canvas_bytes)))
    {
        planes.image(image.plane(kept.z), image_canvas);
        let mut seen = 0;
        if let Some(labels) = kept.labels.filter(|_| kept.annotated) {
            let all = planes.label(labels, label_canvas);
            seen = foreground(label_canvas);
            made.foreground += all;
            made.foreground_cropped += all - seen;
        }
        made.slices.push(SliceMeta {
            case_id: row.case_id.clone(),
            subject: row.subject.clone(),
            slice: kept.z as u32,
            labelled: kept.labels.is_some(),
            foreground: seen > 0,
            geometry,
        });
    }
    Ok(made)
}

/// A slice of the scan, before it is known whether it is kept.
struct Kept<'a> {
    z: usize,
    /// Its annotation, if the scan has one.
    labels: Option<&'a [u8]>,
    /// Whether the annotation names any class but background.
    annotated: bool,
}

impl<'a> Kept<'a> {
    fn of(z: usize, label: Option<&'a LabelMap>) -> Self {
        let labels = label.map(|map| map.plane(z));
        Self { z, labels, annotated: labels.is_some_and(|labels| foreground(labels) > 0) }
    }

    /// Whether it is annotated as holding nothing.
    fn empty(&self) -> bool {
        self.labels.is_some() && !self.annotated
    }
}

/// Brings the planes of one scan onto the canvas.
struct Planes {
    window: Window,
    placement: Placement,
    how: HowImage,
    labels: HowLabel,
    /// A plane on the native grid, as 8 bits.
    native: Vec<u8>,
    /// A plane on the resampled grid, as 8 bits.
    resampled: Vec<u8>,
}

enum HowImage {
    /// Interpolated first, quantized row by row on the way to the canvas.
    Interpolated(Box<Resampler>),
    /// Quantized first: there are no new values, and fewer pixels as long as planes are enlarged.
    Picked(NearestMap),
}

enum HowLabel {
    Nearest(NearestMap),
    OneHot(OneHotMap),
}

impl Planes {
    fn new(params: &ExtractParams, image: &Volume, geometry: PlaneGeometry) -> Self {
        let axes = Axes::of(&geometry, params.geometry.convention());
        let [columns, rows] = geometry.resampled.map(|n| n as usize);
        let how = match params.interpolation.image {
            ImageInterpolation::Nearest => HowImage::Picked(NearestMap::forth(axes.x, axes.y)),
            other => {
                HowImage::Interpolated(Box::new(Resampler::new(other.kernel(), axes.x, axes.y)))
            }
        };
        let labels = match params.interpolation.label {
            LabelInterpolation::Nearest => HowLabel::Nearest(NearestMap::forth(axes.x, axes.y)),
            LabelInterpolation::OneHot => HowLabel::OneHot(OneHotMap::forth(axes.x, axes.y)),
        };
        Self {
            window: Window::of(&params.intensity, &image.voxels),
            placement: Placement::of(&geometry, params.geometry.canvas()),
            how,
            labels,
            native: vec![0; axes.x.native * axes.y.native],
            resampled: vec![0; columns * rows],
        }
    }

    /// Puts one image plane onto a canvas of zeros.
    fn image(&mut self, plane: &[f32], canvas: &mut [u8]) {
        let (window, placement) = (self.window, &self.placement);
        match &mut self.how {
            HowImage::Interpolated(resampler) => {
                if placement.columns.is_empty() {
                    return;
                }
                resampler.rows(plane, placement.rows.clone(), |y, row| {
                    window.quantize(&row[placement.columns.clone()], &mut canvas[placement.row(y)]);
                });
            }
            HowImage::Picked(map) => {
                window.quantize(plane, &mut self.native);
                map.apply(&self.native, &mut self.resampled);
                placement.place(&self.resampled, canvas);
            }
        }
    }

    /// Puts one label plane onto a canvas of zeros; returns how many resampled pixels are
    /// foreground, on the canvas or off.
    fn label(&mut self, plane: &[u8], canvas: &mut [u8]) -> usize {
        match &self.labels {
            HowLabel::Nearest(map) => map.apply(plane, &mut self.resampled),
            HowLabel::OneHot(map) => map.apply(plane, &mut self.resampled),
        }
        self.placement.place(&self.resampled, canvas);
        foreground(&self.resampled)
    }
}

/// How many pixels of a label plane are foreground.
fn foreground(plane: &[u8]) -> usize {
    // Counted in bytes, which the compiler makes vectors of, as long as a byte can hold the count.
    let count = |pixels: &[u8]| {
        pixels.iter().fold(0u8, |count, class| count.wrapping_add(u8::from(*class != 0)))
    };
    plane.chunks(usize::from(u8::MAX)).map(|pixels| usize::from(count(pixels))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_more_foreground_than_a_byte_holds() {
        assert_eq!(foreground(&[]), 0);
        assert_eq!(foreground(&[0, 3, 0, 255]), 2);
        assert_eq!(foreground(&vec![1; 1000]), 1000);
    }
}
