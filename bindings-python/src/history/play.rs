//! Schemes over history: the core works without the interpreter's lock, and comes back to it for
//! progress and Ctrl-C.

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow_array::ArrayRef;
use loyalty_core::backtest::{
    self as core_backtest, Backtest as Core, BacktestError, BacktestOptions, Difference, Figures,
    History, MemberOrders, Redeem,
};
use loyalty_core::id::TierId;
use loyalty_core::number::Money;
use pyo3::prelude::*;

use super::shop::ShopOrders;
use crate::analytics::{Orders, Table, decimals, first_days, ints, texts};
use crate::convert::Kind;
use crate::engine::Scheme;
use crate::errors::{Failure, Family, core, guarded};

/// How many orders are played before the interpreter is asked.
const SLICE: u64 = 256;

/// What a scheme came to. `loyalty_core.Backtest` is what users see of it.
#[pyclass(frozen, module = "loyalty_core._core", name = "Backtest")]
#[derive(Debug)]
pub(crate) struct Backtest {
    core: Arc<Core>,
    int_keys: bool,
}

impl From<BacktestError> for Failure {
    fn from(error: BacktestError) -> Self {
        let (code, message) = (error.code(), error.to_string());
        match error {
            BacktestError::Order(named) => {
                let mut failure = Self::from(named.error);
                failure.tell(message);
                failure
                    .with("member", named.member.to_string())
                    .with("order", named.order.to_string())
            }
            BacktestError::Member(error) => Self::new(Family::Input, code, message)
                .with("found", error.found)
                .with("allowed", error.allowed),
            BacktestError::Rows { member, .. } => {
                Self::new(Family::Input, code, message).with("member", member.to_string())
            }
            BacktestError::Twice { member, order } => Self::new(Family::Input, code, message)
                .with("member", member.to_string())
                .with("order", order.to_string()),
            BacktestError::Stopped => Self::new(Family::Input, code, message),
        }
    }
}

/// How members behave, and when everything due is posted.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct BacktestTerms<'py> {
    redeem: String,
    expiry_days: u16,
    redeem_from: Option<Bound<'py, PyAny>>,
    until: Option<Bound<'py, PyAny>>,
}

impl BacktestTerms<'_> {
    fn options(&self, py: Python<'_>, scheme: &Scheme) -> PyResult<BacktestOptions> {
        let redeem = match self.redeem.as_str() {
            "never" => Redeem::Never,
            "as_soon_as_possible" => Redeem::AsSoonAsPossible,
            "before_expiry" => Redeem::BeforeExpiry {
                days: self.expiry_days,
            },
            other => {
                let allowed = "never, as_soon_as_possible or before_expiry";
                let path = "/redeem".to_owned();
                return Err(Failure::input("input.option", path, other, allowed).raise(py));
            }
        };
        let mut border = scheme.border();
        let currency = scheme.core.currency();
        let redeem_from_minor = match &self.redeem_from {
            None => 0,
            Some(value) => {
                let json = border.json(value, Kind::Money, currency)?;
                core(py, || {
                    let money: Money = serde_json::from_str(&json)?;
                    Ok(money.minor_in(currency)?)
                })?
            }
        };
        let until = self.until.as_ref();
        Ok(BacktestOptions {
            redeem,
            redeem_from_minor,
            until: until.map(|at| border.moment(at, "until")).transpose()?,
        })
    }
}

/// Plays a history without the lock.
fn played(
    py: Python<'_>,
    scheme: &Scheme,
    history: &(impl History + Sync),
    options: &BacktestOptions,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Core> {
    let progress = progress.map(|progress| progress.clone().unbind());
    let mut raised = None;
    let found = py.detach(|| {
        let (mut waiting, mut left) = (0_u64, history.orders());
        core_backtest::backtest(&scheme.core, history, options, &mut |more| {
            waiting = waiting.saturating_add(more);
            left = left.saturating_sub(more);
            if waiting < SLICE && left > 0 {
                return ControlFlow::Continue(());
            }
            let told = Python::attach(|py| {
                py.check_signals()?;
                if let Some(progress) = &progress {
                    progress.call1(py, (waiting,))?;
                }
                Ok::<(), PyErr>(())
            });
            waiting = 0;
            match told {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    raised = Some(error);
                    ControlFlow::Break(())
                }
            }
        })
    });
    match (found, raised) {
        (_, Some(error)) => Err(error),
        (Ok(found), None) => Ok(found),
        (Err(error), None) => Err(Failure::from(error).raise(py)),
    }
}

/// Runs a scheme over orders of a frame or of an export.
#[pyfunction]
#[pyo3(signature = (scheme, orders, terms, progress))]
pub(crate) fn backtest(
    py: Python<'_>,
    scheme: &Bound<'_, Scheme>,
    orders: &Bound<'_, PyAny>,
    terms: BacktestTerms<'_>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Backtest> {
    guarded(py, || {
        let scheme = scheme.get();
        let options = terms.options(py, scheme)?;
        if let Ok(orders) = orders.cast::<Orders>() {
            let orders = orders.get();
            let history = py.detach(|| orders.history());
            return Ok(Backtest {
                core: Arc::new(played(py, scheme, &history, &options, progress)?),
                int_keys: orders.has_int_keys(),
            });
        }
        let orders = Arc::clone(&orders.cast::<ShopOrders>()?.get().core);
        let history = py.detach(|| MemberOrders::try_new(orders.iter().cloned()));
        let history = history.map_err(|error| Failure::from(error).raise(py))?;
        Ok(Backtest {
            core: Arc::new(played(py, scheme, &history, &options, progress)?),
            int_keys: false,
        })
    })
}

type Columns<'a> = Vec<(&'a str, ArrayRef)>;
/// A column's name, and what stands in it.
type Counted = (&'static str, fn(&Figures) -> i64);

/// The columns of figures. Money is in whole units, points are too.
fn figures<'a>(
    rows: &[(Figures, i64)],
    exponent: u8,
    mut columns: Columns<'a>,
) -> Result<Columns<'a>, Failure> {
    let whole: [Counted; 2] = [("orders", |of| of.orders), ("returns", |of| of.returns)];
    let money: [Counted; 7] = [
        ("sales", |of| of.sales_minor),
        ("revenue", |of| of.revenue_minor),
        ("cost", |of| of.cost_minor()),
        ("cost_rewards", |of| of.cost_rewards_minor),
        ("cost_tiers", |of| of.cost_benefits_minor),
        ("cost_points", |of| of.cost_points_minor),
        ("cost_offers", |of| of.cost_offers_minor),
    ];
    let points: [Counted; 4] = [
        ("points_issued", |of| of.points.issued_milli),
        ("points_redeemed", |of| of.points.redeemed_milli),
        ("points_expired", |of| of.points.expired_milli),
        ("points_taken_back", |of| of.points.taken_back_milli),
    ];
    let rest: [Counted; 5] = [
        ("rewards_issued", |of| of.rewards_issued),
        ("rewards_used", |of| of.rewards_used),
        ("rewards_void", |of| of.rewards_void),
        ("stamps", |of| of.stamps),
        ("cards_completed", |of| of.cards_completed),
    ];
    let all = |of: fn(&Figures) -> i64| rows.iter().map(move |(figures, _)| of(figures));
    for (name, of) in whole {
        columns.push((name, ints(all(of))));
    }
    for (name, of) in money {
        columns.push((name, decimals(all(of), exponent)?));
    }
    for (name, of) in points {
        columns.push((name, decimals(all(of), 3)?));
    }
    let outstanding = rows.iter().map(|(_, outstanding)| *outstanding);
    columns.push(("points_outstanding", decimals(outstanding, 3)?));
    for (name, of) in rest {
        columns.push((name, ints(all(of))));
    }
    Ok(columns)
}

fn own(figures: Figures) -> (Figures, i64) {
    (figures, figures.points.outstanding_milli())
}

/// Customers, as whole numbers where the frame had them as such.
fn customers<'m>(names: impl Iterator<Item = &'m str>, int_keys: bool) -> ArrayRef {
    if int_keys {
        ints(names.map(|name| name.parse::<i64>().ok()))
    } else {
        texts(names.map(Some))
    }
}

/// The places of members in the order of their keys: as numbers where they are such.
fn in_key_order<'m>(names: impl Iterator<Item = &'m str>, int_keys: bool) -> Vec<usize> {
    let mut places: Vec<(Option<i64>, usize)> = names
        .map(|name| name.parse::<i64>().ok().filter(|_| int_keys))
        .zip(0..)
        .collect();
    places.sort_unstable();
    places.into_iter().map(|(_, place)| place).collect()
}

fn tier(tiers: &[Option<TierId>], ladder: usize) -> Option<&str> {
    tiers.get(ladder)?.as_ref().map(TierId::as_str)
}

impl Backtest {
    fn exponent(&self) -> u8 {
        self.core.currency.exponent()
    }
}

#[pymethods]
impl Backtest {
    /// The scheme's name.
    #[getter]
    fn scheme(&self) -> &str {
        self.core.scheme.as_str()
    }

    /// The scheme's digest.
    #[getter]
    fn digest(&self) -> String {
        self.core.digest.to_string()
    }

    /// The currency of every amount.
    #[getter]
    fn currency(&self) -> String {
        self.core.currency.to_string()
    }

    /// The moment up to which everything due was posted.
    #[getter]
    fn until(&self) -> Option<String> {
        self.core.until.map(|until| until.to_string())
    }

    /// Orders, or rows, without a customer.
    #[getter]
    fn guests(&self) -> u64 {
        self.core.guests
    }

    /// The whole as one row.
    fn totals(&self, py: Python<'_>) -> PyResult<Table> {
        core(py, || {
            let rows = [own(self.core.totals)];
            let mut columns = figures(&rows, self.exponent(), Vec::new())?;
            let worth = decimals([self.core.outstanding_worth_minor], self.exponent())?;
            columns.push(("outstanding_worth", worth));
            Table::of(columns)
        })
    }

    /// A row a member.
    fn members(&self, py: Python<'_>) -> PyResult<Table> {
        core(py, || {
            let members = &self.core.members;
            let names = || members.iter().map(|member| member.member.as_str());
            let order = in_key_order(names(), self.int_keys);
            let sorted = || order.iter().map(|place| &members[*place]);
            let rows: Vec<(Figures, i64)> = sorted().map(|member| own(member.figures)).collect();
            let names = sorted().map(|member| member.member.as_str());
            let first = vec![("customer", customers(names, self.int_keys))];
            let mut columns = figures(&rows, self.exponent(), first)?;
            let worths = sorted().map(|member| member.outstanding_worth_minor);
            columns.push(("outstanding_worth", decimals(worths, self.exponent())?));
            let ladders = self.core.ladders.iter().enumerate();
            let named: Vec<(usize, String)> = ladders
                .map(|(place, ladder)| (place, format!("tier_{}", ladder.ladder)))
                .collect();
            for (place, name) in &named {
                let held = sorted().map(|member| tier(&member.tiers, *place));
                columns.push((name, texts(held)));
            }
            Table::of(columns)
        })
    }

    /// A row a month.
    fn months(&self, py: Python<'_>) -> PyResult<Table> {
        core(py, || {
            let months = &self.core.months;
            let rows = months.iter();
            let rows: Vec<(Figures, i64)> = rows
                .map(|month| (month.figures, month.outstanding_milli))
                .collect();
            let first = first_days(months.iter().map(|month| (month.year, month.month)));
            let active = months.iter().map(|month| i64::try_from(month.members).ok());
            let first = vec![("month", first), ("active_members", ints(active))];
            Table::of(figures(&rows, self.exponent(), first)?)
        })
    }

    /// A row a tier, and one a ladder for members without a tier.
    fn tiers(&self, py: Python<'_>) -> PyResult<Table> {
        core(py, || {
            let (mut ladders, mut tiers, mut members) = (Vec::new(), Vec::new(), Vec::new());
            for ladder in &self.core.ladders {
                let held = ladder.tiers.iter();
                let held = held.map(|tier| (Some(tier.tier.as_str()), tier.members));
                for (tier, count) in std::iter::once((None, ladder.none)).chain(held) {
                    ladders.push(Some(ladder.ladder.as_str()));
                    tiers.push(tier);
                    members.push(i64::try_from(count).ok());
                }
            }
            Table::of(vec![
                ("ladder", texts(ladders)),
                ("tier", texts(tiers)),
                ("members", ints(members)),
            ])
        })
    }

    /// A row a wallet.
    fn wallets(&self, py: Python<'_>) -> PyResult<Table> {
        core(py, || {
            let wallets = || self.core.wallets.iter();
            let flow = |of: fn(&core_backtest::PointFlows) -> i64| {
                decimals(wallets().map(move |wallet| of(&wallet.points)), 3)
            };
            Table::of(vec![
                (
                    "wallet",
                    texts(wallets().map(|one| Some(one.wallet.as_str()))),
                ),
                ("points_issued", flow(|of| of.issued_milli)?),
                ("points_redeemed", flow(|of| of.redeemed_milli)?),
                ("points_expired", flow(|of| of.expired_milli)?),
                ("points_taken_back", flow(|of| of.taken_back_milli)?),
                ("points_outstanding", flow(|of| of.outstanding_milli())?),
            ])
        })
    }

    /// The whole as JSON, in minor units and thousandths.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        core(py, || Ok(serde_json::to_string(&*self.core)?))
    }
}

/// The second result less the first: the whole, the members, the months.
#[pyfunction]
pub(crate) fn compare_backtests(
    py: Python<'_>,
    first: &Bound<'_, Backtest>,
    second: &Bound<'_, Backtest>,
) -> PyResult<(Table, Table, Table)> {
    core(py, || {
        let (first, second) = (first.get(), second.get());
        let found: Difference = py.detach(|| core_backtest::compare(&first.core, &second.core));
        let exponent = second.exponent();
        let mut totals = figures(&[own(found.totals)], exponent, Vec::new())?;
        let worth = decimals([found.outstanding_worth_minor], exponent)?;
        totals.push(("outstanding_worth", worth));

        let int_keys = first.int_keys && second.int_keys;
        let names = || found.members.iter().map(|member| member.member.as_str());
        let order = in_key_order(names(), int_keys);
        let sorted = || order.iter().map(|place| &found.members[*place]);
        let rows: Vec<(Figures, i64)> = sorted().map(|member| own(member.figures)).collect();
        let names = sorted().map(|member| member.member.as_str());
        let start = vec![("customer", customers(names, int_keys))];
        let mut members = figures(&rows, exponent, start)?;
        let named = |result: &Backtest, end: &str| -> Vec<String> {
            let ladders = result.core.ladders.iter();
            ladders
                .map(|ladder| format!("tier_{}_{end}", ladder.ladder))
                .collect()
        };
        let (before, after) = (named(first, "first"), named(second, "second"));
        for (place, name) in before.iter().enumerate() {
            let held = sorted().map(|member| tier(&member.tiers_before, place));
            members.push((name, texts(held)));
        }
        for (place, name) in after.iter().enumerate() {
            let held = sorted().map(|member| tier(&member.tiers_after, place));
            members.push((name, texts(held)));
        }

        let rows = found.months.iter();
        let rows: Vec<(Figures, i64)> = rows
            .map(|month| (month.figures, month.outstanding_milli))
            .collect();
        let start = first_days(found.months.iter().map(|month| (month.year, month.month)));
        let months = figures(&rows, exponent, vec![("month", start)])?;
        Ok((Table::of(totals)?, Table::of(members)?, Table::of(months)?))
    })
}
