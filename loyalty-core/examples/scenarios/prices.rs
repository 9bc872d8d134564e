//! The comparison of prices, discounts and promotions.

use std::collections::BTreeMap;

use loyalty_core::evaluate::{Decision, DiscountDecision, DiscountKind, LineDecision};
use loyalty_core::ledger::{Entry, Source};
use loyalty_core::number::Money;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use super::acts::{Actor, Done};
use super::booked::points;
use super::check::{Checked, decimal, each, list, same, texts};
use super::fields::text;
use super::parts::whole;
use super::promotions::coupon_name;
use super::scheme::WALLET;

/// Checks one key, if it is one of prices or promotions.
pub(crate) fn key(
    actor: &mut Actor<'_>,
    done: &Done,
    key: &str,
    wish: &Value,
) -> Result<Option<Checked>, String> {
    if key == "campaign_budget_used" {
        return each(wish, |campaign| actor.budget_used(campaign)).map(Some);
    }
    let Some(decision) = &done.decision else {
        return Ok(None);
    };
    let told = Told { done, decision };
    let totals = &decision.totals;
    let net = || totals.total.to_decimal() - totals.tax.to_decimal();
    Ok(Some(match key {
        "amount_due" | "due" => money(wish, totals.due)?,
        "total" | "gross_total" => money(wish, totals.total)?,
        "net_total" => decimal(wish, net())?,
        "tax" | "tax_total" => money(wish, totals.tax)?,
        "gift_card_used" => money(wish, totals.gift_card)?,
        "items_total" => {
            // Told before discounts by some, after them by others.
            let before = decimal(wish, totals.list.to_decimal())?;
            match before {
                Checked::Same => before,
                Checked::Differs(_) => money(wish, totals.goods)?,
            }
        }
        "items_discount" | "order_discount" | "discount" => decimal(wish, told.discount()?)?,
        "order_discount_gross" | "gross_discount" => decimal(wish, told.with_tax()?)?,
        "order_discount_net" | "net_discount" => decimal(wish, told.without_tax()?)?,
        "total_discount" | "discount_total" => {
            decimal(wish, told.discount()? + told.shipping_off())?
        }
        "shipping_total" => money(wish, totals.shipping)?,
        "shipping_net" => decimal(wish, told.shipping(false)?)?,
        "shipping_gross" => decimal(wish, told.shipping(true)?)?,
        "shipping_discount" => decimal(wish, told.shipping_off())?,
        "line_discounts" => list(wish, &told.lines(|line| line.discount, -Decimal::ONE)?)?,
        "line_totals" => list(wish, &told.lines(|line| line.net, Decimal::ONE)?)?,
        "line_discounts_any_order" => {
            let mut found = told.lines(|line| line.discount, -Decimal::ONE)?;
            let mut wishes = texts(wish)?
                .iter()
                .map(|text| text.parse().map_err(|_| format!("expected number {text}")))
                .collect::<Result<Vec<Decimal>, String>>()?;
            found.sort();
            wishes.sort();
            same(found == wishes, format!("{found:?}"))?
        }
        "order_promotion_line_discounts" => list(wish, &told.of_order()?)?,
        "unit_discounts" => told.units(actor, wish)?,
        "unit_prices" => {
            let away = RoundingStrategy::MidpointAwayFromZero;
            let lines = told.lines(|line| line.net, Decimal::ONE)?;
            let units = told.quantities();
            let units = done
                .places
                .iter()
                .map(|place| units.get((*place)?).copied());
            let each = lines.iter().zip(units).map(|(net, units)| {
                let units = Decimal::from(units.unwrap_or(1));
                let each = net.checked_div(units).unwrap_or_default();
                each.round_dp_with_strategy(2, away)
            });
            list(wish, &each.collect::<Vec<_>>())?
        }
        "wallet_used" => {
            let wallets = decision.wallets.iter();
            let paid = wallets.filter(|wallet| wallet.wallet.as_str() == WALLET);
            decimal(wish, paid.map(|wallet| points(wallet.spent)).sum())?
        }
        "effective_unit_price" => {
            let units = Decimal::from(told.count());
            let each = totals.goods.to_decimal().checked_div(units);
            let each = each.ok_or("no units")?;
            let away = RoundingStrategy::MidpointAwayFromZero;
            decimal(wish, each.round_dp_with_strategy(2, away))?
        }
        "discounts_by_promotion" => told.by_promotion(wish)?,
        "promotions_applied" => {
            let found = told.applied();
            same(texts(wish)? == found, format!("{found:?}"))?
        }
        "promotions_not_applied" => {
            let found = told.applied();
            let wish = texts(wish)?;
            same(
                !wish.iter().any(|id| found.contains(id)),
                format!("{found:?}"),
            )?
        }
        "applies" => {
            let found = !told.applied().is_empty();
            same(*wish == json!(found), found.to_string())?
        }
        "codes" => {
            let codes = decision.codes.iter();
            let granted = codes.filter(|code| code.reasons == ["granted"]);
            let found: Vec<String> = granted.map(|code| code.code.to_string()).collect();
            same(texts(wish)? == found, format!("{found:?}"))?
        }
        "gift_lines" => {
            let gifts = decision.gifts.iter();
            let gifts = gifts.map(|line| json!({"sku": line.sku, "qty": line.quantity}));
            let found = Value::Array(gifts.collect());
            same(found == *wish, found.to_string())?
        }
        "free_units" => decimal(wish, Decimal::from(told.free()))?,
        "units_consumed" => {
            let granted = decision.offers.iter();
            let granted = granted.filter(|offer| offer.code == "granted");
            let units: u32 = granted.map(|offer| offer.units).sum();
            decimal(wish, Decimal::from(units))?
        }
        "coupons_issued" => decimal(wish, Decimal::from(decision.issued.len()))?,
        "coupon_points" => decimal(wish, Decimal::from(coupons(actor, done)?))?,
        "claimable_now" => {
            let found = coupons(actor, done)? > 0;
            same(*wish == json!(found), found.to_string())?
        }
        "claimable_on_same_order" => same(
            *wish == json!(done.coupon_here),
            done.coupon_here.to_string(),
        )?,
        _ => return Ok(None),
    }))
}

/// How many coupons that promotions brought a customer can use.
fn coupons(actor: &mut Actor<'_>, done: &Done) -> Result<usize, String> {
    let standing = actor.world.standing(&done.customer, done.at)?;
    let prefix = coupon_name("");
    let rewards = standing.rewards.iter();
    let ready = rewards.filter(|ready| ready.reward.as_str().starts_with(&prefix));
    Ok(ready.count())
}

fn money(wish: &Value, found: Money) -> Result<Checked, String> {
    decimal(wish, found.to_decimal())
}

/// A decision as a case tells it.
struct Told<'a> {
    done: &'a Done,
    decision: &'a Decision,
}

impl Told<'_> {
    /// Discounts, without what is paid with points or taken off by hand.
    fn discounts(&self) -> impl Iterator<Item = &DiscountDecision> {
        let all = self.decision.discounts.iter();
        all.filter(|discount| discount.kind != DiscountKind::Deduction)
    }

    /// One amount for each line of the case, of what is taken off by hand `by_hand` times more.
    fn lines(
        &self,
        amount: impl Fn(&LineDecision) -> Money,
        by_hand: Decimal,
    ) -> Result<Vec<Decimal>, String> {
        let lines = self.decision.lines.iter();
        let mut by_line: Vec<Decimal> = lines.map(|line| amount(line).to_decimal()).collect();
        let all = self.decision.discounts.iter();
        for discount in all.filter(|discount| discount.kind == DiscountKind::Deduction) {
            for (sum, part) in by_line.iter_mut().zip(&discount.lines) {
                *sum += part.to_decimal() * by_hand;
            }
        }
        self.amounts(&by_line)
    }

    /// The same for amounts by line of the purchase.
    fn amounts(&self, by_line: &[Decimal]) -> Result<Vec<Decimal>, String> {
        let rates = self.rates()?;
        let of = |place: &Option<usize>| {
            let amount = place.and_then(|place| by_line.get(place).copied());
            let rate = place.and_then(|place| rates.get(place).copied());
            let (amount, rate) = (amount.unwrap_or_default(), rate.unwrap_or_default());
            match self.done.with_tax {
                true => less_tax(amount, rate),
                false => amount,
            }
        };
        Ok(self.done.places.iter().map(of).collect())
    }

    /// The tax rate of every line of the purchase.
    fn rates(&self) -> Result<Vec<Decimal>, String> {
        let purchase = self.done.purchase.as_ref().ok_or("no purchase")?;
        let lines = purchase.get("lines").and_then(Value::as_array);
        let lines = lines.into_iter().flatten();
        lines.map(|line| rate(line.get("tax"))).collect()
    }

    /// What promotions and rewards take off the goods, with tax where the scheme tells it so.
    fn discount(&self) -> Result<Decimal, String> {
        if self.done.gross {
            return self.with_tax();
        }
        if self.done.with_tax {
            return self.without_tax();
        }
        let off = self.decision.totals.discount.to_decimal();
        let all = self.decision.discounts.iter();
        let by_hand = all.filter(|discount| discount.kind == DiscountKind::Deduction);
        let by_hand: Decimal = by_hand.map(|discount| discount.amount.to_decimal()).sum();
        Ok(off - by_hand)
    }

    /// Whether prices contain the tax.
    fn contained(&self) -> Result<bool, String> {
        let purchase = self.done.purchase.as_ref().ok_or("no purchase")?;
        Ok(purchase.get("tax_included") == Some(&Value::Bool(true)))
    }

    /// What is taken off the lines of each tax rate.
    fn by_rate(&self) -> Result<BTreeMap<Decimal, Decimal>, String> {
        let rates = self.rates()?;
        let mut sums = BTreeMap::new();
        for discount in self.discounts() {
            for (place, amount) in discount.lines.iter().enumerate() {
                let rate = rates.get(place).copied().unwrap_or_default();
                *sums.entry(rate).or_insert(Decimal::ZERO) += amount.to_decimal();
            }
        }
        Ok(sums)
    }

    fn with_tax(&self) -> Result<Decimal, String> {
        let contained = self.contained()?;
        let sums = self.by_rate()?.into_iter();
        let gross = |(rate, sum)| if contained { sum } else { plus_tax(sum, rate) };
        Ok(sums.map(gross).sum())
    }

    fn without_tax(&self) -> Result<Decimal, String> {
        let contained = self.contained()?;
        let sums = self.by_rate()?.into_iter();
        let net = |(rate, sum)| if contained { less_tax(sum, rate) } else { sum };
        Ok(sums.map(net).sum())
    }

    fn shipping(&self, gross: bool) -> Result<Decimal, String> {
        let left = self.decision.totals.shipping.to_decimal();
        let purchase = self.done.purchase.as_ref().ok_or("no purchase")?;
        let charge = purchase.get("shipping").and_then(|charges| charges.get(0));
        let rate = rate(charge.and_then(|charge| charge.get("tax")))?;
        Ok(match (self.contained()?, gross) {
            (true, false) => less_tax(left, rate),
            (false, true) => plus_tax(left, rate),
            _ => left,
        })
    }

    fn shipping_off(&self) -> Decimal {
        let off = self.discounts();
        off.map(|discount| discount.shipping.to_decimal()).sum()
    }

    /// What promotions on the order take off each line.
    fn of_order(&self) -> Result<Vec<Decimal>, String> {
        let mut sums = vec![Decimal::ZERO; self.decision.lines.len()];
        let of_order = |discount: &&DiscountDecision| {
            let id = whole(discount.id.as_str());
            self.done.on_order.iter().any(|own| own == id)
        };
        for discount in self.discounts().filter(of_order) {
            for (sum, amount) in sums.iter_mut().zip(&discount.lines) {
                *sum += amount.to_decimal();
            }
        }
        self.amounts(&sums)
    }

    /// The promotions that apply, in their order.
    fn applied(&self) -> Vec<String> {
        let offers = self.decision.offers.iter();
        let granted = offers.filter(|offer| offer.code == "granted");
        let mut found: Vec<String> = Vec::new();
        for offer in granted {
            let id = whole(offer.offer.as_str());
            if !found.iter().any(|known| known == id) {
                found.push(id.to_owned());
            }
        }
        found
    }

    /// Amounts, or amounts by line, of each promotion.
    fn by_promotion(&self, wish: &Value) -> Result<Checked, String> {
        let Value::Object(wishes) = wish else {
            return Err("expected.discounts_by_promotion: not an object".into());
        };
        for (id, wish) in wishes {
            let own = || {
                self.discounts()
                    .filter(|one| whole(one.id.as_str()) == id.as_str())
            };
            let checked = if wish.is_array() {
                let mut sums = vec![Decimal::ZERO; self.decision.lines.len()];
                for discount in own() {
                    for (sum, amount) in sums.iter_mut().zip(&discount.lines) {
                        *sum += amount.to_decimal();
                    }
                }
                list(wish, &self.amounts(&sums)?)?
            } else {
                let both =
                    |one: &DiscountDecision| one.amount.to_decimal() + one.shipping.to_decimal();
                decimal(wish, own().map(both).sum())?
            };
            if let Checked::Differs(found) = checked {
                return Ok(Checked::Differs(format!("{id}: {found}")));
            }
        }
        Ok(Checked::Same)
    }

    /// The units of every line of the case, told by the purchase.
    fn quantities(&self) -> Vec<u32> {
        let lines = self.done.purchase.as_ref().and_then(|p| p.get("lines"));
        let lines = lines.and_then(Value::as_array).into_iter().flatten();
        let units = lines.map(|line| line.get("quantity").and_then(Value::as_u64));
        units
            .map(|units| u32::try_from(units.unwrap_or(1)).unwrap_or(u32::MAX))
            .collect()
    }

    fn count(&self) -> u32 {
        self.quantities().iter().sum()
    }

    /// Units for nothing: gifts, and units of lines as far as discounts cover them whole.
    fn free(&self) -> u32 {
        let gifts = self.decision.gifts.iter();
        let gifts: u32 = gifts.map(|line| line.quantity).sum();
        let lines = self.decision.lines.iter().zip(self.quantities());
        let own: i64 = lines
            .filter_map(|(line, units)| {
                let each = line.list.minor().checked_div(i64::from(units))?;
                line.discount.minor().checked_div(each)
            })
            .sum();
        gifts + u32::try_from(own).unwrap_or(0)
    }

    /// What is off every unit, as recording the purchase would keep it.
    fn units(&self, actor: &Actor<'_>, wish: &Value) -> Result<Checked, String> {
        let done = self.done;
        let entries = match done.asked {
            false => done.entries.clone(),
            true => {
                let purchase = done.purchase.as_ref().ok_or("no purchase")?;
                actor
                    .world
                    .preview(&done.customer, purchase, &done.segments, done.at)?
            }
        };
        let entry = entries.iter().find_map(|entry| match entry {
            Entry::Purchase(entry) => Some(entry),
            _ => None,
        });
        let entry = entry.ok_or("no purchase entry")?;
        let mut units: Vec<Vec<Decimal>> = self
            .quantities()
            .into_iter()
            .map(|units| vec![Decimal::ZERO; usize::try_from(units).unwrap_or(0)])
            .collect();
        let discounts = entry.discounts.iter();
        let promoted = discounts.filter(|one| !matches!(one.source, Source::Deduction(_)));
        for share in promoted.flat_map(|discount| &discount.shares) {
            let line = usize::try_from(share.line).unwrap_or(usize::MAX);
            let own = units.get_mut(line).into_iter().flatten();
            let first = usize::try_from(share.first).unwrap_or(usize::MAX);
            let count = usize::try_from(share.count).unwrap_or(usize::MAX);
            for unit in own.skip(first).take(count) {
                *unit += share.each.to_decimal();
            }
        }
        let Value::Array(wishes) = wish else {
            return Err("expected.unit_discounts: not a list".into());
        };
        if wishes.len() != units.len() {
            return Ok(Checked::Differs(format!("{} lines", units.len())));
        }
        for (wish, own) in wishes.iter().zip(&units) {
            if let Checked::Differs(found) = list(wish, own)? {
                return Ok(Checked::Differs(found));
            }
        }
        Ok(Checked::Same)
    }
}

fn rate(tax: Option<&Value>) -> Result<Decimal, String> {
    let Some(tax) = tax else {
        return Ok(Decimal::ZERO);
    };
    let text = text("tax", tax)?;
    let percent: Decimal = text.parse().map_err(|_| format!("tax {text}"))?;
    Ok(percent / Decimal::ONE_HUNDRED)
}

fn plus_tax(net: Decimal, rate: Decimal) -> Decimal {
    let away = RoundingStrategy::MidpointAwayFromZero;
    net + (net * rate).round_dp_with_strategy(2, away)
}

fn less_tax(gross: Decimal, rate: Decimal) -> Decimal {
    let away = RoundingStrategy::MidpointAwayFromZero;
    let tax = gross * rate / (Decimal::ONE + rate);
    gross - tax.round_dp_with_strategy(2, away)
}
