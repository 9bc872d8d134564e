//! Speed of the engine through its Rust interface: CPU time, medians of repeats.
//!
//! `quick` takes a few minutes, `full` repeats longer; both count instructions too, with valgrind.
//! Every contender must find the golden result before it is timed.

mod offers;
mod replay;
mod rules;
mod timing;
mod twelve;

use std::hint::black_box;
use std::time::Duration;

use loyalty_core::evaluate::{Cart, Decision, QuoteOptions, perform, quote, quote_cart};
use loyalty_core::ledger::Account;
use loyalty_core::purchase::Purchase;
use loyalty_core::read::{ReadLimits, read_json};

use timing::{Effort, Timing};
use twelve::{Failure, GOLDEN, HAND_CART, Twelve, by_hand, outcome_of, record};

const QUICK: Effort = Effort {
    repeats: 7,
    each: Duration::from_millis(100),
};
const FULL: Effort = Effort {
    repeats: 11,
    each: Duration::from_millis(400),
};

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["count", name, times] => count(name, times.parse()?),
        ["offers"] => offers::all(QUICK),
        ["replay"] => replay::all(QUICK),
        ["full"] => all(FULL),
        ["quick"] | [] => all(QUICK),
        _ => Err("expected: quick, full, offers, replay, or count NAME TIMES".into()),
    }
}

fn all(effort: Effort) -> Result<(), Failure> {
    println!(
        "CPU time of one thread, medians of {} repeats (least to most)\n",
        effort.repeats
    );
    decisions(effort)?;
    many_rules(effort)?;
    offers::all(effort)?;
    replay::all(effort)?;
    counts()
}

pub(crate) fn row(what: &str, timing: Timing, goal: Option<f64>) {
    let goal = goal.map_or("-".into(), |goal| {
        let verdict = if timing.a_second() >= goal {
            "reached"
        } else {
            "missed"
        };
        format!("{} {verdict}", per_second(goal))
    });
    println!(
        "| {what} | {:.0} ns ({:.0} to {:.0}) | {} | {goal} |",
        timing.median,
        timing.least,
        timing.most,
        per_second(timing.a_second())
    );
}

fn per_second(rate: f64) -> String {
    if rate >= 1e6 {
        format!("{:.2} M/s", rate / 1e6)
    } else {
        format!("{:.0} k/s", rate / 1e3)
    }
}

pub(crate) fn header(first: &str) {
    println!("| {first} | time | rate | goal |\n|---|---|---|---|");
}

const OFF: QuoteOptions<'static> = QuoteOptions {
    explain: false,
    pool: None,
};
const ON: QuoteOptions<'static> = QuoteOptions {
    explain: true,
    pool: None,
};

pub(crate) fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    found: T,
    golden: T,
) -> Result<(), Failure> {
    if found == golden {
        return Ok(());
    }
    Err(format!("{what} found {found:?} instead of {golden:?}").into())
}

impl Twelve {
    fn typed(&self, cart: Option<&Cart>, options: QuoteOptions<'_>) -> twelve::Outcome12 {
        let Self {
            scheme,
            account,
            purchase,
            facts,
            at,
            ..
        } = self;
        let decision = match cart {
            Some(cart) => quote_cart(scheme, account, purchase, cart, facts, *at, options),
            None => quote(scheme, account, purchase, facts, *at, options),
        };
        decision
            .map(|decision| outcome_of(&decision))
            .unwrap_or_default()
    }

    fn decide(&self, cart: Option<&Cart>, options: QuoteOptions<'_>) {
        let Self {
            scheme,
            account,
            purchase,
            facts,
            at,
            ..
        } = black_box(self);
        let decision = match cart {
            Some(cart) => quote_cart(scheme, account, purchase, cart, facts, *at, options),
            None => quote(scheme, account, purchase, facts, *at, options),
        };
        drop(black_box(decision));
    }

    /// A prepared cart, written over an earlier decision.
    fn decide_over(&self, cart: &Cart, decision: &mut Decision) {
        let it = black_box(self);
        let written = decision.requote(
            &it.scheme,
            &it.account,
            &it.purchase,
            cart,
            &it.facts,
            it.at,
            OFF,
        );
        let _ = black_box((written, decision));
    }

    fn first_decision(&self, cart: &Cart) -> Result<Decision, Failure> {
        let (scheme, account, facts) = (&self.scheme, &self.account, &self.facts);
        let (purchase, at) = (&self.purchase, self.at);
        Ok(quote_cart(scheme, account, purchase, cart, facts, at, OFF)?)
    }

    fn by_json(&self) -> Result<String, Failure> {
        let purchase: Purchase = read_json(black_box(twelve::CART), &ReadLimits::DEFAULT)?;
        let decision = quote(
            &self.scheme,
            &self.account,
            &purchase,
            &self.facts,
            self.at,
            OFF,
        )?;
        Ok(decision.to_json()?)
    }

    /// JSON in and out for another cart.
    fn by_text(&self, text: &str) -> Result<String, Failure> {
        let purchase = read_json(black_box(text), &ReadLimits::DEFAULT)?;
        let (account, facts) = (&self.account, &self.facts);
        let decision = quote(&self.scheme, account, &purchase, facts, self.at, OFF)?;
        Ok(decision.to_json()?)
    }

    fn record(&self, act: &loyalty_core::evaluate::Act) {
        drop(black_box(perform(
            &self.schemes,
            black_box(&self.account),
            act,
            self.at,
            None,
        )));
    }
}

/// The cart with its lines so often: forty times five are the 200 that Shopify's limit of
/// instructions is for.
fn long(times: usize) -> Result<String, Failure> {
    let mut cart: serde_json::Value = serde_json::from_str(twelve::CART)?;
    if let Some(lines) = cart["lines"].as_array_mut() {
        *lines = vec![lines.clone(); times].concat();
    }
    Ok(cart.to_string())
}

fn hand() {
    black_box(by_hand(black_box(&HAND_CART), black_box(1), 8, true));
}

fn decisions(effort: Effort) -> Result<(), Failure> {
    let twelve = Twelve::new()?;
    let cart = Cart::try_new(&twelve.scheme, &twelve.purchase)?;
    same(
        "the function by hand",
        by_hand(&HAND_CART, 1, 8, true),
        GOLDEN,
    )?;
    for options in [OFF, ON] {
        same(
            "a prepared cart",
            twelve.typed(Some(&cart), options),
            GOLDEN,
        )?;
        same("a purchase", twelve.typed(None, options), GOLDEN)?;
    }
    let text: serde_json::Value = serde_json::from_str(&twelve.by_json()?)?;
    same("JSON", text["totals"]["discount"].as_str(), Some("2.70"))?;
    same("JSON", text["wallets"][0]["earned"].as_str(), Some("105"))?;
    let mut over = twelve.first_decision(&cart)?;
    twelve.decide_over(&cart, &mut over);
    same("a decision written over", outcome_of(&over), GOLDEN)?;
    let act = record(twelve.purchase.clone());
    let times = effort.time_together(&mut [
        &mut || hand(),
        &mut || twelve.decide_over(&cart, &mut over),
        &mut || twelve.decide(Some(&cart), OFF),
        &mut || twelve.decide(Some(&cart), ON),
        &mut || twelve.decide(None, OFF),
        &mut || twelve.decide(None, ON),
        &mut || drop(black_box(twelve.by_json())),
        &mut || twelve.record(&act),
    ]);
    let names = [
        ("the same scheme as a function by hand (the ceiling)", None),
        (
            "prepared cart, over an earlier decision (`requote`)",
            Some(1e6),
        ),
        ("prepared cart", Some(1e6)),
        ("prepared cart, explained", None),
        ("purchase", None),
        ("purchase, explained", None),
        ("JSON text in, JSON text out", Some(2e5)),
        ("record (perform, with hash and checks)", None),
    ];
    header("twelve rules, five lines");
    for ((name, goal), timing) in names.into_iter().zip(&times) {
        row(name, *timing, goal);
    }
    let ratio = times[3].median / times[2].median;
    println!("\nexplained over not: {ratio:.2} (goal at most 2)");
    println!(
        "prepared cart over by hand: {:.1}\n",
        times[2].median / times[0].median
    );
    Ok(())
}

fn many_rules(effort: Effort) -> Result<(), Failure> {
    let purchase = rules::cart()?;
    let account = Account::new("member-1".parse()?);
    let facts = loyalty_core::customer::Facts::default();
    let at = "2026-11-21T12:00:00Z".parse()?;
    let counts = [10, 100, 1_000, 10_000, 100_000];
    let mut schemes = Vec::new();
    for count in counts {
        let scheme = rules::scheme(count)?;
        let cart = Cart::try_new(&scheme, &purchase)?;
        let decision = quote_cart(&scheme, &account, &purchase, &cart, &facts, at, OFF)?;
        let earned = decision
            .wallets
            .first()
            .map(|wallet| wallet.earned.milli() / 1000);
        same("many rules", earned, Some(rules::golden(count)))?;
        schemes.push((scheme, cart));
    }
    let mut runs: Vec<_> = schemes
        .iter()
        .map(|(scheme, cart)| {
            || {
                drop(black_box(quote_cart(
                    scheme, &account, &purchase, cart, &facts, at, OFF,
                )))
            }
        })
        .collect();
    let mut runs: Vec<&mut dyn FnMut()> =
        runs.iter_mut().map(|run| run as &mut dyn FnMut()).collect();
    let times = effort.time_together(&mut runs);
    println!(
        "| rules, three match | time | over 10 rules | goal | index, bytes a rule |\n|---|---|---|---|---|"
    );
    for ((count, timing), (scheme, _)) in counts.iter().zip(&times).zip(&schemes) {
        let goal = match count {
            10_000 => "1.5",
            100_000 => "2",
            _ => "-",
        };
        println!(
            "| {count} | {:.0} ns ({:.0} to {:.0}) | {:.2} | {goal} | {} |",
            timing.median,
            timing.least,
            timing.most,
            timing.median / times[0].median,
            scheme.index_bytes() / count
        );
    }
    println!();
    Ok(())
}

/// Runs one operation so many times, for an instruction counter.
fn count(name: &str, times: usize) -> Result<(), Failure> {
    if let "grouped" | "interleaved" | "one_by_one" = name {
        return replay::count(name, times);
    }
    let twelve = Twelve::new()?;
    let cart = Cart::try_new(&twelve.scheme, &twelve.purchase)?;
    let act = record(twelve.purchase.clone());
    let mut over = twelve.first_decision(&cart)?;
    let long = long(40)?;
    for _ in 0..times {
        match name {
            "by_hand" => hand(),
            "over" => twelve.decide_over(&cart, &mut over),
            "prepared" => twelve.decide(Some(&cart), OFF),
            "explained" => twelve.decide(Some(&cart), ON),
            "purchase" => twelve.decide(None, OFF),
            "json" => drop(black_box(twelve.by_json())),
            "lines_200" => drop(black_box(twelve.by_text(&long)?)),
            "record" => twelve.record(&act),
            _ => return Err("no such operation".into()),
        }
    }
    Ok(())
}

/// Instructions an operation: the difference of two runs under callgrind.
fn counts() -> Result<(), Failure> {
    println!("| instructions an operation (callgrind) | |\n|---|---|");
    for name in [
        "by_hand",
        "over",
        "prepared",
        "explained",
        "purchase",
        "json",
        "lines_200",
        "record",
    ] {
        let more = instructions(name, 1_100)? - instructions(name, 100)?;
        println!("| {name} | {} |", more / 1_000);
    }
    let entries = replay::counted()?;
    for name in ["interleaved", "grouped"] {
        let more = instructions(name, 3)? - instructions(name, 1)?;
        println!(
            "| replay, {name}, groups of 5 and more, an entry | {} |",
            more / 2 / entries
        );
    }
    println!();
    Ok(())
}

fn instructions(name: &str, times: usize) -> Result<u64, Failure> {
    let output = std::process::Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["count", name, &times.to_string()])
        .output()
        .map_err(|error| format!("valgrind counts instructions; please install it ({error})"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected :"));
    let (_, number) = collected.ok_or_else(|| format!("valgrind counted nothing: {text}"))?;
    Ok(number.trim().parse()?)
}
