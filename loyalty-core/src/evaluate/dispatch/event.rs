//! Acts that are no purchase: events, and news of a purchase.

use super::*;
use crate::evaluate::earn::{balance_room, whole};
use crate::id::LotId;
use crate::scheme::compiled::LotTerms;

pub(super) fn event(
    draft: &mut Draft<'_>,
    act: &EventAct,
    pool: Option<&Account>,
) -> Result<(), ActError> {
    if act.name.as_str().starts_with("account.") {
        let allowed = "a name that does not begin with `account.`";
        return Err(ActError::refused("event.name", &act.name, allowed));
    }
    let scheme = draft.scheme;
    let mut activity = Vec::new();
    for wallet in &scheme.wallets {
        if let Some(expiry) = activity_end(&wallet.terms, draft.occurred())? {
            activity.push(crate::ledger::ActivityEntry {
                wallet: wallet.id.clone(),
                expiry: Some(expiry),
                before: draft
                    .account
                    .wallet(&wallet.id)
                    .and_then(|state| state.activity),
            });
        }
    }
    draft.push(Entry::Event(Box::new(EventEntry {
        name: act.name.clone(),
        purchase: None,
        metrics: Vec::new(),
        activity,
    })))?;
    let name = scheme.symbols.find(Kind::Event, act.name.as_str());
    earn_event(draft, name, &act.facts, pool)?;
    stamp_event(draft, name, &act.facts, pool)?;
    settle_tiers(draft)
}

/// The amounts of an empty cart.
const NOTHING: Amounts<'_> = Amounts {
    list: &[],
    after_item: &[],
    running: &[],
    units: &[],
};

/// An empty cart, for conditions of acts that are no purchase.
pub(super) fn no_cart(scheme: &Scheme) -> Result<Cart, ActError> {
    let id = PurchaseId::try_new("none")
        .map_err(|_| ActError::refused("internal.state", "no purchase", "one"))?;
    Cart::try_new(scheme, &empty_purchase(id, scheme.currency))
}

pub(super) fn empty_purchase(id: PurchaseId, currency: Currency) -> Purchase {
    Purchase {
        id,
        currency,
        lines: Vec::new(),
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
    }
}

/// Points for an event: every rule that names it and whose limits allow it.
pub(super) fn earn_event(
    draft: &mut Draft<'_>,
    name: Sym,
    facts: &Facts,
    pool: Option<&Account>,
) -> Result<(), ActError> {
    let scheme = draft.scheme;
    if name == Sym::NONE {
        return Ok(());
    }
    let cart = no_cart(scheme)?;
    for place in scheme.index.by(Kind::Event, name) {
        let Some(rule) = scheme.rules.get(index(*place)) else {
            continue;
        };
        let Give::Event { points, every, .. } = rule.give else {
            continue;
        };
        let account = draft.account.clone();
        let context = Context::live(scheme, &account, &cart, facts, draft.occurred(), pool);
        if rule
            .when
            .as_ref()
            .is_some_and(|when| !context.holds(when, &NOTHING, Some(&rule.id)))
        {
            continue;
        }
        if every > 1 {
            let key = LimitKey::new(&format!("rule.{}.events", rule.id), None);
            let number = crate::evaluate::limit::count(&account, &key).saturating_add(1);
            draft.count(key, 1)?;
            if number.checked_rem(i64::from(every)) != Some(0) {
                continue;
            }
        }
        let Some(wallet) = scheme.wallets.get(usize::from(rule.wallet)) else {
            continue;
        };
        let mut met = Vec::new();
        let mut granted = points;
        for cap in &rule.times_caps {
            if context.headroom(cap, &mut met)? == 0 {
                granted = 0;
            }
        }
        for cap in rule.points_caps.iter().chain(&wallet.caps) {
            let left = context.headroom(cap, &mut met)?;
            granted = granted.min(whole(left, wallet.unit));
        }
        if let Some(max) = wallet.balance_max {
            let left = balance_room(&context, wallet, max);
            granted = granted.min(whole(left, wallet.unit));
        }
        if granted <= 0 {
            continue;
        }
        let occasion = match rule.when.as_ref().filter(|_| rule.occasion) {
            None => None,
            Some(when) => context.occurrence(when),
        };
        if let Some(day) = occasion {
            let key = crate::evaluate::earn::occasion_key(rule, day);
            if context.headroom_of(key.clone(), 1, &mut met)? == 0 {
                continue;
            }
            draft.count(key, 1)?;
        }
        let number = draft.next_lot(&wallet.id);
        let points = Points::from_milli(granted);
        let terms = rule.terms(draft.scheme).unwrap_or(&wallet.terms);
        let lot = open_lot(terms, number, points, draft.occurred())?;
        let rules = vec![RulePoints {
            rule: rule.id.clone(),
            points,
        }];
        let earning = EarningEntry::new(wallet.id.clone(), lot, None, rules);
        draft.push(Entry::Earning(earning))?;
        draft.fill_deficit(&wallet.id, number)?;
        count_rule(draft, rule, context.at.date(), granted, 1)?;
        for cap in &wallet.caps {
            if let Some(key) = key(cap, context.at.date()) {
                draft.count(key, granted)?;
            }
        }
        measure_event(draft, rule, granted)?;
    }
    Ok(())
}

/// Points of an event count for ladders of points.
pub(super) fn measure_event(
    draft: &mut Draft<'_>,
    rule: &crate::scheme::compiled::EarnRule,
    granted: i64,
) -> Result<(), ActError> {
    use crate::scheme::compiled::Metric;
    let terms = rule.terms(draft.scheme);
    let pending = terms.is_some_and(|terms| terms.pending.is_some());
    let metrics: Vec<_> = draft
        .scheme
        .ladders
        .iter()
        .filter(|ladder| {
            matches!(ladder.metric, Metric::PointsEarned(wallet) if wallet == rule.wallet)
                && (ladder.count_pending || !pending)
        })
        .map(|ladder| crate::ledger::MetricEntry {
            ladder: ladder.id.clone(),
            amount: granted,
        })
        .collect();
    if metrics.is_empty() {
        return Ok(());
    }
    draft.push(Entry::Event(Box::new(EventEntry {
        name: event_name("points_earned")?,
        purchase: None,
        metrics,
        activity: Vec::new(),
    })))
}

/// Stamps for an event: every rule that names it and whose condition holds.
fn stamp_event(
    draft: &mut Draft<'_>,
    name: Sym,
    facts: &Facts,
    pool: Option<&Account>,
) -> Result<(), ActError> {
    let scheme = draft.scheme;
    if name == Sym::NONE {
        return Ok(());
    }
    let cart = no_cart(scheme)?;
    for (place, card) in scheme.cards.iter().enumerate() {
        let named =
            |give: &StampGive| matches!(give, StampGive::Event { name: of, .. } if *of == name);
        if !card.rules.iter().any(|rule| named(&rule.give)) {
            continue;
        }
        let account = draft.account.clone();
        let context = Context::live(scheme, &account, &cart, facts, draft.occurred(), pool);
        let wanted = card.rules.iter().fold(0_u32, |sum, rule| {
            let held = |when| context.holds(when, &NOTHING, None);
            match rule.give {
                StampGive::Event { name: of, stamps }
                    if of == name && rule.when.as_ref().is_none_or(held) =>
                {
                    sum.saturating_add(stamps)
                }
                _ => sum,
            }
        });
        let granted = crate::evaluate::stamp::left_of_day(&context, card, wanted, &mut Vec::new())?;
        if granted == 0 {
            continue;
        }
        let put = crate::evaluate::card::put_stamps(draft, place, granted, None)?;
        if card.stamps_per_day > 0 {
            let key = crate::evaluate::stamp::day_key(card, context.at.date());
            draft.count(key, i64::from(put))?;
        }
    }
    Ok(())
}

/// News of a purchase: lots that wait for it become usable.
pub(super) fn fulfil(draft: &mut Draft<'_>, act: &FulfilAct) -> Result<(), ActError> {
    if draft.account.purchase(&act.purchase).is_none() {
        let allowed = "a purchase of the account";
        return Err(ActError::refused(
            "purchase.unknown",
            &act.purchase,
            allowed,
        ));
    }
    draft.push(Entry::Event(Box::new(EventEntry {
        name: act.name.clone(),
        purchase: Some(act.purchase.clone()),
        metrics: Vec::new(),
        activity: Vec::new(),
    })))?;
    let waiting: Vec<(WalletId, crate::id::LotId)> = draft
        .account
        .wallets
        .iter()
        .flat_map(|wallet| {
            wallet
                .live_lots()
                .map(|(number, lot)| (wallet.id.clone(), number, lot))
        })
        .filter(|(_, _, lot)| {
            lot.purchase() == Some(&act.purchase)
                && matches!(lot.pending(), Some(Pending::Event(name)) if *name == act.name)
        })
        .map(|(wallet, number, _)| (wallet, number))
        .collect();
    for (wallet, lot) in waiting {
        let expiry = match terms_of_lot(draft, &act.purchase, &wallet, lot) {
            Some(terms) => lot_expiry(&terms.expiry, draft.occurred())?,
            None => None,
        };
        let metrics =
            crate::evaluate::due::activated_metrics(draft.scheme, &draft.account, &wallet, lot);
        draft.push(Entry::Activation(Box::new(
            crate::ledger::ActivationEntry {
                wallet: wallet.clone(),
                lot,
                expiry,
                metrics,
            },
        )))?;
        draft.fill_deficit(&wallet, lot)?;
    }
    settle_tiers(draft)
}

/// The terms of a lot of a purchase, whose rules opened one for each kind of terms.
fn terms_of_lot<'s>(
    draft: &Draft<'s>,
    purchase: &PurchaseId,
    wallet: &WalletId,
    lot: LotId,
) -> Option<&'s LotTerms> {
    let scheme = draft.scheme;
    let known = scheme_wallet(scheme, wallet)?;
    let mut kinds: Vec<&LotTerms> = Vec::new();
    let earned = &draft.account.purchase(purchase)?.entry.earned;
    for earned in earned.iter().filter(|e| e.wallet == *wallet) {
        let rule = scheme.rules.iter().find(|rule| rule.id == earned.rule);
        let terms = rule.and_then(|rule| rule.own_terms.as_ref());
        let terms = terms.unwrap_or(&known.terms);
        if earned.points > Points::ZERO && !kinds.contains(&terms) {
            kinds.push(terms);
        }
    }
    let lots = &draft.account.wallet(wallet)?.lots;
    let before = lots.iter().take(usize::try_from(lot.get()).ok()?);
    let place = before
        .filter(|lot| lot.purchase() == Some(purchase))
        .count();
    Some(kinds.get(place).copied().unwrap_or(&known.terms))
}
