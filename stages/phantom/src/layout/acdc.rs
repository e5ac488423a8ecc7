//! ACDC: `training/patientNNN/` with `Info.cfg`, two frames and their annotations.

use std::path::Path;

use stages_imaging::{NiftiForm, NiftiWrite, VoxelType, write_nifti_label_map, write_nifti_volume};

use super::{LayoutError, draw_grid, noise_stream, subject_stream};
use crate::PhantomParams;
use crate::anatomy::{Group, HeartSubject, Phase, Variation};
use crate::render::{Warp, render};
use crate::scanner::Resonance;

/// As in every file of the release.
const OPTIONS: NiftiWrite = NiftiWrite { form: NiftiForm::UnitScale };

pub(super) fn write_subject(
    params: &PhantomParams,
    dir: &Path,
    index: u32,
) -> Result<(), LayoutError> {
    let draw = &mut subject_stream(params, index);
    let grid = draw_grid(draw, params);
    // About the shares of the release; one of its subjects starts at another frame.
    let voxel_type = match draw.unit() {
        share if share < 0.70 => VoxelType::F32,
        share if share < 0.92 => VoxelType::I16,
        _ => VoxelType::U8,
    };
    let diastole = if index % 10 == 9 { 4 } else { 1 };
    let frames = [diastole, diastole + draw.whole(7, 12)];
    let (height, weight) = (draw.whole(150, 192), draw.whole(48, 110));
    let group = Group::of(index, params.subjects);

    let variation = params.difficulty.shape_variation;
    let heart = HeartSubject::draw(&mut Variation { draw, difficulty: &params.difficulty }, group);
    let warp = Warp::new(draw, &grid, 3.5 * variation, 1.5 * variation);
    let (brightest, largest) = match voxel_type {
        VoxelType::U8 => ([120.0, 160.0], 255.0),
        _ => ([250.0, 900.0], 32767.0),
    };
    let scanner = Resonance::draw(draw, &grid, &params.difficulty, brightest);

    let name = format!("patient{:03}", index + 1);
    let dir = dir.join("training").join(&name);
    fs_err::create_dir_all(&dir)?;
    for (phase, frame) in [Phase::EndDiastole, Phase::EndSystole].into_iter().zip(frames) {
        let rendered = render(&heart.scene(phase, grid.extent(2)), &grid, &warp);
        let mut noise = noise_stream(params, index, &frame.to_string());
        let mut voxels = scanner.acquire(&mut noise, &grid, &rendered.values);
        for value in &mut voxels {
            *value = value.min(largest);
        }
        let stem = format!("{name}_frame{frame:02}");
        write_nifti_volume(
            &dir.join(format!("{stem}.nii.gz")),
            &grid.volume(voxels, voxel_type),
            &OPTIONS,
        )?;
        write_nifti_label_map(
            &dir.join(format!("{stem}_gt.nii.gz")),
            &grid.label_map(rendered.labels, VoxelType::U8),
            &OPTIONS,
        )?;
    }
    let info = format!(
        "ED: {}\nES: {}\nGroup: {}\nHeight: {height}.0\nNbFrame: 30\nWeight: {weight}.0\n",
        frames[0],
        frames[1],
        group.name()
    );
    fs_err::write(dir.join("Info.cfg"), info)?;
    Ok(())
}
