//! The columns of the facts table.

use crate::schema::{Column, ColumnType, MetadataEntry, TableSchema};

/// What a facts table holds.
pub(super) const SCHEMA: TableSchema = TableSchema {
    name: "facts",
    file: "(any name)",
    origin: "`orchestrate data check DATASET --table FILE`",
    rows: "one scan, in the order of `case_id`",
    columns: &COLUMNS,
    metadata: &[MetadataEntry { key: "dataset", meaning: "The dataset: `name` and `classes`." }],
};

const COLUMNS: [Column; 34] = {
    use ColumnType::{Float64, Text, UInt8List, UInt32, UInt64, UInt64List};
    const IMAGE: &str = "the image is missing or cannot be read";
    const LABEL: &str = "there is no label map, or it cannot be read";
    const FOREGROUND: &str = "there is no foreground, or no readable label map";
    const OWN: &str = "the image's own";
    [
        Column::new("case_id", Text, "The scan."),
        Column::new("subject", Text, "Its subject."),
        Column::new("phase", Text, "Its phase.").null("the dataset has no phases"),
        Column::new("group", Text, "Its group.").null("the dataset has no groups"),
        Column::new("split", Text, "The part of the release that it comes from.")
            .null("the release has no parts"),
        Column::new("image", Text, "Path of the image, from the dataset's folder.")
            .null("there is none"),
        Column::new("label", Text, "Path of the label map.").null("there is none"),
        Column::new("image_bytes", UInt64, "Size of the image file, companions included.")
            .null(IMAGE)
            .unit("bytes"),
        Column::new("label_bytes", UInt64, "Size of the label file, companions included.")
            .null(LABEL)
            .unit("bytes"),
        Column::new("image_digest", Text, "BLAKE3 of the image file, in hexadecimal.").null(IMAGE),
        Column::new("label_digest", Text, "BLAKE3 of the label file.").null(LABEL),
        Column::new("voxel_digest", Text, "Equal for equal images in different files.").null(IMAGE),
        Column::new("nx", UInt32, "Voxels along x, in storage order.").null(IMAGE).unit("voxels"),
        Column::new("ny", UInt32, "Voxels along y.").null(IMAGE).unit("voxels"),
        Column::new("nz", UInt32, "Voxels along z.").null(IMAGE).unit("voxels"),
        Column::new("spacing_x_mm", Float64, "Voxel size along x.").null(IMAGE).unit("mm"),
        Column::new("spacing_y_mm", Float64, "Voxel size along y.").null(IMAGE).unit("mm"),
        Column::new("spacing_z_mm", Float64, "Voxel size along z.").null(IMAGE).unit("mm"),
        Column::new(
            "orientation",
            Text,
            "Where the axes point: `LPS` is left, posterior, superior.",
        )
        .null("the file does not say"),
        Column::new("image_dtype", Text, "Voxel type of the image file.").null(IMAGE),
        Column::new("label_dtype", Text, "Voxel type of the label file.").null(LABEL),
        Column::new("intensity_min", Float64, "The smallest voxel.").null(IMAGE).unit(OWN),
        Column::new("intensity_p1", Float64, "The 1st percentile over all voxels (exact, type 7).")
            .null(IMAGE)
            .unit(OWN),
        Column::new("intensity_median", Float64, "The median.").null(IMAGE).unit(OWN),
        Column::new("intensity_p99", Float64, "The 99th percentile.").null(IMAGE).unit(OWN),
        Column::new("intensity_max", Float64, "The largest voxel.").null(IMAGE).unit(OWN),
        Column::new("label_values", UInt8List, "The class ids present, ascending."),
        Column::new("label_voxels", UInt64List, "How many voxels have each of them.")
            .unit("voxels"),
        Column::new("labelled_slices", UInt32, "Slices along z with foreground.").null(LABEL),
        Column::new("first_labelled", UInt32, "The first of them, from 0.").null(FOREGROUND),
        Column::new("last_labelled", UInt32, "The last of them, from 0.").null(FOREGROUND),
        Column::new("errors", UInt32, "Findings that the stage `ingest` would refuse."),
        Column::new("warnings", UInt32, "Findings that a person should look at."),
        Column::new("notes", UInt32, "Findings that are good to know."),
    ]
};
