//! Damaged copies of the corpus, always the same ones.

use std::io::Read;

use flate2::bufread::MultiGzDecoder;

use crate::exercise;
use crate::nifti::gzip;

/// Inputs per format; the fuzz targets go on where this ends.
const INPUTS: u64 = 10_000;

/// Numbers that programs get wrong.
const WORDS: [&str; 12] = [
    "0",
    "-1",
    "1",
    "2",
    "255",
    "32768",
    "65536",
    "4294967296",
    "18446744073709551616",
    "1e308",
    "nan",
    "",
];

/// A sequence of numbers from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.roll() % count.max(1) as u64) as usize
    }

    /// Changes some bytes, mostly near the start, or the length.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let near = if self.below(4) > 0 { bytes.len().min(360) } else { bytes.len() };
            let at = self.below(near);
            match self.below(8) {
                0 => bytes.truncate(at),
                1 => bytes.extend(std::iter::repeat_n(self.roll() as u8, at % 64)),
                2 if !bytes.is_empty() => drop(bytes.remove(at)),
                3 => bytes.insert(at, self.roll() as u8),
                4 => {
                    // A whole number or a float at an even place, as header fields are.
                    let at = at / 2 * 2;
                    let value = [0, 1, 0x7fff, 0x8000, 0xffff_ffff, 0x7fc0_0000, 0x7f80_0000];
                    let value: u32 = value[self.below(7)];
                    let end = (at + 4).min(bytes.len());
                    let field = value.to_le_bytes();
                    bytes[at..end].copy_from_slice(&field[..end - at]);
                }
                _ if !bytes.is_empty() => bytes[at] = self.roll() as u8,
                _ => {}
            }
        }
    }

    /// Changes a word of a text header, or a line.
    fn damage_text(&mut self, bytes: &[u8]) -> Vec<u8> {
        let end = bytes.windows(15).position(|part| part == b"ElementDataFile");
        let end = end.unwrap_or(bytes.len());
        let text = String::from_utf8_lossy(&bytes[..end]);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let line = self.below(lines.len());
        match self.below(4) {
            0 if !lines.is_empty() => drop(lines.remove(line)),
            1 if !lines.is_empty() => lines.push(lines[line].clone()),
            _ => {
                if let Some(line) = lines.get_mut(line) {
                    let mut words: Vec<&str> = line.split(' ').collect();
                    let word = self.below(words.len());
                    words[word] = WORDS[self.below(WORDS.len())];
                    *line = words.join(" ");
                }
            }
        }
        let mut text = lines.join("\n").into_bytes();
        text.push(b'\n');
        text.extend_from_slice(&bytes[end..]);
        text
    }
}

#[test]
fn damaged_nifti_files_are_read_without_a_panic() {
    let seeds: Vec<Vec<u8>> = crate::nifti::cases()
        .into_iter()
        .map(|files| files.into_iter().flat_map(|(_, bytes)| bytes).collect())
        .filter(|bytes: &Vec<u8>| bytes.len() < 10_000)
        .collect();
    assert!(seeds.len() > 50);
    let mut dice = Dice(1);
    for _ in 0..INPUTS {
        let mut bytes = seeds[dice.below(seeds.len())].clone();
        let how = dice.below(3);
        if how == 0 {
            dice.damage(&mut bytes);
        } else {
            // Below the compression, where the checksums do not catch it.
            let mut inflated = Vec::new();
            if MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut inflated).is_ok() {
                bytes = inflated;
            }
            dice.damage(&mut bytes);
            if how == 1 {
                bytes = gzip(&bytes);
            }
        }
        exercise::nifti(&bytes);
    }
}

#[test]
fn damaged_metaimage_files_are_read_without_a_panic() {
    // Headers with their data after them, behind a zero byte where it is a file of its own.
    let seeds: Vec<Vec<u8>> = crate::metaimage::cases()
        .into_iter()
        .map(|files| {
            let parts: Vec<Vec<u8>> = files.into_iter().map(|(_, bytes)| bytes).collect();
            let header = String::from_utf8_lossy(&parts[0]);
            let line = header.lines().find(|line| line.starts_with("ElementDataFile"));
            match line {
                Some(line) if !line.contains("LOCAL") => {
                    let text = header.replace(line, "ElementDataFile = x.raw\n\0");
                    [text.into_bytes(), parts[1..].concat()].concat()
                }
                _ => parts.concat(),
            }
        })
        .chain([b"NDims = 1\nDimSize = 3\nElementType = MET_UCHAR\nElementDataFile = %d 0 2 1\n\0\x01".to_vec(),
            b"NDims = 1\nDimSize = 3\nElementType = MET_UCHAR\nElementDataFile = LIST 0\n0\n1\n2\n\0\x01".to_vec()])
        .collect();
    let mut dice = Dice(2);
    for _ in 0..INPUTS {
        let mut bytes = seeds[dice.below(seeds.len())].clone();
        if dice.below(4) > 0 {
            bytes = dice.damage_text(&bytes);
        }
        if dice.below(2) == 0 {
            dice.damage(&mut bytes);
        }
        exercise::metaimage(&bytes);
    }
}
