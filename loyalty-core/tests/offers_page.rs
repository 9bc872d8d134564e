//! The cart that the page on offers explains, explained.

use std::fmt::Write;

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{Decision, QuoteOptions, Shortage, quote};
use loyalty_core::ledger::Account;
use loyalty_core::purchase::Purchase;
use loyalty_core::scheme::{SchemeDef, compile};

/// The text of the page's block of this kind.
fn block<'p>(page: &'p str, kind: &str) -> &'p str {
    let start = format!("```{kind}\n");
    let (_, rest) = page.split_once(&start).expect("a block");
    rest.split_once("```").expect("its end").0
}

fn told(decision: &Decision) -> String {
    let mut text = String::new();
    let totals = decision.totals;
    writeln!(
        text,
        "goods {}, less {}, delivery {}, to pay {}",
        totals.list, totals.discount, totals.shipping, totals.due
    )
    .unwrap();
    for offer in &decision.offers {
        write!(text, "{}: {}", offer.offer, offer.code).unwrap();
        let of_offer = decision
            .discounts
            .iter()
            .find(|discount| discount.id == offer.offer.as_str());
        if let Some(discount) = of_offer {
            let lines: Vec<String> = discount.lines.iter().map(ToString::to_string).collect();
            write!(text, ", {} off ({})", offer.amount, lines.join(" ")).unwrap();
        }
        if let Some(by) = &offer.by {
            write!(text, ", by {by}").unwrap();
        }
        if let Some(Shortage::Amount(missing)) = offer.missing {
            write!(text, ", {missing} more").unwrap();
        }
        text.push('\n');
    }
    for code in &decision.codes {
        writeln!(text, "code {}: {}", code.code, code.reasons.join(", ")).unwrap();
    }
    if let Some(choice) = decision.choice {
        let proved = if choice.optimal {
            "proved"
        } else {
            "not proved"
        };
        writeln!(
            text,
            "best of {} combinations: {}, {proved}",
            choice.tries, choice.value
        )
        .unwrap();
    }
    text
}

#[test]
fn the_page_on_offers_tells_what_the_engine_says() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/offers.md");
    let page = std::fs::read_to_string(page).expect("docs/offers.md");
    let def = SchemeDef::from_json(block(&page, "json scheme")).expect("a scheme");
    let scheme = compile(def).expect("no problems");
    let cart: Purchase = serde_json::from_str(block(&page, "json cart")).expect("a cart");
    let decision = quote(
        &scheme,
        &Account::new("member-1".parse().unwrap()),
        &cart,
        &Facts::default(),
        "2026-11-21T10:00:00+01:00".parse().unwrap(),
        QuoteOptions {
            explain: true,
            pool: None,
        },
    )
    .expect("a decision");
    assert_eq!(block(&page, "text"), told(&decision));
}
