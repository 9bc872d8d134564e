//! A tree from any reader that serde has, so that the types of this crate can stand in types of
//! others.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::node::{Builder, Kind};
use super::{Readable, read};

/// Reads a type by way of a tree.
///
/// # Errors
///
/// What the reader says, and what is wrong with the tree.
pub fn through<'de, T: Readable, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut tree = Builder::default();
    Values(&mut tree).deserialize(deserializer)?;
    read(tree.root()).map_err(D::Error::custom)
}

/// Takes whatever comes as the next value.
struct Values<'b>(&'b mut Builder<'static>);

impl Values<'_> {
    fn put(self, kind: Kind, text: impl Into<Cow<'static, str>>) {
        self.0.value(kind, text.into());
    }
}

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value that JSON can hold")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        self.put(if flag { Kind::True } else { Kind::False }, "");
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.put(Kind::Number, number.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.put(Kind::Number, number.to_string());
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.put(Kind::Text, text.to_owned());
        Ok(())
    }

    fn visit_string<E>(self, text: String) -> Result<(), E> {
        self.put(Kind::Text, text);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.put(Kind::Null, "");
        Ok(())
    }

    fn visit_none<E>(self) -> Result<(), E> {
        self.put(Kind::Null, "");
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.0.open(false);
        while access.next_element_seed(Values(self.0))?.is_some() {}
        self.0.close();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.0.open(true);
        while let Some(key) = access.next_key::<String>()? {
            let twice = self.0.key(Cow::Owned(key.clone()));
            twice.map_err(|_| A::Error::custom(format_args!("the key \"{key}\" twice")))?;
            access.next_value_seed(Values(self.0))?;
        }
        self.0.close();
        Ok(())
    }
}
