//! The three schemes of the demo, calculated again by hand: plain integers, no ledger, no engine.
//! Only dates and the orders themselves are shared with it.

use std::collections::BTreeMap;

use loyalty_core::time::Date;

use crate::data::Order;
use crate::shop::USES_FROM_MINOR;
use crate::totals::{Cost, PointTotals, RewardTotals};

/// What a model comes to, in the units of the demo's totals.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) points: PointTotals,
    pub(crate) stamps: i64,
    pub(crate) completed: u64,
    pub(crate) rewards: RewardTotals,
    pub(crate) tiers: Vec<(String, u64)>,
    pub(crate) cost: Cost,
}

fn by_member(orders: &[Order]) -> BTreeMap<u32, Vec<Order>> {
    let mut members: BTreeMap<u32, Vec<Order>> = BTreeMap::new();
    for order in orders {
        members.entry(order.member).or_default().push(*order);
    }
    members
}

/// The first day on which something valid for so many months from a day can no longer be used: the
/// day itself, months later, is the last.
fn after(date: Date, months: i32) -> Date {
    let last = date.add_months(months).expect("a date");
    last.add_days(1).expect("a date")
}

fn end() -> Date {
    "1998-07-01".parse().expect("a date")
}

/// Removes what has lapsed by a day from the oldest on; how many.
fn lapse(ready: &mut Vec<Date>, today: Date) -> u64 {
    let before = ready.len();
    ready.retain(|unusable_from| today < *unusable_from);
    u64::try_from(before - ready.len()).expect("a count")
}

/// A stamp a CD that is paid for; nine make a free CD, the cheapest of a later order.
pub(crate) fn stamp_card(orders: &[Order]) -> Model {
    let mut model = Model::default();
    for orders in by_member(orders).values() {
        let (mut on_card, mut ready) = (0, Vec::new());
        for order in orders {
            model.rewards.lapsed += lapse(&mut ready, order.date);
            let uses = order.minor >= USES_FROM_MINOR && !ready.is_empty();
            if uses {
                ready.remove(0);
                model.rewards.used += 1;
                model.cost.rewards += order.minor / i64::from(order.units);
            }
            let stamps = i64::from(order.units) - i64::from(uses);
            model.stamps += stamps;
            on_card += stamps;
            while on_card >= 9 {
                on_card -= 9;
                model.completed += 1;
                ready.push(after(order.date, 6));
            }
        }
        model.rewards.lapsed += lapse(&mut ready, end());
        model.rewards.ready += u64::try_from(ready.len()).expect("a count");
    }
    model.rewards.issued = model.completed;
    model
}

/// What a member spent, day by day, and the tier that it leads to.
struct Tiers {
    thresholds: &'static [i64],
    spent: Vec<(Date, i64)>,
    /// 0 for none.
    held: usize,
    review: Option<Date>,
}

impl Tiers {
    fn new(thresholds: &'static [i64]) -> Self {
        Self {
            thresholds,
            spent: Vec::new(),
            held: 0,
            review: None,
        }
    }

    /// The tier that the last twelve months earn on a day.
    fn earned(&self, today: Date) -> usize {
        let counts = |date: Date| date <= today && today < date.add_months(12).expect("a date");
        let recent = self.spent.iter().filter(|(date, _)| counts(*date));
        let sum: i64 = recent.map(|(_, minor)| minor).sum();
        self.thresholds.iter().filter(|t| **t <= sum).count()
    }

    /// Reviews up to a day; `next` says when the next one is.
    fn review(&mut self, today: Date, next: fn(Date) -> Date) {
        while let Some(day) = self.review.filter(|day| *day <= today) {
            self.held = self.earned(day);
            self.review = Some(next(day));
        }
    }

    /// Adds an order; the tiers that it rises through.
    fn spend(&mut self, today: Date, minor: i64, next: fn(Date) -> Date) -> std::ops::Range<usize> {
        self.spent.push((today, minor));
        let (before, earned) = (self.held, self.earned(today));
        if earned > before {
            self.held = earned;
            self.review = Some(next(today));
        }
        before..self.held
    }
}

fn count_tiers(names: &[&str], held: &[usize]) -> Vec<(String, u64)> {
    let members = |tier: usize| held.iter().filter(|held| **held == tier).count();
    let count = |tier| u64::try_from(members(tier)).expect("a count");
    let tiers = names.iter().enumerate();
    tiers
        .map(|(place, name)| ((*name).to_owned(), count(place + 1)))
        .collect()
}

fn a_year_later(date: Date) -> Date {
    date.add_months(12).expect("a date")
}

fn first_of_next_month(date: Date) -> Date {
    date.end_of_month().add_days(1).expect("a date")
}

/// A point a dollar, 1.25 or 1.5 in a tier; ten for the first order; a hundred are a dollar off, at
/// most half of the order. Gold brings five dollars off.
pub(crate) fn points(orders: &[Order]) -> Model {
    let mut model = Model::default();
    let mut held = Vec::new();
    for orders in by_member(orders).values() {
        let mut tiers = Tiers::new(&[10_000, 30_000]);
        // Whole points, with the first day on which they are gone.
        let mut lots: Vec<(Date, i64)> = Vec::new();
        let mut ready = Vec::new();
        for (place, order) in orders.iter().enumerate() {
            let today = order.date;
            tiers.review(today, a_year_later);
            model.points.expired += expire(&mut lots, today);
            model.rewards.lapsed += lapse(&mut ready, today);
            let mut paid = order.minor;
            if order.minor >= USES_FROM_MINOR {
                if !ready.is_empty() {
                    ready.remove(0);
                    model.rewards.used += 1;
                    model.cost.rewards += 500;
                    paid -= 500;
                }
                let points = hundreds(&lots, paid);
                draw(&mut lots, points);
                model.points.redeemed += points;
                // A point is a cent.
                model.cost.points += points;
                paid -= points;
            }
            let hundredths = [100, 125, 150][tiers.held];
            let mut earned = paid * hundredths / 10_000;
            if place == 0 {
                earned += 10;
            }
            model.points.issued += earned;
            lots.push((after(today, 12), earned));
            if tiers.spend(today, paid, a_year_later).contains(&1) {
                ready.push(after(today, 12));
                model.rewards.issued += 1;
            }
        }
        tiers.review(end(), a_year_later);
        model.points.expired += expire(&mut lots, end());
        model.rewards.lapsed += lapse(&mut ready, end());
        model.rewards.ready += u64::try_from(ready.len()).expect("a count");
        model.points.outstanding += lots.iter().map(|(_, points)| points).sum::<i64>();
        held.push(tiers.held);
    }
    model.cost.outstanding = model.points.outstanding;
    let points = &mut model.points;
    for sum in [
        &mut points.issued,
        &mut points.redeemed,
        &mut points.expired,
        &mut points.outstanding,
    ] {
        *sum *= 1_000;
    }
    model.tiers = count_tiers(&["silver", "gold"], &held);
    model
}

fn expire(lots: &mut Vec<(Date, i64)>, today: Date) -> i64 {
    let gone = lots.iter().filter(|(gone_from, _)| *gone_from <= today);
    let sum = gone.map(|(_, points)| points).sum();
    lots.retain(|(gone_from, _)| today < *gone_from);
    sum
}

/// The most points in hundreds that are there and worth at most half of what is to pay.
fn hundreds(lots: &[(Date, i64)], paid: i64) -> i64 {
    let available: i64 = lots.iter().map(|(_, points)| points).sum();
    available.min(paid / 2) / 100 * 100
}

/// Takes points from the oldest lots.
fn draw(lots: &mut [(Date, i64)], points: i64) {
    let mut left = points;
    for (_, of) in lots {
        let part = left.min(*of);
        *of -= part;
        left -= part;
    }
}

/// 2, 5 or 8 % off by what was spent in twelve months, reviewed at the start of every month.
pub(crate) fn standing_discount(orders: &[Order]) -> Model {
    let mut model = Model::default();
    let mut held = Vec::new();
    for orders in by_member(orders).values() {
        let mut tiers = Tiers::new(&[5_000, 15_000, 40_000]);
        for order in orders {
            tiers.review(order.date, first_of_next_month);
            let percent = [0, 2, 5, 8][tiers.held];
            let off = (order.minor * percent + 50) / 100;
            model.cost.benefits += off;
            tiers.spend(order.date, order.minor - off, first_of_next_month);
        }
        tiers.review(end(), first_of_next_month);
        held.push(tiers.held);
    }
    model.tiers = count_tiers(&["two", "five", "eight"], &held);
    model
}
