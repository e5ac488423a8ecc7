//! From a scene of solids to values and labels on a voxel grid.

use stages_imaging::{LabelMap, Volume, VolumeHeader, VoxelType};

use crate::draw::Draw;
use crate::field::SmoothField;
use crate::solid::{Mark, Section, Solid};

/// A voxel grid centred on the origin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid {
    /// Voxels along x, y, z.
    pub(crate) shape: [usize; 3],
    /// Voxel size in mm.
    pub(crate) spacing_mm: [f64; 3],
}

impl Grid {
    /// The coordinate of a voxel centre along an axis, in mm.
    fn position(&self, axis: usize, index: usize) -> f64 {
        (index as f64 - (self.shape[axis] - 1) as f64 / 2.0) * self.spacing_mm[axis]
    }

    /// The extent along an axis in mm.
    pub(crate) fn extent(&self, axis: usize) -> f64 {
        self.shape[axis] as f64 * self.spacing_mm[axis]
    }

    /// The same place in the unit cube, for smooth fields.
    fn unit(&self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        [x / self.extent(0) + 0.5, y / self.extent(1) + 0.5, z / self.extent(2) + 0.5]
    }

    /// The smooth coordinates of a voxel.
    pub(crate) fn unit_of(&self, index: [usize; 3]) -> [f64; 3] {
        self.unit(std::array::from_fn(|axis| self.position(axis, index[axis])))
    }

    /// An image on this grid.
    pub(crate) fn volume(&self, voxels: Vec<f32>, voxel_type: VoxelType) -> Volume {
        Volume { header: self.header(voxel_type), voxels }
    }

    /// A label map on this grid.
    pub(crate) fn label_map(&self, labels: Vec<u8>, voxel_type: VoxelType) -> LabelMap {
        LabelMap { header: self.header(voxel_type), labels }
    }

    fn header(&self, voxel_type: VoxelType) -> VolumeHeader {
        VolumeHeader {
            shape: self.shape,
            spacing_mm: self.spacing_mm,
            voxel_type,
            orientation: None,
        }
    }
}

/// What is where: solids in painting order over a background.
pub(crate) struct Scene {
    /// Brightness where there is no solid.
    pub(crate) background: f64,
    /// Later solids cover earlier ones.
    pub(crate) solids: Vec<Solid>,
}

/// How a subject's anatomy deviates from smooth solids: a slow displacement of every point, and a
/// shift of each slice against its neighbours (breath-holds).
pub(crate) struct Warp {
    fields: [SmoothField; 2],
    amplitude_mm: f64,
    slice_shifts: Vec<[f64; 2]>,
}

impl Warp {
    /// Displacements of up to `amplitude_mm` and slice shifts of up to `shift_mm`.
    pub(crate) fn new(draw: &mut Draw, grid: &Grid, amplitude_mm: f64, shift_mm: f64) -> Self {
        // Bends about every 25 mm in the plane.
        let cells =
            [0, 1, 2].map(|axis| ((grid.extent(axis) / 25.0).round() as usize).clamp(1, 16));
        let fields = [SmoothField::new(draw, cells), SmoothField::new(draw, cells)];
        let slice_shifts =
            (0..grid.shape[2]).map(|_| [draw.spread(shift_mm), draw.spread(shift_mm)]).collect();
        Self { fields, amplitude_mm, slice_shifts }
    }

    fn apply(&self, grid: &Grid, [x, y, z]: [f64; 3], slice: usize) -> [f64; 2] {
        let at = grid.unit([x, y, z]);
        let [shift_x, shift_y] = self.slice_shifts[slice];
        [
            x + shift_x + self.amplitude_mm * self.fields[0].at(at),
            y + shift_y + self.amplitude_mm * self.fields[1].at(at),
        ]
    }
}

/// The scene on the grid: brightness before the scanner, and classes.
pub(crate) struct Rendered {
    pub(crate) values: Vec<f64>,
    pub(crate) labels: Vec<u8>,
}

/// Renders a scene.
///
/// A voxel's value is averaged over its extent: softly across outlines in the plane, and over two
/// depths of the slice. Its label is that of its centre.
pub(crate) fn render(scene: &Scene, grid: &Grid, warp: &Warp) -> Rendered {
    let [nx, ny, nz] = grid.shape;
    let mut values = Vec::with_capacity(nx * ny * nz);
    let mut labels = Vec::with_capacity(nx * ny * nz);
    // The width of an outline in the image: about one pixel.
    let half_width = 0.5 * f64::midpoint(grid.spacing_mm[0], grid.spacing_mm[1]);
    let sections = |z: f64| -> Vec<Section> {
        scene.solids.iter().filter_map(|solid| solid.section(z)).collect()
    };
    for k in 0..nz {
        let z = grid.position(2, k);
        let depth = grid.spacing_mm[2] / 4.0;
        let (above, middle, below) = (sections(z - depth), sections(z), sections(z + depth));
        for j in 0..ny {
            let y = grid.position(1, j);
            for i in 0..nx {
                let [px, py] = warp.apply(grid, [grid.position(0, i), y, z], k);
                let paint = |sections: &[Section]| {
                    sections.iter().fold(scene.background, |value, section| {
                        let distance = section.distance(px, py);
                        let cover = (0.5 - distance / (2.0 * half_width)).clamp(0.0, 1.0);
                        value + cover * (section.value - value)
                    })
                };
                values.push(f64::midpoint(paint(&above), paint(&below)));
                let topmost = middle.iter().rev().find_map(|section| match section.mark {
                    Mark::Class(class) if section.distance(px, py) < 0.0 => Some(class),
                    _ => None,
                });
                labels.push(topmost.unwrap_or(0));
            }
        }
    }
    Rendered { values, labels }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_solids_cover_earlier_ones_and_keepers_leave_the_class() {
        let grid = Grid { shape: [21, 21, 1], spacing_mm: [1.0; 3] };
        let disc = |radius: f64, value: f64| Solid::new([0.0; 3], [radius, radius, 50.0], value);
        let scene = Scene {
            background: 0.0,
            solids: vec![
                disc(8.0, 1.0).marked(Mark::Class(2)),
                disc(5.0, 2.0).marked(Mark::Class(3)),
                disc(2.0, 5.0).marked(Mark::Keep),
            ],
        };
        let warp = Warp::new(&mut Draw::new(0, "still"), &grid, 0.0, 0.0);
        let rendered = render(&scene, &grid, &warp);
        let at = |x: usize| (rendered.values[10 * 21 + x], rendered.labels[10 * 21 + x]);
        // Along the middle row: centre, inner disc, ring, outside.
        assert_eq!(at(10), (5.0, 3));
        assert_eq!(at(14), (2.0, 3));
        assert_eq!(at(17), (1.0, 2));
        assert_eq!(at(20), (0.0, 0));
        // The outline of the outer disc passes near a voxel centre: half covered.
        let (edge, _) = at(18);
        assert!(edge > 0.3 && edge < 0.7, "{edge}");
    }
}
