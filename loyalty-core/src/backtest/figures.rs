//! What is counted.

use serde::Serialize;

use crate::ledger::{Account, InstanceState, RewardState, Totals, Wallet};

macro_rules! figures {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident,)+ } $($(#[$part_doc:meta])* $part:ident: $kind:ident,)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: i64,)+
            $($(#[$part_doc])* #[serde(flatten)] pub $part: $kind,)*
        }

        impl $name {
            /// The sum, field by field.
            #[must_use]
            pub fn plus(&self, other: &Self) -> Self {
                Self {
                    $($field: self.$field.saturating_add(other.$field),)+
                    $($part: self.$part.plus(&other.$part),)*
                }
            }

            /// The difference, field by field.
            #[must_use]
            pub fn minus(&self, other: &Self) -> Self {
                Self {
                    $($field: self.$field.saturating_sub(other.$field),)+
                    $($part: self.$part.minus(&other.$part),)*
                }
            }
        }
    };
}

figures! {
    /// What went in and out of wallets, in thousandths of a point. What is outstanding is what was issued
    /// less all the others.
    PointFlows {
        /// Earned.
        issued_milli,
        /// Spent, less what came back with returns.
        redeemed_milli,
        /// Lapsed.
        expired_milli,
        /// Taken back with returns.
        taken_back_milli,
    }
}

figures! {
    /// What a member, a month or the whole came to. Money in minor units, points in thousandths.
    Figures {
        /// Orders recorded.
        orders,
        /// Returns and cancellations.
        returns,
        /// Goods at the shop's prices, before the scheme; returned goods count no longer.
        sales_minor,
        /// What was paid for goods, delivery and tax after the scheme's discounts and points, less
        /// what was given back.
        revenue_minor,
        /// Taken off by rewards.
        cost_rewards_minor,
        /// Taken off by tiers.
        cost_benefits_minor,
        /// Taken off, or paid, by points.
        cost_points_minor,
        /// Taken off by offers.
        cost_offers_minor,
        /// Rewards issued.
        rewards_issued,
        /// Rewards used.
        rewards_used,
        /// Rewards that became void unused.
        rewards_void,
        /// Stamps put on cards, less those taken off.
        stamps,
        /// Cards filled.
        cards_completed,
    }
    /// Points of all wallets.
    points: PointFlows,
}

impl PointFlows {
    /// What is outstanding: what members could still spend, less what they owe.
    #[must_use]
    pub fn outstanding_milli(&self) -> i64 {
        self.issued_milli
            .saturating_sub(self.redeemed_milli)
            .saturating_sub(self.expired_milli)
            .saturating_sub(self.taken_back_milli)
    }

    /// The flows of a wallet so far.
    pub(super) fn of(wallet: &Wallet) -> Self {
        let Totals {
            earned,
            restored,
            unspent,
            written_off,
            redeemed,
            expired,
            reversed,
            ..
        } = wallet.totals;
        let undone = restored.milli().saturating_sub(unspent.milli());
        Self {
            issued_milli: earned.milli(),
            redeemed_milli: redeemed.milli().saturating_sub(unspent.milli()),
            expired_milli: expired.milli(),
            taken_back_milli: reversed
                .milli()
                .saturating_sub(undone)
                .saturating_sub(written_off.milli()),
        }
    }
}

impl Figures {
    /// The discounts that the scheme gave, in minor units.
    #[must_use]
    pub fn cost_minor(&self) -> i64 {
        self.cost_rewards_minor
            .saturating_add(self.cost_benefits_minor)
            .saturating_add(self.cost_points_minor)
            .saturating_add(self.cost_offers_minor)
    }

    /// What an account holds at a moment: the figures that do not come from single entries.
    pub(super) fn held(account: &Account) -> Self {
        let mut held = Self::default();
        for wallet in &account.wallets {
            held.points = held.points.plus(&PointFlows::of(wallet));
        }
        for reward in &account.rewards {
            let count = match reward.state {
                RewardState::Used(_) => &mut held.rewards_used,
                RewardState::Void(_) => &mut held.rewards_void,
                RewardState::Ready(_) | RewardState::Held(_) => continue,
            };
            *count = count.saturating_add(1);
        }
        held.rewards_issued = i64::try_from(account.rewards.len()).unwrap_or(i64::MAX);
        let instances = account.cards.iter().flat_map(|card| &card.instances);
        let complete = instances.filter(|instance| instance.state == InstanceState::Complete);
        held.cards_completed = i64::try_from(complete.count()).unwrap_or(i64::MAX);
        held
    }
}
