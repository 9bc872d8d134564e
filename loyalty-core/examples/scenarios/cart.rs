//! The translation of a `cart` or `purchase` into a purchase.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::conditions::{FACTS, SEGMENTS, fact};
use super::fields::Fields;
use super::gross;
use super::lines::{DELIVERY, FIXED_PRICE};
use super::promotions::applied_tag;
use super::scheme::{POINTS, Plan, WALLET, set};

/// A purchase and what the acts around it need.
pub(crate) struct Bought {
    /// The purchase's document.
    pub(crate) purchase: Value,
    /// What the shop knows of the customer.
    pub(crate) segments: Vec<String>,
    /// Whether the tax was put into the prices.
    pub(crate) with_tax: bool,
    /// What is paid from the wallet of money.
    pub(crate) from_wallet: Option<String>,
    /// The SKU and quantity of each line.
    pub(crate) lines: Vec<(String, u32)>,
    /// The place in the purchase of each line of the case; nothing for what is taken off by hand.
    pub(crate) places: Vec<Option<usize>>,
}

/// A line of the case.
enum Line {
    /// A line of the purchase, with its SKU and quantity, and whether its tax is contained.
    Sold(Value, String, u32, Option<bool>),
    /// An amount taken off by hand.
    Deduction(Decimal),
}

/// Reads what is bought; everything but the kind of event is read here.
pub(crate) fn read(id: &str, fields: &mut Fields, plan: &Plan) -> Result<Bought, String> {
    let mut purchase = json!({
        "id": id,
        "currency": fields.text("currency")?.unwrap_or_else(|| plan.currency.clone()),
    });
    let mut lines = Vec::new();
    let mut bought = Vec::new();
    let mut places = Vec::new();
    let mut deducted = Decimal::ZERO;
    let mut contained = None;
    let mut told = fields.objects("lines")?;
    granted(id, fields, &mut told)?;
    if let Some(subtotal) = fields.text("subtotal")? {
        let goods = json!({"sku": "goods", "unit_price": subtotal});
        told.push(Fields::of("subtotal", goods)?);
    }
    for line in told {
        match one(line, plan)? {
            Line::Deduction(amount) => {
                deducted += amount;
                places.push(None);
            }
            Line::Sold(document, sku, quantity, own) => {
                if own.is_some() && contained.is_some() && own != contained {
                    return Err("tax contained in some lines and on top of others".into());
                }
                contained = own.or(contained);
                places.push(Some(lines.len()));
                lines.push(document);
                bought.push((sku, quantity));
            }
        }
    }
    set(&mut purchase, "lines", json!(lines));
    if deducted > Decimal::ZERO {
        set(&mut purchase, "deduction", json!(deducted.to_string()));
    }
    let contained = contained.unwrap_or(plan.tax_included);
    set(&mut purchase, "tax_included", json!(contained));
    if let Some(tax) = &plan.tax_amount {
        set(&mut purchase, "tax_amount", json!(tax));
    }
    set(&mut purchase, "codes", json!(fields.list("codes")?));
    let mut segments = Vec::new();
    for key in SEGMENTS {
        segments.extend(fields.list(key)?);
    }
    for key in FACTS {
        let values = fields.list(key)?;
        segments.extend(values.iter().map(|value| fact(key, value)));
    }
    if let Some(store) = fields.text("store")? {
        set(&mut purchase, "store", json!(store));
    }
    // In which order things were entered beside codes changes nothing.
    fields.text("entered")?;
    if let Some(channel) = fields.text("channel")? {
        set(&mut purchase, "channel", json!(channel));
    }
    if let Some(charge) = charge(fields, plan, contained)? {
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
    let with_tax = plan.gross_prices && gross::with_tax(&mut purchase)?;
    Ok(Bought {
        purchase,
        segments,
        with_tax,
        from_wallet,
        lines: bought,
        places,
    })
}

/// Lines for amounts that the event says were granted: each worth as much.
fn granted(id: &str, fields: &mut Fields, lines: &mut Vec<Fields>) -> Result<(), String> {
    let Some(applied) = fields.object("applied")? else {
        return Ok(());
    };
    let mut sums: Vec<Decimal> = Vec::new();
    for (promotion, amounts) in applied.rest() {
        let mut of = Fields::of("applied", json!({promotion.as_str(): amounts}))?;
        for (line, amount) in of.list(&promotion)?.into_iter().enumerate() {
            let amount: Decimal = amount.parse().map_err(|_| format!("applied {amount}"))?;
            match sums.get_mut(line) {
                Some(sum) => *sum += amount,
                None => sums.push(amount),
            }
        }
    }
    for (line, sum) in sums.into_iter().enumerate() {
        let tag = applied_tag(id, line);
        match lines.get_mut(line) {
            Some(line) => line.add("labels", &tag),
            None => lines.push(Fields::of(
                "applied",
                json!({"sku": tag, "unit_price": sum.to_string(), "labels": [tag]}),
            )?),
        }
    }
    Ok(())
}

/// The charge for delivery, told as it is priced, or with and without tax.
fn charge(fields: &mut Fields, plan: &Plan, contained: bool) -> Result<Option<Value>, String> {
    let method = fields.text("shipping_method")?;
    let both = (fields.text("shipping_net")?, fields.text("shipping_gross")?);
    let amount = fields.text("shipping")?;
    let mut charge = match (amount, both) {
        (Some(amount), (None, None)) => json!({"amount": amount, "tax": plan.tax}),
        (None, (Some(net), Some(gross))) => {
            let number = |text: &str| {
                text.parse::<Decimal>()
                    .map_err(|_| format!("shipping {text}"))
            };
            let rate = number(&gross)?
                .checked_div(number(&net)?)
                .map(|rate| (rate - Decimal::ONE) * Decimal::ONE_HUNDRED);
            let rate = rate.ok_or("shipping_net")?.round_dp(4).normalize();
            let amount = if contained { gross } else { net };
            json!({"amount": amount, "tax": rate.to_string()})
        }
        (None, (None, None)) if method.is_some() => json!({"amount": "0"}),
        (None, (None, None)) => return Ok(None),
        _ => return Err("shipping with and without tax".into()),
    };
    if let Some(method) = method {
        set(&mut charge, "method", json!(method));
    }
    if let Value::Object(map) = &mut charge {
        map.retain(|_, value| !value.is_null());
    }
    Ok(Some(charge))
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

fn one(mut line: Fields, plan: &Plan) -> Result<Line, String> {
    let sku = line.need("sku")?;
    let quantity = line.count("qty")?.unwrap_or(1);
    let price = line.need("unit_price")?;
    // A name for people.
    line.text("line")?;
    if let Some(amount) = price.strip_prefix('-') {
        let amount: Decimal = amount.parse().map_err(|_| format!("price {price}"))?;
        for key in ["tax", "tax_class"] {
            line.take(key);
        }
        line.done()?;
        return Ok(Line::Deduction(amount * Decimal::from(quantity)));
    }
    let mut tags = line.list("labels")?;
    tags.extend(line.list("tags")?);
    if line.flag("delivery")? {
        tags.push(DELIVERY.to_owned());
    }
    // What the variant says decides, not its product.
    line.flag("parent_discountable")?;
    if line.has("discountable") && !line.flag("discountable")? {
        tags.push(FIXED_PRICE.to_owned());
    }
    let mut document = json!({
        "sku": sku,
        "quantity": quantity,
        "price": price,
        "categories": categories(&mut line)?,
        "tags": tags,
        "gift_card": line.flag("gift_card")?,
    });
    if let Some(product) = line.text("product")? {
        set(&mut document, "product", json!(product));
    }
    if let Some(least) = line.text("min_price")? {
        set(&mut document, "price_min", json!(least));
    }
    let mut contained = None;
    let mut rate = plan.tax.clone();
    if let Some(tax) = line.text_of(&["tax", "tax_percent"])? {
        let (percent, how) = tax.split_once(' ').unwrap_or((&tax, ""));
        contained = match how {
            "" => None,
            "incl" => Some(true),
            "excl" => Some(false),
            _ => return Err(format!("tax \"{tax}\"")),
        };
        rate = Some(percent.to_owned());
    }
    if let Some(class) = line.text("tax_class")? {
        let known = plan.tax_classes.iter().find(|(known, _)| *known == class);
        let (_, percent) = known.ok_or_else(|| format!("tax class {class}"))?;
        rate = Some(percent.clone());
    }
    if let Some(rate) = rate {
        set(&mut document, "tax", json!(rate));
    }
    line.done()?;
    Ok(Line::Sold(document, sku, quantity, contained))
}

/// The categories of a line; of one within others, such as `clothes>jeans`, all of them.
fn categories(line: &mut Fields) -> Result<Vec<String>, String> {
    let mut all = line.list("category")?;
    all.extend(line.list("categories")?);
    let within: Vec<String> = all
        .iter()
        .filter(|path| path.contains('>'))
        .flat_map(|path| path.split('>').map(|part| part.trim().to_owned()))
        .collect();
    all.extend(within);
    all.sort();
    all.dedup();
    Ok(all)
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
        let sku = line.need("sku")?;
        if let Some(amount) = line.text("amount")? {
            // Money back without goods.
            let place = bought.iter().position(|(known, _)| *known == sku);
            let place = place.ok_or_else(|| format!("return of {sku}: not bought"))?;
            let name = (place + 1).to_string();
            found.push(json!({"line": name, "back": {"amount": amount}}));
            line.done()?;
            continue;
        }
        let quantity = line.count("qty")?.unwrap_or(1);
        line.done()?;
        let mut rest = quantity;
        let mut last = None;
        for (place, (known, left)) in bought.iter_mut().enumerate() {
            if *known == sku {
                let part = rest.min(*left);
                take(&mut found, place, part, left);
                rest -= part;
                last = Some(place);
            }
        }
        if rest > 0 {
            // More than there is left: the engine is asked for it all the same.
            let last = last.ok_or_else(|| format!("return of {sku}: not bought"))?;
            let mut asked = quantity;
            found.clear();
            take(&mut found, last, quantity, &mut asked);
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
