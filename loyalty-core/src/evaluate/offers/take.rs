//! What benefits take off, and how it is shared out over units.

use crate::number::{Rounding, allocate, mul_div_round};
use crate::purchase::Line;
use crate::scheme::compiled::{Rate, Sym};
use crate::scheme::compiled_offer::{
    Amounts, Gift, Offer, OfferBenefit, OfferGives, PerUnits, ShippingOff, Step, StepOff,
};
use crate::scheme::{AmountPer, PercentOf, PercentPer, Remainder, StepBy, TaxBase};

use crate::evaluate::arith::{Checked, index};
use crate::evaluate::error::ActError;
use crate::evaluate::price::tax_in;
use crate::evaluate::reason::Missing;
use crate::evaluate::runs::RunShare;

use super::pick::{Pick, Picked};
use super::{Candidate, Found, Goods, Offers};

/// What is taken off units that are taken so many times.
type Worth<'w> = dyn Fn(i64, &[Pick]) -> Result<i64, ActError> + 'w;

/// The units of one line among the picked ones.
struct OfLine {
    line: u32,
    /// Where its picks begin and end.
    from: usize,
    to: usize,
    /// What shares follow.
    weight: i64,
    /// What can be taken off at most.
    room: i64,
}

impl Offers<'_, '_> {
    /// Takes a benefit on goods off.
    pub(super) fn take(
        &mut self,
        slot: usize,
        benefit: &OfferBenefit,
        goods: &mut Goods,
    ) -> Result<Found, ActError> {
        let sets = benefit.on.sets.as_ref();
        let by_worth = sets.is_some_and(|sets| sets.parts.iter().any(|part| part.worth.is_some()));
        if by_worth && self.context.cart.foreign {
            return Ok(Found::nothing("condition.currency"));
        }
        let picked = self.pick(slot, benefit, goods);
        let shared = matches!(
            benefit.gives,
            OfferGives::Amount {
                and_shipping: true,
                ..
            }
        );
        if picked.picks.is_empty() && !shared {
            return Ok(Found::nothing("offer.no_line"));
        }
        let parts = match &benefit.gives {
            OfferGives::Percent {
                percent,
                per,
                of,
                max,
            } => self.percent(slot, *percent, *per, *of, *max, benefit.tax, &picked)?,
            OfferGives::Amount {
                amount,
                per,
                and_shipping,
            } => {
                if *and_shipping {
                    return self.take_with_shipping(slot, amount, &picked, goods);
                }
                self.amount(slot, amount, *per, benefit.tax, &picked)?
            }
            OfferGives::Price { price, per } => {
                self.price(slot, price, *per, benefit.tax, &picked)?
            }
            OfferGives::Steps {
                by,
                base,
                measure,
                steps,
                per,
                of,
                max,
            } => {
                let measured = measure.as_ref().or(benefit.on.target.as_ref());
                let amounts = self.amounts(goods);
                let value = match by {
                    StepBy::Amount => self.context.worth(measured, *base, benefit.tax, &amounts),
                    StepBy::Quantity => Some(i64::from(self.context.units(measured, &amounts))),
                };
                let Some(value) = value else {
                    return Ok(Found::nothing("condition.currency"));
                };
                let Some(step) = steps.iter().rev().find(|step| step.from <= value) else {
                    return Ok(below(steps, value, *by));
                };
                match step.off {
                    StepOff::Percent(percent) => {
                        self.percent(slot, percent, *per, *of, *max, benefit.tax, &picked)?
                    }
                    StepOff::Amount(amount) => {
                        let amount = max.map_or(amount, |max| amount.min(max));
                        let amount = Amounts {
                            own: amount,
                            others: Box::default(),
                        };
                        self.amount(slot, &amount, AmountPer::Total, benefit.tax, &picked)?
                    }
                }
            }
            OfferGives::Shipping { .. }
            | OfferGives::Gift(_)
            | OfferGives::Reward(..)
            | OfferGives::Code(_) => {
                return Ok(Found::nothing("offer.no_effect"));
            }
        };
        match parts {
            Err(code) => Ok(Found::nothing(code)),
            Ok(parts) => {
                let mut found = settle(&picked.picks, &parts, goods)?;
                found.sets = benefit.on.sets.is_some().then_some(picked.sets);
                found.used = match picked.taken.is_empty() {
                    true => picked.picks,
                    false => picked.taken,
                };
                Ok(found)
            }
        }
    }

    /// A percentage of every unit, of every line, or of all together.
    #[allow(clippy::too_many_arguments, reason = "the fields of one benefit")]
    fn percent(
        &self,
        slot: usize,
        percent: Rate,
        per: PercentPer,
        of: PercentOf,
        max: Option<i64>,
        tax: TaxBase,
        picked: &Picked,
    ) -> Result<Result<Vec<i64>, &'static str>, ActError> {
        let max = match max {
            None => None,
            Some(_) if self.context.cart.foreign => return Ok(Err("condition.currency")),
            Some(max) => Some(self.as_priced(max, tax, &picked.picks)?),
        };
        let bases: Vec<i64> = picked
            .picks
            .iter()
            .map(|pick| self.base(pick, of))
            .collect();
        let rounding = self.context.scheme.discount_rounding;
        let part = |amount: i64| {
            mul_div_round(amount, percent.num, percent.den, rounding)
                .ok_or_else(|| ActError::overflow("a percentage"))
        };
        let sum = |values: &[i64]| values.iter().fold(0_i64, |sum, v| sum.saturating_add(*v));
        match per {
            PercentPer::Total => {
                let worth = part(sum(&bases))?;
                let worth = max.map_or(worth, |max| worth.min(max));
                self.shared(slot, worth, &picked.picks, Some(&bases))
            }
            PercentPer::Line => {
                let lines = self.lines_of(&picked.picks, Some(&bases))?;
                let mut parts = vec![0_i64; picked.picks.len()];
                for of_line in &lines {
                    let own = bases.get(of_line.from..of_line.to).unwrap_or(&[]);
                    let worth = part(sum(own))?.min(of_line.room);
                    self.share_in_line(worth, of_line, &picked.picks, Some(&bases), &mut parts)?;
                }
                self.limited(slot, max, parts, &picked.picks)
            }
            PercentPer::Unit => {
                let mut parts = Vec::with_capacity(picked.picks.len());
                for (pick, base) in picked.picks.iter().zip(&bases) {
                    let count = i64::from(pick.count);
                    let each = base.checked_div(count).unwrap_or(0);
                    let room = self.room(pick);
                    parts.push(part(each)?.min(room).times(count)?);
                }
                self.limited(slot, max, parts, &picked.picks)
            }
        }
    }

    /// An amount for every unit, line or set, or for all together.
    fn amount(
        &self,
        slot: usize,
        amount: &Amounts,
        per: AmountPer,
        tax: TaxBase,
        picked: &Picked,
    ) -> Result<Result<Vec<i64>, &'static str>, ActError> {
        let cart = self.context.cart;
        let Some(amount) = amount.of(cart.currency, self.context.scheme.currency) else {
            return Ok(Err("condition.currency"));
        };
        self.off(slot, per, picked, &|times, picks| {
            self.as_priced(amount.times(times)?, tax, picks)
        })
    }

    /// What is above a price, for every unit, line or set, or for all together.
    fn price(
        &self,
        slot: usize,
        price: &Amounts,
        per: AmountPer,
        tax: TaxBase,
        picked: &Picked,
    ) -> Result<Result<Vec<i64>, &'static str>, ActError> {
        let cart = self.context.cart;
        let Some(price) = price.of(cart.currency, self.context.scheme.currency) else {
            return Ok(Err("condition.currency"));
        };
        self.off(slot, per, picked, &|times, picks| {
            let price = self.as_priced(price.times(times)?, tax, picks)?;
            Ok(left_of(picks)?.saturating_sub(price).max(0))
        })
    }

    /// What is taken off every unit, line or set, or all together, where `worth` says what it is for
    /// units that are taken so many times.
    fn off(
        &self,
        slot: usize,
        per: AmountPer,
        picked: &Picked,
        worth: &Worth<'_>,
    ) -> Result<Result<Vec<i64>, &'static str>, ActError> {
        let picks = &picked.picks;
        match per {
            AmountPer::Total => self.shared(slot, worth(1, picks)?, picks, None),
            AmountPer::Set => self.shared(slot, worth(i64::from(picked.sets), picks)?, picks, None),
            AmountPer::Line => {
                let mut parts = vec![0_i64; picks.len()];
                for of_line in &self.lines_of(picks, None)? {
                    let own = picks.get(of_line.from..of_line.to).unwrap_or(&[]);
                    let part = worth(1, own)?.min(of_line.room);
                    self.share_in_line(part, of_line, picks, None, &mut parts)?;
                }
                self.limited(slot, None, parts, picks)
            }
            AmountPer::Unit => {
                let mut parts = Vec::with_capacity(picks.len());
                for pick in picks {
                    let each = worth(1, &[Pick { count: 1, ..*pick }])?;
                    parts.push(each.min(self.room(pick)).times(i64::from(pick.count))?);
                }
                self.limited(slot, None, parts, picks)
            }
        }
    }

    /// Shares an amount out over the picked units, as much of it as they have and the budget allows.
    fn shared(
        &self,
        slot: usize,
        amount: i64,
        picks: &[Pick],
        bases: Option<&[i64]>,
    ) -> Result<Result<Vec<i64>, &'static str>, ActError> {
        let lines = self.lines_of(picks, bases)?;
        let room = lines
            .iter()
            .filter(|line| line.weight > 0)
            .fold(0_i64, |sum, line| sum.saturating_add(line.room));
        let amount = match self.within_budget(slot, amount.min(room)) {
            Ok(amount) => amount,
            Err(code) => return Ok(Err(code)),
        };
        let mut parts = vec![0_i64; picks.len()];
        let of_lines = self.over_lines(amount, &lines)?;
        for (line, part) in lines.iter().zip(of_lines) {
            self.share_in_line(part, line, picks, bases, &mut parts)?;
        }
        Ok(Ok(parts))
    }

    /// Parts found unit by unit, under a maximum and the budget: above these, they are shared out
    /// anew.
    fn limited(
        &self,
        slot: usize,
        max: Option<i64>,
        parts: Vec<i64>,
        picks: &[Pick],
    ) -> Result<Result<Vec<i64>, &'static str>, ActError> {
        let whole = parts
            .iter()
            .fold(0_i64, |sum, part| sum.saturating_add(*part));
        let most = max.map_or(whole, |max| whole.min(max));
        match self.within_budget(slot, most) {
            Err(code) => Ok(Err(code)),
            Ok(most) if most == whole => Ok(Ok(parts)),
            Ok(most) => self.shared(slot, most, picks, Some(&parts)),
        }
    }

    /// Shares an amount out over lines, as the scheme says where the remainder goes.
    fn over_lines(&self, amount: i64, lines: &[OfLine]) -> Result<Vec<i64>, ActError> {
        let weights: Vec<i64> = lines.iter().map(|line| line.weight).collect();
        let rooms: Vec<i64> = lines.iter().map(|line| line.room).collect();
        let remainder = self.context.scheme.stacking.remainder;
        if remainder == Remainder::Largest {
            return Ok(allocate(amount, &weights, Some(&rooms))?);
        }
        let whole = weights
            .iter()
            .fold(0_i64, |sum, weight| sum.saturating_add(*weight));
        let rounding = self.context.scheme.discount_rounding;
        let mut parts = Vec::with_capacity(lines.len());
        let mut open = amount;
        for (weight, room) in weights.iter().zip(&rooms) {
            let part = mul_div_round(amount, *weight, whole.max(1), rounding)
                .ok_or_else(|| ActError::overflow("a share"))?
                .min(*room)
                .min(open);
            open = open.minus(part)?;
            parts.push(part);
        }
        // The first line, or the last one, bears what is left over, as far as it has room.
        let mut order: Vec<usize> = (0..parts.len()).collect();
        if remainder == Remainder::Last {
            order.reverse();
        }
        for place in order {
            let (Some(part), Some(room), Some(weight)) =
                (parts.get_mut(place), rooms.get(place), weights.get(place))
            else {
                continue;
            };
            if *weight > 0 {
                let more = open.min(room.saturating_sub(*part));
                *part = part.plus(more)?;
                open = open.minus(more)?;
            }
        }
        Ok(parts)
    }

    /// Shares a line's part out over its picked units.
    fn share_in_line(
        &self,
        part: i64,
        line: &OfLine,
        picks: &[Pick],
        bases: Option<&[i64]>,
        parts: &mut [i64],
    ) -> Result<(), ActError> {
        let range = line.from..line.to;
        let (Some(picks), Some(parts)) = (picks.get(range.clone()), parts.get_mut(range.clone()))
        else {
            return Ok(());
        };
        if let ([_], [slot]) = (picks, &mut *parts) {
            *slot = part;
            return Ok(());
        }
        let mut rooms = Vec::with_capacity(picks.len());
        let mut weights = Vec::with_capacity(picks.len());
        for (pick, place) in picks.iter().zip(range) {
            rooms.push(self.room(pick).times(i64::from(pick.count))?);
            weights.push(match bases.and_then(|bases| bases.get(place)) {
                Some(base) => *base,
                None => pick.left.times(i64::from(pick.count))?,
            });
        }
        for (slot, share) in parts
            .iter_mut()
            .zip(allocate(part, &weights, Some(&rooms))?)
        {
            *slot = share;
        }
        Ok(())
    }

    /// The picked units by line.
    fn lines_of(&self, picks: &[Pick], bases: Option<&[i64]>) -> Result<Vec<OfLine>, ActError> {
        let mut lines: Vec<OfLine> = Vec::new();
        for (place, pick) in picks.iter().enumerate() {
            let count = i64::from(pick.count);
            let base = match bases.and_then(|bases| bases.get(place)) {
                Some(base) => *base,
                None => pick.left.times(count)?,
            };
            let room = self.room(pick).times(count)?;
            match lines.last_mut() {
                Some(line) if line.line == pick.line => {
                    line.to = place.saturating_add(1);
                    line.weight = line.weight.plus(base)?;
                    line.room = line.room.plus(room)?;
                }
                _ => lines.push(OfLine {
                    line: pick.line,
                    from: place,
                    to: place.saturating_add(1),
                    weight: base,
                    room,
                }),
            }
        }
        self.weigh(&mut lines)?;
        Ok(lines)
    }

    /// Shares follow prices with or without tax where the scheme says so.
    fn weigh(&self, lines: &mut [OfLine]) -> Result<(), ActError> {
        let cart = self.context.cart;
        let sign = match (self.context.scheme.stacking.weight, cart.tax_included) {
            (TaxBase::Gross, false) => 1,
            (TaxBase::Net, true) => -1,
            _ => return Ok(()),
        };
        for line in lines {
            let rate = cart.lines.get(index(line.line)).and_then(|line| line.tax);
            if let Some(rate) = rate {
                let tax = tax_in(line.weight, rate, cart.tax_included)?;
                line.weight = line.weight.plus(tax.times(sign)?)?;
            }
        }
        Ok(())
    }

    /// What a percentage of a pick's units is taken of.
    fn base(&self, pick: &Pick, of: PercentOf) -> i64 {
        let count = i64::from(pick.count);
        match of {
            PercentOf::Running => pick.left.saturating_mul(count),
            PercentOf::List => {
                let line = self.context.cart.lines.get(index(pick.line));
                line.map_or(0, |line| line.price.saturating_mul(count))
            }
            PercentOf::Initial => self.initial.left_on(pick.line, pick.first, pick.count),
        }
    }

    /// What can be taken off one unit: what is left above its lowest price.
    fn room(&self, pick: &Pick) -> i64 {
        let line = self.context.cart.lines.get(index(pick.line));
        let floor = line.map_or(0, |line| line.floor);
        pick.left.saturating_sub(floor).max(0)
    }

    /// An amount that is meant with or without tax, as the cart's prices are. Half up; where rates
    /// differ, by the shares of each rate.
    fn as_priced(&self, amount: i64, tax: TaxBase, picks: &[Pick]) -> Result<i64, ActError> {
        let cart = self.context.cart;
        let to_net = match (tax, cart.tax_included) {
            (TaxBase::Gross, false) => true,
            (TaxBase::Net, true) => false,
            _ => return Ok(amount),
        };
        let mut rates: Vec<(Rate, i64)> = Vec::new();
        for pick in picks {
            let Some(line) = cart.lines.get(index(pick.line)) else {
                continue;
            };
            let rate = line.tax.unwrap_or(Rate { num: 0, den: 1 });
            let left = pick.left.times(i64::from(pick.count))?;
            match rates.iter_mut().find(|(known, _)| *known == rate) {
                Some((_, sum)) => *sum = sum.plus(left)?,
                None => rates.push((rate, left)),
            }
        }
        let mut weights = Vec::with_capacity(rates.len());
        for (rate, left) in &rates {
            let tax = tax_in(*left, *rate, cart.tax_included)?;
            weights.push(match to_net {
                true => left.plus(tax)?,
                false => left.minus(tax)?,
            });
        }
        if weights.iter().all(|weight| *weight == 0) {
            return Ok(amount);
        }
        let mut priced = 0_i64;
        for ((rate, _), part) in rates.iter().zip(allocate(amount, &weights, None)?) {
            let whole = rate.den.plus(rate.num)?;
            let (num, den) = match to_net {
                true => (rate.den, whole),
                false => (whole, rate.den),
            };
            let part = mul_div_round(part, num, den, Rounding::HalfUp)
                .ok_or_else(|| ActError::overflow("an amount without tax"))?;
            priced = priced.plus(part)?;
        }
        Ok(priced)
    }

    /// An amount that goods and delivery share by what is left of each.
    fn take_with_shipping(
        &mut self,
        slot: usize,
        amount: &Amounts,
        picked: &Picked,
        goods: &mut Goods,
    ) -> Result<Found, ActError> {
        let cart = self.context.cart;
        let Some(amount) = amount.of(cart.currency, self.context.scheme.currency) else {
            return Ok(Found::nothing("condition.currency"));
        };
        let lines = self.lines_of(&picked.picks, None)?;
        let room = lines
            .iter()
            .fold(0_i64, |sum, line| sum.saturating_add(line.room));
        let mut weights = vec![room];
        weights.extend_from_slice(&goods.shipping);
        let whole = weights
            .iter()
            .fold(0_i64, |sum, weight| sum.saturating_add(*weight));
        let on_goods = std::mem::replace(&mut self.most, i64::MAX);
        let amount = match self.within_budget(slot, amount.min(whole)) {
            Ok(amount) => amount,
            Err(code) => return Ok(Found::nothing(code)),
        };
        self.most = on_goods;
        let parts = allocate(amount, &weights, Some(&weights))?;
        let mut parts = parts.into_iter();
        let on_goods = parts.next().unwrap_or(0);
        let mut shipping = 0_i64;
        for (left, part) in goods.shipping.iter_mut().zip(parts) {
            *left = left.minus(part)?;
            shipping = shipping.plus(part)?;
        }
        let mut found = match self.shared(slot, on_goods, &picked.picks, None)? {
            Ok(parts) => settle(&picked.picks, &parts, goods)?,
            Err(code) => Found::nothing(code),
        };
        found.shipping = shipping;
        Ok(found)
    }

    /// Takes something off the delivery charges.
    pub(super) fn take_shipping(
        &mut self,
        slot: usize,
        off: ShippingOff,
        methods: &[Sym],
        goods: &mut Goods,
    ) -> Result<Found, ActError> {
        let cart = self.context.cart;
        if cart.foreign && !matches!(off, ShippingOff::Percent(_)) {
            return Ok(Found::nothing("condition.currency"));
        }
        let lefts: Vec<i64> = cart
            .shipping
            .iter()
            .zip(&goods.shipping)
            .map(|(charge, left)| {
                let meant = methods.is_empty() || methods.contains(&charge.method);
                if meant { *left } else { 0 }
            })
            .collect();
        let rounding = self.context.scheme.discount_rounding;
        let parts: Vec<i64> = match off {
            ShippingOff::Percent(percent) => lefts
                .iter()
                .map(|left| {
                    mul_div_round(*left, percent.num, percent.den, rounding)
                        .unwrap_or(0)
                        .min(*left)
                })
                .collect(),
            ShippingOff::Price(price) => lefts
                .iter()
                .map(|left| left.saturating_sub(price).max(0))
                .collect(),
            ShippingOff::Amount(amount) => {
                let whole = lefts
                    .iter()
                    .fold(0_i64, |sum, left| sum.saturating_add(*left));
                allocate(amount.min(whole), &lefts, Some(&lefts))?
            }
        };
        let wanted = parts
            .iter()
            .fold(0_i64, |sum, part| sum.saturating_add(*part));
        self.most = i64::MAX;
        let granted = match self.within_budget(slot, wanted) {
            Ok(granted) => granted,
            Err(code) => return Ok(Found::nothing(code)),
        };
        let parts = match granted == wanted {
            true => parts,
            false => allocate(granted, &parts, Some(&parts))?,
        };
        for (left, part) in goods.shipping.iter_mut().zip(parts) {
            *left = left.minus(part)?;
        }
        let mut found = Found::nothing("offer.no_effect");
        found.shipping = granted;
        Ok(found)
    }

    /// Takes the price of gift lines off, and asks for those that the purchase lacks.
    pub(super) fn take_gift(
        &mut self,
        slot: usize,
        offer: &Offer,
        gift: &Gift,
        goods: &mut Goods,
    ) -> Result<Found, ActError> {
        let cart = self.context.cart;
        if cart.foreign {
            return Ok(Found::nothing("condition.currency"));
        }
        let times = match &gift.per_units {
            None => 1,
            Some(per) => {
                let held = self.units_for(per);
                let times = held.checked_div(per.units).unwrap_or(0);
                if times == 0 {
                    let mut found = Found::nothing("condition.min_quantity");
                    found.missing = Some(Missing::Units(per.units.saturating_sub(held)));
                    return Ok(found);
                }
                per.times_max.map_or(times, |most| times.min(most))
            }
        };
        let mut wanted = times.saturating_mul(gift.quantity);
        let each = gift.price.saturating_sub(gift.pays);
        if let Some(room) = self.candidates.get(slot).and_then(Candidate::room)
            && each > 0
        {
            let most = room.checked_div(each).unwrap_or(0);
            wanted = wanted.min(u32::try_from(most).unwrap_or(u32::MAX));
        }
        let mut shares = Vec::new();
        let (mut amount, mut given) = (0_i64, false);
        for run in goods.runs.iter() {
            let is_gift = cart
                .gift_of(index(run.line))
                .is_some_and(|(of, sku)| *of == offer.id && sku == Some(&gift.sku));
            if !is_gift {
                continue;
            }
            let count = run.count.min(wanted);
            wanted = wanted.saturating_sub(count);
            given |= count > 0;
            let off = each.min(run.left);
            if count > 0 && off > 0 {
                shares.push(RunShare {
                    line: run.line,
                    first: run.first,
                    count,
                    each: off,
                });
                amount = amount.plus(off.times(i64::from(count))?)?;
            }
        }
        goods.runs.take_sorted(&shares)?;
        if wanted > 0 && self.context.pinned.is_none() {
            let line = gift_line(offer, gift, wanted, self.context.scheme.currency);
            let saves = each.times(i64::from(wanted))?;
            self.gifts.push((line, saves));
        }
        Ok(Found {
            amount,
            shares,
            given,
            sets: given.then_some(times),
            ..Found::nothing("offer.no_effect")
        })
    }

    /// The units that bring gifts.
    fn units_for(&self, per: &PerUnits) -> u32 {
        let lines = self.context.cart.lines.iter().zip(self.units);
        lines
            .filter(|(line, units)| {
                **units >= per.line_units_from
                    && per.line_units_to.is_none_or(|most| **units <= most)
                    && self.context.cart.counts(line, per.target.as_ref())
            })
            .fold(0_u32, |sum, (_, units)| sum.saturating_add(*units))
    }
}

fn gift_line(offer: &Offer, gift: &Gift, quantity: u32, currency: crate::number::Currency) -> Line {
    Line {
        id: None,
        sku: Some(gift.sku.clone()),
        product: gift.product.clone(),
        categories: gift.categories.to_vec(),
        tags: Vec::new(),
        price: crate::number::Money::of(gift.price, currency),
        quantity,
        tax: gift.tax,
        gift_card: false,
        discounted: false,
        price_min: None,
        gift_of: Some(offer.id.clone()),
    }
}

/// How far the first step is off.
fn below(steps: &[Step], value: i64, by: StepBy) -> Found {
    let mut found = Found::nothing(match by {
        StepBy::Amount => "condition.min_amount",
        StepBy::Quantity => "condition.min_quantity",
    });
    found.missing = steps.first().map(|step| {
        let missing = step.from.saturating_sub(value);
        match by {
            StepBy::Amount => Missing::Minor(missing),
            StepBy::Quantity => Missing::Units(u32::try_from(missing).unwrap_or(u32::MAX)),
        }
    });
    found
}

/// What is left of the picked units.
fn left_of(picks: &[Pick]) -> Result<i64, ActError> {
    let mut sum = 0_i64;
    for pick in picks {
        sum = sum.plus(pick.left.times(i64::from(pick.count))?)?;
    }
    Ok(sum)
}

/// Takes the parts off the units; the first units of a pick bear the odd minor units.
fn settle(picks: &[Pick], parts: &[i64], goods: &mut Goods) -> Result<Found, ActError> {
    let mut shares = Vec::with_capacity(picks.len());
    let mut amount = 0_i64;
    for (pick, part) in picks.iter().zip(parts) {
        amount = amount.plus(*part)?;
        let count = i64::from(pick.count);
        let each = part.checked_div(count).unwrap_or(0);
        let odd = u32::try_from(part.checked_rem(count).unwrap_or(0)).unwrap_or(0);
        let mut first = pick.first;
        for (units, each) in [(odd, each.plus(1)?), (pick.count.minus(odd)?, each)] {
            if units > 0 && each > 0 {
                shares.push(RunShare {
                    line: pick.line,
                    first,
                    count: units,
                    each,
                });
            }
            first = first.plus(units)?;
        }
    }
    goods.runs.take_sorted(&shares)?;
    let mut found = Found::nothing("offer.no_effect");
    found.amount = amount;
    found.shares = shares;
    Ok(found)
}
