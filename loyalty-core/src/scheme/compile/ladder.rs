//! Ladders of tiers.

use crate::number::Money;
use crate::scheme::compiled::{Ladder, Metric, Review, Tier, Window};
use crate::scheme::problem;
use crate::scheme::tier::{
    LadderDef, MetricDef, ReviewDef, TierDef, WalletRefDef, WindowLengthDef,
};
use crate::time::Span;

use super::context::{At, Context, WalletRef};

/// How thresholds of a metric are written.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Money,
    Points(WalletRef),
    Count,
}

impl Context<'_> {
    #[inline(never)]
    pub(super) fn all_ladders(&mut self) -> Box<[Ladder]> {
        let at = At::ROOT.key("ladders");
        let ladders = self.at_most(&self.def.ladders, self.parts_max(), &at);
        self.unique(
            ladders.iter().map(|ladder| ladder.id.as_str()).collect(),
            &at,
        );
        ladders
            .iter()
            .enumerate()
            .map(|(place, def)| self.one_ladder(def, &at.index(place)))
            .collect()
    }

    #[inline(never)]
    fn one_ladder(&mut self, def: &LadderDef, at: &At<'_>) -> Ladder {
        let (metric, unit) = self.metric(&def.metric, &at.key("metric"));
        let window = self.window(&def.window, &at.key("window"));
        let review = self.review(&def.review, &at.key("review"));
        if let Some(span) = def.valid_for {
            self.span(span, 1, &at.key("valid_for"));
        }
        self.rounds_up(def.round_up, def.valid_for.is_some(), at);
        self.ladder_conflicts(def, &metric, window, review, at);
        Ladder {
            id: def.id.clone(),
            metric,
            window,
            tiers: self.tiers(&def.tiers, unit, &at.key("tiers")),
            valid_for: def.valid_for,
            round_up: def.round_up,
            review,
            downgrade: def.downgrade,
            grace_days: def.grace_days,
            counts_own_purchase: def.counts_own_purchase,
            count_pending: def.count_pending,
            on_return: def.on_return,
            rollover_surplus: def.rollover_surplus,
        }
    }

    fn metric(&mut self, def: &MetricDef, at: &At<'_>) -> (Metric, Unit) {
        match def {
            MetricDef::Spend(def) => {
                let target = self.target(def.target.as_ref(), &at.key("spend").key("target"));
                (Metric::Spend(target), Unit::Money)
            }
            MetricDef::Visits(def) => {
                let target = self.target(def.target.as_ref(), &at.key("visits").key("target"));
                (Metric::Visits(target), Unit::Count)
            }
            MetricDef::Items(def) => {
                let target = self.target(def.target.as_ref(), &at.key("items").key("target"));
                (Metric::Items(target), Unit::Count)
            }
            MetricDef::PointsEarned(def) => {
                let wallet = self.metric_wallet(def, &at.key("points_earned"));
                (Metric::PointsEarned(wallet.place), Unit::Points(wallet))
            }
            MetricDef::Balance(def) => {
                let wallet = self.metric_wallet(def, &at.key("balance"));
                (Metric::Balance(wallet.place), Unit::Points(wallet))
            }
        }
    }

    fn metric_wallet(&mut self, def: &WalletRefDef, at: &At<'_>) -> WalletRef {
        self.wallet(def.wallet.as_ref(), at)
    }

    fn window(&mut self, def: &WindowLengthDef, at: &At<'_>) -> Window {
        match def {
            WindowLengthDef::Lifetime(_) => Window::Lifetime,
            WindowLengthDef::Rolling(span) => {
                let at = at.key("rolling");
                self.civil_span(*span, &at);
                Window::Rolling(*span)
            }
            WindowLengthDef::Calendar(def) => Window::Calendar(def.period),
            WindowLengthDef::Anniversary(_) => Window::Anniversary,
        }
    }

    fn review(&mut self, def: &ReviewDef, at: &At<'_>) -> Review {
        match def {
            ReviewDef::Never(_) => Review::Never,
            ReviewDef::AtValidityEnd(_) => Review::AtValidityEnd,
            ReviewDef::Calendar(def) => Review::Calendar(def.period),
            ReviewDef::Every(span) => {
                self.civil_span(*span, &at.key("every"));
                Review::Every(*span)
            }
            ReviewDef::Immediate(_) => Review::Immediate,
        }
    }

    /// A span of civil days, months or years.
    fn civil_span(&mut self, span: Span, at: &At<'_>) {
        self.span(span, 1, at);
        if !span.is_civil() {
            self.problem(
                problem::WINDOW,
                at,
                "a span of instants",
                "days, months or years",
            );
        }
    }

    fn ladder_conflicts(
        &mut self,
        def: &LadderDef,
        metric: &Metric,
        window: Window,
        review: Review,
        at: &At<'_>,
    ) {
        let points = matches!(metric, Metric::PointsEarned(_) | Metric::Balance(_));
        let lifetime = window == Window::Lifetime;
        let validity = def.valid_for.is_some();
        let conflicts = [
            (
                matches!(metric, Metric::Balance(_)) && !lifetime,
                "window",
                "a window over a balance",
                "`lifetime`: a balance is what stands now",
            ),
            (
                review == Review::AtValidityEnd && !validity,
                "review",
                "`at_validity_end` without a validity",
                "`valid_for` beside it",
            ),
            (
                review == Review::Never && validity,
                "valid_for",
                "a validity that is never reviewed",
                "a `review` other than `never`",
            ),
            (
                def.grace_days > 0 && !validity,
                "grace_days",
                "a grace without a validity",
                "`valid_for` beside it",
            ),
            (
                def.count_pending && !points,
                "count_pending",
                "pending points in a metric without points",
                "a metric of points",
            ),
            (
                def.rollover_surplus && lifetime,
                "rollover_surplus",
                "a surplus of a window that never ends",
                "a window other than `lifetime`",
            ),
        ];
        for (wrong, key, found, allowed) in conflicts {
            if wrong {
                self.problem(problem::CONFLICT, &at.key(key), found, allowed);
            }
        }
    }

    fn tiers(&mut self, defs: &[TierDef], unit: Unit, at: &At<'_>) -> Box<[Tier]> {
        self.not_empty(defs, at);
        let defs = self.at_most(defs, self.parts_max(), at);
        self.unique(defs.iter().map(|tier| tier.id.as_str()).collect(), at);
        let mut tiers: Vec<Tier> = Vec::with_capacity(defs.len());
        for (place, def) in defs.iter().enumerate() {
            let at = at.index(place);
            let tier = self.tier_of(def, unit, &at);
            if let Some(before) = tiers.last()
                && before.threshold >= tier.threshold
            {
                let allowed =
                    format_args!("more than the threshold of \"{}\" before it", before.id);
                self.problem(problem::ORDER, &at.key("threshold"), def.threshold, allowed);
            }
            tiers.push(tier);
        }
        tiers.into()
    }

    fn tier_of(&mut self, def: &TierDef, unit: Unit, at: &At<'_>) -> Tier {
        let known = self.problems.len();
        let threshold = self.threshold_in(def.threshold, unit, &at.key("threshold"));
        let retain = def.retain.map_or(threshold, |retain| {
            self.threshold_in(retain, unit, &at.key("retain"))
        });
        if let Some(written) = def.retain
            && retain > threshold
            && self.problems.len() == known
        {
            self.problem(
                problem::ORDER,
                &at.key("retain"),
                written,
                "at most the tier's `threshold`",
            );
        }
        let rewards = at.key("rewards");
        Tier {
            id: def.id.clone(),
            threshold,
            retain,
            benefits: self.benefits(&def.benefits, &at.key("benefits")),
            rewards: def
                .rewards
                .iter()
                .enumerate()
                .map(|(place, id)| self.reward(id, &rewards.index(place)))
                .collect(),
        }
    }

    /// A threshold in the metric's unit: minor units, milli-points or a count.
    pub(super) fn threshold_in(&mut self, written: Money, unit: Unit, at: &At<'_>) -> i64 {
        let (scale, allowed) = match unit {
            Unit::Money => return self.money(written, 0, at),
            Unit::Points(wallet) if wallet.unit == 1000 => (0, "whole points"),
            Unit::Points(_) => (3, "points with at most three decimals"),
            Unit::Count => (0, "a whole number"),
        };
        let found = rescaled(written, scale);
        let Some(value) = found else {
            self.problem(problem::AMOUNT, at, written, allowed);
            return 0;
        };
        if value < 0 {
            self.problem(problem::OUT_OF_RANGE, at, written, "0 or more");
            return 0;
        }
        match unit {
            Unit::Points(wallet) if wallet.unit == 1000 => value.saturating_mul(1000),
            Unit::Points(wallet) => {
                self.multiple(crate::number::Points::from_milli(value), wallet, at);
                value
            }
            _ => value,
        }
    }
}

/// `written` as a count of 10^−`scale`, when it is one.
fn rescaled(written: Money, scale: u8) -> Option<i64> {
    let (minor, exponent) = (written.minor(), written.exponent());
    let pow = |exponent: u8| 10_i64.checked_pow(u32::from(exponent));
    if exponent <= scale {
        return minor
            .checked_mul(pow(scale.saturating_sub(exponent))?)
            .filter(|value| value.unsigned_abs() <= crate::number::SAFE_MAX.unsigned_abs());
    }
    let unit = pow(exponent.saturating_sub(scale))?;
    if minor.checked_rem(unit)? == 0 {
        minor.checked_div(unit)
    } else {
        None
    }
}
