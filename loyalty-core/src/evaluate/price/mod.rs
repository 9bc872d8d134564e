//! Pricing: from list prices to what is due, in one visible order.
//!
//! member price → rewards on lines → standing discount → rewards on the order → what is taken off by
//! hand → points as discount → delivery → tax → gift card → points as tender.

mod rewards;
mod tenders;

pub(super) use tenders::tax_in;

use smallvec::SmallVec;

use crate::number::{Rounding, mul_div_round};
use crate::purchase::{Claim, PayPoints};
use crate::scheme::compiled::{Benefit, BenefitKind, Gives, MinAmount, Rate, Reward, Target};
use crate::scheme::compiled_offer::OfferStage;
use crate::scheme::{Excess, StandingAs, TaxRounding, UnitChoice};

use crate::evaluate::arith::{Checked, small, sum};
use crate::evaluate::cart::CartLine;
use crate::evaluate::context::{Amounts, Context, Failure};
use crate::evaluate::error::ActError;
use crate::evaluate::line_set::PerLine;
use crate::evaluate::offers::{Goods, Offered, Offers};
use crate::evaluate::purse::{Purse, Spend};
use crate::evaluate::reason::{About, Reason, Shortage};
use crate::evaluate::runs::{Runs, Shares};

/// Where a discount comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiscountSource {
    /// The place in `used`.
    Reward(usize),
    /// The places of a ladder, a tier and a benefit.
    Benefit(u16, u16, u16),
    /// The place in `payments`.
    Points(usize),
    /// The places of an offer and of its benefit.
    Offer(u32, u16),
    /// What is taken off by hand.
    Deduction,
}

/// A discount with its shares.
#[derive(Debug, Clone)]
pub(crate) struct Discount {
    pub(crate) source: DiscountSource,
    /// On goods.
    pub(crate) amount: i64,
    pub(crate) shares: Shares,
    /// On delivery charges.
    pub(crate) shipping: i64,
}

/// Discounts, in the order in which they were applied.
pub(crate) type Discounts = SmallVec<[Discount; 2]>;

/// A reward that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Used {
    /// The place of the reward in the scheme.
    pub(crate) reward: u32,
    /// The issue that is used; bought when it is none.
    pub(crate) issue: Option<u64>,
    /// What it costs when it is bought.
    pub(crate) spend: Option<Spend>,
}

/// Points that pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Payment {
    pub(crate) wallet: u16,
    /// Milli-points.
    pub(crate) points: i64,
    /// Minor units of the cart's currency.
    pub(crate) worth: i64,
    pub(crate) tender: bool,
}

/// A priced cart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Priced {
    pub(crate) runs: Runs,
    /// What the discounts before the order's leave, of all bands; empty before the first of those.
    pub(crate) after_item: PerLine<i64>,
    pub(crate) discounts: Discounts,
    /// Points that pay as money, which few orders have.
    pub(crate) tenders: Vec<Discount>,
    pub(crate) used: Vec<Used>,
    pub(crate) payments: Vec<Payment>,
    /// What is left of every delivery charge.
    pub(crate) shipping: Vec<i64>,
    pub(crate) tax: Vec<TaxGroup>,
    /// The shop's own tax.
    pub(crate) tax_amount: i64,
    /// What is left of the goods, and of the delivery charges.
    pub(crate) goods: i64,
    pub(crate) delivery: i64,
    /// To pay, with tax and delivery, before tenders.
    pub(crate) total: i64,
    pub(crate) gift_card: i64,
    /// The gift card's shares on the lines, where earning leaves them out.
    pub(crate) gift_shares: Vec<i64>,
    /// Left to pay in money.
    pub(crate) due: i64,
    /// Whether a claim or a payment was refused.
    pub(crate) refused: Vec<Reason>,
    /// What became of the offers, if there are any or codes were entered.
    pub(crate) offered: Option<Box<Offered>>,
}

impl Priced {
    /// What is to pay in money: by card, cash or gift card.
    pub(crate) fn due_in_money(&self) -> i64 {
        self.due.saturating_add(self.gift_card)
    }
}

/// The tax at one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TaxGroup {
    pub(crate) rate: Rate,
    /// The amount that the rate applies to, as priced.
    pub(crate) base: i64,
    pub(crate) tax: i64,
}

/// What the member asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wishes<'a> {
    pub(crate) claims: &'a [Claim],
    pub(crate) pay_points: &'a [PayPoints],
    /// Units of every line; the cart's own when none.
    pub(crate) quantities: Option<&'a [u32]>,
}

struct Pricing<'c, 'a> {
    context: &'c Context<'a>,
    list: &'c [i64],
    units: &'c [u32],
    priced: &'c mut Priced,
    purse: &'c mut Purse,
    reasons: Option<&'c mut Vec<Reason>>,
}

/// Prices a cart. `priced` must be empty.
pub(crate) fn price(
    context: &Context<'_>,
    wishes: Wishes<'_>,
    purse: &mut Purse,
    reasons: Option<&mut Vec<Reason>>,
    priced: &mut Priced,
) -> Result<(), ActError> {
    let cart = context.cart;
    priced.runs.fill(cart, wishes.quantities);
    let charges = cart.shipping.iter();
    priced.shipping.extend(charges.map(|charge| charge.amount));
    let list: PerLine<i64>;
    let (list, units) = match wishes.quantities {
        None => (&*cart.lists, &*cart.quantities),
        Some(units) => {
            list = priced.runs.left.clone();
            (&*list, units)
        }
    };
    let mut pricing = Pricing {
        context,
        list,
        units,
        priced,
        purse,
        reasons,
    };
    let mut offers = pricing.offers(wishes.claims)?;
    let bands = offers
        .as_ref()
        .map_or_else(first_band, |offers| offers.bands());
    for band in bands.iter().copied() {
        pricing.begin_band(&mut offers, band)?;
        pricing.offer_stage(&mut offers, OfferStage::Catalogue)?;
        if band == 0 {
            pricing.standing(StandingAs::MemberPrice)?;
        }
        pricing.offer_stage(&mut offers, OfferStage::Item)?;
        if band == 0 {
            pricing.claim_stage(wishes.claims, Stage::Line)?;
        }
        pricing.offer_stage(&mut offers, OfferStage::Multi)?;
        if pricing.priced.after_item.is_empty() {
            pricing.priced.after_item = pricing.priced.runs.left.clone();
        }
        if band == 0 {
            pricing.standing(StandingAs::Total)?;
        }
        pricing.offer_stage(&mut offers, OfferStage::Order)?;
        if band == 0 {
            pricing.claim_stage(wishes.claims, Stage::Order)?;
        }
    }
    pricing.priced.runs.mark_free();
    pricing.deduct()?;
    pricing.payment_stage(wishes.pay_points, false)?;
    pricing.offer_stage(&mut offers, OfferStage::Shipping)?;
    if let Some(offers) = offers {
        pricing.priced.offered = Some(Box::new(offers.finish()));
    }
    pricing.claim_stage(wishes.claims, Stage::Shipping)?;
    if !cart.shipping.is_empty() {
        pricing.free_shipping()?;
    }
    pricing.total()?;
    if cart.gift_card > 0 {
        pricing.gift_card()?;
    }
    pricing.payment_stage(wishes.pay_points, true)
}

/// The band of a scheme without offers.
fn first_band() -> SmallVec<[u16; 4]> {
    SmallVec::from_buf_and_len([0; 4], 1)
}

/// The stage at which a reward works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Line,
    Order,
    Shipping,
}

fn stage(reward: &Reward) -> Stage {
    match &reward.gives {
        Gives::FreeProduct { .. }
        | Gives::Percent {
            target: Some(_), ..
        }
        | Gives::Amount {
            target: Some(_), ..
        } => Stage::Line,
        Gives::Percent { target: None, .. }
        | Gives::Amount { target: None, .. }
        | Gives::Points { .. }
        | Gives::Custom => Stage::Order,
        Gives::Shipping { .. } => Stage::Shipping,
    }
}

/// Whether a reward lowers single lines, before the order's discounts.
pub(crate) fn is_item_reward(reward: &Reward) -> bool {
    stage(reward) == Stage::Line
}

impl<'c, 'a> Pricing<'c, 'a> {
    /// The offers; nothing when there is none and no code that asks for a verdict.
    fn offers(&mut self, claims: &[Claim]) -> Result<Option<Box<Offers<'c, 'a>>>, ActError> {
        let context = self.context;
        if context.scheme.offers.is_empty() && context.cart.entered.is_empty() {
            return Ok(None);
        }
        let offers = Offers::new(context, claims, self.list, self.units, &mut self.purse.met)?;
        Ok(Some(Box::new(offers)))
    }

    fn begin_band(
        &mut self,
        offers: &mut Option<Box<Offers<'c, 'a>>>,
        band: u16,
    ) -> Result<(), ActError> {
        let Some(offers) = offers.as_mut().filter(|offers| !offers.is_empty()) else {
            return Ok(());
        };
        let goods = self.goods();
        let begun = offers.begin(band, &goods);
        self.put_goods(goods);
        begun
    }

    /// The chosen offers of a stage.
    #[inline(always)]
    fn offer_stage(
        &mut self,
        offers: &mut Option<Box<Offers<'c, 'a>>>,
        stage: OfferStage,
    ) -> Result<(), ActError> {
        match offers.as_mut().filter(|offers| !offers.is_empty()) {
            Some(offers) => self.apply_offers(offers, stage),
            None => Ok(()),
        }
    }

    /// The rewards of a stage that are claimed.
    #[inline(always)]
    fn claim_stage(&mut self, claims: &[Claim], at: Stage) -> Result<(), ActError> {
        if claims.is_empty() {
            return Ok(());
        }
        self.claims(claims, at)
    }

    /// Points that pay, as a discount or as a tender.
    #[inline(always)]
    fn payment_stage(&mut self, wishes: &[PayPoints], tender: bool) -> Result<(), ActError> {
        if wishes.is_empty() {
            return Ok(());
        }
        self.payments(wishes, tender)
    }

    fn apply_offers(
        &mut self,
        offers: &mut Offers<'c, 'a>,
        stage: OfferStage,
    ) -> Result<(), ActError> {
        let mut goods = self.goods();
        let applied = offers.apply(stage, &mut goods, &mut self.priced.discounts);
        self.put_goods(goods);
        applied
    }

    /// Hands over what is left; [`Pricing::put_goods`] takes it back.
    fn goods(&mut self) -> Goods {
        self.priced.runs.make();
        Goods {
            runs: std::mem::take(&mut self.priced.runs),
            after_item: std::mem::take(&mut self.priced.after_item),
            shipping: std::mem::take(&mut self.priced.shipping),
        }
    }

    fn put_goods(&mut self, goods: Goods) {
        self.priced.runs = goods.runs;
        self.priced.after_item = goods.after_item;
        self.priced.shipping = goods.shipping;
    }

    /// What is left on every line that counts for a target, and its sum.
    fn eligible(&self, target: Option<&Target>) -> (PerLine<i64>, i64) {
        let cart = self.context.cart;
        let mut eligible = self.priced.runs.left.clone();
        for (left, all) in eligible.iter_mut().zip(&cart.eligible) {
            *left &= all;
        }
        if let Some(target) = target {
            for (line, left) in cart.lines.iter().zip(&mut eligible) {
                if !cart.matches(line, target) {
                    *left = 0;
                }
            }
        }
        let left = sum(eligible.iter().copied());
        (eligible, left)
    }

    fn left_of(&self, target: Option<&Target>) -> i64 {
        let left = &self.priced.runs.left;
        self.context.cart.sum_counting(target, left)
    }

    /// What is left so far.
    fn amounts(&self) -> Amounts<'_> {
        let running = &self.priced.runs.left;
        let after_item = if self.priced.after_item.is_empty() {
            running
        } else {
            &self.priced.after_item
        };
        Amounts {
            list: self.list,
            after_item,
            running,
            units: self.units,
        }
    }

    fn failure(&self, reward: &Reward) -> Option<Failure> {
        let when = reward.when.as_ref()?;
        self.context.failure(when, &self.amounts(), None)
    }

    fn meets(&self, min: Option<&MinAmount>) -> Result<(), Option<i64>> {
        let Some(min) = min else { return Ok(()) };
        match self
            .context
            .worth(min.target.as_ref(), min.base, min.tax, &self.amounts())
        {
            None => Err(None),
            Some(worth) if worth >= min.amount => Ok(()),
            Some(worth) => Err(Some(min.amount.saturating_sub(worth))),
        }
    }

    /// Whether a tier's benefit has the amount that it asks for; how far off it is, is explained.
    fn grants(&mut self, benefit: &Benefit, min: Option<&MinAmount>) -> bool {
        let Err(missing) = self.meets(min) else {
            return true;
        };
        let currency = self.context.scheme.currency;
        self.explain(Reason {
            about: About::Benefit,
            id: benefit.id.as_str().into(),
            code: match missing {
                Some(_) => "condition.min_amount",
                None => "condition.currency",
            },
            wanted: None,
            granted: None,
            missing: missing
                .map(|minor| Shortage::Amount(crate::number::Money::of(minor, currency))),
            resets: None,
        });
        false
    }

    fn explain(&mut self, reason: Reason) {
        if let Some(reasons) = self.reasons.as_deref_mut() {
            reasons.push(reason);
        }
    }

    fn refuse(&mut self, reason: Reason) {
        self.priced.refused.push(reason.clone());
        self.explain(reason);
    }

    /// The best standing discount of the tiers held.
    #[inline]
    fn standing(&mut self, rounding: StandingAs) -> Result<(), ActError> {
        let flags = &self.context.scheme.flags;
        let any = match rounding {
            StandingAs::MemberPrice => flags.member_prices,
            StandingAs::Total => flags.standing_discounts,
        };
        if any {
            self.best_standing(rounding)
        } else {
            Ok(())
        }
    }

    fn best_standing(&mut self, rounding: StandingAs) -> Result<(), ActError> {
        let context = self.context;
        let mut best: Option<(i64, DiscountSource, Rate, Option<&'a Target>)> = None;
        let mut weights = PerLine::new();
        for (ladder_place, (ladder, held)) in context
            .scheme
            .ladders
            .iter()
            .zip(&context.tiers)
            .enumerate()
        {
            let Some(held) = *held else { continue };
            let Some(tier) = ladder.tiers.get(usize::from(held)) else {
                continue;
            };
            for (place, benefit) in tier.benefits.iter().enumerate() {
                let BenefitKind::Discount {
                    percent,
                    target,
                    min,
                    as_,
                } = &benefit.kind
                else {
                    continue;
                };
                if *as_ != rounding {
                    continue;
                }
                if !self.grants(benefit, min.as_ref()) {
                    continue;
                }
                let (eligible, left) = self.eligible(target.as_ref());
                let worth = self.percent_of(*percent, left)?;
                let source = DiscountSource::Benefit(
                    u16::try_from(ladder_place).unwrap_or(u16::MAX),
                    held,
                    u16::try_from(place).unwrap_or(u16::MAX),
                );
                if worth > 0 && best.is_none_or(|(most, ..)| worth > most) {
                    best = Some((worth, source, *percent, target.as_ref()));
                    weights = eligible;
                }
            }
        }
        let Some((worth, source, percent, target)) = best else {
            return Ok(());
        };
        let mut shares = Shares::default();
        let runs = &mut self.priced.runs;
        let amount = match rounding {
            StandingAs::Total => {
                runs.apportion_by(worth, weights, &mut shares)?;
                worth
            }
            StandingAs::MemberPrice => {
                let cart = context.cart;
                let eligible = |place: usize| {
                    let line = cart.lines.get(place);
                    line.is_some_and(|line| cart.counts(line, target))
                };
                let mode = context.scheme.discount_rounding;
                let part = |left| mul_div_round(left, percent.num, percent.den, mode).unwrap_or(0);
                runs.each_unit(part, eligible, &mut shares)?
            }
        };
        if amount == 0 {
            return Ok(());
        }
        self.priced.discounts.push(Discount {
            source,
            amount,
            shares,
            shipping: 0,
        });
        Ok(())
    }

    /// Takes off what is taken off by hand, as far as goods are left.
    fn deduct(&mut self) -> Result<(), ActError> {
        let wanted = self.context.cart.deduction;
        if wanted == 0 {
            return Ok(());
        }
        let amount = wanted.min(sum(self.priced.runs.left.iter().copied()));
        if amount == 0 {
            return Ok(());
        }
        let mut shares = Shares::default();
        self.priced.runs.apportion(amount, |_| true, &mut shares)?;
        self.priced.discounts.push(Discount {
            source: DiscountSource::Deduction,
            amount,
            shares,
            shipping: 0,
        });
        Ok(())
    }

    fn percent_of(&self, percent: Rate, amount: i64) -> Result<i64, ActError> {
        mul_div_round(
            amount,
            percent.num,
            percent.den,
            self.context.scheme.discount_rounding,
        )
        .ok_or_else(|| ActError::overflow("a percentage"))
    }

    fn shipping_off(&mut self, percent: Rate) -> Result<i64, ActError> {
        let mode = self.context.scheme.discount_rounding;
        let mut off = 0_i64;
        for left in &mut self.priced.shipping {
            let part = mul_div_round(*left, percent.num, percent.den, mode)
                .unwrap_or(0)
                .min(*left);
            *left = left.minus(part)?;
            off = off.plus(part)?;
        }
        Ok(off)
    }

    fn free_shipping(&mut self) -> Result<(), ActError> {
        if self.priced.shipping.iter().all(|left| *left == 0) {
            return Ok(());
        }
        let context = self.context;
        for (ladder_place, (ladder, held)) in context
            .scheme
            .ladders
            .iter()
            .zip(&context.tiers)
            .enumerate()
        {
            let Some(held) = *held else { continue };
            let Some(tier) = ladder.tiers.get(usize::from(held)) else {
                continue;
            };
            for (place, benefit) in tier.benefits.iter().enumerate() {
                let BenefitKind::FreeShipping { min } = &benefit.kind else {
                    continue;
                };
                if !self.grants(benefit, min.as_ref()) {
                    continue;
                }
                let off = self.shipping_off(Rate { num: 1, den: 1 })?;
                if off > 0 {
                    let source = DiscountSource::Benefit(
                        u16::try_from(ladder_place).unwrap_or(u16::MAX),
                        held,
                        u16::try_from(place).unwrap_or(u16::MAX),
                    );
                    self.priced.discounts.push(Discount {
                        source,
                        amount: 0,
                        shares: Shares::default(),
                        shipping: off,
                    });
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
