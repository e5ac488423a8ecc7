//! What the work finds, for the comparison with the peers.

use std::error::Error;
use std::path::Path;

use serde_json::json;
use stages_imaging::read_volume;
use stages_tables::SlicesReader;

use crate::stages::Workbench;
use crate::{read, score};

/// One line of JSON.
///
/// # Errors
/// What the work reports.
pub(crate) fn found(folder: &Path) -> Result<String, Box<dyn Error>> {
    let sum = |which: &str| -> Result<f64, Box<dyn Error>> {
        let volume = read_volume(&read::path(folder, which)?)?;
        Ok(volume.voxels.iter().map(|value| f64::from(*value)).sum())
    };
    let metrics = |which: &str| -> Result<_, Box<dyn Error>> {
        Ok(json!({ "orchestrate": score::Pair::read(folder, which)?.score()? }))
    };
    let bench = Workbench::new(folder, "nearest")?;
    bench.extract(1)?;
    let slices = SlicesReader::open(&bench.slices())?;
    let mut grey = 0.0;
    let mut labels = [0u64; 4];
    let first = slices.slices().first().map(|slice| slice.case_id.clone());
    for (row, slice) in slices.slices().iter().enumerate() {
        if Some(&slice.case_id) == first.as_ref() {
            grey += slices.image(row).iter().map(|pixel| f64::from(*pixel)).sum::<f64>();
            for label in slices.label(row) {
                labels[usize::from(*label)] += 1;
            }
        }
    }
    let found = json!({
        "sums": { "cardiac": sum("cardiac")?, "abdomen": sum("abdomen")? },
        "metrics": { "cardiac": metrics("cardiac")?, "abdomen": metrics("abdomen")? },
        "grey": grey,
        "labels": labels[1..],
    });
    Ok(found.to_string())
}
