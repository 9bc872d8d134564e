//! What must hold after every step. A check that fails panics; the caller tells the seed.

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{Act, ActError, Decision, QuoteOptions, quote, standing};
use loyalty_core::id::WalletId;
use loyalty_core::ledger::{
    Account, Balance, Entry, Group, InstanceState, Lot, Pending, RewardState, from_json_line,
    to_json_line, verify_from,
};
use loyalty_core::number::Points;
use loyalty_core::purchase::Purchase;
use loyalty_core::scheme::{Draw, Scheme};
use loyalty_core::time::Moment;

use crate::world::{Member, World};

/// Errors of the ledger that an act may have; any other means that the engine made entries which
/// its own ledger refuses.
const OF_THE_LEDGER: [&str; 3] = [
    "ledger.out_of_order",
    "ledger.civil_backwards",
    "ledger.other_content",
];

/// An act may be refused for a reason of its own, never for what the engine made of it.
pub(crate) fn refusal(error: &ActError, act: &Act) {
    own_code(error.code(), &format!("{error}\n{act:?}"));
}

pub(crate) fn own_code(code: &str, told: &dyn std::fmt::Display) {
    let own = !code.starts_with("internal.")
        && (!code.starts_with("ledger.") || OF_THE_LEDGER.contains(&code));
    assert!(own, "{code}: {told}");
}

/// A record that a quote had refused, or that the account's state does not allow.
pub(crate) fn refused_record(error: &ActError, decision: &Decision) {
    let code = error.code();
    assert!(
        code != "decision.conflict",
        "a record says what its quote said: {error}\n{decision:?}"
    );
    let expected = !decision.refused.is_empty()
        || code.starts_with("account.")
        || code == "ledger.other_content"
        || code == "purchase.twice";
    assert!(
        expected,
        "{code}: {error}, and the quote refused nothing: {decision:?}"
    );
}

fn milli(points: impl Iterator<Item = Points>) -> i64 {
    points.map(Points::milli).sum()
}

/// After a group: it follows the chain, is written and read back, leads a copy of the account to
/// the same state, and that state holds together.
pub(crate) fn step(member: &mut Member, group: &Group, after: &Account, scheme: &Scheme) {
    let before = &member.account;
    assert_eq!(group.seq, before.head.seq + 1, "I18");
    let head = verify_from(before.head, [group]).expect("I18: the chain goes on");
    assert_eq!(head, after.head);
    let line = to_json_line(group).expect("a line");
    let read = from_json_line(line.as_bytes()).expect("its line is read");
    assert_eq!(&read, group);
    member.shadow.apply(&read).expect("I13: the group applies");
    assert_eq!(&member.shadow, after, "I13: replayed and live");
    after
        .audit()
        .expect("I2, I4, I8: the account holds together");
    draws(before, group, scheme);
    money(after);
    rewards(before, after);
    cards(after, group);
    balances(after, group.at);
    if let Ok(seen) = standing(scheme, after, group.at) {
        assert_eq!(seen.head, after.head);
    }
}

/// What stands in the books and what is read from them agree (I4), and nothing is below zero.
fn balances(account: &Account, at: Moment) {
    for wallet in &account.wallets {
        let held = account.balance(&wallet.id, at);
        let Balance {
            pending,
            active,
            held: kept,
            owed,
            available,
            ..
        } = held;
        for part in [pending, active, kept, owed, available] {
            assert!(!part.is_negative(), "{}: {held:?}", wallet.id);
        }
        let spendable: i64 = account
            .spendable_lots(&wallet.id, at)
            .iter()
            .map(|(_, _, free)| free.milli())
            .sum();
        assert_eq!(
            available.milli(),
            (spendable - owed.milli()).max(0),
            "I3, I4: {held:?}"
        );
        let lots: i64 = milli(wallet.lots.iter().map(|lot| lot.remaining));
        assert!(pending.milli() + active.milli() <= lots, "I4: {held:?}");
    }
}

/// Points are spent from lots that are usable, and no later lot is touched while an earlier one has
/// points: what `spendable_lots` of the state before offers (I5, I7).
fn draws(before: &Account, group: &Group, scheme: &Scheme) {
    let Some(first) = group.entries.first() else {
        return;
    };
    // Only where nothing came before in the group: what time brings changes what can be drawn.
    let Entry::Redemption(spent) = first else {
        return;
    };
    if spent
        .terms
        .as_ref()
        .is_some_and(|terms| terms.hold.is_some())
    {
        return;
    }
    let lots = before.spendable_lots(&spent.wallet, group.at);
    for draw in spent.draws.iter() {
        let lot = lots.iter().find(|(id, _, _)| *id == draw.lot);
        let (_, lot, free) = lot.expect("I7: a lot that can be drawn on");
        assert!(draw.points <= *free, "I3: {} of {free}", draw.points);
        assert!(
            lot.pending()
                .is_none_or(|pending| !matches!(pending, Pending::Event(_))),
            "I7"
        );
    }
    let wallet = before.wallet(&spent.wallet).expect("a wallet");
    let order = scheme
        .definition()
        .wallets
        .iter()
        .find(|wallet| wallet.id == spent.wallet)
        .map(|wallet| wallet.draw);
    let rank = |lot: &Lot| {
        let deadline = wallet
            .deadline(lot)
            .map_or(i64::MAX, |deadline| deadline.order_ms(group.at.offset_ms()));
        match order {
            Some(Draw::Oldest) | None => (false, 0),
            Some(Draw::PromotionalFirst) => (!lot.promotional(), deadline),
            Some(Draw::EarliestExpiry) => (false, deadline),
        }
    };
    let left = |id, free: Points| {
        let taken = milli(
            spent
                .draws
                .iter()
                .filter(|draw| draw.lot == id)
                .map(|draw| draw.points),
        );
        free.milli() - taken
    };
    let last = spent
        .draws
        .iter()
        .filter_map(|draw| wallet.lot(draw.lot))
        .map(rank)
        .max();
    for (id, lot, free) in &lots {
        assert!(
            left(*id, *free) == 0 || Some(rank(lot)) >= last,
            "I5: {id} still has points: {group:?}"
        );
    }
    let available = before.balance(&spent.wallet, group.at).available;
    assert!(
        milli(spent.draws.iter().map(|draw| draw.points)) <= available.milli(),
        "I3: spent more than available"
    );
}

/// Never more money back than was paid (I15).
fn money(after: &Account) {
    for state in &after.purchases {
        let paid = state.entry.total.minor();
        assert!(
            (0..=paid).contains(&state.refunded_minor),
            "I15: {} of {paid}",
            state.refunded_minor
        );
    }
}

/// A reward that is void or used stays so, and none is issued out of order (I31).
fn rewards(before: &Account, after: &Account) {
    for (was, is) in before.rewards.iter().zip(&after.rewards) {
        if matches!(was.state, RewardState::Void(_)) {
            assert!(
                matches!(is.state, RewardState::Void(_)),
                "I31: void is for good"
            );
        }
    }
}

/// A card that is full is not open (I30).
fn cards(after: &Account, group: &Group) {
    for card in &after.cards {
        for (place, instance) in card.instances.iter().enumerate() {
            let full = instance.count() >= instance.target;
            let open = instance.state == InstanceState::Open;
            assert!(!(open && full), "I30: {place} of {card:?} after {group:?}");
        }
    }
}

/// What leaves one account comes to the other.
pub(crate) fn moved(from: &Group, to: &Group, asked: Points) {
    let out = from.entries.iter().filter_map(|entry| match entry {
        Entry::TransferOut(entry) => Some(milli(entry.draws.iter().map(|draw| draw.points))),
        _ => None,
    });
    let into = to.entries.iter().filter_map(|entry| match entry {
        Entry::TransferIn(entry) => Some(milli(entry.lots.iter().map(|lot| lot.points))),
        _ => None,
    });
    assert_eq!(out.sum::<i64>(), asked.milli(), "I2: what is asked leaves");
    assert_eq!(into.sum::<i64>(), asked.milli(), "I2: what leaves arrives");
}

/// A merged account has what both had.
pub(crate) fn poured(survivor: &Account, other: &Account, after: &Account, at: Moment) {
    for wallet in &after.wallets {
        let of = |account: &Account| account.balance(&wallet.id, at);
        let (a, b, both) = (of(survivor), of(other), of(after));
        assert_eq!(
            a.balance.milli() + b.balance.milli(),
            both.balance.milli(),
            "I2: {a:?} and {b:?} are {both:?}"
        );
        assert_eq!(
            a.pending.milli() + b.pending.milli(),
            both.pending.milli(),
            "I2: {a:?} and {b:?} are {both:?}"
        );
    }
}

/// A quote, twice the same, whose parts sum to the whole; nothing where the purchase cannot be read.
pub(crate) fn quoted(
    world: &World,
    of: usize,
    purchase: &Purchase,
    facts: &Facts,
    at: Moment,
) -> Option<Decision> {
    let account = &world.members[of].account;
    let options = |explain| QuoteOptions {
        explain,
        pool: Some(&world.pool.account),
    };
    let say = |explain| {
        quote(
            &world.scheme,
            account,
            purchase,
            facts,
            at,
            options(explain),
        )
    };
    let told = match say(true) {
        Ok(told) => told,
        Err(error) => {
            refusal(
                &error,
                &crate::world::act(&serde_json::json!({ "record": { "purchase": purchase } })),
            );
            return None;
        }
    };
    let decision = say(false).expect("the same without reasons");
    let bytes = decision.canonical_bytes().expect("bytes");
    assert_eq!(told.canonical_bytes().expect("bytes"), bytes, "I35");
    whole(&decision);
    Some(decision)
}

/// Parts sum to the whole (I9, I10, I29).
pub(crate) fn whole(decision: &Decision) {
    let totals = &decision.totals;
    let mut list = 0;
    let mut off = 0;
    for line in &decision.lines {
        let (price, discount, net) = (line.list.minor(), line.discount.minor(), line.net.minor());
        assert!(
            discount >= 0 && net >= 0 && price == discount + net,
            "I9: {line:?}"
        );
        list += price;
        off += discount;
    }
    assert_eq!(
        (
            totals.list.minor(),
            totals.discount.minor(),
            totals.goods.minor()
        ),
        (list, off, list - off),
        "I9"
    );
    for discount in &decision.discounts {
        let shares: i64 = discount.lines.iter().map(|share| share.minor()).sum();
        assert!(
            discount.lines.iter().all(|share| share.minor() >= 0),
            "I9: {discount:?}"
        );
        assert_eq!(shares, discount.amount.minor(), "I10: {discount:?}");
    }
    let tenders = totals.points_tender.minor() + totals.gift_card.minor();
    assert_eq!(
        totals.due.minor(),
        totals.total.minor() - tenders,
        "I29: {totals:?}"
    );
    assert!(
        totals.due.minor() >= 0 && totals.shipping.minor() >= 0 && totals.tax.minor() >= 0,
        "{totals:?}"
    );
    for wallet in &decision.wallets {
        let parts = milli(wallet.parts.iter().map(|part| part.points));
        assert_eq!(parts, wallet.earned.milli(), "I29: {wallet:?}");
        assert_eq!(
            milli(wallet.lots.iter().map(|lot| lot.points)),
            parts,
            "I29: {wallet:?}"
        );
        for part in &wallet.parts {
            assert!(
                part.points <= part.wanted
                    || wallet.parts.iter().any(|part| part.points.is_negative()),
                "I11: {wallet:?}"
            );
        }
    }
    for card in &decision.cards {
        assert!(card.on_card < card.target, "I30: {card:?}");
    }
}

/// What a record posts is what its quote said.
pub(crate) fn recorded(decision: &Decision, group: &Group, before: &[(WalletId, Balance)]) {
    assert!(decision.refused.is_empty(), "{:?}", decision.refused);
    for wallet in &decision.wallets {
        let posted = group.entries.iter().filter_map(|entry| match entry {
            Entry::Earning(entry)
                if entry.purchase().is_some() && entry.wallet == wallet.wallet =>
            {
                Some(entry.points)
            }
            _ => None,
        });
        assert_eq!(
            milli(posted),
            wallet.earned.milli(),
            "quoted and recorded: {wallet:?}"
        );
        let held = before.iter().find(|(id, _)| *id == wallet.wallet);
        let available = held.map_or(0, |(_, held)| held.available.milli());
        let own = wallet.earned.milli();
        assert!(
            wallet.spent.milli() <= available + own.max(0),
            "I3: {wallet:?} of {available}"
        );
    }
    let stamps: i64 = group
        .entries
        .iter()
        .map(|entry| match entry {
            Entry::Stamp(stamp) if stamp.purchase.is_some() => stamp.count,
            _ => 0,
        })
        .sum();
    let quoted: i64 = decision
        .cards
        .iter()
        .map(|card| i64::from(card.stamps))
        .sum();
    assert!(stamps <= quoted, "I30: {stamps} of {quoted} stamps");
}

/// At the end of a sequence: the whole log, written, read and folded in other ways, leads to the same
/// account.
pub(crate) fn whole_log(member: &Member, cut: usize) {
    let name = member.account.member.clone();
    let text: String = member
        .groups
        .iter()
        .map(|group| to_json_line(group).expect("a line"))
        .collect();
    let read = loyalty_core::ledger::read_log(text.as_bytes());
    assert!(
        read.problem.is_none() && read.groups == member.groups && read.head == member.account.head
    );
    let cut = cut.min(member.groups.len());
    let part =
        Account::replay(name.clone(), &read.groups[..cut]).expect("I13: a prefix is a state");
    part.audit().expect("a prefix holds together");
    let stored = part.snapshot_json().expect("a snapshot");
    let restored = Account::restore_json(stored.as_bytes()).expect("it comes back");
    assert_eq!(restored, part);
    let both = restored
        .continue_replay(&read.groups[cut..])
        .expect("its tail applies");
    let whole = Account::replay(name, &read.groups).expect("I13: the whole log applies");
    let hash = |account: &Account| account.state_hash().expect("a hash");
    assert_eq!(hash(&both), hash(&member.account), "I13: snapshot and tail");
    assert_eq!(hash(&whole), hash(&member.account), "I13: replay from zero");
}
