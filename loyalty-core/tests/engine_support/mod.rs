//! Random schemes and carts, and a shop that uses them.
#![allow(dead_code, reason = "each test binary uses a part")]

mod offers;

pub(crate) use offers::{offers, stacking};

use std::sync::Arc;

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{
    Act, ActError, Cart, Decision, Outcome, Posted, QuoteOptions, Schemes, perform, quote, standing,
};
use loyalty_core::id::MemberId;
use loyalty_core::ledger::{Account, Entry, Group, verify};
use loyalty_core::purchase::{Back, Purchase, ReturnLine};
use loyalty_core::scheme::{Scheme, SchemeDef, compile};
use loyalty_core::time::Moment;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A moment of March and April 2026.
pub(crate) fn moment(day: u32, hour: u32) -> Moment {
    let (month, day) = if day > 31 { (4, day - 31) } else { (3, day) };
    format!("2026-{month:02}-{day:02}T{hour:02}:00:00Z")
        .parse()
        .unwrap()
}

/// A scheme of random parts: wallet policies, earn rules with limits and multipliers, a card, a
/// ladder with benefits, rewards, offers, and return policies.
pub(crate) fn scheme() -> impl Strategy<Value = Value> {
    let wallet = (0..4_usize, 0..4_usize, 0..3_usize, any::<bool>()).prop_map(
        |(pending, expiry, redemption, others)| {
            let mut wallet = json!({ "id": "points", "drain_other_lots": others });
            match pending {
                1 => wallet["pending"] = json!({ "after": { "days": 3 } }),
                2 => wallet["pending"] = json!({ "after": { "hours": 30 } }),
                _ => {}
            }
            match expiry {
                1 => wallet["expiry"] = json!({ "rolling": { "after": { "days": 20 } } }),
                2 => wallet["expiry"] = json!({ "end_of_month": {} }),
                3 => wallet["expiry"] = json!({ "activity": { "after": { "days": 25 } } }),
                _ => {}
            }
            let value = json!({ "points": "100", "amount": "1.00" });
            match redemption {
                1 => wallet["redemption"] = json!({ "value": value, "as": "discount" }),
                2 => wallet["redemption"] = json!({ "value": value, "as": "tender" }),
                _ => {}
            }
            wallet
        },
    );
    let earn = (1..4_i64, any::<[bool; 6]>()).prop_map(|(rate, parts)| {
        let mut rules = vec![json!({ "id": "base", "give": { "per_amount": { "points": rate.to_string(), "per": "1.00" } } })];
        if parts[0] {
            rules.push(json!({ "id": "unit", "target": { "categories": ["b"] }, "give": { "per_unit": { "points": "3" } } }));
        }
        if parts[1] {
            rules.push(json!({ "id": "double", "target": { "categories": ["a"] }, "give": { "multiply": { "factor": "1.5" } } }));
        }
        if parts[2] {
            rules.push(json!({ "id": "bonus", "when": { "min_amount": { "amount": "40.00" } }, "give": { "fixed": { "points": "25" } } }));
        }
        if parts[3] {
            rules[0]["caps"] = json!([{ "per": "day", "points": "60" }]);
        }
        if parts[4] {
            rules.push(json!({ "id": "order", "give": { "multiply": { "factor": "1.1" } } }));
        }
        if parts[5] {
            rules.push(json!({ "id": "slow", "give": { "per_purchase": { "points": "2" } }, "expiry": { "rolling": { "after": { "days": 2 } } } }));
        }
        rules
    });
    let card = (2..6_u32, 0..3_usize, any::<bool>()).prop_map(|(target, kind, milestone)| {
        let give = match kind {
            0 => json!({ "per_unit": {} }),
            1 => json!({ "per_purchase": {} }),
            _ => json!({ "per_amount": { "per": "15.00" } }),
        };
        let mut card = json!({ "id": "card", "target": target, "stamps": [{ "give": give }], "rewards": ["free"] });
        if milestone && target > 2 {
            card["milestones"] = json!([{ "stamps": 2, "reward": "ten" }]);
        }
        card
    });
    let ladder = (0..3_usize, any::<bool>()).prop_map(|(discount, multiply)| {
        let mut benefits = Vec::new();
        match discount {
            1 => benefits.push(json!({ "id": "off", "benefit": { "discount": { "percent": "7.5" } } })),
            2 => benefits.push(json!({ "id": "off", "benefit": { "discount": { "percent": "5", "as": "member_price" } } })),
            _ => {}
        }
        if multiply {
            benefits.push(json!({ "id": "times", "benefit": { "multiply": { "factor": "1.25" } } }));
        }
        json!({
            "id": "status", "metric": { "spend": {} }, "window": { "rolling": { "months": 12 } },
            "review": { "calendar": { "period": "year" } },
            "tiers": [
                { "id": "low", "threshold": "0", "benefits": benefits },
                { "id": "high", "threshold": "80.00" },
            ],
        })
    });
    let policy = (
        prop::sample::select(vec!["reprice", "line_attributed", "proportional"]),
        prop::sample::select(vec!["frozen", "frozen", "reprice"]),
        prop::sample::select(vec!["deficit", "write_off"]),
    );
    let offered = (offers(3), stacking());
    (wallet, earn, card, ladder, policy, offered).prop_map(|(mut wallet, earn, card, ladder, (points, money, shortfall), (offers, stacking))| {
        wallet["shortfall"] = json!(shortfall);
            json!({
            "format": 1, "id": "com.example.random", "name": "Random", "currency": "EUR",
            "time_zone": "Etc/UTC", "wallets": [wallet], "earn": earn, "cards": [card],
            "ladders": [ladder],
            "rewards": [
                { "id": "free", "gives": { "free_product": {} } },
                { "id": "ten", "cost": { "points": "40" }, "gives": { "percent": { "percent": "10" } } },
                { "id": "five", "cost": { "points": "150" }, "gives": { "amount": { "amount": "5.00" } } },
            ],
            "returns": { "points": points, "money": money },
            "offers": offers, "stacking": stacking,
        })
    })
}

/// A scheme with one fixed discount.
pub(crate) fn amount_scheme() -> Value {
    json!({
        "format": 1, "id": "com.example.amount", "name": "Amount", "currency": "EUR",
        "time_zone": "Etc/UTC", "wallets": [{ "id": "points" }],
        "rewards": [{ "id": "five", "cost": { "points": "1" }, "gives": { "amount": { "amount": "5.00" } } }],
    })
}

/// A random purchase.
pub(crate) fn cart(id: &'static str) -> impl Strategy<Value = Purchase> {
    let line = (0..6_000_i64, 1..6_u32, any::<bool>()).prop_map(|(price, quantity, a)| {
        let price = format!("{}.{:02}", price / 100, price % 100);
        json!({ "price": price, "quantity": quantity, "categories": [if a { "a" } else { "b" }] })
    });
    let claims = prop::sample::subsequence(vec!["free", "ten", "five"], 0..=2);
    (proptest::collection::vec(line, 1..5), claims, any::<bool>()).prop_map(move |(lines, claims, pay)| {
        let claims: Vec<Value> = claims.iter().map(|reward| json!({ "reward": reward })).collect();
        let pay = if pay { json!([{ "wallet": "points", "points": "200" }]) } else { json!([]) };
        let purchase = json!({ "id": id, "currency": "EUR", "lines": lines, "claims": claims, "pay_points": pay });
        serde_json::from_value(purchase).unwrap()
    })
}

pub(crate) fn rename(purchase: &mut Purchase, id: &str) {
    purchase.id = id.parse().unwrap();
}

/// The same with one more line, and a fixed discount claimed.
pub(crate) fn with_line(purchase: &Purchase, price: i64) -> Purchase {
    let mut more = purchase.clone();
    let mut line = more.lines[0].clone();
    line.price = loyalty_core::number::Money::new(price, 2);
    line.quantity = 1;
    more.lines.push(line);
    more
}

/// Single units that come back, no line more often than it has units.
pub(crate) fn returns_of(purchase: &Purchase, picks: &[u32]) -> Vec<ReturnLine> {
    let mut left: Vec<u32> = purchase.lines.iter().map(|line| line.quantity).collect();
    let mut units = Vec::new();
    for pick in picks {
        let place = usize::try_from(*pick).unwrap() % left.len();
        if left[place] > 0 {
            left[place] -= 1;
            units.push(ReturnLine {
                line: (place + 1).to_string().parse().unwrap(),
                back: Back::Quantity(1),
            });
        }
    }
    units
}

/// The same in another order.
pub(crate) fn shuffled<T: Clone>(items: &[T], seed: u64) -> Vec<T> {
    let mut order: Vec<(u64, T)> = items
        .iter()
        .enumerate()
        .map(|(place, item)| {
            let mixed = (seed ^ (place as u64 + 1)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (mixed ^ (mixed >> 29), item.clone())
        })
        .collect();
    order.sort_by_key(|(key, _)| *key);
    order.into_iter().map(|(_, item)| item).collect()
}

/// A shop with one member.
#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) scheme: Arc<Scheme>,
    pub(crate) account: Account,
    pub(crate) groups: Vec<Group>,
    acts: u32,
}

impl Shop {
    pub(crate) fn new(scheme: &Value) -> Self {
        let def: SchemeDef = serde_json::from_value(scheme.clone()).unwrap();
        let scheme = compile(def).unwrap_or_else(|problems| panic!("{problems}\n{scheme}"));
        Self {
            scheme: Arc::new(scheme),
            account: Account::new(MemberId::try_new("member").unwrap()),
            groups: Vec::new(),
            acts: 0,
        }
    }

    pub(crate) fn act(&mut self, act: &Value, at: Moment) -> Result<Outcome, ActError> {
        let act: Act = serde_json::from_value(act.clone()).unwrap();
        perform(
            &Schemes::new(self.scheme.clone()),
            &self.account,
            &act,
            at,
            None,
        )
    }

    fn name(&mut self) -> String {
        self.acts += 1;
        format!("act-{}", self.acts)
    }

    pub(crate) fn post(&mut self, posted: Posted) {
        self.account = posted.account;
        self.groups.push(posted.group);
    }

    fn must(&mut self, act: &Value, at: Moment) -> Group {
        match self.act(act, at) {
            Ok(Outcome::Posted(posted)) => {
                let group = posted.group.clone();
                self.post(*posted);
                group
            }
            other => panic!("{other:?} for {act}"),
        }
    }

    pub(crate) fn give(&mut self, points: &str, at: Moment) {
        let id = self.name();
        let change = json!({ "points": { "wallet": "points", "points": points } });
        self.must(
            &json!({ "adjust": { "id": id, "change": change, "actor": "a", "reason": "r" } }),
            at,
        );
    }

    pub(crate) fn due(&mut self, at: Moment) {
        let id = self.name();
        self.must(&json!({ "due": { "id": id } }), at);
    }

    pub(crate) fn quote(&self, purchase: &Purchase, at: Moment) -> Decision {
        let options = QuoteOptions {
            explain: true,
            pool: None,
        };
        quote(
            &self.scheme,
            &self.account,
            purchase,
            &Facts::default(),
            at,
            options,
        )
        .unwrap()
    }

    /// The same, written over an earlier decision.
    pub(crate) fn requote(&self, decision: &mut Decision, purchase: &Purchase, at: Moment) {
        let options = QuoteOptions {
            explain: true,
            pool: None,
        };
        let (scheme, account) = (&self.scheme, &self.account);
        let (cart, facts) = (Cart::try_new(scheme, purchase).unwrap(), Facts::default());
        let written = decision.requote(scheme, account, purchase, &cart, &facts, at, options);
        written.unwrap();
    }

    /// Records a purchase; without what the account cannot pay, whether it was recorded.
    pub(crate) fn record_if_allowed(&mut self, purchase: &Purchase, at: Moment) -> bool {
        match self.act(&json!({ "record": { "purchase": purchase } }), at) {
            Ok(Outcome::Posted(posted)) => {
                self.post(*posted);
                true
            }
            _ => false,
        }
    }

    pub(crate) fn record_expecting(
        &mut self,
        purchase: &Purchase,
        decision: &Decision,
        at: Moment,
    ) -> Result<Outcome, ActError> {
        let digest = decision.outputs_digest().unwrap();
        let act = json!({ "record": { "purchase": purchase, "expected_decision": digest, "expected_head": self.account.head } });
        self.act(&act, at)
    }

    /// The money that a group gives back.
    fn refunded(group: &Group) -> i64 {
        group
            .entries
            .iter()
            .map(|entry| match entry {
                Entry::Return(entry) => entry.refund.minor(),
                _ => 0,
            })
            .sum()
    }

    pub(crate) fn refund(&mut self, purchase: &str, lines: &[ReturnLine], at: Moment) -> i64 {
        let id = self.name();
        let act = json!({ "refund": { "id": id, "purchase": purchase, "lines": lines } });
        Self::refunded(&self.must(&act, at))
    }

    pub(crate) fn cancel(&mut self, purchase: &str, at: Moment) -> i64 {
        let id = self.name();
        Self::refunded(&self.must(&json!({ "cancel": { "id": id, "purchase": purchase } }), at))
    }

    /// What was paid in money for a purchase.
    pub(crate) fn paid(&self, purchase: &str) -> i64 {
        let state = self.account.purchase(&purchase.parse().unwrap()).unwrap();
        let tenders: i64 = state
            .entry
            .tenders
            .iter()
            .map(|tender| tender.amount.minor())
            .sum();
        state.entry.total.minor() - tenders
    }

    /// The account is the fold of its groups, and its sums hold.
    pub(crate) fn check(&self) {
        self.account.audit().unwrap();
        let replayed = Account::replay(self.account.member.clone(), &self.groups).unwrap();
        assert_eq!(replayed, self.account);
        verify(&self.groups).unwrap();
    }
}

/// What a member sees, without what tells one history from another.
pub(crate) fn view(shop: &Shop, at: Moment) -> Value {
    let mut all = serde_json::to_value(standing(&shop.scheme, &shop.account, at).unwrap()).unwrap();
    all.as_object_mut().unwrap().remove("head");
    for wallet in all["wallets"].as_array_mut().unwrap() {
        wallet["balance"].as_object_mut().unwrap().remove("expired");
    }
    for reward in all["rewards"].as_array_mut().unwrap() {
        reward.as_object_mut().unwrap().remove("issue");
    }
    let mut rewards = all["rewards"].as_array().unwrap().clone();
    rewards.sort_by_key(ToString::to_string);
    all["rewards"] = Value::Array(rewards);
    for ladder in all["ladders"].as_array_mut().unwrap() {
        ladder.as_object_mut().unwrap().remove("review");
    }
    all
}
