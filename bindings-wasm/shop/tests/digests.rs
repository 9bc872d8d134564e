//! What the native build makes of the fixtures of exports, of codes and of a price history: the wasm is held
//! against the same digests.
//!
//! `UPDATE_DIGESTS=1` writes them again.

use std::fmt::Write as _;
use std::fs;

use hmac_sha256::Hash;
use loyalty_core::codes::{CodeBatch, codes};
use loyalty_core::import::{
    Columns, ImportOptions, Order, Posting, PostingAct, read_csv, read_shopify_csv,
    read_shopify_orders, read_woocommerce_orders, reconcile,
};
use loyalty_core::prior_price::{PriceSince, Reduction, prior_price};
use loyalty_core::time::Moment;
use serde::Serialize;
use serde_json::json;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn fixture(name: &str) -> String {
    let path = format!("{HERE}/../../loyalty-core/tests/data/import/{name}");
    fs::read_to_string(path).unwrap()
}

fn digest(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).unwrap();
    let digest = Hash::hash(text.as_bytes());
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The acts of each order from nothing, and from its state without what came after the sale.
fn postings(orders: &[Order]) -> Vec<Vec<Posting>> {
    let mut all = Vec::new();
    for after in orders {
        let mut before = after.clone();
        before.cancelled_at = None;
        before.returns.clear();
        for known in [None, Some(&before), Some(after)] {
            all.push(reconcile(known, after).unwrap());
        }
    }
    all
}

fn told(postings: &[Vec<Posting>]) -> Vec<Vec<(Moment, &PostingAct)>> {
    fn one(posting: &Posting) -> (Moment, &PostingAct) {
        (posting.at, &posting.act)
    }
    let lists = postings.iter();
    lists.map(|list| list.iter().map(one).collect()).collect()
}

#[test]
fn the_native_build_gives_the_digests() {
    let options = ImportOptions::default();
    let euro = ImportOptions {
        currency: Some("EUR".parse().unwrap()),
    };
    let columns = Columns {
        order: Some("order".to_owned()),
        quantity: Some("units".to_owned()),
        sku: Some("sku".to_owned()),
        kind: Some("kind".to_owned()),
        ..Columns::new("customer", "date", "amount")
    };
    let mut found = String::new();
    for (name, orders) in [
        (
            "shopify-csv",
            read_shopify_csv(&fixture("shopify_orders_export.csv"), &options),
        ),
        (
            "shopify-orders",
            read_shopify_orders(&fixture("shopify_orders.json"), &options),
        ),
        (
            "woocommerce-orders",
            read_woocommerce_orders(&fixture("woocommerce_orders.json"), &options),
        ),
        ("csv", read_csv(&fixture("rows.csv"), &columns, &euro)),
    ] {
        let orders = orders.unwrap();
        assert!(orders.len() > 1);
        writeln!(found, "{name} {}", digest(&orders)).unwrap();
        let postings = postings(&orders);
        writeln!(found, "reconcile-{name} {}", digest(&told(&postings))).unwrap();
    }
    for alphabet in ["mixed", "consonants"] {
        let batch = json!({
            "batch": "spring", "count": 1_000, "length": 10, "alphabet": alphabet, "check": true,
        });
        let batch: CodeBatch = serde_json::from_value(batch).unwrap();
        let made = codes(&[42; 16], &batch).unwrap();
        let texts: Vec<&str> = made.iter().map(|code| code.as_str()).collect();
        writeln!(found, "codes-{alphabet} {}", digest(&texts)).unwrap();
    }
    let history = json!([
        { "from": "2026-01-01", "price": "20.00" }, { "from": "2026-10-25", "price": "15.00" },
        { "from": "2026-11-02", "price": "20.00" },
    ]);
    let history: Vec<PriceSince> = serde_json::from_value(history).unwrap();
    let reduction = json!({ "began": "2026-11-27", "currency": "EUR" });
    let reduction: Reduction = serde_json::from_value(reduction).unwrap();
    let price = prior_price(&history, &reduction).unwrap().unwrap();
    writeln!(found, "prior-price {}", digest(&price)).unwrap();

    let path = format!("{HERE}/tests/digests.txt");
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of the test, not of the library"
    )]
    if std::env::var_os("UPDATE_DIGESTS").is_some() {
        fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(&path).unwrap());
}
