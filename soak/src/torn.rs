//! K1: logs that were cut, and logs of which a byte changed.

use std::sync::Arc;

use loyalty_core::ledger::{Group, Head, from_json_line, read_log, to_json_line, verify_from};

use crate::random::Random;
use crate::{Tally, sim};

/// A log of real acts: the lines, each with the version before it.
struct Log {
    lines: Vec<(Head, Vec<u8>)>,
    groups: Arc<[Group]>,
}

fn log(seed: u64) -> Log {
    let groups = sim::groups(seed);
    let mut head = Head::default();
    let mut lines = Vec::new();
    for group in &groups {
        lines.push((head, to_json_line(group).expect("a line").into_bytes()));
        head = Head {
            seq: group.seq,
            hash: group.hash,
        };
    }
    Log {
        lines,
        groups: groups.into(),
    }
}

/// Whether what begins with these bytes, after a version, is taken for a group.
fn taken(head: Head, bytes: &[u8]) -> bool {
    let line = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    line.ends_with(b"\n")
        && from_json_line(line).is_ok_and(|group| verify_from(head, [&group]).is_ok())
}

/// Cuts a log of a seed at every byte and changes every byte once: a cut leaves the groups before it,
/// a change is found.
///
/// # Panics
/// When one is not.
#[must_use]
pub fn crash_recovery(seed: u64) -> Tally {
    let mut random = Random::new(seed);
    let Log { lines, groups } = log(seed);
    let whole: Vec<u8> = lines.iter().flat_map(|(_, line)| line.clone()).collect();
    let mut tally = Tally {
        sequences: 1,
        groups: groups.len() as u64,
        ..Tally::default()
    };
    let mut start = 0;
    for (number, (head, line)) in lines.iter().enumerate() {
        for at in 0..line.len() {
            tally.acts += 2;
            if at > 0 {
                let torn = read_log(&line[..at]);
                assert!(
                    torn.groups.is_empty() && torn.valid_bytes == 0,
                    "group {number}, cut at {at}"
                );
                assert_eq!(
                    torn.problem.map(|problem| problem.code()),
                    Some("ledger.encoding")
                );
            }
            let mut bad = line.clone();
            bad[at] ^= 1 << random.below(8);
            assert!(
                !taken(*head, &bad),
                "group {number}, byte {at} is {:?}",
                char::from(bad[at])
            );
        }
        // The whole log, now and then: it is read as far as it is whole.
        if number % 7 == 0 {
            let at = start + random.below(line.len());
            let cut = read_log(&whole[..at]);
            assert_eq!(
                (cut.groups.as_slice(), cut.valid_bytes),
                (&groups[..number], start)
            );
            let mut bad = whole.clone();
            bad[at] ^= 1 << random.below(8);
            let read = read_log(&bad);
            assert!(read.problem.is_some());
            assert_eq!(
                (read.groups.as_slice(), read.valid_bytes),
                (&groups[..number], start)
            );
        }
        start += line.len();
    }
    tally
}
