//! Documents: mutations of a valid one, its canonical form, the reference, the examples.

mod scheme_support;

use loyalty_core::scheme::{Scheme, SchemeDef, compile};
use proptest::prelude::*;
use scheme_support::{FULL, compiled, full, set};
use serde_json::{Value, json};

/// The place of every value of a document.
fn places(value: &Value, at: String, out: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter()
                .for_each(|(key, inner)| places(inner, format!("{at}/{key}"), out));
        }
        Value::Array(list) => {
            list.iter()
                .enumerate()
                .for_each(|(place, inner)| places(inner, format!("{at}/{place}"), out));
        }
        _ => {}
    }
    if !at.is_empty() {
        out.push(at);
    }
}

/// Prints a document in which the first key of the object at `twice` stands twice.
fn print(value: &Value, at: &str, twice: &str, out: &mut String) {
    match value {
        Value::Object(map) => {
            out.push('{');
            for (place, (key, inner)) in map.iter().enumerate() {
                for _ in 0..if place == 0 && at == twice { 2 } else { 1 } {
                    out.push_str(&format!("{}:", json!(key)));
                    print(inner, &format!("{at}/{key}"), twice, out);
                    out.push(',');
                }
            }
            if out.ends_with(',') {
                out.pop();
            }
            out.push('}');
        }
        Value::Array(list) => {
            out.push('[');
            for (place, inner) in list.iter().enumerate() {
                out.push_str(if place == 0 { "" } else { "," });
                print(inner, &format!("{at}/{place}"), twice, out);
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}

#[test]
fn single_faults_are_refused_at_their_place() {
    let document = full();
    let mut all = Vec::new();
    places(&document, String::new(), &mut all);
    let (mut faults, mut wrong) = (0, Vec::new());
    let mut check = |text: &str, expected: &[(&str, String)], what: String| {
        faults += 1;
        let found = SchemeDef::from_json(text)
            .map(|_| ())
            .map_err(|error| (error.code, error.path.to_string()));
        if !expected
            .iter()
            .any(|expected| found.as_ref().is_err_and(|found| found == expected))
        {
            wrong.push(format!("{what}: {found:?}"));
        }
    };
    for pointer in &all {
        let here = document.pointer(pointer).expect("a place").clone();
        for other in [
            json!(7.5),
            json!("\u{1}"),
            json!(true),
            json!([[]]),
            json!({ "zz": 1 }),
        ] {
            if std::mem::discriminant(&other) == std::mem::discriminant(&here) {
                continue;
            }
            let mut changed = document.clone();
            set(&mut changed, pointer, other.clone());
            let at = [
                ("read.wrong_type", pointer.clone()),
                ("read.value", pointer.clone()),
                // Where keys are values themselves.
                ("read.value", format!("{pointer}/zz")),
            ];
            check(&changed.to_string(), &at, format!("{pointer} = {other}"));
        }
        if let Value::Object(map) = &here {
            let mut changed = document.clone();
            set(&mut changed, &format!("{pointer}/zz"), json!(1));
            let expected = [
                ("read.unknown_field", format!("{pointer}/zz")),
                ("read.value", pointer.clone()),
                // Where keys are values themselves.
                ("read.value", format!("{pointer}/zz")),
            ];
            check(&changed.to_string(), &expected, format!("{pointer}/zz = 1"));
            if let Some(key) = map.keys().next() {
                let mut text = String::new();
                print(&document, "", pointer, &mut text);
                check(
                    &text,
                    &[("read.duplicate_key", format!("{pointer}/{key}"))],
                    format!("{pointer}/{key} twice"),
                );
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {faults}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(faults >= 2_000, "{faults}");
}

#[test]
fn the_canonical_form_is_a_fixed_point() {
    let scheme = compiled(&full()).unwrap_or_else(|problems| panic!("{problems}"));
    let printed = scheme.to_json();
    let again = SchemeDef::from_json(&printed).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(&again, scheme.definition());
    assert_eq!(again.to_json(), printed);
    let again = compile(again).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(
        (again.digest_bytes(), again.digest_hex()),
        (scheme.digest_bytes(), scheme.digest_hex())
    );
}

#[test]
fn defaults_and_their_absence_have_one_digest() {
    let short = json!({ "format": 1, "id": "s", "name": "S", "currency": "EUR", "time_zone": "UTC",
        "wallets": [{ "id": "w" }] });
    let long = json!({ "format": 1, "id": "s", "name": "S", "currency": "EUR", "time_zone": "UTC",
        "wallets": [{ "id": "w", "precision": 0, "rounding": "floor", "expiry": { "never": {} }, "draw": "earliest_expiry",
            "shortfall": "deficit", "drain_other_lots": true, "caps": [], "unit": null, "carry": false }],
        "exclude": { "gift_cards": true, "discounted_lines": false }, "earn": [], "cards": [], "ladders": [], "rewards": [],
        "earn_base": { "own_reward": "after", "tax": "as_priced" }, "combine_multipliers": "product", "combine_rules": "sum",
        "returns": { "money": "frozen", "points": "reprice" }, "guards": {}, "discount_rounding": "half_up" });
    let digest = |document: &Value| {
        compiled(document)
            .unwrap_or_else(|problems| panic!("{problems}"))
            .digest_hex()
    };
    assert_eq!(digest(&short), digest(&long));
    let mut other = short.clone();
    set(&mut other, "/version", json!("2"));
    assert_ne!(digest(&short), digest(&other));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Parts of the full scheme, left out at random: what still reads prints and reads again alike.
    #[test]
    fn reading_what_was_printed_changes_nothing(drops in prop::collection::vec(any::<prop::sample::Index>(), 0..20)) {
        let mut document = full();
        for drop in drops {
            let mut all = Vec::new();
            places(&document, String::new(), &mut all);
            let pointer = drop.get(&all).clone();
            let mut shorter = document.clone();
            scheme_support::remove(&mut shorter, &pointer);
            if SchemeDef::from_json(&shorter.to_string()).is_ok() {
                document = shorter;
            }
        }
        let def = SchemeDef::from_json(&document.to_string()).unwrap();
        let printed = def.to_json();
        let again = SchemeDef::from_json(&printed).unwrap();
        prop_assert_eq!(&again, &def);
        prop_assert_eq!(again.to_json(), printed);
        // Compiling never panics, whatever is left.
        let _ = compile(def);
    }
}

fn repository(path: &str) -> String {
    let path = format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_reference_shows_schemes_that_compile() {
    let page = repository("docs/scheme-reference.md");
    let head = json!({ "format": 1, "id": "example", "name": "Example", "currency": "EUR", "time_zone": "Europe/Paris" });
    let (mut whole, mut parts) = (0, 0);
    for block in page.split("\n```json ").skip(1) {
        let (tag, rest) = block.split_once('\n').expect("a tag");
        let (text, _) = rest.split_once("\n```").expect("an end");
        let text = match tag {
            "scheme" => text.to_owned(),
            // A part stands for the head with these fields in it.
            "part" => {
                let mut document = head.clone();
                let part: Value =
                    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
                document
                    .as_object_mut()
                    .expect("an object")
                    .extend(part.as_object().expect("an object").clone());
                document.to_string()
            }
            other => panic!("a json block is tagged `scheme` or `part`, not `{other}`"),
        };
        let def = SchemeDef::from_json(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        compile(def).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
        if tag == "scheme" {
            whole += 1
        } else {
            parts += 1
        }
    }
    assert!(whole >= 1 && parts >= 10, "{whole} whole, {parts} parts");
}

#[test]
fn the_reference_names_every_field() {
    let page = repository("docs/scheme-reference.md");
    let mut all = Vec::new();
    places(&full(), String::new(), &mut all);
    let mut names: Vec<String> = all
        .iter()
        .filter_map(|pointer| pointer.rsplit('/').next().map(str::to_owned))
        .collect();
    names.retain(|name| name.parse::<usize>().is_err());
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !page.contains(&format!("`{name}`")));
    assert!(
        names.is_empty(),
        "not in docs/scheme-reference.md: {names:?}"
    );
}

#[cfg(feature = "toml")]
#[test]
fn the_example_schemes_compile() {
    for name in ["cafe-card", "points-tiers", "spend-discount"] {
        let text = repository(&format!("loyalty-core/examples/schemes/{name}.toml"));
        let def = SchemeDef::from_toml(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let scheme: Scheme = compile(def).unwrap_or_else(|problems| panic!("{name}: {problems}"));
        assert_eq!(scheme.id().as_str(), format!("com.example.{name}"));
        assert_eq!(scheme.currency().as_str(), "USD");
        assert_eq!(scheme.definition().time_zone, "America/New_York");
        // The same scheme in JSON is the same scheme.
        assert_eq!(
            SchemeDef::from_json(&scheme.to_json()).as_ref(),
            Ok(scheme.definition())
        );
    }
}

#[test]
fn the_full_scheme_has_every_field() {
    // What is skipped when it is a default stands in the canonical form when it is none.
    let printed: Value =
        serde_json::from_str(&SchemeDef::from_json(FULL).expect("a definition").to_json())
            .expect("JSON");
    let (mut before, mut after) = (Vec::new(), Vec::new());
    places(&full(), String::new(), &mut before);
    places(&printed, String::new(), &mut after);
    assert!(before.len() > 400 && after.len() > 400);
}

/// `docs/scheme.schema.json` is generated: run this test with `UPDATE_SCHEMA=1` to write it anew.
#[cfg(feature = "schema")]
#[test]
fn the_json_schema_is_in_step() {
    let schema = loyalty_core::scheme::json_schema();
    let text = format!("{}\n", serde_json::to_string_pretty(&schema).expect("JSON"));
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of the test, not of the library"
    )]
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        let path = format!("{}/../docs/scheme.schema.json", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, &text).expect("the file is written");
    }
    assert_eq!(
        repository("docs/scheme.schema.json"),
        text,
        "run with UPDATE_SCHEMA=1"
    );
}
