//! The ledger: entries, groups, and the account that they fold to.
//!
//! It holds resolved numbers and decides nothing: no module here knows a scheme.

mod account;
mod entry;
mod error;
mod group;
mod limit_key;

pub use account::*;
pub use entry::*;
pub use error::LedgerError;
pub use group::*;
pub use limit_key::LimitKey;
