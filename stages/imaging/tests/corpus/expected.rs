//! What our readers make of every file of the corpus, in one table.

/// A case and its outcomes.
pub(crate) struct Expected {
    /// The file to open.
    pub(crate) name: &'static str,
    /// As an image: shape, spacing, axes, range and sum of the voxels; or an error's kind.
    pub(crate) image: &'static str,
    /// As a label map: the sum of the labels, or an error's kind.
    pub(crate) label: &'static str,
    /// What is odd, by the first words of each sentence, as an image.
    pub(crate) odd: &'static [&'static str],
}

/// The ramp of most cases.
const RAMP: &str = "7x6x5 1.5x1.25x8 RAS -100..527 44835";
/// The same in a MetaImage.
const META: &str = "7x6x5 0.625x0.625x3.6 LPS -100..527 44835";
/// Negative voxels are no labels.
const NO_LABEL: &str = "Label";

const fn case(
    name: &'static str,
    image: &'static str,
    label: &'static str,
    odd: &'static [&'static str],
) -> Expected {
    Expected { name, image, label, odd }
}

pub(crate) const EXPECTED: &[Expected] = &[
    case("n01_plain.nii.gz", RAMP, NO_LABEL, &[]),
    case("n02_bigendian.nii.gz", RAMP, NO_LABEL, &[]),
    case("n03_slope0_inter5.nii.gz", RAMP, NO_LABEL, &[]),
    case("n04_slope_nan.nii.gz", RAMP, NO_LABEL, &["ignored scaling, scl_slope is NaN"]),
    case(
        "n05_slope_half_inter_m3.nii.gz",
        "7x6x5 1.5x1.25x8 RAS -53..260.5 21787.5",
        NO_LABEL,
        &[],
    ),
    case("n06_slope_inf.nii.gz", RAMP, NO_LABEL, &["ignored scaling, scl_slope is inf"]),
    case("n07_slope1_inter_nan.nii.gz", "Header scl_inter", NO_LABEL, &[]),
    case("n08_no_forms.nii.gz", "7x6x5 1.5x1.25x8 none -100..527 44835", NO_LABEL, &[]),
    case(
        "n09_acdc_sform_unit_qform_real.nii.gz",
        "7x6x5 1.5625x1.5625x10 LPS -100..527 44835",
        NO_LABEL,
        &["the sform has voxels of 1 x 1 x 1 mm"],
    ),
    case("n10_qfac_minus1.nii.gz", "7x6x5 1.5x1.25x8 RAI -100..527 44835", NO_LABEL, &[]),
    case("n11_pixdim0_zero.nii.gz", RAMP, NO_LABEL, &[]),
    case(
        "n12_pixdim_negative.nii.gz",
        RAMP,
        NO_LABEL,
        &["used the absolute value of a negative voxel size -1.5 x"],
    ),
    case("n13_pixdim_zero_spacing.nii.gz", "Header pixdim", "Header pixdim", &[]),
    case("n14_4d.nii.gz", "Frame", "Frame", &[]),
    case("n15_4d_one_frame.nii.gz", RAMP, NO_LABEL, &[]),
    case("n16_5d_vector.nii.gz", "Frame", "Frame", &[]),
    case("n17_trailing_dims_zero.nii.gz", RAMP, NO_LABEL, &[]),
    case("n18_2d.nii.gz", "7x6x1 1.5x1.25x8 RAS -100..23 -1617", NO_LABEL, &[]),
    case("n19_offset0_in_nii.nii", RAMP, NO_LABEL, &["vox_offset 0 lies within the header"]),
    case("n20_gap_no_extension.nii", RAMP, NO_LABEL, &[]),
    case("n21_extension.nii", RAMP, NO_LABEL, &[]),
    case("n22_extension_flag_but_offset352.nii", RAMP, NO_LABEL, &[]),
    case("n23_gz_truncated.nii.gz", "Compressed", "Compressed", &[]),
    case("n24_raw_truncated.nii", "Truncated", "Truncated", &[]),
    case("n25_big_ok.nii.gz", "56x48x40 1.5x1.25x8 RAS -300..1499 NOISE", NO_LABEL, &[]),
    case("n26_gz_payload_bitflip_crc_mismatch.nii.gz", "Compressed", "Compressed", &[]),
    case("n27_gz_crc_trailer_wrong.nii.gz", "Compressed", "Compressed", &[]),
    case("n28_gz_mid_garbage.nii.gz", "Compressed", "Compressed", &[]),
    case(
        "n29_gz_trailing_garbage.nii.gz",
        "56x48x40 1.5x1.25x8 RAS -300..1499 NOISE",
        NO_LABEL,
        &["ignored 32 bytes after the last gzip member"],
    ),
    case("n30_gz_two_members.nii.gz", "56x48x40 1.5x1.25x8 RAS -300..1499 NOISE", NO_LABEL, &[]),
    case("n31_named_gz_but_raw.nii.gz", RAMP, NO_LABEL, &["not compressed although"]),
    case("n32_named_nii_but_gz.nii", RAMP, NO_LABEL, &["gzip-compressed although"]),
    case("n33_gz_without_trailer.nii.gz", "Compressed", "Compressed", &[]),
    case("n34_float_nan_inf.nii.gz", "NonFinite", NO_LABEL, &[]),
    case("n35_labels_as_f8.nii.gz", "7x6x5 1.5x1.25x8 RAS 0..2.99997 314.99685", "315", &[]),
    case("n36_u2_high.nii.gz", "7x6x5 1.5x1.25x8 RAS 59900..60527 12644835", NO_LABEL, &[]),
    case("n37_i8.nii.gz", RAMP, NO_LABEL, &[]),
    case("n38_size_header_540.nii.gz", "Header magic", "Header magic", &[]),
    case("n39_size_header_0.nii.gz", "Header sizeof_hdr", "Header sizeof_hdr", &[]),
    case("n40_bad_magic.nii.gz", "Header magic", "Header magic", &[]),
    case("n41_analyze_no_magic.nii.gz", "Header magic", "Header magic", &[]),
    case("n42_bitpix_mismatch.nii.gz", RAMP, NO_LABEL, &["ignored bitpix 8"]),
    case("n43_datatype_unknown.nii.gz", "Header datatype", "Header datatype", &[]),
    case("n44_datatype_binary.nii.gz", "Header datatype", "Header datatype", &[]),
    case("n45_datatype_f128.nii.gz", "Header datatype", "Header datatype", &[]),
    case("n46_dim_zero.nii.gz", "Header dim", "Header dim", &[]),
    case("n47_dim_negative.nii.gz", "Header dim", "Header dim", &[]),
    case("n48_dim_bomb.nii.gz", "Header dim", "Header dim", &[]),
    case("n49_dim0_is_0.nii.gz", "Header dim", "Header dim", &[]),
    case(
        "n50_shear_sform.nii.gz",
        RAMP,
        NO_LABEL,
        &[
            "the sform has voxels of 1.5 x 1.28",
            "qform (RAS, origin 10 x 20 x 30 mm) and sform (RAS, origin 0 x 0 x 0 mm) disagree",
        ],
    ),
    case(
        "n51_slightly_nonorthonormal.nii.gz",
        RAMP,
        NO_LABEL,
        &["qform (RAS, origin 10 x 20 x 30 mm) and sform (RAS, origin 0 x 0 x 0 mm) disagree"],
    ),
    case("n52_units_micron.nii.gz", RAMP, NO_LABEL, &["lengths converted from micron to mm"]),
    case("n53_units_unknown.nii.gz", RAMP, NO_LABEL, &[]),
    case("n54_sform_nan.nii.gz", RAMP, NO_LABEL, &["ignored sform"]),
    case(
        "n55_oblique_flip.nii.gz",
        RAMP,
        NO_LABEL,
        &["qform (RAS, origin 10 x 20 x 30 mm) and sform (ALS, origin 5 x 6 x 7 mm) disagree"],
    ),
    case("n56_empty_file.nii.gz", "Truncated", "Truncated", &[]),
    case("n57_header_only.nii.gz", "Truncated", "Truncated", &[]),
    case("n58_pair.hdr", RAMP, NO_LABEL, &[]),
    case("n59_gz_fname.nii.gz", RAMP, NO_LABEL, &[]),
    case("n60_slope_2_on_labels.nii.gz", "7x6x5 1.5x1.25x8 RAS 0..6 630", "630", &[]),
    case("m01_plain.mhd", META, NO_LABEL, &[]),
    case("m02_local.mha", META, NO_LABEL, &[]),
    case("m03_compressed.mhd", META, NO_LABEL, &[]),
    case("m04_compressed_nosize.mhd", META, NO_LABEL, &[]),
    case("m05_msb.mhd", META, NO_LABEL, &[]),
    case("m06_elementbyteordermsb.mhd", META, NO_LABEL, &[]),
    case("m07_local_compressed.mha", META, NO_LABEL, &[]),
    case("m08_headersize_32.mhd", META, NO_LABEL, &[]),
    case("m09_headersize_minus1.mhd", META, NO_LABEL, &[]),
    case("m10_missing_raw.mhd", "Io", "Io", &[]),
    case("m11_truncated_raw.mhd", "Truncated", "Truncated", &[]),
    case("m12_no_spacing.mhd", "7x6x5 1x1x1 LPS -100..527 44835", NO_LABEL, &["no voxel size"]),
    case("m13_elementsize_only.mhd", META, NO_LABEL, &["voxel size from ElementSize"]),
    case("m14_flip_matrix.mhd", "7x6x5 0.625x0.625x3.6 LAI -100..527 44835", NO_LABEL, &[]),
    case("m15_uchar_labels.mhd", "7x6x5 0.625x0.625x3.6 LPS 0..1 105", "105", &[]),
    case("m16_list.mhd", META, NO_LABEL, &[]),
    case("m17_channels2.mhd", "Frame", "Frame", &[]),
    case("m18_windows_crlf.mhd", META, NO_LABEL, &[]),
    case("m19_absolute_path.mhd", "Header ElementDataFile", "Header ElementDataFile", &[]),
    case("m20_oversized_raw.mhd", META, NO_LABEL, &["ignored 64 bytes after the last voxel"]),
    case("m21_dim_bomb.mhd", "Header DimSize", "Header DimSize", &[]),
    case("m22_2d_only.mhd", "7x6x1 0.625x0.625x1 LPS -100..23 -1617", NO_LABEL, &[]),
    case(
        "m23_slope_intercept.mhd",
        META,
        NO_LABEL,
        &["ignored ElementToIntensityFunctionSlope 0.5 and Offset -3"],
    ),
    case("m24_compressed_truncated.mhd", "Truncated", "Truncated", &[]),
];
