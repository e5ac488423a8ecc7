//! What a user can ask of the phantom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of the stage `phantom`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PhantomParams {
    /// Which release to imitate, in its content and in its files. Default: `acdc`.
    pub layout: Layout,
    /// How many subjects to draw, from 1 to 999. Each has one scan, except that `acdc` subjects
    /// have two (end-diastole and end-systole). Default: 20.
    pub subjects: u32,
    /// Everything random follows from this number; each subject has a stream of its own. Default:
    /// 0.
    pub seed: u64,
    /// Pixels along x, drawn for each subject from this range, within 16 to 512; y differs by a
    /// few pixels (hippocampus: y is 1.4 times x). Default by layout: `acdc` 64 to 80, `promise12`
    /// 72 to 88, `decathlon_spleen` 96 to 112, `decathlon_hippocampus` 33 to 40.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_px: Option<WholeRange>,
    /// Slices, drawn for each subject from this range, within 3 to 200. Default by layout: `acdc`
    /// 7 to 10, `promise12` 12 to 18, `decathlon_spleen` 18 to 26, `decathlon_hippocampus` 30 to
    /// 38.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slices: Option<WholeRange>,
    /// Pixel size in mm, drawn for each subject from this range, within 0.2 to 10. Organs have
    /// the size they have in people, so this and `size_px` decide how much of the surroundings is
    /// seen. Default by layout: `acdc` 1.7 to 2.1, `promise12` 1.1 to 1.4, `decathlon_spleen` 3.1
    /// to 3.6, `decathlon_hippocampus` 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spacing_mm: Option<MmRange>,
    /// Distance of slices in mm, drawn for each subject from this range, within 0.2 to 20. Default
    /// by layout: `acdc` 8 to 10, `promise12` 3 to 4, `decathlon_spleen` 6 to 8,
    /// `decathlon_hippocampus` 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slice_spacing_mm: Option<MmRange>,
    /// How hard the images are to segment.
    pub difficulty: DifficultyParams,
}

impl Default for PhantomParams {
    fn default() -> Self {
        Self {
            layout: Layout::Acdc,
            subjects: 20,
            seed: 0,
            size_px: None,
            slices: None,
            spacing_mm: None,
            slice_spacing_mm: None,
            difficulty: DifficultyParams::default(),
        }
    }
}

/// The release that a phantom imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Cine magnetic resonance of the heart: right ventricle, myocardium, left ventricle, at
    /// end-diastole and end-systole; `training/patientNNN/` with NIfTI files and `Info.cfg`.
    Acdc,
    /// Magnetic resonance of the prostate: `CaseNN.mhd` and `CaseNN_segmentation.mhd`.
    Promise12,
    /// Tomography of the abdomen with the spleen: `dataset.json`, `imagesTr`, `labelsTr`.
    DecathlonSpleen,
    /// Magnetic resonance of the hippocampus, anterior and posterior part: `dataset.json`,
    /// `imagesTr`, `labelsTr`.
    DecathlonHippocampus,
}

/// A range of whole numbers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WholeRange {
    /// The smallest.
    pub min: u32,
    /// The largest.
    pub max: u32,
}

/// A range of lengths.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MmRange {
    /// The smallest, in mm.
    pub min: f64,
    /// The largest, in mm.
    pub max: f64,
}

/// What makes the images hard to segment. With everything at 0 they are nearly noise-free drawings
/// of one average subject.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DifficultyParams {
    /// Standard deviation of the noise, from 0 to 0.5: for magnetic resonance as a fraction of the
    /// brightest tissue, for tomography times 400 HU. Default: 0.06.
    pub noise: f64,
    /// How much slow intensity changes across the image raise or lower it, from 0 to 0.9. Default:
    /// 0.35.
    pub bias_field: f64,
    /// How far the brightness of each tissue and the contrast as a whole differ between subjects,
    /// from 0 (the same for all) to 1 (neighbouring tissues overlap). Default: 0.6.
    pub contrast_overlap: f64,
    /// How far shape, size, place and rotation of organs differ between subjects, from 0 to 1.5.
    /// Default: 1.
    pub shape_variation: f64,
    /// How likely structures that resemble the target are found beside it, from 0 to 1. Default:
    /// 0.7.
    pub distractors: f64,
}

impl Default for DifficultyParams {
    fn default() -> Self {
        Self {
            noise: 0.06,
            bias_field: 0.35,
            contrast_overlap: 0.6,
            shape_variation: 1.0,
            distractors: 0.7,
        }
    }
}
