//! The random numbers of NumPy's `RandomState`, for splits that other programs made with it.

/// The Mersenne Twister MT19937 as `numpy.random.RandomState(seed)` seeds and uses it.
///
/// Nothing here is drawn with it by default: it repeats decisions that were published as a seed and
/// a rule instead of a list.
///
/// # Source
/// Matsumoto and Nishimura, ACM TOMACS 8(1):3-30, 1998, with the initialization of 2002; NumPy's
/// legacy `shuffle`, whose stream is frozen by NEP 19.
pub(crate) struct RandomState {
    state: [u32; SIZE],
    /// The next word of the state to be given out.
    next: usize,
}

/// Words of state.
const SIZE: usize = 624;
/// Distance of the words that are combined.
const MIDDLE: usize = 397;

impl RandomState {
    /// The generator of a seed, as `RandomState(seed)`.
    pub(crate) fn new(seed: u32) -> Self {
        let mut state = [seed; SIZE];
        for i in 1..SIZE {
            let before = state[i - 1];
            // 1812433253 is the multiplier of the authors' initialization.
            state[i] =
                1_812_433_253_u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(i as u32);
        }
        Self { state, next: SIZE }
    }

    /// 32 random bits.
    fn word(&mut self) -> u32 {
        if self.next == SIZE {
            self.twist();
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    fn twist(&mut self) {
        for i in 0..SIZE {
            let bits = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % SIZE] & 0x7fff_ffff);
            let odd = if bits & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + MIDDLE) % SIZE] ^ (bits >> 1) ^ odd;
        }
        self.next = 0;
    }

    /// A number from 0 to `most`: words cut to the bits of `most` until one is small enough.
    fn at_most(&mut self, most: u32) -> u32 {
        let mask = u32::MAX.checked_shr(most.leading_zeros()).unwrap_or(0);
        loop {
            let value = self.word() & mask;
            if value <= most {
                return value;
            }
        }
    }

    /// Shuffles in place, as `RandomState.shuffle`.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            // More than 2^32 items do not fit a cases table.
            let other = self.at_most(u32::try_from(i).unwrap_or(u32::MAX));
            items.swap(i, other as usize);
        }
    }

    /// The numbers below `count` in random order, as `RandomState.permutation`.
    pub(crate) fn permutation(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        self.shuffle(&mut order);
        order
    }
}

/// The positions of one fold among `count` sorted items, as
/// `KFold(folds, shuffle=True, random_state=seed)` of scikit-learn.
///
/// The shuffled positions are cut into `folds` stretches, of which the first `count % folds` are
/// one longer.
pub(crate) fn shuffled_fold(count: usize, folds: usize, fold: usize, seed: u32) -> Vec<usize> {
    let order = RandomState::new(seed).permutation(count);
    let (short, longer) = (count / folds, count % folds);
    let start = fold * short + fold.min(longer);
    let length = short + usize::from(fold < longer);
    let mut positions = order[start..start + length].to_vec();
    positions.sort_unstable();
    positions
}

/// The positions that stay in training among `count` sorted items, as
/// `train_test_split(items, test_size=ratio, random_state=seed)` of scikit-learn, in its order.
pub(crate) fn training_part(count: usize, ratio: f64, seed: u32) -> Vec<usize> {
    let order = RandomState::new(seed).permutation(count);
    // Rounded up without slack, as there.
    let held_out = ((ratio * count as f64).ceil() as usize).min(count);
    order[held_out..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_numpy() {
        // RandomState(seed).randint(0, 2**32, dtype=numpy.uint32), NumPy 2.4.6.
        let first = |seed| {
            let mut random = RandomState::new(seed);
            [random.word(), random.word(), random.word()]
        };
        assert_eq!(first(12_345), [3_992_670_690, 3_823_185_381, 1_358_822_685]);
        assert_eq!(first(0), [2_357_136_044, 2_546_248_239, 3_071_714_933]);
        // The ten thousandth word for the authors' default seed, known from the C++ standard.
        let mut random = RandomState::new(5489);
        let last = (0..10_000).map(|_| random.word()).last();
        assert_eq!(last, Some(4_123_659_995));
    }

    #[test]
    fn permutations_are_those_of_numpy() {
        let order = RandomState::new(0).permutation(10);
        assert_eq!(order, [2, 8, 4, 9, 1, 6, 7, 3, 0, 5]);
        assert_eq!(RandomState::new(7).permutation(1), [0]);
        assert!(RandomState::new(7).permutation(0).is_empty());
    }

    #[test]
    fn training_parts_are_those_of_scikit_learn() {
        // train_test_split(range(n), test_size=ratio, random_state=0), scikit-learn 1.9.1.
        let eight = [36, 21, 9, 103, 67, 117, 47, 172];
        assert_eq!(training_part(174, 0.95, 0), eight);
        assert_eq!(training_part(175, 0.95, 0), eight);
        let seventeen = [81, 163, 165, 39, 58, 140, 88, 70, 87];
        assert_eq!(training_part(174, 0.9, 0), [&seventeen[..], &eight[..]].concat());
        assert_eq!(training_part(174, 0.98, 0), eight[5..]);
        assert_eq!(training_part(40, 0.85, 0), [21, 19, 9, 38, 3, 0]);
        assert!(training_part(3, 0.9, 0).is_empty());
    }

    #[test]
    fn folds_of_every_size_cover_everything_once() {
        for (count, folds) in [(5, 5), (41, 5), (32, 3), (7, 2)] {
            let mut all: Vec<usize> =
                (0..folds).flat_map(|fold| shuffled_fold(count, folds, fold, 1)).collect();
            all.sort_unstable();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
        assert_eq!([0, 1, 2].map(|fold| shuffled_fold(8, 3, fold, 1).len()), [3, 3, 2]);
    }
}
