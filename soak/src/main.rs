//! Runs the long random tests for as long as it is asked to.
//!
//!   soak run SEED SECONDS [PART...]    every part, or these, for a share of the time
//!   soak one PART SEED                 the one case that a violation named
//!   soak seeds FOLDER                  inputs for the fuzzer to begin with
//!   soak target NAME FILE...           what the fuzzer runs, over files

use std::panic::catch_unwind;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use loyalty_core_soak::random::Random;
use loyalty_core_soak::targets::{TARGETS, seeds};
use loyalty_core_soak::{PARTS, Part, Tally};

/// So many violations of a part are enough to see.
const VIOLATIONS_MAX: u64 = 5;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["run", seed, seconds, parts @ ..] => run(seed, seconds, parts),
        ["one", part, seed] => one(part, seed),
        ["seeds", folder] => write_seeds(Path::new(folder)),
        ["target", name, files @ ..] => target(name, files),
        _ => Err("usage: soak run SEED SECONDS [PART...] | one PART SEED | seeds FOLDER | target NAME FILE...".into()),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::FAILURE
        }
    }
}

type Done = Result<ExitCode, Box<dyn std::error::Error>>;

fn run(seed: &str, seconds: &str, names: &[&str]) -> Done {
    let (seed, seconds): (u64, f64) = (seed.parse()?, seconds.parse()?);
    let unknown = |name: &&&str| PARTS.iter().all(|part| part.name != **name);
    if let Some(name) = names.iter().find(unknown) {
        return Err(format!("{name} is no part").into());
    }
    let chosen: Vec<&Part> = PARTS
        .iter()
        .filter(|part| names.is_empty() || names.contains(&part.name))
        .collect();
    let all: u32 = chosen.iter().map(|part| part.share).sum();
    println!("seed {seed}");
    println!("| part | sequences | executions | groups | events | violations | seconds |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let mut violations = 0;
    for part in chosen {
        let share =
            Duration::from_secs_f64(seconds * f64::from(part.share) / f64::from(all.max(1)));
        violations += run_part(part, seed, share);
    }
    Ok(if violations == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn run_part(part: &Part, seed: u64, share: Duration) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a soak runs for a time")]
    let began = Instant::now();
    let (mut tally, mut violations, mut number) = (Tally::default(), 0, 0);
    while (number == 0 || began.elapsed() < share) && violations < VIOLATIONS_MAX {
        let of = Random::part(seed, number);
        match catch_unwind(|| (part.play)(of)) {
            Ok(played) => tally = tally.plus(played),
            Err(_) => {
                violations += 1;
                eprintln!("violation: soak one {} {of}", part.name);
            }
        }
        number += 1;
    }
    let Tally {
        sequences,
        acts,
        groups,
        events,
    } = tally;
    let took = began.elapsed().as_secs();
    println!(
        "| {} | {sequences} | {acts} | {groups} | {events} | {violations} | {took} |",
        part.name
    );
    violations
}

fn one(name: &str, seed: &str) -> Done {
    let part = PARTS
        .iter()
        .find(|part| part.name == name)
        .ok_or("no such part")?;
    println!("{:?}", (part.play)(seed.parse()?));
    Ok(ExitCode::SUCCESS)
}

fn write_seeds(folder: &Path) -> Done {
    for (target, name, bytes) in seeds() {
        let folder = folder.join(target);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn target(name: &str, files: &[&str]) -> Done {
    let (_, target) = TARGETS
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or("no such target")?;
    for file in files {
        target(&std::fs::read(file)?);
    }
    println!("{} files", files.len());
    Ok(ExitCode::SUCCESS)
}
