//! Numbers that differ from image to image of a batch, on the device.

use tch::{Device, Tensor};

use crate::upload::upload;

/// One tensor per number, all sent to the device in one copy.
///
/// # Shapes
/// `values`: one row per image. Returns `N` tensors `[B, 1, 1]`, f32.
pub(crate) fn per_image<const N: usize>(values: &[[f32; N]], device: Device) -> [Tensor; N] {
    let table = upload(values.as_flattened(), device).reshape([values.len() as i64, N as i64]);
    std::array::from_fn(|column| table.narrow(1, column as i64, 1).unsqueeze(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_has_its_own_numbers() {
        let [first, second] = per_image(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], Device::Cpu);
        assert_eq!(first.size(), [3, 1, 1]);
        assert_eq!(Vec::<f32>::try_from(first.flatten(0, -1)).unwrap(), [1.0, 3.0, 5.0]);
        assert_eq!(Vec::<f32>::try_from(second.flatten(0, -1)).unwrap(), [2.0, 4.0, 6.0]);
    }
}
