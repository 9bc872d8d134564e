//! What hosts read of a compiled scheme.

use std::fmt::Write as _;

use crate::id::SchemeId;
use crate::number::Currency;

use super::compile::canonical;
use super::compiled::{Condition, Scheme};
use super::def::SchemeDef;

impl Scheme {
    /// The scheme's stable name.
    pub fn id(&self) -> &SchemeId {
        &self.id
    }

    /// The currency of every amount in the scheme.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The bytes that the index over the earn rules holds.
    pub fn index_bytes(&self) -> usize {
        self.index.bytes()
    }

    /// The document that the scheme was compiled from.
    pub fn definition(&self) -> &SchemeDef {
        &self.def
    }

    /// The SHA-256 of [`to_json`](Scheme::to_json): equal definitions have equal digests.
    pub fn digest_bytes(&self) -> [u8; 32] {
        self.digest
    }

    /// The digest as 64 lower-case hexadecimal digits.
    pub fn digest_hex(&self) -> String {
        self.digest
            .iter()
            .fold(String::with_capacity(64), |mut text, byte| {
                // Writing to a string cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            })
    }

    /// The canonical JSON of the definition: fields in the order of the reference, defaults left
    /// out, no spaces.
    pub fn to_json(&self) -> String {
        canonical(&self.def)
    }
}

impl SchemeDef {
    /// The canonical JSON of the definition: fields in the order of the reference, defaults left
    /// out, no spaces.
    pub fn to_json(&self) -> String {
        canonical(self)
    }
}

impl Condition {
    /// Whether a birthday or an anniversary stands in it.
    pub(crate) fn has_occasion(&self) -> bool {
        match self {
            Condition::All(list) | Condition::Any(list) => list.iter().any(Condition::has_occasion),
            Condition::Not(inner) => inner.has_occasion(),
            Condition::Birthday { .. } | Condition::EnrolmentAnniversary { .. } => true,
            _ => false,
        }
    }
}
