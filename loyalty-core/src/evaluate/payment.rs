//! How many points pay, and what they are worth.

use crate::number::{Points, Rounding, mul_div_round};
use crate::purchase::PayPoints;
use crate::scheme::Excess;
use crate::scheme::compiled::{Redemption, Wallet};

use super::context::Context;
use super::error::ActError;
use super::purse::Refusal;

/// Points offered for a part of the order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer<'a> {
    pub(crate) wallet: &'a Wallet,
    pub(crate) redemption: &'a Redemption,
    pub(crate) wish: &'a PayPoints,
    /// The most that may be paid, in minor units of the cart's currency.
    pub(crate) most: i64,
}

impl Offer<'_> {
    /// Milli-points to use and what they are worth, of `available` ones.
    pub(crate) fn settle(
        &self,
        context: &Context<'_>,
        available: i64,
    ) -> Result<Result<(i64, i64), Refusal>, ActError> {
        let refuse = |code, missing: i64| {
            Ok(Err(Refusal {
                code,
                missing: (missing > 0).then(|| Points::from_milli(missing)),
            }))
        };
        let asked = self.wish.points.map(Points::milli);
        let step = self.redemption.step.max(self.wallet.unit).max(1);
        if let Some(asked) = asked {
            if asked <= 0 || asked.checked_rem(self.wallet.unit) != Some(0) {
                return refuse("points.precision", 0);
            }
            if asked > available {
                return refuse("points.insufficient", asked.saturating_sub(available));
            }
            if self.redemption.excess == Excess::Reject && asked.checked_rem(step) != Some(0) {
                return refuse("payment.step", 0);
            }
        }
        let Some(limit) = self.points_for(context, self.most, step) else {
            return refuse("condition.currency", 0);
        };
        let wanted = asked.unwrap_or(available);
        if wanted > limit && asked.is_some() && self.redemption.excess == Excess::Reject {
            return refuse("payment.excess", 0);
        }
        let used = wanted.min(limit);
        let used = used.saturating_sub(used.checked_rem(step).unwrap_or(0));
        if used < self.redemption.points_min {
            return refuse(
                "payment.minimum",
                self.redemption.points_min.saturating_sub(used),
            );
        }
        let Some(worth) = self.worth(context, used) else {
            return refuse("condition.currency", 0);
        };
        if used == 0 || worth == 0 {
            return refuse("reward.no_effect", 0);
        }
        Ok(Ok((used, worth.min(self.most))))
    }

    /// What points are worth in the cart's currency, rounded down.
    fn worth(&self, context: &Context<'_>, points: i64) -> Option<i64> {
        let minor = mul_div_round(
            points,
            self.redemption.minor,
            self.redemption.points,
            Rounding::Floor,
        )?;
        context.in_cart(minor)
    }

    /// The fewest points that are worth an amount of the cart's currency.
    fn points_for(&self, context: &Context<'_>, amount: i64, step: i64) -> Option<i64> {
        let minor = context.in_scheme(amount)?;
        let points = mul_div_round(
            minor,
            self.redemption.points,
            self.redemption.minor,
            Rounding::Ceil,
        )?;
        let over = points.checked_rem(step).unwrap_or(0);
        if over == 0 {
            return Some(points);
        }
        // A point that is worth more than what is left is not used for it.
        let whole = points.saturating_sub(over);
        let next = whole.saturating_add(step);
        (self.worth(context, next)? <= amount)
            .then_some(next)
            .or(Some(whole))
    }
}
