//! The largest connected part of every class.

/// Sets to background every pixel that is not in the largest connected part of its class; of parts
/// of one size the one that begins first, row by row, stays. Pixels are connected to their eight
/// neighbours of the same class; the background, class 0, is left as it is.
///
/// # Shapes
/// `labels`: one image, row by row, `width` pixels a row.
pub fn keep_largest_components(labels: &mut [u8], width: usize) {
    const UNSEEN: u32 = 0;
    let mut part_of = vec![UNSEEN; labels.len()];
    // Per class, the size and the number of its largest part.
    let mut largest = [(0, UNSEEN); 256];
    let mut parts = 0;
    let mut pixels = Vec::new();
    for start in 0..labels.len() {
        let class = labels[start];
        if class == 0 || part_of[start] != UNSEEN {
            continue;
        }
        parts += 1;
        part_of[start] = parts;
        pixels.clear();
        pixels.push(start);
        let mut next = 0;
        while let Some(&pixel) = pixels.get(next) {
            next += 1;
            for neighbour in neighbours(pixel, width, labels.len()) {
                if labels[neighbour] == class && part_of[neighbour] == UNSEEN {
                    part_of[neighbour] = parts;
                    pixels.push(neighbour);
                }
            }
        }
        let best = &mut largest[usize::from(class)];
        if pixels.len() > best.0 {
            *best = (pixels.len(), parts);
        }
    }
    for (label, part) in labels.iter_mut().zip(part_of) {
        if largest[usize::from(*label)].1 != part {
            *label = 0;
        }
    }
}

/// The pixels around one, within the image.
fn neighbours(pixel: usize, width: usize, count: usize) -> impl Iterator<Item = usize> {
    let (row, column) = (pixel / width, pixel % width);
    let rows = row.saturating_sub(1)..=(row + 1).min(count / width - 1);
    let columns = column.saturating_sub(1)..=(column + 1).min(width - 1);
    rows.flat_map(move |row| columns.clone().map(move |column| row * width + column))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An image drawn with one digit a pixel.
    fn kept(rows: &[&str]) -> Vec<String> {
        let width = rows[0].len();
        let mut labels: Vec<u8> = rows.concat().bytes().map(|digit| digit - b'0').collect();
        keep_largest_components(&mut labels, width);
        let digits: Vec<char> = labels.iter().map(|label| char::from(label + b'0')).collect();
        digits.chunks(width).map(|row| row.iter().collect()).collect()
    }

    #[test]
    fn each_class_keeps_its_largest_part() {
        // Class 1 has parts of 2 and 4 pixels, class 2 of 1 and 3, class 3 one part.
        let before = ["1102", "0002", "2012", "0311", "3010"];
        assert_eq!(kept(&before), ["0002", "0002", "0012", "0311", "3010"]);
    }

    #[test]
    fn corners_connect_and_image_borders_do_not() {
        // Four pixels along a diagonal against three in a row.
        assert_eq!(
            kept(&["10000", "01000", "00100", "00010", "11100"]),
            ["10000", "01000", "00100", "00010", "11100"],
            "the last row touches the diagonal"
        );
        assert_eq!(
            kept(&["100000", "010011", "001001", "000100"]),
            ["100000", "010000", "001000", "000100"]
        );
        // The end of a row is not next to the beginning of the next one.
        assert_eq!(kept(&["0011", "1000", "0000"]), ["0011", "0000", "0000"]);
    }

    #[test]
    fn another_class_between_two_parts_does_not_connect_them() {
        assert_eq!(kept(&["11211", "11210"]), ["11200", "11200"]);
    }

    #[test]
    fn of_equal_parts_the_first_stays_and_the_empty_image_too() {
        assert_eq!(kept(&["101"]), ["100"]);
        assert_eq!(kept(&["000", "000"]), ["000", "000"]);
        keep_largest_components(&mut [], 1);
    }

    proptest! {
        /// Parts found by letting the smallest number of any neighbour of the class spread.
        #[test]
        fn agrees_with_spreading_numbers(labels in prop::collection::vec(0u8..4, 56)) {
            let width = 8;
            let mut number: Vec<usize> = (0..labels.len()).collect();
            loop {
                let before = number.clone();
                for pixel in 0..labels.len() {
                    for other in 0..labels.len() {
                        let apart = (pixel / width).abs_diff(other / width)
                            .max((pixel % width).abs_diff(other % width));
                        if apart <= 1 && labels[pixel] == labels[other] {
                            number[pixel] = number[pixel].min(number[other]);
                        }
                    }
                }
                if number == before { break; }
            }
            let size = |part: usize| number.iter().filter(|n| **n == part).count();
            let stays = |pixel: usize| {
                let of_class = (0..labels.len()).filter(|other| labels[*other] == labels[pixel]);
                // The largest part; of equal ones the one with the smallest number.
                let best = of_class.map(|other| (size(number[other]), usize::MAX - number[other]));
                best.max() == Some((size(number[pixel]), usize::MAX - number[pixel]))
            };
            let expected: Vec<u8> = (0..labels.len())
                .map(|pixel| if stays(pixel) { labels[pixel] } else { 0 })
                .collect();
            let mut found = labels.clone();
            keep_largest_components(&mut found, width);
            prop_assert_eq!(found, expected);
        }
    }
}
