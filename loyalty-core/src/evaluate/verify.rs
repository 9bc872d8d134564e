//! Verifying a decision that a client shows: it is computed anew and compared byte for byte.

use crate::customer::Facts;
use crate::ledger::{Account, Digest, Head};
use crate::purchase::Purchase;
use crate::read::{ReadLimits, read_json};
use crate::scheme::Scheme;
use crate::time::Moment;
use crate::tree::Readable;

use super::decision::{Decision, QuoteOptions, SEMANTICS, quote};
use super::error::ActError;

/// What a claimed decision says of itself.
#[derive(Readable)]
struct Claimed {
    semantics: u32,
    scheme: Digest,
    head: Head,
    at: Moment,
}

/// Computes a decision anew, at the moment that the client's one names, and compares its canonical
/// bytes. Nothing that the client says enters a balance.
///
/// The moment is the client's word: one at which the same would be decided passes. The host holds
/// `at` of what comes back against its own clock.
///
/// # Errors
/// `decision.semantics_differ` when another version of the engine decided, which is not tampering;
/// `decision.scheme_differs` and `decision.head_moved` when another scheme or an older account
/// did; `decision.tampered` for every other difference; and the errors of [`quote`].
pub fn verify_decision(
    scheme: &Scheme,
    account: &Account,
    purchase: &Purchase,
    facts: &Facts,
    claimed: &[u8],
    pool: Option<&Account>,
) -> Result<Decision, ActError> {
    let tampered = || {
        ActError::refused(
            "decision.tampered",
            "other bytes",
            "the decision that the engine makes",
        )
    };
    let text = std::str::from_utf8(claimed).map_err(|_| tampered())?;
    let limits = ReadLimits {
        bytes_max: claimed.len(),
        ..ReadLimits::DEFAULT
    };
    let said: Claimed = read_json(text, &limits).map_err(|_| tampered())?;
    if said.semantics != SEMANTICS {
        return Err(ActError::refused(
            "decision.semantics_differ",
            said.semantics,
            SEMANTICS,
        ));
    }
    let ours = Digest::from_bytes(scheme.digest);
    if said.scheme != ours {
        return Err(ActError::refused(
            "decision.scheme_differs",
            said.scheme,
            ours,
        ));
    }
    if said.head != account.head {
        let found = format!("version {}", said.head.seq);
        let allowed = format!("version {}", account.head.seq);
        return Err(ActError::refused("decision.head_moved", found, allowed));
    }
    let options = QuoteOptions {
        explain: false,
        pool,
    };
    let decision = quote(scheme, account, purchase, facts, said.at, options)?;
    if decision.canonical_bytes()? == claimed {
        Ok(decision)
    } else {
        Err(tampered())
    }
}
