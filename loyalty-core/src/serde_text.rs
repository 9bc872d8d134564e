//! Serde for values that cross every text border as text and as nothing else.
//!
//! Money, points, rates, dates and ids share one rule: a document holds them as strings. A JSON or
//! TOML number is refused, because a float border rounds silently.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Error, Visitor};

/// Reads a string and hands it to `FromStr`; anything else is a type error.
pub(crate) struct TextVisitor<T> {
    expecting: &'static str,
    target: PhantomData<fn() -> T>,
}

impl<T> TextVisitor<T> {
    pub(crate) fn new(expecting: &'static str) -> Self {
        Self {
            expecting,
            target: PhantomData,
        }
    }
}

impl<T> Visitor<'_> for TextVisitor<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.expecting)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Implements `Serialize` through `Display` and `Deserialize` through `FromStr`, text only.
macro_rules! text_serde {
    ($type:ty, $expecting:expr) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer
                    .deserialize_str($crate::serde_text::TextVisitor::<Self>::new($expecting))
            }
        }
    };
}

pub(crate) use text_serde;

/// The start of a text of unknown length, for an error message.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut characters = text.chars();
    let mut start: String = characters.by_ref().take(LONGEST).collect();
    if characters.next().is_some() {
        start.push('…');
    }
    start
}
