use super::*;

#[test]
fn cards_fill_and_open_again() {
    let mut book = Book::new();
    let open = |instance, start| {
        let milestones = Vec::new();
        let entry = CardOpenEntry {
            card: id("c"),
            instance,
            target: 5,
            start,
            milestones,
            expiry: None,
        };
        Entry::CardOpen(Box::new(entry))
    };
    let stamp = |instance, count, purchase: Option<&str>| {
        let purchase = purchase.map(id);
        Entry::Stamp(Box::new(StampEntry {
            card: id("c"),
            instance,
            count,
            purchase,
        }))
    };
    let end = |instance, lapsed| {
        Entry::CardComplete(CardCompleteEntry {
            card: id("c"),
            instance,
            lapsed,
        })
    };
    book.post(day(0), vec![open(0, 1), stamp(0, 3, Some("a"))]);
    assert_eq!(
        book.try_post(day(0), vec![end(0, false)])
            .unwrap_err()
            .code(),
        "ledger.state"
    );
    let error = book.try_post(day(0), vec![stamp(0, 2, None)]).unwrap_err();
    assert_eq!(error.code(), "ledger.exceeded");
    book.post(
        day(1),
        vec![
            stamp(0, 1, Some("b")),
            end(0, false),
            open(1, 0),
            stamp(1, 2, Some("b")),
        ],
    );
    let card = book.account().card(&id("c")).unwrap();
    assert_eq!((card.first_open, card.last_stamp), (1, Some(day(1))));
    // The stamps of "a" come off, the card is opened again.
    let error = book
        .try_post(day(2), vec![stamp(0, -4, Some("a"))])
        .unwrap_err();
    assert_eq!(error.code(), "ledger.exceeded");
    book.post(day(2), vec![stamp(0, -3, Some("a")), open(0, 1)]);
    let card = book.account().card(&id("c")).unwrap();
    assert_eq!((card.first_open, card.instances[0].count()), (0, 2));
    book.post(day(3), vec![end(1, true)]);
    let error = book.try_post(day(3), vec![stamp(1, 1, None)]).unwrap_err();
    assert_eq!(error.code(), "ledger.state");
    assert_eq!(
        book.try_post(day(3), vec![open(0, 1)]).unwrap_err().code(),
        "ledger.state"
    );
    assert_eq!(
        book.try_post(day(3), vec![open(3, 1)]).unwrap_err().code(),
        "ledger.number"
    );
    assert_eq!(
        book.try_post(day(3), vec![open(1, 2)]).unwrap_err().code(),
        "ledger.state"
    );
}

fn used(issue: u64) -> Entry {
    Entry::RewardUse(Box::new(RewardUseEntry {
        issue,
        purchase: None,
        value: None,
    }))
}

fn void(issue: u64, cause: VoidCause) -> Entry {
    Entry::RewardVoid(RewardVoidEntry { issue, cause })
}

#[test]
fn rewards_move_from_state_to_state() {
    let mut book = Book::new();
    book.post(
        day(0),
        vec![
            issue(0, None),
            issue(1, None),
            hold("h", &[], vec![0], day(9)),
        ],
    );
    let code = |book: &mut Book, entry| book.try_post(day(1), vec![entry]).unwrap_err().code();
    assert_eq!(code(&mut book, void(0, VoidCause::Expired)), "ledger.state");
    assert_eq!(
        code(&mut book, hold("g", &[], vec![0], day(9))),
        "ledger.state"
    );
    book.post(day(1), vec![used(0)]);
    assert!(book.account().hold(&id("h")).unwrap().issues.is_empty());
    book.post(
        day(1),
        vec![Entry::Capture(hold_ref("h")), void(1, VoidCause::Expired)],
    );
    assert_eq!(book.account().first_ready, 2);
    assert_eq!(code(&mut book, used(1)), "ledger.state");
    assert_eq!(code(&mut book, void(0, VoidCause::Expired)), "ledger.state");
    book.post(day(2), vec![void(0, VoidCause::Reissued), issue(2, None)]);
    book.post(day(3), vec![hold("h", &[], vec![2], day(9))]);
    book.post(day(3), vec![Entry::Release(hold_ref("h"))]);
    assert_eq!(book.account().open_rewards().count(), 1);
}

#[test]
fn counters_ladders_and_status() {
    let mut book = Book::new();
    let count = |change| {
        Entry::Count(CountEntry {
            limit: LimitKey::new("rule.base", None),
            change,
        })
    };
    book.post(day(0), vec![count(3)]);
    assert_eq!(
        book.try_post(day(0), vec![count(-4)]).unwrap_err().code(),
        "ledger.exceeded"
    );
    book.post(day(0), vec![count(-3)]);
    assert!(book.account().counters.is_empty());
    let change = |from: Option<&str>, to: &str| {
        Entry::TierChange(Box::new(TierChangeEntry {
            ladder: id("ladder"),
            from: from.map(id),
            to: Some(id(to)),
            cause: TierCause::Reached,
            entered: day(0).date(),
            review: Some(from_day(365)),
            floor: None,
            surplus: 0,
        }))
    };
    book.post(day(1), vec![change(None, "silver")]);
    assert_eq!(
        book.try_post(day(1), vec![change(None, "gold")])
            .unwrap_err()
            .code(),
        "ledger.state"
    );
    book.post(day(2), vec![change(Some("silver"), "gold")]);
    assert_eq!(
        book.account().ladder(&id("ladder")).unwrap().changes.len(),
        2
    );
    book.post(
        day(3),
        vec![
            event("account.enrolled", None),
            event("account.suspended", None),
        ],
    );
    assert_eq!(book.account().joined, Some(day(3).date()));
    book.post(
        day(3),
        vec![
            event("account.resumed", None),
            event("account.closed", None),
        ],
    );
    assert_eq!(book.account().status, Status::Closed);
    let error = book
        .try_post(day(3), vec![event("account.resumed", None)])
        .unwrap_err();
    assert_eq!(error.code(), "ledger.state");
}
