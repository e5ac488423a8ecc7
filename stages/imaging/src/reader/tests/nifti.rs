//! NIfTI headers made byte by byte: what is accepted, and what is refused by which field.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{OneFile, field_of};
use crate::{
    ImagingError, LabelOptions, NonFinite, ReadOptions, VoxelType, read_header, read_label_map,
    read_label_map_with, read_volume, read_volume_with,
};

/// A NIfTI-1 file under construction; little-endian int16 of shape 3 x 2 x 2 unless changed.
#[derive(Clone)]
pub(super) struct Nifti {
    pub(super) head: Vec<u8>,
    pub(super) voxels: Vec<u8>,
}

impl Nifti {
    pub(super) fn new() -> Self {
        let mut file = Self { head: vec![0; 352], voxels: Vec::new() };
        file.put(0, &348i32.to_le_bytes());
        for (i, length) in [3i16, 3, 2, 2, 1, 1, 1, 1].into_iter().enumerate() {
            file.put(40 + 2 * i, &length.to_le_bytes());
        }
        file.put(70, &4i16.to_le_bytes());
        file.put(72, &16i16.to_le_bytes());
        for (i, mm) in [1.0f32, 1.5, 2.0, 10.0, 1.0].into_iter().enumerate() {
            file.put(76 + 4 * i, &mm.to_le_bytes());
        }
        file.put(108, &352f32.to_le_bytes());
        file.put(344, b"n+1\0");
        file.voxels = (0..12i16).flat_map(i16::to_le_bytes).collect();
        file
    }

    pub(super) fn put(&mut self, offset: usize, bytes: &[u8]) {
        self.head[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    fn with(mut self, offset: usize, bytes: &[u8]) -> Self {
        self.put(offset, bytes);
        self
    }

    fn scaled(self, slope: f32, intercept: f32) -> Self {
        self.with(112, &slope.to_le_bytes()).with(116, &intercept.to_le_bytes())
    }

    fn typed(mut self, code: i16, voxels: Vec<u8>) -> Self {
        self.put(70, &code.to_le_bytes());
        self.voxels = voxels;
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        [self.head.as_slice(), self.voxels.as_slice()].concat()
    }

    fn plain(&self) -> OneFile {
        OneFile::new("x.nii", &self.bytes())
    }
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn reads_shape_spacing_type_and_voxels() {
    let volume = read_volume(&Nifti::new().plain().path).unwrap();
    assert_eq!(volume.header.shape, [3, 2, 2]);
    assert_eq!(volume.header.spacing_mm, [1.5, 2.0, 10.0]);
    assert_eq!(volume.header.voxel_type, VoxelType::I16);
    assert_eq!(volume.plane(1), [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]);
    assert_eq!(read_header(&Nifti::new().plain().path).unwrap(), volume.header);
}

#[test]
fn the_content_says_whether_it_is_compressed() {
    let bytes = Nifti::new().bytes();
    let expected = read_volume(&OneFile::new("x.nii", &bytes).path).unwrap();
    for (name, bytes) in
        [("a.nii.gz", &bytes), ("b.nii", &gzip(&bytes)), ("c", &gzip(&bytes)), ("d", &bytes)]
    {
        assert_eq!(read_volume(&OneFile::new(name, bytes).path).unwrap(), expected, "{name}");
    }
    let mut members = gzip(&bytes[..200]);
    members.extend(gzip(&bytes[200..]));
    assert_eq!(read_volume(&OneFile::new("e.nii.gz", &members).path).unwrap(), expected);
}

#[test]
fn big_endian_headers_are_recognized() {
    let mut file = Nifti { head: vec![0; 352], voxels: Vec::new() };
    file.put(0, &348i32.to_be_bytes());
    for (i, length) in [2i16, 2, 2].into_iter().enumerate() {
        file.put(40 + 2 * i, &length.to_be_bytes());
    }
    file.put(70, &512i16.to_be_bytes());
    for (i, mm) in [1.0f32, 0.5, 0.25].into_iter().enumerate() {
        file.put(76 + 4 * i, &mm.to_be_bytes());
    }
    file.put(344, b"n+1\0");
    file.voxels = [1u16, 2, 3, 65535].into_iter().flat_map(u16::to_be_bytes).collect();
    let volume = read_volume(&file.plain().path).unwrap();
    // Rank 2: the third axis is absent, whatever the header holds there.
    assert_eq!(volume.header.shape, [2, 2, 1]);
    assert_eq!(volume.header.spacing_mm, [0.5, 0.25, 1.0]);
    assert_eq!(volume.voxels, [1.0, 2.0, 3.0, 65535.0]);
}

#[test]
fn nifti_2_is_read() {
    let mut head = vec![0u8; 544];
    head[..4].copy_from_slice(&540i32.to_le_bytes());
    head[4..12].copy_from_slice(b"n+2\0\r\n\x1a\n");
    head[12..14].copy_from_slice(&2i16.to_le_bytes());
    for (i, length) in [3i64, 2, 1, 3].into_iter().enumerate() {
        head[16 + 8 * i..24 + 8 * i].copy_from_slice(&length.to_le_bytes());
    }
    for (i, mm) in [1.0f64, 0.7, 0.8, 5.0].into_iter().enumerate() {
        head[104 + 8 * i..112 + 8 * i].copy_from_slice(&mm.to_le_bytes());
    }
    head[168..176].copy_from_slice(&544i64.to_le_bytes());
    head.extend(1..=6u8);
    let map = read_label_map(&OneFile::new("x.nii", &head).path).unwrap();
    assert_eq!(map.header.shape, [2, 1, 3]);
    assert_eq!(map.header.spacing_mm, [0.7, 0.8, 5.0]);
    assert_eq!(map.labels, [1, 2, 3, 4, 5, 6]);
    head[4..12].copy_from_slice(b"n+1\0\0\0\0\0");
    assert_eq!(field_of(read_volume(&OneFile::new("x.nii", &head).path)), "magic");
}

#[test]
fn every_type_is_read_in_full_range() {
    let check = |code: i16, bytes: Vec<u8>, expected: [f32; 2], voxel_type| {
        let mut file = Nifti::new().typed(code, bytes);
        for (i, length) in [3i16, 2, 1, 1].into_iter().enumerate() {
            file.put(40 + 2 * i, &length.to_le_bytes());
        }
        let volume = read_volume(&file.plain().path).unwrap();
        assert_eq!(volume.voxels, expected, "{voxel_type}");
        assert_eq!(volume.header.voxel_type, voxel_type);
    };
    check(2, vec![0, 255], [0.0, 255.0], VoxelType::U8);
    check(256, vec![0x80, 127], [-128.0, 127.0], VoxelType::I8);
    let bytes = [i16::MIN, i16::MAX].into_iter().flat_map(i16::to_le_bytes);
    check(4, bytes.collect(), [-32768.0, 32767.0], VoxelType::I16);
    let bytes = [32768u16, 65535].into_iter().flat_map(u16::to_le_bytes);
    check(512, bytes.collect(), [32768.0, 65535.0], VoxelType::U16);
    let bytes = [i32::MIN, 5].into_iter().flat_map(i32::to_le_bytes);
    check(8, bytes.collect(), [-2_147_483_648.0, 5.0], VoxelType::I32);
    let bytes = [u32::MAX - 255, 5].into_iter().flat_map(u32::to_le_bytes);
    check(768, bytes.collect(), [4_294_967_040.0, 5.0], VoxelType::U32);
    let bytes = [i64::MIN, -7].into_iter().flat_map(i64::to_le_bytes);
    check(1024, bytes.collect(), [-9.223_372e18, -7.0], VoxelType::I64);
    let bytes = [1u64 << 63, 7].into_iter().flat_map(u64::to_le_bytes);
    check(1280, bytes.collect(), [9.223_372e18, 7.0], VoxelType::U64);
    let bytes = [0.25f32, -1e30].into_iter().flat_map(f32::to_le_bytes);
    check(16, bytes.collect(), [0.25, -1e30], VoxelType::F32);
    let bytes = [0.1f64, -1e30].into_iter().flat_map(f64::to_le_bytes);
    check(64, bytes.collect(), [0.1, -1e30], VoxelType::F64);
}

#[test]
fn scaling_follows_the_standard() {
    let first = |file: Nifti| read_volume(&file.plain().path).map(|volume| volume.voxels[3]);
    assert_eq!(first(Nifti::new().scaled(0.5, 10.0)).unwrap(), 11.5);
    // A slope of 0 means no scaling at all, so the intercept is not added either.
    assert_eq!(first(Nifti::new().scaled(0.0, 5.0)).unwrap(), 3.0);
    assert_eq!(first(Nifti::new().scaled(f32::NAN, 5.0)).unwrap(), 3.0);
    assert_eq!(first(Nifti::new().scaled(f32::INFINITY, 5.0)).unwrap(), 3.0);
    assert_eq!(field_of(first(Nifti::new().scaled(1.0, f32::NAN))), "scl_inter");
    let map = read_label_map(&Nifti::new().scaled(1.0, f32::NAN).plain().path).unwrap();
    assert_eq!(map.labels[..4], [0, 1, 2, 3]);
}

#[test]
fn labels_must_be_whole_numbers() {
    let floats = |values: [f32; 12]| {
        let bytes = values.into_iter().flat_map(f32::to_le_bytes).collect();
        read_label_map(&Nifti::new().typed(16, bytes).plain().path)
    };
    let mut values = [0.0; 12];
    (values[1], values[7]) = (0.9995, 254.9999);
    assert_eq!(floats(values).unwrap().values(), [0, 1, 255]);
    for bad in [0.5, -1.0, 256.0, f32::NAN, f32::INFINITY] {
        values[7] = bad;
        // Voxel 7 of a 3 x 2 x 2 volume is x = 1, y = 0, z = 1.
        match floats(values).unwrap_err() {
            ImagingError::Label { voxel, value, .. } => {
                assert_eq!(voxel, [1, 0, 1]);
                assert!(value == f64::from(bad) || (value.is_nan() && bad.is_nan()));
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(read_label_map(&Nifti::new().scaled(2.0, 1.0).plain().path).unwrap().labels[3], 7);
    assert!(read_label_map(&Nifti::new().scaled(0.5, 0.0).plain().path).is_err());
}

#[test]
fn voxels_that_are_not_numbers_are_counted() {
    let mut values = [1.0f64; 12];
    (values[0], values[4], values[5]) = (f64::NAN, f64::NEG_INFINITY, 1e300);
    let bytes = values.into_iter().flat_map(f64::to_le_bytes).collect();
    match read_volume(&Nifti::new().typed(64, bytes).plain().path).unwrap_err() {
        ImagingError::NonFinite { count: 3, total: 12, .. } => {}
        other => panic!("{other}"),
    }
}

#[test]
fn voxels_start_where_the_header_says() {
    let expected = read_volume(&Nifti::new().plain().path).unwrap();
    for offset in [0f32, 348.0] {
        let file = Nifti::new().with(108, &offset.to_le_bytes());
        assert_eq!(read_volume(&file.plain().path).unwrap(), expected, "offset {offset}");
    }
    // A gap without the extension flag, and a flag without an extension.
    let mut gap = Nifti::new().with(108, &368f32.to_le_bytes());
    gap.head.extend([9; 16]);
    assert_eq!(read_volume(&gap.plain().path).unwrap(), expected);
    assert_eq!(read_volume(&Nifti::new().with(348, &[1]).plain().path).unwrap(), expected);
    for offset in [f32::NAN, -352.0, 352.5, f32::INFINITY] {
        let file = Nifti::new().with(108, &offset.to_le_bytes());
        assert_eq!(field_of(read_volume(&file.plain().path)), "vox_offset", "offset {offset}");
    }
}

#[test]
fn spacing_is_the_absolute_pixdim_in_millimetres() {
    let spacing = |file: Nifti| read_header(&file.plain().path).map(|header| header.spacing_mm);
    let file = Nifti::new().with(80, &(-1.5f32).to_le_bytes());
    assert_eq!(spacing(file).unwrap(), [1.5, 2.0, 10.0]);
    // A unit-scale sform does not matter; metres and microns are converted.
    let file = Nifti::new().with(254, &[2, 0]).with(280, &1f32.to_le_bytes());
    assert_eq!(spacing(file).unwrap(), [1.5, 2.0, 10.0]);
    assert_eq!(spacing(Nifti::new().with(123, &[1])).unwrap(), [1500.0, 2000.0, 10000.0]);
    assert_eq!(spacing(Nifti::new().with(123, &[3])).unwrap(), [0.0015, 0.002, 0.01]);
    assert_eq!(spacing(Nifti::new().with(123, &[2 | 8])).unwrap(), [1.5, 2.0, 10.0]);
    for bad in [0f32, f32::NAN, f32::INFINITY] {
        assert_eq!(field_of(spacing(Nifti::new().with(84, &bad.to_le_bytes()))), "pixdim");
    }
}

#[test]
fn only_three_axes_may_be_longer_than_one() {
    let dims = |dim: [i16; 8]| {
        let mut file = Nifti::new();
        for (i, length) in dim.into_iter().enumerate() {
            file.put(40 + 2 * i, &length.to_le_bytes());
        }
        read_header(&file.plain().path).map(|header| header.shape)
    };
    assert_eq!(dims([4, 3, 2, 2, 1, 0, 0, 0]).unwrap(), [3, 2, 2]);
    assert_eq!(dims([7, 3, 2, 2, 1, 1, 1, 1]).unwrap(), [3, 2, 2]);
    assert_eq!(dims([1, 12, 0, 0, 0, 0, 0, 0]).unwrap(), [12, 1, 1]);
    for bad in
        [[0; 8], [8, 3, 2, 2, 1, 1, 1, 1], [3, 3, 0, 2, 1, 1, 1, 1], [3, 3, -2, 2, 1, 1, 1, 1]]
    {
        assert_eq!(field_of(dims(bad)), "dim", "{bad:?}");
    }
    let error = dims([4, 3, 2, 1, 2, 0, 0, 0]).unwrap_err();
    assert!(matches!(error, ImagingError::Frame { frame: None, frames: 2, .. }), "{error}");
}

#[test]
fn a_header_may_not_claim_more_than_the_file_can_hold() {
    let mut file = Nifti::new();
    for i in 1..4 {
        file.put(40 + 2 * i, &32767i16.to_le_bytes());
    }
    for (name, bytes) in [("x.nii", file.bytes()), ("x.nii.gz", gzip(&file.bytes()))] {
        assert_eq!(field_of(read_volume(&OneFile::new(name, &bytes).path)), "dim");
    }
    // 1000 x 1000 x 1000 are not too many, but more than such a short file can hold.
    for i in 1..4 {
        file.put(40 + 2 * i, &1000i16.to_le_bytes());
    }
    for (name, bytes) in [("x.nii", file.bytes()), ("x.nii.gz", gzip(&file.bytes()))] {
        let error = read_volume(&OneFile::new(name, &bytes).path).unwrap_err();
        assert!(matches!(error, ImagingError::Truncated { .. }), "{error}");
    }
}

#[test]
fn unusable_headers_name_the_field() {
    let field = |file: Nifti| field_of(read_volume(&file.plain().path));
    assert_eq!(field(Nifti::new().with(0, &[0; 4])), "sizeof_hdr");
    assert_eq!(field(Nifti::new().with(344, &[0; 4])), "magic");
    // A pair, but not by its name: the file of the voxels cannot be found.
    assert_eq!(field(Nifti::new().with(344, b"ni1\0")), "magic");
    for code in [0i16, 1, 32, 128, 1536, 1792, 2048, 2304, -4] {
        assert_eq!(field(Nifti::new().typed(code, vec![0; 400])), "datatype", "{code}");
    }
    // A wrong bitpix is not fatal: the datatype decides.
    assert!(read_volume(&Nifti::new().with(72, &[8, 0]).plain().path).is_ok());
}

#[test]
fn damaged_compression_is_reported_with_its_place() {
    let whole = gzip(&Nifti::new().bytes());
    let mut wrong_crc = whole.clone();
    let end = wrong_crc.len();
    wrong_crc[end - 6] ^= 0x10;
    let no_trailer = whole[..end - 8].to_vec();
    let half = whole[..end / 2].to_vec();
    for bytes in [wrong_crc, no_trailer, half] {
        let error = read_volume(&OneFile::new("x.nii.gz", &bytes).path).unwrap_err();
        assert!(matches!(error, ImagingError::Compressed { encoding: "gzip", .. }), "{error}");
    }
    // An intact stream that is too short for its header.
    let bytes = Nifti::new().bytes();
    let short = gzip(&bytes[..bytes.len() - 1]);
    let error = read_volume(&OneFile::new("x.nii.gz", &short).path).unwrap_err();
    assert!(matches!(error, ImagingError::Truncated { expected: 376, found: 375, .. }), "{error}");
}

#[test]
fn other_files_are_refused_with_what_they_are() {
    for (name, bytes) in [("x.png", &b"\x89PNG\r\n"[..]), ("x", b"ab"), ("x.dat", b"")] {
        let error = read_volume(&OneFile::new(name, bytes).path).unwrap_err();
        assert!(matches!(error, ImagingError::UnknownFormat { .. }), "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
    let missing = std::path::Path::new("no/such/file.nii.gz");
    assert!(matches!(read_volume(missing).unwrap_err(), ImagingError::Io { .. }));
}

#[test]
fn one_frame_of_several_is_read_when_asked_for() {
    let mut file = Nifti::new().typed(2, (0..24u8).collect());
    for (i, length) in [5i16, 3, 2, 2, 1, 2].into_iter().enumerate() {
        file.put(40 + 2 * i, &length.to_le_bytes());
    }
    let file = OneFile::new("x.nii.gz", &gzip(&file.bytes()));
    let read = |frame| {
        let options = ReadOptions { frame, ..ReadOptions::default() };
        read_volume_with(&file.path, &options).map(|volume| volume.voxels[0])
    };
    assert_eq!(read(Some(0)).unwrap(), 0.0);
    assert_eq!(read(Some(1)).unwrap(), 12.0);
    for frame in [None, Some(2)] {
        let error = read(frame).unwrap_err();
        assert!(matches!(error, ImagingError::Frame { frames: 2, .. }), "{error}");
        assert!(error.to_string().contains("holds 2 volumes"), "{error}");
    }
    let labels = LabelOptions { frame: Some(1), remap: None };
    assert_eq!(read_label_map_with(&file.path, &labels).unwrap().labels[11], 23);
}

#[test]
fn voxels_that_are_not_numbers_can_be_filled() {
    let mut values = [1.0f32; 12];
    (values[0], values[4]) = (f32::NAN, f32::NEG_INFINITY);
    let bytes = values.into_iter().flat_map(f32::to_le_bytes).collect();
    let file = Nifti::new().typed(16, bytes).plain();
    let options = ReadOptions { non_finite: NonFinite::Fill(-7.0), ..ReadOptions::default() };
    let volume = read_volume_with(&file.path, &options).unwrap();
    assert_eq!(volume.voxels[..6], [-7.0, 1.0, 1.0, 1.0, -7.0, 1.0]);
}

#[test]
fn labels_are_mapped_and_every_value_must_be_named() {
    let values = [0i16, 205, 420, -1, 600, 205, 0, 0, 0, 0, 0, 0];
    let file = Nifti::new().typed(4, values.into_iter().flat_map(i16::to_le_bytes).collect());
    let file = file.plain();
    let read = |pairs: &[(i64, u8)]| {
        let remap = Some(pairs.iter().copied().collect());
        read_label_map_with(&file.path, &LabelOptions { frame: None, remap })
    };
    let map = read(&[(-1, 0), (0, 0), (205, 2), (420, 3), (600, 1)]).unwrap();
    assert_eq!(map.labels[..6], [0, 2, 3, 0, 1, 2]);
    match read(&[(0, 0), (205, 1), (7, 7)]).unwrap_err() {
        ImagingError::Unmapped { found, accepted, .. } => {
            assert_eq!(found, [-1, 420, 600]);
            assert_eq!(accepted, [0, 7, 205]);
        }
        other => panic!("{other}"),
    }
    assert!(matches!(read_label_map(&file.path).unwrap_err(), ImagingError::Label { .. }));
}
