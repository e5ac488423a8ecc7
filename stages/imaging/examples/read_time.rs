//! Times the readers: `read_time ROUNDS FILE...` prints, for every file, the CPU time of reading
//! it as an image and of inflating it alone, in milliseconds: the median and the least of the
//! rounds, which take turns.
#![expect(clippy::print_stdout, reason = "a program that reports to its user")]

use std::error::Error;
use std::io::Read;
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use rustix::time::{ClockId, clock_gettime};
use stages_imaging::{read_label_map, read_volume};

/// CPU time of this process so far, user and system, in milliseconds.
fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Inflates every member into one buffer that is large enough, as a program would that does
/// nothing else.
fn inflate(path: &Path, length: usize) -> Result<usize, Box<dyn Error>> {
    let bytes = fs_err::read(path)?;
    let mut out = Vec::with_capacity(length + 1);
    MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut out)?;
    Ok(out.len())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let rounds: usize = arguments.next().ok_or("usage: read_time ROUNDS FILE...")?.parse()?;
    for file in arguments {
        let path = Path::new(&file);
        let header = stages_imaging::read_header(path)?;
        let length = header.voxel_count() * header.voxel_type.bytes() + 352;
        let label = file.contains("_gt");
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..rounds {
            let start = cpu_ms();
            let count = if label {
                read_label_map(path)?.labels.len()
            } else {
                read_volume(path)?.voxels.len()
            };
            let middle = cpu_ms();
            let inflated = inflate(path, length)?;
            times[0].push(middle - start);
            times[1].push(cpu_ms() - middle);
            assert!(count == header.voxel_count() && inflated >= length, "short read of {file}");
        }
        let [read, alone] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            (times[times.len() / 2], times[0])
        });
        println!(
            "{file}: read {:.2} ms (least {:.2}), inflate alone {:.2} ms (least {:.2})",
            read.0, read.1, alone.0, alone.1
        );
    }
    Ok(())
}
