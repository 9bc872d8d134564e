//! The analytics for JavaScript: columns of numbers go in, columns of numbers come out. `../js` holds what
//! users see.
//!
//! Nothing stays between two calls: orders and fits are handed over with every question. A problem is thrown
//! as a text of JSON; anything else that is thrown is a trap.

mod failure;
mod models;
mod orders;
mod table;

pub use failure::Failure;
pub use models::{
    Pasts, ValueTerms, expected_spend, fit_purchases, fit_read, fit_spend, predict, survival,
    values,
};
pub use orders::{Asked, Orders};
pub use table::Table;

use wasm_bindgen::prelude::*;

type Answer = Result<Vec<u8>, JsValue>;

fn told(table: Result<Table, Failure>) -> Answer {
    Ok(table?.bytes())
}

#[wasm_bindgen]
impl Orders {
    /// Columns of orders, and the rules that make occasions of them.
    #[wasm_bindgen(constructor)]
    #[allow(
        clippy::too_many_arguments,
        reason = "columns and names cross the border one by one"
    )]
    pub fn js_new(
        customer: Vec<u32>,
        customers: u32,
        day: Vec<i32>,
        amount_minor: Vec<i64>,
        order: Option<Vec<u64>>,
        kind: Option<Vec<u8>>,
        original_order: Option<Vec<u64>>,
        margin_minor: Option<Vec<i64>>,
        as_of: i32,
        zero_orders: &str,
        refunds: &str,
    ) -> Result<Orders, JsValue> {
        let mut orders = Self::of(customer, customers, day, amount_minor, as_of);
        orders.order = order;
        orders.kind = kind;
        orders.original_order = original_order;
        orders.margin_minor = margin_minor;
        orders.rules.zero_orders = orders::named("zero_orders", zero_orders)?;
        orders.rules.refunds = orders::named("refunds", refunds)?;
        Ok(orders)
    }
}

/// A row for each customer.
#[wasm_bindgen(js_name = summarize)]
pub fn js_summarize(orders: Orders, holdout_end: Option<i32>) -> Answer {
    told(orders.summarize(holdout_end))
}

/// Cohorts.
#[wasm_bindgen(js_name = cohorts)]
pub fn js_cohorts(
    orders: Orders,
    period: &str,
    rolling_days: Option<u32>,
    measure: &str,
) -> Answer {
    told(orders.cohorts(period, rolling_days, measure))
}

/// Retention.
#[wasm_bindgen(js_name = retention)]
pub fn js_retention(
    orders: Orders,
    start: Option<i32>,
    period: &str,
    rolling_days: Option<u32>,
    retained: &str,
    periods: u32,
    level: f64,
) -> Answer {
    told(orders.retention(start, period, rolling_days, retained, periods, level))
}

/// RFM scores.
#[wasm_bindgen(js_name = rfm)]
pub fn js_rfm(
    orders: Orders,
    start: Option<i32>,
    ties: &str,
    monetary: &str,
    sorting: &str,
) -> Answer {
    told(orders.rfm(start, ties, monetary, sorting))
}

/// The report.
#[wasm_bindgen(js_name = report)]
#[allow(
    clippy::too_many_arguments,
    reason = "texts and numbers cross the border one by one"
)]
pub fn js_report(
    orders: Orders,
    keys: &str,
    title: String,
    currency: String,
    time_zone: Option<String>,
    level: f64,
    horizon_days: u32,
    annual_rate: f64,
    margin_rate: f64,
    calibration_end: Option<i32>,
    listed_max: u32,
) -> Result<String, JsValue> {
    let asked = Asked {
        title,
        currency,
        time_zone,
        level,
        horizon_days,
        annual_rate,
        margin_rate,
        calibration_end,
        listed_max,
    };
    Ok(orders.report(keys, &asked)?)
}

/// A fit of a model of purchases.
#[wasm_bindgen(js_name = fit_purchases)]
pub fn js_fit_purchases(
    model: &str,
    frequency: &[u32],
    recency_days: &[u32],
    age_days: &[u32],
    unit_days: f64,
    iterations_max: u32,
) -> Answer {
    let pasts = Pasts {
        frequency,
        recency_days,
        age_days,
    };
    told(fit_purchases(model, &pasts, unit_days, iterations_max))
}

/// A fit of Gamma–Gamma.
#[wasm_bindgen(js_name = fit_spend)]
pub fn js_fit_spend(
    frequency: &[u32],
    repeat_minor: &[i64],
    unit_minor: u32,
    iterations_max: u32,
) -> Answer {
    told(fit_spend(
        frequency,
        repeat_minor,
        unit_minor,
        iterations_max,
    ))
}

/// A fit of its text.
#[wasm_bindgen(js_name = fit_read)]
pub fn js_fit_read(fit: &str) -> Answer {
    told(fit_read(fit))
}

/// What a fit says of customers.
#[wasm_bindgen(js_name = predict)]
pub fn js_predict(
    fit: &str,
    frequency: &[u32],
    recency_days: &[u32],
    age_days: &[u32],
    t: f64,
) -> Answer {
    let pasts = Pasts {
        frequency,
        recency_days,
        age_days,
    };
    told(predict(fit, &pasts, t))
}

/// Expected spend an occasion.
#[wasm_bindgen(js_name = expected_spend)]
pub fn js_expected_spend(
    spend: &str,
    frequency: &[u32],
    repeat_minor: &[i64],
    unit_minor: u32,
) -> Answer {
    told(expected_spend(spend, frequency, repeat_minor, unit_minor))
}

/// Lifetime values.
#[wasm_bindgen(js_name = values)]
#[allow(
    clippy::too_many_arguments,
    reason = "columns and numbers cross the border one by one"
)]
pub fn js_values(
    fit: &str,
    spend: &str,
    frequency: &[u32],
    recency_days: &[u32],
    age_days: &[u32],
    repeat_minor: &[i64],
    unit_minor: u32,
    days: Option<u32>,
    annual_rate: f64,
    margin_rate: f64,
    reward_rate: f64,
    period_days: Option<u32>,
) -> Answer {
    let pasts = Pasts {
        frequency,
        recency_days,
        age_days,
    };
    let terms = ValueTerms {
        days,
        annual_rate,
        margin_rate,
        reward_rate,
        period_days,
    };
    told(values(fit, spend, &pasts, repeat_minor, unit_minor, terms))
}

/// A survival curve.
#[wasm_bindgen(js_name = survival)]
pub fn js_survival(days: &[u32], seen: &[u8], level: f64) -> Answer {
    told(survival(days, seen, level))
}

/// Panics, so that a test sees what the package does then.
#[wasm_bindgen]
pub fn drill() {
    panic!("a drill");
}
