//! D1 and D3: several devices over one account, and acts that arrive more than once.

use std::sync::{Arc, LazyLock};

use loyalty_core::evaluate::{Act, Outcome, Posted, Schemes, perform};
use loyalty_core::ledger::Account;
use loyalty_core::number::Points;
use loyalty_core::scheme::Scheme;
use loyalty_core::time::Moment;
use serde_json::{Value, json};

use crate::random::Random;
use crate::world::{START_MS, World, act, moment};
use crate::{Tally, carts, schemes};

/// A reward costs 10 points, and all members together get 6 mugs.
static SHOP: LazyLock<Arc<Scheme>> = LazyLock::new(|| {
    schemes::compiled(&json!({
        "format": 1, "id": "com.example.devices", "name": "Devices", "currency": "EUR", "time_zone": "Etc/UTC",
        "wallets": [{ "id": "points", "redemption": { "value": { "points": "10", "amount": "1.00" }, "as": "tender" } }],
        "rewards": [
            { "id": "tea", "cost": { "points": "10" }, "gives": { "custom": { "text": "a tea" } } },
            { "id": "mug", "cost": { "points": "10" }, "gives": { "custom": { "text": "a mug" } }, "limit_total": 6 },
        ],
    }))
});

/// What is stored: the accounts and the pool. A commit takes the versions that it was decided over.
struct Store {
    accounts: Vec<Account>,
    pool: Account,
}

/// A device: what it wants, what it has read, and what it has decided over that.
struct Device {
    member: usize,
    act: Act,
    read: Option<(Account, Account)>,
    decided: Option<Posted>,
    won: bool,
    done: bool,
}

fn wanted(random: &mut Random, number: usize, shared: bool) -> Value {
    let id = format!("device{number}");
    let reward = if shared { "mug" } else { "tea" };
    match if shared { 0 } else { random.below(4) } {
        0 => json!({ "redeem": { "id": id, "on": { "reward": { "reward": reward } } } }),
        1 => {
            json!({ "redeem": { "id": id, "on": { "points": { "wallet": "points", "points": "10" } } } })
        }
        2 => {
            json!({ "hold": { "id": id, "points": [{ "wallet": "points", "points": "10" }], "until": moment(START_MS + 900_000_000) } })
        }
        _ => {
            json!({ "record": { "purchase": { "id": id, "currency": "EUR", "lines": [{ "price": "1.00" }], "pay_points": [{ "wallet": "points", "points": "10" }] } } })
        }
    }
}

/// Devices that redeem the same points, or the last of a limited reward, in an order of a seed: at
/// every version one of them wins, and no more is spent than there was.
///
/// # Panics
/// When two win, or the sums are wrong.
#[must_use]
pub fn double_spend(seed: u64) -> Tally {
    let mut random = Random::new(seed);
    let schemes = Schemes::new(SHOP.clone());
    let shared = random.one_in(3);
    let count = random.below(15) + 2;
    let members = if shared { random.below(count) + 1 } else { 1 };
    let points = random.between(0, 100);
    let at = moment(START_MS);
    let open = |name: &str| Account::new(name.parse().expect("a name"));
    let pool = open("pool");
    let mut store = Store {
        accounts: Vec::new(),
        pool,
    };
    for member in 0..members {
        let mut account = open(&format!("m{member}"));
        if points > 0 {
            let give = json!({ "adjust": { "id": "given", "actor": "a", "reason": "r", "change": { "points": { "wallet": "points", "points": points.to_string() } } } });
            account = done(&schemes, &account, &store.pool, &act(&give), at)
                .expect("given")
                .account;
        }
        store.accounts.push(account);
    }
    let mut devices: Vec<Device> = (0..count)
        .map(|number| Device {
            member: number % members,
            act: act(&wanted(&mut random, number, shared)),
            read: None,
            decided: None,
            won: false,
            done: false,
        })
        .collect();
    let mut tally = Tally {
        sequences: 1,
        ..Tally::default()
    };
    loop {
        let open: Vec<usize> = (0..count).filter(|device| !devices[*device].done).collect();
        if open.is_empty() {
            break;
        }
        let device = &mut devices[*random.pick(&open)];
        tally.acts += 1;
        turn(device, &mut store, &schemes, at, &mut tally);
    }
    let can = |points: i64| usize::try_from(points / 10).unwrap_or(0);
    for (member, account) in store.accounts.iter().enumerate() {
        let of: Vec<&Device> = devices
            .iter()
            .filter(|device| device.member == member)
            .collect();
        let won = of.iter().filter(|device| device.won).count();
        if !shared {
            assert_eq!(
                won,
                can(points).min(of.len()),
                "D1: as many win as there are points for"
            );
        }
        let left = account
            .balance(&"points".parse().expect("a wallet"), at)
            .available;
        let spent = i64::try_from(won).unwrap_or(0) * 10;
        assert_eq!(
            left,
            Points::from_whole(points - spent).expect("points"),
            "D1: what is left"
        );
        account.audit().expect("it holds together");
    }
    if shared {
        let all: usize = (0..members)
            .map(|member| {
                can(points).min(
                    (0..count)
                        .filter(|device| device % members == member)
                        .count(),
                )
            })
            .sum();
        let won = devices.iter().filter(|device| device.won).count();
        assert_eq!(won, all.min(6), "D1: six mugs for all");
    }
    tally
}

fn done(
    schemes: &Schemes,
    account: &Account,
    pool: &Account,
    act: &Act,
    at: Moment,
) -> Option<Posted> {
    match perform(schemes, account, act, at, Some(pool)) {
        Ok(Outcome::Posted(posted)) => Some(*posted),
        Ok(Outcome::Repeated(_)) => panic!("it is new"),
        Err(error) => {
            let code = error.code();
            assert!(
                code == "points.insufficient" || code == "reward.limit" || code == "payment.excess",
                "{code}: {error}"
            );
            None
        }
    }
}

/// One step of a device: it reads, or decides over what it read, or commits what it decided.
fn turn(device: &mut Device, store: &mut Store, schemes: &Schemes, at: Moment, tally: &mut Tally) {
    if let Some(posted) = device.decided.take() {
        let (account, pool) = device.read.take().expect("it has read");
        let stored = &mut store.accounts[device.member];
        let current =
            stored.head == account.head && (posted.pool.is_none() || store.pool.head == pool.head);
        if current {
            stored
                .apply(&posted.group)
                .expect("the version is the one it was decided over");
            if let Some(group) = &posted.pool {
                store.pool.apply(group).expect("so is the pool's");
            }
            tally.groups += 1;
            tally.events += u64::try_from(posted.group.entries.len()).unwrap_or(0);
            (device.won, device.done) = (true, true);
        } else if stored.head != account.head {
            let before = stored.clone();
            let late = stored
                .apply(&posted.group)
                .expect_err("D1: only one wins a version");
            assert_eq!(late.code(), "ledger.sequence");
            assert_eq!(before, *stored);
        } else if let Some(group) = &posted.pool {
            let late = store
                .pool
                .apply(group)
                .expect_err("D1: only one wins the pool's version");
            assert_eq!(late.code(), "ledger.sequence");
        }
        return;
    }
    match &device.read {
        None => device.read = Some((store.accounts[device.member].clone(), store.pool.clone())),
        Some((account, pool)) => match done(schemes, account, pool, &device.act, at) {
            Some(posted) => device.decided = Some(posted),
            None => device.done = true,
        },
    }
}

/// Acts that arrive one to five times, and members whose acts arrive in another order, lead to the
/// same accounts as acts that arrive once (I12, I23).
///
/// # Panics
/// When they do not.
#[must_use]
pub fn at_least_once(seed: u64) -> Tally {
    let mut random = Random::new(seed);
    let mut document = schemes::scheme(&mut random);
    // What all share is counted in the order of arrival, so that members would not be independent.
    without_shared(&mut document);
    let mut once = World::new(document.clone(), 2);
    let mut acts: Vec<Vec<(Act, Moment)>> = vec![Vec::new(), Vec::new()];
    for number in 0..random.between(6, 24) {
        once.now_ms += random.between(0, 200_000_000);
        let of = random.below(2);
        let asked = act(&any_act(&mut random, number, &once, of));
        let now = once.now();
        if once.act(of, &asked, now).is_some() {
            acts[of].push((asked, now));
        }
    }
    let mut often = World::new(document, 2);
    let mut next = [0, 0];
    while (0..2).any(|of| next[of] < acts[of].len()) {
        let of = random.below(2);
        let Some((asked, at)) = acts[of].get(next[of]) else {
            continue;
        };
        assert!(often.act(of, asked, *at).is_some(), "I23: {asked:?}");
        next[of] += 1;
        for _ in 0..random.below(5) {
            let (again, first) = random.pick(&acts[of][..next[of]]).clone();
            let at = if random.one_in(2) { first } else { *at };
            assert!(
                often.act(of, &again, at).is_none(),
                "D3: posted twice: {again:?}"
            );
        }
    }
    for (a, b) in once.members.iter().zip(&often.members) {
        let hash = |account: &Account| account.state_hash().expect("a hash");
        assert_eq!(hash(&a.account), hash(&b.account), "D3");
    }
    Tally {
        sequences: 1,
        acts: often.asked,
        groups: often.posted,
        events: often.entries,
    }
}

fn without_shared(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("limit_total");
            let scheme = |list: &Value| {
                list.as_array()
                    .is_some_and(|list| list.iter().any(|item| item["per"] == "scheme"))
            };
            fields.retain(|name, list| !(name == "budgets" && scheme(list)));
            fields.values_mut().for_each(without_shared);
        }
        Value::Array(items) => items.iter_mut().for_each(without_shared),
        _ => {}
    }
}

fn any_act(random: &mut Random, number: i64, world: &World, of: usize) -> Value {
    let id = format!("d{number}");
    let bought = &world.members[of].done;
    let record = bought.iter().rev().find_map(|(act, ..)| match act {
        Act::Record(record) => Some(record.purchase.id.clone()),
        _ => None,
    });
    match (random.below(8), record) {
        (0, _) => {
            json!({ "adjust": { "id": id, "actor": "a", "reason": "r", "change": { "points": { "wallet": "points", "points": "60" } } } })
        }
        (1, _) => json!({ "redeem": { "id": id, "on": { "reward": { "reward": "tour" } } } }),
        (2, Some(purchase)) => {
            json!({ "refund": { "id": id, "purchase": purchase, "lines": [{ "line": "1", "back": { "quantity": 1 } }] } })
        }
        (3, Some(purchase)) => json!({ "cancel": { "id": id, "purchase": purchase } }),
        (4, _) => json!({ "event": { "id": id, "name": "review" } }),
        (5, _) => json!({ "due": { "id": id } }),
        _ => json!({ "record": { "purchase": carts::document(random, &id) } }),
    }
}
