//! Three schemes over real purchases.
//!
//! Every order of the CDNOW sample is recorded through the ledger, in the order of time, under a stamp
//! card, under points with tiers, and under a standing discount. Then every account is replayed from
//! nothing and compared.
//!
//! With the path of a file it then writes the report on these orders there.
//!
//! Run it with `make demo` or `cargo run --release --example demo -- report.html`.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "sums of 6,919 orders; overflow checks are on"
)]

mod data;
mod report;
mod shop;
mod table;
mod totals;

use shop::Shop;
use totals::Totals;

type Failure = Box<dyn std::error::Error>;

const SCHEMES: [(&str, &str); 3] = [
    (
        "A stamp card: a stamp a CD, the tenth CD is free",
        include_str!("../schemes/cafe-card.toml"),
    ),
    (
        "Points: one a dollar, more in a higher tier",
        include_str!("../schemes/points-tiers.toml"),
    ),
    (
        "A standing discount by what was spent in twelve months",
        include_str!("../schemes/spend-discount.toml"),
    ),
];

fn main() -> Result<(), Failure> {
    let orders = data::orders()?;
    println!(
        "{} orders of the online shop CDNOW, 1 January 1997 to 30 June 1998, recorded one by one.\n\
         On an order of 10.00 or more a member uses the reward that has been ready longest and pays\n\
         with as many points as the scheme allows. On 1 July 1998 everything due is posted.\n",
        table::count(u64::try_from(orders.len())?),
    );
    for (title, document) in SCHEMES {
        let mut shop = Shop::open(document)?;
        shop.run(&orders)?;
        let totals = Totals::of(&shop)?;
        println!("{}", table::table(title, &totals));
        let nanos = shop.recording.as_nanos().max(1);
        let a_second = u128::from(totals.orders) * 1_000_000_000 / nanos;
        let a_second = table::count(u64::try_from(a_second)?);
        println!("  recorded at {a_second} orders a second on this machine, one core\n");
        if totals.ledger.replayed != totals.members || totals.ledger.verified != totals.members {
            return Err("an account differs from what its ledger says".into());
        }
    }
    println!("Every account is what its ledger says.");
    if let Some(path) = std::env::args_os().nth(1) {
        let page = report::report(&orders, SCHEMES[1].1)?;
        std::fs::write(&path, &page)?;
        println!(
            "The report on these orders, with the points scheme: {} ({} kB)",
            std::path::Path::new(&path).display(),
            page.len().div_ceil(1_000)
        );
    }
    Ok(())
}
