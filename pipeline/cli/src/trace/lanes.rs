//! One lane per action that runs at a time.

/// Gives each running action a lane of its own, the lowest that is free.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    taken: Vec<bool>,
}

impl Lanes {
    /// Takes the lowest free lane; says whether nobody had it before.
    pub(super) fn take(&mut self) -> (usize, bool) {
        if let Some(lane) = self.taken.iter().position(|taken| !taken) {
            self.taken[lane] = true;
            return (lane, false);
        }
        self.taken.push(true);
        (self.taken.len() - 1, true)
    }

    /// Gives a lane back.
    pub(super) fn give_back(&mut self, lane: usize) {
        if let Some(taken) = self.taken.get_mut(lane) {
            *taken = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_lane_is_taken() {
        let mut lanes = Lanes::default();
        assert_eq!([lanes.take(), lanes.take(), lanes.take()], [(0, true), (1, true), (2, true)]);
        lanes.give_back(1);
        assert_eq!([lanes.take(), lanes.take()], [(1, false), (3, true)]);
    }
}
