//! Orders: the rows of a frame as columns of the core, checked once.

use std::sync::{Arc, Mutex};

use arrow_array::timezone::Tz;
use arrow_array::{Array, RecordBatch};
use loyalty_core::analytics::columns::{NO_ORDER, Purchases, REFUND, SALE};
use loyalty_core::analytics::index::{Index, Key};
use loyalty_core::analytics::metrics::Window;
use loyalty_core::analytics::occasions::{Occasions, RowCounts, Rules};
use loyalty_core::analytics::partial::Partial as CorePartial;
use loyalty_core::number::Currency;
use pyo3::prelude::*;

use super::frame::{Column, Frame, Keys, place_of};
use super::named;
use crate::errors::{Failure, guarded};

/// What each column of a frame is, and what its rows mean.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct OrderColumns {
    customer: String,
    day: String,
    amount: Option<String>,
    amount_minor: Option<String>,
    currency: String,
    currency_column: Option<String>,
    order: Option<String>,
    kind: Option<String>,
    original_order: Option<String>,
    sku: Option<String>,
    quantity: Option<String>,
    time_zone: Option<String>,
    negative: String,
    guests: String,
    segments: Vec<String>,
    memory_max: u64,
}

/// A segment of every customer: a place in the labels, which ascend; the last stands for none.
#[derive(Debug)]
pub(super) struct Segments {
    name: String,
    pub(super) labels: Vec<Option<String>>,
    pub(super) of: Vec<u32>,
}

/// The rows of a frame. `loyalty_core.Orders` is what users see of it.
#[pyclass(frozen, module = "loyalty_core._core", name = "Orders")]
#[derive(Debug)]
pub(crate) struct Orders {
    pub(super) keys: Arc<Vec<Key>>,
    pub(super) currency: Currency,
    pub(super) customer: Vec<u32>,
    pub(super) day: Vec<i32>,
    pub(super) amount_minor: Vec<i64>,
    pub(super) order: Option<Vec<u64>>,
    pub(super) kind: Option<Vec<u8>>,
    pub(super) original_order: Option<Vec<u64>>,
    /// The stock keeping units, and that of each row; none for [`NO_SKU`].
    skus: Vec<Key>,
    sku: Option<Vec<u32>>,
    pub(super) quantity: Option<Vec<u32>>,
    segments: Vec<Segments>,
    rows: u64,
    without_customer: u64,
    /// The occasions that were asked for last.
    last: Mutex<Option<Arc<Occasions>>>,
}

/// When observation ends, and what zero orders and refunds do.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Terms {
    as_of: i32,
    zero_orders: String,
    refunds: String,
}

impl Terms {
    pub(super) fn rules(&self) -> Result<Rules, Failure> {
        Ok(Rules {
            as_of: self.as_of,
            zero_orders: named("zero_orders", &self.zero_orders)?,
            refunds: named("refunds", &self.refunds)?,
        })
    }
}

/// The places of the columns in the batches, and what has been read so far.
struct Reading {
    columns: OrderColumns,
    currency: Currency,
    zone: Option<Tz>,
    negative_refunds: bool,
    drop_guests: bool,
    places: Vec<(String, usize)>,
    customers: Index,
    /// Numbers of order ids; none where the ids, whole numbers, are taken as they are.
    order_ids: Option<Index>,
    skus: Index,
    labels: Vec<Labels>,
    memory_max: u64,
    orders: Orders,
}

/// What a key takes: in the list of keys twice while they are put in order, and in the index.
const KEY_BYTES: u64 = 96;
/// Rows that are gathered before they join a partial summary.
const GATHERED: usize = 1 << 20;

/// What the rows of a frame add up to.
pub(super) struct Poured {
    pub(super) partial: CorePartial,
    pub(super) currency: Currency,
    pub(super) without_customer: u64,
}

/// Reads a frame into a partial summary, batch by batch.
pub(super) fn pour(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    columns: OrderColumns,
) -> PyResult<Poured> {
    let frame = Frame::open(frame)?;
    let mut reading = Reading::new(columns, &frame).map_err(|failure| failure.raise(py))?;
    reading.order_ids = None;
    reading.memory_max = u64::MAX;
    let mut partial = CorePartial::new();
    frame.each(py, |batch, first_row| {
        reading.take(batch, first_row)?;
        if reading.orders.customer.len() < GATHERED {
            return Ok(());
        }
        reading.pour(&mut partial)
    })?;
    py.detach(|| reading.pour(&mut partial))
        .map_err(|failure| failure.raise(py))?;
    Ok(Poured {
        partial,
        currency: reading.currency,
        without_customer: reading.orders.without_customer,
    })
}

/// The numbers of keys in the rows that are kept; a row without a key has none.
fn numbers(
    index: &mut Index,
    column: &Column<'_>,
    kept: &[usize],
) -> Result<Vec<Option<u32>>, Failure> {
    let keyed: Vec<usize> = kept
        .iter()
        .copied()
        .filter(|row| column.is_valid(*row))
        .collect();
    let found = match column.keys()? {
        Keys::Ints(keys) => {
            let keys: Vec<i64> = keyed.iter().map(|row| keys[*row]).collect();
            index.encode_ints(&keys)?
        }
        Keys::Texts(keys) => {
            let keys: Vec<&str> = keyed.iter().map(|row| keys.value(*row)).collect();
            index.encode_texts(&keys)?
        }
    };
    let mut found = found.into_iter();
    let number = |row: &usize| {
        if column.is_valid(*row) {
            found.next()
        } else {
            None
        }
    };
    Ok(kept.iter().map(number).collect())
}

impl Reading {
    fn new(columns: OrderColumns, frame: &Frame) -> Result<Self, Failure> {
        let currency: Currency = columns.currency.parse()?;
        let zone = columns.time_zone.as_ref().map(|name| {
            name.parse::<Tz>().map_err(|_| {
                let path = "/time_zone".to_owned();
                Failure::input(
                    "input.option",
                    path,
                    name,
                    "an IANA name such as Europe/Madrid",
                )
            })
        });
        let choice = |option: &str, found: &str, names: [&str; 2]| {
            if names.contains(&found) {
                return Ok(found == names[1]);
            }
            let allowed = format!("{} or {}", names[0], names[1]);
            Err(Failure::input(
                "input.option",
                format!("/{option}"),
                found,
                &allowed,
            ))
        };
        let needed = [&columns.customer, &columns.day].into_iter();
        let optional = [
            &columns.amount,
            &columns.amount_minor,
            &columns.currency_column,
            &columns.order,
            &columns.kind,
            &columns.original_order,
            &columns.sku,
            &columns.quantity,
        ];
        let names = needed
            .chain(optional.into_iter().flatten())
            .chain(&columns.segments);
        let mut places = Vec::new();
        for name in names {
            places.push((name.clone(), place_of(&frame.schema, name)?));
        }
        if columns.amount.is_some() == columns.amount_minor.is_some() {
            let found = if columns.amount.is_some() {
                "both"
            } else {
                "neither"
            };
            let allowed = "amount= for whole units or amount_minor= for minor units, one of them";
            return Err(Failure::input(
                "input.choice",
                "/amount".to_owned(),
                found,
                allowed,
            ));
        }
        let negative_refunds = choice("negative", &columns.negative, ["refuse", "refund"])?;
        let has_kind = columns.kind.is_some() || negative_refunds;
        Ok(Self {
            currency,
            zone: zone.transpose()?,
            negative_refunds,
            drop_guests: choice("guests", &columns.guests, ["refuse", "drop"])?,
            places,
            customers: Index::new(),
            order_ids: Some(Index::new()),
            memory_max: columns.memory_max,
            skus: Index::new(),
            labels: columns.segments.iter().map(|_| Labels::default()).collect(),
            orders: Orders {
                keys: Arc::default(),
                currency,
                customer: Vec::new(),
                day: Vec::new(),
                amount_minor: Vec::new(),
                order: columns.order.as_ref().map(|_| Vec::new()),
                kind: has_kind.then(Vec::new),
                original_order: columns.original_order.as_ref().map(|_| Vec::new()),
                skus: Vec::new(),
                sku: columns.sku.as_ref().map(|_| Vec::new()),
                quantity: columns.quantity.as_ref().map(|_| Vec::new()),
                segments: Vec::new(),
                rows: 0,
                without_customer: 0,
                last: Mutex::new(None),
            },
            columns,
        })
    }

    /// Takes the rows of a batch. Nothing of it shows outside before all batches are read.
    fn take(&mut self, batch: &RecordBatch, first_row: u64) -> Result<(), Failure> {
        let places = &self.places;
        let column = |name| {
            let place = places.iter().find(|(known, _)| known == name);
            Column::of(name, batch, place.map_or(0, |(_, place)| *place), first_row)
        };
        let customer = column(&self.columns.customer)?;
        let kept: Vec<usize> = (0..customer.len())
            .filter(|row| customer.is_valid(*row))
            .collect();
        let guests = customer.len() - kept.len();
        if guests > 0 && !self.drop_guests {
            let row = (0..customer.len()).find(|row| !customer.is_valid(*row));
            return Err(customer.guest(row.unwrap_or(0)));
        }
        let orders = &mut self.orders;
        orders.rows += customer.len() as u64;
        orders.without_customer += guests as u64;
        let numbered = numbers(&mut self.customers, &customer, &kept)?;
        orders.customer.extend(numbered.into_iter().flatten());
        let day = column(&self.columns.day)?;
        let days = day.days(self.zone)?;
        day.hold_years(&days)?;
        orders.day.extend(kept.iter().map(|row| days[*row]));
        if let Some(name) = &self.columns.currency_column {
            column(name)?.hold_currency(self.currency)?;
        }
        let (amount, mut minor) = if let Some(name) = &self.columns.amount {
            let amount = column(name)?;
            let minor = amount.amounts(self.currency)?;
            (amount, minor)
        } else {
            let amount = column(self.columns.amount_minor.as_deref().unwrap_or_default())?;
            let minor = amount.ints("whole numbers of minor units; amount= takes whole units")?;
            (amount, minor)
        };
        amount.hold_range(&minor)?;
        let mut refunds = match &self.columns.kind {
            Some(name) => column(name)?.refunds()?,
            None => vec![false; minor.len()],
        };
        for (row, (minor, refund)) in minor.iter_mut().zip(&mut refunds).enumerate() {
            if *minor < 0 {
                if !self.negative_refunds {
                    return Err(amount.negative(row, *minor, self.currency));
                }
                *minor = minor.saturating_neg();
                *refund = true;
            }
        }
        orders
            .amount_minor
            .extend(kept.iter().map(|row| minor[*row]));
        if let Some(kinds) = &mut orders.kind {
            let kind = |row: &usize| if refunds[*row] { REFUND } else { SALE };
            kinds.extend(kept.iter().map(kind));
        }
        for (name, into) in [
            (&self.columns.order, &mut orders.order),
            (&self.columns.original_order, &mut orders.original_order),
        ] {
            if let (Some(name), Some(into)) = (name, into) {
                let column = column(name)?;
                match &mut self.order_ids {
                    Some(known) => {
                        let found = numbers(known, &column, &kept)?;
                        into.extend(found.into_iter().map(|id| id.map_or(NO_ORDER, u64::from)));
                    }
                    None => into.extend(column.order_numbers(&kept)?),
                }
            }
        }
        if let (Some(name), Some(into)) = (&self.columns.sku, &mut orders.sku) {
            let found = numbers(&mut self.skus, &column(name)?, &kept)?;
            into.extend(found.into_iter().map(|sku| sku.unwrap_or(NO_SKU)));
        }
        if let (Some(name), Some(into)) = (&self.columns.quantity, &mut orders.quantity) {
            let units = column(name)?.units()?;
            into.extend(kept.iter().map(|row| units[*row]));
        }
        for (name, into) in self.columns.segments.iter().zip(&mut self.labels) {
            into.take(&column(name)?, &kept)?;
        }
        self.hold_memory()
    }

    /// Bytes that each row takes while a summary is made of it: its columns, and a word of work.
    fn row_bytes(&self) -> u64 {
        let orders = &self.orders;
        let ids = u64::from(orders.order.is_some()) + u64::from(orders.original_order.is_some());
        let units = u64::from(orders.sku.is_some()) + u64::from(orders.quantity.is_some());
        let labels = self.labels.len() as u64 + units;
        24 + 8 * ids + u64::from(orders.kind.is_some()) + 4 * labels
    }

    /// Holds that the rows so far, and a summary of them, stay within what may be used.
    fn hold_memory(&self) -> Result<(), Failure> {
        let kept = self.orders.customer.len() as u64;
        let keys = self.customers.len() + self.order_ids.as_ref().map_or(0, Index::len);
        let needed = kept * self.row_bytes() + keys as u64 * KEY_BYTES;
        if needed <= self.memory_max {
            return Ok(());
        }
        let found = format!(
            "{} rows of {} customers, which need about {needed} bytes; each million rows more needs {}",
            self.orders.rows,
            self.customers.len(),
            1_000_000 * self.row_bytes(),
        );
        let allowed = format!(
            "memory_max={} bytes; with more memory say so, or merge parts with Partial",
            self.memory_max
        );
        let path = "/memory_max".to_owned();
        Err(Failure::input("input.memory", path, found, &allowed)
            .with("needed_bytes", needed.to_string()))
    }

    /// Hands the rows so far to a partial summary, and forgets them.
    fn pour(&mut self, into: &mut CorePartial) -> Result<(), Failure> {
        let orders = &mut self.orders;
        into.update(&orders.purchases(), &self.customers)?;
        self.customers = Index::new();
        orders.customer.clear();
        orders.day.clear();
        orders.amount_minor.clear();
        let optional = [&mut orders.order, &mut orders.original_order];
        optional.into_iter().flatten().for_each(Vec::clear);
        orders.kind.iter_mut().for_each(Vec::clear);
        Ok(())
    }

    /// Numbers customers in the order of their keys, so that the order of rows does not show.
    fn finish(mut self) -> Result<Orders, Failure> {
        let keys = self.customers.keys();
        let mut order: Vec<u32> = (0..).take(keys.len()).collect();
        order.sort_unstable_by(|left, right| keys[*left as usize].cmp(&keys[*right as usize]));
        let mut rank = vec![0_u32; keys.len()];
        for (at, number) in (0..).zip(&order) {
            rank[*number as usize] = at;
        }
        self.orders.keys = Arc::new(order.iter().map(|at| keys[*at as usize].clone()).collect());
        for customer in &mut self.orders.customer {
            *customer = rank[*customer as usize];
        }
        self.orders.purchases().check()?;
        self.orders.skus = self.skus.keys().to_vec();
        for (name, labels) in self.columns.segments.into_iter().zip(self.labels) {
            let segments = labels.finish(name, &self.orders);
            self.orders.segments.push(segments);
        }
        Ok(self.orders)
    }
}

/// The labels of a column while it is read: a number for each row, [`NO_LABEL`] without one.
#[derive(Debug, Default)]
struct Labels {
    known: Index,
    rows: Vec<u32>,
}

const NO_LABEL: u32 = u32::MAX;
const NO_SKU: u32 = u32::MAX;

impl Labels {
    fn take(&mut self, column: &Column<'_>, kept: &[usize]) -> Result<(), Failure> {
        let Some(texts) = column.labels()? else {
            self.rows.extend(kept.iter().map(|_| NO_LABEL));
            return Ok(());
        };
        for row in kept {
            let number = if texts.is_valid(*row) {
                self.known.encode_texts(&[texts.value(*row)])?[0]
            } else {
                NO_LABEL
            };
            self.rows.push(number);
        }
        Ok(())
    }

    /// The label of each customer's first row: of the first day, and on it the least label.
    fn finish(self, name: String, orders: &Orders) -> Segments {
        let mut labels: Vec<(Option<String>, u32)> = (0..)
            .zip(self.known.keys())
            .filter_map(|(number, key)| match key {
                Key::Text(text) => Some((Some(text.clone()), number)),
                Key::Int(_) => None,
            })
            .collect();
        labels.sort_unstable();
        let mut rank = vec![0_u32; labels.len()];
        for (at, (_, number)) in (0..).zip(&labels) {
            rank[*number as usize] = at;
        }
        let last = u32::try_from(labels.len()).unwrap_or(u32::MAX);
        let mut first = vec![(i32::MAX, last); orders.keys.len()];
        for ((customer, day), number) in orders.customer.iter().zip(&orders.day).zip(self.rows) {
            let label = rank.get(number as usize).copied().unwrap_or(last);
            let slot = &mut first[*customer as usize];
            *slot = (*slot).min((*day, label));
        }
        let of = first.into_iter().map(|(_, label)| label).collect();
        let labels = labels.into_iter().map(|(label, _)| label);
        let labels = labels.chain([None]).collect();
        Segments { name, labels, of }
    }
}

impl Orders {
    /// The stock keeping unit of a row.
    pub(super) fn sku_of(&self, row: usize) -> Option<&Key> {
        self.skus.get(self.sku.as_ref()?[row] as usize)
    }

    /// How many rows have no customer.
    pub(super) fn guests(&self) -> u64 {
        self.without_customer
    }

    pub(super) fn purchases(&self) -> Purchases<'_> {
        Purchases {
            order: self.order.as_deref(),
            kind: self.kind.as_deref(),
            original_order: self.original_order.as_deref(),
            ..Purchases::new(&self.customer, &self.day, &self.amount_minor)
        }
    }

    /// The occasions under these rules; those asked for last are kept.
    pub(super) fn occasions(&self, rules: Rules) -> Result<Arc<Occasions>, Failure> {
        let known = self.last.lock().ok().and_then(|last| last.clone());
        if let Some(known) = known.filter(|known| known.rules() == rules) {
            return Ok(known);
        }
        let made = Arc::new(Occasions::build(&self.purchases(), self.keys.len(), rules)?);
        if let Ok(mut last) = self.last.lock() {
            *last = Some(Arc::clone(&made));
        }
        Ok(made)
    }

    /// The window from a day, or the first one there is, up to the last day seen.
    pub(super) fn window(&self, start: Option<i32>, rules: Rules) -> Result<Window, Failure> {
        let first = self.day.iter().min().copied().unwrap_or(rules.as_of);
        let start = start.unwrap_or(first.min(rules.as_of));
        if start <= rules.as_of {
            return Ok(Window::through(start, rules.as_of));
        }
        let path = "/start".to_owned();
        let allowed = "a day at or before as_of";
        Err(Failure::input(
            "input.option",
            path,
            "a day after as_of",
            allowed,
        ))
    }

    pub(super) fn segments(&self, by: &str) -> Result<&Segments, Failure> {
        self.segments
            .iter()
            .find(|segments| segments.name == by)
            .ok_or_else(|| {
                let names: Vec<&str> = self
                    .segments
                    .iter()
                    .map(|known| known.name.as_str())
                    .collect();
                let allowed = format!("one of the columns given as segments=: {names:?}");
                Failure::input(
                    "input.option",
                    "/by".to_owned(),
                    format!("{by:?}"),
                    &allowed,
                )
            })
    }

    /// The counts of rows by where they went.
    pub(super) fn counts(&self, counts: RowCounts) -> Vec<(&'static str, u64)> {
        listed(counts, self.without_customer)
    }
}

/// Counts of rows by where they went, with those that have no customer.
pub(super) fn listed(counts: RowCounts, without_customer: u64) -> Vec<(&'static str, u64)> {
    vec![
        ("rows", counts.rows_in + without_customer),
        ("used", counts.used),
        ("without_customer", without_customer),
        ("after_as_of", counts.after_as_of),
        ("zero_order", counts.zero_order),
        ("refunded_order", counts.refunded_order),
        ("refund_ignored", counts.refund_ignored),
    ]
}

#[pymethods]
impl Orders {
    /// How many rows the frame had, and how many of them have no customer.
    #[getter]
    fn rows(&self) -> (u64, u64) {
        (self.rows, self.without_customer)
    }

    /// How many customers there are.
    #[getter]
    fn customers(&self) -> usize {
        self.keys.len()
    }

    /// The currency of the amounts.
    #[getter]
    fn currency(&self) -> String {
        self.currency.to_string()
    }

    /// The first and the last day, as days since 1970-01-01.
    #[getter]
    fn days(&self) -> Option<(i32, i32)> {
        Some((*self.day.iter().min()?, *self.day.iter().max()?))
    }
}

/// Reads a frame.
#[pyfunction]
pub(crate) fn read_orders(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    columns: OrderColumns,
) -> PyResult<Orders> {
    guarded(py, || {
        let frame = Frame::open(frame)?;
        let mut reading = Reading::new(columns, &frame).map_err(|failure| failure.raise(py))?;
        frame.each(py, |batch, first_row| reading.take(batch, first_row))?;
        py.detach(|| reading.finish())
            .map_err(|failure| failure.raise(py))
    })
}
