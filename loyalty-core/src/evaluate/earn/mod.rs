//! Earning: what a purchase brings in points.
//!
//! One visible order: base rules on lines, the lines' multipliers, the order's multipliers, one
//! rounding a wallet, fixed bonuses, caps. A return runs the same code over what is kept, under the
//! terms of the sale.

mod exact;
mod lines;
mod settle;

use lines::{add, of_amount};
pub(crate) use settle::{balance_room, whole};

use smallvec::SmallVec;

use crate::id::RuleId;
use crate::ledger::{EarnedEntry, Headroom};
use crate::number::{Currency, Fraction, Points, Rounding, allocate, is_safe};
use crate::scheme::compiled::{BenefitKind, EarnRule, Give, LotTerms, Rate, Scheme, Wallet};
use crate::scheme::{CapPeriod, CombineMultipliers, CombineRules, FreeUnits};
use crate::time::Date;

use crate::evaluate::arith::{Checked, index, safe, sum};
use crate::evaluate::candidates::candidates;
use crate::evaluate::context::{Amounts, Context};
use crate::evaluate::error::ActError;
use crate::evaluate::limit::{named, period_end};
use crate::evaluate::line_set::{LineSet, PerLine};
use crate::evaluate::reason::{About, Missing, Reason};

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

impl Default for PartSource {
    fn default() -> Self {
        Self::Rule(0)
    }
}

/// What one rule or benefit brings to one wallet, in milli-points.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Part {
    pub(crate) source: PartSource,
    pub(crate) wallet: u16,
    pub(crate) wanted: i64,
    pub(crate) granted: i64,
}

/// What a purchase brings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Earned {
    pub(crate) parts: PerLine<Part>,
    /// Fractions of a milli-point left over, by wallet, where they are carried.
    pub(crate) carry: Vec<(u16, Fraction)>,
    /// What each line brought, by wallet: only where returns are attributed to lines.
    pub(crate) lines: Vec<(u16, Vec<Fraction>)>,
    /// What every limit that was met had left.
    pub(crate) met: Vec<Headroom>,
    /// How many earn rules were no candidates.
    pub(crate) others: u32,
    /// Rules that paid for a birthday or an anniversary.
    pub(crate) occasions: Vec<(u32, Date)>,
}

impl Earned {
    /// The points granted to a wallet.
    pub(crate) fn granted(&self, wallet: u16) -> i64 {
        let of_wallet = self.parts.iter().filter(|part| part.wallet == wallet);
        sum(of_wallet.map(|part| part.granted))
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
            PartSource::Rule(place) => scheme.rules.get(index(place))?.terms(scheme),
            PartSource::Benefit(..) => Some(&scheme.wallets.get(usize::from(self.wallet))?.terms),
        }
    }

    /// Its name, and its terms where they are not the wallet's.
    #[inline]
    pub(crate) fn id_and_own_terms<'s>(
        &self,
        scheme: &'s Scheme,
    ) -> Option<(&'s RuleId, Option<&'s LotTerms>)> {
        match self.source {
            PartSource::Rule(place) => {
                let rule = scheme.rules.get(index(place))?;
                Some((&rule.id, rule.own_terms.as_ref()))
            }
            PartSource::Benefit(..) => Some((self.id(scheme)?, None)),
        }
    }
}

/// A rule that pays, with its part and the lines that count for it.
#[derive(Clone, Copy)]
struct Admitted<'s> {
    part: usize,
    rule: &'s EarnRule,
    lines: LineSet<'s>,
}

/// A multiplier with its part.
#[derive(Clone, Copy)]
struct Multiplier<'s> {
    part: usize,
    wallet: u16,
    rate: Rate,
    /// The lines that it multiplies; the first, where it multiplies the order's sum.
    lines: LineSet<'s>,
}

/// Why a rule does not pay.
#[derive(Clone, Copy)]
struct Refusal {
    code: &'static str,
    missing: Option<Missing>,
    /// The first day on which the cap that binds is free again.
    resets: Option<Date>,
}

impl Refusal {
    fn reason(self, rule: &EarnRule, currency: Currency) -> Reason {
        Reason {
            about: About::Rule,
            id: (&rule.id).into(),
            code: self.code,
            wanted: None,
            granted: None,
            missing: self.missing.map(|missing| missing.in_currency(currency)),
            resets: self.resets,
        }
    }
}

/// The work on one purchase.
struct Work<'c, 'a, 's> {
    context: &'c Context<'a>,
    input: EarnInput<'c>,
    earned: &'c mut Earned,
    base: SmallVec<[Admitted<'s>; 4]>,
    fixed: SmallVec<[Admitted<'s>; 4]>,
    of_lines: SmallVec<[Multiplier<'s>; 4]>,
    of_order: SmallVec<[Multiplier<'s>; 4]>,
}

/// What the purchase earns, into `earned`, which must be empty. `reasons` is filled when it is
/// given.
pub(crate) fn earn(
    context: &Context<'_>,
    amounts: &Amounts<'_>,
    input: EarnInput<'_>,
    mut reasons: Option<&mut Vec<Reason>>,
    earned: &mut Earned,
) -> Result<(), ActError> {
    let scheme = context.scheme;
    let candidates = candidates(context);
    let mut work = Work::new(context, input, earned);
    if !work.may_earn(reasons.as_deref_mut())? {
        return Ok(());
    }
    let rules = candidates.rules();
    let others = scheme.rules.len().saturating_sub(rules.len());
    work.earned.others = crate::evaluate::arith::small(others);
    let mut sets = candidates.lines(context.cart.lines.len());
    for place in rules {
        let lines = sets.next().unwrap_or_default();
        let Some(rule) = scheme.rules.get(index(*place)) else {
            continue;
        };
        match work.refusal(*place, rule, lines, amounts)? {
            None => work.admit(*place, rule, lines),
            Some(refusal) => {
                if let Some(reasons) = reasons.as_deref_mut() {
                    reasons.push(refusal.reason(rule, scheme.currency));
                }
            }
        }
    }
    work.tier_multipliers();
    for (place, wallet) in (0_u16..).zip(&scheme.wallets) {
        if work.earned.parts.iter().any(|part| part.wallet == place) {
            work.wallet(place, wallet)?;
        }
    }
    if let Some(reasons) = reasons {
        work.explain(reasons);
    }
    let nothing = |part: &Part| part.wanted == 0 && part.granted == 0;
    if earned.parts.iter().any(nothing) {
        earned.parts.retain(|part| !nothing(part));
    }
    Ok(())
}

impl EarnInput<'_> {
    /// The units of every line that a rule counts.
    fn units_for(&self, rule: &EarnRule) -> &[u32] {
        match rule.free_units {
            FreeUnits::Skip => self.paid_units,
            FreeUnits::Count => self.all_units,
        }
    }
}

impl<'c, 'a, 's> Work<'c, 'a, 's> {
    fn new(context: &'c Context<'a>, input: EarnInput<'c>, earned: &'c mut Earned) -> Self {
        Self {
            context,
            input,
            earned,
            base: SmallVec::new(),
            fixed: SmallVec::new(),
            of_lines: SmallVec::new(),
            of_order: SmallVec::new(),
        }
    }

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
        lines: LineSet<'_>,
        amounts: &Amounts<'_>,
    ) -> Result<Option<Refusal>, ActError> {
        let context = self.context;
        let refusal = |code, missing, resets| {
            Some(Refusal {
                code,
                missing,
                resets,
            })
        };
        if rule.guarded && matches!(rule.give, Give::Event { .. }) {
            return Ok(refusal("rule.event", None, None));
        }
        if let Some(failure) = rule
            .when
            .as_ref()
            .and_then(|when| context.failure(when, amounts, Some(&rule.id)))
        {
            return Ok(refusal(failure.code, failure.missing, None));
        }
        if !self.touches(rule, lines) {
            return Ok(refusal("rule.no_line", None, None));
        }
        if !rule.guarded {
            return Ok(None);
        }
        if rule.occasion
            && context.pinned.is_none()
            && let Some(when) = &rule.when
            && let Some(occurrence) = context.occurrence(when)
        {
            let key = occasion_key(rule, occurrence);
            if context.headroom_of(key, 1, &mut self.earned.met)? == 0 {
                return Ok(refusal("cap.occasion", None, None));
            }
            self.earned.occasions.push((place, occurrence));
        }
        for cap in &rule.times_caps {
            if context.headroom(cap, &mut self.earned.met)? == 0 {
                let resets = period_end(cap.per, context.at.date());
                return Ok(refusal(cap_code(cap.per), None, resets));
            }
        }
        Ok(None)
    }

    /// Whether a line that the rule matches has a unit that counts, or an amount that earns.
    fn touches(&self, rule: &EarnRule, lines: LineSet<'_>) -> bool {
        let shipping = self.input.shipping > 0 && rule.target.is_none();
        let units = self.input.units_for(rule);
        let counts = |place: usize| units.get(place).is_some_and(|units| *units > 0);
        if shipping || lines.places().any(counts) {
            return true;
        }
        let earns = |place: usize| self.input.base.get(place).is_some_and(|base| *base > 0);
        !matches!(
            rule.give,
            Give::PerUnit(_) | Give::PerPurchase(_) | Give::Fixed(_)
        ) && lines.places().any(earns)
    }

    fn admit(&mut self, place: u32, rule: &'s EarnRule, lines: LineSet<'s>) {
        let part = self.part(PartSource::Rule(place), rule.wallet);
        let multiplier = |rate, lines| Multiplier {
            part,
            wallet: rule.wallet,
            rate,
            lines,
        };
        let admitted = Admitted { part, rule, lines };
        match rule.give {
            Give::MultiplyLines(rate) => self.of_lines.push(multiplier(rate, lines)),
            Give::MultiplyOrder(rate) => self.of_order.push(multiplier(rate, LineSet::FIRST)),
            Give::Event { .. } => {}
            _ if rule.multiplied => self.base.push(admitted),
            _ => self.fixed.push(admitted),
        }
    }

    fn part(&mut self, source: PartSource, wallet: u16) -> usize {
        let place = self.earned.parts.len();
        // In its place: copying what was just written waits for it.
        self.earned.parts.push(Part::default());
        if let Some(part) = self.earned.parts.last_mut() {
            part.source = source;
            part.wallet = wallet;
        }
        place
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
                    self.of_order.push(Multiplier {
                        part,
                        wallet: *wallet,
                        rate: *factor,
                        lines: LineSet::FIRST,
                    });
                }
            }
        }
    }

    /// Everything for one wallet.
    #[inline(never)]
    fn wallet(&mut self, place: u16, wallet: &Wallet) -> Result<(), ActError> {
        self.multiplied(place, wallet)?;
        self.fixed_bonuses(place, wallet)?;
        self.caps(place, wallet)
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
                id: id.into(),
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
    fn resets(&self, part: &Part) -> Option<Date> {
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
    let (lists, units) = (&context.cart.lists, &context.cart.quantities);
    let amounts = Amounts {
        list: lists,
        after_item: lists,
        running: lists,
        units,
    };
    let input = EarnInput {
        base: lists,
        shipping: 0,
        paid_units: units,
        all_units: units,
    };
    let mut set = Vec::new();
    let cart = context.cart;
    cart.push_counting(rule.target.as_ref(), &mut set);
    let mut earned = Earned::default();
    let mut work = Work::new(context, input, &mut earned);
    let refusal = work.refusal(place, rule, LineSet::new(&set), &amounts)?;
    Ok(refusal.map(|refusal| refusal.reason(rule, context.scheme.currency)))
}

/// The counter of a rule that pays once an occurrence.
pub(crate) fn occasion_key(rule: &EarnRule, occurrence: Date) -> crate::ledger::LimitKey {
    crate::ledger::LimitKey::new(&format!("rule.{}.occasion", rule.id), Some(&occurrence))
}

/// Raises what sticky rules would lose to what they were granted.
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
        let source = PartSource::Rule(crate::evaluate::arith::small(place));
        let granted = entry.points.milli();
        match earned.parts.iter_mut().find(|part| part.source == source) {
            Some(part) => part.granted = part.granted.max(granted),
            None => earned.parts.push(Part {
                source,
                wallet,
                wanted: granted,
                granted,
            }),
        }
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
