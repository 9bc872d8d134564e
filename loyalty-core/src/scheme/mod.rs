//! Schemes: the document, its compiled form, and every problem found on the way.

pub(crate) mod card;
pub(crate) mod condition;
mod compiled;
mod def;
pub(crate) mod earn;
pub(crate) mod expiry;
mod index;
pub(crate) mod limit;
pub(crate) mod redemption;
pub(crate) mod returns;
pub(crate) mod reward;
pub(crate) mod tier;

pub use card::*;
pub use compiled::Scheme;
pub use condition::*;
pub use def::*;
pub use earn::*;
pub use expiry::*;
pub use limit::*;
pub use redemption::*;
pub use returns::*;
pub use reward::*;
pub use tier::*;
