//! Reading TOML as if it were JSON.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::path::Path;

use super::ReadLimits;
use super::error::{
    DUPLICATE_KEY, ReadError, SYNTAX, TEXT_TOO_LONG, TOO_DEEP, TOO_LARGE, WRONG_TYPE,
};
use super::strict::Strict;

/// Reads TOML. A date or a civil time that stands without quotes is read as its text.
///
/// # Errors
///
/// The first thing that is wrong: what is no TOML with its line, the rest with its place as a JSON
/// pointer.
///
/// # Examples
///
/// ```
/// use loyalty_core::purchase::Claim;
/// use loyalty_core::read::{ReadLimits, read_toml};
///
/// let claim: Claim = read_toml("reward = 'coffee'\nquantity = 2", &ReadLimits::DEFAULT)?;
/// assert_eq!(claim.quantity, 2);
/// # Ok::<(), loyalty_core::read::ReadError>(())
/// ```
pub fn read_toml<T: DeserializeOwned>(text: &str, limits: &ReadLimits) -> Result<T, ReadError> {
    if text.len() > limits.bytes_max {
        let allowed = format_args!("at most {} bytes", limits.bytes_max);
        return Err(ReadError::new(
            TOO_LARGE,
            Path::root(),
            format_args!("{} bytes", text.len()),
            allowed,
        ));
    }
    dotted(text, limits)?;
    let table: toml::Table = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    let value = object(table, limits, 1).map_err(Trouble::into_error)?;
    serde_path_to_error::deserialize(Strict(value)).map_err(|error| ReadError::of(&error, || None))
}

/// The parser bounds the nesting of brackets itself, but not that of dotted keys.
fn dotted(text: &str, limits: &ReadLimits) -> Result<(), ReadError> {
    let deep = |line: &str| {
        let key = line.split(['=', '"', '\'', '#']).next().unwrap_or(line);
        key.bytes().filter(|byte| *byte == b'.').count() >= limits.depth_max
    };
    match text.lines().zip(1_u32..).find(|(line, _)| deep(line)) {
        Some((_, number)) => {
            let found = format_args!("a dotted key with more parts, in line {number}");
            Err(ReadError::new(
                TOO_DEEP,
                Path::root(),
                found,
                format_args!("at most {} levels", limits.depth_max),
            ))
        }
        None => Ok(()),
    }
}

fn syntax(text: &str, error: &toml::de::Error) -> ReadError {
    let before = error
        .span()
        .and_then(|span| text.get(..span.start))
        .unwrap_or_default();
    let line = before
        .bytes()
        .filter(|byte| *byte == b'\n')
        .count()
        .saturating_add(1);
    let message = error.message();
    let code = match message {
        _ if message.contains("duplicate key") => DUPLICATE_KEY,
        _ if message.contains("recursion limit") => TOO_DEEP,
        _ => SYNTAX,
    };
    ReadError::new(
        code,
        Path::root(),
        format_args!("{message}, in line {line}"),
        "TOML",
    )
}

/// What is wrong, with the keys and positions that lead to it, the last one first.
struct Trouble {
    code: &'static str,
    found: String,
    allowed: String,
    steps: Vec<String>,
}

impl Trouble {
    fn new(code: &'static str, found: impl ToString, allowed: impl ToString) -> Self {
        Self {
            code,
            found: found.to_string(),
            allowed: allowed.to_string(),
            steps: Vec::new(),
        }
    }

    fn under(mut self, step: impl ToString) -> Self {
        self.steps.push(step.to_string());
        self
    }

    fn into_error(self) -> ReadError {
        let path = self
            .steps
            .iter()
            .rev()
            .fold(Path::root(), |path, step| path.key(step));
        ReadError::new(self.code, path, self.found, self.allowed)
    }
}

/// The depth of this recursion is bounded by the limits and by the parser.
fn json(value: toml::Value, limits: &ReadLimits, depth: usize) -> Result<Value, Trouble> {
    let inner = depth.saturating_add(1);
    match value {
        toml::Value::String(text) => {
            check_length(&text, limits)?;
            Ok(Value::String(text))
        }
        toml::Value::Integer(number) => Ok(Value::from(number)),
        toml::Value::Float(_) => Err(Trouble::new(
            WRONG_TYPE,
            "a number with a point",
            "a whole number, or a text such as \"10.50\"",
        )),
        toml::Value::Boolean(flag) => Ok(Value::Bool(flag)),
        toml::Value::Datetime(moment) => Ok(Value::String(moment.to_string())),
        toml::Value::Array(list) => {
            check_depth(inner, limits)?;
            let list = list.into_iter().enumerate();
            let list = list.map(|(place, value)| {
                json(value, limits, inner).map_err(|trouble| trouble.under(place))
            });
            list.collect::<Result<_, _>>().map(Value::Array)
        }
        toml::Value::Table(table) => object(table, limits, inner),
    }
}

fn object(table: toml::Table, limits: &ReadLimits, depth: usize) -> Result<Value, Trouble> {
    check_depth(depth, limits)?;
    let mut map = Map::new();
    for (key, value) in table {
        check_length(&key, limits)?;
        let value = json(value, limits, depth).map_err(|trouble| trouble.under(&key))?;
        map.insert(key, value);
    }
    Ok(Value::Object(map))
}

fn check_depth(depth: usize, limits: &ReadLimits) -> Result<(), Trouble> {
    if depth <= limits.depth_max {
        return Ok(());
    }
    Err(Trouble::new(
        TOO_DEEP,
        "one level more",
        format_args!("at most {} levels of tables and lists", limits.depth_max),
    ))
}

fn check_length(text: &str, limits: &ReadLimits) -> Result<(), Trouble> {
    if text.len() <= limits.text_bytes_max {
        return Ok(());
    }
    let found = format_args!("a text of {} bytes", text.len());
    Err(Trouble::new(
        TEXT_TOO_LONG,
        found,
        format_args!("at most {}", limits.text_bytes_max),
    ))
}
