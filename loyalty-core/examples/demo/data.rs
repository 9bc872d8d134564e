//! The CDNOW sample as orders.

use loyalty_core::number::{Currency, Money};
use loyalty_core::purchase::{Line, Purchase};
use loyalty_core::time::Date;

use super::Failure;

const SAMPLE: &str = include_str!("../../tests/data/cdnow/CDNOW_sample.txt");

/// One order of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order {
    /// The customer's number in the sample, from 1.
    pub(crate) member: u32,
    /// Which of the customer's orders it is, from 1.
    pub(crate) number: u32,
    pub(crate) date: Date,
    /// CDs.
    pub(crate) units: u32,
    /// What was paid, in minor units.
    pub(crate) minor: i64,
}

/// Every order, in the order of time; those of one day as they stand in the file.
pub(crate) fn orders() -> Result<Vec<Order>, Failure> {
    let mut orders = Vec::new();
    let mut last = (0, 0);
    for (row, text) in SAMPLE.lines().enumerate() {
        let wrong = || format!("row {} of the sample is {text:?}", row.saturating_add(1));
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [_, member, date, units, amount] = fields.as_slice() else {
            return Err(wrong().into());
        };
        let member = member.parse()?;
        let number = if last.0 == member { last.1 + 1 } else { 1 };
        last = (member, number);
        let part = |range| date.get(range).ok_or_else(wrong);
        orders.push(Order {
            member,
            number,
            date: Date::from_ymd(
                part(0..4)?.parse()?,
                part(4..6)?.parse()?,
                part(6..8)?.parse()?,
            )?,
            units: units.parse()?,
            minor: amount.parse::<Money>()?.minor_in(currency()?)?,
        });
    }
    orders.sort_by_key(|order| order.date);
    Ok(orders)
}

pub(crate) fn currency() -> Result<Currency, Failure> {
    Ok("USD".parse()?)
}

impl Order {
    /// The order as a purchase. What was paid need not divide by the number of CDs, so some CDs may
    /// cost a cent more: they stand on a line of their own, and the lines sum to what was paid.
    pub(crate) fn purchase(&self) -> Result<Purchase, Failure> {
        let currency = currency()?;
        let units = i64::from(self.units);
        let (each, dearer) = (self.minor / units, self.minor % units);
        let lines = [(each, units - dearer), (each + 1, dearer)];
        let lines = lines.into_iter().filter(|(_, quantity)| *quantity > 0);
        Ok(Purchase {
            id: format!("{}-{}", self.member, self.number).parse()?,
            currency,
            lines: lines
                .map(|(price, quantity)| line(Money::of(price, currency), quantity))
                .collect::<Result<_, Failure>>()?,
            shipping: Vec::new(),
            tax_included: true,
            channel: None,
            store: None,
            codes: Vec::new(),
            claims: Vec::new(),
            pay_points: Vec::new(),
            gift_card: None,
            deduction: None,
            tax_amount: None,
            exchange: None,
            occurred_at: None,
        })
    }
}

fn line(price: Money, quantity: i64) -> Result<Line, Failure> {
    Ok(Line {
        id: None,
        sku: Some("cd".parse()?),
        product: None,
        categories: Vec::new(),
        tags: Vec::new(),
        price,
        quantity: u32::try_from(quantity)?,
        tax: None,
        gift_card: false,
        discounted: false,
        price_min: None,
        gift_of: None,
    })
}
