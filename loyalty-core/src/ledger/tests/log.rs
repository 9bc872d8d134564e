use super::*;

/// A log of small groups.
fn sample(count: usize) -> Ledger {
    let mut book = Book::new();
    for number in 0..count {
        let entry = match number % 3 {
            0 => earning(LotOpen {
                expiry: Some(from_day(9000)),
                ..lot((number / 3) as u64, 10)
            }),
            1 => spend((number / 3) as u64, vec![draw((number / 3) as u64, 4)]),
            _ => event("visit", None),
        };
        let group = group(book.account(), day(number as i32 / 10), vec![entry]);
        book.0.post(group).unwrap();
    }
    book.account().audit().unwrap();
    book.0
}

fn text(ledger: &Ledger) -> Vec<u8> {
    ledger
        .groups()
        .iter()
        .map(|group| to_json_line(group).unwrap())
        .collect::<String>()
        .into_bytes()
}

#[test]
fn lines_round_trip() {
    let ledger = sample(30);
    for group in ledger.groups() {
        assert_eq!(
            from_json_line(to_json_line(group).unwrap().as_bytes()).unwrap(),
            *group
        );
    }
    let read = read_log(&text(&ledger));
    assert_eq!(
        (read.groups.as_slice(), read.problem),
        (ledger.groups(), None)
    );
    assert_eq!(read.head, ledger.account().head);
    assert_eq!(verify(ledger.groups()), Ok(ledger.account().head));
    let again = Ledger::from_groups(id("m1"), read.groups).unwrap();
    assert_eq!(again, ledger);
}

/// A cut at any byte leaves the groups before it, and a cut within a line is told.
#[test]
fn a_log_cut_anywhere_keeps_its_whole_groups() {
    let ledger = sample(1000);
    let bytes = text(&ledger);
    let ends: Vec<usize> = (0..bytes.len())
        .filter(|at| bytes[*at] == b'\n')
        .map(|at| at + 1)
        .collect();
    // A prefix is read group by group, so only the torn line matters: read it after its head.
    for (number, end) in ends.iter().enumerate() {
        let start = if number == 0 { 0 } else { ends[number - 1] };
        for cut in start + 1..*end {
            assert!(from_torn(&bytes[start..cut]), "group {number}, byte {cut}");
        }
    }
    for cut in (0..bytes.len()).step_by(bytes.len() / 40) {
        let read = read_log(&bytes[..cut]);
        let whole = ends.iter().filter(|end| **end <= cut).count();
        assert_eq!(read.groups.as_slice(), &ledger.groups()[..whole]);
        assert_eq!(
            read.valid_bytes,
            if whole == 0 { 0 } else { ends[whole - 1] }
        );
        assert_eq!(read.problem.is_some(), cut != read.valid_bytes);
    }
}

/// Whether a line without its end is refused.
fn from_torn(line: &[u8]) -> bool {
    read_log(line)
        .problem
        .is_some_and(|problem| problem.code() == "ledger.encoding")
}

/// Every byte, flipped in its lowest bit and in one more that goes round: always found.
#[test]
fn a_flipped_byte_is_found_and_the_groups_before_it_are_kept() {
    let ledger = sample(1000);
    let mut start = 0;
    for (number, group) in ledger.groups().iter().enumerate() {
        let line = to_json_line(group).unwrap().into_bytes();
        let head = Head {
            seq: group.seq - 1,
            hash: group.prev,
        };
        // Every byte of every tenth group, some bytes of the others.
        let step = if number % 10 == 0 { 1 } else { 31 };
        for at in (0..line.len()).step_by(step) {
            for bit in [0, (start + at) % 7 + 1] {
                let mut bad = line.clone();
                bad[at] ^= 1 << bit;
                // A flip that makes a line's end within a line tears it: both halves are refused.
                let first = bad
                    .split_inclusive(|byte| *byte == b'\n')
                    .next()
                    .unwrap_or_default();
                let whole = first.ends_with(b"\n")
                    && from_json_line(first).is_ok_and(|group| verify_from(head, [&group]).is_ok());
                assert!(!whole, "group {number}, byte {at}, bit {bit}");
            }
        }
        start += line.len();
    }
    let mut bytes = text(&ledger);
    for at in (0..bytes.len()).step_by(bytes.len() / 20) {
        bytes[at] ^= 1;
        let read = read_log(&bytes);
        let whole = bytes[..at].iter().filter(|byte| **byte == b'\n').count();
        assert!(read.problem.is_some());
        assert_eq!(read.groups.as_slice(), &ledger.groups()[..whole]);
        bytes[at] ^= 1;
    }
}

#[test]
fn a_chain_breaks_where_a_group_changes() {
    let ledger = sample(9);
    let mut groups = ledger.groups().to_vec();
    assert_eq!(longest_valid_prefix(&groups), 9);
    groups[5].at = day(99);
    assert_eq!(verify(&groups).unwrap_err().code(), "ledger.hash");
    assert_eq!(longest_valid_prefix(&groups), 5);
    groups[5] = seal(groups[5].clone()).unwrap();
    assert_eq!(verify(&groups).unwrap_err().code(), "ledger.chain");
    assert_eq!(longest_valid_prefix(&groups), 6);
    groups.remove(5);
    assert_eq!(verify(&groups).unwrap_err().code(), "ledger.sequence");
}

#[test]
fn lines_that_are_not_read() {
    let line = to_json_line(&sample(1).groups()[0]).unwrap();
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let long = vec![b' '; LINE_BYTES_MAX + 1];
    let code = |bytes: &[u8]| from_json_line(bytes).unwrap_err().code();
    assert_eq!(code(deep.as_bytes()), "ledger.size");
    assert_eq!(code(&long), "ledger.size");
    for text in [
        "",
        "{}",
        "null",
        "[]",
        &line.replace(":", ": "),
        &line.replace("\"seq\"", "\"sec\""),
    ] {
        assert_eq!(code(text.as_bytes()), "ledger.encoding", "{text}");
    }
    assert_eq!("x".parse::<Digest>().unwrap_err().code(), "ledger.digest");
}

#[test]
fn snapshots_come_back_whole_or_not_at_all() {
    let account = sample(50).account().clone();
    let json = account.snapshot_json().unwrap();
    assert_eq!(Account::restore_json(json.as_bytes()).unwrap(), account);
    let code = |text: &str| Account::restore_json(text.as_bytes()).unwrap_err().code();
    assert_eq!(
        code(&json.replacen("\"redeemed\":\"", "\"redeemed\":\"1", 1)),
        "ledger.hash"
    );
    assert_eq!(code("{}"), "ledger.encoding");
    let mut broken = account;
    broken.wallets[0].totals.earned = points(1);
    assert_eq!(code(&broken.snapshot_json().unwrap()), "ledger.audit");
}
