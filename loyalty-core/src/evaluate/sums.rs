//! What every line is worth at each stage: of a priced cart, or of what is kept of a purchase.

use std::borrow::Cow;

use crate::ledger::{DiscountEntry, OfferSource, PurchaseEntry, Share, Source};
use crate::number::{Rounding, allocate, mul_div_round};
use crate::scheme::compiled::Scheme;
use crate::scheme::compiled_offer::OfferStage;
use crate::scheme::{OwnReward, TaxBase, TaxRounding};

use super::arith::{Checked, index};
use super::cart::Cart;
use super::context::{Amounts, Context};
use super::error::ActError;
use super::line_set::PerLine;
use super::price::{DiscountSource, Priced, is_item_reward, tax_in};
use super::runs::RunShare;
use crate::number::Sort;

/// Amounts by line in minor units of the cart's currency, and units. What a priced cart holds
/// already is borrowed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums<'a> {
    list: Cow<'a, [i64]>,
    after_item: Cow<'a, [i64]>,
    pub(crate) running: Cow<'a, [i64]>,
    /// What rewards, points and gift cards take off or pay, which few orders have.
    apart: Option<Box<Apart>>,
    pub(crate) paid_units: Cow<'a, [u32]>,
    pub(crate) all_units: Cow<'a, [u32]>,
    /// What is left of every delivery charge.
    shipping: Cow<'a, [i64]>,
}

/// Amounts by line; a list is empty while they are 0 on every line.
#[derive(Debug, Clone, Default)]
struct Apart {
    /// Taken off by the scheme's rewards and by points as a discount.
    own: Vec<i64>,
    /// Taken off by points as a discount that earn all the same.
    earning_points: Vec<i64>,
    /// Paid by points that do not earn.
    tender: Vec<i64>,
    /// Paid by gift card, where that does not earn.
    gift: Vec<i64>,
}

impl<'a> Sums<'a> {
    fn apart(&mut self) -> &mut Apart {
        self.apart.get_or_insert_default()
    }

    /// Of a priced cart, in `quantities` of its units.
    pub(crate) fn of_priced(
        scheme: &Scheme,
        cart: &'a Cart,
        priced: &'a Priced,
        quantities: Option<&'a [u32]>,
    ) -> Self {
        let all_units = quantities.unwrap_or(&cart.quantities);
        let list = match quantities {
            None => Cow::Borrowed(&*cart.lists),
            Some(units) => list_of(cart, units).collect(),
        };
        let paid_units = if priced.runs.any_free() {
            let mut paid = vec![0_u32; cart.lines.len()];
            for run in priced.runs.iter().filter(|run| !run.free) {
                if let Some(units) = paid.get_mut(index(run.line)) {
                    *units = units.saturating_add(run.count);
                }
            }
            Cow::Owned(paid)
        } else {
            Cow::Borrowed(all_units)
        };
        let mut sums = Self {
            list,
            after_item: Cow::Borrowed(&priced.after_item),
            running: Cow::Borrowed(&priced.runs.left),
            apart: None,
            paid_units,
            all_units: Cow::Borrowed(all_units),
            shipping: Cow::Borrowed(&priced.shipping),
        };
        for discount in priced.discounts.iter().chain(&priced.tenders) {
            let into = match discount.source {
                DiscountSource::Benefit(..)
                | DiscountSource::Offer(..)
                | DiscountSource::Deduction => continue,
                DiscountSource::Reward(_) => &mut sums.apart().own,
                DiscountSource::Points(slot) => {
                    let Some(payment) = priced.payments.get(slot) else {
                        continue;
                    };
                    let redemption = scheme
                        .wallets
                        .get(usize::from(payment.wallet))
                        .and_then(|wallet| wallet.redemption.as_ref());
                    match (payment.tender, redemption.is_some_and(|r| r.earns)) {
                        (true, true) => continue,
                        (true, false) => &mut sums.apart().tender,
                        (false, true) => &mut sums.apart().earning_points,
                        (false, false) => &mut sums.apart().own,
                    }
                }
            };
            for (line, amount) in discount.shares.amounts() {
                add(into, line, amount);
            }
        }
        for (place, gift) in priced.gift_shares.iter().enumerate() {
            add(&mut sums.apart().gift, place, *gift);
        }
        sums
    }

    /// Of what is kept of a purchase: the first `kept` units of every line, less amounts given back.
    pub(crate) fn of_kept(
        scheme: &Scheme,
        cart: &Cart,
        entry: &PurchaseEntry,
        kept: &[u32],
        given_back: &[i64],
        shipping: Vec<i64>,
    ) -> Self {
        let list: Vec<i64> = list_of(cart, kept).collect();
        let mut sums = Self {
            after_item: Cow::Owned(list.clone()),
            running: Cow::Owned(list.clone()),
            list: Cow::Owned(list),
            all_units: Cow::Owned(kept.to_vec()),
            ..Self::default()
        };
        for discount in &entry.discounts {
            sums.take_discount(scheme, discount, kept);
        }
        for tender in &entry.tenders {
            if !earns(scheme, &tender.source) {
                for share in &tender.shares {
                    add(
                        &mut sums.apart().tender,
                        index(share.line),
                        on_kept(share, kept),
                    );
                }
            }
        }
        let paid = cart.lines.iter().zip(kept).enumerate();
        let paid = paid.map(|(place, (line, units))| {
            units.saturating_sub(free_units(entry, place, line.price, *units))
        });
        sums.paid_units = paid.collect();
        sums.shipping = Cow::Owned(shipping);
        sums.less(given_back)
    }

    /// Less amounts given back.
    pub(crate) fn less(mut self, given_back: &[i64]) -> Self {
        for (place, back) in given_back.iter().enumerate() {
            for amounts in [&mut self.after_item, &mut self.running] {
                if let Some(amount) = amounts.to_mut().get_mut(place) {
                    *amount = amount.saturating_sub(*back).max(0);
                }
            }
        }
        self
    }

    fn take_discount(&mut self, scheme: &Scheme, discount: &DiscountEntry, kept: &[u32]) {
        let item = match &discount.source {
            Source::Reward(source) => scheme
                .rewards
                .iter()
                .find(|reward| reward.id == source.reward)
                .is_some_and(is_item_reward),
            Source::Benefit(source) => is_member_price(scheme, &source.benefit),
            Source::Points(_) | Source::Deduction(_) => false,
            Source::Offer(source) => is_item_offer(scheme, source),
        };
        for share in &discount.shares {
            let place = index(share.line);
            let amount = on_kept(share, kept);
            add(self.running.to_mut(), place, amount.saturating_neg());
            if item {
                add(self.after_item.to_mut(), place, amount.saturating_neg());
            }
            match &discount.source {
                Source::Benefit(_) | Source::Offer(_) | Source::Deduction(_) => {}
                Source::Points(_) if earns(scheme, &discount.source) => {
                    add(&mut self.apart().earning_points, place, amount);
                }
                Source::Points(_) | Source::Reward(_) => add(&mut self.apart().own, place, amount),
            }
        }
    }

    pub(crate) fn amounts(&self) -> Amounts<'_> {
        Amounts {
            list: &self.list,
            after_item: &self.after_item,
            running: &self.running,
            units: &self.paid_units,
        }
    }

    /// What amount-based rules multiply: by line, and for delivery, in the scheme's currency.
    pub(crate) fn earn_base(&self, context: &Context<'_>) -> Result<(PerLine<i64>, i64), ActError> {
        let mut base = match &self.apart {
            None => {
                let mut base = PerLine::from_slice(&self.running);
                for (left, all) in base.iter_mut().zip(&context.cart.eligible) {
                    *left = (*left & all).max(0);
                }
                base
            }
            Some(apart) => self.base_of_lines(context, apart)?,
        };
        // Most schemes earn nothing on delivery: an empty list costs nothing.
        let mut charges = match context.scheme.earn_base.shipping {
            true => self.shipping.to_vec(),
            false => Vec::new(),
        };
        if context.cart.taxed {
            convert_tax(context, &mut base, &mut charges)?;
        }
        let mut shipping = charges
            .iter()
            .fold(0_i64, |sum, left| sum.saturating_add(*left));
        if context.cart.foreign {
            exchange(context, &mut base)?;
            shipping = context.in_scheme(shipping).unwrap_or(0);
        }
        Ok((base, shipping))
    }

    /// What amount-based rules multiply on every line, where rewards or points paid for some of it.
    fn base_of_lines(
        &self,
        context: &Context<'_>,
        apart: &Apart,
    ) -> Result<PerLine<i64>, ActError> {
        let before = context.scheme.earn_base.own_reward == OwnReward::Before;
        let at = |amounts: &[i64], place: usize| amounts.get(place).copied().unwrap_or(0);
        let mut base = PerLine::new();
        for (place, (line, running)) in context.cart.lines.iter().zip(&*self.running).enumerate() {
            if !line.eligible {
                base.push(0);
                continue;
            }
            let mut amount = running.plus(at(&apart.earning_points, place))?;
            if before {
                amount = amount.plus(at(&apart.own, place))?;
            } else {
                amount = amount.minus(at(&apart.tender, place))?;
            }
            base.push(amount.minus(at(&apart.gift, place))?.max(0));
        }
        Ok(base)
    }
}

/// The units among the first `kept` ones of a line of which rewards and standing discounts left
/// nothing.
fn free_units(entry: &PurchaseEntry, place: usize, price: i64, kept: u32) -> u32 {
    if price == 0 {
        return 0;
    }
    let shares: Vec<&Share> = entry
        .discounts
        .iter()
        .filter(|discount| !matches!(discount.source, Source::Points(_) | Source::Deduction(_)))
        .flat_map(|discount| &discount.shares)
        .filter(|share| index(share.line) == place)
        .collect();
    if shares.is_empty() {
        return 0;
    }
    let mut cuts: Vec<u32> = shares
        .iter()
        .flat_map(|share| [share.first, share.first.saturating_add(share.count)])
        .chain([0, kept])
        .filter(|cut| *cut <= kept)
        .collect();
    cuts.order();
    cuts.dedup();
    cuts.windows(2)
        .filter_map(|pair| match pair {
            [from, to] => Some((*from, *to)),
            _ => None,
        })
        .filter(|(from, _)| {
            let off = shares
                .iter()
                .filter(|share| {
                    share.first <= *from && *from < share.first.saturating_add(share.count)
                })
                .fold(0_i64, |sum, share| sum.saturating_add(share.each.minor()));
            off >= price
        })
        .fold(0_u32, |sum, (from, to)| {
            sum.saturating_add(to.saturating_sub(from))
        })
}

/// A share's amount on what is kept of its line.
pub(crate) fn on_kept(share: &Share, kept: &[u32]) -> i64 {
    let units = kept.get(index(share.line)).copied().unwrap_or(0);
    run_share(share).on_first(units)
}

fn run_share(share: &Share) -> RunShare {
    RunShare {
        line: share.line,
        first: share.first,
        count: share.count,
        each: share.each.minor(),
    }
}

fn is_member_price(scheme: &Scheme, id: &crate::id::RuleId) -> bool {
    use crate::scheme::StandingAs;
    use crate::scheme::compiled::BenefitKind;
    scheme
        .ladders
        .iter()
        .flat_map(|ladder| ladder.tiers.iter())
        .flat_map(|tier| tier.benefits.iter())
        .any(|benefit| {
            benefit.id == *id
                && matches!(
                    benefit.kind,
                    BenefitKind::Discount {
                        as_: StandingAs::MemberPrice,
                        ..
                    }
                )
        })
}

/// Whether a benefit of an offer applies before the order's discounts.
fn is_item_offer(scheme: &Scheme, source: &OfferSource) -> bool {
    scheme
        .offers
        .iter()
        .find(|offer| offer.id == source.offer)
        .and_then(|offer| offer.benefits.get(usize::from(source.benefit)))
        .is_some_and(|benefit| benefit.stage < OfferStage::Order)
}

fn earns(scheme: &Scheme, source: &Source) -> bool {
    match source {
        Source::Points(source) => scheme
            .wallets
            .iter()
            .find(|wallet| wallet.id == source.wallet)
            .and_then(|wallet| wallet.redemption.as_ref())
            .is_some_and(|redemption| redemption.earns),
        Source::Reward(_) | Source::Benefit(_) | Source::Offer(_) | Source::Deduction(_) => false,
    }
}

/// Takes the tax out of the amounts of lines and delivery charges, or puts it on, as the scheme's
/// earn base asks; rounded as tax is.
fn convert_tax(
    context: &Context<'_>,
    base: &mut [i64],
    charges: &mut [i64],
) -> Result<(), ActError> {
    let cart = context.cart;
    let sign = match (context.scheme.earn_base.tax, cart.tax_included) {
        (TaxBase::Net, true) => -1,
        (TaxBase::Gross, false) => 1,
        _ => return Ok(()),
    };
    let of_lines = cart.lines.iter().map(|line| line.tax).zip(base);
    let of_charges = cart.shipping.iter().map(|charge| charge.tax).zip(charges);
    let mut amounts: Vec<_> = of_lines.chain(of_charges).collect();
    let mut rates: Vec<_> = amounts.iter().filter_map(|(rate, _)| *rate).collect();
    rates.order_by_key(|rate| (rate.num, rate.den));
    rates.dedup();
    for rate in rates {
        let weights: Vec<i64> = amounts
            .iter()
            .map(|(of, amount)| if *of == Some(rate) { **amount } else { 0 })
            .collect();
        let taxes = match context.scheme.tax_rounding {
            TaxRounding::PerLine => weights
                .iter()
                .map(|amount| tax_in(*amount, rate, cart.tax_included))
                .collect::<Result<_, _>>()?,
            TaxRounding::PerRate => {
                let sum = weights
                    .iter()
                    .fold(0_i64, |sum, weight| sum.saturating_add(*weight));
                match tax_in(sum, rate, cart.tax_included)? {
                    0 => continue,
                    tax => allocate(tax, &weights, None)?,
                }
            }
        };
        for ((_, amount), tax) in amounts.iter_mut().zip(taxes) {
            **amount = amount.plus(tax.times(sign)?)?.max(0);
        }
    }
    Ok(())
}

/// Exchanges the order's sum, half up, and shares it out by largest remainder.
fn exchange(context: &Context<'_>, base: &mut [i64]) -> Result<(), ActError> {
    let Some(rate) = context.cart.exchange else {
        base.iter_mut().for_each(|amount| *amount = 0);
        return Ok(());
    };
    let sum = base
        .iter()
        .fold(0_i64, |sum, amount| sum.saturating_add(*amount));
    let exchanged = mul_div_round(sum, rate.num, rate.den, Rounding::HalfUp)
        .ok_or_else(|| ActError::overflow("an exchange"))?;
    if sum == 0 {
        return Ok(());
    }
    let shares = allocate(exchanged, base, None)?;
    for (amount, share) in base.iter_mut().zip(shares) {
        *amount = share;
    }
    Ok(())
}

/// What so many units of every line cost at list prices.
fn list_of(cart: &Cart, units: &[u32]) -> impl Iterator<Item = i64> {
    let lines = cart.lines.iter().zip(units);
    lines.map(|(line, units)| line.price.saturating_mul(i64::from(*units)))
}

fn add(values: &mut Vec<i64>, place: usize, value: i64) {
    if value != 0 && values.len() <= place {
        values.resize(place.saturating_add(1), 0);
    }
    if let Some(slot) = values.get_mut(place) {
        *slot = slot.saturating_add(value);
    }
}
