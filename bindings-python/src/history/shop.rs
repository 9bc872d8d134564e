//! Orders as shops export them.

use std::sync::Arc;

use loyalty_core::evaluate::known_order;
use loyalty_core::import::{
    self, Columns, ImportError, ImportOptions, Order, Posting, reconcile_known,
};
use loyalty_core::read::{ReadLimits, read_json};
use pyo3::prelude::*;

use crate::engine::Account;
use crate::errors::{Failure, Family, core};

/// Orders of an export. `loyalty_core.ShopOrders` is what users see of it.
#[pyclass(frozen, module = "loyalty_core._core", name = "ShopOrders")]
#[derive(Debug)]
pub(crate) struct ShopOrders {
    pub(super) core: Arc<Vec<Order>>,
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        let made = Self::new(Family::Input, error.code, &error).at(error.path.to_string());
        let made = match error.row {
            Some(row) => made.with("row", row.to_string()),
            None => made,
        };
        made.with("found", error.found)
            .with("allowed", error.allowed)
    }
}

fn options(currency: Option<&str>) -> Result<ImportOptions, Failure> {
    Ok(ImportOptions {
        currency: currency.map(str::parse).transpose()?,
    })
}

fn one(json: &str) -> Result<Order, Failure> {
    Ok(read_json(json, &ReadLimits::DEFAULT)?)
}

#[pymethods]
impl ShopOrders {
    /// Orders of their JSON.
    #[staticmethod]
    fn from_json(py: Python<'_>, orders: Vec<String>) -> PyResult<Self> {
        core(py, || {
            let orders = orders.iter().map(|json| one(json));
            Ok(Self {
                core: Arc::new(orders.collect::<Result<_, _>>()?),
            })
        })
    }

    /// How many there are.
    fn len(&self) -> usize {
        self.core.len()
    }

    /// The JSON of one.
    fn order(&self, py: Python<'_>, place: usize) -> PyResult<Option<String>> {
        core(py, || {
            let order = self.core.get(place);
            Ok(order.map(serde_json::to_string).transpose()?)
        })
    }
}

/// A reader of the core, without the interpreter's lock.
fn read(
    py: Python<'_>,
    currency: Option<&str>,
    reader: impl Fn(&ImportOptions) -> Result<Vec<Order>, ImportError> + Sync,
) -> Result<ShopOrders, Failure> {
    let options = options(currency)?;
    let orders = py.detach(|| reader(&options))?;
    Ok(ShopOrders {
        core: Arc::new(orders),
    })
}

/// Whether a text begins with the header of Shopify's orders export.
#[pyfunction]
pub(crate) fn is_shopify_csv(text: &str) -> bool {
    import::is_shopify_csv(text)
}

/// Reads Shopify's orders export.
#[pyfunction]
#[pyo3(signature = (text, currency))]
pub(crate) fn read_shopify_csv(
    py: Python<'_>,
    text: &str,
    currency: Option<&str>,
) -> PyResult<ShopOrders> {
    core(py, || {
        read(py, currency, |options| {
            import::read_shopify_csv(text, options)
        })
    })
}

/// Reads orders of Shopify's REST interface.
#[pyfunction]
#[pyo3(signature = (text, currency))]
pub(crate) fn read_shopify_orders(
    py: Python<'_>,
    text: &str,
    currency: Option<&str>,
) -> PyResult<ShopOrders> {
    core(py, || {
        read(py, currency, |options| {
            import::read_shopify_orders(text, options)
        })
    })
}

/// Reads orders of WooCommerce's REST interface.
#[pyfunction]
#[pyo3(signature = (text, currency))]
pub(crate) fn read_woocommerce_orders(
    py: Python<'_>,
    text: &str,
    currency: Option<&str>,
) -> PyResult<ShopOrders> {
    core(py, || {
        read(py, currency, |options| {
            import::read_woocommerce_orders(text, options)
        })
    })
}

/// Which column of a table is what.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct CsvColumns {
    customer: String,
    at: String,
    amount: String,
    order: Option<String>,
    quantity: Option<String>,
    sku: Option<String>,
    kind: Option<String>,
    currency: Option<String>,
}

/// Reads a table of rows.
#[pyfunction]
#[pyo3(signature = (text, columns, currency))]
pub(crate) fn read_orders_csv(
    py: Python<'_>,
    text: &str,
    columns: CsvColumns,
    currency: Option<&str>,
) -> PyResult<ShopOrders> {
    let columns = Columns {
        customer: columns.customer,
        at: columns.at,
        amount: columns.amount,
        order: columns.order,
        quantity: columns.quantity,
        sku: columns.sku,
        kind: columns.kind,
        currency: columns.currency,
    };
    core(py, || {
        read(py, currency, |options| {
            import::read_csv(text, &columns, options)
        })
    })
}

/// The acts between what is known and an order's state: the moment of each, and its JSON.
#[pyfunction]
#[pyo3(signature = (before, account, after))]
pub(crate) fn reconcile(
    py: Python<'_>,
    before: Option<&str>,
    account: Option<&Bound<'_, Account>>,
    after: &str,
) -> PyResult<Vec<(String, String)>> {
    core(py, || {
        let after = one(after)?;
        let before = before.map(one).transpose()?;
        let postings = match account {
            Some(account) => {
                let known = known_order(&account.get().core, &after.purchase);
                reconcile_known(&known, &after)?
            }
            None => import::reconcile(before.as_ref(), &after)?,
        };
        let told = |posting: &Posting| {
            let act = serde_json::to_string(&posting.act)?;
            Ok((posting.at.to_string(), act))
        };
        postings.iter().map(told).collect()
    })
}
