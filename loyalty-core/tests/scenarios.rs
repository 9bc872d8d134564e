//! Peers' acceptance cases, run by the example's own modules.

#[path = "../examples/scenarios/main.rs"]
#[allow(
    dead_code,
    clippy::duplicate_mod,
    reason = "the example's `main` is not called here"
)]
mod runner;

use std::path::Path;

use runner::report::{Outcome, failures, folder, table};

/// How many cases pass: it may rise, it must not fall. A pass that turns into a failure is named by
/// `failures`, one that turns into *unsupported* lowers the number.
const PASS_MIN: usize = 195;
/// How many own cases there are.
const OWN_MIN: usize = 336;

#[test]
fn no_case_fails_that_binds_and_no_fewer_pass() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/scenarios");
    let told = folder(&data).unwrap();
    let failed: Vec<String> = failures(&told).iter().map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let passed = told.iter().filter(|one| one.outcome == Outcome::Pass);
    let passed = passed.count();
    assert!(passed >= PASS_MIN, "{passed} pass\n{}", table(&told));
}

#[test]
fn own_cases_pass() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/scenarios_own");
    let told = folder(&data).unwrap();
    assert!(told.len() >= OWN_MIN, "{} cases", told.len());
    let others = told.iter().filter(|one| one.outcome != Outcome::Pass);
    let others: Vec<String> = others.map(ToString::to_string).collect();
    assert!(others.is_empty(), "{}", others.join("\n"));
}

#[test]
fn what_is_not_understood_is_named() {
    let outcome = |text: &str| {
        let mut cases = runner::case::read(text).unwrap();
        let (_, case) = cases.remove(0);
        case.map_or_else(Outcome::Unsupported, |case| runner::report::run(&case))
    };
    let case = |scheme: &str, event: &str, expected: &str| {
        outcome(&format!(
            r#"[{{"id": "c", "scheme": {scheme}, "events": [{event}], "expected": {expected}}}]"#
        ))
    };
    let line = r#""lines": [{"sku": "A", "qty": 1, "unit_price": "2.00"}]"#;
    let off = |more: &str| {
        format!(r#"{{"promotions": [{{"id": "P", "kind": "amount_off", "value": "0.50"{more}}}]}}"#)
    };
    let (plain, odd_offer, odd_filter) = (
        off(""),
        off(r#", "moon": 1"#),
        off(r#", "filter": {"moon": "full"}"#),
    );
    let earn = r#"{"points": {"earn": [{"kind": "per_currency_unit", "rate": "1"}]}}"#;
    let buy = format!(r#"{{"id": "e1", "type": "purchase", {line}}}"#);
    let odd = format!(r#"{{"id": "e1", "type": "purchase", {line}, "moon": "full"}}"#);
    let lacks = |what: &str| Outcome::Unsupported(what.to_owned());
    let differs = "e1.points_earned: expected 3, found 2";
    for (scheme, event, expected, wish) in [
        (earn, &buy, r#"{"points_earned": 2}"#, Outcome::Pass),
        (
            earn,
            &buy,
            r#"{"points_earned": 3}"#,
            Outcome::Fail(differs.into()),
        ),
        (earn, &buy, r#"{"karma": 3}"#, lacks("expected.karma")),
        (
            earn,
            &odd,
            r#"{"points_earned": 2}"#,
            lacks("purchase: case.events[0].moon"),
        ),
        (
            r#"{"moon": 1}"#,
            &buy,
            r#"{"balance": 0}"#,
            lacks("scheme.moon"),
        ),
        (
            r#"{"promotions": [{"id": "P"}]}"#,
            &buy,
            r#"{"total": "2"}"#,
            lacks("no scheme.promotions[0].kind"),
        ),
        (&plain, &buy, r#"{"total": "1.50"}"#, Outcome::Pass),
        (
            &plain,
            &buy,
            r#"{"total": "1.40"}"#,
            Outcome::Fail(r#"e1.total: expected "1.40", found 1.5"#.into()),
        ),
        (
            &odd_offer,
            &buy,
            r#"{"total": "1.50"}"#,
            lacks("scheme.promotions[0].moon"),
        ),
        (
            &odd_filter,
            &buy,
            r#"{"total": "1.50"}"#,
            lacks("scheme.promotions[0].filter.moon"),
        ),
    ] {
        assert_eq!(case(scheme, event, expected), wish, "{scheme} {event}");
    }
    let mode =
        r#"[{"id": "c", "modes": ["moon:full"], "scheme": {}, "events": [], "expected": {}}]"#;
    assert_eq!(outcome(mode), lacks("moon:full"));
}
