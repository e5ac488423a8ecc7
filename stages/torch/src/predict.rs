//! Segmenting scans with trained networks.

use pipeline_engine::{ActionContext, StageError};
use stages_tables::{PartitionTable, PredictionMeta, PredictionsWriter, SlicesReader, Window};
use stages_train::{Checkpoint, MemoryLayout, PredictParams};
use tch::{Device, Kind, Tensor};

use crate::checkpoint::{ModelCard, Snapshot};
use crate::data::{ScanRows, check_crop, check_dataset};
use crate::error::InputError;
use crate::network::{Network, Numerics};
use crate::segment::{central_crop, segment};

/// Writes the label maps of all scans of the chosen roles: scans by name, each with its
/// checkpoints in the order asked for, each with its slices from first to last.
///
/// # Errors
/// A mistake in the inputs, or a cancelled run.
pub fn predict(
    params: &PredictParams,
    context: &ActionContext<'_>,
    device: Device,
) -> Result<(), StageError> {
    let slices = SlicesReader::open(context.input("slices")?).map_err(StageError::new)?;
    let partition = PartitionTable::read(context.input("partition")?).map_err(StageError::new)?;
    let card = ModelCard::read(context.input("checkpoint")?)?;
    let info = slices.info();
    check_dataset(&info.dataset, &partition.dataset, "partition")?;
    check_dataset(&info.dataset, &card.dataset, "checkpoint")?;
    check_crop(card.crop, info.height, info.width)?;
    let networks = load(params, context, &card, device)?;
    let rows = rows_to_predict(params, &slices, &partition)?;

    let canvas = [i64::from(info.height), i64::from(info.width)];
    let crop = i64::from(card.crop);
    let [top, left] = central_crop(canvas, crop);
    let window = Window {
        dataset: info.dataset.clone(),
        height: card.crop,
        width: card.crop,
        top: top as u32,
        left: left as u32,
    };
    let mut writer = PredictionsWriter::create(context.output("predictions")?, &window)
        .map_err(StageError::new)?;
    let mut done = 0;
    let metas = slices.slices();
    for scan in rows.chunk_by(|a, b| metas[*a].case_id == metas[*b].case_id) {
        context.check_cancelled()?;
        let planes: Vec<Tensor> = scan
            .iter()
            .map(|row| {
                let plane = Tensor::from_slice(slices.image(*row)).reshape(canvas);
                plane.narrow(0, top, crop).narrow(1, left, crop)
            })
            .collect();
        let planes = Tensor::stack(&planes, 0).to_device(device);
        for (checkpoint, network) in &networks {
            let rows: Vec<PredictionMeta> = scan
                .iter()
                .map(|row| PredictionMeta {
                    case_id: metas[*row].case_id.clone(),
                    slice: metas[*row].slice,
                    checkpoint: checkpoint.as_str().to_owned(),
                })
                .collect();
            let labels = segment_scan(network, &planes, i64::from(params.batch));
            writer.write(&rows, labels).map_err(StageError::new)?;
        }
        done += scan.len();
        context.progress(done as u64, rows.len() as u64, format!("{done}/{} slices", rows.len()));
    }
    writer.finish().map_err(StageError::new)
}

fn load(
    params: &PredictParams,
    context: &ActionContext<'_>,
    card: &ModelCard,
    device: Device,
) -> Result<Vec<(Checkpoint, Network)>, StageError> {
    let dir = context.input("checkpoint")?;
    let numerics = Numerics { precision: card.precision, memory: MemoryLayout::ChannelsLast };
    let layout = card.design().layout();
    params
        .checkpoints
        .iter()
        .map(|checkpoint| {
            let snapshot = Snapshot::read(dir, *checkpoint, &layout)?;
            Ok((*checkpoint, snapshot.network(card.design(), numerics, device)))
        })
        .collect()
}

fn rows_to_predict(
    params: &PredictParams,
    slices: &SlicesReader,
    partition: &PartitionTable,
) -> Result<Vec<usize>, InputError> {
    let wanted = |word: &str| params.roles.iter().any(|role| role.as_str() == word);
    let rows = ScanRows::of(slices).rows(partition, |row| wanted(row.role.as_str()))?;
    if rows.is_empty() {
        let roles: Vec<String> =
            params.roles.iter().map(|role| format!("`{}`", role.as_str())).collect();
        return Err(InputError::NoScans { roles: roles.join(" or ") });
    }
    Ok(rows)
}

/// Class ids of all slices of a scan, one byte a pixel.
fn segment_scan(network: &Network, planes: &Tensor, batch: i64) -> Vec<u8> {
    let mut labels = Vec::with_capacity(planes.numel());
    for planes in planes.split(batch, 0) {
        let classes = segment(network, &planes).to_kind(Kind::Uint8).to_device(Device::Cpu);
        let bytes = Vec::<u8>::try_from(classes.flatten(0, -1)).expect("a flat tensor of bytes");
        labels.extend(bytes);
    }
    labels
}
