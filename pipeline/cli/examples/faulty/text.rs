//! The artifact that most stages read and write: three files that follow from a digest.

use std::path::Path;
use std::time::{Duration, Instant};

use pipeline_engine::{ActionContext, StageError};
use pipeline_store::Digest;

/// How long a stage sleeps before it asks again whether it should stop.
const NAP: Duration = Duration::from_millis(1);

/// The digest of everything in an artifact.
pub(crate) fn digest(folder: &Path) -> Result<Digest, StageError> {
    let mut all = String::new();
    for name in ["first.txt", "deep/second.txt", "deep/copy.txt"] {
        let digest = Digest::of_file(&folder.join(name)).map_err(StageError::new)?;
        all = format!("{all}{name} {digest}\n");
    }
    Ok(Digest::of_bytes(all.as_bytes()))
}

/// Writes the artifact that follows from a digest: `kib` KiB in all, two files of the same content
/// among them. Sleeps for `pause` when half of it is there.
pub(crate) fn write(
    folder: &Path,
    from: Digest,
    kib: u32,
    pause: Duration,
    context: &ActionContext<'_>,
) -> Result<(), StageError> {
    let first = lines(&format!("{from} first"), kib / 2);
    let (half, rest) = first.split_at(first.len() / 2);
    let path = folder.join("first.txt");
    fs_err::write(&path, half).map_err(StageError::new)?;
    sleep(pause, context)?;
    fs_err::write(&path, [half, rest].concat()).map_err(StageError::new)?;
    let second = lines(&format!("{from} second"), kib / 4);
    fs_err::create_dir_all(folder.join("deep")).map_err(StageError::new)?;
    fs_err::write(folder.join("deep/second.txt"), &second).map_err(StageError::new)?;
    fs_err::write(folder.join("deep/copy.txt"), &second).map_err(StageError::new)
}

/// Sleeps, unless the run is stopped.
pub(crate) fn sleep(pause: Duration, context: &ActionContext<'_>) -> Result<(), StageError> {
    let begin = Instant::now();
    while begin.elapsed() < pause {
        context.check_cancelled()?;
        std::thread::sleep(NAP.min(pause));
    }
    Ok(())
}

/// Lines that follow from a text and occur nowhere else; at least one.
fn lines(from: &str, kib: u32) -> String {
    let count = (kib * 1024 / 65).max(1);
    let line = |i| format!("{}\n", Digest::of_bytes(format!("{from} {i}").as_bytes()));
    (0..count).map(line).collect()
}
