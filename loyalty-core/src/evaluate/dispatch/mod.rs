//! What each act posts. One function an act.

mod by_hand;
mod event;
mod hold;
mod spend;

use by_hand::{adjust, assign_tier, reinstate};
use event::{earn_event, event, fulfil, no_cart};
use hold::{capture, hold, release};
pub(super) use spend::check_points;
use spend::redeem;

use crate::customer::Facts;
use crate::id::{EventName, PurchaseId, WalletId};
use crate::ledger::{
    Account, AdjustmentEntry, Draw, EarningEntry, Entry, EventEntry, GrantCause, HoldEntry,
    HoldRef, IssueCause, LimitKey, LotOpen, Pending, RedemptionCause, RedemptionEntry,
    ReinstatementEntry, RewardState, RewardUseEntry, RulePoints, Status, TierCause,
    TierChangeEntry, WalletDraw,
};
use crate::number::{Currency, Points};
use crate::purchase::Purchase;
use crate::scheme::LastDay;
use crate::scheme::compiled::{Give, Kind, Reward, Scheme, StampGive, Sym, Wallet};
use crate::time::Span;

use crate::evaluate::act::{
    Act, Adjust, AdjustPoints, AssignTierAct, EventAct, FulfilAct, HoldAct, RecordAct, RedeemAct,
    RedeemOn, ReinstateAct, RewardOrder, Schemes,
};
use crate::evaluate::arith::{index, small};
use crate::evaluate::cart::Cart;
use crate::evaluate::context::{Amounts, Context};
use crate::evaluate::decision::Decision;
use crate::evaluate::draft::Draft;
use crate::evaluate::drain::{draw, sum};
use crate::evaluate::error::ActError;
use crate::evaluate::evaluation::{Evaluation, evaluate, with_gifts};
use crate::evaluate::expiry::{activity_end, lot_expiry, open_lot, validity_end};
use crate::evaluate::ladder::settle_tiers;
use crate::evaluate::limit::key;
use crate::evaluate::purse::{Purse, price_of, redemptions_key, total_key};
use crate::evaluate::record::{count_rule, post_purchase};
use crate::evaluate::refund::post_return;

pub(super) fn dispatch(
    schemes: &Schemes,
    draft: &mut Draft<'_>,
    act: &Act,
    pool: Option<&Account>,
) -> Result<(), ActError> {
    match act {
        Act::Resume(_) => {
            if draft.account.status != Status::Suspended {
                let found = "an account that is not suspended";
                return Err(ActError::refused(
                    "account.not_suspended",
                    found,
                    "a suspended one",
                ));
            }
            status(draft, "account.resumed")
        }
        Act::Refund(act) => {
            refund(schemes, draft, &act.purchase, Some(&act.lines))?;
            settle_tiers(draft)
        }
        Act::Cancel(act) => {
            refund(schemes, draft, &act.purchase, None)?;
            settle_tiers(draft)
        }
        Act::Close(_) if draft.account.status != Status::Closed => status(draft, "account.closed"),
        Act::Due(_) => settle_tiers(draft),
        _ => {
            draft.require_active()?;
            active(draft, act, pool)
        }
    }
}

/// Acts that need an active account.
fn active(draft: &mut Draft<'_>, act: &Act, pool: Option<&Account>) -> Result<(), ActError> {
    match act {
        Act::Record(act) => record(draft, act, pool),
        Act::Event(act) => event(draft, act, pool),
        Act::Fulfil(act) => fulfil(draft, act),
        Act::Enrol(_) => status(draft, "account.enrolled"),
        Act::Redeem(act) => redeem(draft, act, pool),
        Act::Adjust(act) => {
            match &act.change {
                Adjust::Points(change) => adjust(draft, change)?,
                Adjust::Stamps(change) => {
                    let place = draft
                        .scheme
                        .cards
                        .iter()
                        .position(|card| card.id == change.card);
                    let place = place.ok_or_else(|| {
                        ActError::refused("card.unknown", &change.card, "a card of the scheme")
                    })?;
                    crate::evaluate::card::put_stamps(draft, place, change.stamps, None)?;
                }
            }
            settle_tiers(draft)
        }
        Act::Grant(act) => {
            let place = reward_place(draft.scheme, act.reward.as_str())?;
            draft.issue(place, IssueCause::Grant(GrantCause { purchase: None }))?;
            Ok(())
        }
        Act::Reinstate(act) => reinstate(draft, act),
        Act::AssignTier(act) => assign_tier(draft, act),
        Act::Suspend(_) => status(draft, "account.suspended"),
        Act::Hold(act) => hold(draft, act),
        Act::Capture(act) => capture(draft, act),
        Act::Release(act) => release(draft, act),
        Act::Resume(_) | Act::Refund(_) | Act::Cancel(_) | Act::Close(_) | Act::Due(_) => {
            draft.require_active()
        }
    }
}

fn record(draft: &mut Draft<'_>, act: &RecordAct, pool: Option<&Account>) -> Result<(), ActError> {
    if let Some(expected) = act.expected_head
        && expected != draft.account.head
    {
        let found = format!("version {}", draft.account.head.seq);
        let allowed = format!("version {}", expected.seq);
        return Err(ActError::refused("decision.head_moved", found, allowed));
    }
    if draft.account.purchase(&act.purchase.id).is_some() {
        return Err(ActError::refused(
            "purchase.twice",
            &act.purchase.id,
            "a new purchase",
        ));
    }
    let scheme = draft.scheme;
    let cart = Cart::try_new(scheme, &act.purchase)?;
    let account = draft.account.clone();
    let mut context = Context::live(scheme, &account, &cart, &act.facts, draft.occurred(), pool);
    let mut evaluation = Evaluation::default();
    evaluate(&mut context, &act.purchase, false, &mut evaluation)?;
    if evaluation.adds_gifts() {
        let (purchase, cart) = with_gifts(scheme, &act.purchase, &evaluation)?;
        let mut context =
            Context::live(scheme, &account, &cart, &act.facts, draft.occurred(), pool);
        let mut evaluation = Evaluation::default();
        evaluate(&mut context, &purchase, false, &mut evaluation)?;
        return record_evaluated(draft, act, &context, &purchase, &evaluation);
    }
    record_evaluated(draft, act, &context, &act.purchase, &evaluation)
}

/// Posts what a purchase came to, if nothing was refused and the caller saw the same.
fn record_evaluated(
    draft: &mut Draft<'_>,
    act: &RecordAct,
    context: &Context<'_>,
    purchase: &Purchase,
    evaluation: &Evaluation,
) -> Result<(), ActError> {
    if let Some(refused) = evaluation.priced.refused.first() {
        return Err(ActError::refused(
            refused.code,
            &refused.id,
            "what the account can pay",
        ));
    }
    if let Some(expected) = act.expected_decision {
        let (scheme, account, at) = (context.scheme, context.account, draft.at());
        let mut decision = Decision::blank(scheme, account, purchase, at);
        decision.write(context, purchase, &mut evaluation.clone(), at, false);
        let found = decision.outputs_digest()?;
        if found != expected {
            return Err(ActError::refused("decision.conflict", found, expected));
        }
    }
    post_purchase(draft, context.cart, purchase, &act.facts, evaluation)
}

fn refund(
    schemes: &Schemes,
    draft: &mut Draft<'_>,
    purchase: &PurchaseId,
    lines: Option<&[crate::purchase::ReturnLine]>,
) -> Result<(), ActError> {
    if draft.account.status == Status::Closed {
        return draft.require_active();
    }
    let digest = draft
        .account
        .purchase(purchase)
        .map(|state| state.scheme)
        .ok_or_else(|| {
            ActError::refused("purchase.unknown", purchase, "a purchase of the account")
        })?;
    post_return(draft, schemes.of(digest)?, purchase, lines)
}

fn status(draft: &mut Draft<'_>, name: &str) -> Result<(), ActError> {
    let name = event_name(name)?;
    let scheme = draft.scheme;
    draft.push(Entry::Event(Box::new(EventEntry {
        name: name.clone(),
        purchase: None,
        metrics: Vec::new(),
        activity: Vec::new(),
    })))?;
    if name.as_str() == "account.enrolled" {
        return earn_event(
            draft,
            scheme.symbols.find(Kind::Event, "enrol"),
            &Facts::default(),
            None,
        );
    }
    Ok(())
}

fn event_name(name: &str) -> Result<EventName, ActError> {
    EventName::try_new(name).map_err(|_| ActError::refused("event.name", name, "an event's name"))
}

fn scheme_wallet<'s>(scheme: &'s Scheme, id: &WalletId) -> Option<&'s Wallet> {
    scheme.wallets.iter().find(|wallet| wallet.id == *id)
}

fn known_wallet<'s>(scheme: &'s Scheme, id: &WalletId) -> Result<&'s Wallet, ActError> {
    scheme_wallet(scheme, id)
        .ok_or_else(|| ActError::refused("wallet.unknown", id, "a wallet of the scheme"))
}

fn reward_place(scheme: &Scheme, id: &str) -> Result<u32, ActError> {
    scheme
        .rewards
        .iter()
        .position(|reward| reward.id.as_str() == id)
        .map(small)
        .ok_or_else(|| ActError::refused("reward.unknown", id, "a reward of the scheme"))
}
