//! What types of the standard library are in a document.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::node::{Kind, Node};
use super::{Readable, Reader, Shape, Straight};

/// A whole number of this type, if the text spells one.
fn whole<N: std::str::FromStr>(number: &str) -> Option<N> {
    // In JSON, -0 is no whole number.
    number.parse().ok().filter(|_| number != "-0")
}

macro_rules! whole_numbers {
    ($($type:ident)+) => {$(
        impl Readable for $type {
            fn shape() -> Shape {
                Shape::Whole(stringify!($type), |number| whole::<Self>(number).is_some())
            }

            fn read(reader: &mut Reader<'_>) -> Self {
                let number = reader.here().number().and_then(whole);
                reader.or_fail(number).unwrap_or_default()
            }

            fn straight(input: &mut Straight<'_>) -> Option<Self> {
                input.digits()?.parse().ok()
            }
        }
    )+};
}

whole_numbers!(u8 u16 u32 u64 i32 i64 usize);

impl Readable for bool {
    fn shape() -> Shape {
        Shape::Flag
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        let kind = reader.here().kind();
        if kind != Kind::True && kind != Kind::False {
            reader.fail();
        }
        kind == Kind::True
    }

    fn straight(input: &mut Straight<'_>) -> Option<Self> {
        let yes = input.word("true");
        (yes || input.word("false")).then_some(yes)
    }
}

macro_rules! plain_texts {
    ($($type:ident)+) => {$(
        impl Readable for $type {
            fn shape() -> Shape {
                Shape::Text("a string", |_| None)
            }

            fn read(reader: &mut Reader<'_>) -> Self {
                let text = reader.here().text();
                Self::from(reader.or_fail(text).unwrap_or_default())
            }
        }
    )+};
}

plain_texts!(String SmolStr);

impl<T: Readable> Readable for Option<T> {
    fn shape() -> Shape {
        Shape::Optional(T::shape)
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        match reader.here().kind() {
            Kind::Null | Kind::Absent => None,
            _ => Some(T::read(reader)),
        }
    }

    fn straight(input: &mut Straight<'_>) -> Option<Self> {
        if input.word("null") {
            return Some(None);
        }
        T::straight(input).map(Some)
    }
}

impl<T: Readable> Readable for Vec<T> {
    fn shape() -> Shape {
        Shape::List(T::shape)
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        let count = reader.open();
        let mut list = Vec::with_capacity(count);
        for _ in 0..count {
            list.push(reader.needed());
        }
        list
    }

    fn straight(input: &mut Straight<'_>) -> Option<Self> {
        input.list()
    }
}

impl<K: Readable + Ord, V: Readable> Readable for BTreeMap<K, V> {
    fn shape() -> Shape {
        Shape::Map(K::shape, V::shape)
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        let mut pairs = reader.pairs();
        let mut map = BTreeMap::new();
        while let (Some(key), Some(value)) = (pairs.next(), pairs.next()) {
            map.insert(reader.at(key), reader.at(value));
        }
        map
    }
}

macro_rules! pointers {
    ($($pointer:ident <$($inner:ty)?> as $form:ty;)+) => {$(
        impl<T: Readable> Readable for $pointer<$($inner)?> {
            fn shape() -> Shape {
                <$form>::shape()
            }

            fn read(reader: &mut Reader<'_>) -> Self {
                Self::from(<$form>::read(reader))
            }
        }
    )+};
}

pointers! {
    Box<T> as T;
    Box<[T]> as Vec<T>;
    Arc<T> as T;
    Arc<[T]> as Vec<T>;
}

impl Readable for serde_json::Value {
    fn shape() -> Shape {
        Shape::Any
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        let value = any(reader.here());
        reader.or_fail(value).unwrap_or_default()
    }
}

fn any(node: Node<'_>) -> Option<serde_json::Value> {
    use serde_json::Value;
    Some(match node.kind() {
        Kind::Absent => return None,
        Kind::Null => Value::Null,
        Kind::False => Value::Bool(false),
        Kind::True => Value::Bool(true),
        Kind::Number => Value::Number(node.written().parse().ok()?),
        Kind::Text => Value::String(node.written().to_owned()),
        Kind::List => Value::Array(node.items()?.map(any).collect::<Option<_>>()?),
        Kind::Object => {
            let mut pairs = node.pairs()?;
            let mut map = serde_json::Map::new();
            while let (Some(key), Some(value)) = (pairs.next(), pairs.next()) {
                map.insert(key.written().to_owned(), any(value)?);
            }
            Value::Object(map)
        }
    })
}
