//! Numbers drawn on the CPU, on their way to the device.

use tch::kind::Element;
use tch::{Device, Tensor};

/// These numbers in a flat tensor on the device.
///
/// To a GPU they go from pinned memory: the copy takes its turn there, and nobody waits for it. An
/// ordinary copy would wait until the GPU has done all it was told before.
pub(crate) fn upload<T: Element>(numbers: &[T], device: Device) -> Tensor {
    let tensor = Tensor::from_slice(numbers);
    match device {
        Device::Cuda(_) => {
            let kind = tensor.kind();
            let pinned = tensor.f_pin_memory(device).unwrap_or(tensor);
            pinned.to_device_(device, kind, true, false)
        }
        _ => tensor.to_device(device),
    }
}
