//! What the linter says.

use std::fmt;

use serde::Serialize;

use crate::path::{Path, Segment};
use crate::read::codes;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something brings nothing, can never apply, or can be taken advantage of.
    Warning,
    /// Worth a look; often meant that way.
    Note,
}

impl Severity {
    /// `warning` or `note`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One thing in a scheme that looks like a mistake.
///
/// The [`code`](Finding::code) is stable; the words are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// One of [`CODES`], such as `lint.idle_card`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// Where in the document, as a JSON pointer.
    pub path: Path,
    /// What stands there.
    pub found: String,
    /// What to do about it.
    pub advice: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            severity,
            path,
            found,
            advice,
        } = self;
        let place = if path.is_root() {
            "in the document".to_owned()
        } else {
            format!("at {path}")
        };
        let severity = severity.as_str();
        write!(formatter, "{severity} {code} {place}: {found}; {advice}")
    }
}

/// Findings as they come up.
#[derive(Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn warning(
        &mut self,
        code: &'static str,
        at: Path,
        found: String,
        advice: &'static str,
    ) {
        self.push(Severity::Warning, code, at, found, advice);
    }

    pub(super) fn note(
        &mut self,
        code: &'static str,
        at: Path,
        found: String,
        advice: &'static str,
    ) {
        self.push(Severity::Note, code, at, found, advice);
    }

    fn push(
        &mut self,
        severity: Severity,
        code: &'static str,
        path: Path,
        found: String,
        advice: &'static str,
    ) {
        self.0.push(Finding {
            code,
            severity,
            path,
            found,
            advice,
        });
    }

    /// By the top-level field as it stands in the reference, then by place, then by code.
    pub(super) fn in_order(mut self) -> Vec<Finding> {
        self.0.sort_by(|one, other| place(one).cmp(&place(other)));
        self.0
    }
}

/// The fields of a document in the order of the reference.
const FIELDS: [&str; 9] = [
    "wallets",
    "exclude",
    "earn",
    "cards",
    "ladders",
    "rewards",
    "challenges",
    "referrals",
    "offers",
];

fn place(finding: &Finding) -> (usize, &[Segment], &'static str) {
    let segments = finding.path.segments();
    let field = match segments.first() {
        Some(Segment::Key(key)) => FIELDS.iter().position(|field| *field == &**key),
        _ => None,
    };
    (field.unwrap_or(FIELDS.len()), segments, finding.code)
}

codes! {
    /// Every code that a [`Finding`] can have, in the order of the alphabet. `docs/errors.md` says
    /// what each means.
    ENDED = "lint.ended";
    ENDLESS_POINTS = "lint.endless_points";
    FREE_GOODS = "lint.free_goods";
    GENEROUS = "lint.generous";
    GIFT_CARDS_EARN = "lint.gift_cards_earn";
    GIVES_ALL_BACK = "lint.gives_all_back";
    IDLE_CARD = "lint.idle_card";
    IDLE_CHALLENGE = "lint.idle_challenge";
    IDLE_LADDER = "lint.idle_ladder";
    IDLE_POINTS = "lint.idle_points";
    IDLE_REFERRAL = "lint.idle_referral";
    KEPT_ON_RETURN = "lint.kept_on_return";
    MEAGRE = "lint.meagre";
    MULTIPLIES_NOTHING = "lint.multiplies_nothing";
    NEVER_HOLDS = "lint.never_holds";
    NO_DESCRIPTION = "lint.no_description";
    OPEN_CODE = "lint.open_code";
    SAME_RULE = "lint.same_rule";
    SHADOWED_OFFER = "lint.shadowed_offer";
    SPENT_THEN_RETURNED = "lint.spent_then_returned";
    STEP_WORSE = "lint.step_worse";
    TIER_WORSE = "lint.tier_worse";
    UNAFFORDABLE_REWARD = "lint.unaffordable_reward";
    UNCAPPED_EVENT = "lint.uncapped_event";
    UNFILLABLE_CARD = "lint.unfillable_card";
    UNREACHABLE_TIER = "lint.unreachable_tier";
    UNUSED_WALLET = "lint.unused_wallet";
}
