//! One number for the values of several fields.

use super::request::Request;
use super::words::Words;
use crate::CompareError;

/// Beyond this many combinations, a number of 64 bits is too small for them and a flag.
const MOST_COMBINATIONS: u64 = 1 << 62;

/// How the numbers of a field's texts become part of a row's number.
pub(super) struct KeyPart {
    /// By the number of a text: what is added to a row's number; [`UNWANTED`] where the text is not
    /// wanted.
    pub(super) addends: Vec<u64>,
    /// The numbers that are wanted, in the order of their part.
    wanted: Vec<u32>,
    stride: u64,
}

/// A row with such an addend is left out.
pub(super) const UNWANTED: u64 = 1 << 63;

/// Adds to a row's number; an unwanted row stays so.
pub(super) fn add(sum: u64, addend: u64) -> u64 {
    // Numbers stay below the flag, so that two flags are all that can get lost.
    ((sum & !UNWANTED) + (addend & !UNWANTED)) | ((sum | addend) & UNWANTED)
}

/// The parts of all fields that are grouped by, then those that only choose, and how many numbers
/// there are.
pub(super) struct Numbering {
    pub(super) parts: Vec<KeyPart>,
    pub(super) combinations: u64,
}

impl Numbering {
    /// `words` are those of the request's fields, then those of the fields that only choose.
    pub(super) fn of(
        request: &Request,
        choosing: &[String],
        words: &[Words],
    ) -> Result<Self, CompareError> {
        let mut combinations = 1_u64;
        let mut parts = Vec::new();
        for (at, (field, words)) in request.fields.iter().chain(choosing).zip(words).enumerate() {
            let is_wanted = |number: &u32| match request.wanted.get(field) {
                None => true,
                Some(wanted) => words.text(*number).is_some_and(|text| wanted.contains(text)),
            };
            let wanted: Vec<u32> = (0..words.count() as u32).filter(is_wanted).collect();
            let stride = if at < request.fields.len() { combinations } else { 0 };
            let mut addends = vec![UNWANTED; words.count()];
            for (part, number) in wanted.iter().enumerate() {
                addends[*number as usize] = part as u64 * stride;
            }
            if stride > 0 {
                let more = combinations.checked_mul(wanted.len().max(1) as u64);
                combinations = more.filter(|more| *more <= MOST_COMBINATIONS).ok_or_else(|| {
                    CompareError::TooManyFields { fields: request.fields.clone() }
                })?;
            }
            parts.push(KeyPart { addends, wanted, stride });
        }
        Ok(Self { parts, combinations })
    }

    /// The number of the text in every field that is grouped by.
    pub(super) fn key(&self, number: u64) -> Vec<u32> {
        let grouping = self.parts.iter().filter(|part| part.stride > 0);
        let text = |part: &KeyPart| {
            let place = number / part.stride % part.wanted.len().max(1) as u64;
            part.wanted[place as usize]
        };
        grouping.map(text).collect()
    }
}
