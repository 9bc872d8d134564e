//! Acts. One dispatch over the JSON form of the core's acts: the wrapper knows no act by itself.

use std::sync::Arc;

use loyalty_core::evaluate::{
    self, Act, MergeAct, Outcome, PairOutcome, Posted, Schemes, TransferAct,
};
use loyalty_core::id::PurchaseId;
use loyalty_core::number::Currency;
use loyalty_core::read::{ReadLimits, read_json};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::account::Account;
use super::group::Group;
use super::scheme::Scheme;
use crate::convert::{Kind, MERGE, TRANSFER, act_shape};
use crate::errors::{Failure, core, guarded};

/// The number of a group, whether it had been posted before, the account after it, and the groups
/// to store: the member's and the pool's.
pub(crate) type Done = (u64, bool, Account, Option<Group>, Option<Group>);

pub(crate) fn posted(posted: Posted) -> Done {
    let pool = posted.pool.map(Group::from);
    (
        posted.group.seq,
        false,
        posted.account.into(),
        Some(posted.group.into()),
        pool,
    )
}

pub(crate) fn repeated(seq: u64, account: &Account) -> Done {
    (seq, true, account.clone(), None, None)
}

fn schemes(scheme: &Scheme, earlier: Vec<Bound<'_, Scheme>>) -> Schemes {
    let current = Schemes::new(Arc::clone(&scheme.core));
    let earlier = earlier
        .into_iter()
        .map(|scheme| Arc::clone(&scheme.get().core));
    earlier.fold(current, Schemes::with_earlier)
}

/// Amounts of a refund are in the currency of its purchase.
fn currency_of(act: &Bound<'_, PyAny>, scheme: &Scheme, account: &Account) -> Currency {
    let id = act
        .cast::<PyDict>()
        .ok()
        .and_then(|act| act.get_item("purchase").ok().flatten());
    let id = id.and_then(|id| id.cast_into::<PyString>().ok());
    let id = id.and_then(|id| PurchaseId::try_new(id.to_string_lossy()).ok());
    let known = id.and_then(|id| {
        account
            .core
            .purchase(&id)
            .map(|state| state.entry.purchase.currency)
    });
    known.unwrap_or_else(|| scheme.core.currency())
}

/// Does an act.
#[pyfunction]
#[pyo3(signature = (scheme, account, kind, act, at, pool, earlier))]
pub(crate) fn perform(
    scheme: &Bound<'_, Scheme>,
    account: &Bound<'_, Account>,
    kind: &str,
    act: &Bound<'_, PyAny>,
    at: &Bound<'_, PyAny>,
    pool: Option<&Bound<'_, Account>>,
    earlier: Vec<Bound<'_, Scheme>>,
) -> PyResult<Done> {
    let py = scheme.py();
    guarded(py, || {
        let (scheme, account) = (scheme.get(), account.get());
        let mut border = scheme.border();
        let at = border.moment(at, "at")?;
        let currency = currency_of(act, scheme, account);
        let body = border.json(act, Kind::Object(act_shape(kind)), currency)?;
        let schemes = schemes(scheme, earlier);
        let pool = pool.map(|pool| &*pool.get().core);
        core(py, || {
            let name = serde_json::to_string(kind)?;
            let act: Act = read_json(&format!("{{{name}:{body}}}"), &ReadLimits::DEFAULT)
                .map_err(|error| Failure::from(error).without(&format!("/{kind}")))?;
            match evaluate::perform(&schemes, &account.core, &act, at, pool)? {
                Outcome::Posted(done) => Ok(posted(*done)),
                Outcome::Repeated(seq) => Ok(repeated(seq, account)),
            }
        })
    })
}

fn pair(outcome: PairOutcome, first: &Account, second: &Account) -> (Done, Done) {
    match outcome {
        PairOutcome::Posted(one, other) => (posted(*one), posted(*other)),
        PairOutcome::Repeated(one, other) => (repeated(one, first), repeated(other, second)),
    }
}

/// Moves points from one account to another.
#[pyfunction]
pub(crate) fn transfer(
    scheme: &Bound<'_, Scheme>,
    from_: &Bound<'_, Account>,
    to: &Bound<'_, Account>,
    act: &Bound<'_, PyAny>,
    at: &Bound<'_, PyAny>,
) -> PyResult<(Done, Done)> {
    let py = scheme.py();
    guarded(py, || {
        let (scheme, from, to) = (scheme.get(), from_.get(), to.get());
        let mut border = scheme.border();
        let at = border.moment(at, "at")?;
        let act: TransferAct = border.read(act, &TRANSFER)?;
        core(py, || {
            let schemes = Schemes::new(Arc::clone(&scheme.core));
            let outcome = evaluate::transfer(&schemes, &from.core, &to.core, &act, at)?;
            Ok(pair(outcome, from, to))
        })
    })
}

/// Pours one account into another.
#[pyfunction]
pub(crate) fn merge(
    scheme: &Bound<'_, Scheme>,
    survivor: &Bound<'_, Account>,
    other: &Bound<'_, Account>,
    act: &Bound<'_, PyAny>,
    at: &Bound<'_, PyAny>,
) -> PyResult<(Done, Done)> {
    let py = scheme.py();
    guarded(py, || {
        let (scheme, survivor, other) = (scheme.get(), survivor.get(), other.get());
        let mut border = scheme.border();
        let at = border.moment(at, "at")?;
        let act: MergeAct = border.read(act, &MERGE)?;
        core(py, || {
            let schemes = Schemes::new(Arc::clone(&scheme.core));
            let outcome = evaluate::merge(&schemes, &survivor.core, &other.core, &act, at)?;
            Ok(pair(outcome, survivor, other))
        })
    })
}

/// Where a member is at a moment, as JSON.
#[pyfunction]
pub(crate) fn standing(
    scheme: &Bound<'_, Scheme>,
    account: &Bound<'_, Account>,
    at: &Bound<'_, PyAny>,
) -> PyResult<String> {
    let py = scheme.py();
    guarded(py, || {
        let (scheme, account) = (scheme.get(), account.get());
        let at = scheme.border().moment(at, "at")?;
        core(py, || {
            let standing = evaluate::standing(&scheme.core, &account.core, at)?;
            Ok(serde_json::to_string(&standing)?)
        })
    })
}
