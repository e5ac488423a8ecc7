//! The network's grid: the slices of a scan inside the window that was predicted.
//!
//! Every slice lies at its own place along z, from the first extracted one to the last; a slice
//! between them that was not extracted is background in both maps.

use stages_tables::{PredictionsReader, SlicesReader, Window};

use crate::EvaluateError;
use crate::scans::Scan;

/// Voxels along x, y and z.
///
/// # Errors
/// When a slice lies outside of the scan.
pub(crate) fn shape(scan: &Scan<'_>, window: &Window) -> Result<[usize; 3], EvaluateError> {
    let [width, height] = [window.width, window.height].map(|size| size as usize);
    let [first, last] = [scan.slices.first(), scan.slices.last()].map(|slice| {
        let (slice, _) = slice.expect("a scan is known by its slices");
        *slice as usize
    });
    let case = scan.case;
    if last >= case.shape[2] as usize {
        let [x, y] = scan.geometry.native.map(|size| size as usize);
        return Err(EvaluateError::Shape {
            what: "the extracted part",
            case: case.case_id.clone(),
            found: [x, y, last + 1],
            accepted: format!("{:?} as in the cases table", case.shape),
        });
    }
    Ok([width, height, last - first + 1])
}

/// Voxel size along x, y and z in mm: in the plane that of the resampled pixels.
pub(crate) fn spacing_mm(scan: &Scan<'_>) -> [f64; 3] {
    let ([x, y, z], [step_x, step_y]) = (scan.case.spacing_mm, scan.geometry.step);
    [x * step_x, y * step_y, z]
}

/// The annotation of a scan on the network's grid: the label planes cropped to the window.
pub(crate) fn reference(
    scan: &Scan<'_>,
    slices: &SlicesReader,
    window: &Window,
    shape: [usize; 3],
) -> Vec<u8> {
    let canvas_width = slices.info().width as usize;
    let [top, left] = [window.top, window.left].map(|place| place as usize);
    let [width, height, _] = shape;
    stack(scan, shape, |at, target| {
        let plane = &slices.label(scan.slices[at].1)[top * canvas_width..];
        let lines = plane.chunks_exact(canvas_width).take(height);
        for (line, target) in lines.zip(target.chunks_exact_mut(width)) {
            target.copy_from_slice(&line[left..left + width]);
        }
    })
}

/// The prediction of a scan on the network's grid.
pub(crate) fn prediction(
    scan: &Scan<'_>,
    rows: &[usize],
    predictions: &PredictionsReader,
    shape: [usize; 3],
) -> Vec<u8> {
    stack(scan, shape, |at, target| target.copy_from_slice(predictions.label(rows[at])))
}

/// A volume of planes; `fill` writes the extracted plane of this number.
fn stack(scan: &Scan<'_>, shape: [usize; 3], fill: impl Fn(usize, &mut [u8])) -> Vec<u8> {
    let mut labels = vec![0; shape.iter().product()];
    let plane_voxels = shape[0] * shape[1];
    if plane_voxels == 0 {
        return labels;
    }
    let first = scan.slices.first().map_or(0, |(slice, _)| *slice);
    for (at, (slice, _)) in scan.slices.iter().enumerate() {
        let start = (slice - first) as usize * plane_voxels;
        fill(at, &mut labels[start..start + plane_voxels]);
    }
    labels
}
