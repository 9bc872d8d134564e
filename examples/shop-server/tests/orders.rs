//! Orders over HTTP: quoted, recorded, repeated, refunded; refused with a typed problem.

mod support;

use std::path::Path;

use serde_json::json;
use support::{Server, order_of};

#[test]
fn a_purchase_and_its_refund() {
    let server = Server::start(None);
    let quoted = server.post("/members/ana/quote", &order_of("o1", "latte", 5));
    assert_eq!(quoted.status, 200, "{quoted:?}");
    assert_eq!(quoted.body["decision"]["totals"]["due"], "16.00");
    assert_eq!(quoted.body["decision"]["wallets"][0]["earned"], "16");
    assert_eq!(server.available("ana"), "0", "a quote writes nothing");

    let mut order = order_of("o1", "latte", 5);
    order["expected_decision"] = quoted.body["digest"].clone();
    let done = server.post("/members/ana/purchases", &order);
    assert_eq!((done.status, &done.body["repeated"]), (200, &json!(false)));
    assert_eq!(server.available("ana"), "16");

    let back = json!({ "id": "r1", "purchase": "o1",
        "lines": [{ "line": "1", "back": { "quantity": 2 } }] });
    let refund = server.post("/members/ana/refunds", &back);
    assert_eq!(refund.status, 200, "{refund:?}");
    let line = &refund.body["answer"]["lines"][0]["refund"];
    assert_eq!(line["refund"], "6.40");
    // Three lattes are kept: 9.60, nine points.
    assert_eq!(server.available("ana"), "9");

    let again = server.post("/members/ana/refunds", &back);
    assert_eq!(again.body["repeated"], true);
    assert_eq!(again.recorded(), refund.recorded());
    assert_eq!(server.available("ana"), "9", "a repeat takes nothing");

    let too_much = json!({ "id": "r2", "purchase": "o1",
        "lines": [{ "line": "1", "back": { "quantity": 4 } }] });
    let refused = server.post("/members/ana/refunds", &too_much);
    assert_eq!((refused.status, refused.code()), (422, "return.quantity"));

    let ledger = server.get("/members/ana/ledger");
    let groups = ledger.body["groups"].as_array().expect("groups");
    let acts: Vec<_> = groups.iter().map(|group| &group["act"]).collect();
    assert_eq!(acts, [&json!("record"), &json!("refund")]);
    assert_eq!(ledger.body["head"], again.body["head"]);
}

#[test]
fn the_same_order_twice_is_one_order() {
    let server = Server::start(None);
    let first = server.buy("ben", "o1", "grinder", 1);
    assert_eq!(first.status, 200, "{first:?}");
    for _ in 0..3 {
        let again = server.buy("ben", "o1", "grinder", 1);
        assert_eq!((again.status, &again.body["repeated"]), (200, &json!(true)));
        assert_eq!(again.recorded(), first.recorded());
    }
    assert_eq!(server.available("ben"), "100");

    let other = server.buy("ben", "o1", "grinder", 2);
    assert_eq!((other.status, other.code()), (409, "ledger.other_content"));
    assert_eq!(server.buy("eve", "o1", "grinder", 2).status, 200);
}

#[test]
fn a_decision_that_is_not_what_the_shop_decides_is_refused() {
    let server = Server::start(None);
    server.buy("cleo", "o1", "grinder", 1);
    let mut order = order_of("o2", "latte", 2);
    order["pay_points"] = json!([{ "wallet": "points" }]);
    let quoted = server.post("/members/cleo/quote", &order);
    assert_eq!(
        quoted.body["decision"]["totals"]["due"], "3.40",
        "{quoted:?}"
    );

    let mut tampered = order.clone();
    tampered["expected_decision"] = json!("0".repeat(64));
    let refused = server.post("/members/cleo/purchases", &tampered);
    assert_eq!((refused.status, refused.code()), (409, "decision.conflict"));

    // The points that the quote relied on go elsewhere: it is stale.
    let spend = json!({ "id": "s1", "on": { "points": { "wallet": "points", "points": "90" } } });
    assert_eq!(server.post("/members/cleo/redeem", &spend).status, 200);
    order["expected_decision"] = quoted.body["digest"].clone();
    let stale = server.post("/members/cleo/purchases", &order);
    assert_eq!((stale.status, stale.code()), (409, "decision.conflict"));

    let quoted = server.post("/members/cleo/quote", &order);
    order["expected_decision"] = quoted.body["digest"].clone();
    let done = server.post("/members/cleo/purchases", &order);
    assert_eq!(done.status, 200, "{done:?}");
}

#[test]
fn a_restart_keeps_everything() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("restart.sqlite");
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
    let (first, standing) = {
        let server = Server::start(Some(&file));
        let first = server.buy("dora", "o1", "grinder", 1);
        server.buy("dora", "o2", "espresso", 3);
        (first, server.get("/members/dora"))
    };
    let server = Server::start(Some(&file));
    let again = server.buy("dora", "o1", "grinder", 1);
    assert_eq!(again.body["repeated"], true, "{again:?}");
    assert_eq!(again.recorded(), first.recorded());
    let restarted = server.get("/members/dora");
    for part in ["head", "wallets", "rewards"] {
        assert_eq!(restarted.body[part], standing.body[part]);
    }
    assert_eq!(server.available("dora"), "105");
}

#[test]
fn problems_have_a_code_and_a_place() {
    let server = Server::start(None);
    let to = "/members/finn/purchases";
    let check = |body: &str, status: u16, code: &str, path: &str| {
        let reply = server.send("POST", to, body);
        let found = (reply.status, reply.code(), reply.body["path"].as_str());
        assert_eq!(found, (status, code, Some(path)), "{body}");
        assert!(reply.body["message"].is_string());
    };
    check("{", 400, "read.syntax", "");
    check(
        r#"{"id":"o1","lines":[],"price":"0"}"#,
        400,
        "read.unknown_field",
        "/price",
    );
    check(
        r#"{"id":"o1","id":"o1","lines":[]}"#,
        400,
        "read.duplicate_key",
        "/id",
    );
    let line = |line: &str| format!(r#"{{"id":"o1","lines":[{line}]}}"#);
    let sku = "/lines/0/sku";
    check(&line(r#"{"sku":"tea","quantity":1}"#), 404, "shop.sku", sku);
    let quantity = "/lines/0/quantity";
    let negative = r#"{"sku":"latte","quantity":-1}"#;
    check(&line(negative), 400, "read.value", quantity);
    let much = r#"{"sku":"latte","quantity":1000001}"#;
    check(&line(much), 422, "purchase.quantity", quantity);
    let spaces = " ".repeat(70_000);
    check(&spaces, 413, "shop.body_too_large", "");

    let claim = json!({ "id": "o1", "lines": [{ "sku": "latte", "quantity": 1 }],
        "claims": [{ "reward": "free-coffee" }] });
    let reply = server.post(to, &claim);
    assert_eq!((reply.status, reply.code()), (409, "points.insufficient"));
    let unknown = json!({ "id": "r1", "purchase": "o9", "lines": [] });
    let reply = server.post("/members/finn/refunds", &unknown);
    assert_eq!((reply.status, reply.code()), (404, "purchase.unknown"));
    let nowhere = server.get("/nowhere");
    assert_eq!((nowhere.status, nowhere.code()), (404, "shop.route"));
    assert_eq!(server.available("finn"), "0");
}
