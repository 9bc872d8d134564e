//! Which rules can match: an index from what a cart holds to the rules that ask for it.

/// An index over rules.
#[derive(Debug, Clone, Default)]
pub(crate) struct RuleIndex {}
