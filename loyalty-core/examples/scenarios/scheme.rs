//! The translation of a case's `scheme` into a scheme document.

use loyalty_core::time::Moment;
use serde_json::{Map, Value, json};

use super::case::Case;
use super::earn::{Base, Earn};
use super::fields::Fields;
use super::{cards, earn, points, rewards, tiers, told};

/// The wallet of points.
pub(crate) const POINTS: &str = "points";
/// The wallet of money.
pub(crate) const WALLET: &str = "wallet";

/// What the scheme's parts add to the document, and what acts must know of them.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The currency.
    pub(crate) currency: String,
    /// Whether prices contain the tax.
    pub(crate) tax_included: bool,
    /// The tax rate of every line.
    pub(crate) tax: Option<String>,
    /// Earn rules.
    pub(crate) rules: Vec<Value>,
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
    /// What the tiers measure.
    pub(crate) metric: tiers::Metric,
    /// Tiers with their thresholds, lowest first.
    pub(crate) tiers: Vec<(String, String)>,
    /// Whether a tier set by hand is a floor.
    pub(crate) manual_floor: bool,
    /// How many days back lapsed points can be given back.
    pub(crate) reinstatement_days: Option<u32>,
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

/// The document of a case in a variant. An error names what the engine or the runner lacks.
pub(crate) fn translate(
    case: &Case,
    variant: &str,
    moments: &[Moment],
) -> Result<(Value, Plan), String> {
    let mut scheme = case.scheme.clone();
    if !scheme.objects("promotions")?.is_empty() {
        return Err("offers".into());
    }
    for lacking in ["referral", "rounding"] {
        if scheme.has(lacking) {
            return Err(named(case, lacking));
        }
    }
    let mut plan = Plan {
        currency: scheme.text("currency")?.unwrap_or_else(|| "USD".into()),
        tax_included: true,
        ..Plan::default()
    };
    tax(case, &mut scheme, &mut plan)?;
    let mut wallet = Fields::of("scheme.points", json!({}))?;
    if let Some(points) = scheme.object("points")? {
        wallet = points;
    }
    let mut base = Base::of(case);
    let earn = Earn::read(case, &mut wallet, &mut base, &mut plan)?;
    earn::promotions(&mut scheme, &mut plan)?;
    told::of_events(case, moments, &mut plan)?;
    rewards::read(&mut scheme, &mut plan)?;
    cards::read(&mut scheme, &mut plan)?;
    let ladders = tiers::read(case, &mut scheme, &mut plan)?;
    let ewallet = ewallet(&mut scheme, &mut plan)?;
    let points = points::wallet(case, variant, wallet, &earn, &mut plan)?;
    scheme.done()?;
    check_modes(case)?;
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
        "ladders": ladders,
        "rewards": plan.rewards,
        "combine_rules": if earn.best { "best" } else { "sum" },
    });
    if earn.proportional {
        set(&mut document, "returns", json!({"points": "proportional"}));
    }
    Ok((document, plan))
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
        Some(other) => return Err(format!("scheme.tax.mode {other}")),
    };
    plan.tax = tax.text("percent")?;
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
    "rounding:half-up",
    "tender:earns-points",
    "tender:not-a-discount",
    "tier:by-balance",
    "tier:by-collected",
    "tier:current-transaction-counts",
    "tier:manual-is-floor",
    "tier:one-down",
    "tier:period-recalculation",
];

fn check_modes(case: &Case) -> Result<(), String> {
    match case
        .modes
        .iter()
        .find(|mode| !MODES.contains(&mode.as_str()))
    {
        None => Ok(()),
        Some(mode) => Err(mode.clone()),
    }
}
