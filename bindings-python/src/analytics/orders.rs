//! Orders: the rows of a frame as columns of the core, checked once.

use std::cmp::Ordering;
use std::sync::{Arc, Mutex};

use arrow_array::timezone::Tz;
use arrow_array::{Array, RecordBatch};
use loyalty_core::analytics::columns::{NO_ORDER, Purchases, REFUND, SALE};
use loyalty_core::analytics::index::{Index, Key};
use loyalty_core::analytics::metrics::Window;
use loyalty_core::analytics::occasions::{Occasions, RowCounts, Rules};
use loyalty_core::analytics::partial::Partial as CorePartial;
use loyalty_core::backtest;
use loyalty_core::number::Currency;
use pyo3::prelude::*;

use super::frame::{Column, Frame, Kept, Keys, place_of};
use super::{cores, named};
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
    row_segments: Vec<String>,
    memory_max: u64,
}

/// A segment of every customer, or of every row: a place in the labels, which ascend; the last stands for
/// none.
#[derive(Debug)]
pub(super) struct Segments {
    name: String,
    pub(super) labels: Vec<Option<String>>,
    pub(super) of: Vec<u32>,
    pub(super) of_rows: bool,
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
    /// The stock keeping units, and that of each row; none for [`NO_NUMBER`].
    skus: Vec<Key>,
    sku: Option<Vec<u32>>,
    quantity_milli: Option<Vec<i64>>,
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

/// The numbers of keys in the rows that are kept; [`NO_NUMBER`] where a row has no key.
fn numbers(index: &mut Index, column: &Column<'_>, kept: &Kept) -> Result<Vec<u32>, Failure> {
    let keys = column.keys()?;
    if let (true, Keys::Ints(keys), Kept::All(_)) = (column.is_full(), &keys, kept) {
        return Ok(index.encode_ints(keys, cores())?);
    }
    let keyed: Vec<usize> = kept.rows().filter(|row| column.is_valid(*row)).collect();
    let found = match keys {
        Keys::Ints(keys) => {
            let keys: Vec<i64> = keyed.iter().map(|row| keys[*row]).collect();
            index.encode_ints(&keys, cores())?
        }
        Keys::Texts(keys) => {
            let keys: Vec<&str> = keyed.iter().map(|row| keys.value(*row)).collect();
            index.encode_texts(&keys, cores())?
        }
    };
    if keyed.len() == kept.len() {
        return Ok(found);
    }
    Ok(spread(found, kept, |row| column.is_valid(row)).collect())
}

/// Numbers of the rows that have one, each at its row; [`NO_NUMBER`] at the others.
fn spread(
    found: Vec<u32>,
    kept: &Kept,
    has_one: impl Fn(usize) -> bool,
) -> impl Iterator<Item = u32> {
    let mut found = found.into_iter();
    kept.rows().map(move |row| match has_one(row) {
        true => found.next().unwrap_or(NO_NUMBER),
        false => NO_NUMBER,
    })
}

impl OrderColumns {
    /// The columns that have labels: those of customers, then those of rows.
    fn label_columns(&self) -> impl Iterator<Item = &String> {
        self.segments.iter().chain(&self.row_segments)
    }
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
            .chain(columns.label_columns());
        let mut places = Vec::new();
        for name in names {
            places.push((name.clone(), place_of(&frame.schema, name)?));
        }
        if let Some(name) = columns
            .row_segments
            .iter()
            .find(|name| columns.segments.contains(name))
        {
            let (path, found) = ("/row_segments".to_owned(), format!("{name:?} in both"));
            let allowed = "a column in segments= or in row_segments=";
            return Err(Failure::input("input.choice", path, found, allowed));
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
            labels: columns.label_columns().map(|_| Labels::default()).collect(),
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
                quantity_milli: columns.quantity.as_ref().map(|_| Vec::new()),
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
        let kept = Kept::of(&customer);
        let guests = customer.len() - kept.len();
        if guests > 0 && !self.drop_guests {
            let row = (0..customer.len()).find(|row| !customer.is_valid(*row));
            return Err(customer.guest(row.unwrap_or(0)));
        }
        let orders = &mut self.orders;
        orders.rows += customer.len() as u64;
        orders.without_customer += guests as u64;
        let numbered = numbers(&mut self.customers, &customer, &kept)?;
        orders.customer.extend_from_slice(&numbered);
        let day = column(&self.columns.day)?;
        let days = day.days(self.zone)?;
        day.hold_years(&days)?;
        kept.gather(&days, &mut orders.day);
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
        kept.gather(&minor, &mut orders.amount_minor);
        if let Some(kinds) = &mut orders.kind {
            let kind = |row: usize| if refunds[row] { REFUND } else { SALE };
            kinds.extend(kept.rows().map(kind));
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
                        let order = |id| match id {
                            NO_NUMBER => NO_ORDER,
                            id => u64::from(id),
                        };
                        into.extend(found.into_iter().map(order));
                    }
                    None => into.extend(column.order_numbers(&kept)?),
                }
            }
        }
        if let (Some(name), Some(into)) = (&self.columns.sku, &mut orders.sku) {
            into.extend(numbers(&mut self.skus, &column(name)?, &kept)?);
        }
        if let (Some(name), Some(into)) = (&self.columns.quantity, &mut orders.quantity_milli) {
            let units = column(name)?.units()?;
            into.extend(kept.rows().map(|row| 1_000 * i64::from(units[row])));
        }
        for (name, into) in self.columns.label_columns().zip(&mut self.labels) {
            into.take(&column(name)?, &kept)?;
        }
        self.hold_memory()
    }

    /// Bytes that each row takes while a summary is made of it: its columns, and a word of work.
    fn row_bytes(&self) -> u64 {
        let orders = &self.orders;
        let ids = u64::from(orders.order.is_some()) + u64::from(orders.original_order.is_some());
        let units = u64::from(orders.sku.is_some()) + u64::from(orders.quantity_milli.is_some());
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
        let order = ascending(keys);
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
        let of_customers = self.columns.segments.len();
        for (at, (name, labels)) in self.columns.label_columns().zip(self.labels).enumerate() {
            let segments = labels.finish(name.clone(), &self.orders, at >= of_customers);
            self.orders.segments.push(segments);
        }
        Ok(self.orders)
    }
}

/// The places of keys in ascending order.
fn ascending(keys: &[Key]) -> Vec<u32> {
    let mut ints: Vec<(i64, u32)> = Vec::with_capacity(keys.len());
    for (at, key) in (0..).zip(keys) {
        if let Key::Int(key) = key {
            ints.push((*key, at));
        }
    }
    if ints.len() == keys.len() {
        ints.sort_unstable();
        return ints.into_iter().map(|(_, at)| at).collect();
    }
    let mut order: Vec<u32> = (0..).take(keys.len()).collect();
    order.sort_unstable_by(|left, right| keys[*left as usize].cmp(&keys[*right as usize]));
    order
}

/// The labels of a column while it is read: a number for each row, [`NO_LABEL`] without one.
#[derive(Debug, Default)]
struct Labels {
    known: Index,
    rows: Vec<u32>,
}

const NO_NUMBER: u32 = u32::MAX;
const NO_LABEL: u32 = NO_NUMBER;

impl Labels {
    fn take(&mut self, column: &Column<'_>, kept: &Kept) -> Result<(), Failure> {
        let Some(texts) = column.labels()? else {
            self.rows.extend(kept.rows().map(|_| NO_LABEL));
            return Ok(());
        };
        let labelled = kept.rows().filter(|row| texts.is_valid(*row));
        let labelled: Vec<&str> = labelled.map(|row| texts.value(row)).collect();
        let numbers = self.known.encode_texts(&labelled, cores())?;
        let is_valid = |row: usize| texts.is_valid(row);
        self.rows.extend(spread(numbers, kept, is_valid));
        Ok(())
    }

    /// The label of each row; or of each customer's first one: of the first day, and on it the least.
    fn finish(self, name: String, orders: &Orders, of_rows: bool) -> Segments {
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
        let mut of = self.rows;
        for number in &mut of {
            *number = rank.get(*number as usize).copied().unwrap_or(last);
        }
        if !of_rows {
            let mut first = vec![(i32::MAX, last); orders.keys.len()];
            for ((customer, day), label) in orders.customer.iter().zip(&orders.day).zip(of) {
                let slot = &mut first[*customer as usize];
                *slot = (*slot).min((*day, label));
            }
            of = first.into_iter().map(|(_, label)| label).collect();
        }
        let labels = labels.into_iter().map(|(label, _)| label);
        let labels = labels.chain([None]).collect();
        Segments {
            name,
            labels,
            of,
            of_rows,
        }
    }
}

impl Orders {
    /// The rows up to a day for a backtest.
    pub(crate) fn columns(&self, last_day: i32) -> backtest::OrderColumns<'_> {
        backtest::OrderColumns {
            purchases: Purchases {
                quantity_milli: self.quantity_milli.as_deref(),
                product: self.sku.as_deref(),
                ..self.purchases()
            },
            customers: &self.keys,
            products: &self.skus,
            currency: self.currency,
            guests: self.guests(),
            last_day,
            orders_rise: false,
        }
    }

    /// Whether customers are whole numbers.
    pub(crate) fn has_int_keys(&self) -> bool {
        matches!(self.keys.first(), Some(Key::Int(_)))
    }

    /// The number of a customer, whose key is a whole number.
    pub(super) fn number_of_int(&self, key: i64) -> Option<u32> {
        let found = self.keys.binary_search_by(|known| match known {
            Key::Int(known) => known.cmp(&key),
            Key::Text(_) => Ordering::Greater,
        });
        found.ok().and_then(|at| u32::try_from(at).ok())
    }

    /// The number of a customer, whose key is text.
    pub(super) fn number_of_text(&self, key: &str) -> Option<u32> {
        let found = self.keys.binary_search_by(|known| match known {
            Key::Int(_) => Ordering::Less,
            Key::Text(known) => known.as_str().cmp(key),
        });
        found.ok().and_then(|at| u32::try_from(at).ok())
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
        let made = Arc::new(Occasions::build(
            &self.purchases(),
            self.keys.len(),
            rules,
            cores(),
        )?);
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
                let allowed =
                    format!("one of the columns given as segments= or row_segments=: {names:?}");
                Failure::input(
                    "input.option",
                    "/by".to_owned(),
                    format!("{by:?}"),
                    &allowed,
                )
            })
    }

    /// Segments of customers.
    pub(super) fn customer_segments(&self, by: &str) -> Result<&Segments, Failure> {
        let segments = self.segments(by)?;
        if !segments.of_rows {
            return Ok(segments);
        }
        let allowed = "one of the columns given as segments=: this is about customers";
        let path = "/by".to_owned();
        Err(Failure::input(
            "input.option",
            path,
            format!("{by:?}"),
            allowed,
        ))
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
