//! What surrounds the engine in a shop, for JavaScript: orders as shops export them, codes of coupons, prior
//! prices, the linter of schemes. `../js` holds what users see.
//!
//! Texts cross the border in both directions, and nothing stays between two calls. A problem is thrown as a
//! text of JSON; anything else that is thrown is a trap.

mod failure;

use loyalty_core::codes::{self, Alphabet, CodeBatch};
use loyalty_core::evaluate::known_order;
use loyalty_core::import::{
    self, Columns, ImportError, ImportOptions, Order, Posting, reconcile_known,
};
use loyalty_core::ledger::Account;
use loyalty_core::lint::lint as findings;
use loyalty_core::prior_price::{PriceSince, Reduction, prior_price as stated};
use loyalty_core::read::{ReadLimits, Readable, read_json};
use loyalty_core::scheme::{SchemeDef, compile};
use loyalty_core::time::Moment;
use loyalty_core::write::write_json;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use failure::Failure;

type Answer = Result<String, JsValue>;

fn read<T: Readable>(text: &str) -> Result<T, Failure> {
    Ok(read_json(text, &ReadLimits::DEFAULT)?)
}

fn options(currency: Option<&str>) -> Result<ImportOptions, Failure> {
    let currency = currency.map(str::parse).transpose();
    let currency = currency.map_err(|error| Failure::from(error).under("currency"))?;
    Ok(ImportOptions { currency })
}

fn orders(read: Result<Vec<Order>, ImportError>) -> Result<String, Failure> {
    Ok(write_json(&read?)?)
}

/// Whether a text begins with the header of Shopify's orders export.
#[wasm_bindgen]
pub fn is_shopify_csv(text: &str) -> bool {
    import::is_shopify_csv(text)
}

/// Reads an export: the format is `shopify_csv`, `shopify_orders` or `woocommerce_orders`.
#[wasm_bindgen]
pub fn read_orders(format: &str, text: &str, currency: Option<String>) -> Answer {
    let read = || {
        let options = options(currency.as_deref())?;
        orders(match format {
            "shopify_csv" => import::read_shopify_csv(text, &options),
            "shopify_orders" => import::read_shopify_orders(text, &options),
            _ => import::read_woocommerce_orders(text, &options),
        })
    };
    Ok(read()?)
}

/// Which column of a table is what.
#[derive(Readable)]
#[serde(deny_unknown_fields)]
struct Named {
    customer: String,
    at: String,
    amount: String,
    #[serde(default)]
    order: Option<String>,
    #[serde(default)]
    quantity: Option<String>,
    #[serde(default)]
    sku: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    currency: Option<String>,
}

/// Reads a table of rows.
#[wasm_bindgen]
pub fn read_orders_csv(text: &str, columns: &str, currency: Option<String>) -> Answer {
    let read = || {
        let named: Named = read(columns).map_err(|failure| failure.under("columns"))?;
        let columns = Columns {
            customer: named.customer,
            at: named.at,
            amount: named.amount,
            order: named.order,
            quantity: named.quantity,
            sku: named.sku,
            kind: named.kind,
            currency: named.currency,
        };
        let options = options(currency.as_deref())?;
        orders(import::read_csv(text, &columns, &options))
    };
    Ok(read()?)
}

/// An act and its moment.
#[derive(Serialize)]
struct Told<'a> {
    at: Moment,
    act: &'a import::PostingAct,
}

/// The acts between what is known and an order's state. What is known is the state before, or an account's
/// snapshot, or nothing.
#[wasm_bindgen]
pub fn reconcile(before: Option<String>, snapshot: Option<String>, after: &str) -> Answer {
    let found = || {
        let after: Order = read(after).map_err(|failure| failure.under("after"))?;
        let before = before.as_deref().map(read).transpose();
        let before: Option<Order> = before.map_err(|failure| failure.under("before"))?;
        let postings: Vec<Posting> = match snapshot {
            Some(snapshot) => {
                let account = Account::restore_json(snapshot.as_bytes())?;
                reconcile_known(&known_order(&account, &after.purchase), &after)?
            }
            None => import::reconcile(before.as_ref(), &after)?,
        };
        let told = postings.iter().map(|posting| Told {
            at: posting.at,
            act: &posting.act,
        });
        Ok::<_, Failure>(write_json(&told.collect::<Vec<_>>())?)
    };
    Ok(found()?)
}

/// The codes of a batch, one on each line.
#[wasm_bindgen]
pub fn make_codes(entropy: &[u8], batch: &str) -> Answer {
    let made = || {
        let batch: CodeBatch = read(batch)?;
        let mut text = String::new();
        for code in codes::codes(entropy, &batch)? {
            text.push_str(code.as_str());
            text.push('\n');
        }
        Ok::<_, Failure>(text)
    };
    Ok(made()?)
}

/// Whether the last character of a code checks the others.
#[wasm_bindgen]
pub fn verify_code(code: &str, consonants: bool) -> bool {
    let alphabet = if consonants {
        Alphabet::Consonants
    } else {
        Alphabet::Mixed
    };
    codes::verify_code(code, alphabet)
}

/// A price history and the reduction that it is asked for.
#[derive(Readable)]
#[serde(deny_unknown_fields)]
struct Announced {
    history: Vec<PriceSince>,
    reduction: Reduction,
}

/// The price to state beside a reduced one; an empty text for goods that are exempt.
#[wasm_bindgen]
pub fn prior_price(announced: &str) -> Answer {
    let found = || {
        let Announced { history, reduction } = read(announced)?;
        let found = stated(&history, &reduction)?;
        let text = found.map(|found| write_json(&found));
        Ok::<_, Failure>(text.transpose()?.unwrap_or_default())
    };
    Ok(found()?)
}

/// What looks like a mistake in a scheme. `at` is the moment by which windows count as over.
#[wasm_bindgen]
pub fn lint(document: &str, at: Option<String>) -> Answer {
    let found = || {
        let at = at.as_deref().map(str::parse).transpose();
        let at: Option<Moment> = at.map_err(|error| Failure::from(error).under("at"))?;
        let scheme = compile(SchemeDef::from_json(document)?)?;
        Ok::<_, Failure>(write_json(&findings(&scheme, at.map(Moment::civil)))?)
    };
    Ok(found()?)
}

/// Panics, so that a test sees what the package does then.
#[wasm_bindgen]
pub fn drill() {
    panic!("a drill");
}
