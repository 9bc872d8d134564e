//! Lines of an order at the prices that the shop took, and what came back of them.

use crate::id::{LineId, ProductId, Sku};
use crate::number::{Currency, Money, allocate};
use crate::purchase::{Back, Line, Purchase, ReturnLine};

/// A line of a shop's order: so many units for one amount.
#[derive(Clone)]
pub(super) struct Item {
    /// The shop's name of the line.
    pub(super) key: String,
    pub(super) id: LineId,
    pub(super) sku: Option<Sku>,
    pub(super) product: Option<ProductId>,
    pub(super) quantity: u32,
    /// The amount of all units before the shop's discounts.
    pub(super) list_minor: i64,
    /// The amount of all units after them.
    pub(super) net_minor: i64,
    pub(super) gift_card: bool,
}

/// Units at one price: an item whose amount does not divide by its units has two of them.
struct Part {
    id: LineId,
    item: usize,
    quantity: u32,
    each_minor: i64,
    /// Units that came back so far, and the amount given back on the others.
    back: u32,
    given_minor: i64,
}

impl Part {
    fn left_minor(&self) -> i64 {
        let units = self.quantity.saturating_sub(self.back);
        let worth = self.each_minor.saturating_mul(i64::from(units));
        worth.saturating_sub(self.given_minor).max(0)
    }
}

/// The lines of an order while its returns are read.
pub(super) struct Lines {
    items: Vec<Item>,
    parts: Vec<Part>,
    currency: Currency,
    /// The share of what is left that was paid, when something was taken off the whole order.
    deduction_minor: i64,
}

impl Lines {
    /// Lines without those of no units. `deduction_minor` is taken off the order as a whole.
    pub(super) fn new(items: Vec<Item>, currency: Currency, deduction_minor: i64) -> Self {
        let mut parts = Vec::new();
        for (place, item) in items.iter().enumerate() {
            let units = i64::from(item.quantity);
            let each = item.net_minor.checked_div(units).unwrap_or(0);
            let dearer = item.net_minor.checked_rem(units).unwrap_or(0);
            let dearer = u32::try_from(dearer).unwrap_or(0);
            let cheaper = item.quantity.saturating_sub(dearer);
            let second = LineId::try_new(format!("{}.2", item.id));
            let prices = [
                (item.id.clone(), each, cheaper),
                (
                    second.unwrap_or_else(|_| item.id.clone()),
                    each.saturating_add(1),
                    dearer,
                ),
            ];
            let with_units = prices.into_iter().filter(|(_, _, quantity)| *quantity > 0);
            parts.extend(with_units.map(|(id, each_minor, quantity)| Part {
                id,
                item: place,
                quantity,
                each_minor,
                back: 0,
                given_minor: 0,
            }));
        }
        Self {
            items,
            parts,
            currency,
            deduction_minor,
        }
    }

    /// The lines as the engine takes them.
    pub(super) fn purchase_lines(&self) -> Vec<Line> {
        let line = |part: &Part| {
            let item = self.items.get(part.item)?;
            Some(Line {
                id: Some(part.id.clone()),
                sku: item.sku.clone(),
                product: item.product.clone(),
                categories: Vec::new(),
                tags: Vec::new(),
                price: Money::of(part.each_minor, self.currency),
                quantity: part.quantity,
                tax: None,
                gift_card: item.gift_card,
                discounted: item.net_minor < item.list_minor,
                price_min: None,
                gift_of: None,
            })
        };
        self.parts.iter().filter_map(line).collect()
    }

    /// The places of the items with a key.
    pub(super) fn items(&self, key: &str) -> impl Iterator<Item = usize> {
        let of_key = self.items.iter().enumerate();
        of_key.filter_map(move |(place, item)| (item.key == key).then_some(place))
    }

    /// The units of an item that did not come back yet.
    pub(super) fn left_units(&self, item: usize) -> u32 {
        let of_item = self.parts.iter().filter(|part| part.item == item);
        of_item.fold(0_u32, |sum, part| {
            sum.saturating_add(part.quantity.saturating_sub(part.back))
        })
    }

    /// Takes units of an item back, its last ones first: nothing if it has not so many.
    pub(super) fn take_units(&mut self, item: usize, units: u32) -> Option<Vec<ReturnLine>> {
        if units > self.left_units(item) {
            return None;
        }
        let mut wanted = units;
        let mut lines = Vec::new();
        for part in self.parts.iter_mut().rev().filter(|part| part.item == item) {
            let taken = wanted.min(part.quantity.saturating_sub(part.back));
            if taken > 0 {
                part.back = part.back.saturating_add(taken);
                wanted = wanted.saturating_sub(taken);
                lines.push(ReturnLine {
                    line: part.id.clone(),
                    back: Back::Quantity(taken),
                });
            }
        }
        Some(lines)
    }

    /// Takes back everything that is left.
    pub(super) fn take_all(&mut self) -> Vec<ReturnLine> {
        let mut lines = Vec::new();
        for item in 0..self.items.len() {
            let left = self.left_units(item);
            lines.extend(self.take_units(item, left).unwrap_or_default());
        }
        lines
    }

    /// What could still be given back.
    pub(super) fn left_minor(&self) -> i64 {
        let left = self.parts.iter().map(Part::left_minor);
        let left = left.fold(0_i64, i64::saturating_add);
        left.saturating_sub(self.deduction_minor).max(0)
    }

    /// Gives an amount back without goods, shared over what is left of the lines.
    pub(super) fn give(&mut self, minor: i64) -> Vec<ReturnLine> {
        let left: Vec<i64> = self.parts.iter().map(Part::left_minor).collect();
        self.give_within(minor.min(self.left_minor()), &left)
    }

    /// Gives an amount back on one item.
    pub(super) fn give_on(&mut self, item: usize, minor: i64) -> Vec<ReturnLine> {
        let left = |part: &Part| {
            if part.item == item {
                part.left_minor()
            } else {
                0
            }
        };
        let left: Vec<i64> = self.parts.iter().map(left).collect();
        let most = left
            .iter()
            .fold(0_i64, |sum, left| sum.saturating_add(*left));
        self.give_within(minor.min(most), &left)
    }

    fn give_within(&mut self, minor: i64, left: &[i64]) -> Vec<ReturnLine> {
        let shares = allocate(minor, left, Some(left)).unwrap_or_default();
        let mut lines = Vec::new();
        for (part, share) in self.parts.iter_mut().zip(shares) {
            if share > 0 {
                part.given_minor = part.given_minor.saturating_add(share);
                lines.push(ReturnLine {
                    line: part.id.clone(),
                    back: Back::Amount(Money::of(share, self.currency)),
                });
            }
        }
        lines
    }
}

/// A purchase of a shop's order with nothing but what an export says.
pub(super) fn purchase(
    id: crate::id::PurchaseId,
    lines: &Lines,
    shipping_minor: i64,
    tax_minor: i64,
    tax_included: bool,
) -> Purchase {
    let currency = lines.currency;
    let above = |minor: i64| (minor > 0).then(|| Money::of(minor, currency));
    Purchase {
        id,
        currency,
        lines: lines.purchase_lines(),
        shipping: above(shipping_minor)
            .map(|amount| crate::purchase::Charge {
                method: None,
                amount,
                tax: None,
            })
            .into_iter()
            .collect(),
        tax_included,
        channel: None,
        store: None,
        codes: Vec::new(),
        claims: Vec::new(),
        pay_points: Vec::new(),
        gift_card: None,
        deduction: above(lines.deduction_minor),
        tax_amount: above(tax_minor),
        exchange: None,
        occurred_at: None,
    }
}

/// The minor units of an amount of zero or more: as text, the decimals beyond the currency's zero.
pub(super) fn minor(text: &str, currency: Currency) -> Option<i64> {
    let minor = text.parse::<Money>().ok()?.minor_in(currency).ok()?;
    (minor >= 0).then_some(minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(items: &[(u32, i64)], deduction_minor: i64) -> Lines {
        let item = |(place, (quantity, net_minor)): (usize, &(u32, i64))| Item {
            key: place.to_string(),
            id: format!("l{place}").parse().unwrap(),
            sku: None,
            product: None,
            quantity: *quantity,
            list_minor: *net_minor,
            net_minor: *net_minor,
            gift_card: false,
        };
        let items = items.iter().enumerate().map(item).collect();
        Lines::new(items, "EUR".parse().unwrap(), deduction_minor)
    }

    fn told(lines: &[ReturnLine]) -> Vec<String> {
        let tell = |line: &ReturnLine| match line.back {
            Back::Quantity(units) => format!("{}:{units}", line.line),
            Back::Amount(amount) => format!("{}:{amount}", line.line),
        };
        lines.iter().map(tell).collect()
    }

    #[test]
    fn an_amount_that_does_not_divide_stands_on_two_lines() {
        let lines = lines(&[(3, 1_000), (2, 500), (1, 7)], 0);
        let made = lines.purchase_lines();
        let told: Vec<_> = made
            .iter()
            .map(|line| {
                (
                    line.id.as_ref().unwrap().as_str(),
                    line.price.minor(),
                    line.quantity,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("l0", 333, 2),
                ("l0.2", 334, 1),
                ("l1", 250, 2),
                ("l2", 7, 1)
            ]
        );
    }

    #[test]
    fn units_come_back_last_first_and_no_more_than_there_are() {
        let mut lines = lines(&[(3, 1_000)], 0);
        assert_eq!(told(&lines.take_units(0, 2).unwrap()), ["l0.2:1", "l0:1"]);
        assert_eq!(lines.take_units(0, 2), None);
        assert_eq!(told(&lines.take_all()), ["l0:1"]);
        assert_eq!(lines.left_minor(), 0);
    }

    #[test]
    fn amounts_are_shared_over_what_is_left() {
        let mut lines = lines(&[(1, 1_000), (1, 500)], 300);
        assert_eq!(lines.left_minor(), 1_200);
        assert_eq!(told(&lines.give(300)), ["l0:2.00", "l1:1.00"]);
        assert_eq!(told(&lines.give_on(1, 9_999)), ["l1:4.00"]);
        assert_eq!(told(&lines.give(9_999)), ["l0:5.00"]);
        assert!(lines.give(1).is_empty());
    }
}
