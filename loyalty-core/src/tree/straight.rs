//! Documents read straight from their text, without a tree.
//!
//! What is plain is read: texts without escapes, every key known and once, every value of its shape.
//! On anything else this gives up, and the tree says what the fault is, or reads what is only unusual.

use super::parse::DEPTH_MAX;
use super::{Bounds, Readable};
use crate::serde_text::is_plain;

/// Room for so many items is made in a list that is not empty.
const ITEMS_AT_FIRST: usize = 6;

/// A text that is being read straight. Every function gives nothing where it gives up.
pub struct Straight<'t> {
    text: &'t str,
    /// What of it is left.
    rest: &'t [u8],
    text_bytes_max: usize,
    /// How many levels of objects and lists may still be opened.
    levels: usize,
}

impl<'t> Straight<'t> {
    /// The value that a whole text is.
    pub(crate) fn document<T: Readable>(text: &'t str, bounds: &Bounds) -> Option<T> {
        if text.len() > bounds.bytes_max {
            return None;
        }
        let mut input = Self {
            text,
            rest: text.as_bytes(),
            text_bytes_max: bounds.text_bytes_max,
            levels: bounds.depth_max.min(DEPTH_MAX),
        };
        let value = T::straight(&mut input)?;
        input.peek().is_none().then_some(value)
    }

    /// The next byte that is no space.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        match self.rest.first() {
            Some(byte) if *byte > b' ' => Some(*byte),
            _ => self.peek_behind_space(),
        }
    }

    fn peek_behind_space(&mut self) -> Option<u8> {
        let space = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\t' | b'\r');
        let spaces = self.rest.iter().take_while(space).count();
        self.rest = self.rest.get(spaces..)?;
        self.rest.first().copied()
    }

    /// Passes over the next byte, which must be this one.
    #[inline]
    fn byte(&mut self, byte: u8) -> Option<()> {
        if self.rest.first() != Some(&byte) && self.peek_behind_space()? != byte {
            return None;
        }
        self.rest = self.rest.get(1..)?;
        Some(())
    }

    /// Passes over a word, if it comes next.
    pub(super) fn word(&mut self, word: &str) -> bool {
        self.peek();
        let rest = self.rest.strip_prefix(word.as_bytes());
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Where in the text this is.
    fn at(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }

    /// A text.
    pub(crate) fn text(&mut self) -> Option<&'t str> {
        self.byte(b'"')?;
        let (start, rest) = (self.at(), self.rest);
        let length = rest.iter().position(|byte| !is_plain(*byte))?;
        let (quote, rest) = rest.get(length..)?.split_first()?;
        if *quote != b'"' || length > self.text_bytes_max {
            return None;
        }
        self.rest = rest;
        self.text.get(start..start.saturating_add(length))
    }

    /// The digits of a whole number without a sign.
    pub(super) fn digits(&mut self) -> Option<&'t str> {
        self.peek()?;
        let (start, rest) = (self.at(), self.rest);
        let length = rest.iter().position(|byte| !byte.is_ascii_digit())?;
        let (digits, rest) = rest.split_at_checked(length)?;
        let whole = !matches!(rest.first(), Some(b'.' | b'e' | b'E'));
        let plain = length == 1 || digits.first() != Some(&b'0');
        self.rest = rest;
        let digits = self.text.get(start..start.saturating_add(length));
        digits.filter(|_| whole && plain)
    }

    fn open(&mut self, bracket: u8) -> Option<()> {
        self.levels = self.levels.checked_sub(1)?;
        self.byte(bracket)
    }

    /// Whether another key or value follows in what is open; passes over the comma or the end.
    #[inline]
    fn more(&mut self, first: bool, end: u8) -> Option<bool> {
        let next = self.peek()?;
        if next == end {
            self.levels = self.levels.saturating_add(1);
        } else if first {
            return Some(true);
        } else if next != b',' {
            return None;
        }
        self.rest = self.rest.get(1..)?;
        Some(next != end)
    }

    /// An object, whose fields `field` reads by their keys.
    #[inline]
    pub fn object(
        &mut self,
        mut field: impl FnMut(&'t str, &mut Self) -> Option<()>,
    ) -> Option<()> {
        self.open(b'{')?;
        let mut first = true;
        while self.more(first, b'}')? {
            let key = self.text()?;
            self.byte(b':')?;
            field(key, self)?;
            first = false;
        }
        Some(())
    }

    /// A field of an object, unless it was there before.
    pub fn field<T: Readable>(&mut self, slot: &mut Option<T>) -> Option<()> {
        if slot.is_some() {
            return None;
        }
        *slot = Some(T::straight(self)?);
        Some(())
    }

    /// A list.
    pub(super) fn list<T: Readable>(&mut self) -> Option<Vec<T>> {
        self.open(b'[')?;
        if !self.more(true, b']')? {
            return Some(Vec::new());
        }
        let mut list = Vec::with_capacity(ITEMS_AT_FIRST);
        list.push(T::straight(self)?);
        while self.more(false, b']')? {
            list.push(T::straight(self)?);
        }
        Some(list)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::{parse, read};
    use super::*;
    use crate::purchase::Purchase;
    use crate::read::ReadLimits;

    fn bounds(limits: ReadLimits) -> Bounds {
        Bounds {
            bytes_max: limits.bytes_max,
            depth_max: limits.depth_max,
            text_bytes_max: limits.text_bytes_max,
        }
    }

    fn by_tree(text: &str, bounds: &Bounds) -> Option<Purchase> {
        let (tree, rest) = parse(text, bounds).ok()?;
        rest.ok()?;
        read(tree.root()).ok()
    }

    /// A purchase with every field, in the order of its definition or backwards.
    fn whole(backwards: bool) -> String {
        let fields = [
            r#""id": "o-1""#,
            r#""currency": "EUR""#,
            r#""lines": [{ "id": "a", "sku": "s", "product": "p", "categories": ["c", "ü"], "tags": [],
                "price": "1.50", "quantity": 10, "tax": "20", "gift_card": false, "discounted": true,
                "price_min": "1.00", "gift_of": null }, {"price":"2"}]"#,
            r#""shipping": [{ "method": "post", "amount": "4.90", "tax": null }]"#,
            r#""tax_included": false"#,
            r#""channel": "web""#,
            r#""store": null"#,
            r#""codes": ["SPRING"]"#,
            r#""claims": [{ "reward": "r", "quantity": 2 }, { "reward": "q" }]"#,
            r#""pay_points": [{ "wallet": "w", "points": "5" }, { "wallet": "v" }]"#,
            r#""gift_card": "10""#,
            r#""deduction": "1""#,
            r#""tax_amount": "0""#,
            r#""exchange": { "from": "1.10", "to": "1.00" }"#,
            r#""occurred_at": "2026-11-21T12:00:00Z""#,
        ];
        let mut fields = fields.map(str::to_owned);
        if backwards {
            fields.reverse();
        }
        format!(" {{\n\t{} }}\r\n", fields.join(", "))
    }

    #[test]
    fn a_plain_purchase_needs_no_tree() {
        let limits = bounds(ReadLimits::DEFAULT);
        for text in [whole(false), whole(true)] {
            let found = Straight::document::<Purchase>(&text, &limits);
            assert!(found.is_some(), "{text}");
            assert_eq!(found, by_tree(&text, &limits));
        }
    }

    #[test]
    fn what_is_unusual_is_left_to_the_tree() {
        let limits = bounds(ReadLimits::DEFAULT);
        let before = r#"{"id":"o-1","currency":"EUR","lines":[{"price":"1","quantity":"#;
        for (after, good) in [
            ("2}]}", true),
            ("0}]}", true),
            ("02}]}", false),
            ("2.0}]}", false),
            ("2e0}]}", false),
            ("-2}]}", false),
            ("4294967296}]}", false),
            ("2,}]}", false),
            ("2},]}", false),
            ("2 2}]}", false),
            ("2}]},", false),
            ("2}]}}", false),
            ("2}]", false),
            ("2,\"quantity\":2}]}", false),
            ("2,\"other\":2}]}", false),
            ("2,\"price_min\":null,\"price_min\":null}]}", false),
            ("2,\"tags\":null}]}", false),
            ("2,\"sku\":\" a\"}]}", false),
            ("2,\"sku\":\"a\tb\"}]}", false),
            ("2,\"sku\"\"a\"}]}", false),
            ("2,\"gift_card\":truefalse}]}", false),
        ] {
            let text = format!("{before}{after}");
            assert_eq!(by_tree(&text, &limits).is_some(), good, "{text}");
            let found = Straight::document::<Purchase>(&text, &limits);
            assert_eq!(found.is_some(), good, "{text}");
        }
        // The tree reads escapes, this does not.
        let text = format!("{before}2,\"s\\u006bu\":\"\\u0061\"}}]}}");
        assert!(by_tree(&text, &limits).is_some());
        assert_eq!(Straight::document::<Purchase>(&text, &limits), None);
    }

    fn value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            prop::sample::select(vec!["EUR", "1.50", "20", "web", "2026-11-21T12:00:00Z"])
                .prop_map(str::to_owned),
            "\\PC{0,70}",
        ];
        let leaf = prop_oneof![
            4 => text.prop_map(Value::from),
            1 => any::<u32>().prop_map(Value::from),
            1 => any::<f64>().prop_map(Value::from),
            1 => any::<bool>().prop_map(Value::from),
            1 => Just(Value::Null),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("id|price|amount|x", inner, 0..3)
                    .prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        /// What is read straight is what the tree gives, whatever was done to a good document.
        #[test]
        fn what_is_read_is_what_the_tree_gives(
            backwards in any::<bool>(),
            at in any::<prop::sample::Index>(),
            cut in 0_usize..12,
            put in prop_oneof![
                Just(String::new()),
                "[\\[\\]{}\",:0-9ntf .\\\\\u{7f}ü-]{1,3}",
                value().prop_map(|value| value.to_string()),
                (prop::sample::select(vec!["id", "tax", "store", "quantity", "amount"]), value())
                    .prop_map(|(key, value)| format!("\"{key}\":{value},")),
            ],
            limits in prop_oneof![
                Just((1 << 20, 32, 1 << 16)),
                (600_usize..1_200, 0_usize..6, 0_usize..24),
            ],
        ) {
            let (bytes_max, depth_max, text_bytes_max) = limits;
            let limits = bounds(ReadLimits { bytes_max, depth_max, text_bytes_max });
            let mut characters: Vec<char> = whole(backwards).chars().collect();
            let from = at.index(characters.len());
            let to = characters.len().min(from.saturating_add(cut));
            characters.splice(from..to, put.chars());
            let text: String = characters.into_iter().collect();
            if let Some(found) = Straight::document::<Purchase>(&text, &limits) {
                prop_assert_eq!(Some(found), by_tree(&text, &limits), "{}", text);
            }
        }

        /// Values in place of others.
        #[test]
        fn other_values_are_read_the_same(
            lines in prop::collection::vec((value(), value(), value()), 0..3),
            others in (value(), value(), value()),
        ) {
            let lines: Vec<Value> = lines
                .into_iter()
                .map(|(price, sku, tags)| json!({ "price": price, "sku": sku, "tags": [tags] }))
                .collect();
            let (id, tax, codes) = others;
            let purchase = json!({
                "id": id, "currency": "EUR", "lines": lines, "tax_amount": tax, "codes": codes,
            });
            let (text, limits) = (purchase.to_string(), bounds(ReadLimits::DEFAULT));
            if let Some(found) = Straight::document::<Purchase>(&text, &limits) {
                prop_assert_eq!(Some(found), by_tree(&text, &limits), "{}", text);
            }
        }
    }
}
