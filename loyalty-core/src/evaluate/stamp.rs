//! Stamps: how many a purchase brings, and how cards fill.

use smallvec::SmallVec;

use crate::ledger::{self, Headroom, InstanceState, LimitKey};
use crate::scheme::compiled::{Card, StampGive, StampRule};
use crate::scheme::{CapPeriod, FreeUnits, Overflow};

use super::arith::{div_floor, small};
use super::context::Context;
use super::earn::EarnInput;
use super::error::ActError;
use super::limit::named;
use super::line_set::LineSet;
use super::reason::{About, Reason};
use super::sums::Sums;

/// The stamps that a purchase brings to a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamps {
    /// The place of the card.
    pub(crate) card: usize,
    pub(crate) wanted: u32,
    pub(crate) granted: u32,
    /// The part of sticky rules, which no return takes.
    pub(crate) sticky: u32,
}

/// Stamps, in the order of the cards.
pub(crate) type StampList = SmallVec<[Stamps; 2]>;

/// The stamps that a purchase brings, card by card.
pub(crate) fn stamps(
    context: &Context<'_>,
    sums: &Sums<'_>,
    input: EarnInput<'_>,
    met: &mut Vec<Headroom>,
    mut reasons: Option<&mut Vec<Reason>>,
) -> Result<StampList, ActError> {
    let mut found = StampList::new();
    let mut lines = context.cart.stamp_lines();
    for (place, card) in context.scheme.cards.iter().enumerate() {
        let mut wanted = 0_u32;
        let mut sticky = 0_u32;
        let mut refusal = None;
        for rule in &card.rules {
            let lines = lines.next().unwrap_or_default();
            let failure = rule
                .when
                .as_ref()
                .and_then(|when| context.failure(when, &sums.amounts(), None));
            if let Some(failure) = failure {
                refusal = refusal.or(Some(failure));
                continue;
            }
            let brings = of_rule(rule, lines, input);
            wanted = wanted.saturating_add(brings);
            if rule.sticky {
                sticky = sticky.saturating_add(brings);
            }
        }
        let granted = guarded(context, card, wanted, met)?;
        if let Some(reasons) = reasons.as_deref_mut()
            && (wanted > 0 || refusal.is_some())
        {
            reasons.push(reason(context, card, wanted, granted, refusal));
        }
        if granted > 0 {
            found.push(Stamps {
                card: place,
                wanted,
                granted,
                sticky: sticky.min(granted),
            });
        }
    }
    Ok(found)
}

fn reason(
    context: &Context<'_>,
    card: &Card,
    wanted: u32,
    granted: u32,
    refusal: Option<super::context::Failure>,
) -> Reason {
    let (code, missing, resets) = match refusal {
        Some(failure) if wanted == 0 => (failure.code, failure.missing, None),
        _ if granted < wanted => ("capped", None, context.at.date().add_days(1)),
        _ => ("granted", None, None),
    };
    Reason {
        about: About::Card,
        id: card.id.as_str().into(),
        code,
        wanted: None,
        granted: None,
        missing: missing.map(|m| m.in_currency(context.scheme.currency)),
        resets,
    }
}

fn of_rule(rule: &StampRule, lines: LineSet<'_>, input: EarnInput<'_>) -> u32 {
    let units = lines.of(match rule.free_units {
        FreeUnits::Skip => input.paid_units,
        FreeUnits::Count => input.all_units,
    });
    match rule.give {
        StampGive::PerPurchase(stamps) => {
            let mut units = units;
            if units.any(|units| units > 0) {
                stamps
            } else {
                0
            }
        }
        StampGive::PerUnit(stamps) => units
            .fold(0_u32, u32::saturating_add)
            .saturating_mul(stamps),
        StampGive::PerAmount { stamps, per } => {
            let amount = lines.of(input.base).fold(0_i64, i64::saturating_add);
            let steps = div_floor(i128::from(amount), i128::from(per.max(1)));
            u32::try_from(steps)
                .unwrap_or(u32::MAX)
                .saturating_mul(stamps)
        }
        StampGive::Event { .. } => 0,
    }
}

/// What the card's guards leave of `wanted` stamps.
pub(crate) fn guarded(
    context: &Context<'_>,
    card: &Card,
    wanted: u32,
    met: &mut Vec<Headroom>,
) -> Result<u32, ActError> {
    if wanted == 0 {
        return Ok(0);
    }
    let guards = &context.scheme.guards;
    if guards.earning_purchases_per_day > 0 {
        let key = named("guard.earning_purchases", CapPeriod::Day, context.at.date());
        let max = i64::from(guards.earning_purchases_per_day);
        if context.headroom_of(key, max, met)? == 0 {
            return Ok(0);
        }
    }
    if card.minutes_between > 0 {
        let key = LimitKey::new(&format!("card.{}.wait", card.id), None);
        let left = match context.pinned {
            Some(_) => context.headroom_of(key, 1, met)?,
            None => {
                let left = i64::from(!too_soon(context, card));
                met.push(Headroom { limit: key, left });
                left
            }
        };
        if left == 0 {
            return Ok(0);
        }
    }
    left_of_day(context, card, wanted, met)
}

/// What a card still takes of stamps on the day.
pub(crate) fn left_of_day(
    context: &Context<'_>,
    card: &Card,
    wanted: u32,
    met: &mut Vec<Headroom>,
) -> Result<u32, ActError> {
    if card.stamps_per_day == 0 || wanted == 0 {
        return Ok(wanted);
    }
    let max = i64::from(card.stamps_per_day);
    let left = context.headroom_of(day_key(card, context.at.date()), max, met)?;
    Ok(wanted.min(u32::try_from(left).unwrap_or(u32::MAX)))
}

/// The counter of a card's stamps of a day.
pub(crate) fn day_key(card: &Card, date: crate::time::Date) -> LimitKey {
    named(&format!("card.{}.stamps", card.id), CapPeriod::Day, date)
}

fn too_soon(context: &Context<'_>, card: &Card) -> bool {
    let last = context
        .account
        .cards
        .iter()
        .find(|held| held.id == card.id)
        .and_then(|held| held.last_stamp);
    last.is_some_and(|last| {
        let wait = i64::from(card.minutes_between).saturating_mul(60_000);
        context.at.instant_ms().saturating_sub(last.instant_ms()) < wait
    })
}

/// A step of filling cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FillStep {
    pub(crate) instance: u32,
    /// Stamps that stand on it from the start, when the step opens it.
    pub(crate) opens: Option<u32>,
    pub(crate) put: u32,
    /// How many stamps stand on it before and after the step.
    pub(crate) before: u32,
    pub(crate) after: u32,
    /// Whether the step fills it, and it had not been full before.
    pub(crate) completes: bool,
}

/// How `count` stamps go on the member's cards of one kind, step by step: cards that owe stamps
/// first, then the open one, then new ones.
#[inline]
pub(crate) fn fill(
    card: &Card,
    held: Option<&ledger::Card>,
    count: u32,
    mut take: impl FnMut(FillStep),
) {
    let mut left = count;
    let instances = held.map_or(&[][..], |held| held.instances.as_slice());
    for (place, instance) in instances.iter().enumerate() {
        if left == 0 {
            return;
        }
        if matches!(instance.state, InstanceState::Lapsed) {
            continue;
        }
        let before = on_card(instance);
        let room = instance.target.saturating_sub(before);
        if room == 0 {
            continue;
        }
        let put = room.min(left);
        left = left.saturating_sub(put);
        let after = before.saturating_add(put);
        let completes = matches!(instance.state, InstanceState::Open) && after >= instance.target;
        take(FillStep {
            instance: small(place),
            opens: None,
            put,
            before,
            after,
            completes,
        });
        if completes && card.overflow == Overflow::Discard {
            return;
        }
    }
    let mut next = small(instances.len());
    while left > 0 {
        let start = if next == 0 || card.start_stamps_again {
            card.start_stamps
        } else {
            0
        };
        let start = start.min(card.target.saturating_sub(1));
        let put = card.target.saturating_sub(start).min(left);
        left = left.saturating_sub(put);
        let after = start.saturating_add(put);
        let completes = after >= card.target;
        take(FillStep {
            instance: next,
            opens: Some(start),
            put,
            before: start,
            after,
            completes,
        });
        if completes && card.overflow == Overflow::Discard {
            return;
        }
        next = next.saturating_add(1);
    }
}

/// How many stamps stand on a card.
pub(crate) fn on_card(instance: &ledger::Instance) -> u32 {
    instance
        .stamps
        .iter()
        .fold(instance.start, |sum, run| sum.saturating_add(run.count))
}
