//! The money that a return gives back.

use std::borrow::Cow;

use super::*;
use crate::evaluate::tier::tiers_of;

impl Returning<'_> {
    /// Prices what is kept with the rewards and the points that were used.
    pub(super) fn reprice(&self, context: &Context<'_>, units: &[u32]) -> Result<Priced, ActError> {
        let mut context = Cow::Borrowed(context);
        if self.scheme.flags.own_tiers {
            context.to_mut().tiers = tiers_of(self.scheme, &self.entry.terms.tiers_before);
        }
        let context = &*context;
        let mut points = vec![0_i64; self.scheme.wallets.len()];
        let mut pay_points: Vec<PayPoints> = Vec::new();
        for paid in &self.entry.purchase.pay_points {
            pay_points.push(PayPoints {
                wallet: paid.wallet.clone(),
                points: None,
            });
        }
        for discount in self.entry.discounts.iter().chain(&self.entry.tenders) {
            let Source::Points(source) = &discount.source else {
                continue;
            };
            let place = self
                .scheme
                .wallets
                .iter()
                .position(|w| w.id == source.wallet);
            let redemption = usize::try_from(source.redemption).ok();
            let spent = redemption
                .and_then(|number| context.account.redemptions.get(number))
                .map_or(0, |redemption| sum(&redemption.draws).milli());
            if let Some(left) = place.and_then(|place| points.get_mut(place)) {
                *left = left.saturating_add(spent);
            }
        }
        let mut purse = Purse::repricing(points);
        let wishes = Wishes {
            claims: &self.entry.purchase.claims,
            pay_points: &pay_points,
            quantities: Some(units),
        };
        let mut priced = Priced::default();
        price(context, wishes, &mut purse, None, &mut priced)?;
        Ok(priced)
    }

    /// What was paid of every delivery charge.
    pub(super) fn shipping_paid(&self) -> Vec<i64> {
        let charges = self.entry.shipping.iter();
        charges.map(|left| left.minor()).collect()
    }

    /// What was paid in money: the total less what points paid.
    pub(super) fn paid(&self) -> i64 {
        let tenders = self.entry.tenders.iter().fold(0_i64, |sum, tender| {
            sum.saturating_add(tender.amount.minor())
        });
        self.entry.total.minor().saturating_sub(tenders).max(0)
    }

    /// The money to give back now, before charges.
    pub(super) fn money(&self, context: &Context<'_>, kept: &Kept) -> Result<i64, ActError> {
        let paid = self.paid();
        let back = if kept.all_back {
            paid
        } else {
            let worth = match self.scheme.returns.money {
                RefundMoney::Frozen => self.frozen_worth(&kept.units)?,
                RefundMoney::Reprice => {
                    let given = self
                        .after
                        .iter()
                        .fold(0_i64, |s, b| s.saturating_add(b.amount_minor));
                    self.reprice(context, &kept.units)?
                        .due_in_money()
                        .saturating_sub(given)
                }
            };
            paid.saturating_sub(worth.max(0))
        };
        Ok(back
            .min(paid)
            .saturating_sub(self.state.refunded_minor)
            .max(0))
    }

    /// What was paid for the kept units, with their tax and the delivery, less amounts given back.
    pub(super) fn frozen_worth(&self, units: &[u32]) -> Result<i64, ActError> {
        let mut worth = crate::evaluate::arith::sum(self.shipping_paid());
        if !self.cart.tax_included {
            worth = worth.plus(self.cart.tax_of(units))?;
        }
        let by_line = self.scheme.tax_rounding == TaxRounding::PerLine;
        let mut rates: Vec<(crate::scheme::compiled::Rate, i64)> = Vec::new();
        for (place, ((line, units), back)) in self
            .cart
            .lines
            .iter()
            .zip(units)
            .zip(&self.after)
            .enumerate()
        {
            let paid = paid_for(self.entry, place, *units)
                .saturating_sub(back.amount_minor)
                .max(0);
            worth = worth.plus(paid)?;
            if let Some(rate) = line.tax.filter(|_| !self.cart.tax_included) {
                let taxed = self.net_of(place, *units);
                let known = rates.iter_mut().find(|(known, _)| *known == rate);
                match known.filter(|_| !by_line) {
                    Some((_, sum)) => *sum = sum.plus(taxed)?,
                    None => rates.push((rate, taxed)),
                }
            }
        }
        for (charge, left) in self.cart.shipping.iter().zip(&self.entry.shipping) {
            if let Some(rate) = charge.tax.filter(|_| !self.cart.tax_included) {
                let known = rates.iter_mut().find(|(known, _)| *known == rate);
                match known.filter(|_| !by_line) {
                    Some((_, sum)) => *sum = sum.plus(left.minor())?,
                    None => rates.push((rate, left.minor())),
                }
            }
        }
        for (rate, sum) in rates {
            worth = worth.plus(tax_in(sum, rate, false)?)?;
        }
        Ok(worth)
    }

    /// A line's amount after discounts on its kept units: what tax applies to.
    pub(super) fn net_of(&self, place: usize, units: u32) -> i64 {
        let Some(line) = self.cart.lines.get(place) else {
            return 0;
        };
        let mut kept = vec![0; self.cart.lines.len()];
        if let Some(slot) = kept.get_mut(place) {
            *slot = units;
        }
        let off = self
            .entry
            .discounts
            .iter()
            .flat_map(|discount| &discount.shares)
            .filter(|share| index(share.line) == place)
            .fold(0_i64, |sum, share| {
                sum.saturating_add(on_kept(share, &kept))
            });
        line.price
            .saturating_mul(i64::from(units))
            .saturating_sub(off)
    }
}
