//! What each grid counts.

use proptest::prelude::*;
use stages_tables::{Grid, GridConvention, MetricState, PlaneGeometry, Window};

use super::toy::{Plane, Toy, ToyScan, case, dataset, identity, two_planes, value, whole_canvas};

use MetricState::{BothEmpty, Ok as Defined, PredEmpty, RefEmpty};

#[test]
fn counts_are_summed_over_the_slices_of_a_scan() {
    // Class 1: shared 1 + 0, predicted 1 + 2, annotated 2 + 0: 2 / 5; the mean over slices would be
    // 1 / 3. Class 2: shared 1 + 0, predicted 1 + 0, annotated 1 + 3: 2 / 5 instead of 1 / 2.
    let table = two_planes([[1, 1, 2], [2, 2, 2]], [[1, 0, 2], [1, 1, 0]]).evaluate();
    for class in [1, 2] {
        assert_eq!(value(&table, Grid::Native, class), (Some(2.0 / 5.0), Defined));
        assert_eq!(value(&table, Grid::Network, class), (Some(2.000_001 / 5.000_001), Defined));
    }
}

#[test]
fn the_empty_cases_are_told_apart() {
    let nothing = two_planes([[0; 3]; 2], [[0, 2, 0], [0; 3]]).evaluate();
    assert_eq!(value(&nothing, Grid::Native, 1), (None, BothEmpty));
    assert_eq!(value(&nothing, Grid::Network, 1), (Some(1.0), BothEmpty));
    assert_eq!(value(&nothing, Grid::Native, 2), (Some(0.0), RefEmpty));
    assert_eq!(value(&nothing, Grid::Network, 2), (Some(1e-6 / 1.000_001), RefEmpty));
    let missed = two_planes([[1, 0, 0], [0; 3]], [[0; 3]; 2]).evaluate();
    assert_eq!(value(&missed, Grid::Native, 1), (Some(0.0), PredEmpty));
}

/// One scan of one plane on a canvas and window of their own.
fn one_plane(
    plane: Plane,
    voxels: Vec<u8>,
    geometry: PlaneGeometry,
    canvas: [u32; 2],
    window: Window,
) -> Toy {
    let [nx, ny] = geometry.native;
    let scan = ToyScan {
        case: case("a", [nx, ny, 1]),
        voxels,
        geometry,
        labelled: true,
        planes: vec![plane],
    };
    Toy { dataset: dataset(), canvas, convention: GridConvention::Edges, window, scans: vec![scan] }
}

#[test]
fn what_lies_outside_the_window_counts_on_the_native_grid_only() {
    // Four pixels in a row, all of class 1; the window holds the two in the middle.
    let window = Window { dataset: dataset(), height: 1, width: 2, top: 0, left: 1 };
    let plane = Plane { z: 0, label: vec![1; 4], predictions: vec![("best", vec![1, 1])] };
    let table = one_plane(plane, vec![1; 4], identity(4, 1), [1, 4], window).evaluate();
    assert_eq!(value(&table, Grid::Network, 1), (Some(1.0), Defined));
    // 2 * 2 / (2 + 4)
    assert_eq!(value(&table, Grid::Native, 1), (Some(4.0 / 6.0), Defined));
}

#[test]
fn a_padded_and_resampled_plane_goes_back_to_its_pixels() {
    // Two native pixels in a row, doubled to four, at column 1 of a canvas of six. The window is
    // the canvas; what is predicted on the padding never reaches the scan.
    let geometry =
        PlaneGeometry { native: [2, 1], resampled: [4, 1], step: [0.5, 1.0], offset: [1, 0] };
    let window = Window { dataset: dataset(), height: 1, width: 6, top: 0, left: 0 };
    let plane = Plane {
        z: 0,
        label: vec![0, 1, 1, 2, 2, 0],
        predictions: vec![("best", vec![2, 1, 1, 0, 0, 2])],
    };
    let table = one_plane(plane, vec![1, 2], geometry, [1, 6], window).evaluate();
    assert_eq!(value(&table, Grid::Network, 1), (Some(1.0), Defined));
    // On the network grid the padding counts: predicted 2, annotated 2, shared 0.
    assert_eq!(value(&table, Grid::Network, 2), (Some(1e-6 / 4.000_001), Defined));
    assert_eq!(value(&table, Grid::Native, 1), (Some(1.0), Defined));
    assert_eq!(value(&table, Grid::Native, 2), (Some(0.0), PredEmpty));
}

#[test]
fn slices_that_were_not_extracted_count_as_predicted_background() {
    // Three planes, the middle one alone was extracted; the first holds a pixel of class 1.
    let scan = ToyScan {
        case: case("a", [2, 1, 3]),
        voxels: vec![1, 0, 1, 2, 0, 0],
        geometry: identity(2, 1),
        labelled: true,
        planes: vec![Plane { z: 1, label: vec![1, 2], predictions: vec![("best", vec![1, 2])] }],
    };
    let table = whole_canvas(2, 1, vec![scan]).evaluate();
    assert_eq!(value(&table, Grid::Network, 1), (Some(1.0), Defined));
    // 2 * 1 / (1 + 2)
    assert_eq!(value(&table, Grid::Native, 1), (Some(2.0 / 3.0), Defined));
    assert_eq!(value(&table, Grid::Native, 2), (Some(1.0), Defined));
}

#[test]
fn rows_are_y_and_columns_are_x() {
    // 2 columns and 3 rows; only pixel x = 1, y = 2 is annotated, and predicted.
    let mut label = vec![0; 6];
    label[5] = 1;
    let window = Window { dataset: dataset(), height: 2, width: 1, top: 1, left: 1 };
    let plane = Plane { z: 0, label: label.clone(), predictions: vec![("best", vec![0, 1])] };
    let table = one_plane(plane, label, identity(2, 3), [3, 2], window).evaluate();
    assert_eq!(value(&table, Grid::Network, 1), (Some(1.0), Defined));
    assert_eq!(value(&table, Grid::Native, 1), (Some(1.0), Defined));
}

#[test]
fn agrees_with_the_numeric_fixture_of_the_authors_formula() {
    // N = 2 slices, C = 3 classes, H = 4, W = 5; the label maps are the classes of the larger of
    // sin(1 + 0.7 n + 1.3 k + 0.37 h + 0.91 w) and of sin(1.2 + 0.7 n + 1.3 k + 0.40 h + 0.85 w).
    let label_map = |n: u32, first: f64, per_row: f64, per_column: f64| -> Vec<u8> {
        let logit = |k: u8, h: u8, w: u8| {
            let angle = first + 0.7 * f64::from(n) + 1.3 * f64::from(k);
            (angle + per_row * f64::from(h) + per_column * f64::from(w)).sin()
        };
        let pixels = (0..4).flat_map(|h| (0..5).map(move |w| (h, w)));
        let best = |(h, w)| {
            (0..3).max_by(|a, b| logit(*a, h, w).total_cmp(&logit(*b, h, w))).expect("three")
        };
        pixels.map(best).collect()
    };
    let planes: Vec<_> = (0..2)
        .map(|n| Plane {
            z: n,
            label: label_map(n, 1.0, 0.37, 0.91),
            predictions: vec![("best", label_map(n, 1.2, 0.40, 0.85))],
        })
        .collect();
    let scan = ToyScan {
        case: case("a", [5, 4, 2]),
        voxels: planes.iter().flat_map(|plane| plane.label.clone()).collect(),
        geometry: identity(5, 4),
        labelled: true,
        planes,
    };
    let table = whole_canvas(5, 4, vec![scan]).evaluate();
    // I = 2 of S = 4, and I = 21 of S = 43.
    assert_eq!(value(&table, Grid::Network, 1), (Some(1.0), Defined));
    let (class_2, _) = value(&table, Grid::Network, 2);
    assert!((class_2.unwrap() - 0.976_744_187).abs() < 1e-9, "{class_2:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn on_an_identity_geometry_both_grids_agree(
        label in prop::array::uniform2(prop::array::uniform3(0u8..3)),
        prediction in prop::array::uniform2(prop::array::uniform3(0u8..3)),
    ) {
        let table = two_planes(label, prediction).evaluate();
        for class in [1, 2] {
            let (network, network_state) = value(&table, Grid::Network, class);
            let (native, native_state) = value(&table, Grid::Native, class);
            prop_assert_eq!(network_state, native_state);
            // The authors' smoothing is 1e-6 of at least one voxel.
            prop_assert!((network.unwrap() - native.unwrap_or(1.0)).abs() < 2e-6);
        }
    }
}
