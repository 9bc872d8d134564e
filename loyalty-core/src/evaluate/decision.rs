//! A decision: what a member gets for a purchase, exactly and why.

use serde::Serialize;
use smallvec::SmallVec;
use smol_str::SmolStr;

use crate::customer::Facts;
use crate::id::{CardId, LadderId, MemberId, PurchaseId, RewardId, TierId, WalletId};
use crate::ledger::{
    Account, Digest, DueCode, DueReferral, Head, Headroom, LedgerError, LedgerErrorKind,
};
use crate::number::{Currency, Money, Points};
use crate::purchase::{Line, Purchase};
use crate::scheme::Scheme;
use crate::scheme::compiled::LotTerms;
use crate::time::{Deadline, Moment};

use super::arith::index;
use super::cart::{Cart, line_name};
use super::challenge::ChallengeStanding;
use super::context::Context;
use super::decision_json::decision_json;
use super::draft::Draft;
use super::due::anything_due;
use super::earn::PartSource;
use super::error::ActError;
use super::evaluation::{Evaluation, check_facts, evaluate, occurred_at, with_gifts};
use super::expiry::open_lot;
use super::offers::told;
pub use super::offers::told::{ChoiceDecision, CodeDecision, OfferDecision};
use super::price::{Discount, DiscountSource, Priced};
use super::reason::{About, Reason};
use super::runs::Shares;
use super::stamp::fill;
use super::tier::{tier_for, value};

/// The version of the engine's semantics. It rises only when some decision changes.
pub const SEMANTICS: u32 = 1;

/// What a member gets for a purchase. Codes and numbers only; the parts sum to the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The engine's semantics.
    pub semantics: u32,
    /// The digest of the scheme.
    pub scheme: Digest,
    /// The member.
    pub member: MemberId,
    /// The account's version that the decision relies on.
    pub head: Head,
    /// The purchase.
    pub purchase: PurchaseId,
    /// When.
    pub at: Moment,
    /// The currency of the amounts.
    pub currency: Currency,
    /// Every line with its parts.
    pub lines: Vec<LineDecision>,
    /// The discounts, in the order in which they were applied.
    pub discounts: Vec<DiscountDecision>,
    /// Amounts of the whole.
    pub totals: Totals,
    /// What each wallet gains and gives.
    pub wallets: Vec<WalletDecision>,
    /// What each card gains.
    pub cards: Vec<CardDecision>,
    /// Ladders whose tier the purchase raises.
    pub tiers: Vec<TierDecision>,
    /// Rewards used.
    pub rewards: Vec<RewardDecision>,
    /// What became of every code that was entered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<CodeDecision>,
    /// How the choice among offers that exclude each other was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<ChoiceDecision>,
    /// Lines that offers add to the purchase.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gifts: Vec<Line>,
    /// Rewards that a record would issue for later.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub issued: Vec<RewardId>,
    /// How far the purchase brings the member in every challenge.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub challenges: Vec<ChallengeStanding>,
    /// The events that the purchase is due to the member who referred the customer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub referrals: Vec<DueReferral>,
    /// Codes for a later order that the host is to make when the purchase is recorded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub due_codes: Vec<DueCode>,
    /// Claims and payments that were refused; a record would refuse the purchase.
    pub refused: Vec<Reason>,
    /// What the limits that were met had left: what recording relies on besides the head.
    pub preconditions: Vec<Headroom>,
    /// Why candidate rules, cards and rewards were granted or not. Empty without explanation.
    pub reasons: Vec<Reason>,
    /// What became of every offer that could apply. Empty without explanation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<OfferDecision>,
    /// How many earn rules were no candidates: nothing in the cart is what they ask for.
    /// [`why_not`] answers for any one. 0 without explanation.
    pub others: u32,
}

/// A line of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineDecision {
    /// The line's name.
    pub line: SmolStr,
    /// Price times quantity.
    pub list: Money,
    /// What discounts take off.
    pub discount: Money,
    /// What is left.
    pub net: Money,
}

/// A discount of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiscountDecision {
    /// The kind of its source.
    pub kind: DiscountKind,
    /// The reward, the benefit, the wallet or the offer; empty for what is taken off by hand.
    pub id: SmolStr,
    /// On goods.
    pub amount: Money,
    /// On each line.
    pub lines: Vec<Money>,
    /// On delivery.
    pub shipping: Money,
}

/// The kind of a discount's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountKind {
    /// A reward.
    Reward,
    /// A tier's benefit.
    Benefit,
    /// Points used as money.
    Points,
    /// An offer.
    Offer,
    /// Taken off by hand.
    Deduction,
}

impl DiscountKind {
    /// The kind's name, as in JSON.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Reward => "reward",
            Self::Benefit => "benefit",
            Self::Points => "points",
            Self::Offer => "offer",
            Self::Deduction => "deduction",
        }
    }
}

/// Amounts of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Goods at list prices.
    pub list: Money,
    /// Discounts on goods.
    pub discount: Money,
    /// Goods after discounts.
    pub goods: Money,
    /// Delivery after discounts.
    pub shipping: Money,
    /// Tax, contained or on top.
    pub tax: Money,
    /// To pay before tenders.
    pub total: Money,
    /// Paid by points as a tender.
    pub points_tender: Money,
    /// Paid by gift card.
    pub gift_card: Money,
    /// Left to pay in money.
    pub due: Money,
}

/// A wallet's part of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WalletDecision {
    /// The wallet.
    pub wallet: WalletId,
    /// Points earned.
    pub earned: Points,
    /// The parts of `earned`, by rule and benefit.
    pub parts: Vec<PartDecision>,
    /// When the points become usable and lapse, lot by lot.
    pub lots: Vec<LotDecision>,
    /// Points spent.
    pub spent: Points,
}

/// What a rule or benefit brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartDecision {
    /// The rule or benefit.
    pub rule: SmolStr,
    /// Without caps.
    pub wanted: Points,
    /// Granted.
    pub points: Points,
}

/// A lot that the purchase would open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LotDecision {
    /// How many points.
    pub points: Points,
    /// When they become usable; absent when at once or by an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usable_from: Option<Deadline>,
    /// Whether they wait for an event.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub awaits_event: bool,
    /// When they lapse, if that is known and ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Deadline>,
}

/// A card's part of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardDecision {
    /// The card.
    pub card: CardId,
    /// Stamps.
    pub stamps: u32,
    /// Cards filled.
    pub completed: u32,
    /// Stamps on the open card afterwards.
    pub on_card: u32,
    /// How many fill it.
    pub target: u32,
}

/// A rise on a ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TierDecision {
    /// The ladder.
    pub ladder: LadderId,
    /// The tier before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<TierId>,
    /// The tier afterwards.
    pub to: TierId,
}

/// A reward used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RewardDecision {
    /// The reward.
    pub reward: RewardId,
    /// The issue used; absent when it is bought with the purchase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue: Option<u64>,
    /// What it costs in points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Points>,
}

/// How a decision is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QuoteOptions<'a> {
    /// Whether reasons are given.
    pub explain: bool,
    /// The account that holds what all members share.
    pub pool: Option<&'a Account>,
}

/// What the member would get for a purchase at a moment. Nothing is posted: the same code decides
/// in [`perform`](super::perform).
///
/// # Errors
/// `purchase.*` for a purchase that cannot be read, and ledger errors for a moment before the
/// account's last one.
pub fn quote(
    scheme: &Scheme,
    account: &Account,
    purchase: &Purchase,
    facts: &Facts,
    at: Moment,
    options: QuoteOptions<'_>,
) -> Result<Decision, ActError> {
    let cart = Cart::try_new(scheme, purchase)?;
    quote_cart(scheme, account, purchase, &cart, facts, at, options)
}

/// The same for a cart made ready before.
///
/// # Errors
/// As [`quote`].
pub fn quote_cart(
    scheme: &Scheme,
    account: &Account,
    purchase: &Purchase,
    cart: &Cart,
    facts: &Facts,
    at: Moment,
    options: QuoteOptions<'_>,
) -> Result<Decision, ActError> {
    check_facts(facts)?;
    account.check_moment(at)?;
    let occurred = occurred_at(scheme, purchase.occurred_at, at)?;
    if !anything_due(scheme, account, at) {
        return decide(
            scheme,
            account,
            purchase,
            cart,
            facts,
            (at, occurred),
            options,
        );
    }
    let draft = Draft::look(scheme, account, at)?;
    decide(
        scheme,
        &draft.account,
        purchase,
        cart,
        facts,
        (at, occurred),
        options,
    )
}

fn decide(
    scheme: &Scheme,
    account: &Account,
    purchase: &Purchase,
    cart: &Cart,
    facts: &Facts,
    (at, occurred): (Moment, Moment),
    options: QuoteOptions<'_>,
) -> Result<Decision, ActError> {
    let mut context = Context::live(scheme, account, cart, facts, occurred, options.pool);
    let mut evaluation = Evaluation::default();
    evaluate(&mut context, purchase, options.explain, &mut evaluation)?;
    let explain = options.explain;
    if !evaluation.adds_gifts() {
        let evaluation = &mut evaluation;
        return Ok(Decision::of(&context, purchase, evaluation, at, explain));
    }
    let (purchase, cart) = with_gifts(scheme, purchase, &evaluation)?;
    let mut context = Context::live(scheme, account, &cart, facts, occurred, options.pool);
    let mut evaluation = Evaluation::default();
    evaluate(&mut context, &purchase, explain, &mut evaluation)?;
    let evaluation = &mut evaluation;
    Ok(Decision::of(&context, &purchase, evaluation, at, explain))
}

impl Decision {
    /// The decision that an evaluation comes to. It takes the lists that it shares with it.
    pub(super) fn of(
        context: &Context<'_>,
        purchase: &Purchase,
        evaluation: &mut Evaluation,
        at: Moment,
        explain: bool,
    ) -> Self {
        let reasons = std::mem::take(&mut evaluation.reasons);
        let refused = std::mem::take(&mut evaluation.priced.refused);
        let preconditions = std::mem::take(&mut evaluation.met);
        let referrals = std::mem::take(&mut evaluation.referrals);
        let due_codes = std::mem::take(&mut evaluation.due_codes);
        let evaluation = &*evaluation;
        let cart = context.cart;
        let priced = &evaluation.priced;
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
        Self {
            semantics: SEMANTICS,
            scheme: Digest::from_bytes(context.scheme.digest),
            member: context.account.member.clone(),
            head: context.account.head,
            purchase: purchase.id.clone(),
            at,
            currency: cart.currency,
            lines: lines(cart, purchase, &priced.runs.left),
            discounts: discounts(context, evaluation),
            totals: Totals {
                list: money(cart.list_total),
                discount: money(cart.list_total.saturating_sub(goods)),
                goods: money(goods),
                shipping: money(sum(&priced.shipping)),
                tax: money(tax),
                total: money(priced.total),
                points_tender: money(tender),
                gift_card: money(priced.gift_card),
                due: money(priced.due),
            },
            wallets: wallets(context, evaluation),
            cards: cards(context, evaluation),
            tiers: tiers(context, evaluation),
            rewards: rewards(context, evaluation),
            codes: told::codes(context, &priced.offered),
            choice: told::choice(context, &priced.offered),
            gifts: gifts(cart, purchase),
            issued: told::issued(context, &priced.offered),
            challenges: super::challenge::decisions(context, &evaluation.adds),
            referrals,
            due_codes,
            refused,
            preconditions,
            reasons,
            offers: match explain {
                true => told::offers(context, &priced.offered),
                false => Vec::new(),
            },
            others: evaluation.others,
        }
    }

    /// The decision's JSON, written into a buffer of its size.
    ///
    /// # Errors
    /// `ledger.encoding` when it has no JSON form.
    pub fn to_json(&self) -> Result<String, ActError> {
        decision_json(self, false).map_err(encoding)
    }

    /// The canonical bytes: the decision's JSON without its reasons.
    ///
    /// # Errors
    /// `ledger.encoding` when it has no JSON form.
    pub fn canonical_bytes(&self) -> Result<Vec<u8>, ActError> {
        let text = decision_json(self, true).map_err(encoding)?;
        Ok(text.into_bytes())
    }

    /// The digest of the canonical bytes: what a client shows and a server recomputes.
    ///
    /// # Errors
    /// As [`Decision::canonical_bytes`].
    pub fn digest(&self) -> Result<Digest, ActError> {
        Ok(Digest::of(&self.canonical_bytes()?))
    }

    /// The digest of what the member gets: it stays when the account's version moves and the
    /// outputs do not.
    ///
    /// # Errors
    /// As [`Decision::canonical_bytes`].
    pub fn outputs_digest(&self) -> Result<Digest, ActError> {
        let mut bare = self.clone();
        bare.preconditions.clear();
        bare.head = Head::default();
        bare.at = Moment::utc(0).map_err(|_| ActError::overflow("a moment"))?;
        for wallet in &mut bare.wallets {
            wallet.lots.clear();
        }
        for reward in &mut bare.rewards {
            reward.issue = None;
        }
        Ok(Digest::of(&bare.canonical_bytes()?))
    }
}

fn encoding(error: impl std::fmt::Display) -> ActError {
    let found = error.to_string();
    ActError::from(LedgerError::from(LedgerErrorKind::Encoding { found }))
}

fn lines(cart: &Cart, purchase: &Purchase, left: &[i64]) -> Vec<LineDecision> {
    let money = |minor| Money::of(minor, cart.currency);
    let lines = cart.lists.iter().zip(&purchase.lines).zip(left);
    lines
        .enumerate()
        .map(|(place, ((list, named), left))| LineDecision {
            line: line_name(named, place),
            list: money(*list),
            discount: money(list.saturating_sub(*left)),
            net: money(*left),
        })
        .collect()
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

fn discounts(context: &Context<'_>, evaluation: &Evaluation) -> Vec<DiscountDecision> {
    let Priced {
        discounts, tenders, ..
    } = &evaluation.priced;
    let mut found = Vec::with_capacity(discounts.len().saturating_add(tenders.len()));
    for discount in discounts.iter().chain(tenders) {
        found.push(discount_decision(context, evaluation, discount));
    }
    found
}

fn discount_decision(
    context: &Context<'_>,
    evaluation: &Evaluation,
    discount: &Discount,
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
    DiscountDecision {
        kind,
        id,
        amount: money(discount.amount),
        lines: by_line(&discount.shares, context.cart),
        shipping: money(discount.shipping),
    }
}

/// What shares come to on every line.
fn by_line(shares: &Shares, cart: &Cart) -> Vec<Money> {
    let mut lines = vec![Money::of(0, cart.currency); cart.lines.len()];
    for (line, amount) in shares.amounts() {
        if let Some(line) = lines.get_mut(line) {
            let amount = line.minor().saturating_add(amount);
            *line = Money::of(amount, cart.currency);
        }
    }
    lines
}

fn wallets(context: &Context<'_>, evaluation: &Evaluation) -> Vec<WalletDecision> {
    let scheme = context.scheme;
    let mut found = Vec::new();
    for (place, wallet) in scheme.wallets.iter().enumerate() {
        let number = u16::try_from(place).unwrap_or(u16::MAX);
        let all = &evaluation.earned.parts;
        let mut parts = Vec::new();
        let mut earned = 0_i64;
        let mut lots: SmallVec<[(&LotTerms, i64); 4]> = SmallVec::new();
        for part in all.iter().filter(|part| part.wallet == number) {
            let Some((rule, terms)) = part.id_and_terms(scheme) else {
                continue;
            };
            if parts.is_empty() {
                parts = Vec::with_capacity(all.len());
            }
            parts.push(PartDecision {
                rule: rule.into(),
                wanted: Points::from_milli(part.wanted),
                points: Points::from_milli(part.granted),
            });
            earned = earned.saturating_add(part.granted);
            if part.granted <= 0 {
                continue;
            }
            match lots.iter_mut().find(|(known, _)| same(known, terms)) {
                Some((_, sum)) => *sum = sum.saturating_add(part.granted),
                None => lots.push((terms, part.granted)),
            }
        }
        let spent = spent(evaluation, number);
        if parts.is_empty() && spent == 0 {
            continue;
        }
        if found.is_empty() {
            found = Vec::with_capacity(scheme.wallets.len().saturating_sub(place));
        }
        found.push(WalletDecision {
            wallet: wallet.id.clone(),
            earned: Points::from_milli(earned),
            parts,
            lots: lots
                .into_iter()
                .filter_map(|(terms, points)| lot_decision(terms, points, context.at))
                .collect(),
            spent: Points::from_milli(spent),
        });
    }
    found
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

fn cards(context: &Context<'_>, evaluation: &Evaluation) -> Vec<CardDecision> {
    evaluation
        .stamps
        .iter()
        .filter_map(|stamps| {
            let card = context.scheme.cards.get(stamps.card)?;
            let steps = fill(card, context.account.card(&card.id), stamps.granted);
            let completed = steps.iter().filter(|step| step.completes).count();
            let last = steps.iter().rev().find(|step| !step.completes);
            Some(CardDecision {
                card: card.id.clone(),
                stamps: stamps.granted,
                completed: super::arith::small(completed),
                on_card: last.map_or(0, |step| step.after),
                target: card.target,
            })
        })
        .collect()
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

/// Why a rule of the scheme does or does not pay for a purchase, candidate or not.
///
/// # Errors
/// As [`quote`].
pub fn why_not(
    scheme: &Scheme,
    account: &Account,
    purchase: &Purchase,
    facts: &Facts,
    at: Moment,
    rule: &crate::id::RuleId,
    pool: Option<&Account>,
) -> Result<Option<Reason>, ActError> {
    let options = QuoteOptions {
        explain: true,
        pool,
    };
    let decision = quote(scheme, account, purchase, facts, at, options)?;
    let of_rule = |reason: &&Reason| {
        matches!(reason.about, About::Rule | About::Benefit) && reason.id == rule.as_str()
    };
    if let Some(found) = decision.reasons.iter().find(of_rule) {
        return Ok(Some(found.clone()));
    }
    let known = scheme.rules.iter().position(|known| known.id == *rule);
    let Some(place) = known else { return Ok(None) };
    let cart = Cart::try_new(scheme, purchase)?;
    let occurred = occurred_at(scheme, purchase.occurred_at, at)?;
    let context = Context::live(scheme, account, &cart, facts, occurred, pool);
    super::earn::why_not(&context, PartSource::Rule(super::arith::small(place)))
}
