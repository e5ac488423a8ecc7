//! Which file is read: exactly the one that was asked for, if it is a file, and its other half.

use std::path::Path;
use std::process::Command;

use super::field_of;
use super::nifti::{Nifti, gzip};
use crate::{ImageReader, Volume};
use crate::{ImagingError, MemoryFiles, Oddity, ReadOptions, inspect, read_header, read_volume};

#[test]
fn a_sibling_is_never_read_instead() {
    let dir = tempfile::tempdir().unwrap();
    let (packed, plain) = (dir.path().join("x.nii.gz"), dir.path().join("x.nii"));
    let mut other = Nifti::new();
    other.voxels = vec![7; 24];
    fs_err::write(&packed, gzip(&Nifti::new().bytes())).unwrap();
    fs_err::write(&plain, other.bytes()).unwrap();
    assert_eq!(read_volume(&packed).unwrap().voxels[..2], [0.0, 1.0]);
    assert_eq!(read_volume(&plain).unwrap().voxels[..2], [1799.0, 1799.0]);
    fs_err::remove_file(&packed).unwrap();
    let error = read_volume(&packed).unwrap_err();
    assert!(matches!(&error, ImagingError::Io { path, .. } if *path == packed), "{error}");
}

#[test]
fn what_is_not_a_file_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, pipe) = (dir.path().join("folder.nii.gz"), dir.path().join("pipe.mhd"));
    fs_err::create_dir(&folder).unwrap();
    // Nobody writes to the pipe: to open it would wait for ever.
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (path, what) in
        [(folder.as_path(), "a folder"), (&pipe, "a pipe"), (Path::new("/dev/zero"), "a device")]
    {
        let error = read_volume(path).unwrap_err();
        assert!(matches!(error, ImagingError::NotAFile { found, .. } if found == what));
        assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
    }
    // As the data of a MetaImage too.
    let header = dir.path().join("x.mhd");
    let text = "NDims = 1\nDimSize = 1\nElementType = MET_UCHAR\nElementDataFile = pipe.mhd\n";
    fs_err::write(&header, text).unwrap();
    assert!(matches!(read_volume(&header).unwrap_err(), ImagingError::NotAFile { .. }));
}

/// The example file as a pair, its voxels after some bytes of padding.
fn pair(offset: f32) -> (Vec<u8>, Vec<u8>) {
    let mut file = Nifti::new();
    file.put(344, b"ni1\0");
    file.put(108, &offset.to_le_bytes());
    (file.head[..348].to_vec(), [vec![9; offset as usize], file.voxels].concat())
}

fn volume(files: &[(&str, &[u8])], name: &str) -> Result<(Volume, Vec<Oddity>), ImagingError> {
    let files = files.iter().map(|(name, bytes)| (name.into(), bytes.to_vec())).collect();
    ImageReader::new(&MemoryFiles(files)).volume(Path::new(name), &ReadOptions::default())
}

#[test]
fn either_half_of_a_pair_finds_the_other() {
    let expected: Vec<f32> = (0..12u8).map(f32::from).collect();
    for offset in [0.0, 16.0] {
        let (head, voxels) = pair(offset);
        let (head_gz, voxels_gz) = (gzip(&head), gzip(&voxels));
        for (files, names) in [
            (
                [("a/x.hdr", head.as_slice()), ("a/x.img", voxels.as_slice())],
                ["a/x.hdr", "a/x.img"],
            ),
            ([("x.hdr.gz", &head_gz), ("x.img.gz", &voxels_gz)], ["x.hdr.gz", "x.img.gz"]),
            ([("x.hdr", &head), ("x.img.gz", &voxels_gz)], ["x.hdr", "x.img.gz"]),
            ([("X.HDR", &head), ("X.IMG", &voxels)], ["X.HDR", "X.IMG"]),
        ] {
            for name in names {
                let (volume, odd) = volume(&files, name).unwrap();
                assert_eq!((volume.voxels, odd), (expected.clone(), vec![]), "{name}");
            }
        }
    }
    let (head, voxels) = pair(0.0);
    let error = volume(&[("x.hdr", &head), ("y.img", &voxels)], "x.hdr").unwrap_err();
    assert_eq!(error.to_string(), "x.hdr: its other half is missing; accepted: x.img or x.img.gz");
    let error = volume(&[("x.img.gz", &voxels)], "x.img.gz").unwrap_err();
    assert!(error.to_string().ends_with("accepted: x.hdr.gz or x.hdr"), "{error}");
    let short = &voxels[1..];
    let error = volume(&[("x.hdr", &head), ("x.img", short)], "x.hdr").unwrap_err();
    assert!(matches!(&error, ImagingError::Truncated { path, .. } if path.ends_with("x.img")));
}

#[test]
fn a_pair_of_nifti_2_is_read() {
    let mut head = vec![0u8; 540];
    head[..4].copy_from_slice(&540i32.to_be_bytes());
    head[4..12].copy_from_slice(b"ni2\0\r\n\x1a\n");
    head[12..14].copy_from_slice(&4i16.to_be_bytes());
    head[14..16].copy_from_slice(&16i16.to_be_bytes());
    for (i, length) in [3i64, 2, 1, 1].into_iter().enumerate() {
        head[16 + 8 * i..24 + 8 * i].copy_from_slice(&length.to_be_bytes());
    }
    for (i, mm) in [1.0f64, 0.7, 0.8, 5.0].into_iter().enumerate() {
        head[104 + 8 * i..112 + 8 * i].copy_from_slice(&mm.to_be_bytes());
    }
    let voxels: Vec<u8> = [1i16, -300].into_iter().flat_map(i16::to_be_bytes).collect();
    let (volume, odd) = volume(&[("x.hdr", &head), ("x.img", &voxels)], "x.hdr").unwrap();
    assert_eq!((volume.voxels, odd), (vec![1.0, -300.0], vec![]));
    assert_eq!(volume.header.spacing_mm, [0.7, 0.8, 5.0]);
}

#[test]
fn lists_and_patterns_name_one_file_per_slice() {
    let read = |data_file: &str, more: &[(&str, &[u8])]| {
        let text = format!(
            "NDims = 3\nDimSize = 2 1 3\nElementSpacing = 1 1 1\nElementType = MET_UCHAR\n\
             ElementDataFile = {data_file}\n"
        );
        let files = [&[("f/x.mhd", text.as_bytes())], more].concat();
        volume(&files, "f/x.mhd").map(|(volume, _)| volume.voxels)
    };
    let slices: [(&str, &[u8]); 3] =
        [("f/s01.raw", &[1, 2]), ("f/s03.raw", &[3, 4]), ("f/s05.raw", &[5, 6])];
    let expected = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    assert_eq!(read("LIST\ns01.raw\ns03.raw\r\ns05.raw", &slices).unwrap(), expected);
    assert_eq!(read("LIST 2D\ns01.raw\ns03.raw\ns05.raw", &slices).unwrap(), expected);
    assert_eq!(read("s%02d.raw 1 5 2", &slices).unwrap(), expected);
    for bad in [
        "LIST\ns01.raw\ns03.raw",
        "LIST\ns01.raw\ns03.raw\ns05.raw\ns05.raw",
        "LIST\ns01.raw\n../s03.raw\ns05.raw",
        "s%02d.raw 1 5 1",
        "s%02d.raw 5 1 2",
        "s%02d.raw 1 5 0",
        "s%02d.raw 0 4294967295 1",
        "s%s.raw 1 5 2",
    ] {
        assert_eq!(field_of(read(bad, &slices)), "ElementDataFile", "{bad}");
    }
    let short = [slices[0], ("f/s03.raw", &[3]), slices[2]];
    let error = read("s%02d.raw 1 5 2", &short).unwrap_err();
    assert!(matches!(&error, ImagingError::Truncated { path, .. } if path.ends_with("s03.raw")));
    let error = read("s%02d.raw 2 6 2", &slices).unwrap_err();
    assert!(error.to_string().contains("s02.raw"), "{error}");
}

#[test]
fn several_volumes_are_described_without_a_choice() {
    let mut file = Nifti::new();
    for (i, length) in [4i16, 3, 2, 1, 2].into_iter().enumerate() {
        file.put(40 + 2 * i, &length.to_le_bytes());
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.nii");
    fs_err::write(&path, file.bytes()).unwrap();
    let report = inspect(&path).unwrap();
    assert_eq!((report.frames, report.header.shape), (2, [3, 2, 1]));
    assert_eq!((report.format.as_str(), report.compressed), ("NIfTI-1", false));
    assert!(matches!(read_header(&path).unwrap_err(), ImagingError::Frame { .. }));
}

#[test]
fn a_frame_of_a_large_plain_file_is_found_by_its_place() {
    // 3 frames of 2 x 1 x 1, the last one read; then a file that lacks its last byte.
    let mut file = Nifti::new();
    for (i, length) in [4i16, 2, 1, 1, 3].into_iter().enumerate() {
        file.put(40 + 2 * i, &length.to_le_bytes());
    }
    file.voxels.truncate(12);
    let whole = file.bytes();
    let read = |bytes: &[u8]| {
        let files = MemoryFiles([("x.nii".into(), bytes.to_vec())].into());
        let options = ReadOptions { frame: Some(2), ..ReadOptions::default() };
        ImageReader::new(&files).volume(Path::new("x.nii"), &options)
    };
    let (volume, odd) = read(&whole).unwrap();
    assert_eq!((volume.voxels, odd), (vec![4.0, 5.0], vec![]));
    assert!(matches!(
        read(&whole[..whole.len() - 1]).unwrap_err(),
        ImagingError::Truncated { expected: 364, found: 363, .. }
    ));
}
