//! A file that is not what was written is an error, never a panic.

use std::os::unix::fs::FileExt;
use std::path::Path;

use tempfile::{TempDir, tempdir};

use super::rows;
use crate::{
    CasesTable, MetricsTable, PredictionsReader, PredictionsWriter, SlicesReader, SlicesWriter,
    TableError,
};

type ReadTable = fn(&Path) -> Result<(), TableError>;

/// The bytes of every kind of column there is: text, null, list, number, truth and plane.
fn tables() -> [(TempDir, &'static str, ReadTable); 4] {
    let [cases, metrics, slices, predictions] = std::array::from_fn(|_| tempdir().unwrap());
    rows::cases().write(cases.path()).unwrap();
    rows::metrics().write(metrics.path()).unwrap();
    rows::write_slices(slices.path());
    rows::write_predictions(predictions.path());
    [
        (cases, CasesTable::FILE, |dir| CasesTable::read(dir).map(drop)),
        (metrics, MetricsTable::FILE, |dir| MetricsTable::read(dir).map(drop)),
        (slices, SlicesWriter::FILE, |dir| {
            let reader = SlicesReader::open(dir)?;
            let rows = 0..reader.slices().len();
            let bytes: usize =
                rows.map(|row| reader.image(row).len() + reader.label(row).len()).sum();
            assert_eq!(bytes % 12, 0);
            Ok(())
        }),
        (predictions, PredictionsWriter::FILE, |dir| {
            let reader = PredictionsReader::open(dir)?;
            let rows = 0..reader.slices().len();
            assert_eq!(rows.map(|row| reader.label(row).len()).sum::<usize>() % 2, 0);
            Ok(())
        }),
    ]
}

#[test]
fn a_missing_file_is_named() {
    let dir = tempdir().unwrap();
    let error = CasesTable::read(dir.path()).unwrap_err();
    assert!(matches!(&error, TableError::Io { path, .. } if path.ends_with("cases.arrow")));
}

#[test]
fn a_file_cut_anywhere_is_an_error() {
    for (dir, file, read) in tables() {
        read(dir.path()).unwrap();
        let path = dir.path().join(file);
        let length = usize::try_from(fs_err::metadata(&path).unwrap().len()).unwrap();
        let file_on_disk = fs_err::OpenOptions::new().write(true).open(&path).unwrap();
        for length in (0..length).rev().step_by(13).chain([0]) {
            file_on_disk.set_len(length as u64).unwrap();
            let error = read(dir.path()).expect_err(&format!("{file} cut to {length} bytes"));
            assert!(error.to_string().contains(file), "{error}");
        }
    }
}

#[test]
fn a_changed_byte_anywhere_never_panics() {
    for (dir, file, read) in tables() {
        let path = dir.path().join(file);
        let whole = fs_err::read(&path).unwrap();
        // Written in place: replacing a file makes some file systems wait for the disk.
        let file_on_disk = fs_err::OpenOptions::new().write(true).open(&path).unwrap();
        let set = |position: usize, byte: u8| {
            file_on_disk.file().write_all_at(&[byte], position as u64).unwrap();
        };
        let mut refused = 0;
        for (turn, position) in (0..whole.len()).step_by(2).enumerate() {
            set(position, whole[position] ^ [0x01, 0x80, 0xff][turn % 3]);
            refused += usize::from(read(dir.path()).is_err());
            set(position, whole[position]);
        }
        // Data bytes may change into other valid data; the structure may not.
        assert!(refused > 0, "{file}");
    }
}

#[test]
fn foreign_bytes_are_refused() {
    let dir = tempdir().unwrap();
    let path = dir.path().join(CasesTable::FILE);
    for content in [&b""[..], b"ARROW1", b"ARROW1\0\0ARROW1", &[0; 4096], &[0xff; 4096]] {
        fs_err::write(&path, content).unwrap();
        let error = CasesTable::read(dir.path()).unwrap_err();
        assert!(error.to_string().contains("cases.arrow"), "{error}");
    }
}
