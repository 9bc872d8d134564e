//! Acts between two accounts: transfers and merges. Both groups are stored in one transaction.

use serde::Serialize;

use crate::id::{ActorId, GroupKey, MemberId, ReasonCode, WalletId};
use crate::ledger::{
    Account, ActKind, CardCompleteEntry, Content, Draw, Entry, EventEntry, HoldRef, LotOpen,
    MergeInEntry, Peer, RewardVoidEntry, TierCause, TransferInEntry, TransferOutEntry, VoidCause,
    WriteOffEntry,
};
use crate::number::Points;
use crate::time::Moment;

use super::act::Schemes;
use super::card::pour_cards;
use super::draft::{Author, Draft, Posted};
use super::drain::draw;
use super::error::ActError;
use super::ladder::{change, settle_tiers};
use super::tier::held_tier;
use crate::tree::Readable;

/// Points to move from one account to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct TransferAct {
    /// The act's own name at the host, in both accounts.
    pub id: GroupKey,
    /// The wallet.
    pub wallet: WalletId,
    /// How many points.
    pub points: Points,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorId>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonCode>,
}

/// Two accounts of one person that become one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct MergeAct {
    /// The act's own name at the host, in both accounts.
    pub id: GroupKey,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorId>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonCode>,
}

/// What an act between two accounts posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairOutcome {
    /// It was done: store both groups together.
    Posted(Box<Posted>, Box<Posted>),
    /// It had been done before: the answers are in the groups of these numbers.
    Repeated(u64, u64),
}

/// Whether an act between two accounts was done before; one half alone is an error.
fn repeated(
    accounts: (&Account, &Account),
    kind: ActKind,
    key: &GroupKey,
    content: &Content,
) -> Result<Option<(u64, u64)>, ActError> {
    let first = accounts.0.check_new(kind, key, content)?;
    let second = accounts.1.check_new(kind, key, content)?;
    match (first, second) {
        (None, None) => Ok(None),
        (Some(first), Some(second)) => Ok(Some((first, second))),
        _ => Err(ActError::refused(
            "act.half_posted",
            format_args!("{key} in one of the two accounts"),
            "both groups or none",
        )),
    }
}

fn peers(other: &Account) -> Vec<Peer> {
    vec![Peer {
        member: other.member.clone(),
        head: other.head,
    }]
}

fn distinct(a: &Account, b: &Account) -> Result<(), ActError> {
    if a.member == b.member {
        return Err(ActError::refused(
            "act.same_account",
            &a.member,
            "two accounts",
        ));
    }
    Ok(())
}

/// Moves points from one account to another: lots keep their deadlines.
///
/// # Errors
/// `points.insufficient`, `points.precision`, `wallet.unknown`, `account.*`, `act.half_posted`.
pub fn transfer(
    schemes: &Schemes,
    from: &Account,
    to: &Account,
    act: &TransferAct,
    at: Moment,
) -> Result<PairOutcome, ActError> {
    distinct(from, to)?;
    let content = Content::of(&(&act.wallet, act.points, &from.member, &to.member))?;
    if let Some((first, second)) = repeated((from, to), ActKind::Transfer, &act.id, &content)? {
        return Ok(PairOutcome::Repeated(first, second));
    }
    let scheme = schemes.current();
    let mut giver = Draft::open(scheme, from, at, None)?;
    let mut taker = Draft::open(scheme, to, at, None)?;
    giver.require_active()?;
    taker.require_active()?;
    let wallet = scheme
        .wallets
        .iter()
        .find(|wallet| wallet.id == act.wallet)
        .ok_or_else(|| {
            ActError::refused("wallet.unknown", &act.wallet, "a wallet of the scheme")
        })?;
    super::dispatch::check_points(wallet, act.points)?;
    let available = giver.account.balance(&wallet.id, at).available;
    if act.points > available {
        let allowed = format!("at most {available}");
        return Err(ActError::refused(
            "points.insufficient",
            act.points,
            allowed,
        ));
    }
    let (draws, _) = draw(&giver.account, &wallet.id, act.points, wallet.draw, at);
    let mut lots = Vec::with_capacity(draws.len());
    for (draw, number) in draws.iter().zip(taker.next_lot(&wallet.id).get()..) {
        let Some(state) = giver.account.wallet(&wallet.id) else {
            continue;
        };
        let Some(lot) = state.lot(draw.lot) else {
            continue;
        };
        lots.push(LotOpen {
            lot: crate::id::LotId::new(number),
            points: draw.points,
            pending: None,
            expiry: state.deadline(lot),
            activity: false,
            promotional: lot.promotional(),
        });
    }
    giver.push(Entry::TransferOut(Box::new(TransferOutEntry {
        wallet: wallet.id.clone(),
        draws,
        to: to.member.clone(),
    })))?;
    let opened: Vec<_> = lots.iter().map(|lot| lot.lot).collect();
    taker.push(Entry::TransferIn(Box::new(TransferInEntry {
        wallet: wallet.id.clone(),
        lots,
        from: from.member.clone(),
    })))?;
    for lot in opened {
        taker.fill_deficit(&wallet.id, lot)?;
    }
    settle_tiers(&mut giver)?;
    settle_tiers(&mut taker)?;
    let author = || Author {
        actor: act.actor.clone(),
        reason: act.reason.clone(),
    };
    let key = || act.id.clone();
    let kind = ActKind::Transfer;
    let first = giver.finish(kind, key(), content.clone(), author(), peers(to), None)?;
    let second = taker.finish(kind, key(), content, author(), peers(from), None)?;
    Ok(PairOutcome::Posted(Box::new(first), Box::new(second)))
}

/// Pours one account into another, which takes its lots, deficit, cards, rewards and purchases,
/// keeps the higher tier and folds the ladders anew; the other account is emptied and closed.
///
/// # Errors
/// `account.*`, `act.same_account`, `act.half_posted`.
pub fn merge(
    schemes: &Schemes,
    survivor: &Account,
    other: &Account,
    act: &MergeAct,
    at: Moment,
) -> Result<PairOutcome, ActError> {
    distinct(survivor, other)?;
    let content = Content::of(&(&survivor.member, &other.member))?;
    if let Some((first, second)) = repeated((survivor, other), ActKind::Merge, &act.id, &content)? {
        return Ok(PairOutcome::Repeated(first, second));
    }
    let scheme = schemes.current();
    let mut taker = Draft::open(scheme, survivor, at, None)?;
    let mut giver = Draft::open(scheme, other, at, None)?;
    taker.require_active()?;
    giver.require_active()?;
    let poured = giver.account.clone();
    taker.push(Entry::MergeIn(Box::new(MergeInEntry {
        account: Box::new(poured.clone()),
    })))?;
    fill_deficits(&mut taker)?;
    pour_cards(&mut taker)?;
    keep_higher_tiers(&mut taker, &poured)?;
    settle_tiers(&mut taker)?;
    pour_out(&mut giver, &survivor.member)?;
    let closed = crate::id::EventName::try_new("account.closed")
        .map_err(|_| ActError::refused("event.name", "account.closed", "an event's name"))?;
    giver.push(Entry::Event(Box::new(EventEntry {
        name: closed,
        purchase: None,
        metrics: Vec::new(),
        activity: Vec::new(),
    })))?;
    let author = || Author {
        actor: act.actor.clone(),
        reason: act.reason.clone(),
    };
    let key = || act.id.clone();
    let kind = ActKind::Merge;
    let first = taker.finish(kind, key(), content.clone(), author(), peers(other), None)?;
    let second = giver.finish(kind, key(), content, author(), peers(survivor), None)?;
    Ok(PairOutcome::Posted(Box::new(first), Box::new(second)))
}

/// Leaves nothing in an account whose state another took: no points that would count, or lapse, twice.
fn pour_out(giver: &mut Draft<'_>, to: &MemberId) -> Result<(), ActError> {
    let Account {
        holds,
        wallets,
        cards,
        ..
    } = &giver.account;
    let mut entries: Vec<Entry> = Vec::new();
    entries.extend(holds.iter().map(|hold| {
        Entry::Release(HoldRef {
            hold: hold.id.clone(),
            lapsed: false,
        })
    }));
    for wallet in wallets {
        let draws = wallet.live_lots().map(|(lot, state)| Draw {
            lot,
            points: state.remaining,
        });
        let draws: Vec<_> = draws.collect();
        if !draws.is_empty() {
            entries.push(Entry::TransferOut(Box::new(TransferOutEntry {
                wallet: wallet.id.clone(),
                draws,
                to: to.clone(),
            })));
        }
        if !wallet.deficit.is_zero() {
            entries.push(Entry::WriteOff(Box::new(WriteOffEntry {
                wallet: wallet.id.clone(),
                points: wallet.deficit,
                charged: None,
            })));
        }
    }
    entries.extend(giver.account.open_rewards().map(|(issue, _)| {
        Entry::RewardVoid(RewardVoidEntry {
            issue,
            cause: VoidCause::Merged,
        })
    }));
    for card in cards {
        entries.extend(card.open_instances().map(|(instance, _)| {
            Entry::CardComplete(CardCompleteEntry {
                card: card.id.clone(),
                instance,
                lapsed: true,
            })
        }));
    }
    entries.into_iter().try_for_each(|entry| giver.push(entry))
}

/// What lapses first fills first.
fn fill_deficits(draft: &mut Draft<'_>) -> Result<(), ActError> {
    let wallets = draft.account.wallets.iter();
    let owed: Vec<_> = wallets
        .map(|wallet| (wallet.id.clone(), wallet.deficit))
        .filter(|(_, deficit)| !deficit.is_zero())
        .collect();
    for (wallet, deficit) in owed {
        let order = crate::scheme::Draw::EarliestExpiry;
        let (draws, _) = draw(&draft.account, &wallet, deficit, order, draft.at());
        for draw in draws {
            draft.fill_deficit(&wallet, draw.lot)?;
        }
    }
    Ok(())
}

fn keep_higher_tiers(draft: &mut Draft<'_>, other: &Account) -> Result<(), ActError> {
    let scheme = draft.scheme;
    let today = draft.occurred().date();
    for ladder in &scheme.ladders {
        let theirs = held_tier(ladder, other);
        if theirs > held_tier(ladder, &draft.account) {
            change(draft, ladder, theirs, TierCause::Merged, today)?;
        }
    }
    Ok(())
}
