//! Challenges: how far a member is, what a purchase adds, and whether it reaches the goal.

use serde::Serialize;

use crate::id::ChallengeId;
use crate::ledger::{Account, ChallengeTerms, LimitKey, Terms};
use crate::number::Money;
use crate::scheme::compiled::{Challenge, ChallengePart, Scheme};
use crate::scheme::{CapPeriod, ChallengeCount};
use crate::time::Date;

use super::context::{Amounts, Context};
use super::draft::Draft;
use super::error::ActError;
use super::limit::{count, named, period_end, period_start};

/// How far a member is in a challenge before a purchase.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    /// What is counted of each part in the present period.
    before: Vec<i64>,
    /// In how many periods in a row, up to the last one, the goal was reached.
    run: u32,
}

/// A challenge, as a member stands in it or as a purchase moves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChallengeStanding {
    /// The challenge.
    pub challenge: ChallengeId,
    /// Its parts.
    pub parts: Vec<ChallengePartStanding>,
    /// In how many periods in a row, up to the present one, the goal is reached.
    pub run: u32,
    /// How many it takes.
    pub streak: u32,
    /// Whether this purchase reaches it; of a standing, whether the present period holds the goal.
    pub reached: bool,
    /// The first day on which the count begins anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resets: Option<Date>,
}

/// A part of a challenge. Amounts are text: money, or a whole number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChallengePartStanding {
    /// What is counted, the purchase included.
    pub count: String,
    /// What the purchase adds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adds: Option<String>,
    /// What is to be reached.
    pub goal: String,
    /// What is missing.
    pub missing: String,
}

impl Challenge {
    /// How often counts reach the goal.
    fn times(&self, counts: &[i64]) -> i64 {
        let parts = self.parts.iter().zip(counts);
        let times = parts.map(|(part, count)| count.max(&0).checked_div(part.goal).unwrap_or(0));
        times.min().unwrap_or(0)
    }

    /// The run of periods with the present one.
    fn run_with(&self, counts: &[i64], run: u32) -> u32 {
        run.saturating_add(u32::from(self.times(counts) > 0))
    }

    /// Whether a purchase that adds `own` reaches the goal.
    fn reaches(&self, progress: &Progress, own: &[i64]) -> bool {
        let after = sum(&progress.before, own);
        let (before, times) = (self.times(&progress.before), self.times(&after));
        if self.repeat {
            return times > before;
        }
        let run = self.run_with(&after, progress.run);
        before == 0 && times > 0 && run.checked_rem(self.streak) == Some(0)
    }

    /// What is counted of each part, on a day.
    fn counted(&self, account: &Account, date: Date) -> Vec<i64> {
        let parts = self.parts.iter();
        parts
            .map(|part| match self.days {
                0 => count(account, &named(&part.counter, self.per, date)),
                days => in_days(account, part, date, days),
            })
            .collect()
    }

    /// The periods in a row before the present one in which the goal was reached.
    fn run(&self, account: &Account, date: Date) -> u32 {
        let mut run = 0_u32;
        let mut day = period_start(self.per, date).filter(|_| self.streak > 1);
        while let Some(last) = day.and_then(|start| start.add_days(-1)) {
            if self.times(&self.counted(account, last)) == 0 {
                break;
            }
            run = run.saturating_add(1);
            day = period_start(self.per, last);
        }
        run
    }

    fn counter(&self, part: &ChallengePart, date: Date) -> LimitKey {
        let per = match self.days {
            0 => self.per,
            _ => CapPeriod::Day,
        };
        named(&part.counter, per, date)
    }

    fn standing(
        &self,
        scheme: &Scheme,
        progress: &Progress,
        own: Option<&[i64]>,
        date: Date,
    ) -> ChallengeStanding {
        let none = vec![0; self.parts.len()];
        let counts = sum(&progress.before, own.unwrap_or(&none));
        let own = own.map(|own| own.iter().copied().map(Some).collect());
        let own: Vec<Option<i64>> = own.unwrap_or_else(|| vec![None; self.parts.len()]);
        let parts = self.parts.iter().zip(&counts).zip(&own);
        let added: Vec<i64> = own.iter().map(|own| own.unwrap_or(0)).collect();
        // A goal that can be reached again is always so far off as the next time.
        let next = match self.repeat {
            true => self.times(&counts).saturating_add(1),
            false => 1,
        };
        ChallengeStanding {
            challenge: self.id.clone(),
            parts: parts
                .map(|((part, count), own)| {
                    let text = |amount: i64| match part.count {
                        ChallengeCount::Amount => Money::of(amount, scheme.currency).to_string(),
                        _ => amount.to_string(),
                    };
                    let wanted = part.goal.saturating_mul(next);
                    ChallengePartStanding {
                        count: text(*count),
                        adds: own.map(text),
                        goal: text(part.goal),
                        missing: text(wanted.saturating_sub(*count).max(0)),
                    }
                })
                .collect(),
            run: self.run_with(&counts, progress.run),
            streak: self.streak,
            reached: match own.iter().any(Option::is_some) {
                true => self.reaches(progress, &added),
                false => self.times(&counts) > 0,
            },
            resets: period_end(self.per, date),
        }
    }
}

/// What the counters of the last so many days hold.
fn in_days(account: &Account, part: &ChallengePart, date: Date, days: u32) -> i64 {
    let back = i32::try_from(days.saturating_sub(1)).unwrap_or(i32::MAX);
    let first = date.add_days(back.saturating_neg()).unwrap_or(Date::MIN);
    let (from, to) = (
        named(&part.counter, CapPeriod::Day, first),
        named(&part.counter, CapPeriod::Day, date),
    );
    // Counters stand in the order of their names, and dates as text in their own.
    let start = account.counters.partition_point(|known| known.limit < from);
    let counters = account.counters.iter().skip(start);
    counters
        .take_while(|known| known.limit <= to)
        .fold(0_i64, |sum, known| sum.saturating_add(known.count))
}

fn sum(before: &[i64], own: &[i64]) -> Vec<i64> {
    let both = before.iter().zip(own);
    both.map(|(before, own)| before.saturating_add(*own))
        .collect()
}

/// How far a member is in every challenge of a scheme.
pub(crate) fn progress(scheme: &Scheme, account: &Account, date: Date) -> Vec<Progress> {
    let challenges = scheme.challenges.iter();
    challenges
        .map(|challenge| Progress {
            before: challenge.counted(account, date),
            run: challenge.run(account, date),
        })
        .collect()
}

/// The same as a purchase met it.
pub(crate) fn met(scheme: &Scheme, terms: &Terms) -> Vec<Progress> {
    let challenges = scheme.challenges.iter();
    challenges
        .map(|challenge| {
            let met = terms.challenges.iter();
            let met = met.into_iter().find(|met| met.challenge == challenge.id);
            met.map_or_else(Progress::default, |met| Progress {
                before: met.before.clone(),
                run: met.run,
            })
        })
        .collect()
}

/// The terms under which a purchase met the challenges.
pub(crate) fn terms(draft: &Draft<'_>) -> Vec<ChallengeTerms> {
    let (scheme, date) = (draft.scheme, draft.occurred().date());
    let met = progress(scheme, &draft.account, date);
    let challenges = scheme.challenges.iter().zip(met);
    challenges
        .map(|(challenge, progress)| ChallengeTerms {
            challenge: challenge.id.clone(),
            before: progress.before,
            run: progress.run,
        })
        .collect()
}

/// How far a member is in every challenge, for a page.
pub(crate) fn standings(scheme: &Scheme, account: &Account, date: Date) -> Vec<ChallengeStanding> {
    let met = progress(scheme, account, date);
    let challenges = scheme.challenges.iter().zip(&met);
    challenges
        .map(|(challenge, progress)| challenge.standing(scheme, progress, None, date))
        .collect()
}

/// What a purchase does to every challenge.
pub(crate) fn decisions(context: &Context<'_>, own: &[Vec<i64>]) -> Vec<ChallengeStanding> {
    let (scheme, date) = (context.scheme, context.at.date());
    let challenges = scheme.challenges.iter().zip(&context.progress).zip(own);
    challenges
        .map(|((challenge, progress), own)| challenge.standing(scheme, progress, Some(own), date))
        .collect()
}

/// Moves the counters of what a purchase adds.
pub(crate) fn post(draft: &mut Draft<'_>, date: Date, adds: &[Vec<i64>]) -> Result<(), ActError> {
    let scheme = draft.scheme;
    move_counters(draft, scheme, date, adds)
}

/// Moves the counters of a scheme's challenges in the period of a day.
pub(crate) fn move_counters(
    draft: &mut Draft<'_>,
    scheme: &Scheme,
    date: Date,
    adds: &[Vec<i64>],
) -> Result<(), ActError> {
    for (challenge, adds) in scheme.challenges.iter().zip(adds) {
        for (part, adds) in challenge.parts.iter().zip(adds) {
            draft.count(challenge.counter(part, date), *adds)?;
        }
    }
    Ok(())
}

impl Context<'_> {
    /// What a purchase adds to every challenge.
    pub(crate) fn adds(&self, amounts: &Amounts<'_>) -> Vec<Vec<i64>> {
        let challenges = self.scheme.challenges.iter();
        challenges
            .map(|challenge| self.adds_to(challenge, amounts))
            .collect()
    }

    fn adds_to(&self, challenge: &Challenge, amounts: &Amounts<'_>) -> Vec<i64> {
        let counts = challenge
            .when
            .as_ref()
            .is_none_or(|when| self.holds(when, amounts, None));
        let parts = challenge.parts.iter();
        parts
            .map(|part| {
                let target = part.target.as_ref();
                let units = i64::from(self.units(target, amounts));
                match part.count {
                    _ if !counts => 0,
                    ChallengeCount::Purchases => i64::from(units > 0),
                    ChallengeCount::Units => units,
                    ChallengeCount::Amount => {
                        let (base, tax) = (Default::default(), Default::default());
                        self.worth(target, base, tax, amounts).unwrap_or(0)
                    }
                }
            })
            .collect()
    }

    /// Whether the purchase reaches a challenge.
    pub(crate) fn reaches(&self, place: u16, amounts: &Amounts<'_>) -> bool {
        let place = usize::from(place);
        let found = self
            .scheme
            .challenges
            .get(place)
            .zip(self.progress.get(place));
        found.is_some_and(|(challenge, progress)| {
            challenge.reaches(progress, &self.adds_to(challenge, amounts))
        })
    }
}
