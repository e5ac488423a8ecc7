//! MetaImage headers: every spelling that is accepted, and what is refused by which field.

use super::{OneFile, field_of};
use crate::{ImagingError, VoxelType, read_header, read_label_map, read_volume};

/// A `.mha` of shape 2 x 2 x 1 whose header has the given lines, with int16 voxels 1, 2, 3, 300.
fn mha(lines: &str) -> OneFile {
    let voxels: Vec<u8> = [1i16, 2, 3, 300].into_iter().flat_map(i16::to_le_bytes).collect();
    let header = format!(
        "NDims = 3\nDimSize = 2 2 1\nElementType = MET_SHORT\n{lines}ElementDataFile = LOCAL\n"
    );
    OneFile::new("x.mha", &[header.as_bytes(), &voxels].concat())
}

#[test]
fn reads_local_data_after_the_header() {
    let volume = read_volume(&mha("ElementSpacing = 0.5 0.25 3\n").path).unwrap();
    assert_eq!(volume.header.shape, [2, 2, 1]);
    assert_eq!(volume.header.spacing_mm, [0.5, 0.25, 3.0]);
    assert_eq!(volume.header.voxel_type, VoxelType::I16);
    assert_eq!(volume.voxels, [1.0, 2.0, 3.0, 300.0]);
}

#[test]
fn line_ends_and_spaces_do_not_matter() {
    let header =
        "NDims=3\r\nDimSize =  2 1 1 \r\n\r\nElementType = MET_CHAR\r\nElementDataFile = LOCAL\r\n";
    let file = OneFile::new("x.mha", &[header.as_bytes(), &[0xff, 7]].concat());
    assert_eq!(read_volume(&file.path).unwrap().voxels, [-1.0, 7.0]);
}

#[test]
fn element_size_stands_in_for_a_missing_spacing() {
    let spacing = |lines| read_header(&mha(lines).path).map(|header| header.spacing_mm);
    assert_eq!(spacing("ElementSize = 2 3 4\n").unwrap(), [2.0, 3.0, 4.0]);
    assert_eq!(spacing("ElementSize = 2 3 4\nElementSpacing = 1 1 5\n").unwrap(), [1.0, 1.0, 5.0]);
    assert_eq!(spacing("").unwrap(), [1.0; 3]);
    assert_eq!(field_of(spacing("ElementSpacing = 1 1\n")), "ElementSpacing");
    assert_eq!(field_of(spacing("ElementSize = 1 nan 1\n")), "ElementSize");
}

#[test]
fn both_spellings_of_the_byte_order() {
    for key in ["BinaryDataByteOrderMSB", "ElementByteOrderMSB"] {
        let volume = read_volume(&mha(&format!("{key} = True\n")).path).unwrap();
        // 1 and 300 = 0x012c with their bytes swapped: 0x0100 and 0x2c01.
        assert_eq!(volume.voxels, [256.0, 512.0, 768.0, 11265.0]);
    }
    assert_eq!(
        field_of(read_volume(&mha("BinaryDataByteOrderMSB = Maybe\n").path)),
        "BinaryDataByteOrderMSB"
    );
}

#[test]
fn header_size_skips_bytes_or_takes_the_last_ones() {
    let header = |size: &str| {
        format!(
            "NDims = 2\nDimSize = 2 1\nElementType = MET_UCHAR\nHeaderSize = {size}\nElementDataFile = x.raw\n"
        )
    };
    let read = |size: &str| {
        let file = OneFile::new("x.mhd", header(size).as_bytes());
        fs_err::write(file.path.with_extension("raw"), [9, 9, 9, 4, 5]).unwrap();
        read_label_map(&file.path).map(|map| map.labels)
    };
    assert_eq!(read("-1").unwrap(), [4, 5]);
    assert_eq!(read("2").unwrap(), [9, 4]);
    // Bytes after the last voxel are accepted.
    assert_eq!(read("0").unwrap(), [9, 9]);
    assert!(matches!(
        read("4").unwrap_err(),
        ImagingError::Truncated { expected: 6, found: 5, .. }
    ));
    assert!(matches!(read("99").unwrap_err(), ImagingError::Truncated { .. }));
    assert_eq!(field_of(read("-2")), "HeaderSize");
}

#[test]
fn the_data_file_lies_beside_its_header() {
    for name in ["/etc/passwd", "../x.raw", "a/../../x.raw", "LIST", "slice%03d.raw 0 4 1", ""] {
        let header = format!(
            "NDims = 3\nDimSize = 1 1 1\nElementType = MET_UCHAR\nElementDataFile = {name}\n"
        );
        let file = OneFile::new("x.mhd", header.as_bytes());
        assert_eq!(field_of(read_volume(&file.path)), "ElementDataFile", "{name}");
    }
    let header =
        "NDims = 3\nDimSize = 1 1 1\nElementType = MET_UCHAR\nElementDataFile = gone.raw\n";
    let error = read_volume(&OneFile::new("x.mhd", header.as_bytes()).path).unwrap_err();
    assert!(
        matches!(&error, ImagingError::Io { path, .. } if path.ends_with("gone.raw")),
        "{error}"
    );
}

#[test]
fn unusable_headers_name_the_field() {
    let field = |text: &str| field_of(read_volume(&OneFile::new("x.mhd", text.as_bytes()).path));
    let with = |lines: &str| field(&format!("{lines}\nElementDataFile = LOCAL\n"));
    assert_eq!(field(""), "ElementDataFile");
    assert_eq!(field("NDims = 3\n"), "ElementDataFile");
    assert_eq!(field("what is this\n"), "header line");
    assert_eq!(with("NDims = x"), "NDims");
    assert_eq!(with("NDims = 3\nDimSize = 1 1"), "DimSize");
    assert_eq!(with("NDims = 3\nDimSize = 1 0 1"), "DimSize");
    assert_eq!(with("NDims = 3\nDimSize = 9999999999 9999999999 9999999999"), "DimSize");
    assert_eq!(with("NDims = 3\nDimSize = 1 1 1\nElementType = MET_LONG"), "ElementType");
    assert_eq!(with("NDims = 3\nDimSize = 1 1 1"), "ElementType");
    assert_eq!(with("BinaryData = False"), "BinaryData");
    let image = "NDims = 3\nDimSize = 1 1 1\nElementType = MET_UCHAR\n";
    for bad in ["0", "-1", "x", "100000"] {
        let line = format!("{image}ElementNumberOfChannels = {bad}");
        assert_eq!(with(&line), "ElementNumberOfChannels");
    }
    assert_eq!(with("NDims = 3\nNDims = 2"), "header line");
}
