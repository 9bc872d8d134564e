//! Columns of Arrow streams. Every column is cast once for each batch; what cannot be used is named
//! with its column and row.

use arrow_array::cast::AsArray;
use arrow_array::timezone::Tz;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchReader, StringViewArray};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, Schema, SchemaRef, TimeUnit};
use chrono::{DateTime, Offset, TimeZone};
use loyalty_core::analytics::civil::{DAY_MAX, DAY_MIN, day_of};
use loyalty_core::analytics::columns::{AMOUNT_MAX, NO_ORDER};
use loyalty_core::number::{Currency, Money, NumberError, Points};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatchReader;

use crate::errors::Failure;

const FRAMES: &str = "anything with __arrow_c_stream__: a frame of polars or of pandas 2.2 or later, \
    a table of pyarrow, a relation of DuckDB";
/// The largest distance of a float from a whole minor unit.
const FLOAT_SLACK: f64 = 1e-6;

/// A stream of batches of one schema.
pub(crate) struct Frame {
    reader: Box<dyn RecordBatchReader + Send>,
    pub(crate) schema: SchemaRef,
}

impl Frame {
    /// Opens whatever has the stream.
    pub(crate) fn open(frame: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = frame.py();
        if !frame.hasattr("__arrow_c_stream__")? {
            let found = frame.get_type().name()?.to_string();
            return Err(Failure::input("input.frame", String::new(), found, FRAMES).raise(py));
        }
        let opened = frame.extract::<PyRecordBatchReader>();
        let reader = opened.and_then(PyRecordBatchReader::into_reader);
        let reader = reader.map_err(|error| {
            if !error.is_instance_of::<PyException>(py) {
                return error;
            }
            let raised = Failure::input("input.frame", String::new(), &error, FRAMES).raise(py);
            raised.set_cause(py, Some(error));
            raised
        })?;
        let schema = reader.schema();
        Ok(Self { reader, schema })
    }

    /// Hands over the batches without the interpreter's lock, with the number of rows before each.
    pub(crate) fn each(
        mut self,
        py: Python<'_>,
        mut take: impl FnMut(&RecordBatch, u64) -> Result<(), Failure> + Send,
    ) -> PyResult<u64> {
        let mut rows = 0_u64;
        loop {
            let step = py.detach(|| match self.reader.next() {
                None => Ok(None),
                Some(Err(error)) => Err(Failure::input(
                    "input.frame",
                    String::new(),
                    error,
                    "a stream that can be read to its end",
                )),
                Some(Ok(batch)) => take(&batch, rows).map(|()| Some(batch.num_rows())),
            });
            match step.map_err(|failure| failure.raise(py))? {
                None => return Ok(rows),
                Some(more) => rows += more as u64,
            }
            py.check_signals()?;
        }
    }
}

/// The place of a named column.
pub(crate) fn place_of(schema: &Schema, name: &str) -> Result<usize, Failure> {
    let names = || schema.fields().iter().map(|field| field.name());
    let path = || format!("/{name}");
    let mut places = names().enumerate().filter(|(_, known)| *known == name);
    match (places.next(), places.next()) {
        (Some((place, _)), None) => Ok(place),
        (Some(_), Some(_)) => {
            let found = format!("{name:?} more than once");
            Err(Failure::input(
                "input.column",
                path(),
                found,
                "names that differ",
            ))
        }
        (None, _) => {
            let names: Vec<String> = names().map(|name| format!("{name:?}")).collect();
            let allowed = format!("one of {}", names.join(", "));
            Err(Failure::input(
                "input.column",
                path(),
                format!("{name:?}"),
                &allowed,
            ))
        }
    }
}

/// A column of a batch, and where it stands.
pub(crate) struct Column<'a> {
    name: &'a str,
    array: ArrayRef,
    first_row: u64,
}

/// Keys of customers or orders.
pub(crate) enum Keys {
    Ints(Vec<i64>),
    Texts(StringViewArray),
}

/// The rows of a batch that are kept.
pub(crate) enum Kept {
    All(usize),
    Some(Vec<usize>),
}

impl Kept {
    /// The rows in which a column has a value.
    pub(crate) fn of(column: &Column<'_>) -> Self {
        let rows = column.len();
        if column.is_full() {
            return Self::All(rows);
        }
        Self::Some((0..rows).filter(|row| column.is_valid(*row)).collect())
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::All(rows) => *rows,
            Self::Some(rows) => rows.len(),
        }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = usize> {
        let (all, some) = match self {
            Self::All(rows) => (0..*rows, [].as_slice()),
            Self::Some(rows) => (0..0, rows.as_slice()),
        };
        all.chain(some.iter().copied())
    }

    /// Adds the values of the rows.
    pub(crate) fn gather<T: Copy>(&self, values: &[T], into: &mut Vec<T>) {
        match self {
            Self::All(rows) => into.extend_from_slice(&values[..*rows]),
            Self::Some(rows) => into.extend(rows.iter().map(|row| values[*row])),
        }
    }
}

impl<'a> Column<'a> {
    /// The column at a place, with dictionaries spread out.
    pub(crate) fn of(
        name: &'a str,
        batch: &RecordBatch,
        place: usize,
        first_row: u64,
    ) -> Result<Self, Failure> {
        let mut column = Self {
            name,
            array: batch.column(place).clone(),
            first_row,
        };
        if let DataType::Dictionary(_, values) = column.array.data_type() {
            let values = (**values).clone();
            column.array = column.cast(&values)?;
        }
        Ok(column)
    }

    fn failure(&self, code: &str, row: usize, found: impl ToString, allowed: &str) -> Failure {
        let row = self.first_row + row as u64;
        let path = format!("/{}/{row}", self.name);
        Failure::input(code, path, found, allowed)
            .with("column", self.name.to_owned())
            .with("row", row.to_string())
    }

    fn wrong_type(&self, allowed: &str) -> Failure {
        let path = format!("/{}", self.name);
        let found = format!("a column of {}", self.array.data_type());
        Failure::input("input.column_type", path, found, allowed)
            .with("column", self.name.to_owned())
    }

    fn null(&self, row: usize, allowed: &str) -> Failure {
        self.failure("input.null", row, "nothing", allowed)
    }

    fn cast(&self, to: &DataType) -> Result<ArrayRef, Failure> {
        let options = CastOptions {
            safe: false,
            ..CastOptions::default()
        };
        cast_with_options(&self.array, to, &options).map_err(|error| {
            let path = format!("/{}", self.name);
            Failure::input("input.column_type", path, error, "values that fit")
                .with("column", self.name.to_owned())
        })
    }

    fn is_text(&self) -> bool {
        matches!(
            self.array.data_type(),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
        )
    }

    fn texts(&self) -> Result<StringViewArray, Failure> {
        Ok(self.cast(&DataType::Utf8View)?.as_string_view().clone())
    }

    pub(crate) fn len(&self) -> usize {
        self.array.len()
    }

    /// Whether every row holds a value.
    pub(crate) fn is_full(&self) -> bool {
        *self.array.data_type() != DataType::Null && self.array.null_count() == 0
    }

    /// Whether a row holds a value.
    pub(crate) fn is_valid(&self, row: usize) -> bool {
        *self.array.data_type() != DataType::Null && self.array.is_valid(row)
    }

    pub(crate) fn expect_valid(&self, allowed: &str) -> Result<(), Failure> {
        if self.is_full() {
            return Ok(());
        }
        match (0..self.len()).find(|row| !self.is_valid(*row)) {
            Some(row) => Err(self.null(row, allowed)),
            None => Ok(()),
        }
    }

    /// Keys, as whole numbers or text; the rows without a value hold a zero or an empty text.
    pub(crate) fn keys(&self) -> Result<Keys, Failure> {
        let kind = self.array.data_type();
        if self.is_text() {
            Ok(Keys::Texts(self.texts()?))
        } else if kind.is_integer() {
            let ints = self.cast(&DataType::Int64)?;
            Ok(Keys::Ints(
                ints.as_primitive::<Int64Type>().values().to_vec(),
            ))
        } else if *kind == DataType::Null {
            Ok(Keys::Ints(vec![0; self.len()]))
        } else {
            let allowed = if kind.is_floating() {
                "text or whole numbers; pandas makes whole numbers with gaps floats: use the \
                 type Int64"
            } else {
                "text or whole numbers"
            };
            Err(self.wrong_type(allowed))
        }
    }

    /// Order ids that are whole numbers, as they are, in the rows that are kept.
    pub(crate) fn order_numbers(&self, kept: &Kept) -> Result<Vec<u64>, Failure> {
        let allowed = "whole numbers of zero or more; number other order ids first, or use Orders";
        let kind = self.array.data_type();
        if *kind == DataType::Null {
            return Ok(vec![NO_ORDER; kept.len()]);
        }
        if !kind.is_integer() {
            return Err(self.wrong_type(allowed));
        }
        let ints = self.cast(&DataType::Int64)?;
        let ints = ints.as_primitive::<Int64Type>();
        let number = |row: usize| {
            if !ints.is_valid(row) {
                return Ok(NO_ORDER);
            }
            let id = ints.value(row);
            u64::try_from(id).map_err(|_| self.failure("input.negative", row, id, allowed))
        };
        kept.rows().map(number).collect()
    }

    /// Labels of segments; none at all in a column without values.
    pub(crate) fn labels(&self) -> Result<Option<StringViewArray>, Failure> {
        let kind = self.array.data_type();
        if self.is_text() || kind.is_integer() || *kind == DataType::Boolean {
            self.texts().map(Some)
        } else if *kind == DataType::Null {
            Ok(None)
        } else {
            Err(self.wrong_type("text, whole numbers or booleans"))
        }
    }

    /// Business days.
    pub(crate) fn days(&self, zone: Option<Tz>) -> Result<Vec<i32>, Failure> {
        const DAY: i64 = 86_400;
        let allowed = "a date in every row";
        let kind = self.array.data_type().clone();
        match kind {
            DataType::Date32 | DataType::Date64 => {
                self.expect_valid(allowed)?;
                let days = self.cast(&DataType::Date32)?;
                Ok(days.as_primitive::<Date32Type>().values().to_vec())
            }
            DataType::Timestamp(unit, stamped) => {
                self.expect_valid(allowed)?;
                let zone = match (&stamped, zone) {
                    (None, _) => None,
                    (Some(_), Some(zone)) => Some(zone),
                    (Some(of), None) => {
                        let path = format!("/{}", self.name);
                        let found = format!("instants, of the zone {of}");
                        let allowed = "time_zone=, the zone in which the shop's days begin, or a \
                                       column of dates";
                        return Err(Failure::input("input.time_zone", path, found, allowed)
                            .with("column", self.name.to_owned()));
                    }
                };
                let second = match unit {
                    TimeUnit::Second => 1,
                    TimeUnit::Millisecond => 1_000,
                    TimeUnit::Microsecond => 1_000_000,
                    TimeUnit::Nanosecond => 1_000_000_000,
                };
                let raw = self.cast(&DataType::Int64)?;
                let stamps = raw.as_primitive::<Int64Type>().values().iter().enumerate();
                let day = |(row, raw): (usize, &i64)| {
                    let seconds = raw.div_euclid(second);
                    let far =
                        || self.failure("input.date", row, raw, "a moment of years 1 to 9999");
                    let offset = match zone {
                        None => 0,
                        Some(zone) => {
                            let utc = DateTime::from_timestamp(seconds, 0).ok_or_else(far)?;
                            let offset = zone.offset_from_utc_datetime(&utc.naive_utc());
                            i64::from(offset.fix().local_minus_utc())
                        }
                    };
                    i32::try_from((seconds + offset).div_euclid(DAY)).map_err(|_| far())
                };
                stamps.map(day).collect()
            }
            _ if self.is_text() => {
                self.expect_valid(allowed)?;
                let texts = self.texts()?;
                let days = texts.iter().flatten().enumerate().map(|(row, text)| {
                    iso_day(text).ok_or_else(|| {
                        let allowed = "a date such as 2026-11-21, or a column of dates or times";
                        self.failure("input.date", row, format!("{text:?}"), allowed)
                    })
                });
                days.collect()
            }
            DataType::Null if self.len() == 0 => Ok(Vec::new()),
            DataType::Null => Err(self.null(0, allowed)),
            _ => Err(self.wrong_type("dates, times, or text such as 2026-11-21")),
        }
    }

    /// Business days, none where the row has none.
    pub(crate) fn some_days(&self) -> Result<Vec<Option<i32>>, Failure> {
        let mut found = Vec::with_capacity(self.len());
        while found.len() < self.len() {
            let row = found.len();
            let valid = self.is_valid(row);
            let run = (row..self.len()).take_while(|at| self.is_valid(*at) == valid);
            let rows = run.count();
            if valid {
                let part = Self {
                    name: self.name,
                    array: self.array.slice(row, rows),
                    first_row: self.first_row + row as u64,
                };
                found.extend(part.days(None)?.into_iter().map(Some));
            } else {
                found.resize(row + rows, None);
            }
        }
        Ok(found)
    }

    /// Amounts in whole units, as minor units.
    pub(crate) fn amounts(&self, currency: Currency) -> Result<Vec<i64>, Failure> {
        let exponent = currency.exponent();
        let allowed = [
            "an amount in every row".to_owned(),
            format!("at most {exponent} decimals in {currency}"),
            "at most 2^53-1 minor units".to_owned(),
            "an amount such as 12.50".to_owned(),
        ];
        self.scaled("input.amount", exponent, &allowed, |text| {
            let money: Money = text.parse()?;
            money.minor_in(currency)
        })
    }

    /// Points, as thousandths.
    pub(crate) fn points(&self) -> Result<Vec<i64>, Failure> {
        let allowed = [
            "points in every row".to_owned(),
            "at most 3 decimals".to_owned(),
            "at most 2^53-1 thousandths".to_owned(),
            "points such as 12.5".to_owned(),
        ];
        self.scaled("input.points", 3, &allowed, |text| {
            text.parse().map(|points: Points| points.milli())
        })
    }

    /// Decimals of at most so many places, times ten to the power of them. What is allowed: of a row
    /// without one, of too many places, of too large a one, of a text.
    fn scaled(
        &self,
        code: &str,
        exponent: u8,
        allowed: &[String; 4],
        read: impl Fn(&str) -> Result<i64, NumberError>,
    ) -> Result<Vec<i64>, Failure> {
        let [needed, places, most, text_allowed] = allowed;
        let kind = self.array.data_type().clone();
        let unit = 10_i64.pow(u32::from(exponent));
        let inexact = |row: usize, found: String| self.failure(code, row, found, places);
        let narrow = |row: usize, wide: Option<i128>, found: &dyn Fn() -> String| {
            let minor = wide.and_then(|wide| i64::try_from(wide).ok());
            minor.ok_or_else(|| self.failure(code, row, found(), most))
        };
        if self.len() > 0 {
            self.expect_valid(needed)?;
        }
        match kind {
            _ if kind.is_integer() => {
                let ints = self.cast(&DataType::Int64)?;
                let ints = ints.as_primitive::<Int64Type>().values().iter().enumerate();
                let minor = ints.map(|(row, whole)| {
                    let wide = i128::from(*whole).checked_mul(i128::from(unit));
                    narrow(row, wide, &|| whole.to_string())
                });
                minor.collect()
            }
            DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..) => {
                let scale = match kind {
                    DataType::Decimal32(_, scale)
                    | DataType::Decimal64(_, scale)
                    | DataType::Decimal128(_, scale)
                    | DataType::Decimal256(_, scale) => scale,
                    _ => 0,
                };
                let decimals = self.cast(&DataType::Decimal128(38, scale))?;
                let decimals = decimals.as_primitive::<Decimal128Type>();
                let shift = i32::from(exponent) - i32::from(scale);
                let power = 10_i128.pow(shift.unsigned_abs().min(38));
                let minor = decimals.values().iter().enumerate().map(|(row, value)| {
                    let found = || decimals.value_as_string(row);
                    if shift >= 0 {
                        narrow(row, value.checked_mul(power), &found)
                    } else if value % power == 0 {
                        narrow(row, Some(value / power), &found)
                    } else {
                        Err(inexact(row, found()))
                    }
                });
                minor.collect()
            }
            _ if kind.is_floating() => {
                let floats = self.cast(&DataType::Float64)?;
                let floats = floats
                    .as_primitive::<Float64Type>()
                    .values()
                    .iter()
                    .enumerate();
                let minor = floats.map(|(row, value)| {
                    float_minor(*value, unit).ok_or_else(|| {
                        if value.is_nan() {
                            self.null(row, needed)
                        } else {
                            inexact(row, value.to_string())
                        }
                    })
                });
                minor.collect()
            }
            _ if self.is_text() => {
                let texts = self.texts()?;
                let minor = texts.iter().flatten().enumerate().map(|(row, text)| {
                    read(text).map_err(|error| {
                        let allowed = format!("{text_allowed} ({error})");
                        self.failure(code, row, format!("{text:?}"), &allowed)
                    })
                });
                minor.collect()
            }
            DataType::Null if self.len() == 0 => Ok(Vec::new()),
            _ => {
                Err(self
                    .wrong_type("decimals, whole numbers, text, or floats of whole minor units"))
            }
        }
    }

    /// Whole numbers: amounts in minor units, counts.
    pub(crate) fn ints(&self, allowed: &str) -> Result<Vec<i64>, Failure> {
        if self.array.data_type().is_integer() {
            self.expect_valid("a whole number in every row")?;
            let ints = self.cast(&DataType::Int64)?;
            Ok(ints.as_primitive::<Int64Type>().values().to_vec())
        } else if *self.array.data_type() == DataType::Null && self.len() == 0 {
            Ok(Vec::new())
        } else {
            Err(self.wrong_type(allowed))
        }
    }

    /// Units of a row, 1 to 1,000,000; refunds may write them below zero.
    pub(crate) fn units(&self) -> Result<Vec<u32>, Failure> {
        let allowed = "whole numbers of 1 to 1000000";
        let ints = self.ints(allowed)?;
        let unit = |(row, int): (usize, &i64)| {
            let units = u32::try_from(int.unsigned_abs()).ok();
            let units = units.filter(|units| (1..=1_000_000).contains(units));
            units.ok_or_else(|| self.failure("input.quantity", row, int, allowed))
        };
        ints.iter().enumerate().map(unit).collect()
    }

    /// Counts, not below zero.
    pub(crate) fn counts(&self) -> Result<Vec<u64>, Failure> {
        let allowed = "whole numbers of zero or more";
        let ints = self.ints(allowed)?;
        let count = |(row, int): (usize, &i64)| {
            u64::try_from(*int).map_err(|_| self.failure("input.negative", row, int, allowed))
        };
        ints.iter().enumerate().map(count).collect()
    }

    /// Booleans.
    pub(crate) fn truths(&self) -> Result<Vec<bool>, Failure> {
        let allowed = "true or false in every row";
        match self.array.data_type() {
            DataType::Boolean => {
                self.expect_valid(allowed)?;
                let flags: &BooleanArray = self.array.as_boolean();
                Ok(flags.values().iter().collect())
            }
            DataType::Null if self.len() == 0 => Ok(Vec::new()),
            _ => Err(self.wrong_type(allowed)),
        }
    }

    /// Which of some words each row says.
    pub(crate) fn choices(&self, words: &[&str]) -> Result<Vec<usize>, Failure> {
        let allowed = words.join(", ");
        if *self.array.data_type() == DataType::Null && self.len() == 0 {
            return Ok(Vec::new());
        }
        if !self.is_text() {
            return Err(self.wrong_type(&format!("text: {allowed}")));
        }
        self.expect_valid(&allowed)?;
        let texts = self.texts()?;
        let choice = |(row, text): (usize, &str)| {
            let found = words.iter().position(|word| *word == text);
            found.ok_or_else(|| self.failure("input.kind", row, format!("{text:?}"), &allowed))
        };
        texts.iter().flatten().enumerate().map(choice).collect()
    }

    /// Whether rows are refunds.
    pub(crate) fn refunds(&self) -> Result<Vec<bool>, Failure> {
        if *self.array.data_type() == DataType::Null && self.len() == 0 {
            return Ok(Vec::new());
        }
        if *self.array.data_type() == DataType::Boolean {
            return self.truths();
        }
        if !self.is_text() {
            return Err(self.wrong_type("text, sale or refund, or booleans"));
        }
        let found = self.choices(&["sale", "refund"])?;
        Ok(found.into_iter().map(|choice| choice == 1).collect())
    }

    /// Holds that every row names the currency.
    pub(crate) fn hold_currency(&self, currency: Currency) -> Result<(), Failure> {
        if self.len() == 0 {
            return Ok(());
        }
        if !self.is_text() {
            return Err(self.wrong_type("text such as EUR"));
        }
        self.expect_valid("a currency in every row")?;
        let texts = self.texts()?;
        match texts
            .iter()
            .flatten()
            .position(|text| text != currency.as_str())
        {
            None => Ok(()),
            Some(row) => {
                let allowed = format!("{currency} alone: choose the rows of one currency");
                let found = texts.value(row);
                Err(self.failure("input.mixed_currency", row, found, &allowed))
            }
        }
    }

    /// Holds that every amount is one that the core takes.
    pub(crate) fn hold_range(&self, minor: &[i64]) -> Result<(), Failure> {
        match minor
            .iter()
            .position(|minor| minor.unsigned_abs() > AMOUNT_MAX.unsigned_abs())
        {
            None => Ok(()),
            Some(row) => {
                let found = format!("{} minor units", minor[row]);
                Err(self.failure("input.amount", row, found, "at most 2^53-1 minor units"))
            }
        }
    }

    /// Holds that every day is one of the years 1 to 9999.
    pub(crate) fn hold_years(&self, days: &[i32]) -> Result<(), Failure> {
        match days
            .iter()
            .position(|day| !(DAY_MIN..=DAY_MAX).contains(day))
        {
            None => Ok(()),
            Some(row) => {
                let found = format!("day {} from 1970-01-01", days[row]);
                Err(self.failure("input.date", row, found, "a day of the years 1 to 9999"))
            }
        }
    }

    /// A negative amount.
    pub(crate) fn negative(&self, row: usize, minor: i64, currency: Currency) -> Failure {
        let allowed = "zero or more; say negative=\"refund\" where a negative amount is a refund";
        let found = Money::of(minor, currency);
        self.failure("input.negative", row, found, allowed)
    }

    /// A row without a customer.
    pub(crate) fn guest(&self, row: usize) -> Failure {
        self.null(
            row,
            "a customer in every row; say guests=\"drop\" to leave such rows out",
        )
    }
}

/// A float as minor units, if it is as near to a whole number of them as floats of amounts are.
#[allow(
    clippy::cast_possible_truncation,
    reason = "checked to lie within 2^53"
)]
fn float_minor(value: f64, unit: i64) -> Option<i64> {
    let scaled = value * unit as f64;
    let whole = scaled.round();
    let near = (scaled - whole).abs() <= FLOAT_SLACK && whole.abs() <= 9_007_199_254_740_991.0;
    near.then_some(whole as i64)
}

/// A date in the form of ISO 8601, in full.
pub(crate) fn iso_day(text: &str) -> Option<i32> {
    let bytes = text.as_bytes();
    let form = bytes.len() == 10
        && bytes.iter().enumerate().all(|(place, byte)| match place {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !form {
        return None;
    }
    day_of(
        text[..4].parse().ok()?,
        text[5..7].parse().ok()?,
        text[8..].parse().ok()?,
    )
}
