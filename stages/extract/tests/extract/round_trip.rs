//! Labels on the canvas, brought back to the scan's own grid as the evaluation does it.

use proptest::prelude::*;
use stages_extract::{
    Axes, Convention, GeometryParams, Placement, ResampleParams, ResizeParams, plane_geometry,
};
use stages_imaging::{AxisMap, OneHotMap, resample_nearest, restore_nearest};
use stages_tables::PlaneGeometry;

/// A filled ellipse of class 1 with a core of class 2.
fn anatomy(size: [usize; 2]) -> Vec<u8> {
    let at = |i: usize, n: usize| (i as f64 + 0.5) / n as f64 * 2.0 - 1.0;
    (0..size[0] * size[1])
        .map(|i| {
            let (x, y) = (at(i % size[0], size[0]), at(i / size[0], size[1]));
            match x * x + y * y {
                r if r < 0.2 => 2,
                r if r < 0.6 => 1,
                _ => 0,
            }
        })
        .collect()
}

/// A plane of four classes without any order.
fn noise(size: [usize; 2], seed: usize) -> Vec<u8> {
    (0..size[0] * size[1]).map(|i| ((i * i * 31 + i * seed + seed) % 7 % 4) as u8).collect()
}

/// A label plane on its way: its geometry, how grids correspond, and the canvas.
pub(crate) struct Way {
    geometry: PlaneGeometry,
    convention: Convention,
    canvas: [u32; 2],
}

impl Way {
    pub(crate) fn new(params: &GeometryParams, size: [usize; 2], spacing_mm: [f64; 2]) -> Self {
        let spacing = [spacing_mm[0], spacing_mm[1], 5.0];
        let geometry = plane_geometry(params, [size[0] as u32, size[1] as u32, 1], spacing);
        let (convention, canvas) = match params {
            GeometryParams::Resample(p) => (p.convention, [p.width.unwrap_or(p.canvas), p.canvas]),
            GeometryParams::Resize(p) => (p.convention, [p.width.unwrap_or(p.size), p.size]),
        };
        Self { geometry, convention, canvas }
    }

    fn resampled(&self) -> [usize; 2] {
        self.geometry.resampled.map(|n| n as usize)
    }

    /// The label plane on the canvas.
    fn forth(&self, plane: &[u8]) -> Vec<u8> {
        let axes = Axes::of(&self.geometry, self.convention);
        let [m, n] = self.resampled();
        let mut small = vec![0; m * n];
        resample_nearest(plane, axes.x, axes.y, &mut small);
        self.place(&small)
    }

    fn place(&self, small: &[u8]) -> Vec<u8> {
        let mut canvas = vec![0; (self.canvas[0] * self.canvas[1]) as usize];
        Placement::of(&self.geometry, self.canvas).place(small, &mut canvas);
        canvas
    }

    /// The canvas on the native grid: shifting back is placing with the negated offset, on a canvas
    /// of the size of the resampled plane.
    pub(crate) fn back(&self, canvas: &[u8]) -> Vec<u8> {
        let shifted = PlaneGeometry {
            native: self.canvas,
            resampled: self.canvas,
            step: [1.0; 2],
            offset: self.geometry.offset.map(|offset| -offset),
        };
        let [m, n] = self.resampled();
        let mut small = vec![0; m * n];
        Placement::of(&shifted, self.geometry.resampled).place(canvas, &mut small);
        let axes = Axes::of(&self.geometry, self.convention);
        let mut native = vec![9; axes.x.native * axes.y.native];
        restore_nearest(&small, axes.x, axes.y, &mut native);
        native
    }
}

fn resample(canvas: u32, width: Option<u32>, convention: Convention) -> GeometryParams {
    GeometryParams::Resample(ResampleParams { spacing_mm: 1.0, canvas, width, convention })
}

fn resize(size: u32, width: Option<u32>, convention: Convention) -> GeometryParams {
    GeometryParams::Resize(ResizeParams { size, width, convention })
}

fn there_and_back(
    plane: &[u8],
    size: [usize; 2],
    spacing_mm: [f64; 2],
    side: u32,
    convention: Convention,
) -> Vec<u8> {
    let way = Way::new(&resample(side, None, convention), size, spacing_mm);
    way.back(&way.forth(plane))
}

/// Where native sample `i` of one axis finds its label, worked out afresh: first the resampled
/// pixel that stands for it, then, if the canvas shows that, the native pixel that it shows.
fn source(way: &Way, axis: usize, i: usize) -> Option<usize> {
    let (n, m) = (f64::from(way.geometry.native[axis]), f64::from(way.geometry.resampled[axis]));
    let step = way.geometry.step[axis];
    let forth = |j: f64| match way.convention {
        Convention::Edges => (j + 0.5) * n / m - 0.5,
        Convention::Corners if m == 1.0 => j,
        Convention::Corners => j * ((n - 1.0) / (m - 1.0)),
        Convention::FirstCentre => j * step,
    };
    let back = |i: f64| match way.convention {
        Convention::Edges => (i + 0.5) * m / n - 0.5,
        Convention::Corners if n == 1.0 => 0.0,
        Convention::Corners if m == 1.0 => i,
        Convention::Corners => i * ((m - 1.0) / (n - 1.0)),
        Convention::FirstCentre => i / step,
    };
    let nearest = |at: f64, count: f64| (at + 0.5).floor().clamp(0.0, count - 1.0);
    let j = nearest(back(i as f64), m);
    let on_canvas = j + f64::from(way.geometry.offset[axis]);
    let shown = (0.0..f64::from(way.canvas[axis])).contains(&on_canvas);
    shown.then(|| nearest(forth(j), n) as usize)
}

/// Mean Dice of the two classes.
fn dice(a: &[u8], b: &[u8]) -> f64 {
    let of = |class: u8| {
        let count = |plane: &[u8]| plane.iter().map(|v| usize::from(*v == class)).sum::<usize>();
        let both = a.iter().zip(b).filter(|(a, b)| **a == class && **b == class).count();
        2.0 * both as f64 / (count(a) + count(b)) as f64
    };
    f64::midpoint(of(1), of(2))
}

fn convention() -> impl Strategy<Value = Convention> {
    prop_oneof![Just(Convention::Edges), Just(Convention::Corners), Just(Convention::FirstCentre)]
}

proptest! {
    #[test]
    fn without_resampling_nothing_is_lost(
        nx in 1usize..40, ny in 1usize..40, seed in 0usize..50, convention in convention(),
    ) {
        let plane = noise([nx, ny], seed);
        let back = there_and_back(&plane, [nx, ny], [1.0, 1.0], 40, convention);
        prop_assert_eq!(back, plane);
    }

    /// Odd sizes, single pixels, canvases smaller and larger than the plane, every convention: what
    /// comes back is what two maps and a crop, worked out pixel by pixel, say.
    #[test]
    fn the_way_back_is_the_composition_of_its_steps(
        nx in 1usize..30, ny in 1usize..30, x_mm in 0.4f64..2.5, y_mm in 0.4f64..2.5,
        height in 8u32..40, width in 8u32..40, seed in 0usize..50, convention in convention(),
        resizing in any::<bool>(),
    ) {
        let params = if resizing {
            resize(height, Some(width), convention)
        } else {
            resample(height, Some(width), convention)
        };
        let way = Way::new(&params, [nx, ny], [x_mm, y_mm]);
        let plane = noise([nx, ny], seed);
        let back = way.back(&way.forth(&plane));
        for y in 0..ny {
            for x in 0..nx {
                let expected = match (source(&way, 0, x), source(&way, 1, y)) {
                    (Some(from_x), Some(from_y)) => plane[from_y * nx + from_x],
                    // Cut off by the canvas: background.
                    _ => 0,
                };
                prop_assert_eq!(back[y * nx + x], expected, "{} {}", x, y);
            }
        }
    }

    #[test]
    fn an_integer_factor_is_undone_exactly(
        nx in 4usize..20, ny in 4usize..20, factor in 2u32..5, seed in 0usize..50,
    ) {
        let size = [nx as u32 * factor, ny as u32 * factor];
        let way = Way::new(&resize(size[1], Some(size[0]), Convention::Edges), [nx, ny], [1.0; 2]);
        let plane = noise([nx, ny], seed);
        prop_assert_eq!(way.back(&way.forth(&plane)), &plane[..]);
        // By one-hot it is the same wherever a pixel and its neighbours agree. The resampled pixel
        // that stands for a native one lies at most half a factor off its centre, so its own class
        // has the largest share.
        let axes = Axes::of(&way.geometry, way.convention);
        let mut small = vec![0; (size[0] * size[1]) as usize];
        OneHotMap::forth(axes.x, axes.y).apply(&plane, &mut small);
        let back = way.back(&way.place(&small));
        for y in 1..ny - 1 {
            for x in 1..nx - 1 {
                let at = |dx: usize, dy: usize| plane[(y + dy - 1) * nx + x + dx - 1];
                if (0..9).all(|i| at(i % 3, i / 3) == at(1, 1)) {
                    prop_assert_eq!(back[y * nx + x], at(1, 1));
                }
            }
        }
    }

    /// What a network predicts is any label map on the canvas, not one that came from there: every
    /// native pixel takes the canvas pixel that lies nearest to it in mm.
    #[test]
    fn a_prediction_lands_where_it_lies(
        nx in 1usize..30, ny in 1usize..30, mm in 0.5f64..2.0, side in 8u32..64, seed in 0usize..50,
    ) {
        let way = Way::new(&resample(side, None, Convention::FirstCentre), [nx, ny], [mm; 2]);
        let canvas = noise([side as usize; 2], seed);
        let back = way.back(&canvas);
        for y in 0..ny {
            for x in 0..nx {
                // Canvas pixels are 1 mm apart, from the centre of the first native pixel on.
                let on_axis = |i: usize, axis: usize| {
                    let largest = f64::from(way.geometry.resampled[axis] - 1);
                    let nearest = (i as f64 / (1.0 / mm) + 0.5).floor().min(largest);
                    nearest as i64 + i64::from(way.geometry.offset[axis])
                };
                let (u, v) = (on_axis(x, 0), on_axis(y, 1));
                let inside = [u, v].iter().all(|at| (0..i64::from(side)).contains(at));
                let expected =
                    if inside { canvas[v as usize * side as usize + u as usize] } else { 0 };
                prop_assert_eq!(back[y * nx + x], expected);
            }
        }
    }

    #[test]
    fn finer_grids_lose_almost_nothing(
        nx in 40usize..70, ny in 40usize..70, x_mm in 1.2f64..1.9, y_mm in 1.2f64..1.9,
        convention in convention(),
    ) {
        let plane = anatomy([nx, ny]);
        let back = there_and_back(&plane, [nx, ny], [x_mm, y_mm], 160, convention);
        prop_assert!(dice(&plane, &back) > 0.96, "{}", dice(&plane, &back));
    }

    #[test]
    fn coarser_grids_stay_close(
        nx in 60usize..110, ny in 60usize..110, mm in 0.6f64..0.95, convention in convention(),
    ) {
        let plane = anatomy([nx, ny]);
        let back = there_and_back(&plane, [nx, ny], [mm, mm], 128, convention);
        prop_assert!(dice(&plane, &back) > 0.93, "{}", dice(&plane, &back));
    }

    #[test]
    fn what_the_canvas_cuts_off_comes_back_as_background(
        n in 20usize..40, side in 8u32..19, convention in convention(),
    ) {
        let plane = vec![1; n * n];
        let back = there_and_back(&plane, [n, n], [1.0, 1.0], side, convention);
        prop_assert_eq!(back.iter().map(|v| u32::from(*v)).sum::<u32>(), side * side);
        // One pixel more is cut off before than after, at most.
        let before = back.iter().position(|v| *v == 1).unwrap() / n;
        prop_assert_eq!(before, (n - side as usize).div_ceil(2));
    }
}

#[test]
fn a_single_pixel_keeps_its_class_in_every_convention() {
    for convention in [Convention::Edges, Convention::Corners, Convention::FirstCentre] {
        for params in [resample(8, None, convention), resize(9, Some(8), convention)] {
            let way = Way::new(&params, [1, 1], [3.0, 3.0]);
            assert_eq!(way.back(&way.forth(&[3])), [3], "{convention:?}");
        }
    }
}

#[test]
fn axes_are_those_of_the_geometry() {
    let way = Way::new(&resize(8, Some(16), Convention::Corners), [5, 7], [1.0, 1.0]);
    let axes = Axes::of(&way.geometry, way.convention);
    let axis = |native, resampled| AxisMap {
        native,
        resampled,
        step: (native - 1) as f64 / (resampled - 1) as f64,
        convention: stages_imaging::GridConvention::Corners,
    };
    assert_eq!((axes.x, axes.y), (axis(5, 16), axis(7, 8)));
}
