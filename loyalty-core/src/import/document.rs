//! Shop documents of JSON: what they have in common. Fields that are not asked for are passed over.

use std::fmt;

use crate::id::{IdError, LineId, ProductId, Sku};
use crate::number::Currency;
use crate::path::Path;
use crate::read::{ReadError, Readable};
use crate::serde_text::excerpt;
use crate::time::Moment;
use crate::tree::{self, Bounds, Fault, Node, parse};

use super::error::{AMOUNT, CURRENCY, ID, ImportError, REFUND_TIME, TIME};
use super::lines::minor;
use super::{ImportOptions, Order};

/// What bounds an export: 256 MiB, 32 levels, 1 MiB a text.
const BOUNDS: Bounds = Bounds {
    bytes_max: 1 << 28,
    depth_max: 32,
    text_bytes_max: 1 << 20,
};

/// A number or text that names something. Shops use numbers above 2^53.
#[derive(Debug, Clone, PartialEq, Eq, Default, Readable)]
#[serde(try_from = "serde_json::Value")]
pub(super) struct Ref(pub(super) String);

impl TryFrom<serde_json::Value> for Ref {
    type Error = &'static str;

    fn try_from(value: serde_json::Value) -> Result<Self, Self::Error> {
        match value {
            serde_json::Value::String(text) => Ok(Self(text)),
            serde_json::Value::Number(number) if !number.is_f64() => Ok(Self(number.to_string())),
            _ => Err("neither a whole number nor a text"),
        }
    }
}

/// The orders of a document, each with its place: one order, a list, or either in an object under
/// `order` or `orders`.
pub(super) fn orders<T: Readable>(text: &str) -> Result<Vec<(Path, T)>, ReadError> {
    let (tree, rest) = parse(text, &BOUNDS)?;
    let (root, path) = (tree.root(), Path::root());
    let found = if let Some(list) = root.field("orders") {
        listed(list, &path.key("orders")).map_err(|fault| fault.under("orders"))?
    } else if let Some(order) = root.field("order") {
        let order = tree::read(order).map_err(|fault| fault.under("order"))?;
        vec![(path.key("order"), order)]
    } else if root.items().is_some() {
        listed(root, &path)?
    } else {
        vec![(path, tree::read(root)?)]
    };
    rest?;
    Ok(found)
}

fn listed<T: Readable>(list: Node<'_>, path: &Path) -> Result<Vec<(Path, T)>, Fault> {
    let orders: Vec<T> = tree::read(list)?;
    let places = orders.into_iter().enumerate();
    Ok(places
        .map(|(place, order)| (path.index(place), order))
        .collect())
}

/// A place in a document from which its values are read.
pub(super) struct Place<'a>(pub(super) &'a Path);

impl Place<'_> {
    pub(super) fn error(
        &self,
        code: &'static str,
        field: &str,
        found: impl fmt::Display,
        allowed: impl fmt::Display,
    ) -> ImportError {
        ImportError::new(code, self.0.key(field), found, allowed)
    }

    /// An amount of zero or more; zero where there is none.
    pub(super) fn amount(
        &self,
        field: &str,
        text: Option<&str>,
        currency: Currency,
    ) -> Result<i64, ImportError> {
        match text {
            None | Some("") => Ok(0),
            Some(text) => minor(text, currency).ok_or_else(|| {
                let decimals = currency.exponent();
                let allowed =
                    format_args!("an amount of 0 or more with at most {decimals} decimals");
                self.error(AMOUNT, field, format_args!("{:?}", excerpt(text)), allowed)
            }),
        }
    }

    pub(super) fn currency(
        &self,
        text: &str,
        options: &mut ImportOptions,
    ) -> Result<Currency, ImportError> {
        let found = || format!("{:?}", excerpt(text));
        let currency: Currency = text
            .parse()
            .map_err(|_| self.error(CURRENCY, "currency", found(), "a code of ISO 4217"))?;
        options.hold(currency).map_err(|expected| {
            let allowed = format_args!("{expected}, the currency of all orders of one import");
            self.error(CURRENCY, "currency", found(), allowed)
        })?;
        Ok(currency)
    }

    pub(super) fn moment(
        &self,
        field: &str,
        text: &str,
        moment: Option<Moment>,
    ) -> Result<Moment, ImportError> {
        moment.ok_or_else(|| {
            let found = format_args!("{:?}", excerpt(text));
            self.error(
                TIME,
                field,
                found,
                "a time as the shop's interface writes it",
            )
        })
    }

    /// A typed identifier of a text.
    pub(super) fn id<T>(
        &self,
        field: &str,
        text: &str,
        made: Result<T, IdError>,
    ) -> Result<T, ImportError> {
        made.map_err(|error| {
            let found = format_args!("{:?}", excerpt(text));
            self.error(ID, field, found, error.allowed)
        })
    }

    pub(super) fn line(&self, text: &str) -> Result<LineId, ImportError> {
        self.id("id", text, LineId::try_new(text))
    }

    pub(super) fn sku(&self, text: Option<&str>) -> Result<Option<Sku>, ImportError> {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        text.map(|text| self.id("sku", text, Sku::try_new(text)))
            .transpose()
    }

    /// The product that a number names; 0 names none.
    pub(super) fn product(&self, named: Option<&Ref>) -> Result<Option<ProductId>, ImportError> {
        let named = named.map(|named| named.0.as_str());
        named
            .filter(|named| *named != "0")
            .map(|text| self.id("product_id", text, ProductId::try_new(text)))
            .transpose()
    }

    /// The order, if nothing came back of it before it was bought.
    pub(super) fn in_time(&self, order: Order) -> Result<Order, ImportError> {
        match order.before_sale() {
            None => Ok(order),
            Some(found) => {
                let allowed = format_args!("{} or later, when it was bought", order.at);
                Err(ImportError::new(
                    REFUND_TIME,
                    self.0.clone(),
                    found,
                    allowed,
                ))
            }
        }
    }
}
