//! Wallets and their lots: look-up, and the moves that keep a lot within its bounds.

use crate::id::{LotId, WalletId};
use crate::number::Points;
use crate::time::{Deadline, Moment};

use super::account::{Account, Totals, Wallet};
use super::arith::{add, not_negative, push_made, take};
use super::entry::{Draw, LotOpen, Pending};
use super::error::{LedgerError, LedgerErrorKind};
use super::fold::GroupContext;
use super::lot::{EarningEntry, Lot};
use super::packed::DayMark;

impl Account {
    /// A wallet by name; nothing when no entry has touched it yet.
    #[must_use]
    pub fn wallet(&self, id: &WalletId) -> Option<&Wallet> {
        self.wallets.iter().find(|wallet| wallet.id == *id)
    }

    /// A wallet that must stand.
    pub(super) fn known_wallet(&mut self, id: &WalletId) -> Result<&mut Wallet, LedgerError> {
        self.near_wallet(id)
    }

    /// The same, for the kinds of entries that a log is full of.
    #[inline(always)]
    pub(super) fn near_wallet(&mut self, id: &WalletId) -> Result<&mut Wallet, LedgerError> {
        if !self.is_first_wallet(id) {
            return self.later_wallet(id);
        }
        self.wallets.first_mut().ok_or_else(|| unknown_wallet(id))
    }

    /// A wallet, opened at its place by name when it does not stand yet.
    #[inline(always)]
    pub(super) fn wallet_or_new(&mut self, id: &WalletId) -> Result<&mut Wallet, LedgerError> {
        if !self.is_first_wallet(id) {
            return self.later_wallet_or_new(id);
        }
        self.wallets.first_mut().ok_or_else(|| unknown_wallet(id))
    }

    /// Most accounts have one wallet.
    #[inline(always)]
    fn is_first_wallet(&self, id: &WalletId) -> bool {
        self.wallets.first().is_some_and(|first| first.id == *id)
    }

    #[inline(never)]
    fn later_wallet(&mut self, id: &WalletId) -> Result<&mut Wallet, LedgerError> {
        let found = self.wallets.iter_mut().find(|wallet| wallet.id == *id);
        found.ok_or_else(|| unknown_wallet(id))
    }

    #[inline(never)]
    fn later_wallet_or_new(&mut self, id: &WalletId) -> Result<&mut Wallet, LedgerError> {
        if !self.wallets.iter().any(|wallet| wallet.id == *id) {
            self.open_wallet(id);
        }
        self.later_wallet(id)
    }

    /// Moves every wallet's mark of its first live lot over those that entries emptied.
    #[inline]
    pub(super) fn mark_first_live(&mut self) {
        for wallet in &mut self.wallets {
            wallet.advance();
        }
    }

    #[cold]
    pub(super) fn open_wallet(&mut self, id: &WalletId) {
        // Most accounts have one wallet.
        if self.wallets.is_empty() {
            self.wallets.reserve_exact(1);
        }
        let place = self.wallets.partition_point(|wallet| wallet.id < *id);
        self.wallets.insert(place, Wallet::new(id.clone()));
    }
}

#[cold]
fn unknown_wallet(id: &WalletId) -> LedgerError {
    LedgerErrorKind::UnknownWallet { wallet: id.clone() }.into()
}

/// The place that a lot's number says.
#[inline]
pub(super) fn place(lot: LotId) -> usize {
    usize::try_from(lot.get()).unwrap_or(usize::MAX)
}

/// A place as a number.
#[inline]
pub(super) fn number(place: usize) -> u64 {
    u64::try_from(place).unwrap_or(u64::MAX)
}

/// The place of a group by its number.
pub(super) fn place_of_seq(seq: u64) -> Option<usize> {
    usize::try_from(seq.checked_sub(1)?).ok()
}

impl Wallet {
    /// An empty wallet.
    #[must_use]
    pub fn new(id: WalletId) -> Self {
        Self {
            id,
            lots: Vec::new(),
            first_live: 0,
            deficit: Points::ZERO,
            totals: Totals::default(),
            activity: None,
            activity_besides: None,
            active_again: None,
            carry_num: 0,
            carry_den: 1,
        }
    }

    /// A lot by number.
    #[must_use]
    pub fn lot(&self, lot: LotId) -> Option<&Lot> {
        self.lots.get(place(lot))
    }

    /// The lots that hold points, oldest first, with their numbers.
    pub fn live_lots(&self) -> impl Iterator<Item = (LotId, &Lot)> {
        let numbered = self.lots.iter().enumerate().skip(self.first_live);
        numbered
            .filter(|(_, lot)| !lot.remaining.is_zero())
            .map(|(at, lot)| (LotId::new(number(at)), lot))
    }

    /// When a lot lapses: by its own deadline, or by the wallet's activity if that is later.
    #[must_use]
    pub fn deadline(&self, lot: &Lot) -> Option<Deadline> {
        lot.deadline(self.activity, self.active_again)
    }

    /// The member is active: what lives by activity does until `deadline`, but for what had lapsed.
    pub(super) fn moved(&mut self, deadline: Option<Deadline>, at: Moment) {
        let lapsed = |activity: Deadline| activity.reached(at);
        if !self.lots.is_empty() && self.activity.is_none_or(lapsed) {
            self.active_again = Some(at);
        }
        self.activity = later(self.activity, deadline);
    }

    #[inline]
    pub(super) fn lot_mut(&mut self, lot: LotId) -> Result<&mut Lot, LedgerError> {
        let (id, count) = (&self.id, self.lots.len());
        match self.lots.get_mut(place(lot)) {
            Some(lot) => Ok(lot),
            None => Err(unknown_lot(id, lot, count)),
        }
    }

    /// Opens the next lot.
    pub(super) fn open(
        &mut self,
        open: &LotOpen,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let entry = EarningEntry::new(self.id.clone(), open.clone(), None, Vec::new());
        self.open_earned(&entry, context)?;
        self.advance();
        Ok(())
    }

    /// Opens the next lot for points that were earned; what follows moves the mark of the first live one.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(super) fn open_earned(
        &mut self,
        entry: &EarningEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let count = self.lots.len();
        if place(entry.lot) != count {
            return Err(LedgerError::number("lot", entry.lot.get(), count));
        }
        not_negative(entry.points, "a lot")?;
        push_made(&mut self.lots, || Lot {
            origin: entry.points,
            remaining: entry.points,
            held: Points::ZERO,
            expired: Points::ZERO,
            expiry: entry.expiry,
            opened: context.occurred.date(),
            expired_on: DayMark::NONE,
            terms: entry.terms.clone(),
            source: entry.source.clone(),
        });
        Ok(())
    }

    /// Takes points that no hold keeps from lots; the sum.
    #[inline]
    pub(super) fn draw(
        &mut self,
        draws: &[Draw],
        what: &'static str,
    ) -> Result<Points, LedgerError> {
        let total = self.draw_from_lots(draws, what, None)?;
        self.advance();
        Ok(total)
    }

    /// The same from lots of which none may wait for something, at a moment if one is given; what
    /// follows moves the mark of the first live one.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(super) fn draw_from_lots(
        &mut self,
        draws: &[Draw],
        what: &'static str,
        usable_at: Option<Moment>,
    ) -> Result<Points, LedgerError> {
        let ready = |lot: &Lot| usable_at.is_none_or(|at| usable(lot, at));
        let mut total = Points::ZERO;
        for (nth, draw) in draws.iter().enumerate() {
            let (id, count) = (&self.id, self.lots.len());
            let Some(of) = self.lots.get_mut(place(draw.lot)) else {
                return Err(unknown_lot(id, draw.lot, count));
            };
            if !ready(of) {
                return Err(waiting());
            }
            let drawn = draw_from(of, id, draw.points, what);
            if let Err(problem) = drawn.and_then(|()| add(&mut total, draw.points, what)) {
                // A lot that waits comes before what is wrong with the points.
                for later in draws.get(nth..).unwrap_or_default() {
                    if !ready(self.lot_mut(later.lot)?) {
                        return Err(waiting());
                    }
                }
                return Err(problem);
            }
        }
        Ok(total)
    }

    /// Puts points back into a lot that has room for them.
    pub(super) fn put_back(&mut self, draw: &Draw, what: &'static str) -> Result<(), LedgerError> {
        let of = self.lot_mut(draw.lot)?;
        not_negative(draw.points, what)?;
        let room = of
            .origin
            .checked_sub(of.remaining)
            .ok_or(LedgerErrorKind::Overflow { what })?;
        if draw.points > room {
            return Err(LedgerErrorKind::Overdrawn {
                what,
                wallet: self.id.clone(),
                found: draw.points,
                allowed: room,
            }
            .into());
        }
        add(&mut of.remaining, draw.points, what)?;
        self.went_up(draw.lot);
        Ok(())
    }

    /// Lowers what the member owes.
    pub(super) fn lower_deficit(
        &mut self,
        by: Points,
        what: &'static str,
    ) -> Result<(), LedgerError> {
        not_negative(by, what)?;
        if by > self.deficit {
            return Err(LedgerErrorKind::Overdrawn {
                what,
                wallet: self.id.clone(),
                found: by,
                allowed: self.deficit,
            }
            .into());
        }
        take(&mut self.deficit, by, what)
    }

    /// What can be spent at a moment if everything due is posted.
    pub(super) fn spendable(&self, at: Moment) -> Result<Points, LedgerError> {
        let what = "the available points";
        let mut free = Points::ZERO;
        for (_, lot) in self.live_lots().filter(|(_, lot)| usable(lot, at)) {
            add(&mut free, lot.remaining, what)?;
            take(&mut free, lot.held, what)?;
        }
        take(&mut free, self.deficit, what)?;
        Ok(free.max(Points::ZERO))
    }

    /// Moves the mark of the first live lot over empty ones.
    #[inline]
    pub(super) fn advance(&mut self) {
        while self
            .lots
            .get(self.first_live)
            .is_some_and(|lot| lot.remaining.is_zero())
        {
            self.first_live = self.first_live.saturating_add(1);
        }
    }

    /// Moves the mark of the first live lot back to one that got points.
    pub(super) fn went_up(&mut self, lot: LotId) {
        if self.lot(lot).is_some_and(|lot| !lot.remaining.is_zero()) {
            self.first_live = self.first_live.min(place(lot));
        }
    }
}

/// Takes points that no hold keeps from a lot; what follows moves the mark of the first live lot.
#[inline]
fn draw_from(
    of: &mut Lot,
    wallet: &WalletId,
    points: Points,
    what: &'static str,
) -> Result<(), LedgerError> {
    not_negative(points, what)?;
    // A lot's parts are within its origin, so no difference leaves the range.
    let free = Points::from_milli(of.remaining.milli().wrapping_sub(of.held.milli()));
    if points > free {
        return Err(overdrawn(wallet, what, points, free));
    }
    of.remaining = Points::from_milli(of.remaining.milli().wrapping_sub(points.milli()));
    Ok(())
}

#[cold]
fn waiting() -> LedgerError {
    LedgerError::state("a lot to draw on", "pending", "usable")
}

#[cold]
fn unknown_lot(wallet: &WalletId, lot: LotId, count: usize) -> LedgerError {
    LedgerErrorKind::UnknownLot {
        wallet: wallet.clone(),
        found: lot.get(),
        allowed: count,
    }
    .into()
}

#[cold]
pub(super) fn overdrawn(
    wallet: &WalletId,
    what: &'static str,
    found: Points,
    allowed: Points,
) -> LedgerError {
    LedgerErrorKind::Overdrawn {
        what,
        wallet: wallet.clone(),
        found,
        allowed,
    }
    .into()
}

/// Whether a lot waits for nothing at a moment.
#[inline]
pub(super) fn usable(lot: &Lot, at: Moment) -> bool {
    match lot.pending() {
        None => true,
        Some(Pending::Until(deadline)) => deadline.reached(at),
        Some(Pending::Event(_)) => false,
    }
}

impl Lot {
    /// When it lapses, where `activity` is its wallet's deadline by activity, and the member was active
    /// `again` after a time without. What lapsed by inactivity, or would have if it had held points, stays
    /// lapsed whatever happens later, points that come back to it too.
    #[inline]
    pub(super) fn deadline(
        &self,
        activity: Option<Deadline>,
        again: Option<Moment>,
    ) -> Option<Deadline> {
        let own = self.expiry.get();
        if !self.activity() {
            return own;
        }
        match (self.expired_on(), own, again) {
            (Some(day), ..) => Some(Deadline::Day(day)),
            (_, Some(end), Some(again)) if end.reached(again) => own,
            // What waits for an event has no deadline yet.
            (_, None, _) if self.pending().is_some() => None,
            _ => later(own, activity),
        }
    }
}

/// The later of two deadlines.
#[inline(never)]
pub(crate) fn later(a: Option<Deadline>, b: Option<Deadline>) -> Option<Deadline> {
    [a, b]
        .into_iter()
        .flatten()
        .max_by_key(|deadline| deadline.order_ms(0))
}
