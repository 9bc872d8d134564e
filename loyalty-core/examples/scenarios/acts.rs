//! The translation of a case's `events` into quotes and acts.

use std::collections::BTreeMap;

use loyalty_core::evaluate::{ActError, Decision};
use loyalty_core::id::LotId;
use loyalty_core::ledger::{AdjustmentEntry, Entry};
use loyalty_core::time::Moment;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::case::{Case, Event};
use super::conditions::{KNOWN, in_currency, named};
use super::fields::Fields;
use super::scheme::{POINTS, REFERRED, REFERRER, WALLET, with_promotions};
use super::sequence::Promotions;
use super::tiers::LADDER;
use super::world::World;
use super::{cart, told};

/// The customer of events that name none.
pub(crate) const CUSTOMER: &str = "customer";
/// The customer whom the shop does not know.
const GUEST: &str = "guest";

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
    /// The purchase that was decided on.
    pub(crate) purchase: Option<Value>,
    /// What the shop knew of the customer then.
    pub(crate) segments: Vec<String>,
    /// Why a code, or the only promotions, brought nothing.
    pub(crate) declined: Option<String>,
    /// The place in the purchase of each line of the case.
    pub(crate) places: Vec<Option<usize>>,
    /// Promotions on the order.
    pub(crate) on_order: Vec<String>,
    /// Whether amounts are told with tax.
    pub(crate) gross: bool,
    /// Whether the tax was put into prices that are told without it.
    pub(crate) with_tax: bool,
    /// Whether a coupon that the purchase brings could be used on it.
    pub(crate) coupon_here: bool,
}

/// Where acts stand.
pub(crate) struct Actor<'w> {
    pub(crate) world: &'w mut World,
    case: &'w Case,
    /// The scheme's document without promotions, and the promotions.
    document: Value,
    promotions: Promotions,
    /// The carts so far.
    carts: Vec<Event>,
    /// What was bought, by purchase.
    bought: BTreeMap<String, Sale>,
    /// What came of purchases.
    sold: BTreeMap<String, Done>,
    /// Which purchases carts have become.
    confirmed: BTreeMap<String, String>,
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
    pub(crate) fn new(
        world: &'w mut World,
        case: &'w Case,
        document: Value,
        promotions: Promotions,
    ) -> Self {
        Self {
            world,
            case,
            document,
            promotions,
            carts: Vec::new(),
            bought: BTreeMap::new(),
            sold: BTreeMap::new(),
            confirmed: BTreeMap::new(),
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
        let customer = self.customer(event, &mut fields)?;
        self.completed(&customer, at)?;
        let mut done = Done {
            at,
            customer,
            refused: None,
            decision: None,
            entries: Vec::new(),
            asked: false,
            order: None,
            ladder: LADDER.into(),
            treated_at: None,
            purchase: None,
            segments: Vec::new(),
            declined: None,
            places: Vec::new(),
            on_order: Vec::new(),
            gross: false,
            with_tax: false,
            coupon_here: false,
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

    /// Whose an event is: of a change of a cart, whose the cart is. Somebody whom the shop does not
    /// know is somebody else at every purchase.
    fn customer(&self, event: &Event, fields: &mut Fields) -> Result<String, String> {
        let buys = ["purchase", "confirm"].contains(&event.kind.as_str());
        let guest = || match buys {
            true => format!("{GUEST}.{}", event.id),
            false => GUEST.to_owned(),
        };
        if fields.is_null("customer") {
            fields.take("customer");
            return Ok(guest());
        }
        if let Some(named) = fields.text("customer")? {
            return Ok(named);
        }
        let cart = match event.kind.as_str() {
            "apply_code" | "remove_code" => self.carts.last(),
            "confirm" => {
                let name = fields.clone().need("cart")?;
                self.carts.iter().rev().find(|cart| cart.id == name)
            }
            _ => None,
        };
        Ok(match cart {
            Some(cart) if cart.fields.is_null("customer") => Some(guest()),
            Some(cart) => cart.fields.clone().text("customer")?,
            None => None,
        }
        .unwrap_or_else(|| CUSTOMER.into()))
    }

    fn kind(
        &mut self,
        event: &Event,
        fields: &mut Fields,
        done: &mut Done,
    ) -> Result<Posted, String> {
        let (at, customer) = (done.at, done.customer.clone());
        match event.kind.as_str() {
            "cart" | "purchase" | "evaluate" => self.buy(event, fields, done),
            "apply_code" => {
                let code = fields.need("code")?;
                let posted = self.edit(event, done, |cart| cart.add("codes", &code))?;
                let codes = done.decision.iter().flat_map(|decision| &decision.codes);
                let mut refused = codes.filter(|of| of.code == code && of.reasons != ["granted"]);
                done.declined = refused.next().map(|of| of.reasons.join(" "));
                if done.declined.is_some() {
                    self.carts.pop();
                }
                Ok(posted)
            }
            "remove_code" => {
                let code = fields.need("code")?;
                self.edit(event, done, |cart| cart.remove("codes", &code))
            }
            "set_customer" | "attach_customer" | "identify" | "login" => {
                self.edit(event, done, |_| ())
            }
            "confirm" => {
                let name = fields.need("cart")?;
                let cart = self.carts.iter().rev().find(|cart| cart.id == name);
                let mut cart = cart.ok_or_else(|| format!("no cart {name}"))?.clone();
                cart.kind = "purchase".into();
                cart.id.clone_from(&event.id);
                self.confirmed.insert(name, event.id.clone());
                let mut rest = cart.fields.clone();
                for key in ["at", "day", "customer"] {
                    rest.take(key);
                }
                let posted = self.buy(&cart, &mut rest, done);
                rest.done()?;
                posted
            }
            "return" => self.give_back(fields, done),
            "cancel" => {
                let order = self.named_order(fields)?;
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
            "add_stamps" | "stamp" => {
                let stamps = fields.count("stamps")?.unwrap_or(1);
                let card = self.world.plan.card(fields.text("card")?.as_deref())?;
                let change = json!({"stamps": {"card": card, "stamps": stamps}});
                self.act(&customer, "adjust", by_hand(json!({"change": change})), at)
            }
            "transfer_points" => {
                let (to, points) = (fields.need("to")?, fields.need("points")?);
                let from = self.adjust(&customer, POINTS, &format!("-{points}"), false, at)?;
                match from {
                    Err(error) => Ok(Err(error)),
                    Ok(_) => self.adjust(&to, POINTS, &points, false, at),
                }
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
                let posted = self.act(&customer, "enrol", json!({}), at)?;
                if let (Some(referrer), Ok(_)) = (fields.text("referred_by")?, &posted) {
                    self.world
                        .referrers
                        .insert(customer.clone(), referrer.clone());
                    let thanked = [(REFERRED, &customer), (REFERRER, &referrer)];
                    for (name, member) in thanked {
                        let body = json!({"name": name});
                        self.act(member, "event", body, at)?
                            .map_err(|error| error.to_string())?;
                    }
                }
                Ok(posted)
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

    /// Enrols those who do not register at the first moment, from which days count.
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
        let mut members = vec![CUSTOMER.to_owned()];
        for event in &self.case.events {
            let named = event.fields.clone().text("customer")?;
            members.extend(named.filter(|name| !members.contains(name)));
        }
        let registers = |name: &String| {
            let mut events = self.case.events.iter();
            events.any(|event| {
                let named = event.fields.clone().text("customer");
                event.kind == "register" && named.is_ok_and(|named| named.as_ref() == Some(name))
            })
        };
        members.retain(|name| !registers(name));
        for name in members {
            self.act(&name, "enrol", json!({}), start)?
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// The purchase that an event names, by itself or by the cart that it was.
    fn named_order(&self, fields: &mut Fields) -> Result<String, String> {
        let order = fields.need("order")?;
        Ok(self.confirmed.get(&order).cloned().unwrap_or(order))
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
        let entered = event.fields.clone().list("codes")?;
        if !self.promotions.is_empty() {
            let plan = &self.world.plan;
            let in_force = self
                .promotions
                .for_event(self.case, plan, event, &entered)?;
            let document = with_promotions(&self.document, &in_force);
            self.world.install(&document)?;
            for key in &in_force.read {
                fields.take(key);
            }
            done.on_order = in_force.on_order;
            done.gross = in_force.gross;
        }
        let mut bought = cart::read(&event.id, fields, &self.world.plan)?;
        let currency = event.fields.clone().text("currency")?;
        let currency = currency.unwrap_or_else(|| self.world.plan.currency.clone());
        bought.segments.push(in_currency(&currency));
        if !done.customer.starts_with(GUEST) {
            bought.segments.push(KNOWN.into());
            bought.segments.push(named(&done.customer));
        }
        done.places = bought.places;
        done.with_tax = bought.with_tax;
        self.carts.push(event.clone());
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
        done.purchase = Some(purchase.clone());
        match self
            .world
            .quote(&customer, &purchase, &bought.segments, done.at)?
        {
            Err(error) => return Ok(Err(error)),
            Ok(decision) => {
                done.declined = declined(&decision, !self.promotions.is_empty());
                done.segments.clone_from(&bought.segments);
                done.coupon_here = self.coupon_here(&purchase, &decision, done)?;
                done.decision = Some(decision);
            }
        }
        if !books {
            let refused = done.decision.iter().flat_map(|decision| &decision.refused);
            done.refused = refused.map(|reason| reason.code.to_owned()).next();
            return Ok(Ok(Vec::new()));
        }
        self.bought
            .insert(event.id.clone(), (customer.clone(), bought.lines));
        self.sold.insert(event.id.clone(), done.clone());
        let facts = self.world.facts(&customer, &bought.segments);
        let body = json!({"purchase": purchase, "facts": facts});
        let posted = self.act(&customer, "record", body, done.at)?;
        let due = done
            .decision
            .iter()
            .flat_map(|decision| &decision.referrals);
        for due in due.filter(|_| posted.is_ok()) {
            let body = json!({"name": due.event});
            self.world
                .act(due.referrer.as_str(), "event", body, done.at)?
                .map_err(|error| error.to_string())?;
        }
        Ok(posted)
    }

    /// Evaluates the last cart with a change.
    fn edit(
        &mut self,
        event: &Event,
        done: &mut Done,
        change: impl FnOnce(&mut Fields),
    ) -> Result<Posted, String> {
        let mut cart = self.carts.last().ok_or("no cart to change")?.clone();
        cart.kind = "cart".into();
        cart.id.clone_from(&event.id);
        change(&mut cart.fields);
        let mut rest = cart.fields.clone();
        for key in ["at", "day", "customer"] {
            rest.take(key);
        }
        // Whose the cart is from now on.
        let of = match done.customer.as_str() {
            CUSTOMER => None,
            GUEST => Some(Value::Null),
            name => Some(json!(name)),
        };
        cart.fields.put("customer", of);
        let posted = self.buy(&cart, &mut rest, done)?;
        rest.done()?;
        Ok(posted)
    }

    /// What is used of a campaign's budget, told by the campaign or by its only promotion.
    pub(crate) fn budget_used(&self, campaign: &str) -> Result<Decimal, String> {
        let mut found = None;
        for mut promotion in self.case.scheme.clone().objects("promotions")? {
            let id = promotion.need("id")?;
            let own = promotion.text("campaign")?;
            let Some(mut budget) = promotion.object("campaign_budget")? else {
                continue;
            };
            if own.as_deref().unwrap_or(&id) != campaign {
                continue;
            }
            let before = budget.text("used")?.unwrap_or_else(|| "0".into());
            let before: Decimal = before.parse().map_err(|_| format!("used {before}"))?;
            let money = |limit: &str| Decimal::new(self.world.counted(limit), 2);
            let used = match (budget.need("type")?.as_str(), own) {
                ("spend", Some(_)) => money(&format!("scheme.budget.{campaign}.scheme")),
                ("spend", None) => money(&format!("scheme.offer.{id}.amount.scheme")),
                _ => {
                    let uses = format!("scheme.offer.{id}.times.scheme");
                    Decimal::from(self.world.counted(&uses))
                }
            };
            found = Some(before + used);
        }
        found.ok_or_else(|| format!("no campaign {campaign}"))
    }

    /// Whether a reward that a purchase brings could be used on it.
    fn coupon_here(
        &mut self,
        purchase: &Value,
        decision: &Decision,
        done: &Done,
    ) -> Result<bool, String> {
        for reward in &decision.issued {
            let mut purchase = purchase.clone();
            super::scheme::set(&mut purchase, "claims", json!([{"reward": reward}]));
            let quoted = self
                .world
                .quote(&done.customer, &purchase, &done.segments, done.at)?;
            if quoted.is_ok_and(|decision| decision.refused.is_empty()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The purchases of a customer of whom the name says that they have completed some.
    fn completed(&mut self, customer: &str, at: Moment) -> Result<(), String> {
        let count = customer
            .strip_prefix("has_")
            .and_then(|rest| rest.strip_suffix("_completed"))
            .and_then(|count| count.parse::<u64>().ok());
        let Some(count) = count else { return Ok(()) };
        if self.world.member(customer)?.account.purchase_count > 0 {
            return Ok(());
        }
        self.world.install(&self.document)?;
        let held = self.held(customer, at)?;
        for number in 0..count {
            let sale = self.sale(&format!("before.{customer}.{number}"), "1", &[]);
            self.act(customer, "record", json!({"purchase": sale}), at)?
                .map_err(|error| error.to_string())?;
        }
        self.restore(customer, held, at)
    }

    fn give_back(&mut self, fields: &mut Fields, done: &mut Done) -> Result<Posted, String> {
        let order = self.named_order(fields)?;
        let (customer, mut left) = self.order(&order)?.clone();
        let lines = cart::returned(fields, &mut left)?;
        done.customer.clone_from(&customer);
        done.order = Some(order.clone());
        let body = json!({"purchase": order, "lines": lines});
        let posted = self.act(&customer, "refund", body, done.at)?;
        if posted.is_ok() {
            if self.case.mode("return:redistribute-order-discount") {
                self.kept(&customer, &order, &left, done)?;
            }
            self.bought.insert(order, (customer, left));
        }
        Ok(posted)
    }

    /// Where a return redistributes discounts, what is kept of a purchase is worth what it would cost
    /// alone; what was given back must agree.
    fn kept(
        &mut self,
        customer: &str,
        order: &str,
        left: &[(String, u32)],
        done: &mut Done,
    ) -> Result<(), String> {
        let sold = self.sold.get(order).cloned().ok_or("no purchase")?;
        let mut purchase = sold.purchase.ok_or("no purchase")?;
        if let Some(Value::Array(lines)) = purchase.get_mut("lines") {
            for (line, (_, units)) in lines.iter_mut().zip(left) {
                super::scheme::set(line, "quantity", json!(units));
            }
        }
        let decision = self
            .world
            .quote(customer, &purchase, &sold.segments, done.at)?;
        let decision = decision.map_err(|error| error.to_string())?;
        let (mut paid, mut back) = (0, 0);
        for entry in self.world.entries(customer) {
            match entry {
                Entry::Purchase(entry) if entry.purchase.id.as_str() == order => {
                    paid = entry.total.minor();
                }
                Entry::Return(entry) if entry.purchase.as_str() == order => {
                    back += entry.refund.minor();
                }
                _ => {}
            }
        }
        let worth = decision.totals.total.minor();
        if paid - back != worth {
            let found = format!("kept {worth} of {paid}, but {back} was given back");
            done.declined = Some(found);
            return Ok(());
        }
        done.places = sold.places;
        done.purchase = Some(purchase);
        done.decision = Some(decision);
        Ok(())
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
        match self.world.quote(&customer, &purchase, &[], done.at)? {
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

/// Why a code brought nothing; without codes, why no promotion did.
fn declined(decision: &Decision, promotes: bool) -> Option<String> {
    let refused = |reasons: &[&str]| reasons != ["granted"];
    let mut codes = decision.codes.iter();
    if let Some(code) = codes.find(|code| refused(&code.reasons)) {
        return Some(code.reasons.join(" "));
    }
    let granted = decision.offers.iter().any(|offer| offer.code == "granted");
    let first = decision.offers.first().map(|offer| offer.code.to_owned());
    let first = first.or_else(|| promotes.then(|| "no promotion applies".to_owned()));
    first.filter(|_| !granted && decision.codes.is_empty())
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
