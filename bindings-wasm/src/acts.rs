//! What a shop's server does: logs, and the acts that post to them.

use std::sync::Arc;

use loyalty_core::evaluate::{
    self, Act, MergeAct, Outcome, PairOutcome, Posted, Schemes, TransferAct,
};
use loyalty_core::ledger::{Account, Group, from_json_line, read_log, to_json_line};
use loyalty_core::write::write_json;
use wasm_bindgen::prelude::*;

use crate::failure::Failure;
use crate::{Answer, kept, moment, read, store};

fn line(group: &Group) -> Result<String, Failure> {
    let mut line = to_json_line(group)?;
    line.pop();
    Ok(line)
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

/// Reads a group's line, and writes it again: the line, and what the act brought.
#[wasm_bindgen]
pub fn group_read(text: &str) -> Answer {
    let text = || {
        let group = from_json_line(text.as_bytes())?;
        let answer = write_json(&evaluate::answer(&group))?;
        Ok::<_, Failure>(format!("{}\n{answer}", line(&group)?))
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
