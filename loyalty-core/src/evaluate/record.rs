//! Recording a purchase: the entries that its evaluation leads to.

use std::sync::Arc;

use crate::customer::Facts;
use crate::id::PurchaseId;
use crate::ledger::{
    ActivityEntry, BenefitSource, CarryEntry, DeductionSource, DiscountEntry, EarnedEntry,
    EarningEntry, Entry, GrantCause, IssueCause, MetricEntry, OfferCause, OfferSource,
    PointsSource, PurchaseEntry, RedemptionCause, RedemptionEntry, RewardIssueEntry, RewardSource,
    RewardUseEntry, RulePoints, Share, Source, StampsGranted, Terms,
};
use crate::number::{Currency, Fraction, Money, Points, allocate, within_safe};
use crate::purchase::Purchase;
use crate::scheme::RefundMoney;
use crate::scheme::compiled::{Kind, LotTerms, Metric, Scheme, Sym};
use crate::scheme::compiled_offer::OfferGives;

use super::arith::{index, safe};
use super::cart::Cart;
use super::draft::Draft;
use super::earn::{Part, PartSource, occasion_key};
use super::error::ActError;
use super::evaluation::Evaluation;
use super::expiry::{activity_end, open_lot};
use super::kept::is_fully_returned;
use super::limit::{key, named};
use super::price::{Discount, DiscountSource, Payment, Used};
use super::purse::{redemptions_key, total_key};
use super::runs::Runs;
use super::stamp::day_key;
use super::tier::{held_tiers, named_tiers};
use crate::number::Sort;

/// The numbers that a purchase's redemptions and issues will have.
struct Numbers {
    /// For every used reward: its issue, and its redemption when it is bought.
    used: Vec<(u64, Option<u64>)>,
    /// For every payment: its redemption.
    payments: Vec<u64>,
}

/// Posts a purchase on a draft.
pub(crate) fn post_purchase(
    draft: &mut Draft<'_>,
    cart: &Cart,
    purchase: &Purchase,
    facts: &Facts,
    evaluation: &Evaluation,
) -> Result<(), ActError> {
    let numbers = number(draft, evaluation);
    let entry = purchase_entry(draft, cart, purchase, facts, evaluation, &numbers)?;
    let entry = Arc::new(entry);
    draft.push(Entry::Purchase(Arc::clone(&entry)))?;
    let own_first = |wallet: u16| {
        draft_scheme_wallet(draft.scheme, wallet).is_some_and(|wallet| wallet.spend_own_points)
    };
    let (own, rest): (Vec<&Part>, Vec<&Part>) = evaluation
        .earned
        .parts
        .iter()
        .partition(|part| own_first(part.wallet));
    post_earnings(draft, &purchase.id, &own)?;
    post_rewards(draft, cart, purchase, evaluation, &numbers)?;
    post_payments(draft, purchase, evaluation, &numbers)?;
    post_earnings(draft, &purchase.id, &rest)?;
    for stamps in &evaluation.stamps {
        super::card::put_stamps(draft, stamps.card, stamps.granted, Some(&purchase.id))?;
    }
    post_counts(draft, cart, &entry, evaluation)?;
    post_issued(draft, purchase, evaluation)?;
    super::ladder::settle_tiers(draft)
}

fn draft_scheme_wallet(scheme: &Scheme, wallet: u16) -> Option<&crate::scheme::compiled::Wallet> {
    scheme.wallets.get(usize::from(wallet))
}

fn number(draft: &Draft<'_>, evaluation: &Evaluation) -> Numbers {
    let (mut issue, mut redemption) = (draft.next_issue(), draft.next_redemption());
    let used = evaluation
        .priced
        .used
        .iter()
        .map(|used| match used.issue {
            Some(issue) => (issue, None),
            None => {
                let bought = (
                    issue,
                    used.spend.filter(|s| s.points > 0).map(|_| redemption),
                );
                issue = issue.saturating_add(1);
                if bought.1.is_some() {
                    redemption = redemption.saturating_add(1);
                }
                bought
            }
        })
        .collect();
    let payments = evaluation
        .priced
        .payments
        .iter()
        .map(|_| {
            let number = redemption;
            redemption = redemption.saturating_add(1);
            number
        })
        .collect();
    Numbers { used, payments }
}

fn purchase_entry(
    draft: &Draft<'_>,
    cart: &Cart,
    purchase: &Purchase,
    facts: &Facts,
    evaluation: &Evaluation,
    numbers: &Numbers,
) -> Result<PurchaseEntry, ActError> {
    let scheme = draft.scheme;
    let money = |minor| Money::of(minor, cart.currency);
    let priced = &evaluation.priced;
    let source = |source| entry_source(scheme, source, &priced.used, &priced.payments, numbers);
    let discount = |discount: &Discount| {
        Ok::<_, ActError>(DiscountEntry {
            source: source(discount.source)?,
            amount: money(discount.amount),
            shares: entry_shares(discount, &priced.runs, cart.currency),
            shipping: (discount.shipping > 0).then(|| money(discount.shipping)),
        })
    };
    let mut activity = Vec::new();
    for wallet in &scheme.wallets {
        if let Some(expiry) = activity_end(&wallet.terms, draft.occurred())? {
            activity.push(ActivityEntry {
                wallet: wallet.id.clone(),
                expiry: Some(expiry),
                before: draft
                    .account
                    .wallet(&wallet.id)
                    .and_then(|state| state.activity),
            });
        }
    }
    Ok(PurchaseEntry {
        purchase: purchase.clone(),
        ordinal: draft.account.purchase_count.saturating_add(1),
        terms: terms(draft, purchase, facts, evaluation)?,
        nets: priced.runs.left.iter().map(|left| money(*left)).collect(),
        shipping: priced.shipping.iter().map(|left| money(*left)).collect(),
        discounts: priced
            .discounts
            .iter()
            .map(discount)
            .collect::<Result<_, _>>()?,
        total: money(priced.total),
        tenders: priced
            .tenders
            .iter()
            .map(discount)
            .collect::<Result<_, _>>()?,
        gift_card: (priced.gift_card > 0).then(|| money(priced.gift_card)),
        earned: earned_entries(scheme, evaluation)?,
        stamps: evaluation
            .stamps
            .iter()
            .filter_map(|stamps| {
                let card = scheme.cards.get(stamps.card)?;
                // What a full card drops was never there, and no return brings it back.
                let mut put = 0_u32;
                let held = draft.account.card(&card.id);
                super::stamp::fill(card, held, stamps.granted, |step| {
                    put = put.saturating_add(step.put);
                });
                Some(StampsGranted {
                    card: card.id.clone(),
                    stamps: put,
                })
            })
            .collect(),
        metrics: metric_entries(scheme, &evaluation.metrics),
        activity,
        carry: carry_changes(draft, evaluation)?,
    })
}

/// What the purchase changes in the carried fractions.
fn carry_changes(draft: &Draft<'_>, evaluation: &Evaluation) -> Result<Vec<CarryEntry>, ActError> {
    let mut changes = Vec::new();
    for (wallet, left) in &evaluation.earned.carry {
        let Some(wallet) = draft.scheme.wallets.get(usize::from(*wallet)) else {
            continue;
        };
        let before = match draft.account.wallet(&wallet.id) {
            Some(state) => Fraction::try_new(
                i128::from(state.carry_num),
                i128::from(state.carry_den.max(1)),
            )?,
            None => Fraction::ZERO,
        };
        let change = left
            .checked_sub(before)
            .ok_or_else(|| ActError::overflow("a carry"))?;
        changes.extend(carry_entry(&wallet.id, change)?);
    }
    Ok(changes)
}

/// A change of a carried fraction as an entry, unless it is zero: exact, or rounded up at twelve
/// decimals where it is too fine for that.
pub(crate) fn carry_entry(
    wallet: &crate::id::WalletId,
    change: Fraction,
) -> Result<Option<CarryEntry>, ActError> {
    let (num, den) = change
        .kept(within_safe)
        .ok_or_else(|| ActError::overflow("a carried fraction"))?;
    Ok((num != 0).then(|| CarryEntry {
        wallet: wallet.clone(),
        num,
        den,
    }))
}

/// What was carried into a purchase.
pub(crate) fn carried_in(
    terms: &Terms,
    wallet: &crate::id::WalletId,
) -> Result<Fraction, ActError> {
    match terms.carry.iter().find(|carry| carry.wallet == *wallet) {
        Some(carry) => Ok(Fraction::try_new(
            i128::from(carry.num),
            i128::from(carry.den),
        )?),
        None => Ok(Fraction::ZERO),
    }
}

pub(crate) fn metric_entries(scheme: &Scheme, metrics: &[i64]) -> Vec<MetricEntry> {
    scheme
        .ladders
        .iter()
        .zip(metrics)
        // A balance measures itself.
        .filter(|(ladder, amount)| **amount != 0 && !matches!(ladder.metric, Metric::Balance(_)))
        .map(|(ladder, amount)| MetricEntry {
            ladder: ladder.id.clone(),
            amount: *amount,
        })
        .collect()
}

fn terms(
    draft: &Draft<'_>,
    purchase: &Purchase,
    facts: &Facts,
    evaluation: &Evaluation,
) -> Result<Terms, ActError> {
    let scheme = draft.scheme;
    let named = |kind, text: &str| scheme.symbols.find(kind, text) != Sym::NONE;
    let tiers_before = match scheme.flags.own_tiers && scheme.returns.money == RefundMoney::Reprice
    {
        true => named_tiers(scheme, &held_tiers(scheme, &draft.account)),
        false => Vec::new(),
    };
    let mut carry = Vec::new();
    for wallet in scheme.wallets.iter().filter(|wallet| wallet.carry) {
        let state = draft.account.wallet(&wallet.id);
        let (num, den) = state.map_or((0, 1), |state| (state.carry_num, state.carry_den));
        if num != 0 {
            carry.push(CarryEntry {
                wallet: wallet.id.clone(),
                num,
                den,
            });
        }
    }
    let mut headroom = evaluation.met.clone();
    headroom.order_by(|a, b| a.limit.cmp(&b.limit));
    Ok(Terms {
        tiers: named_tiers(scheme, &evaluation.tiers),
        tiers_before,
        segments: facts
            .segments
            .iter()
            .filter(|segment| named(Kind::Segment, segment.as_str()))
            .cloned()
            .collect(),
        flags: facts
            .flags
            .iter()
            .filter(|f| named(Kind::Flag, f.as_str()))
            .cloned()
            .collect(),
        first: draft.account.purchase_count == 0,
        first_again: draft.account.purchase_count > 0
            && draft
                .account
                .purchases
                .iter()
                .all(|of| is_fully_returned(of)),
        occasions: evaluation
            .earned
            .occasions
            .iter()
            .filter_map(|(rule, _)| scheme.rules.get(index(*rule)).map(|rule| rule.id.clone()))
            .collect(),
        headroom,
        carry,
        coupons: super::offers::valid_coupons(draft, purchase, facts),
        challenges: super::challenge::terms(draft),
        referrer: evaluation.referrer.clone(),
        referrals: evaluation.referrals.clone(),
        due_codes: evaluation.due_codes.clone(),
    })
}

fn entry_source(
    scheme: &Scheme,
    source: DiscountSource,
    used: &[Used],
    payments: &[Payment],
    numbers: &Numbers,
) -> Result<Source, ActError> {
    let state = || ActError::refused("internal.state", "a discount without its source", "one");
    match source {
        DiscountSource::Reward(slot) => {
            let reward = used
                .get(slot)
                .and_then(|used| scheme.rewards.get(index(used.reward)))
                .ok_or_else(state)?;
            let issue = numbers
                .used
                .get(slot)
                .map(|(issue, _)| *issue)
                .ok_or_else(state)?;
            Ok(Source::Reward(RewardSource {
                reward: reward.id.clone(),
                issue,
            }))
        }
        DiscountSource::Benefit(ladder, tier, benefit) => {
            let benefit = scheme
                .ladders
                .get(usize::from(ladder))
                .and_then(|ladder| ladder.tiers.get(usize::from(tier)))
                .and_then(|tier| tier.benefits.get(usize::from(benefit)))
                .ok_or_else(state)?;
            Ok(Source::Benefit(BenefitSource {
                benefit: benefit.id.clone(),
            }))
        }
        DiscountSource::Offer(offer, benefit) => {
            let offer = scheme.offers.get(index(offer)).ok_or_else(state)?;
            Ok(Source::Offer(OfferSource {
                offer: offer.id.clone(),
                benefit,
            }))
        }
        DiscountSource::Deduction => Ok(Source::Deduction(DeductionSource {})),
        DiscountSource::Points(slot) => {
            let wallet = payments
                .get(slot)
                .and_then(|payment| scheme.wallets.get(usize::from(payment.wallet)))
                .ok_or_else(state)?;
            let redemption = numbers.payments.get(slot).copied().ok_or_else(state)?;
            Ok(Source::Points(PointsSource {
                wallet: wallet.id.clone(),
                redemption,
            }))
        }
    }
}

fn entry_shares(discount: &Discount, runs: &Runs, currency: Currency) -> Vec<Share> {
    let shares = discount.shares.on_units(runs.units());
    let mut shares: Vec<Share> = shares
        .iter()
        .map(|share| Share {
            line: share.line,
            first: share.first,
            count: share.count,
            each: Money::of(share.each, currency),
        })
        .collect();
    shares.order_by_key(|share| (share.line, share.first));
    shares
}

/// What each rule granted; the first entry of a wallet carries the lines' shares of all of them.
fn earned_entries(scheme: &Scheme, evaluation: &Evaluation) -> Result<Vec<EarnedEntry>, ActError> {
    let mut entries: Vec<EarnedEntry> = Vec::new();
    for part in evaluation
        .earned
        .parts
        .iter()
        .filter(|part| part.granted != 0)
    {
        let (Some(wallet), Some(rule)) = (
            scheme.wallets.get(usize::from(part.wallet)),
            part.id(scheme),
        ) else {
            continue;
        };
        let first = entries.iter().all(|entry| entry.wallet != wallet.id);
        let lines = if first {
            line_shares(evaluation, part.wallet, wallet.unit)?
        } else {
            Vec::new()
        };
        entries.push(EarnedEntry {
            wallet: wallet.id.clone(),
            rule: rule.clone(),
            points: Points::from_milli(part.granted),
            lines,
        });
    }
    Ok(entries)
}

/// The points of a wallet by line: largest remainder of what each line brought exactly.
fn line_shares(evaluation: &Evaluation, wallet: u16, unit: i64) -> Result<Vec<Points>, ActError> {
    let Some((_, lines)) = evaluation.earned.lines.iter().find(|(of, _)| *of == wallet) else {
        return Ok(Vec::new());
    };
    let granted = evaluation.earned.granted(wallet);
    let mut weights = Vec::with_capacity(lines.len());
    for exact in lines {
        let millionths = exact
            .num()
            .checked_mul(1_000_000)
            .and_then(|num| num.checked_div(exact.den()))
            .ok_or_else(|| ActError::overflow("a line's points"))?;
        weights.push(safe(millionths.max(0), "a line's points")?);
    }
    if weights.iter().all(|weight| *weight == 0) {
        return Ok(Vec::new());
    }
    let steps = granted.checked_div(unit).unwrap_or(0);
    let shares = allocate(steps, &weights, None)?;
    Ok(shares
        .into_iter()
        .map(|s| Points::from_milli(s.saturating_mul(unit)))
        .collect())
}

/// Opens a lot for every set of terms.
fn post_earnings(
    draft: &mut Draft<'_>,
    purchase: &PurchaseId,
    parts: &[&Part],
) -> Result<(), ActError> {
    let scheme = draft.scheme;
    let mut lots: Vec<(u16, &LotTerms, Vec<RulePoints>)> = Vec::new();
    for part in parts.iter().filter(|part| part.granted > 0) {
        let (Some(terms), Some(rule)) = (part.terms(scheme), part.id(scheme)) else {
            continue;
        };
        let rule = RulePoints {
            rule: rule.clone(),
            points: Points::from_milli(part.granted),
        };
        match lots
            .iter_mut()
            .find(|(wallet, of, _)| *wallet == part.wallet && **of == *terms)
        {
            Some((_, _, rules)) => rules.push(rule),
            None => lots.push((part.wallet, terms, vec![rule])),
        }
    }
    for (wallet, terms, rules) in lots {
        let Some(wallet) = scheme.wallets.get(usize::from(wallet)) else {
            continue;
        };
        let milli = rules
            .iter()
            .fold(0_i64, |sum, rule| sum.saturating_add(rule.points.milli()));
        let number = draft.next_lot(&wallet.id);
        let lot = open_lot(terms, number, Points::from_milli(milli), draft.occurred())?;
        let source = Some(purchase.clone());
        let earning = EarningEntry::new(wallet.id.clone(), lot, source, rules);
        draft.push(Entry::Earning(earning))?;
        draft.fill_deficit(&wallet.id, number)?;
    }
    Ok(())
}

/// Uses the claimed rewards, and buys those that are not issued yet.
fn post_rewards(
    draft: &mut Draft<'_>,
    cart: &Cart,
    purchase: &Purchase,
    evaluation: &Evaluation,
    numbers: &Numbers,
) -> Result<(), ActError> {
    let scheme = draft.scheme;
    for (slot, (used, (issue, redemption))) in
        evaluation.priced.used.iter().zip(&numbers.used).enumerate()
    {
        let discount = evaluation
            .priced
            .discounts
            .iter()
            .find(|discount| discount.source == DiscountSource::Reward(slot));
        if let (Some(redemption), Some(spend)) = (redemption, used.spend) {
            let lines = spread(
                evaluation,
                discount,
                spend.points,
                wallet_unit(scheme, spend.wallet),
            )?;
            redeem(
                draft,
                purchase,
                *redemption,
                spend.wallet,
                spend.points,
                Some(*issue),
                lines,
            )?;
        }
        if used.issue.is_none() {
            let Some(reward) = scheme.rewards.get(index(used.reward)) else {
                continue;
            };
            let cause = match redemption {
                Some(redemption) => IssueCause::Redemption(RedemptionCause {
                    redemption: *redemption,
                }),
                None => IssueCause::Grant(GrantCause {
                    purchase: Some(purchase.id.clone()),
                }),
            };
            draft.push(Entry::RewardIssue(Box::new(RewardIssueEntry {
                issue: *issue,
                reward: reward.id.clone(),
                cause,
                expiry: None,
            })))?;
        }
        let worth = discount.map(|d| d.amount.saturating_add(d.shipping));
        draft.push(Entry::RewardUse(Box::new(RewardUseEntry {
            issue: *issue,
            purchase: Some(purchase.id.clone()),
            value: worth.map(|minor| Money::of(minor, cart.currency)),
        })))?;
    }
    Ok(())
}

/// Issues the rewards that offers bring for later.
fn post_issued(
    draft: &mut Draft<'_>,
    purchase: &Purchase,
    evaluation: &Evaluation,
) -> Result<(), ActError> {
    for issued in evaluation.issued() {
        let Some((offer, OfferGives::Reward(reward, quantity))) = issued.of(draft.scheme) else {
            continue;
        };
        for _ in 0..*quantity {
            let cause = IssueCause::Offer(OfferCause {
                offer: offer.id.clone(),
                purchase: purchase.id.clone(),
            });
            draft.issue(*reward, cause)?;
        }
    }
    Ok(())
}

fn wallet_unit(scheme: &Scheme, wallet: u16) -> i64 {
    scheme
        .wallets
        .get(usize::from(wallet))
        .map_or(1, |wallet| wallet.unit)
}

fn post_payments(
    draft: &mut Draft<'_>,
    purchase: &Purchase,
    evaluation: &Evaluation,
    numbers: &Numbers,
) -> Result<(), ActError> {
    let priced = &evaluation.priced;
    for (slot, (payment, redemption)) in priced.payments.iter().zip(&numbers.payments).enumerate() {
        let discount = priced
            .discounts
            .iter()
            .chain(&priced.tenders)
            .find(|discount| discount.source == DiscountSource::Points(slot));
        let unit = wallet_unit(draft.scheme, payment.wallet);
        let lines = spread(evaluation, discount, payment.points, unit)?;
        redeem(
            draft,
            purchase,
            *redemption,
            payment.wallet,
            payment.points,
            None,
            lines,
        )?;
    }
    Ok(())
}

/// Shares spent points out over lines by what they took off; those that took off none come back with
/// the last of the goods, as delivery does.
fn spread(
    evaluation: &Evaluation,
    discount: Option<&Discount>,
    points: i64,
    unit: i64,
) -> Result<Vec<Points>, ActError> {
    let mut weights = vec![0_i64; evaluation.priced.runs.left.len()];
    let amounts = discount
        .into_iter()
        .flat_map(|found| found.shares.amounts());
    for (line, amount) in amounts {
        if let Some(weight) = weights.get_mut(line) {
            *weight = weight.saturating_add(amount);
        }
    }
    if weights.iter().all(|weight| *weight == 0) {
        return Ok(Vec::new());
    }
    let shares = allocate(points.checked_div(unit).unwrap_or(0), &weights, None)?;
    Ok(shares
        .into_iter()
        .map(|s| Points::from_milli(s.saturating_mul(unit)))
        .collect())
}

fn redeem(
    draft: &mut Draft<'_>,
    purchase: &Purchase,
    redemption: u64,
    wallet: u16,
    points: i64,
    issue: Option<u64>,
    lines: Vec<Points>,
) -> Result<(), ActError> {
    let Some(wallet) = draft.scheme.wallets.get(usize::from(wallet)) else {
        return Ok(());
    };
    let points = Points::from_milli(points);
    let last = wallet.spend_own_points.then_some(&purchase.id);
    let (draws, missing) = super::drain::draw_last(
        &draft.account,
        &wallet.id,
        points,
        wallet.draw,
        draft.at(),
        last,
    );
    if !missing.is_zero() {
        return Err(ActError::refused(
            "points.insufficient",
            points,
            "what is available",
        ));
    }
    let terms = crate::ledger::RedemptionTerms {
        purchase: Some(purchase.id.clone()),
        issue,
        lines,
        ..Default::default()
    };
    let spent = RedemptionEntry::new(redemption, wallet.id.clone(), draws, terms);
    draft.push(Entry::Redemption(spent))
}

/// Moves the counters of the limits that the purchase met.
fn post_counts(
    draft: &mut Draft<'_>,
    cart: &Cart,
    entry: &PurchaseEntry,
    evaluation: &Evaluation,
) -> Result<(), ActError> {
    let scheme = draft.scheme;
    let date = draft.occurred().date();
    for part in &evaluation.earned.parts {
        let PartSource::Rule(place) = part.source else {
            continue;
        };
        let Some(rule) = scheme.rules.get(index(place)) else {
            continue;
        };
        count_rule(draft, rule, date, part.granted, i64::from(part.granted > 0))?;
    }
    for (place, occurrence) in &evaluation.earned.occasions {
        let paid = evaluation
            .earned
            .parts
            .iter()
            .any(|part| part.source == PartSource::Rule(*place) && part.granted != 0);
        if let Some(rule) = scheme.rules.get(index(*place)).filter(|_| paid) {
            draft.count(occasion_key(rule, *occurrence), 1)?;
        }
    }
    for (place, wallet) in scheme.wallets.iter().enumerate() {
        let granted = evaluation
            .earned
            .granted(u16::try_from(place).unwrap_or(u16::MAX));
        for cap in &wallet.caps {
            if let Some(key) = key(cap, date) {
                draft.count(key, granted)?;
            }
        }
    }
    for of in &entry.stamps {
        let card = scheme.cards.iter().find(|card| card.id == of.card);
        if let Some(card) = card.filter(|card| card.stamps_per_day > 0) {
            draft.count(day_key(card, date), i64::from(of.stamps))?;
        }
    }
    let earns = evaluation.earned.parts.iter().any(|part| part.granted > 0)
        || !evaluation.stamps.is_empty();
    if scheme.guards.earning_purchases_per_day > 0 && earns {
        let name = named(
            "guard.earning_purchases",
            crate::scheme::CapPeriod::Day,
            date,
        );
        draft.count(name, 1)?;
    }
    count_offers(draft, cart, entry, evaluation)?;
    super::challenge::post(draft, date, &evaluation.adds)?;
    count_spending(draft, evaluation)
}

/// Counts the offers that applied: their uses, their codes and the money that they gave.
fn count_offers(
    draft: &mut Draft<'_>,
    cart: &Cart,
    entry: &PurchaseEntry,
    evaluation: &Evaluation,
) -> Result<(), ActError> {
    let scheme = draft.scheme;
    let date = draft.occurred().date();
    for verdict in evaluation.verdicts() {
        if verdict.code != "granted" {
            continue;
        }
        let Some(offer) = scheme.offers.get(index(verdict.offer)) else {
            continue;
        };
        let given = super::offers::in_scheme(cart, verdict.amount).unwrap_or(0);
        super::offers::count(draft, offer, entry, date, 1, given)?;
    }
    Ok(())
}

pub(crate) fn count_rule(
    draft: &mut Draft<'_>,
    rule: &crate::scheme::compiled::EarnRule,
    date: crate::time::Date,
    points: i64,
    times: i64,
) -> Result<(), ActError> {
    for cap in &rule.points_caps {
        if let Some(key) = key(cap, date) {
            draft.count(key, points)?;
        }
    }
    for cap in &rule.times_caps {
        if let Some(key) = key(cap, date) {
            draft.count(key, times)?;
        }
    }
    Ok(())
}

fn count_spending(draft: &mut Draft<'_>, evaluation: &Evaluation) -> Result<(), ActError> {
    let scheme = draft.scheme;
    let priced = &evaluation.priced;
    let mut redemptions = i64::try_from(priced.payments.len()).unwrap_or(i64::MAX);
    for used in priced.used.iter().filter(|used| used.issue.is_none()) {
        if used.spend.is_some_and(|spend| spend.points > 0) {
            redemptions = redemptions.saturating_add(1);
        }
        if let Some(reward) = scheme.rewards.get(index(used.reward))
            && reward.limit_total > 0
        {
            draft.count(total_key(&reward.id), 1)?;
        }
    }
    if scheme.guards.redemptions_per_day > 0 && redemptions > 0 {
        draft.count(redemptions_key(draft.occurred().date()), redemptions)?;
    }
    Ok(())
}
