//! S1: single faults of form in valid schemes, each refused at its place.

use loyalty_core::scheme::SchemeDef;
use serde_json::{Value, json};

use crate::random::Random;
use crate::{Tally, schemes};

/// A scheme that uses every field of the document.
const FULL: &str = include_str!("../../loyalty-core/tests/data/full_scheme.json");

/// The places of a document, each with what stands there.
fn places(value: &Value, pointer: &str, found: &mut Vec<(String, Value)>) {
    found.push((pointer.to_owned(), value.clone()));
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                places(
                    value,
                    &format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        Value::Array(items) => {
            for (number, value) in items.iter().enumerate() {
                places(value, &format!("{pointer}/{number}"), found);
            }
        }
        _ => {}
    }
}

/// Values of another type than the one that stands there.
fn wrong(value: &Value) -> Vec<Value> {
    let all = [
        json!(null),
        json!(true),
        json!(7),
        json!(1.5),
        json!([]),
        json!({}),
        json!("\u{1}"),
    ];
    let same = |other: &Value| std::mem::discriminant(other) == std::mem::discriminant(value);
    let whole = |other: &Value| value.is_number() && other.is_number() && other.is_i64();
    all.into_iter()
        .filter(|other| !same(other) || (value.is_number() && !whole(other)))
        .collect()
}

fn refused(text: &str) -> Option<(&'static str, String)> {
    SchemeDef::from_json(text)
        .err()
        .map(|error| (error.code, error.path.to_string()))
}

/// Whether `null` at a place reads as nothing at that place, which is no fault.
fn absent(document: &Value, pointer: &str, null: &Value) -> bool {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return false;
    };
    let mut without = document.clone();
    if let Some(Value::Object(fields)) = without.pointer_mut(parent) {
        fields.remove(name);
    }
    let read = |document: &Value| SchemeDef::from_json(&document.to_string()).ok();
    read(null).is_some_and(|def| read(&without) == Some(def))
}

/// Every place of a scheme with every wrong type, an unknown field in every object, every key twice.
/// 0 is the scheme that uses every field, other numbers are random ones.
///
/// # Panics
/// When a fault is not refused, or not at its place.
#[must_use]
pub fn malformed(seed: u64) -> Tally {
    let mut random = Random::new(seed);
    let document = match seed {
        0 => serde_json::from_str(FULL).expect("JSON"),
        _ => schemes::scheme(&mut random),
    };
    let mut found = Vec::new();
    places(&document, "", &mut found);
    let mut tally = Tally {
        sequences: 1,
        ..Tally::default()
    };
    let mut say = |what: &str, text: &str, codes: &[&str], allowed: &[String]| {
        tally.acts += 1;
        let (code, path) = refused(text).unwrap_or_else(|| panic!("S1: {what} was taken"));
        assert!(codes.contains(&code), "S1: {what}: {code} at {path}");
        assert!(
            allowed.contains(&path),
            "S1: {what}: {code} at {path}, expected at {allowed:?}"
        );
    };
    for (pointer, value) in &found {
        for other in wrong(value) {
            let mut bad = document.clone();
            *bad.pointer_mut(pointer).expect("a place") = other.clone();
            if other.is_null() && absent(&document, pointer, &bad) {
                continue;
            }
            let what = format!("{pointer} = {other}");
            say(
                &what,
                &bad.to_string(),
                &["read.wrong_type", "read.value", "read.missing_field"],
                std::slice::from_ref(pointer),
            );
        }
        let Value::Object(fields) = value else {
            continue;
        };
        let mut bad = document.clone();
        bad.pointer_mut(pointer).expect("a place")["zzz"] = json!(1);
        let what = format!("{pointer}/zzz");
        say(
            &what,
            &bad.to_string(),
            &["read.unknown_field", "read.value"],
            &[pointer.clone(), what.clone()],
        );
        for name in fields.keys() {
            let mut bad = document.clone();
            bad.pointer_mut(pointer).expect("a place")["\u{1}"] = fields[name].clone();
            let text = bad
                .to_string()
                .replace("\"\\u0001\":", &format!("{}:", json!(name)));
            let place = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            say(
                &format!("{place} twice"),
                &text,
                &["read.duplicate_key"],
                std::slice::from_ref(&place),
            );
        }
    }
    let text = document.to_string();
    for _ in 0..200 {
        let at = random.below(text.len());
        let cut = text.get(..at).unwrap_or_default();
        tally.acts += 1;
        let (code, _) = refused(cut).expect("S1: a document without its end");
        assert_eq!(code, "read.syntax", "cut at {at}");
    }
    tally
}
