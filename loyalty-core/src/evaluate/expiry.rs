//! When lots become usable and lapse, and when rewards and cards lapse.

use crate::id::LotId;
use crate::ledger::{LotOpen, Pending};
use crate::number::Points;
use crate::scheme::compiled::LotTerms;
use crate::scheme::{ExpiryDef, LastDay, PendingDef, RollingDef, RoundUp};
use crate::time::{Date, Deadline, Moment, Span};

use super::error::ActError;

fn out_of_range() -> ActError {
    ActError::overflow("a deadline")
}

/// The first day after the rounded-up period of the last usable day. `day` is the first day on
/// which the thing can no longer be used.
pub(crate) fn round_up_date(mode: RoundUp, day: Date) -> Date {
    let last = day.add_days(-1).unwrap_or(day);
    let end = match mode {
        RoundUp::None | RoundUp::Day => return day,
        RoundUp::Month => last.end_of_month(),
        RoundUp::Year => last.end_of_year(),
    };
    end.add_days(1).unwrap_or(end)
}

/// The deadline of a validity that begins at `from`. A civil span keeps its last day.
pub(crate) fn validity_end(
    span: Span,
    mode: RoundUp,
    last_day: LastDay,
    from: Moment,
) -> Result<Deadline, ActError> {
    let deadline = span.after(from).ok_or_else(out_of_range)?;
    match deadline {
        Deadline::Day(day) => {
            let first_unusable = match last_day {
                LastDay::Inclusive => day.add_days(1).ok_or_else(out_of_range)?,
                LastDay::Exclusive => day,
            };
            Ok(Deadline::Day(round_up_date(mode, first_unusable)))
        }
        Deadline::Instant(ms) => match mode {
            RoundUp::None => Ok(deadline),
            RoundUp::Day | RoundUp::Month | RoundUp::Year => {
                let civil = ms.saturating_add(from.offset_ms());
                let day = civil.div_euclid(86_400_000);
                let day = i32::try_from(day).ok().and_then(Date::from_days);
                let next = day
                    .and_then(|day| day.add_days(1))
                    .ok_or_else(out_of_range)?;
                Ok(Deadline::Day(round_up_date(mode, next)))
            }
        },
    }
}

/// The deadline of a lot that becomes usable at `from`.
pub(crate) fn lot_expiry(policy: &ExpiryDef, from: Moment) -> Result<Option<Deadline>, ActError> {
    let end_of = |day: Date| {
        Ok(Some(Deadline::Day(
            day.add_days(1).ok_or_else(out_of_range)?,
        )))
    };
    match policy {
        ExpiryDef::Never(_) => Ok(None),
        ExpiryDef::Rolling(rolling) | ExpiryDef::Activity(rolling) => {
            Ok(Some(rolling_end(rolling, from)?))
        }
        ExpiryDef::EndOfMonth(period) => {
            let later = i32::try_from(period.later).map_err(|_| out_of_range())?;
            let first = from
                .date()
                .add_days(1_i32.saturating_sub(day_number(from.date())));
            let month = first
                .and_then(|first| first.add_months(later))
                .ok_or_else(out_of_range)?;
            end_of(month.end_of_month())
        }
        ExpiryDef::EndOfYear(period) => {
            let later = i32::try_from(period.later).map_err(|_| out_of_range())?;
            let year = from
                .date()
                .year()
                .checked_add(later)
                .ok_or_else(out_of_range)?;
            end_of(Date::from_ymd(year, 12, 31).map_err(|_| out_of_range())?)
        }
        ExpiryDef::FixedDate(fixed) if from.date() <= fixed.date => end_of(fixed.date),
        ExpiryDef::FixedDate(_) => Ok(None),
    }
}

fn day_number(date: Date) -> i32 {
    i32::try_from(date.day()).unwrap_or(1)
}

/// The deadline of a rolling validity.
pub(crate) fn rolling_end(rolling: &RollingDef, from: Moment) -> Result<Deadline, ActError> {
    validity_end(rolling.after, rolling.round_up, rolling.last_day, from)
}

/// A lot that is earned at `at`.
pub(crate) fn open_lot(
    terms: &LotTerms,
    lot: LotId,
    points: Points,
    at: Moment,
) -> Result<LotOpen, ActError> {
    let activity = matches!(terms.expiry, ExpiryDef::Activity(_));
    let (pending, starts) = match &terms.pending {
        None => (None, Some(at)),
        Some(PendingDef::Event(name)) => (Some(Pending::Event(name.clone())), None),
        Some(PendingDef::After(span)) => {
            let until = span.after(at).ok_or_else(out_of_range)?;
            if until.reached(at) {
                (None, Some(at))
            } else {
                (Some(Pending::Until(until)), Some(moment_of(until, at)?))
            }
        }
    };
    let expiry = match starts {
        Some(starts) => lot_expiry(&terms.expiry, starts)?,
        None => None,
    };
    Ok(LotOpen {
        lot,
        points,
        pending,
        expiry,
        activity,
        promotional: terms.promotional,
    })
}

/// The moment at which a deadline is reached, at the offset of `near`.
pub(crate) fn moment_of(deadline: Deadline, near: Moment) -> Result<Moment, ActError> {
    moment_at(deadline.order_ms(near.offset_ms()), near)
}

/// The moment at a place on the civil scale, at the offset of `near`.
pub(crate) fn moment_at(civil_ms: i64, near: Moment) -> Result<Moment, ActError> {
    let instant = civil_ms.saturating_sub(near.offset_ms());
    Moment::with_offset(instant, near.offset_ms()).map_err(|_| out_of_range())
}

/// The new deadline of points that live by activity.
pub(crate) fn activity_end(terms: &LotTerms, at: Moment) -> Result<Option<Deadline>, ActError> {
    match &terms.expiry {
        ExpiryDef::Activity(rolling) => Ok(Some(rolling_end(rolling, at)?)),
        _ => Ok(None),
    }
}
