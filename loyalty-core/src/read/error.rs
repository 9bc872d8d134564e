//! Why a text could not be read.

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use serde_json::error::Category;
use serde_path_to_error::Segment;

use crate::path::Path;
use crate::serde_text::excerpt;

/// Declares stable codes as constants, and all of them as `CODES`.
macro_rules! codes {
    ($(#[$doc:meta])* $($name:ident = $code:literal;)+) => {
        $(pub(crate) const $name: &str = $code;)+

        $(#[$doc])*
        pub const CODES: &[&str] = &[$($code),+];
    };
}
pub(crate) use codes;

codes! {
    /// Every code that a [`ReadError`] can have, in the order of the alphabet. `docs/errors.md` says
    /// what each means.
    DUPLICATE_KEY = "read.duplicate_key";
    MISSING_FIELD = "read.missing_field";
    SYNTAX = "read.syntax";
    TEXT_TOO_LONG = "read.text_too_long";
    TOO_DEEP = "read.too_deep";
    TOO_LARGE = "read.too_large";
    UNKNOWN_FIELD = "read.unknown_field";
    VALUE = "read.value";
    WRONG_TYPE = "read.wrong_type";
}

/// The first thing that is wrong with a text.
///
/// The [`code`](ReadError::code) is stable; the words are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadError {
    /// One of [`CODES`], such as `read.unknown_field`.
    pub code: &'static str,
    /// Where in the document, as a JSON pointer.
    pub path: Path,
    /// What stands there.
    pub found: String,
    /// What could stand there; empty when `found` says it.
    pub allowed: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            path,
            found,
            allowed,
        } = self;
        if path.is_root() {
            write!(formatter, "{code} in the document: found {found}")?;
        } else {
            write!(formatter, "{code} at {path}: found {found}")?;
        }
        if allowed.is_empty() {
            Ok(())
        } else {
            write!(formatter, ", allowed is {allowed}")
        }
    }
}

impl std::error::Error for ReadError {}

impl ReadError {
    pub(super) fn new(
        code: &'static str,
        path: Path,
        found: impl fmt::Display,
        allowed: impl fmt::Display,
    ) -> Self {
        Self {
            code,
            path,
            found: found.to_string(),
            allowed: allowed.to_string(),
        }
    }

    /// From the reader's error with its path. `whole` is the text as a value, if it is JSON at all:
    /// where one of several keys must stand, the reader takes anything else for a fault of syntax.
    pub(super) fn of(
        error: &serde_path_to_error::Error<serde_json::Error>,
        whole: impl Fn() -> Option<Value>,
    ) -> Self {
        let segments: Vec<&Segment> = error.path().iter().collect();
        let path = path_of(&segments);
        if error.inner().classify() == Category::Syntax
            && let Some(whole) = whole()
        {
            let (code, found) = match whole.pointer(&path.to_string()) {
                Some(Value::Object(keys)) => (VALUE, format!("an object with {} keys", keys.len())),
                Some(Value::Array(_)) => (WRONG_TYPE, "a list".to_owned()),
                Some(other) => (WRONG_TYPE, excerpt(&other.to_string())),
                None => (SYNTAX, "something else".to_owned()),
            };
            return Self::new(
                code,
                path,
                found,
                "an object with exactly one key, or its text",
            );
        }
        if let Some((Segment::Enum { variant }, before)) = segments.split_last()
            && error
                .inner()
                .to_string()
                .starts_with("invalid type: unit variant")
        {
            // The text itself is the place.
            let found = format_args!("the text \"{}\"", excerpt(variant));
            return Self::new(
                WRONG_TYPE,
                path_of(before),
                found,
                format_args!("an object with the key \"{variant}\""),
            );
        }
        Self::classified(error.inner(), path)
    }

    /// From the reader's error about what follows the document.
    pub(super) fn at_root(error: &serde_json::Error) -> Self {
        Self::classified(error, Path::root())
    }

    fn classified(error: &serde_json::Error, path: Path) -> Self {
        let message = error.to_string();
        if error.classify() != Category::Data {
            return Self::new(SYNTAX, path, message, "JSON");
        }
        // Reader messages end with their place in the text when they have one.
        let message = message
            .rsplit_once(" at line ")
            .map_or(message.as_str(), |(start, _)| start);
        Self::of_message(message, path)
    }

    /// Serde hands over a sentence and no kind; its forms are fixed by the serde crate and held by
    /// the tests below.
    fn of_message(message: &str, path: Path) -> Self {
        let split = |text: &str| match text.split_once(", expected ") {
            Some((found, allowed)) => (found.to_owned(), allowed.replace('`', "\"")),
            None => match text.strip_suffix(", there are no fields") {
                Some(found) => (found.to_owned(), "no field".to_owned()),
                None => (text.to_owned(), String::new()),
            },
        };
        for (start, code) in FORMS {
            let Some(rest) = message.strip_prefix(start) else {
                continue;
            };
            let (found, allowed) = split(rest);
            let name = found.trim_matches('`');
            return match *code {
                // The path leads to the object; the field itself is the place.
                UNKNOWN_FIELD => {
                    let path = if path.segments().last() == Path::root().key(name).segments().last()
                    {
                        path
                    } else {
                        path.key(name)
                    };
                    Self::new(
                        code,
                        path,
                        format_args!("the field \"{}\"", excerpt(name)),
                        allowed,
                    )
                }
                MISSING_FIELD => Self::new(
                    code,
                    path,
                    format_args!("no field \"{name}\""),
                    format_args!("\"{name}\" is needed"),
                ),
                DUPLICATE_KEY => Self::new(
                    code,
                    path.key(name),
                    format_args!("\"{name}\" twice"),
                    "each key once",
                ),
                _ => Self::new(code, path, found.replace('`', "\""), allowed),
            };
        }
        Self::new(VALUE, path, message, "")
    }
}

fn path_of(segments: &[&Segment]) -> Path {
    segments
        .iter()
        .fold(Path::root(), |path, segment| match segment {
            Segment::Seq { index } => path.index(*index),
            Segment::Map { key } | Segment::Enum { variant: key } => path.key(key),
            Segment::Unknown => path,
        })
}

/// How serde's sentences begin.
const FORMS: &[(&str, &str)] = &[
    ("unknown field ", UNKNOWN_FIELD),
    ("missing field ", MISSING_FIELD),
    ("duplicate field ", DUPLICATE_KEY),
    ("invalid type: ", WRONG_TYPE),
    ("invalid value: ", VALUE),
    ("invalid length ", VALUE),
    ("unknown variant ", VALUE),
];
