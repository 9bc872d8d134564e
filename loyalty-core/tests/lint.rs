//! Every lint finds what it names, and says nothing of schemes that are as they should be.

use loyalty_core::lint::{CODES, Severity, lint};
use loyalty_core::scheme::{Scheme, SchemeDef, compile};
use loyalty_core::time::CivilDateTime;

const HEAD: &str =
    r#""format": 1, "id": "shop", "name": "Shop", "currency": "EUR", "time_zone": "Europe/Paris""#;

/// A wallet that is used, and a rule that feeds it.
const POINTS: &str = r#""wallets": [{"id": "points", "expiry": {"rolling": {"after": {"months": 12}}},
    "redemption": {"as": "tender", "value": {"points": "100", "amount": "1.00"}}}]"#;
const BASE: &str = r#"{"id": "base", "description": "Base.", "give": {"per_amount": {"points": "1", "per": "1.00"}}}"#;

fn scheme(body: &str) -> Scheme {
    let text = format!("{{{HEAD}, {body}}}");
    let def = SchemeDef::from_json(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    compile(def).unwrap_or_else(|problems| panic!("{problems}: {text}"))
}

/// Points as usual, with these rules beside the base and these fields.
fn with(rules: &str, fields: &str) -> String {
    let rules = if rules.is_empty() {
        String::new()
    } else {
        format!(", {rules}")
    };
    let fields = if fields.is_empty() {
        String::new()
    } else {
        format!(", {fields}")
    };
    format!(r#"{POINTS}, "earn": [{BASE}{rules}]{fields}"#)
}

fn found(body: &str) -> Vec<(&'static str, String)> {
    let at: CivilDateTime = "2026-11-22T12:00:00".parse().unwrap();
    let findings = lint(&scheme(body), Some(at));
    findings
        .iter()
        .map(|one| (one.code, one.path.to_string()))
        .collect()
}

/// A case: what is wrong, and the only finding.
fn cases() -> Vec<(String, &'static str, &'static str)> {
    let percent = |percent: &str, more: &str| {
        format!(r#"{{"name": "O", "benefits": [{{"percent": {{"percent": "{percent}"}}}}]{more}}}"#)
    };
    let offers = |list: &str| with("", &format!(r#""offers": [{list}]"#));
    let rule = |more: &str, give: &str| {
        format!(r#"{{"id": "more", "description": "More.", "give": {give}{more}}}"#)
    };
    let when = |when: &str| {
        let fixed = r#"{"fixed": {"points": "5"}}"#;
        with(&rule(&format!(r#", "when": {when}"#), fixed), "")
    };
    let id = |offer: String, id: &str| offer.replacen('{', &format!(r#"{{"id": "{id}", "#), 1);
    let ladder = |metric: &str, tiers: &str| {
        format!(
            r#""ladders": [{{"id": "l", "metric": {{{metric}}}, "window": {{"lifetime": {{}}}},
                "review": {{"never": {{}}}}, "tiers": [{tiers}]}}]"#
        )
    };
    let discount = |tier: &str, threshold: &str, percent: &str| {
        format!(
            r#"{{"id": "{tier}", "threshold": "{threshold}", "benefits": [{{"id": "{tier}-off",
                "benefit": {{"discount": {{"percent": "{percent}"}}}}}}]}}"#
        )
    };
    let swap = |from: &str, to: &str| {
        let body = with("", "");
        assert!(body.contains(from), "{from}");
        body.replace(from, to)
    };
    vec![
        // What brings nothing.
        (
            r#""wallets": [{"id": "points"}]"#.to_owned(),
            "lint.unused_wallet",
            "/wallets/0",
        ),
        (
            format!(r#""wallets": [{{"id": "points"}}], "earn": [{BASE}]"#),
            "lint.idle_points",
            "/wallets/0",
        ),
        (
            r#""cards": [{"id": "c", "target": 5, "stamps": [{"give": {"per_unit": {}}}]}]"#.to_owned(),
            "lint.idle_card",
            "/cards/0",
        ),
        (
            ladder(r#""spend": {}"#, r#"{"id": "t", "threshold": "1.00"}"#),
            "lint.idle_ladder",
            "/ladders/0",
        ),
        (
            with("", r#""challenges": [{"id": "c", "parts": [{"goal": "3"}]}]"#),
            "lint.idle_challenge",
            "/challenges/0",
        ),
        (
            with("", r#""referrals": [{"id": "r", "event": "friend"}]"#),
            "lint.idle_referral",
            "/referrals/0/event",
        ),
        (
            format!(
                r#"{POINTS}, "earn": [{}, {}]"#,
                r#"{"id": "flat", "description": "Flat.", "give": {"fixed": {"points": "5"}}}"#,
                rule("", r#"{"multiply": {"factor": "2"}}"#)
            ),
            "lint.multiplies_nothing",
            "/earn/1",
        ),
        (
            swap(r#""description": "Base.", "#, ""),
            "lint.no_description",
            "/earn/0",
        ),
        // What can never apply.
        (
            when(r#"{"all": [{"weekday": ["mon"]}, {"weekday": ["fri"]}]}"#),
            "lint.never_holds",
            "/earn/1/when",
        ),
        (
            when(r#"{"all": [{"channel": ["web"]}, {"all": [{"channel": ["till"]}]}]}"#),
            "lint.never_holds",
            "/earn/1/when",
        ),
        (
            when(r#"{"all": [{"store": ["a"]}, {"not": {"store": ["a"]}}]}"#),
            "lint.never_holds",
            "/earn/1/when",
        ),
        (
            when(r#"{"any": [{"all": [{"month_day": [1]}, {"month_day": [2]}]}]}"#),
            "lint.never_holds",
            "/earn/1/when",
        ),
        (
            when(r#"{"between": {"until": "2026-11-22T12:00:00"}}"#),
            "lint.ended",
            "/earn/1/when",
        ),
        (
            r#""cards": [{"id": "c", "target": 10, "stamps": [{"give": {"per_unit": {}}}], "stamps_per_day": 1,
                "valid_for": {"days": 7}, "rewards": ["r"]}],
                "rewards": [{"id": "r", "name": "R", "gives": {"free_product": {}}}]"#
                .to_owned(),
            "lint.unfillable_card",
            "/cards/0",
        ),
        (
            with("", &ladder(r#""balance": {}"#, &discount("t", "501", "5")))
                .replace(r#""id": "points","#, r#""id": "points", "balance_max": "500","#),
            "lint.unreachable_tier",
            "/ladders/0/tiers/0/threshold",
        ),
        (
            with("", r#""rewards": [{"id": "r", "name": "R", "cost": {"points": "600"}, "gives": {"free_product": {}}}]"#)
                .replace(r#""id": "points","#, r#""id": "points", "balance_max": "500","#),
            "lint.unaffordable_reward",
            "/rewards/0/cost",
        ),
        (
            offers(&format!(
                "{}, {}",
                id(percent("5", ""), "all"),
                id(percent("9", r#", "when": {"store": ["a"]}"#), "some")
            )) + r#", "stacking": {"bands": [{"id": "b", "choose": "exclusive"}]}"#,
            "lint.shadowed_offer",
            "/offers/1",
        ),
        (
            offers(&format!(
                "{}, {}",
                id(percent("9", r#", "when": {"store": ["a"]}"#), "some"),
                id(percent("5", r#", "exclusive": true"#), "all")
            )),
            "lint.shadowed_offer",
            "/offers/0",
        ),
        // Money.
        (
            swap(r#""expiry": {"rolling": {"after": {"months": 12}}}"#, r#""expiry": {"never": {}}"#),
            "lint.endless_points",
            "/wallets/0/expiry",
        ),
        (
            swap(r#""id": "points","#, r#""id": "points", "shortfall": "write_off","#),
            "lint.spent_then_returned",
            "/wallets/0/shortfall",
        ),
        (swap(r#""amount": "1.00""#, r#""amount": "100.00""#), "lint.gives_all_back", "/wallets/0"),
        (swap(r#""amount": "1.00""#, r#""amount": "25.00""#), "lint.generous", "/wallets/0"),
        (swap(r#""amount": "1.00""#, r#""amount": "0.49""#), "lint.meagre", "/wallets/0"),
        (
            with("", r#""exclude": {"gift_cards": false}"#),
            "lint.gift_cards_earn",
            "/exclude/gift_cards",
        ),
        (
            with("", r#""returns": {"points": "none"}"#),
            "lint.kept_on_return",
            "/returns/points",
        ),
        (
            swap(r#""id": "base","#, r#""id": "base", "sticky": true,"#),
            "lint.kept_on_return",
            "/earn/0/sticky",
        ),
        (
            with(&rule("", r#"{"event": {"name": "review", "points": "5"}}"#), ""),
            "lint.uncapped_event",
            "/earn/1",
        ),
        (
            offers(&id(percent("5", r#", "codes": {"any_of": ["SPRING"]}"#), "o")),
            "lint.open_code",
            "/offers/0/codes",
        ),
        (offers(&id(percent("100", ""), "o")), "lint.free_goods", "/offers/0/benefits/0"),
        (
            offers(
                r#"{"id": "o", "name": "O", "when": {"min_amount": {"amount": "10.00"}},
                    "benefits": [{"amount": {"amount": "10.00"}}]}"#,
            ),
            "lint.free_goods",
            "/offers/0/benefits/0",
        ),
        // Order.
        (
            with(&BASE.replace("\"base\"", "\"again\"").replace("Base.", "Again."), ""),
            "lint.same_rule",
            "/earn/1",
        ),
        (
            ladder(
                r#""spend": {}"#,
                &format!("{}, {}", discount("a", "1.00", "5"), discount("b", "2.00", "4")),
            ),
            "lint.tier_worse",
            "/ladders/0/tiers/1/benefits",
        ),
        (
            offers(
                r#"{"id": "o", "name": "O", "benefits": [{"steps": {"by": "amount", "steps": [
                    {"from": "10.00", "percent": "10"}, {"from": "20.00", "percent": "9"}]}}]}"#,
            ),
            "lint.step_worse",
            "/offers/0/benefits/0/steps/steps/1",
        ),
    ]
}

#[test]
fn every_lint_finds_its_case_and_nothing_else() {
    let mut seen = Vec::new();
    for (body, code, path) in cases() {
        assert_eq!(found(&body), [(code, path.to_owned())], "{body}");
        seen.push(code);
    }
    let missed: Vec<_> = CODES.iter().filter(|code| !seen.contains(code)).collect();
    assert_eq!(missed, Vec::<&&str>::new(), "lints without a case");
}

/// The cases as a file, a line each, for what wraps the engine: `UPDATE_LINT=1` writes it anew.
#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the test asks whether to write the file"
)]
fn the_cases_are_written_down() {
    let at: CivilDateTime = "2026-11-22T12:00:00".parse().unwrap();
    let mut text = String::new();
    for (body, ..) in cases() {
        let scheme = scheme(&body);
        let findings = serde_json::to_string(&lint(&scheme, Some(at))).unwrap();
        let line = format!(
            "{{\"scheme\":{},\"findings\":{findings}}}\n",
            scheme.to_json()
        );
        text.push_str(&line);
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/lint_cases.jsonl");
    if std::env::var_os("UPDATE_LINT").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    let known = std::fs::read_to_string(file).unwrap_or_default();
    assert!(known == text, "run with UPDATE_LINT=1");
}

#[test]
fn a_scheme_as_usual_has_no_finding() {
    assert_eq!(found(&with("", "")), []);
    for text in [
        include_str!("../examples/schemes/cafe-card.toml"),
        include_str!("../examples/schemes/spend-discount.toml"),
        include_str!("../examples/schemes/points-tiers.toml"),
    ] {
        let scheme = compile(SchemeDef::from_toml(text).unwrap()).unwrap();
        assert_eq!(lint(&scheme, None), []);
    }
}

#[test]
fn near_the_case_there_is_no_finding() {
    // Each differs from a case above by what makes it right.
    let monday = r#"{"id": "more", "description": "More.", "give": {"fixed": {"points": "5"}},
        "when": {"all": [{"weekday": ["mon", "fri"]}, {"weekday": ["fri"]}]}}"#;
    assert_eq!(found(&with(monday, "")), []);
    let open = monday.replace(
        r#"{"all": [{"weekday": ["mon", "fri"]}, {"weekday": ["fri"]}]}"#,
        r#"{"between": {"until": "2026-11-22T12:00:01"}}"#,
    );
    assert_eq!(found(&with(&open, "")), []);
    let capped = r#"{"id": "more", "description": "More.", "times": [{"per": "day", "times": 1}],
        "give": {"event": {"name": "review", "points": "5"}}}"#;
    assert_eq!(found(&with(capped, "")), []);
    let least = r#""offers": [{"id": "o", "name": "O", "when": {"min_amount": {"amount": "10.01"}},
        "benefits": [{"amount": {"amount": "10.00"}}]}]"#;
    assert_eq!(found(&with("", least)), []);
}

#[test]
fn a_finding_is_one_line_and_one_object() {
    let body = with("", "").replace(
        r#""amount": "1.00""#,
        r#""amount": "12.50", "points": "50""#,
    );
    let body = body.replacen(r#""points": "100", "#, "", 1);
    let findings = lint(&scheme(&body), None);
    assert_eq!(findings[0].severity, Severity::Note);
    assert_eq!(
        findings[0].to_string(),
        "note lint.generous at /wallets/0: points are worth up to 25 % of what is spent; \
         see that the margin bears it when every rule and multiplier applies"
    );
    let json = serde_json::to_string(&findings[0]).unwrap();
    assert!(
        json.starts_with(
            r#"{"code":"lint.generous","severity":"note","path":"/wallets/0","found":"#
        )
    );
}

#[test]
fn without_a_moment_no_finding_speaks_of_time() {
    let ended = r#"{"id": "more", "description": "More.", "give": {"fixed": {"points": "5"}},
        "when": {"between": {"until": "2020-01-01T00:00:00"}}}"#;
    assert_eq!(lint(&scheme(&with(ended, "")), None), []);
}
