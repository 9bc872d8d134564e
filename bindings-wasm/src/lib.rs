//! The engine for JavaScript. Texts cross the border in both directions; `js/` holds what users see.
//!
//! An answer of several texts has one on each line: JSON written on one line holds no line feed. A
//! problem is thrown as a text of JSON; anything else that is thrown is a trap.

#[cfg(feature = "acts")]
pub mod acts;
pub mod basket;
mod failure;
mod store;

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{self, QuoteOptions};
use loyalty_core::ledger::{Account, Status};
use loyalty_core::purchase::Purchase;
use loyalty_core::read::{ReadLimits, Readable, read_json};
use loyalty_core::scheme::{SchemeDef, compile};
use loyalty_core::time::Moment;
use loyalty_core::write::write_json;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use failure::Failure;

type Answer = Result<String, JsValue>;

fn read<T: Readable>(text: &str) -> Result<T, Failure> {
    Ok(read_json(text, &ReadLimits::DEFAULT)?)
}

fn facts(text: Option<&str>) -> Result<Facts, Failure> {
    text.map_or_else(|| Ok(Facts::default()), read)
}

fn moment(text: &str) -> Result<Moment, Failure> {
    text.parse()
        .map_err(|error| Failure::from(error).at(&"/now"))
}

/// What the package shows of an account without asking again.
#[derive(Serialize)]
struct Shown<'a> {
    member: &'a str,
    seq: u64,
    hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Moment>,
    status: &'static str,
    purchase_count: u64,
}

fn shown(account: &Account) -> Result<String, Failure> {
    let shown = Shown {
        member: account.member.as_str(),
        seq: account.head.seq,
        hash: account.head.hash.to_string(),
        at: account.at,
        status: match account.status {
            Status::Active => "active",
            Status::Suspended => "suspended",
            Status::Closed => "closed",
        },
        purchase_count: account.purchase_count,
    };
    Ok(write_json(&shown)?)
}

/// An account's number, and what is shown of it.
fn kept(account: Account) -> Result<String, Failure> {
    let shown = shown(&account)?;
    Ok(format!("{}\n{shown}", store::put_account(account)?))
}

/// The version of the engine.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Compiles a scheme: its number, its digest, its canonical JSON.
#[wasm_bindgen]
pub fn scheme_new(document: &str) -> Answer {
    let compiled = || {
        let scheme = compile(SchemeDef::from_json(document)?)?;
        let (digest, json) = (scheme.digest_hex(), scheme.to_json());
        Ok::<_, Failure>(format!("{}\n{digest}\n{json}", store::put_scheme(scheme)?))
    };
    Ok(compiled()?)
}

/// Forgets a scheme.
#[wasm_bindgen]
pub fn scheme_free(number: u32) {
    store::free_scheme(number);
}

/// An empty account.
#[wasm_bindgen]
pub fn account_new(member: &str) -> Answer {
    let made = || kept(Account::new(member.parse()?));
    Ok(made()?)
}

/// An account of its snapshot.
#[wasm_bindgen]
pub fn account_restore(snapshot: &str) -> Answer {
    let restored = || kept(Account::restore_json(snapshot.as_bytes())?);
    Ok(restored()?)
}

/// The snapshot of an account.
#[wasm_bindgen]
pub fn account_snapshot(number: u32) -> Answer {
    let text = || Ok::<_, Failure>(store::account(number)?.snapshot_json()?);
    Ok(text()?)
}

/// Forgets an account.
#[wasm_bindgen]
pub fn account_free(number: u32) {
    store::free_account(number);
}

/// A decision on a purchase: as JSON with or without reasons, or what `form` names.
#[wasm_bindgen]
#[allow(
    clippy::too_many_arguments,
    reason = "texts and numbers cross the border one by one"
)]
pub fn quote(
    scheme: u32,
    account: u32,
    purchase: &str,
    known: Option<String>,
    at: &str,
    explain: bool,
    pool: u32,
    form: &str,
) -> Answer {
    let text = || {
        let (scheme, account) = (store::scheme(scheme)?, store::account(account)?);
        let (pool, facts) = (store::pool(pool)?, facts(known.as_deref())?);
        let purchase: Purchase = read(purchase)?;
        let pool = pool.as_deref();
        let options = QuoteOptions { explain, pool };
        let made = evaluate::quote(&scheme, &account, &purchase, &facts, moment(at)?, options)?;
        let ucp = |provisional| {
            let ucp = evaluate::to_ucp(&scheme, &account, &made, provisional)?;
            Ok::<_, Failure>(write_json(&ucp)?)
        };
        match form {
            "canonical" => canonical(&made),
            "outputs_digest" => Ok(made.outputs_digest()?.to_string()),
            "ucp" => ucp(false),
            "ucp_provisional" => ucp(true),
            _ => Ok(made.to_json()?),
        }
    };
    Ok(text()?)
}

fn canonical(decision: &evaluate::Decision) -> Result<String, Failure> {
    String::from_utf8(decision.canonical_bytes()?)
        .map_err(|error| Failure::new("internal.state", error))
}

/// Computes a decision anew and compares it with the one that a client shows: its JSON without
/// reasons, and its moment.
#[wasm_bindgen]
pub fn verify(
    scheme: u32,
    account: u32,
    purchase: &str,
    known: Option<String>,
    claimed: &str,
    pool: u32,
) -> Answer {
    let text = || {
        let (scheme, account) = (store::scheme(scheme)?, store::account(account)?);
        let (pool, facts) = (store::pool(pool)?, facts(known.as_deref())?);
        let (purchase, pool): (Purchase, _) = (read(purchase)?, pool.as_deref());
        let bytes = claimed.as_bytes();
        let made = evaluate::verify_decision(&scheme, &account, &purchase, &facts, bytes, pool)?;
        Ok::<_, Failure>(write_json(&made)?)
    };
    Ok(text()?)
}

/// Why a rule does or does not pay for a purchase; an empty text where the scheme has no such rule.
#[wasm_bindgen]
pub fn why_not(
    scheme: u32,
    account: u32,
    purchase: &str,
    known: Option<String>,
    at: &str,
    rule: &str,
    pool: u32,
) -> Answer {
    let text = || {
        let (scheme, account) = (store::scheme(scheme)?, store::account(account)?);
        let (pool, facts) = (store::pool(pool)?, facts(known.as_deref())?);
        let (purchase, pool): (Purchase, _) = (read(purchase)?, pool.as_deref());
        let (rule, at) = (rule.parse()?, moment(at)?);
        let made = evaluate::why_not(&scheme, &account, &purchase, &facts, at, &rule, pool)?;
        let text = made.map(|reason| write_json(&reason));
        Ok::<_, Failure>(text.transpose()?.unwrap_or_default())
    };
    Ok(text()?)
}

/// Where a member is at a moment.
#[wasm_bindgen]
pub fn standing(scheme: u32, account: u32, at: &str) -> Answer {
    let text = || {
        let (scheme, account) = (store::scheme(scheme)?, store::account(account)?);
        let standing = evaluate::standing(&scheme, &account, moment(at)?)?;
        Ok::<_, Failure>(write_json(&standing)?)
    };
    Ok(text()?)
}

/// Panics, so that a test sees what the package does then.
#[wasm_bindgen]
pub fn drill() {
    panic!("a drill");
}
