//! What can be wrong with a group or an entry.

/// A group or an entry that cannot be folded. The account is as before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// A digest is not 64 hexadecimal digits.
    #[error("a digest is 64 lower-case hexadecimal digits, found {found:?}")]
    Digest {
        /// What was found.
        found: String,
    },
    /// A value has no JSON form.
    #[error("the value has no canonical form: {found}")]
    Encoding {
        /// What was found.
        found: String,
    },
}
