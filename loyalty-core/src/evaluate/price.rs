//! Pricing: from list prices to what is due, in one visible order.
//!
//! member price → rewards on lines → standing discount → rewards on the order → points as discount
//! → delivery → tax → gift card → points as tender.

use crate::number::{Rounding, mul_div_round};
use crate::purchase::{Claim, PayPoints};
use crate::scheme::compiled::{BenefitKind, Gives, MinAmount, Rate, Reward, Target};
use crate::scheme::{Excess, StandingAs, UnitChoice};

use super::arith::{Checked, index, small};
use super::cart::CartLine;
use super::context::{Amounts, Context, Failure};
use super::error::ActError;
use super::purse::{Purse, Spend};
use super::reason::{About, Reason, Shortage};
use super::runs::{RunShare, Runs};

/// Where a discount comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiscountSource {
    /// The place in `used`.
    Reward(usize),
    /// The places of a ladder, a tier and a benefit.
    Benefit(u16, u16, u16),
    /// The place in `payments`.
    Points(usize),
}

/// A discount with its shares.
#[derive(Debug, Clone)]
pub(crate) struct Discount {
    pub(crate) source: DiscountSource,
    /// On goods.
    pub(crate) amount: i64,
    pub(crate) shares: Vec<RunShare>,
    /// On delivery charges.
    pub(crate) shipping: i64,
}

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
#[derive(Debug, Clone)]
pub(crate) struct Priced {
    pub(crate) runs: Runs,
    pub(crate) after_item: Vec<i64>,
    pub(crate) discounts: Vec<Discount>,
    pub(crate) tenders: Vec<Discount>,
    pub(crate) used: Vec<Used>,
    pub(crate) payments: Vec<Payment>,
    /// What is left of every delivery charge.
    pub(crate) shipping: Vec<i64>,
    pub(crate) tax: Vec<TaxGroup>,
    /// To pay, with tax and delivery, before tenders.
    pub(crate) total: i64,
    pub(crate) gift_card: i64,
    /// The gift card's shares on the lines, where earning leaves them out.
    pub(crate) gift_shares: Vec<i64>,
    /// Left to pay in money.
    pub(crate) due: i64,
    /// Whether a claim or a payment was refused.
    pub(crate) refused: Vec<Reason>,
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
    list: Vec<i64>,
    units: Vec<u32>,
    priced: Priced,
    purse: &'c mut Purse,
    reasons: Option<&'c mut Vec<Reason>>,
}

/// Prices a cart.
pub(crate) fn price<'c>(
    context: &'c Context<'_>,
    wishes: Wishes<'_>,
    purse: &'c mut Purse,
    reasons: Option<&'c mut Vec<Reason>>,
) -> Result<Priced, ActError> {
    let runs = Runs::of(context.cart, wishes.quantities);
    let list = runs.left.clone();
    let units = wishes.quantities.map_or_else(
        || {
            context
                .cart
                .lines
                .iter()
                .map(|line| line.quantity)
                .collect()
        },
        <[u32]>::to_vec,
    );
    let shipping = context
        .cart
        .shipping
        .iter()
        .map(|charge| charge.amount)
        .collect();
    let mut pricing = Pricing {
        context,
        list,
        units,
        priced: Priced {
            runs,
            after_item: Vec::new(),
            discounts: Vec::new(),
            tenders: Vec::new(),
            used: Vec::new(),
            payments: Vec::new(),
            shipping,
            tax: Vec::new(),
            total: 0,
            gift_card: 0,
            gift_shares: Vec::new(),
            due: 0,
            refused: Vec::new(),
        },
        purse,
        reasons,
    };
    pricing.standing(StandingAs::MemberPrice)?;
    pricing.claims(wishes.claims, Stage::Line)?;
    pricing.priced.after_item = pricing.priced.runs.left.clone();
    pricing.standing(StandingAs::Total)?;
    pricing.claims(wishes.claims, Stage::Order)?;
    pricing.priced.runs.mark_free();
    pricing.payments(wishes.pay_points, false)?;
    pricing.claims(wishes.claims, Stage::Shipping)?;
    pricing.free_shipping()?;
    pricing.total()?;
    pricing.gift_card()?;
    pricing.payments(wishes.pay_points, true)?;
    Ok(pricing.priced)
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

impl<'a> Pricing<'_, 'a> {
    fn left_of(&self, target: Option<&Target>) -> i64 {
        let cart = self.context.cart;
        cart.lines
            .iter()
            .zip(&self.priced.runs.left)
            .filter(|(line, _)| cart.counts(line, target))
            .fold(0_i64, |sum, (_, left)| sum.saturating_add(*left))
    }

    fn failure(&self, reward: &Reward) -> Option<Failure> {
        let when = reward.when.as_ref()?;
        let running = &self.priced.runs.left;
        let after_item = if self.priced.after_item.is_empty() {
            running
        } else {
            &self.priced.after_item
        };
        let amounts = Amounts {
            list: &self.list,
            after_item,
            running,
            units: &self.units,
        };
        self.context.failure(when, &amounts, None)
    }

    fn meets(&self, min: Option<&MinAmount>) -> Result<(), Option<i64>> {
        let Some(min) = min else { return Ok(()) };
        let running = &self.priced.runs.left;
        let after_item = if self.priced.after_item.is_empty() {
            running
        } else {
            &self.priced.after_item
        };
        let amounts = Amounts {
            list: &self.list,
            after_item,
            running,
            units: &self.units,
        };
        match self.context.worth(min.target.as_ref(), min.base, &amounts) {
            None => Err(None),
            Some(worth) if worth >= min.amount => Ok(()),
            Some(worth) => Err(Some(min.amount.saturating_sub(worth))),
        }
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
    fn standing(&mut self, rounding: StandingAs) -> Result<(), ActError> {
        let context = self.context;
        let mut best: Option<(i64, DiscountSource, Rate, Option<&'a Target>)> = None;
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
                if let Err(missing) = self.meets(min.as_ref()) {
                    self.explain(Reason {
                        about: About::Benefit,
                        id: benefit.id.as_str().into(),
                        code: if missing.is_some() {
                            "condition.min_amount"
                        } else {
                            "condition.currency"
                        },
                        wanted: None,
                        granted: None,
                        missing: missing.map(|minor| {
                            Shortage::Amount(crate::number::Money::of(
                                minor,
                                context.scheme.currency,
                            ))
                        }),
                        resets: None,
                    });
                    continue;
                }
                let worth = self.percent_of(*percent, self.left_of(target.as_ref()))?;
                let source = DiscountSource::Benefit(
                    u16::try_from(ladder_place).unwrap_or(u16::MAX),
                    held,
                    u16::try_from(place).unwrap_or(u16::MAX),
                );
                if worth > 0 && best.is_none_or(|(most, ..)| worth > most) {
                    best = Some((worth, source, *percent, target.as_ref()));
                }
            }
        }
        let Some((worth, source, percent, target)) = best else {
            return Ok(());
        };
        let mut shares = Vec::new();
        let cart = context.cart;
        let eligible = |place: usize| {
            cart.lines
                .get(place)
                .is_some_and(|line| cart.counts(line, target))
        };
        let amount = match rounding {
            StandingAs::Total => {
                self.priced.runs.apportion(worth, &eligible, &mut shares)?;
                worth
            }
            StandingAs::MemberPrice => {
                let mode = context.scheme.discount_rounding;
                let part = |left| mul_div_round(left, percent.num, percent.den, mode).unwrap_or(0);
                self.priced.runs.each_unit(&part, &eligible, &mut shares)?
            }
        };
        self.priced.discounts.push(Discount {
            source,
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

    /// The claimed rewards of a stage, in the order of the claims.
    fn claims(&mut self, claims: &[Claim], at: Stage) -> Result<(), ActError> {
        for claim in claims {
            let found = self
                .context
                .scheme
                .rewards
                .iter()
                .enumerate()
                .find(|(_, reward)| reward.id == claim.reward);
            let Some((place, reward)) = found else {
                if at == Stage::Line {
                    self.refuse(Self::about_reward(
                        claim.reward.as_str(),
                        "reward.unknown",
                        None,
                    ));
                }
                continue;
            };
            if stage(reward) != at {
                continue;
            }
            for _ in 0..claim.quantity {
                if !self.claim(small(place), reward)? {
                    break;
                }
            }
        }
        Ok(())
    }

    fn about_reward(id: &str, code: &'static str, missing: Option<Shortage>) -> Reason {
        Reason {
            about: About::Reward,
            id: id.into(),
            code,
            wanted: None,
            granted: None,
            missing,
            resets: None,
        }
    }

    /// Uses one reward; whether it was granted.
    fn claim(&mut self, place: u32, reward: &'a Reward) -> Result<bool, ActError> {
        if let Some(failure) = self.failure(reward) {
            let missing = failure
                .missing
                .map(|m| m.in_currency(self.context.scheme.currency));
            self.refuse(Self::about_reward(
                reward.id.as_str(),
                failure.code,
                missing,
            ));
            return Ok(false);
        }
        let found = self.purse.take_reward(self.context, place, reward);
        let (issue, spend) = match found {
            Ok(found) => found,
            Err(refusal) => {
                let missing = refusal.missing.map(Shortage::Points);
                self.refuse(Self::about_reward(
                    reward.id.as_str(),
                    refusal.code,
                    missing,
                ));
                return Ok(false);
            }
        };
        let slot = self.priced.used.len();
        let mut discount = Discount {
            source: DiscountSource::Reward(slot),
            amount: 0,
            shares: Vec::new(),
            shipping: 0,
        };
        let outcome = self.give(reward, &mut discount)?;
        if let Err(code) = outcome {
            self.purse.put_back(place, issue, spend);
            self.refuse(Self::about_reward(reward.id.as_str(), code, None));
            return Ok(false);
        }
        self.explain(Self::about_reward(reward.id.as_str(), "granted", None));
        self.priced.used.push(Used {
            reward: place,
            issue,
            spend,
        });
        if discount.amount > 0 || discount.shipping > 0 {
            self.priced.discounts.push(discount);
        }
        Ok(true)
    }

    /// Takes a reward's discount off the cart; the code of what stands in its way.
    fn give(
        &mut self,
        reward: &'a Reward,
        discount: &mut Discount,
    ) -> Result<Result<(), &'static str>, ActError> {
        let cart = self.context.cart;
        match &reward.gives {
            Gives::Points { .. } | Gives::Custom => Ok(Ok(())),
            Gives::Shipping { percent } => {
                discount.shipping = self.shipping_off(*percent)?;
                Ok(if discount.shipping > 0 {
                    Ok(())
                } else {
                    Err("reward.no_effect")
                })
            }
            Gives::FreeProduct {
                target,
                units,
                choice,
            } => {
                let picked = self.pick_units(target.as_ref(), *units, *choice);
                let worth = picked.iter().fold(0_i64, |sum, (line, units)| {
                    let price = cart.lines.get(index(*line)).map_or(0, |line| line.price);
                    sum.saturating_add(price.saturating_mul(i64::from(*units)))
                });
                if let Err(code) = self.allowed(reward, worth) {
                    return Ok(Err(code));
                }
                for (line, units) in picked {
                    let amount = self
                        .priced
                        .runs
                        .free_units(line, units, &mut discount.shares)?;
                    discount.amount = discount.amount.plus(amount)?;
                }
                Ok(if discount.amount > 0 {
                    Ok(())
                } else {
                    Err("reward.no_effect")
                })
            }
            Gives::Percent {
                percent,
                target,
                amount_max,
            } => {
                let left = self.left_of(target.as_ref());
                let mut worth = self.percent_of(*percent, left)?;
                if let Some(max) = amount_max {
                    match self.context.in_cart(*max) {
                        Some(max) => worth = worth.min(max),
                        None => return Ok(Err("condition.currency")),
                    }
                }
                self.take_off(reward, worth, target.as_ref(), discount)
            }
            Gives::Amount { amount, target } => {
                if cart.foreign {
                    return Ok(Err("condition.currency"));
                }
                let worth = (*amount).min(self.left_of(target.as_ref()));
                self.take_off(reward, worth, target.as_ref(), discount)
            }
        }
    }

    fn take_off(
        &mut self,
        reward: &Reward,
        worth: i64,
        target: Option<&Target>,
        discount: &mut Discount,
    ) -> Result<Result<(), &'static str>, ActError> {
        let cart = self.context.cart;
        let worth = match self.allowed(reward, worth) {
            Ok(worth) => worth,
            Err(code) => return Ok(Err(code)),
        };
        if worth == 0 {
            return Ok(Err("reward.no_effect"));
        }
        let eligible = |place: usize| {
            cart.lines
                .get(place)
                .is_some_and(|line| cart.counts(line, target))
        };
        self.priced
            .runs
            .apportion(worth, &eligible, &mut discount.shares)?;
        discount.amount = worth;
        Ok(Ok(()))
    }

    /// A reward's worth under its maximum share of the order.
    fn allowed(&self, reward: &Reward, worth: i64) -> Result<i64, &'static str> {
        let Some((share, excess)) = reward.max_share else {
            return Ok(worth);
        };
        let most =
            mul_div_round(self.left_of(None), share.num, share.den, Rounding::Floor).unwrap_or(0);
        if worth <= most {
            return Ok(worth);
        }
        let whole_units = matches!(reward.gives, Gives::FreeProduct { .. });
        match excess {
            Excess::Trim if !whole_units => Ok(most),
            Excess::Trim | Excess::Reject => Err("reward.excess"),
        }
    }

    /// Lines and units that become free.
    fn pick_units(
        &self,
        target: Option<&Target>,
        units: u32,
        choice: UnitChoice,
    ) -> Vec<(u32, u32)> {
        let cart = self.context.cart;
        let mut lines: Vec<(usize, &CartLine)> = cart
            .lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.price > 0 && cart.counts(line, target))
            .collect();
        match choice {
            UnitChoice::Cheapest => lines.sort_by_key(|(place, line)| (line.price, *place)),
            UnitChoice::Dearest => {
                lines.sort_by_key(|(place, line)| (std::cmp::Reverse(line.price), *place));
            }
            UnitChoice::LineOrder => {}
        }
        let mut wanted = units;
        let mut picked = Vec::new();
        for (place, _) in lines {
            let take = wanted.min(self.priced.runs.paid_units(place));
            if take > 0 {
                picked.push((small(place), take));
                wanted = wanted.saturating_sub(take);
            }
        }
        picked
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
                if self.meets(min.as_ref()).is_err() {
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
                        shares: Vec::new(),
                        shipping: off,
                    });
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Tax by rate, rounded once a rate, and the total.
    fn total(&mut self) -> Result<(), ActError> {
        let cart = self.context.cart;
        let goods = self
            .priced
            .runs
            .left
            .iter()
            .fold(0_i64, |sum, left| sum.saturating_add(*left));
        let shipping = self
            .priced
            .shipping
            .iter()
            .fold(0_i64, |sum, left| sum.saturating_add(*left));
        let mut total = goods.plus(shipping)?;
        if cart.taxed {
            let lines = cart
                .lines
                .iter()
                .map(|line| line.tax)
                .zip(&self.priced.runs.left);
            let charges = cart
                .shipping
                .iter()
                .map(|charge| charge.tax)
                .zip(&self.priced.shipping);
            let mut groups: Vec<TaxGroup> = Vec::new();
            for (rate, left) in lines.chain(charges) {
                let Some(rate) = rate else { continue };
                match groups.iter_mut().find(|group| group.rate == rate) {
                    Some(group) => group.base = group.base.plus(*left)?,
                    None => groups.push(TaxGroup {
                        rate,
                        base: *left,
                        tax: 0,
                    }),
                }
            }
            for group in &mut groups {
                group.tax = tax_in(group.base, group.rate, cart.tax_included)?;
                if !cart.tax_included {
                    total = total.plus(group.tax)?;
                }
            }
            self.priced.tax = groups;
        }
        self.priced.total = total;
        self.priced.due = total;
        Ok(())
    }

    fn gift_card(&mut self) -> Result<(), ActError> {
        let used = self.context.cart.gift_card.min(self.priced.due);
        self.priced.gift_card = used;
        self.priced.due = self.priced.due.minus(used)?;
        if used > 0 && self.context.scheme.earn_base.without_gift_card {
            let goods = self
                .priced
                .runs
                .left
                .iter()
                .fold(0_i64, |sum, left| sum.saturating_add(*left));
            let left = &self.priced.runs.left;
            self.priced.gift_shares = crate::number::allocate(used.min(goods), left, Some(left))?;
        }
        Ok(())
    }

    /// Points that pay, as a discount or as a tender.
    fn payments(&mut self, wishes: &[PayPoints], tender: bool) -> Result<(), ActError> {
        for wish in wishes {
            let scheme = self.context.scheme;
            let found = scheme
                .wallets
                .iter()
                .enumerate()
                .find(|(_, wallet)| wallet.id == wish.wallet)
                .and_then(|(place, wallet)| Some((place, wallet, wallet.redemption.as_ref()?)));
            let Some((place, wallet, redemption)) = found else {
                if !tender {
                    self.refuse(about_payment(wish, "payment.not_allowed", None));
                }
                continue;
            };
            if redemption.tender != tender {
                continue;
            }
            let place = u16::try_from(place).unwrap_or(u16::MAX);
            let target = redemption.target.as_ref();
            let goods = self.left_of(target);
            let base = if tender {
                goods.min(self.priced.due)
            } else {
                goods
            };
            let most = match redemption.share_max {
                None => base,
                Some(share) => {
                    let whole = if tender { self.priced.total } else { goods };
                    let most = mul_div_round(whole, share.num, share.den, Rounding::Floor);
                    base.min(most.unwrap_or(0))
                }
            };
            let offer = super::payment::Offer {
                wallet,
                redemption,
                wish,
                most,
            };
            match self.purse.pay(self.context, place, &offer)? {
                Err(refusal) => {
                    let missing = refusal.missing.map(Shortage::Points);
                    self.refuse(about_payment(wish, refusal.code, missing));
                }
                Ok((points, worth)) => {
                    let slot = self.priced.payments.len();
                    self.priced.payments.push(Payment {
                        wallet: place,
                        points,
                        worth,
                        tender,
                    });
                    self.apply_payment(slot, worth, target, tender)?;
                }
            }
        }
        Ok(())
    }

    fn apply_payment(
        &mut self,
        slot: usize,
        worth: i64,
        target: Option<&Target>,
        tender: bool,
    ) -> Result<(), ActError> {
        let cart = self.context.cart;
        let eligible = |place: usize| {
            cart.lines
                .get(place)
                .is_some_and(|line| cart.counts(line, target))
        };
        let source = DiscountSource::Points(slot);
        let mut shares = Vec::new();
        if tender {
            // A tender takes nothing off the prices: its shares are found on a copy.
            let mut runs = self.priced.runs.clone();
            for earlier in &self.priced.tenders {
                runs.take(&earlier.shares)?;
            }
            let open = runs
                .left
                .iter()
                .enumerate()
                .filter(|(place, _)| eligible(*place));
            let open = open.fold(0_i64, |sum, (_, left)| sum.saturating_add(*left));
            runs.apportion(worth.min(open), &eligible, &mut shares)?;
            self.priced.due = self.priced.due.minus(worth)?;
            self.priced.tenders.push(Discount {
                source,
                amount: worth,
                shares,
                shipping: 0,
            });
        } else {
            self.priced.runs.apportion(worth, &eligible, &mut shares)?;
            self.priced.discounts.push(Discount {
                source,
                amount: worth,
                shares,
                shipping: 0,
            });
        }
        Ok(())
    }
}

fn about_payment(wish: &PayPoints, code: &'static str, missing: Option<Shortage>) -> Reason {
    Reason {
        about: About::Payment,
        id: wish.wallet.as_str().into(),
        code,
        wanted: wish.points,
        granted: None,
        missing,
        resets: None,
    }
}

/// The tax in an amount that contains it, or on one that does not; half up.
pub(crate) fn tax_in(amount: i64, rate: Rate, included: bool) -> Result<i64, ActError> {
    let den = if included {
        rate.den.plus(rate.num)?
    } else {
        rate.den
    };
    mul_div_round(amount, rate.num, den, Rounding::HalfUp)
        .ok_or_else(|| ActError::overflow("a tax"))
}
