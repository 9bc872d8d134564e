//! Typed identifiers, so that a wallet is never taken for a tier.
//!
//! Hosts choose the texts; the library compares them byte for byte and gives them no meaning. An id
//! has 1 to 64 characters (keys that the library composes: 200), no control characters and no space
//! at either end. Short ids are held in place, longer ones are shared, so a clone never allocates.
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

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use smol_str::SmolStr;
use thiserror::Error;

use crate::number::SAFE_MAX;
use crate::serde_text::{excerpt, text_deserialize};
use crate::tree::{Readable, Reader, Shape, Straight};

/// The largest number of characters of an id.
pub const ID_LENGTH_MAX: usize = 64;
/// The largest number of characters of a key that may be composed of several ids.
pub const KEY_LENGTH_MAX: usize = 200;

/// Why a text is no identifier.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{found:?} is not a {kind}: allowed are {allowed}")]
pub struct IdError {
    /// What the text was to be, such as `wallet id`.
    pub kind: &'static str,
    /// The start of the text.
    pub found: String,
    /// What is allowed.
    pub allowed: String,
}

impl IdError {
    /// The stable code of this error, `id.invalid`.
    pub fn code(&self) -> &'static str {
        "id.invalid"
    }
}

fn check(kind: &'static str, text: &str, length_max: usize) -> Result<SmolStr, IdError> {
    let spaced = |byte: Option<&u8>| byte == Some(&b' ');
    let bytes = text.as_bytes();
    let printable = bytes.iter().all(|byte| matches!(byte, b' '..=b'~'));
    if printable
        && (1..=length_max).contains(&bytes.len())
        && !spaced(bytes.first())
        && !spaced(bytes.last())
    {
        return Ok(SmolStr::new(text));
    }
    let ends_in_space =
        text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
    // A text of more than four bytes a character is too long without counting.
    let too_long = text.len() > length_max.saturating_mul(4) || text.chars().count() > length_max;
    if text.is_empty() || too_long || ends_in_space || text.contains(char::is_control) {
        return Err(IdError {
            kind,
            found: excerpt(text),
            allowed: format!(
                "1 to {length_max} characters, no control characters, no space at either end"
            ),
        });
    }
    Ok(SmolStr::new(text))
}

/// What is wrong with a text that is to be an id.
fn fault(kind: &'static str, text: &str, length_max: usize) -> Option<String> {
    let refused = check(kind, text, length_max).err()?;
    Some(refused.to_string())
}

/// The text of the id that is read next.
fn read(reader: &mut Reader<'_>, length_max: usize) -> SmolStr {
    let text = reader.here().text();
    let id = text.and_then(|text| check("", text, length_max).ok());
    reader.or_fail(id).unwrap_or_default()
}

/// The same of a plain document.
fn straight(input: &mut Straight<'_>, length_max: usize) -> Option<SmolStr> {
    check("", input.text()?, length_max).ok()
}

macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident, $kind:literal, $length_max:expr;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// The id that `text` spells.
            ///
            /// # Errors
            ///
            /// `id.invalid` when the text is empty, too long, has a control character or a space at
            /// either end.
            pub fn try_new(text: impl AsRef<str>) -> Result<Self, IdError> {
                check($kind, text.as_ref(), $length_max).map($name)
            }

            /// The text.
            #[inline]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl From<&$name> for SmolStr {
            #[inline]
            fn from(id: &$name) -> SmolStr {
                id.0.clone()
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::try_new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({:?})"), self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl Readable for $name {
            fn shape() -> Shape {
                Shape::Text(concat!("a ", $kind, " as text"), |text| fault($kind, text, $length_max))
            }

            fn read(reader: &mut Reader<'_>) -> Self {
                Self(read(reader, $length_max))
            }

            fn straight(input: &mut Straight<'_>) -> Option<Self> {
                straight(input, $length_max).map(Self)
            }
        }

        text_deserialize!($name, concat!("a ", $kind, " as text"));
    )+};
}

ids! {
    /// A scheme.
    SchemeId, "scheme id", ID_LENGTH_MAX;
    /// A rule of a scheme.
    RuleId, "rule id", ID_LENGTH_MAX;
    /// A wallet: one kind of points of a scheme.
    WalletId, "wallet id", ID_LENGTH_MAX;
    /// A stamp card of a scheme.
    CardId, "card id", ID_LENGTH_MAX;
    /// A ladder of tiers.
    LadderId, "ladder id", ID_LENGTH_MAX;
    /// A tier of a ladder.
    TierId, "tier id", ID_LENGTH_MAX;
    /// A reward of a scheme.
    RewardId, "reward id", ID_LENGTH_MAX;
    /// An offer of a scheme.
    OfferId, "offer id", ID_LENGTH_MAX;
    /// A band of offers that apply before those of the next one.
    BandId, "band id", ID_LENGTH_MAX;
    /// A budget that several offers draw on.
    BudgetId, "budget id", ID_LENGTH_MAX;
    /// A member: the host's pseudonym, never a name or an address.
    MemberId, "member id", ID_LENGTH_MAX;
    /// A purchase of the host.
    PurchaseId, "purchase id", ID_LENGTH_MAX;
    /// A line of a purchase.
    LineId, "line id", ID_LENGTH_MAX;
    /// A product of the host.
    ProductId, "product id", ID_LENGTH_MAX;
    /// A stock keeping unit: one variant of a product.
    Sku, "SKU", ID_LENGTH_MAX;
    /// A category of products.
    Category, "category", ID_LENGTH_MAX;
    /// A tag on a product.
    Tag, "tag", ID_LENGTH_MAX;
    /// A store.
    StoreId, "store id", ID_LENGTH_MAX;
    /// A sales channel, such as web or till.
    ChannelId, "channel id", ID_LENGTH_MAX;
    /// A segment of customers.
    SegmentId, "segment id", ID_LENGTH_MAX;
    /// The name of an event that is no purchase, such as a review.
    EventName, "event name", ID_LENGTH_MAX;
    /// Who did something by hand.
    ActorId, "actor id", ID_LENGTH_MAX;
    /// Why something was done by hand.
    ReasonCode, "reason code", ID_LENGTH_MAX;
    /// A hold on points or rewards.
    HoldId, "hold id", ID_LENGTH_MAX;
    /// A code that a customer enters.
    CodeText, "code", ID_LENGTH_MAX;
    /// A batch of codes that the host keeps.
    BatchId, "batch id", ID_LENGTH_MAX;
    /// A referral of a scheme.
    ReferralId, "referral id", ID_LENGTH_MAX;
    /// A challenge.
    ChallengeId, "challenge id", ID_LENGTH_MAX;
    /// Who pays for a benefit: a cost centre.
    FunderId, "funder id", ID_LENGTH_MAX;
    /// A reward that was issued to a member.
    EntitlementId, "entitlement id", KEY_LENGTH_MAX;
    /// The key of an account that members share, such as a budget.
    PoolKey, "pool key", KEY_LENGTH_MAX;
    /// A limit that is counted.
    LimitId, "limit id", KEY_LENGTH_MAX;
    /// The natural key of a group of entries.
    GroupKey, "group key", KEY_LENGTH_MAX;
}

/// A lot of points within an account, numbered by the ledger; a JSON integer up to 2^53 − 1.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Readable,
)]
#[serde(try_from = "u64", into = "u64")]
pub struct LotId(u64);

impl LotId {
    /// The lot of this number.
    #[inline]
    pub const fn new(number: u64) -> Self {
        LotId(number)
    }

    /// The number.
    #[inline]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl TryFrom<u64> for LotId {
    type Error = IdError;

    fn try_from(number: u64) -> Result<Self, IdError> {
        if number <= SAFE_MAX.unsigned_abs() {
            return Ok(LotId(number));
        }
        Err(IdError {
            kind: "lot id",
            found: number.to_string(),
            allowed: format!("0 to {SAFE_MAX}"),
        })
    }
}

impl From<LotId> for u64 {
    fn from(lot: LotId) -> u64 {
        lot.0
    }
}

impl fmt::Display for LotId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_that_are_ids() {
        for text in [
            "a",
            "silver",
            "gid://shopify/Order/450789469",
            "Ünïcode ☕",
            "__proto__",
            "a b",
            &"x".repeat(64),
            &"ж".repeat(64),
        ] {
            assert_eq!(WalletId::try_new(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn texts_that_are_not() {
        for text in [
            "",
            " ",
            " a",
            "a ",
            "a\u{a0}",
            "a\n",
            "a\0b",
            "\u{7f}",
            &"x".repeat(65),
            &"ж".repeat(65),
            &"x".repeat(1 << 20),
        ] {
            let error = WalletId::try_new(text).unwrap_err();
            assert_eq!(error.code(), "id.invalid");
            assert!(error.to_string().len() < 400, "{error}");
            assert!(error.to_string().contains("wallet id"));
        }
        assert!(GroupKey::try_new("x".repeat(200)).is_ok());
        assert!(GroupKey::try_new("x".repeat(201)).is_err());
    }

    #[test]
    fn serde_validates_and_serves_as_a_map_key() {
        let map: BTreeMap<TierId, u8> = serde_json::from_str("{\"gold\":1,\"silver\":2}").unwrap();
        assert_eq!(map.get("gold"), Some(&1));
        assert_eq!(
            serde_json::to_string(&map).unwrap(),
            "{\"gold\":1,\"silver\":2}"
        );
        assert!(serde_json::from_str::<BTreeMap<TierId, u8>>("{\" gold\":1}").is_err());
        assert!(serde_json::from_str::<TierId>("7").is_err());
        assert_eq!(
            format!("{:?}", TierId::try_new("gold").unwrap()),
            "TierId(\"gold\")"
        );
    }

    #[test]
    fn lots_are_numbers() {
        assert_eq!(serde_json::to_string(&LotId::new(7)).unwrap(), "7");
        assert_eq!(serde_json::from_str::<LotId>("7").unwrap().get(), 7);
        for json in ["9007199254740992", "-1", "\"7\"", "1.5"] {
            assert!(serde_json::from_str::<LotId>(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn every_id_round_trips(text in "\\PC{0,70}") {
            if let Ok(id) = text.parse::<MemberId>() {
                prop_assert_eq!(id.to_string(), text);
                let json = serde_json::to_string(&id).unwrap();
                prop_assert_eq!(serde_json::from_str::<MemberId>(&json).unwrap(), id);
            }
        }
    }
}
