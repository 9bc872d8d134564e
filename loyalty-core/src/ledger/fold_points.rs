//! Entries that move points.
//!
//! Every one of them keeps: earned + adjusted in + transferred in + restored + reinstated +
//! written off = what the lots hold − deficit + redeemed + expired + reversed + adjusted out +
//! transferred out.

use crate::id::WalletId;
use crate::number::Points;
use crate::time::{CivilDateTime, Date, Deadline, Moment};

use super::account::{Account, ActivatedMetric, Wallet};
use super::arith::{add, not_negative, push_made, sum, take};
use super::entry::{
    ActivationEntry, AdjustmentEntry, Draw, LotOpen, LotPoints, Pending, ReinstatementEntry,
    TransferInEntry, TransferOutEntry, WriteOffEntry,
};
use super::error::{LedgerError, LedgerErrorKind};
use super::fold::GroupContext;
use super::lot::{EarningEntry, Lot};
use super::redemption::{Draws, RedemptionEntry, RedemptionState};
use super::wallet::{later, number, overdrawn, usable};

impl Account {
    /// Opens a lot; what follows moves the mark of the first live one, here as in the two below.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(super) fn earning(
        &mut self,
        entry: &EarningEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let wallet = self.wallet_or_new(&entry.wallet)?;
        wallet.open_earned(entry, context)?;
        add(&mut wallet.totals.earned, entry.points, "the points earned")
    }

    pub(super) fn activation(
        &mut self,
        entry: &ActivationEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let lot = self.known_wallet(&entry.wallet)?.lot_mut(entry.lot)?;
        let day = day_of_activation(lot, context);
        if lot.take_pending().is_none() {
            return Err(LedgerError::state("a lot to activate", "usable", "pending"));
        }
        lot.expiry = entry.expiry.into();
        if entry.metrics.is_empty() {
            return Ok(());
        }
        if let Some(purchase) = lot.purchase().cloned()
            && let Ok(state) = self.known_purchase(&purchase)
        {
            let measured = entry.metrics.iter().map(|metric| ActivatedMetric {
                ladder: metric.ladder.clone(),
                date: day,
                amount: metric.amount,
            });
            state.activated.extend(measured);
        }
        self.add_metrics(&entry.metrics, day)
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(super) fn redemption(
        &mut self,
        entry: &RedemptionEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        self.check_redemption_number(entry)?;
        let terms = entry.terms.as_deref();
        let hold = terms.and_then(|terms| terms.hold.as_ref());
        if let Some(hold) = hold {
            self.capture_draws(hold, entry)?;
        }
        let wallet = self.near_wallet(&entry.wallet)?;
        if !wallet.deficit.is_zero() && hold.is_none() {
            let wanted = sum(entry.draws.iter().map(|draw| draw.points), "a redemption")?;
            within(
                &wallet.id,
                "a redemption",
                wanted,
                wallet.spendable(context.at)?,
            )?;
        }
        let usable_at = hold.is_none().then_some(context.at);
        let total = wallet.draw_from_lots(&entry.draws, "a redemption", usable_at)?;
        add(&mut wallet.totals.redeemed, total, "the points spent")?;
        if let Some(activity) = terms.and_then(|terms| terms.activity) {
            wallet.moved(Some(activity), context.at);
            wallet.activity_besides = later(wallet.activity_besides, Some(activity));
        }
        push_made(&mut self.redemptions, || RedemptionState {
            wallet: entry.wallet.clone(),
            draws: Draws::from(&entry.draws),
            restored: Points::ZERO,
            terms: entry.terms.clone(),
        });
        Ok(())
    }

    fn check_redemption_number(&self, entry: &RedemptionEntry) -> Result<(), LedgerError> {
        let count = self.redemptions.len();
        if entry.redemption != number(count) {
            return Err(LedgerError::number("redemption", entry.redemption, count));
        }
        Ok(())
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(super) fn expiry(
        &mut self,
        entry: &LotPoints,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let wallet = self.near_wallet(&entry.wallet)?;
        let (activity, again) = (wallet.activity, wallet.active_again);
        let lot = wallet.lot_mut(entry.lot)?;
        let day = match lot.expiry.get() {
            Some(Deadline::Day(day)) if !lot.activity() && context.at.date() >= day => day,
            _ => day_of_lapse(lot.deadline(activity, again), context.at)?,
        };
        lot.expired_on = day.into();
        add(&mut lot.expired, entry.points, "the points lapsed")?;
        wallet.draw_from_lots(&[entry.draw()], "an expiry", None)?;
        add(
            &mut wallet.totals.expired,
            entry.points,
            "the points lapsed",
        )
    }

    pub(super) fn adjustment(
        &mut self,
        entry: &AdjustmentEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let wallet = self.wallet_or_new(&entry.wallet)?;
        if let Some(lot) = &entry.lot {
            wallet.open(lot, context)?;
            add(
                &mut wallet.totals.adjusted_in,
                lot.points,
                "the points adjusted upward",
            )?;
        }
        if let Some(into) = &entry.into {
            let lot = wallet.lot_mut(into.lot)?;
            not_negative(into.points, "an adjustment")?;
            add(&mut lot.origin, into.points, "a lot")?;
            add(&mut lot.remaining, into.points, "a lot")?;
            wallet.went_up(into.lot);
            add(
                &mut wallet.totals.adjusted_in,
                into.points,
                "the points adjusted upward",
            )?;
        }
        let taken = wallet.draw(&entry.draws, "an adjustment")?;
        not_negative(entry.deficit, "an adjustment's deficit")?;
        add(&mut wallet.deficit, entry.deficit, "the deficit")?;
        add(
            &mut wallet.totals.adjusted_out,
            taken,
            "the points adjusted downward",
        )?;
        add(
            &mut wallet.totals.adjusted_out,
            entry.deficit,
            "the points adjusted downward",
        )
    }

    /// Points that a reversal left owed, and that are forgiven.
    pub(super) fn write_off(&mut self, entry: &WriteOffEntry) -> Result<(), LedgerError> {
        let wallet = self.known_wallet(&entry.wallet)?;
        wallet.lower_deficit(entry.points, "a write-off")?;
        add(
            &mut wallet.totals.written_off,
            entry.points,
            "the points written off",
        )
    }

    /// Neutral: the lot, its origin and the deficit go down together.
    pub(super) fn deficit_fill(
        &mut self,
        entry: &LotPoints,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let wallet = self.known_wallet(&entry.wallet)?;
        if !usable(wallet.lot_mut(entry.lot)?, context.at) {
            return Err(LedgerError::state(
                "a lot to fill a deficit",
                "pending",
                "usable",
            ));
        }
        wallet.lower_deficit(entry.points, "a deficit fill")?;
        wallet.draw(&[entry.draw()], "a deficit fill")?;
        take(
            &mut wallet.lot_mut(entry.lot)?.origin,
            entry.points,
            "a lot",
        )
    }

    pub(super) fn transfer_out(&mut self, entry: &TransferOutEntry) -> Result<(), LedgerError> {
        let wallet = self.known_wallet(&entry.wallet)?;
        let total = wallet.draw(&entry.draws, "a transfer")?;
        add(
            &mut wallet.totals.transferred_out,
            total,
            "the points transferred out",
        )
    }

    pub(super) fn transfer_in(
        &mut self,
        entry: &TransferInEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let wallet = self.wallet_or_new(&entry.wallet)?;
        let total = open_all(wallet, &entry.lots, context)?;
        add(
            &mut wallet.totals.transferred_in,
            total,
            "the points transferred in",
        )
    }

    /// Lapsed points in lots of their own; the old lots remember that these are given back.
    pub(super) fn reinstatement(
        &mut self,
        entry: &ReinstatementEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let wallet = self.known_wallet(&entry.wallet)?;
        let mut lapsed = Points::ZERO;
        for of in &entry.of {
            let lot = wallet.lot_mut(of.lot)?;
            not_negative(of.points, "a reinstatement")?;
            let allowed = lot.expired;
            if of.points > allowed {
                let (what, found) = ("a reinstatement", of.points);
                return Err(LedgerErrorKind::Overdrawn {
                    what,
                    wallet: entry.wallet.clone(),
                    found,
                    allowed,
                }
                .into());
            }
            take(&mut lot.expired, of.points, "the points lapsed")?;
            add(&mut lapsed, of.points, "a reinstatement")?;
        }
        let total = open_all(wallet, &entry.lots, context)?;
        if total != lapsed {
            let (found, allowed) = (format_points(total), format_points(lapsed));
            return Err(LedgerErrorKind::State {
                what: "the sum of a reinstatement's lots",
                found,
                allowed,
            }
            .into());
        }
        add(
            &mut wallet.totals.reinstated,
            total,
            "the points reinstated",
        )
    }
}

impl LotPoints {
    /// The same as taken from the lot.
    fn draw(&self) -> Draw {
        Draw {
            lot: self.lot,
            points: self.points,
        }
    }
}

/// Opens lots one after the other; the sum.
pub(super) fn open_all(
    wallet: &mut Wallet,
    lots: &[LotOpen],
    context: &GroupContext<'_>,
) -> Result<Points, LedgerError> {
    let mut total = Points::ZERO;
    for lot in lots {
        wallet.open(lot, context)?;
        add(&mut total, lot.points, "the sum of new lots")?;
    }
    Ok(total)
}

/// Refuses more than what there is.
pub(super) fn within(
    wallet: &WalletId,
    what: &'static str,
    found: Points,
    allowed: Points,
) -> Result<(), LedgerError> {
    if found > allowed {
        return Err(overdrawn(wallet, what, found, allowed));
    }
    Ok(())
}

fn format_points(points: Points) -> smol_str::SmolStr {
    smol_str::format_smolstr!("{points}")
}

/// The day on which a pending lot becomes usable: that of its deadline where time brought it, else
/// that of the act.
pub(super) fn day_of_activation(lot: &Lot, context: &GroupContext<'_>) -> Date {
    let deadline = match lot.pending() {
        Some(Pending::Until(deadline)) => Some(*deadline),
        _ => None,
    };
    day_of_lapse(deadline, context.at).unwrap_or(context.occurred.date())
}

/// The civil day of a deadline, which must be reached.
#[inline(never)]
pub(super) fn day_of_lapse(deadline: Option<Deadline>, at: Moment) -> Result<Date, LedgerError> {
    match deadline.filter(|deadline| deadline.reached(at)) {
        Some(Deadline::Day(date)) => Ok(date),
        Some(reached) => {
            let civil = CivilDateTime::from_civil_ms(reached.order_ms(at.offset_ms()));
            Ok(civil.map_or(at.date(), CivilDateTime::date))
        }
        None => Err(LedgerError::early("an expiry", at, deadline)),
    }
}
