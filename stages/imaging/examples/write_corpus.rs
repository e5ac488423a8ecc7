//! Writes the files of the tests' corpus into a folder: `write_corpus FOLDER`. They are what other
//! readers are compared on, and the seeds that the fuzz targets start from.

#[path = "../tests/corpus/metaimage.rs"]
mod metaimage;
#[path = "../tests/corpus/nifti.rs"]
mod nifti;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: write_corpus FOLDER")?;
    let folder = Path::new(&folder);
    fs_err::create_dir_all(folder)?;
    for (name, bytes) in nifti::cases().into_iter().chain(metaimage::cases()).flatten() {
        // One case points outside its folder; the file it points to is not written.
        if !name.starts_with("..") {
            fs_err::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}
