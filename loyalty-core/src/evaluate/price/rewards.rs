//! Rewards: which are used and what they take off.

use super::*;
use crate::number::Sort;

impl<'a> Pricing<'_, 'a> {
    /// The claimed rewards of a stage, in the order of the claims.
    pub(super) fn claims(&mut self, claims: &[Claim], at: Stage) -> Result<(), ActError> {
        for claim in claims {
            let found = self
                .context
                .scheme
                .rewards
                .iter()
                .enumerate()
                .find(|(_, reward)| reward.id == claim.reward);
            let Some((place, reward)) = found else {
                let offers = &self.context.scheme.offers;
                let of_offer = offers
                    .iter()
                    .any(|o| o.id.as_str() == claim.reward.as_str());
                if at == Stage::Line && !of_offer {
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

    pub(super) fn about_reward(id: &str, code: &'static str, missing: Option<Shortage>) -> Reason {
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
    pub(super) fn claim(&mut self, place: u32, reward: &'a Reward) -> Result<bool, ActError> {
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
            shares: Shares::default(),
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
    pub(super) fn give(
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
                let (picked, worth) = self.pick_units(target.as_ref(), *units, *choice);
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

    pub(super) fn take_off(
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
            .apportion(worth, eligible, &mut discount.shares)?;
        discount.amount = worth;
        Ok(Ok(()))
    }

    /// A reward's worth under its maximum share of the order.
    pub(super) fn allowed(&self, reward: &Reward, worth: i64) -> Result<i64, &'static str> {
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

    /// Lines and units that become free, and what they still cost.
    pub(super) fn pick_units(
        &mut self,
        target: Option<&Target>,
        units: u32,
        choice: UnitChoice,
    ) -> (Vec<(u32, u32)>, i64) {
        let cart = self.context.cart;
        let mut lines: Vec<(usize, &CartLine)> = cart
            .lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.price > 0 && cart.counts(line, target))
            .collect();
        match choice {
            UnitChoice::Cheapest => lines.order_by_key(|(place, line)| (line.price, *place)),
            UnitChoice::Dearest => {
                lines.order_by_key(|(place, line)| (std::cmp::Reverse(line.price), *place));
            }
            UnitChoice::LineOrder => {}
        }
        let mut wanted = units;
        let (mut picked, mut worth) = (Vec::new(), 0_i64);
        for (place, _) in lines {
            let (take, cost) = self.priced.runs.still_cost(place, wanted);
            if take > 0 {
                picked.push((small(place), take));
                wanted = wanted.saturating_sub(take);
                worth = worth.saturating_add(cost);
            }
        }
        (picked, worth)
    }
}
