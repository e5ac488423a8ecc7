//! Labels on the canvas, brought back to the scan's own grid as the evaluation does it.

use proptest::prelude::*;
use stages_extract::{Axes, Convention, GeometryParams, ResampleParams, place, plane_geometry};
use stages_imaging::{resample_nearest, restore_nearest};

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

/// The label plane on the canvas and back.
fn there_and_back(
    plane: &[u8],
    size: [usize; 2],
    spacing_mm: [f64; 2],
    side: u32,
    convention: Convention,
) -> Vec<u8> {
    let params =
        GeometryParams::Resample(ResampleParams { spacing_mm: 1.0, canvas: side, convention });
    let spacing = [spacing_mm[0], spacing_mm[1], 5.0];
    let geometry = plane_geometry(&params, [size[0] as u32, size[1] as u32, 1], spacing);
    let axes = Axes::of(&geometry, convention);
    let resampled = geometry.resampled.map(|n| n as usize);
    let mut small = vec![0; resampled[0] * resampled[1]];
    resample_nearest(plane, axes.x, axes.y, &mut small);
    let side = side as usize;
    let mut canvas = vec![0; side * side];
    place(&small, resampled, geometry.offset, &mut canvas, side);
    // What a network predicts, cut out of the canvas: shifting back is placing with the negated
    // offset, on a square that holds the whole plane.
    let square = resampled[0].max(resampled[1]);
    let mut back = vec![0; square * square];
    place(&canvas, [side, side], geometry.offset.map(|offset| -offset), &mut back, square);
    let back: Vec<u8> =
        (0..resampled[1]).flat_map(|y| back[y * square..][..resampled[0]].to_vec()).collect();
    let mut native = vec![9; size[0] * size[1]];
    restore_nearest(&back, axes.x, axes.y, &mut native);
    native
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
        let plane: Vec<u8> = (0..nx * ny).map(|i| ((i * 31 + seed) % 4) as u8).collect();
        let back = there_and_back(&plane, [nx, ny], [1.0, 1.0], 40, convention);
        prop_assert_eq!(back, plane);
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
