//! An explicit index between customer keys (utf8 or i64) and dense numbers.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::error::AnalyticsError;

/// A customer key as the caller knows it; numbers sort before text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// A numeric key.
    Int(i64),
    /// A text key.
    Text(String),
}

/// Dense customer numbers in order of first appearance, and the keys they stand for.
///
/// ```
/// use loyalty_core::analytics::index::Index;
/// let mut index = Index::new();
/// assert_eq!(index.encode_ints(&[70, 5, 70]), Ok(vec![0, 1, 0]));
/// assert_eq!(index.number_of_int(5), Some(1));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Index {
    keys: Vec<Key>,
    ints: FxHashMap<i64, u32>,
    texts: FxHashMap<String, u32>,
}

impl Index {
    /// An empty index.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many customers the index holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether the index holds no customer.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key of a customer number.
    #[must_use]
    pub fn key(&self, number: u32) -> Option<&Key> {
        self.keys.get(number as usize)
    }

    /// All keys, by customer number.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The number of a numeric key.
    #[must_use]
    pub fn number_of_int(&self, key: i64) -> Option<u32> {
        self.ints.get(&key).copied()
    }

    /// The number of a text key.
    #[must_use]
    pub fn number_of_text(&self, key: &str) -> Option<u32> {
        self.texts.get(key).copied()
    }

    /// The numbers of a column of numeric keys; unknown keys get the next numbers.
    ///
    /// # Errors
    /// [`AnalyticsError::RowCount`] when the index would exceed 2³²−1 customers.
    pub fn encode_ints(&mut self, column: &[i64]) -> Result<Vec<u32>, AnalyticsError> {
        let mut numbers = Vec::with_capacity(column.len());
        for key in column {
            let number = match self.ints.get(key) {
                Some(number) => *number,
                None => {
                    let number = self.next_number()?;
                    self.ints.insert(*key, number);
                    self.keys.push(Key::Int(*key));
                    number
                }
            };
            numbers.push(number);
        }
        Ok(numbers)
    }

    /// The numbers of a column of text keys; unknown keys get the next numbers.
    ///
    /// # Errors
    /// [`AnalyticsError::RowCount`] when the index would exceed 2³²−1 customers.
    pub fn encode_texts<T: AsRef<str>>(
        &mut self,
        column: &[T],
    ) -> Result<Vec<u32>, AnalyticsError> {
        let mut numbers = Vec::with_capacity(column.len());
        for key in column {
            let key = key.as_ref();
            let number = match self.texts.get(key) {
                Some(number) => *number,
                None => {
                    let number = self.next_number()?;
                    self.texts.insert(key.to_owned(), number);
                    self.keys.push(Key::Text(key.to_owned()));
                    number
                }
            };
            numbers.push(number);
        }
        Ok(numbers)
    }

    fn next_number(&self) -> Result<u32, AnalyticsError> {
        let found = self.keys.len();
        let allowed = u32::MAX as usize;
        if found >= allowed {
            return Err(AnalyticsError::RowCount { found, allowed });
        }
        Ok(found as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_first_appearance_and_keys_come_back() {
        let mut index = Index::new();
        assert_eq!(index.encode_texts(&["b", "a", "b"]).unwrap(), vec![0, 1, 0]);
        assert_eq!(index.encode_ints(&[7, 7, -3]).unwrap(), vec![2, 2, 3]);
        assert_eq!(index.key(1), Some(&Key::Text("a".into())));
        assert_eq!(index.number_of_text("b"), Some(0));
        assert_eq!(index.number_of_int(-3), Some(3));
        assert_eq!(index.len(), 4);
        assert!(Key::Int(9) < Key::Text(String::new()));
    }
}
