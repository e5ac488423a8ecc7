//! Surface distances on both grids: the voxel size, gaps between slices, empty masks.

use serde_json::json;
use stages_tables::{Grid, MetricState, PlaneGeometry};

use super::toy::{Plane, Toy, ToyScan, case, identity, two_planes, value_of, whole_canvas};

/// One scan of a row of pixels in one plane.
fn row(voxels: Vec<u8>, prediction: Vec<u8>, geometry: PlaneGeometry) -> Toy {
    let columns = voxels.len() as u32;
    let planes =
        vec![Plane { z: 0, label: voxels.clone(), predictions: vec![("best", prediction)] }];
    let scan =
        ToyScan { case: case("a", [columns, 1, 1]), voxels, geometry, labelled: true, planes };
    whole_canvas(columns, 1, vec![scan])
}

#[test]
fn distances_are_in_millimetres_of_each_grid() {
    // A pixel is missed by three. The scan's pixels are 2 mm wide; on the network's grid two of
    // them make one.
    let geometry =
        PlaneGeometry { native: [5, 1], resampled: [5, 1], step: [2.0, 1.0], offset: [0, 0] };
    let mut toy = row(vec![1, 0, 0, 0, 0], vec![0, 0, 0, 1, 0], geometry);
    toy.scans[0].case.spacing_mm = [2.0, 3.0, 10.0];
    let table = toy.evaluate_with(&json!({"metrics": ["hd", "volume_difference"]}));
    let hd = |grid| value_of(&table, "hd", grid, 1);
    assert_eq!(hd(Grid::Network), (Some(12.0), MetricState::Ok));
    // What the pixel is on the scan depends on the resampling; it is not where it should be.
    assert_eq!(hd(Grid::Native).1, MetricState::Ok);
    let diagonal = |grid| {
        let mut rows = table.rows.iter().filter(|row| row.metric == "hd" && row.grid == grid);
        rows.next().unwrap().diagonal_mm
    };
    assert_eq!(diagonal(Grid::Native), Some(8.0));
    assert_eq!(diagonal(Grid::Network), Some(16.0));
    let ml = |grid| value_of(&table, "volume_difference", grid, 1).0;
    assert_eq!(ml(Grid::Network), Some(0.0));
}

#[test]
fn a_slice_that_was_not_extracted_keeps_its_place() {
    // Of three planes the first and the last were extracted; they are 2 x 10 mm apart.
    let scan = ToyScan {
        case: case("a", [2, 1, 3]),
        voxels: vec![1, 0, 0, 0, 0, 0],
        geometry: identity(2, 1),
        labelled: true,
        planes: vec![
            Plane { z: 0, label: vec![1, 0], predictions: vec![("best", vec![0, 0])] },
            Plane { z: 2, label: vec![0, 0], predictions: vec![("best", vec![1, 0])] },
        ],
    };
    let mut toy = whole_canvas(2, 1, vec![scan]);
    toy.scans[0].case.spacing_mm = [1.0, 1.0, 10.0];
    let table = toy.evaluate_with(&json!({"metrics": ["hd"]}));
    for grid in [Grid::Network, Grid::Native] {
        assert_eq!(value_of(&table, "hd", grid, 1).0, Some(20.0));
    }
}

#[test]
fn a_single_slice_is_scored_as_a_picture() {
    // A square of 4 x 4 against one without its centre of 2 x 2. As a picture the outlines are 12
    // and 16 pixels (the hole has its own four neighbours, which are 8), so the square's outline
    // is wholly in the other's, which has none besides: all its pixels touch the hole or the edge.
    let square = vec![1; 16];
    let mut ring = square.clone();
    for at in [5, 6, 9, 10] {
        ring[at] = 0;
    }
    let planes = vec![Plane { z: 0, label: square.clone(), predictions: vec![("best", ring)] }];
    let scan = ToyScan {
        case: case("a", [4, 4, 1]),
        voxels: square,
        geometry: identity(4, 4),
        labelled: true,
        planes,
    };
    let table = whole_canvas(4, 4, vec![scan]).evaluate_with(&json!({"metrics": ["hd", "assd"]}));
    for grid in [Grid::Network, Grid::Native] {
        // In space all 16 pixels of the square would be surface, and its centre 1 mm from the ring.
        assert_eq!(value_of(&table, "hd", grid, 1).0, Some(0.0));
        assert_eq!(value_of(&table, "assd", grid, 1).0, Some(0.0));
    }
}

#[test]
fn a_missed_structure_has_no_distance_but_a_diagonal() {
    let metrics = json!({"metrics": ["hd95", "nsd", "hd95_pooled_vox"], "grids": ["native"]});
    let missed = two_planes([[1, 0, 0], [0; 3]], [[0; 3]; 2]).evaluate_with(&metrics);
    let hd95 = missed.rows.iter().find(|row| row.metric == "hd95").unwrap();
    assert_eq!((hd95.value, hd95.state), (None, MetricState::PredEmpty));
    // 2 mm along x, 1 mm along z.
    assert_eq!(hd95.diagonal_mm, Some(5.0_f64.sqrt()));
    assert_eq!(value_of(&missed, "nsd@2mm", Grid::Native, 1).0, Some(0.0));
    let published = missed.rows.iter().find(|row| row.metric == "hd95_pooled_vox").unwrap();
    assert_eq!((published.value, published.diagonal_mm), (Some(0.0), None));
    assert_eq!(published.unit, "voxel");
}

#[test]
fn distances_need_a_voxel_size_and_counts_do_not() {
    let mut toy = two_planes([[1, 1, 2], [1, 2, 2]], [[1, 0, 2], [1, 1, 0]]);
    toy.scans[0].case.spacing_mm[2] = 0.0;
    let written = toy.write();
    // The label file itself must have one, so only the network's grid is asked for.
    let on = |metric: &str| json!({"metrics": [metric], "grids": ["network"]});
    written.evaluate(&on("dice"), 1).unwrap();
    let error = written.evaluate(&on("hd95"), 1).unwrap_err();
    assert_eq!(error.message, "cannot score scan `a`");
    assert!(error.details[0].contains("[1.0, 1.0, 0.0] mm"), "{:?}", error.details);
    assert!(error.help.unwrap().contains("voxel size"));
}
