//! The facts that conditions are held against.

use crate::customer::{Coupon, Facts};
use crate::id::{HoldId, MemberId, RuleId};
use crate::ledger::{Account, DueReferral, Terms};
use crate::number::{Rounding, mul_div_round};
use crate::scheme::compiled::{Condition, Kind, Rate, Scheme, Sym, Target};
use crate::scheme::{AmountBase, TaxBase, TaxRounding};
use crate::time::{Date, Feb29, Moment, MonthDay};

use super::cart::Cart;
use super::challenge::Progress;
use super::reason::Missing;
use super::tier::{HeldTiers, held_tiers, tiers_of};

/// What is left on every line at the stages that a threshold can name, in the cart's minor units,
/// and how many units are kept and paid.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Amounts<'a> {
    pub(crate) list: &'a [i64],
    pub(crate) after_item: &'a [i64],
    pub(crate) running: &'a [i64],
    pub(crate) units: &'a [u32],
}

/// Everything about a decision that is not the goods.
#[derive(Debug, Clone)]
pub(crate) struct Context<'a> {
    pub(crate) scheme: &'a Scheme,
    pub(crate) account: &'a Account,
    pub(crate) cart: &'a Cart,
    /// When it takes place.
    pub(crate) at: Moment,
    /// The place of the tier held in every ladder.
    pub(crate) tiers: HeldTiers,
    pub(crate) segments: Vec<Sym>,
    pub(crate) flags: Vec<Sym>,
    birthday: Option<MonthDay>,
    /// What the host says of codes that were entered.
    pub(crate) coupons: Vec<Coupon>,
    /// How far the member is in every challenge.
    pub(crate) progress: Vec<Progress>,
    /// The member who referred the customer.
    pub(crate) referrer: Option<MemberId>,
    /// The holds of this checkout on the pool account.
    pub(crate) own_holds: Vec<HoldId>,
    pub(crate) ordinal: u64,
    pub(crate) first: bool,
    /// The terms of a purchase that is evaluated anew.
    pub(crate) pinned: Option<&'a Terms>,
    /// The account that holds what all members share.
    pub(crate) pool: Option<&'a Account>,
}

/// Why a condition does not hold: the first part that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) missing: Option<Missing>,
}

impl<'a> Context<'a> {
    /// The context of an act that takes place at `at`.
    pub(crate) fn live(
        scheme: &'a Scheme,
        account: &'a Account,
        cart: &'a Cart,
        facts: &Facts,
        at: Moment,
        pool: Option<&'a Account>,
    ) -> Self {
        let find = |kind, text: &str| scheme.symbols.find(kind, text);
        Self {
            scheme,
            account,
            cart,
            at,
            tiers: held_tiers(scheme, account),
            segments: facts
                .segments
                .iter()
                .map(|s| find(Kind::Segment, s.as_str()))
                .collect(),
            flags: facts
                .flags
                .iter()
                .map(|f| find(Kind::Flag, f.as_str()))
                .collect(),
            birthday: facts.birthday,
            coupons: match cart.entered.is_empty() {
                true => Vec::new(),
                false => facts.coupons.clone(),
            },
            progress: match scheme.challenges.is_empty() {
                true => Vec::new(),
                false => super::challenge::progress(scheme, account, at.date()),
            },
            referrer: referrer(facts, account),
            own_holds: facts.holds.clone(),
            ordinal: account.purchase_count.saturating_add(1),
            first: account.purchase_count == 0,
            pinned: None,
            pool,
        }
    }

    /// The context of a purchase that was decided before, under the terms of that time.
    pub(crate) fn pinned(
        scheme: &'a Scheme,
        account: &'a Account,
        cart: &'a Cart,
        terms: &'a Terms,
        ordinal: u64,
        at: Moment,
    ) -> Self {
        let find = |kind, text: &str| scheme.symbols.find(kind, text);
        let tiers = tiers_of(scheme, &terms.tiers);
        Self {
            scheme,
            account,
            cart,
            at,
            tiers,
            segments: terms
                .segments
                .iter()
                .map(|s| find(Kind::Segment, s.as_str()))
                .collect(),
            flags: terms
                .flags
                .iter()
                .map(|f| find(Kind::Flag, f.as_str()))
                .collect(),
            birthday: None,
            coupons: terms.coupons.clone(),
            progress: super::challenge::met(scheme, terms),
            referrer: terms.referrer.clone(),
            own_holds: Vec::new(),
            ordinal,
            first: terms.first,
            pinned: Some(terms),
            pool: None,
        }
    }

    /// An amount of the cart's currency in the scheme's, half up; nothing without a ratio.
    pub(crate) fn in_scheme(&self, minor: i64) -> Option<i64> {
        if !self.cart.foreign {
            return Some(minor);
        }
        let rate = self.cart.exchange?;
        mul_div_round(minor, rate.num, rate.den, Rounding::HalfUp)
    }

    /// An amount of the scheme's currency in the cart's, half up; nothing without a ratio.
    pub(crate) fn in_cart(&self, minor: i64) -> Option<i64> {
        if !self.cart.foreign {
            return Some(minor);
        }
        let rate = self.cart.exchange?;
        mul_div_round(minor, rate.den, rate.num, Rounding::HalfUp)
    }

    /// What the lines of a target are worth at a stage, in the scheme's currency.
    pub(crate) fn worth(
        &self,
        target: Option<&Target>,
        base: AmountBase,
        tax: TaxBase,
        amounts: &Amounts<'_>,
    ) -> Option<i64> {
        let of = match base {
            AmountBase::List => amounts.list,
            AmountBase::AfterItem => amounts.after_item,
            AmountBase::Running => amounts.running,
        };
        let sum = self.cart.sum_counting(target, of);
        let sum = if self.cart.taxed && tax != TaxBase::AsPriced {
            sum.saturating_add(self.tax_change(target, of, tax)?)
        } else {
            sum
        };
        self.in_scheme(sum)
    }

    /// What the tax adds to, or takes from, the amounts of a target, rounded as tax is.
    fn tax_change(&self, target: Option<&Target>, of: &[i64], tax: TaxBase) -> Option<i64> {
        let sign = match (tax, self.cart.tax_included) {
            (TaxBase::Gross, false) => 1,
            (TaxBase::Net, true) => -1,
            _ => return Some(0),
        };
        let by_line = self.scheme.tax_rounding == TaxRounding::PerLine;
        let mut rates: Vec<(Rate, i64)> = Vec::new();
        let lines = self.cart.lines.iter().zip(of);
        for (line, amount) in lines.filter(|(line, _)| self.cart.counts(line, target)) {
            let Some(rate) = line.tax else { continue };
            let known = rates.iter_mut().find(|(known, _)| *known == rate);
            match known.filter(|_| !by_line) {
                Some((_, sum)) => *sum = sum.saturating_add(*amount),
                None => rates.push((rate, *amount)),
            }
        }
        let mut change = 0_i64;
        for (rate, sum) in rates {
            let part = super::price::tax_in(sum, rate, self.cart.tax_included).ok()?;
            change = change.saturating_add(part.saturating_mul(sign));
        }
        Some(change)
    }

    pub(crate) fn units(&self, target: Option<&Target>, amounts: &Amounts<'_>) -> u32 {
        self.cart
            .lines
            .iter()
            .zip(amounts.units)
            .filter(|(line, _)| self.cart.counts(line, target))
            .fold(0_u32, |sum, (_, units)| sum.saturating_add(*units))
    }

    /// The lines of a target that have units.
    fn lines(&self, target: Option<&Target>, amounts: &Amounts<'_>) -> u32 {
        let lines = self.cart.lines.iter().zip(amounts.units);
        lines
            .filter(|(line, units)| **units > 0 && self.cart.counts(line, target))
            .fold(0_u32, |count, _| count.saturating_add(1))
    }

    /// The events that the purchase is due to the member who referred the customer.
    pub(crate) fn due_referrals(&self, amounts: &Amounts<'_>) -> Vec<DueReferral> {
        let Some(referrer) = &self.referrer else {
            return Vec::new();
        };
        let holds = |when: &Condition| self.holds(when, amounts, None);
        let referrals = self.scheme.referrals.iter();
        referrals
            .filter(|referral| referral.when.as_ref().is_none_or(holds))
            .map(|referral| DueReferral {
                referral: referral.id.clone(),
                referrer: referrer.clone(),
                event: referral.event.clone(),
            })
            .collect()
    }

    /// Whether a condition holds. `rule` is whose condition it is.
    pub(crate) fn holds(
        &self,
        condition: &Condition,
        amounts: &Amounts<'_>,
        rule: Option<&RuleId>,
    ) -> bool {
        self.failure(condition, amounts, rule).is_none()
    }

    /// The first part of a condition that fails; nothing when it holds.
    pub(crate) fn failure(
        &self,
        condition: &Condition,
        amounts: &Amounts<'_>,
        rule: Option<&RuleId>,
    ) -> Option<Failure> {
        let check = |holds: bool, code: &'static str| {
            if holds {
                None
            } else {
                Some(Failure {
                    code,
                    missing: None,
                })
            }
        };
        let any = |wanted: &[Sym], found: &[Sym]| found.iter().any(|sym| wanted.contains(sym));
        match condition {
            Condition::All(parts) => parts
                .iter()
                .find_map(|part| self.failure(part, amounts, rule)),
            Condition::Any(parts) => {
                let mut first = None;
                for part in parts {
                    match self.failure(part, amounts, rule) {
                        None => return None,
                        Some(failure) => first = first.or(Some(failure)),
                    }
                }
                first.or(Some(Failure {
                    code: "condition.any",
                    missing: None,
                }))
            }
            Condition::Not(part) => {
                check(self.failure(part, amounts, rule).is_some(), "condition.not")
            }
            Condition::Channel(wanted) => {
                check(wanted.contains(&self.cart.channel), "condition.channel")
            }
            Condition::Store(wanted) => check(wanted.contains(&self.cart.store), "condition.store"),
            Condition::Segment(wanted) => check(any(wanted, &self.segments), "condition.segment"),
            Condition::Flag(wanted) => check(any(wanted, &self.flags), "condition.flag"),
            Condition::Code(wanted) => check(any(wanted, &self.cart.codes), "condition.code"),
            Condition::Tier { ladder, tiers } => {
                let held = self.tiers.get(usize::from(*ladder)).copied().flatten();
                check(
                    held.is_some_and(|tier| tiers.contains(&tier)),
                    "condition.tier",
                )
            }
            Condition::Between { from, until } => {
                let now = self.at.civil_ms();
                check(*from <= now && now < *until, "condition.between")
            }
            Condition::Weekday(mask) => {
                let bit = 1_u8
                    .checked_shl(self.at.date().weekday().days_from_monday())
                    .unwrap_or(0);
                check(mask & bit != 0, "condition.weekday")
            }
            Condition::Hours { from, until } => {
                let now = self.at.ms_of_day();
                let inside = if from <= until {
                    *from <= now && now < *until
                } else {
                    *from <= now || now < *until
                };
                check(inside, "condition.hours")
            }
            Condition::MonthDay(mask) => {
                let bit = 1_u32.checked_shl(self.at.date().day()).unwrap_or(0);
                check(mask & bit != 0, "condition.month_day")
            }
            Condition::NthPurchase { every, at } => {
                let by_every = *every > 0 && self.ordinal.checked_rem(u64::from(*every)) == Some(0);
                let listed = at.iter().any(|nth| u64::from(*nth) == self.ordinal);
                check(by_every || listed, "condition.nth_purchase")
            }
            Condition::FirstPurchase { again_after_return } => check(
                self.is_first(*again_after_return),
                "condition.first_purchase",
            ),
            Condition::MinAmount {
                amount,
                target,
                base,
                tax,
            } => {
                let Some(found) = self.worth(target.as_deref(), *base, *tax, amounts) else {
                    return Some(Failure {
                        code: "condition.currency",
                        missing: None,
                    });
                };
                let missing = amount.saturating_sub(found);
                (missing > 0).then_some(Failure {
                    code: "condition.min_amount",
                    missing: Some(Missing::Minor(missing)),
                })
            }
            Condition::MinQuantity {
                quantity,
                target,
                different,
            } => {
                let found = match different {
                    true => self.lines(target.as_deref(), amounts),
                    false => self.units(target.as_deref(), amounts),
                };
                let missing = quantity.saturating_sub(found);
                (missing > 0).then_some(Failure {
                    code: "condition.min_quantity",
                    missing: Some(Missing::Units(missing)),
                })
            }
            Condition::Bought { target, days } => check(
                self.has_bought(target.as_deref(), *days),
                "condition.bought",
            ),
            Condition::ShippingMethod(wanted) => {
                let charges = &self.cart.shipping;
                let found = charges.iter().any(|charge| wanted.contains(&charge.method));
                check(found, "condition.shipping_method")
            }
            Condition::Referred => check(self.referrer.is_some(), "condition.referred"),
            Condition::Challenge(place) => {
                check(self.reaches(*place, amounts), "condition.challenge")
            }
            Condition::Birthday { .. } => {
                check(self.is_occasion(condition, rule), "condition.birthday")
            }
            Condition::EnrolmentAnniversary { .. } => check(
                self.is_occasion(condition, rule),
                "condition.enrolment_anniversary",
            ),
        }
    }

    /// Whether an earlier purchase has kept units of a target, at most so many days back.
    fn has_bought(&self, target: Option<&Target>, days: Option<u32>) -> bool {
        let today = i64::from(self.at.date().days());
        let since = days.map(|days| today.saturating_sub(i64::from(days)));
        self.account
            .purchases
            .iter()
            .rev()
            .filter(|state| state.entry.ordinal < self.ordinal && !state.cancelled)
            .take_while(|state| since.is_none_or(|since| i64::from(state.at.date().days()) > since))
            .any(|state| {
                let lines = state.entry.purchase.lines.iter().enumerate();
                lines.into_iter().any(|(place, line)| {
                    // A purchase evaluated anew sees history as if nothing had come back since.
                    let back = match self.pinned {
                        Some(_) => 0,
                        None => state.returned.get(place).map_or(0, |back| back.quantity),
                    };
                    line.quantity > back
                        && target.is_none_or(|target| self.scheme.line_matches(line, target))
                })
            })
    }

    /// Every part of a condition that fails, where all of its parts must hold; else the first one.
    pub(crate) fn failures(
        &self,
        condition: &Condition,
        amounts: &Amounts<'_>,
        rule: Option<&RuleId>,
    ) -> Vec<Failure> {
        match condition {
            Condition::All(parts) => parts
                .iter()
                .filter_map(|part| self.failure(part, amounts, rule))
                .collect(),
            _ => self.failure(condition, amounts, rule).into_iter().collect(),
        }
    }

    fn is_first(&self, again_after_return: bool) -> bool {
        let again = || match self.pinned {
            Some(terms) => terms.first_again,
            None => {
                let mut sales = self.account.purchases.iter();
                sales.all(|state| super::kept::is_fully_returned(state))
            }
        };
        self.first || (again_after_return && again())
    }

    fn is_occasion(&self, condition: &Condition, rule: Option<&RuleId>) -> bool {
        match self.pinned {
            Some(terms) => rule.is_some_and(|rule| terms.occasions.contains(rule)),
            None => self.occurrence(condition).is_some(),
        }
    }

    /// The occurrence of a birthday or anniversary whose window contains today.
    pub(crate) fn occurrence(&self, condition: &Condition) -> Option<Date> {
        match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().find_map(|part| self.occurrence(part))
            }
            Condition::Birthday { before, after } => {
                near(self.at.date(), self.birthday?, *before, *after)
            }
            Condition::EnrolmentAnniversary { before, after } => {
                let joined = self.account.joined?;
                let day = MonthDay::of(joined);
                near(self.at.date(), day, *before, *after).filter(|found| *found > joined)
            }
            _ => None,
        }
    }
}

/// Who referred a customer: another member, of another household.
fn referrer(facts: &Facts, account: &Account) -> Option<MemberId> {
    let referral = facts.referral.as_ref()?;
    let counts = referral.referrer != account.member && !referral.same_household;
    counts.then(|| referral.referrer.clone())
}

/// The occurrence of a day of the year whose window contains `today`.
fn near(today: Date, day: MonthDay, before: u32, after: u32) -> Option<Date> {
    let year = today.year();
    [year.saturating_sub(1), year, year.saturating_add(1)]
        .into_iter()
        .find_map(|year| {
            let occurrence = day.occurrence_in(year, Feb29::Feb28)?;
            let distance = i64::from(occurrence.days()).saturating_sub(i64::from(today.days()));
            let inside =
                (i64::from(after).saturating_neg()..=i64::from(before)).contains(&distance);
            inside.then_some(occurrence)
        })
}
