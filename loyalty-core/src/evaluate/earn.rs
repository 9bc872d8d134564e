//! Earning: what a purchase brings in points.
//!
//! One visible order: base rules on lines, the lines' multipliers, the order's multipliers, one
//! rounding a wallet, fixed bonuses, caps. A return runs the same code over what is kept, under the
//! terms of the sale.

use crate::id::RuleId;
use crate::ledger::{EarnedEntry, Headroom};
use crate::number::{Fraction, Points, Rounding, allocate};
use crate::scheme::compiled::{BenefitKind, EarnRule, Give, LotTerms, Rate, Scheme};
use crate::scheme::{CapPeriod, CombineMultipliers, CombineRules, FreeUnits};

use super::arith::{Checked, div_floor, index, safe};
use super::candidates::candidates;
use super::context::{Amounts, Context};
use super::error::ActError;
use super::limit::{named, period_end};
use super::reason::{About, Reason};

/// What amount-based and unit-based rules see, line by line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EarnInput<'a> {
    /// Minor units of the scheme's currency.
    pub(crate) base: &'a [i64],
    /// Delivery charges that earn, in minor units of the scheme's currency.
    pub(crate) shipping: i64,
    pub(crate) paid_units: &'a [u32],
    pub(crate) all_units: &'a [u32],
}

/// Who brought points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartSource {
    /// The place of a rule.
    Rule(u32),
    /// The places of a ladder, a tier and a benefit.
    Benefit(u16, u16, u16),
}

/// What one rule or benefit brings to one wallet, in milli-points.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) source: PartSource,
    pub(crate) wallet: u16,
    exact: Fraction,
    pub(crate) wanted: i64,
    pub(crate) granted: i64,
}

/// What a purchase brings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Earned {
    pub(crate) parts: Vec<Part>,
    /// Fractions of a milli-point left over, by wallet, where they are carried.
    pub(crate) carry: Vec<(u16, Fraction)>,
    /// What each line brought, by wallet: only where returns are attributed to lines.
    pub(crate) lines: Vec<(u16, Vec<Fraction>)>,
    /// What every limit that was met had left.
    pub(crate) met: Vec<Headroom>,
    /// Rules that paid for a birthday or an anniversary.
    pub(crate) occasions: Vec<(u32, crate::time::Date)>,
}

impl Earned {
    /// The points granted to a wallet.
    pub(crate) fn granted(&self, wallet: u16) -> i64 {
        self.parts
            .iter()
            .filter(|part| part.wallet == wallet)
            .fold(0_i64, |sum, part| sum.saturating_add(part.granted))
    }
}

impl Part {
    pub(crate) fn id<'s>(&self, scheme: &'s Scheme) -> Option<&'s RuleId> {
        match self.source {
            PartSource::Rule(place) => scheme.rules.get(index(place)).map(|rule| &rule.id),
            PartSource::Benefit(ladder, tier, benefit) => scheme
                .ladders
                .get(usize::from(ladder))?
                .tiers
                .get(usize::from(tier))?
                .benefits
                .get(usize::from(benefit))
                .map(|benefit| &benefit.id),
        }
    }

    /// When the part's points become usable and lapse.
    pub(crate) fn terms<'s>(&self, scheme: &'s Scheme) -> Option<&'s LotTerms> {
        match self.source {
            PartSource::Rule(place) => scheme.rules.get(index(place)).map(|rule| &rule.terms),
            PartSource::Benefit(..) => scheme
                .wallets
                .get(usize::from(self.wallet))
                .map(|wallet| &wallet.terms),
        }
    }

    fn sticky(&self, scheme: &Scheme) -> bool {
        match self.source {
            PartSource::Rule(place) => scheme
                .rules
                .get(index(place))
                .is_some_and(|rule| rule.sticky),
            PartSource::Benefit(..) => false,
        }
    }
}

/// A multiplier of the order or of lines, with its part.
struct Multiplier<'s> {
    part: usize,
    wallet: u16,
    rate: Rate,
    /// The rule whose target picks lines; none for the order.
    rule: Option<&'s EarnRule>,
}

/// The work on one purchase.
struct Work<'c, 'a, 's> {
    context: &'c Context<'a>,
    input: EarnInput<'c>,
    earned: Earned,
    base: Vec<(usize, &'s EarnRule)>,
    fixed: Vec<(usize, &'s EarnRule)>,
    multipliers: Vec<Multiplier<'s>>,
}

/// What the purchase earns. `reasons` is filled when it is given.
pub(crate) fn earn(
    context: &Context<'_>,
    amounts: &Amounts<'_>,
    input: EarnInput<'_>,
    mut reasons: Option<&mut Vec<Reason>>,
) -> Result<Earned, ActError> {
    let scheme = context.scheme;
    let mut work = Work {
        context,
        input,
        earned: Earned::default(),
        base: Vec::new(),
        fixed: Vec::new(),
        multipliers: Vec::new(),
    };
    if !work.may_earn(reasons.as_deref_mut())? {
        return Ok(work.earned);
    }
    for place in candidates(context) {
        let Some(rule) = scheme.rules.get(index(place)) else {
            continue;
        };
        match work.refusal(place, rule, amounts)? {
            None => work.admit(place, rule),
            Some(reason) => {
                if let Some(reasons) = reasons.as_deref_mut() {
                    reasons.push(reason);
                }
            }
        }
    }
    work.tier_multipliers();
    for wallet in 0..scheme.wallets.len() {
        let wallet = u16::try_from(wallet).unwrap_or(u16::MAX);
        if work.earned.parts.iter().any(|part| part.wallet == wallet) {
            work.wallet(wallet)?;
        }
    }
    if let Some(reasons) = reasons {
        work.explain(reasons);
    }
    work.earned
        .parts
        .retain(|part| part.wanted != 0 || part.granted != 0);
    Ok(work.earned)
}

impl<'s> Work<'_, '_, 's> {
    /// The guard on how many purchases a day earn.
    fn may_earn(&mut self, reasons: Option<&mut Vec<Reason>>) -> Result<bool, ActError> {
        let max = self.context.scheme.guards.earning_purchases_per_day;
        if max == 0 {
            return Ok(true);
        }
        let key = named(
            "guard.earning_purchases",
            CapPeriod::Day,
            self.context.at.date(),
        );
        let left = self
            .context
            .headroom_of(key, i64::from(max), &mut self.earned.met)?;
        if left == 0
            && let Some(reasons) = reasons
        {
            reasons.push(Reason {
                about: About::Wallet,
                id: "guard.earning_purchases".into(),
                code: "cap.earning_purchases",
                wanted: None,
                granted: None,
                missing: None,
                resets: self.context.at.date().add_days(1),
            });
        }
        Ok(left > 0)
    }

    /// Why a candidate rule pays nothing; nothing when it pays.
    fn refusal(
        &mut self,
        place: u32,
        rule: &EarnRule,
        amounts: &Amounts<'_>,
    ) -> Result<Option<Reason>, ActError> {
        let context = self.context;
        let reason = |code, missing, resets| {
            Some(Reason {
                about: About::Rule,
                id: rule.id.as_str().into(),
                code,
                wanted: None,
                granted: None,
                missing,
                resets,
            })
        };
        if matches!(rule.give, Give::Event { .. }) {
            return Ok(reason("rule.event", None, None));
        }
        if let Some(failure) = rule
            .when
            .as_ref()
            .and_then(|when| context.failure(when, amounts, Some(&rule.id)))
        {
            let missing = failure
                .missing
                .map(|m| m.in_currency(context.scheme.currency));
            return Ok(reason(failure.code, missing, None));
        }
        if !self.touches(rule) {
            return Ok(reason("rule.no_line", None, None));
        }
        if rule.occasion
            && context.pinned.is_none()
            && let Some(when) = &rule.when
            && let Some(occurrence) = context.occurrence(when)
        {
            let key = occasion_key(rule, occurrence);
            if context.headroom_of(key, 1, &mut self.earned.met)? == 0 {
                return Ok(reason("cap.occasion", None, None));
            }
            self.earned.occasions.push((place, occurrence));
        }
        for cap in &rule.times_caps {
            if context.headroom(cap, &mut self.earned.met)? == 0 {
                let resets = period_end(cap.per, context.at.date());
                return Ok(reason(cap_code(cap.per), None, resets));
            }
        }
        Ok(None)
    }

    /// Whether a line that the rule matches has a unit that counts.
    fn touches(&self, rule: &EarnRule) -> bool {
        let units = self.units_for(rule);
        let cart = self.context.cart;
        let shipping = self.input.shipping > 0 && rule.target.is_none();
        shipping
            || cart
                .lines
                .iter()
                .zip(units)
                .any(|(line, units)| *units > 0 && cart.counts(line, rule.target.as_ref()))
    }

    fn units_for(&self, rule: &EarnRule) -> &[u32] {
        match rule.free_units {
            FreeUnits::Skip => self.input.paid_units,
            FreeUnits::Count => self.input.all_units,
        }
    }

    fn admit(&mut self, place: u32, rule: &'s EarnRule) {
        let part = self.part(PartSource::Rule(place), rule.wallet);
        match rule.give {
            Give::MultiplyLines(rate) => self.multipliers.push(Multiplier {
                part,
                wallet: rule.wallet,
                rate,
                rule: Some(rule),
            }),
            Give::MultiplyOrder(rate) => {
                self.multipliers.push(Multiplier {
                    part,
                    wallet: rule.wallet,
                    rate,
                    rule: None,
                });
            }
            Give::Event { .. } => {}
            _ if rule.multiplied => self.base.push((part, rule)),
            _ => self.fixed.push((part, rule)),
        }
    }

    fn part(&mut self, source: PartSource, wallet: u16) -> usize {
        self.earned.parts.push(Part {
            source,
            wallet,
            exact: Fraction::ZERO,
            wanted: 0,
            granted: 0,
        });
        self.earned.parts.len().saturating_sub(1)
    }

    fn tier_multipliers(&mut self) {
        let scheme = self.context.scheme;
        for (ladder_place, (ladder, held)) in
            scheme.ladders.iter().zip(&self.context.tiers).enumerate()
        {
            let Some(held) = *held else { continue };
            let Some(tier) = ladder.tiers.get(usize::from(held)) else {
                continue;
            };
            for (place, benefit) in tier.benefits.iter().enumerate() {
                if let BenefitKind::Multiply { factor, wallet } = &benefit.kind {
                    let source = PartSource::Benefit(
                        u16::try_from(ladder_place).unwrap_or(u16::MAX),
                        held,
                        u16::try_from(place).unwrap_or(u16::MAX),
                    );
                    let part = self.part(source, *wallet);
                    self.multipliers.push(Multiplier {
                        part,
                        wallet: *wallet,
                        rate: *factor,
                        rule: None,
                    });
                }
            }
        }
    }

    /// Everything for one wallet.
    fn wallet(&mut self, wallet: u16) -> Result<(), ActError> {
        let total = self.base_total(wallet)?;
        let total = self.order_multipliers(wallet, total)?;
        self.round(wallet, total)?;
        self.fixed_bonuses(wallet)?;
        self.caps(wallet)
    }

    /// The lines' points with their multipliers, and the order's own base.
    fn base_total(&mut self, wallet: u16) -> Result<Fraction, ActError> {
        let cart = self.context.cart;
        let keep_lines =
            self.context.scheme.returns.points == crate::scheme::RefundPoints::LineAttributed;
        let mut by_line = Vec::new();
        let mut total = Fraction::ZERO;
        for (place, line) in cart.lines.iter().enumerate() {
            let mut sum = Fraction::ZERO;
            if line.eligible {
                sum = self.line_base(wallet, place)?;
                if !sum.is_zero() {
                    sum = self.line_multipliers(wallet, place, sum)?;
                    total = add(total, sum)?;
                }
            }
            if keep_lines {
                by_line.push(sum);
            }
        }
        if keep_lines {
            self.earned.lines.push((wallet, by_line));
        }
        for slot in 0..self.base.len() {
            let Some((part, rule)) = self.base.get(slot).copied() else {
                continue;
            };
            if rule.wallet != wallet {
                continue;
            }
            let extra = match rule.give {
                Give::PerPurchase(points) | Give::Fixed(points) => Fraction::from_int(points),
                Give::PerAmount(rate) if rule.target.is_none() => {
                    of_amount(self.input.shipping, rate)?
                }
                _ => continue,
            };
            self.add_to(part, extra)?;
            total = add(total, extra)?;
        }
        Ok(total)
    }

    /// What the base rules bring on one line, before multipliers.
    fn line_base(&mut self, wallet: u16, place: usize) -> Result<Fraction, ActError> {
        let cart = self.context.cart;
        let Some(line) = cart.lines.get(place) else {
            return Ok(Fraction::ZERO);
        };
        let best_only = self.context.scheme.combine_rules == CombineRules::Best;
        let mut sum = Fraction::ZERO;
        let mut best: Option<(usize, Fraction)> = None;
        for slot in 0..self.base.len() {
            let Some((part, rule)) = self.base.get(slot).copied() else {
                continue;
            };
            if rule.wallet != wallet
                || rule
                    .target
                    .as_ref()
                    .is_some_and(|target| !cart.matches(line, target))
            {
                continue;
            }
            let brings = match rule.give {
                Give::PerAmount(rate) => {
                    of_amount(self.input.base.get(place).copied().unwrap_or(0), rate)?
                }
                Give::PerUnit(points) => {
                    let units = self.units_for(rule).get(place).copied().unwrap_or(0);
                    Fraction::from_int(points.times(i64::from(units))?)
                }
                _ => continue,
            };
            if brings.is_zero() {
                continue;
            }
            if best_only {
                if best.is_none_or(|(_, most)| brings > most) {
                    best = Some((part, brings));
                }
            } else {
                self.add_to(part, brings)?;
                sum = add(sum, brings)?;
            }
        }
        if let Some((part, brings)) = best {
            self.add_to(part, brings)?;
            sum = brings;
        }
        Ok(sum)
    }

    fn line_multipliers(
        &mut self,
        wallet: u16,
        place: usize,
        base: Fraction,
    ) -> Result<Fraction, ActError> {
        let cart = self.context.cart;
        let Some(line) = cart.lines.get(place) else {
            return Ok(base);
        };
        let matching = |m: &Multiplier<'s>| {
            m.wallet == wallet
                && m.rule.is_some_and(|rule| {
                    rule.target
                        .as_ref()
                        .is_none_or(|target| cart.matches(line, target))
                })
        };
        self.multiply(base, matching)
    }

    fn order_multipliers(&mut self, wallet: u16, base: Fraction) -> Result<Fraction, ActError> {
        if base.is_zero() {
            return Ok(base);
        }
        self.multiply(base, |m| m.wallet == wallet && m.rule.is_none())
    }

    /// Applies the matching multipliers and adds to each one's part what it brings.
    fn multiply(
        &mut self,
        base: Fraction,
        matching: impl Fn(&Multiplier<'s>) -> bool,
    ) -> Result<Fraction, ActError> {
        let combine = self.context.scheme.combine_multipliers;
        let mut running = base;
        let mut best: Option<(usize, Rate)> = None;
        for slot in 0..self.multipliers.len() {
            let Some(multiplier) = self.multipliers.get(slot) else {
                continue;
            };
            if !matching(multiplier) {
                continue;
            }
            let (part, rate) = (multiplier.part, multiplier.rate);
            match combine {
                CombineMultipliers::Best => {
                    if best.is_none_or(|(_, most)| higher(rate, most)) {
                        best = Some((part, rate));
                    }
                }
                CombineMultipliers::Product => {
                    running = self.increment(part, running, running, rate)?;
                }
                CombineMultipliers::SumOfIncrements => {
                    running = self.increment(part, running, base, rate)?;
                }
            }
        }
        match best {
            Some((part, rate)) => self.increment(part, base, base, rate),
            None => Ok(running),
        }
    }

    /// `running + on × (rate − 1)`; the difference goes to the part.
    fn increment(
        &mut self,
        part: usize,
        running: Fraction,
        on: Fraction,
        rate: Rate,
    ) -> Result<Fraction, ActError> {
        let step = Fraction::try_new(i128::from(rate.num.minus(rate.den)?), i128::from(rate.den))?;
        let extra = on
            .checked_mul(step)
            .ok_or_else(|| ActError::overflow("a multiplier"))?;
        self.add_to(part, extra)?;
        add(running, extra)
    }

    fn add_to(&mut self, part: usize, extra: Fraction) -> Result<(), ActError> {
        if let Some(part) = self.earned.parts.get_mut(part) {
            part.exact = add(part.exact, extra)?;
        }
        Ok(())
    }

    /// Rounds the wallet's total once and shares it out over the parts.
    fn round(&mut self, wallet: u16, total: Fraction) -> Result<(), ActError> {
        let Some(terms) = self.context.scheme.wallets.get(usize::from(wallet)) else {
            return Ok(());
        };
        let unit = Fraction::from_int(terms.unit);
        if terms.round_per_rule {
            for part in self
                .earned
                .parts
                .iter_mut()
                .filter(|part| part.wallet == wallet)
            {
                let points = rounded(part.exact, terms.unit, terms.rounding)?;
                part.wanted = points;
                part.granted = points;
            }
            return Ok(());
        }
        let mut total = total;
        if terms.carry {
            let carried = self.carried(wallet)?;
            total = add(total, carried)?;
        }
        let points = rounded(total, terms.unit, terms.rounding)?.max(0);
        if terms.carry {
            let left = total
                .checked_sub(Fraction::from_int(points))
                .ok_or_else(|| ActError::overflow("a carried fraction"))?;
            self.earned.carry.push((wallet, left.reduced()));
        }
        share_out(&mut self.earned.parts, wallet, points, unit)
    }

    /// What was carried in.
    fn carried(&self, wallet: u16) -> Result<Fraction, ActError> {
        let Some(id) = self
            .context
            .scheme
            .wallets
            .get(usize::from(wallet))
            .map(|w| &w.id)
        else {
            return Ok(Fraction::ZERO);
        };
        let (num, den) = match self.context.pinned {
            Some(terms) => terms
                .carry
                .iter()
                .find(|carry| carry.wallet == *id)
                .map_or((0, 1), |carry| (carry.num, carry.den)),
            None => self
                .context
                .account
                .wallets
                .iter()
                .find(|found| found.id == *id)
                .map_or((0, 1), |found| (found.carry_num, found.carry_den.max(1))),
        };
        Ok(Fraction::try_new(i128::from(num), i128::from(den))?)
    }

    /// Bonuses that no multiplier touches.
    fn fixed_bonuses(&mut self, wallet: u16) -> Result<(), ActError> {
        let base_earned = self.earned.granted(wallet) > 0;
        let Some(terms) = self.context.scheme.wallets.get(usize::from(wallet)) else {
            return Ok(());
        };
        for slot in 0..self.fixed.len() {
            let Some((part, rule)) = self.fixed.get(slot).copied() else {
                continue;
            };
            if rule.wallet != wallet || (rule.requires_base && !base_earned) {
                continue;
            }
            let exact = self.fixed_points(rule)?;
            let points = rounded(exact, terms.unit, terms.rounding)?;
            if let Some(part) = self.earned.parts.get_mut(part) {
                part.exact = exact;
                part.wanted = points;
                part.granted = points;
            }
            self.attribute_fixed(wallet, rule, points)?;
        }
        Ok(())
    }

    fn fixed_points(&self, rule: &EarnRule) -> Result<Fraction, ActError> {
        let cart = self.context.cart;
        let counted = cart
            .lines
            .iter()
            .enumerate()
            .filter(|(_, line)| cart.counts(line, rule.target.as_ref()))
            .map(|(place, _)| place);
        match rule.give {
            Give::Fixed(points) | Give::PerPurchase(points) => Ok(Fraction::from_int(points)),
            Give::PerUnit(points) => {
                let units = self.units_for(rule);
                let units = counted.fold(0_i64, |sum, place| {
                    sum.saturating_add(i64::from(units.get(place).copied().unwrap_or(0)))
                });
                Ok(Fraction::from_int(points.times(units)?))
            }
            Give::PerAmount(rate) => {
                let base = counted.fold(0_i64, |sum, place| {
                    sum.saturating_add(self.input.base.get(place).copied().unwrap_or(0))
                });
                of_amount(base, rate)
            }
            Give::MultiplyLines(_) | Give::MultiplyOrder(_) | Give::Event { .. } => {
                Ok(Fraction::ZERO)
            }
        }
    }

    /// Shares a bonus out over the lines that it belongs to, where returns need it.
    fn attribute_fixed(
        &mut self,
        wallet: u16,
        rule: &EarnRule,
        points: i64,
    ) -> Result<(), ActError> {
        let cart = self.context.cart;
        let Some((_, lines)) = self.earned.lines.iter_mut().find(|(of, _)| *of == wallet) else {
            return Ok(());
        };
        let weights: Vec<i64> = cart
            .lines
            .iter()
            .zip(self.input.base)
            .map(|(line, base)| {
                if cart.counts(line, rule.target.as_ref()) {
                    *base
                } else {
                    0
                }
            })
            .collect();
        let sum = weights
            .iter()
            .fold(0_i64, |sum, weight| sum.saturating_add(*weight));
        if sum == 0 {
            return Ok(());
        }
        for (line, weight) in lines.iter_mut().zip(&weights) {
            let share = i128::from(points).times(i128::from(*weight))?;
            *line = add(*line, Fraction::try_new(share, i128::from(sum))?)?;
        }
        Ok(())
    }

    /// Caps of rules, then of the wallet, then the most it may hold.
    fn caps(&mut self, wallet: u16) -> Result<(), ActError> {
        let context = self.context;
        let Some(terms) = context.scheme.wallets.get(usize::from(wallet)) else {
            return Ok(());
        };
        for place in 0..self.earned.parts.len() {
            let Some(part) = self.earned.parts.get(place) else {
                continue;
            };
            let PartSource::Rule(rule) = part.source else {
                continue;
            };
            if part.wallet != wallet {
                continue;
            }
            let Some(rule) = context.scheme.rules.get(index(rule)) else {
                continue;
            };
            let mut granted = part.granted;
            for cap in &rule.points_caps {
                let left = context.headroom(cap, &mut self.earned.met)?;
                granted = granted.min(whole(left, terms.unit));
            }
            if let Some(part) = self.earned.parts.get_mut(place) {
                part.granted = granted;
            }
        }
        let mut most = i64::MAX;
        for cap in &terms.caps {
            most = most.min(context.headroom(cap, &mut self.earned.met)?);
        }
        if let Some(max) = terms.balance_max {
            most = most.min(self.balance_room(wallet, max)?);
        }
        self.trim(wallet, whole(most, terms.unit), terms.unit)
    }

    fn balance_room(&mut self, wallet: u16, max: i64) -> Result<i64, ActError> {
        let Some(terms) = self.context.scheme.wallets.get(usize::from(wallet)) else {
            return Ok(0);
        };
        let key = crate::ledger::LimitKey::new(&format!("wallet.{}.balance", terms.id), None);
        if self.context.pinned.is_some() {
            return self.context.headroom_of(key, max, &mut self.earned.met);
        }
        let balance = self.context.account.balance(&terms.id, self.context.at);
        let holds = balance
            .balance
            .milli()
            .saturating_add(balance.pending.milli());
        let left = max.saturating_sub(holds).max(0);
        self.earned.met.push(Headroom { limit: key, left });
        Ok(left)
    }

    /// Lowers the wallet's parts in proportion so that they sum to at most `most`.
    fn trim(&mut self, wallet: u16, most: i64, unit: i64) -> Result<(), ActError> {
        let sum = self.earned.granted(wallet);
        if sum <= most {
            return Ok(());
        }
        let of_wallet = |part: &&mut Part| part.wallet == wallet;
        let weights: Vec<i64> = self
            .earned
            .parts
            .iter()
            .filter(|part| part.wallet == wallet)
            .map(|part| part.granted.checked_div(unit).unwrap_or(0).max(0))
            .collect();
        let shares = allocate(
            most.checked_div(unit).unwrap_or(0),
            &weights,
            Some(&weights),
        )?;
        for (part, share) in self.earned.parts.iter_mut().filter(of_wallet).zip(shares) {
            part.granted = share.saturating_mul(unit);
        }
        Ok(())
    }

    fn explain(&self, reasons: &mut Vec<Reason>) {
        for part in &self.earned.parts {
            let Some(id) = part.id(self.context.scheme) else {
                continue;
            };
            let about = match part.source {
                PartSource::Rule(_) => About::Rule,
                PartSource::Benefit(..) => About::Benefit,
            };
            let code = if part.granted < part.wanted {
                "capped"
            } else if part.granted == 0 {
                "rule.no_points"
            } else {
                "granted"
            };
            reasons.push(Reason {
                about,
                id: id.as_str().into(),
                code,
                wanted: Some(Points::from_milli(part.wanted)),
                granted: Some(Points::from_milli(part.granted)),
                missing: None,
                resets: if code == "capped" {
                    self.resets(part)
                } else {
                    None
                },
            });
        }
    }

    /// The first day on which the cap that binds a part is free again.
    fn resets(&self, part: &Part) -> Option<crate::time::Date> {
        let scheme = self.context.scheme;
        let wallet = scheme.wallets.get(usize::from(part.wallet))?;
        let rule_caps = match part.source {
            PartSource::Rule(place) => scheme.rules.get(index(place)).map(|rule| &rule.points_caps),
            PartSource::Benefit(..) => None,
        };
        rule_caps
            .into_iter()
            .flat_map(|caps| caps.iter())
            .chain(wallet.caps.iter())
            .filter_map(|cap| period_end(cap.per, self.context.at.date()))
            .max()
    }
}

/// Why a rule that is no candidate does not pay.
pub(crate) fn why_not(
    context: &Context<'_>,
    source: PartSource,
) -> Result<Option<Reason>, ActError> {
    let PartSource::Rule(place) = source else {
        return Ok(None);
    };
    let Some(rule) = context.scheme.rules.get(index(place)) else {
        return Ok(None);
    };
    let lists: Vec<i64> = context.cart.lines.iter().map(|line| line.list).collect();
    let units: Vec<u32> = context
        .cart
        .lines
        .iter()
        .map(|line| line.quantity)
        .collect();
    let amounts = Amounts {
        list: &lists,
        after_item: &lists,
        running: &lists,
        units: &units,
    };
    let input = EarnInput {
        base: &lists,
        shipping: 0,
        paid_units: &units,
        all_units: &units,
    };
    let mut work = Work {
        context,
        input,
        earned: Earned::default(),
        base: Vec::new(),
        fixed: Vec::new(),
        multipliers: Vec::new(),
    };
    work.refusal(place, rule, &amounts)
}

/// The counter of a rule that pays once an occurrence.
pub(crate) fn occasion_key(
    rule: &EarnRule,
    occurrence: crate::time::Date,
) -> crate::ledger::LimitKey {
    crate::ledger::LimitKey::new(&format!("rule.{}.occasion", rule.id), Some(&occurrence))
}

/// Replaces what sticky rules would lose by what they were granted.
pub(crate) fn keep_sticky(earned: &mut Earned, scheme: &Scheme, before: &[EarnedEntry]) {
    for entry in before {
        let Some(wallet) = scheme
            .wallets
            .iter()
            .position(|wallet| wallet.id == entry.wallet)
        else {
            continue;
        };
        let Some(place) = scheme
            .rules
            .iter()
            .position(|rule| rule.sticky && rule.id == entry.rule)
        else {
            continue;
        };
        let wallet = u16::try_from(wallet).unwrap_or(u16::MAX);
        let source = PartSource::Rule(super::arith::small(place));
        earned
            .parts
            .retain(|part| !(part.source == source && part.sticky(scheme)));
        earned.parts.push(Part {
            source,
            wallet,
            exact: Fraction::ZERO,
            wanted: entry.points.milli(),
            granted: entry.points.milli(),
        });
    }
}

fn cap_code(per: CapPeriod) -> &'static str {
    match per {
        CapPeriod::Order => "cap.order",
        CapPeriod::Day => "cap.day",
        CapPeriod::Week => "cap.week",
        CapPeriod::Month => "cap.month",
        CapPeriod::Year => "cap.year",
        CapPeriod::Member => "cap.member",
        CapPeriod::Scheme => "cap.scheme",
    }
}

fn add(a: Fraction, b: Fraction) -> Result<Fraction, ActError> {
    a.checked_add(b)
        .ok_or_else(|| ActError::overflow("a sum of points"))
}

/// `amount × rate` as an exact fraction of a milli-point.
fn of_amount(amount: i64, rate: Rate) -> Result<Fraction, ActError> {
    let num = i128::from(amount).times(i128::from(rate.num))?;
    Ok(Fraction::try_new(num, i128::from(rate.den))?)
}

fn higher(a: Rate, b: Rate) -> bool {
    i128::from(a.num).saturating_mul(i128::from(b.den))
        > i128::from(b.num).saturating_mul(i128::from(a.den))
}

/// Whole steps of `unit` below `points`.
fn whole(points: i64, unit: i64) -> i64 {
    points.saturating_sub(points.checked_rem_euclid(unit).unwrap_or(0))
}

/// An exact number of milli-points, rounded to a step.
pub(crate) fn rounded(exact: Fraction, unit: i64, mode: Rounding) -> Result<i64, ActError> {
    let den = exact.den().times(i128::from(unit))?;
    let steps = Fraction::try_new(exact.num(), den)?.round(mode);
    safe(steps.times(i128::from(unit))?, "points")
}

/// Shares `points` out over a wallet's parts by their exact amounts: largest remainder, ties to the
/// earlier part. A part that a factor below one made negative is taken off the largest part.
fn share_out(parts: &mut [Part], wallet: u16, points: i64, unit: Fraction) -> Result<(), ActError> {
    let step = safe(unit.num(), "a step")?;
    let mut of_wallet: Vec<&mut Part> = parts
        .iter_mut()
        .filter(|part| part.wallet == wallet && !part.exact.is_zero())
        .collect();
    if let [only] = of_wallet.as_mut_slice() {
        only.wanted = points;
        only.granted = points;
        return Ok(());
    }
    let mut rest = points.checked_div(step).unwrap_or(0);
    let mut remainders = Vec::with_capacity(of_wallet.len());
    for (place, part) in of_wallet.iter_mut().enumerate() {
        let den = part.exact.den().times(i128::from(step))?;
        let steps = div_floor(part.exact.num(), den);
        let over = part.exact.num().minus(steps.times(den)?)?;
        let steps = safe(steps, "points")?;
        part.wanted = steps.times(step)?;
        rest = rest.minus(steps)?;
        remainders.push((Fraction::try_new(over, den)?, place));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut turn = remainders.iter().cycle();
    while rest != 0 && !remainders.is_empty() {
        let Some((_, place)) = turn.next() else { break };
        let direction = rest.signum();
        if let Some(part) = of_wallet.get_mut(*place) {
            part.wanted = part.wanted.plus(direction.times(step)?)?;
        }
        rest = rest.minus(direction)?;
    }
    let negative = of_wallet
        .iter()
        .fold(0_i64, |sum, part| sum.saturating_add(part.wanted.min(0)));
    if negative < 0 {
        of_wallet
            .iter_mut()
            .for_each(|part| part.wanted = part.wanted.max(0));
        let mut owed = negative.saturating_neg();
        while owed > 0 {
            let Some(largest) = of_wallet.iter_mut().max_by_key(|part| part.wanted) else {
                break;
            };
            let take = owed.min(largest.wanted);
            if take == 0 {
                break;
            }
            largest.wanted = largest.wanted.minus(take)?;
            owed = owed.minus(take)?;
        }
    }
    of_wallet
        .iter_mut()
        .for_each(|part| part.granted = part.wanted);
    Ok(())
}
