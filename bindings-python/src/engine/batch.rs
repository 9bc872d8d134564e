//! Many at once: values are moved first, then the core works without the interpreter's lock, in
//! slices between which Ctrl-C is heard.

use std::collections::HashMap;
use std::sync::Arc;

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{Act, Outcome, QuoteOptions, RecordAct, Schemes, perform, quote};
use loyalty_core::ledger::Account as CoreAccount;
use loyalty_core::purchase::Purchase;
use loyalty_core::time::Moment;
use pyo3::prelude::*;

use super::account::Account;
use super::acts::{Done, posted, repeated};
use super::decision::{Decision, cart};
use super::group::Log;
use super::scheme::Scheme;
use crate::errors::{Failure, described, guarded};

/// How many items are moved or worked on before signals are looked for.
const SLICE: usize = 512;

/// One item of a batch: the account, the purchase, the moment, and the facts if there are any.
type Item<'py> = (
    Bound<'py, Account>,
    Bound<'py, PyAny>,
    Bound<'py, PyAny>,
    Option<Bound<'py, PyAny>>,
);

struct Job {
    account: Arc<CoreAccount>,
    purchase: Purchase,
    facts: Facts,
    at: Moment,
}

fn jobs(py: Python<'_>, scheme: &Scheme, items: Vec<Item<'_>>) -> PyResult<Vec<Job>> {
    let mut border = scheme.border();
    let mut jobs = Vec::with_capacity(items.len());
    for (place, (account, purchase, at, facts)) in items.into_iter().enumerate() {
        if place % SLICE == 0 {
            py.check_signals()?;
        }
        let moved = border.moment(&at, "at").and_then(|at| {
            let (purchase, facts) = cart(&mut border, &purchase, facts.as_ref())?;
            Ok(Job {
                account: Arc::clone(&account.get().core),
                purchase,
                facts,
                at,
            })
        });
        jobs.push(moved.map_err(|error| described(py, error, "_of_item", place))?);
    }
    Ok(jobs)
}

/// Works on every item without the lock.
fn work<J: Sync, T: Send>(
    py: Python<'_>,
    jobs: &[J],
    mut one: impl FnMut(&J) -> Result<T, Failure> + Send,
) -> PyResult<Vec<T>> {
    let mut done = Vec::with_capacity(jobs.len());
    for slice in jobs.chunks(SLICE) {
        let results: Vec<Result<T, Failure>> = py.detach(|| {
            let mut results = Vec::with_capacity(slice.len());
            for job in slice {
                results.push(one(job));
                if matches!(results.last(), Some(Err(_))) {
                    break;
                }
            }
            results
        });
        for result in results {
            let place = done.len();
            done.push(result.map_err(|failure| failure.item(place).raise(py))?);
        }
        py.check_signals()?;
    }
    Ok(done)
}

/// Quotes many purchases.
#[pyfunction]
#[pyo3(signature = (scheme, items, explain, pool))]
pub(crate) fn quote_many(
    py: Python<'_>,
    scheme: &Bound<'_, Scheme>,
    items: Vec<Item<'_>>,
    explain: bool,
    pool: Option<&Bound<'_, Account>>,
) -> PyResult<Vec<Decision>> {
    guarded(py, || {
        let scheme = scheme.get();
        let jobs = jobs(py, scheme, items)?;
        let pool = pool.map(|pool| Arc::clone(&pool.get().core));
        work(py, &jobs, |job| {
            let options = QuoteOptions {
                explain,
                pool: pool.as_deref(),
            };
            let made = quote(
                &scheme.core,
                &job.account,
                &job.purchase,
                &job.facts,
                job.at,
                options,
            )?;
            Ok(Decision::made(made, scheme, &job.account))
        })
    })
}

/// Records many purchases; those of one member one after another.
#[pyfunction]
pub(crate) fn record_many(
    py: Python<'_>,
    scheme: &Bound<'_, Scheme>,
    items: Vec<Item<'_>>,
) -> PyResult<Vec<Done>> {
    guarded(py, || {
        let scheme = scheme.get();
        let jobs = jobs(py, scheme, items)?;
        let schemes = Schemes::new(Arc::clone(&scheme.core));
        // By member: the account that was handed over, and the one that the last record left.
        let mut accounts: HashMap<String, (Arc<CoreAccount>, Account)> = HashMap::new();
        work(py, &jobs, |job| {
            let member = job.account.member.as_str();
            let (first, now) = accounts.entry(member.to_owned()).or_insert_with(|| {
                (
                    Arc::clone(&job.account),
                    Account {
                        core: Arc::clone(&job.account),
                    },
                )
            });
            if first.head != job.account.head {
                let found = format!("{member} at version {}", job.account.head.seq);
                let allowed = format!(
                    "the account that was handed over first, at version {}",
                    first.head.seq
                );
                return Err(Failure::input(
                    "input.account",
                    "/account".to_owned(),
                    found,
                    &allowed,
                ));
            }
            let act = Act::Record(Box::new(RecordAct {
                purchase: job.purchase.clone(),
                facts: job.facts.clone(),
                expected_head: None,
                expected_decision: None,
            }));
            let done = match perform(&schemes, &now.core, &act, job.at, None)? {
                Outcome::Posted(done) => posted(*done),
                Outcome::Repeated(seq) => repeated(seq, now),
            };
            *now = done.2.clone();
            Ok(done)
        })
    })
}

/// Replays many logs: pairs of a member and its groups.
#[pyfunction]
pub(crate) fn replay_many(
    py: Python<'_>,
    logs: Vec<(String, Bound<'_, PyAny>)>,
) -> PyResult<Vec<(String, Account)>> {
    guarded(py, || {
        let mut jobs = Vec::with_capacity(logs.len());
        for (place, (member, log)) in logs.into_iter().enumerate() {
            let log = Log::of(&log).map_err(|error| described(py, error, "_of_item", place))?;
            jobs.push((member, std::sync::Mutex::new(Some(log))));
        }
        work(py, &jobs, |(member, log)| {
            let log = log.lock().ok().and_then(|mut log| log.take());
            let log = log.unwrap_or_else(|| Log::Groups(Vec::new()));
            Ok((member.clone(), Account::folded(member, log)?))
        })
    })
}
