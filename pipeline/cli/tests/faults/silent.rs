//! Bits that flip on the disk itself: no time and no size tells of it.

use crate::mount::{Mount, run, skip, text};
use crate::space::{Space, undisturbed};

/// Flips one bit wherever these bytes are in the image; returns how often they were.
fn flip(image: &std::path::Path, pattern: &[u8]) -> usize {
    let mut bytes = fs_err::read(image).unwrap();
    let found: Vec<usize> = bytes
        .windows(pattern.len())
        .enumerate()
        .filter_map(|(at, window)| (window == pattern).then_some(at))
        .collect();
    for at in &found {
        bytes[at + pattern.len() / 2] ^= 4;
    }
    fs_err::write(image, bytes).unwrap();
    found.len()
}

#[test]
fn a_bit_that_flips_on_the_disk_is_found_by_verify() {
    const WHAT: &str = "a bit that flips on the disk";
    let undisturbed = undisturbed();
    let space = Space::new();
    let (image, folder) = (space.path("disk.img"), space.path(".orchestrate"));
    fs_err::File::create(&image).unwrap().set_len(8 * 1024 * 1024).unwrap();
    if !run("mkfs.ext4", &["-q", "-O", "^has_journal", &text(&image)]) {
        return skip(WHAT);
    }
    let Some(disk) = Mount::image(&image, &folder) else { return skip(WHAT) };
    assert_eq!(space.run().status, Some(0));
    let clean = space.say(&["verify"]);
    assert_eq!(clean.status, Some(0), "{clean:?}");
    let logs = space.store().logs();
    let object = space
        .store()
        .objects()
        .into_iter()
        .find(|object| !object.is_tree() && !logs.contains(&object.digest))
        .unwrap();
    let content = fs_err::read(&object.path).unwrap();
    drop(disk);
    assert!(flip(&image, &content[..64]) > 0, "the object is not in the image");

    let disk = Mount::image(&image, &folder).unwrap();
    assert_ne!(object.found().as_ref(), Some(&object.digest), "the bit did not flip");
    let dry = space.say(&["verify", "--dry-run"]);
    assert_ne!(dry.status, Some(0), "{dry:?}");
    assert!(object.path.exists(), "a dry run removes nothing: {dry:?}");
    let found = space.say(&["verify"]);
    assert_ne!(found.status, Some(0), "{found:?}");
    let short = &object.digest[..12];
    assert!(found.out.contains(short) || found.err.contains(short), "{found:?}");
    assert!(!object.path.exists(), "{found:?}");
    let said = space.recovers(&undisturbed.tables, "after verify");
    assert!(said.counts().0 > 0, "{said:?}");
    space.is_whole().unwrap();
    let clean = space.say(&["verify"]);
    assert_eq!(clean.status, Some(0), "{clean:?}");
    drop(disk);
}
