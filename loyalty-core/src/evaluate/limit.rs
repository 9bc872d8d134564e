//! Counters of limits: their names in a period, and what they have left.

use crate::ledger::{Account, Headroom, LimitKey};
use crate::scheme::CapPeriod;
use crate::scheme::compiled::Cap;
use crate::time::Date;

use super::context::Context;
use super::error::ActError;

/// The first day of the period that holds `date`; nothing for a period without days.
pub(crate) fn period_start(per: CapPeriod, date: Date) -> Option<Date> {
    let back = |days: u32| date.add_days(i32::try_from(days).ok()?.checked_neg()?);
    match per {
        CapPeriod::Order | CapPeriod::Member | CapPeriod::Scheme => None,
        CapPeriod::Day => Some(date),
        CapPeriod::Week => back(date.weekday().days_from_monday()),
        CapPeriod::Month => back(date.day().saturating_sub(1)),
        CapPeriod::Year => Date::from_ymd(date.year(), 1, 1).ok(),
    }
}

/// The first day after the period that holds `date`.
pub(crate) fn period_end(per: CapPeriod, date: Date) -> Option<Date> {
    let start = period_start(per, date)?;
    match per {
        CapPeriod::Day => start.add_days(1),
        CapPeriod::Week => start.add_days(7),
        CapPeriod::Month => start.add_months(1),
        CapPeriod::Year => start.add_months(12),
        CapPeriod::Order | CapPeriod::Member | CapPeriod::Scheme => None,
    }
}

/// The counter of a cap on `date`; nothing for a cap on one order, which needs none.
pub(crate) fn key(cap: &Cap, date: Date) -> Option<LimitKey> {
    if matches!(cap.per, CapPeriod::Order) {
        return None;
    }
    Some(named(&cap.name, cap.per, date))
}

/// The counter `name` in the period of `date`.
pub(crate) fn named(name: &str, per: CapPeriod, date: Date) -> LimitKey {
    match period_start(per, date) {
        Some(start) => LimitKey::new(name, Some(&start)),
        None => LimitKey::new(name, None),
    }
}

/// The count under a key.
pub(crate) fn count(account: &Account, key: &LimitKey) -> i64 {
    account
        .counters
        .binary_search_by(|counter| counter.limit.cmp(key))
        .ok()
        .and_then(|place| account.counters.get(place))
        .map_or(0, |counter| counter.count)
}

impl Context<'_> {
    /// What a cap has left for this act, noted in `met` for the terms of the purchase.
    pub(crate) fn headroom(&self, cap: &Cap, met: &mut Vec<Headroom>) -> Result<i64, ActError> {
        if matches!(cap.per, CapPeriod::Order) {
            return Ok(cap.max);
        }
        let key = named(&cap.name, cap.per, self.at.date());
        self.headroom_of(key, cap.max, met)
    }

    /// What a counter has left below `max`.
    pub(crate) fn headroom_of(
        &self,
        key: LimitKey,
        max: i64,
        met: &mut Vec<Headroom>,
    ) -> Result<i64, ActError> {
        if let Some(terms) = self.pinned {
            let found = terms.headroom.iter().find(|headroom| headroom.limit == key);
            return Ok(found.map_or(i64::MAX, |headroom| headroom.left));
        }
        if let Some(known) = met.iter().find(|headroom| headroom.limit == key) {
            return Ok(known.left);
        }
        let counted = if key.is_shared() {
            let pool = self.pool.ok_or_else(|| {
                ActError::refused(
                    "pool.missing",
                    "no pool account",
                    format_args!("the pool account that holds {key}"),
                )
            })?;
            let held = pool.held_uses(&key, &self.own_holds, self.at);
            count(pool, &key).saturating_add(held)
        } else {
            count(self.account, &key)
        };
        let left = max.saturating_sub(counted).max(0);
        met.push(Headroom { limit: key, left });
        Ok(left)
    }
}
