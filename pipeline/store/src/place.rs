//! Making artifacts appear in folders without copying them.

use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};

use fs_err::File;
use rustix::fs::ioctl_ficlone;

/// How files get to their places.
///
/// Where the file system shares blocks between files (reflinks), a placed file is a file of its
/// own that costs no space. Elsewhere it is a symbolic link to the object: a hard link would
/// change the object's change time, which tells whether somebody has touched it, and would let a
/// program that writes to its input change the store unnoticed.
#[derive(Debug, Default)]
pub(crate) struct Placer {
    reflinks: AtomicU8,
}

const UNKNOWN: u8 = 0;
const YES: u8 = 1;
const NO: u8 = 2;

impl Placer {
    /// Makes the object's content appear at `target`, which does not exist.
    pub(crate) fn place(&self, object: &Path, target: &Path) -> std::io::Result<()> {
        if self.reflinks.load(Ordering::Relaxed) != NO {
            if reflink(object, target).is_ok() {
                self.reflinks.store(YES, Ordering::Relaxed);
                return Ok(());
            }
            let _ = fs_err::remove_file(target);
            // One refusal is enough, unless it has worked before.
            let order = Ordering::Relaxed;
            let _ = self.reflinks.compare_exchange(UNKNOWN, NO, order, order);
        }
        fs_err::os::unix::fs::symlink(object, target)
    }
}

fn reflink(from: &Path, to: &Path) -> std::io::Result<()> {
    let source = File::open(from)?;
    let target = File::create_new(to)?;
    ioctl_ficlone(&target, &source)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::FileSignature;

    #[test]
    fn the_content_appears_and_the_object_is_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        let object = dir.path().join("object");
        fs_err::write(&object, b"content").unwrap();
        let before = FileSignature::of(&object).unwrap();
        let placer = Placer::default();
        for name in ["one", "two"] {
            let target = dir.path().join(name);
            placer.place(&object, &target).unwrap();
            assert_eq!(fs_err::read(&target).unwrap(), b"content");
            fs_err::remove_file(&target).unwrap();
        }
        assert_eq!(FileSignature::of(&object).unwrap(), before);
    }
}
