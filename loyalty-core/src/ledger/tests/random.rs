//! Random sequences of entries, most of them valid.

use proptest::prelude::*;

use super::*;

/// One step: what kind, and numbers that choose its details.
type Step = (u8, u64, i64, u8);

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0_u8..20, 0_u64..12, 0_i64..60, 0_u8..40), 1..most)
}

/// The entries of a step, near what the account allows.
fn entries(account: &Account, (kind, pick, amount, days): Step, today: i32) -> Vec<Entry> {
    let wallet = account.wallet(&id("p"));
    let next = wallet.map_or(0, |wallet| wallet.lots.len() as u64);
    let free = |number: u64| {
        let lot = wallet.and_then(|wallet| wallet.lots.get(number as usize));
        lot.map_or(0, |lot| (lot.remaining.milli() - lot.held.milli()) / 1000)
    };
    let some = |number: u64| amount.min(free(number));
    let soon = Some(from_day(today + i32::from(days)));
    let deficit = wallet.map_or(0, |wallet| wallet.deficit.milli() / 1000);
    let spent = account.redemptions.len() as u64;
    let name = account
        .purchases
        .last()
        .map(|state| state.entry.purchase.id.to_string());
    let bought = |entries: fn(&str, u64, i64) -> Entry| {
        name.as_ref()
            .map(|name| vec![entries(name, pick, amount)])
            .unwrap_or_default()
    };
    match kind {
        0..=2 => vec![earning(LotOpen {
            expiry: soon,
            ..lot(next, amount)
        })],
        3 => vec![earning(LotOpen {
            pending: Some(Pending::Until(from_day(today + 3))),
            expiry: soon,
            ..lot(next, amount)
        })],
        4 => vec![earning(LotOpen {
            activity: true,
            ..lot(next, amount)
        })],
        5..=7 => vec![spend(spent, vec![draw(pick, some(pick))])],
        8 => vec![purchase(&format!("p{}", account.head.seq))],
        9 => bought(|name, pick, amount| {
            Entry::Reversal(Box::new(reversal(
                name,
                vec![draw(pick, amount / 8)],
                amount / 4,
            )))
        }),
        10 => bought(|name, pick, amount| {
            let part = restoration(None, vec![draw(pick, amount / 9)]);
            Entry::Restoration(Box::new(RestorationEntry {
                purchase: Some(id(name)),
                deficit: points(amount / 5),
                ..part
            }))
        }),
        11 => vec![Entry::DeficitFill(of_lot(pick, some(pick).min(deficit)))],
        12 => vec![Entry::Restoration(Box::new(restoration(
            Some(pick),
            vec![draw(pick, amount / 4)],
        )))],
        13 => vec![hold(
            &format!("h{pick}"),
            &[(pick, some(pick))],
            vec![],
            day(today + i32::from(days)),
        )],
        14 => vec![Entry::Release(hold_ref(&format!("h{pick}")))],
        15 => vec![
            captured(spent, &format!("h{pick}"), vec![draw(pick, amount)]),
            Entry::Capture(hold_ref(&format!("h{pick}"))),
        ],
        16 => {
            let into = (amount % 2 == 0).then(|| draw(pick, amount));
            let entry = AdjustmentEntry {
                wallet: id("p"),
                lot: None,
                into,
                draws: vec![],
                deficit: points(amount % 5),
            };
            vec![Entry::Adjustment(Box::new(entry))]
        }
        17 => bought(|name, pick, amount| {
            back(name, &[("1", (pick % 2) as u32)], "1.00", amount % 7 == 0)
        }),
        18 => {
            let activity = vec![ActivityEntry {
                before: None,
                wallet: id("p"),
                expiry: Some(from_day(today + i32::from(days))),
            }];
            vec![Entry::Event(Box::new(EventEntry {
                name: id("visit"),
                purchase: None,
                metrics: vec![],
                activity,
            }))]
        }
        _ => vec![Entry::Count(CountEntry {
            limit: LimitKey::new("l", None),
            change: amount - 20,
        })],
    }
}

/// Entries of the kinds that [`entries`] has none of; an account takes them again and again.
fn others(account: &Account, today: i32) -> Vec<Entry> {
    let event = |name: &str, ladder: &str| {
        let metrics = vec![MetricEntry {
            ladder: id(ladder),
            amount: 7,
        }];
        Entry::Event(Box::new(EventEntry {
            name: id(name),
            purchase: None,
            metrics,
            activity: vec![],
        }))
    };
    let suspended = account.status == Status::Suspended;
    let next_card = account
        .card(&id("coffee"))
        .map_or(0, |card| card.instances.len() as u32);
    let next_lot = account
        .wallet(&id("q"))
        .map_or(0, |wallet| wallet.lots.len() as u64);
    let next_issue = account.rewards.len() as u64;
    let name = format!("late{}", account.head.seq);
    let first_purchase = account.purchases.first();
    let first_purchase = first_purchase.map_or(name.clone(), |s| s.entry.purchase.id.to_string());
    let stamp = |instance, count| {
        Entry::Stamp(Box::new(StampEntry {
            card: id("coffee"),
            instance,
            count,
            purchase: None,
        }))
    };
    let used = |issue| {
        Entry::RewardUse(Box::new(RewardUseEntry {
            issue,
            purchase: None,
            value: None,
        }))
    };
    vec![
        purchase(&name),
        event("visit", "visits"),
        event(
            if suspended {
                "account.resumed"
            } else {
                "account.suspended"
            },
            "other",
        ),
        Entry::TierChange(Box::new(TierChangeEntry {
            ladder: id("visits"),
            from: account.ladder(&id("visits")).and_then(|l| l.tier.clone()),
            to: Some(id(&format!("t{next_card}"))),
            cause: TierCause::Reached,
            entered: day(today).date(),
            review: None,
            floor: None,
            surplus: 3,
        })),
        Entry::CardOpen(Box::new(CardOpenEntry {
            card: id("coffee"),
            instance: next_card,
            target: 9,
            start: 0,
            milestones: vec![],
            expiry: None,
        })),
        stamp(0, 2),
        stamp(next_card, 1),
        issue(next_issue, None),
        issue(next_issue + 1, None),
        used(next_issue.saturating_sub(1)),
        Entry::TransferIn(Box::new(TransferInEntry {
            wallet: id("q"),
            lots: vec![lot(next_lot, 5)],
            from: id("m2"),
        })),
        Entry::Event(Box::new(EventEntry {
            name: id("delivered"),
            purchase: Some(id(&first_purchase)),
            metrics: vec![],
            activity: vec![],
        })),
    ]
}

/// What comes back of the first purchase, if it can.
fn bought_back(account: &Account) -> Option<Entry> {
    let state = account.purchases.first().filter(|state| !state.cancelled)?;
    Some(back(state.entry.purchase.id.as_str(), &[], "0.00", true))
}

/// Posts steps; those that the ledger refuses must leave no trace (`Book::try_post` looks).
fn play(steps: &[Step]) -> (Book, i32) {
    let (mut book, mut today) = (Book::new(), 0);
    for step in steps {
        today += i32::from(step.3) / 8;
        let now = day(today);
        let before = book.balance(now);
        let due = book.account().due(now).unwrap();
        if !due.is_empty() {
            book.post(now, due);
            assert_eq!(
                book.balance(now),
                before,
                "posting what is due changes no balance"
            );
        }
        assert!(!book.account().has_due(now));
        let entries = entries(book.account(), *step, today);
        let _ = book.try_post(now, entries);
    }
    (book, today)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn books_balance_and_time_changes_nothing(steps in steps(60), ahead in 0_i32..80) {
        let (mut book, today) = play(&steps);
        let later = day(today + ahead);
        let before = book.balance(later);
        let due = book.account().due(later).unwrap();
        let travelled = book.account().with_due(later).unwrap();
        travelled.audit().unwrap();
        prop_assert_eq!(travelled.balance(&id("p"), later), before);
        book.post(later, due);
        prop_assert_eq!(book.balance(later), before);
        prop_assert!(book.account().due(later).unwrap().is_empty());
        prop_assert_eq!(&book.account().wallets, &travelled.wallets);
    }

    /// A group that fails at its last entry leaves no trace of those before, whatever they changed.
    #[test]
    fn what_fails_late_is_undone(steps in steps(30), twice in any::<bool>(), tail in prop::collection::vec((0_u8..20, 0_u64..12, 0_i64..60, 0_u8..40), 1..4)) {
        let (mut book, today) = play(&steps);
        let now = day(today);
        if twice {
            let entries = others(book.account(), today);
            book.post(now, entries);
        }
        let mut tried = others(book.account(), today);
        tried.extend(bought_back(book.account()));
        for step in tail {
            tried.extend(entries(book.account(), step, today));
        }
        for length in 0..=tried.len() {
            let mut some = tried[..length].to_vec();
            some.push(Entry::Count(CountEntry {
                limit: LimitKey::new("never", None),
                change: -1,
            }));
            let hash = book.account().state_hash().unwrap();
            prop_assert!(book.try_post(now, some).is_err());
            prop_assert_eq!(book.account().state_hash().unwrap(), hash);
            book.account().audit().unwrap();
        }
    }

    #[test]
    fn a_snapshot_and_its_tail_are_the_whole_replay(steps in steps(40), cut in 0_usize..40) {
        let (book, _) = play(&steps);
        let groups = book.0.groups();
        let cut = cut.min(groups.len());
        let whole = Account::replay(id("m1"), groups).unwrap();
        prop_assert_eq!(&whole, book.account());
        let first = Account::replay(id("m1"), &groups[..cut]).unwrap();
        first.audit().unwrap();
        let restored = Account::restore_json(first.snapshot_json().unwrap().as_bytes()).unwrap();
        prop_assert_eq!(&restored, &first);
        let both = restored.continue_replay(&groups[cut..]).unwrap();
        prop_assert_eq!(both.state_hash().unwrap(), whole.state_hash().unwrap());
        prop_assert_eq!(&both, &whole);
        prop_assert_eq!(verify(groups).unwrap(), whole.head);
    }

    /// Whatever the order and whatever is wrong, a mixed log leads to what its groups lead to one by one.
    #[test]
    fn a_mixed_log_is_its_groups_one_by_one(
        steps in prop::collection::vec(steps(40), 3),
        turns in prop::collection::vec(0_usize..3, 150),
        faults in prop::collection::vec(0_usize..200, 0..3),
    ) {
        let books: Vec<Book> = steps.iter().map(|steps| play(steps).0).collect();
        let mut logs: Vec<_> = books.iter().map(|book| book.0.groups().iter()).collect();
        let mut log: Vec<(usize, Group)> = Vec::new();
        for turn in turns.into_iter().chain((0..3).flat_map(|turn| [turn; 200])) {
            log.extend(logs[turn].next().map(|group| (turn, group.clone())));
        }
        for fault in faults {
            if let Some((_, group)) = log.get_mut(fault) {
                group.seq += 1;
            }
        }
        let open = || vec![Replay::from(Account::new(id("m1"))); 3];
        let (mut single, mut all, mut first) = (open(), open(), Ok(()));
        for (place, group) in &log {
            first = first.and(single[*place].push(group));
        }
        let pushed = push_all(&mut all, log.iter().map(|(place, group)| (*place, group)));
        prop_assert_eq!(pushed, first);
        for (one, of_all) in single.into_iter().zip(all) {
            prop_assert_eq!(one.finish(), of_all.finish());
        }
    }

    /// The steps are near what an account allows: most are taken.
    #[test]
    fn most_steps_are_taken(steps in prop::collection::vec((0_u8..5, 0_u64..12, 0_i64..60, 0_u8..40), 30..60)) {
        let (book, _) = play(&steps);
        prop_assert!(book.account().head.seq as usize >= steps.len());
    }

    #[test]
    fn no_line_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (from_json_line(&bytes), read_log(&bytes), Account::restore_json(&bytes));
    }
}
