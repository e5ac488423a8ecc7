//! The network's grid: the slices of a scan inside the window that was predicted.

use stages_tables::{PredictionsReader, SlicesReader, Window};

use crate::scans::Scan;

/// The annotation of a scan on the network's grid: the label planes cropped to the window, one
/// after the other in the order of z.
pub(crate) fn reference(scan: &Scan<'_>, slices: &SlicesReader, window: &Window) -> Vec<u8> {
    let canvas_width = slices.info().width as usize;
    let [top, left, height, width] =
        [window.top, window.left, window.height, window.width].map(|size| size as usize);
    let mut labels = Vec::with_capacity(scan.slices.len() * height * width);
    if height == 0 || width == 0 {
        return labels;
    }
    for (_, row) in &scan.slices {
        let plane = &slices.label(*row)[top * canvas_width..];
        for line in plane.chunks_exact(canvas_width).take(height) {
            labels.extend_from_slice(&line[left..left + width]);
        }
    }
    labels
}

/// The prediction of a scan on the network's grid: its planes, one after the other.
pub(crate) fn prediction(rows: &[usize], predictions: &PredictionsReader) -> Vec<u8> {
    rows.iter().flat_map(|row| predictions.label(*row)).copied().collect()
}
