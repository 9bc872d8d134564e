//! A part of every long test, and every input that once failed under the fuzzer.

use loyalty_core_soak::random::Random;
use loyalty_core_soak::targets::{TARGETS, seeds};
use loyalty_core_soak::{Tally, devices, faults, sim, sums, tampered, torn};

/// Plays so many cases; a failure names the seed.
fn play(seed: u64, cases: u64, part: fn(u64) -> Tally) -> Tally {
    let of = |number| Random::part(seed, number);
    (0..cases).fold(Tally::default(), |tally, number| {
        let seed = of(number);
        match std::panic::catch_unwind(|| part(seed)) {
            Ok(played) => tally.plus(played),
            Err(_) => panic!("seed {seed}"),
        }
    })
}

#[test]
fn sim_ledger() {
    let tally = play(1, 400, sim::sequence);
    assert!(tally.events > 30_000, "{tally:?}");
    println!("{tally:?}");
}

/// The same seed plays the same sequence.
#[test]
fn a_seed_is_a_sequence() {
    assert_eq!(play(2, 20, sim::sequence), play(2, 20, sim::sequence));
}

#[test]
fn double_spend() {
    let _ = play(1, 2_000, devices::double_spend);
}

#[test]
fn at_least_once() {
    let _ = play(1, 150, devices::at_least_once);
}

#[test]
fn crash_recovery() {
    let _ = play(1, 1, torn::crash_recovery);
}

#[test]
fn verify_decision() {
    let _ = play(1, 25, tampered::verify);
}

#[test]
fn malformed_schemes() {
    let tally = faults::malformed(0).plus(play(1, 2, faults::malformed));
    assert!(tally.acts > 2_000, "{tally:?}");
}

#[test]
fn money_exact() {
    let _ = play(1, 200, sums::money_exact);
}

#[test]
fn the_seeds_of_the_fuzzer_pass() {
    for (name, target) in TARGETS {
        for (_, seed, bytes) in seeds().iter().filter(|(of, ..)| *of == name).take(6) {
            println!("{name} {seed}");
            target(bytes);
        }
    }
}

/// `fuzz/regressions/` holds a folder for each target.
#[test]
fn what_once_failed_passes() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/regressions");
    for entry in std::fs::read_dir(root).expect("the folder of regressions") {
        let folder = entry.expect("an entry").path();
        if !folder.is_dir() {
            continue;
        }
        let name = folder
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name");
        let target = TARGETS.iter().find(|(known, _)| *known == name);
        let (_, target) = target.unwrap_or_else(|| panic!("{name} is no target"));
        for file in std::fs::read_dir(&folder).expect("a folder") {
            let file = file.expect("a file").path();
            println!("{}", file.display());
            target(&std::fs::read(&file).expect("bytes"));
        }
    }
}
