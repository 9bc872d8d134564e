//! Reading untrusted text: the first fault with its exact place, and bombs that cost nothing.

mod scheme_support;

use std::collections::BTreeSet;
use std::time::Instant;

use loyalty_core::purchase::Purchase;
use loyalty_core::read::{CODES, ReadError, ReadLimits, read_json};
use loyalty_core::scheme::{Limits, SchemeDef, compile};
use scheme_support::{Case, FULL, full, read_cases, remove, set};
use serde_json::Value;

fn read(text: &str) -> ReadError {
    SchemeDef::from_json(text).expect_err("a fault")
}

fn place(error: &ReadError) -> (&'static str, String) {
    (error.code, error.path.to_string())
}

/// What is put where, and what comes of it at which place.
fn faults() -> Vec<Case> {
    read_cases(include_str!("data/scheme_faults.txt"))
}

#[test]
fn the_first_fault_has_its_code_and_place() {
    let mut wrong = Vec::new();
    for Case {
        pointer,
        value,
        code,
        path,
    } in faults()
    {
        let mut document = full();
        set(&mut document, pointer, value.clone());
        match SchemeDef::from_json(&document.to_string()) {
            Err(error) if place(&error) == (code, path.to_owned()) => {}
            other => wrong.push(format!("{pointer} = {value}: {:?}", other.map(|_| "read"))),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_missing_field_is_named() {
    for (pointer, path) in [
        ("/id", ""),
        ("/earn/0/give", "/earn/0"),
        ("/earn/0/give/per_amount/per", "/earn/0/give/per_amount"),
    ] {
        let mut document = full();
        remove(&mut document, pointer);
        assert_eq!(
            place(&read(&document.to_string())),
            ("read.missing_field", path.to_owned()),
            "{pointer}"
        );
    }
}

#[test]
fn every_code_is_met() {
    let limits = Limits {
        bytes_max: 200,
        depth_max: 3,
        text_bytes_max: 20,
        ..Limits::DEFAULT
    };
    let small = |text: &str| SchemeDef::from_json_with(text, &limits).expect_err("a fault");
    let mut codes: BTreeSet<&str> = faults().into_iter().map(|fault| fault.code).collect();
    for (error, code, path) in [
        (read("{\"format\": 1,}"), "read.syntax", ""),
        (read("{} x"), "read.missing_field", ""),
        (read(""), "read.syntax", ""),
        (
            read(&FULL.replace("\"id\": \"base\",", "\"id\": \"base\", \"id\": \"base\",")),
            "read.duplicate_key",
            "/earn/0/id",
        ),
        (small(&" ".repeat(201)), "read.too_large", ""),
        (
            small("{\"earn\": [{}, {\"when\": {}}]}"),
            "read.too_deep",
            "/earn/1/when",
        ),
        (
            small("{\"name\": \"123456789012345678901\"}"),
            "read.text_too_long",
            "/name",
        ),
    ] {
        assert_eq!(place(&error), (code, path.to_owned()), "{error}");
        codes.insert(code);
    }
    assert_eq!(codes, CODES.iter().copied().collect());
}

#[test]
fn text_behind_the_document_is_refused() {
    let error = read(&format!("{FULL} {{}}"));
    assert_eq!(place(&error), ("read.syntax", String::new()));
}

#[test]
fn keys_are_compared_by_what_they_mean() {
    let read = |text: &str| read_json::<Value>(text, &ReadLimits::DEFAULT);
    let twice = read(r#"{"a": {"key": 1, "k\u0065y": 2}}"#).expect_err("twice");
    assert_eq!(place(&twice), ("read.duplicate_key", "/a/key".to_owned()));
    let apart = [
        r#"{"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 1}]}"#,
        r#"{"a\"": 1, "a": "a", "b": "a,\\"}"#,
    ];
    for text in apart {
        read(text).expect("each key once");
    }
    let many: Vec<String> = (0..60).map(|number| format!("\"k{number}\": 0")).collect();
    read(&format!("{{{}}}", many.join(","))).expect("each key once");
    for again in [0, 30, 59] {
        let twice = read(&format!("{{{}, \"k{again}\": 0}}", many.join(","))).expect_err("twice");
        assert_eq!(place(&twice), ("read.duplicate_key", format!("/k{again}")));
    }
}

#[test]
fn purchases_are_read_the_same_way() {
    let text = r#"{"id": "1", "currency": "EUR", "lines": [{"price": "1.00"}, {"price": 2}]}"#;
    let error = read_json::<Purchase>(text, &ReadLimits::DEFAULT).expect_err("a number");
    assert_eq!(
        place(&error),
        ("read.wrong_type", "/lines/1/price".to_owned())
    );
    assert_eq!(
        error.to_string(),
        "read.wrong_type at /lines/1/price: found integer \"2\", allowed is an amount as text, such as \"10.50\""
    );
}

/// Documents that try to cost much, and what refuses them.
fn bombs() -> Vec<(&'static str, String)> {
    let head = r#""format": 1, "id": "b", "name": "B", "currency": "EUR", "time_zone": "UTC""#;
    let within = |part: &str| format!("{{{head}, {part}}}");
    let keys: Vec<String> = (0..100_000)
        .map(|number| format!("\"{number}\":0"))
        .collect();
    let rule = r#"{"id": "r", "give": {"fixed": {"points": "1"}}}"#;
    vec![
        ("depth of lists", "[".repeat(1 << 20)),
        ("depth of objects", "{\"a\":".repeat(200_000)),
        (
            "depth of conditions",
            within(&format!(
                "\"earn\": [{{\"id\": \"r\", \"when\": {}",
                "{\"not\":".repeat(100_000)
            )),
        ),
        (
            "10 MB text",
            within(&format!("\"version\": \"{}\"", "x".repeat(10 << 20))),
        ),
        (
            "1 MB text",
            within(&format!("\"version\": \"{}\"", "x".repeat(1_000_000))),
        ),
        (
            "text without end",
            format!("{{\"name\": \"{}", "x".repeat(1_000_000)),
        ),
        (
            "escapes",
            format!("{{\"name\": \"{}", "\\".repeat(1_000_000)),
        ),
        ("many keys", format!("{{{}}}", keys.join(","))),
        (
            "many rules",
            within(&format!("\"earn\": [{}]", vec![rule; 20_000].join(","))),
        ),
        (
            "rules of one name",
            within(&format!(
                "\"wallets\": [{{\"id\": \"w\"}}], \"earn\": [{}]",
                vec![rule; 9_999].join(",")
            )),
        ),
        (
            "many wallets",
            within(&format!(
                "\"wallets\": [{}]",
                vec!["{\"id\": \"w\"}"; 70_000].join(",")
            )),
        ),
        (
            "many tiers",
            within(&format!(
                "\"ladders\": [{{\"id\": \"l\", \"metric\": {{\"visits\": {{}}}}, \"window\": {{\"lifetime\": {{}}}}, \"review\": {{\"never\": {{}}}}, \"tiers\": [{}]}}]",
                vec!["{\"id\": \"t\", \"threshold\": \"1\"}"; 25_000].join(",")
            )),
        ),
        (
            "huge number",
            within(&format!("\"earn\": {}", "9".repeat(900_000))),
        ),
        ("huge exponent", within("\"earn\": 1e999999999")),
        (
            "huge amount",
            within("\"wallets\": [{\"id\": \"w\", \"balance_max\": \"999999999999999\"}]"),
        ),
        (
            "1e18 stamps",
            within("\"cards\": [{\"id\": \"c\", \"target\": 1000000000000000000, \"stamps\": []}]"),
        ),
        ("nothing but brackets", "[]".repeat(500_000)),
        ("nulls", "\0".repeat(1_000_000)),
    ]
}

#[test]
fn bombs_are_refused_at_once() {
    for (name, text) in bombs() {
        #[expect(
            clippy::disallowed_methods,
            reason = "the test bounds the time that a hostile document takes"
        )]
        let start = Instant::now();
        let refused = match SchemeDef::from_json(&text) {
            Err(_) => true,
            Ok(def) => compile(def).is_err(),
        };
        let took = start.elapsed();
        assert!(refused, "{name}");
        // The norm is 50 ms. Here only a blow-up fails: a loaded machine without optimisation is slow.
        assert!(took.as_secs() < 20, "{name}: {took:?}");
        println!("{name}: {took:?}");
    }
}

#[cfg(feature = "toml")]
mod toml {
    use super::*;

    const HEAD: &str = "format = 1\nid = 'c'\nname = 'C'\ncurrency = 'EUR'\ntime_zone = 'UTC'\n";

    fn fault(rest: &str) -> (&'static str, String) {
        place(&SchemeDef::from_toml(&format!("{HEAD}{rest}")).expect_err("a fault"))
    }

    #[test]
    fn faults_have_places() {
        for (rest, code, path) in [
            ("nme = 1", "read.unknown_field", "/nme"),
            (
                "[[wallets]]\nid = 'w'\nbalance_max = 5",
                "read.wrong_type",
                "/wallets/0/balance_max",
            ),
            (
                "[[wallets]]\nid = 'w'\nbalance_max = 5.5",
                "read.wrong_type",
                "/wallets/0/balance_max",
            ),
            (
                "[[wallets]]\nid = 'w'\nprecision = 7",
                "read.value",
                "/wallets/0/precision",
            ),
            ("id = 'd'", "read.duplicate_key", ""),
            ("x = ", "read.syntax", ""),
        ] {
            assert_eq!(fault(rest), (code, path.to_owned()), "{rest}");
        }
        let long = format!("version = '{}'", "x".repeat(70_000));
        assert_eq!(fault(&long), ("read.text_too_long", "/version".to_owned()));
        assert_eq!(
            fault(&" ".repeat(1 << 20)),
            ("read.too_large", String::new())
        );
    }

    #[test]
    fn depth_is_bounded() {
        let codes = [
            format!("x = {}", "[".repeat(100_000)),
            format!("x = {}1{}", "[".repeat(40), "]".repeat(40)),
            format!("x = {}", "{a = ".repeat(100_000)),
            format!("{}a = 1", "a.".repeat(100_000)),
            format!("[{}a]\nb = 1", "a.".repeat(100_000)),
            format!("x = {{{}a = 1}}", "a.".repeat(100_000)),
            format!("{}\"a\" = 1", "\"a\" . ".repeat(100_000)),
        ]
        .map(|rest| fault(&rest).0);
        // What is not closed is no TOML, however deep it is.
        assert_eq!(codes[0], "read.syntax");
        assert_eq!(codes[2], "read.syntax");
        assert_eq!(
            [codes[1], codes[3], codes[4], codes[5], codes[6]],
            ["read.too_deep"; 5]
        );
    }

    #[test]
    fn times_may_stand_without_quotes() {
        let text = format!(
            "{HEAD}[[wallets]]\nid = 'w'\nexpiry.fixed_date = {{ date = 2030-12-31 }}\n[[earn]]\nid = 'r'\n\
             when.between = {{ from = 2026-01-01T09:30:00 }}\ngive.fixed = {{ points = '1' }}"
        );
        let def = SchemeDef::from_toml(&text).unwrap_or_else(|error| panic!("{error}"));
        assert!(
            def.to_json().contains(r#""from":"2026-01-01T09:30""#),
            "{}",
            def.to_json()
        );
    }
}
