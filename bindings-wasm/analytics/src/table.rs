//! What crosses to JavaScript: columns of numbers in one run of bytes.
//!
//! Four bytes with the length of the head, the head (JSON), and the columns one after the other, each from a
//! multiple of eight bytes on, so that JavaScript lays its typed arrays over them. Numbers are little-endian.

use serde_json::{Map, Value, json};

/// A number that a typed array has.
pub(crate) trait Number {
    /// The kind of the typed array.
    const KIND: &'static str;
    fn put(self, bytes: &mut Vec<u8>);
}

macro_rules! numbers {
    ($($type:ty),+) => {$(
        impl Number for $type {
            const KIND: &'static str = stringify!($type);
            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
        }
    )+};
}

numbers!(u8, u32, i32, i64, f64);

/// Columns, and what is said beside them.
#[derive(Debug, Default)]
pub struct Table {
    said: Map<String, Value>,
    columns: Vec<Value>,
    body: Vec<u8>,
}

impl Table {
    pub(crate) fn say(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.said.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn column<N: Number>(
        mut self,
        name: &str,
        values: impl IntoIterator<Item = N>,
    ) -> Self {
        let mut count = 0_usize;
        for value in values {
            value.put(&mut self.body);
            count += 1;
        }
        pad(&mut self.body);
        self.columns.push(json!([name, N::KIND, count]));
        self
    }

    /// Absent values become NaN.
    pub(crate) fn answers<E>(
        self,
        name: &str,
        values: impl IntoIterator<Item = Result<f64, E>>,
    ) -> Self {
        let values = values.into_iter().map(|value| value.unwrap_or(f64::NAN));
        self.column(name, values)
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(mut self) -> Vec<u8> {
        self.said.insert("columns".to_owned(), self.columns.into());
        let head = Value::Object(self.said).to_string();
        let mut bytes = Vec::with_capacity(12 + head.len() + self.body.len());
        let length = u32::try_from(head.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(head.as_bytes());
        pad(&mut bytes);
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(8), 0);
}
