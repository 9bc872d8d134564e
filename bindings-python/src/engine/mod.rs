//! The engine: handles on the core's schemes, accounts, groups and decisions, and its functions.

mod account;
mod acts;
mod around;
mod batch;
mod decision;
mod group;
mod scheme;

pub(crate) use account::Account;
pub(crate) use acts::{merge, perform, standing, transfer};
pub(crate) use around::{make_codes, prior_price, verify_code};
pub(crate) use batch::{quote_many, record_many, replay_many};
pub(crate) use decision::{Decision, quote, verify_decision, why_not};
pub(crate) use group::{Group, verify_groups};
pub(crate) use scheme::{Scheme, lint};
