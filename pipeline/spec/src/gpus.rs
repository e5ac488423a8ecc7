//! GPUs, whole ones and parts of one.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number of GPUs that cannot be handed out.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("`{found}` is neither a whole number of GPUs nor a part of one")]
pub struct GpuError {
    /// What was written.
    pub found: f64,
}

impl GpuError {
    /// What would be accepted.
    pub const HELP: &'static str = "write `gpus: 2` for two whole GPUs, or a number from 0.001 to 0.999, such as `gpus: 0.25`, for a share of one";
}

/// How many thousandths a GPU has.
const WHOLE: u16 = 1000;

/// A part of one GPU, in thousandths, so that shares add up exactly: at least 0.001, at most 1.
///
/// Written as a number between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GpuShare(u16);

impl GpuShare {
    /// The whole GPU.
    pub const WHOLE: Self = Self(WHOLE);

    /// The share of this size, rounded down to thousandths, so that three thirds fit.
    ///
    /// # Errors
    /// [`GpuError`] for less than 0.001 and for more than 1.
    pub fn new(fraction: f64) -> Result<Self, GpuError> {
        // The smallest of corrections: 0.29 * 1000 is a little less than 290.
        let thousandths = (fraction * f64::from(WHOLE) + 1e-6).floor();
        if fraction <= 1.0 && thousandths >= 1.0 {
            Ok(Self(thousandths as u16))
        } else {
            Err(GpuError { found: fraction })
        }
    }

    /// From 1 to 1000.
    pub const fn thousandths(self) -> u16 {
        self.0
    }

    /// From 0.001 to 1.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE)
    }
}

impl Default for GpuShare {
    /// The whole GPU.
    fn default() -> Self {
        Self::WHOLE
    }
}

impl Serialize for GpuShare {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.fraction())
    }
}

impl<'de> Deserialize<'de> for GpuShare {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let fraction = f64::deserialize(from)?;
        Self::new(fraction).map_err(|_| {
            let found = serde::de::Unexpected::Float(fraction);
            serde::de::Error::invalid_value(found, &"a share of a GPU, from 0.001 to 1")
        })
    }
}

/// How many GPUs an action asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gpus {
    /// This many whole ones, which it shares with nobody; 0 for none.
    Devices(u32),
    /// A part of one, whose rest others may have.
    Share(GpuShare),
}

impl Gpus {
    /// None at all.
    pub const NONE: Self = Self::Devices(0);

    /// Reads a number: whole, or less than 1.
    ///
    /// # Errors
    /// [`GpuError`] for negative numbers, for parts below 0.001, and for anything between two whole
    /// numbers above 1: 1.5 GPUs would be one and an unknown half.
    pub fn new(number: f64) -> Result<Self, GpuError> {
        let whole = number >= 0.0 && number <= f64::from(u32::MAX) && number.fract() == 0.0;
        if whole {
            return Ok(Self::Devices(number as u32));
        }
        GpuShare::new(number).map(Self::Share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(fraction: f64) -> Gpus {
        Gpus::Share(GpuShare::new(fraction).unwrap())
    }

    #[test]
    fn whole_numbers_are_devices_and_parts_are_shares() {
        assert_eq!(Gpus::new(0.0), Ok(Gpus::NONE));
        assert_eq!(Gpus::new(1.0), Ok(Gpus::Devices(1)));
        assert_eq!(Gpus::new(8.0), Ok(Gpus::Devices(8)));
        assert_eq!(Gpus::new(0.25), Ok(share(0.25)));
    }

    #[test]
    fn what_is_between_whole_numbers_is_refused() {
        for number in [1.5, 1.001, -1.0, -0.25, 0.0009, 1e300, f64::NAN, f64::INFINITY] {
            assert!(Gpus::new(number).is_err(), "{number} was accepted");
        }
    }

    #[test]
    fn thousandths_are_exact_and_rounded_down() {
        let thousandths = |fraction: f64| GpuShare::new(fraction).unwrap().thousandths();
        // Every number with three digits is itself, whatever its binary form.
        for expected in 1..=1000_u16 {
            let written: f64 = format!("0.{expected:03}").parse().unwrap();
            let written = if expected == 1000 { 1.0 } else { written };
            assert_eq!(thousandths(written), expected);
        }
        // 1/3 = 0.3333…, 2/3 = 0.6666…: three thirds are 999.
        assert_eq!(thousandths(1.0 / 3.0), 333);
        assert_eq!(thousandths(2.0 / 3.0), 666);
        assert_eq!(thousandths(0.9999), 999);
    }

    #[test]
    fn a_share_is_written_as_a_number() {
        let quarter = GpuShare::new(0.25).unwrap();
        assert_eq!(serde_json::to_string(&quarter).unwrap(), "0.25");
        assert_eq!(serde_json::to_string(&GpuShare::WHOLE).unwrap(), "1.0");
        assert_eq!(serde_json::from_str::<GpuShare>("0.25").unwrap(), quarter);
        assert_eq!(serde_json::from_str::<GpuShare>("1").unwrap(), GpuShare::WHOLE);
        let error = serde_json::from_str::<GpuShare>("1.5").unwrap_err().to_string();
        assert!(error.contains("from 0.001 to 1"), "{error}");
    }
}
