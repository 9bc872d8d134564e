//! Analytics: frames of Arrow become orders, orders become summaries, metrics and fits, and tables of
//! Arrow come out.

mod asked;
mod churn;
mod compared;
mod datasets;
mod fit;
mod frame;
mod measures;
mod orders;
mod page;
mod partial;
mod spend;
mod summary;
mod table;
mod times;

pub(crate) use asked::{effort_score, net_promoter, programme, satisfaction};
pub(crate) use churn::{
    acquisition, churn_rates, contract_churn, conversion, period_retention, states, transitions,
};
pub(crate) use compared::{
    compare_purchases, compare_renewals, fit_segments, holdout, segment_fit, simulate_purchases,
    simulate_spend, tracking,
};
pub(crate) use datasets::{cdnow, donations};
pub(crate) use fit::{Fit, fit_bg_bb, fit_purchases, fit_renewals, fit_spend, independence};
pub(crate) use measures::{cohorts, metrics, retention, rfm};
pub(crate) use orders::{Orders, read_orders};
pub(crate) use page::{report, text_table};
pub(crate) use partial::Partial;
pub(crate) use spend::{discounted_purchases, expected_spend, lifetime_value, mean_spend};
pub(crate) use summary::{Summary, summarize};
pub(crate) use table::{Table, decimals, first_days, ints, texts};
pub(crate) use times::{log_rank, restricted_mean, survival};

use loyalty_core::analytics::AnalyticsError;
use serde::de::DeserializeOwned;

use crate::errors::{Failure, Family};

impl From<AnalyticsError> for Failure {
    fn from(error: AnalyticsError) -> Self {
        Self::new(Family::Analytics, error.code(), &error)
    }
}

/// How many threads read and summarize rows: one a core. What they give does not depend on it.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// An option of the core by its name.
fn named<T: DeserializeOwned>(option: &str, name: &str) -> Result<T, Failure> {
    let value = serde_json::Value::String(name.to_owned());
    serde_json::from_value(value).map_err(|error| {
        let error = error.to_string();
        let allowed = error
            .split_once("expected ")
            .map_or("one of the documented names", |(_, names)| names);
        Failure::input("input.option", format!("/{option}"), name, allowed)
    })
}

/// A nominal coverage.
fn checked_level(level: f64) -> Result<f64, Failure> {
    if level > 0.0 && level < 1.0 {
        return Ok(level);
    }
    let path = "/level".to_owned();
    Err(Failure::input(
        "input.option",
        path,
        level,
        "more than 0 and less than 1",
    ))
}
