//! Small text files of a dataset: read whole, but never more than a text file would hold.

use std::io::{self, Read};
use std::path::Path;

/// The largest text file that is read, in bytes; the lists of the largest datasets have a few MiB.
const MOST_BYTES: u64 = 64 << 20;

/// Reads a text file as UTF-8, without a byte order mark.
///
/// # Errors
/// What the file system says, or [`io::ErrorKind::InvalidData`] for a file that is too long or no
/// text; both name the file.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    let wrong = |what: String| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}", path.display()))
    };
    let file = fs_err::File::open(path)?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(wrong(format!("larger than the {} MiB that are read", MOST_BYTES >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        wrong(format!("not UTF-8 text, from byte {at} on; convert it, or correct the path"))
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
