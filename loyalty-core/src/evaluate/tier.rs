//! Tiers: what is measured, which tier it earns, and when a tier is reviewed.

use crate::ledger::{self, Account, HeldTier, TierCause, TierStep};
use crate::scheme::compiled::{Ladder, Metric, Review, Scheme, Window};
use crate::scheme::{Downgrade, Period, RoundUp};
use crate::time::{Date, Deadline, Moment, Span};

use super::context::Context;
use super::earn::Earned;
use super::expiry::round_up_date;
use super::line_set::PerLine;
use super::sums::Sums;

/// The place of a tier in every ladder.
pub(crate) type HeldTiers = PerLine<Option<u16>>;

/// The place of the tier that an account holds in every ladder.
pub(crate) fn held_tiers(scheme: &Scheme, account: &Account) -> HeldTiers {
    scheme
        .ladders
        .iter()
        .map(|ladder| held_tier(ladder, account))
        .collect()
}

/// Held tiers by name.
pub(crate) fn named_tiers(scheme: &Scheme, held: &HeldTiers) -> Vec<HeldTier> {
    let ladders = scheme.ladders.iter().zip(held.iter());
    let named = ladders.filter_map(|(ladder, held)| {
        let tier = ladder.tiers.get(usize::from((*held)?))?;
        Some(HeldTier {
            ladder: ladder.id.clone(),
            tier: tier.id.clone(),
        })
    });
    named.collect()
}

/// The places of tiers that are named.
pub(crate) fn tiers_of(scheme: &Scheme, named: &[HeldTier]) -> HeldTiers {
    let place = |ladder: &Ladder| {
        let held = named.iter().find(|held| held.ladder == ladder.id)?;
        let place = ladder.tiers.iter().position(|tier| tier.id == held.tier)?;
        u16::try_from(place).ok()
    };
    scheme.ladders.iter().map(place).collect()
}

/// The place of the tier that an account holds in a ladder; the lowest when nothing is needed for
/// it.
pub(crate) fn held_tier(ladder: &Ladder, account: &Account) -> Option<u16> {
    let state = account.ladder(&ladder.id);
    let held = state
        .and_then(|state| state.tier.as_ref())
        .and_then(|tier| ladder.tiers.iter().position(|known| known.id == *tier));
    match held {
        Some(place) => u16::try_from(place).ok(),
        None => base_tier(ladder),
    }
}

/// The lowest tier, when its threshold is 0.
pub(crate) fn base_tier(ladder: &Ladder) -> Option<u16> {
    ladder
        .tiers
        .first()
        .filter(|tier| tier.threshold <= 0)
        .map(|_| 0)
}

/// The highest tier whose threshold a value reaches.
pub(crate) fn tier_for(ladder: &Ladder, value: i64) -> Option<u16> {
    let reached = ladder
        .tiers
        .iter()
        .rposition(|tier| tier.threshold <= value)?;
    u16::try_from(reached).ok()
}

/// The value of a ladder's metric as seen on a day.
pub(crate) fn value(
    ladder: &Ladder,
    account: &Account,
    today: Date,
    now: Moment,
    scheme: &Scheme,
) -> i64 {
    if let Metric::Balance(wallet) = &ladder.metric {
        return balance_value(ladder, *wallet, account, now, scheme);
    }
    let Some(state) = account.ladder(&ladder.id) else {
        return 0;
    };
    let sum = state
        .points
        .iter()
        .filter(|point| {
            point.date <= today && in_window(ladder.window, point.date, today, account.joined)
        })
        .fold(0_i64, |sum, point| sum.saturating_add(point.amount));
    sum.saturating_add(state.surplus)
}

/// What a ladder measures at a review. A balance is what is posted by then: a review comes before
/// points that lapse at the same moment, so those still count.
pub(crate) fn value_at_review(
    ladder: &Ladder,
    account: &Account,
    day: Date,
    now: Moment,
    scheme: &Scheme,
) -> i64 {
    let Metric::Balance(wallet) = ladder.metric else {
        return value(ladder, account, day, now, scheme);
    };
    let wallet = scheme.wallets.get(usize::from(wallet));
    let Some(held) = wallet.and_then(|wallet| account.wallet(&wallet.id)) else {
        return 0;
    };
    held.live_lots()
        .filter(|(_, lot)| ladder.count_pending || lot.pending().is_none())
        .fold(0_i64, |sum, (_, lot)| {
            sum.saturating_add(lot.remaining.milli())
        })
        .saturating_sub(held.deficit.milli())
}

fn balance_value(
    ladder: &Ladder,
    wallet: u16,
    account: &Account,
    now: Moment,
    scheme: &Scheme,
) -> i64 {
    let Some(wallet) = scheme.wallets.get(usize::from(wallet)) else {
        return 0;
    };
    let found = account.balance(&wallet.id, now);
    let pending = match ladder.count_pending {
        true => found.pending.milli(),
        false => 0,
    };
    found.balance.milli().saturating_add(pending)
}

/// Whether something measured on `date` still counts on `today`.
fn in_window(window: Window, date: Date, today: Date, joined: Option<Date>) -> bool {
    match window {
        Window::Lifetime => true,
        Window::Rolling(span) => add_span(date, span).is_none_or(|end| today < end),
        Window::Calendar(period) => date >= start_of(period, today),
        Window::Anniversary => date >= anniversary_start(joined.unwrap_or(today), today),
    }
}

/// A date a civil span later; spans below a day count as none.
pub(crate) fn add_span(date: Date, span: Span) -> Option<Date> {
    let small = |n: u32| i32::try_from(n).ok();
    match span {
        Span::Days(days) | Span::ExactDays(days) => date.add_days(small(days)?),
        Span::Months(months) => date.add_months(small(months)?),
        Span::Years(years) => date.add_months(small(years)?.checked_mul(12)?),
        Span::Minutes(_) | Span::Hours(_) => Some(date),
    }
}

/// The first day of the civil period that holds a date.
pub(crate) fn start_of(period: Period, date: Date) -> Date {
    let month = match period {
        Period::Month => date.month(),
        Period::Quarter => {
            let zero_based = date.month().saturating_sub(1);
            zero_based
                .saturating_sub(zero_based.checked_rem(3).unwrap_or(0))
                .saturating_add(1)
        }
        Period::Year => 1,
    };
    Date::from_ymd(date.year(), month, 1).unwrap_or(date)
}

fn months_in(period: Period) -> i32 {
    match period {
        Period::Month => 1,
        Period::Quarter => 3,
        Period::Year => 12,
    }
}

/// The first day of the year since joining that holds a date.
fn anniversary_start(joined: Date, today: Date) -> Date {
    let mut years = today.year().saturating_sub(joined.year());
    loop {
        let start = years
            .checked_mul(12)
            .and_then(|months| joined.add_months(months));
        match start {
            Some(start) if start <= today || years <= 0 => return start,
            None if years <= 0 => return joined,
            _ => years = years.saturating_sub(1),
        }
    }
}

/// When a tier entered (or kept) on `from` is reviewed next.
pub(crate) fn next_review(ladder: &Ladder, from: Date, joined: Option<Date>) -> Option<Deadline> {
    let grace = i32::try_from(ladder.grace_days).unwrap_or(0);
    let day = match ladder.review {
        Review::Never | Review::Immediate => return None,
        Review::AtValidityEnd => round_up(ladder.round_up, add_span(from, ladder.valid_for?)?),
        Review::Calendar(period) => start_of(period, from).add_months(months_in(period))?,
        Review::Every(span) => {
            let anchor = joined.unwrap_or(from);
            let mut steps = 1_u32;
            loop {
                let next = add_span(anchor, times(span, steps)?)?;
                if next > from {
                    break next;
                }
                steps = steps.checked_add(1)?;
                if steps > 100_000 {
                    return None;
                }
            }
        }
    };
    Some(Deadline::Day(day.add_days(grace)?))
}

fn round_up(mode: RoundUp, day: Date) -> Date {
    round_up_date(mode, day)
}

fn times(span: Span, factor: u32) -> Option<Span> {
    Some(match span {
        Span::Days(n) => Span::Days(n.checked_mul(factor)?),
        Span::Months(n) => Span::Months(n.checked_mul(factor)?),
        Span::Years(n) => Span::Years(n.checked_mul(factor)?),
        Span::ExactDays(n) => Span::ExactDays(n.checked_mul(factor)?),
        Span::Minutes(_) | Span::Hours(_) => return None,
    })
}

/// What a purchase adds to a ladder's metric; to a balance before anything is spent.
pub(crate) fn measure(
    context: &Context<'_>,
    ladder: &Ladder,
    sums: &Sums<'_>,
    earned: &Earned,
) -> i64 {
    let cart = context.cart;
    let lines = || cart.lines.iter().enumerate();
    let at = |values: &[u32], place: usize| values.get(place).copied().unwrap_or(0);
    match &ladder.metric {
        Metric::Spend(target) => {
            let sum = cart.sum_counting(target.as_ref(), &sums.running);
            context.in_scheme(sum).unwrap_or(0)
        }
        Metric::Visits(target) => {
            let visited = lines().any(|(place, line)| {
                cart.counts(line, target.as_ref()) && at(&sums.all_units, place) > 0
            });
            i64::from(visited)
        }
        Metric::Items(target) => lines()
            .filter(|(_, line)| cart.counts(line, target.as_ref()))
            .fold(0_i64, |sum, (place, _)| {
                sum.saturating_add(i64::from(at(&sums.all_units, place)))
            }),
        Metric::PointsEarned(wallet) | Metric::Balance(wallet) => earned
            .parts
            .iter()
            .filter(|part| part.wallet == *wallet)
            .filter(|part| {
                ladder.count_pending
                    || part
                        .terms(context.scheme)
                        .is_some_and(|terms| terms.pending.is_none())
            })
            .fold(0_i64, |sum, part| sum.saturating_add(part.granted)),
    }
}

/// The tier after a failed or passed review, and what is carried into the next window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reviewed {
    pub(crate) tier: Option<u16>,
    pub(crate) surplus: i64,
}

/// Reviews the tier held, with the value of the window that ends.
pub(crate) fn review(
    ladder: &Ladder,
    held: Option<u16>,
    floor: Option<u16>,
    value: i64,
) -> Reviewed {
    let earned = tier_for(ladder, value);
    let tier = match held.and_then(|held| Some((held, ladder.tiers.get(usize::from(held))?))) {
        None => earned,
        Some((held, tier)) if value >= tier.retain => earned.max(Some(held)),
        Some((held, _)) => {
            let below = held.checked_sub(1);
            match ladder.downgrade {
                Downgrade::Never => Some(held),
                Downgrade::ToBase => base_tier(ladder),
                Downgrade::ToEarned => earned.min(below),
                Downgrade::OneDown => below,
            }
        }
    };
    let tier = tier.max(floor);
    let surplus = match tier.and_then(|place| ladder.tiers.get(usize::from(place))) {
        Some(tier) if ladder.rollover_surplus && tier.threshold > 0 => {
            value.saturating_sub(tier.threshold).max(0)
        }
        _ => 0,
    };
    Reviewed { tier, surplus }
}

/// The place of the floor that a person set.
pub(crate) fn floor(ladder: &Ladder, state: Option<&ledger::Ladder>) -> Option<u16> {
    let floor = state?.floor.as_ref()?;
    let place = ladder.tiers.iter().position(|tier| tier.id == *floor)?;
    u16::try_from(place).ok()
}

/// The day whose window a review on `day` looks at: the window that ends there.
pub(crate) fn review_day(ladder: &Ladder, day: Date) -> Date {
    match ladder.window {
        // What is reviewed at once is so for the window that begins.
        Window::Calendar(_) | Window::Anniversary if ladder.review != Review::Immediate => {
            let back = i32::try_from(ladder.grace_days)
                .unwrap_or(0)
                .saturating_add(1);
            day.add_days(back.saturating_neg()).unwrap_or(day)
        }
        _ => day,
    }
}

/// The first day after the last act, up to today, on which so much has left the window that a tier
/// which is reviewed at once is kept no longer.
pub(crate) fn falls_on(
    ladder: &Ladder,
    account: &Account,
    now: Moment,
    scheme: &Scheme,
) -> Option<Date> {
    let state = account.ladder(&ladder.id)?;
    let held = held_tier(ladder, account);
    let last = account.at?.date();
    let joined = account.joined.unwrap_or(last);
    let measured = |day: Date| value(ladder, account, day, now, scheme);
    let falls = |day: &Date| {
        let since = state.entered.map_or(last, |entered| entered.max(last));
        if *day <= since || *day > now.date() {
            return false;
        }
        let (before, left) = (day.add_days(-1).map(measured), measured(*day));
        let floor = floor(ladder, Some(state));
        before != Some(left) && review(ladder, held, floor, left).tier < held
    };
    let next = match ladder.window {
        _ if held <= base_tier(ladder) => None,
        Window::Lifetime => None,
        Window::Rolling(span) => {
            let mut ends = state
                .points
                .iter()
                .filter_map(|point| add_span(point.date, span));
            return ends.find(falls);
        }
        Window::Calendar(period) => start_of(period, last).add_months(months_in(period)),
        // A month into the next year, as the anniversary of a leap day moves.
        Window::Anniversary => anniversary_start(joined, last)
            .add_months(13)
            .map(|next| anniversary_start(joined, next)),
    };
    next.filter(falls)
}

/// The tier and entry date that the open window gives when it is folded anew.
pub(crate) fn refold(
    ladder: &Ladder,
    account: &Account,
    today: Date,
    now: Moment,
    scheme: &Scheme,
) -> (Option<u16>, Option<Date>) {
    let Some(state) = account.ladder(&ladder.id) else {
        return (base_tier(ladder), None);
    };
    let place = |tier: &Option<crate::id::TierId>| {
        tier.as_ref()
            .and_then(|tier| ladder.tiers.iter().position(|known| known.id == *tier))
            .and_then(|place| u16::try_from(place).ok())
    };
    let opens = |step: &&TierStep| matches!(step.cause, TierCause::Review | TierCause::Assigned);
    // A merge alone opens no window: all that was measured is in it.
    let starts = |step: &&TierStep| opens(step) || step.cause == TierCause::Merged;
    let opened = state.changes.iter().rev().find(starts);
    let opened = opened.filter(|_| state.changes.iter().any(|step| opens(&step)));
    let mut tier = opened.map_or(base_tier(ladder), |step| {
        place(&step.tier).max(base_tier(ladder))
    });
    let mut entered = opened.map(|step| step.entered);
    let from = opened.map(|step| step.date);
    tier = tier.max(floor(ladder, Some(state)));
    for point in state
        .points
        .iter()
        .filter(|point| from.is_none_or(|from| point.date >= from))
    {
        let reached = tier_for(ladder, value(ladder, account, point.date, now, scheme));
        if reached > tier {
            tier = reached;
            entered = Some(point.date);
        }
        if point.date > today {
            break;
        }
    }
    (tier, entered)
}
