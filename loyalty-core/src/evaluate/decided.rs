//! What an evaluation comes to: a decision, written over a blank or an earlier one.

use smallvec::SmallVec;
use smol_str::SmolStr;

use crate::ledger::{Account, Digest, Head, Instance, InstanceState};
use crate::number::{Money, Points};
use crate::purchase::{Line, Purchase};
use crate::scheme::Scheme;
use crate::scheme::compiled::{LotTerms, Metric};
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
use super::offers::{Offered, told};
use super::price::{DiscountSource, Priced};
use super::runs::Shares;
use super::stamp::{fill, on_card};
use super::tier::{tier_for, value};

impl Decision {
    /// A decision that nothing is written to yet.
    #[inline]
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
        hand_over(&mut evaluation.reasons, &mut self.reasons);
        hand_over(&mut evaluation.priced.refused, &mut self.refused);
        hand_over(&mut evaluation.met, &mut self.preconditions);
        hand_over(&mut evaluation.referrals, &mut self.referrals);
        hand_over(&mut evaluation.due_codes, &mut self.due_codes);
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
        write_tiers(&mut self.tiers, context, evaluation);
        write_rewards(&mut self.rewards, context, evaluation);
        self.write_offered(context, priced.offered.as_deref(), explain);
        write_gifts(&mut self.gifts, cart, purchase);
        self.challenges.clear();
        if !evaluation.adds.is_empty() {
            self.challenges = super::challenge::decisions(context, &evaluation.adds);
        }
        self.others = evaluation.others;
    }

    fn write_offered(&mut self, context: &Context<'_>, offered: Option<&Offered>, explain: bool) {
        self.codes.clear();
        self.choice = None;
        self.issued.clear();
        self.offers.clear();
        let Some(offered) = offered else { return };
        self.codes = told::codes(context, offered);
        self.choice = told::choice(context, offered);
        self.issued = told::issued(context, offered);
        if explain {
            self.offers = told::offers(context, offered);
        }
    }
}

/// Moves a list, which is mostly empty, as is what stood in its place.
#[inline]
fn hand_over<T>(from: &mut Vec<T>, to: &mut Vec<T>) {
    to.clear();
    if !from.is_empty() {
        std::mem::swap(from, to);
    }
}

/// Makes room in an empty list.
#[inline]
fn make_room<T>(list: &mut Vec<T>, count: usize) {
    if list.capacity() < count {
        *list = Vec::with_capacity(count);
    }
}

fn totals(cart: &Cart, priced: &Priced) -> Totals {
    let money = |minor| Money::of(minor, cart.currency);
    let tax = priced.tax.iter().fold(priced.tax_amount, |sum, group| {
        sum.saturating_add(group.tax)
    });
    let tender = priced
        .tenders
        .iter()
        .fold(0_i64, |sum, tender| sum.saturating_add(tender.amount));
    Totals {
        list: money(cart.list_total),
        discount: money(cart.list_total.saturating_sub(priced.goods)),
        goods: money(priced.goods),
        shipping: money(priced.delivery),
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
    make_room(list, cart.lines.len());
    list.extend(lines);
}

/// The lines that are gifts.
fn write_gifts(list: &mut Vec<Line>, cart: &Cart, purchase: &Purchase) {
    list.clear();
    if cart.has_gifts() {
        let gifts = purchase.lines.iter().filter(|line| line.gift_of.is_some());
        list.extend(gifts.cloned());
    }
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
    if list.is_empty() {
        make_room(list, count);
    }
    let money = |minor| Money::of(minor, context.cart.currency);
    for (place, discount) in discounts.iter().chain(tenders).enumerate() {
        let (kind, id) = kind_and_id(context.scheme, evaluation, discount.source);
        if list.len() <= place {
            list.push(DiscountDecision {
                kind,
                id: SmolStr::default(),
                amount: money(0),
                lines: Vec::new(),
                shipping: money(0),
            });
        }
        if let Some(decided) = list.get_mut(place) {
            decided.kind = kind;
            decided.id = id;
            decided.amount = money(discount.amount);
            write_by_line(&mut decided.lines, &discount.shares, context.cart);
            decided.shipping = money(discount.shipping);
        }
    }
}

/// The kind of a discount's source, and its name.
fn kind_and_id(
    scheme: &Scheme,
    evaluation: &Evaluation,
    source: DiscountSource,
) -> (DiscountKind, SmolStr) {
    match source {
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
    }
}

/// What shares come to on every line.
fn write_by_line(list: &mut Vec<Money>, shares: &Shares, cart: &Cart) {
    let money = |minor| Money::of(minor, cart.currency);
    list.clear();
    make_room(list, cart.lines.len());
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
        if list.is_empty() {
            make_room(list, 1);
        }
        if list.len() <= count {
            list.push(WalletDecision {
                wallet: wallet.id.clone(),
                earned: Points::ZERO,
                parts: Vec::new(),
                lots: Vec::new(),
                spent: Points::ZERO,
            });
        }
        let Some(decided) = list.get_mut(count) else {
            continue;
        };
        let parts = &mut decided.parts;
        parts.clear();
        make_room(parts, all.len());
        let mut earned = 0_i64;
        let mut opened = Opened::default();
        for part in all.iter().filter(|part| part.wallet == number) {
            let Some((rule, own_terms)) = part.id_and_own_terms(scheme) else {
                continue;
            };
            parts.push(PartDecision {
                rule: rule.into(),
                wanted: Points::from_milli(part.wanted),
                points: Points::from_milli(part.granted),
            });
            earned = earned.saturating_add(part.granted);
            if part.granted > 0 {
                opened.add(own_terms.unwrap_or(&wallet.terms), part.granted);
            }
        }
        opened.write(&mut decided.lots, context.at);
        decided.wallet.clone_from(&wallet.id);
        decided.earned = Points::from_milli(earned);
        decided.spent = Points::from_milli(spent);
        count = count.saturating_add(1);
    }
    list.truncate(count);
}

/// The points of a wallet by their terms, in the order in which these first come.
#[derive(Default)]
struct Opened<'s> {
    /// The terms of the part before, and what it and those before it under the same terms bring.
    last: Option<(&'s LotTerms, i64)>,
    others: SmallVec<[(&'s LotTerms, i64); 2]>,
}

impl<'s> Opened<'s> {
    /// Adds a part. Mostly all parts have the terms of their wallet.
    #[inline]
    fn add(&mut self, terms: &'s LotTerms, points: i64) {
        match &mut self.last {
            Some((known, sum)) if std::ptr::eq(*known, terms) => *sum = sum.saturating_add(points),
            _ => {
                let before = self.last.replace((terms, points));
                self.put_by(before);
            }
        }
    }

    fn put_by(&mut self, last: Option<(&'s LotTerms, i64)>) {
        let Some((terms, points)) = last else { return };
        match self.others.iter_mut().find(|(known, _)| *known == terms) {
            Some((_, sum)) => *sum = sum.saturating_add(points),
            None => self.others.push((terms, points)),
        }
    }

    fn write(mut self, list: &mut Vec<LotDecision>, at: Moment) {
        list.clear();
        if !self.others.is_empty() {
            let last = self.last.take();
            self.put_by(last);
        }
        make_room(list, self.others.len().max(1));
        let all = self.last.iter().chain(&self.others);
        for (terms, points) in all {
            list.extend(lot_decision(terms, *points, at));
        }
    }
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
    make_room(list, evaluation.stamps.len());
    for stamps in &evaluation.stamps {
        let Some(card) = context.scheme.cards.get(stamps.card) else {
            continue;
        };
        let held = context.account.card(&card.id);
        let instances = held.map_or(&[][..], |held| held.instances.as_slice());
        let open = |instance: &&Instance| instance.state == InstanceState::Open;
        let (mut completed, mut filled, mut after) = (0_u32, 0_usize, None);
        fill(card, held, stamps.granted, |step| {
            let of_held = instances.get(index(step.instance));
            if step.completes {
                completed = completed.saturating_add(1);
                filled = filled.saturating_add(usize::from(of_held.is_some()));
            } else if of_held.is_none_or(|instance| open(&instance)) {
                let target = of_held.map_or(card.target, |held| held.target);
                after = Some((step.after, target));
            }
        });
        // Stamps that a full card owed, or that fill a card, leave the next open one as it is.
        let next = instances.iter().filter(open).nth(filled);
        let next = next.map(|next| (on_card(next), next.target));
        let (on_card, target) = after.or(next).unwrap_or((0, card.target));
        list.push(CardDecision {
            card: card.id.clone(),
            stamps: stamps.granted,
            completed,
            on_card,
            target,
        });
    }
}

fn write_tiers(list: &mut Vec<TierDecision>, context: &Context<'_>, evaluation: &Evaluation) {
    let scheme = context.scheme;
    let today = context.at.date();
    list.clear();
    let ladders = scheme.ladders.iter().zip(&evaluation.metrics);
    for ((ladder, metric), held) in ladders.zip(&context.tiers) {
        let before = value(ladder, context.account, today, context.at, scheme);
        let spent = match ladder.metric {
            Metric::Balance(wallet) => spent(evaluation, wallet),
            _ => 0,
        };
        let after = before.saturating_add(*metric).saturating_sub(spent);
        let after = tier_for(ladder, after);
        if after <= *held {
            continue;
        }
        let name = |place: Option<u16>| {
            place
                .and_then(|place| ladder.tiers.get(usize::from(place)))
                .map(|tier| tier.id.clone())
        };
        if let Some(to) = name(after) {
            list.push(TierDecision {
                ladder: ladder.id.clone(),
                from: name(*held),
                to,
            });
        }
    }
}

fn write_rewards(list: &mut Vec<RewardDecision>, context: &Context<'_>, evaluation: &Evaluation) {
    list.clear();
    for used in &evaluation.priced.used {
        if let Some(reward) = context.scheme.rewards.get(index(used.reward)) {
            list.push(RewardDecision {
                reward: reward.id.clone(),
                issue: used.issue,
                cost: used.spend.map(|spend| Points::from_milli(spend.points)),
            });
        }
    }
}
