//! Returns, reversals of what was earned, and restorations of what was spent.

use crate::id::{LadderId, LineId, RuleId, WalletId};
use crate::number::Points;
use crate::purchase::{Back, Line, ReturnLine};
use crate::time::Date;

use super::account::{Account, ActivatedMetric, PurchaseState, Returned, Reversed, RuleLoss};
use super::arith::{add, add_carry, add_i64, not_negative, sum, take};
use super::entry::{
    CarryEntry, Draw, MetricEntry, RestorationEntry, ReturnEntry, ReversalEntry, RulePoints,
};
use super::error::{LedgerError, LedgerErrorKind};
use super::fold::GroupContext;
use super::fold_points::{open_all, within};

impl Account {
    /// Metrics change on the purchase's day, and on those on which its points became usable later.
    pub(super) fn return_entry(&mut self, entry: &ReturnEntry) -> Result<(), LedgerError> {
        let state = self.known_purchase(&entry.purchase)?;
        if state.cancelled {
            return Err(LedgerError::state(
                "a purchase that comes back",
                "cancelled",
                "not cancelled",
            ));
        }
        for line in &entry.lines {
            state.take_back(line)?;
        }
        state.refund(entry)?;
        let measured = state.measured(&entry.metrics)?;
        merge_metrics(&mut state.metrics, &entry.metrics)?;
        merge_carry(&mut state.carry, &entry.carry)?;
        state.cancelled = entry.cancel;
        if entry.cancel {
            self.purchase_count = self.purchase_count.saturating_sub(1);
        }
        self.add_carries(&entry.carry)?;
        self.set_activity(&entry.activity)?;
        for change in measured {
            self.ladder_or_new(&change.ladder)?
                .measure(change.date, change.amount)?;
        }
        Ok(())
    }

    /// What is not owed is added to the deficit too; the [`WriteOff`](super::Entry::WriteOff) that
    /// follows takes it off again.
    pub(super) fn reversal(&mut self, entry: &ReversalEntry) -> Result<(), LedgerError> {
        let what = "the points taken back";
        not_negative(entry.deficit, "a reversal's deficit")?;
        not_negative(entry.written_off, "a reversal's part that is not owed")?;
        let wallet = self.wallet_or_new(&entry.wallet)?;
        let drawn = wallet.draw(&entry.draws, "a reversal")?;
        let gone = sum([entry.deficit, entry.written_off], what)?;
        let lapsed = sum(entry.lapsed.iter().map(|draw| draw.points), what)?;
        for draw in &entry.lapsed {
            not_negative(draw.points, "a reversal's part that had lapsed")?;
            take(&mut wallet.lot_mut(draw.lot)?.expired, draw.points, what)?;
        }
        add(&mut wallet.deficit, gone, "the deficit")?;
        add(&mut wallet.totals.reversed, drawn, what)?;
        add(&mut wallet.totals.reversed, gone, what)?;
        let state = self.known_purchase(&entry.purchase)?;
        let reversed = state.reversed_mut(&entry.wallet)?;
        for draw in entry.draws.iter().filter(|draw| !draw.points.is_zero()) {
            push_draw(&mut reversed.draws, draw)?;
        }
        add(&mut reversed.deficit, entry.deficit, what)?;
        add(&mut reversed.written_off, entry.written_off, what)?;
        add(&mut reversed.written_off, lapsed, what)?;
        for rule in &entry.rules {
            state.lose(&entry.wallet, &rule.rule, rule.points)?;
        }
        Ok(())
    }

    /// Points come back to their lots, lower a deficit, or stand in lots of their own.
    pub(super) fn restoration(
        &mut self,
        entry: &RestorationEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let wallet = self.wallet_or_new(&entry.wallet)?;
        for draw in &entry.draws {
            wallet.put_back(draw, "a restoration")?;
        }
        wallet.lower_deficit(entry.deficit, "a restoration")?;
        let own = open_all(wallet, &entry.lots, context)?;
        let back = sum(entry.draws.iter().map(|draw| draw.points), "a restoration")?;
        let total = sum([back, own, entry.deficit], "a restoration")?;
        add(&mut wallet.totals.restored, total, "the points restored")?;
        match entry.redemption {
            Some(redemption) => self.undo_redemption(redemption, &entry.wallet, total),
            None => self.undo_reversal(entry, own),
        }
    }

    fn undo_redemption(
        &mut self,
        number: u64,
        wallet: &WalletId,
        total: Points,
    ) -> Result<(), LedgerError> {
        let what = "a restoration of a redemption";
        let allowed = self.redemptions.len();
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        let Some(state) = self.redemptions.get_mut(place) else {
            return Err(LedgerErrorKind::UnknownRedemption {
                found: number,
                allowed,
            }
            .into());
        };
        if state.wallet != *wallet {
            let (found, allowed) = (wallet.to_string(), state.wallet.to_string());
            return Err(LedgerError::state(
                "the wallet of a redemption",
                found,
                allowed,
            ));
        }
        let spent = sum(state.draws.iter().map(|draw| draw.points), what)?;
        let left = spent
            .checked_sub(state.restored)
            .ok_or(LedgerErrorKind::Overflow { what })?;
        within(wallet, what, total, left)?;
        add(&mut state.restored, total, what)?;
        add(&mut self.known_wallet(wallet)?.totals.unspent, total, what)
    }

    fn undo_reversal(&mut self, entry: &RestorationEntry, own: Points) -> Result<(), LedgerError> {
        let Some(purchase) = &entry.purchase else {
            return Err(LedgerError::state(
                "a restoration",
                "of nothing",
                "of a redemption or a purchase",
            ));
        };
        let state = self.known_purchase(purchase)?;
        let reversed = state.reversed_mut(&entry.wallet)?;
        let mut rest = own;
        for draw in &entry.draws {
            let missed = reversed.give_back(draw)?;
            add(&mut rest, missed, "a restoration")?;
        }
        add(&mut rest, entry.deficit, "a restoration")?;
        reversed.give_back_rest(rest, entry.deficit)?;
        for rule in &entry.rules {
            let points = Points::from_milli(rule.points.milli().saturating_neg());
            state.lose(&entry.wallet, &rule.rule, points)?;
        }
        Ok(())
    }
}

/// What entries say of one ladder, together.
pub(crate) fn measured_by(ladder: &LadderId, metrics: &[MetricEntry]) -> i64 {
    let metrics = metrics.iter().filter(|metric| metric.ladder == *ladder);
    metrics.fold(0_i64, |sum, metric| sum.saturating_add(metric.amount))
}

impl PurchaseState {
    /// The place of a line, by its own name or by its position from `1`.
    #[must_use]
    pub fn line_place(&self, line: &LineId) -> Option<usize> {
        let lines = &self.entry.purchase.lines;
        let position = line.as_str().parse::<usize>().ok();
        let named = |(place, candidate): (usize, &Line)| match &candidate.id {
            Some(id) => id == line,
            None => position == place.checked_add(1),
        };
        lines.iter().enumerate().position(named)
    }

    fn take_back(&mut self, back: &ReturnLine) -> Result<(), LedgerError> {
        let place = self.line_place(&back.line);
        let sold = place
            .and_then(|place| self.entry.purchase.lines.get(place))
            .map(|line| line.quantity);
        let (Some(place), Some(sold)) = (place, sold) else {
            let purchase = self.entry.purchase.id.clone();
            return Err(LedgerErrorKind::UnknownLine {
                purchase,
                line: back.line.clone(),
            }
            .into());
        };
        let currency = self.entry.purchase.currency;
        if self.returned.is_empty() {
            self.returned
                .resize(self.entry.purchase.lines.len(), Returned::default());
        }
        let Some(returned) = self.returned.get_mut(place) else {
            return Ok(());
        };
        match back.back {
            Back::Quantity(count) => {
                let total = returned.quantity.saturating_add(count);
                if total > sold {
                    let (what, found) = ("the units that come back of a line", i64::from(total));
                    return Err(LedgerErrorKind::Exceeded {
                        what,
                        found,
                        allowed: i64::from(sold),
                    }
                    .into());
                }
                returned.quantity = total;
            }
            Back::Amount(amount) => {
                let minor = minor_of("an amount given back", amount, currency)?;
                add_i64(&mut returned.amount_minor, minor, "the amounts given back")?;
            }
        }
        Ok(())
    }

    /// Changes of its metrics, by the days on which ladders measured it: what comes back is taken of
    /// the first days, and given back on the last.
    fn measured(&self, changes: &[MetricEntry]) -> Result<Vec<ActivatedMetric>, LedgerError> {
        let what = "a ladder's metric";
        let mut measured = Vec::new();
        for change in changes {
            let of_ladder = |metrics| measured_by(&change.ladder, metrics);
            let later = self.activated.iter();
            let later = later.filter(|later| later.ladder == change.ladder);
            let mut days: Vec<(Date, i64)> = vec![(self.at.date(), of_ladder(&self.entry.metrics))];
            days.extend(later.map(|later| (later.date, later.amount)));
            let before = of_ladder(&self.metrics);
            let mut after = before;
            add_i64(&mut after, change.amount, what)?;
            let [mut before, mut after] = [before, after].map(i64::saturating_neg);
            let last = days.len().saturating_sub(1);
            for (place, (date, amount)) in days.into_iter().enumerate() {
                let part = |left: &mut i64| {
                    let part = match place == last {
                        true => *left,
                        false => (*left).clamp(0, amount.max(0)),
                    };
                    *left = left.saturating_sub(part);
                    part
                };
                let (was, is) = (part(&mut before), part(&mut after));
                if was != is {
                    measured.push(ActivatedMetric {
                        ladder: change.ladder.clone(),
                        date,
                        amount: was.saturating_sub(is),
                    });
                }
            }
        }
        Ok(measured)
    }

    /// Refunds together are at most what was to pay.
    fn refund(&mut self, entry: &ReturnEntry) -> Result<(), LedgerError> {
        let currency = self.entry.purchase.currency;
        let refund = minor_of("a refund", entry.refund, currency)?;
        let charged = match entry.charged {
            Some(charged) => minor_of("what is kept of a refund", charged, currency)?,
            None => 0,
        };
        let paid = minor_of("a total", self.entry.total, currency)?;
        add_i64(&mut self.refunded_minor, refund, "the refunds")?;
        add_i64(&mut self.refunded_minor, charged, "the refunds")?;
        if self.refunded_minor > paid {
            let (what, found) = (
                "the refunds of a purchase, in minor units,",
                self.refunded_minor,
            );
            return Err(LedgerErrorKind::Exceeded {
                what,
                found,
                allowed: paid,
            }
            .into());
        }
        Ok(())
    }

    fn reversed_mut(&mut self, wallet: &WalletId) -> Result<&mut Reversed, LedgerError> {
        let place = self
            .reversed
            .partition_point(|reversed| reversed.wallet < *wallet);
        if self
            .reversed
            .get(place)
            .is_none_or(|reversed| reversed.wallet != *wallet)
        {
            self.reversed.insert(place, Reversed::new(wallet.clone()));
        }
        let unknown = || {
            LedgerErrorKind::UnknownWallet {
                wallet: wallet.clone(),
            }
            .into()
        };
        self.reversed.get_mut(place).ok_or_else(unknown)
    }

    /// A rule loses points, or regains some below zero.
    fn lose(
        &mut self,
        wallet: &WalletId,
        rule: &RuleId,
        points: Points,
    ) -> Result<(), LedgerError> {
        let lost = &mut self.lost;
        let known = lost
            .iter_mut()
            .find(|loss| loss.wallet == *wallet && loss.rule.rule == *rule);
        match known {
            Some(loss) => add(&mut loss.rule.points, points, "a rule's loss")?,
            None => lost.push(RuleLoss {
                wallet: wallet.clone(),
                rule: RulePoints {
                    rule: rule.clone(),
                    points,
                },
            }),
        }
        lost.retain(|loss| !loss.rule.points.is_zero());
        Ok(())
    }
}

impl Reversed {
    fn new(wallet: WalletId) -> Self {
        Self {
            wallet,
            draws: Vec::new(),
            deficit: Points::ZERO,
            written_off: Points::ZERO,
        }
    }

    /// Gives back to a lot what was taken from it; what of it was not taken there.
    fn give_back(&mut self, draw: &Draw) -> Result<Points, LedgerError> {
        let mut left = draw.points;
        for taken in self
            .draws
            .iter_mut()
            .rev()
            .filter(|taken| taken.lot == draw.lot)
        {
            let part = taken.points.min(left);
            take(&mut taken.points, part, "a reversal")?;
            take(&mut left, part, "a reversal")?;
        }
        self.draws.retain(|taken| !taken.points.is_zero());
        Ok(left)
    }

    /// Gives back what has no lot: first up to `owed` of what was owed, then from the latest lots,
    /// then the rest of what was owed or forgiven.
    fn give_back_rest(&mut self, rest: Points, owed: Points) -> Result<(), LedgerError> {
        let mut left = rest;
        lower(&mut self.deficit, owed, &mut left)?;
        for taken in self.draws.iter_mut().rev() {
            let most = left;
            lower(&mut taken.points, most, &mut left)?;
        }
        self.draws.retain(|taken| !taken.points.is_zero());
        let most = left;
        lower(&mut self.deficit, most, &mut left)?;
        let most = left;
        lower(&mut self.written_off, most, &mut left)?;
        let allowed = rest.checked_sub(left).unwrap_or_default();
        within(
            &self.wallet,
            "a restoration of what was taken back",
            rest,
            allowed,
        )
    }
}

/// Lowers a part by at most `most` and at most what is left.
fn lower(part: &mut Points, most: Points, left: &mut Points) -> Result<(), LedgerError> {
    let by = (*part).min(most).min(*left);
    take(part, by, "a reversal")?;
    take(left, by, "a reversal")
}

fn push_draw(draws: &mut Vec<Draw>, draw: &Draw) -> Result<(), LedgerError> {
    match draws.last_mut().filter(|last| last.lot == draw.lot) {
        Some(last) => add(&mut last.points, draw.points, "a reversal"),
        None => {
            draws.push(*draw);
            Ok(())
        }
    }
}

fn minor_of(
    what: &'static str,
    amount: crate::number::Money,
    currency: crate::number::Currency,
) -> Result<i64, LedgerError> {
    let minor = amount.minor_in(currency);
    let minor = minor.map_err(|error| LedgerErrorKind::Money {
        what,
        found: error.to_string().into(),
    })?;
    if minor < 0 {
        return Err(LedgerErrorKind::Negative { what, found: minor }.into());
    }
    Ok(minor)
}

fn merge_metrics(into: &mut Vec<MetricEntry>, changes: &[MetricEntry]) -> Result<(), LedgerError> {
    for change in changes {
        match into
            .iter_mut()
            .find(|metric| metric.ladder == change.ladder)
        {
            Some(metric) => add_i64(&mut metric.amount, change.amount, "a ladder's metric")?,
            None => into.push(change.clone()),
        }
    }
    Ok(())
}

fn merge_carry(into: &mut Vec<CarryEntry>, changes: &[CarryEntry]) -> Result<(), LedgerError> {
    for change in changes {
        match into.iter_mut().find(|carry| carry.wallet == change.wallet) {
            Some(carry) => add_carry(&mut carry.num, &mut carry.den, change)?,
            None => into.push(change.clone()),
        }
    }
    Ok(())
}
