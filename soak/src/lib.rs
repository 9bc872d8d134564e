//! Long random tests of the engine. `make soak` runs them for as long as it is asked to; the tests of
//! this crate run a part of each.

mod checks;

pub mod carts;
pub mod devices;
pub mod faults;
pub mod random;
pub mod schemes;
pub mod sim;
pub mod sums;
pub mod tampered;
pub mod targets;
pub mod torn;
pub mod world;

/// What a part of the soak did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sequences, or cases.
    pub sequences: u64,
    /// Acts that were asked for, or other executions.
    pub acts: u64,
    /// Groups that were posted.
    pub groups: u64,
    /// Entries of those.
    pub events: u64,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            sequences: self.sequences + other.sequences,
            acts: self.acts + other.acts,
            groups: self.groups + other.groups,
            events: self.events + other.events,
        }
    }
}

/// A part of the soak: a function of a seed, which panics where something does not hold.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// Its share of the time.
    pub share: u32,
    /// One case.
    pub play: fn(u64) -> Tally,
}

/// Every part.
pub const PARTS: [Part; 7] = [
    Part {
        name: "sim_ledger",
        share: 12,
        play: sim::sequence,
    },
    Part {
        name: "double_spend",
        share: 3,
        play: devices::double_spend,
    },
    Part {
        name: "at_least_once",
        share: 3,
        play: devices::at_least_once,
    },
    Part {
        name: "crash_recovery",
        share: 2,
        play: torn::crash_recovery,
    },
    Part {
        name: "verify_decision",
        share: 2,
        play: tampered::verify,
    },
    Part {
        name: "malformed_schemes",
        share: 2,
        play: faults::malformed,
    },
    Part {
        name: "money_exact",
        share: 1,
        play: sums::money_exact,
    },
];
