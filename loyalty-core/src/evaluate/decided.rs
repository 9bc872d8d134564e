//! What an evaluation comes to: a decision, written over a blank or an earlier one.

use smallvec::SmallVec;
use smol_str::SmolStr;

use crate::ledger::{Account, Digest, Head};
use crate::number::{Money, Points};
use crate::purchase::{Line, Purchase};
use crate::scheme::Scheme;
use crate::scheme::compiled::LotTerms;
use crate::time::Moment;

use super::arith::index;
use super::cart::{Cart, line_name};
use super::context::Context;
use super::decision::{
    CardDecision, Decision, DiscountDecision, DiscountKind, LineDecision, LotDecision,
    PartDecision, RewardDecision, SEMANTICS, TierDecision, Totals, WalletDecision,
};
use super::evaluation::Evaluation;
use super::expiry::open_lot;
use super::offers::told;
use super::price::{Discount, DiscountSource, Priced};
use super::runs::Shares;
use super::stamp::fill;
use super::tier::{tier_for, value};

impl Decision {
    /// A decision that nothing is written to yet.
    pub(super) fn blank(
        scheme: &Scheme,
        account: &Account,
        purchase: &Purchase,
        at: Moment,
    ) -> Self {
        let nothing = Money::of(0, purchase.currency);
        Self {
            semantics: SEMANTICS,
            scheme: Digest::from_bytes(scheme.digest),
            member: account.member.clone(),
            head: Head::default(),
            purchase: purchase.id.clone(),
            at,
            currency: purchase.currency,
            lines: Vec::new(),
            discounts: Vec::new(),
            totals: Totals {
                list: nothing,
                discount: nothing,
                goods: nothing,
                shipping: nothing,
                tax: nothing,
                total: nothing,
                points_tender: nothing,
                gift_card: nothing,
                due: nothing,
            },
            wallets: Vec::new(),
            cards: Vec::new(),
            tiers: Vec::new(),
            rewards: Vec::new(),
            codes: Vec::new(),
            choice: None,
            gifts: Vec::new(),
            issued: Vec::new(),
            challenges: Vec::new(),
            referrals: Vec::new(),
            due_codes: Vec::new(),
            refused: Vec::new(),
            preconditions: Vec::new(),
            reasons: Vec::new(),
            offers: Vec::new(),
            others: 0,
        }
    }

    /// Writes every field from an evaluation, and takes the lists that it shares with it.
    pub(super) fn write(
        &mut self,
        context: &Context<'_>,
        purchase: &Purchase,
        evaluation: &mut Evaluation,
        at: Moment,
        explain: bool,
    ) {
        self.reasons = std::mem::take(&mut evaluation.reasons);
        self.refused = std::mem::take(&mut evaluation.priced.refused);
        self.preconditions = std::mem::take(&mut evaluation.met);
        self.referrals = std::mem::take(&mut evaluation.referrals);
        self.due_codes = std::mem::take(&mut evaluation.due_codes);
        let evaluation = &*evaluation;
        let cart = context.cart;
        let priced = &evaluation.priced;
        self.semantics = SEMANTICS;
        self.scheme = Digest::from_bytes(context.scheme.digest);
        self.member.clone_from(&context.account.member);
        self.head = context.account.head;
        self.purchase.clone_from(&purchase.id);
        self.at = at;
        self.currency = cart.currency;
        write_lines(&mut self.lines, cart, purchase, &priced.runs.left);
        write_discounts(&mut self.discounts, context, evaluation);
        self.totals = totals(cart, priced);
        write_wallets(&mut self.wallets, context, evaluation);
        write_cards(&mut self.cards, context, evaluation);
        self.tiers = tiers(context, evaluation);
        self.rewards = rewards(context, evaluation);
        self.codes = told::codes(context, &priced.offered);
        self.choice = told::choice(context, &priced.offered);
        self.gifts = gifts(cart, purchase);
        self.issued = told::issued(context, &priced.offered);
        self.challenges = super::challenge::decisions(context, &evaluation.adds);
        self.offers = match explain {
            true => told::offers(context, &priced.offered),
            false => Vec::new(),
        };
        self.others = evaluation.others;
    }
}

/// Puts an item at a place of a list that is written over from its start.
fn put<T>(list: &mut Vec<T>, place: usize, item: T) {
    match list.get_mut(place) {
        Some(slot) => *slot = item,
        None => list.push(item),
    }
}

fn totals(cart: &Cart, priced: &Priced) -> Totals {
    let money = |minor| Money::of(minor, cart.currency);
    let sum = |values: &[i64]| values.iter().fold(0_i64, |sum, v| sum.saturating_add(*v));
    let goods = sum(&priced.runs.left);
    let tax = priced.tax.iter().fold(priced.tax_amount, |sum, group| {
        sum.saturating_add(group.tax)
    });
    let tender = priced
        .tenders
        .iter()
        .fold(0_i64, |sum, tender| sum.saturating_add(tender.amount));
    Totals {
        list: money(cart.list_total),
        discount: money(cart.list_total.saturating_sub(goods)),
        goods: money(goods),
        shipping: money(sum(&priced.shipping)),
        tax: money(tax),
        total: money(priced.total),
        points_tender: money(tender),
        gift_card: money(priced.gift_card),
        due: money(priced.due),
    }
}

fn write_lines(list: &mut Vec<LineDecision>, cart: &Cart, purchase: &Purchase, left: &[i64]) {
    let money = |minor| Money::of(minor, cart.currency);
    let lines = cart.lists.iter().zip(&purchase.lines).zip(left);
    let lines = lines
        .enumerate()
        .map(|(place, ((list, named), left))| LineDecision {
            line: line_name(named, place),
            list: money(*list),
            discount: money(list.saturating_sub(*left)),
            net: money(*left),
        });
    list.clear();
    list.extend(lines);
}

/// The lines that are gifts.
fn gifts(cart: &Cart, purchase: &Purchase) -> Vec<Line> {
    if !cart.has_gifts() {
        return Vec::new();
    }
    let lines = purchase.lines.iter();
    lines
        .filter(|line| line.gift_of.is_some())
        .cloned()
        .collect()
}

fn write_discounts(
    list: &mut Vec<DiscountDecision>,
    context: &Context<'_>,
    evaluation: &Evaluation,
) {
    let Priced {
        discounts, tenders, ..
    } = &evaluation.priced;
    let count = discounts.len().saturating_add(tenders.len());
    list.truncate(count);
    list.reserve_exact(count.saturating_sub(list.len()));
    for (place, discount) in discounts.iter().chain(tenders).enumerate() {
        let lines = list
            .get_mut(place)
            .map(|before| std::mem::take(&mut before.lines));
        let lines = lines.unwrap_or_default();
        put(
            list,
            place,
            discount_decision(context, evaluation, discount, lines),
        );
    }
}

fn discount_decision(
    context: &Context<'_>,
    evaluation: &Evaluation,
    discount: &Discount,
    mut lines: Vec<Money>,
) -> DiscountDecision {
    let scheme = context.scheme;
    let money = |minor| Money::of(minor, context.cart.currency);
    let (kind, id) = match discount.source {
        DiscountSource::Reward(slot) => {
            let reward = evaluation.priced.used.get(slot);
            let reward = reward.and_then(|used| scheme.rewards.get(index(used.reward)));
            (
                DiscountKind::Reward,
                reward.map_or_else(SmolStr::default, |reward| (&reward.id).into()),
            )
        }
        DiscountSource::Benefit(ladder, tier, benefit) => {
            let found = scheme
                .ladders
                .get(usize::from(ladder))
                .and_then(|ladder| ladder.tiers.get(usize::from(tier)))
                .and_then(|tier| tier.benefits.get(usize::from(benefit)));
            (
                DiscountKind::Benefit,
                found.map_or_else(SmolStr::default, |benefit| (&benefit.id).into()),
            )
        }
        DiscountSource::Offer(offer, _) => {
            let found = scheme.offers.get(index(offer));
            (
                DiscountKind::Offer,
                found.map_or_else(SmolStr::default, |offer| (&offer.id).into()),
            )
        }
        DiscountSource::Deduction => (DiscountKind::Deduction, SmolStr::default()),
        DiscountSource::Points(slot) => {
            let wallet = evaluation.priced.payments.get(slot);
            let wallet = wallet.and_then(|p| scheme.wallets.get(usize::from(p.wallet)));
            (
                DiscountKind::Points,
                wallet.map_or_else(SmolStr::default, |wallet| (&wallet.id).into()),
            )
        }
    };
    write_by_line(&mut lines, &discount.shares, context.cart);
    DiscountDecision {
        kind,
        id,
        amount: money(discount.amount),
        lines,
        shipping: money(discount.shipping),
    }
}

/// What shares come to on every line.
fn write_by_line(list: &mut Vec<Money>, shares: &Shares, cart: &Cart) {
    let money = |minor| Money::of(minor, cart.currency);
    list.clear();
    if let Some(lines) = shares.of_lines_alone() {
        list.extend(lines.iter().map(|amount| money(*amount)));
        return;
    }
    list.resize(cart.lines.len(), money(0));
    for (line, amount) in shares.amounts() {
        if let Some(line) = list.get_mut(line) {
            *line = money(line.minor().saturating_add(amount));
        }
    }
}

fn write_wallets(list: &mut Vec<WalletDecision>, context: &Context<'_>, evaluation: &Evaluation) {
    let scheme = context.scheme;
    let all = &evaluation.earned.parts;
    let mut count = 0_usize;
    for (number, wallet) in (0_u16..).zip(&scheme.wallets) {
        let spent = spent(evaluation, number);
        if spent == 0 && all.iter().all(|part| part.wallet != number) {
            continue;
        }
        let (mut parts, mut lots) = match list.get_mut(count) {
            Some(before) => (
                std::mem::take(&mut before.parts),
                std::mem::take(&mut before.lots),
            ),
            None => (Vec::new(), Vec::new()),
        };
        parts.clear();
        parts.reserve_exact(all.len());
        let mut earned = 0_i64;
        let mut terms_of: SmallVec<[(&LotTerms, i64); 4]> = SmallVec::new();
        for part in all.iter().filter(|part| part.wallet == number) {
            let Some((rule, terms)) = part.id_and_terms(scheme) else {
                continue;
            };
            parts.push(PartDecision {
                rule: rule.into(),
                wanted: Points::from_milli(part.wanted),
                points: Points::from_milli(part.granted),
            });
            earned = earned.saturating_add(part.granted);
            if part.granted <= 0 {
                continue;
            }
            match terms_of.iter_mut().find(|(known, _)| same(known, terms)) {
                Some((_, sum)) => *sum = sum.saturating_add(part.granted),
                None => terms_of.push((terms, part.granted)),
            }
        }
        lots.clear();
        lots.reserve_exact(terms_of.len());
        let opened = terms_of.iter();
        lots.extend(opened.filter_map(|(terms, points)| lot_decision(terms, *points, context.at)));
        let decided = WalletDecision {
            wallet: wallet.id.clone(),
            earned: Points::from_milli(earned),
            parts,
            lots,
            spent: Points::from_milli(spent),
        };
        put(list, count, decided);
        count = count.saturating_add(1);
    }
    list.truncate(count);
}

fn same(a: &LotTerms, b: &LotTerms) -> bool {
    std::ptr::eq(a, b) || a == b
}

/// The milli-points that rewards and payments take from a wallet.
fn spent(evaluation: &Evaluation, wallet: u16) -> i64 {
    let priced = &evaluation.priced;
    let spends = priced.used.iter().filter_map(|used| used.spend);
    let spends = spends.map(|spend| (spend.wallet, spend.points));
    let pays = priced.payments.iter().map(|pay| (pay.wallet, pay.points));
    spends
        .chain(pays)
        .filter(|(of, _)| *of == wallet)
        .fold(0_i64, |sum, (_, points)| sum.saturating_add(points))
}

fn lot_decision(terms: &LotTerms, points: i64, at: Moment) -> Option<LotDecision> {
    use crate::ledger::Pending;
    let points = Points::from_milli(points);
    let lot = open_lot(terms, crate::id::LotId::new(0), points, at).ok()?;
    let (usable_from, awaits_event) = match lot.pending {
        None => (None, false),
        Some(Pending::Until(deadline)) => (Some(deadline), false),
        Some(Pending::Event(_)) => (None, true),
    };
    Some(LotDecision {
        points,
        usable_from,
        awaits_event,
        expiry: lot.expiry,
    })
}

fn write_cards(list: &mut Vec<CardDecision>, context: &Context<'_>, evaluation: &Evaluation) {
    list.clear();
    list.reserve_exact(evaluation.stamps.len());
    for stamps in &evaluation.stamps {
        let Some(card) = context.scheme.cards.get(stamps.card) else {
            continue;
        };
        let steps = fill(card, context.account.card(&card.id), stamps.granted);
        let completed = steps.iter().filter(|step| step.completes).count();
        let last = steps.iter().rev().find(|step| !step.completes);
        list.push(CardDecision {
            card: card.id.clone(),
            stamps: stamps.granted,
            completed: super::arith::small(completed),
            on_card: last.map_or(0, |step| step.after),
            target: card.target,
        });
    }
}

fn tiers(context: &Context<'_>, evaluation: &Evaluation) -> Vec<TierDecision> {
    let scheme = context.scheme;
    let today = context.at.date();
    scheme
        .ladders
        .iter()
        .zip(&evaluation.metrics)
        .zip(&context.tiers)
        .filter_map(|((ladder, metric), held)| {
            let before = value(ladder, context.account, today, context.at, scheme);
            let after = tier_for(ladder, before.saturating_add(*metric));
            if after <= *held {
                return None;
            }
            let name = |place: Option<u16>| {
                place
                    .and_then(|place| ladder.tiers.get(usize::from(place)))
                    .map(|tier| tier.id.clone())
            };
            Some(TierDecision {
                ladder: ladder.id.clone(),
                from: name(*held),
                to: name(after)?,
            })
        })
        .collect()
}

fn rewards(context: &Context<'_>, evaluation: &Evaluation) -> Vec<RewardDecision> {
    evaluation
        .priced
        .used
        .iter()
        .filter_map(|used| {
            let reward = context.scheme.rewards.get(index(used.reward))?;
            Some(RewardDecision {
                reward: reward.id.clone(),
                issue: used.issue,
                cost: used.spend.map(|spend| Points::from_milli(spend.points)),
            })
        })
        .collect()
}
