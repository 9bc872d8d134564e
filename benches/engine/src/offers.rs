//! Offers: the bench scheme S10, many offers of which few match, and lines of many units.

use std::hint::black_box;

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{Cart, Decision, QuoteOptions, quote_cart};
use loyalty_core::ledger::Account;
use loyalty_core::purchase::Purchase;
use loyalty_core::scheme::{Limits, Scheme, SchemeDef, compile_with};
use loyalty_core::time::Moment;

use crate::timing::Effort;
use crate::twelve::Failure;
use crate::{header, row, same};

/// A prepared cart under a scheme of offers.
struct Priced {
    scheme: Scheme,
    account: Account,
    purchase: Purchase,
    cart: Cart,
    at: Moment,
}

impl Priced {
    fn new(scheme: &str, purchase: &str) -> Result<Self, Failure> {
        let limits = Limits {
            bytes_max: 64 << 20,
            ..Limits::DEFAULT
        };
        let scheme = compile_with(SchemeDef::from_json_with(scheme, &limits)?, &limits)?;
        let purchase: Purchase = serde_json::from_str(purchase)?;
        let cart = Cart::try_new(&scheme, &purchase)?;
        Ok(Self {
            scheme,
            account: Account::new("member-1".parse()?),
            purchase,
            cart,
            at: "2026-11-21T12:00:00Z".parse()?,
        })
    }

    fn decision(&self) -> Result<Decision, Failure> {
        Ok(quote_cart(
            &self.scheme,
            &self.account,
            &self.purchase,
            &self.cart,
            &Facts::default(),
            self.at,
            QuoteOptions::default(),
        )?)
    }

    fn run(&self) {
        drop(black_box(self.decision()));
    }
}

fn scheme(offers: &[String]) -> String {
    format!(
        r#"{{"format":1,"id":"bench.offers","name":"Offers","currency":"EUR","time_zone":"UTC",
        "offers":[{}]}}"#,
        offers.join(",")
    )
}

/// So many offers, each for a category of its own; three of them meet the cart of [`lines`].
fn many(count: usize) -> Result<Priced, Failure> {
    let offer = |place: usize| {
        let category = match place {
            _ if place == count / 4 => "c-1".to_owned(),
            _ if place == count / 2 => "c-2".to_owned(),
            _ if place == count - 1 => "c-3".to_owned(),
            _ => format!("other-{place}"),
        };
        format!(
            r#"{{"id":"o-{place}","benefits":[{{"percent":{{"percent":"10","on":{{"target":{{"categories":["{category}"]}}}}}}}}]}}"#
        )
    };
    let offers: Vec<String> = (0..count).map(offer).collect();
    Priced::new(&scheme(&offers), &lines(200, 2))
}

fn lines(count: usize, units: u32) -> String {
    let line = |place: usize| {
        format!(
            r#"{{"price":"{}.{:02}","quantity":{units},"categories":["c-{}"]}}"#,
            1 + place % 40,
            place * 7 % 100,
            place % 10
        )
    };
    let lines: Vec<String> = (0..count).map(line).collect();
    format!(
        r#"{{"id":"p","currency":"EUR","lines":[{}]}}"#,
        lines.join(",")
    )
}

/// Thirty lines of so many units under an offer on sets, one on lines and one on the order.
fn units(units: u32) -> Result<Priced, Failure> {
    let offers = [
        r#"{"id":"sets","benefits":[{"percent":{"percent":"100","on":{"target":{"categories":["c-1"]},"sets":{"parts":[{"units":3,"choice":"cheapest"}],"get":{"units":1,"from":"set"}}}}}]}"#,
        r#"{"id":"lines","benefits":[{"percent":{"percent":"7.5","per":"line","on":{"target":{"categories":["c-2","c-3"]}}}}]}"#,
        r#"{"id":"order","benefits":[{"amount":{"amount":"10.00"}}]}"#,
    ];
    Priced::new(&scheme(&offers.map(str::to_owned)), &lines(30, units))
}

/// The tables on offers.
pub(crate) fn all(effort: Effort) -> Result<(), Failure> {
    let counts = [10, 1_000, 10_000];
    let schemes = counts.map(many);
    let mut priced = Vec::new();
    for scheme in schemes {
        priced.push(scheme?);
    }
    let first = priced[0].decision()?.totals.discount;
    for scheme in &priced {
        same("many offers", scheme.decision()?.totals.discount, first)?;
        same("many offers", scheme.decision()?.discounts.len(), 3)?;
    }
    let mut runs: Vec<_> = priced.iter().map(|priced| || priced.run()).collect();
    let mut runs: Vec<&mut dyn FnMut()> =
        runs.iter_mut().map(|run| run as &mut dyn FnMut()).collect();
    let times = effort.time_together(&mut runs);
    header("offers, three match; 200 lines");
    for (count, timing) in counts.iter().zip(&times) {
        row(&count.to_string(), *timing, None);
    }
    println!(
        "\n10,000 offers over 10: {:.2}\n",
        times[2].median / times[0].median
    );
    let sizes = [30, 600, 6_000];
    let mut priced = Vec::new();
    for size in sizes {
        let found = units(size)?;
        same("units", found.decision()?.discounts.len(), 3)?;
        priced.push(found);
    }
    let mut runs: Vec<_> = priced.iter().map(|priced| || priced.run()).collect();
    let mut runs: Vec<&mut dyn FnMut()> =
        runs.iter_mut().map(|run| run as &mut dyn FnMut()).collect();
    let times = effort.time_together(&mut runs);
    header("units of each of 30 lines, three offers");
    for (size, timing) in sizes.iter().zip(&times) {
        row(&size.to_string(), *timing, None);
    }
    println!(
        "\n6,000 units over 30: {:.2}\n",
        times[2].median / times[0].median
    );
    Ok(())
}
