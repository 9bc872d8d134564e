//! A place in a document, shown as a JSON pointer.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

use std::fmt::{self, Write as _};
use std::str::FromStr;

use smol_str::{SmolStr, SmolStrBuilder};
use thiserror::Error;

use crate::serde_text::{excerpt, text_serde};

/// A place in a document: the keys and indices that lead to it from the root.
///
/// As text a path is a JSON pointer (RFC 6901). As in a pointer, a key that looks like an index is
/// one.
///
/// # Examples
///
/// ```
/// use loyalty_core::path::Path;
///
/// let path = Path::root().key("rules").index(3).key("a/b");
/// assert_eq!(path.to_string(), "/rules/3/a~1b");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Path {
    segments: Vec<Segment>,
}

/// One step of a [`Path`]; indices come before keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// The position in a list, from 0.
    Index(usize),
    /// The key in an object.
    Key(SmolStr),
}

impl Path {
    /// The whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// The value under `key` of the object here.
    pub fn key(&self, key: &str) -> Path {
        self.with(segment(key))
    }

    /// The element at `index` of the list here.
    pub fn index(&self, index: usize) -> Path {
        self.with(Segment::Index(index))
    }

    /// The steps from the root.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether this is the whole document.
    pub fn is_root(&self) -> bool {
        self.segments.is_empty()
    }

    fn with(&self, segment: Segment) -> Path {
        let mut segments = Vec::with_capacity(self.segments.len().saturating_add(1));
        segments.extend_from_slice(&self.segments);
        segments.push(segment);
        Path { segments }
    }
}

/// A key, or an index when the key is a number without leading zeros.
fn segment(key: &str) -> Segment {
    let canonical =
        key == "0" || (!key.starts_with('0') && key.bytes().all(|byte| byte.is_ascii_digit()));
    match key.parse() {
        Ok(index) if canonical => Segment::Index(index),
        _ => Segment::Key(SmolStr::new(key)),
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            formatter.write_char('/')?;
            match segment {
                Segment::Index(index) => write!(formatter, "{index}")?,
                Segment::Key(key) => {
                    for character in key.chars() {
                        match character {
                            '~' => formatter.write_str("~0")?,
                            '/' => formatter.write_str("~1")?,
                            other => formatter.write_char(other)?,
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Path({:?})", self.to_string())
    }
}

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{found:?} is not a path: write a JSON pointer, such as \"/rules/3/when\", with ~0 for ~ and ~1 for /"
)]
pub struct PathError {
    /// The start of the text.
    pub found: String,
}

impl PathError {
    /// The stable code of this error, `path.syntax`.
    pub fn code(&self) -> &'static str {
        "path.syntax"
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Ok(Self::root());
        }
        let invalid = || PathError {
            found: excerpt(text),
        };
        let keys = text.strip_prefix('/').ok_or_else(invalid)?;
        let segments = keys
            .split('/')
            .map(|key| Some(segment(&unescape(key)?)))
            .collect::<Option<_>>();
        segments
            .map(|segments| Path { segments })
            .ok_or_else(invalid)
    }
}

fn unescape(key: &str) -> Option<SmolStr> {
    let mut plain = SmolStrBuilder::new();
    let mut characters = key.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '~' => match characters.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(plain.finish())
}

text_serde!(
    Path,
    "a JSON pointer as text, such as \"/rules/3/when\"",
    Path::root()
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pointers() {
        assert_eq!(Path::root().to_string(), "");
        assert_eq!(Path::root().key("").to_string(), "/");
        assert_eq!(
            Path::root().key("a/b").key("m~n").key("~1").to_string(),
            "/a~1b/m~0n/~01"
        );
        assert_eq!(Path::root().key("rules").index(0).to_string(), "/rules/0");
        assert_eq!(Path::root().key("7"), Path::root().index(7));
        assert_ne!(Path::root().key("07"), Path::root().index(7));
    }

    #[test]
    fn order_is_by_place() {
        let rules = Path::root().key("rules");
        assert!(Path::root() < rules && rules < rules.index(2) && rules.index(2) < rules.index(10));
    }

    #[test]
    fn texts_that_are_no_pointers() {
        for text in ["rules", "/a~", "/a~2", "#/a"] {
            let error = text.parse::<Path>().unwrap_err();
            assert_eq!((error.code(), error.found.as_str()), ("path.syntax", text));
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(keys in prop::collection::vec(prop_oneof!["[a-z~/0-9]{0,6}", "\\PC{0,6}"], 0..6)) {
            let path = keys.iter().fold(Path::root(), |path, key| path.key(key));
            prop_assert_eq!(path.to_string().parse::<Path>().unwrap(), path.clone());
            let json = serde_json::to_string(&path).unwrap();
            prop_assert_eq!(serde_json::from_str::<Path>(&json).unwrap(), path);
        }
    }
}
