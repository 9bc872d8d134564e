//! Ranks of modules, and what code of the core must not use.

use crate::source::{Source, paths_at, root, words};
use crate::{core_files, expect_none};

/// What each module may use: those of a lower rank. The table of ARCHITECTURE.md in code.
///
/// Within `analytics`, a part may also use the parts of its own rank that stand before it.
const RANKS: &[(&str, i32)] = &[
    ("serde_text", -2),
    ("tree", -1),
    ("number", 0),
    ("time", 0),
    ("id", 0),
    ("path", 0),
    ("write", 0),
    ("read", 1),
    ("purchase", 1),
    ("customer", 1),
    ("prior_price", 1),
    ("codes", 1),
    ("analytics/parallel", 1),
    ("analytics/radix", 1),
    ("analytics/scatter", 1),
    ("analytics/special", 1),
    ("analytics/civil", 1),
    ("analytics/error", 1),
    ("analytics/shards", 1),
    ("analytics/index", 1),
    ("analytics/columns", 1),
    ("analytics/occasions", 1),
    ("ledger", 2),
    ("scheme", 2),
    ("import", 2),
    ("analytics/population", 2),
    ("analytics/summary", 2),
    ("analytics/partial", 2),
    ("analytics/cohort", 2),
    ("evaluate", 3),
    ("analytics/models", 3),
    ("analytics/metrics", 3),
    ("analytics/segments", 3),
    ("analytics", 3),
    ("planning", 4),
    ("experiment", 4),
    ("backtest", 5),
    ("lint", 5),
    ("finance", 5),
    ("report", 6),
    ("wire", 7),
];

/// Uses among modules of one rank, each with its reason.
const SIDEWAYS: &[(&str, &str, &str)] =
    &[("id", "number", "the largest integer that every host holds")];

/// The modules in which f64 estimates; everywhere else integers decide.
const FLOAT_MODULES: &[&str] = &["analytics", "planning", "experiment", "report"];

/// What stands before the type of a float that is taken and not looked at: one that is refused.
const REFUSED_FLOAT: &str = "(self, _: ";

/// The files that may name a hash map or set, each with the reason why its order cannot show.
const HASH_MAPS: &[(&str, &str)] = &[
    (
        "analytics/index.rs",
        "keys to customer numbers: looked up, never walked; `keys` has the order",
    ),
    (
        "analytics/models/predict.rs",
        "histories to their answers: looked up, never walked; rows and `keys` have the order",
    ),
];

/// What is impure by its name and harmless where it stands: file, path, reason.
const PURE_AFTER_ALL: &[(&str, &str, &str)] = &[
    (
        "analytics/parallel.rs",
        "std::thread::scope",
        "blocks are fixed and joined in order: results are bit-identical whatever the thread count",
    ),
    (
        "analytics/index.rs",
        "DefaultHasher",
        "made by `BuildHasherDefault`: its seed is fixed, and no hash leaves the map",
    ),
];

/// Methods of f64 whose last bits differ between platforms. Their like comes from the pinned `libm`,
/// by way of `analytics/special`.
const PLATFORM_FLOATS: &[&str] = &[
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "exp",
    "exp2", "exp_m1", "hypot", "ln", "ln_1p", "log", "log10", "log2", "mul_add", "powf", "powi",
    "sin", "sin_cos", "sinh", "tan", "tanh",
];

/// Those that `special::Scalar` has too, for floats and for jets. Files that name `Scalar` may call
/// them; clippy, which knows the type, refuses them for a plain f64 there as everywhere.
const OF_SCALAR: &[&str] = &["exp", "exp_m1", "ln", "ln_1p"];

/// The module roots that carry the lint wall.
const WALLED: &[&str] = &[
    "number",
    "time",
    "id",
    "path",
    "read",
    "tree",
    "purchase",
    "customer",
    "prior_price",
    "codes",
    "ledger",
    "scheme",
    "import",
    "evaluate",
    "backtest",
    "lint",
];

const WALL: &[&str] = &[
    "unwrap_used",
    "expect_used",
    "panic",
    "indexing_slicing",
    "arithmetic_side_effects",
    "as_conversions",
    "float_arithmetic",
    "cast_lossless",
    "cast_possible_truncation",
    "cast_possible_wrap",
    "cast_precision_loss",
    "cast_sign_loss",
];

/// Where no exception to the wall is allowed: the kernel of money and lots.
const KERNEL: &[&str] = &["loyalty-core/src/number/", "loyalty-core/src/ledger/lot"];

/// What reads a clock, the environment or chance, or leaves the process.
const IMPURE: &[&[&str]] = &[
    &["std", "time"],
    &["std", "env"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "io"],
    &["rand"],
    &["getrandom"],
];
const IMPURE_WORDS: &[&str] = &[
    "SystemTime",
    "thread_rng",
    "RandomState",
    "DefaultHasher",
    "Utc",
    "Local",
    "println",
    "eprintln",
    "dbg",
];

/// The entry of [`RANKS`] for a module path below the crate root.
fn ranked(module: &[String]) -> Option<(&'static str, i32)> {
    let two = module.get(..2).map(|two| two.join("/"));
    let one = module.first().cloned();
    [two, one]
        .into_iter()
        .flatten()
        .find_map(|name| RANKS.iter().find(|(ranked, _)| *ranked == name).copied())
}

/// The crate's own module paths that a file uses, with positions.
fn uses(file: &Source) -> Vec<(usize, Vec<String>)> {
    let module = file.module();
    let mut found = Vec::new();
    for (position, word) in words(&file.code) {
        let starts_path = file.code[position + word.len()..].starts_with("::");
        let continues =
            file.code[..position].ends_with("::") || file.code[..position].ends_with('$');
        if !starts_path || continues || !matches!(word, "crate" | "super") {
            continue;
        }
        for path in paths_at(&file.code, position) {
            let ups = path.iter().take_while(|part| *part == "super").count();
            let base = if word == "crate" {
                &[][..]
            } else {
                &module[..module.len().saturating_sub(ups)]
            };
            let rest = if word == "crate" {
                &path[1..]
            } else {
                &path[ups..]
            };
            found.push((position, [base, rest].concat()));
        }
    }
    found
}

/// Whether both are parts of `analytics` and `first` stands before `second` in [`RANKS`].
fn stands_before(first: &str, second: &str) -> bool {
    let place = |name: &str| RANKS.iter().position(|(ranked, _)| *ranked == name);
    let part = |name: &str| name.starts_with("analytics/");
    part(first) && part(second) && place(first) < place(second)
}

#[test]
fn modules_use_lower_ranks_only() {
    let mut findings = Vec::new();
    for file in core_files() {
        let module = file.module();
        if module.is_empty() {
            continue;
        }
        let Some((own, rank)) = ranked(&module) else {
            findings.push(format!(
                "{}: the module has no rank; give it one in RANKS",
                file.path
            ));
            continue;
        };
        for (position, used) in uses(&file) {
            let shown = used.join("::");
            match ranked(&used) {
                Some((other, _)) if other == own => {}
                Some((other, _))
                    if SIDEWAYS
                        .iter()
                        .any(|(from, to, _)| (*from, *to) == (own, other)) => {}
                Some((_, lower)) if lower < rank => {}
                Some((other, equal)) if equal == rank && stands_before(other, own) => {}
                Some((other, found)) => findings.push(format!(
                    "{}: {own} (rank {rank}) uses {other} (rank {found})",
                    file.at(position)
                )),
                None => findings.push(format!(
                    "{}: `{shown}` names no module with a rank",
                    file.at(position)
                )),
            }
        }
    }
    expect_none("a module uses only modules of a lower rank", &findings);
}

#[test]
fn analytics_uses_nothing_of_the_engine() {
    let mut findings = Vec::new();
    for file in core_files()
        .iter()
        .filter(|file| file.path.starts_with("loyalty-core/src/analytics"))
    {
        for (position, used) in uses(file) {
            let rank = ranked(&used).map(|(_, rank)| rank);
            if used.first().is_some_and(|first| first != "analytics")
                && rank.is_none_or(|rank| rank > 0)
            {
                findings.push(format!("{}: {}", file.at(position), used.join("::")));
            }
        }
    }
    expect_none("analytics uses itself and rank 0 only", &findings);
}

#[test]
fn floats_stay_in_statistics() {
    let mut findings = Vec::new();
    for file in core_files() {
        let module = file.module();
        if module
            .first()
            .is_some_and(|first| FLOAT_MODULES.contains(&first.as_str()))
        {
            continue;
        }
        let floats = words(&file.code).filter(|(_, word)| matches!(*word, "f32" | "f64"));
        let used = |position: usize| !file.code[..position].ends_with(REFUSED_FLOAT);
        for (position, word) in floats.filter(|(position, _)| used(*position)) {
            findings.push(format!("{}: {word}", file.at(position)));
        }
    }
    expect_none(
        "integers decide: f32 and f64 belong to statistics",
        &findings,
    );
}

#[test]
fn floats_are_the_same_on_every_platform() {
    let mut findings = Vec::new();
    for file in core_files() {
        let scalar = words(&file.code).any(|(_, word)| word == "Scalar");
        for (position, word) in words(&file.code).filter(|(_, word)| PLATFORM_FLOATS.contains(word))
        {
            let before = &file.code[..position];
            let called =
                before.ends_with('.') && file.code[position + word.len()..].starts_with('(');
            let named = before.ends_with("f64::") || before.ends_with("f32::");
            if named || (called && !(scalar && OF_SCALAR.contains(&word))) {
                findings.push(format!("{}: {word}", file.at(position)));
            }
        }
    }
    let clippy = std::fs::read_to_string(root().join("clippy.toml")).expect("clippy.toml");
    findings.extend(
        PLATFORM_FLOATS
            .iter()
            .filter(|method| !clippy.contains(&format!("\"f64::{method}\"")))
            .map(|method| format!("clippy.toml: f64::{method} is not disallowed")),
    );
    expect_none(
        "functions of floats come from the pinned libm, by way of analytics/special",
        &findings,
    );
}

#[test]
fn the_core_is_pure() {
    let mut findings = Vec::new();
    for file in core_files() {
        let listed = |found: &str| {
            PURE_AFTER_ALL
                .iter()
                .any(|(end, pure, _)| file.path.ends_with(end) && *pure == found)
        };
        for (position, word) in words(&file.code) {
            let after = &file.code[position + word.len()..];
            let named = IMPURE_WORDS.contains(&word) && !listed(word);
            if named || (word == "Instant" && after.starts_with("::now")) {
                findings.push(format!("{}: {word}", file.at(position)));
            }
            let continues = file.code[..position].ends_with("::");
            if continues || !after.starts_with("::") || !IMPURE.iter().any(|path| path[0] == word) {
                continue;
            }
            for path in paths_at(&file.code, position) {
                let banned = |banned: &&&[&str]| {
                    path.len() >= banned.len() && banned.iter().zip(&path).all(|(a, b)| a == b)
                };
                let path_text = path.join("::");
                if IMPURE.iter().any(|path| banned(&path)) && !listed(&path_text) {
                    findings.push(format!("{}: {path_text}", file.at(position)));
                }
            }
        }
    }
    expect_none(
        "no clock, chance, environment, files, network or output in the core",
        &findings,
    );
}

#[test]
fn hash_maps_are_listed() {
    const NAMES: &[&str] = &["HashMap", "HashSet", "FixedHashMap"];
    let files = core_files();
    let mut findings = Vec::new();
    for file in &files {
        let listed = HASH_MAPS.iter().any(|(path, _)| file.path.ends_with(path));
        let named = words(&file.code).find(|(_, word)| NAMES.contains(word));
        if let (Some((position, word)), false) = (named, listed) {
            findings.push(format!("{}: {word}", file.at(position)));
        }
    }
    for (path, _) in HASH_MAPS {
        let unused = !files.iter().any(|file| {
            file.path.ends_with(path) && words(&file.code).any(|(_, word)| NAMES.contains(&word))
        });
        if unused {
            findings.push(format!("{path}: listed in HASH_MAPS and has none"));
        }
    }
    expect_none(
        "the order of a hash map is not defined: use a BTreeMap, or list the file with its reason",
        &findings,
    );
}

#[test]
fn module_roots_carry_the_lint_wall() {
    let files = core_files();
    let mut findings = Vec::new();
    for module in WALLED {
        let root = files.iter().find(|file| {
            file.path == format!("loyalty-core/src/{module}.rs")
                || file.path == format!("loyalty-core/src/{module}/mod.rs")
        });
        let Some(root) = root else { continue };
        let wall = root.code.find("#![deny(").map_or("", |start| {
            let rest = &root.code[start..];
            &rest[..rest.find(")]").unwrap_or(0)]
        });
        let denied: Vec<&str> = words(wall).map(|(_, word)| word).collect();
        let missing: Vec<&str> = WALL
            .iter()
            .copied()
            .filter(|lint| !denied.contains(lint))
            .collect();
        if !missing.is_empty() {
            findings.push(format!(
                "{}: does not deny {}",
                root.path,
                missing.join(", ")
            ));
        }
    }
    expect_none(
        "each module root of the engine denies what could panic or lose digits",
        &findings,
    );
}

#[test]
fn exceptions_to_lints_have_a_reason() {
    let mut findings = Vec::new();
    for file in core_files() {
        for (position, word) in
            words(&file.code).filter(|(_, word)| matches!(*word, "allow" | "expect"))
        {
            let before = file.code[..position].trim_end();
            if !(before.ends_with("#[") || before.ends_with("#![")) {
                continue;
            }
            let attribute = &file.code[position..];
            let attribute = &attribute[..attribute.find(")]").unwrap_or(attribute.len())];
            if KERNEL.iter().any(|kernel| file.path.starts_with(kernel)) {
                findings.push(format!(
                    "{}: {word} in the kernel of money and lots",
                    file.at(position)
                ));
            } else if !words(attribute).any(|(_, word)| word == "reason") {
                findings.push(format!("{}: {word} without a reason", file.at(position)));
            }
        }
    }
    expect_none(
        "an exception to a lint says why, and the kernel has none",
        &findings,
    );
}
