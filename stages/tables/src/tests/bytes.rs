//! The same rows give the same bytes, and the schemas are what other programs may rely on.

use std::fmt::Write;
use std::path::Path;

use tempfile::tempdir;

use super::rows;
use crate::ipc::Table;

type WriteTable = fn(&Path);

/// Every table of the crate, by file name.
const TABLES: [(&str, WriteTable); 7] = [
    ("cases.arrow", |dir| rows::cases().write(dir).unwrap()),
    ("clinical.arrow", |dir| rows::clinical().write(dir).unwrap()),
    ("metrics.arrow", |dir| rows::metrics().write(dir).unwrap()),
    ("partition.arrow", |dir| rows::partition().write(dir).unwrap()),
    ("predictions.arrow", rows::write_predictions),
    ("slices.arrow", rows::write_slices),
    ("training_log.arrow", |dir| rows::log().write(dir).unwrap()),
];

#[test]
fn the_same_rows_give_the_same_bytes() {
    for (file, write) in TABLES {
        let [first, second] = [tempdir().unwrap(), tempdir().unwrap()];
        write(first.path());
        write(second.path());
        let bytes = |dir: &Path| fs_err::read(dir.join(file)).unwrap();
        assert!(!bytes(first.path()).is_empty());
        assert_eq!(bytes(first.path()), bytes(second.path()), "{file}");
    }
}

/// A changed number here means that every stored result with such a table gets another digest:
/// bump the versions of the stages that write it and say so in the changelog.
#[test]
fn the_bytes_of_known_rows_are_pinned() {
    let mut pinned = String::new();
    for (file, write) in TABLES {
        let dir = tempdir().unwrap();
        write(dir.path());
        let bytes = fs_err::read(dir.path().join(file)).unwrap();
        writeln!(pinned, "{file}: {} bytes, {:016x}", bytes.len(), fnv1a(&bytes)).unwrap();
    }
    insta::assert_snapshot!(pinned);
}

#[test]
fn the_schemas_are_pinned() {
    let mut text = String::new();
    for (file, write) in TABLES {
        let dir = tempdir().unwrap();
        write(dir.path());
        let schema = Table::open(&dir.path().join(file)).unwrap().schema;
        writeln!(text, "{file}").unwrap();
        for field in schema.fields() {
            let null = if field.is_nullable() { ", may be null" } else { "" };
            writeln!(text, "  {}: {}{null}", field.name(), field.data_type()).unwrap();
        }
        for (key, value) in schema.metadata() {
            writeln!(text, "  metadata {key}: {value}").unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_column_of_the_cases_table_is_documented() {
    const PAGE: &str = include_str!("../../../../docs/data-manifests.md");
    let (_, page) = PAGE.split_once("## The cases table").unwrap();
    let dir = tempdir().unwrap();
    rows::cases().write(dir.path()).unwrap();
    let schema = Table::open(&dir.path().join("cases.arrow")).unwrap().schema;
    for field in schema.fields() {
        assert!(page.contains(&format!("`{}`", field.name())), "{}", field.name());
    }
}

/// The 64-bit FNV-1a hash: enough to notice a change, no dependency.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
