//! Medical Segmentation Decathlon: `dataset.json`, `imagesTr` and `labelsTr`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use stages_imaging::{NiftiWrite, VoxelType, write_nifti_label_map, write_nifti_volume};

use super::{LayoutError, draw_grid, noise_stream, subject_stream};
use crate::anatomy::{Variation, abdomen, hippocampus};
use crate::draw::Draw;
use crate::render::{Grid, Warp, render};
use crate::scanner::{Resonance, tomogram};
use crate::{Layout, PhantomParams};

pub(super) fn write_spleen(
    params: &PhantomParams,
    dir: &Path,
    index: u32,
) -> Result<(), LayoutError> {
    let draw = &mut subject_stream(params, index);
    let grid = draw_grid(draw, params);
    let variation = params.difficulty.shape_variation;
    let scene = abdomen(&mut Variation { draw, difficulty: &params.difficulty }, grid.extent(2));
    let warp = Warp::new(draw, &grid, 5.0 * variation, 0.5 * variation);
    let rendered = render(&scene, &grid, &warp);
    let mut noise = noise_stream(params, index, "scan");
    let voxels = tomogram(&mut noise, &grid, &params.difficulty, &rendered.values);
    write_pair(
        params,
        dir,
        index,
        &grid,
        (voxels, VoxelType::I16),
        (rendered.labels, VoxelType::U8),
    )
}

pub(super) fn write_hippocampus(
    params: &PhantomParams,
    dir: &Path,
    index: u32,
) -> Result<(), LayoutError> {
    let draw = &mut subject_stream(params, index);
    let grid = draw_grid(draw, params);
    // The release mixes types in images and labels.
    let (image, largest, brightest) = if draw.chance(0.3) {
        (VoxelType::U8, 255.0, [110.0, 170.0])
    } else {
        (VoxelType::F32, 3e5, [300.0, 1200.0])
    };
    let label = if draw.chance(0.1) { VoxelType::F32 } else { VoxelType::U8 };
    let scene = hippocampus(&mut Variation { draw, difficulty: &params.difficulty }, &grid);
    let warp = Warp::new(draw, &grid, 1.2 * params.difficulty.shape_variation, 0.0);
    let scanner = Resonance::draw(draw, &grid, &params.difficulty, brightest);
    let rendered = render(&scene, &grid, &warp);
    let mut noise = noise_stream(params, index, "scan");
    let mut voxels = scanner.acquire(&mut noise, &grid, &rendered.values);
    for value in &mut voxels {
        *value = value.min(largest);
    }
    write_pair(params, dir, index, &grid, (voxels, image), (rendered.labels, label))
}

fn write_pair(
    params: &PhantomParams,
    dir: &Path,
    index: u32,
    grid: &Grid,
    (voxels, image): (Vec<f32>, VoxelType),
    (labels, label): (Vec<u8>, VoxelType),
) -> Result<(), LayoutError> {
    let numbers = numbers(params);
    let name =
        format!("{}_{}.nii.gz", stem(params.layout), file_number(params, numbers[index as usize]));
    let (images, annotations) = (dir.join("imagesTr"), dir.join("labelsTr"));
    fs_err::create_dir_all(&images)?;
    fs_err::create_dir_all(&annotations)?;
    let options = NiftiWrite::default();
    write_nifti_volume(&images.join(&name), &grid.volume(voxels, image), &options)?;
    write_nifti_label_map(&annotations.join(&name), &grid.label_map(labels, label), &options)?;
    Ok(())
}

/// The numbers in the file names: ascending with gaps, as in the releases.
fn numbers(params: &PhantomParams) -> Vec<u32> {
    let mut draw = Draw::new(params.seed, "numbers");
    let mut number = 0;
    (0..params.subjects)
        .map(|_| {
            number += draw.whole(1, 3);
            number
        })
        .collect()
}

/// Task09 writes numbers as they are, Task04 with three digits.
fn file_number(params: &PhantomParams, number: u32) -> String {
    match params.layout {
        Layout::DecathlonHippocampus => format!("{number:03}"),
        _ => number.to_string(),
    }
}

const fn stem(layout: Layout) -> &'static str {
    match layout {
        Layout::DecathlonHippocampus => "hippocampus",
        _ => "spleen",
    }
}

/// `dataset.json`, with the misspelled key `relase` that every release of the decathlon carries.
#[derive(Serialize)]
struct Index {
    name: &'static str,
    description: &'static str,
    reference: &'static str,
    licence: &'static str,
    relase: &'static str,
    #[serde(rename = "tensorImageSize")]
    tensor_image_size: &'static str,
    modality: BTreeMap<&'static str, &'static str>,
    labels: BTreeMap<&'static str, &'static str>,
    #[serde(rename = "numTraining")]
    training_count: u32,
    #[serde(rename = "numTest")]
    test_count: u32,
    training: Vec<Pair>,
    test: Vec<String>,
}

#[derive(Serialize)]
struct Pair {
    image: String,
    label: String,
}

pub(super) fn write_index(params: &PhantomParams, dir: &Path) -> Result<(), LayoutError> {
    let stem = stem(params.layout);
    let training = numbers(params)
        .into_iter()
        .map(|number| {
            let name = format!("{stem}_{}.nii.gz", file_number(params, number));
            Pair { image: format!("./imagesTr/{name}"), label: format!("./labelsTr/{name}") }
        })
        .collect();
    let (name, modality, labels): (_, _, &[(&str, &str)]) = match params.layout {
        Layout::DecathlonHippocampus => {
            ("Hippocampus", "MRI", &[("0", "background"), ("1", "Anterior"), ("2", "Posterior")])
        }
        _ => ("Spleen", "CT", &[("0", "background"), ("1", "spleen")]),
    };
    let index = Index {
        name,
        description: "Synthetic volumes, not of any person",
        reference: "orchestrate, stage `phantom`",
        licence: "CC0-1.0",
        relase: "1.0 phantom",
        tensor_image_size: "3D",
        modality: BTreeMap::from([("0", modality)]),
        labels: labels.iter().copied().collect(),
        training_count: params.subjects,
        test_count: 0,
        training,
        test: Vec::new(),
    };
    let mut text =
        serde_json::to_string_pretty(&index).expect("strings, numbers and lists become JSON");
    text.push('\n');
    fs_err::write(dir.join("dataset.json"), text)?;
    Ok(())
}
