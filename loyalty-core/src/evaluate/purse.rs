//! What a member can spend during one evaluation: issued rewards, points, and how often.

use crate::id::{RewardId, WalletId};
use crate::ledger::{Account, Headroom, LimitKey, RewardState, VoidCause};
use crate::number::Points;
use crate::scheme::CapPeriod;
use crate::scheme::compiled::Reward;

use super::context::Context;
use super::error::ActError;
use super::limit::named;
use super::payment::Offer;

/// Points to draw from a wallet, in milli-points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spend {
    pub(crate) wallet: u16,
    pub(crate) points: i64,
}

/// Why something cannot be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) missing: Option<Points>,
}

impl Refusal {
    fn of(code: &'static str) -> Self {
        Self {
            code,
            missing: None,
        }
    }
}

/// What is left to spend while a cart is evaluated.
#[derive(Debug, Clone, Default)]
pub(crate) struct Purse {
    /// Whether everything asked for is granted: a purchase that is evaluated anew.
    unlimited: bool,
    /// Milli-points left by wallet, own points of the order with them.
    points: Vec<i64>,
    /// Issues taken so far.
    taken: Vec<u64>,
    /// Rewards bought so far, by place.
    bought: Vec<u32>,
    /// Redemptions so far.
    redemptions: i64,
    /// Limits that were met.
    pub(crate) met: Vec<Headroom>,
}

impl Purse {
    /// What an account can spend now, with `own` milli-points of the order itself by wallet.
    pub(crate) fn of(context: &Context<'_>, own: &[i64]) -> Self {
        let points = context
            .scheme
            .wallets
            .iter()
            .enumerate()
            .map(|(place, wallet)| {
                let own = own.get(place).copied().unwrap_or(0);
                spendable(context, &wallet.id, own)
            })
            .collect();
        Self {
            points,
            ..Self::default()
        }
    }

    /// A purse that grants every reward, and points up to what was spent: for a purchase that is
    /// priced anew.
    pub(crate) fn repricing(points: Vec<i64>) -> Self {
        Self {
            unlimited: true,
            points,
            ..Self::default()
        }
    }

    /// An issue of a reward, or the points that buy one.
    pub(crate) fn take_reward(
        &mut self,
        context: &Context<'_>,
        place: u32,
        reward: &Reward,
    ) -> Result<(Option<u64>, Option<Spend>), Refusal> {
        if self.unlimited {
            return Ok((None, None));
        }
        if let Some(issue) = self.ready_issue(context, &reward.id) {
            self.taken.push(issue);
            return Ok((Some(issue), None));
        }
        let spend = price_of(context, reward).ok_or(Refusal::of("reward.none_ready"))?;
        self.buy(context, place, reward, spend)?;
        Ok((None, Some(spend)))
    }

    /// Spends what a reward costs, within its limits and the guards.
    pub(crate) fn buy(
        &mut self,
        context: &Context<'_>,
        place: u32,
        reward: &Reward,
        spend: Spend,
    ) -> Result<(), Refusal> {
        self.check_limits(context, place, reward)?;
        self.check_guards(context)?;
        let left = self
            .points
            .get(usize::from(spend.wallet))
            .copied()
            .unwrap_or(0);
        if left < spend.points {
            let missing = Points::from_milli(spend.points.saturating_sub(left));
            return Err(Refusal {
                code: "points.insufficient",
                missing: Some(missing),
            });
        }
        self.spend(spend);
        self.bought.push(place);
        Ok(())
    }

    fn spend(&mut self, spend: Spend) {
        if let Some(points) = self.points.get_mut(usize::from(spend.wallet)) {
            *points = points.saturating_sub(spend.points);
        }
        if spend.points > 0 {
            self.redemptions = self.redemptions.saturating_add(1);
        }
    }

    /// Undoes [`Self::take_reward`].
    pub(crate) fn put_back(&mut self, place: u32, issue: Option<u64>, spend: Option<Spend>) {
        if let Some(issue) = issue {
            self.taken.retain(|taken| *taken != issue);
        }
        if let Some(spend) = spend {
            if let Some(points) = self.points.get_mut(usize::from(spend.wallet)) {
                *points = points.saturating_add(spend.points);
            }
            if spend.points > 0 {
                self.redemptions = self.redemptions.saturating_sub(1);
            }
            if let Some(last) = self.bought.iter().rposition(|bought| *bought == place) {
                self.bought.remove(last);
            }
        }
    }

    /// The ready issue that lapses first.
    fn ready_issue(&self, context: &Context<'_>, reward: &RewardId) -> Option<u64> {
        let offset = context.at.offset_ms();
        context
            .account
            .rewards
            .iter()
            .enumerate()
            .filter_map(|(place, issued)| Some((u64::try_from(place).ok()?, issued)))
            .filter(|(place, issued)| {
                issued.reward == *reward
                    && matches!(issued.state, RewardState::Ready(_))
                    && !issued
                        .expiry
                        .is_some_and(|expiry| expiry.reached(context.at))
                    && !self.taken.contains(place)
            })
            .min_by_key(|(place, issued)| {
                (
                    issued
                        .expiry
                        .map_or(i64::MAX, |expiry| expiry.order_ms(offset)),
                    *place,
                )
            })
            .map(|(place, _)| place)
    }

    fn check_limits(
        &mut self,
        context: &Context<'_>,
        place: u32,
        reward: &Reward,
    ) -> Result<(), Refusal> {
        let now = self
            .bought
            .iter()
            .filter(|bought| **bought == place)
            .count();
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        if reward.limit_per_member > 0 {
            let had = issued_count(context.account, &reward.id);
            if had.saturating_add(now) >= i64::from(reward.limit_per_member) {
                return Err(Refusal::of("reward.limit"));
            }
        }
        if reward.limit_total > 0 {
            let max = i64::from(reward.limit_total);
            match context.headroom_of(total_key(&reward.id), max, &mut self.met) {
                Ok(left) if left > now => {}
                Ok(_) => return Err(Refusal::of("reward.limit")),
                Err(_) => return Err(Refusal::of("pool.missing")),
            }
        }
        Ok(())
    }

    /// The guards on redemptions.
    pub(crate) fn check_guards(&mut self, context: &Context<'_>) -> Result<(), Refusal> {
        let guards = &context.scheme.guards;
        if guards.redemptions_per_day > 0 {
            let key = redemptions_key(context.at.date());
            let max = i64::from(guards.redemptions_per_day);
            let left = context.headroom_of(key, max, &mut self.met).unwrap_or(0);
            if left <= self.redemptions {
                return Err(Refusal::of("guard.redemptions_per_day"));
            }
        }
        if guards.days_before_first_redemption > 0 && context.account.redemptions.is_empty() {
            let wait = i64::from(guards.days_before_first_redemption);
            let today = i64::from(context.at.date().days());
            let joined = context
                .account
                .joined
                .map_or(today, |date| i64::from(date.days()));
            if today.saturating_sub(joined) < wait {
                return Err(Refusal::of("guard.waiting_time"));
            }
        }
        Ok(())
    }

    /// Points for a part of the order.
    pub(crate) fn pay(
        &mut self,
        context: &Context<'_>,
        place: u16,
        offer: &Offer<'_>,
    ) -> Result<Result<(i64, i64), Refusal>, ActError> {
        if !self.unlimited
            && let Err(refusal) = self.check_guards(context)
        {
            return Ok(Err(refusal));
        }
        let available = self.points.get(usize::from(place)).copied().unwrap_or(0);
        let settled = offer.settle(context, available)?;
        if let Ok((points, _)) = settled {
            self.spend(Spend {
                wallet: place,
                points,
            });
        }
        Ok(settled)
    }
}

/// What of a wallet can be spent with so many milli-points of the order itself, which fill first what
/// the member owes.
pub(crate) fn spendable(context: &Context<'_>, wallet: &WalletId, own: i64) -> i64 {
    let balance = context.account.balance(wallet, context.at);
    let gone = balance.held.milli().saturating_add(balance.owed.milli());
    let free = balance.active.milli().saturating_sub(gone);
    free.saturating_add(own).max(0)
}

/// What a reward costs the member, at the lowest price of the tiers held.
pub(crate) fn price_of(context: &Context<'_>, reward: &Reward) -> Option<Spend> {
    let cost = reward.cost.as_ref()?;
    let held = |ladder: u16, tier: u16| {
        context.tiers.get(usize::from(ladder)).copied().flatten() == Some(tier)
    };
    let points = cost
        .by_tier
        .iter()
        .filter(|(ladder, tier, _)| held(*ladder, *tier))
        .map(|(_, _, points)| *points)
        .min()
        .unwrap_or(cost.points);
    Some(Spend {
        wallet: cost.wallet,
        points,
    })
}

/// How many of a reward the member got, those that came back left out.
pub(crate) fn issued_count(account: &Account, reward: &RewardId) -> i64 {
    let count = account
        .rewards
        .iter()
        .filter(|issued| {
            issued.reward == *reward
                && !matches!(
                    &issued.state,
                    RewardState::Void(void)
                        if matches!(void.cause, VoidCause::Returned | VoidCause::Reissued)
                )
        })
        .count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The counter of all issues of a reward, on the pool account.
pub(crate) fn total_key(reward: &RewardId) -> LimitKey {
    LimitKey::new(&format!("scheme.reward.{reward}"), None)
}

/// The counter of redemptions of the day.
pub(crate) fn redemptions_key(date: crate::time::Date) -> LimitKey {
    named("guard.redemptions", CapPeriod::Day, date)
}
