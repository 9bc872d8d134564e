//! Purchases, events, ladders and counters.

use std::sync::Arc;

use crate::id::{LadderId, PurchaseId};
use crate::time::Date;

use super::account::{Account, Counter, Ladder, MetricPoint, PurchaseState, Status, TierStep};
use super::arith::{add_carry, add_i64};
use super::entry::{
    ActivityEntry, CarryEntry, CountEntry, EventEntry, MetricEntry, PurchaseEntry, TierCause,
    TierChangeEntry,
};
use super::error::{LedgerError, LedgerErrorKind};
use super::fold::GroupContext;
use super::fold_points::day_of_lapse;
use super::group::Digest;
use super::limit_key::LimitKey;
use super::wallet::later;

/// The event that enrols a member.
pub(super) const ENROLLED: &str = "account.enrolled";
/// The event that suspends an account.
pub(super) const SUSPENDED: &str = "account.suspended";
/// The event that takes a suspended account up again.
pub(super) const RESUMED: &str = "account.resumed";
/// The event that closes an account for good.
pub(super) const CLOSED: &str = "account.closed";

impl Account {
    /// A purchase by its id, the latest where there were several.
    #[must_use]
    pub fn purchase(&self, id: &PurchaseId) -> Option<&Arc<PurchaseState>> {
        self.purchases
            .iter()
            .rev()
            .find(|state| state.entry.purchase.id == *id)
    }

    /// A ladder by name; nothing when no entry has touched it yet.
    #[must_use]
    pub fn ladder(&self, id: &LadderId) -> Option<&Ladder> {
        self.ladders.iter().find(|ladder| ladder.id == *id)
    }

    /// What a limit has counted.
    #[must_use]
    pub fn counter(&self, limit: &LimitKey) -> i64 {
        let place = self
            .counters
            .binary_search_by(|counter| counter.limit.cmp(limit))
            .ok();
        place
            .and_then(|place| self.counters.get(place))
            .map_or(0, |counter| counter.count)
    }

    pub(super) fn known_purchase(
        &mut self,
        id: &PurchaseId,
    ) -> Result<&mut PurchaseState, LedgerError> {
        let found = self
            .purchases
            .iter_mut()
            .rev()
            .find(|state| state.entry.purchase.id == *id);
        match found {
            Some(state) => Ok(Arc::make_mut(state)),
            None => Err(LedgerErrorKind::UnknownPurchase {
                purchase: id.clone(),
            }
            .into()),
        }
    }

    pub(super) fn purchase_entry(
        &mut self,
        entry: &Arc<PurchaseEntry>,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        self.purchases.push(Arc::new(PurchaseState {
            entry: Arc::clone(entry),
            scheme: Digest::from_bytes(*context.scheme),
            at: context.occurred,
            returned: Vec::new(),
            refunded_minor: 0,
            reversed: Vec::new(),
            lost: Vec::new(),
            metrics: Vec::new(),
            activated: Vec::new(),
            carry: Vec::new(),
            cancelled: false,
            events: Vec::new(),
        }));
        self.purchase_count = self.purchase_count.saturating_add(1);
        self.add_metrics(&entry.metrics, context.occurred.date())?;
        self.add_carries(&entry.carry)?;
        for active in &entry.activity {
            let wallet = self.wallet_or_new(&active.wallet)?;
            wallet.moved(active.expiry, context.at);
        }
        Ok(())
    }

    pub(super) fn event(
        &mut self,
        entry: &EventEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        if let Some(purchase) = &entry.purchase {
            self.known_purchase(purchase)?
                .events
                .push(entry.name.clone());
        }
        match entry.name.as_str() {
            ENROLLED => self.joined = Some(context.occurred.date()),
            SUSPENDED => self.move_status(Status::Active, Status::Suspended)?,
            RESUMED => self.move_status(Status::Suspended, Status::Active)?,
            CLOSED if self.status == Status::Closed => {
                self.move_status(Status::Active, Status::Closed)?
            }
            CLOSED => self.status = Status::Closed,
            _ => {}
        }
        for active in &entry.activity {
            let wallet = self.wallet_or_new(&active.wallet)?;
            wallet.moved(active.expiry, context.at);
            wallet.activity_besides = later(wallet.activity_besides, active.expiry);
        }
        self.add_metrics(&entry.metrics, context.occurred.date())
    }

    fn move_status(&mut self, from: Status, to: Status) -> Result<(), LedgerError> {
        if self.status != from {
            return Err(LedgerError::state(
                "the account",
                self.status.name(),
                from.name(),
            ));
        }
        self.status = to;
        Ok(())
    }

    /// The deadlines as a return leaves them.
    pub(crate) fn set_activity(&mut self, deadlines: &[ActivityEntry]) -> Result<(), LedgerError> {
        for deadline in deadlines {
            self.wallet_or_new(&deadline.wallet)?.activity = deadline.expiry;
        }
        Ok(())
    }

    pub(super) fn add_carries(&mut self, changes: &[CarryEntry]) -> Result<(), LedgerError> {
        for change in changes {
            let wallet = self.wallet_or_new(&change.wallet)?;
            add_carry(&mut wallet.carry_num, &mut wallet.carry_den, change)?;
        }
        Ok(())
    }

    /// Adds to what ladders measure, at a day.
    pub(super) fn add_metrics(
        &mut self,
        changes: &[MetricEntry],
        date: Date,
    ) -> Result<(), LedgerError> {
        for change in changes {
            self.ladder_or_new(&change.ladder)?
                .measure(date, change.amount)?;
        }
        Ok(())
    }

    pub(super) fn ladder_or_new(&mut self, id: &LadderId) -> Result<&mut Ladder, LedgerError> {
        let place = self.ladders.partition_point(|ladder| ladder.id < *id);
        if self
            .ladders
            .get(place)
            .is_none_or(|ladder| ladder.id != *id)
        {
            self.ladders.insert(place, Ladder::new(id.clone()));
        }
        self.ladders.get_mut(place).ok_or_else(|| {
            LedgerErrorKind::Overflow {
                what: "the ladders",
            }
            .into()
        })
    }

    pub(super) fn tier_change(
        &mut self,
        entry: &TierChangeEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let ladder = self.ladder_or_new(&entry.ladder)?;
        if ladder.tier != entry.from {
            let name = |tier: &Option<crate::id::TierId>| {
                tier.as_ref().map_or("none".to_owned(), ToString::to_string)
            };
            return Err(LedgerError::state(
                "the tier before a change",
                name(&entry.from),
                name(&ladder.tier),
            ));
        }
        let date = match (entry.cause, ladder.review) {
            (TierCause::Review, Some(review)) => day_of_lapse(Some(review), context.at).ok(),
            (TierCause::Review, None) => Some(entry.entered),
            _ => None,
        };
        ladder.tier = entry.to.clone();
        ladder.entered = Some(entry.entered);
        ladder.review = entry.review;
        ladder.floor = entry.floor.clone();
        ladder.surplus = entry.surplus;
        ladder.changes.push(TierStep {
            date: date.unwrap_or(context.at.date()),
            tier: entry.to.clone(),
            entered: entry.entered,
            cause: entry.cause,
        });
        Ok(())
    }

    /// Moves a counter. One that stands at 0 is not kept.
    pub(super) fn count(&mut self, entry: &CountEntry) -> Result<(), LedgerError> {
        let found = self
            .counters
            .binary_search_by(|counter| counter.limit.cmp(&entry.limit));
        let place = match found {
            Ok(place) => place,
            Err(place) => {
                self.counters.insert(
                    place,
                    Counter {
                        limit: entry.limit.clone(),
                        count: 0,
                    },
                );
                place
            }
        };
        let Some(counter) = self.counters.get_mut(place) else {
            return Ok(());
        };
        let before = counter.count;
        add_i64(&mut counter.count, entry.change, "a counter")?;
        if counter.count < 0 {
            let (what, found) = ("what a counter gives back", entry.change.saturating_neg());
            return Err(LedgerErrorKind::Exceeded {
                what,
                found,
                allowed: before,
            }
            .into());
        }
        if counter.count == 0 {
            self.counters.remove(place);
        }
        Ok(())
    }

    /// Sets what a limit has counted.
    pub(super) fn set_counter(&mut self, limit: &LimitKey, count: i64) {
        let found = self
            .counters
            .binary_search_by(|counter| counter.limit.cmp(limit));
        if let Ok(place) = found {
            self.counters.remove(place);
        }
        if count != 0 {
            let place = found.unwrap_or_else(|place| place);
            let limit = limit.clone();
            self.counters.insert(place, Counter { limit, count });
        }
    }
}

impl Ladder {
    /// A ladder on which nothing was measured.
    #[must_use]
    pub fn new(id: LadderId) -> Self {
        Self {
            id,
            tier: None,
            entered: None,
            review: None,
            floor: None,
            surplus: 0,
            points: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Adds to a day's measure; days stand in order, each once.
    pub(super) fn measure(&mut self, date: Date, amount: i64) -> Result<(), LedgerError> {
        let place = match self.points.last() {
            Some(last) if last.date < date => self.points.len(),
            _ => self.points.partition_point(|point| point.date < date),
        };
        match self.points.get_mut(place) {
            Some(point) if point.date == date => {
                add_i64(&mut point.amount, amount, "a ladder's metric")?
            }
            _ => {
                let mut sum = 0;
                add_i64(&mut sum, amount, "a ladder's metric")?;
                self.points.insert(place, MetricPoint { date, amount: sum });
            }
        }
        if self
            .points
            .get(place)
            .is_some_and(|point| point.amount == 0)
        {
            self.points.remove(place);
        }
        Ok(())
    }
}

impl Ladder {
    /// What was measured on a day.
    pub(super) fn measured(&self, date: Date) -> i64 {
        let found = self.points.binary_search_by_key(&date, |point| point.date);
        let point = found.ok().and_then(|place| self.points.get(place));
        point.map_or(0, |point| point.amount)
    }

    /// Sets what was measured on a day.
    pub(super) fn set_measured(&mut self, date: Date, amount: i64) {
        let found = self.points.binary_search_by_key(&date, |point| point.date);
        if let Ok(place) = found {
            self.points.remove(place);
        }
        if amount != 0 {
            let place = found.unwrap_or_else(|place| place);
            self.points.insert(place, MetricPoint { date, amount });
        }
    }
}

impl Status {
    /// The status's name, as in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }
}
