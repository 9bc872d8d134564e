//! Holds: points and rewards put aside for a while.

use crate::id::{HoldId, WalletId};
use crate::number::Points;
use crate::time::Moment;

use super::account::{Account, HeldState, Hold, ReadyState, RewardState};
use super::arith::{add, not_negative, take};
use super::entry::{HoldEntry, HoldRef, WalletDraw};
use super::error::{LedgerError, LedgerErrorKind};
use super::fold::GroupContext;
use super::fold_points::within;
use super::limit_key::LimitKey;
use super::redemption::RedemptionEntry;
use super::wallet::usable;

impl Account {
    /// A hold that stands.
    #[must_use]
    pub fn hold(&self, id: &HoldId) -> Option<&Hold> {
        self.holds.iter().find(|hold| hold.id == *id)
    }

    /// How many uses of a counter standing holds keep at a moment, those of `own` left aside.
    #[must_use]
    pub fn held_uses(&self, limit: &LimitKey, own: &[HoldId], at: Moment) -> i64 {
        let standing =
            |hold: &&Hold| at.instant_ms() < hold.until.instant_ms() && !own.contains(&hold.id);
        let kept = self.holds.iter().filter(standing).map(|hold| {
            let uses = hold.limits.iter().filter(|kept| *kept == limit).count();
            i64::try_from(uses).unwrap_or(i64::MAX)
        });
        kept.fold(0_i64, i64::saturating_add)
    }

    pub(super) fn hold_entry(
        &mut self,
        entry: &HoldEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        if self.hold(&entry.hold).is_some() {
            return Err(LedgerError::state(
                "a new hold",
                "standing already",
                "a name that no hold has",
            ));
        }
        if entry.until.instant_ms() <= context.at.instant_ms() {
            return Err(LedgerError::state(
                "the end of a hold",
                "past",
                "after its beginning",
            ));
        }
        self.check_hold_available(&entry.draws, context)?;
        for draw in &entry.draws {
            self.put_aside(draw, context)?;
        }
        for issue in &entry.issues {
            self.move_reward(*issue, "held", |state| match state {
                RewardState::Ready(_) => Some(RewardState::Held(HeldState {
                    hold: entry.hold.clone(),
                })),
                _ => None,
            })?;
        }
        self.holds.push(Hold {
            id: entry.hold.clone(),
            draws: entry.draws.clone(),
            issues: entry.issues.clone(),
            limits: entry.limits.clone(),
            until: entry.until,
        });
        Ok(())
    }

    /// Where the member owes points, a hold must leave enough for them.
    fn check_hold_available(
        &self,
        draws: &[WalletDraw],
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        for wallet in self
            .wallets
            .iter()
            .filter(|wallet| !wallet.deficit.is_zero())
        {
            let mut wanted = Points::ZERO;
            for draw in draws.iter().filter(|draw| draw.wallet == wallet.id) {
                add(&mut wanted, draw.points, "a hold")?;
            }
            if !wanted.is_zero() {
                within(&wallet.id, "a hold", wanted, wallet.spendable(context.at)?)?;
            }
        }
        Ok(())
    }

    fn put_aside(
        &mut self,
        draw: &WalletDraw,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let what = "a hold";
        let lot = self.known_wallet(&draw.wallet)?.lot_mut(draw.lot)?;
        if !usable(lot, context.at) {
            return Err(LedgerError::state("a lot to hold", "pending", "usable"));
        }
        not_negative(draw.points, what)?;
        let free = lot
            .remaining
            .checked_sub(lot.held)
            .ok_or(LedgerErrorKind::Overflow { what })?;
        within(&draw.wallet, what, draw.points, free)?;
        add(&mut lot.held, draw.points, what)
    }

    /// Ends a hold, used or not: what it still keeps is free again.
    pub(super) fn end_hold(&mut self, entry: &HoldRef) -> Result<(), LedgerError> {
        let place = self.holds.iter().position(|hold| hold.id == entry.hold);
        let Some(place) = place else {
            return Err(LedgerErrorKind::UnknownHold {
                hold: entry.hold.clone(),
            }
            .into());
        };
        let hold = self.holds.remove(place);
        for draw in &hold.draws {
            let lot = self.known_wallet(&draw.wallet)?.lot_mut(draw.lot)?;
            take(&mut lot.held, draw.points, "a hold")?;
        }
        for issue in &hold.issues {
            self.move_reward(*issue, "freed", |state| match state {
                RewardState::Held(held) if held.hold == hold.id => {
                    Some(RewardState::Ready(ReadyState {}))
                }
                _ => None,
            })?;
        }
        Ok(())
    }

    /// Frees the parts of lots that a redemption draws from its hold.
    pub(super) fn capture_draws(
        &mut self,
        id: &HoldId,
        entry: &RedemptionEntry,
    ) -> Result<(), LedgerError> {
        for draw in entry.draws.iter() {
            let mut left = draw.points;
            while let Some(part) = self.free_part(id, &entry.wallet, draw.lot, left)? {
                take(&mut left, part, "a capture")?;
            }
        }
        Ok(())
    }

    /// Frees up to `left` of what a hold keeps of a lot; how much, if any.
    fn free_part(
        &mut self,
        id: &HoldId,
        wallet: &WalletId,
        lot: crate::id::LotId,
        left: Points,
    ) -> Result<Option<Points>, LedgerError> {
        let Some(hold) = self.holds.iter_mut().find(|hold| hold.id == *id) else {
            return Ok(None);
        };
        let place = hold
            .draws
            .iter()
            .position(|draw| draw.wallet == *wallet && draw.lot == lot);
        let Some(draw) = place.and_then(|place| hold.draws.get_mut(place)) else {
            return Ok(None);
        };
        let part = draw.points.min(left);
        if part.is_zero() || part.is_negative() {
            return Ok(None);
        }
        take(&mut draw.points, part, "a capture")?;
        hold.draws.retain(|draw| !draw.points.is_zero());
        take(
            &mut self.known_wallet(wallet)?.lot_mut(lot)?.held,
            part,
            "a capture",
        )?;
        Ok(Some(part))
    }
}
