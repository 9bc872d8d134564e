//! The translation of a case's `events` into quotes and acts.

use std::collections::BTreeMap;

use loyalty_core::evaluate::{ActError, Decision};
use loyalty_core::id::LotId;
use loyalty_core::ledger::{AdjustmentEntry, Entry};
use loyalty_core::time::Moment;
use serde_json::{Value, json};

use super::case::Event;
use super::fields::Fields;
use super::scheme::{POINTS, WALLET};
use super::tiers::LADDER;
use super::world::World;
use super::{cart, told};

/// The customer of events that name none.
pub(crate) const CUSTOMER: &str = "customer";

/// What came of an event.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    /// When.
    pub(crate) at: Moment,
    /// Whose account.
    pub(crate) customer: String,
    /// Why the engine refused it.
    pub(crate) refused: Option<String>,
    /// What was decided on a cart or purchase.
    pub(crate) decision: Option<Decision>,
    /// What was posted.
    pub(crate) entries: Vec<Entry>,
    /// Whether it only asked.
    pub(crate) asked: bool,
    /// The purchase that it concerns.
    pub(crate) order: Option<String>,
    /// The ladder that it concerns.
    pub(crate) ladder: String,
    /// The tier at which a purchase was treated.
    pub(crate) treated_at: Option<Option<String>>,
}

/// Where acts stand.
pub(crate) struct Actor<'w> {
    pub(crate) world: &'w mut World,
    /// What was bought, by purchase.
    bought: BTreeMap<String, Sale>,
    /// The customers whose wallet of money was filled by an event.
    filled: Vec<String>,
    /// The purchase that stands for a customer's spend, where a tier is recalculated.
    pub(crate) spend: BTreeMap<String, String>,
    /// The lots of a `state`, by their names.
    pub(crate) named_lots: BTreeMap<String, LotId>,
}

/// Whose a purchase is, and the SKU and units left of each line.
type Sale = (String, Vec<(String, u32)>);

/// What acts of one event posted, or the first refusal.
pub(crate) type Posted = Result<Vec<Entry>, ActError>;

impl<'w> Actor<'w> {
    pub(crate) fn new(world: &'w mut World) -> Self {
        Self {
            world,
            bought: BTreeMap::new(),
            filled: Vec::new(),
            spend: BTreeMap::new(),
            named_lots: BTreeMap::new(),
        }
    }

    /// Does an event. An error names what the runner does not understand.
    pub(crate) fn event(&mut self, event: &Event, at: Moment) -> Result<Done, String> {
        let mut fields = event.fields.clone();
        fields.take("at");
        fields.take("day");
        let customer = fields.text("customer")?;
        let mut done = Done {
            at,
            customer: customer.unwrap_or_else(|| CUSTOMER.into()),
            refused: None,
            decision: None,
            entries: Vec::new(),
            asked: false,
            order: None,
            ladder: LADDER.into(),
            treated_at: None,
        };
        let posted = self.kind(event, &mut fields, &mut done)?;
        fields
            .done()
            .map_err(|place| format!("{}: {place}", event.kind))?;
        match posted {
            Ok(entries) => done.entries = entries,
            Err(error) => done.refused = Some(error.code().to_owned()),
        }
        Ok(done)
    }

    fn kind(
        &mut self,
        event: &Event,
        fields: &mut Fields,
        done: &mut Done,
    ) -> Result<Posted, String> {
        let (at, customer) = (done.at, done.customer.clone());
        match event.kind.as_str() {
            "cart" | "purchase" => self.buy(event, fields, done),
            "return" => self.give_back(fields, done),
            "cancel" => {
                let order = fields.need("order")?;
                let (customer, _) = self.order(&order)?.clone();
                done.customer.clone_from(&customer);
                done.order = Some(order.clone());
                self.act(&customer, "cancel", json!({"purchase": order}), at)
            }
            "clock" => self.act(&customer, "due", json!({}), at),
            "earn" | "add_points" => {
                fields.take("points");
                fields.take("validity");
                let body = json!({"name": told::event_name(event)});
                self.act(&customer, "event", body, at)
            }
            "accrue" => self.accrue(event, fields, done),
            "custom_event" => {
                let name = fields.need("name")?;
                self.act(&customer, "event", json!({"name": name}), at)
            }
            "spend_points" => {
                let points = fields.need("points")?;
                let on = json!({"points": {"wallet": POINTS, "points": points}});
                self.act(&customer, "redeem", json!({"on": on}), at)
            }
            "claim_reward" => {
                let on = json!({"reward": {"reward": fields.need("reward")?}});
                self.act(&customer, "redeem", json!({"on": on}), at)
            }
            "reward_issued" => {
                let body = by_hand(json!({"reward": fields.need("reward")?}));
                self.act(&customer, "grant", body, at)
            }
            "set_balance" => self.set_balance(&customer, POINTS, &fields.need("points")?, at),
            "set_wallet" => {
                self.filled.push(customer.clone());
                self.set_balance(&customer, WALLET, &fields.need("amount")?, at)
            }
            "adjust_points" => {
                let (delta, below) = (fields.need("delta")?, fields.flag("allow_negative")?);
                self.adjust(&customer, POINTS, &delta, below, at)
            }
            "expire_lot" => {
                // The lot's rule lets it lapse at this moment.
                fields.take("lot");
                self.act(&customer, "due", json!({}), at)
            }
            "reinstate" => {
                let days = self.world.plan.reinstatement_days;
                let body = json!({
                    "wallet": POINTS,
                    "lapsed_days_max": days.ok_or("expiry:reinstatement without a window")?,
                    "valid_days": 30,
                });
                self.act(&customer, "reinstate", by_hand(body), at)
            }
            "register" => {
                if fields.has("referred_by") {
                    return Err("referral".into());
                }
                self.act(&customer, "enrol", json!({}), at)
            }
            "state" => self.state(event, fields, done),
            "recalculate_tier" => {
                let value = fields.text_of(&["spend", "value", "points"])?;
                let value = value.ok_or("recalculate_tier: no value")?;
                self.measure(&customer, &value, &event.id, at)
            }
            "evaluate_tier" => self.evaluate_tier(event, fields, done),
            "tier_expiry" => self.tier_expiry(event, fields, done),
            other => Err(format!("event {other}")),
        }
    }

    pub(crate) fn act(
        &mut self,
        customer: &str,
        kind: &str,
        body: Value,
        at: Moment,
    ) -> Result<Posted, String> {
        self.world.act(customer, kind, body, at)
    }

    /// Enrols the customer who is not named at the first moment, from which days count.
    pub(crate) fn enrol(&mut self, moments: &[Moment]) -> Result<(), String> {
        let day = super::clock::day_zero()?;
        let start = i64::from(day.days()) * 86_400_000;
        let start = Moment::utc(start).map_err(|error| error.to_string())?;
        if moments
            .first()
            .is_some_and(|first| first.instant_ms() < start.instant_ms())
        {
            return Ok(());
        }
        self.act(CUSTOMER, "enrol", json!({}), start)?
            .map(|_| ())
            .map_err(|error| error.to_string())
    }

    fn order(&self, order: &str) -> Result<&Sale, String> {
        self.bought
            .get(order)
            .ok_or_else(|| format!("no purchase {order}"))
    }

    fn buy(
        &mut self,
        event: &Event,
        fields: &mut Fields,
        done: &mut Done,
    ) -> Result<Posted, String> {
        let books = event.kind == "purchase";
        let bought = cart::read(&event.id, fields, &self.world.plan)?;
        let customer = done.customer.clone();
        if let Some(amount) = &bought.from_wallet
            && !self.filled.contains(&customer)
        {
            // A case that never says what the wallet holds means that it holds enough.
            if let Err(error) = self.adjust(&customer, WALLET, amount, false, done.at)? {
                return Ok(Err(error));
            }
        }
        let purchase = bought.purchase;
        done.order = Some(event.id.clone());
        done.asked = !books;
        match self.world.quote(&customer, &purchase, done.at)? {
            Err(error) => return Ok(Err(error)),
            Ok(decision) => done.decision = Some(decision),
        }
        if !books {
            let refused = done.decision.iter().flat_map(|decision| &decision.refused);
            done.refused = refused.map(|reason| reason.code.to_owned()).next();
            return Ok(Ok(Vec::new()));
        }
        self.bought
            .insert(event.id.clone(), (customer.clone(), bought.lines));
        self.act(&customer, "record", json!({"purchase": purchase}), done.at)
    }

    fn give_back(&mut self, fields: &mut Fields, done: &mut Done) -> Result<Posted, String> {
        let order = fields.need("order")?;
        let (customer, mut left) = self.order(&order)?.clone();
        let lines = cart::returned(fields, &mut left)?;
        done.customer.clone_from(&customer);
        done.order = Some(order.clone());
        let body = json!({"purchase": order, "lines": lines});
        let posted = self.act(&customer, "refund", body, done.at)?;
        if posted.is_ok() {
            self.bought.insert(order, (customer, left));
        }
        Ok(posted)
    }

    fn accrue(
        &mut self,
        event: &Event,
        fields: &mut Fields,
        done: &mut Done,
    ) -> Result<Posted, String> {
        fields.take("promotions");
        let (_, code) = told::accrual(event, "");
        let purchase = self.sale(&event.id, "1", &[code]);
        let customer = done.customer.clone();
        match self.world.quote(&customer, &purchase, done.at)? {
            Err(error) => return Ok(Err(error)),
            Ok(decision) => done.decision = Some(decision),
        }
        done.order = Some(event.id.clone());
        self.act(&customer, "record", json!({"purchase": purchase}), done.at)
    }

    /// A purchase of one thing.
    pub(crate) fn sale(&self, id: &str, amount: &str, codes: &[String]) -> Value {
        json!({
            "id": id,
            "currency": self.world.plan.currency,
            "lines": [{"sku": "thing", "price": amount}],
            "codes": codes,
        })
    }

    pub(crate) fn adjust(
        &mut self,
        customer: &str,
        wallet: &str,
        points: &str,
        below: bool,
        at: Moment,
    ) -> Result<Posted, String> {
        let change = json!({"points": {
            "wallet": wallet, "points": points, "allow_deficit": below,
        }});
        self.act(customer, "adjust", by_hand(json!({"change": change})), at)
    }
}

/// The same with who did it and why.
pub(crate) fn by_hand(mut body: Value) -> Value {
    super::scheme::set(&mut body, "actor", json!("runner"));
    super::scheme::set(&mut body, "reason", json!("scenario"));
    body
}

/// The lot that an entry opens in a wallet, with when it lapses.
pub(crate) fn opened(
    entry: &Entry,
    wallet: &str,
) -> Option<(LotId, Option<loyalty_core::time::Deadline>)> {
    let lot = match entry {
        Entry::Earning(entry) if entry.wallet.as_str() == wallet => {
            return Some((entry.lot, entry.expiry.get()));
        }
        Entry::Adjustment(entry) if entry.wallet.as_str() == wallet => {
            let AdjustmentEntry { lot, .. } = entry.as_ref();
            lot.as_ref()?
        }
        _ => return None,
    };
    Some((lot.lot, lot.expiry))
}
