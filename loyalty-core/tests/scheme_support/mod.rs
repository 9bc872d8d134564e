//! A scheme that uses every field of the document, and ways to change one place of it.

use loyalty_core::scheme::{Problems, Scheme, SchemeDef, compile};
use serde_json::Value;

pub(crate) const FULL: &str = include_str!("../data/full_scheme.json");

pub(crate) fn full() -> Value {
    serde_json::from_str(FULL).expect("the full scheme is JSON")
}

/// Puts `value` at `pointer`; the object that holds it must exist.
pub(crate) fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let key = key.replace("~1", "/").replace("~0", "~");
    match document
        .pointer_mut(parent)
        .unwrap_or_else(|| panic!("nothing at {parent}"))
    {
        Value::Object(map) => {
            map.insert(key, value);
        }
        Value::Array(list) => {
            let place: usize = key.parse().expect("an index");
            if place == list.len() {
                list.push(value)
            } else {
                list[place] = value
            }
        }
        other => panic!("{other} holds nothing"),
    }
}

#[allow(dead_code, reason = "not every test needs it")]
pub(crate) fn remove(document: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    match document.pointer_mut(parent).expect("a parent") {
        Value::Object(map) => {
            map.remove(key).expect("something to remove");
        }
        Value::Array(list) => {
            list.remove(key.parse::<usize>().expect("an index"));
        }
        other => panic!("{other} holds nothing"),
    }
}

pub(crate) fn compiled(document: &Value) -> Result<Scheme, Problems> {
    compile(SchemeDef::from_json(&document.to_string()).unwrap_or_else(|error| panic!("{error}")))
}

/// The codes and places of a document's problems.
#[allow(dead_code, reason = "not every test needs it")]
pub(crate) fn problems(document: &Value) -> Vec<(&'static str, String)> {
    match compiled(document) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .0
            .iter()
            .map(|problem| (problem.code, problem.path.to_string()))
            .collect(),
    }
}

/// A line of a table of single faults.
#[allow(dead_code, reason = "not every test needs it")]
pub(crate) struct Case {
    pub(crate) pointer: &'static str,
    pub(crate) value: Value,
    pub(crate) code: &'static str,
    pub(crate) path: &'static str,
}

/// Reads lines of the form `PLACE = VALUE => CODE PLACE`.
#[allow(dead_code, reason = "not every test needs it")]
pub(crate) fn read_cases(table: &'static str) -> Vec<Case> {
    let lines = table.lines().filter(|line| line.starts_with('/'));
    lines
        .map(|line| {
            let (put, outcome) = line.split_once(" => ").expect("an outcome");
            let (pointer, value) = put.split_once(" = ").expect("a value");
            let (code, path) = outcome.split_once(' ').expect("a place");
            Case {
                pointer,
                value: serde_json::from_str(value).expect("JSON"),
                code,
                path,
            }
        })
        .collect()
}
