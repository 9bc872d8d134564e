//! What a scheme came to, and whether its ledgers hold.

use loyalty_core::evaluate::standing;
use loyalty_core::ledger::{
    Account, DiscountEntry, Entry, InstanceState, RewardState, Source, verify,
};
use loyalty_core::number::Money;

use super::Failure;
use super::data::currency;
use super::shop::{Member, Shop};

/// Sums over all members. Money in minor units, points in thousandths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) members: u64,
    pub(crate) orders: u64,
    /// CDs.
    pub(crate) units: u64,
    /// Goods at list prices.
    pub(crate) sales: i64,
    pub(crate) points: PointTotals,
    pub(crate) stamps: i64,
    pub(crate) cards_completed: u64,
    pub(crate) rewards: RewardTotals,
    /// Members by the tier that they hold at the end.
    pub(crate) tiers: Vec<(String, u64)>,
    pub(crate) cost: Cost,
    pub(crate) ledger: LedgerTotals,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PointTotals {
    pub(crate) issued: i64,
    pub(crate) redeemed: i64,
    pub(crate) expired: i64,
    pub(crate) outstanding: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RewardTotals {
    pub(crate) issued: u64,
    pub(crate) used: u64,
    pub(crate) ready: u64,
    /// Lapsed unused.
    pub(crate) lapsed: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Taken off by rewards.
    pub(crate) rewards: i64,
    /// Taken off by tiers.
    pub(crate) benefits: i64,
    /// Taken off by points.
    pub(crate) points: i64,
    /// What the points that can still be spent are worth.
    pub(crate) outstanding: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LedgerTotals {
    pub(crate) groups: u64,
    pub(crate) entries: u64,
    /// Accounts whose replay from nothing has the same state hash.
    pub(crate) replayed: u64,
    /// Accounts whose hash chain leads to their head.
    pub(crate) verified: u64,
}

impl Totals {
    pub(crate) fn of(shop: &Shop) -> Result<Self, Failure> {
        let mut totals = Self::default();
        let ladders = &shop.scheme().definition().ladders;
        let tiers = ladders.iter().flat_map(|ladder| &ladder.tiers);
        totals.tiers = tiers.map(|tier| (tier.id.to_string(), 0)).collect();
        for member in shop.members.values() {
            totals.members += 1;
            totals.add_entries(member)?;
            totals.add_account(&member.account);
            totals.add_worth(shop, &member.account)?;
            totals.ledger.add(member)?;
        }
        Ok(totals)
    }

    fn add_entries(&mut self, member: &Member) -> Result<(), Failure> {
        let entries = member.groups.iter().flat_map(|group| &group.entries);
        for entry in entries {
            match entry {
                Entry::Purchase(entry) => {
                    self.orders += 1;
                    for line in &entry.purchase.lines {
                        self.units += u64::from(line.quantity);
                        self.sales += minor(line.price)? * i64::from(line.quantity);
                    }
                    for discount in &entry.discounts {
                        self.cost.add(discount)?;
                    }
                }
                Entry::Earning(entry) => self.points.issued += entry.points.milli(),
                Entry::Redemption(entry) => {
                    let draws = entry.draws.iter();
                    self.points.redeemed += draws.map(|draw| draw.points.milli()).sum::<i64>();
                }
                Entry::Expiry(entry) => self.points.expired += entry.points.milli(),
                Entry::Stamp(entry) => self.stamps += entry.count,
                _ => {}
            }
        }
        Ok(())
    }

    fn add_account(&mut self, account: &Account) {
        for wallet in &account.wallets {
            let lots = wallet.lots.iter();
            self.points.outstanding += lots.map(|lot| lot.remaining.milli()).sum::<i64>();
        }
        let instances = account.cards.iter().flat_map(|card| &card.instances);
        self.cards_completed += instances
            .filter(|instance| instance.state == InstanceState::Complete)
            .map(|_| 1)
            .sum::<u64>();
        for reward in &account.rewards {
            self.rewards.issued += 1;
            match reward.state {
                RewardState::Used(_) => self.rewards.used += 1,
                RewardState::Void(_) => self.rewards.lapsed += 1,
                RewardState::Ready(_) | RewardState::Held(_) => self.rewards.ready += 1,
            }
        }
        for ladder in &account.ladders {
            let held = ladder.tier.as_ref().map(|tier| tier.as_str());
            let place = self
                .tiers
                .iter_mut()
                .find(|(id, _)| Some(id.as_str()) == held);
            if let Some((_, members)) = place {
                *members += 1;
            }
        }
    }

    fn add_worth(&mut self, shop: &Shop, account: &Account) -> Result<(), Failure> {
        let end = shop.end.ok_or("the shop is still open")?;
        for wallet in standing(shop.scheme(), account, end)?.wallets {
            if let Some(worth) = wallet.worth {
                self.cost.outstanding += minor(worth)?;
            }
        }
        Ok(())
    }
}

impl Cost {
    fn add(&mut self, discount: &DiscountEntry) -> Result<(), Failure> {
        let of_kind = match discount.source {
            Source::Reward(_) => &mut self.rewards,
            Source::Benefit(_) => &mut self.benefits,
            Source::Points(_) => &mut self.points,
            Source::Offer(_) | Source::Deduction(_) => {
                return Err("the demo's schemes have no offers".into());
            }
        };
        *of_kind += minor(discount.amount)?;
        Ok(())
    }
}

impl LedgerTotals {
    fn add(&mut self, member: &Member) -> Result<(), Failure> {
        self.groups += u64::try_from(member.groups.len())?;
        for group in &member.groups {
            self.entries += u64::try_from(group.entries.len())?;
        }
        let account = &member.account;
        account.audit()?;
        let replayed = Account::replay(account.member.clone(), &member.groups)?;
        self.replayed += u64::from(replayed.state_hash()? == account.state_hash()?);
        self.verified += u64::from(verify(&member.groups)? == account.head);
        Ok(())
    }
}

fn minor(money: Money) -> Result<i64, Failure> {
    Ok(money.minor_in(currency()?)?)
}
