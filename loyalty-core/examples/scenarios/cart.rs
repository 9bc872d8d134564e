//! The translation of a `cart` or `purchase` into a purchase.

use serde_json::{Value, json};

use super::earn::DELIVERY;
use super::fields::Fields;
use super::scheme::{POINTS, Plan, WALLET, set};

/// A purchase and what the acts around it need.
pub(crate) struct Bought {
    /// The purchase's document.
    pub(crate) purchase: Value,
    /// What is paid from the wallet of money.
    pub(crate) from_wallet: Option<String>,
    /// The SKU and quantity of each line.
    pub(crate) lines: Vec<(String, u32)>,
}

/// Reads what is bought; everything but the kind of event is read here.
pub(crate) fn read(id: &str, fields: &mut Fields, plan: &Plan) -> Result<Bought, String> {
    let mut purchase = json!({
        "id": id,
        "currency": fields.text("currency")?.unwrap_or_else(|| plan.currency.clone()),
        "tax_included": plan.tax_included,
    });
    let mut lines = Vec::new();
    let mut bought = Vec::new();
    for line in fields.objects("lines")? {
        let (document, sku, quantity) = one(line, plan)?;
        lines.push(document);
        bought.push((sku, quantity));
    }
    set(&mut purchase, "lines", json!(lines));
    set(&mut purchase, "codes", json!(fields.list("codes")?));
    if let Some(channel) = fields.text("channel")? {
        set(&mut purchase, "channel", json!(channel));
    }
    if let Some(amount) = fields.text("shipping")? {
        let mut charge = json!({"amount": amount});
        if let Some(method) = fields.text("shipping_method")? {
            set(&mut charge, "method", json!(method));
        }
        if let Some(tax) = &plan.tax {
            set(&mut charge, "tax", json!(tax));
        }
        set(&mut purchase, "shipping", json!([charge]));
    }
    if let Some(amount) = fields.text_of(&["gift_card_payment", "gift_card"])? {
        set(&mut purchase, "gift_card", json!(amount));
    }
    let mut pay = Vec::new();
    if let Some(points) = fields.text("redeem_points")? {
        pay.push(json!({"wallet": POINTS, "points": points}));
    }
    let from_wallet = fields.text("wallet_payment")?;
    if let Some(amount) = &from_wallet {
        pay.push(json!({"wallet": WALLET, "points": amount}));
    }
    if fields.flag("pay_with_wallet")? {
        pay.push(json!({"wallet": WALLET}));
    }
    let mut claims = Vec::new();
    for reward in claimed(fields, plan)? {
        if plan.payments.contains(&reward) {
            pay.push(json!({"wallet": POINTS}));
        } else {
            claims.push(json!({"reward": reward}));
        }
    }
    set(&mut purchase, "claims", json!(claims));
    set(&mut purchase, "pay_points", json!(pay));
    Ok(Bought {
        purchase,
        from_wallet,
        lines: bought,
    })
}

/// The rewards claimed: by name, or `true` for the only one.
fn claimed(fields: &mut Fields, plan: &Plan) -> Result<Vec<String>, String> {
    let Some(value) = fields.take("claim") else {
        return Ok(Vec::new());
    };
    match value {
        Value::Bool(false) => Ok(Vec::new()),
        Value::Bool(true) => {
            let known = plan.rewards.iter().filter_map(|reward| reward.get("id"));
            let known = known.filter_map(Value::as_str).map(str::to_owned);
            let all: Vec<String> = known.chain(plan.payments.iter().cloned()).collect();
            match all.as_slice() {
                [_] => Ok(all),
                _ => Err("claim: which reward".into()),
            }
        }
        Value::Array(names) => names
            .iter()
            .map(|name| super::fields::text("claim", name))
            .collect(),
        other => Ok(vec![super::fields::text("claim", &other)?]),
    }
}

fn one(mut line: Fields, plan: &Plan) -> Result<(Value, String, u32), String> {
    let sku = line.need("sku")?;
    let quantity = line.count("qty")?.unwrap_or(1);
    let price = line.need("unit_price")?;
    let mut tags = line.list("labels")?;
    if line.flag("delivery")? {
        tags.push(DELIVERY.to_owned());
    }
    let mut document = json!({
        "sku": sku,
        "quantity": quantity,
        "price": price,
        "categories": line.list("category")?,
        "tags": tags,
        "gift_card": line.flag("gift_card")?,
    });
    if let Some(product) = line.text("product")? {
        set(&mut document, "product", json!(product));
    }
    let tax = line.text_of(&["tax_percent"])?.or_else(|| plan.tax.clone());
    if let Some(tax) = tax {
        set(&mut document, "tax", json!(tax));
    }
    line.done()?;
    Ok((document, sku, quantity))
}

/// The lines of a return, which names goods by SKU: of several lines of one SKU the first ones that
/// have units left.
pub(crate) fn returned(
    fields: &mut Fields,
    bought: &mut [(String, u32)],
) -> Result<Vec<Value>, String> {
    let mut found = Vec::new();
    if !fields.has("lines") {
        for (place, (_, left)) in bought.iter_mut().enumerate() {
            take(&mut found, place, *left, left);
        }
        return Ok(found);
    }
    for mut line in fields.objects("lines")? {
        let (sku, quantity) = (line.need("sku")?, line.count("qty")?.unwrap_or(1));
        line.done()?;
        let mut rest = quantity;
        for (place, (known, left)) in bought.iter_mut().enumerate() {
            if *known == sku {
                let part = rest.min(*left);
                take(&mut found, place, part, left);
                rest -= part;
            }
        }
        if rest > 0 {
            return Err(format!("return of {quantity} {sku}: more than was bought"));
        }
    }
    Ok(found)
}

fn take(found: &mut Vec<Value>, place: usize, quantity: u32, left: &mut u32) {
    if quantity > 0 {
        let line = (place + 1).to_string();
        found.push(json!({"line": line, "back": {"quantity": quantity}}));
        *left -= quantity;
    }
}
