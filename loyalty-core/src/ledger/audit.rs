//! The invariants that an account's state shows.

use std::fmt::Display;

use crate::number::Points;
use crate::serde_text::shown;

use super::account::{
    Account, Card, InstanceState, Ladder, PurchaseState, RewardState, Totals, Wallet,
};
use super::error::{LedgerError, LedgerErrorKind};
use super::key::print;
use super::lot::Lot;
use super::wallet::number;

/// Refuses what does not hold.
fn demand<T: PartialEq + Display>(
    what: &'static str,
    place: impl Display,
    found: T,
    allowed: T,
) -> Result<(), LedgerError> {
    if found == allowed {
        return Ok(());
    }
    Err(LedgerErrorKind::Audit {
        what,
        place: shown(&place),
        found: shown(&found),
        allowed: shown(&allowed),
    }
    .into())
}

fn sum(parts: &[Points]) -> i128 {
    parts
        .iter()
        .fold(0, |sum, part| sum.saturating_add(i128::from(part.milli())))
}

impl Account {
    /// Checks what must hold of any account: points are conserved wallet by wallet, every lot is
    /// within its bounds, what holds keep is what lots and rewards say is held, marks, order and
    /// numbers are right, keys stand once.
    ///
    /// # Errors
    /// [`LedgerErrorKind::Audit`] with the first thing that does not hold.
    pub fn audit(&self) -> Result<(), LedgerError> {
        self.wallets
            .iter()
            .try_for_each(|wallet| self.audit_wallet(wallet))?;
        demand(
            "the order of wallets",
            "by name",
            ascending(self.wallets.iter().map(|w| &w.id)),
            true,
        )?;
        demand(
            "the order of cards",
            "by name",
            ascending(self.cards.iter().map(|c| &c.id)),
            true,
        )?;
        demand(
            "the order of ladders",
            "by name",
            ascending(self.ladders.iter().map(|l| &l.id)),
            true,
        )?;
        demand(
            "the order of counters",
            "by name",
            ascending(self.counters.iter().map(|c| &c.limit)),
            true,
        )?;
        self.cards.iter().try_for_each(audit_card)?;
        self.ladders.iter().try_for_each(audit_ladder)?;
        for counter in &self.counters {
            demand(
                "whether a counter is above 0",
                &counter.limit,
                counter.count > 0,
                true,
            )?;
        }
        self.audit_purchases()?;
        self.audit_redemptions()?;
        self.audit_rewards()?;
        self.audit_holds()?;
        self.audit_keys()
    }

    fn audit_wallet(&self, wallet: &Wallet) -> Result<(), LedgerError> {
        let mut remaining: i128 = 0;
        for (place, lot) in wallet.lots.iter().enumerate() {
            let name = format!("{} {place}", wallet.id);
            audit_lot(lot, &name)?;
            let kept = self.holds.iter().flat_map(|hold| &hold.draws);
            let kept =
                kept.filter(|draw| draw.wallet == wallet.id && draw.lot.get() == number(place));
            let kept: Vec<Points> = kept.map(|draw| draw.points).collect();
            demand(
                "what is held of lot",
                &name,
                i128::from(lot.held.milli()),
                sum(&kept),
            )?;
            remaining = remaining.saturating_add(i128::from(lot.remaining.milli()));
        }
        let live = wallet.lots.iter().position(|lot| !lot.remaining.is_zero());
        demand(
            "the first live lot of",
            &wallet.id,
            wallet.first_live,
            live.unwrap_or(wallet.lots.len()),
        )?;
        demand(
            "whether a debt is below 0 in",
            &wallet.id,
            wallet.deficit.is_negative(),
            false,
        )?;
        demand(
            "the sign of a denominator in",
            &wallet.id,
            wallet.carry_den.signum(),
            1,
        )?;
        audit_totals(wallet, remaining)
    }

    fn audit_purchases(&self) -> Result<(), LedgerError> {
        let standing = self
            .purchases
            .iter()
            .filter(|purchase| !purchase.cancelled)
            .count();
        demand(
            "the number of purchases",
            "that count",
            self.purchase_count,
            number(standing),
        )?;
        for state in &self.purchases {
            let lines = &state.entry.purchase.lines;
            for (line, returned) in lines.iter().zip(&state.returned) {
                let within = returned.quantity <= line.quantity && returned.amount_minor >= 0;
                demand(
                    "whether what came back was sold, in",
                    &state.entry.purchase.id,
                    within,
                    true,
                )?;
            }
            audit_losses(state)?;
        }
        Ok(())
    }

    fn audit_redemptions(&self) -> Result<(), LedgerError> {
        for (place, state) in self.redemptions.iter().enumerate() {
            let drawn: Vec<Points> = state.draws.iter().map(|draw| draw.points).collect();
            let within =
                !state.restored.is_negative() && i128::from(state.restored.milli()) <= sum(&drawn);
            demand(
                "whether what came back was spent, in redemption",
                place,
                within,
                true,
            )?;
        }
        Ok(())
    }

    fn audit_rewards(&self) -> Result<(), LedgerError> {
        let open = self
            .rewards
            .iter()
            .position(|reward| reward.state.is_open());
        demand(
            "the first open reward",
            "by number",
            self.first_ready,
            open.unwrap_or(self.rewards.len()),
        )?;
        for (place, reward) in self.rewards.iter().enumerate() {
            if let RewardState::Held(held) = &reward.state {
                let kept = self
                    .hold(&held.hold)
                    .is_some_and(|hold| hold.issues.contains(&number(place)));
                demand("whether a hold keeps reward", place, kept, true)?;
            }
        }
        Ok(())
    }

    fn audit_holds(&self) -> Result<(), LedgerError> {
        for hold in &self.holds {
            let all = self
                .holds
                .iter()
                .filter(|other| other.id == hold.id)
                .count();
            demand("how often a hold stands:", &hold.id, all, 1)?;
            for draw in &hold.draws {
                let stands = self
                    .wallet(&draw.wallet)
                    .is_some_and(|wallet| wallet.lot(draw.lot).is_some());
                demand("whether a held lot stands, in", &hold.id, stands, true)?;
            }
            for issue in &hold.issues {
                let state = self.reward(*issue).map(|reward| &reward.state);
                let held = matches!(state, Some(RewardState::Held(held)) if held.hold == hold.id);
                demand("whether a reward is held, by", &hold.id, held, true)?;
            }
        }
        Ok(())
    }

    fn audit_keys(&self) -> Result<(), LedgerError> {
        let mut last = 0;
        for record in &self.keys {
            demand(
                "the print of key",
                &record.key,
                record.print,
                print(record.act, &record.key),
            )?;
            let in_order = last <= record.seq && record.seq <= self.head.seq;
            demand(
                "whether a group is in order at key",
                &record.key,
                in_order,
                true,
            )?;
            last = record.seq;
        }
        self.check_keys_once()
    }
}

fn ascending<T: Ord>(names: impl Iterator<Item = T>) -> bool {
    names.is_sorted_by(|a, b| a < b)
}

fn audit_lot(lot: &Lot, name: &str) -> Result<(), LedgerError> {
    let in_bounds =
        Points::ZERO <= lot.held && lot.held <= lot.remaining && lot.remaining <= lot.origin;
    demand(
        "whether 0 <= held <= left <= origin in lot",
        name,
        in_bounds,
        true,
    )?;
    demand(
        "whether less than nothing lapsed in lot",
        name,
        lot.expired.is_negative(),
        false,
    )
}

/// What rules and benefits lost of a purchase is what was taken back of it.
fn audit_losses(state: &PurchaseState) -> Result<(), LedgerError> {
    for reversed in &state.reversed {
        let of_wallet = state
            .lost
            .iter()
            .filter(|loss| loss.wallet == reversed.wallet);
        let lost: Vec<Points> = of_wallet.map(|loss| loss.rule.points).collect();
        if lost.is_empty() {
            continue;
        }
        let taken = reversed.draws.iter().map(|draw| draw.points);
        let taken: Vec<Points> = taken
            .chain([reversed.deficit, reversed.written_off])
            .collect();
        let of = &state.entry.purchase.id;
        demand("what rules lost of", of, sum(&lost), sum(&taken))?;
    }
    Ok(())
}

/// Conservation, and that no total is below zero.
fn audit_totals(wallet: &Wallet, remaining: i128) -> Result<(), LedgerError> {
    let Totals {
        earned,
        adjusted_in,
        transferred_in,
        restored,
        unspent,
        reinstated,
        written_off,
        redeemed,
        expired,
        reversed,
        adjusted_out,
        transferred_out,
    } = wallet.totals;
    let into = [
        earned,
        adjusted_in,
        transferred_in,
        restored,
        reinstated,
        written_off,
    ];
    let out = [redeemed, expired, reversed, adjusted_out, transferred_out];
    let below = into
        .iter()
        .chain(&out)
        .chain([&unspent])
        .any(|total| total.is_negative());
    demand("whether a total is below 0 in", &wallet.id, below, false)?;
    demand(
        "whether more came back than was spent in",
        &wallet.id,
        unspent > redeemed.min(restored),
        false,
    )?;
    let balance = remaining.saturating_sub(i128::from(wallet.deficit.milli()));
    demand(
        "the milli-points that came in",
        &wallet.id,
        sum(&into),
        balance.saturating_add(sum(&out)),
    )
}

fn audit_card(card: &Card) -> Result<(), LedgerError> {
    let open = card
        .instances
        .iter()
        .position(|instance| instance.state == InstanceState::Open);
    demand(
        "the first open one of card",
        &card.id,
        card.first_open,
        open.unwrap_or(card.instances.len()),
    )?;
    for instance in &card.instances {
        let within = instance.count() <= instance.target;
        demand("whether the stamps fit on card", &card.id, within, true)?;
    }
    Ok(())
}

fn audit_ladder(ladder: &Ladder) -> Result<(), LedgerError> {
    let days = ascending(ladder.points.iter().map(|point| point.date));
    demand("the order of days on ladder", &ladder.id, days, true)
}
