//! The types that voxels are stored as.
#![expect(clippy::cast_lossless, reason = "one body serves lossless and lossy types")]

/// A stored number.
pub(super) trait Number: Copy {
    /// Whether every value of the type is finite in single precision.
    const WHOLE: bool;

    /// The numbers of a piece that holds a whole number of them, least significant byte first.
    fn little(bytes: &[u8]) -> impl Iterator<Item = Self>;

    /// The same, most significant byte first.
    fn big(bytes: &[u8]) -> impl Iterator<Item = Self>;

    /// In single precision, rounded once.
    fn single(self) -> f32;

    /// In double precision.
    fn double(self) -> f64;

    /// As a class id, cut off; right only if [`is_label`](Self::is_label).
    fn label(self) -> u8;

    /// Whether it is a whole number from 0 to 255.
    fn is_label(self) -> bool;
}

macro_rules! numbers {
    ($whole:literal: $($number:ident),*) => {$(
        impl Number for $number {
            const WHOLE: bool = $whole;

            fn little(bytes: &[u8]) -> impl Iterator<Item = Self> {
                let (chunks, _) = bytes.as_chunks::<{ size_of::<Self>() }>();
                chunks.iter().map(|bytes| Self::from_le_bytes(*bytes))
            }

            fn big(bytes: &[u8]) -> impl Iterator<Item = Self> {
                let (chunks, _) = bytes.as_chunks::<{ size_of::<Self>() }>();
                chunks.iter().map(|bytes| Self::from_be_bytes(*bytes))
            }

            fn single(self) -> f32 {
                self as f32
            }

            fn double(self) -> f64 {
                self as f64
            }

            fn label(self) -> u8 {
                self as u8
            }

            fn is_label(self) -> bool {
                self.double() == f64::from(self.label())
            }
        }
    )*};
}
numbers!(true: u8, i8, u16, i16, u32, i32, u64, i64);
numbers!(false: f32, f64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_the_numbers_that_survive_a_byte() {
        assert!(255u16.is_label() && !256u16.is_label() && !(-1i64).is_label());
        assert!(!(-1i8).is_label() && 127i8.is_label() && !u64::MAX.is_label());
        assert!(3.0f32.is_label() && !3.5f64.is_label() && !f32::NAN.is_label());
        assert!(!256.0f32.is_label() && !(-1.0f64).is_label());
    }

    #[test]
    fn bytes_are_read_in_their_order() {
        let bytes = [1, 2, 0xff, 0xfe];
        assert!(i16::little(&bytes).eq([0x0201, -257]));
        assert!(i16::big(&bytes).eq([0x0102, -2]));
        assert!(f64::little(&1.5f64.to_le_bytes()).eq([1.5]));
        // Rounded once: through double precision it would be 2^63 + 2^40 and then tie to 2^63.
        let value = (1u64 << 63) + (1 << 39) + 1;
        assert_eq!(value.single(), 9_223_373_136_366_403_584.0);
    }
}
