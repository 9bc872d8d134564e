//! The native half of the Python package: it moves values between Python and the core, and decides
//! nothing. What users see is written in Python, in `python/loyalty_core`.
//!
//! | module | what it is |
//! |---|---|
//! | `errors` | problems and panics become exceptions |
//! | `convert` | Python's values become the core's documents, and back |
//! | `analytics` | frames of Arrow, summaries, metrics, fits, tables |
//! | `history` | orders of shops, what to post for them, and schemes over history |
//! | `engine` | schemes, accounts, groups, decisions, and the functions on them |

mod analytics;
mod convert;
mod engine;
mod errors;
mod history;

use pyo3::prelude::*;

#[allow(clippy::panic, reason = "the drill")]
fn drill() {
    panic!("a drill");
}

/// Panics, for the test that a panic is an ordinary exception.
#[pyfunction]
fn _panic(py: Python<'_>, detached: bool) -> PyResult<()> {
    errors::guarded(py, || {
        if detached {
            py.detach(drill);
        }
        drill();
        Ok(())
    })
}

#[pymodule(gil_used = false)]
mod _core {
    #[pymodule_export]
    use super::_panic;
    #[pymodule_export]
    use super::analytics::{
        Fit, Orders, Partial, Summary, Table, acquisition, cdnow, churn_rates, cohorts,
        compare_purchases, compare_renewals, contract_churn, conversion, discounted_purchases,
        donations, effort_score, expected_spend, fit_bg_bb, fit_purchases, fit_renewals,
        fit_segments, fit_spend, holdout, independence, lifetime_value, log_rank, mean_spend,
        metrics, net_promoter, period_retention, programme, read_orders, report, restricted_mean,
        retention, rfm, satisfaction, segment_fit, simulate_purchases, simulate_spend, states,
        summarize, survival, text_table, tracking, transitions,
    };
    #[pymodule_export]
    use super::engine::{
        Account, Decision, Group, Scheme, lint, make_codes, merge, perform, prior_price, quote,
        quote_many, record_many, replay_many, standing, transfer, verify_code, verify_decision,
        verify_groups, why_not,
    };

    #[pymodule_export]
    use super::history::{
        Backtest, ShopOrders, backtest, compare_backtests, is_shopify_csv, read_orders_csv,
        read_shopify_csv, read_shopify_orders, read_woocommerce_orders, reconcile,
    };

    #[pymodule_init]
    fn init(_module: &super::Bound<'_, super::PyModule>) -> super::PyResult<()> {
        super::errors::keep_panics();
        Ok(())
    }
}
