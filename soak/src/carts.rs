//! Random purchases.

use loyalty_core::purchase::Purchase;
use serde_json::{Value, json};

use crate::random::Random;

fn amount(random: &mut Random, most: i64) -> String {
    let minor = match random.below(8) {
        0 => 0,
        1 => random.between(0, 9) * 100,
        2 => random.between(1, 99),
        _ => random.between(1, most),
    };
    format!("{}.{:02}", minor / 100, minor % 100)
}

fn line(random: &mut Random) -> Value {
    let quantity = if random.one_in(40) {
        random.between(0, 6000)
    } else {
        random.between(1, 5)
    };
    let mut line = json!({
        "price": amount(random, 4500), "quantity": quantity,
        "categories": [random.pick(&["a", "b"])],
    });
    if random.one_in(4) {
        line["sku"] = json!(random.pick(&["s1", "s2"]));
    }
    if random.one_in(4) {
        line["tags"] = json!([random.pick(&["t", "out"])]);
    }
    if random.one_in(3) {
        line["tax"] = json!(random.pick(&["20", "5.5", "0", "19"]));
    }
    if random.one_in(20) {
        line["gift_card"] = json!(true);
    }
    if random.one_in(12) {
        line["discounted"] = json!(true);
    }
    if random.one_in(15) {
        line["price_min"] = json!("0.50");
    }
    line
}

/// A random purchase document.
pub fn document(random: &mut Random, id: &str) -> Value {
    let mut lines: Vec<Value> = (0..random.between(1, 5)).map(|_| line(random)).collect();
    if random.one_in(30) {
        lines.clear();
    }
    let mut purchase = json!({ "id": id, "currency": "EUR", "lines": lines });
    if random.one_in(3) {
        purchase["claims"] = json!([{ "reward": random.pick(&["free", "ten", "five", "ship_free", "offer0", "offer1"]) }]);
    }
    if random.one_in(4) {
        let wallet = *random.pick(&["points", "points", "miles"]);
        purchase["pay_points"] = json!([{ "wallet": wallet }]);
        if random.one_in(2) {
            purchase["pay_points"][0]["points"] = json!(random.between(1, 120).to_string());
        }
    }
    if random.one_in(4) {
        purchase["shipping"] =
            json!([{ "method": "post", "amount": amount(random, 900), "tax": "20" }]);
    }
    if random.one_in(6) {
        purchase["codes"] = json!([random.pick(&["CODE0", "CODE1", "code2", "NONE"])]);
    }
    if random.one_in(10) {
        purchase["gift_card"] = json!(amount(random, 3000));
    }
    if random.one_in(16) {
        purchase["deduction"] = json!(amount(random, 500));
    }
    if random.one_in(6) {
        purchase["tax_included"] = json!(false);
    }
    if random.one_in(3) {
        purchase["channel"] = json!(random.pick(&["web", "till"]));
    }
    if random.one_in(40) {
        purchase["currency"] = json!("GBP");
        purchase["exchange"] = json!({ "from": "6.00", "to": "7.00" });
    }
    purchase
}

/// A random purchase.
///
/// # Panics
/// When it cannot be read: the generator is wrong then.
pub fn purchase(random: &mut Random, id: &str) -> Purchase {
    let document = document(random, id);
    serde_json::from_value(document.clone()).unwrap_or_else(|error| panic!("{error}\n{document}"))
}

/// Facts about a customer.
pub fn facts(random: &mut Random) -> Value {
    let mut facts = json!({});
    if random.one_in(3) {
        facts["segments"] = json!(["vip"]);
    }
    if random.one_in(3) {
        facts["birthday"] = json!(random.pick(&["02-29", "03-05", "04-01"]));
    }
    facts
}
