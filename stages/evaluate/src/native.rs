//! The scan's own voxels: the label file, and the prediction put back where it came from.

use std::path::Path;

use stages_imaging::{AxisMap, GridConvention, LabelMap, NearestMap, read_label_map_with};
use stages_tables::{PlaneGeometry, PredictionsReader, SlicesInfo, Window};

use crate::EvaluateError;
use crate::scans::Scan;

/// Reads the label map of a scan and checks that it has the size that the other inputs say.
pub(crate) fn reference(scan: &Scan<'_>, volumes: &Path) -> Result<LabelMap, EvaluateError> {
    let case = scan.case;
    let label = case.label.as_deref().expect("only annotated scans are scored");
    let path = volumes.join(label);
    let map = read_label_map_with(&path, &case.reading.label_options())
        .map_err(|source| EvaluateError::LabelMap { case: case.case_id.clone(), source })?;
    let shape = case.shape.map(|size| size as usize);
    if map.header.shape != shape {
        return Err(EvaluateError::Shape {
            what: "the label map",
            case: case.case_id.clone(),
            found: map.header.shape,
            accepted: format!("{shape:?} as in the cases table"),
        });
    }
    inside(scan)?;
    Ok(map)
}

/// Checks that the extracted planes are planes of the scan.
fn inside(scan: &Scan<'_>) -> Result<(), EvaluateError> {
    let shape = scan.case.shape.map(|size| size as usize);
    let planes = scan.slices.last().map_or(0, |(slice, _)| *slice as usize + 1);
    let [x, y] = scan.geometry.native.map(|size| size as usize);
    if [x, y] == shape[..2] && planes <= shape[2] {
        return Ok(());
    }
    Err(EvaluateError::Shape {
        what: "the extracted part",
        case: scan.case.case_id.clone(),
        found: [x, y, planes],
        accepted: format!("{shape:?} as in the cases table"),
    })
}

/// Puts what a checkpoint predicted of a scan back onto the scan's own voxels, as it is scored there
/// but for what [`EvaluateParams`](crate::EvaluateParams) may ask for beside; none of a checkpoint
/// that did not predict it.
///
/// # Shapes
/// Returns `nx * ny * nz` class ids, x fastest. What was not predicted is background.
///
/// # Errors
/// [`EvaluateError::Shape`] if the slices are not of a scan of this size.
pub fn native_prediction(
    scan: &Scan<'_>,
    checkpoint: &str,
    predictions: &PredictionsReader,
    info: &SlicesInfo,
) -> Result<Option<Vec<u8>>, EvaluateError> {
    inside(scan)?;
    let rows = scan.predictions.get(checkpoint);
    Ok(rows.map(|rows| prediction(scan, rows, predictions, info)))
}

/// Puts a prediction back onto the scan's own voxels: x fastest, then y, then z.
///
/// What lies outside the window, and every plane that was not extracted, is background.
///
/// # Shapes
/// Every predicted plane: `window.height` rows of `window.width`. Returns `nx * ny * nz` class ids.
pub(crate) fn prediction(
    scan: &Scan<'_>,
    rows: &[usize],
    predictions: &PredictionsReader,
    info: &SlicesInfo,
) -> Vec<u8> {
    let [nx, ny, nz] = scan.case.shape.map(|size| size as usize);
    let plane_voxels = nx * ny;
    let mut labels = vec![0; plane_voxels * nz];
    let [x, y] = axes(&scan.geometry, info.convention);
    let mut resampled = vec![0; x.resampled * y.resampled];
    let back = NearestMap::back(x, y);
    for ((slice, _), row) in scan.slices.iter().zip(rows) {
        uncrop(predictions.label(*row), predictions.window(), &scan.geometry, &mut resampled);
        let start = *slice as usize * plane_voxels;
        back.apply(&resampled, &mut labels[start..start + plane_voxels]);
    }
    labels
}

/// The native and resampled grids along x and y.
fn axes(geometry: &PlaneGeometry, convention: GridConvention) -> [AxisMap; 2] {
    [0, 1].map(|axis| AxisMap {
        native: geometry.native[axis] as usize,
        resampled: geometry.resampled[axis] as usize,
        step: geometry.step[axis],
        convention,
    })
}

/// Moves a predicted window to its place on the resampled plane; the rest becomes background.
fn uncrop(window_labels: &[u8], window: &Window, geometry: &PlaneGeometry, resampled: &mut [u8]) {
    resampled.fill(0);
    let [width, height] = [window.width, window.height].map(|size| size as usize);
    let first = [
        i64::from(window.left) - i64::from(geometry.offset[0]),
        i64::from(window.top) - i64::from(geometry.offset[1]),
    ];
    let (columns, from_column) = overlap(first[0], width, geometry.resampled[0] as usize);
    let (rows, from_row) = overlap(first[1], height, geometry.resampled[1] as usize);
    if columns.is_empty() {
        return;
    }
    let resampled_width = geometry.resampled[0] as usize;
    for (row, source) in rows.zip(from_row..) {
        let line = &window_labels[source * width..][..width];
        let target = &mut resampled[row * resampled_width..][..resampled_width];
        target[columns.clone()].copy_from_slice(&line[from_column..][..columns.len()]);
    }
}

/// The part of a plane's axis that the window covers, and the window's sample it starts with, if it
/// covers any.
///
/// The window's first sample lies at `first` of a plane axis with `count` samples.
fn overlap(first: i64, length: usize, count: usize) -> (std::ops::Range<usize>, usize) {
    let start = first.clamp(0, count as i64);
    let end = (first + length as i64).clamp(start, count as i64);
    (start as usize..end as usize, (start - first) as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stages_tables::DatasetInfo;

    use super::*;

    #[test]
    fn overlap_of_a_window_with_a_plane() {
        // Inside; starting before; ending after; wholly before; wholly after.
        assert_eq!(overlap(2, 3, 10), (2..5, 0));
        assert_eq!(overlap(-2, 5, 10), (0..3, 2));
        assert_eq!(overlap(8, 5, 10), (8..10, 0));
        assert!(overlap(-9, 5, 10).0.is_empty());
        assert!(overlap(12, 5, 10).0.is_empty());
    }

    #[test]
    fn a_window_is_put_where_it_was_cut_from() {
        // The 3 x 2 plane lies at column 1, row -1 of the canvas: its first row was cropped. The
        // window starts at canvas column 2, row 0, so at plane column 1, row 1; it is 3 x 2 and
        // reaches beyond the plane to the right and below.
        let geometry =
            PlaneGeometry { native: [3, 2], resampled: [3, 2], step: [1.0; 2], offset: [1, -1] };
        let dataset = DatasetInfo { name: "toy".to_owned(), classes: Vec::new() };
        let window = Window { dataset, height: 2, width: 3, top: 0, left: 2 };
        let mut plane = [9; 6];
        uncrop(&[1, 2, 3, 4, 5, 6], &window, &geometry, &mut plane);
        assert_eq!(plane, [0, 0, 0, 0, 1, 2]);
    }

    proptest! {
        #[test]
        fn every_pixel_of_the_plane_shows_the_window_pixel_that_lies_on_it(
            size in [1u32..12, 1u32..12], offset in [-9i32..9, -9i32..9],
            window_size in [1u32..12, 1u32..12], corner in [0u32..9, 0u32..9],
        ) {
            let geometry = PlaneGeometry { native: size, resampled: size, step: [1.0; 2], offset };
            let dataset = DatasetInfo { name: "toy".to_owned(), classes: Vec::new() };
            let [width, height] = window_size;
            let window = Window { dataset, height, width, top: corner[1], left: corner[0] };
            let labels: Vec<u8> = (0..width * height).map(|i| (i % 250 + 1) as u8).collect();
            let mut plane = vec![9; (size[0] * size[1]) as usize];
            uncrop(&labels, &window, &geometry, &mut plane);
            for (i, found) in (0..).zip(&plane) {
                let [x, y] = [i % size[0], i / size[0]];
                // From the plane to the canvas, and from there to the window.
                let u = i64::from(x) + i64::from(offset[0]) - i64::from(window.left);
                let v = i64::from(y) + i64::from(offset[1]) - i64::from(window.top);
                let inside =
                    (0..i64::from(width)).contains(&u) && (0..i64::from(height)).contains(&v);
                let expected = if inside { labels[(v * i64::from(width) + u) as usize] } else { 0 };
                prop_assert_eq!(*found, expected, "{} {}", x, y);
            }
        }
    }
}
