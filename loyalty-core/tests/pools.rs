//! What all members share: budgets and total limits on a pool account.

use std::sync::Arc;

use loyalty_core::evaluate::{Act, ActError, Outcome, Posted, Schemes, perform};
use loyalty_core::id::MemberId;
use loyalty_core::ledger::{Account, verify};
use loyalty_core::scheme::{SchemeDef, compile};
use loyalty_core::time::Moment;
use serde_json::{Value, json};

struct Shop {
    schemes: Schemes,
    pool: Account,
    members: Vec<Account>,
    pool_groups: Vec<loyalty_core::ledger::Group>,
}

impl Shop {
    fn new() -> Self {
        let def: SchemeDef = serde_json::from_value(json!({
            "format": 1, "id": "com.example.pool", "name": "Pool", "currency": "EUR",
            "time_zone": "Etc/UTC", "wallets": [{ "id": "points" }],
            "earn": [{
                "id": "launch", "give": { "per_amount": { "points": "1", "per": "1.00" } },
                "caps": [{ "per": "scheme", "points": "150" }],
            }],
            "rewards": [{
                "id": "mug", "cost": { "points": "10" }, "gives": { "custom": { "text": "a mug" } },
                "limit_total": 2, "limit_per_member": 1,
            }],
        }))
        .unwrap();
        let account = |name: &str| Account::new(MemberId::try_new(name).unwrap());
        Self {
            schemes: Schemes::new(Arc::new(compile(def).unwrap())),
            pool: account("pool"),
            members: ["ann", "bob", "cem"].map(account).to_vec(),
            pool_groups: Vec::new(),
        }
    }

    fn try_act(&self, member: usize, act: Value, minute: u32) -> Result<Posted, ActError> {
        let act: Act = serde_json::from_value(act).unwrap();
        let at: Moment = format!("2026-03-01T10:{minute:02}:00Z").parse().unwrap();
        match perform(
            &self.schemes,
            &self.members[member],
            &act,
            at,
            Some(&self.pool),
        )? {
            Outcome::Posted(posted) => Ok(*posted),
            Outcome::Repeated(seq) => panic!("repeated {seq}"),
        }
    }

    fn act(&mut self, member: usize, act: Value, minute: u32) -> Result<(), ActError> {
        let posted = self.try_act(member, act, minute)?;
        if let Some(group) = posted.pool {
            self.pool.apply(&group).unwrap();
            self.pool_groups.push(group);
        }
        self.members[member] = posted.account;
        Ok(())
    }

    fn points(&self, member: usize) -> String {
        let at: Moment = "2026-03-01T11:00:00Z".parse().unwrap();
        let wallet = "points".parse().unwrap();
        self.members[member]
            .balance(&wallet, at)
            .available
            .to_string()
    }
}

fn buy(id: &str, price: &str) -> Value {
    json!({ "record": { "purchase": { "id": id, "currency": "EUR", "lines": [{ "price": price }] } } })
}

fn mug(id: &str) -> Value {
    json!({ "redeem": { "id": id, "on": { "reward": { "reward": "mug" } } } })
}

#[test]
fn a_budget_trims_the_last_and_is_shared() {
    let mut shop = Shop::new();
    shop.act(0, buy("a", "100.00"), 1).unwrap();
    shop.act(1, buy("b", "80.00"), 2).unwrap();
    shop.act(2, buy("c", "20.00"), 3).unwrap();
    assert_eq!(
        [shop.points(0), shop.points(1), shop.points(2)],
        ["100", "50", "0"]
    );
    verify(&shop.pool_groups).unwrap();
}

#[test]
fn a_refund_keeps_the_budget_used_and_a_cancellation_does_not() {
    let mut shop = Shop::new();
    shop.act(0, buy("a", "100.00"), 1).unwrap();
    let all = json!([{ "line": "1", "back": { "quantity": 1 } }]);
    shop.act(
        0,
        json!({ "refund": { "id": "r", "purchase": "a", "lines": all } }),
        2,
    )
    .unwrap();
    assert_eq!(shop.points(0), "0");
    shop.act(1, buy("b", "80.00"), 3).unwrap();
    assert_eq!(shop.points(1), "50", "the refund left the budget used");
    shop.act(1, json!({ "cancel": { "id": "c", "purchase": "b" } }), 4)
        .unwrap();
    shop.act(2, buy("c", "60.00"), 5).unwrap();
    assert_eq!(shop.points(2), "50", "the cancellation gave it back");
}

#[test]
fn a_total_limit_is_shared_and_a_members_limit_is_not() {
    let mut shop = Shop::new();
    for (member, id) in ["a", "b", "c"].iter().enumerate() {
        shop.act(member, buy(id, "40.00"), 1).unwrap();
    }
    shop.act(0, mug("m1"), 2).unwrap();
    assert_eq!(
        shop.act(0, mug("m2"), 3).unwrap_err().code(),
        "reward.limit"
    );
    // Two members ask at once, from the same pool: one of the two groups no longer fits.
    let (bob, cem) = (
        shop.try_act(1, mug("m3"), 4).unwrap(),
        shop.try_act(2, mug("m4"), 4).unwrap(),
    );
    shop.pool.apply(&bob.pool.unwrap()).unwrap();
    let late = shop.pool.apply(&cem.pool.unwrap()).unwrap_err();
    assert_eq!(late.code(), "ledger.sequence");
    assert_eq!(
        shop.try_act(2, mug("m4"), 5).unwrap_err().code(),
        "reward.limit"
    );
}

#[test]
fn without_the_pool_nothing_is_guessed() {
    let shop = Shop::new();
    let act: Act = serde_json::from_value(buy("a", "10.00")).unwrap();
    let at: Moment = "2026-03-01T10:00:00Z".parse().unwrap();
    let error = perform(&shop.schemes, &shop.members[0], &act, at, None).unwrap_err();
    assert_eq!(error.code(), "pool.missing");
}
