//! A decision: what a member gets for a purchase, exactly and why.

use serde::Serialize;
use smol_str::SmolStr;

use crate::customer::Facts;
use crate::id::{CardId, LadderId, MemberId, PurchaseId, RewardId, TierId, WalletId};
use crate::ledger::{
    Account, Digest, DueCode, DueReferral, Head, Headroom, LedgerError, LedgerErrorKind,
};
use crate::number::{Currency, Money, Points};
use crate::purchase::{Line, Purchase};
use crate::scheme::Scheme;
use crate::time::{Deadline, Moment};

use super::cart::Cart;
use super::challenge::ChallengeStanding;
use super::context::Context;
use super::decision_json::decision_json;
use super::draft::Draft;
use super::due::anything_due;
use super::earn::PartSource;
use super::error::ActError;
use super::evaluation::{Evaluation, check_facts, evaluate, occurred_at, with_gifts};
pub use super::offers::told::{ChoiceDecision, CodeDecision, OfferDecision};
use super::reason::{About, Reason};

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
    let mut decision = Decision::blank(scheme, account, purchase, at);
    decision.requote(scheme, account, purchase, cart, facts, at, options)?;
    Ok(decision)
}

impl Decision {
    /// [`quote_cart`], written over this decision, whose memory is used again: for a host that
    /// decides often. Nothing of the earlier decision is left, whatever it was about; after an error
    /// it is as it was.
    ///
    /// # Errors
    /// As [`quote`].
    #[allow(clippy::too_many_arguments, reason = "those of `quote_cart`")]
    pub fn requote(
        &mut self,
        scheme: &Scheme,
        account: &Account,
        purchase: &Purchase,
        cart: &Cart,
        facts: &Facts,
        at: Moment,
        options: QuoteOptions<'_>,
    ) -> Result<(), ActError> {
        check_facts(facts)?;
        account.check_moment(at)?;
        let occurred = occurred_at(scheme, purchase.occurred_at, at)?;
        let moments = (at, occurred);
        if !anything_due(scheme, account, at) {
            return self.decide(scheme, account, purchase, cart, facts, moments, options);
        }
        // As a record would: what is due is looked at from the day of the purchase.
        let draft = Draft::look(scheme, account, at, Some(occurred))?;
        let account = &draft.account;
        self.decide(scheme, account, purchase, cart, facts, moments, options)
    }

    #[allow(clippy::too_many_arguments, reason = "those of `quote_cart`")]
    fn decide(
        &mut self,
        scheme: &Scheme,
        account: &Account,
        purchase: &Purchase,
        cart: &Cart,
        facts: &Facts,
        (at, occurred): (Moment, Moment),
        options: QuoteOptions<'_>,
    ) -> Result<(), ActError> {
        let explain = options.explain;
        let mut context = Context::live(scheme, account, cart, facts, occurred, options.pool);
        let mut evaluation = Evaluation::default();
        evaluate(&mut context, purchase, explain, &mut evaluation)?;
        if !evaluation.adds_gifts() {
            self.write(&context, purchase, &mut evaluation, at, explain);
            return Ok(());
        }
        let (purchase, cart) = with_gifts(scheme, purchase, &evaluation)?;
        let mut context = Context::live(scheme, account, &cart, facts, occurred, options.pool);
        let mut evaluation = Evaluation::default();
        evaluate(&mut context, &purchase, explain, &mut evaluation)?;
        self.write(&context, &purchase, &mut evaluation, at, explain);
        Ok(())
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
