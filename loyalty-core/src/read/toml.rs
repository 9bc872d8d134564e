//! Reading TOML as if it were JSON.

use std::borrow::Cow;

use crate::tree::{
    self, Builder, DUPLICATE_KEY, Fault, Kind, Readable, SYNTAX, TEXT_TOO_LONG, TOO_DEEP,
    TOO_LARGE, WRONG_TYPE,
};

use super::{ReadError, ReadLimits};

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
pub fn read_toml<T: Readable>(text: &str, limits: &ReadLimits) -> Result<T, ReadError> {
    Ok(read(text, limits)?)
}

fn read<T: Readable>(text: &str, limits: &ReadLimits) -> Result<T, Fault> {
    if text.len() > limits.bytes_max {
        return Err(Fault::new(
            TOO_LARGE,
            format!("{} bytes", text.len()),
            format!("at most {} bytes", limits.bytes_max),
        ));
    }
    dotted(text, limits)?;
    let table: toml::Table = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    let mut tree = Builder::default();
    object(&mut tree, table, limits)?;
    tree::read(tree.root())
}

/// The parser bounds the nesting of brackets itself, but not that of dotted keys.
fn dotted(text: &str, limits: &ReadLimits) -> Result<(), Fault> {
    let deep = |line: &str| {
        let key = line.split(['=', '"', '\'', '#']).next().unwrap_or(line);
        key.bytes().filter(|byte| *byte == b'.').count() >= limits.depth_max
    };
    match text.lines().zip(1_u32..).find(|(line, _)| deep(line)) {
        Some((_, number)) => Err(Fault::new(
            TOO_DEEP,
            format!("a dotted key with more parts, in line {number}"),
            format!("at most {} levels", limits.depth_max),
        )),
        None => Ok(()),
    }
}

fn syntax(text: &str, error: &toml::de::Error) -> Fault {
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
    Fault::new(code, format!("{message}, in line {line}"), "TOML")
}

/// The depth of this recursion is bounded by the limits and by the parser.
fn value(
    tree: &mut Builder<'static>,
    value: toml::Value,
    limits: &ReadLimits,
) -> Result<(), Fault> {
    let (kind, text) = match value {
        toml::Value::String(text) => {
            check_length(&text, limits)?;
            (Kind::Text, text)
        }
        toml::Value::Integer(number) => (Kind::Number, number.to_string()),
        toml::Value::Float(_) => {
            return Err(Fault::new(
                WRONG_TYPE,
                "a number with a point",
                "a whole number, or a text such as \"10.50\"",
            ));
        }
        toml::Value::Boolean(true) => (Kind::True, String::new()),
        toml::Value::Boolean(false) => (Kind::False, String::new()),
        toml::Value::Datetime(moment) => (Kind::Text, moment.to_string()),
        toml::Value::Array(list) => {
            check_depth(tree, limits)?;
            tree.open(false);
            for (place, item) in list.into_iter().enumerate() {
                self::value(tree, item, limits).map_err(|fault| fault.at(place))?;
            }
            tree.close();
            return Ok(());
        }
        toml::Value::Table(table) => return object(tree, table, limits),
    };
    tree.value(kind, Cow::Owned(text));
    Ok(())
}

fn object(
    tree: &mut Builder<'static>,
    table: toml::Table,
    limits: &ReadLimits,
) -> Result<(), Fault> {
    check_depth(tree, limits)?;
    tree.open(true);
    for (key, item) in table {
        check_length(&key, limits)?;
        // A table has each key once.
        let _ = tree.key(Cow::Owned(key.clone()));
        value(tree, item, limits).map_err(|fault| fault.under(&key))?;
    }
    tree.close();
    Ok(())
}

fn check_depth(tree: &Builder<'_>, limits: &ReadLimits) -> Result<(), Fault> {
    if tree.depth() < limits.depth_max {
        return Ok(());
    }
    Err(Fault::new(
        TOO_DEEP,
        "one level more",
        format!("at most {} levels of tables and lists", limits.depth_max),
    ))
}

fn check_length(text: &str, limits: &ReadLimits) -> Result<(), Fault> {
    if text.len() <= limits.text_bytes_max {
        return Ok(());
    }
    Err(Fault::new(
        TEXT_TOO_LONG,
        format!("a text of {} bytes", text.len()),
        format!("at most {}", limits.text_bytes_max),
    ))
}
