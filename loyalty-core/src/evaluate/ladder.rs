//! Posting tier changes: reached, reviewed, refolded after a return.

use crate::id::TierId;
use crate::ledger::{
    Account, Entry, HeldTier, IssueCause, Reward, RewardState, RewardVoidEntry, TierCause,
    TierChangeEntry, TierStep, VoidCause,
};
use crate::scheme::OnReturn;
use crate::scheme::compiled::{Ladder, Metric, Review, Scheme};
use crate::time::{Date, Deadline, Moment};

use super::draft::Draft;
use super::error::ActError;
use super::expiry::moment_of;
use super::tier::{
    base_tier, falls_on, floor, held_tier, next_review, refold, review, review_day, tier_for,
    value, value_at_review,
};

/// Raises every ladder to what is reached; lowers those that are reviewed at once.
pub(crate) fn settle_tiers(draft: &mut Draft<'_>) -> Result<(), ActError> {
    settle_tiers_at(draft, draft.at(), draft.occurred())
}

/// The same with what was true at `now`, for something that took place at `since`.
pub(crate) fn settle_tiers_at(
    draft: &mut Draft<'_>,
    now: Moment,
    since: Moment,
) -> Result<(), ActError> {
    let scheme = draft.scheme;
    let today = since.date();
    for ladder in &scheme.ladders {
        let held = held_tier(ladder, &draft.account);
        let found = value(ladder, &draft.account, today, now, scheme);
        let reached = tier_for(ladder, found);
        if reached > held {
            change(draft, ladder, reached, TierCause::Reached, today)?;
            rewards_of_rise(draft, ladder, held, reached, since)?;
        } else if ladder.review == Review::Immediate {
            let floor = floor(ladder, draft.account.ladder(&ladder.id));
            let reviewed = review(ladder, held, floor, found);
            if reviewed.tier != held {
                change(draft, ladder, reviewed.tier, TierCause::Review, today)?;
            }
        }
    }
    Ok(())
}

/// When a tier is reviewed next. Nothing can be lost below the first step.
pub(crate) fn review_of(
    ladder: &Ladder,
    tier: Option<u16>,
    from: Date,
    joined: Option<Date>,
) -> Option<Deadline> {
    if tier > base_tier(ladder) {
        next_review(ladder, from, joined)
    } else {
        None
    }
}

fn tier_id(ladder: &Ladder, place: Option<u16>) -> Option<TierId> {
    ladder
        .tiers
        .get(usize::from(place?))
        .map(|tier| tier.id.clone())
}

/// Posts a change to a tier entered on `entered`.
pub(crate) fn change(
    draft: &mut Draft<'_>,
    ladder: &Ladder,
    tier: Option<u16>,
    cause: TierCause,
    entered: Date,
) -> Result<(), ActError> {
    let state = draft.account.ladder(&ladder.id);
    // What was carried into the window counts on in it.
    let surplus = state.map_or(0, |state| state.surplus);
    let from = state.and_then(|state| state.tier.clone());
    let kept_floor = state.and_then(|state| state.floor.clone());
    let review = review_of(ladder, tier, entered, draft.account.joined);
    draft.push(Entry::TierChange(Box::new(TierChangeEntry {
        ladder: ladder.id.clone(),
        from,
        to: tier_id(ladder, tier),
        cause,
        entered,
        review,
        floor: kept_floor,
        surplus,
    })))
}

/// Rewards of the tiers that a rise passes or reaches.
pub(crate) fn rewards_of_rise(
    draft: &mut Draft<'_>,
    ladder: &Ladder,
    from: Option<u16>,
    to: Option<u16>,
    since: Moment,
) -> Result<(), ActError> {
    let first = from.map_or(0, |from| usize::from(from).saturating_add(1));
    let count = to
        .map_or(0, |to| usize::from(to).saturating_add(1))
        .saturating_sub(first);
    for tier in ladder.tiers.iter().skip(first).take(count) {
        for reward in &tier.rewards {
            let cause = HeldTier {
                ladder: ladder.id.clone(),
                tier: tier.id.clone(),
            };
            draft.issue_from(*reward, IssueCause::Tier(cause), since)?;
        }
    }
    Ok(())
}

/// The next review that is due: the place of the ladder and the deadline.
pub(crate) fn next_due_review(draft: &Draft<'_>) -> Option<(i64, usize, Deadline)> {
    let now = draft.at();
    draft
        .scheme
        .ladders
        .iter()
        .enumerate()
        .filter_map(|(place, ladder)| {
            let review = due_review(ladder, &draft.account, now, draft.scheme)?;
            Some((review.order_ms(now.offset_ms()), place, review))
        })
        .min_by_key(|(order, place, _)| (*order, *place))
}

/// The review of a ladder that time has brought by `now`: the one that stands, or the day on which
/// what was measured keeps a tier no longer that is reviewed at once.
pub(crate) fn due_review(
    ladder: &Ladder,
    account: &Account,
    now: Moment,
    scheme: &Scheme,
) -> Option<Deadline> {
    if ladder.review == Review::Immediate {
        return falls_on(ladder, account, now, scheme).map(Deadline::Day);
    }
    let review = account.ladder(&ladder.id)?.review?;
    review.reached(now).then_some(review)
}

/// Reviews a ladder at its deadline.
pub(crate) fn post_review(
    draft: &mut Draft<'_>,
    place: usize,
    deadline: Deadline,
) -> Result<(), ActError> {
    let scheme = draft.scheme;
    let Some(ladder) = scheme.ladders.get(place) else {
        return Ok(());
    };
    let moment = moment_of(deadline, draft.at())?;
    let day = moment.date();
    let held = held_tier(ladder, &draft.account);
    let found = value_at_review(
        ladder,
        &draft.account,
        review_day(ladder, day),
        moment,
        scheme,
    );
    let floor = floor(ladder, draft.account.ladder(&ladder.id));
    let reviewed = review(ladder, held, floor, found);
    if ladder.review == Review::Immediate {
        return change(draft, ladder, reviewed.tier, TierCause::Review, day);
    }
    let next = review_of(ladder, reviewed.tier, day, draft.account.joined);
    let state = draft.account.ladder(&ladder.id);
    let entered = match state.and_then(|state| state.entered) {
        Some(entered) if reviewed.tier == held => entered,
        _ => day,
    };
    let from = state.and_then(|state| state.tier.clone());
    let kept_floor = state.and_then(|state| state.floor.clone());
    draft.push(Entry::TierChange(Box::new(TierChangeEntry {
        ladder: ladder.id.clone(),
        from,
        to: tier_id(ladder, reviewed.tier),
        cause: TierCause::Review,
        entered,
        review: next,
        floor: kept_floor,
        surplus: reviewed.surplus,
    })))
}

/// Folds the open windows anew after a return.
pub(crate) fn refold_tiers(draft: &mut Draft<'_>) -> Result<(), ActError> {
    let scheme = draft.scheme;
    for ladder in &scheme.ladders {
        if ladder.on_return != OnReturn::Refold {
            continue;
        }
        let today = draft.occurred().date();
        if matches!(ladder.metric, Metric::Balance(_)) {
            lower_by_return(draft, ladder, today)?;
            continue;
        }
        let (tier, entered) = refold(ladder, &draft.account, today, draft.at(), scheme);
        let held = held_tier(ladder, &draft.account);
        let state = draft.account.ladder(&ladder.id);
        let since = state.and_then(|state| state.entered);
        if tier == held && (tier == super::tier::base_tier(ladder) || entered == since) {
            continue;
        }
        let entered = entered.unwrap_or(today);
        change(draft, ladder, tier, TierCause::Return, entered)?;
        if tier < held {
            void_lost_rewards(draft, ladder, tier)?;
        }
        if tier > held {
            rewards_of_rise(draft, ladder, held, tier, draft.occurred())?;
        }
    }
    Ok(())
}

/// A balance has no window to fold anew: a return lowers its tier where that is reviewed at once.
fn lower_by_return(draft: &mut Draft<'_>, ladder: &Ladder, today: Date) -> Result<(), ActError> {
    if ladder.review != Review::Immediate {
        return Ok(());
    }
    let account = &draft.account;
    let held = held_tier(ladder, account);
    let found = value(ladder, account, today, draft.at(), draft.scheme);
    let tier = review(
        ladder,
        held,
        floor(ladder, account.ladder(&ladder.id)),
        found,
    )
    .tier;
    if tier < held {
        change(draft, ladder, tier, TierCause::Return, today)?;
        void_lost_rewards(draft, ladder, tier)?;
    }
    Ok(())
}

/// Unused rewards of tiers above the one held become void.
fn void_lost_rewards(
    draft: &mut Draft<'_>,
    ladder: &Ladder,
    held: Option<u16>,
) -> Result<(), ActError> {
    let lost: Vec<&TierId> = ladder
        .tiers
        .iter()
        .skip(held.map_or(0, |held| usize::from(held).saturating_add(1)))
        .map(|tier| &tier.id)
        .collect();
    let void: Vec<u64> = draft
        .account
        .rewards
        .iter()
        .enumerate()
        .map(|(number, issued)| (u64::try_from(number).unwrap_or(u64::MAX), issued))
        .filter(|(number, issued)| {
            matches!(issued.state, RewardState::Ready(_))
                && matches!(
                    first_issue(&draft.account, *number).map(|(_, first)| &first.cause),
                    Some(IssueCause::Tier(cause))
                        if cause.ladder == ladder.id && lost.contains(&&cause.tier)
                )
        })
        .map(|(number, _)| number)
        .collect();
    for issue in void {
        draft.push(Entry::RewardVoid(RewardVoidEntry {
            issue,
            cause: VoidCause::Returned,
        }))?;
    }
    Ok(())
}

/// Whether a return has lost the tier that brought a reward. A tier that is held again has brought
/// another one since.
pub(crate) fn lost_by_return(draft: &Draft<'_>, issue: u64) -> bool {
    let account = &draft.account;
    let Some((first, reward)) = first_issue(account, issue) else {
        return false;
    };
    let IssueCause::Tier(cause) = &reward.cause else {
        return false;
    };
    let ladder = draft.scheme.ladders.iter().find(|l| l.id == cause.ladder);
    let (Some(ladder), Some(state)) = (ladder, account.ladder(&cause.ladder)) else {
        return false;
    };
    let place = |tier: &TierId| ladder.tiers.iter().position(|known| known.id == *tier);
    let own = place(&cause.tier);
    let below = |tier: Option<&TierId>| tier.and_then(place) < own;
    let lost = |step: &TierStep| {
        step.cause == TierCause::Return
            && step.date >= reward.issued.date()
            && below(step.tier.as_ref())
    };
    let later = usize::try_from(first.saturating_add(1)).unwrap_or(usize::MAX);
    let mut since = account.rewards.iter().skip(later);
    state.changes.iter().any(lost)
        && (below(state.tier.as_ref())
            || since.any(|other| other.reward == reward.reward && other.cause == reward.cause))
}

/// The first issue of a reward that was issued anew, however often.
fn first_issue(account: &Account, mut issue: u64) -> Option<(u64, &Reward)> {
    loop {
        let reward = account.reward(issue)?;
        match &reward.cause {
            IssueCause::Reissue(of) if of.issue < issue => issue = of.issue,
            _ => return Some((issue, reward)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::evaluate::{Act, Outcome, Schemes, perform, standing};
    use crate::ledger::Account;
    use crate::scheme::{SchemeDef, compile};
    use crate::time::Moment;

    const SCHEME: &str = r#"{
        "format": 1, "id": "t", "name": "T", "currency": "EUR", "time_zone": "UTC",
        "wallets": [{"id": "points", "expiry": {"fixed_date": {"date": "2024-12-30"}}}],
        "earn": [{"id": "visit", "give": {"event": {"name": "visit", "points": "10"}}}],
        "ladders": [{
            "id": "l", "metric": {"balance": {}}, "window": {"lifetime": {}},
            "review": {"every": {"days": 365}},
            "tiers": [{"id": "low", "threshold": "0"}, {"id": "mid", "threshold": "10"}]
        }]
    }"#;

    #[test]
    fn a_review_comes_before_points_that_lapse_at_the_same_moment() {
        let def = SchemeDef::from_json(SCHEME).unwrap();
        let schemes = Schemes::new(Arc::new(compile(def).unwrap()));
        let mut account = Account::new("m".parse().unwrap());
        let mut act = |json: &str, at: &str| {
            let act: Act = serde_json::from_str(json).unwrap();
            let at: Moment = at.parse().unwrap();
            let Outcome::Posted(posted) = perform(&schemes, &account, &act, at, None).unwrap()
            else {
                panic!("repeated");
            };
            account = posted.account;
            let standing = standing(schemes.current(), &account, at).unwrap();
            let tier = standing.ladders[0].tier.clone().unwrap();
            (
                tier.to_string(),
                standing.wallets[0].balance.balance.milli(),
            )
        };
        let found = act(r#"{"enrol": {"id": "a"}}"#, "2024-01-01T00:00:00Z");
        assert_eq!(found, ("low".into(), 0));
        let visit = r#"{"event": {"id": "b", "name": "visit"}}"#;
        let found = act(visit, "2024-05-01T00:00:00Z");
        assert_eq!(found, ("mid".into(), 10_000));
        // 365 days after 1 January of a leap year: the review and the lapse fall together.
        let found = act(r#"{"due": {"id": "c"}}"#, "2024-12-31T00:00:00Z");
        assert_eq!(found, ("mid".into(), 0));
        let found = act(r#"{"due": {"id": "d"}}"#, "2025-12-31T00:00:00Z");
        assert_eq!(found, ("low".into(), 0));
    }
}
