//! Random schemes and carts, with the digest of everything that the engine answers.
//!
//!   cargo run --release -p loyalty-core --example carts -- CARTS
//!
//! A line of JSON for each scheme: what is asked of it, step by step, and the SHA-256 over every answer and
//! every error. The same number of a scheme gives the same line. `bindings-wasm/test/carts.js` asks the wasm
//! the same and holds the digests against each other.

#[path = "../../tests/engine_support/mod.rs"]
mod engine_support;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use engine_support::{Shop, cart, moment, returns_of, scheme};
use hmac_sha256::Hash;
use loyalty_core::evaluate::{Outcome, standing};
use loyalty_core::ledger::to_json_line;
use loyalty_core::time::Moment;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

/// Carts that one account buys under one scheme.
const CARTS: u32 = 4;

/// The steps of a case, and the hash of what was said.
struct Case {
    shop: Shop,
    steps: Vec<Value>,
    said: Hash,
}

impl Case {
    fn say(&mut self, text: &str) {
        self.said.update(text);
        self.said.update("\n");
    }

    /// Does an act; whether it was posted.
    fn act(&mut self, act: Value, at: Moment) -> bool {
        let done = self.shop.act(&act, at);
        self.steps.push(json!({ "at": at, "act": act }));
        match done {
            Ok(Outcome::Posted(posted)) => {
                let line = to_json_line(&posted.group).expect("a group is text");
                self.said.update(line);
                self.shop.post(*posted);
                true
            }
            Ok(Outcome::Repeated(seq)) => {
                self.say(&format!("repeated {seq}"));
                false
            }
            Err(error) => {
                self.say(error.code());
                false
            }
        }
    }

    fn standing(&mut self, at: Moment) {
        let standing = standing(&self.shop.scheme, &self.shop.account, at);
        let text = standing.map(|standing| serde_json::to_string(&standing).expect("it is text"));
        self.say(&text.unwrap_or_else(|error| error.code().to_owned()));
        self.steps.push(json!({ "at": at }));
    }
}

fn case(number: u32) -> Value {
    let seed = Hash::hash(format!("carts {number}").as_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let document = drawn(&scheme(), &mut runner);
    let mut case = Case {
        shop: Shop::new(&document),
        steps: Vec::new(),
        said: Hash::new(),
    };
    let points = json!({ "points": { "wallet": "points", "points": "1000" } });
    let given = json!({ "id": "given", "change": points, "actor": "a", "reason": "r" });
    case.act(json!({ "adjust": given }), moment(1, 9));
    let mut sold = Vec::new();
    for (day, id) in (2..).zip(["p1", "p2", "p3", "p4"]) {
        let bought = drawn(&cart(id), &mut runner);
        let decision = case.shop.quote(&bought, moment(day, 9));
        case.say(&serde_json::to_string(&decision).expect("a decision is text"));
        let canonical = decision.canonical_bytes().expect("a decision is text");
        case.said.update(&canonical);
        case.say("");
        case.steps
            .push(json!({ "at": moment(day, 9), "quote": bought }));
        if case.act(json!({ "record": { "purchase": bought } }), moment(day, 9)) {
            sold.push(bought);
        }
    }
    case.standing(moment(6, 9));
    for (place, bought) in sold.iter().enumerate() {
        let picks = drawn(&proptest::collection::vec(any::<u32>(), 1..4), &mut runner);
        let id = format!("back-{place}");
        let act = match picks.first().map(|pick| pick % 4) {
            Some(0) => json!({ "cancel": { "id": id, "purchase": bought.id } }),
            _ => {
                let lines = returns_of(bought, &picks);
                json!({ "refund": { "id": id, "purchase": bought.id, "lines": lines } })
            }
        };
        case.act(act, moment(7, 9));
    }
    case.act(json!({ "due": { "id": "due" } }), moment(40, 9));
    case.standing(moment(40, 10));
    let state = case.shop.account.state_hash().expect("a state has a hash");
    case.say(&state.to_string());
    let digest = case.said.finalize();
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "number": number, "scheme": document, "steps": case.steps, "digest": digest })
}

fn drawn<S: Strategy>(strategy: &S, runner: &mut TestRunner) -> S::Value {
    let tree = strategy.new_tree(runner);
    tree.expect("the strategies reject nothing").current()
}

fn main() -> ExitCode {
    let asked = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let Some(carts) = asked else {
        eprintln!("usage: carts CARTS");
        return ExitCode::FAILURE;
    };
    let mut out = BufWriter::new(io::stdout().lock());
    for number in 0..u32::div_ceil(carts, CARTS) {
        if writeln!(out, "{}", case(number)).is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
