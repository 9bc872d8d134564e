//! Every published number beside ours. Fails when a digit is lost.
//!
//! `cargo run --release --example truth` prints the tables and writes them into `docs/models.md` and
//! `docs/metrics.md`; `-- --check` leaves the files alone and fails when they are stale; `-- --coverage`
//! also checks by simulation that intervals cover at their nominal rate.

mod coverage;
mod data;
mod metrics;
mod models;
mod table;

use std::process::ExitCode;

use table::Table;

const DOCS: [&str; 2] = ["models.md", "metrics.md"];
const BEGIN: &str = "<!-- truth:begin, written by `make truth` -->\n";
const END: &str = "<!-- truth:end -->";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asked = |name: &str| arguments.iter().any(|argument| argument == name);
    let mut good = true;
    for (file, table) in DOCS.iter().zip([models::table(), metrics::table()]) {
        print!("{}", table.text());
        good &= table.holds();
        good &= write(file, &table, asked("--check"));
    }
    if asked("--coverage") {
        good &= coverage::check();
    }
    println!(
        "{}",
        if good {
            "every digit holds"
        } else {
            "FAILED: a digit is lost or a table is stale"
        }
    );
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Puts the table between the marks of a document; false when it could not or must not.
fn write(file: &str, table: &Table, check: bool) -> bool {
    let path = format!("{}/../docs/{file}", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("docs/{file} cannot be read");
        return false;
    };
    let (Some(begin), Some(end)) = (text.find(BEGIN), text.find(END)) else {
        eprintln!("docs/{file} has no place for the table");
        return false;
    };
    let fresh = format!(
        "{}\n{}\n{}",
        &text[..begin + BEGIN.len()],
        table.markdown(),
        &text[end..]
    );
    if fresh == text {
        return true;
    }
    if check {
        eprintln!("docs/{file} is stale: run make truth");
        return false;
    }
    std::fs::write(&path, fresh).is_ok()
}
