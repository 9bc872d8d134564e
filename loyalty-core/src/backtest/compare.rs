//! Two schemes over one history.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::id::{MemberId, TierId};

use super::figures::Figures;
use super::result::Backtest;

/// What a second scheme does differently: its figures less those of the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The whole.
    pub totals: Figures,
    /// What outstanding points are worth at the end, in minor units.
    pub outstanding_worth_minor: i64,
    /// The members, by name.
    pub members: Vec<MemberDifference>,
    /// The months in which either scheme has something, in the order of time.
    pub months: Vec<MonthDifference>,
}

/// A member under two schemes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberDifference {
    /// The member.
    pub member: MemberId,
    /// The figures of the second scheme less those of the first.
    pub figures: Figures,
    /// The tiers held at the end under the first scheme, by ladder.
    pub tiers_before: Vec<Option<TierId>>,
    /// Those under the second one.
    pub tiers_after: Vec<Option<TierId>>,
}

/// A month under two schemes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonthDifference {
    /// The year.
    pub year: i32,
    /// The month, from 1.
    pub month: u32,
    /// The figures of the second scheme less those of the first.
    pub figures: Figures,
    /// Points outstanding at its end, in thousandths.
    pub outstanding_milli: i64,
}

/// The second result less the first, member by member, month by month and in total. Both are of one
/// history; a member who is in one alone counts as nothing in the other.
#[must_use]
pub fn compare(first: &Backtest, second: &Backtest) -> Difference {
    let mut members: BTreeMap<&MemberId, MemberDifference> = BTreeMap::new();
    let mut months: BTreeMap<(i32, u32), MonthDifference> = BTreeMap::new();
    for (result, sign) in [(first, -1_i64), (second, 1)] {
        for member in &result.members {
            let difference = members
                .entry(&member.member)
                .or_insert_with(|| MemberDifference {
                    member: member.member.clone(),
                    figures: Figures::default(),
                    tiers_before: Vec::new(),
                    tiers_after: Vec::new(),
                });
            difference.figures = signed(difference.figures, &member.figures, sign);
            let tiers = match sign {
                -1 => &mut difference.tiers_before,
                _ => &mut difference.tiers_after,
            };
            tiers.clone_from(&member.tiers);
        }
        for month in &result.months {
            let key = (month.year, month.month);
            let difference = months.entry(key).or_insert_with(|| MonthDifference {
                year: month.year,
                month: month.month,
                figures: Figures::default(),
                outstanding_milli: 0,
            });
            difference.figures = signed(difference.figures, &month.figures, sign);
            let outstanding = month.outstanding_milli.saturating_mul(sign);
            difference.outstanding_milli = difference.outstanding_milli.saturating_add(outstanding);
        }
    }
    Difference {
        totals: second.totals.minus(&first.totals),
        outstanding_worth_minor: second
            .outstanding_worth_minor
            .saturating_sub(first.outstanding_worth_minor),
        members: members.into_values().collect(),
        months: months.into_values().collect(),
    }
}

fn signed(sum: Figures, figures: &Figures, sign: i64) -> Figures {
    match sign {
        -1 => sum.minus(figures),
        _ => sum.plus(figures),
    }
}
