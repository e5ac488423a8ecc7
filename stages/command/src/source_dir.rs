//! A folder in which exactly the declared files appear.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pipeline_engine::StageError;

/// Files up to this size are copied, larger ones linked.
///
/// A program that is linked finds its own folder by following the link, and there whatever lies
/// beside it, declared or not; code is small, so it is copied. Data may be large and does not look
/// around.
const COPIED: u64 = 256 * 1024;

/// Makes the folder. Each file is at the path that is its name.
pub(crate) fn make(folder: &Path, sources: &BTreeMap<String, PathBuf>) -> Result<(), StageError> {
    fs_err::create_dir_all(folder).map_err(StageError::new)?;
    let mut made = BTreeSet::new();
    for (name, path) in sources {
        let to = folder.join(name);
        if let Some(parent) = to.parent()
            && made.insert(parent.to_owned())
        {
            fs_err::create_dir_all(parent).map_err(StageError::new)?;
        }
        let size = fs_err::metadata(path).map_err(StageError::new)?.len();
        if size <= COPIED {
            fs_err::copy(path, &to).map_err(StageError::new)?;
        } else {
            fs_err::os::unix::fs::symlink(path, &to).map_err(StageError::new)?;
        }
    }
    Ok(())
}
