//! Unpacking archives that come from elsewhere, without trusting what they say.

mod entry_path;
mod limits;
mod tar;
mod target;
mod zip;

use std::io::BufReader;
use std::path::Path;

use pipeline_engine::ActionContext;

pub(crate) use limits::Limits;

use crate::Unpack;
use crate::error::FetchError;
use target::Target;

/// Unpacks an archive into a folder.
///
/// Paths that leave the folder, links, devices, two files of one name, and more bytes or files than
/// the limits allow are errors.
pub(crate) fn unpack(
    format: Unpack,
    archive: &Path,
    folder: &Path,
    limits: &Limits,
    name: &str,
    context: &ActionContext<'_>,
) -> Result<(), FetchError> {
    let mut target = Target::new(folder, limits, name, context);
    let reader = BufReader::with_capacity(1 << 18, fs_err::File::open(archive)?);
    match format {
        Unpack::None => {}
        Unpack::Tar => tar::unpack(reader, &mut target)?,
        Unpack::TarGz => tar::unpack(flate2::bufread::MultiGzDecoder::new(reader), &mut target)?,
        Unpack::Zip => zip::unpack(reader, &mut target)?,
    }
    target.finish()
}
