//! How members use what they have.

use crate::customer::Facts;
use crate::evaluate::{ActError, QuoteOptions, Standing, quote, standing};
use crate::id::RewardId;
use crate::ledger::Account;
use crate::number::Points;
use crate::purchase::{Claim, PayPoints, Purchase};
use crate::scheme::Scheme;
use crate::time::{DAY_MS, Deadline, Moment};

use super::BacktestOptions;
use super::cost::minor;

/// How members use points and rewards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Redeem {
    /// Not at all.
    #[default]
    Never,
    /// On every order: the reward that has been ready longest, and as many points as the scheme
    /// allows. A reward that costs points is bought where these points pay for nothing else.
    AsSoonAsPossible,
    /// The same, but only what lapses within so many days.
    BeforeExpiry {
        /// Days.
        days: u16,
    },
}

/// The purchase with what the member wants to use on it: as much of it as the engine takes.
pub(super) fn with_wishes(
    scheme: &Scheme,
    account: &Account,
    purchase: &Purchase,
    at: Moment,
    options: &BacktestOptions,
    pool: Option<&Account>,
) -> Result<Purchase, ActError> {
    let mut wished = purchase.clone();
    if options.redeem == Redeem::Never || goods_minor(purchase) < options.redeem_from_minor {
        return Ok(wished);
    }
    let now = standing(scheme, account, at)?;
    let (claims, pays) = wishes(scheme, &now, at, options.redeem);
    let attempts = [
        (claims.as_slice(), pays.as_slice()),
        (&claims, &[]),
        (&[], &pays),
    ];
    for (claims, pays) in attempts {
        if claims.is_empty() && pays.is_empty() {
            continue;
        }
        wished.claims = claims.to_vec();
        wished.pay_points = pays.to_vec();
        let quoting = QuoteOptions {
            explain: false,
            pool,
        };
        let decision = quote(scheme, account, &wished, &Facts::default(), at, quoting);
        match decision {
            Ok(decision) if decision.refused.is_empty() => return Ok(wished),
            Err(error) if error.code() == "pool.missing" => return Err(error),
            _ => {}
        }
    }
    Ok(purchase.clone())
}

fn goods_minor(purchase: &Purchase) -> i64 {
    let lines = purchase.lines.iter();
    lines.fold(0_i64, |sum, line| {
        let each = minor(line.price, purchase.currency);
        sum.saturating_add(each.saturating_mul(i64::from(line.quantity)))
    })
}

fn wishes(
    scheme: &Scheme,
    now: &Standing,
    at: Moment,
    redeem: Redeem,
) -> (Vec<Claim>, Vec<PayPoints>) {
    let soon = |deadline: Option<Deadline>| match redeem {
        Redeem::Never => false,
        Redeem::AsSoonAsPossible => true,
        Redeem::BeforeExpiry { days } => deadline.is_some_and(|deadline| {
            let horizon = i64::from(days).saturating_mul(DAY_MS);
            deadline.order_ms(at.offset_ms()) <= at.civil_ms().saturating_add(horizon)
        }),
    };
    let first_lapse = |wallet: &str| {
        let wallet = now
            .wallets
            .iter()
            .find(|known| known.wallet.as_str() == wallet);
        wallet.and_then(|wallet| wallet.expiries.first().map(|lapse| lapse.at))
    };
    let pays: Vec<PayPoints> = now
        .wallets
        .iter()
        .filter(|wallet| wallet.worth.is_some_and(|worth| worth.minor() > 0))
        .filter(|wallet| soon(first_lapse(wallet.wallet.as_str())))
        .map(|wallet| PayPoints {
            wallet: wallet.wallet.clone(),
            points: None,
        })
        .collect();
    let ready = now.rewards.iter().find(|ready| soon(ready.expiry));
    let ready = ready.map(|ready| ready.reward.clone());
    let bought = || {
        let rewards = &scheme.definition().rewards;
        let affordable = now.affordable.iter().filter(|affordable| {
            let def = rewards.iter().find(|reward| reward.id == affordable.reward);
            let cost = def.and_then(|reward| reward.cost.as_ref());
            let wallets = &scheme.definition().wallets;
            let wallet = cost.and_then(|cost| cost.wallet.as_ref());
            let wallet = match wallet {
                Some(named) => wallets.iter().find(|wallet| wallet.id == *named),
                None => wallets.first(),
            };
            wallet.is_some_and(|wallet| {
                wallet.redemption.is_none() && soon(first_lapse(wallet.id.as_str()))
            })
        });
        // The dearest; among equals the first of the scheme.
        let mut best: Option<(Points, RewardId)> = None;
        for reward in affordable {
            if best.as_ref().is_none_or(|(cost, _)| reward.cost > *cost) {
                best = Some((reward.cost, reward.reward.clone()));
            }
        }
        best.map(|(_, reward)| reward)
    };
    let claims = ready.or_else(bought).map(|reward| Claim {
        reward,
        quantity: 1,
    });
    (claims.into_iter().collect(), pays)
}
