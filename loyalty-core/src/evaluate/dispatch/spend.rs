//! Points spent outside a purchase.

use super::*;

pub(super) fn redeem(
    draft: &mut Draft<'_>,
    act: &RedeemAct,
    pool: Option<&Account>,
) -> Result<(), ActError> {
    let scheme = draft.scheme;
    let cart = no_cart(scheme)?;
    let account = draft.account.clone();
    let context = Context::live(scheme, &account, &cart, &act.facts, draft.occurred(), pool);
    let mut purse = Purse::of(&context, &[]);
    let redemptions = match &act.on {
        RedeemOn::Points(order) => {
            purse
                .check_guards(&context)
                .map_err(|r| refuse(r, order.wallet.as_str()))?;
            let wallet = known_wallet(scheme, &order.wallet)?;
            spend(draft, wallet, order.points, None)?;
            1
        }
        RedeemOn::Reward(order) => buy(draft, &context, &mut purse, order)?,
    };
    if scheme.guards.redemptions_per_day > 0 {
        draft.count(redemptions_key(context.at.date()), redemptions)?;
    }
    settle_tiers(draft)
}

pub(super) fn refuse(refusal: crate::evaluate::purse::Refusal, what: &str) -> ActError {
    let allowed = match refusal.missing {
        Some(missing) => format!("{missing} more points"),
        None => "what the scheme's limits allow".to_owned(),
    };
    ActError::refused(refusal.code, what, allowed)
}

/// Buys rewards with points; how many.
pub(super) fn buy(
    draft: &mut Draft<'_>,
    context: &Context<'_>,
    purse: &mut Purse,
    order: &RewardOrder,
) -> Result<i64, ActError> {
    let scheme = draft.scheme;
    let place = reward_place(scheme, order.reward.as_str())?;
    let Some(reward) = scheme.rewards.get(index(place)) else {
        return Ok(0);
    };
    let Some(price) = price_of(context, reward) else {
        let allowed = "a reward that has a price in points";
        return Err(ActError::refused("reward.no_price", &order.reward, allowed));
    };
    if order.quantity == 0 || order.quantity > 1_000 {
        return Err(ActError::refused(
            "purchase.quantity",
            order.quantity,
            "1 to 1000",
        ));
    }
    check_when(context, reward)?;
    for _ in 0..order.quantity {
        purse
            .buy(context, place, reward, price)
            .map_err(|refusal| refuse(refusal, reward.id.as_str()))?;
        let wallet = scheme.wallets.get(usize::from(price.wallet));
        let issue = draft.next_issue();
        let cause = if price.points > 0 {
            let redemption = draft.next_redemption();
            if let Some(wallet) = wallet {
                spend(draft, wallet, Points::from_milli(price.points), Some(issue))?;
            }
            IssueCause::Redemption(RedemptionCause { redemption })
        } else {
            IssueCause::Grant(GrantCause { purchase: None })
        };
        draft.issue(place, cause)?;
        if reward.limit_total > 0 {
            draft.count(total_key(&reward.id), 1)?;
        }
    }
    Ok(i64::from(order.quantity))
}

/// A reward's condition, as far as it does not ask for goods.
pub(super) fn check_when(context: &Context<'_>, reward: &Reward) -> Result<(), ActError> {
    let amounts = Amounts {
        list: &[],
        after_item: &[],
        running: &[],
        units: &[],
    };
    let failure = reward
        .when
        .as_ref()
        .and_then(|when| context.failure(when, &amounts, None));
    match failure {
        Some(failure) if failure.missing.is_none() => Err(ActError::refused(
            "reward.conditions",
            failure.code,
            "conditions that hold",
        )),
        _ => Ok(()),
    }
}

/// Draws points of a wallet.
pub(super) fn spend(
    draft: &mut Draft<'_>,
    wallet: &Wallet,
    points: Points,
    issue: Option<u64>,
) -> Result<(), ActError> {
    check_points(wallet, points)?;
    let available = draft.account.balance(&wallet.id, draft.at()).available;
    if points > available {
        let allowed = format!("at most {available}");
        return Err(ActError::refused("points.insufficient", points, allowed));
    }
    let (draws, _) = draw(&draft.account, &wallet.id, points, wallet.draw, draft.at());
    let redemption = draft.next_redemption();
    let activity = activity_end(&wallet.terms, draft.occurred())?;
    let terms = crate::ledger::RedemptionTerms {
        issue,
        activity,
        ..Default::default()
    };
    let spent = RedemptionEntry::new(redemption, wallet.id.clone(), draws, terms);
    draft.push(Entry::Redemption(spent))
}

pub(in crate::evaluate) fn check_points(wallet: &Wallet, points: Points) -> Result<(), ActError> {
    if points <= Points::ZERO || points.milli().checked_rem(wallet.unit) != Some(0) {
        let allowed = format!("above 0, in steps of {}", Points::from_milli(wallet.unit));
        return Err(ActError::refused("points.precision", points, allowed));
    }
    Ok(())
}
