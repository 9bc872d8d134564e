//! What people do by hand.

use super::*;

pub(super) fn adjust(draft: &mut Draft<'_>, change: &AdjustPoints) -> Result<(), ActError> {
    let wallet = known_wallet(draft.scheme, &change.wallet)?;
    let up = change.points > Points::ZERO;
    let points = Points::from_milli(change.points.milli().saturating_abs());
    check_points(wallet, points)?;
    let unknown_lot = |lot: crate::id::LotId| {
        ActError::refused("adjust.lot", lot.get(), "a lot of the wallet that stands")
    };
    let mut entry = AdjustmentEntry {
        wallet: wallet.id.clone(),
        lot: None,
        into: None,
        draws: Vec::new(),
        deficit: Points::ZERO,
    };
    let mut filled = None;
    match (up, change.lot) {
        (true, None) => {
            let number = draft.next_lot(&wallet.id);
            let expiry = lot_expiry(&wallet.terms.expiry, draft.occurred())?;
            let activity = matches!(wallet.terms.expiry, crate::scheme::ExpiryDef::Activity(_));
            entry.lot = Some(LotOpen {
                lot: number,
                points,
                pending: None,
                expiry,
                activity,
                promotional: false,
            });
            filled = Some(number);
        }
        (true, Some(lot)) => {
            let stands = draft
                .account
                .wallet(&wallet.id)
                .and_then(|state| state.lot(lot));
            stands.ok_or_else(|| unknown_lot(lot))?;
            entry.into = Some(Draw { lot, points });
            filled = Some(lot);
        }
        (false, Some(lot)) => {
            let free = draft
                .account
                .wallet(&wallet.id)
                .and_then(|state| state.lot(lot))
                .and_then(|lot| lot.remaining.checked_sub(lot.held))
                .ok_or_else(|| unknown_lot(lot))?;
            if points > free {
                let allowed = format!("at most {free}");
                return Err(ActError::refused("points.insufficient", points, allowed));
            }
            entry.draws.push(Draw { lot, points });
        }
        (false, None) => {
            let available = draft.account.balance(&wallet.id, draft.at()).available;
            if points > available && !change.allow_deficit {
                let allowed = format!("at most {available}");
                return Err(ActError::refused("points.insufficient", points, allowed));
            }
            let from_lots = points.min(available);
            let (draws, short) = draw(
                &draft.account,
                &wallet.id,
                from_lots,
                wallet.draw,
                draft.at(),
            );
            let beyond = points.checked_sub(from_lots).unwrap_or(Points::ZERO);
            entry.draws = draws;
            entry.deficit = beyond
                .checked_add(short)
                .ok_or_else(|| ActError::overflow("an adjustment"))?;
        }
    }
    draft.push(Entry::Adjustment(Box::new(entry)))?;
    match filled {
        Some(lot) => draft.fill_deficit(&wallet.id, lot),
        None => Ok(()),
    }
}

pub(super) fn reinstate(draft: &mut Draft<'_>, act: &ReinstateAct) -> Result<(), ActError> {
    let wallet = known_wallet(draft.scheme, &act.wallet)?;
    let today = i64::from(draft.at().date().days());
    let of: Vec<(Draw, bool)> = draft
        .account
        .wallet(&wallet.id)
        .into_iter()
        .flat_map(|state| state.lots.iter().enumerate())
        .filter(|(_, lot)| {
            !lot.expired.is_zero()
                && lot.expired_on().is_some_and(|day| {
                    today.saturating_sub(i64::from(day.days())) <= i64::from(act.lapsed_days_max)
                })
        })
        .map(|(place, lot)| {
            let number = crate::id::LotId::new(u64::try_from(place).unwrap_or(u64::MAX));
            (
                Draw {
                    lot: number,
                    points: lot.expired,
                },
                lot.promotional(),
            )
        })
        .collect();
    if of.is_empty() {
        let found = "no points that lapsed in the window";
        return Err(ActError::refused("reinstate.none", found, "lapsed points"));
    }
    let valid = Span::Days(act.valid_days);
    let none = crate::scheme::RoundUp::None;
    let expiry = validity_end(valid, none, LastDay::Inclusive, draft.at())?;
    let next = draft.next_lot(&wallet.id).get();
    let lots: Vec<LotOpen> = of
        .iter()
        .zip(next..)
        .map(|((draw, promotional), number)| LotOpen {
            lot: crate::id::LotId::new(number),
            points: draw.points,
            pending: None,
            expiry: Some(expiry),
            activity: false,
            promotional: *promotional,
        })
        .collect();
    let opened: Vec<_> = lots.iter().map(|lot| lot.lot).collect();
    draft.push(Entry::Reinstatement(Box::new(ReinstatementEntry {
        wallet: wallet.id.clone(),
        of: of.into_iter().map(|(draw, _)| draw).collect(),
        lots,
    })))?;
    for lot in opened {
        draft.fill_deficit(&wallet.id, lot)?;
    }
    settle_tiers(draft)
}

pub(super) fn assign_tier(draft: &mut Draft<'_>, act: &AssignTierAct) -> Result<(), ActError> {
    let scheme = draft.scheme;
    let ladder = scheme
        .ladders
        .iter()
        .find(|ladder| ladder.id == act.ladder)
        .ok_or_else(|| {
            ActError::refused("ladder.unknown", &act.ladder, "a ladder of the scheme")
        })?;
    if let Some(tier) = &act.tier
        && ladder.tiers.iter().all(|known| known.id != *tier)
    {
        return Err(ActError::refused(
            "tier.unknown",
            tier,
            "a tier of the ladder",
        ));
    }
    let place = act
        .tier
        .as_ref()
        .and_then(|tier| ladder.tiers.iter().position(|known| known.id == *tier))
        .and_then(|place| u16::try_from(place).ok());
    let today = draft.occurred().date();
    let from = draft
        .account
        .ladder(&ladder.id)
        .and_then(|state| state.tier.clone());
    draft.push(Entry::TierChange(Box::new(TierChangeEntry {
        ladder: ladder.id.clone(),
        from,
        to: act.tier.clone(),
        cause: TierCause::Assigned,
        entered: today,
        review: crate::evaluate::ladder::review_of(ladder, place, today, draft.account.joined),
        floor: if act.floor { act.tier.clone() } else { None },
        surplus: 0,
    })))
}
