//! A decision as JSON, written field by field: what every decision has is written straight, the
//! rest as any value is. The bytes are those of its `Serialize`.

use super::decision::{
    CardDecision, Decision, DiscountDecision, LineDecision, LotDecision, PartDecision, Totals,
    WalletDecision,
};
use crate::number::{Money, Points};
use crate::time::Deadline;
use crate::write::{WriteError, Writer};

/// A decision as JSON; `bare` without its reasons and what became of offers.
pub(super) fn decision_json(decision: &Decision, bare: bool) -> Result<String, WriteError> {
    let items = decision.lines.len().saturating_add(decision.reasons.len());
    let mut out = Writer::with_capacity(items.saturating_add(10).saturating_mul(160));
    decision.put(bare, &mut out);
    out.finish()
}

/// Writes a field that is left out where its list is empty.
fn some<T: serde::Serialize>(name: &str, items: &[T], out: &mut Writer) {
    if !items.is_empty() {
        out.raw(name);
        out.value(items);
    }
}

fn money(name: &str, money: Money, out: &mut Writer) {
    out.raw(name);
    // Most amounts are short.
    match money.short_digits() {
        Some(([b'0', one], [tenth, hundredth])) => {
            out.bytes([b'"', one, b'.', tenth, hundredth, b'"']);
        }
        Some(([ten, one], [tenth, hundredth])) => {
            out.bytes([b'"', ten, one, b'.', tenth, hundredth, b'"']);
        }
        None => out.ascii(money.ascii()),
    }
}

fn points(name: &str, points: Points, out: &mut Writer) {
    out.raw(name);
    match points.short_digits() {
        Some([b'0', one]) => out.bytes([b'"', one, b'"']),
        Some([ten, one]) => out.bytes([b'"', ten, one, b'"']),
        None => out.ascii(points.ascii()),
    }
}

fn number(name: &str, number: u32, out: &mut Writer) {
    out.raw(name);
    out.number(number.into());
}

impl Decision {
    fn put(&self, bare: bool, out: &mut Writer) {
        number("{\"semantics\":", self.semantics, out);
        out.raw(",\"scheme\":");
        out.hex(self.scheme.as_bytes());
        out.raw(",\"member\":");
        out.text(self.member.as_str());
        out.raw(",\"head\":{\"seq\":");
        out.number(self.head.seq);
        out.raw(",\"hash\":");
        out.hex(self.head.hash.as_bytes());
        out.raw("},\"purchase\":");
        out.text(self.purchase.as_str());
        out.raw(",\"at\":");
        out.ascii(self.at.ascii());
        out.raw(",\"currency\":");
        out.text(self.currency.as_str());
        out.raw(",\"lines\":");
        out.list(&self.lines, LineDecision::put);
        out.raw(",\"discounts\":");
        out.list(&self.discounts, DiscountDecision::put);
        out.raw(",\"totals\":");
        self.totals.put(out);
        out.raw(",\"wallets\":");
        out.list(&self.wallets, WalletDecision::put);
        out.raw(",\"cards\":");
        out.list(&self.cards, CardDecision::put);
        out.raw(",\"tiers\":");
        out.value(&self.tiers);
        out.raw(",\"rewards\":");
        out.value(&self.rewards);
        some(",\"codes\":", &self.codes, out);
        if let Some(choice) = &self.choice {
            out.raw(",\"choice\":");
            out.value(choice);
        }
        some(",\"gifts\":", &self.gifts, out);
        some(",\"issued\":", &self.issued, out);
        some(",\"challenges\":", &self.challenges, out);
        some(",\"referrals\":", &self.referrals, out);
        some(",\"due_codes\":", &self.due_codes, out);
        out.raw(",\"refused\":");
        out.value(&self.refused);
        out.raw(",\"preconditions\":");
        out.value(&self.preconditions);
        out.raw(",\"reasons\":");
        if bare {
            out.raw("[],\"others\":0}");
            return;
        }
        out.value(&self.reasons);
        some(",\"offers\":", &self.offers, out);
        number(",\"others\":", self.others, out);
        out.raw("}");
    }
}

impl LineDecision {
    fn put(&self, out: &mut Writer) {
        out.raw("{\"line\":");
        out.text(&self.line);
        money(",\"list\":", self.list, out);
        money(",\"discount\":", self.discount, out);
        money(",\"net\":", self.net, out);
        out.raw("}");
    }
}

impl DiscountDecision {
    fn put(&self, out: &mut Writer) {
        out.raw("{\"kind\":");
        out.text(self.kind.name());
        out.raw(",\"id\":");
        out.text(&self.id);
        money(",\"amount\":", self.amount, out);
        out.raw(",\"lines\":");
        out.list(&self.lines, |line, out| money("", *line, out));
        money(",\"shipping\":", self.shipping, out);
        out.raw("}");
    }
}

impl Totals {
    fn put(&self, out: &mut Writer) {
        money("{\"list\":", self.list, out);
        money(",\"discount\":", self.discount, out);
        money(",\"goods\":", self.goods, out);
        money(",\"shipping\":", self.shipping, out);
        money(",\"tax\":", self.tax, out);
        money(",\"total\":", self.total, out);
        money(",\"points_tender\":", self.points_tender, out);
        money(",\"gift_card\":", self.gift_card, out);
        money(",\"due\":", self.due, out);
        out.raw("}");
    }
}

impl WalletDecision {
    fn put(&self, out: &mut Writer) {
        out.raw("{\"wallet\":");
        out.text(self.wallet.as_str());
        points(",\"earned\":", self.earned, out);
        out.raw(",\"parts\":");
        out.list(&self.parts, PartDecision::put);
        out.raw(",\"lots\":");
        out.list(&self.lots, LotDecision::put);
        points(",\"spent\":", self.spent, out);
        out.raw("}");
    }
}

impl PartDecision {
    fn put(&self, out: &mut Writer) {
        out.raw("{\"rule\":");
        out.text(&self.rule);
        points(",\"wanted\":", self.wanted, out);
        points(",\"points\":", self.points, out);
        out.raw("}");
    }
}

impl LotDecision {
    fn put(&self, out: &mut Writer) {
        let deadline = |name: &str, deadline: Option<Deadline>, out: &mut Writer| {
            if let Some(deadline) = deadline {
                out.raw(name);
                out.value(&deadline);
            }
        };
        points("{\"points\":", self.points, out);
        deadline(",\"usable_from\":", self.usable_from, out);
        if self.awaits_event {
            out.raw(",\"awaits_event\":true");
        }
        deadline(",\"expiry\":", self.expiry, out);
        out.raw("}");
    }
}

impl CardDecision {
    fn put(&self, out: &mut Writer) {
        out.raw("{\"card\":");
        out.text(self.card.as_str());
        number(",\"stamps\":", self.stamps, out);
        number(",\"completed\":", self.completed, out);
        number(",\"on_card\":", self.on_card, out);
        number(",\"target\":", self.target, out);
        out.raw("}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_amounts_and_points_are_written_as_any() {
        let written = |write: &dyn Fn(&mut Writer)| {
            let mut out = Writer::with_capacity(0);
            write(&mut out);
            out.finish().unwrap_or_default()
        };
        for number in -1_200_i64..10_200 {
            for exponent in 0..4 {
                let amount = Money::new(number, exponent);
                let found = written(&|out| money("", amount, out));
                assert_eq!(found, format!("\"{amount}\""));
            }
            for milli in [number, number.saturating_mul(500)] {
                let sum = Points::from_milli(milli);
                let found = written(&|out| points("", sum, out));
                assert_eq!(found, format!("\"{sum}\""));
            }
        }
    }
}
