//! What a report is made of: results, no rows.

use thiserror::Error;

use super::scheme::SchemeFigures;
use crate::analytics::cohort::CohortTable;
use crate::analytics::metrics::order_conversion::Conversion;
use crate::analytics::metrics::{Mean, Rate, Ratio};
use crate::analytics::models::gamma_gamma::Independence;
use crate::analytics::models::holdout::Tracked;
use crate::analytics::models::{Fit, Interval};
use crate::analytics::occasions::RowCounts;
use crate::analytics::segments::passivation::State;
use crate::analytics::segments::rfm_presets::Eleven;
use crate::analytics::{Absent, AnalyticsError};
use crate::number::Currency;

/// Why a section has no figures. Its sentence stands on the page.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Missing {
    /// A value does not exist.
    #[error(transparent)]
    Absent(#[from] Absent),
    /// Analytics refuses what it was given, such as too few customers for a model.
    #[error(transparent)]
    Refused(#[from] AnalyticsError),
    /// A model was fitted and has no maximum inside its domain, so that nothing is predicted from it.
    #[error("the {model} fit did not converge: {status}")]
    NotConverged {
        /// The model's name.
        model: &'static str,
        /// What happened instead.
        status: String,
    },
    /// The days do not leave room for a calibration and a holdout.
    #[error("the orders span fewer than two days on either side of the calibration's end")]
    TooShort,
}

/// Everything that a report shows.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportInput {
    /// The title, as it stands at the top.
    pub title: String,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The last day seen, as days since 1970-01-01.
    pub as_of: i32,
    /// The first day with an order; nothing without one.
    pub first_day: Option<i32>,
    /// The name of the zone in which days begin, where the caller says it.
    pub time_zone: Option<String>,
    /// Nominal coverage of intervals, such as 0.95.
    pub level: f64,
    /// The key figures.
    pub figures: KeyFigures,
    /// Calendar months in order, from the first order to `as_of`.
    pub months: Vec<MonthFigures>,
    /// Cohorts by month.
    pub cohorts: Cohorts,
    /// Scores of recency, frequency and money; absent without an order.
    pub rfm: Result<RfmFigures, Missing>,
    /// Lifetime values.
    pub value: Result<ValueFigures, Missing>,
    /// Customers against their own rhythm.
    pub drift: Result<DriftFigures, Missing>,
    /// The way to the second order.
    pub second_order: Conversion,
    /// How the purchase model does on days that it has not seen.
    pub tracking: Result<TrackingFigures, Missing>,
    /// What the scheme costs and owes, when one was given.
    pub scheme: Option<SchemeFigures>,
}

/// The key figures, each a metric of `analytics::metrics`.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyFigures {
    /// Customers with an order.
    pub customers: u64,
    /// Orders.
    pub orders: u64,
    /// Days with an order, summed over customers.
    pub occasions: u64,
    /// Σ net amount less refunds of no known order, minor units.
    pub revenue_minor: i128,
    /// Net amount an order.
    pub order_value: Ratio,
    /// Orders a customer.
    pub frequency: Mean,
    /// Orders a customer and year of exposure.
    pub frequency_yearly: Result<Interval, Absent>,
    /// Net amount a customer.
    pub customer_value: Mean,
    /// Two or more order days over one or more.
    pub repeat_rate: Rate,
    /// Customers who bought in the last 90 days and had bought before, over those who bought in them.
    pub returning_rate: Rate,
    /// Customers who bought in the last 90 days, over all.
    pub active_rate: Rate,
    /// Retention in rolling spans of 30 days since the first order: span and rate.
    pub retention: Vec<(u32, Rate)>,
    /// Days between neighbouring orders at the median.
    pub gap_median_days: Result<u32, Absent>,
    /// Share silent for longer than the usual gap, and the two thresholds in days.
    pub churn_by_threshold: Result<(Rate, u32, u32), Absent>,
    /// Share of repeat customers silent for longer than their own 95 % gap.
    pub churn_by_own_gap: Result<Rate, Missing>,
    /// Mean chance of having gone, by the purchase model.
    pub churn_by_model: Result<f64, Missing>,
    /// Where every row of the orders went.
    pub rows: RowCounts,
}

/// A calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthFigures {
    /// 12·year + month − 1.
    pub period: i32,
    /// Orders.
    pub orders: u64,
    /// Customers who ordered.
    pub buyers: u64,
    /// Customers whose first order lies in it.
    pub new_customers: u64,
    /// Net amount of first order days, minor units.
    pub first_minor: i64,
    /// Net amount of later order days, minor units.
    pub repeat_minor: i64,
    /// Whether `as_of` lies at or after its last day.
    pub complete: bool,
}

/// Cohorts by the month of the first order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohorts {
    /// Customers with an order, by cohort and months since.
    pub table: CohortTable,
    /// For each row of the table, customers with an order in the month that is not over yet; nothing when
    /// `as_of` is the last day of a month.
    pub unfinished: Option<Vec<u64>>,
}

/// Scores of recency (R), frequency (F) and money (M), 1 to 5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RfmFigures {
    /// A cell for each R and each FM = ⌈(F+M)/2⌉, R falling from 5 and FM rising from 1.
    pub grid: Vec<RfmCell>,
    /// The named segments that have a customer, largest net amount first.
    pub segments: Vec<SegmentFigures>,
}

/// One cell of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RfmCell {
    /// Recency, 5 is the most recent.
    pub r: u8,
    /// Frequency and money, 5 is the most.
    pub fm: u8,
    /// The name of the cell.
    pub segment: Eleven,
    /// Customers.
    pub customers: u64,
    /// Their orders, by days.
    pub occasions: u64,
    /// Their net amount, minor units.
    pub net_minor: i128,
}

/// One named segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentFigures {
    /// Its name.
    pub segment: Eleven,
    /// Customers.
    pub customers: u64,
    /// Their net amount, minor units.
    pub net_minor: i128,
}

/// Lifetime values by a purchase model and a spend model.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueFigures {
    /// The BG/NBD fit.
    pub purchases: Fit,
    /// The Gamma–Gamma fit.
    pub spend: Fit,
    /// The correlation that Gamma–Gamma takes as zero.
    pub independence: Result<Independence, Absent>,
    /// Days ahead that the values count.
    pub horizon_days: u32,
    /// The yearly discount rate.
    pub annual_rate: f64,
    /// Margin as a share of net amounts.
    pub margin_rate: f64,
    /// Customers with a value.
    pub customers: u64,
    /// Customers whose value does not exist, as where the mean spend is infinite.
    pub without_value: u64,
    /// Σ of the values, minor units.
    pub sum_minor: f64,
    /// The value in the middle, minor units.
    pub median_minor: Result<f64, Absent>,
    /// Share of the sum that the best tenth of customers holds.
    pub top_tenth_share: Result<f64, Absent>,
    /// Customers by value.
    pub bins: Vec<ValueBin>,
    /// The customers with the highest values.
    pub top: Vec<ValuedCustomer>,
}

/// Customers with a value from `low_minor` up to `high_minor`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueBin {
    /// From this value on.
    pub low_minor: f64,
    /// Up to this value, exclusive; the last bin is open.
    pub high_minor: Option<f64>,
    /// Customers.
    pub customers: u64,
    /// Σ of their values.
    pub sum_minor: f64,
}

/// A customer with her lifetime value.
#[derive(Debug, Clone, PartialEq)]
pub struct ValuedCustomer {
    /// The caller's key.
    pub key: String,
    /// Days with an order.
    pub occasions: u32,
    /// Net amount so far, minor units.
    pub net_minor: i64,
    /// The last day with an order.
    pub last_day: i32,
    /// The chance that she still buys.
    pub alive: Result<f64, Absent>,
    /// Expected order days within the horizon.
    pub expected: Result<f64, Absent>,
    /// The value, minor units.
    pub value_minor: f64,
}

/// Customers against their own rhythm.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftFigures {
    /// Customers and their net amount so far (minor units) by state, in the order of the states.
    pub states: Vec<(State, u64, i128)>,
    /// Repeat customers who are silent for longer than four in five of their own gaps and have not lapsed,
    /// those with the highest expected net amount first.
    pub drifting: Vec<DriftingCustomer>,
    /// How many there are in all.
    pub drifting_count: u64,
}

/// A customer who falls silent.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftingCustomer {
    /// The caller's key.
    pub key: String,
    /// Days with an order.
    pub occasions: u32,
    /// Net amount so far, minor units.
    pub net_minor: i64,
    /// The last day with an order.
    pub last_day: i32,
    /// Days since.
    pub silent_days: u32,
    /// The gap that half of her own gaps stay below, days.
    pub usual_days: f64,
    /// The gap that four in five of them stay below, days.
    pub limit_days: f64,
    /// Her lifetime value, minor units, where one exists.
    pub value_minor: Result<f64, Missing>,
}

/// A model fitted to the first days, against all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackingFigures {
    /// The last day of the calibration.
    pub calibration_end: i32,
    /// Expected and actual repeat order days, cumulative.
    pub points: Vec<Tracked>,
    /// Customers in the calibration.
    pub customers: u64,
    /// Their expected order days in the holdout.
    pub predicted: f64,
    /// Those that happened.
    pub actual: u64,
    /// Mean absolute error, order days a customer.
    pub mean_absolute: f64,
}
