//! What each act posts. One function an act.

use crate::customer::Facts;
use crate::id::{EventName, PurchaseId, WalletId};
use crate::ledger::{
    Account, AdjustmentEntry, Draw, EarningEntry, Entry, EventEntry, GrantCause, HoldEntry,
    HoldRef, IssueCause, LotOpen, Pending, RedemptionCause, RedemptionEntry, ReinstatementEntry,
    RewardState, RewardUseEntry, RulePoints, Status, TierCause, TierChangeEntry, WalletDraw,
};
use crate::number::{Currency, Points};
use crate::purchase::Purchase;
use crate::scheme::LastDay;
use crate::scheme::compiled::{Give, Kind, Reward, Scheme, StampGive, Sym, Wallet};
use crate::time::Span;

use super::act::{
    Act, Adjust, AdjustPoints, AssignTierAct, EventAct, FulfilAct, HoldAct, RecordAct, RedeemAct,
    RedeemOn, ReinstateAct, RewardOrder, Schemes,
};
use super::arith::{index, small};
use super::cart::Cart;
use super::context::{Amounts, Context};
use super::draft::Draft;
use super::drain::{draw, sum};
use super::error::ActError;
use super::evaluation::evaluate;
use super::expiry::{activity_end, lot_expiry, open_lot, validity_end};
use super::ladder::settle_tiers;
use super::limit::key;
use super::purse::{Purse, price_of, redemptions_key, total_key};
use super::record::{count_rule, post_purchase};
use super::refund::post_return;

pub(super) fn dispatch(
    schemes: &Schemes,
    draft: &mut Draft<'_>,
    act: &Act,
    pool: Option<&Account>,
) -> Result<(), ActError> {
    match act {
        Act::Resume(_) => {
            if draft.account.status != Status::Suspended {
                let found = "an account that is not suspended";
                return Err(ActError::refused(
                    "account.not_suspended",
                    found,
                    "a suspended one",
                ));
            }
            status(draft, "account.resumed")
        }
        Act::Refund(act) => {
            refund(schemes, draft, &act.purchase, Some(&act.lines))?;
            settle_tiers(draft)
        }
        Act::Cancel(act) => {
            refund(schemes, draft, &act.purchase, None)?;
            settle_tiers(draft)
        }
        Act::Close(_) if draft.account.status != Status::Closed => status(draft, "account.closed"),
        Act::Due(_) => settle_tiers(draft),
        _ => {
            draft.require_active()?;
            active(draft, act, pool)
        }
    }
}

/// Acts that need an active account.
fn active(draft: &mut Draft<'_>, act: &Act, pool: Option<&Account>) -> Result<(), ActError> {
    match act {
        Act::Record(act) => record(draft, act, pool),
        Act::Event(act) => event(draft, act, pool),
        Act::Fulfil(act) => fulfil(draft, act),
        Act::Enrol(_) => status(draft, "account.enrolled"),
        Act::Redeem(act) => redeem(draft, act, pool),
        Act::Adjust(act) => {
            match &act.change {
                Adjust::Points(change) => adjust(draft, change)?,
                Adjust::Stamps(change) => {
                    let place = draft
                        .scheme
                        .cards
                        .iter()
                        .position(|card| card.id == change.card);
                    let place = place.ok_or_else(|| {
                        ActError::refused("card.unknown", &change.card, "a card of the scheme")
                    })?;
                    super::card::put_stamps(draft, place, change.stamps, None)?;
                }
            }
            settle_tiers(draft)
        }
        Act::Grant(act) => {
            let place = reward_place(draft.scheme, act.reward.as_str())?;
            draft.issue(place, IssueCause::Grant(GrantCause {}))?;
            Ok(())
        }
        Act::Reinstate(act) => reinstate(draft, act),
        Act::AssignTier(act) => assign_tier(draft, act),
        Act::Suspend(_) => status(draft, "account.suspended"),
        Act::Hold(act) => hold(draft, act),
        Act::Capture(act) => capture(draft, act),
        Act::Release(act) => release(draft, act),
        Act::Resume(_) | Act::Refund(_) | Act::Cancel(_) | Act::Close(_) | Act::Due(_) => {
            draft.require_active()
        }
    }
}

fn record(draft: &mut Draft<'_>, act: &RecordAct, pool: Option<&Account>) -> Result<(), ActError> {
    if let Some(expected) = act.expected_head
        && expected != draft.account.head
    {
        let found = format!("version {}", draft.account.head.seq);
        let allowed = format!("version {}", expected.seq);
        return Err(ActError::refused("decision.head_moved", found, allowed));
    }
    if draft.account.purchase(&act.purchase.id).is_some() {
        return Err(ActError::refused(
            "purchase.twice",
            &act.purchase.id,
            "a new purchase",
        ));
    }
    let scheme = draft.scheme;
    let cart = Cart::try_new(scheme, &act.purchase)?;
    let account = draft.account.clone();
    let mut context = Context::live(scheme, &account, &cart, &act.facts, draft.occurred(), pool);
    let evaluation = evaluate(&mut context, &act.purchase, false)?;
    if let Some(refused) = evaluation.priced.refused.first() {
        return Err(ActError::refused(
            refused.code,
            &refused.id,
            "what the account can pay",
        ));
    }
    if let Some(expected) = act.expected_decision {
        let decision =
            super::decision::Decision::of(&context, &act.purchase, &evaluation, draft.at());
        let found = decision.outputs_digest()?;
        if found != expected {
            return Err(ActError::refused("decision.conflict", found, expected));
        }
    }
    post_purchase(draft, &cart, &act.purchase, &act.facts, &evaluation)
}

fn refund(
    schemes: &Schemes,
    draft: &mut Draft<'_>,
    purchase: &PurchaseId,
    lines: Option<&[crate::purchase::ReturnLine]>,
) -> Result<(), ActError> {
    if draft.account.status == Status::Closed {
        return draft.require_active();
    }
    let digest = draft
        .account
        .purchase(purchase)
        .map(|state| state.scheme)
        .ok_or_else(|| {
            ActError::refused("purchase.unknown", purchase, "a purchase of the account")
        })?;
    post_return(draft, schemes.of(digest)?, purchase, lines)
}

fn status(draft: &mut Draft<'_>, name: &str) -> Result<(), ActError> {
    let name = event_name(name)?;
    let scheme = draft.scheme;
    draft.push(Entry::Event(EventEntry {
        name: name.clone(),
        purchase: None,
        metrics: Vec::new(),
        activity: Vec::new(),
    }))?;
    if name.as_str() == "account.enrolled" {
        return earn_event(
            draft,
            scheme.symbols.find(Kind::Event, "enrol"),
            &Facts::default(),
            None,
        );
    }
    Ok(())
}

fn event_name(name: &str) -> Result<EventName, ActError> {
    EventName::try_new(name).map_err(|_| ActError::refused("event.name", name, "an event's name"))
}

fn event(draft: &mut Draft<'_>, act: &EventAct, pool: Option<&Account>) -> Result<(), ActError> {
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
                expiry,
            });
        }
    }
    draft.push(Entry::Event(EventEntry {
        name: act.name.clone(),
        purchase: None,
        metrics: Vec::new(),
        activity,
    }))?;
    earn_event(
        draft,
        scheme.symbols.find(Kind::Event, act.name.as_str()),
        &act.facts,
        pool,
    )?;
    stamp_event(draft, scheme.symbols.find(Kind::Event, act.name.as_str()))?;
    settle_tiers(draft)
}

/// An empty cart, for conditions of acts that are no purchase.
fn no_cart(scheme: &Scheme) -> Result<Cart, ActError> {
    let id = PurchaseId::try_new("none")
        .map_err(|_| ActError::refused("internal.state", "no purchase", "one"))?;
    Cart::try_new(scheme, &empty_purchase(id, scheme.currency))
}

fn empty_purchase(id: PurchaseId, currency: Currency) -> Purchase {
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
        exchange: None,
        occurred_at: None,
    }
}

/// Points for an event: every rule that names it and whose limits allow it.
fn earn_event(
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
    let amounts = Amounts {
        list: &[],
        after_item: &[],
        running: &[],
        units: &[],
    };
    for place in scheme.index.by(Kind::Event, name) {
        let Some(rule) = scheme.rules.get(index(*place)) else {
            continue;
        };
        let Give::Event { points, .. } = rule.give else {
            continue;
        };
        let account = draft.account.clone();
        let context = Context::live(scheme, &account, &cart, facts, draft.occurred(), pool);
        if rule
            .when
            .as_ref()
            .is_some_and(|when| !context.holds(when, &amounts, Some(&rule.id)))
        {
            continue;
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
            granted = granted.min(left.saturating_sub(left.checked_rem(wallet.unit).unwrap_or(0)));
        }
        let occasion = match rule.when.as_ref().filter(|_| rule.occasion) {
            None => None,
            Some(when) => context.occurrence(when),
        };
        if let Some(day) = occasion {
            let key = super::earn::occasion_key(rule, day);
            if context.headroom_of(key.clone(), 1, &mut met)? == 0 {
                continue;
            }
            draft.count(key, 1)?;
        }
        if granted <= 0 {
            continue;
        }
        let number = draft.next_lot(&wallet.id);
        let points = Points::from_milli(granted);
        let lot = open_lot(&rule.terms, number, points, draft.occurred())?;
        draft.push(Entry::Earning(EarningEntry {
            wallet: wallet.id.clone(),
            lot,
            purchase: None,
            rules: vec![RulePoints {
                rule: rule.id.clone(),
                points,
            }],
        }))?;
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
fn measure_event(
    draft: &mut Draft<'_>,
    rule: &crate::scheme::compiled::EarnRule,
    granted: i64,
) -> Result<(), ActError> {
    use crate::scheme::compiled::Metric;
    let pending = rule.terms.pending.is_some();
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
    draft.push(Entry::Event(EventEntry {
        name: event_name("points_earned")?,
        purchase: None,
        metrics,
        activity: Vec::new(),
    }))
}

fn stamp_event(draft: &mut Draft<'_>, name: Sym) -> Result<(), ActError> {
    let scheme = draft.scheme;
    if name == Sym::NONE {
        return Ok(());
    }
    let cart = no_cart(scheme)?;
    for (place, card) in scheme.cards.iter().enumerate() {
        let wanted = card.rules.iter().fold(0_u32, |sum, rule| match rule.give {
            StampGive::Event { name: of, stamps } if of == name => sum.saturating_add(stamps),
            _ => sum,
        });
        let account = draft.account.clone();
        let context = Context::live(
            scheme,
            &account,
            &cart,
            &Facts::default(),
            draft.occurred(),
            None,
        );
        let mut met = Vec::new();
        let granted = super::stamp::guarded(&context, card, wanted, &mut met)?;
        if granted == 0 {
            continue;
        }
        super::card::put_stamps(draft, place, granted, None)?;
        if card.stamps_per_day > 0 {
            let key = super::stamp::day_key(card, context.at.date());
            draft.count(key, i64::from(granted))?;
        }
    }
    Ok(())
}

/// News of a purchase: lots that wait for it become usable.
fn fulfil(draft: &mut Draft<'_>, act: &FulfilAct) -> Result<(), ActError> {
    if draft.account.purchase(&act.purchase).is_none() {
        let allowed = "a purchase of the account";
        return Err(ActError::refused(
            "purchase.unknown",
            &act.purchase,
            allowed,
        ));
    }
    draft.push(Entry::Event(EventEntry {
        name: act.name.clone(),
        purchase: Some(act.purchase.clone()),
        metrics: Vec::new(),
        activity: Vec::new(),
    }))?;
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
            lot.purchase.as_ref() == Some(&act.purchase)
                && matches!(&lot.pending, Some(Pending::Event(name)) if *name == act.name)
        })
        .map(|(wallet, number, _)| (wallet, number))
        .collect();
    for (wallet, lot) in waiting {
        let expiry = match scheme_wallet(draft.scheme, &wallet) {
            Some(known) => lot_expiry(&known.terms.expiry, draft.occurred())?,
            None => None,
        };
        let metrics = super::due::activated_metrics(draft.scheme, &draft.account, &wallet, lot);
        draft.push(Entry::Activation(crate::ledger::ActivationEntry {
            wallet: wallet.clone(),
            lot,
            expiry,
            metrics,
        }))?;
        draft.fill_deficit(&wallet, lot)?;
    }
    settle_tiers(draft)
}

fn scheme_wallet<'s>(scheme: &'s Scheme, id: &WalletId) -> Option<&'s Wallet> {
    scheme.wallets.iter().find(|wallet| wallet.id == *id)
}

fn known_wallet<'s>(scheme: &'s Scheme, id: &WalletId) -> Result<&'s Wallet, ActError> {
    scheme_wallet(scheme, id)
        .ok_or_else(|| ActError::refused("wallet.unknown", id, "a wallet of the scheme"))
}

fn reward_place(scheme: &Scheme, id: &str) -> Result<u32, ActError> {
    scheme
        .rewards
        .iter()
        .position(|reward| reward.id.as_str() == id)
        .map(small)
        .ok_or_else(|| ActError::refused("reward.unknown", id, "a reward of the scheme"))
}

fn redeem(draft: &mut Draft<'_>, act: &RedeemAct, pool: Option<&Account>) -> Result<(), ActError> {
    let scheme = draft.scheme;
    let cart = no_cart(scheme)?;
    let account = draft.account.clone();
    let context = Context::live(scheme, &account, &cart, &act.facts, draft.occurred(), pool);
    let mut purse = Purse::of(&context, &[]);
    let redemptions = match &act.on {
        RedeemOn::Points(order) => {
            purse
                .check_guards(&context)
                .map_err(|r| refuse(r, order.wallet.as_str()))?;
            let wallet = known_wallet(scheme, &order.wallet)?;
            spend(draft, wallet, order.points, None)?;
            1
        }
        RedeemOn::Reward(order) => buy(draft, &context, &mut purse, order)?,
    };
    if scheme.guards.redemptions_per_day > 0 {
        draft.count(redemptions_key(&context), redemptions)?;
    }
    settle_tiers(draft)
}

fn refuse(refusal: super::purse::Refusal, what: &str) -> ActError {
    let allowed = match refusal.missing {
        Some(missing) => format!("{missing} more points"),
        None => "what the scheme's limits allow".to_owned(),
    };
    ActError::refused(refusal.code, what, allowed)
}

/// Buys rewards with points; how many.
fn buy(
    draft: &mut Draft<'_>,
    context: &Context<'_>,
    purse: &mut Purse,
    order: &RewardOrder,
) -> Result<i64, ActError> {
    let scheme = draft.scheme;
    let place = reward_place(scheme, order.reward.as_str())?;
    let Some(reward) = scheme.rewards.get(index(place)) else {
        return Ok(0);
    };
    let Some(price) = price_of(context, reward) else {
        let allowed = "a reward that has a price in points";
        return Err(ActError::refused("reward.no_price", &order.reward, allowed));
    };
    if order.quantity == 0 || order.quantity > 1_000 {
        return Err(ActError::refused(
            "purchase.quantity",
            order.quantity,
            "1 to 1000",
        ));
    }
    check_when(context, reward)?;
    for _ in 0..order.quantity {
        purse
            .buy(context, place, reward, price)
            .map_err(|refusal| refuse(refusal, reward.id.as_str()))?;
        let wallet = scheme.wallets.get(usize::from(price.wallet));
        let issue = draft.next_issue();
        let cause = if price.points > 0 {
            let redemption = draft.next_redemption();
            if let Some(wallet) = wallet {
                spend(draft, wallet, Points::from_milli(price.points), Some(issue))?;
            }
            IssueCause::Redemption(RedemptionCause { redemption })
        } else {
            IssueCause::Grant(GrantCause {})
        };
        draft.issue(place, cause)?;
        if reward.limit_total > 0 {
            draft.count(total_key(&reward.id), 1)?;
        }
    }
    Ok(i64::from(order.quantity))
}

/// A reward's condition, as far as it does not ask for goods.
fn check_when(context: &Context<'_>, reward: &Reward) -> Result<(), ActError> {
    let amounts = Amounts {
        list: &[],
        after_item: &[],
        running: &[],
        units: &[],
    };
    let failure = reward
        .when
        .as_ref()
        .and_then(|when| context.failure(when, &amounts, None));
    match failure {
        Some(failure) if failure.missing.is_none() => Err(ActError::refused(
            "reward.conditions",
            failure.code,
            "conditions that hold",
        )),
        _ => Ok(()),
    }
}

/// Draws points of a wallet.
fn spend(
    draft: &mut Draft<'_>,
    wallet: &Wallet,
    points: Points,
    issue: Option<u64>,
) -> Result<(), ActError> {
    check_points(wallet, points)?;
    let available = draft.account.balance(&wallet.id, draft.at()).available;
    if points > available {
        let allowed = format!("at most {available}");
        return Err(ActError::refused("points.insufficient", points, allowed));
    }
    let (draws, _) = draw(&draft.account, &wallet.id, points, wallet.draw, draft.at());
    let redemption = draft.next_redemption();
    let activity = activity_end(&wallet.terms, draft.occurred())?;
    draft.push(Entry::Redemption(Box::new(RedemptionEntry {
        redemption,
        wallet: wallet.id.clone(),
        draws,
        purchase: None,
        issue,
        lines: Vec::new(),
        hold: None,
        activity,
    })))
}

fn check_points(wallet: &Wallet, points: Points) -> Result<(), ActError> {
    if points <= Points::ZERO || points.milli().checked_rem(wallet.unit) != Some(0) {
        let allowed = format!("above 0, in steps of {}", Points::from_milli(wallet.unit));
        return Err(ActError::refused("points.precision", points, allowed));
    }
    Ok(())
}

fn adjust(draft: &mut Draft<'_>, change: &AdjustPoints) -> Result<(), ActError> {
    let wallet = known_wallet(draft.scheme, &change.wallet)?;
    let up = change.points > Points::ZERO;
    let points = Points::from_milli(change.points.milli().saturating_abs());
    check_points(wallet, points)?;
    let unknown_lot = |lot: crate::id::LotId| {
        ActError::refused("adjust.lot", lot.get(), "a lot of the wallet that stands")
    };
    let mut entry = AdjustmentEntry {
        wallet: wallet.id.clone(),
        lot: None,
        into: None,
        draws: Vec::new(),
        deficit: Points::ZERO,
    };
    let mut filled = None;
    match (up, change.lot) {
        (true, None) => {
            let number = draft.next_lot(&wallet.id);
            let expiry = lot_expiry(&wallet.terms.expiry, draft.occurred())?;
            let activity = matches!(wallet.terms.expiry, crate::scheme::ExpiryDef::Activity(_));
            entry.lot = Some(LotOpen {
                lot: number,
                points,
                pending: None,
                expiry,
                activity,
                promotional: false,
            });
            filled = Some(number);
        }
        (true, Some(lot)) => {
            let stands = draft
                .account
                .wallet(&wallet.id)
                .and_then(|state| state.lot(lot));
            stands.ok_or_else(|| unknown_lot(lot))?;
            entry.into = Some(Draw { lot, points });
            filled = Some(lot);
        }
        (false, Some(lot)) => {
            let free = draft
                .account
                .wallet(&wallet.id)
                .and_then(|state| state.lot(lot))
                .and_then(|lot| lot.remaining.checked_sub(lot.held))
                .ok_or_else(|| unknown_lot(lot))?;
            if points > free {
                let allowed = format!("at most {free}");
                return Err(ActError::refused("points.insufficient", points, allowed));
            }
            entry.draws.push(Draw { lot, points });
        }
        (false, None) => {
            let available = draft.account.balance(&wallet.id, draft.at()).available;
            if points > available && !change.allow_deficit {
                let allowed = format!("at most {available}");
                return Err(ActError::refused("points.insufficient", points, allowed));
            }
            let from_lots = points.min(available);
            let (draws, short) = draw(
                &draft.account,
                &wallet.id,
                from_lots,
                wallet.draw,
                draft.at(),
            );
            let beyond = points.checked_sub(from_lots).unwrap_or(Points::ZERO);
            entry.draws = draws;
            entry.deficit = beyond
                .checked_add(short)
                .ok_or_else(|| ActError::overflow("an adjustment"))?;
        }
    }
    draft.push(Entry::Adjustment(Box::new(entry)))?;
    match filled {
        Some(lot) => draft.fill_deficit(&wallet.id, lot),
        None => Ok(()),
    }
}

fn reinstate(draft: &mut Draft<'_>, act: &ReinstateAct) -> Result<(), ActError> {
    let wallet = known_wallet(draft.scheme, &act.wallet)?;
    let today = i64::from(draft.at().date().days());
    let of: Vec<(Draw, bool)> = draft
        .account
        .wallet(&wallet.id)
        .into_iter()
        .flat_map(|state| state.lots.iter().enumerate())
        .filter(|(_, lot)| {
            !lot.expired.is_zero()
                && lot.expired_on.is_some_and(|day| {
                    today.saturating_sub(i64::from(day.days())) <= i64::from(act.lapsed_days_max)
                })
        })
        .map(|(place, lot)| {
            let number = crate::id::LotId::new(u64::try_from(place).unwrap_or(u64::MAX));
            (
                Draw {
                    lot: number,
                    points: lot.expired,
                },
                lot.promotional,
            )
        })
        .collect();
    if of.is_empty() {
        let found = "no points that lapsed in the window";
        return Err(ActError::refused("reinstate.none", found, "lapsed points"));
    }
    let valid = Span::Days(act.valid_days);
    let none = crate::scheme::RoundUp::None;
    let expiry = validity_end(valid, none, LastDay::Inclusive, draft.at())?;
    let next = draft.next_lot(&wallet.id).get();
    let lots: Vec<LotOpen> = of
        .iter()
        .zip(next..)
        .map(|((draw, promotional), number)| LotOpen {
            lot: crate::id::LotId::new(number),
            points: draw.points,
            pending: None,
            expiry: Some(expiry),
            activity: false,
            promotional: *promotional,
        })
        .collect();
    let opened: Vec<_> = lots.iter().map(|lot| lot.lot).collect();
    draft.push(Entry::Reinstatement(Box::new(ReinstatementEntry {
        wallet: wallet.id.clone(),
        of: of.into_iter().map(|(draw, _)| draw).collect(),
        lots,
    })))?;
    for lot in opened {
        draft.fill_deficit(&wallet.id, lot)?;
    }
    settle_tiers(draft)
}

fn assign_tier(draft: &mut Draft<'_>, act: &AssignTierAct) -> Result<(), ActError> {
    let scheme = draft.scheme;
    let ladder = scheme
        .ladders
        .iter()
        .find(|ladder| ladder.id == act.ladder)
        .ok_or_else(|| {
            ActError::refused("ladder.unknown", &act.ladder, "a ladder of the scheme")
        })?;
    if let Some(tier) = &act.tier
        && ladder.tiers.iter().all(|known| known.id != *tier)
    {
        return Err(ActError::refused(
            "tier.unknown",
            tier,
            "a tier of the ladder",
        ));
    }
    let today = draft.occurred().date();
    let from = draft
        .account
        .ladder(&ladder.id)
        .and_then(|state| state.tier.clone());
    draft.push(Entry::TierChange(Box::new(TierChangeEntry {
        ladder: ladder.id.clone(),
        from,
        to: act.tier.clone(),
        cause: TierCause::Assigned,
        entered: today,
        review: super::tier::next_review(ladder, today, draft.account.joined),
        floor: if act.floor { act.tier.clone() } else { None },
        surplus: 0,
    })))
}

fn hold(draft: &mut Draft<'_>, act: &HoldAct) -> Result<(), ActError> {
    if draft.account.hold(&act.id).is_some() {
        return Err(ActError::refused(
            "hold.duplicate",
            &act.id,
            "a name that no hold has",
        ));
    }
    if act.until.instant_ms() <= draft.at().instant_ms() {
        let allowed = format!("after {}", draft.at());
        return Err(ActError::refused("hold.until", act.until, allowed));
    }
    let mut draws = Vec::new();
    let mut issues = Vec::new();
    for order in &act.points {
        let wallet = known_wallet(draft.scheme, &order.wallet)?;
        check_points(wallet, order.points)?;
        let available = draft.account.balance(&wallet.id, draft.at()).available;
        let twice = draws
            .iter()
            .any(|draw: &WalletDraw| draw.wallet == wallet.id);
        if order.points > available || twice {
            let allowed = format!("at most {available}, once a wallet");
            return Err(ActError::refused(
                "points.insufficient",
                order.points,
                allowed,
            ));
        }
        let (found, _) = draw(
            &draft.account,
            &wallet.id,
            order.points,
            wallet.draw,
            draft.at(),
        );
        draws.extend(found.into_iter().map(|draw| WalletDraw {
            wallet: wallet.id.clone(),
            lot: draw.lot,
            points: draw.points,
        }));
    }
    for order in &act.rewards {
        issues.extend(ready_issues(draft, order, &issues)?);
    }
    if draws.is_empty() && issues.is_empty() {
        return Err(ActError::refused(
            "hold.empty",
            "nothing to hold",
            "points or rewards",
        ));
    }
    draft.push(Entry::Hold(Box::new(HoldEntry {
        hold: act.id.clone(),
        draws,
        issues,
        until: act.until,
    })))
}

fn ready_issues(
    draft: &Draft<'_>,
    order: &RewardOrder,
    taken: &[u64],
) -> Result<Vec<u64>, ActError> {
    let ready: Vec<u64> = draft
        .account
        .rewards
        .iter()
        .enumerate()
        .filter(|(_, issued)| {
            issued.reward == order.reward && matches!(issued.state, RewardState::Ready(_))
        })
        .map(|(place, _)| u64::try_from(place).unwrap_or(u64::MAX))
        .filter(|issue| !taken.contains(issue))
        .take(index(order.quantity))
        .collect();
    if ready.len() < index(order.quantity) {
        let allowed = format!("at most {} ready ones", ready.len());
        return Err(ActError::refused(
            "reward.none_ready",
            order.quantity,
            allowed,
        ));
    }
    Ok(ready)
}

/// The hold, or why there is none: a lapsed one has left its group behind.
fn standing_hold(
    draft: &Draft<'_>,
    id: &crate::id::HoldId,
) -> Result<crate::ledger::Hold, ActError> {
    if let Some(hold) = draft.account.hold(id) {
        return Ok(hold.clone());
    }
    let lapsed = draft.entries.iter().any(
        |entry| matches!(entry, Entry::Release(release) if release.hold == *id && release.lapsed),
    );
    let posted = crate::id::GroupKey::try_new(id.as_str()).is_ok_and(|key| {
        draft
            .account
            .posted(crate::ledger::ActKind::Hold, &key)
            .is_some()
    });
    let (code, found) = if lapsed || posted {
        ("hold.lapsed", "a hold that has ended")
    } else {
        ("hold.unknown", "no hold of this name")
    };
    Err(ActError::refused(code, found, "a hold that stands"))
}

fn capture(draft: &mut Draft<'_>, act: &super::act::EndHoldAct) -> Result<(), ActError> {
    let hold = standing_hold(draft, &act.hold)?;
    let mut wallets: Vec<&WalletId> = hold.draws.iter().map(|draw| &draw.wallet).collect();
    wallets.dedup();
    for wallet in wallets {
        let draws: Vec<Draw> = hold
            .draws
            .iter()
            .filter(|draw| draw.wallet == *wallet)
            .map(|draw| Draw {
                lot: draw.lot,
                points: draw.points,
            })
            .collect();
        let redemption = draft.next_redemption();
        debug_assert!(!sum(&draws).is_negative(), "a hold keeps points");
        draft.push(Entry::Redemption(Box::new(RedemptionEntry {
            redemption,
            wallet: wallet.clone(),
            draws,
            purchase: None,
            issue: None,
            lines: Vec::new(),
            hold: Some(hold.id.clone()),
            activity: None,
        })))?;
    }
    draft.push(Entry::Capture(HoldRef {
        hold: hold.id,
        lapsed: false,
    }))?;
    for issue in hold.issues {
        draft.push(Entry::RewardUse(RewardUseEntry {
            issue,
            purchase: None,
            value: None,
        }))?;
    }
    super::due::post_due(draft)
}

fn release(draft: &mut Draft<'_>, act: &super::act::EndHoldAct) -> Result<(), ActError> {
    let hold = standing_hold(draft, &act.hold)?;
    draft.push(Entry::Release(HoldRef {
        hold: hold.id,
        lapsed: false,
    }))?;
    super::due::post_due(draft)
}
