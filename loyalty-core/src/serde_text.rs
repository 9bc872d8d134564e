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

/// Implements `Serialize` through `Display` and reading through `FromStr`, text only. A type
/// whose text is [`Ascii`] says so, and is written without formatting. `$blank` is any value, for
/// where a text is none.
macro_rules! text_serde {
    ($type:ty, $expecting:expr, $blank:expr) => {
        $crate::serde_text::text_serde!($type, $expecting, $blank, |value, serializer| serializer
            .collect_str(value));
    };
    ($type:ty, $expecting:expr, $blank:expr, ascii) => {
        $crate::serde_text::text_serde!($type, $expecting, $blank, |value, serializer| serializer
            .serialize_str(value.ascii().as_str()));
    };
    ($type:ty, $expecting:expr, $blank:expr, |$value:ident, $serializer:ident| $write:expr) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, $serializer: S) -> Result<S::Ok, S::Error> {
                let $value = self;
                $write
            }
        }

        $crate::serde_text::text_readable!($type, $expecting, $blank);
    };
}

pub(crate) use text_serde;

/// Implements reading through `FromStr`, text only; `$blank` stands where a text is none.
macro_rules! text_readable {
    ($type:ty, $expecting:expr, $blank:expr) => {
        impl $crate::tree::Readable for $type {
            fn shape() -> $crate::tree::Shape {
                $crate::tree::Shape::Text($expecting, $crate::tree::text_fault::<Self>)
            }

            fn read(reader: &mut $crate::tree::Reader<'_>) -> Self {
                reader.parsed().unwrap_or($blank)
            }

            fn straight(input: &mut $crate::tree::Straight<'_>) -> Option<Self> {
                input.text()?.parse().ok()
            }
        }

        $crate::serde_text::text_deserialize!($type, $expecting);
    };
}

pub(crate) use text_readable;

/// Implements serde's reading through `FromStr`, text only.
macro_rules! text_deserialize {
    ($type:ty, $expecting:expr) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer
                    .deserialize_str($crate::serde_text::TextVisitor::<Self>::new($expecting))
            }
        }
    };
}

pub(crate) use text_deserialize;

/// The digits of the numbers below 100.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut rest: &mut [[u8; 2]] = &mut pairs;
    let mut number = 0_u8;
    while let Some((pair, others)) = rest.split_first_mut() {
        let ten = number.wrapping_div(10);
        let one = number.wrapping_rem(10);
        *pair = [b'0'.wrapping_add(ten), b'0'.wrapping_add(one)];
        number = number.wrapping_add(1);
        rest = others;
    }
    pairs
};

/// The last two digits of a number.
#[inline]
pub(crate) fn two_digits(number: u64) -> [u8; 2] {
    let place = usize::try_from(number % 100).unwrap_or(0);
    PAIRS.get(place).copied().unwrap_or([b'0'; 2])
}

/// The longest text that [`Ascii`] holds.
const ASCII_MAX: usize = 40;

/// A short text of ASCII characters, written from its end to its start. A quote stands behind it.
pub(crate) struct Ascii {
    bytes: [u8; ASCII_MAX + 1],
    start: usize,
}

impl Ascii {
    /// No text.
    #[inline]
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [b'"'; ASCII_MAX + 1],
            start: ASCII_MAX,
        }
    }

    /// Puts a character in front.
    #[inline]
    pub(crate) fn push(&mut self, character: u8) {
        let start = self.start.wrapping_sub(1);
        if let Some(byte) = self.bytes.get_mut(start) {
            *byte = character;
            self.start = start;
        }
    }

    /// Puts a number in front, in at least so many digits.
    #[inline]
    pub(crate) fn number(&mut self, number: u64, digits: u8) {
        let (mut rest, mut digits) = (number, digits);
        while rest >= 10 || digits >= 2 {
            rest = self.two_digits(rest);
            digits = digits.saturating_sub(2);
        }
        if rest > 0 || digits > 0 {
            self.digit(rest);
        }
    }

    /// Puts a number's last digit in front and returns the number without it.
    #[inline]
    pub(crate) fn digit(&mut self, number: u64) -> u64 {
        let digit = u8::try_from(number % 10).unwrap_or(0);
        self.push(b'0'.wrapping_add(digit));
        number / 10
    }

    /// The same with its last two digits.
    #[inline]
    pub(crate) fn two_digits(&mut self, number: u64) -> u64 {
        let pair = two_digits(number);
        let start = self.start.wrapping_sub(2);
        if let Some(bytes) = self.bytes.get_mut(start..self.start) {
            bytes.copy_from_slice(&pair);
            self.start = start;
        }
        number / 100
    }

    /// The text's bytes.
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..ASCII_MAX).unwrap_or(&[])
    }

    /// The text's bytes between quotes.
    #[inline]
    pub(crate) fn quoted(&mut self) -> &[u8] {
        self.push(b'"');
        self.bytes.get(self.start..).unwrap_or(&[])
    }

    /// The text.
    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or("")
    }
}

/// A digest's bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8; 32]) -> [u8; 64] {
    let digit = |value: u8| match value {
        0..=9 => b'0'.wrapping_add(value),
        _ => b'a'.wrapping_add(value).wrapping_sub(10),
    };
    let mut digits = [0; 64];
    for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    digits
}

/// Which bytes stand in a text of JSON as they are.
const PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut bytes: &mut [bool] = &mut plain;
    let mut byte = 0_u16;
    while let Some((first, rest)) = bytes.split_first_mut() {
        *first = byte >= 0x20 && byte != 0x22 && byte != 0x5c;
        byte = byte.saturating_add(1);
        bytes = rest;
    }
    plain
};

/// Whether a byte stands in a text of JSON as it is: no quote, no backslash, no control character.
#[inline]
pub(crate) fn is_plain(byte: u8) -> bool {
    PLAIN.get(usize::from(byte)).copied().unwrap_or(false)
}

/// How many bytes from the start on stand in a text of JSON as they are.
#[inline]
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((eight, behind)) = rest.split_first_chunk() {
        let found = not_plain(u64::from_le_bytes(*eight));
        if found != 0 {
            let place = usize::try_from(found.trailing_zeros() / 8).unwrap_or(0);
            return bytes.len().wrapping_sub(rest.len()).wrapping_add(place);
        }
        rest = behind;
    }
    let plain = rest.iter().take_while(|byte| is_plain(**byte)).count();
    bytes.len().wrapping_sub(rest.len()).wrapping_add(plain)
}

/// The highest bit of the first of eight bytes that is not plain; bits of later ones may be wrong.
#[inline]
fn not_plain(eight: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    const QUOTES: u64 = 0x2222_2222_2222_2222;
    const BACKSLASHES: u64 = 0x5c5c_5c5c_5c5c_5c5c;
    const SPACES: u64 = 0x2020_2020_2020_2020;
    let zeros = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes;
    let controls = eight.wrapping_sub(SPACES) & !eight;
    (zeros(eight ^ QUOTES) | zeros(eight ^ BACKSLASHES) | controls) & HIGHEST
}

/// A value as text: one function for all types, for where a text is rarely made.
#[cold]
#[inline(never)]
pub(crate) fn shown(value: &dyn fmt::Display) -> String {
    value.to_string()
}

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn plain_bytes_are_counted_eight_at_a_time(
            bytes in prop::collection::vec(prop_oneof![8 => 0x1d_u8..0x80, 1 => any::<u8>()], 0..40),
        ) {
            let one_by_one = bytes.iter().take_while(|byte| is_plain(**byte)).count();
            prop_assert_eq!(plain_length(&bytes), one_by_one);
        }

        #[test]
        fn eight_bytes_are_plain_where_each_is(bytes in any::<[u8; 8]>()) {
            let first = bytes.iter().position(|byte| !is_plain(*byte));
            let found = not_plain(u64::from_le_bytes(bytes));
            let place = usize::try_from(found.trailing_zeros() / 8).unwrap();
            prop_assert_eq!((found != 0).then_some(place), first);
        }
    }
}
