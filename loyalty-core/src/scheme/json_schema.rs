//! The JSON Schema of scheme documents, generated from their shapes.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use crate::id::{
    BandId, BatchId, BudgetId, CardId, Category, ChallengeId, ChannelId, CodeText, EntitlementId,
    EventName, FunderId, ID_LENGTH_MAX, LadderId, OfferId, ProductId, ReferralId, RewardId, RuleId,
    SchemeId, SegmentId, Sku, StoreId, Tag, TierId, WalletId,
};
use crate::number::{Currency, Money, Multiplier, Percent, Points, Precision, Rounding};
use crate::time::{CivilDateTime, Date, Span, Weekday};

use super::def::SchemeDef;

/// The JSON Schema (draft 2020-12) of a scheme document, for editors and other languages.
///
/// It says what [`SchemeDef::from_json`] accepts; what [`compile`](super::compile) checks beyond
/// that, such as names that refer to nothing, a schema cannot say.
pub fn json_schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<SchemeDef>();
    schema.insert("title".to_owned(), Value::from("Loyalty scheme"));
    schema.to_value()
}

/// Texts with a pattern.
macro_rules! texts {
    ($($type:ty, $name:literal, $description:literal, $pattern:expr;)+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": $description, "pattern": $pattern })
            }
        }
    )+};
}

texts! {
    Currency, "Currency", "a code of ISO 4217, such as EUR", "^[A-Z]{3}$";
    Money, "Money", "an amount as decimal text, such as 10.50", r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$";
    Points, "Points", "points as decimal text with at most three decimals", r"^-?[0-9]{1,15}(\.[0-9]{1,3})?$";
    Percent, "Percent", "0 to 100 with at most six decimals", r"^(100(\.0{1,6})?|[0-9]{1,2}(\.[0-9]{1,6})?)$";
    Multiplier, "Multiplier", "a factor from 0 to 1000 with at most six decimals",
        r"^(1000(\.0{1,6})?|[0-9]{1,3}(\.[0-9]{1,6})?)$";
    Date, "Date", "a date, such as 2026-11-21", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
    CivilDateTime, "CivilDateTime", "a date, or a date and time in the scheme's zone, such as 2026-11-21T09:00",
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?)?$";
}

/// Identifiers: not empty, not too long, no space at either end, no control characters.
macro_rules! ids {
    ($($type:ident),+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($type))
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "minLength": 1,
                    "maxLength": ID_LENGTH_MAX,
                    "pattern": r"^\S(.*\S)?$"
                })
            }
        }
    )+};
}

ids!(
    CardId,
    Category,
    ChannelId,
    CodeText,
    EntitlementId,
    EventName,
    FunderId,
    LadderId,
    ProductId,
    BandId,
    BatchId,
    ChallengeId,
    ReferralId,
    BudgetId,
    OfferId,
    RewardId,
    RuleId,
    SchemeId,
    SegmentId,
    Sku,
    StoreId,
    Tag,
    TierId,
    WalletId
);

/// One of a few words.
macro_rules! words {
    ($($type:ident, $description:literal, [$($word:literal),+];)+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($type))
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": $description, "enum": [$($word),+] })
            }
        }
    )+};
}

words! {
    Rounding, "how a value between two steps becomes one of them",
        ["half_up", "half_down", "half_even", "down", "up", "floor", "ceil"];
    Weekday, "a day of the week", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
}

impl JsonSchema for Precision {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Precision")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "description": "decimals of a point", "minimum": 0, "maximum": 3 })
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Span")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let units = ["days", "months", "years", "minutes", "hours", "exact_days"];
        let alternatives: Vec<Value> = units
            .iter()
            .map(|unit| {
                serde_json::json!({
                    "type": "object",
                    "properties": { *unit: { "type": "integer", "minimum": 0, "maximum": u32::MAX } },
                    "required": [unit],
                    "additionalProperties": false
                })
            })
            .collect();
        json_schema!({ "description": "a length of time in one unit", "oneOf": alternatives })
    }
}
