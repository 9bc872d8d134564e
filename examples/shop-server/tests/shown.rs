//! Decisions that a client makes and shows: the shop decides anew, accepts its own, refuses others.

mod support;

use std::error::Error;

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{QuoteOptions, quote};
use loyalty_core::ledger::Account;
use loyalty_core::purchase::Purchase;
use loyalty_core::read::{ReadLimits, read_json};
use loyalty_core::scheme::{Scheme, SchemeDef, compile};
use serde_json::{Value, json};
use support::{Reply, Server};

type Tested = Result<(), Box<dyn Error>>;

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// What a page does: scheme and account from the shop, the decision made here.
fn decided(server: &Server, order: &str, ago_ms: i64) -> Result<String, Box<dyn Error>> {
    let front = server.get("/shop").body;
    let page = server.get("/members/ana/account").body;
    let scheme: Scheme = compile(SchemeDef::from_json(text(&front["scheme"]))?)?;
    let account = Account::restore_json(text(&page["snapshot"]).as_bytes())?;
    let articles = front["articles"].as_array().ok_or("articles")?;
    let latte = articles.iter().find(|one| one["sku"] == "latte");
    let purchase = json!({ "id": order, "currency": "EUR", "codes": ["none"],
        "shipping": [{ "method": "delivery", "amount": front["delivery"] }],
        "lines": [{ "sku": "latte", "categories": ["drinks"], "quantity": 3,
            "price": latte.ok_or("a latte")?["price"] }] });
    let purchase: Purchase = read_json(&purchase.to_string(), &ReadLimits::DEFAULT)?;
    let at: loyalty_core::time::Moment = text(&page["now"]).parse()?;
    let zone: loyalty_core::time::Zone = scheme.definition().time_zone.parse()?;
    let at = zone.moment(at.instant_ms() - ago_ms)?;
    let facts = Facts::default();
    let options = QuoteOptions {
        explain: false,
        pool: None,
    };
    let decision = quote(&scheme, &account, &purchase, &facts, at, options)?;
    Ok(String::from_utf8(decision.canonical_bytes()?)?)
}

fn sent(server: &Server, order: &str, decision: &str) -> Reply {
    let body = json!({ "id": order, "lines": [{ "sku": "latte", "quantity": 3 }],
        "delivery": true, "codes": ["none"], "decision": decision });
    server.post("/members/ana/purchases", &body)
}

#[test]
fn a_decision_made_by_the_page_is_accepted_and_repeated() -> Tested {
    let server = Server::start(None);
    let shown = decided(&server, "o1", 0)?;
    assert!(shown.contains(r#""due":"14.50""#), "{shown}");
    let done = sent(&server, "o1", &shown);
    assert_eq!(
        (done.status, &done.body["repeated"]),
        (200, &json!(false)),
        "{done:?}"
    );
    assert_eq!(server.available("ana"), "9");
    // The account has moved on; the same order is still the same order.
    let again = sent(&server, "o1", &shown);
    assert_eq!(
        (again.status, &again.body["repeated"]),
        (200, &json!(true)),
        "{again:?}"
    );
    assert_eq!(again.recorded(), done.recorded());
    Ok(())
}

#[test]
fn every_other_decision_is_refused_and_nothing_is_recorded() -> Tested {
    let server = Server::start(None);
    let shown = decided(&server, "o1", 0)?;
    let check = |decision: &str, code: &str| {
        let refused = sent(&server, "o1", decision);
        assert_eq!((refused.status, refused.code()), (409, code), "{decision}");
    };
    check(
        &shown.replace(r#""due":"14.50""#, r#""due":"0.50""#),
        "decision.tampered",
    );
    check(
        &shown.replace(r#""earned":"9""#, r#""earned":"900""#),
        "decision.tampered",
    );
    check(&format!("{shown} "), "decision.tampered");
    check("{}", "decision.tampered");
    let digest = "0".repeat(64);
    let scheme = text(&serde_json::from_str::<Value>(&shown)?["scheme"]).to_owned();
    check(&shown.replace(&scheme, &digest), "decision.scheme_differs");
    check(
        &decided(&server, "o1", 11 * 60 * 1000)?,
        "shop.decision_old",
    );
    check(&decided(&server, "o1", -60 * 1000)?, "shop.decision_old");
    assert_eq!(server.available("ana"), "0");
    server.buy("ana", "o0", "espresso", 1);
    check(&shown, "decision.head_moved");
    Ok(())
}
