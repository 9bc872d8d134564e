//! A scheme over purchase columns: the figures of the report's last section.
//!
//! Every order is recorded by the engine, in the order of days, and at the end of every month everything
//! due is posted. Members behave by one rule: on an order of ten whole units of money or more they use the
//! reward that has been ready longest, and pay with as many points as the scheme allows. Rows of refunds are
//! left out and counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;

use super::scheme::*;
use crate::analytics::AnalyticsError;
use crate::analytics::civil::{Calendar, date_of};
use crate::analytics::columns::{Purchases, REFUND};
use crate::customer::Facts;
use crate::evaluate::{
    Act, ActError, Outcome, PlainAct, RecordAct, Schemes, Standing, perform, standing,
};
use crate::id::IdError;
use crate::ledger::{Account, DiscountEntry, Entry, RewardState, Source};
use crate::number::{Currency, Money, NumberError};
use crate::purchase::{Claim, Line, PayPoints, Purchase};
use crate::scheme::Scheme;
use crate::time::{Date, Moment, TimeError};

/// Why a scheme could not be run.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RunError {
    /// The rows are wrong.
    #[error(transparent)]
    Rows(#[from] AnalyticsError),
    /// The engine refuses an order.
    #[error(transparent)]
    Act(#[from] ActError),
    /// An amount is wrong.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// A day is outside the years that the engine knows.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// A name is wrong.
    #[error(transparent)]
    Id(#[from] IdError),
}

impl RunError {
    /// The stable dotted code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rows(error) => error.code(),
            Self::Act(error) => error.code(),
            Self::Number(error) => error.code(),
            Self::Time(error) => error.code(),
            Self::Id(error) => error.code(),
        }
    }
}

/// Members use what they have on orders of so many whole units of money or more.
const USES_FROM: i64 = 10;
const NOON_MS: u32 = 12 * 60 * 60 * 1_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// One order: the rows of a customer under one order number.
struct Order {
    day: i32,
    customer: u32,
    lines: Vec<i64>,
}

/// Runs a scheme over the rows up to `as_of`, and says what it costs and owes.
///
/// # Errors
/// A column error, or what the engine refuses, such as an order in another currency than the scheme's.
pub fn scheme_figures(
    scheme: &Arc<Scheme>,
    purchases: &Purchases<'_>,
    currency: Currency,
    as_of: i32,
) -> Result<SchemeFigures, RunError> {
    purchases.check()?;
    let (orders, refunds) = orders(purchases, as_of);
    let definition = scheme.definition();
    let mut run = Run {
        schemes: Schemes::new(Arc::clone(scheme)),
        currency,
        unit: 10_i64.saturating_pow(u32::from(currency.exponent())),
        accounts: BTreeMap::new(),
        figures: SchemeFigures {
            name: definition.name.clone(),
            id: definition.id.to_string(),
            version: definition.version.clone(),
            refunds_left_out: refunds,
            has_points: !definition.wallets.is_empty(),
            ..SchemeFigures::default()
        },
        month: SchemeMonth::default(),
    };
    let calendar = Calendar::Month;
    if let Some(first) = orders.first() {
        let mut rest = orders.as_slice();
        for period in calendar.period(first.day)..=calendar.period(as_of) {
            let last = calendar.last_day(period).min(as_of);
            let (now, later) = rest.split_at(rest.partition_point(|order| order.day <= last));
            rest = later;
            run.month(period, now, last)?;
        }
    }
    run.finish();
    Ok(run.figures)
}

/// The orders up to a day, in the order of days, customers and rows; and how many refunds were left out.
fn orders(purchases: &Purchases<'_>, as_of: i32) -> (Vec<Order>, u64) {
    let mut found: BTreeMap<(i32, u32, u64, usize), Order> = BTreeMap::new();
    let mut refunds = 0;
    let rows = purchases.customer.iter().zip(purchases.day);
    for (row, ((customer, day), minor)) in rows.zip(purchases.amount_minor).enumerate() {
        let kind = purchases.kind.and_then(|kinds| kinds.get(row));
        if *day > as_of {
            continue;
        }
        if kind == Some(&REFUND) {
            refunds += 1;
            continue;
        }
        // Without order numbers every row is an order.
        let number = purchases
            .order
            .and_then(|numbers| numbers.get(row).copied());
        let place = if number.is_some() { 0 } else { row };
        let key = (*day, *customer, number.unwrap_or(0), place);
        let order = found.entry(key).or_insert_with(|| Order {
            day: *day,
            customer: *customer,
            lines: Vec::new(),
        });
        order.lines.push(*minor);
    }
    (found.into_values().collect(), refunds)
}

/// A run while it goes on.
struct Run {
    schemes: Schemes,
    currency: Currency,
    /// Minor units of one unit of money.
    unit: i64,
    accounts: BTreeMap<u32, Account>,
    figures: SchemeFigures,
    month: SchemeMonth,
}

impl Run {
    fn month(&mut self, period: i32, orders: &[Order], last: i32) -> Result<(), RunError> {
        self.month = SchemeMonth {
            period,
            ..SchemeMonth::default()
        };
        for order in orders {
            self.record(order)?;
        }
        self.close(last)?;
        self.figures.months.push(self.month);
        Ok(())
    }

    fn record(&mut self, order: &Order) -> Result<(), RunError> {
        let number = self.figures.orders.saturating_add(1);
        let id = format!("customer-{}", order.customer);
        let account = match self.accounts.remove(&order.customer) {
            Some(account) => account,
            None => Account::new(id.parse()?),
        };
        // Orders of one account on one day are a millisecond apart.
        let step = u32::try_from(account.purchase_count % 1_000_000).unwrap_or(0);
        let at = moment(order.day, NOON_MS.saturating_add(step))?;
        let purchase = self.purchase(order, number)?;
        let wishes = self.wishes(purchase.clone(), &account, at)?;
        let (account, entries) = self
            .post(&account, &record_act(wishes), at)
            .or_else(|_| self.post(&account, &record_act(purchase), at))?;
        self.count(&entries)?;
        self.accounts.insert(order.customer, account);
        self.figures.orders = number;
        self.month.orders = self.month.orders.saturating_add(1);
        Ok(())
    }

    fn purchase(&self, order: &Order, number: u64) -> Result<Purchase, RunError> {
        let line = |minor: &i64| Line {
            id: None,
            sku: None,
            product: None,
            categories: Vec::new(),
            tags: Vec::new(),
            price: Money::of(*minor, self.currency),
            quantity: 1,
            tax: None,
            gift_card: false,
            discounted: false,
            price_min: None,
            gift_of: None,
        };
        Ok(Purchase {
            id: format!("order-{number}").parse()?,
            currency: self.currency,
            lines: order.lines.iter().map(line).collect(),
            shipping: Vec::new(),
            tax_included: true,
            channel: None,
            store: None,
            codes: Vec::new(),
            claims: Vec::new(),
            pay_points: Vec::new(),
            gift_card: None,
            deduction: None,
            tax_amount: None,
            exchange: None,
            occurred_at: None,
        })
    }

    /// The purchase with what the member uses on it.
    fn wishes(
        &self,
        mut purchase: Purchase,
        account: &Account,
        at: Moment,
    ) -> Result<Purchase, RunError> {
        let lines = purchase.lines.iter();
        let minor = lines.fold(0_i64, |sum, line| sum.saturating_add(line.price.minor()));
        if minor < self.unit.saturating_mul(USES_FROM) {
            return Ok(purchase);
        }
        let Standing {
            wallets, rewards, ..
        } = standing(self.schemes.current(), account, at)?;
        if let Some(ready) = rewards.first() {
            purchase.claims.push(Claim {
                reward: ready.reward.clone(),
                quantity: 1,
            });
        }
        for wallet in wallets {
            // A wallet that is worth less than a unit of money is left alone.
            let Some(worth) = wallet.worth else { continue };
            if worth.minor_in(self.currency)? >= self.unit {
                purchase.pay_points.push(PayPoints {
                    wallet: wallet.wallet,
                    points: None,
                });
            }
        }
        Ok(purchase)
    }

    /// The account after an act, and what the act added. Acts are numbered, so none comes twice.
    fn post(
        &self,
        account: &Account,
        act: &Act,
        at: Moment,
    ) -> Result<(Account, Vec<Entry>), ActError> {
        match perform(&self.schemes, account, act, at, None)? {
            Outcome::Posted(posted) => Ok((posted.account, posted.group.entries)),
            Outcome::Repeated(_) => Ok((account.clone(), Vec::new())),
        }
    }

    /// Posts what is due at the end of a day, and reads what members hold then.
    fn close(&mut self, last: i32) -> Result<(), RunError> {
        let at = moment(last, 86_399_999)?;
        let id = format!("due-{last}").parse()?;
        let act = Act::Due(PlainAct {
            id,
            actor: None,
            reason: None,
        });
        let accounts = std::mem::take(&mut self.accounts);
        for (customer, account) in accounts {
            let (account, entries) = self.post(&account, &act, at)?;
            self.count(&entries)?;
            let points = &mut self.month.points;
            for lot in account.wallets.iter().flat_map(|wallet| &wallet.lots) {
                add(&mut points.outstanding_milli, lot.remaining.milli())?;
            }
            for wallet in standing(self.schemes.current(), &account, at)?.wallets {
                if let Some(worth) = wallet.worth {
                    let sum = points.worth_minor.get_or_insert(0);
                    add(sum, worth.minor_in(self.currency)?)?;
                }
            }
            self.accounts.insert(customer, account);
        }
        Ok(())
    }

    fn count(&mut self, entries: &[Entry]) -> Result<(), RunError> {
        let currency = self.currency;
        for entry in entries {
            let month = &mut self.month;
            match entry {
                Entry::Purchase(entry) => {
                    for line in &entry.purchase.lines {
                        let price = line.price.minor_in(currency)?;
                        let minor = price.saturating_mul(i64::from(line.quantity));
                        add(&mut month.sales_minor, minor)?;
                    }
                    for discount in entry.discounts.iter().chain(&entry.tenders) {
                        month.discounts.add(discount, currency)?;
                    }
                }
                Entry::Earning(entry) => add(&mut month.points.issued_milli, entry.points.milli())?,
                Entry::Redemption(entry) => {
                    for draw in entry.draws.iter() {
                        add(&mut month.points.redeemed_milli, draw.points.milli())?;
                    }
                }
                Entry::Expiry(entry) => add(&mut month.points.expired_milli, entry.points.milli())?,
                Entry::Stamp(entry) => add(&mut self.figures.stamps, entry.count)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Sums the months, and reads the accounts as they are at the end.
    fn finish(&mut self) {
        let scheme = self.schemes.current().definition().clone();
        let figures = &mut self.figures;
        figures.members = u64::try_from(self.accounts.len()).unwrap_or(u64::MAX);
        for month in &figures.months {
            let sum = |total: &mut i64, part: i64| *total = total.saturating_add(part);
            sum(&mut figures.sales_minor, month.sales_minor);
            let (points, discounts) = (&mut figures.points, &mut figures.discounts);
            sum(&mut points.issued_milli, month.points.issued_milli);
            sum(&mut points.redeemed_milli, month.points.redeemed_milli);
            sum(&mut points.expired_milli, month.points.expired_milli);
            points.outstanding_milli = month.points.outstanding_milli;
            points.worth_minor = month.points.worth_minor;
            sum(&mut discounts.rewards_minor, month.discounts.rewards_minor);
            sum(&mut discounts.tiers_minor, month.discounts.tiers_minor);
            sum(&mut discounts.points_minor, month.discounts.points_minor);
            sum(&mut discounts.offers_minor, month.discounts.offers_minor);
        }
        for reward in self.accounts.values().flat_map(|account| &account.rewards) {
            let rewards = &mut figures.rewards;
            rewards.issued = rewards.issued.saturating_add(1);
            let slot = match reward.state {
                RewardState::Used(_) => &mut rewards.used,
                RewardState::Void(_) => &mut rewards.void,
                RewardState::Ready(_) | RewardState::Held(_) => &mut rewards.ready,
            };
            *slot = slot.saturating_add(1);
        }
        for ladder in &scheme.ladders {
            let held = |tier: Option<&str>| {
                let holds = self.accounts.values().filter(|account| {
                    let own = account.ladders.iter().find(|own| own.id == ladder.id);
                    own.and_then(|own| own.tier.as_ref()).map(|id| id.as_str()) == tier
                });
                u64::try_from(holds.count()).unwrap_or(u64::MAX)
            };
            let named = |name: &str, id: &str| {
                if name.is_empty() {
                    id.to_owned()
                } else {
                    name.to_owned()
                }
            };
            let name = named(&ladder.name, ladder.id.as_str());
            figures.tiers.push(TierFigures {
                ladder: name.clone(),
                tier: None,
                members: held(None),
            });
            for tier in &ladder.tiers {
                figures.tiers.push(TierFigures {
                    ladder: name.clone(),
                    tier: Some(named(&tier.name, tier.id.as_str())),
                    members: held(Some(tier.id.as_str())),
                });
            }
        }
    }
}

fn record_act(purchase: Purchase) -> Act {
    Act::Record(Box::new(RecordAct {
        purchase,
        facts: Facts::default(),
        expected_head: None,
        expected_decision: None,
    }))
}

impl DiscountFigures {
    fn add(&mut self, discount: &DiscountEntry, currency: Currency) -> Result<(), RunError> {
        let slot = match discount.source {
            Source::Reward(_) => &mut self.rewards_minor,
            Source::Benefit(_) => &mut self.tiers_minor,
            Source::Points(_) => &mut self.points_minor,
            Source::Offer(_) | Source::Deduction(_) => &mut self.offers_minor,
        };
        add(slot, discount.amount.minor_in(currency)?)?;
        if let Some(shipping) = discount.shipping {
            add(slot, shipping.minor_in(currency)?)?;
        }
        Ok(())
    }
}

fn add(slot: &mut i64, part: i64) -> Result<(), RunError> {
    *slot = slot.checked_add(part).ok_or(AnalyticsError::Overflow {
        what: "figures of the scheme",
    })?;
    Ok(())
}

/// A moment of a business day, in the civil time of the days.
fn moment(day: i32, ms_of_day: u32) -> Result<Moment, TimeError> {
    let (year, month, of_month) = date_of(day);
    let date = Date::from_ymd(year, month, of_month)?;
    let instant = i64::from(day).saturating_mul(DAY_MS);
    Moment::try_new(
        instant.saturating_add(i64::from(ms_of_day)),
        date,
        ms_of_day,
    )
}
