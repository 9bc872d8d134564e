//! Runs every case of `vectors/` against the engine. The format is in `vectors/README.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{
    Act, ActError, MergeAct, Outcome, PairOutcome, QuoteOptions, Schemes, TransferAct, answer,
    merge, perform, quote, standing, transfer, verify_decision,
};
use loyalty_core::id::MemberId;
use loyalty_core::ledger::{Account, Digest, Entry, Group, to_json_line, verify};
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
    /// Whose account; `member` when absent.
    #[serde(default)]
    member: Option<String>,
    /// The other account of a transfer or a merge.
    #[serde(default)]
    other: Option<String>,
    #[serde(default)]
    transfer: Option<TransferAct>,
    #[serde(default)]
    merge: Option<MergeAct>,
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

#[derive(Clone)]
struct Book {
    account: Account,
    groups: Vec<Group>,
}

struct Run {
    schemes: Vec<Arc<Scheme>>,
    books: BTreeMap<String, Book>,
    /// Every text that the steps led to, one a line: its digest holds for runners in any language.
    written: String,
}

impl Run {
    fn write(&mut self, text: &str) {
        self.written.push_str(text);
        self.written.push('\n');
    }

    fn write_error(&mut self, error: &ActError) {
        let path = error.path().map(ToString::to_string).unwrap_or_default();
        self.write(&format!("{} {path}", error.code()));
    }

    fn schemes(&self) -> Schemes {
        let mut all = self.schemes.iter().rev().cloned();
        let current = Schemes::new(all.next().expect("a scheme"));
        all.fold(current, Schemes::with_earlier)
    }

    fn current(&self) -> &Scheme {
        self.schemes.last().expect("a scheme")
    }

    fn book(&mut self, name: &str) -> &mut Book {
        self.books.entry(name.to_owned()).or_insert_with(|| Book {
            account: Account::new(MemberId::try_new(name).expect("a member")),
            groups: Vec::new(),
        })
    }

    /// What the engine says to a step, as one JSON object.
    fn step(&mut self, step: &Step) -> Value {
        let mut said = Map::new();
        let facts = step.facts.clone().unwrap_or_default();
        if let Some(def) = &step.scheme {
            self.schemes
                .push(Arc::new(compile(def.clone()).expect("the scheme compiles")));
        }
        let name = step.member.clone().unwrap_or_else(|| "member".to_owned());
        let other = step.other.clone().unwrap_or_else(|| "other".to_owned());
        let account = self.book(&name).account.clone();
        if let Some(purchase) = &step.quote {
            said.extend(self.quote(purchase, &account, &facts, step.at));
        }
        if let Some(act) = &step.act {
            match perform(&self.schemes(), &account, act, step.at, None) {
                Ok(Outcome::Posted(posted)) => {
                    said.extend(entries_json(&posted.group));
                    self.write(to_json_line(&posted.group).expect("a line").trim_end());
                    self.book(&name).account = posted.account;
                    self.book(&name).groups.push(posted.group);
                    self.repeat(&name, act, step.at);
                }
                Ok(Outcome::Repeated(seq)) => {
                    said.insert("repeated".into(), json!(seq));
                }
                Err(error) => {
                    self.write_error(&error);
                    said.insert("error".into(), error_json(&error));
                }
            }
        }
        let pair = match (&step.transfer, &step.merge) {
            (Some(act), _) => {
                let to = self.book(&other).account.clone();
                Some(transfer(&self.schemes(), &account, &to, act, step.at))
            }
            (_, Some(act)) => {
                let from = self.book(&other).account.clone();
                Some(merge(&self.schemes(), &account, &from, act, step.at))
            }
            _ => None,
        };
        match pair {
            Some(Ok(PairOutcome::Posted(first, second))) => {
                for (name, posted) in [(&name, first), (&other, second)] {
                    self.write(to_json_line(&posted.group).expect("a line").trim_end());
                    let book = self.book(name);
                    book.account = posted.account;
                    book.groups.push(posted.group);
                }
            }
            Some(Ok(PairOutcome::Repeated(first, second))) => {
                said.insert("repeated".into(), json!([first, second]));
            }
            Some(Err(error)) => {
                self.write_error(&error);
                said.insert("error".into(), error_json(&error));
            }
            None => {}
        }
        let account = self.book(&name).account.clone();
        if let Ok(state) = standing(self.current(), &account, step.at) {
            self.write(&serde_json::to_string(&state).expect("JSON"));
            said.insert(
                "standing".into(),
                serde_json::to_value(state).expect("JSON"),
            );
        }
        Value::Object(said)
    }

    /// A quote, which a client's copy of it must verify against, and no changed copy may.
    fn quote(
        &mut self,
        purchase: &Purchase,
        account: &Account,
        facts: &Facts,
        at: Moment,
    ) -> Map<String, Value> {
        let options = QuoteOptions {
            explain: true,
            pool: None,
        };
        let mut said = Map::new();
        match quote(self.current(), account, purchase, facts, at, options) {
            Ok(decision) => {
                let bytes = decision.canonical_bytes().expect("bytes");
                verify_decision(self.current(), account, purchase, facts, &bytes, None)
                    .expect("an honest decision verifies");
                let text = String::from_utf8(bytes).expect("text");
                let due = format!("\"due\":\"{}\"", decision.totals.due);
                let changed = text.replace(&due, "\"due\":\"0.01\"");
                assert_ne!(changed, text);
                let error = verify_decision(
                    self.current(),
                    account,
                    purchase,
                    facts,
                    changed.as_bytes(),
                    None,
                );
                assert_eq!(error.expect_err("tampered").code(), "decision.tampered");
                self.write(&serde_json::to_string(&decision).expect("JSON"));
                said.insert(
                    "decision".into(),
                    serde_json::to_value(decision).expect("JSON"),
                );
            }
            Err(error) => {
                self.write_error(&error);
                said.insert("error".into(), error_json(&error));
            }
        }
        said
    }

    /// Every act twice is every act once.
    fn repeat(&mut self, name: &str, act: &Act, at: Moment) {
        let book = self.book(name).clone();
        let again = perform(&self.schemes(), &book.account, act, at, None).expect("a repeat");
        assert_eq!(again, Outcome::Repeated(book.account.head.seq));
    }

    /// Every account is the fold of its groups, and its chain holds.
    fn check(&self) {
        for book in self.books.values() {
            book.account.audit().expect("the account holds together");
            let member = book.account.member.clone();
            let replayed = Account::replay(member, &book.groups).expect("a replay");
            assert_eq!(replayed, book.account, "the replay differs");
            verify(&book.groups).expect("the chain holds");
            for group in &book.groups {
                let line = serde_json::to_string(group).expect("JSON");
                let back: Group = serde_json::from_str(&line).expect("a group of JSON");
                assert_eq!(&back, group);
            }
        }
    }
}

fn entries_json(group: &Group) -> Map<String, Value> {
    let mut said = Map::new();
    said.insert(
        "answer".into(),
        serde_json::to_value(answer(group)).expect("JSON"),
    );
    for entry in &group.entries {
        match entry {
            Entry::Return(entry) => {
                said.insert("return".into(), serde_json::to_value(entry).expect("JSON"));
            }
            Entry::TierChange(entry) => {
                said.insert(
                    "tier_change".into(),
                    serde_json::to_value(entry).expect("JSON"),
                );
            }
            _ => {}
        }
    }
    said
}

fn error_json(error: &ActError) -> Value {
    json!({ "code": error.code(), "path": error.path().map(ToString::to_string), "message": error.to_string() })
}

/// Where `found` lacks something that `expected` lists; objects list some keys, arrays all items.
fn difference(expected: &Value, found: &Value, at: &str) -> Option<String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            expected
                .iter()
                .find_map(|(key, value)| match found.get(key) {
                    Some(found) => difference(value, found, &format!("{at}/{key}")),
                    None => Some(format!("{at}/{key}: expected {value}, found nothing")),
                })
        }
        (Value::Array(expected), Value::Array(found)) => {
            if expected.len() != found.len() {
                return Some(format!(
                    "{at}: expected {} items, found {}: {found:?}",
                    expected.len(),
                    found.len()
                ));
            }
            expected
                .iter()
                .zip(found)
                .enumerate()
                .find_map(|(place, (expected, found))| {
                    difference(expected, found, &format!("{at}/{place}"))
                })
        }
        (expected, found) if expected == found => None,
        (expected, found) => Some(format!("{at}: expected {expected}, found {found}")),
    }
}

/// Runs a case, and gives the digest of everything that it wrote.
fn run(case: &Case) -> Result<Digest, String> {
    let scheme = compile(case.scheme.clone()).map_err(|problems| problems.to_string())?;
    let mut run = Run {
        schemes: vec![Arc::new(scheme)],
        books: BTreeMap::new(),
        written: String::new(),
    };
    for (place, step) in case.steps.iter().enumerate() {
        assert!(
            step.act.is_some()
                || step.quote.is_some()
                || step.transfer.is_some()
                || step.merge.is_some()
                || step.standing
                || step.scheme.is_some(),
            "{}: step {place} does nothing",
            case.id
        );
        let answer = run.step(step);
        let unexpected = answer.get("error").is_some()
            && step
                .expect
                .as_ref()
                .is_none_or(|expect| expect.get("error").is_none());
        if unexpected {
            return Err(format!("step {place}: {}", answer["error"]));
        }
        if let Some(found) = step
            .expect
            .as_ref()
            .and_then(|expect| difference(expect, &answer, ""))
        {
            return Err(format!("step {place}: {found}"));
        }
    }
    run.check();
    Ok(Digest::of(run.written.as_bytes()))
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
    let (mut count, mut wrong, mut digests) = (0, Vec::new(), String::new());
    for path in files() {
        let text = fs::read_to_string(&path).expect("a file");
        let file: File =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(file.format, 1);
        for case in &file.cases {
            count += 1;
            match run(case) {
                Ok(digest) => digests.push_str(&format!("{} {digest}\n", case.id)),
                Err(error) => wrong.push(format!("{}: {error}", case.id)),
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count >= 40, "only {count} vectors were found");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors");
    let known = fs::read_to_string(folder.join("digests.txt")).unwrap_or_default();
    let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join("digests.txt");
    fs::write(&new, &digests).expect("a file");
    let differing = || {
        let lines = digests
            .lines()
            .filter(|line| !known.lines().any(|of| of == *line));
        let names = lines.filter_map(|line| line.split(' ').next());
        names.collect::<Vec<_>>().join(", ")
    };
    assert!(
        known == digests,
        "other bytes than before, or other cases: {}. If that is meant, say so in CHANGELOG.md and take {}",
        differing(),
        new.display()
    );
}
