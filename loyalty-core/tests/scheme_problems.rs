//! Every problem of a scheme's meaning, with its exact place.

mod scheme_support;

use std::collections::BTreeSet;

use loyalty_core::scheme::{CODES, Limits, SchemeDef, compile_with};
use scheme_support::{Case, compiled, full, problems, read_cases, remove, set};
use serde_json::{Value, json};

/// What is put where, and what comes of it at which place.
fn cases() -> Vec<Case> {
    read_cases(include_str!("data/scheme_problems.txt"))
}

#[test]
fn one_fault_is_one_problem_at_its_place() {
    let mut wrong = Vec::new();
    for Case {
        pointer,
        value,
        code,
        path,
    } in cases()
    {
        let mut document = full();
        set(&mut document, pointer, value.clone());
        let found = problems(&document);
        if found != [(code, path.to_owned())] {
            wrong.push(format!(
                "{pointer} = {value}: expected {code} at {path}, found {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_case() {
    let mut tested: BTreeSet<&str> = cases().iter().map(|case| case.code).collect();
    // These two need a document of their own, below.
    tested.extend(["scheme.too_deep", "scheme.too_many"]);
    assert_eq!(tested, CODES.iter().copied().collect());
}

#[test]
fn the_full_scheme_compiles() {
    let scheme = compiled(&full()).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(scheme.id().as_str(), "com.example.full");
    assert_eq!(scheme.currency().as_str(), "EUR");
    assert_eq!(scheme.definition().earn.len(), 14);
}

#[test]
fn all_problems_are_reported_at_once() {
    let mut document = full();
    let faults = [
        ("/format", json!(0)),
        ("/wallets/0/balance_max", json!("-5")),
        ("/earn/0/give/per_amount/per", json!("0.001")),
        ("/cards/0/target", json!(0)),
        ("/rewards/6/gives/custom/text", json!("")),
    ];
    for (pointer, value) in faults {
        set(&mut document, pointer, value);
    }
    let codes: Vec<_> = problems(&document)
        .into_iter()
        .map(|(_, path)| path)
        .collect();
    assert_eq!(
        codes,
        [
            "/format",
            "/wallets/0/balance_max",
            "/earn/0/give/per_amount/per",
            "/cards/0/target",
            "/cards/0/start_stamps",
            "/cards/0/milestones/0/stamps",
            "/rewards/6/gives/custom/text",
        ]
    );
    let error = compiled(&document).unwrap_err();
    assert_eq!(error.to_string().lines().count(), error.0.len());
}

#[test]
fn a_scheme_without_wallets_books_nowhere() {
    let document = json!({
        "format": 1, "id": "none", "name": "None", "currency": "EUR", "time_zone": "UTC",
        "earn": [{ "id": "base", "give": { "fixed": { "points": "1" } } }],
        "ladders": [{ "id": "l", "metric": { "balance": {} }, "window": { "lifetime": {} }, "review": { "never": {} },
            "tiers": [{ "id": "t", "threshold": "1" }] }],
        "rewards": [{ "id": "r", "cost": { "points": "1" }, "gives": { "points": { "points": "1" } } }],
    });
    let expected = [
        "/earn/0",
        "/ladders/0/metric/balance",
        "/rewards/0/cost",
        "/rewards/0/gives/points",
    ];
    assert_eq!(
        problems(&document),
        expected.map(|path| ("scheme.unknown_wallet", path.to_owned()))
    );
}

#[test]
fn spending_own_points_is_fine_when_amounts_do_not_depend_on_it() {
    let mut document = full();
    set(&mut document, "/wallets/0/spend_own_points", json!(true));
    set(&mut document, "/earn_base/own_reward", json!("before"));
    assert_eq!(problems(&document), []);
    let mut document = full();
    set(&mut document, "/wallets/0/spend_own_points", json!(true));
    remove(&mut document, "/earn/0");
    assert_eq!(problems(&document), []);
}

#[test]
fn counts_are_limited() {
    let few = Limits {
        parts_max: 1,
        rules_max: 3,
        rewards_max: 2,
        offers_max: 3,
        nodes_max: 2,
        ..Limits::DEFAULT
    };
    let def: SchemeDef = serde_json::from_value(full()).expect("a definition");
    let found = compile_with(def, &few).unwrap_err();
    let too_many: Vec<String> = found
        .0
        .iter()
        .filter(|problem| problem.code == "scheme.too_many")
        .map(|problem| problem.path.to_string())
        .collect();
    assert_eq!(
        too_many,
        [
            "/wallets",
            "/earn",
            "/cards/0/stamps",
            "/ladders",
            "/ladders/0/tiers",
            "/ladders/0/tiers/0/benefits",
            "/rewards",
            "/challenges",
            "/stacking/bands",
            "/offers"
        ]
    );

    let mut document = full();
    let many: Vec<Value> = (1..=11_000)
        .map(|day| json!({ "month_day": [day % 31 + 1] }))
        .collect();
    set(&mut document, "/earn/8/when/any", Value::Array(many));
    assert_eq!(
        problems(&document),
        [("scheme.too_many", "/earn/8/when/any/9999".to_owned())]
    );
}

#[test]
fn depth_is_limited_for_definitions_built_by_hand() {
    let mut when = json!({ "flag": ["x"] });
    for _ in 0..32 {
        when = json!({ "not": when });
    }
    let mut document = full();
    set(&mut document, "/earn/0/when", when);
    let def: SchemeDef = serde_json::from_value(document).expect("a definition");
    let problems = compile_with(def, &Limits::DEFAULT).unwrap_err();
    assert_eq!(problems.0.len(), 1);
    assert_eq!(problems.0[0].code, "scheme.too_deep");
    assert_eq!(
        problems.0[0].path.to_string(),
        format!("/earn/0/when{}", "/not".repeat(32))
    );
}
