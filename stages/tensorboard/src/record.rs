//! The frame around every event: length, checksum of the length, payload, checksum of the payload.

use crate::crc::masked;

/// Bytes of a frame beside its payload.
const FRAME: usize = 16;

/// A record around a payload.
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(payload.len() + FRAME);
    record.extend(length);
    record.extend(masked(&length).to_le_bytes());
    record.extend(payload);
    record.extend(masked(payload).to_le_bytes());
    record
}

/// What lies at the start of some bytes.
#[derive(Debug, PartialEq)]
pub(crate) enum Next<'a> {
    /// A whole record: its payload, and what follows it.
    Record(&'a [u8], &'a [u8]),
    /// Nothing.
    End,
    /// The beginning of a record: a program was stopped while it wrote.
    Torn,
    /// A record whose checksum is another.
    Damaged(&'static str),
}

/// The first record of some bytes.
pub(crate) fn next(bytes: &[u8]) -> Next<'_> {
    if bytes.is_empty() {
        return Next::End;
    }
    let (Some(length), Some(checksum)) = (bytes.first_chunk::<8>(), word(bytes, 8)) else {
        return Next::Torn;
    };
    if masked(length) != checksum {
        return Next::Damaged("the checksum of a record's length is another");
    }
    let end = usize::try_from(u64::from_le_bytes(*length)).ok().and_then(|n| n.checked_add(12));
    let Some((payload, checksum)) =
        end.and_then(|end| Some((bytes.get(12..end)?, word(bytes, end)?)))
    else {
        return Next::Torn;
    };
    if masked(payload) != checksum {
        return Next::Damaged("the checksum of a record is another");
    }
    Next::Record(payload, &bytes[payload.len() + FRAME..])
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(word.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_follow_one_another() {
        let bytes = [framed(b"one"), framed(b""), framed(b"three")].concat();
        assert_eq!(bytes.len(), 3 * FRAME + 8);
        let Next::Record(b"one", rest) = next(&bytes) else { panic!("{:?}", next(&bytes)) };
        let Next::Record(b"", rest) = next(rest) else { panic!("{:?}", next(rest)) };
        assert_eq!(next(rest), Next::Record(b"three", b""));
        assert_eq!(next(b""), Next::End);
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_seen() {
        let bytes = framed(b"payload");
        for length in 1..bytes.len() {
            assert_eq!(next(&bytes[..length]), Next::Torn, "{length}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(matches!(next(&changed), Next::Damaged(_)), "{bit}");
        }
    }
}
