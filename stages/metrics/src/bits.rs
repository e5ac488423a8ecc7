//! A mask as rows of bits, 64 voxels to a word.

/// A mask inside a box of a label map: a bit per voxel, rows along x, an empty row before and
/// after every plane and an empty plane before and after the box, so that every voxel has
/// neighbours.
pub(crate) struct BitBox {
    words_per_row: usize,
    rows: usize,
    planes: usize,
    words: Vec<u64>,
}

impl BitBox {
    /// An empty mask of `columns` by `rows` by `planes` voxels.
    pub(crate) fn new([columns, rows, planes]: [usize; 3]) -> Self {
        let words_per_row = columns.div_ceil(64);
        let words = vec![0; words_per_row * (rows + 2) * (planes + 2)];
        Self { words_per_row, rows, planes, words }
    }

    /// An empty mask of the same size.
    pub(crate) fn empty_like(other: &Self) -> Self {
        Self { words: vec![0; other.words.len()], ..*other }
    }

    pub(crate) fn words_per_row(&self) -> usize {
        self.words_per_row
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn planes(&self) -> usize {
        self.planes
    }

    /// Words from a plane to the next.
    pub(crate) fn plane_stride(&self) -> usize {
        (self.rows + 2) * self.words_per_row
    }

    /// All words, empty border included.
    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    /// Place of a row's first word.
    pub(crate) fn start(&self, row: usize, plane: usize) -> usize {
        ((plane + 1) * (self.rows + 2) + row + 1) * self.words_per_row
    }

    /// The words of a row.
    pub(crate) fn row(&self, row: usize, plane: usize) -> &[u64] {
        &self.words[self.start(row, plane)..][..self.words_per_row]
    }

    /// The words of a row, to be written.
    pub(crate) fn row_mut(&mut self, row: usize, plane: usize) -> &mut [u64] {
        let start = self.start(row, plane);
        &mut self.words[start..][..self.words_per_row]
    }
}

/// Sets the bits of one row where `labels` equals `class`.
pub(crate) fn set_row(labels: &[u8], class: u8, row: &mut [u64]) {
    let pattern = u64::from_ne_bytes([class; 8]);
    for (word, labels) in row.iter_mut().zip(labels.chunks(64)) {
        if class != 0 && is_background(labels) {
            continue;
        }
        let (eights, rest) = labels.as_chunks::<8>();
        let mut bits = 0;
        for (at, eight) in eights.iter().enumerate() {
            bits |= u64::from(equal_bytes(u64::from_le_bytes(*eight), pattern)) << (8 * at);
        }
        for (at, label) in rest.iter().enumerate() {
            bits |= u64::from(*label == class) << (8 * eights.len() + at);
        }
        *word = bits;
    }
}

/// Whether all labels are 0.
pub(crate) fn is_background(labels: &[u8]) -> bool {
    let (eights, rest) = labels.as_chunks::<8>();
    let any = eights.iter().fold(0, |any, eight| any | u64::from_ne_bytes(*eight));
    any == 0 && rest.iter().all(|label| *label == 0)
}

/// Bit `k` says whether byte `k` of the two words is the same.
fn equal_bytes(word: u64, pattern: u64) -> u8 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let difference = word ^ pattern;
    // The top bit of every byte that is not zero, without a carry into the next byte.
    let different = (((difference & LOW) + LOW) | difference) & !LOW;
    let equal = (different ^ !LOW) >> 7;
    // Moves bit 8 k to bit 56 + k; no two bits meet below, so nothing is carried.
    (equal.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// The places of the set bits of a row, ascending.
pub(crate) fn set_bits(row: &[u64]) -> impl Iterator<Item = usize> {
    row.iter().enumerate().flat_map(|(at, word)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros();
            (rest != 0).then(|| {
                rest &= rest - 1;
                64 * at + bit as usize
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bits_are_set_where_the_class_is(
            labels in prop::collection::vec(prop_oneof![0u8..3, any::<u8>()], 0..300),
            class in prop_oneof![0u8..3, any::<u8>()],
        ) {
            let mut row = vec![0; labels.len().div_ceil(64)];
            set_row(&labels, class, &mut row);
            let expected: Vec<_> =
                (0..labels.len()).filter(|at| labels[*at] == class).collect();
            prop_assert_eq!(set_bits(&row).collect::<Vec<_>>(), expected);
            prop_assert_eq!(is_background(&labels), labels.iter().all(|label| *label == 0));
        }
    }

    #[test]
    fn the_border_is_empty_and_rows_are_apart() {
        let mut mask = BitBox::new([65, 2, 2]);
        mask.row_mut(1, 0)[1] = 1;
        assert_eq!(mask.row(1, 0), [0, 1]);
        assert_eq!(mask.words().iter().filter(|word| **word != 0).count(), 1);
        assert_eq!(mask.words().len(), 2 * 4 * 4);
        assert_eq!(mask.start(0, 1) - mask.start(0, 0), mask.plane_stride());
    }
}
