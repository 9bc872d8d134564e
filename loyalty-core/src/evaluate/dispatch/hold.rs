//! Holds: points and rewards put aside, used or given up.

use super::*;

use crate::evaluate::evaluation::check_lists;
use crate::evaluate::limit::count;
use crate::evaluate::offers;
use crate::number::Sort;

pub(super) fn hold(draft: &mut Draft<'_>, act: &HoldAct) -> Result<(), ActError> {
    if draft.account.hold(&act.id).is_some() {
        return Err(ActError::refused(
            "hold.duplicate",
            &act.id,
            "a name that no hold has",
        ));
    }
    if act.until.instant_ms() <= draft.at().instant_ms() {
        let allowed = format!("after {}", draft.at());
        return Err(ActError::refused("hold.until", act.until, allowed));
    }
    let mut draws = Vec::new();
    let mut issues = Vec::new();
    for order in &act.points {
        let wallet = known_wallet(draft.scheme, &order.wallet)?;
        check_points(wallet, order.points)?;
        let available = draft.account.balance(&wallet.id, draft.at()).available;
        let twice = draws
            .iter()
            .any(|draw: &WalletDraw| draw.wallet == wallet.id);
        if order.points > available || twice {
            let allowed = format!("at most {available}, once a wallet");
            return Err(ActError::refused(
                "points.insufficient",
                order.points,
                allowed,
            ));
        }
        let (found, _) = draw(
            &draft.account,
            &wallet.id,
            order.points,
            wallet.draw,
            draft.at(),
        );
        draws.extend(found.into_iter().map(|draw| WalletDraw {
            wallet: wallet.id.clone(),
            lot: draw.lot,
            points: draw.points,
        }));
    }
    for order in &act.rewards {
        issues.extend(ready_issues(draft, order, &issues)?);
    }
    let limits = held_limits(draft, act)?;
    if draws.is_empty() && issues.is_empty() && limits.is_empty() {
        return Err(ActError::refused(
            "hold.empty",
            "nothing to hold",
            "points, rewards, or codes whose uses have a limit",
        ));
    }
    draft.push(Entry::Hold(Box::new(HoldEntry {
        hold: act.id.clone(),
        draws,
        issues,
        limits,
        until: act.until,
    })))
}

/// The counters of the codes to hold, each of which has a use left.
fn held_limits(draft: &Draft<'_>, act: &HoldAct) -> Result<Vec<LimitKey>, ActError> {
    check_lists(&[("codes", act.codes.len()), ("coupons", act.coupons.len())])?;
    let mut held = Vec::new();
    for code in &act.codes {
        let limits = offers::limits(draft.scheme, &act.coupons, code.as_str());
        let limits = limits.ok_or_else(|| {
            ActError::refused(
                "code.unknown",
                code,
                "a code that an offer of the scheme knows",
            )
        })?;
        for (limit, max) in limits {
            if held.contains(&limit) {
                continue;
            }
            let used = count(&draft.account, &limit).saturating_add(draft.account.held_uses(
                &limit,
                &[],
                draft.at(),
            ));
            if used >= i64::from(max) {
                let allowed = format!("at most {max} uses");
                return Err(ActError::refused("code.used", code, allowed));
            }
            held.push(limit);
        }
    }
    Ok(held)
}

pub(super) fn ready_issues(
    draft: &Draft<'_>,
    order: &RewardOrder,
    taken: &[u64],
) -> Result<Vec<u64>, ActError> {
    let offset = draft.at().offset_ms();
    let mut ready: Vec<(i64, u64)> = draft
        .account
        .rewards
        .iter()
        .zip(0_u64..)
        .filter(|(issued, _)| {
            issued.reward == order.reward && matches!(issued.state, RewardState::Ready(_))
        })
        .map(|(issued, issue)| {
            let end = issued.expiry.map(|end| end.order_ms(offset));
            (end.unwrap_or(i64::MAX), issue)
        })
        .filter(|(_, issue)| !taken.contains(issue))
        .collect();
    // As on a purchase, the ones that lapse first.
    ready.order();
    let ready = ready.into_iter().map(|(_, issue)| issue);
    let ready: Vec<u64> = ready.take(index(order.quantity)).collect();
    if ready.len() < index(order.quantity) {
        let allowed = format!("at most {} ready ones", ready.len());
        return Err(ActError::refused(
            "reward.none_ready",
            order.quantity,
            allowed,
        ));
    }
    Ok(ready)
}

/// The hold, or why there is none: a lapsed one has left its group behind.
pub(super) fn standing_hold(
    draft: &Draft<'_>,
    id: &crate::id::HoldId,
) -> Result<crate::ledger::Hold, ActError> {
    if let Some(hold) = draft.account.hold(id) {
        return Ok(hold.clone());
    }
    let lapsed = draft.entries.iter().any(
        |entry| matches!(entry, Entry::Release(release) if release.hold == *id && release.lapsed),
    );
    let posted = crate::id::GroupKey::try_new(id.as_str()).is_ok_and(|key| {
        draft
            .account
            .posted(crate::ledger::ActKind::Hold, &key)
            .is_some()
    });
    let (code, found) = if lapsed || posted {
        ("hold.lapsed", "a hold that has ended")
    } else {
        ("hold.unknown", "no hold of this name")
    };
    Err(ActError::refused(code, found, "a hold that stands"))
}

pub(super) fn capture(
    draft: &mut Draft<'_>,
    act: &crate::evaluate::act::EndHoldAct,
) -> Result<(), ActError> {
    let hold = standing_hold(draft, &act.hold)?;
    let mut wallets: Vec<&WalletId> = hold.draws.iter().map(|draw| &draw.wallet).collect();
    wallets.dedup();
    for wallet in wallets {
        let draws: Vec<Draw> = hold
            .draws
            .iter()
            .filter(|draw| draw.wallet == *wallet)
            .map(|draw| Draw {
                lot: draw.lot,
                points: draw.points,
            })
            .collect();
        let redemption = draft.next_redemption();
        debug_assert!(!sum(&draws).is_negative(), "a hold keeps points");
        let known = scheme_wallet(draft.scheme, wallet);
        let terms = crate::ledger::RedemptionTerms {
            hold: Some(hold.id.clone()),
            activity: match known {
                Some(known) => activity_end(&known.terms, draft.occurred())?,
                None => None,
            },
            ..Default::default()
        };
        let spent = RedemptionEntry::new(redemption, wallet.clone(), draws, terms);
        draft.push(Entry::Redemption(spent))?;
    }
    draft.push(Entry::Capture(HoldRef {
        hold: hold.id,
        lapsed: false,
    }))?;
    for issue in hold.issues {
        draft.push(Entry::RewardUse(Box::new(RewardUseEntry {
            issue,
            purchase: None,
            value: None,
        })))?;
    }
    crate::evaluate::due::post_late(draft)
}

pub(super) fn release(
    draft: &mut Draft<'_>,
    act: &crate::evaluate::act::EndHoldAct,
) -> Result<(), ActError> {
    let hold = standing_hold(draft, &act.hold)?;
    draft.push(Entry::Release(HoldRef {
        hold: hold.id,
        lapsed: false,
    }))?;
    crate::evaluate::due::post_late(draft)
}
