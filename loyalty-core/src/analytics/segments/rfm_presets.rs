//! Named RFM segments as rules without overlap: a table over R and FM = ⌈(F+M)/2⌉.
//!
//! Vendors describe their groups in words that overlap ("bought recently", "spent a lot"). Here each
//! of the 25 cells has exactly one name, so that counts add up. Eleven names are those of Shopify's
//! customer groups (prospects are customers without an occasion); ten are those of the common
//! ten-segment scheme.

use serde::{Deserialize, Serialize};

use super::rfm::Rfm;

/// Segments with Shopify's eleven names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Eleven {
    Champions,
    Loyal,
    Active,
    New,
    Promising,
    NeedsAttention,
    AlmostLost,
    AtRisk,
    PreviouslyLoyal,
    Dormant,
    Prospects,
}

/// The common ten segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Ten {
    Champions,
    Loyal,
    PotentialLoyalist,
    New,
    Promising,
    NeedsAttention,
    AboutToSleep,
    AtRisk,
    CannotLose,
    Lost,
}

/// Rows R = 1 to 5, columns FM = 1 to 5.
const ELEVEN: [[Eleven; 5]; 5] = {
    use Eleven::*;
    [
        [Dormant, Dormant, AtRisk, PreviouslyLoyal, PreviouslyLoyal],
        [Dormant, AlmostLost, AtRisk, AtRisk, PreviouslyLoyal],
        [AlmostLost, NeedsAttention, NeedsAttention, Loyal, Loyal],
        [Promising, Promising, Active, Loyal, Loyal],
        [New, Promising, Active, Champions, Champions],
    ]
};

const TEN: [[Ten; 5]; 5] = {
    use Ten::*;
    [
        [Lost, Lost, AtRisk, CannotLose, CannotLose],
        [Lost, Lost, AtRisk, AtRisk, AtRisk],
        [AboutToSleep, AboutToSleep, NeedsAttention, Loyal, Loyal],
        [
            Promising,
            PotentialLoyalist,
            PotentialLoyalist,
            Loyal,
            Champions,
        ],
        [
            New,
            PotentialLoyalist,
            PotentialLoyalist,
            Champions,
            Champions,
        ],
    ]
};

/// The score of frequency and money together, 1 to 5: their mean, halves upwards.
#[must_use]
pub fn frequency_money(scores: &Rfm) -> u8 {
    (scores.f + scores.m).div_ceil(2)
}

fn cell<T: Copy>(table: &[[T; 5]; 5], scores: &Rfm) -> T {
    let position = |score: u8| usize::from(score.clamp(1, 5) - 1);
    table[position(scores.r)][position(frequency_money(scores))]
}

/// The eleven-name segment of a scored customer; without scores she is a prospect.
#[must_use]
pub fn eleven(scores: Option<&Rfm>) -> Eleven {
    scores.map_or(Eleven::Prospects, |scores| cell(&ELEVEN, scores))
}

/// The ten-name segment of a scored customer.
#[must_use]
pub fn ten(scores: &Rfm) -> Ten {
    cell(&TEN, scores)
}
