//! The history, act by act.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::customer::Facts;
use crate::evaluate::{
    Act, ActError, CancelAct, Outcome, PlainAct, RecordAct, RefundAct, Schemes, key_of, paid_for,
    perform, returned, standing,
};
use crate::id::{MemberId, PurchaseId, WalletId};
use crate::import::Order;
use crate::ledger::{Account, Digest, Entry, PurchaseState};
use crate::number::Money;
use crate::purchase::{Back, ReturnLine};
use crate::scheme::Scheme;
use crate::time::Moment;

use super::BacktestOptions;
use super::cost::{kept, minor};
use super::due::next_due;
use super::error::{BacktestError, OrderError};
use super::figures::{Figures, PointFlows};
use super::history::History;
use super::result::{Backtest, LadderResult, MemberResult, MonthResult, TierResult, WalletResult};
use super::wishes::with_wishes;

/// Months of a calendar on one scale: year times twelve, plus the month from 0.
type MonthNumber = i32;

/// Something of a history, with its moment.
struct Event {
    at: Moment,
    order: Arc<Order>,
    what: What,
}

/// In the order in which things of one moment take place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Sale,
    Return(usize),
    Cancel,
}

/// A member in play.
struct Member {
    account: Account,
    figures: Figures,
    /// The figures that are held at the account's last moment.
    held: Figures,
    /// The last moment of a month with an order, to count the member once a month.
    last_month: Option<MonthNumber>,
    dues: u64,
}

/// What all members add to.
struct Play<'a> {
    schemes: Schemes,
    options: &'a BacktestOptions,
    months: BTreeMap<MonthNumber, (u64, Figures)>,
    wallets: BTreeMap<WalletId, PointFlows>,
    members: Vec<MemberResult>,
    pool: Option<Account>,
}

/// How many orders are done, told once.
struct Meter<'p> {
    progress: &'p mut dyn FnMut(u64) -> ControlFlow<()>,
    done: u64,
    told: u64,
}

impl Meter<'_> {
    fn add(&mut self, orders: u64) -> Result<(), BacktestError> {
        self.done = self.done.saturating_add(orders);
        let more = self.done.saturating_sub(self.told);
        self.told = self.told.max(self.done);
        match (self.progress)(more) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(BacktestError::Stopped),
        }
    }
}

/// Runs a history. Members go one after the other, so that one account is held at a time; where the
/// scheme has limits that all members share, all of them go together in the order of time.
pub(super) fn run(
    scheme: &Arc<Scheme>,
    history: &impl History,
    options: &BacktestOptions,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Backtest, BacktestError> {
    let until = match options.until {
        Some(until) => Some(until),
        None => last_moment(history)?,
    };
    let mut meter = Meter {
        progress,
        done: 0,
        told: 0,
    };
    let found = by_member(scheme, history, options, until, &mut meter);
    let play = match found {
        Err(error) if error.code() == "pool.missing" => {
            meter.done = 0;
            together(scheme, history, options, until, &mut meter)?
        }
        found => found?,
    };
    Ok(play.finish(history.guests(), until))
}

fn last_moment(history: &impl History) -> Result<Option<Moment>, BacktestError> {
    let mut last: Option<Moment> = None;
    for place in 0..history.members() {
        let Some((_, orders)) = history.member(place)? else {
            continue;
        };
        let returns = orders.iter().flat_map(|order| &order.returns);
        let moments = returns
            .map(|back| back.at)
            .chain(orders.iter().map(|order| order.at))
            .chain(orders.iter().filter_map(|order| order.cancelled_at));
        // Among equal instants the least civil time, so that the order of members does not show.
        let later = |at: &Moment| match last {
            Some(last) => (at.instant_ms(), last.civil_ms()) > (last.instant_ms(), at.civil_ms()),
            None => true,
        };
        if let Some(at) = moments.max_by_key(|at| (at.instant_ms(), Reverse(at.civil_ms())))
            && later(&at)
        {
            last = Some(at);
        }
    }
    Ok(last)
}

fn by_member<'a>(
    scheme: &Arc<Scheme>,
    history: &impl History,
    options: &'a BacktestOptions,
    until: Option<Moment>,
    meter: &mut Meter<'_>,
) -> Result<Play<'a>, BacktestError> {
    let mut play = Play::new(scheme, options, None);
    for place in 0..history.members() {
        let Some((name, orders)) = history.member(place)? else {
            continue;
        };
        let count = u64::try_from(orders.len()).unwrap_or(u64::MAX);
        let mut member = Member::new(name);
        for event in events(&member.account.member, orders)? {
            play.step(&mut member, &event)?;
        }
        play.close(member, until)?;
        meter.add(count)?;
    }
    Ok(play)
}

fn together<'a>(
    scheme: &Arc<Scheme>,
    history: &impl History,
    options: &'a BacktestOptions,
    until: Option<Moment>,
    meter: &mut Meter<'_>,
) -> Result<Play<'a>, BacktestError> {
    let pool = MemberId::try_new("pool").map_err(BacktestError::Member)?;
    let mut play = Play::new(scheme, options, Some(Account::new(pool)));
    let mut members = Vec::new();
    let mut all = Vec::new();
    for place in 0..history.members() {
        let Some((name, orders)) = history.member(place)? else {
            continue;
        };
        let events = events(&name, orders)?;
        let number = members.len();
        all.extend(events.into_iter().map(|event| (number, event)));
        members.push(Member::new(name));
    }
    // A member's events are in order; between members the instant decides, then their place.
    all.sort_by_key(|(number, event)| (event.at.instant_ms(), *number));
    for (number, event) in all {
        if let Some(member) = members.get_mut(number) {
            play.step(member, &event)?;
        }
        if event.what == What::Sale {
            meter.add(1)?;
        }
    }
    for member in members {
        play.close(member, until)?;
    }
    Ok(play)
}

/// A member's events in the order of time; at one moment by kind, then by the order's name.
fn events(member: &MemberId, orders: Vec<Order>) -> Result<Vec<Event>, BacktestError> {
    let mut events = Vec::new();
    let mut known: BTreeSet<PurchaseId> = BTreeSet::new();
    for order in orders.into_iter().filter(|order| order.paid) {
        if !known.insert(order.purchase.id.clone()) {
            return Err(BacktestError::Twice {
                member: member.clone(),
                order: order.purchase.id,
            });
        }
        let order = Arc::new(order);
        let mut push = |at: Moment, what: What| {
            events.push(Event {
                at,
                order: Arc::clone(&order),
                what,
            });
        };
        push(order.at, What::Sale);
        let end = order.cancelled_at.map(Moment::instant_ms);
        for (place, back) in order.returns.iter().enumerate() {
            if end.is_none_or(|end| back.at.instant_ms() < end) {
                push(back.at, What::Return(place));
            }
        }
        if let Some(at) = order.cancelled_at {
            push(at, What::Cancel);
        }
    }
    events.sort_by(|left, right| {
        let key = |event: &Event| (event.at.instant_ms(), event.what);
        let ids = (&left.order.purchase.id, &right.order.purchase.id);
        key(left).cmp(&key(right)).then_with(|| ids.0.cmp(ids.1))
    });
    Ok(events)
}

impl Member {
    fn new(name: MemberId) -> Self {
        Self {
            account: Account::new(name),
            figures: Figures::default(),
            held: Figures::default(),
            last_month: None,
            dues: 0,
        }
    }
}

impl<'a> Play<'a> {
    fn new(scheme: &Arc<Scheme>, options: &'a BacktestOptions, pool: Option<Account>) -> Self {
        Self {
            schemes: Schemes::new(Arc::clone(scheme)),
            options,
            months: BTreeMap::new(),
            wallets: BTreeMap::new(),
            members: Vec::new(),
            pool,
        }
    }

    fn step(&mut self, member: &mut Member, event: &Event) -> Result<(), BacktestError> {
        let id = &event.order.purchase.id;
        self.event(member, event).map_err(|error| {
            BacktestError::Order(Box::new(OrderError {
                member: member.account.member.clone(),
                order: id.clone(),
                error,
            }))
        })
    }

    fn event(&mut self, member: &mut Member, event: &Event) -> Result<(), ActError> {
        let (at, order) = (event.at, &event.order);
        self.due_until(member, at)?;
        if member.account.head.seq == 0 {
            let enrol = Act::Enrol(plain("enrolled")?);
            self.post(member, &enrol, at)?;
        }
        match event.what {
            What::Sale => {
                let scheme = self.schemes.current();
                let pool = self.pool.as_ref();
                let purchase = &order.purchase;
                let account = &member.account;
                let mut purchase = with_wishes(scheme, account, purchase, at, self.options, pool)?;
                // The history is played at its own time.
                purchase.occurred_at = None;
                let act = Act::Record(Box::new(RecordAct {
                    purchase,
                    facts: Facts::default(),
                    expected_head: None,
                    expected_decision: None,
                }));
                self.post(member, &act, at)
            }
            What::Return(place) => {
                let Some(back) = order.returns.get(place) else {
                    return Ok(());
                };
                let Some(state) = member.account.purchase(&order.purchase.id) else {
                    return Ok(());
                };
                let lines = what_is_left(state, &back.lines);
                if lines.is_empty() {
                    return Ok(());
                }
                let act = Act::Refund(RefundAct {
                    id: back.id.clone(),
                    purchase: order.purchase.id.clone(),
                    lines,
                });
                self.post(member, &act, at)
            }
            What::Cancel => {
                let act = Act::Cancel(CancelAct {
                    id: key_of(&format!("{}/cancelled", order.purchase.id))?,
                    purchase: order.purchase.id.clone(),
                });
                self.post(member, &act, at)
            }
        }
    }

    /// Posts everything that falls due up to a moment, each at its own moment.
    fn due_until(&mut self, member: &mut Member, until: Moment) -> Result<(), ActError> {
        let mut last = None;
        while let Some(at) = next_due(&member.account, until) {
            // What all members share has moved on with the others.
            let shared = self.pool.as_ref().and_then(|pool| pool.at);
            let at = match shared {
                Some(shared) if shared.instant_ms() > at.instant_ms() => shared,
                _ => at,
            };
            if last == Some(at) {
                break;
            }
            last = Some(at);
            member.dues = member.dues.saturating_add(1);
            let act = Act::Due(plain(&format!("due-{}", member.dues))?);
            self.post(member, &act, at)?;
        }
        Ok(())
    }

    /// Posts an act and books what it changed in the month of its moment.
    fn post(&mut self, member: &mut Member, act: &Act, at: Moment) -> Result<(), ActError> {
        let id = match act {
            Act::Record(act) => Some(&act.purchase.id),
            Act::Refund(act) => Some(&act.purchase),
            Act::Cancel(act) => Some(&act.purchase),
            _ => None,
        };
        let of = |account: &Account| {
            let state = id.and_then(|id| account.purchase(id));
            state.map_or_else(Figures::default, |state| kept(state))
        };
        let before = of(&member.account);
        let outcome = perform(&self.schemes, &member.account, act, at, self.pool.as_ref())?;
        let Outcome::Posted(posted) = outcome else {
            return Ok(());
        };
        if let (Some(pool), Some(group)) = (&mut self.pool, &posted.pool) {
            pool.apply(group)?;
        }
        member.account = posted.account;
        let held = Figures::held(&member.account);
        let mut change = held
            .minus(&member.held)
            .plus(&of(&member.account).minus(&before));
        member.held = held;
        for entry in &posted.group.entries {
            count(&mut change, entry);
        }
        member.figures = member.figures.plus(&change);
        let number = month_of(at);
        let (members, month) = self.months.entry(number).or_default();
        *month = month.plus(&change);
        if change.orders > 0 && member.last_month.replace(number) != Some(number) {
            *members = members.saturating_add(1);
        }
        Ok(())
    }

    /// Ends a member's history.
    fn close(&mut self, mut member: Member, until: Option<Moment>) -> Result<(), BacktestError> {
        let Some(until) = until.filter(|_| member.account.head.seq > 0) else {
            return Ok(());
        };
        let until = match member.account.at {
            Some(last) if last.instant_ms() > until.instant_ms() => last,
            _ => until,
        };
        let last = member.account.purchases.last();
        let order = last.map(|state| state.entry.purchase.id.clone());
        let closed = self.due_until(&mut member, until).and_then(|()| {
            let now = standing(self.schemes.current(), &member.account, until)?;
            let currency = self.schemes.current().currency();
            let worths = now.wallets.iter().filter_map(|wallet| wallet.worth);
            let worth = worths.fold(0_i64, |sum, worth| {
                sum.saturating_add(minor(worth, currency))
            });
            let tiers = now.ladders.into_iter().map(|ladder| ladder.tier);
            Ok((worth, tiers.collect()))
        });
        let (outstanding_worth_minor, tiers) = match (closed, order) {
            (Ok(closed), _) => closed,
            (Err(error), Some(order)) => {
                let member = member.account.member;
                let error = OrderError {
                    member,
                    order,
                    error,
                };
                return Err(BacktestError::Order(Box::new(error)));
            }
            (Err(_), None) => return Ok(()),
        };
        for wallet in &member.account.wallets {
            let flows = self.wallets.entry(wallet.id.clone()).or_default();
            *flows = flows.plus(&PointFlows::of(wallet));
        }
        self.members.push(MemberResult {
            member: member.account.member,
            figures: member.figures,
            outstanding_worth_minor,
            tiers,
        });
        Ok(())
    }

    fn finish(mut self, guests: u64, until: Option<Moment>) -> Backtest {
        self.members
            .sort_by(|left, right| left.member.cmp(&right.member));
        let members = self.members.iter();
        let totals = members
            .clone()
            .fold(Figures::default(), |sum, member| sum.plus(&member.figures));
        let worth = members.fold(0_i64, |sum, member| {
            sum.saturating_add(member.outstanding_worth_minor)
        });
        let scheme = self.schemes.current();
        let wallets = scheme
            .definition()
            .wallets
            .iter()
            .map(|wallet| WalletResult {
                wallet: wallet.id.clone(),
                points: self.wallets.get(&wallet.id).copied().unwrap_or_default(),
            });
        Backtest {
            scheme: scheme.id().clone(),
            digest: Digest::from_bytes(scheme.digest_bytes()),
            currency: scheme.currency(),
            until,
            guests,
            totals,
            outstanding_worth_minor: worth,
            wallets: wallets.collect(),
            ladders: ladders(scheme, &self.members),
            months: months(&self.months),
            members: self.members,
        }
    }
}

/// What an entry counts beside what the account holds.
fn count(figures: &mut Figures, entry: &Entry) {
    let add = |figure: &mut i64, more: i64| *figure = figure.saturating_add(more);
    match entry {
        Entry::Purchase(entry) => {
            let currency = entry.purchase.currency;
            let tenders = entry.tenders.iter();
            let tenders = tenders.fold(0_i64, |sum, tender| {
                sum.saturating_add(minor(tender.amount, currency))
            });
            let paid = minor(entry.total, currency).saturating_sub(tenders);
            add(&mut figures.orders, 1);
            add(&mut figures.revenue_minor, paid);
        }
        Entry::Return(entry) => {
            add(&mut figures.returns, 1);
            add(
                &mut figures.revenue_minor,
                entry.refund.minor().saturating_neg(),
            );
        }
        Entry::Stamp(entry) => add(&mut figures.stamps, entry.count),
        _ => {}
    }
}

/// What of a return there still is: under another scheme less may have been paid for a line.
fn what_is_left(state: &PurchaseState, lines: &[ReturnLine]) -> Vec<ReturnLine> {
    let currency = state.entry.purchase.currency;
    let mut back = returned(state);
    let mut left = Vec::new();
    for line in lines {
        let place = state.line_place(&line.line);
        let sold = place.and_then(|place| state.entry.purchase.lines.get(place));
        let (Some(place), Some(sold)) = (place, sold) else {
            continue;
        };
        let Some(back) = back.get_mut(place) else {
            continue;
        };
        let units = sold.quantity.saturating_sub(back.quantity);
        let fits = match line.back {
            Back::Quantity(wanted) => {
                let taken = wanted.min(units);
                back.quantity = back.quantity.saturating_add(taken);
                (taken > 0).then_some(Back::Quantity(taken))
            }
            Back::Amount(wanted) => {
                let most = paid_for(&state.entry, place, units).saturating_sub(back.amount_minor);
                let given = minor(wanted, currency).min(most);
                back.amount_minor = back.amount_minor.saturating_add(given.max(0));
                (given > 0).then(|| Back::Amount(Money::of(given, currency)))
            }
        };
        left.extend(fits.map(|back| ReturnLine {
            line: line.line.clone(),
            back,
        }));
    }
    left
}

fn ladders(scheme: &Scheme, members: &[MemberResult]) -> Vec<LadderResult> {
    let ladders = scheme.definition().ladders.iter().enumerate();
    ladders
        .map(|(place, ladder)| {
            let held = |tier: Option<&crate::id::TierId>| {
                let holds = members.iter().filter(|member| {
                    let held = member.tiers.get(place).and_then(Option::as_ref);
                    held == tier
                });
                u64::try_from(holds.count()).unwrap_or(u64::MAX)
            };
            let tiers = ladder.tiers.iter().map(|tier| TierResult {
                tier: tier.id.clone(),
                members: held(Some(&tier.id)),
            });
            LadderResult {
                ladder: ladder.id.clone(),
                none: held(None),
                tiers: tiers.collect(),
            }
        })
        .collect()
}

/// The months without gaps, with what is outstanding at the end of each.
fn months(booked: &BTreeMap<MonthNumber, (u64, Figures)>) -> Vec<MonthResult> {
    let (Some(first), Some(last)) = (booked.keys().next(), booked.keys().next_back()) else {
        return Vec::new();
    };
    let mut points = PointFlows::default();
    let mut months = Vec::new();
    for number in *first..=*last {
        let (members, figures) = booked.get(&number).copied().unwrap_or_default();
        points = points.plus(&figures.points);
        months.push(MonthResult {
            year: number.div_euclid(12),
            month: u32::try_from(number.rem_euclid(12)).map_or(1, |month| month.saturating_add(1)),
            members,
            figures,
            outstanding_milli: points.outstanding_milli(),
        });
    }
    months
}

fn month_of(at: Moment) -> MonthNumber {
    let month = i32::try_from(at.date().month()).unwrap_or(1);
    let years = at.date().year().saturating_mul(12);
    years.saturating_add(month.saturating_sub(1))
}

fn plain(id: &str) -> Result<PlainAct, ActError> {
    Ok(PlainAct {
        id: key_of(id)?,
        actor: None,
        reason: None,
    })
}
