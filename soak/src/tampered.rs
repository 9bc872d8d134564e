//! V1 and V2: decisions that a client changed, or shows too late.

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::verify_decision;

use crate::Tally;
use crate::random::Random;
use crate::targets::Scene;

/// A decision of a seed, with single bytes changed, over an account that moved, under another scheme:
/// nothing passes but the decision itself.
///
/// # Panics
/// When something else does, or the decision does not.
#[must_use]
pub fn verify(seed: u64) -> Tally {
    let mut random = Random::new(seed);
    let scene = Scene::new(seed);
    let honest = scene.decision();
    let facts = Facts::default();
    let check = |account, scheme, bytes: &[u8]| {
        verify_decision(
            scheme,
            account,
            &scene.purchase,
            &facts,
            bytes,
            Some(&scene.pool),
        )
        .map_err(|error| error.code())
    };
    assert!(
        check(&scene.account, &scene.scheme, &honest).is_ok(),
        "V1: a false alarm"
    );
    let mut acts = 1;
    for _ in 0..100 {
        let at = random.below(honest.len());
        let mut bad = honest.clone();
        match random.below(8) {
            0 => drop(bad.remove(at)),
            1 => bad.insert(at, u8::try_from(random.below(128)).unwrap_or(0)),
            2 => bad[at] = *random.pick(b"0123456789"),
            3 => bad.truncate(at),
            _ => bad[at] ^= 1 << random.below(8),
        }
        if bad == honest {
            continue;
        }
        acts += 1;
        // The moment is the client's word: another one is another decision of the engine.
        if let Ok(other) = check(&scene.account, &scene.scheme, &bad) {
            assert_eq!(
                scene.decision_at(other.at),
                bad,
                "V1: {}",
                String::from_utf8_lossy(&bad)
            );
            assert_ne!(other.at, scene.at, "V1: {}", String::from_utf8_lossy(&bad));
        }
    }
    let mut moved = scene.account.clone();
    moved.head.seq += 1;
    assert_eq!(
        check(&moved, &scene.scheme, &honest).err(),
        Some("decision.head_moved"),
        "V2"
    );
    let other = Scene::new(seed.wrapping_add(1));
    assert_eq!(
        check(&scene.account, &other.scheme, &honest).err(),
        Some("decision.scheme_differs"),
        "V2"
    );
    Tally {
        sequences: 1,
        acts: acts + 2,
        ..Tally::default()
    }
}
