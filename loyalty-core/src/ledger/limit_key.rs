//! The name of a limit's counter in one period.

use std::fmt;

use crate::tree::Readable;
use serde::Serialize;
use smol_str::{SmolStr, format_smolstr};

/// The name of a counter: what is limited and in which period, such as `rule.base@2026-11-21`.
///
/// A counter whose name begins with `scheme.` counts over all members and belongs to a pool
/// account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Readable)]
#[serde(transparent)]
pub struct LimitKey(SmolStr);

impl LimitKey {
    /// The counter of `what` in the period named `period`; no period for a whole life.
    #[must_use]
    pub fn new(what: &str, period: Option<&dyn fmt::Display>) -> Self {
        match period {
            Some(period) => Self(format_smolstr!("{what}@{period}")),
            None => Self(SmolStr::new(what)),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it counts over all members.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.0.starts_with("scheme.")
    }
}

impl fmt::Display for LimitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
