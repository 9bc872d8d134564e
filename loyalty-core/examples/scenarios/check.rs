//! The comparison of what a case expects with what the engine said.

use loyalty_core::id::WalletId;
use loyalty_core::ledger::Entry;
use loyalty_core::time::{Deadline, Moment};
use rust_decimal::Decimal;
use serde_json::Value;

use super::acts::{Actor, Done, opened};
use super::booked::{self, points};
use super::fields::text;
use super::prices;
use super::scheme::{POINTS, WALLET};

/// What became of an expectation.
pub(crate) enum Checked {
    /// It holds.
    Same,
    /// It does not: what was found.
    Differs(String),
}

/// The events done so far.
pub(crate) struct Seen<'a> {
    /// What came of each, with its name.
    pub(crate) done: &'a [(String, Done)],
    /// The variant in which the case runs.
    pub(crate) variant: &'a str,
    /// All of its variants.
    pub(crate) variants: &'a [String],
    /// Promotions of each accrual, in their order.
    pub(crate) promotions: Vec<String>,
}

/// Checks one key. An error names a key that the runner cannot check.
pub(crate) fn key(
    actor: &mut Actor<'_>,
    seen: &Seen<'_>,
    key: &str,
    wish: &Value,
) -> Result<Checked, String> {
    let (name, done) = seen.done.last().ok_or("no event")?;
    let unknown = || format!("expected.{key}");
    let decision = || done.decision.as_ref().ok_or_else(unknown);
    if let Some(variant) = key.strip_prefix("balance_") {
        if !seen.variants.iter().any(|known| known == variant) {
            return Err(unknown());
        }
        if variant != seen.variant {
            return Ok(Checked::Same);
        }
        return decimal(wish, balance(actor, &done.customer, POINTS, done.at)?.0);
    }
    if let Some(checked) = prices::key(actor, done, key, wish)? {
        return Ok(checked);
    }
    match key {
        "rejected" | "ok" => {
            let wanted = match wish {
                Value::Bool(wanted) => *wanted == (key == "rejected"),
                _ => key == "rejected",
            };
            // What brings nothing is rejected; the purchase may stand all the same.
            let declined = done.declined.clone().filter(|_| key == "rejected");
            let refused = done.refused.clone().or(declined);
            let found = refused.clone().unwrap_or_else(|| "accepted".into());
            same(wanted == refused.is_some(), found)
        }
        "balance" | "points" => decimal(wish, balance(actor, &done.customer, POINTS, done.at)?.0),
        "pending" => decimal(wish, balance(actor, &done.customer, POINTS, done.at)?.1),
        "wallet_balance" => decimal(wish, balance(actor, &done.customer, WALLET, done.at)?.0),
        "balances" => each(wish, |customer| {
            Ok(balance(actor, customer, POINTS, done.at)?.0)
        }),
        "points_earned" => decimal(wish, booked::earned(done)?),
        "points_expired" => {
            let lapsed = done.entries.iter().filter_map(|entry| match entry {
                Entry::Expiry(lot) if lot.wallet.as_str() == POINTS => Some(points(lot.points)),
                _ => None,
            });
            decimal(wish, lapsed.sum())
        }
        "points_spent" => decimal(wish, booked::spent(done)),
        "points_reversed" => decimal(wish, booked::reversed(&done.entries, None)),
        "points_returned" => decimal(wish, booked::restored(&done.entries, None, true)),
        "points_for_order" => {
            let order = done.order.as_deref().ok_or_else(unknown)?;
            let entries: Vec<Entry> = actor.world.entries(&done.customer).cloned().collect();
            decimal(wish, booked::kept(&entries, order))
        }
        "accruals" => {
            let decision = decision()?;
            let of = |promotion: &String| {
                let rule = format!("accrual.{name}.{promotion}");
                let parts = decision.wallets.iter().flat_map(|wallet| &wallet.parts);
                let of_rule = parts.filter(|part| part.rule.as_str() == rule);
                of_rule.map(|part| points(part.points)).sum()
            };
            list(wish, &seen.promotions.iter().map(of).collect::<Vec<_>>())
        }
        "points_promotion_applied" => {
            let decision = decision()?;
            let parts = decision.wallets.iter().flat_map(|wallet| &wallet.parts);
            let ids: Vec<&str> = parts.map(|part| part.rule.as_str()).collect();
            let known = actor.world.plan.points_promotions.iter();
            let paid: Vec<&String> = known.filter(|id| ids.contains(&id.as_str())).collect();
            let found = paid
                .first()
                .map_or(Value::Null, |id| Value::String((*id).clone()));
            same(paid.len() <= 1 && found == *wish, format!("{paid:?}"))
        }
        "tier" => {
            let found = match &done.treated_at {
                Some(tier) => tier.clone(),
                None => tier(actor, done)?,
            };
            let found = found.map_or(Value::Null, Value::String);
            same(found == *wish, found.to_string())
        }
        "stamps" | "cards_completed" => {
            let standing = actor.world.standing(&done.customer, done.at)?;
            let count = |name: Option<&str>| {
                let id = actor.world.plan.card(name)?;
                let card = standing.cards.iter().find(|card| card.card.as_str() == id);
                let card = card.ok_or_else(unknown)?;
                let count = match key {
                    "stamps" => card.stamps,
                    _ => card.completed,
                };
                Ok(Decimal::from(count))
            };
            match wish {
                Value::Object(_) => each(wish, |name| count(Some(name))),
                _ => decimal(wish, count(None)?),
            }
        }
        "claimable" => {
            let standing = actor.world.standing(&done.customer, done.at)?;
            let ready = standing.rewards.iter().map(|ready| &ready.reward);
            let bought = standing.affordable.iter().map(|reward| &reward.reward);
            let mut found: Vec<String> = ready.chain(bought).map(ToString::to_string).collect();
            let mut wish: Vec<String> = texts(wish)?;
            found.sort();
            found.dedup();
            wish.sort();
            same(found == wish, format!("{found:?}"))
        }
        "refund" | "refunded" | "refund_amount" => {
            let back = done.entries.iter().filter_map(|entry| match entry {
                Entry::Return(entry) => Some(entry.refund.to_decimal()),
                _ => None,
            });
            decimal(wish, back.sum())
        }
        "lots" => each(wish, |name| remaining(actor, seen, name)),
        "expires_at" => expires_at(seen, wish),
        "reinstated_lots" => reinstated(actor, done, wish),
        _ => Err(unknown()),
    }
}

pub(crate) fn same(same: bool, found: String) -> Result<Checked, String> {
    Ok(if same {
        Checked::Same
    } else {
        Checked::Differs(found)
    })
}

pub(crate) fn decimal(wish: &Value, found: Decimal) -> Result<Checked, String> {
    let text = text("expected", wish)?;
    let wish: Decimal = text
        .parse()
        .map_err(|_| format!("expected number {text}"))?;
    same(wish == found, found.normalize().to_string())
}

pub(crate) fn texts(wish: &Value) -> Result<Vec<String>, String> {
    match wish {
        Value::Array(values) => values.iter().map(|value| text("expected", value)).collect(),
        _ => Err("expected: not a list".into()),
    }
}

pub(crate) fn list(wish: &Value, found: &[Decimal]) -> Result<Checked, String> {
    let Value::Array(wishes) = wish else {
        return Err("expected: not a list".into());
    };
    let mut equal = wishes.len() == found.len();
    for (wish, found) in wishes.iter().zip(found) {
        equal &= matches!(decimal(wish, *found)?, Checked::Same);
    }
    same(equal, format!("{found:?}"))
}

/// Every name of an object with its number.
pub(crate) fn each(
    wish: &Value,
    mut found: impl FnMut(&str) -> Result<Decimal, String>,
) -> Result<Checked, String> {
    let Value::Object(map) = wish else {
        return Err("expected: not an object".into());
    };
    for (name, wish) in map {
        if let Checked::Differs(found) = decimal(wish, found(name)?)? {
            return Ok(Checked::Differs(format!("{name}: {found}")));
        }
    }
    Ok(Checked::Same)
}

/// What a wallet holds, and what of it is pending.
fn balance(
    actor: &mut Actor<'_>,
    customer: &str,
    wallet: &str,
    at: Moment,
) -> Result<(Decimal, Decimal), String> {
    let id: WalletId = wallet.parse().map_err(|_| wallet.to_owned())?;
    let balance = actor.world.member(customer)?.account.balance(&id, at);
    Ok((points(balance.balance), points(balance.pending)))
}

fn tier(actor: &mut Actor<'_>, done: &Done) -> Result<Option<String>, String> {
    let standing = actor.world.standing(&done.customer, done.at)?;
    let ladder = standing
        .ladders
        .iter()
        .find(|ladder| ladder.ladder.as_str() == done.ladder);
    let ladder = ladder.ok_or_else(|| format!("no ladder {}", done.ladder))?;
    Ok(ladder.tier.as_ref().map(ToString::to_string))
}

/// The event of a name, and what it opened.
fn lots_of<'a>(seen: &'a Seen<'_>, name: &str) -> Result<&'a Done, String> {
    let found = seen.done.iter().find(|(known, _)| known == name);
    found
        .map(|(_, done)| done)
        .ok_or_else(|| format!("no event {name}"))
}

fn remaining(actor: &mut Actor<'_>, seen: &Seen<'_>, name: &str) -> Result<Decimal, String> {
    let done = lots_of(seen, name)?;
    let id: WalletId = POINTS.parse().map_err(|_| POINTS)?;
    let account = &actor.world.member(&done.customer)?.account;
    let lots = done
        .entries
        .iter()
        .filter_map(|entry| opened(entry, POINTS));
    let left = lots.filter_map(|(lot, _)| Some(account.wallet(&id)?.lot(lot)?.remaining));
    Ok(left.map(points).sum())
}

/// The last second of a lot, or the instant at which it lapses.
fn expires_at(seen: &Seen<'_>, wish: &Value) -> Result<Checked, String> {
    let Value::Object(map) = wish else {
        return Err("expected.expires_at: not an object".into());
    };
    for (name, wish) in map {
        let done = lots_of(seen, name)?;
        let deadline = done
            .entries
            .iter()
            .find_map(|entry| opened(entry, POINTS)?.1);
        let Some(deadline) = deadline else {
            return Ok(Checked::Differs(format!("{name}: never")));
        };
        let wish = super::clock::moment("expires_at", wish)?.instant_ms();
        let at = deadline.order_ms(0);
        let last = if matches!(deadline, Deadline::Day(_)) {
            at - 1000
        } else {
            at
        };
        if wish != last {
            return Ok(Checked::Differs(format!("{name}: {deadline}")));
        }
    }
    Ok(Checked::Same)
}

fn reinstated(actor: &Actor<'_>, done: &Done, wish: &Value) -> Result<Checked, String> {
    let of = done.entries.iter().find_map(|entry| match entry {
        Entry::Reinstatement(entry) => Some(&entry.of),
        _ => None,
    });
    let found = of.into_iter().flatten().map(|draw| {
        let named = actor.named_lots.iter().find(|(_, lot)| **lot == draw.lot);
        named.map_or_else(|| "?".to_owned(), |(name, _)| name.clone())
    });
    let (mut found, mut wish): (Vec<String>, _) = (found.collect(), texts(wish)?);
    found.sort();
    wish.sort();
    same(found == wish, format!("{found:?}"))
}

/// The promotions of an accrual in the order of the case.
pub(crate) fn promotions(event: &super::case::Event) -> Vec<String> {
    let mut fields = event.fields.clone();
    match fields.take("promotions") {
        Some(Value::Object(map)) => map.keys().cloned().collect(),
        _ => Vec::new(),
    }
}
