//! Rules of the project that no compiler checks: which module may use which, what the core must not
//! touch, and that documents agree with code.
//!
//! Every check collects all its findings, so that one run shows them all.
#![allow(clippy::arithmetic_side_effects, reason = "positions within files")]

mod documents;
mod modules;
mod packages;
mod source;

use source::Source;

/// Fails with one line a finding.
fn expect_none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}\n{}", findings.join("\n"));
}

fn core_files() -> Vec<Source> {
    source::read_all()
        .into_iter()
        .filter(Source::is_core)
        .collect()
}
