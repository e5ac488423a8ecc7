//! What is odd about a file that can be read all the same.

use std::fmt;

use crate::Orientation;

/// Something about an image file that other readers treat differently, or not at all.
///
/// The sentence of its `Display` says what was found and what was done about it.
#[derive(Debug, Clone, PartialEq)]
pub enum Oddity {
    /// The name promises gzip compression (`.gz`) where there is none, or the reverse.
    Name {
        /// Whether the content is compressed.
        compressed: bool,
    },
    /// Bytes other than zero after the last gzip member.
    TrailingBytes {
        /// How many bytes follow the last member.
        bytes: u64,
    },
    /// The decoded data goes on after the last voxel.
    ExtraBytes {
        /// How many bytes there are.
        bytes: u64,
    },
    /// `bitpix` is not the size of `datatype`.
    Bitpix {
        /// Bits per voxel by `bitpix`.
        bitpix: i16,
        /// Bits per voxel by `datatype`.
        datatype: usize,
    },
    /// `vox_offset` points into the header.
    VoxOffset {
        /// What the header says.
        found: f64,
        /// Where the voxels are taken from.
        used: u64,
    },
    /// A slope that is not a finite number; the voxels were not scaled.
    Slope {
        /// The slope.
        found: f64,
    },
    /// An intercept that is not a finite number, in a label map; nothing was added.
    Intercept {
        /// The intercept.
        found: f64,
    },
    /// Intensity scaling of a MetaImage, which no common reader applies.
    IntensityFunction {
        /// `ElementToIntensityFunctionSlope`.
        slope: String,
        /// `ElementToIntensityFunctionOffset`.
        offset: String,
    },
    /// A negative voxel size; its absolute value counts.
    NegativeSpacing {
        /// Voxel sizes as stored.
        found: [f64; 3],
    },
    /// No voxel size at all; it was taken for 1 mm.
    NoSpacing,
    /// No `ElementSpacing`; the voxel size is that of `ElementSize`.
    ElementSize,
    /// Lengths that are not in millimetres were converted.
    Unit {
        /// `m` or `micron`.
        unit: &'static str,
    },
    /// A unit of length that the standard does not know; it was taken for millimetres.
    UnknownUnit {
        /// The code in the header.
        code: i32,
    },
    /// The scale of the sform is not the voxel size, as in every file of ACDC.
    SformScale {
        /// Column lengths of the sform, mm.
        sform_mm: [f64; 3],
        /// Voxel size that counts, mm.
        spacing_mm: [f64; 3],
    },
    /// Sform and qform place the voxels differently; the qform counts.
    FormsDisagree {
        /// By the qform, which is used.
        qform: Orientation,
        /// By the sform, with its directions at unit length.
        sform: Orientation,
    },
    /// A transform with numbers that are NaN, infinite or without a direction; it was ignored.
    UnusableTransform {
        /// Which one, spelled as in the format's specification.
        field: &'static str,
    },
    /// Axes that are not perpendicular.
    Shear {
        /// The largest cosine between two axes.
        cosine: f64,
    },
    /// Voxels of an image that are not finite numbers were replaced, as asked for.
    NonFiniteFilled {
        /// How many voxels.
        count: usize,
        /// By what.
        fill: f32,
    },
    /// Labels that were not quite whole numbers were rounded.
    LabelsRounded {
        /// How many voxels.
        count: usize,
    },
}

impl Oddity {
    /// Whether a person should look at the file: the reader had to choose between two things that
    /// the file says, or to ignore one. The others are conversions by the standard, or known of
    /// whole releases.
    pub const fn is_warning(&self) -> bool {
        !matches!(
            self,
            Self::SformScale { .. }
                | Self::Unit { .. }
                | Self::ElementSize
                | Self::NonFiniteFilled { .. }
        )
    }
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { compressed: true } => {
                f.write_str("gzip-compressed although the name does not end in .gz")
            }
            Self::Name { compressed: false } => {
                f.write_str("not compressed although the name ends in .gz")
            }
            Self::TrailingBytes { bytes } => {
                write!(f, "ignored {bytes} bytes after the last gzip member")
            }
            Self::ExtraBytes { bytes } => write!(f, "ignored {bytes} bytes after the last voxel"),
            Self::Bitpix { bitpix, datatype } => {
                write!(f, "ignored bitpix {bitpix}, the datatype has {datatype} bits per voxel")
            }
            Self::VoxOffset { found, used } => write!(
                f,
                "vox_offset {found} lies within the header, voxels taken from byte {used}"
            ),
            Self::Slope { found } => write!(f, "ignored scaling, scl_slope is {found}"),
            Self::Intercept { found } => write!(f, "ignored scl_inter {found} of a label map"),
            Self::IntensityFunction { slope, offset } => write!(
                f,
                "ignored ElementToIntensityFunctionSlope {slope} and Offset {offset}, as other readers do"
            ),
            Self::NegativeSpacing { found } => {
                write!(f, "used the absolute value of a negative voxel size {}", mm(*found))
            }
            Self::NoSpacing => f.write_str("no voxel size, taken for 1 mm"),
            Self::ElementSize => {
                f.write_str("voxel size from ElementSize, there is no ElementSpacing")
            }
            Self::Unit { unit } => write!(f, "lengths converted from {unit} to mm"),
            Self::UnknownUnit { code } => {
                write!(f, "unknown unit of length {code}, taken for millimetres")
            }
            Self::SformScale { sform_mm, spacing_mm } => write!(
                f,
                "the sform has voxels of {} mm, pixdim of {} mm; pixdim counts",
                mm(*sform_mm),
                mm(*spacing_mm)
            ),
            Self::FormsDisagree { qform, sform } => write!(
                f,
                "qform ({}, origin {} mm) and sform ({}, origin {} mm) disagree by up to {:.3}; the qform counts",
                qform.codes().iter().collect::<String>(),
                mm(qform.origin_mm),
                sform.codes().iter().collect::<String>(),
                mm(sform.origin_mm),
                qform.difference(sform)
            ),
            Self::UnusableTransform { field } => {
                write!(f, "ignored {field}, it is not a finite transform")
            }
            Self::Shear { cosine } => {
                write!(f, "axes are not perpendicular, the largest cosine is {cosine:.2e}")
            }
            Self::NonFiniteFilled { count, fill } => {
                write!(f, "replaced {count} voxels that are not finite by {fill}")
            }
            Self::LabelsRounded { count } => {
                write!(f, "rounded {count} labels that were not quite whole numbers")
            }
        }
    }
}

/// Three lengths as `1.5 x 1.5 x 10`.
fn mm([x, y, z]: [f64; 3]) -> String {
    format!("{x} x {y} x {z}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_hold_both_values() {
        let odd = Oddity::SformScale { sform_mm: [1.0; 3], spacing_mm: [1.5625, 1.5625, 10.0] };
        assert_eq!(
            odd.to_string(),
            "the sform has voxels of 1 x 1 x 1 mm, pixdim of 1.5625 x 1.5625 x 10 mm; pixdim counts"
        );
        assert!(!odd.is_warning());
        let (qform, sform) = (Orientation::RAS, Orientation::LPS);
        let odd = Oddity::FormsDisagree { qform, sform };
        // The x axes point the opposite way: 1 against -1.
        assert!(odd.to_string().contains("qform (RAS, origin 0 x 0 x 0 mm) and sform (LPS"));
        assert!(odd.to_string().contains("by up to 2.000"), "{odd}");
        assert!(odd.is_warning());
    }
}
