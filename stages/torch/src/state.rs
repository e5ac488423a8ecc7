//! Everything needed to go on with a training, as one file.

use std::collections::BTreeMap;
use std::path::Path;

use pipeline_engine::StageError;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tch::{Device, Tensor};

/// The name under which the record is kept among the tensors.
const RECORD: &str = "record.json";

/// Named flat tensors, named counts, and one record.
#[derive(Debug, Default)]
pub struct State {
    tensors: BTreeMap<String, Vec<f32>>,
    counts: BTreeMap<String, u64>,
    record: Vec<u8>,
}

impl State {
    /// Copies a flat f32 tensor.
    pub fn put(&mut self, name: String, tensor: &Tensor) {
        let tensor = tensor.detach().to_device(Device::Cpu).contiguous();
        let values = Vec::try_from(tensor).expect("state tensors are flat f32");
        self.put_values(name, values);
    }

    /// Takes values.
    pub fn put_values(&mut self, name: String, values: Vec<f32>) {
        self.tensors.insert(name, values);
    }

    /// Takes a count.
    pub fn count(&mut self, name: String, count: u64) {
        self.counts.insert(name, count);
    }

    /// Takes the record.
    pub fn set_record(&mut self, record: &impl Serialize) -> Result<(), StageError> {
        self.record = serde_json::to_vec(record).map_err(StageError::new)?;
        Ok(())
    }

    /// The record.
    pub fn record<T: DeserializeOwned>(&self) -> Result<T, StageError> {
        serde_json::from_slice(&self.record).map_err(StageError::new)
    }

    /// Copies a tensor of the state into `tensor`, which must be as long.
    pub fn take(&self, name: &str, tensor: &Tensor) -> Result<(), StageError> {
        let values = self.values(name)?;
        if values.len() != tensor.numel() {
            return Err(StageError::message(format!(
                "the saved state has {} values of `{name}`, expected {}",
                values.len(),
                tensor.numel()
            )));
        }
        tch::no_grad(|| tensor.detach().copy_(&Tensor::from_slice(values)));
        Ok(())
    }

    /// The values of a tensor of the state.
    pub fn values(&self, name: &str) -> Result<&[f32], StageError> {
        let values = self.tensors.get(name).map(Vec::as_slice);
        values.ok_or_else(|| StageError::message(format!("the saved state has no `{name}`")))
    }

    /// A count of the state.
    pub fn counted(&self, name: &str) -> Result<u64, StageError> {
        let count = self.counts.get(name).copied();
        count.ok_or_else(|| StageError::message(format!("the saved state has no `{name}`")))
    }

    /// Writes the state: the file is the old one or the new one, never half of one.
    pub fn write(&self, file: &Path) -> Result<(), StageError> {
        let counts: Vec<[u8; 8]> = self.counts.values().map(|count| count.to_le_bytes()).collect();
        let bytes: Vec<Vec<u8>> = self
            .tensors
            .values()
            .map(|values| values.iter().flat_map(|value| value.to_le_bytes()).collect())
            .collect();
        let mut views = Vec::new();
        for ((name, values), bytes) in self.tensors.iter().zip(&bytes) {
            views.push((name.as_str(), TensorView::new(Dtype::F32, vec![values.len()], bytes)));
        }
        for (name, bytes) in self.counts.keys().zip(&counts) {
            views.push((name.as_str(), TensorView::new(Dtype::U64, Vec::new(), bytes)));
        }
        let record = TensorView::new(Dtype::U8, vec![self.record.len()], &self.record);
        views.push((RECORD, record));
        let views = views
            .into_iter()
            .map(|(name, view)| view.map(|view| (name, view)))
            .collect::<Result<Vec<_>, _>>()
            .map_err(StageError::new)?;
        let bytes = serialize(views, None).map_err(StageError::new)?;
        let unfinished = file.with_extension("unfinished");
        fs_err::write(&unfinished, bytes).map_err(StageError::new)?;
        fs_err::rename(&unfinished, file).map_err(StageError::new)
    }

    /// Reads a state, if there is one.
    ///
    /// # Errors
    /// A file that is not a state.
    pub fn read(file: &Path) -> Result<Option<Self>, StageError> {
        if !file.exists() {
            return Ok(None);
        }
        let bytes = fs_err::read(file).map_err(StageError::new)?;
        let tensors = SafeTensors::deserialize(&bytes).map_err(StageError::new)?;
        let mut state = Self::default();
        for (name, view) in tensors.tensors() {
            match view.dtype() {
                Dtype::F32 => {
                    let (words, _) = view.data().as_chunks::<4>();
                    let values = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
                    state.tensors.insert(name, values);
                }
                Dtype::U64 => {
                    let count = view.data().try_into().map_err(StageError::new)?;
                    state.counts.insert(name, u64::from_le_bytes(count));
                }
                _ => state.record = view.data().to_vec(),
            }
        }
        Ok(Some(state))
    }
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::*;

    #[test]
    fn a_state_survives_the_round_trip_bit_by_bit() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("state.safetensors");
        assert!(State::read(&file).unwrap().is_none());
        let mut state = State::default();
        let tensor = Tensor::from_slice(&[0.1f32, -3.5e-20, f32::MAX]);
        state.put("a.parameters".to_owned(), &tensor);
        state.count("a.steps".to_owned(), u64::MAX);
        state.set_record(&(7, 0.1f64 + 0.2, "epoch")).unwrap();
        state.write(&file).unwrap();
        let read = State::read(&file).unwrap().unwrap();
        let found = Tensor::zeros([3], (Kind::Float, Device::Cpu));
        read.take("a.parameters", &found).unwrap();
        assert_eq!(found, tensor);
        assert_eq!(read.counted("a.steps").unwrap(), u64::MAX);
        let record: (u64, f64, String) = read.record().unwrap();
        assert_eq!(record, (7, 0.1 + 0.2, "epoch".to_owned()));
        assert_eq!(fs_err::read_dir(dir.path()).unwrap().count(), 1, "nothing unfinished is left");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut state = State::default();
        state.put_values("a".to_owned(), vec![1.0]);
        let two = Tensor::zeros([2], (Kind::Float, Device::Cpu));
        let error = state.take("a", &two).unwrap_err();
        assert_eq!(error.message, "the saved state has 1 values of `a`, expected 2");
        assert_eq!(state.take("b", &two).unwrap_err().message, "the saved state has no `b`");
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("state.safetensors");
        fs_err::write(&file, [1, 2, 3]).unwrap();
        assert!(State::read(&file).is_err());
    }
}
