//! Runs acceptance cases in the neutral form of `tests/data/scenarios` against the engine.
//!
//! ```text
//! cargo run --example scenarios -- FOLDER
//! ```
//!
//! Every case of every `*.json` in the folder is translated into a scheme document and acts over
//! accounts in memory, and what the engine says is compared with what the case expects. One line a
//! case: `pass`, `fail` with the first difference, or `unsupported` with what is lacking. Every key
//! of a case is read or named; nothing is passed over in silence.

mod acts;
mod benefits;
mod booked;
mod cards;
mod cart;
pub(crate) mod case;
mod check;
mod clock;
mod conditions;
mod earn;
mod fields;
mod gross;
mod history;
mod lines;
mod parts;
mod points;
mod prices;
mod promotions;
pub(crate) mod report;
mod rewards;
mod scheme;
mod sequence;
mod sets;
mod tiers;
mod told;
mod world;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: scenarios FOLDER");
        return ExitCode::from(2);
    };
    let told = match report::folder(Path::new(&folder)) {
        Ok(told) => told,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    for one in &told {
        println!("{one}");
    }
    print!("\n{}", report::table(&told));
    if report::failures(&told).is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
