//! A value of Python becomes a document of the core: JSON text, which the core's own reader checks.

use std::fmt::Write as _;

use loyalty_core::number::{Currency, Money, SAFE_MAX};
use loyalty_core::path::Path;
use loyalty_core::read::{ReadLimits, Readable, read_json};
use loyalty_core::time::Moment;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use super::shape::{Kind, Shape};
use super::when::{is_date, is_datetime, is_decimal, is_mapping, is_naive, moment_text};
use crate::errors::Failure;

const MONEY: &str = "an int of minor units, a str, or a decimal.Decimal";
const NUMBER: &str = "an int, a str, or a decimal.Decimal";
const DEPTH_MAX: usize = 32;

/// What one call hands over: amounts in the currencies that hold here, times in the scheme's zone,
/// naive and aware datetimes never together.
pub(crate) struct Border<'a> {
    currency: Currency,
    zone: &'a str,
    naive: Option<bool>,
    /// The moment that was read last: many items mostly have one and the same.
    last: Option<(Py<PyAny>, Moment)>,
}

/// Text or bytes of UTF-8.
pub(crate) fn text(value: &Bound<'_, PyAny>, what: &str) -> PyResult<String> {
    let bad = |found: &str| {
        let allowed = format!("{what} as str, or as bytes of UTF-8");
        Failure::input("input.type", String::new(), found, &allowed).raise(value.py())
    };
    if let Ok(text) = value.cast::<PyString>() {
        return text
            .to_str()
            .map(str::to_owned)
            .map_err(|_| bad("text that is no UTF-8"));
    }
    let bytes = value
        .cast::<PyBytes>()
        .map_err(|_| bad(&type_name(value)))?;
    let text = std::str::from_utf8(bytes.as_bytes());
    text.map(str::to_owned)
        .map_err(|_| bad("bytes that are no UTF-8"))
}

fn type_name(value: &Bound<'_, PyAny>) -> String {
    let name = value.get_type().name().map(|name| name.to_string());
    format!(
        "a value of type {}",
        name.unwrap_or_else(|_| "unknown".to_owned())
    )
}

fn shown(value: &Bound<'_, PyAny>) -> String {
    let text = value.repr().map(|text| text.to_string_lossy().into_owned());
    let text = text.unwrap_or_else(|_| type_name(value));
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl<'a> Border<'a> {
    /// A border where amounts are in `currency` unless a document says otherwise.
    pub(crate) fn new(currency: Currency, zone: &'a str) -> Self {
        Self {
            currency,
            zone,
            naive: None,
            last: None,
        }
    }

    /// Reads a value as a document of the core.
    pub(crate) fn read<T: Readable>(
        &mut self,
        value: &Bound<'_, PyAny>,
        shape: &'static Shape,
    ) -> PyResult<T> {
        self.read_in(value, shape, self.currency)
    }

    /// The same, where amounts are in a currency of their own.
    pub(crate) fn read_in<T: Readable>(
        &mut self,
        value: &Bound<'_, PyAny>,
        shape: &'static Shape,
        currency: Currency,
    ) -> PyResult<T> {
        let json = self.json(value, Kind::Object(shape), currency)?;
        read_json(&json, &ReadLimits::DEFAULT)
            .map_err(|error| Failure::from(error).raise(value.py()))
    }

    /// A value as JSON.
    pub(crate) fn json(
        &mut self,
        value: &Bound<'_, PyAny>,
        kind: Kind,
        currency: Currency,
    ) -> PyResult<String> {
        let mut walk = Walk {
            border: self,
            currency,
            out: String::with_capacity(512),
            path: Vec::new(),
        };
        walk.value(value, kind)?;
        Ok(walk.out)
    }

    /// A moment: a datetime, or its text.
    pub(crate) fn moment(&mut self, value: &Bound<'_, PyAny>, name: &str) -> PyResult<Moment> {
        if let Some((known, moment)) = &self.last
            && known.is(value)
        {
            return Ok(*moment);
        }
        let at = || format!("/{name}");
        let failed = |failure: Failure| failure.raise(value.py());
        let text = if is_datetime(value)? {
            self.same_kind(value, at)?;
            moment_text(value, self.zone, &at())?
        } else if let Ok(text) = value.cast::<PyString>() {
            text.to_string_lossy().into_owned()
        } else {
            let allowed = "a datetime.datetime, or a str such as \"2026-11-21T12:00:00+02:00\"";
            return Err(failed(Failure::input(
                "input.type",
                at(),
                type_name(value),
                allowed,
            )));
        };
        let moment = text
            .parse()
            .map_err(|error| failed(Failure::from(error).at(at())))?;
        self.last = Some((value.clone().unbind(), moment));
        Ok(moment)
    }

    /// Refuses naive datetimes beside aware ones.
    fn same_kind(&mut self, value: &Bound<'_, PyAny>, at: impl Fn() -> String) -> PyResult<()> {
        let naive = is_naive(value)?;
        if *self.naive.get_or_insert(naive) == naive {
            return Ok(());
        }
        let found = if naive {
            "a naive datetime"
        } else {
            "an aware datetime"
        };
        let allowed = "datetimes that all have a zone, or none of which has one";
        Err(Failure::input("input.mixed_times", at(), found, allowed).raise(value.py()))
    }
}

enum Step {
    Key(Py<PyString>),
    Place(usize),
}

struct Walk<'w, 'a> {
    border: &'w mut Border<'a>,
    currency: Currency,
    out: String,
    path: Vec<Step>,
}

impl Walk<'_, '_> {
    fn place(&self, py: Python<'_>) -> String {
        let path = self
            .path
            .iter()
            .fold(Path::root(), |path, step| match step {
                Step::Key(key) => path.key(&key.bind(py).to_string_lossy()),
                Step::Place(place) => path.index(*place),
            });
        path.to_string()
    }

    fn bad(&self, value: &Bound<'_, PyAny>, code: &str, found: &str, allowed: &str) -> PyErr {
        Failure::input(code, self.place(value.py()), found, allowed).raise(value.py())
    }

    fn value(&mut self, value: &Bound<'_, PyAny>, kind: Kind) -> PyResult<()> {
        if let Ok(text) = value.cast::<PyString>() {
            return self.text(text);
        }
        if value.is_none() {
            self.out.push_str("null");
            return Ok(());
        }
        if let Ok(truth) = value.cast::<PyBool>() {
            self.out
                .push_str(if truth.is_true() { "true" } else { "false" });
            return Ok(());
        }
        if value.cast::<PyFloat>().is_ok() {
            return Err(self.float(value, kind));
        }
        if value.cast::<PyInt>().is_ok() {
            return self.int(value, kind);
        }
        if let Ok(list) = value.cast::<PyList>() {
            return self.list(list.iter(), kind);
        }
        if let Ok(tuple) = value.cast::<PyTuple>() {
            return self.list(tuple.iter(), kind);
        }
        self.other(value, kind)
    }

    fn other(&mut self, value: &Bound<'_, PyAny>, kind: Kind) -> PyResult<()> {
        if let Ok(dict) = value.cast::<PyDict>() {
            return self.object(dict, kind);
        }
        if is_decimal(value)? {
            return self.decimal(value);
        }
        if is_datetime(value)? {
            return self.datetime(value, kind);
        }
        if is_date(value)? {
            return self.date(value, kind);
        }
        if is_mapping(value)? {
            let dict = PyDict::new(value.py());
            dict.update(value.cast()?)?;
            return self.object(&dict, kind);
        }
        if value.hasattr("__index__")? {
            // An integer of another library.
            return self.int(&value.call_method0("__index__")?, kind);
        }
        let allowed = match kind {
            Kind::Money | Kind::SchemeMoney => MONEY,
            Kind::Number => NUMBER,
            Kind::Moment => "a datetime.datetime or a str",
            Kind::MonthDay => "a datetime.date or a str such as \"02-29\"",
            Kind::Object(_) => "a dict",
            Kind::List(_) => "a list",
            Kind::Plain => "str, int, bool, Decimal, dict, list or None",
        };
        // The float types of other libraries are floats too.
        if value.hasattr("__float__")? {
            return Err(self.float(value, kind));
        }
        Err(self.bad(value, "input.type", &type_name(value), allowed))
    }

    fn float(&self, value: &Bound<'_, PyAny>, kind: Kind) -> PyErr {
        let found = format!("the float {}", shown(value));
        let allowed = match kind {
            Kind::Money | Kind::SchemeMoney => {
                format!("{MONEY}: write Decimal(\"12.50\") or \"12.50\", or 1250 for cents")
            }
            Kind::Number => format!("{NUMBER}: write Decimal(\"1.5\") or \"1.5\""),
            _ => "no float: amounts, points and rates are int, str or decimal.Decimal".to_owned(),
        };
        self.bad(value, "input.float", &found, &allowed)
    }

    fn text(&mut self, text: &Bound<'_, PyString>) -> PyResult<()> {
        let allowed = "text without lone surrogates";
        let read = text.to_str();
        let read = read.map_err(|_| self.bad(text, "input.text", &shown(text), allowed))?;
        self.quoted(read);
        Ok(())
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        if !text
            .bytes()
            .any(|byte| byte < b' ' || byte == b'"' || byte == b'\\')
        {
            self.out.push_str(text);
            self.out.push('"');
            return;
        }
        for character in text.chars() {
            match character {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                // Writing to a string cannot fail.
                c if c < ' ' => drop(write!(self.out, "\\u{:04x}", u32::from(c))),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    fn int(&mut self, value: &Bound<'_, PyAny>, kind: Kind) -> PyResult<()> {
        let range = "a whole number within ±(2^53 − 1)";
        let number = value.extract::<i64>().ok();
        let number = number.filter(|number| number.unsigned_abs() <= SAFE_MAX.unsigned_abs());
        let Some(number) = number else {
            return Err(self.bad(value, "number.range", &shown(value), range));
        };
        let money = match kind {
            Kind::Money => Some(self.currency),
            Kind::SchemeMoney => Some(self.border.currency),
            Kind::Number => None,
            _ => {
                let _ = write!(self.out, "{number}");
                return Ok(());
            }
        };
        match money {
            Some(currency) => self.quoted(&Money::of(number, currency).to_string()),
            None => self.quoted(&number.to_string()),
        }
        Ok(())
    }

    fn decimal(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let finite: bool = value.call_method0("is_finite")?.extract()?;
        if !finite {
            return Err(self.bad(value, "number.syntax", &shown(value), "a finite Decimal"));
        }
        let text: String = value.call_method1("__format__", ("f",))?.extract()?;
        // A zero with a sign is a zero.
        let unsigned = text
            .strip_prefix('-')
            .filter(|rest| !rest.contains(|c| ('1'..='9').contains(&c)));
        let text = unsigned.unwrap_or(&text).to_owned();
        self.quoted(&text);
        Ok(())
    }

    fn datetime(&mut self, value: &Bound<'_, PyAny>, kind: Kind) -> PyResult<()> {
        if !matches!(kind, Kind::Moment) {
            return self.date(value, kind);
        }
        let place = self.place(value.py());
        self.border.same_kind(value, || place.clone())?;
        let text = moment_text(value, self.border.zone, &place)?;
        self.quoted(&text);
        Ok(())
    }

    fn date(&mut self, value: &Bound<'_, PyAny>, kind: Kind) -> PyResult<()> {
        match kind {
            Kind::MonthDay => {
                let text: String = value.call_method1("strftime", ("%m-%d",))?.extract()?;
                self.quoted(&text);
                Ok(())
            }
            Kind::Moment => {
                let allowed = "a datetime.datetime: a date does not say when on the day";
                Err(self.bad(value, "input.type", "a date", allowed))
            }
            _ => {
                let allowed = "text: this place holds no moment";
                Err(self.bad(value, "input.type", &type_name(value), allowed))
            }
        }
    }

    fn deeper(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        if self.path.len() < DEPTH_MAX {
            return Ok(());
        }
        let allowed = format!("at most {DEPTH_MAX} levels");
        Err(self.bad(
            value,
            "read.too_deep",
            "a value that is nested deeper",
            &allowed,
        ))
    }

    fn list<'py>(
        &mut self,
        items: impl Iterator<Item = Bound<'py, PyAny>>,
        kind: Kind,
    ) -> PyResult<()> {
        let kind = match kind {
            Kind::List(shape) => Kind::Object(shape),
            _ => Kind::Plain,
        };
        self.out.push('[');
        for (place, item) in items.enumerate() {
            if place > 0 {
                self.out.push(',');
            }
            self.path.push(Step::Place(place));
            self.deeper(&item)?;
            self.value(&item, kind)?;
            self.path.pop();
        }
        self.out.push(']');
        Ok(())
    }

    fn object(&mut self, dict: &Bound<'_, PyDict>, kind: Kind) -> PyResult<()> {
        let Kind::Object(shape) = kind else {
            return self.fields(dict, &super::shape::PLAIN);
        };
        let outer = self.currency;
        if shape.has_currency
            && let Some(code) = dict.get_item("currency")?
            && let Ok(code) = code.cast::<PyString>()
        {
            self.currency = code.to_string_lossy().parse().map_err(|error| {
                let place = format!("{}/currency", self.place(dict.py()));
                Failure::from(error).at(place).raise(dict.py())
            })?;
        }
        self.fields(dict, shape)?;
        self.currency = outer;
        Ok(())
    }

    fn fields(&mut self, dict: &Bound<'_, PyDict>, shape: &Shape) -> PyResult<()> {
        self.out.push('{');
        for (place, (key, value)) in dict.iter().enumerate() {
            if place > 0 {
                self.out.push(',');
            }
            let Ok(key) = key.cast::<PyString>() else {
                let found = format!("the key {}", shown(&key));
                return Err(self.bad(&key, "input.type", &found, "keys of type str"));
            };
            self.text(key)?;
            self.out.push(':');
            let kind = key.to_str().map_or(Kind::Plain, |name| shape.kind(name));
            self.path.push(Step::Key(key.clone().unbind()));
            self.deeper(&value)?;
            self.value(&value, kind)?;
            self.path.pop();
        }
        self.out.push('}');
        Ok(())
    }
}
