//! The files of a trained network: weights as safetensors, the rest as JSON.

use std::path::Path;

use pipeline_engine::{ActionContext, StageError};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::{Deserialize, Serialize};
use stages_tables::DatasetInfo;
use stages_train::{Checkpoint, Evaluated, NetworkParams, Precision, TrainParams};
use tch::Device;

use crate::error::InputError;
use crate::network::{Design, Layout, Network, Numerics, Slot};
use crate::train::Selected;

/// What both checkpoints of a training share, and how they scored: `model.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelCard {
    /// Version of this file; 2.
    pub format: u32,
    /// The network that the checkpoints hold.
    pub network: NetworkParams,
    /// Whether it is the trained network or the running mean of its weights.
    pub evaluated: Evaluated,
    /// Side of the square the network was trained on, in pixels.
    pub crop: u32,
    /// Number format of its activations.
    pub precision: Precision,
    /// The dataset and its classes, one output each.
    pub dataset: DatasetInfo,
    /// The checkpoint with the highest validation Dice.
    pub best: CheckpointCard,
    /// The checkpoint after the last epoch.
    pub last: CheckpointCard,
}

/// When a checkpoint was taken and how it scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointCard {
    /// Epoch, from 0.
    pub epoch: u32,
    /// Mean validation Dice over the foreground classes; absent without validation scans.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dice: Option<f64>,
}

impl ModelCard {
    /// The file's name in its artifact.
    pub const FILE: &'static str = "model.json";
    /// The version of the file that this program writes and reads.
    pub const FORMAT: u32 = 2;

    /// Writes `model.json` into a folder.
    pub fn write(&self, dir: &Path) -> Result<(), StageError> {
        let text = serde_json::to_string_pretty(self).map_err(StageError::new)? + "\n";
        fs_err::write(dir.join(Self::FILE), text).map_err(StageError::new)
    }

    /// Reads `model.json` from a folder.
    ///
    /// # Errors
    /// [`InputError::Checkpoint`] if it is not of this version and architecture.
    pub fn read(dir: &Path) -> Result<Self, StageError> {
        let path = dir.join(Self::FILE);
        let text = fs_err::read_to_string(&path).map_err(StageError::new)?;
        let wrong = |message: String| InputError::Checkpoint { path: path.clone(), message };
        let format = serde_json::from_str::<serde_json::Value>(&text)
            .map_err(|error| wrong(error.to_string()))?["format"]
            .as_u64();
        if format != Some(u64::from(Self::FORMAT)) {
            let found = format.map_or_else(|| "no format".to_owned(), |n| format!("format {n}"));
            let message = format!("{found}, expected format {}", Self::FORMAT);
            return Err(wrong(message).into());
        }
        Ok(serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?)
    }

    /// What the network is made of.
    pub fn design(&self) -> Design {
        Design::plain(&self.network, self.dataset.classes.len())
    }
}

/// All values of a network at one moment of its training.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Trained values, in layout order.
    pub parameters: Vec<f32>,
    /// Batch-norm statistics, in layout order.
    pub statistics: Vec<f32>,
    /// Training steps taken.
    pub steps: u64,
}

impl Snapshot {
    /// Copies what is evaluated of a network.
    pub fn of(network: &Network, steps: u64) -> Self {
        let layout = network.design().evaluated().layout();
        let values = |flat: &tch::Tensor, count: i64| {
            let flat = flat.detach().narrow(0, 0, count).to_device(Device::Cpu);
            Vec::try_from(flat).expect("the buffers are flat f32")
        };
        Self {
            parameters: values(network.parameters(), layout.parameter_count()),
            statistics: values(network.statistics(), layout.statistic_count()),
            steps,
        }
    }

    /// Writes `<name>.safetensors`; the names are those of a PyTorch `state_dict`, including its
    /// step counters, and the same values always give the same bytes.
    pub fn write(&self, dir: &Path, name: Checkpoint, layout: &Layout) -> Result<(), StageError> {
        let mut tensors = Vec::new();
        for (slots, values) in
            [(&layout.parameters, &self.parameters), (&layout.statistics, &self.statistics)]
        {
            let mut rest = values.as_slice();
            for slot in slots {
                let (values, after) = rest.split_at(slot.len() as usize);
                rest = after;
                let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                tensors.push((slot.name.clone(), Dtype::F32, shape(slot), bytes));
            }
        }
        for counter in step_counters(layout) {
            tensors.push((counter, Dtype::I64, Vec::new(), self.steps.to_le_bytes().to_vec()));
        }
        let views = tensors
            .iter()
            .map(|(name, dtype, shape, bytes)| {
                TensorView::new(*dtype, shape.clone(), bytes).map(|view| (name, view))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(StageError::new)?;
        let bytes = serialize(views, None).map_err(StageError::new)?;
        fs_err::write(file(dir, name), bytes).map_err(StageError::new)
    }

    /// Reads `<name>.safetensors`.
    ///
    /// # Errors
    /// [`InputError::Checkpoint`] if a tensor is missing or of another shape.
    pub fn read(dir: &Path, name: Checkpoint, layout: &Layout) -> Result<Self, StageError> {
        let path = file(dir, name);
        let bytes = fs_err::read(&path).map_err(StageError::new)?;
        let wrong = |message: String| InputError::Checkpoint { path: path.clone(), message };
        let tensors = SafeTensors::deserialize(&bytes).map_err(|error| wrong(error.to_string()))?;
        let values = |slots: &[Slot]| {
            let mut all = Vec::new();
            for slot in slots {
                let tensor = tensors
                    .tensor(&slot.name)
                    .map_err(|_| wrong(format!("it has no tensor `{}`", slot.name)))?;
                if tensor.dtype() != Dtype::F32 || tensor.shape() != shape(slot) {
                    return Err(wrong(format!(
                        "tensor `{}` is {:?} {:?}, expected F32 {:?}",
                        slot.name,
                        tensor.dtype(),
                        tensor.shape(),
                        slot.shape
                    )));
                }
                let (words, _) = tensor.data().as_chunks::<4>();
                all.extend(words.iter().map(|word| f32::from_le_bytes(*word)));
            }
            Ok(all)
        };
        let steps = step_counters(layout)
            .next()
            .and_then(|counter| tensors.tensor(&counter).ok())
            .and_then(|counter| counter.data().try_into().ok())
            .map_or(0, u64::from_le_bytes);
        Ok(Self {
            parameters: values(&layout.parameters)?,
            statistics: values(&layout.statistics)?,
            steps,
        })
    }

    /// A network with these values.
    pub fn network(&self, design: Design, numerics: Numerics, device: Device) -> Network {
        Network::from_values(design, &self.parameters, &self.statistics, numerics, device)
    }
}

/// Writes both checkpoints of a training and its card; without a best epoch, the last one is it.
pub(crate) fn write_all(
    params: &TrainParams,
    dataset: &DatasetInfo,
    context: &ActionContext<'_>,
    best: Option<&Selected>,
    (last, last_dice): (Snapshot, Option<f64>),
) -> Result<(), StageError> {
    let dir = context.output("checkpoint")?;
    let last_card = CheckpointCard { epoch: params.epochs - 1, dice: last_dice };
    let (best, best_card) = match best {
        Some(best) => {
            let card = CheckpointCard { epoch: best.epoch, dice: Some(best.dice) };
            (best.snapshot.clone(), card)
        }
        None => (last.clone(), last_card.clone()),
    };
    let card = ModelCard {
        format: ModelCard::FORMAT,
        network: params.network.clone(),
        evaluated: params.evaluate,
        crop: params.crop,
        precision: params.precision,
        dataset: dataset.clone(),
        best: best_card,
        last: last_card,
    };
    let layout = card.design().layout();
    best.write(dir, Checkpoint::Best, &layout)?;
    last.write(dir, Checkpoint::Last, &layout)?;
    card.write(dir)
}

fn file(dir: &Path, name: Checkpoint) -> std::path::PathBuf {
    dir.join(format!("{}.safetensors", name.as_str()))
}

fn shape(slot: &Slot) -> Vec<usize> {
    slot.shape.iter().map(|size| *size as usize).collect()
}

/// PyTorch's batch norm counts its steps and wants the count back when it loads a `state_dict`.
fn step_counters(layout: &Layout) -> impl Iterator<Item = String> {
    layout.norms().map(|norm| format!("{norm}.num_batches_tracked"))
}

#[cfg(test)]
mod tests {
    use stages_tables::ClassInfo;
    use stages_train::MemoryLayout;
    use tch::{Kind, Tensor};

    use super::*;
    use crate::network::Mode;

    const NUMERICS: Numerics =
        Numerics { precision: Precision::Fp32, memory: MemoryLayout::ChannelsLast };

    fn design(classes: usize) -> Design {
        Design::plain(
            &NetworkParams { widths: [2, 2, 3, 3, 4], ..NetworkParams::default() },
            classes,
        )
    }

    fn small() -> Network {
        Network::new(design(3), 8, "train", NUMERICS, Device::Cpu)
    }

    #[test]
    fn a_network_survives_the_round_trip_with_its_statistics() {
        let dir = tempfile::tempdir().unwrap();
        let network = small();
        let images =
            Tensor::arange(32 * 32, (Kind::Float, Device::Cpu)).sin().reshape([1, 1, 32, 32]);
        let _ = tch::no_grad(|| network.scores(&images, Mode::Training));
        let snapshot = Snapshot::of(&network, 7);
        let layout = design(3).layout();
        snapshot.write(dir.path(), Checkpoint::Best, &layout).unwrap();
        let read = Snapshot::read(dir.path(), Checkpoint::Best, &layout).unwrap();
        assert_eq!(read, snapshot);
        let again = read.network(design(3), NUMERICS, Device::Cpu);
        let scores = |network: &Network| tch::no_grad(|| network.scores(&images, Mode::Evaluation));
        assert_eq!(scores(&network), scores(&again));
        assert_ne!(scores(&small()), scores(&again), "the statistics moved and were kept");
    }

    #[test]
    fn only_what_is_evaluated_is_kept() {
        let more = Design { scale_heads: true, further_decoders: 1, ..design(3) };
        let network = Network::new(more, 8, "train", NUMERICS, Device::Cpu);
        let snapshot = Snapshot::of(&network, 1);
        assert_eq!(snapshot.parameters.len() as i64, design(3).layout().parameter_count());
        assert_eq!(snapshot, Snapshot::of(&small(), 1));
    }

    #[test]
    fn the_same_values_give_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = |name: Checkpoint| {
            Snapshot::of(&small(), 7).write(dir.path(), name, &design(3).layout()).unwrap();
            fs_err::read(file(dir.path(), name)).unwrap()
        };
        assert_eq!(bytes(Checkpoint::Best), bytes(Checkpoint::Last));
    }

    #[test]
    fn refuses_a_checkpoint_of_another_network() {
        let dir = tempfile::tempdir().unwrap();
        let (three, five) = (design(3).layout(), design(5).layout());
        Snapshot::of(&small(), 7).write(dir.path(), Checkpoint::Last, &three).unwrap();
        let error = Snapshot::read(dir.path(), Checkpoint::Last, &five).unwrap_err();
        assert!(error.message.contains("last.safetensors"), "{error}");
        assert!(
            error.message.ends_with(
                "tensor `DeConv_1x1.weight` is F32 [3, 2, 1, 1], expected F32 [5, 2, 1, 1]"
            ),
            "{error}"
        );
    }

    #[test]
    fn refuses_a_truncated_checkpoint() {
        let dir = tempfile::tempdir().unwrap();
        fs_err::write(file(dir.path(), Checkpoint::Last), [1, 0, 0]).unwrap();
        let layout = design(3).layout();
        let error = Snapshot::read(dir.path(), Checkpoint::Last, &layout).unwrap_err();
        assert!(error.message.contains("last.safetensors cannot be used"), "{error}");
    }

    #[test]
    fn the_card_survives_the_round_trip_and_another_format_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let class = |id: u8, name: &str| ClassInfo { id, name: name.to_owned() };
        let mut card = ModelCard {
            format: ModelCard::FORMAT,
            network: design(3).network,
            evaluated: Evaluated::Student,
            crop: 32,
            precision: Precision::Fp32,
            dataset: DatasetInfo {
                name: "toy".to_owned(),
                classes: vec![class(0, "background"), class(1, "disc"), class(2, "ring")],
            },
            best: CheckpointCard { epoch: 3, dice: Some(0.5) },
            last: CheckpointCard { epoch: 9, dice: None },
        };
        card.write(dir.path()).unwrap();
        assert_eq!(ModelCard::read(dir.path()).unwrap(), card);
        assert_eq!(card.design(), design(3));
        card.format = 1;
        card.write(dir.path()).unwrap();
        let error = ModelCard::read(dir.path()).unwrap_err();
        assert!(
            error.message.contains("model.json cannot be used: format 1, expected format 2"),
            "{error}"
        );
    }
}
