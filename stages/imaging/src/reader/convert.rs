//! From stored numbers to voxels, a piece at a time, while the piece is in the cache.

use std::collections::{BTreeMap, BTreeSet};

use super::number::Number;
use crate::{ByteOrder, VoxelType};

/// A label is a class id if it is this close to a whole number.
const NEARLY_WHOLE: f64 = 1e-3;

/// Beyond this a whole number in double precision may not be the one that was stored.
const LARGEST_WHOLE: f64 = 9e15;

/// So many values without a class are collected for the message.
const MOST_UNMAPPED: usize = 64;

/// How a number is stored and what it stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Coding {
    pub(super) voxel_type: VoxelType,
    pub(super) order: ByteOrder,
    /// Stored value times slope plus intercept is the value; the slope is finite.
    pub(super) slope: f64,
    pub(super) intercept: f64,
}

impl Coding {
    /// Whether the stored value is the value.
    fn is_plain(&self) -> bool {
        self.slope == 1.0 && self.intercept == 0.0
    }
}

/// Calls a generic function with the stored type.
macro_rules! by_type {
    ($voxel_type:expr, $function:ident($($argument:expr),*)) => {
        match $voxel_type {
            VoxelType::U8 => $function::<u8>($($argument),*),
            VoxelType::I8 => $function::<i8>($($argument),*),
            VoxelType::U16 => $function::<u16>($($argument),*),
            VoxelType::I16 => $function::<i16>($($argument),*),
            VoxelType::U32 => $function::<u32>($($argument),*),
            VoxelType::I32 => $function::<i32>($($argument),*),
            VoxelType::U64 => $function::<u64>($($argument),*),
            VoxelType::I64 => $function::<i64>($($argument),*),
            VoxelType::F32 => $function::<f32>($($argument),*),
            VoxelType::F64 => $function::<f64>($($argument),*),
        }
    };
}

/// Appends the values of a piece, scaled in double precision; returns how many of them are not
/// finite in single precision.
pub(super) fn append_values(bytes: &[u8], coding: &Coding, out: &mut Vec<f32>) -> usize {
    by_type!(coding.voxel_type, values(bytes, coding, out))
}

fn values<N: Number>(bytes: &[u8], coding: &Coding, out: &mut Vec<f32>) -> usize {
    let from = out.len();
    let (slope, intercept) = (coding.slope, coding.intercept);
    let scaled = |number: N| (number.double() * slope + intercept) as f32;
    match (coding.is_plain(), coding.order) {
        (true, ByteOrder::Little) => out.extend(N::little(bytes).map(N::single)),
        (true, ByteOrder::Big) => out.extend(N::big(bytes).map(N::single)),
        (false, ByteOrder::Little) => out.extend(N::little(bytes).map(scaled)),
        (false, ByteOrder::Big) => out.extend(N::big(bytes).map(scaled)),
    }
    if N::WHOLE && coding.is_plain() {
        return 0;
    }
    out[from..].iter().filter(|value| !value.is_finite()).count()
}

/// Class ids under construction.
pub(super) struct Labels<'a> {
    pub(super) ids: Vec<u8>,
    /// Labels that were close to a whole number but not one.
    pub(super) rounded: usize,
    /// Values without a class.
    pub(super) unmapped: BTreeSet<i64>,
    remap: Option<&'a BTreeMap<i64, u8>>,
    /// The value and class that were looked up last: neighbours mostly have the same.
    last: Option<(i64, u8)>,
}

/// A value that is not a whole number, or not a class id, at a place of the array.
#[derive(Debug, PartialEq)]
pub(super) struct BadLabel {
    pub(super) index: usize,
    pub(super) value: f64,
}

impl<'a> Labels<'a> {
    pub(super) fn new(ids: Vec<u8>, remap: Option<&'a BTreeMap<i64, u8>>) -> Self {
        Self { ids, rounded: 0, unmapped: BTreeSet::new(), remap, last: None }
    }

    /// Appends the class ids of a piece.
    pub(super) fn append(&mut self, bytes: &[u8], coding: &Coding) -> Result<(), BadLabel> {
        by_type!(coding.voxel_type, append_labels(self, bytes, coding))
    }

    /// Appends values that already are class ids, as almost all label maps hold; false, and
    /// nothing appended, if one is not.
    fn append_ids<N: Number>(&mut self, numbers: impl Iterator<Item = N>) -> bool {
        let from = self.ids.len();
        let mut good = true;
        self.ids.extend(numbers.map(|number| {
            good &= number.is_label();
            number.label()
        }));
        if !good {
            self.ids.truncate(from);
        }
        good
    }

    fn append_any(&mut self, numbers: impl Iterator<Item = f64>) -> Result<(), BadLabel> {
        let range = match self.remap {
            Some(_) => -LARGEST_WHOLE..=LARGEST_WHOLE,
            None => 0.0..=255.0,
        };
        for value in numbers {
            let whole = value.round();
            // Written so that NaN is refused too.
            if !((value - whole).abs() <= NEARLY_WHOLE && range.contains(&whole)) {
                return Err(BadLabel { index: self.ids.len(), value });
            }
            self.rounded += usize::from(whole != value);
            let label = match self.remap {
                None => whole as u8,
                Some(remap) => self.class_of(whole as i64, remap),
            };
            self.ids.push(label);
        }
        Ok(())
    }

    fn class_of(&mut self, value: i64, remap: &BTreeMap<i64, u8>) -> u8 {
        if let Some((last, class)) = self.last
            && last == value
        {
            return class;
        }
        let class = remap.get(&value).copied().unwrap_or_else(|| {
            if self.unmapped.len() < MOST_UNMAPPED {
                self.unmapped.insert(value);
            }
            0
        });
        self.last = Some((value, class));
        class
    }
}

fn append_labels<N: Number>(
    labels: &mut Labels,
    bytes: &[u8],
    coding: &Coding,
) -> Result<(), BadLabel> {
    if coding.is_plain() && labels.remap.is_none() {
        let good = match coding.order {
            ByteOrder::Little => labels.append_ids(N::little(bytes)),
            ByteOrder::Big => labels.append_ids(N::big(bytes)),
        };
        if good {
            return Ok(());
        }
    }
    let scaled = |number: N| number.double() * coding.slope + coding.intercept;
    match coding.order {
        ByteOrder::Little => labels.append_any(N::little(bytes).map(scaled)),
        ByteOrder::Big => labels.append_any(N::big(bytes).map(scaled)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Coding =
        Coding { voxel_type: VoxelType::I16, order: ByteOrder::Little, slope: 1.0, intercept: 0.0 };

    #[test]
    fn values_are_scaled_in_double_precision() {
        let mut out = vec![9.0];
        let bytes: Vec<u8> = [-1i16, 300].into_iter().flat_map(i16::to_le_bytes).collect();
        assert_eq!(append_values(&bytes, &PLAIN, &mut out), 0);
        let halved = Coding { slope: 0.5, intercept: -3.0, ..PLAIN };
        assert_eq!(append_values(&bytes, &halved, &mut out), 0);
        assert_eq!(out, [9.0, -1.0, 300.0, -3.5, 147.0]);
        // 16777217 = 2^24 + 1 does not fit single precision, 16777217 - 16777216 does.
        let wide = Coding { voxel_type: VoxelType::I32, intercept: -16_777_216.0, ..PLAIN };
        let mut out = Vec::new();
        append_values(&16_777_217i32.to_le_bytes(), &wide, &mut out);
        assert_eq!(out, [1.0]);
        let huge = Coding { slope: 1e300, ..PLAIN };
        assert_eq!(append_values(&[1, 0, 0, 0], &huge, &mut out), 1);
    }

    #[test]
    fn labels_are_checked_and_mapped() {
        let bytes: Vec<u8> = [0i16, 7, -2].into_iter().flat_map(i16::to_le_bytes).collect();
        let mut labels = Labels::new(Vec::new(), None);
        assert_eq!(labels.append(&bytes, &PLAIN), Err(BadLabel { index: 2, value: -2.0 }));
        let map = BTreeMap::from([(0, 0), (-2, 1)]);
        let mut labels = Labels::new(Vec::new(), Some(&map));
        labels.append(&bytes, &PLAIN).unwrap();
        assert_eq!(labels.ids, [0, 0, 1]);
        assert_eq!(labels.unmapped, BTreeSet::from([7]));
        let floats = Coding { voxel_type: VoxelType::F32, ..PLAIN };
        let bytes: Vec<u8> = [2.0f32, 1.9995].into_iter().flat_map(f32::to_le_bytes).collect();
        let mut labels = Labels::new(Vec::new(), None);
        labels.append(&bytes, &floats).unwrap();
        assert_eq!((labels.ids, labels.rounded), (vec![2, 2], 1));
    }
}
