//! Running cases and telling what came of them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use loyalty_core::time::Moment;

use super::acts::{Actor, Done};
use super::case::{Case, read};
use super::check::{self, Checked, Seen};
use super::scheme::{translate, variants};
use super::world::World;

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// The engine says what is expected.
    Pass,
    /// It says something else: the first difference.
    Fail(String),
    /// The engine or the runner lacks something: what.
    Unsupported(String),
}

impl Outcome {
    /// One word.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail(_) => "fail",
            Self::Unsupported(_) => "unsupported",
        }
    }
}

/// A case with its outcome.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// The file's name without its ending, and the case's.
    pub(crate) case: String,
    /// `universal`, `mode` or `peculiar`.
    pub(crate) portability: String,
    pub(crate) outcome: Outcome,
}

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:<11}  {}", self.outcome.name(), self.case)?;
        match &self.outcome {
            Outcome::Pass => Ok(()),
            Outcome::Fail(detail) | Outcome::Unsupported(detail) => write!(formatter, "  {detail}"),
        }
    }
}

/// Runs every case of a folder's `*.json`, in the order of the files' names.
pub(crate) fn folder(path: &Path) -> Result<Vec<Told>, String> {
    let place = path.display();
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| format!("{place}: {error}"))? {
        let file = entry.map_err(|error| format!("{place}: {error}"))?.path();
        if file.extension().is_some_and(|ending| ending == "json") {
            files.push(file);
        }
    }
    files.sort();
    let mut told = Vec::new();
    for file in files {
        let place = file.display();
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&file).map_err(|error| format!("{place}: {error}"))?;
        for (id, case) in read(&text).map_err(|error| format!("{place}: {error}"))? {
            let (portability, outcome) = match case {
                Err(reason) => ("universal".to_owned(), Outcome::Unsupported(reason)),
                Ok(case) => (case.portability.clone(), run(&case)),
            };
            told.push(Told {
                case: format!("{name}:{id}"),
                portability,
                outcome,
            });
        }
    }
    Ok(told)
}

/// Runs a case in each of its variants.
pub(crate) fn run(case: &Case) -> Outcome {
    let variants = variants(case);
    for variant in &variants {
        match run_variant(case, variant, &variants) {
            Ok(None) => {}
            Ok(Some(difference)) => return Outcome::Fail(difference),
            Err(lacking) => return Outcome::Unsupported(lacking),
        }
    }
    Outcome::Pass
}

/// The first difference in a variant; an error names what is lacking.
fn run_variant(case: &Case, variant: &str, variants: &[String]) -> Result<Option<String>, String> {
    let moments = super::clock::moments(case)?;
    let (document, plan, promotions) = translate(case, variant, &moments)?;
    let mut world = World::new(&document, plan)?;
    let mut actor = Actor::new(&mut world, case, document, promotions);
    if case.events.iter().any(|event| event.fields.has("day")) {
        actor.enrol(&moments)?;
    }
    let mut first = None;
    let mut done: Vec<(String, Done)> = Vec::new();
    for (place, (event, at)) in case.events.iter().zip(&moments).enumerate() {
        let at = done.last().map_or(*at, |(_, last)| later(last.at, *at));
        let one = actor.event(event, at)?;
        let refused = one.refused.clone();
        done.push((event.id.clone(), one));
        let mut expects_refusal = false;
        for expected in case
            .expected
            .iter()
            .filter(|expected| expected.after == place)
        {
            for (key, wish) in &expected.keys {
                expects_refusal |= key == "rejected";
                let seen = Seen {
                    done: &done,
                    variant,
                    variants,
                    promotions: check::promotions(event),
                };
                if let Checked::Differs(found) = check::key(&mut actor, &seen, key, wish)? {
                    first.get_or_insert(format!(
                        "{}.{key}: expected {wish}, found {found}",
                        event.id
                    ));
                }
            }
        }
        if let (Some(code), false) = (refused, expects_refusal) {
            first.get_or_insert(format!("{}: refused, {code}", event.id));
        }
    }
    if let Err(difference) = world.replays() {
        first.get_or_insert(difference);
    }
    Ok(first)
}

fn later(a: Moment, b: Moment) -> Moment {
    if a.instant_ms() > b.instant_ms() {
        a
    } else {
        b
    }
}

/// How many cases of each class came to each outcome.
pub(crate) fn totals(told: &[Told]) -> BTreeMap<(String, &'static str), usize> {
    let mut totals = BTreeMap::new();
    for one in told {
        let key = (one.portability.clone(), one.outcome.name());
        *totals.entry(key).or_default() += 1;
    }
    totals
}

/// The table of totals.
pub(crate) fn table(told: &[Told]) -> String {
    let totals = totals(told);
    let count = |class: &str, outcome: &'static str| {
        totals
            .get(&(class.to_owned(), outcome))
            .copied()
            .unwrap_or(0)
    };
    let mut classes: Vec<&str> = told.iter().map(|one| one.portability.as_str()).collect();
    classes.sort_unstable();
    classes.dedup();
    let mut text = format!(
        "{:<12}{:>6}{:>6}{:>13}{:>7}\n",
        "", "pass", "fail", "unsupported", "cases"
    );
    let mut sums = [0; 3];
    for class in classes {
        let row = ["pass", "fail", "unsupported"].map(|outcome| count(class, outcome));
        for (sum, count) in sums.iter_mut().zip(row) {
            *sum += count;
        }
        text += &line(class, row);
    }
    text + &line("all", sums)
}

fn line(name: &str, [pass, fail, unsupported]: [usize; 3]) -> String {
    let all = pass + fail + unsupported;
    format!("{name:<12}{pass:>6}{fail:>6}{unsupported:>13}{all:>7}\n")
}

/// Cases that must not fail and do.
pub(crate) fn failures(told: &[Told]) -> Vec<&Told> {
    told.iter()
        .filter(|one| one.portability != "peculiar" && matches!(one.outcome, Outcome::Fail(_)))
        .collect()
}
