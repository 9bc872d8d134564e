//! Spent points and used rewards that come back.

use super::*;
use crate::evaluate::ladder::lost_by_return;

impl Returning<'_> {
    /// Spent points come back to their lots, as far as the lines that they paid for did.
    pub(super) fn restore(
        &self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        kept: &Kept,
    ) -> Result<(), ActError> {
        let redemptions: Vec<(u64, RedemptionState)> = draft
            .account
            .redemptions
            .iter()
            .enumerate()
            .filter(|(_, redemption)| redemption.purchase() == Some(purchase))
            .map(|(number, redemption)| {
                (
                    u64::try_from(number).unwrap_or(u64::MAX),
                    redemption.clone(),
                )
            })
            .collect();
        for (number, redemption) in redemptions {
            let due = self.restored_so_far(number, &redemption, kept);
            let back = due.checked_sub(redemption.restored).unwrap_or(Points::ZERO);
            if back > Points::ZERO {
                self.put_back(draft, purchase, number, &redemption, back)?;
            }
        }
        Ok(())
    }

    /// How many points of a redemption are to be back in all.
    pub(super) fn restored_so_far(
        &self,
        number: u64,
        redemption: &RedemptionState,
        kept: &Kept,
    ) -> Points {
        let spent = sum(&redemption.draws);
        if kept.all_back {
            return spent;
        }
        let unit = self
            .scheme
            .wallets
            .iter()
            .find(|wallet| wallet.id == redemption.wallet)
            .map_or(1, |wallet| wallet.unit);
        let discount = self
            .entry
            .discounts
            .iter()
            .chain(&self.entry.tenders)
            .find(|discount| match &discount.source {
                Source::Points(source) => source.redemption == number,
                Source::Reward(source) => Some(source.issue) == redemption.issue(),
                Source::Benefit(_) | Source::Offer(_) | Source::Deduction(_) => false,
            });
        let all: Vec<u32> = self
            .entry
            .purchase
            .lines
            .iter()
            .map(|line| line.quantity)
            .collect();
        let mut back = 0_i64;
        for (place, points) in redemption.lines().iter().enumerate() {
            let on = |units: &[u32]| {
                discount
                    .iter()
                    .flat_map(|discount| &discount.shares)
                    .filter(|share| index(share.line) == place)
                    .fold(0_i64, |sum, share| {
                        sum.saturating_add(on_kept(share, units))
                    })
            };
            let (whole, left) = (on(&all), on(&kept.units));
            let steps = points.milli().checked_div(unit).unwrap_or(0);
            let gone = whole.saturating_sub(left);
            let part = mul_div_round(steps, gone, whole.max(1), Rounding::Floor).unwrap_or(0);
            back = back.saturating_add(part.saturating_mul(unit));
        }
        Points::from_milli(back).min(spent)
    }

    pub(super) fn put_back(
        &self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        number: u64,
        redemption: &RedemptionState,
        points: Points,
    ) -> Result<(), ActError> {
        let draws = reverse_draws(&redemption.draws, redemption.restored, points);
        let grace = self.scheme.returns.restore_grace_days;
        let wallet = redemption.wallet.clone();
        let mut entry = RestorationEntry {
            wallet: wallet.clone(),
            redemption: Some(number),
            purchase: Some(purchase.clone()),
            draws: Vec::new(),
            deficit: Points::ZERO,
            lots: Vec::new(),
            rules: Vec::new(),
        };
        for draw in draws {
            match self.with_grace(draft, &wallet, &draw, grace, entry.lots.len())? {
                Some(lot) => entry.lots.push(lot),
                None => entry.draws.push(draw),
            }
        }
        let lots: Vec<_> = entry
            .draws
            .iter()
            .map(|draw| draw.lot)
            .chain(entry.lots.iter().map(|lot| lot.lot))
            .collect();
        draft.push(Entry::Restoration(Box::new(entry)))?;
        post_late(draft)?;
        for lot in lots {
            draft.fill_deficit(&wallet, lot)?;
        }
        Ok(())
    }

    /// A lot of its own for points whose deadline is nearer than the grace.
    pub(super) fn with_grace(
        &self,
        draft: &Draft<'_>,
        wallet: &crate::id::WalletId,
        draw: &Draw,
        grace: u32,
        before: usize,
    ) -> Result<Option<crate::ledger::LotOpen>, ActError> {
        use crate::scheme::{LastDay, RoundUp};
        use crate::time::Span;
        if grace == 0 {
            return Ok(None);
        }
        let Some(state) = draft.account.wallet(wallet) else {
            return Ok(None);
        };
        let Some(lot) = state.lot(draw.lot) else {
            return Ok(None);
        };
        let Some(old) = state.deadline(lot) else {
            return Ok(None);
        };
        let longer = crate::evaluate::expiry::validity_end(
            Span::Days(grace),
            RoundUp::None,
            LastDay::Inclusive,
            draft.at(),
        )?;
        let offset = draft.at().offset_ms();
        if old.order_ms(offset) >= longer.order_ms(offset) {
            return Ok(None);
        }
        let next = draft.next_lot(wallet).get();
        let number = next.saturating_add(u64::try_from(before).unwrap_or(0));
        Ok(Some(crate::ledger::LotOpen {
            lot: crate::id::LotId::new(number),
            points: draw.points,
            pending: None,
            expiry: Some(longer),
            activity: false,
            promotional: lot.promotional(),
        }))
    }

    /// Rewards used on the purchase: bought ones end with it, those issued earlier are issued anew
    /// once everything that they lowered is back.
    pub(super) fn reissue(
        &self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        kept: &Kept,
    ) -> Result<(), ActError> {
        let used: Vec<(u64, crate::ledger::Reward)> = draft
            .account
            .rewards
            .iter()
            .enumerate()
            .filter(|(_, issued)| {
                matches!(&issued.state, RewardState::Used(used)
                    if used.purchase.as_ref() == Some(purchase))
            })
            .map(|(number, issued)| (u64::try_from(number).unwrap_or(u64::MAX), issued.clone()))
            .collect();
        for (issue, reward) in used {
            if !kept.all_back && !self.lowered_is_back(issue, kept) {
                continue;
            }
            let bought = match &reward.cause {
                IssueCause::Redemption(cause) => usize::try_from(cause.redemption)
                    .ok()
                    .and_then(|number| draft.account.redemptions.get(number))
                    .is_some_and(|redemption| redemption.purchase() == Some(purchase)),
                IssueCause::Grant(cause) => cause.purchase.as_ref() == Some(purchase),
                _ => false,
            };
            if bought {
                if kept.all_back {
                    let cause = VoidCause::Returned;
                    draft.push(Entry::RewardVoid(RewardVoidEntry { issue, cause }))?;
                }
                continue;
            }
            let lost = lost_by_return(draft, issue);
            let cause = match lost {
                true => VoidCause::Returned,
                false => VoidCause::Reissued,
            };
            draft.push(Entry::RewardVoid(RewardVoidEntry { issue, cause }))?;
            if lost {
                continue;
            }
            let number = draft.next_issue();
            draft.push(Entry::RewardIssue(Box::new(RewardIssueEntry {
                issue: number,
                reward: reward.reward.clone(),
                cause: IssueCause::Reissue(ReissueCause { issue }),
                expiry: reward.expiry,
            })))?;
            post_late(draft)?;
        }
        Ok(())
    }

    /// Rewards that offers issued with the purchase go with it, unless they were used.
    pub(super) fn void_issued(
        &self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        kept: &Kept,
    ) -> Result<(), ActError> {
        if !kept.all_back {
            return Ok(());
        }
        let open = draft.account.open_rewards();
        let issued: Vec<u64> = open
            .filter(|(_, reward)| {
                matches!(&reward.cause, IssueCause::Offer(cause) if cause.purchase == *purchase)
                    && matches!(reward.state, RewardState::Ready(_))
            })
            .map(|(issue, _)| issue)
            .collect();
        for issue in issued {
            let cause = VoidCause::Returned;
            draft.push(Entry::RewardVoid(RewardVoidEntry { issue, cause }))?;
        }
        Ok(())
    }

    pub(super) fn lowered_is_back(&self, issue: u64, kept: &Kept) -> bool {
        let discount = self.entry.discounts.iter().find(
            |discount| matches!(&discount.source, Source::Reward(source) if source.issue == issue),
        );
        discount.is_some_and(|discount| {
            !discount.shares.is_empty()
                && discount
                    .shares
                    .iter()
                    .all(|share| on_kept(share, &kept.units) == 0)
        })
    }
}

/// Draws in reverse order, after what is back already.
pub(super) fn reverse_draws(draws: &[Draw], back: Points, points: Points) -> Vec<Draw> {
    let mut skip = back;
    let mut left = points;
    let mut found = Vec::new();
    for draw in draws.iter().rev() {
        let skipped = draw.points.min(skip);
        skip = skip.checked_sub(skipped).unwrap_or(Points::ZERO);
        let free = draw.points.checked_sub(skipped).unwrap_or(Points::ZERO);
        let part = free.min(left);
        if part.is_zero() {
            continue;
        }
        left = left.checked_sub(part).unwrap_or(Points::ZERO);
        found.push(Draw {
            lot: draw.lot,
            points: part,
        });
    }
    found
}
