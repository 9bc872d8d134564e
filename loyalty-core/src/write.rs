//! Values as JSON text, written straight into one text.
//!
//! The bytes are those of `serde_json`. Names of fields and variants are written as they are: they
//! are names of this program and hold nothing to escape. Numbers with a point are refused, since
//! amounts are text.
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

use std::fmt::{self, Display, Write};

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use thiserror::Error;

use crate::serde_text::{Ascii, hex, plain_length, shown};

/// Why a value has no JSON form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
#[allow(
    clippy::box_collection,
    reason = "a pointer, so that what every writer returns fits a register"
)]
pub struct WriteError(Box<String>);

impl Error for WriteError {
    fn custom<T: Display>(message: T) -> Self {
        Self(Box::new(shown(&message)))
    }
}

/// A value as JSON text, without spaces.
///
/// # Errors
/// When a part of the value refuses to be written, and for numbers with a point.
pub fn write_json<T: Serialize + ?Sized>(value: &T) -> Result<String, WriteError> {
    let mut writer = Writer::with_capacity(0);
    writer.value(value);
    writer.finish()
}

/// JSON that is being written. A fault is only noted, and what is written after it is thrown away: so nothing looks
/// for a fault after each field.
pub(crate) struct Writer {
    text: Vec<u8>,
    fault: Option<WriteError>,
}

impl Writer {
    /// With room for so many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self {
            text: Vec::with_capacity(bytes),
            fault: None,
        }
    }

    /// What was written.
    pub(crate) fn finish(self) -> Result<String, WriteError> {
        match self.fault {
            None => String::from_utf8(self.text).map_err(WriteError::custom),
            Some(fault) => Err(fault),
        }
    }

    /// Keeps the first fault.
    #[inline]
    fn note(&mut self, written: Result<(), WriteError>) {
        if let Err(fault) = written {
            self.fault.get_or_insert(fault);
        }
    }

    /// A piece of JSON as it is.
    #[inline]
    pub(crate) fn raw(&mut self, json: &str) {
        self.text.extend_from_slice(json.as_bytes());
    }

    /// A text.
    pub(crate) fn text(&mut self, text: &str) {
        self.text.push(b'"');
        self.escaped(text);
        self.text.push(b'"');
    }

    /// Bytes of JSON as they are.
    #[inline]
    pub(crate) fn bytes<const N: usize>(&mut self, json: [u8; N]) {
        self.text.extend_from_slice(&json);
    }

    /// A text that holds nothing to escape.
    pub(crate) fn ascii(&mut self, mut text: Ascii) {
        self.text.extend_from_slice(text.quoted());
    }

    /// A digest's bytes as a text of hexadecimal digits.
    pub(crate) fn hex(&mut self, bytes: &[u8; 32]) {
        self.text.push(b'"');
        self.text.extend_from_slice(&hex(bytes));
        self.text.push(b'"');
    }

    /// A whole number.
    pub(crate) fn number(&mut self, number: u64) {
        self.whole(number, false);
    }

    /// Any value.
    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, value: &T) {
        let written = value.serialize(&mut *self);
        self.note(written);
    }

    /// A list of items that write themselves.
    pub(crate) fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&T, &mut Self)) {
        self.text.push(b'[');
        for (place, one) in items.iter().enumerate() {
            if place > 0 {
                self.text.push(b',');
            }
            item(one, self);
        }
        self.text.push(b']');
    }

    /// A name of this program, which holds nothing to escape.
    fn name(&mut self, name: &str) {
        self.text.push(b'"');
        self.raw(name);
        self.text.push(b'"');
    }

    fn escaped(&mut self, text: &str) {
        if plain_length(text.as_bytes()) == text.len() {
            self.raw(text);
        } else {
            self.escape(text);
        }
    }

    #[cold]
    fn escape(&mut self, text: &str) {
        for byte in text.bytes() {
            let short = match byte {
                b'"' | b'\\' => byte,
                0x8 => b'b',
                b'\t' => b't',
                b'\n' => b'n',
                0xc => b'f',
                b'\r' => b'r',
                0..0x20 => {
                    self.raw(&format!("\\u{byte:04x}"));
                    continue;
                }
                _ => {
                    self.text.push(byte);
                    continue;
                }
            };
            self.text.extend_from_slice(&[b'\\', short]);
        }
    }

    fn whole(&mut self, magnitude: u64, negative: bool) {
        let mut digits = Ascii::new();
        digits.number(magnitude, 1);
        if negative {
            digits.push(b'-');
        }
        self.text.extend_from_slice(digits.as_bytes());
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        self.key(name);
        self.value(value);
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn key(&mut self, name: &'static str) {
        self.comma(b'{');
        self.name(name);
        self.text.push(b':');
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.comma(b'[');
        self.value(value);
    }

    /// A comma, unless the list or object was just opened. What is written never ends in a bracket that opens.
    fn comma(&mut self, opened: u8) {
        if self.text.last() != Some(&opened) {
            self.text.push(b',');
        }
    }

    fn close(&mut self, bracket: u8) {
        self.text.push(bracket);
    }

    /// Opens the object of a variant.
    fn variant(&mut self, name: &'static str, bracket: u8) {
        self.text.push(b'{');
        self.name(name);
        self.text.push(b':');
        self.text.push(bracket);
    }
}

/// Text that is formatted in pieces.
impl Write for Writer {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.escaped(piece);
        Ok(())
    }
}

fn no_point<T>() -> Result<T, WriteError> {
    Err(WriteError::custom("a number with a point"))
}

impl<'w> Serializer for &'w mut Writer {
    type Ok = ();
    type Error = WriteError;
    type SerializeSeq = Open<'w>;
    type SerializeTuple = Open<'w>;
    type SerializeTupleStruct = Open<'w>;
    type SerializeTupleVariant = Open<'w>;
    type SerializeMap = Open<'w>;
    type SerializeStruct = Open<'w>;
    type SerializeStructVariant = Open<'w>;

    fn serialize_bool(self, value: bool) -> Result<(), WriteError> {
        self.raw(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), WriteError> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), WriteError> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), WriteError> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), WriteError> {
        self.whole(value.unsigned_abs(), value < 0);
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), WriteError> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), WriteError> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), WriteError> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), WriteError> {
        self.whole(value, false);
        Ok(())
    }

    fn serialize_f32(self, _: f32) -> Result<(), WriteError> {
        no_point()
    }

    fn serialize_f64(self, _: f64) -> Result<(), WriteError> {
        no_point()
    }

    fn serialize_char(self, value: char) -> Result<(), WriteError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), WriteError> {
        self.text(value);
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), WriteError> {
        self.text.push(b'"');
        let written = write!(self, "{value}").map_err(WriteError::custom);
        self.note(written);
        self.text.push(b'"');
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), WriteError> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), WriteError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), WriteError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), WriteError> {
        self.raw("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), WriteError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), WriteError> {
        self.name(variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), WriteError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), WriteError> {
        self.text.push(b'{');
        self.field(variant, value);
        self.close(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'w>, WriteError> {
        self.text.push(b'[');
        Ok(Open(self))
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'w>, WriteError> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'w>, WriteError> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'w>, WriteError> {
        self.variant(variant, b'[');
        Ok(Open(self))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'w>, WriteError> {
        self.text.push(b'{');
        Ok(Open(self))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'w>, WriteError> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'w>, WriteError> {
        self.variant(variant, b'{');
        Ok(Open(self))
    }
}

/// A list or an object that is not closed yet.
pub(crate) struct Open<'w>(&'w mut Writer);

impl SerializeSeq for Open<'_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        self.0.item(value);
        Ok(())
    }

    fn end(self) -> Result<(), WriteError> {
        self.0.close(b']');
        Ok(())
    }
}

impl SerializeTuple for Open<'_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        self.0.item(value);
        Ok(())
    }

    fn end(self) -> Result<(), WriteError> {
        SerializeSeq::end(self)
    }
}

impl SerializeTupleStruct for Open<'_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        self.0.item(value);
        Ok(())
    }

    fn end(self) -> Result<(), WriteError> {
        SerializeSeq::end(self)
    }
}

impl SerializeTupleVariant for Open<'_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        self.0.item(value);
        Ok(())
    }

    fn end(self) -> Result<(), WriteError> {
        self.0.close(b']');
        self.0.text.push(b'}');
        Ok(())
    }
}

impl SerializeMap for Open<'_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), WriteError> {
        self.0.comma(b'{');
        let start = self.0.text.len();
        self.0.value(key);
        if self.0.text.get(start) != Some(&b'"') {
            self.0.text.insert(start, b'"');
            self.0.text.push(b'"');
        }
        self.0.text.push(b':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        self.0.value(value);
        Ok(())
    }

    fn end(self) -> Result<(), WriteError> {
        self.0.close(b'}');
        Ok(())
    }
}

impl SerializeStruct for Open<'_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), WriteError> {
        self.0.field(name, value);
        Ok(())
    }

    fn end(self) -> Result<(), WriteError> {
        self.0.close(b'}');
        Ok(())
    }
}

impl SerializeStructVariant for Open<'_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), WriteError> {
        self.0.field(name, value);
        Ok(())
    }

    fn end(self) -> Result<(), WriteError> {
        self.0.close(b'}');
        self.0.text.push(b'}');
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Serialize;

    use super::*;

    #[derive(Debug, Clone, Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Shape {
        Nothing,
        One(Option<i64>),
        Pair(u8, bool),
        Named { text: String, list: Vec<Shape> },
    }

    #[derive(Debug, Clone, Serialize)]
    struct Tuple(i32, char);

    #[derive(Debug, Clone, Serialize)]
    struct All {
        text: String,
        shapes: Vec<Shape>,
        by_text: BTreeMap<String, u64>,
        by_number: BTreeMap<u32, ()>,
        tuple: Tuple,
        pair: (i8, u16),
    }

    fn shape() -> impl Strategy<Value = Shape> {
        let leaf = prop_oneof![
            Just(Shape::Nothing),
            any::<Option<i64>>().prop_map(Shape::One),
            any::<(u8, bool)>().prop_map(|(a, b)| Shape::Pair(a, b)),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            (any::<String>(), prop::collection::vec(inner, 0..4))
                .prop_map(|(text, list)| Shape::Named { text, list })
        })
    }

    proptest! {
        #[test]
        fn the_bytes_are_those_of_serde_json(
            text in any::<String>(),
            shapes in prop::collection::vec(shape(), 0..4),
            by_text in prop::collection::btree_map("[\\x00-\\x7f]{0,8}", any::<u64>(), 0..4),
            by_number in prop::collection::btree_map(any::<u32>(), Just(()), 0..3),
            tuple in any::<(i32, char)>().prop_map(|(a, b)| Tuple(a, b)),
            pair in any::<(i8, u16)>(),
        ) {
            let all = All { text, shapes, by_text, by_number, tuple, pair };
            prop_assert_eq!(write_json(&all).unwrap(), serde_json::to_string(&all).unwrap());
        }
    }

    #[test]
    fn text_ends_in_a_comma_or_a_bracket_and_lists_close() {
        for text in ["", ",", "{", "[", "[{", "a,", "\",", "\\,", "\u{1},\u{7f}é"] {
            let pair = [text, text];
            assert_eq!(
                write_json(&pair).unwrap(),
                serde_json::to_string(&pair).unwrap()
            );
            let keys = BTreeMap::from([(text, text), ("z", text)]);
            assert_eq!(
                write_json(&keys).unwrap(),
                serde_json::to_string(&keys).unwrap()
            );
        }
        assert_eq!(write_json(&[(); 0]).unwrap(), "[]");
        assert!(write_json(&1.5).is_err());
    }
}
