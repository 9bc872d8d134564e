//! Runs every case of `vectors/` against the engine. The format is in `vectors/README.md`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use loyalty_core::evaluate::{Act, ActError, Outcome, QuoteOptions, Schemes, perform, quote, standing};
use loyalty_core::customer::Facts;
use loyalty_core::id::MemberId;
use loyalty_core::ledger::{Account, Entry, Group, verify};
use loyalty_core::purchase::Purchase;
use loyalty_core::scheme::{Scheme, SchemeDef, compile};
use loyalty_core::time::Moment;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    #[allow(dead_code)]
    title: String,
    #[allow(dead_code)]
    source: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    #[allow(dead_code)]
    note: String,
    scheme: SchemeDef,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    at: Moment,
    #[serde(default)]
    act: Option<Act>,
    #[serde(default)]
    quote: Option<Purchase>,
    #[serde(default)]
    facts: Option<Facts>,
    #[serde(default)]
    standing: bool,
    /// From now on this scheme is in force.
    #[serde(default)]
    scheme: Option<SchemeDef>,
    #[serde(default)]
    expect: Option<Value>,
}

struct Run {
    schemes: Vec<Arc<Scheme>>,
    account: Account,
    groups: Vec<Group>,
}

impl Run {
    fn schemes(&self) -> Schemes {
        let mut all = self.schemes.iter().rev().cloned();
        let current = Schemes::new(all.next().expect("a scheme"));
        all.fold(current, Schemes::with_earlier)
    }

    fn current(&self) -> &Scheme {
        self.schemes.last().expect("a scheme")
    }

    /// What the engine says to a step, as one JSON object.
    fn step(&mut self, step: &Step) -> Value {
        let mut answer = Map::new();
        let facts = step.facts.clone().unwrap_or_default();
        if let Some(def) = &step.scheme {
            self.schemes.push(Arc::new(compile(def.clone()).expect("the scheme compiles")));
        }
        if let Some(purchase) = &step.quote {
            let options = QuoteOptions { explain: true, pool: None };
            match quote(self.current(), &self.account, purchase, &facts, step.at, options) {
                Ok(decision) => {
                    answer.insert("decision".into(), serde_json::to_value(decision).expect("JSON"));
                }
                Err(error) => {
                    answer.insert("error".into(), error_json(&error));
                }
            }
        }
        if let Some(act) = &step.act {
            let before = self.account.clone();
            match perform(&self.schemes(), &self.account, act, step.at, None) {
                Ok(Outcome::Posted(posted)) => {
                    for entry in &posted.group.entries {
                        match entry {
                            Entry::Return(entry) => {
                                answer.insert("return".into(), serde_json::to_value(entry).expect("JSON"));
                            }
                            Entry::TierChange(entry) => {
                                answer.insert("tier_change".into(), serde_json::to_value(entry).expect("JSON"));
                            }
                            _ => {}
                        }
                    }
                    self.account = posted.account;
                    self.groups.push(posted.group);
                }
                Ok(Outcome::Repeated(seq)) => {
                    answer.insert("repeated".into(), json!(seq));
                }
                Err(error) => {
                    assert_eq!(before, self.account, "an error leaves the account as it was");
                    answer.insert("error".into(), error_json(&error));
                }
            }
        }
        let state = standing(self.current(), &self.account, step.at).expect("a standing");
        answer.insert("standing".into(), serde_json::to_value(state).expect("JSON"));
        Value::Object(answer)
    }

    /// The account is the fold of its groups, and the chain holds.
    fn check(&self) {
        self.account.audit().expect("the account holds together");
        let member = self.account.member.clone();
        let replayed = Account::replay(member, &self.groups).expect("a replay");
        assert_eq!(replayed, self.account, "the replay differs");
        verify(&self.groups).expect("the chain holds");
        let lines: Vec<String> =
            self.groups.iter().map(|group| serde_json::to_string(group).expect("JSON")).collect();
        for (line, group) in lines.iter().zip(&self.groups) {
            let back: Group = serde_json::from_str(line).expect("a group of JSON");
            assert_eq!(&back, group);
        }
    }
}

fn error_json(error: &ActError) -> Value {
    json!({ "code": error.code(), "path": error.path().map(ToString::to_string), "message": error.to_string() })
}

/// Where `found` lacks something that `expected` lists; objects list some keys, arrays all items.
fn difference(expected: &Value, found: &Value, at: &str) -> Option<String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            expected.iter().find_map(|(key, value)| match found.get(key) {
                Some(found) => difference(value, found, &format!("{at}/{key}")),
                None => Some(format!("{at}/{key}: expected {value}, found nothing")),
            })
        }
        (Value::Array(expected), Value::Array(found)) => {
            if expected.len() != found.len() {
                return Some(format!("{at}: expected {} items, found {}: {found:?}", expected.len(), found.len()));
            }
            expected.iter().zip(found).enumerate().find_map(|(place, (expected, found))| {
                difference(expected, found, &format!("{at}/{place}"))
            })
        }
        (expected, found) if expected == found => None,
        (expected, found) => Some(format!("{at}: expected {expected}, found {found}")),
    }
}

fn run(case: &Case) -> Result<(), String> {
    let scheme = compile(case.scheme.clone()).map_err(|problems| problems.to_string())?;
    let member = MemberId::try_new("member").map_err(|error| error.to_string())?;
    let mut run =
        Run { schemes: vec![Arc::new(scheme)], account: Account::new(member), groups: Vec::new() };
    for (place, step) in case.steps.iter().enumerate() {
        assert!(
            step.act.is_some() || step.quote.is_some() || step.standing || step.scheme.is_some(),
            "{}: step {place} does nothing",
            case.id
        );
        let answer = run.step(step);
        let unexpected = answer.get("error").is_some()
            && step.expect.as_ref().is_none_or(|expect| expect.get("error").is_none());
        if unexpected {
            return Err(format!("step {place}: {}", answer["error"]));
        }
        if let Some(found) =
            step.expect.as_ref().and_then(|expect| difference(expect, &answer, ""))
        {
            return Err(format!("step {place}: {found}"));
        }
    }
    run.check();
    Ok(())
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder of vectors")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_vector_holds() {
    let (mut count, mut wrong) = (0, Vec::new());
    for path in files() {
        let text = fs::read_to_string(&path).expect("a file");
        let file: File = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(file.format, 1);
        for case in &file.cases {
            count += 1;
            if let Err(error) = run(case) {
                wrong.push(format!("{}: {error}", case.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 40, "only {count} vectors were found");
}
