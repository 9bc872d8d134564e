//! Histories that lead to what a case takes as given: balances, tiers, full cards, lapsed lots.
//!
//! Where it can, the engine decides them by purchases and events; only what a person would set is
//! set by hand.

use loyalty_core::id::WalletId;
use loyalty_core::ledger::Entry;
use loyalty_core::time::Moment;
use serde_json::json;

use super::acts::{Actor, Done, Posted, by_hand, opened};
use super::case::Event;
use super::fields::Fields;
use super::scheme::POINTS;
use super::tiers::{LADDER, Metric};
use super::{cards, told};

impl Actor<'_> {
    /// Brings a balance to a number of points.
    pub(crate) fn set_balance(
        &mut self,
        customer: &str,
        wallet: &str,
        points: &str,
        at: Moment,
    ) -> Result<Posted, String> {
        let id: WalletId = wallet.parse().map_err(|_| wallet.to_owned())?;
        let held = self
            .world
            .member(customer)?
            .account
            .balance(&id, at)
            .balance;
        let wish: loyalty_core::number::Points =
            points.parse().map_err(|_| format!("points {points}"))?;
        let change = wish.checked_sub(held).ok_or("points out of range")?;
        if change.is_zero() {
            return self.act(customer, "due", json!({}), at);
        }
        self.adjust(customer, wallet, &change.to_string(), true, at)
    }

    /// Brings what the tiers measure to a value.
    pub(crate) fn measure(
        &mut self,
        customer: &str,
        value: &str,
        name: &str,
        at: Moment,
    ) -> Result<Posted, String> {
        match self.world.plan.metric {
            Metric::Balance => return self.set_balance(customer, POINTS, value, at),
            Metric::Earned | Metric::Visits => {
                return Err("recalculate_tier by points earned or purchases".into());
            }
            Metric::Spend => {}
        }
        let held = self.held(customer, at)?;
        let mut entries = Vec::new();
        if let Some(before) = self.spend.remove(customer) {
            match self.act(customer, "cancel", json!({"purchase": before}), at)? {
                Err(error) => return Ok(Err(error)),
                Ok(more) => entries.extend(more),
            }
        }
        let id = format!("spend.{name}");
        let purchase = self.sale(&id, value, &[]);
        self.spend.insert(customer.to_owned(), id);
        match self.act(customer, "record", json!({"purchase": purchase}), at)? {
            Err(error) => return Ok(Err(error)),
            Ok(more) => entries.extend(more),
        }
        self.restore(customer, held, at)?;
        Ok(Ok(entries))
    }

    /// The points that a customer has.
    pub(crate) fn held(&mut self, customer: &str, at: Moment) -> Result<String, String> {
        let id: WalletId = POINTS.parse().map_err(|_| POINTS.to_owned())?;
        let account = &self.world.member(customer)?.account;
        Ok(account.balance(&id, at).balance.to_string())
    }

    /// Takes what a history brought: purchases that only lead to a state earn nothing.
    pub(crate) fn restore(
        &mut self,
        customer: &str,
        points: String,
        at: Moment,
    ) -> Result<(), String> {
        if self.held(customer, at)? == points {
            return Ok(());
        }
        let posted = self.set_balance(customer, POINTS, &points, at)?;
        posted.map(|_| ()).map_err(|error| error.to_string())
    }

    pub(crate) fn assign(
        &mut self,
        customer: &str,
        ladder: &str,
        tier: &str,
        floor: bool,
        at: Moment,
    ) -> Result<Posted, String> {
        let body = json!({"ladder": ladder, "tier": tier, "floor": floor});
        self.act(customer, "assign_tier", by_hand(body), at)
    }

    pub(crate) fn state(
        &mut self,
        event: &Event,
        fields: &mut Fields,
        done: &mut Done,
    ) -> Result<Posted, String> {
        let customer = done.customer.clone();
        let mut at = done.at;
        let mut steps: Vec<Posted> = Vec::new();
        let lots = fields.objects("expired_lots")?;
        if !lots.is_empty() {
            at = self.lapse(event, lots, &customer, at, &mut steps)?;
        }
        for (key, times) in [("completed_cards", true), ("stamps", false)] {
            let Some(count) = fields.count(key)? else {
                continue;
            };
            let target = self.world.plan.targets.first().copied();
            let target = target.ok_or("state of a card without a card")?;
            let stamps = count.checked_mul(if times { target } else { 1 });
            let stamps = stamps.ok_or("state: too many cards")?;
            if stamps > 0 {
                let change = json!({"stamps": {"card": cards::name(0), "stamps": stamps}});
                steps.push(self.act(
                    &customer,
                    "adjust",
                    by_hand(json!({"change": change})),
                    at,
                )?);
            }
        }
        if let Some(points) = fields.text_of(&["balance", "points"])? {
            steps.push(self.set_balance(&customer, POINTS, &points, at)?);
        }
        if let Some(tier) = fields.text("manually_assigned")? {
            let floor = self.world.plan.manual_floor;
            steps.push(self.assign(&customer, LADDER, &tier, floor, at)?);
        }
        if let Some(tier) = fields.text_of(&["current", "tier"])? {
            if matches!(self.world.plan.metric, Metric::Earned | Metric::Visits) {
                steps.push(self.assign(&customer, LADDER, &tier, false, at)?);
            } else {
                let known = self.world.plan.tiers.iter().find(|(id, _)| *id == tier);
                let value = known.map(|(_, value)| value.clone());
                let value = value.ok_or_else(|| format!("no tier {tier}"))?;
                steps.push(self.measure(&customer, &value, &event.id, at)?);
            }
        }
        done.at = at;
        steps
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .map_or_else(
                |error| Ok(Err(error)),
                |entries| Ok(Ok(entries.into_iter().flatten().collect())),
            )
    }

    /// Earns lots a month before the first lapses, and lets the days pass on which they lapse.
    fn lapse(
        &mut self,
        event: &Event,
        lots: Vec<Fields>,
        customer: &str,
        at: Moment,
        steps: &mut Vec<Posted>,
    ) -> Result<Moment, String> {
        let mut days = Vec::new();
        for mut lot in lots {
            let id = lot.need("id")?;
            lot.take("points");
            let gone = lot.take("expired_on").ok_or("expired_on")?;
            lot.done()?;
            days.push((super::clock::moment("expired_on", &gone)?, id));
        }
        days.sort_by_key(|(gone, _)| gone.instant_ms());
        let first = days.first().ok_or("no lots")?.0;
        let start = Moment::utc(first.instant_ms() - 30 * 86_400_000);
        let start = start.map_err(|error| error.to_string())?;
        for (_, id) in &days {
            let name = format!("{}.{id}", told::event_name(event));
            let posted = self.act(customer, "event", json!({"name": name}), start)?;
            let lot = posted
                .iter()
                .flatten()
                .find_map(|entry| opened(entry, POINTS));
            if let Some((lot, _)) = lot {
                self.named_lots.insert(id.clone(), lot);
            }
            steps.push(posted);
        }
        let mut now = start;
        for (gone, _) in days {
            steps.push(self.act(customer, "due", json!({}), gone)?);
            now = gone;
        }
        Ok(if now.instant_ms() > at.instant_ms() {
            now
        } else {
            at
        })
    }

    /// A customer of its own: what was spent before, then the purchase that is asked about.
    pub(crate) fn evaluate_tier(
        &mut self,
        event: &Event,
        fields: &mut Fields,
        done: &mut Done,
    ) -> Result<Posted, String> {
        let (past, current) = (fields.need("past_spend")?, fields.need("current_amount")?);
        let customer = format!("of {}", event.id);
        done.customer.clone_from(&customer);
        let sale = self.sale("past", &past, &[]);
        if let Err(error) = self.act(&customer, "record", json!({"purchase": sale}), done.at)? {
            return Ok(Err(error));
        }
        let sale = self.sale("current", &current, &[]);
        let posted = self.act(&customer, "record", json!({"purchase": sale}), done.at)?;
        let terms = posted.iter().flatten().find_map(|entry| match entry {
            Entry::Purchase(entry) => Some(&entry.terms),
            _ => None,
        });
        done.treated_at = terms.map(|terms| {
            let held = terms
                .tiers
                .iter()
                .find(|held| held.ladder.as_str() == LADDER);
            held.map(|held| held.tier.to_string())
        });
        Ok(posted)
    }

    /// A customer of its own, who holds a tier with some points when its validity ends.
    pub(crate) fn tier_expiry(
        &mut self,
        event: &Event,
        fields: &mut Fields,
        done: &mut Done,
    ) -> Result<Posted, String> {
        let (tier, points) = (fields.need("current")?, fields.need("active_points")?);
        if let Some(policy) = fields.text("policy")? {
            done.ladder = policy;
        }
        let (customer, ladder) = (format!("of {}", event.id), done.ladder.clone());
        done.customer.clone_from(&customer);
        for step in [
            self.set_balance(&customer, POINTS, &points, done.at)?,
            self.assign(&customer, &ladder, &tier, false, done.at)?,
        ] {
            if let Err(error) = step {
                return Ok(Err(error));
            }
        }
        let later = Moment::utc(done.at.instant_ms() + 367 * 86_400_000);
        done.at = later.map_err(|error| error.to_string())?;
        self.act(&customer, "due", json!({}), done.at)
    }
}
