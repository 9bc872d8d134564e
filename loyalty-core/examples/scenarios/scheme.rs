//! The translation of a case's `scheme` into a scheme document.

use loyalty_core::time::Moment;
use serde_json::{Value, json};

use super::case::Case;
use super::earn::{Base, Earn};
use super::fields::Fields;
use super::sequence::{InForce, Promotions};
use super::{cards, earn, points, rewards, tiers, told};

/// The wallet of points.
pub(crate) const POINTS: &str = "points";
/// The wallet of money.
pub(crate) const WALLET: &str = "wallet";
/// The event of a customer who registers and was referred.
pub(crate) const REFERRED: &str = "registered.referred";
/// The event of the member who referred one.
pub(crate) const REFERRER: &str = "registered.referrer";

/// What the scheme's parts add to the document, and what acts must know of them.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The currency.
    pub(crate) currency: String,
    /// Whether prices contain the tax.
    pub(crate) tax_included: bool,
    /// The tax rate of every line.
    pub(crate) tax: Option<String>,
    /// The tax rates of classes.
    pub(crate) tax_classes: Vec<(String, String)>,
    /// The tax where it is told and not worked out.
    pub(crate) tax_amount: Option<String>,
    /// Whether the tax is rounded line by line.
    pub(crate) tax_by_line: bool,
    /// Whether prices are told without tax and promotions are amounts with it.
    pub(crate) gross_prices: bool,
    /// Whether some lines may not be discounted.
    pub(crate) has_fixed_prices: bool,
    /// Earn rules.
    pub(crate) rules: Vec<Value>,
    /// The names of promotions of points.
    pub(crate) points_promotions: Vec<String>,
    /// Rewards.
    pub(crate) rewards: Vec<Value>,
    /// Cards.
    pub(crate) cards: Vec<Value>,
    /// Rewards that are a way to pay with points.
    pub(crate) payments: Vec<String>,
    /// How points pay.
    pub(crate) redemption: Option<Value>,
    /// Whether the scheme has a wallet of money.
    pub(crate) has_wallet: bool,
    /// The stamps that fill each card.
    pub(crate) targets: Vec<u32>,
    /// The names that the case has for the cards.
    pub(crate) card_names: Vec<Option<String>>,
    /// What the tiers measure.
    pub(crate) metric: tiers::Metric,
    /// Tiers with their thresholds, lowest first.
    pub(crate) tiers: Vec<(String, String)>,
    /// Whether a tier set by hand is a floor.
    pub(crate) manual_floor: bool,
    /// How many days back lapsed points can be given back.
    pub(crate) reinstatement_days: Option<u32>,
}

impl Plan {
    /// A card by the name that the case has for it; the first one without a name.
    pub(crate) fn card(&self, name: Option<&str>) -> Result<String, String> {
        let mut known = self.card_names.iter();
        let place = match name {
            None => (!self.card_names.is_empty()).then_some(0),
            Some(name) => known.position(|known| known.as_deref() == Some(name)),
        };
        let place = place.ok_or_else(|| format!("no card {}", name.unwrap_or_default()))?;
        Ok(cards::name(place))
    }
}

/// The names of the variants in which a case runs: one without a name unless it gives several
/// expiry policies by name.
pub(crate) fn variants(case: &Case) -> Vec<String> {
    let mut scheme = case.scheme.clone();
    let names = scheme
        .take("points")
        .and_then(|points| points.get("expiry")?.get("variants").cloned())
        .and_then(|variants| match variants {
            Value::Object(map) => Some(map.keys().cloned().collect::<Vec<_>>()),
            _ => None,
        });
    match names {
        Some(names) if !names.is_empty() => names,
        _ => vec![String::new()],
    }
}

/// The referrals of a case, and what brings the referrer points.
fn referrals(scheme: &mut Fields, plan: &mut Plan) -> Result<Vec<Value>, String> {
    let mut referrals = Vec::new();
    for (place, mut referral) in scheme.objects("referral")?.into_iter().enumerate() {
        if referral.has("percent_of_referrer_balance") {
            return Err("referral:percent-of-balance".into());
        }
        let (mut referrer, mut referred) = (true, false);
        match referral.text("reward")?.as_deref() {
            None | Some("referrer") => {}
            Some("referred" | "referee") => (referrer, referred) = (false, true),
            Some("both") => referred = true,
            Some(other) => return Err(format!("referral: reward {other}")),
        }
        let id = format!("referral.{place}");
        let event = referral.need("event")?;
        let first = match event.as_str() {
            "every purchase" | "referred purchase" => Some(None),
            "first purchase" => Some(Some(json!({"first_purchase": {}}))),
            "register" | "registration" | "sign up" => None,
            other => return Err(format!("referral: event {other}")),
        };
        let every = referral.count("every")?.unwrap_or(1);
        let points = referral.need("points")?;
        let own = referral.text_of(&["referred_points", "referee_points"])?;
        let own = own.unwrap_or_else(|| points.clone());
        referral.done()?;
        let event = |name: &str, points: &str| json!({"event": {"name": name, "points": points, "every": every}});
        let Some(when) = first else {
            for (thanked, name, points) in
                [(referrer, REFERRER, &points), (referred, REFERRED, &own)]
            {
                if thanked {
                    let id = format!("{id}.{name}");
                    plan.rules
                        .push(json!({"id": id, "give": event(name, points)}));
                }
            }
            continue;
        };
        if referrer {
            plan.rules
                .push(json!({"id": id, "give": event(&id, &points)}));
            referrals.push(json!({"id": id, "event": id, "when": when}));
        }
        if referred {
            if every > 1 {
                return Err("referral: every beside a referred customer".into());
            }
            let all: Vec<Value> = when.into_iter().chain([json!({"referred": {}})]).collect();
            plan.rules.push(json!({
                "id": format!("{id}.referred"),
                "when": {"all": all},
                "give": {"fixed": {"points": own}},
            }));
        }
    }
    Ok(referrals)
}

/// The document of a case in a variant, its promotions left out. An error names what the engine or the runner lacks.
pub(crate) fn translate(
    case: &Case,
    variant: &str,
    moments: &[Moment],
) -> Result<(Value, Plan, Promotions), String> {
    let mut scheme = case.scheme.clone();
    let rounding = rounding(case, &mut scheme)?;
    let promotions = Promotions::read(&mut scheme)?;
    let mut plan = Plan {
        currency: currency(case, &mut scheme)?,
        tax_included: true,
        has_fixed_prices: case.lines().any(|line| line.has("discountable")),
        ..Plan::default()
    };
    tax(case, &mut scheme, &mut plan)?;
    let amounts = promotions.takes_amounts() || scheme.has("rewards");
    plan.gross_prices = !plan.tax_included && amounts && case.mode("amount:gross");
    let mut wallet = Fields::of("scheme.points", json!({}))?;
    if let Some(points) = scheme.object("points")? {
        wallet = points;
    }
    let mut base = Base::of(case);
    let earn = Earn::read(case, &mut wallet, &mut base, &mut plan)?;
    earn::promotions(case, &mut scheme, &mut plan)?;
    let referrals = referrals(&mut scheme, &mut plan)?;
    told::of_events(case, moments, &mut plan)?;
    rewards::read(case, &mut scheme, &mut plan)?;
    cards::read(&mut scheme, &mut plan)?;
    let ladders = tiers::read(case, &mut scheme, &mut plan)?;
    let ewallet = ewallet(&mut scheme, &mut plan)?;
    let points = points::wallet(case, variant, wallet, &earn, &mut plan)?;
    base.with_own_points(&points, &plan.rules);
    scheme.done()?;
    check_modes(case, !promotions.is_empty(), !plan.rewards.is_empty())?;
    let mut document = json!({
        "format": 1,
        "id": "scenario",
        "name": "Scenario",
        "currency": plan.currency,
        "time_zone": "UTC",
        "wallets": std::iter::once(points).chain(ewallet).collect::<Vec<_>>(),
        "earn_base": base.document(),
        "earn": plan.rules,
        "cards": plan.cards,
        "referrals": referrals,
        "ladders": ladders,
        "rewards": plan.rewards,
        "combine_rules": if earn.best { "best" } else { "sum" },
        "discount_rounding": rounding,
        "tax_rounding": if plan.tax_by_line { "per_line" } else { "per_rate" },
    });
    let mut returns = json!({});
    if earn.proportional {
        set(&mut returns, "points", json!("proportional"));
    }
    if case.mode("return:redistribute-order-discount") {
        set(&mut returns, "money", json!("reprice"));
    }
    set(&mut document, "returns", returns);
    Ok((document, plan, promotions))
}

/// The document with what is in force for an event.
pub(crate) fn with_promotions(document: &Value, in_force: &InForce) -> Value {
    let mut document = document.clone();
    if let Some(Value::Array(rewards)) = document.get_mut("rewards") {
        rewards.extend(in_force.rewards.iter().cloned());
    }
    set(&mut document, "offers", json!(in_force.offers));
    if !in_force.offers.is_empty() {
        set(&mut document, "stacking", in_force.stacking.clone());
    }
    without_nothing(&mut document);
    document
}

/// Drops every key that holds nothing.
fn without_nothing(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(without_nothing);
        }
        Value::Array(values) => values.iter_mut().for_each(without_nothing),
        _ => {}
    }
}

/// The scheme's currency; where it is told by channel, the first one of a promotion.
fn currency(case: &Case, scheme: &mut Fields) -> Result<String, String> {
    // Another currency of the shop's books rounds nothing here.
    scheme.text("company_currency")?;
    scheme.count("minor_units")?;
    let told = scheme.text("currency")?.unwrap_or_else(|| "USD".into());
    if told.parse::<loyalty_core::number::Currency>().is_ok() {
        return Ok(told);
    }
    if told == "minor units" {
        return Ok("USD".into());
    }
    let promotions = case.scheme.clone().objects("promotions")?;
    for mut promotion in promotions {
        if let Some(channels) = promotion.object("value_by_channel")? {
            let first = channels.rest().into_iter().next();
            let of = first.and_then(|(_, value)| value.get("currency").cloned());
            if let Some(Value::String(currency)) = of {
                return Ok(currency.to_uppercase());
            }
        }
    }
    Err(format!("scheme.currency \"{told}\""))
}

/// How discounts are rounded. Where the first or the last line bears what is left over, shares are
/// cut off unless the case says otherwise.
fn rounding(case: &Case, scheme: &mut Fields) -> Result<&'static str, String> {
    let told = scheme.text("rounding")?;
    match told.as_deref() {
        None => {}
        Some("half up") => return Ok("half_up"),
        Some("half down") => return Ok("half_down"),
        Some("half even") => return Ok("half_even"),
        Some("down" | "floor") => return Ok("floor"),
        Some("up" | "ceil") => return Ok("ceil"),
        Some(_) => return Err(named(case, "rounding")),
    }
    let found = [
        ("rounding:half-up", "half_up"),
        ("rounding:half-down", "half_down"),
        ("rounding:half-toward-smaller-discount", "half_down"),
        ("rounding:half-even", "half_even"),
        ("rounding:down", "floor"),
        ("rounding:up", "ceil"),
        ("remainder:first-line", "floor"),
        ("remainder:last-line", "floor"),
    ];
    let found = found.iter().find(|(mode, _)| case.mode(mode));
    Ok(found.map_or("half_up", |(_, rounding)| rounding))
}

/// Sets a key of an object.
pub(crate) fn set(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = object {
        map.insert(key.into(), value);
    }
}

/// What is lacking, by the mode that names it, else by itself.
pub(crate) fn named(case: &Case, what: &str) -> String {
    let mode = case.modes.iter().find(|mode| {
        let topic = mode.split(':').next().unwrap_or_default();
        what.contains(topic) || topic.contains(what)
    });
    mode.cloned().unwrap_or_else(|| what.to_owned())
}

fn tax(case: &Case, scheme: &mut Fields, plan: &mut Plan) -> Result<(), String> {
    let Some(mut tax) = scheme.object("tax")? else {
        return Ok(());
    };
    if tax.has("order_level_discount") {
        return Err(named(case, "tax"));
    }
    plan.tax_included = match tax.text("mode")?.as_deref() {
        Some("exclusive") => false,
        None | Some("inclusive") => true,
        // The lines say it.
        Some(told) if told.starts_with("given") => true,
        Some(other) => return Err(format!("scheme.tax.mode {other}")),
    };
    plan.tax = tax.text("percent")?;
    if let Some(classes) = tax.object("rates")? {
        for (class, percent) in classes.rest() {
            let percent = super::fields::text("scheme.tax.rates", &percent)?;
            plan.tax_classes.push((class, percent));
        }
    }
    plan.tax_by_line = case.mode("tax-rounding:per-line");
    for word in tax
        .text("rounding")?
        .iter()
        .flat_map(|told| told.split(','))
    {
        match word.trim() {
            "per line" => plan.tax_by_line = true,
            "half up" | "per rate" | "on the total" => {}
            other => return Err(format!("scheme.tax.rounding \"{other}\"")),
        }
    }
    // Whether every line says its own rate.
    tax.flag("per_line")?;
    if let Some(amount) = tax.text("amount_given")? {
        plan.tax_included = false;
        plan.tax_amount = Some(amount);
    }
    tax.done()
}

/// A wallet of money that pays, and products that fill it.
fn ewallet(scheme: &mut Fields, plan: &mut Plan) -> Result<Option<Value>, String> {
    let Some(mut wallet) = scheme.object("wallet")? else {
        return Ok(None);
    };
    let way = wallet.text("as")?.unwrap_or_else(|| "tender".into());
    if way != "tender" && way != "discount" {
        return Err(format!("scheme.wallet.as {way}"));
    }
    if let Some(products) = wallet.object("topup_products")? {
        for (place, (sku, amount)) in products.rest().into_iter().enumerate() {
            let amount = super::fields::text("scheme.wallet.topup_products", &amount)?;
            plan.rules.push(json!({
                "id": format!("topup.{place}"),
                "wallet": WALLET,
                "target": {"skus": [sku]},
                "give": {"per_unit": {"points": amount}},
                "multiplied": false,
            }));
        }
    }
    wallet.done()?;
    plan.has_wallet = true;
    Ok(Some(json!({
        "id": WALLET,
        "precision": 2,
        "redemption": {
            "value": {"points": "1", "amount": "1"},
            "as": way,
            "earns": way == "tender",
        },
    })))
}

/// The modes that the translation sets, or that a scheme has without being told.
const MODES: &[&str] = &[
    "earn-base:after-promotions",
    "earn-base:before-own-reward",
    "earn-base:before-tax",
    "earn-base:net-of-points-payment",
    "earn-order:spend,multiply,fixed",
    "earn-rule:stop-flag",
    "earn-rules:additive",
    "earn-rules:best-only",
    "expiry:activity-extension",
    "expiry:end-of-day",
    "expiry:end-of-month",
    "expiry:end-of-year",
    "expiry:fifo-lots",
    "expiry:last-day-inclusive",
    "expiry:reinstatement",
    "limit:calendar-day",
    "multipliers:compound",
    "points-promo:newest-wins",
    "points-promo:requires-base",
    "points:floor",
    "points:fractional",
    "points:nearest",
    "points:round-per-rule",
    "points:usable-in-same-order",
    "redeem:max-cart-share",
    "redeem:reject-over-total",
    "return:proportional-to-amount",
    "return:prorate-spent-points",
    "return:recompute-order",
    "return:redistribute-order-discount",
    "rounding:down",
    "rounding:half-down",
    "rounding:half-even",
    "rounding:half-toward-smaller-discount",
    "rounding:half-up",
    "rounding:up",
    "tax-rounding:per-line",
    "tender:earns-points",
    "tender:not-a-discount",
    "tier:by-balance",
    "tier:by-collected",
    "tier:current-transaction-counts",
    "tier:manual-is-floor",
    "tier:one-down",
    "tier:period-recalculation",
];

/// The same for promotions.
const OFFER_MODES: &[&str] = &[
    "amount:gross",
    "apportion-weight:gross",
    "bogo-same-product:reserve-most-expensive",
    "bogo-target:most-expensive",
    "bogo:all-or-nothing",
    "bogo:limited-by-cart-quantity",
    "bogo:partial-allowed",
    "bogo:single-application",
    "budget:all-or-nothing",
    "cancel:keeps-usage",
    "combination:best-only",
    "combination:most-specific",
    "combination:one-global",
    "coupon:case-sensitive",
    "each:amount-per-line",
    "exclusive:by-priority",
    "filter-price:original",
    "floor:redistribute",
    "max-affected:per-offer",
    "max-qty:disqualifies",
    "min-amount-basis:eligible-items",
    "min-qty-basis:eligible-items",
    "offer:max-one-application",
    "offer:spread-over-all-eligible-units",
    "order-discount:includes-shipping",
    "order:as-entered",
    "order:percent-before-amount",
    "percent-base:gross",
    "percent-base:line-amount",
    "percent-base:original",
    "percent-base:remaining",
    "percent-base:unit-price",
    "qualify:discountable-only",
    "remainder:first-line",
    "remainder:first-unit",
    "remainder:largest",
    "remainder:last-line",
    "return:partial-keeps-usage",
    "threshold:after-discounts",
    "threshold:before-discounts",
    "unit-selection:cheapest",
    "unit-selection:line-order",
];

/// Those of promotions that hold of rewards too, without being told.
const REWARD_MODES: &[&str] = &["order:as-entered", "percent-base:remaining"];

fn check_modes(case: &Case, promotes: bool, rewards: bool) -> Result<(), String> {
    let known = |mode: &String| {
        let mode = mode.as_str();
        MODES.contains(&mode)
            || ((promotes || mode == "amount:gross") && OFFER_MODES.contains(&mode))
            || (rewards && REWARD_MODES.contains(&mode))
    };
    match case.modes.iter().find(|mode| !known(mode)) {
        None => Ok(()),
        Some(mode) => Err(mode.clone()),
    }
}
