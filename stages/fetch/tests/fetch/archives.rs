//! Archives, good and evil.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use pipeline_engine::StageError;
use serde_json::{Value, json};
use tar::{EntryType, Header};
use zip::write::SimpleFileOptions;

use crate::support::{Bench, blake3};

/// A tar archive of entries: path, kind, content or target of a link.
///
/// Paths are written into the header as they are, since the library refuses to write evil ones.
fn tarred(entries: &[(&str, EntryType, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, kind, content) in entries {
        let mut header = Header::new_ustar();
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        let is_link = matches!(kind, EntryType::Symlink | EntryType::Link);
        if is_link {
            header.set_link_name(content).unwrap();
        }
        let content = if is_link { "" } else { content };
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, content.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zipped(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in entries {
        let options = SimpleFileOptions::default();
        if path.ends_with('/') {
            writer.add_directory(*path, options).unwrap();
        } else {
            writer.start_file(*path, options).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

const FILE: EntryType = EntryType::Regular;

/// Unpacks an archive with more parameters of its file.
fn unpacked(format: &str, archive: &[u8], more: &Value) -> Result<Vec<(String, String)>, String> {
    let bench = Bench::new();
    bench.write("experiment/archive", archive);
    let mut file = json!({ "url": "archive", "digest": blake3(archive), "unpack": format });
    file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let text = |error: StageError| format!("{} {:?}", error.message, error.details);
    let files = bench.run(&json!({ "files": [file] })).map_err(text);
    let outside = crate::support::files(&bench.path("."));
    let expected = ["output/", "./output/", "experiment/archive", "./experiment/archive"];
    for name in outside.keys() {
        assert!(expected.iter().any(|start| name.starts_with(start)), "{name} was written");
    }
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ok(files?.into_iter().map(|(name, bytes)| (name, text(bytes))).collect())
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn unpacks_every_format_alike() {
    let tar = tarred(&[
        ("d/", EntryType::Directory, ""),
        ("d/a.txt", FILE, "a"),
        ("./d/e/b.txt", FILE, "b"),
    ]);
    let zip = zipped(&[("d/", ""), ("d/a.txt", "a"), ("./d/e/b.txt", "b")]);
    for (format, archive) in [("tar", &tar), ("tar.gz", &gzipped(&tar)), ("zip", &zip)] {
        let plain = unpacked(format, archive, &json!({})).unwrap();
        assert_eq!(plain, pairs(&[("d/a.txt", "a"), ("d/e/b.txt", "b")]), "{format}");
        let moved = unpacked(format, archive, &json!({ "path": "x/y", "strip": 1 })).unwrap();
        assert_eq!(moved, pairs(&[("x/y/a.txt", "a"), ("x/y/e/b.txt", "b")]), "{format}");
        let error = unpacked(format, archive, &json!({ "strip": 3 })).unwrap_err();
        assert!(error.contains("without the first 3 folders"), "{error}");
    }
}

#[test]
fn long_names_and_several_gzip_members_are_read() {
    let long = format!("{}/{}.txt", "d".repeat(90), "f".repeat(120));
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_size(1);
    builder.append_data(&mut header, &long, &b"x"[..]).unwrap();
    let tar = builder.into_inner().unwrap();
    let (head, tail) = tar.split_at(700);
    let archive = [gzipped(head), gzipped(tail)].concat();
    let files = unpacked("tar.gz", &archive, &json!({})).unwrap();
    assert_eq!(files, pairs(&[(long.as_str(), "x")]));
}

#[test]
fn nothing_is_written_outside_the_output() {
    for path in ["../evil", "a/../../evil", "/tmp/orchestrate-evil-test"] {
        let error = unpacked("tar", &tarred(&[(path, FILE, "evil")]), &json!({})).unwrap_err();
        assert!(error.contains("climbs out") || error.contains("absolute"), "{error}");
        // Leaving out folders must not make an evil path good.
        unpacked("tar", &tarred(&[(path, FILE, "evil")]), &json!({ "strip": 1 })).unwrap_err();
        let error = unpacked("zip", &zipped(&[(path, "evil")]), &json!({})).unwrap_err();
        assert!(error.contains("climbs out") || error.contains("absolute"), "{error}");
    }
    assert!(!std::path::Path::new("/tmp/orchestrate-evil-test").exists());
}

#[test]
fn links_and_devices_are_refused() {
    for (kind, word) in [
        (EntryType::Symlink, "symbolic link"),
        (EntryType::Link, "hard link"),
        (EntryType::Fifo, "pipe"),
        (EntryType::Char, "device"),
    ] {
        let archive = tarred(&[("a", FILE, "a"), ("link", kind, "a")]);
        let error = unpacked("tar", &archive, &json!({})).unwrap_err();
        assert!(error.contains("`link`") && error.contains(word), "{error}");
    }
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("link", "../../evil", SimpleFileOptions::default()).unwrap();
    let archive = writer.finish().unwrap().into_inner();
    let error = unpacked("zip", &archive, &json!({})).unwrap_err();
    assert!(error.contains("symbolic link"), "{error}");
}

#[test]
fn two_files_of_one_name_are_refused() {
    let archive = tarred(&[("a", FILE, "1"), ("./a", FILE, "2")]);
    let error = unpacked("tar", &archive, &json!({})).unwrap_err();
    assert!(error.contains("`a` would be written twice"), "{error}");
}

#[test]
fn a_bomb_is_stopped_and_a_person_can_allow_it() {
    // 80 MiB of zeros are about 80 KiB: a thousandth.
    let zeros = "\0".repeat(80 << 20);
    let archive = gzipped(&tarred(&[("zeros", FILE, &zeros)]));
    let unpacked = |more| unpacked("tar.gz", &archive, &more).map(|files| files.len());
    let error = unpacked(json!({})).unwrap_err();
    assert!(error.contains("unpacked_mib"), "{error}");
    assert_eq!(unpacked(json!({ "unpacked_mib": 81 })), Ok(1));
    assert!(unpacked(json!({ "unpacked_mib": 79 })).is_err());
}

#[test]
fn damaged_and_empty_archives_are_errors() {
    let good = gzipped(&tarred(&[("a", FILE, &"text ".repeat(1000))]));
    for (format, archive) in [
        ("tar.gz", &good[..good.len() / 2]),
        ("tar.gz", b"no gzip at all"),
        ("tar", &b"no tar at all".repeat(100)[..]),
        ("zip", b"no zip at all"),
    ] {
        let error = unpacked(format, archive, &json!({})).unwrap_err();
        assert!(error.contains("cannot unpack it"), "{error}");
    }
    let error = unpacked("tar", &tarred(&[]), &json!({})).unwrap_err();
    assert!(error.contains("holds no file"), "{error}");
}
