//! Lengths of files, words that do not belong in them, and documents in step with code.

use std::collections::BTreeMap;
use std::path::Path;

use loyalty_core::evaluate::{ACT_CODES, REASON_CODES};

use crate::source::{Source, block_end, read_all, root};
use crate::{core_files, expect_none};

const LINES_MAX: usize = 800;

#[test]
fn files_are_not_too_long() {
    const CODE: &[&str] = &[".rs", ".py", ".pyi", ".ts", ".js", ".mjs", ".sh"];
    let findings: Vec<String> = read_all()
        .iter()
        .filter(|file| CODE.iter().any(|end| file.path.ends_with(end)))
        .map(|file| (file.text.lines().count(), &file.path))
        .filter(|(lines, _)| *lines > LINES_MAX)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    expect_none("a file has at most 800 lines", &findings);
}

/// What belongs to a workplace and not to a project. Spelled in two parts, so that this file passes.
const WORKPLACE: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("TO", "DO"),
    ("FIX", "ME"),
    ("sub", "agent"),
    ("sub-", "agent"),
    ("Cla", "ude"),
    ("language ", "model"),
    ("pair ", "programmer"),
];

#[test]
fn files_have_no_workplace_words() {
    let mut findings = Vec::new();
    for file in read_all() {
        for (start, end) in WORKPLACE {
            let word = [*start, *end].concat();
            for (position, _) in file.text.match_indices(&word) {
                findings.push(format!("{}: {word}", file.at(position)));
            }
        }
    }
    expect_none("words of a workplace do not belong in a project", &findings);
}

/// The codes that functions named `code` return or that stand in a `codes!` block, with the place
/// of each.
fn codes_in(file: &Source) -> Vec<(String, String)> {
    let mut codes = Vec::new();
    let starts = ["fn code(", "codes! {"]
        .into_iter()
        .flat_map(|mark| file.code.match_indices(mark));
    for (start, _) in starts {
        let Some(open) = file.code[start..].find('{').map(|open| start + open) else {
            continue;
        };
        let body = open..block_end(file.code.as_bytes(), open);
        // Every second piece between quotes is a text; codes have no escapes.
        for text in file.text[body].split('"').skip(1).step_by(2) {
            if is_code(text) {
                codes.push((text.to_owned(), file.at(start)));
            }
        }
    }
    codes
}

fn is_code(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let word = |part: &&str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    parts.len() >= 2 && parts.iter().all(word)
}

#[test]
fn error_codes_and_their_page_agree() {
    let mut in_code = BTreeMap::new();
    for file in core_files() {
        in_code.extend(codes_in(&file));
    }
    let listed = ACT_CODES.iter().chain(REASON_CODES);
    for code in listed.filter(|code| is_code(code)) {
        in_code.insert((*code).to_owned(), "loyalty-core/src/evaluate".to_owned());
    }
    let page = std::fs::read_to_string(root().join("docs/errors.md")).expect("docs/errors.md");
    // A row of the table: | `code` | meaning | what to do |
    let documented: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|code| is_code(code))
        .collect();
    let mut findings: Vec<String> = in_code
        .iter()
        .filter(|(code, _)| !documented.contains(&code.as_str()))
        .map(|(code, place)| format!("{place}: {code} is not in docs/errors.md"))
        .collect();
    findings.extend(
        documented
            .iter()
            .filter(|code| !in_code.contains_key(**code))
            .map(|code| format!("docs/errors.md: {code} is no code of the core")),
    );
    let mut sorted = documented.clone();
    sorted.sort_unstable();
    sorted
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .for_each(|pair| findings.push(format!("docs/errors.md: {} stands twice", pair[0])));
    expect_none(
        "docs/errors.md lists the error codes of the core",
        &findings,
    );
    assert!(!in_code.is_empty());
}

/// Dotted words of `evaluate` that are no codes: names of events and of counters.
const NO_CODES: &[&str] = &[
    "account.enrolled",
    "account.resumed",
    "guard.earning_purchases",
    "guard.redemptions",
];

/// The texts in a file's code that look like codes of acts or reasons, with the place of each.
fn literal_codes(file: &Source) -> Vec<(String, String)> {
    let plain = |code: &str| matches!(code, "granted" | "capped");
    let mut found = Vec::new();
    // Literals are blanked out in `code` and whole in `text`.
    for (open, _) in file.text.match_indices('"') {
        let rest = &file.text[open + 1..];
        let Some(length) = rest.find('"') else {
            continue;
        };
        let text = &rest[..length];
        let blanked = file.code[open..open + length + 2]
            .bytes()
            .all(|byte| byte == b' ');
        let line_start = file.text[..open].rfind('\n').map_or(0, |at| at + 1);
        let comment = file.text[line_start..open].contains("//");
        if blanked && !comment && (is_code(text) || plain(text)) {
            found.push((text.to_owned(), file.at(open)));
        }
    }
    found
}

/// The codes in the first column of a section's tables.
fn rows<'p>(page: &'p str, section: &str) -> Vec<&'p str> {
    let start = page
        .find(&format!("\n## {section}\n"))
        .expect("the section");
    let body = &page[start + 1..];
    let end = body.find("\n## ").unwrap_or(body.len());
    body[..end]
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect()
}

#[test]
fn codes_of_acts_and_reasons_are_registered() {
    let mut findings = Vec::new();
    let mut literals = Vec::new();
    for file in core_files()
        .iter()
        .filter(|file| file.path.starts_with("loyalty-core/src/evaluate/"))
    {
        let lists = ["error.rs", "reason.rs"]
            .iter()
            .any(|list| file.path.ends_with(&format!("evaluate/{list}")));
        for (code, place) in literal_codes(file) {
            let known = ACT_CODES.contains(&code.as_str())
                || REASON_CODES.contains(&code.as_str())
                || NO_CODES.contains(&code.as_str());
            if !known {
                findings.push(format!(
                    "{place}: {code} is neither in ACT_CODES nor in REASON_CODES"
                ));
            }
            if !lists {
                literals.push(code);
            }
        }
    }
    for code in ACT_CODES.iter().chain(REASON_CODES).chain(NO_CODES) {
        if !literals.iter().any(|literal| literal == code) {
            findings.push(format!("{code}: nothing in evaluate says it"));
        }
    }
    for (name, list) in [("ACT_CODES", ACT_CODES), ("REASON_CODES", REASON_CODES)] {
        for pair in list.windows(2).filter(|pair| pair[0] >= pair[1]) {
            findings.push(format!("{name}: {} is not before {}", pair[0], pair[1]));
        }
    }
    expect_none("codes of acts and reasons stand on a list", &findings);
}

#[test]
fn acts_and_reasons_have_their_rows() {
    let page = std::fs::read_to_string(root().join("docs/errors.md")).expect("docs/errors.md");
    let (acts, reasons) = (rows(&page, "Acts"), rows(&page, "Reasons"));
    let mut findings = Vec::new();
    for code in acts.iter().filter(|code| !ACT_CODES.contains(code)) {
        findings.push(format!("docs/errors.md, Acts: {code} is no code of an act"));
    }
    for code in reasons.iter().filter(|code| !REASON_CODES.contains(code)) {
        findings.push(format!(
            "docs/errors.md, Reasons: {code} is no code of a reason"
        ));
    }
    for code in ACT_CODES.iter().filter(|code| !acts.contains(code)) {
        findings.push(format!("docs/errors.md, Acts: {code} has no row"));
    }
    for code in REASON_CODES.iter().filter(|code| !acts.contains(code)) {
        let count = reasons.iter().filter(|row| *row == code).count();
        if count != 1 {
            findings.push(format!("docs/errors.md, Reasons: {code} has {count} rows"));
        }
    }
    // A code of both has its row among the acts and is named after the table of reasons.
    let after = page
        .split("\nA refused claim or payment can also carry")
        .nth(1);
    let after = after
        .and_then(|text| text.split("\n## ").next())
        .unwrap_or("");
    for code in REASON_CODES.iter().filter(|code| acts.contains(code)) {
        if !after.contains(&format!("`{code}`")) {
            findings.push(format!("docs/errors.md, Reasons: {code} is not named"));
        }
    }
    expect_none(
        "docs/errors.md has every code of acts and reasons",
        &findings,
    );
}

#[test]
fn the_map_names_every_module() {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mut modules: Vec<String> = core_files()
        .iter()
        .filter_map(|file| file.module().first().cloned())
        .collect();
    modules.dedup();
    let findings: Vec<String> = modules
        .into_iter()
        .filter(|module| !map.contains(&format!("`{module}")))
        .map(|module| format!("`{module}`"))
        .collect();
    expect_none("ARCHITECTURE.md names every module of the core", &findings);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut findings = Vec::new();
    for file in read_all().iter().filter(|file| file.path.ends_with(".md")) {
        for (position, rest) in file
            .text
            .match_indices("](")
            .map(|(at, _)| (at, &file.text[at + 2..]))
        {
            let target = rest.split([')', '#']).next().unwrap_or("");
            let outside =
                target.is_empty() || target.contains("://") || target.starts_with("mailto:");
            let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
            if !outside && !root().join(folder).join(target).exists() {
                findings.push(format!("{}: {target}", file.at(position)));
            }
        }
    }
    expect_none(
        "a link between documents names a file that exists",
        &findings,
    );
}

#[test]
fn codes_are_dotted_lower_case_words() {
    assert!(is_code("number.range") && is_code("ledger.out_of_order") && is_code("a.b2.c"));
    assert!(
        !is_code("number")
            && !is_code("1.5")
            && !is_code("a..b")
            && !is_code("A.b")
            && !is_code("a b.c")
    );
}
