//! Pseudo-random numbers from a seed: the same on every platform.

/// A generator (`SplitMix64`); its state is one number, so that a failure is told by a seed. A fuzzer
/// chooses the first numbers by bytes.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
    /// The bytes of a fuzzer that are left, the next one last.
    chosen: Vec<u8>,
}

impl Random {
    /// The generator of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            state: seed,
            chosen: Vec::new(),
        }
    }

    /// The generator whose first numbers are these bytes.
    #[must_use]
    pub fn chosen(bytes: &[u8]) -> Self {
        Self {
            state: 0,
            chosen: bytes.iter().rev().copied().collect(),
        }
    }

    /// Whether no bytes of a fuzzer are left.
    #[must_use]
    pub const fn is_chosen_out(&self) -> bool {
        self.chosen.is_empty()
    }

    /// The seed of the part `number` of a run.
    #[must_use]
    pub fn part(seed: u64, number: u64) -> u64 {
        Self::new(seed ^ number.wrapping_mul(0xd134_2543_de82_ef95)).draw()
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        if let Some(byte) = self.chosen.pop() {
            return u64::from(byte);
        }
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below `end`; 0 where that is empty.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX);
        usize::try_from(self.draw() % end.max(1)).unwrap_or(0)
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = to.saturating_sub(from).saturating_add(1).unsigned_abs();
        from.saturating_add(i64::try_from(self.draw() % width.max(1)).unwrap_or(0))
    }

    /// Whether a chance of one in `of` falls.
    pub fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    /// One of these.
    ///
    /// # Panics
    /// When there is none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// The same in another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
