//! What the core depends on.

use std::collections::BTreeSet;
use std::process::Command;

use crate::expect_none;

const CRATES_MAX: usize = 25;
const LICENCES: &[&str] = &["MIT", "Apache-2.0", "ISC", "Unicode-3.0"];

/// The crates of the core with default features, itself among them, as `name version|licence`.
fn crates() -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "-e",
            "normal",
            "-p",
            "loyalty-core",
            "--prefix",
            "none",
        ])
        .args(["--format", "{p}|{l}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    text.lines()
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

#[test]
fn the_core_has_few_dependencies() {
    let crates = crates();
    assert!(
        crates.len() <= CRATES_MAX,
        "at most {CRATES_MAX} crates with default features, found {}: {crates:#?}",
        crates.len()
    );
}

#[test]
fn licences_are_among_the_allowed() {
    // Of alternatives one must be allowed, of parts that all hold every one.
    let allowed = |licence: &str| {
        licence
            .replace(['(', ')'], "")
            // As crates wrote it before the standard had a word for it.
            .replace('/', " OR ")
            .split(" AND ")
            .all(|all| all.split(" OR ").any(|one| LICENCES.contains(&one)))
    };
    let findings: Vec<String> = crates()
        .into_iter()
        .filter(|line| {
            !line
                .split_once('|')
                .is_some_and(|(_, licence)| allowed(licence))
        })
        .collect();
    expect_none(
        "the core depends on crates of permissive licences",
        &findings,
    );
}

#[test]
fn no_crate_reads_decimals_as_floats() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "-e",
            "features",
            "-i",
            "rust_decimal",
            "--workspace",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    let findings: Vec<String> = tree
        .lines()
        .filter(|line| line.contains("rust_decimal feature \"serde"))
        .map(str::to_owned)
        .collect();
    expect_none(
        "rust_decimal's serde features change how numbers are read",
        &findings,
    );
}
