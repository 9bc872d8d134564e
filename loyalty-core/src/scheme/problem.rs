//! What can be wrong with the meaning of a scheme document.

use std::fmt;

use serde::Serialize;

use crate::path::Path;
use crate::read::codes;

/// One thing that is wrong with a scheme document.
///
/// The [`code`](Problem::code) is stable; the words are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// One of [`CODES`], such as `scheme.unknown_wallet`.
    pub code: &'static str,
    /// Where in the document, as a JSON pointer.
    pub path: Path,
    /// What stands there.
    pub found: String,
    /// What could stand there.
    pub allowed: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            path,
            found,
            allowed,
        } = self;
        if path.is_root() {
            write!(
                formatter,
                "{code} in the document: found {found}, allowed is {allowed}"
            )
        } else {
            write!(
                formatter,
                "{code} at {path}: found {found}, allowed is {allowed}"
            )
        }
    }
}

/// Everything that is wrong with a scheme document: at least one problem, in a stable order.
///
/// # Examples
///
/// ```
/// use loyalty_core::scheme::{SchemeDef, compile};
///
/// let def = SchemeDef::from_json(
///     r#"{"format": 1, "id": "cafe", "name": "Café", "currency": "EUR", "time_zone": "Europe/Paris",
///         "earn": [{"id": "base", "give": {"per_amount": {"points": "1", "per": "0.001"}}}]}"#,
/// )?;
/// let problems = compile(def).unwrap_err();
/// let codes: Vec<_> = problems.0.iter().map(|problem| (problem.code, problem.path.to_string())).collect();
/// assert_eq!(codes, [
///     ("scheme.unknown_wallet", "/earn/0".to_string()),
///     ("scheme.amount", "/earn/0/give/per_amount/per".to_string()),
/// ]);
/// # Ok::<(), loyalty_core::read::ReadError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.0.iter().enumerate() {
            if place > 0 {
                formatter.write_str("\n")?;
            }
            problem.fmt(formatter)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

codes! {
    /// Every code that a [`Problem`] can have, in the order of the alphabet. `docs/errors.md` says
    /// what each means.
    AMOUNT = "scheme.amount";
    CONFLICT = "scheme.conflict";
    DENOMINATOR = "scheme.denominator";
    DUPLICATE = "scheme.duplicate";
    DUPLICATE_ID = "scheme.duplicate_id";
    EMPTY = "scheme.empty";
    FORMAT = "scheme.format";
    ORDER = "scheme.order";
    OUT_OF_RANGE = "scheme.out_of_range";
    TEXT = "scheme.text";
    TOO_DEEP = "scheme.too_deep";
    TOO_MANY = "scheme.too_many";
    UNKNOWN_BAND = "scheme.unknown_band";
    UNKNOWN_CHALLENGE = "scheme.unknown_challenge";
    UNKNOWN_LADDER = "scheme.unknown_ladder";
    UNKNOWN_OFFER = "scheme.unknown_offer";
    UNKNOWN_REWARD = "scheme.unknown_reward";
    UNKNOWN_TIER = "scheme.unknown_tier";
    UNKNOWN_WALLET = "scheme.unknown_wallet";
    UNREACHABLE = "scheme.unreachable";
    WINDOW = "scheme.window";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_of_this_stage() {
        assert!(CODES.is_sorted());
        assert!(CODES.iter().all(|code| code.starts_with("scheme.")));
    }

    #[test]
    fn a_problem_is_one_sentence() {
        let problem = Problem {
            code: EMPTY,
            path: Path::root().key("earn").index(2),
            found: "nothing".into(),
            allowed: "at least one".into(),
        };
        assert_eq!(
            problem.to_string(),
            "scheme.empty at /earn/2: found nothing, allowed is at least one"
        );
        assert_eq!(
            serde_json::to_string(&Problems(vec![problem])).unwrap(),
            r#"[{"code":"scheme.empty","path":"/earn/2","found":"nothing","allowed":"at least one"}]"#
        );
    }
}
