//! Cards: putting stamps on, taking them off, and the rewards that follow.

use crate::id::{CardId, PurchaseId, RewardId};
use crate::ledger::{
    Account, CardCause, CardCompleteEntry, CardOpenEntry, Entry, Instance, InstanceState,
    IssueCause, Milestone, MilestoneCause, RewardState, RewardVoidEntry, StampEntry, VoidCause,
};
use crate::scheme::LastDay;
use crate::scheme::UsedSurplus;
use crate::scheme::compiled::Card;

use super::arith::{index, small};
use super::draft::Draft;
use super::error::ActError;
use super::expiry::validity_end;
use super::stamp::{FillStep, fill, on_card};
use crate::number::Sort;

/// Puts stamps on the member's cards of one kind; how many were not dropped.
pub(crate) fn put_stamps(
    draft: &mut Draft<'_>,
    place: usize,
    count: u32,
    purchase: Option<&PurchaseId>,
) -> Result<u32, ActError> {
    let scheme = draft.scheme;
    let Some(card) = scheme.cards.get(place) else {
        return Ok(0);
    };
    let mut put = 0_u32;
    let mut steps: Vec<FillStep> = Vec::new();
    fill(card, draft.account.card(&card.id), count, |step| {
        put = put.saturating_add(step.put);
        steps.push(step)
    });
    for step in steps {
        if step.opens.is_some() {
            open(draft, card, step.instance, step.opens.unwrap_or(0))?;
        }
        draft.push(Entry::Stamp(Box::new(StampEntry {
            card: card.id.clone(),
            instance: step.instance,
            count: i64::from(step.put),
            purchase: purchase.cloned(),
        })))?;
        if step.completes {
            draft.push(Entry::CardComplete(CardCompleteEntry {
                card: card.id.clone(),
                instance: step.instance,
                lapsed: false,
            }))?;
        }
    }
    settle_rewards(draft, card)?;
    Ok(put)
}

/// After a merge: of several open cards of one kind the older are filled from the younger, of which those
/// that are left empty end. What these brought stays.
pub(crate) fn pour_cards(draft: &mut Draft<'_>) -> Result<(), ActError> {
    let scheme = draft.scheme;
    for card in &scheme.cards {
        let Some(held) = draft.account.card(&card.id) else {
            continue;
        };
        let open = held.instances.iter().zip(0_u32..);
        let open = open.filter(|(instance, _)| instance.state == InstanceState::Open);
        let mut open: Vec<_> = open.map(|(instance, n)| (instance.clone(), n)).collect();
        open.order_by_key(|(instance, number)| (instance.opened.instant_ms(), *number));
        let end = |instance, lapsed| {
            Entry::CardComplete(CardCompleteEntry {
                card: card.id.clone(),
                instance,
                lapsed,
            })
        };
        // The older cards, and how many stamps each has room for.
        let mut older: Vec<(u32, u32)> = Vec::new();
        for (instance, number) in open {
            let mut left = 0_u32;
            for run in &instance.stamps {
                let mut count = run.count;
                for (into, room) in older.iter_mut().filter(|(_, room)| *room > 0) {
                    let part = count.min(*room);
                    if part == 0 {
                        break;
                    }
                    for (instance, count) in [
                        (number, i64::from(part).saturating_neg()),
                        (*into, part.into()),
                    ] {
                        draft.push(Entry::Stamp(Box::new(StampEntry {
                            card: card.id.clone(),
                            instance,
                            count,
                            purchase: run.purchase.clone(),
                        })))?;
                    }
                    count = count.saturating_sub(part);
                    *room = room.saturating_sub(part);
                    if *room == 0 {
                        draft.push(end(*into, false))?;
                    }
                }
                left = left.saturating_add(count);
            }
            if left == 0 && !older.is_empty() {
                draft.push(end(number, true))?;
                continue;
            }
            let room = instance.target.saturating_sub(instance.start);
            older.push((number, room.saturating_sub(left)));
        }
        settle_rewards(draft, card)?;
    }
    Ok(())
}

fn open(draft: &mut Draft<'_>, card: &Card, instance: u32, start: u32) -> Result<(), ActError> {
    let scheme = draft.scheme;
    let milestones = card
        .milestones
        .iter()
        .filter_map(|milestone| {
            let reward = scheme.rewards.get(index(milestone.reward))?;
            Some(Milestone {
                stamps: milestone.stamps,
                reward: reward.id.clone(),
            })
        })
        .collect();
    let expiry = match card.valid_for {
        None => None,
        Some(span) => {
            let none = crate::scheme::RoundUp::None;
            Some(validity_end(
                span,
                none,
                LastDay::Inclusive,
                draft.occurred(),
            )?)
        }
    };
    draft.push(Entry::CardOpen(Box::new(CardOpenEntry {
        card: card.id.clone(),
        instance,
        target: card.target,
        start,
        milestones,
        expiry,
    })))
}

/// Issues what full cards and milestones bring and have not brought yet.
fn settle_rewards(draft: &mut Draft<'_>, card: &Card) -> Result<(), ActError> {
    let scheme = draft.scheme;
    let instances: Vec<Instance> = draft
        .account
        .card(&card.id)
        .map(|held| held.instances.clone())
        .unwrap_or_default();
    for (number, instance) in instances.iter().enumerate() {
        let number = small(number);
        if instance.state == InstanceState::Lapsed {
            continue;
        }
        for milestone in &instance.milestones {
            if on_card(instance) < milestone.stamps
                || milestone_issue(&draft.account, &card.id, number, milestone.stamps).is_some()
            {
                continue;
            }
            if let Some(reward) = reward_place(draft, &milestone.reward) {
                draft.issue(
                    reward,
                    IssueCause::Milestone(MilestoneCause {
                        card: card.id.clone(),
                        instance: number,
                        stamps: milestone.stamps,
                    }),
                )?;
            }
        }
    }
    let complete: Vec<u32> = instances
        .iter()
        .enumerate()
        .filter(|(_, instance)| instance.state == InstanceState::Complete)
        .map(|(number, _)| small(number))
        .collect();
    for reward in &card.rewards {
        let Some(id) = scheme.rewards.get(index(*reward)).map(|reward| &reward.id) else {
            continue;
        };
        let had = card_issues(&draft.account, &card.id, id).len();
        for instance in complete.iter().skip(had) {
            let cause = CardCause {
                card: card.id.clone(),
                instance: *instance,
            };
            draft.issue(*reward, IssueCause::Card(cause))?;
        }
    }
    Ok(())
}

fn reward_place(draft: &Draft<'_>, id: &RewardId) -> Option<u32> {
    draft
        .scheme
        .rewards
        .iter()
        .position(|reward| reward.id == *id)
        .map(small)
}

/// The issues that full cards brought, those that a return made void left out.
fn card_issues(account: &Account, card: &CardId, reward: &RewardId) -> Vec<u64> {
    numbered(account)
        .filter(|(_, issued)| {
            issued.reward == *reward
                && matches!(&issued.cause, IssueCause::Card(cause) if cause.card == *card)
                && !returned(&issued.state)
        })
        .map(|(number, _)| number)
        .collect()
}

fn milestone_issue(account: &Account, card: &CardId, instance: u32, stamps: u32) -> Option<u64> {
    numbered(account)
        .find(|(_, issued)| {
            matches!(
                &issued.cause,
                IssueCause::Milestone(cause)
                    if cause.card == *card && cause.instance == instance && cause.stamps == stamps
            ) && !returned(&issued.state)
        })
        .map(|(number, _)| number)
}

fn numbered(account: &Account) -> impl Iterator<Item = (u64, &crate::ledger::Reward)> {
    account
        .rewards
        .iter()
        .enumerate()
        .map(|(number, issued)| (u64::try_from(number).unwrap_or(u64::MAX), issued))
}

fn returned(state: &RewardState) -> bool {
    matches!(state, RewardState::Void(void) if void.cause == VoidCause::Returned)
}

/// Whether a reward was never used: ready, or lapsed so.
fn unused(state: &RewardState) -> bool {
    match state {
        RewardState::Ready(_) => true,
        RewardState::Void(void) => void.cause == VoidCause::Expired,
        RewardState::Held(_) | RewardState::Used(_) => false,
    }
}

/// The issue that stands for another after it was issued anew.
pub(crate) fn latest_issue(account: &Account, issue: u64) -> u64 {
    let next = numbered(account).find(
        |(_, issued)| matches!(&issued.cause, IssueCause::Reissue(cause) if cause.issue == issue),
    );
    match next {
        Some((number, _)) if number > issue => latest_issue(account, number),
        _ => issue,
    }
}

/// Takes a purchase's stamps off and refills the cards, oldest first. What a used reward of a card
/// that is no longer full was worth, where the scheme charges it, in minor units.
pub(crate) fn take_stamps(
    draft: &mut Draft<'_>,
    card: &Card,
    purchase: &PurchaseId,
    count: u32,
) -> Result<i64, ActError> {
    if count == 0 {
        return Ok(0);
    }
    let Some(held) = draft.account.card(&card.id) else {
        return Ok(0);
    };
    let before = held.instances.clone();
    let wanted = refilled(&before, purchase, count);
    for (number, (instance, runs)) in before.iter().zip(&wanted).enumerate() {
        post_difference(draft, card, small(number), instance, runs, false)?;
    }
    let charge = reopen(draft, card, &before, &wanted)?;
    for (number, (instance, runs)) in before.iter().zip(&wanted).enumerate() {
        post_difference(draft, card, small(number), instance, runs, true)?;
    }
    for instance in filled(&before, &wanted) {
        draft.push(Entry::CardComplete(CardCompleteEntry {
            card: card.id.clone(),
            instance,
            lapsed: false,
        }))?;
    }
    void_milestones(draft, card, &before)?;
    lapse_reopened(draft, card)?;
    Ok(charge)
}

/// Stamps on a card by purchase; none for those of events and by hand.
type Runs = Vec<(Option<PurchaseId>, u32)>;

/// Who holds which stamps when `count` of a purchase's are gone and the rest moves up.
fn refilled(instances: &[Instance], purchase: &PurchaseId, count: u32) -> Vec<Runs> {
    let mut loose: Runs = Vec::new();
    let mut take = count;
    let of_purchase = |run: &crate::ledger::StampRun| run.purchase.as_ref() == Some(purchase);
    let standing = |instance: &&Instance| instance.state != InstanceState::Lapsed;
    // The purchase's latest stamps go first.
    let mut taken: Vec<u32> = vec![0; instances.len()];
    for (instance, taken) in instances.iter().zip(taken.iter_mut()).rev() {
        let has = instance.stamps.iter().filter(|run| of_purchase(run));
        let has = has.fold(0_u32, |sum, run| sum.saturating_add(run.count));
        *taken = has.min(take);
        take = take.saturating_sub(*taken);
    }
    for (instance, taken) in instances.iter().zip(&taken).filter(|(i, _)| standing(i)) {
        let mut gone = *taken;
        for run in &instance.stamps {
            let off = if of_purchase(run) {
                gone.min(run.count)
            } else {
                0
            };
            gone = gone.saturating_sub(off);
            let left = run.count.saturating_sub(off);
            if left > 0 {
                loose.push((run.purchase.clone(), left));
            }
        }
    }
    let mut wanted = Vec::with_capacity(instances.len());
    let mut loose = loose.into_iter();
    let mut current = loose.next();
    for (instance, taken) in instances.iter().zip(&taken) {
        if instance.state == InstanceState::Lapsed {
            wanted.push(kept_on_lapsed(instance, purchase, *taken));
            continue;
        }
        let mut runs = Runs::new();
        let mut room = instance.target.saturating_sub(instance.start);
        while room > 0 {
            let Some((of, count)) = current.take() else {
                break;
            };
            let put = count.min(room);
            room = room.saturating_sub(put);
            push_run(&mut runs, of.clone(), put);
            let rest = count.saturating_sub(put);
            current = if rest > 0 {
                Some((of, rest))
            } else {
                loose.next()
            };
        }
        wanted.push(runs);
    }
    wanted
}

fn kept_on_lapsed(instance: &Instance, purchase: &PurchaseId, taken: u32) -> Runs {
    let mut gone = taken;
    instance
        .stamps
        .iter()
        .map(|run| {
            let off = if run.purchase.as_ref() == Some(purchase) {
                gone.min(run.count)
            } else {
                0
            };
            gone = gone.saturating_sub(off);
            (run.purchase.clone(), run.count.saturating_sub(off))
        })
        .filter(|(_, count)| *count > 0)
        .collect()
}

fn push_run(runs: &mut Runs, of: Option<PurchaseId>, count: u32) {
    match runs.iter_mut().find(|(known, _)| *known == of) {
        Some((_, sum)) => *sum = sum.saturating_add(count),
        None => runs.push((of, count)),
    }
}

/// Posts what changes on one card: first what comes off, later what goes on.
fn post_difference(
    draft: &mut Draft<'_>,
    card: &Card,
    number: u32,
    before: &Instance,
    wanted: &Runs,
    on: bool,
) -> Result<(), ActError> {
    let count_of = |runs: &Runs, of: &Option<PurchaseId>| {
        runs.iter()
            .filter(|(known, _)| known == of)
            .fold(0_i64, |sum, (_, count)| {
                sum.saturating_add(i64::from(*count))
            })
    };
    let had: Runs = before.stamps.iter().fold(Vec::new(), |mut runs, run| {
        push_run(&mut runs, run.purchase.clone(), run.count);
        runs
    });
    let mut all: Vec<Option<PurchaseId>> =
        had.iter().chain(wanted).map(|(of, _)| of.clone()).collect();
    all.order();
    all.dedup();
    for of in all {
        let change = count_of(wanted, &of).saturating_sub(count_of(&had, &of));
        if change == 0 || (change > 0) != on {
            continue;
        }
        draft.push(Entry::Stamp(Box::new(StampEntry {
            card: card.id.clone(),
            instance: number,
            count: change,
            purchase: of,
        })))?;
    }
    Ok(())
}

/// Whether stamps fill a card.
fn is_full(instance: &Instance, runs: &Runs) -> bool {
    let count = runs
        .iter()
        .fold(instance.start, |sum, (_, n)| sum.saturating_add(*n));
    count >= instance.target
}

/// The open cards that the stamps of younger ones fill, as after a merge: they are full in place of
/// cards that open again, and the rewards stay.
fn filled(before: &[Instance], wanted: &[Runs]) -> Vec<u32> {
    let cards = before.iter().zip(wanted).enumerate();
    cards
        .filter(|(_, (instance, runs))| {
            instance.state == InstanceState::Open && is_full(instance, runs)
        })
        .map(|(number, _)| small(number))
        .collect()
}

/// Opens cards again that are no longer full, and settles their rewards.
fn reopen(
    draft: &mut Draft<'_>,
    card: &Card,
    before: &[Instance],
    wanted: &[Runs],
) -> Result<i64, ActError> {
    let complete: Vec<(u32, &Instance, bool)> = before
        .iter()
        .zip(wanted)
        .enumerate()
        .filter(|(_, (instance, _))| instance.state == InstanceState::Complete)
        .map(|(number, (instance, runs))| (small(number), instance, is_full(instance, runs)))
        .collect();
    let no_longer_full = complete.iter().filter(|(.., full)| !full).count();
    if no_longer_full == 0 {
        return Ok(0);
    }
    let surplus = no_longer_full.saturating_sub(filled(before, wanted).len());
    // A card whose reward was used stays complete and owes its stamps; the others open again.
    let mut used_surplus = 0_usize;
    let mut charge = 0_i64;
    for reward in &card.rewards {
        let (used, worth) = void_surplus(draft, card, *reward, complete.len(), surplus)?;
        used_surplus = used_surplus.max(used);
        charge = charge.saturating_add(worth);
    }
    for (place, (number, instance, _)) in complete.iter().filter(|(.., full)| !full).enumerate() {
        if place < used_surplus {
            if card.used_surplus != UsedSurplus::StampDebt {
                forgive(draft, card, *number, instance, wanted)?;
            }
            continue;
        }
        draft.push(Entry::CardOpen(Box::new(CardOpenEntry {
            card: card.id.clone(),
            instance: *number,
            target: instance.target,
            start: instance.start,
            milestones: instance.milestones.clone(),
            expiry: instance.expiry,
        })))?;
    }
    let charged = card.used_surplus == UsedSurplus::ChargeRefund;
    Ok(if charged { charge } else { 0 })
}

/// Fills what a card owes, so that it owes nothing.
fn forgive(
    draft: &mut Draft<'_>,
    card: &Card,
    number: u32,
    instance: &Instance,
    wanted: &[Runs],
) -> Result<(), ActError> {
    let will = wanted.get(index(number)).map_or(0, |runs| {
        runs.iter()
            .fold(instance.start, |sum, (_, n)| sum.saturating_add(*n))
    });
    let missing = instance.target.saturating_sub(will);
    if missing == 0 {
        return Ok(());
    }
    draft.push(Entry::Stamp(Box::new(StampEntry {
        card: card.id.clone(),
        instance: number,
        count: i64::from(missing),
        purchase: None,
    })))
}

/// Makes surplus rewards of full cards void, the newest unused ones first. How many used ones are
/// still too many, and what they were worth.
fn void_surplus(
    draft: &mut Draft<'_>,
    card: &Card,
    reward: u32,
    complete: usize,
    surplus: usize,
) -> Result<(usize, i64), ActError> {
    let Some(id) = draft
        .scheme
        .rewards
        .get(index(reward))
        .map(|reward| reward.id.clone())
    else {
        return Ok((0, 0));
    };
    let issues = card_issues(&draft.account, &card.id, &id);
    let allowed = complete.saturating_sub(surplus);
    let mut too_many = issues.len().saturating_sub(allowed);
    let mut voided = 0_usize;
    for issue in issues.iter().rev() {
        if too_many == 0 {
            break;
        }
        let latest = latest_issue(&draft.account, *issue);
        let issued = draft.account.reward(latest);
        if !issued.is_some_and(|issued| unused(&issued.state)) {
            continue;
        }
        draft.push(Entry::RewardVoid(RewardVoidEntry {
            issue: latest,
            cause: VoidCause::Returned,
        }))?;
        too_many = too_many.saturating_sub(1);
        voided = voided.saturating_add(1);
    }
    let mut worth = 0_i64;
    for issue in issues.iter().rev() {
        let used = draft.account.reward(latest_issue(&draft.account, *issue));
        if let Some(RewardState::Used(used)) = used.map(|issued| &issued.state)
            && too_many > 0
        {
            worth = worth.saturating_add(used.value.map_or(0, crate::number::Money::minor));
            too_many = too_many.saturating_sub(1);
        }
    }
    Ok((surplus.saturating_sub(voided), worth))
}

/// Makes unused rewards of milestones void that are no longer reached.
fn void_milestones(
    draft: &mut Draft<'_>,
    card: &Card,
    before: &[Instance],
) -> Result<(), ActError> {
    let Some(held) = draft.account.card(&card.id) else {
        return Ok(());
    };
    // After a merge the stamps of a younger card may reach it on an older one: the reward stays.
    let (mut void, mut reached) = (Vec::new(), Vec::new());
    for ((number, instance), before) in held.instances.iter().enumerate().zip(before) {
        for milestone in &instance.milestones {
            let stamps = milestone.stamps;
            let issue = milestone_issue(&draft.account, &card.id, small(number), stamps);
            match (
                on_card(before) >= stamps,
                on_card(instance) >= stamps,
                issue,
            ) {
                (true, false, Some(issue)) => {
                    let latest = latest_issue(&draft.account, issue);
                    let issued = draft.account.reward(latest);
                    if issued.is_some_and(|issued| unused(&issued.state)) {
                        void.push((stamps, latest));
                    }
                }
                (false, true, None) => reached.push(stamps),
                _ => {}
            }
        }
    }
    for stamps in reached {
        if let Some(place) = void.iter().position(|(lost, _)| *lost == stamps) {
            void.remove(place);
        }
    }
    for (_, issue) in void {
        draft.push(Entry::RewardVoid(RewardVoidEntry {
            issue,
            cause: VoidCause::Returned,
        }))?;
    }
    Ok(())
}

/// A card that opened again after its deadline lapses at once.
fn lapse_reopened(draft: &mut Draft<'_>, card: &Card) -> Result<(), ActError> {
    let now = draft.at();
    let Some(held) = draft.account.card(&card.id) else {
        return Ok(());
    };
    let lapsed: Vec<u32> = held
        .instances
        .iter()
        .enumerate()
        .filter(|(_, instance)| {
            instance.state == InstanceState::Open
                && instance.expiry.is_some_and(|expiry| expiry.reached(now))
        })
        .map(|(number, _)| small(number))
        .collect();
    for instance in lapsed {
        draft.push(Entry::CardComplete(CardCompleteEntry {
            card: card.id.clone(),
            instance,
            lapsed: true,
        }))?;
    }
    Ok(())
}
