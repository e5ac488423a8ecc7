//! PROMISE12: `CaseNN.mhd` and `CaseNN_segmentation.mhd` with their data files, all in one folder.

use std::path::Path;

use stages_imaging::{
    MetaImageWrite, VoxelType, write_metaimage_label_map, write_metaimage_volume,
};

use super::{LayoutError, draw_grid, noise_stream, subject_stream};
use crate::PhantomParams;
use crate::anatomy::{Variation, pelvis};
use crate::render::{Warp, render};
use crate::scanner::Resonance;

pub(super) fn write_subject(
    params: &PhantomParams,
    dir: &Path,
    index: u32,
) -> Result<(), LayoutError> {
    let draw = &mut subject_stream(params, index);
    let grid = draw_grid(draw, params);
    let variation = params.difficulty.shape_variation;
    let scene = pelvis(&mut Variation { draw, difficulty: &params.difficulty });
    let warp = Warp::new(draw, &grid, 2.5 * variation, 0.4 * variation);
    let scanner = Resonance::draw(draw, &grid, &params.difficulty, [300.0, 1500.0]);

    let rendered = render(&scene, &grid, &warp);
    let mut noise = noise_stream(params, index, "scan");
    let mut voxels = scanner.acquire(&mut noise, &grid, &rendered.values);
    for value in &mut voxels {
        *value = value.min(32767.0);
    }
    // Some hospitals sent compressed data.
    let options = MetaImageWrite { compressed: index % 4 == 3, ..MetaImageWrite::default() };
    write_metaimage_volume(
        &dir.join(format!("Case{index:02}.mhd")),
        &grid.volume(voxels, VoxelType::I16),
        &options,
    )?;
    write_metaimage_label_map(
        &dir.join(format!("Case{index:02}_segmentation.mhd")),
        &grid.label_map(rendered.labels, VoxelType::I8),
        &options,
    )?;
    Ok(())
}
