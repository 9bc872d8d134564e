//! Prices with tax, where promotions are amounts of what the customer pays.
//!
//! A shop whose prices are without tax, and whose promotions save an amount with tax, hands its prices
//! over with tax: then nothing is rounded between the two.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::fields::text;
use super::scheme::set;

/// Puts the tax into the prices of a purchase, if every price has a form of two decimals then.
/// Whether it has been done.
pub(crate) fn with_tax(purchase: &mut Value) -> Result<bool, String> {
    let contained = purchase.get("tax_included") == Some(&Value::Bool(true));
    if contained || purchase.get("deduction").is_some() {
        return Ok(false);
    }
    let mut priced = purchase.clone();
    for (list, key) in [("lines", "price"), ("shipping", "amount")] {
        let Some(Value::Array(all)) = priced.get_mut(list) else {
            continue;
        };
        for one in all {
            let Some(price) = one.get(key) else { continue };
            let price = number(key, price)?;
            let rate = match one.get("tax") {
                None => Decimal::ZERO,
                Some(tax) => number("tax", tax)? / Decimal::ONE_HUNDRED,
            };
            let price = (price * (Decimal::ONE + rate)).normalize();
            if price.scale() > 2 {
                return Ok(false);
            }
            set(one, key, json!(price.to_string()));
        }
    }
    set(&mut priced, "tax_included", json!(true));
    *purchase = priced;
    Ok(true)
}

fn number(key: &str, value: &Value) -> Result<Decimal, String> {
    let text = text(key, value)?;
    text.parse().map_err(|_| format!("{key} {text}"))
}
