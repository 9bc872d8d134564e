//! A scheme over purchase columns: the figures of the report's last section.
//!
//! They come from a [backtest](crate::backtest) in which members behave by one rule: on an order of ten whole
//! units of money or more they use the rewards that are ready, and pay with as many points as the scheme
//! allows.

use std::ops::ControlFlow;
use std::sync::Arc;

use thiserror::Error;

use super::scheme::*;
use crate::analytics::AnalyticsError;
use crate::backtest::{
    Backtest, BacktestError, BacktestOptions, ColumnHistory, Figures, LadderResult, MonthResult,
    OrderColumns, PointFlows, Redeem, backtest,
};
use crate::scheme::Scheme;

/// Why a scheme could not be run.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RunError {
    /// The rows are wrong.
    #[error(transparent)]
    Rows(#[from] AnalyticsError),
    /// The backtest has no result.
    #[error(transparent)]
    Backtest(#[from] BacktestError),
}

impl RunError {
    /// The stable dotted code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rows(error) => error.code(),
            Self::Backtest(error) => error.code(),
        }
    }
}

/// Members use what they have on orders of so many whole units of money or more.
const USES_FROM: i64 = 10;

/// Runs a scheme over the rows up to their last day, and says what it costs and owes.
///
/// # Errors
/// A column error, or what the engine refuses, such as an order in another currency than the scheme's.
pub fn scheme_figures(
    scheme: &Arc<Scheme>,
    columns: OrderColumns<'_>,
) -> Result<SchemeFigures, RunError> {
    let history = ColumnHistory::try_new(columns)?;
    let unit = 10_i64.saturating_pow(u32::from(columns.currency.exponent()));
    let options = BacktestOptions {
        redeem: Redeem::AsSoonAsPossible,
        redeem_from_minor: unit.saturating_mul(USES_FROM),
        until: Some(history.end()?),
    };
    let found = backtest(scheme, &history, &options, &mut |_| {
        ControlFlow::Continue(())
    })?;
    Ok(SchemeFigures::of(scheme, &found))
}

/// A count that is never below zero.
fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// A name, or the id of what has none.
fn named(name: &str, id: &str) -> String {
    let shown = if name.is_empty() { id } else { name };
    shown.to_owned()
}

impl SchemeFigures {
    /// The figures of a backtest of this scheme.
    #[must_use]
    pub fn of(scheme: &Scheme, backtest: &Backtest) -> Self {
        let definition = scheme.definition();
        let totals = &backtest.totals;
        let pays = definition
            .wallets
            .iter()
            .any(|wallet| wallet.redemption.is_some());
        let worth_minor = pays.then_some(backtest.outstanding_worth_minor);
        let ladders = definition.ladders.iter().zip(&backtest.ladders);
        Self {
            name: definition.name.clone(),
            id: definition.id.to_string(),
            version: definition.version.clone(),
            members: u64::try_from(backtest.members.len()).unwrap_or(u64::MAX),
            orders: whole(totals.orders),
            returns: whole(totals.returns),
            sales_minor: totals.sales_minor,
            has_points: !definition.wallets.is_empty(),
            points: PointFigures {
                worth_minor,
                ..PointFigures::of(&totals.points, totals.points.outstanding_milli())
            },
            discounts: DiscountFigures::of(totals),
            rewards: RewardFigures {
                issued: whole(totals.rewards_issued),
                used: whole(totals.rewards_used),
                void: whole(totals.rewards_void),
                ready: whole(
                    totals
                        .rewards_issued
                        .saturating_sub(totals.rewards_used)
                        .saturating_sub(totals.rewards_void),
                ),
            },
            stamps: totals.stamps,
            tiers: ladders
                .flat_map(|(ladder, found)| {
                    let names = ladder
                        .tiers
                        .iter()
                        .map(|tier| named(&tier.name, tier.id.as_str()));
                    tiers(&named(&ladder.name, ladder.id.as_str()), names, found)
                })
                .collect(),
            months: backtest.months.iter().map(SchemeMonth::of).collect(),
        }
    }
}

/// The members of a ladder by tier: those without one first.
fn tiers(
    ladder: &str,
    names: impl Iterator<Item = String>,
    found: &LadderResult,
) -> Vec<TierFigures> {
    let held = names.zip(&found.tiers);
    let held = held.map(|(name, tier)| (Some(name), tier.members));
    let of = |(tier, members)| TierFigures {
        ladder: ladder.to_owned(),
        tier,
        members,
    };
    [(None, found.none)]
        .into_iter()
        .chain(held)
        .map(of)
        .collect()
}

impl PointFigures {
    fn of(flows: &PointFlows, outstanding_milli: i64) -> Self {
        Self {
            issued_milli: flows.issued_milli,
            redeemed_milli: flows.redeemed_milli,
            expired_milli: flows.expired_milli,
            taken_back_milli: flows.taken_back_milli,
            outstanding_milli,
            worth_minor: None,
        }
    }
}

impl DiscountFigures {
    fn of(figures: &Figures) -> Self {
        Self {
            rewards_minor: figures.cost_rewards_minor,
            tiers_minor: figures.cost_benefits_minor,
            points_minor: figures.cost_points_minor,
            offers_minor: figures.cost_offers_minor,
        }
    }
}

impl SchemeMonth {
    fn of(month: &MonthResult) -> Self {
        let number = i32::try_from(month.month).unwrap_or(1);
        Self {
            period: month
                .year
                .saturating_mul(12)
                .saturating_add(number)
                .saturating_sub(1),
            orders: whole(month.figures.orders),
            sales_minor: month.figures.sales_minor,
            points: PointFigures::of(&month.figures.points, month.outstanding_milli),
            discounts: DiscountFigures::of(&month.figures),
        }
    }
}
