//! Totals as a table of text.

use super::totals::Totals;

const LABEL_WIDTH: usize = 44;
const VALUE_WIDTH: usize = 14;

/// A scheme's totals, one figure a row. What the scheme does not have is left out.
pub(crate) fn table(title: &str, totals: &Totals) -> String {
    let mut table = Table::new(title);
    table.row("members", count(totals.members));
    table.row("orders recorded", count(totals.orders));
    table.row("CDs", count(totals.units));
    table.row("sales at list prices, USD", money(totals.sales));
    if totals.points.issued > 0 {
        table.section("points");
        table.row("issued", points(totals.points.issued));
        table.row("redeemed", points(totals.points.redeemed));
        table.row("expired", points(totals.points.expired));
        table.row("outstanding", points(totals.points.outstanding));
    }
    if totals.stamps > 0 {
        table.section("stamps");
        table.row("given", whole(totals.stamps));
        table.row("cards filled", count(totals.cards_completed));
    }
    if totals.rewards.issued > 0 {
        table.section("rewards");
        table.row("issued", count(totals.rewards.issued));
        table.row("used", count(totals.rewards.used));
        table.row("lapsed", count(totals.rewards.lapsed));
        table.row("ready", count(totals.rewards.ready));
    }
    if !totals.tiers.is_empty() {
        table.section("members by tier");
        let held: u64 = totals.tiers.iter().map(|(_, members)| members).sum();
        table.row("none", count(totals.members - held));
        for (tier, members) in &totals.tiers {
            table.row(tier, count(*members));
        }
    }
    cost(&mut table, totals);
    table.section("ledger");
    table.row("groups", count(totals.ledger.groups));
    table.row("entries", count(totals.ledger.entries));
    table.row(
        "replayed from nothing, state hash equal",
        of_all(totals, totals.ledger.replayed),
    );
    table.row(
        "hash chain verified to the head",
        of_all(totals, totals.ledger.verified),
    );
    table.text
}

fn cost(table: &mut Table, totals: &Totals) {
    let cost = &totals.cost;
    table.section("cost, USD");
    if totals.rewards.issued > 0 {
        table.row("taken off by rewards", money(cost.rewards));
    }
    if cost.benefits > 0 {
        table.row("taken off by tiers", money(cost.benefits));
    }
    if totals.points.issued > 0 {
        table.row("taken off by points", money(cost.points));
    }
    let given = cost.rewards + cost.benefits + cost.points;
    table.row("discounts given", money(given));
    table.row(
        "discounts given, share of sales",
        percent(given, totals.sales),
    );
    if totals.points.issued > 0 {
        table.row("value of outstanding points", money(cost.outstanding));
    }
}

struct Table {
    text: String,
}

impl Table {
    fn new(title: &str) -> Self {
        let line = "─".repeat(LABEL_WIDTH + VALUE_WIDTH);
        Self {
            text: format!("{title}\n{line}\n"),
        }
    }

    fn section(&mut self, name: &str) {
        self.text.push_str(name);
        self.text.push('\n');
    }

    fn row(&mut self, label: &str, value: String) {
        let label = format!("  {label}");
        self.text
            .push_str(&format!("{label:<LABEL_WIDTH$}{value:>VALUE_WIDTH$}\n"));
    }
}

/// A whole number with its thousands apart.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn whole(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", count(number.unsigned_abs()))
}

fn money(minor: i64) -> String {
    format!("{}.{:02}", whole(minor / 100), (minor % 100).abs())
}

fn points(milli: i64) -> String {
    match milli % 1_000 {
        0 => whole(milli / 1_000),
        rest => format!("{}.{:03}", whole(milli / 1_000), rest.abs()),
    }
}

/// A share in percent with two decimals, rounded down.
fn percent(part: i64, all: i64) -> String {
    let hundredths = part.saturating_mul(10_000).checked_div(all).unwrap_or(0);
    format!("{} %", money(hundredths))
}

fn of_all(totals: &Totals, found: u64) -> String {
    format!("{} of {}", count(found), count(totals.members))
}
