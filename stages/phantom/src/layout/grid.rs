//! The grid of a scan: how many voxels, and how large.

use crate::draw::Draw;
use crate::render::Grid;
use crate::{Layout, MmRange, PhantomParams, WholeRange};

/// The ranges that a grid is drawn from.
pub(crate) struct GridRanges {
    pub(crate) size_px: WholeRange,
    pub(crate) slices: WholeRange,
    pub(crate) spacing_mm: MmRange,
    pub(crate) slice_spacing_mm: MmRange,
}

/// What the user asked for, and the layout's own ranges for the rest.
pub(crate) fn grid_ranges(params: &PhantomParams) -> GridRanges {
    let (size, slices, spacing, gap) = match params.layout {
        Layout::Acdc => ((64, 80), (7, 10), (1.7, 2.1), (8.0, 10.0)),
        Layout::Promise12 => ((72, 88), (12, 18), (1.1, 1.4), (3.0, 4.0)),
        Layout::DecathlonSpleen => ((96, 112), (18, 26), (3.1, 3.6), (6.0, 8.0)),
        Layout::DecathlonHippocampus => ((33, 40), (30, 38), (1.0, 1.0), (1.0, 1.0)),
    };
    let whole = |(min, max)| WholeRange { min, max };
    let mm = |(min, max)| MmRange { min, max };
    GridRanges {
        size_px: params.size_px.unwrap_or(whole(size)),
        slices: params.slices.unwrap_or(whole(slices)),
        spacing_mm: params.spacing_mm.unwrap_or(mm(spacing)),
        slice_spacing_mm: params.slice_spacing_mm.unwrap_or(mm(gap)),
    }
}

/// Draws the grid of a scan.
pub(super) fn draw_grid(draw: &mut Draw, params: &PhantomParams) -> Grid {
    let ranges = grid_ranges(params);
    let nx = draw.whole(ranges.size_px.min, ranges.size_px.max);
    let ny = match params.layout {
        Layout::DecathlonHippocampus => nx + nx * 2 / 5,
        _ => nx + draw.whole(0, nx / 10),
    };
    let nz = draw.whole(ranges.slices.min, ranges.slices.max);
    let pixel = draw_mm(draw, ranges.spacing_mm);
    let gap = draw_mm(draw, ranges.slice_spacing_mm);
    Grid { shape: [nx, ny, nz].map(|n| n as usize), spacing_mm: [pixel, pixel, gap] }
}

/// A length on a raster of 1/64 mm, which single precision holds exactly.
fn draw_mm(draw: &mut Draw, range: MmRange) -> f64 {
    let drawn = draw.between(range.min, range.max);
    ((drawn * 64.0).round() / 64.0).clamp(range.min, range.max)
}
