//! Wallets, how their points pay, terms of lots, and caps.

use smol_str::{SmolStr, format_smolstr};

use crate::number::{Percent, Points};
use crate::scheme::compiled::{Cap, LotTerms, Rate, Redemption, Wallet};
use crate::scheme::earn::{EarnRuleDef, GiveDef, OwnReward};
use crate::scheme::expiry::{ExpiryDef, PendingDef};
use crate::scheme::limit::{CapDef, CapPeriod, TimesDef};
use crate::scheme::problem;
use crate::scheme::redemption::{PayAs, RedemptionDef, WalletDef};

use super::context::{At, Context, WalletRef, repeated, small};

/// The farthest end of a month or year: a hundred years.
const LATER_MONTHS_MAX: u32 = 1_200;
const LATER_YEARS_MAX: u32 = 100;

impl Context<'_> {
    #[inline(never)]
    pub(super) fn all_wallets(&mut self) -> Box<[Wallet]> {
        let at = At::ROOT.key("wallets");
        let wallets = self.at_most(&self.def.wallets, self.parts_max(), &at);
        self.unique(
            wallets.iter().map(|wallet| wallet.id.as_str()).collect(),
            &at,
        );
        wallets
            .iter()
            .enumerate()
            .map(|(place, def)| self.one_wallet(def, place, &at.index(place)))
            .collect()
    }

    #[inline(never)]
    fn one_wallet(&mut self, def: &WalletDef, place: usize, at: &At<'_>) -> Wallet {
        let wallet = WalletRef {
            place: small(place),
            unit: def.precision.unit_milli(),
        };
        if let Some(unit) = &def.unit {
            self.not_blank(&unit.one, &at.key("unit").key("one"));
            self.not_blank(&unit.other, &at.key("unit").key("other"));
        }
        if def.carry && def.round_per_rule {
            self.problem(
                problem::CONFLICT,
                &at.key("carry"),
                "`carry` with `round_per_rule`",
                "one of them: a carried rest belongs to no rule",
            );
        }
        if def.spend_own_points {
            self.own_points(place, at);
        }
        Wallet {
            id: def.id.clone(),
            unit: wallet.unit,
            rounding: def.rounding,
            round_per_rule: def.round_per_rule,
            terms: self.lot_terms(def.pending.as_ref(), &def.expiry, false, at),
            draw: def.draw,
            spend_own_points: def.spend_own_points,
            carry: def.carry,
            balance_max: def
                .balance_max
                .map(|most| self.whole_points(most, wallet, &at.key("balance_max"))),
            caps: self.point_caps(
                &def.caps,
                wallet,
                &format_smolstr!("wallet.{}.points", def.id),
                at,
            ),
            shortfall: def.shortfall,
            drain_other_lots: def.drain_other_lots,
            redemption: def
                .redemption
                .as_ref()
                .map(|pay| self.redemption(pay, wallet, &at.key("redemption"))),
        }
    }

    /// What the order earns must not depend on what is paid with it.
    fn own_points(&mut self, place: usize, at: &At<'_>) {
        let def = self.def;
        let books_here = |rule: &&EarnRuleDef| match &rule.wallet {
            Some(id) => def
                .wallets
                .get(place)
                .is_some_and(|wallet| wallet.id == *id),
            None => place == 0,
        };
        let by_amount = def
            .earn
            .iter()
            .filter(books_here)
            .find(|rule| matches!(rule.give, GiveDef::PerAmount(_)));
        if let (Some(rule), OwnReward::After) = (by_amount, def.earn_base.own_reward) {
            let found = format_args!("`spend_own_points` with the amount rule \"{}\"", rule.id);
            let allowed = "`earn_base.own_reward` = \"before\", or a wallet without amount rules";
            self.problem(
                problem::CONFLICT,
                &at.key("spend_own_points"),
                found,
                allowed,
            );
        }
    }

    fn redemption(&mut self, def: &RedemptionDef, wallet: WalletRef, at: &At<'_>) -> Redemption {
        let value = at.key("value");
        let points = self.points(def.value.points, &value.key("points"));
        let minor = self.money(def.value.amount, 1, &value.key("amount"));
        self.rate(points, minor, &value);
        self.rate(minor, points, &value);
        let points_min = def.points_min.unwrap_or(Points::ZERO);
        if points_min.is_negative() {
            self.problem(
                problem::OUT_OF_RANGE,
                &at.key("points_min"),
                points_min,
                "0 points or more",
            );
        }
        self.multiple(points_min, wallet, &at.key("points_min"));
        Redemption {
            points,
            minor,
            tender: matches!(def.as_, PayAs::Tender),
            earns: def.earns,
            points_min: points_min.milli(),
            step: def.step.map_or(wallet.unit, |step| {
                self.whole_points(step, wallet, &at.key("step"))
            }),
            share_max: def
                .share_max
                .map(|share| self.percent(share, &at.key("share_max"))),
            excess: def.excess,
            target: self.target(def.target.as_ref(), &at.key("target")),
        }
    }

    /// A percentage above 0.
    pub(super) fn percent(&mut self, percent: Percent, at: &At<'_>) -> Rate {
        if percent == Percent::ZERO {
            self.problem(
                problem::OUT_OF_RANGE,
                at,
                percent,
                "more than 0, up to 100 percent",
            );
        }
        let (num, den) = percent.parts();
        Rate { num, den }
    }

    /// Terms of lots; `at` is the wallet or the rule that holds them.
    pub(super) fn lot_terms(
        &mut self,
        pending: Option<&PendingDef>,
        expiry: &ExpiryDef,
        promotional: bool,
        at: &At<'_>,
    ) -> LotTerms {
        self.check_pending(pending, at);
        self.check_expiry(expiry, at);
        LotTerms {
            pending: pending.cloned(),
            expiry: expiry.clone(),
            promotional,
        }
    }

    pub(super) fn check_pending(&mut self, pending: Option<&PendingDef>, at: &At<'_>) {
        if let Some(PendingDef::After(span)) = pending {
            self.span(*span, 0, &at.key("pending").key("after"));
        }
    }

    pub(super) fn check_expiry(&mut self, expiry: &ExpiryDef, at: &At<'_>) {
        let at = at.key("expiry");
        match expiry {
            ExpiryDef::Never(_) | ExpiryDef::FixedDate(_) => {}
            ExpiryDef::Rolling(def) => self.span(def.after, 1, &at.key("rolling").key("after")),
            ExpiryDef::Activity(def) => self.span(def.after, 1, &at.key("activity").key("after")),
            ExpiryDef::EndOfMonth(def) => {
                self.count(
                    def.later,
                    0,
                    LATER_MONTHS_MAX,
                    &at.key("end_of_month").key("later"),
                );
            }
            ExpiryDef::EndOfYear(def) => {
                self.count(
                    def.later,
                    0,
                    LATER_YEARS_MAX,
                    &at.key("end_of_year").key("later"),
                );
            }
        }
    }

    /// Caps on points; `at` is the wallet or the rule that holds them.
    pub(super) fn point_caps(
        &mut self,
        caps: &[CapDef],
        wallet: WalletRef,
        name: &str,
        at: &At<'_>,
    ) -> Box<[Cap]> {
        let at = at.key("caps");
        self.periods(caps.iter().map(|cap| cap.per), &at);
        let caps = caps.iter().enumerate();
        caps.map(|(place, cap)| Cap {
            name: cap_name(name, cap.per),
            per: cap.per,
            max: self.whole_points(cap.points, wallet, &at.index(place).key("points")),
        })
        .collect()
    }

    /// Caps on times; `at` is the rule that holds them.
    pub(super) fn times_caps(&mut self, times: &[TimesDef], name: &str, at: &At<'_>) -> Box<[Cap]> {
        let at = at.key("times");
        self.periods(times.iter().map(|cap| cap.per), &at);
        let mut caps = Vec::with_capacity(times.len());
        for (place, cap) in times.iter().enumerate() {
            self.count(cap.times, 1, u32::MAX, &at.index(place).key("times"));
            caps.push(Cap {
                name: cap_name(name, cap.per),
                per: cap.per,
                max: i64::from(cap.times),
            });
        }
        caps.into()
    }

    /// Two caps of one period would count on one counter.
    fn periods(&mut self, periods: impl Iterator<Item = CapPeriod>, at: &At<'_>) {
        for (place, name) in repeated(periods.map(period_name).collect()) {
            let found = format_args!("the period \"{name}\" again");
            self.problem(
                problem::DUPLICATE,
                &at.index(place).key("per"),
                found,
                "each period once",
            );
        }
    }
}

pub(super) fn cap_name(name: &str, per: CapPeriod) -> SmolStr {
    let scope = if matches!(per, CapPeriod::Scheme) {
        "scheme."
    } else {
        ""
    };
    format_smolstr!("{scope}{name}.{}", period_name(per))
}

fn period_name(per: CapPeriod) -> &'static str {
    match per {
        CapPeriod::Order => "order",
        CapPeriod::Day => "day",
        CapPeriod::Week => "week",
        CapPeriod::Month => "month",
        CapPeriod::Year => "year",
        CapPeriod::Member => "member",
        CapPeriod::Scheme => "scheme",
    }
}
