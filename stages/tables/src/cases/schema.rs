//! The columns of the cases table.

use crate::schema::{Column, ColumnType, MetadataEntry, TableSchema};

/// What a cases table holds.
pub(super) const SCHEMA: TableSchema = TableSchema {
    name: "cases",
    file: super::CasesTable::FILE,
    origin: "in the artifact `cases` (stage `ingest`)",
    rows: "one scan (one volume: one phase of one subject), in the order of `case_id`",
    columns: &COLUMNS,
    metadata: &[MetadataEntry { key: "dataset", meaning: "The dataset: `name` and `classes`." }],
};

const COLUMNS: [Column; 33] = {
    use ColumnType::{Float32, Float64, Float64List, Text, UInt8List, UInt32};
    const UNKNOWN: &str = "the file does not say how the voxels lie in the patient";
    const UNLABELLED: &str = "the scan has no annotation";
    const UNSEEN: &str = "nobody looked at the voxels";
    const OWN: &str = "the image's own";
    [
        Column::new("case_id", Text, "The scan, such as `patient001_frame01`; unique."),
        Column::new("subject", Text, "The person or animal scanned; splits are made by subject."),
        Column::new("phase", Text, "The phase, such as `ED` or `ES`.")
            .null("the dataset has no phases"),
        Column::new("group", Text, "What to stratify by, such as a diagnosis.")
            .null("the dataset has no groups"),
        Column::new("split", Text, "The part of the release that it comes from.")
            .null("the release has no parts"),
        Column::new(
            "attributes",
            Text,
            "Everything else that is known of the scan or its subject, as one JSON object of texts.",
        ),
        Column::new(
            "same_as",
            Text,
            "The first subject that is the same person, where a release holds one under several names.",
        )
        .null("the person has one name"),
        Column::new("image", Text, "Path of the image in the artifact `volumes`, with `/`."),
        Column::new("label", Text, "Path of the label map.").null(UNLABELLED),
        Column::new("image_frame", UInt32, "The scan's volume in a 4-D image, from 0.")
            .null("the image holds one volume"),
        Column::new("label_frame", UInt32, "The scan's volume in a 4-D label map, from 0.")
            .null("the label map holds one volume"),
        Column::new("fill", Float32, "What takes the place of voxels that are no finite number.")
            .null("such voxels are an error")
            .unit(OWN),
        Column::new("remap", Text, "The class id of every label value, as one JSON object.")
            .null("label values are class ids"),
        Column::new("image_digest", Text, "BLAKE3 of the image file, in hexadecimal."),
        Column::new("label_digest", Text, "BLAKE3 of the label file.").null(UNLABELLED),
        Column::new("nx", UInt32, "Voxels along x, in storage order.").unit("voxels"),
        Column::new("ny", UInt32, "Voxels along y.").unit("voxels"),
        Column::new("nz", UInt32, "Voxels along z.").unit("voxels"),
        Column::new("spacing_x_mm", Float64, "Voxel size along x.").unit("mm"),
        Column::new("spacing_y_mm", Float64, "Voxel size along y.").unit("mm"),
        Column::new("spacing_z_mm", Float64, "Voxel size along z.").unit("mm"),
        Column::new("orientation", Text, "Where the axes point: `LPS` is left, posterior, superior.")
            .null(UNKNOWN),
        Column::new("origin_x_mm", Float64, "Centre of the first voxel, right positive.")
            .null(UNKNOWN)
            .unit("mm"),
        Column::new("origin_y_mm", Float64, "Centre of the first voxel, anterior positive.")
            .null(UNKNOWN)
            .unit("mm"),
        Column::new("origin_z_mm", Float64, "Centre of the first voxel, superior positive.")
            .null(UNKNOWN)
            .unit("mm"),
        Column::new(
            "direction",
            Float64List,
            "Unit vectors along which x, y and z run: three times (right, anterior, superior).",
        )
        .null(UNKNOWN),
        Column::new("image_dtype", Text, "Voxel type of the image file, such as `int16`."),
        Column::new("label_dtype", Text, "Voxel type of the label file.").null(UNLABELLED),
        Column::new("label_values", UInt8List, "The class ids present, ascending."),
        Column::new("intensity_min", Float64, "The smallest voxel.").null(UNSEEN).unit(OWN),
        Column::new("intensity_max", Float64, "The largest voxel.").null(UNSEEN).unit(OWN),
        Column::new("intensity_mean", Float64, "The mean over all voxels.").null(UNSEEN).unit(OWN),
        Column::new("intensity_sd", Float64, "The deviation over all voxels (divided by n).")
            .null(UNSEEN)
            .unit(OWN),
    ]
};
