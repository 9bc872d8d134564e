//! Times of the analytics on generated shops, as JSON lines: task, median and spread in seconds.
//!
//! `cargo run --release -p loyalty-benches-analytics -- [rows] [--export DIR] [--threads N]`. With
//! `--export` the same data are written as raw little-endian columns for the peers.

mod data;

use std::io::Write;
use std::time::Instant;

use loyalty_core::analytics::civil::{Calendar, day_of};
use loyalty_core::analytics::cohort::cohort_counts;
use loyalty_core::analytics::columns::{NO_ORDER, Purchases, REFUND, SALE};
use loyalty_core::analytics::index::Index;
use loyalty_core::analytics::metrics::survival::Times;
use loyalty_core::analytics::models::gamma_gamma::{self, GammaGamma, Spends};
use loyalty_core::analytics::models::lifetime_value::{LifetimeValueOptions, lifetime_value};
use loyalty_core::analytics::models::predict::{Batch, ask_many};
use loyalty_core::analytics::models::{
    FitOptions, Histories, PurchaseModel, Question, bg_nbd, mbg_nbd, pareto_nbd,
};
use loyalty_core::analytics::occasions::Rules;
use loyalty_core::analytics::summary::{summarize, summarize_ints};

use data::{Base, DAYS, START, Shop, base, shop, shuffled};

struct Bench {
    runs: usize,
    only: Option<String>,
}

impl Bench {
    #[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
    fn time<R>(&self, task: &str, mut work: impl FnMut() -> R) {
        if self
            .only
            .as_ref()
            .is_some_and(|only| !task.contains(only.as_str()))
        {
            return;
        }
        let extra = extra_bytes(&mut work);
        let mut runs: Vec<(f64, f64)> = (0..self.runs)
            .map(|_| {
                let (start, cpu) = (Instant::now(), cpu_seconds());
                std::hint::black_box(work());
                (start.elapsed().as_secs_f64(), cpu_seconds() - cpu)
            })
            .collect();
        let mut pick = |key: fn(&(f64, f64)) -> f64| {
            runs.sort_by(|left, right| key(left).total_cmp(&key(right)));
            (
                key(&runs[0]),
                key(&runs[self.runs / 2]),
                key(&runs[self.runs - 1]),
            )
        };
        let (wall, cpu) = (pick(|run| run.0), pick(|run| run.1));
        println!(
            "{{\"task\":\"{task}\",\"engine\":\"loyalty-core\",\"wall\":{:.6},\"wall_low\":{:.6},\"wall_high\":{:.6},\"cpu\":{:.6},\"cpu_low\":{:.6},\"cpu_high\":{:.6},\"extra_bytes\":{extra}}}",
            wall.1, wall.0, wall.2, cpu.1, cpu.0, cpu.2
        );
    }
}

/// By how much the memory of this process rises above what it was, the result included. 0 where the
/// kernel does not tell.
fn extra_bytes<R>(work: &mut impl FnMut() -> R) -> u64 {
    let kilobytes = |field: &str| {
        let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(field));
        line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
            .unwrap_or(0)
    };
    // Forget the peak so far.
    if std::fs::write("/proc/self/clear_refs", "5").is_err() {
        return 0;
    }
    let before = kilobytes("VmRSS:");
    std::hint::black_box(work());
    kilobytes("VmHWM:").saturating_sub(before) * 1_024
}

/// CPU time of this process so far, in seconds: of the threads that are there, to the nanosecond, or of all that
/// ever were, to the hundredth, whichever is more. On a busy machine it says more than wall time.
fn cpu_seconds() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let there = tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|text| {
            text.split_whitespace()
                .next()
                .and_then(|nanoseconds| nanoseconds.parse::<f64>().ok())
        })
        .sum::<f64>()
        * 1e-9;
    // After the name in brackets: state and ten more fields, then ticks in the program and in the kernel.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2);
    let ever = ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>();
    there.max(ever * 0.01)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| {
        arguments
            .iter()
            .position(|argument| argument == name)
            .and_then(|at| arguments.get(at + 1))
    };
    let rows = arguments
        .first()
        .and_then(|first| first.parse().ok())
        .unwrap_or(10_000_000);
    let threads = after("--threads")
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    let bench = Bench {
        runs: 5,
        only: after("--only").cloned(),
    };
    let export = after("--export");
    cdnow(&bench);
    let shop = shop(rows);
    let rules = Rules::at(START + DAYS - 1);
    summaries(&bench, &shop, rules, threads);
    if let Some(directory) = export {
        column(
            directory,
            "customer.u32",
            shop.customer.iter().flat_map(|value| value.to_le_bytes()),
        );
        column(
            directory,
            "key.i64",
            shop.key.iter().flat_map(|value| value.to_le_bytes()),
        );
        column(
            directory,
            "day.i32",
            shop.day.iter().flat_map(|value| value.to_le_bytes()),
        );
        column(
            directory,
            "amount.i64",
            shop.amount_minor
                .iter()
                .flat_map(|value| value.to_le_bytes()),
        );
    }
    drop(shop);
    for customers in [100_000, 1_000_000] {
        let base = base(customers);
        if let Some(directory) = export {
            for (name, values) in [
                ("x", &base.x),
                ("recency", &base.recency),
                ("age", &base.age),
            ] {
                column(
                    directory,
                    &format!("{name}_{customers}.u32"),
                    values.iter().flat_map(|value| value.to_le_bytes()),
                );
            }
            column(
                directory,
                &format!("repeat_{customers}.i64"),
                base.repeat_minor
                    .iter()
                    .flat_map(|value| value.to_le_bytes()),
            );
        }
        models(&bench, &base, customers, threads);
    }
}

/// The published example: 2,357 customers in 1,016 groups or so.
fn cdnow(bench: &Bench) {
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../loyalty-core/tests/data/cdnow/CDNOW_sample.txt"
    ));
    let (mut ids, mut days, mut amounts) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.expect("the CDNOW sample is in tests/data").lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, id, date, _, dollars] = fields[..] else {
            continue;
        };
        let date: i32 = date.parse().expect("a date");
        ids.push(id.parse().expect("an id"));
        days.push(
            day_of(
                date / 10_000,
                (date / 100 % 100) as u32,
                (date % 100) as u32,
            )
            .expect("a date"),
        );
        amounts.push(dollars.replace('.', "").parse().expect("dollars and cents"));
    }
    let mut index = Index::new();
    let customer = index.encode_ints(&ids, 1).expect("few customers");
    let as_of = day_of(1997, 9, 30).expect("a date");
    let summaries = summarize(
        &Purchases::new(&customer, &days, &amounts),
        index.len(),
        Rules::at(as_of),
        1,
    );
    let summaries = summaries.expect("clean rows");
    let (histories, options) = (
        || Histories::of(&summaries).expect("possible histories"),
        FitOptions::default(),
    );
    for _ in 0..20 {
        std::hint::black_box(bg_nbd::fit(&histories(), &options).expect("fit"));
    }
    bench.time("fit BG/NBD CDNOW", || {
        bg_nbd::fit(&histories(), &options).expect("fit")
    });
    bench.time("fit Pareto/NBD CDNOW", || {
        pareto_nbd::fit(&histories(), &options).expect("fit")
    });
    bench.time("fit Gamma-Gamma CDNOW", || {
        gamma_gamma::fit(&Spends::of(&summaries), 100, &options).expect("fit")
    });
}

fn column(directory: &str, name: &str, bytes: impl Iterator<Item = u8>) {
    let path = format!("{directory}/{name}");
    let bytes: Vec<u8> = bytes.collect();
    std::fs::File::create(&path)
        .and_then(|mut file| file.write_all(&bytes))
        .expect("the export folder is writable");
}

fn summaries(bench: &Bench, shop: &Shop, rules: Rules, threads: usize) {
    let rows = shop.customer.len();
    let purchases = Purchases::new(&shop.customer, &shop.day, &shop.amount_minor);
    bench.time(&format!("summary {rows}"), || {
        summarize(&purchases, shop.customers, rules, threads).expect("clean rows")
    });
    bench.time(&format!("cohort {rows}"), || {
        cohort_counts(&purchases, shop.customers, rules, Calendar::Month).expect("clean rows")
    });
    bench.time(&format!("summary from i64 keys {rows}"), || {
        let mut index = Index::new();
        let (day, amount) = (&shop.day, &shop.amount_minor);
        let summaries = summarize_ints(&mut index, &shop.key, day, amount, rules, threads);
        (index, summaries.expect("clean rows"))
    });
    bench.time(&format!("index of i64 keys {rows}"), || {
        let mut index = Index::new();
        let customer = index.encode_ints(&shop.key, threads);
        (index, customer.expect("few customers"))
    });
    // As long as most keys of text: those of accounts at a shop, or short addresses.
    let texts: Vec<String> = shop
        .key
        .iter()
        .map(|key| format!("customer-{key:x}"))
        .collect();
    bench.time(&format!("index of text keys {rows}"), || {
        let mut index = Index::new();
        let customer = index.encode_texts(&texts, threads);
        (index, customer.expect("few customers"))
    });
    drop(texts);
    let mixed = shuffled(shop);
    let purchases = Purchases::new(&mixed.customer, &mixed.day, &mixed.amount_minor);
    bench.time(&format!("summary of unsorted rows {rows}"), || {
        summarize(&purchases, mixed.customers, rules, threads).expect("clean rows")
    });
    drop(mixed);
    // Two lines an order, every fiftieth row a refund of an earlier order.
    let order: Vec<u64> = (0..rows as u64).map(|row| row / 2).collect();
    let customer: Vec<u32> = (0..rows).map(|row| shop.customer[row / 2 * 2]).collect();
    let kind: Vec<u8> = (0..rows)
        .map(|row| if row % 50 == 49 { REFUND } else { SALE })
        .collect();
    let original: Vec<u64> = (0..rows as u64)
        .map(|row| if row % 50 == 49 { row / 2 } else { NO_ORDER })
        .collect();
    let purchases = Purchases {
        order: Some(&order),
        kind: Some(&kind),
        original_order: Some(&original),
        ..Purchases::new(&customer, &shop.day, &shop.amount_minor)
    };
    bench.time(&format!("summary with orders and refunds {rows}"), || {
        summarize(&purchases, shop.customers, rules, threads).expect("clean rows")
    });
}

fn models(bench: &Bench, base: &Base, customers: usize, threads: usize) {
    let options = FitOptions {
        threads,
        ..FitOptions::default()
    };
    let group =
        || Histories::from_columns(&base.x, &base.recency, &base.age).expect("possible histories");
    let histories = group();
    eprintln!("{customers} customers, {} groups", histories.groups().len());
    bench.time(&format!("group {customers}"), group);
    bench.time(&format!("fit BG/NBD {customers}"), || {
        bg_nbd::fit(&group(), &options).expect("fit")
    });
    bench.time(&format!("fit MBG/NBD {customers}"), || {
        mbg_nbd::fit(&group(), &options).expect("fit")
    });
    bench.time(&format!("fit Pareto/NBD {customers}"), || {
        pareto_nbd::fit(&group(), &options).expect("fit")
    });
    let spends = || {
        Spends::from_rows(
            base.x
                .iter()
                .copied()
                .zip(base.repeat_minor.iter().copied()),
        )
    };
    bench.time(&format!("fit Gamma-Gamma {customers}"), || {
        gamma_gamma::fit(&spends(), 100, &options).expect("fit")
    });
    let model =
        PurchaseModel::of(&bg_nbd::fit(&histories, &options).expect("fit")).expect("BG/NBD");
    let spend = GammaGamma::try_new(6.25, 3.74, 15.44).expect("parameters");
    let batch = Batch {
        x: &base.x,
        recency_days: &base.recency,
        age_days: &base.age,
        unit_days: 7.0,
        threads,
    };
    bench.time(&format!("expectations {customers}"), || {
        ask_many(&model, Question::Expected(39.0), &batch).expect("batch")
    });
    let year = LifetimeValueOptions::new(Some(365), 0.10);
    bench.time(&format!("CLV twelve months {customers}"), || {
        lifetime_value(&model, &spend, &batch, &base.repeat_minor, 100, &year).expect("batch")
    });
    let seen: Vec<bool> = (0..customers).map(|i| i % 3 != 0).collect();
    bench.time(&format!("Kaplan-Meier {customers}"), || {
        Times::of(&base.age, &seen).expect("columns").survival()
    });
}
