//! What a scheme has of parts that most schemes lack, so that a decision need not look for them.

use super::StandingAs;
use super::compiled::{BenefitKind, EarnRule, Ladder, Wallet};

/// Which parts a scheme has.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Flags {
    /// A wallet whose points an order may spend that it earns itself.
    pub(crate) own_points: bool,
    /// A ladder at whose tier a purchase earns that it reaches itself.
    pub(crate) own_tiers: bool,
    /// A rule with a cap on its points.
    pub(crate) rule_points_caps: bool,
    /// A tier's standing discount by unit.
    pub(crate) member_prices: bool,
    /// A tier's standing discount on the total.
    pub(crate) standing_discounts: bool,
}

impl Flags {
    pub(super) fn of(wallets: &[Wallet], rules: &[EarnRule], ladders: &[Ladder]) -> Self {
        let tiers = || ladders.iter().flat_map(|ladder| &ladder.tiers);
        let standing = |wanted: StandingAs| {
            let mut benefits = tiers().flat_map(|tier| &tier.benefits);
            benefits.any(|benefit| {
                matches!(&benefit.kind, BenefitKind::Discount { as_, .. } if *as_ == wanted)
            })
        };
        Self {
            own_points: wallets.iter().any(|wallet| wallet.spend_own_points),
            own_tiers: ladders.iter().any(|ladder| ladder.counts_own_purchase),
            rule_points_caps: rules.iter().any(|rule| !rule.points_caps.is_empty()),
            member_prices: standing(StandingAs::MemberPrice),
            standing_discounts: standing(StandingAs::Total),
        }
    }
}
