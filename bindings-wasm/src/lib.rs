//! The engine for JavaScript. Texts cross the border in both directions; `js/` holds what users see.
//!
//! An answer of several texts has one on each line: JSON written on one line holds no line feed. A
//! problem is thrown as a text of JSON; anything else that is thrown is a trap.

pub mod basket;
mod failure;
mod store;

use std::sync::Arc;

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{
    self, Act, MergeAct, Outcome, PairOutcome, Posted, QuoteOptions, Schemes, TransferAct,
};
use loyalty_core::ledger::{Account, Group, Status, from_json_line, read_log, to_json_line};
use loyalty_core::purchase::Purchase;
use loyalty_core::read::{ReadLimits, read_json};
use loyalty_core::scheme::{SchemeDef, compile};
use loyalty_core::time::Moment;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use failure::Failure;

type Answer = Result<String, JsValue>;

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    Ok(read_json(text, &ReadLimits::DEFAULT)?)
}

fn facts(text: Option<&str>) -> Result<Facts, Failure> {
    text.map_or_else(|| Ok(Facts::default()), read)
}

fn moment(text: &str) -> Result<Moment, Failure> {
    text.parse()
        .map_err(|error| Failure::from(error).at("/now"))
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
    Ok(serde_json::to_string(&shown)?)
}

/// An account's number, and what is shown of it.
fn kept(account: Account) -> Result<String, Failure> {
    let shown = shown(&account)?;
    Ok(format!("{}\n{shown}", store::put_account(account)?))
}

fn line(group: &Group) -> Result<String, Failure> {
    let mut line = to_json_line(group)?;
    line.pop();
    Ok(line)
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

/// The groups of a log, read and with their chain of hashes checked.
fn log(text: &str) -> Result<Vec<Group>, Failure> {
    let mut text = text.as_bytes().to_vec();
    if text.last().is_some_and(|last| *last != b'\n') {
        text.push(b'\n');
    }
    let read = read_log(&text);
    match read.problem {
        Some(problem) => Err(Failure::from(problem).whole_groups(read.groups.len())),
        None => Ok(read.groups),
    }
}

/// An account of its log: one group a line.
#[wasm_bindgen]
pub fn account_replay(member: &str, text: &str) -> Answer {
    let replayed = || kept(Account::replay(member.parse()?, &log(text)?)?);
    Ok(replayed()?)
}

/// Checks the chain of hashes of a log, and counts its groups.
#[wasm_bindgen]
pub fn verify_groups(text: &str) -> Answer {
    Ok(log(text)?.len().to_string())
}

/// An account of its snapshot.
#[wasm_bindgen]
pub fn account_restore(snapshot: &str) -> Answer {
    let restored = || kept(Account::restore_json(snapshot.as_bytes())?);
    Ok(restored()?)
}

/// An account after one more group.
#[wasm_bindgen]
pub fn account_apply(number: u32, line: &str) -> Answer {
    let applied = || {
        let mut next = Account::clone(&*store::account(number)?);
        next.apply(&from_json_line(line.as_bytes())?)?;
        kept(next)
    };
    Ok(applied()?)
}

/// The snapshot of an account.
#[wasm_bindgen]
pub fn account_snapshot(number: u32) -> Answer {
    let text = || Ok::<_, Failure>(store::account(number)?.snapshot_json()?);
    Ok(text()?)
}

/// The digest of an account's state, after checking the account against itself.
#[wasm_bindgen]
pub fn account_audit(number: u32) -> Answer {
    let text = || {
        let account = store::account(number)?;
        account.audit()?;
        Ok::<_, Failure>(account.state_hash()?.to_string())
    };
    Ok(text()?)
}

/// Forgets an account.
#[wasm_bindgen]
pub fn account_free(number: u32) {
    store::free_account(number);
}

/// Reads a group's line, and writes it again: the line, and what the act brought.
#[wasm_bindgen]
pub fn group_read(text: &str) -> Answer {
    let text = || {
        let group = from_json_line(text.as_bytes())?;
        let answer = serde_json::to_string(&evaluate::answer(&group))?;
        Ok::<_, Failure>(format!("{}\n{answer}", line(&group)?))
    };
    Ok(text()?)
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
            Ok::<_, Failure>(serde_json::to_string(&ucp)?)
        };
        match form {
            "canonical" => canonical(&made),
            "outputs_digest" => Ok(made.outputs_digest()?.to_string()),
            "ucp" => ucp(false),
            "ucp_provisional" => ucp(true),
            _ => Ok(serde_json::to_string(&made)?),
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
        Ok::<_, Failure>(serde_json::to_string(&made)?)
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
        let text = made.map(|reason| serde_json::to_string(&reason));
        Ok::<_, Failure>(text.transpose()?.unwrap_or_default())
    };
    Ok(text()?)
}

/// Whether it was posted before, the group's number, the account's number, what is shown of it, the
/// group's line and that of the pool.
fn posted(posted: Posted) -> Result<String, Failure> {
    let (seq, group) = (posted.group.seq, line(&posted.group)?);
    let pool = posted.pool.as_ref().map(line).transpose()?;
    let kept = kept(posted.account)?;
    Ok(format!(
        "posted\n{seq}\n{kept}\n{group}\n{}",
        pool.unwrap_or_default()
    ))
}

fn repeated(seq: u64) -> String {
    format!("repeated\n{seq}\n\n\n\n")
}

fn schemes(current: u32, earlier: &[u32]) -> Result<Schemes, Failure> {
    let mut schemes = Schemes::new(store::scheme(current)?);
    for number in earlier {
        schemes = schemes.with_earlier(store::scheme(*number)?);
    }
    Ok(schemes)
}

/// Does an act, which has one key: its kind.
#[wasm_bindgen]
pub fn perform(
    scheme: u32,
    earlier: &[u32],
    account: u32,
    act: &str,
    at: &str,
    pool: u32,
) -> Answer {
    let text = || {
        let schemes = schemes(scheme, earlier)?;
        let (account, pool) = (store::account(account)?, store::pool(pool)?);
        let act: Act = read(act).map_err(Failure::without_first_step)?;
        match evaluate::perform(&schemes, &account, &act, moment(at)?, pool.as_deref())? {
            Outcome::Posted(done) => posted(*done),
            Outcome::Repeated(seq) => Ok(repeated(seq)),
        }
    };
    Ok(text()?)
}

fn pair(outcome: PairOutcome) -> Result<String, Failure> {
    let (one, other) = match outcome {
        PairOutcome::Posted(one, other) => (posted(*one)?, posted(*other)?),
        PairOutcome::Repeated(one, other) => (repeated(one), repeated(other)),
    };
    Ok(format!("{one}\n{other}"))
}

/// Moves points from one account to another.
#[wasm_bindgen]
pub fn transfer(scheme: u32, from: u32, to: u32, act: &str, at: &str) -> Answer {
    let text = || {
        let (from, to): (Arc<_>, Arc<_>) = (store::account(from)?, store::account(to)?);
        let act: TransferAct = read(act)?;
        let schemes = schemes(scheme, &[])?;
        pair(evaluate::transfer(&schemes, &from, &to, &act, moment(at)?)?)
    };
    Ok(text()?)
}

/// Pours one account into another.
#[wasm_bindgen]
pub fn merge(scheme: u32, survivor: u32, other: u32, act: &str, at: &str) -> Answer {
    let text = || {
        let (one, other): (Arc<_>, Arc<_>) = (store::account(survivor)?, store::account(other)?);
        let act: MergeAct = read(act)?;
        let schemes = schemes(scheme, &[])?;
        pair(evaluate::merge(&schemes, &one, &other, &act, moment(at)?)?)
    };
    Ok(text()?)
}

/// Where a member is at a moment.
#[wasm_bindgen]
pub fn standing(scheme: u32, account: u32, at: &str) -> Answer {
    let text = || {
        let (scheme, account) = (store::scheme(scheme)?, store::account(account)?);
        let standing = evaluate::standing(&scheme, &account, moment(at)?)?;
        Ok::<_, Failure>(serde_json::to_string(&standing)?)
    };
    Ok(text()?)
}

/// Panics, so that a test sees what the package does then.
#[wasm_bindgen]
pub fn drill() {
    panic!("a drill");
}
