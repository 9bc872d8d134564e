//! Groups: the entries of one act, under one natural key, chained by hash.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use hmac_sha256::Hash;
use serde::Serialize;

use crate::id::{ActorId, GroupKey, MemberId, ReasonCode};
use crate::time::Moment;

use super::entry::Entry;
use super::error::{LedgerError, LedgerErrorKind};
use crate::number::Sort;
use crate::serde_text::{hex, text_serde};
use crate::tree::Readable;
use crate::write::write_json;

/// A SHA-256 digest, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest before the first group.
    pub const ZERO: Self = Self([0; 32]);

    /// The digest of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Hash::hash(bytes))
    }

    /// A digest of known bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first eight bytes as a number, where a short print suffices.
    #[must_use]
    pub fn short(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&hex(&self.0)).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = LedgerError;

    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let bad = || {
            LedgerErrorKind::Digest {
                found: text.chars().take(80).collect(),
            }
            .into()
        };
        if text.len() != 64 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(bad());
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            let from = index.saturating_mul(2);
            let pair = text.get(from..from.saturating_add(2)).ok_or_else(bad)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
        }
        Ok(Self(bytes))
    }
}

text_serde!(Digest, "a string", Digest([0; 32]));

/// Prints of an act's fields, so that the same key with other content can be told apart and the
/// field that differs can be named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Readable)]
#[serde(transparent)]
pub struct Content(Arc<[FieldPrint]>);

/// The print of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct FieldPrint {
    /// The field's name.
    pub field: smol_str::SmolStr,
    /// The first eight bytes of the digest of its canonical JSON, in hexadecimal.
    #[serde(with = "hex64")]
    pub print: u64,
}

mod hex64 {
    use serde::Serializer;

    use crate::serde_text::text_readable;

    pub(super) fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{value:016x}"))
    }

    /// A number that is written in hexadecimal.
    pub(super) struct Form(u64);

    impl std::str::FromStr for Form {
        type Err = String;

        fn from_str(text: &str) -> Result<Self, String> {
            if text.len() != 16 {
                return Err("16 hexadecimal digits are expected".to_owned());
            }
            let number = u64::from_str_radix(text, 16);
            number.map(Self).map_err(|error| error.to_string())
        }
    }

    impl From<Form> for u64 {
        fn from(form: Form) -> u64 {
            form.0
        }
    }

    text_readable!(Form, "a string", Form(0));
}

impl Content {
    /// The prints of a value's fields, in the order of their names.
    ///
    /// # Errors
    /// [`LedgerErrorKind::Encoding`] when the value has no JSON form.
    pub fn of<T: Serialize>(value: &T) -> Result<Self, LedgerError> {
        fn encoding(error: impl fmt::Display) -> LedgerError {
            LedgerErrorKind::Encoding {
                found: error.to_string(),
            }
            .into()
        }
        let json = serde_json::to_value(value).map_err(encoding)?;
        let mut prints = Vec::new();
        match json {
            serde_json::Value::Object(fields) => {
                for (field, value) in fields {
                    let text = write_json(&value).map_err(encoding)?;
                    prints.push(FieldPrint {
                        field: field.into(),
                        print: Digest::of(text.as_bytes()).short(),
                    });
                }
            }
            other => {
                let text = write_json(&other).map_err(encoding)?;
                prints.push(FieldPrint {
                    field: "value".into(),
                    print: Digest::of(text.as_bytes()).short(),
                });
            }
        }
        prints.order_by(|a, b| a.field.cmp(&b.field));
        Ok(Self(prints.into()))
    }

    /// Where the prints stand.
    pub(super) fn place(&self) -> *const FieldPrint {
        self.0.as_ptr()
    }

    /// The first field, by name, in which two contents differ.
    #[must_use]
    pub fn difference<'a>(&'a self, other: &'a Self) -> Option<&'a str> {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            match (left.peek(), right.peek()) {
                (None, None) => return None,
                (Some(only), None) | (None, Some(only)) => return Some(only.field.as_str()),
                (Some(a), Some(b)) if a == b => {
                    left.next();
                    right.next();
                }
                (Some(a), Some(b)) => return Some(a.field.as_str().min(b.field.as_str())),
            }
        }
    }
}

/// The kind of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Readable)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// A purchase.
    Record,
    /// Something that is not a purchase.
    Event,
    /// A purchase was delivered or completed.
    Fulfil,
    /// The member joined.
    Enrol,
    /// Points bought a reward.
    Redeem,
    /// Goods or money came back.
    Refund,
    /// A sale is treated as if it never took place.
    Cancel,
    /// A person changed a balance or a card.
    Adjust,
    /// A person granted a reward.
    Grant,
    /// Points went to, or came from, another account.
    Transfer,
    /// Two accounts became one.
    Merge,
    /// Lapsed points were given back.
    Reinstate,
    /// A person set a tier.
    AssignTier,
    /// The account was suspended.
    Suspend,
    /// The account was taken up again.
    Resume,
    /// The account was closed.
    Close,
    /// Points or rewards were put aside.
    Hold,
    /// A hold was used.
    Capture,
    /// A hold was given up.
    Release,
    /// What time brought.
    Due,
    /// A pool's counters moved with a member's act.
    Count,
}

impl ActKind {
    /// The kind's name, as in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Event => "event",
            Self::Fulfil => "fulfil",
            Self::Enrol => "enrol",
            Self::Redeem => "redeem",
            Self::Refund => "refund",
            Self::Cancel => "cancel",
            Self::Adjust => "adjust",
            Self::Grant => "grant",
            Self::Transfer => "transfer",
            Self::Merge => "merge",
            Self::Reinstate => "reinstate",
            Self::AssignTier => "assign_tier",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Close => "close",
            Self::Hold => "hold",
            Self::Capture => "capture",
            Self::Release => "release",
            Self::Due => "due",
            Self::Count => "count",
        }
    }
}

/// The version of an account: how many groups it holds, and the hash of the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The number of the last group; 0 before the first.
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
}

/// The head of another account that took part in the same act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// The other account.
    pub member: MemberId,
    /// Its head before the act.
    pub head: Head,
}

/// The entries of one act: posted together or not at all.
///
/// What few groups have stands behind pointers, so that a replay reads less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The group's number within the account, from 1.
    pub seq: u64,
    /// What was done.
    pub act: ActKind,
    /// The act's own name: with `act` the natural key, under which it is posted once.
    pub key: GroupKey,
    /// When it was posted.
    pub at: Moment,
    /// When it took place, if earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Box<Moment>>,
    /// The digest of the scheme that decided it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Box<Digest>>,
    /// Who did it, where a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Box<ActorId>>,
    /// Why, where a person gave a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Box<ReasonCode>>,
    /// Prints of what was asked.
    pub content: Content,
    /// The other accounts that took part.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub peers: Box<[Peer]>,
    /// What happened.
    pub entries: Vec<Entry>,
    /// The hash of the group before.
    pub prev: Digest,
    /// The hash of this group.
    pub hash: Digest,
}

impl Group {
    /// The hash that the group's content asks for.
    ///
    /// It is the SHA-256 of the group's JSON with its own hash set to zeros; fields stand in the
    /// order of the type, so equal groups give equal bytes everywhere.
    ///
    /// # Errors
    /// [`LedgerErrorKind::Encoding`] when the group has no JSON form.
    pub fn compute_hash(&self) -> Result<Digest, LedgerError> {
        #[derive(Serialize)]
        struct Hashed<'a> {
            seq: u64,
            act: ActKind,
            key: &'a GroupKey,
            at: &'a Moment,
            occurred_at: &'a Option<Box<Moment>>,
            scheme: &'a Option<Box<Digest>>,
            actor: &'a Option<Box<ActorId>>,
            reason: &'a Option<Box<ReasonCode>>,
            content: &'a Content,
            peers: &'a [Peer],
            entries: &'a [Entry],
            prev: &'a Digest,
        }
        let text = write_json(&Hashed {
            seq: self.seq,
            act: self.act,
            key: &self.key,
            at: &self.at,
            occurred_at: &self.occurred_at,
            scheme: &self.scheme,
            actor: &self.actor,
            reason: &self.reason,
            content: &self.content,
            peers: &self.peers,
            entries: &self.entries,
            prev: &self.prev,
        })
        .map_err(|error| LedgerErrorKind::Encoding {
            found: error.to_string(),
        })?;
        Ok(Digest::of(text.as_bytes()))
    }
}
