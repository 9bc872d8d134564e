//! Tests of the ledger: a book to post into, then one file a topic.

mod cards;
mod due;
mod entries;
mod errors;
mod log;
mod many;
mod purchases;
mod random;
mod size;

use std::sync::Arc;

use crate::id::PurchaseId;
use crate::ledger::*;
use crate::number::Points;
use crate::purchase::Purchase;
use crate::time::{Date, Deadline, Moment};

/// A typed text: `id("points")`.
fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

fn points(whole: i64) -> Points {
    Points::from_milli(whole * 1000)
}

/// Noon of a day, counted from 1 January 2026.
fn day(number: i32) -> Moment {
    let start: Date = id("2026-01-01");
    Moment::utc(i64::from(start.days() + number) * 86_400_000 + 43_200_000).unwrap()
}

/// A deadline at the beginning of a day.
fn from_day(number: i32) -> Deadline {
    Deadline::Day(day(number).date())
}

fn lot(number: u64, whole: i64) -> LotOpen {
    LotOpen {
        lot: crate::id::LotId::new(number),
        points: points(whole),
        pending: None,
        expiry: None,
        activity: false,
        promotional: false,
    }
}

fn draw(number: u64, whole: i64) -> Draw {
    Draw {
        lot: crate::id::LotId::new(number),
        points: points(whole),
    }
}

fn of_lot(number: u64, whole: i64) -> LotPoints {
    LotPoints {
        wallet: id("p"),
        lot: crate::id::LotId::new(number),
        points: points(whole),
    }
}

fn earning(lot: LotOpen) -> Entry {
    Entry::Earning(EarningEntry::new(id("p"), lot, None, Vec::new()))
}

fn redemption(number: u64, draws: Vec<Draw>) -> RedemptionEntry {
    RedemptionEntry::new(number, id("p"), draws, RedemptionTerms::default())
}

/// Points of a hold, spent.
fn captured(number: u64, hold: &str, draws: Vec<Draw>) -> Entry {
    let terms = RedemptionTerms {
        hold: Some(id(hold)),
        ..RedemptionTerms::default()
    };
    Entry::Redemption(RedemptionEntry::new(number, id("p"), draws, terms))
}

fn spend(number: u64, draws: Vec<Draw>) -> Entry {
    Entry::Redemption(redemption(number, draws))
}

fn reversal(purchase: &str, draws: Vec<Draw>, deficit: i64) -> ReversalEntry {
    ReversalEntry {
        wallet: id("p"),
        purchase: id(purchase),
        draws,
        deficit: points(deficit),
        written_off: Points::ZERO,
        lapsed: Vec::new(),
        rules: Vec::new(),
    }
}

fn restoration(redemption: Option<u64>, draws: Vec<Draw>) -> RestorationEntry {
    RestorationEntry {
        wallet: id("p"),
        redemption,
        purchase: None,
        draws,
        deficit: Points::ZERO,
        lots: Vec::new(),
        rules: Vec::new(),
    }
}

/// A purchase of two lines, 3 × 10.00 and 1 × 20.00, paid with 50.00.
fn purchase(name: &str) -> Entry {
    let json = format!(
        r#"{{"id":"{name}","currency":"EUR","lines":[{{"price":"10.00","quantity":3}},{{"id":"b","price":"20.00"}}]}}"#
    );
    let purchase: Purchase = serde_json::from_str(&json).unwrap();
    Entry::Purchase(Arc::new(PurchaseEntry {
        purchase,
        ordinal: 1,
        terms: Terms::default(),
        nets: vec![id("30.00"), id("20.00")],
        shipping: Vec::new(),
        discounts: Vec::new(),
        total: id("50.00"),
        tenders: Vec::new(),
        gift_card: None,
        earned: Vec::new(),
        stamps: Vec::new(),
        metrics: vec![MetricEntry {
            ladder: id("ladder"),
            amount: 5000,
        }],
        activity: Vec::new(),
        carry: Vec::new(),
    }))
}

fn back(purchase: &str, lines: &[(&str, u32)], refund: &str, cancel: bool) -> Entry {
    let line = |(line, count): &(&str, u32)| crate::purchase::ReturnLine {
        line: id(line),
        back: crate::purchase::Back::Quantity(*count),
    };
    Entry::Return(Box::new(ReturnEntry {
        purchase: id(purchase),
        lines: lines.iter().map(line).collect(),
        cancel,
        refund: id(refund),
        charged: None,
        metrics: vec![MetricEntry {
            ladder: id("ladder"),
            amount: -1000,
        }],
        carry: Vec::new(),
        activity: Vec::new(),
    }))
}

fn event(name: &str, purchase: Option<PurchaseId>) -> Entry {
    Entry::Event(Box::new(EventEntry {
        name: id(name),
        purchase,
        metrics: Vec::new(),
        activity: Vec::new(),
    }))
}

fn hold(name: &str, draws: &[(u64, i64)], issues: Vec<u64>, until: Moment) -> Entry {
    let draw = |(lot, whole): &(u64, i64)| WalletDraw {
        wallet: id("p"),
        lot: crate::id::LotId::new(*lot),
        points: points(*whole),
    };
    let draws = draws.iter().map(draw).collect();
    Entry::Hold(Box::new(HoldEntry {
        hold: id(name),
        draws,
        issues,
        limits: Vec::new(),
        until,
    }))
}

fn hold_ref(name: &str) -> HoldRef {
    HoldRef {
        hold: id(name),
        lapsed: false,
    }
}

fn issue(number: u64, expiry: Option<Deadline>) -> Entry {
    let cause = IssueCause::Grant(GrantCause { purchase: None });
    let entry = RewardIssueEntry {
        issue: number,
        reward: id("coffee"),
        cause,
        expiry,
    };
    Entry::RewardIssue(Box::new(entry))
}

/// The next group of an account.
fn group(account: &Account, at: Moment, entries: Vec<Entry>) -> Group {
    let seq = account.head.seq + 1;
    let group = Group {
        seq,
        act: ActKind::Adjust,
        key: id(&format!("act-{seq}")),
        at,
        occurred_at: None,
        scheme: None,
        actor: None,
        reason: None,
        content: Content::of(&serde_json::json!({"seq": seq, "n": entries.len()})).unwrap(),
        peers: Box::default(),
        entries,
        prev: account.head.hash,
        hash: Digest::ZERO,
    };
    seal(group).unwrap()
}

/// A ledger that audits itself after every group.
struct Book(Ledger);

impl Book {
    fn new() -> Self {
        Self(Ledger::new(id("m1")))
    }

    fn post(&mut self, at: Moment, entries: Vec<Entry>) -> &mut Self {
        self.try_post(at, entries)
            .unwrap_or_else(|error| panic!("{error}"));
        self
    }

    fn try_post(&mut self, at: Moment, entries: Vec<Entry>) -> Result<(), LedgerError> {
        let before = self.0.account().clone();
        let posted = self.0.post(group(&before, at, entries));
        match &posted {
            Ok(()) => self
                .0
                .account()
                .audit()
                .unwrap_or_else(|error| panic!("{error}")),
            Err(_) => assert_eq!(
                *self.0.account(),
                before,
                "an error leaves the account as before"
            ),
        }
        posted
    }

    fn account(&self) -> &Account {
        self.0.account()
    }

    fn wallet(&self) -> &Wallet {
        self.account().wallet(&id("p")).unwrap()
    }

    fn lot(&self, number: usize) -> &Lot {
        &self.wallet().lots[number]
    }

    fn balance(&self, now: Moment) -> Balance {
        self.account().balance(&id("p"), now)
    }
}
