//! Totals, gift cards and points that pay.

use super::*;

impl<'a> Pricing<'_, 'a> {
    /// Tax by rate, rounded once a rate or a line, and the total.
    pub(super) fn total(&mut self) -> Result<(), ActError> {
        let cart = self.context.cart;
        let goods = sum(self.priced.runs.left.iter().copied());
        let shipping = sum(self.priced.shipping.iter().copied());
        self.priced.goods = goods;
        self.priced.delivery = shipping;
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
            let by_line = self.context.scheme.tax_rounding == TaxRounding::PerLine;
            let mut groups: Vec<TaxGroup> = Vec::new();
            for (rate, left) in lines.chain(charges) {
                let Some(rate) = rate else { continue };
                let known = groups.iter_mut().find(|group| group.rate == rate);
                match known.filter(|_| !by_line) {
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
        self.priced.tax_amount = cart.tax_of(self.units);
        if !cart.tax_included {
            total = total.plus(self.priced.tax_amount)?;
        }
        self.priced.total = total;
        self.priced.due = total;
        Ok(())
    }

    pub(super) fn gift_card(&mut self) -> Result<(), ActError> {
        let used = self.context.cart.gift_card.min(self.priced.due);
        self.priced.gift_card = used;
        self.priced.due = self.priced.due.minus(used)?;
        if used > 0 && self.context.scheme.earn_base.without_gift_card {
            let goods = self.priced.goods;
            let left = &self.priced.runs.left;
            self.priced.gift_shares = crate::number::allocate(used.min(goods), left, Some(left))?;
        }
        Ok(())
    }

    /// Points that pay, as a discount or as a tender.
    pub(super) fn payments(&mut self, wishes: &[PayPoints], tender: bool) -> Result<(), ActError> {
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
            let goods = if tender {
                let open = self.open_to_tenders()?.left;
                self.context.cart.sum_counting(target, &open)
            } else {
                self.left_of(target)
            };
            let base = if tender {
                goods.min(self.priced.due)
            } else {
                goods
            };
            let most = match redemption.share_max {
                None => base,
                Some(share) => {
                    let whole = match tender {
                        true => self.priced.total,
                        false => self.left_of(None),
                    };
                    let most = mul_div_round(whole, share.num, share.den, Rounding::Floor);
                    base.min(most.unwrap_or(0))
                }
            };
            let offer = crate::evaluate::payment::Offer {
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

    /// What no tender has paid yet. Tenders take nothing off the prices: this is a copy.
    fn open_to_tenders(&self) -> Result<Runs, ActError> {
        let mut runs = self.priced.runs.clone();
        for earlier in &self.priced.tenders {
            let shares = earlier.shares.on_units(runs.units());
            runs.take(&shares)?;
        }
        Ok(runs)
    }

    pub(super) fn apply_payment(
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
        let mut shares = Shares::default();
        if tender {
            let mut runs = self.open_to_tenders()?;
            runs.apportion(worth, eligible, &mut shares)?;
            self.priced.due = self.priced.due.minus(worth)?;
            self.priced.tenders.push(Discount {
                source,
                amount: worth,
                shares,
                shipping: 0,
            });
        } else {
            self.priced.runs.apportion(worth, eligible, &mut shares)?;
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

pub(super) fn about_payment(
    wish: &PayPoints,
    code: &'static str,
    missing: Option<Shortage>,
) -> Reason {
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
pub(in crate::evaluate) fn tax_in(
    amount: i64,
    rate: Rate,
    included: bool,
) -> Result<i64, ActError> {
    let den = if included {
        rate.den.plus(rate.num)?
    } else {
        rate.den
    };
    mul_div_round(amount, rate.num, den, Rounding::HalfUp)
        .ok_or_else(|| ActError::overflow("a tax"))
}
