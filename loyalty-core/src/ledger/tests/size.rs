//! What a replay reads and writes stays small.

use super::*;

#[test]
fn entries_groups_and_lots_stay_small() {
    assert_eq!(size_of::<Entry>(), 64);
    assert_eq!(size_of::<Lot>(), 64);
    assert!(size_of::<Group>() <= 208);
    assert!(size_of::<RedemptionState>() <= 80);
}
