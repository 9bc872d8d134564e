//! What types of the standard library are in a document.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::node::{Kind, Node};
use super::{Readable, Shape, Straight};

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

            fn read(node: Node<'_>) -> Option<Self> {
                whole(node.number()?)
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

    fn read(node: Node<'_>) -> Option<Self> {
        match node.kind() {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
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

            fn read(node: Node<'_>) -> Option<Self> {
                node.text().map(Self::from)
            }
        }
    )+};
}

plain_texts!(String SmolStr);

impl<T: Readable> Readable for Option<T> {
    fn shape() -> Shape {
        Shape::Optional(T::shape)
    }

    fn read(node: Node<'_>) -> Option<Self> {
        match node.kind() {
            Kind::Null | Kind::Absent => Some(None),
            _ => T::read(node).map(Some),
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

    fn read(node: Node<'_>) -> Option<Self> {
        let items = node.items()?;
        let mut list = Vec::with_capacity(items.clone().count());
        for item in items {
            list.push(T::read(item)?);
        }
        Some(list)
    }

    fn straight(input: &mut Straight<'_>) -> Option<Self> {
        input.list()
    }
}

impl<K: Readable + Ord, V: Readable> Readable for BTreeMap<K, V> {
    fn shape() -> Shape {
        Shape::Map(K::shape, V::shape)
    }

    fn read(node: Node<'_>) -> Option<Self> {
        let mut pairs = node.pairs()?;
        let mut map = BTreeMap::new();
        while let (Some(key), Some(value)) = (pairs.next(), pairs.next()) {
            map.insert(K::read(key)?, V::read(value)?);
        }
        Some(map)
    }
}

macro_rules! pointers {
    ($($pointer:ident <$($inner:ty)?> as $form:ty;)+) => {$(
        impl<T: Readable> Readable for $pointer<$($inner)?> {
            fn shape() -> Shape {
                <$form>::shape()
            }

            fn read(node: Node<'_>) -> Option<Self> {
                <$form>::read(node).map(Self::from)
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

    fn read(node: Node<'_>) -> Option<Self> {
        Some(match node.kind() {
            Kind::Absent => return None,
            Kind::Null => Self::Null,
            Kind::False => Self::Bool(false),
            Kind::True => Self::Bool(true),
            Kind::Number => Self::Number(node.written().parse().ok()?),
            Kind::Text => Self::String(node.written().to_owned()),
            Kind::List => Self::Array(Vec::read(node)?),
            Kind::Object => {
                let mut pairs = node.pairs()?;
                let mut map = serde_json::Map::new();
                while let (Some(key), Some(value)) = (pairs.next(), pairs.next()) {
                    map.insert(key.written().to_owned(), Self::read(value)?);
                }
                Self::Object(map)
            }
        })
    }
}
