//! Codes of a batch that the host keeps: whom they are for, when, and how often.

use std::sync::Arc;

use loyalty_core::evaluate::{Act, ActError, Outcome, QuoteOptions, Schemes, perform, quote};
use loyalty_core::id::MemberId;
use loyalty_core::ledger::Account;
use loyalty_core::purchase::Purchase;
use loyalty_core::scheme::{Scheme, SchemeDef, compile};
use loyalty_core::time::Moment;
use serde_json::{Value, json};

struct Shop {
    scheme: Arc<Scheme>,
    pool: Account,
    member: Account,
    /// When a quote is asked for.
    now: Moment,
}

fn at(minute: u32) -> Moment {
    format!("2026-03-01T10:{minute:02}:00Z").parse().unwrap()
}

fn purchase(id: &str, price: &str, codes: &[&str]) -> Value {
    json!({ "id": id, "currency": "EUR", "lines": [{ "price": price }], "codes": codes })
}

fn coupon(more: Value) -> Value {
    let mut coupon = json!({ "code": "AB23-XY", "batch": "spring" });
    for (key, value) in more.as_object().unwrap() {
        coupon[key] = value.clone();
    }
    json!({ "coupons": [coupon] })
}

impl Shop {
    fn new() -> Self {
        Self::with(json!({ "any_of": ["SPRING"], "batch": "spring", "times_each": 1 }))
    }

    fn with(codes: Value) -> Self {
        let def: SchemeDef = serde_json::from_value(json!({
            "format": 1, "id": "com.example.coupons", "name": "Coupons", "currency": "EUR",
            "time_zone": "Etc/UTC", "wallets": [{ "id": "points" }],
            "returns": { "money": "reprice" },
            "offers": [{
                "id": "spring", "codes": codes, "when": { "min_amount": { "amount": "20.00", "base": "list" } },
                "benefits": [{ "percent": { "percent": "10" } }],
            }, {
                "id": "spring_delivery", "codes": { "batch": "spring" },
                "benefits": [{ "shipping": { "price": "0.00" } }],
            }],
        }))
        .unwrap();
        let account = |name: &str| Account::new(MemberId::try_new(name).unwrap());
        Self {
            scheme: Arc::new(compile(def).unwrap()),
            pool: account("pool"),
            member: account("ann"),
            now: at(59),
        }
    }

    /// The reasons of every entered code, as a quote gives them.
    fn reasons(&self, price: &str, codes: &[&str], facts: Value) -> Value {
        let purchase: Purchase = serde_json::from_value(purchase("q", price, codes)).unwrap();
        let facts = serde_json::from_value(facts).unwrap();
        let options = QuoteOptions {
            pool: Some(&self.pool),
            ..QuoteOptions::default()
        };
        let found = quote(
            &self.scheme,
            &self.member,
            &purchase,
            &facts,
            self.now,
            options,
        )
        .unwrap();
        let found = serde_json::to_value(&found.codes).unwrap();
        let reasons = found.as_array().unwrap().iter();
        reasons.map(|code| code["reasons"].clone()).collect()
    }

    fn act(&mut self, act: Value, minute: u32) -> Result<String, ActError> {
        let act: Act = serde_json::from_value(act).unwrap();
        let schemes = Schemes::new(Arc::clone(&self.scheme));
        let posted = match perform(&schemes, &self.member, &act, at(minute), Some(&self.pool))? {
            Outcome::Posted(posted) => posted,
            Outcome::Repeated(seq) => panic!("repeated {seq}"),
        };
        if let Some(group) = &posted.pool {
            self.pool.apply(group).unwrap();
        }
        self.member = posted.account;
        Ok(serde_json::to_string(&posted.group).unwrap())
    }

    fn uses(&self, counter: &str) -> i64 {
        let counters = self.pool.counters.iter();
        counters
            .filter(|found| found.limit.as_str() == counter)
            .map(|found| found.count)
            .sum()
    }
}

fn record(id: &str, codes: &[&str], facts: Value) -> Value {
    json!({ "record": { "purchase": purchase(id, "30.00", codes), "facts": facts } })
}

#[test]
fn every_reason_of_every_code() {
    let shop = Shop::new();
    let entered = ["ab23-xy"];
    assert_eq!(
        shop.reasons("30.00", &entered, json!({})),
        json!([["code.unknown"]])
    );
    assert_eq!(
        shop.reasons("30.00", &entered, coupon(json!({}))),
        json!([["granted"]])
    );
    let other = coupon(json!({ "batch": "autumn" }));
    assert_eq!(
        shop.reasons("30.00", &entered, other),
        json!([["code.unknown"]])
    );
    let hers = coupon(json!({ "recipient": "ann" }));
    assert_eq!(shop.reasons("30.00", &entered, hers), json!([["granted"]]));
    let all = coupon(json!({ "recipient": "bob", "until": "2026-03-01T10:59:00" }));
    let reasons = json!([["code.recipient", "code.window", "condition.min_amount"]]);
    assert_eq!(shop.reasons("10.00", &entered, all), reasons);
    // One code that opens the offer does not excuse the other.
    let early = coupon(json!({ "from": "2026-03-01T10:59:01" }));
    let reasons = json!([["code.window"], ["granted"], ["code.unknown"]]);
    let entered = ["AB23-XY", "spring", "AB23-XY", "NEVER"];
    assert_eq!(shop.reasons("30.00", &entered, early), reasons);
}

#[test]
fn a_use_is_counted_once_and_comes_back_with_everything() {
    let mut shop = Shop::new();
    let counter = "scheme.coupon.ab23-xy";
    let facts = || coupon(json!({ "times_max": 1 }));
    let mut act = record("p", &["ab23-XY"], facts());
    act["record"]["purchase"]["shipping"] = json!([{ "amount": "5.00" }]);
    act["record"]["purchase"]["lines"][0]["quantity"] = json!(2);
    let posted = shop.act(act, 1).unwrap();
    assert_eq!(shop.uses(counter), 1, "two offers, one use");
    assert!(!posted.contains("recipient"));
    assert_eq!(
        shop.reasons("10.00", &["AB23-xy"], facts()),
        json!([["code.used", "condition.min_amount"]])
    );
    let back = |units: u32| json!([{ "line": "1", "back": { "quantity": units } }]);
    let posted = shop
        .act(
            json!({ "refund": { "id": "r1", "purchase": "p", "lines": back(1) } }),
            2,
        )
        .unwrap();
    // Paid 54.00; the kept one costs 27.00 under the coupon that the sale had.
    assert!(posted.contains("\"refund\":\"27.00\""), "{posted}");
    assert_eq!(shop.uses(counter), 1);
    shop.act(
        json!({ "refund": { "id": "r2", "purchase": "p", "lines": back(1) } }),
        3,
    )
    .unwrap();
    assert_eq!(shop.uses(counter), 0);
    assert_eq!(
        shop.reasons("30.00", &["AB23-XY"], facts()),
        json!([["granted"]])
    );
    shop.act(record("q", &["AB23-XY"], facts()), 4).unwrap();
    assert_eq!(shop.uses(counter), 1);
    shop.act(json!({ "cancel": { "id": "c", "purchase": "q" } }), 5)
        .unwrap();
    assert_eq!(shop.uses(counter), 0);
}

#[test]
fn the_code_that_has_uses_left_is_the_one_used() {
    let mut shop = Shop::new();
    shop.act(record("p", &["SPRING"], json!({})), 1).unwrap();
    assert_eq!(shop.uses("scheme.offer.spring.code.spring"), 1);
    let facts = coupon(json!({ "times_max": 3 }));
    let reasons = json!([["code.used"], ["granted"]]);
    assert_eq!(
        shop.reasons("30.00", &["SPRING", "AB23-XY"], facts.clone()),
        reasons
    );
    shop.act(record("q", &["SPRING", "AB23-XY"], facts), 2)
        .unwrap();
    assert_eq!(shop.uses("scheme.offer.spring.code.spring"), 1);
    assert_eq!(shop.uses("scheme.coupon.ab23-xy"), 1);
}

#[test]
fn case_counts_where_it_is_declared() {
    let shop = Shop::with(json!({ "batch": "spring", "case_sensitive": true }));
    let def = shop.scheme.definition().offers[0].codes.clone().unwrap();
    assert!(def.case_sensitive && def.any_of.is_empty());
    // The delivery offer still knows the code; it takes nothing off a cart without delivery.
    let small = shop.reasons("30.00", &["ab23-xy"], coupon(json!({})));
    assert_eq!(small, json!([["offer.no_effect"]]));
    assert_eq!(
        shop.reasons("30.00", &["AB23-XY"], coupon(json!({}))),
        json!([["granted"]])
    );
}

#[test]
fn an_offer_of_neither_list_nor_batch_does_not_compile() {
    let def = json!({
        "format": 1, "id": "com.example.coupons", "name": "Coupons", "currency": "EUR",
        "time_zone": "Etc/UTC", "wallets": [{ "id": "points" }],
        "offers": [{ "id": "none", "codes": {}, "benefits": [{ "percent": { "percent": "10" } }] }],
    });
    let problems = compile(serde_json::from_value(def).unwrap()).unwrap_err();
    let text = format!("{problems:?}");
    assert!(text.contains("any_of"), "{text}");
}

/// Holds codes on the pool account, as a host does at the beginning of a checkout.
fn hold(shop: &mut Shop, id: &str, codes: &[&str], minute: u32) -> Result<(), ActError> {
    let act = json!({ "hold": {
        "id": id, "codes": codes, "coupons": coupon(json!({ "times_max": 1 }))["coupons"],
        "until": "2026-03-01T11:00:00Z",
    } });
    on_pool(shop, act, minute)
}

fn on_pool(shop: &mut Shop, act: Value, minute: u32) -> Result<(), ActError> {
    let act: Act = serde_json::from_value(act).unwrap();
    let schemes = Schemes::new(Arc::clone(&shop.scheme));
    match perform(&schemes, &shop.pool, &act, at(minute), None)? {
        Outcome::Posted(posted) => shop.pool = posted.account,
        Outcome::Repeated(seq) => panic!("repeated {seq}"),
    }
    Ok(())
}

#[test]
fn a_held_code_is_open_to_its_checkout_alone() {
    let mut shop = Shop::new();
    let mine = |holds: &[&str]| {
        let mut facts = coupon(json!({ "times_max": 1 }));
        facts["holds"] = json!(holds);
        facts
    };
    hold(&mut shop, "checkout-1", &["SPRING", "ab23-xy"], 1).unwrap();
    for code in ["spring", "AB23-XY"] {
        let others = shop.reasons("30.00", &[code], mine(&[]));
        assert_eq!(others, json!([["code.used"]]), "{code}");
        let own = shop.reasons("30.00", &[code], mine(&["checkout-1"]));
        assert_eq!(own, json!([["granted"]]), "{code}");
    }
    let used = hold(&mut shop, "checkout-2", &["AB23-XY"], 2).unwrap_err();
    assert_eq!(used.code(), "code.used");

    // The checkout ends: its use is counted, and nothing is held any more.
    shop.act(record("p1", &["AB23-XY"], mine(&["checkout-1"])), 3)
        .unwrap();
    on_pool(
        &mut shop,
        json!({ "capture": { "id": "c", "hold": "checkout-1" } }),
        3,
    )
    .unwrap();
    assert_eq!(shop.uses("scheme.coupon.ab23-xy"), 1);
    assert!(shop.pool.holds.is_empty());
    assert_eq!(
        shop.reasons("30.00", &["SPRING"], mine(&[])),
        json!([["granted"]])
    );
    let used = hold(&mut shop, "checkout-3", &["AB23-XY"], 4).unwrap_err();
    assert_eq!(used.code(), "code.used");
}

#[test]
fn a_held_code_is_free_again_when_the_hold_lapses_or_is_released() {
    let mut shop = Shop::new();
    let facts = || coupon(json!({ "times_max": 1 }));
    hold(&mut shop, "left", &["AB23-XY"], 1).unwrap();
    assert_eq!(
        shop.reasons("30.00", &["AB23-XY"], facts()),
        json!([["code.used"]])
    );
    // Time alone frees it, before anything is posted.
    shop.now = "2026-03-01T11:00:00Z".parse().unwrap();
    assert_eq!(
        shop.reasons("30.00", &["AB23-XY"], facts()),
        json!([["granted"]])
    );
    shop.now = at(59);
    on_pool(
        &mut shop,
        json!({ "release": { "id": "r", "hold": "left" } }),
        2,
    )
    .unwrap();
    assert_eq!(
        shop.reasons("30.00", &["AB23-XY"], facts()),
        json!([["granted"]])
    );
    hold(&mut shop, "again", &["AB23-XY"], 3).unwrap();
}

#[test]
fn a_hold_names_codes_with_a_limit() {
    let mut shop = Shop::new();
    let before = shop.pool.clone();
    let unknown = hold(&mut shop, "h", &["NOTHING"], 1).unwrap_err();
    assert_eq!(unknown.code(), "code.unknown");
    let act = json!({ "hold": {
        "id": "h", "codes": ["AB23-XY"], "coupons": coupon(json!({}))["coupons"],
        "until": "2026-03-01T11:00:00Z",
    } });
    assert_eq!(on_pool(&mut shop, act, 1).unwrap_err().code(), "hold.empty");
    assert_eq!(shop.pool, before);
}
