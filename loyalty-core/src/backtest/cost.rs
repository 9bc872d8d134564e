//! What a purchase cost the shop, for what is kept of it.

use crate::ledger::{DiscountEntry, PurchaseState, Source};
use crate::number::{Currency, Money};

use super::figures::Figures;

/// Sales and costs of what is kept of a purchase.
pub(super) fn kept(state: &PurchaseState) -> Figures {
    let entry = &state.entry;
    let currency = entry.purchase.currency;
    let mut figures = Figures::default();
    let mut kept = Vec::new();
    for (place, line) in entry.purchase.lines.iter().enumerate() {
        let back = state.returned.get(place).map_or(0, |back| back.quantity);
        let units = match state.cancelled {
            true => 0,
            false => line.quantity.saturating_sub(back),
        };
        kept.push(units);
        if line.gift_of.is_none() {
            let sold = minor(line.price, currency).saturating_mul(i64::from(units));
            figures.sales_minor = figures.sales_minor.saturating_add(sold);
        }
    }
    let deduction = entry
        .purchase
        .deduction
        .map_or(0, |off| minor(off, currency));
    let nothing = kept.iter().all(|units| *units == 0);
    for discount in entry.discounts.iter().chain(&entry.tenders) {
        let on_goods = discount.shares.iter().fold(0_i64, |sum, share| {
            let units = usize::try_from(share.line).ok();
            let units = units.and_then(|line| kept.get(line)).copied().unwrap_or(0);
            let of_run = units.saturating_sub(share.first).min(share.count);
            let off = share.each.minor().saturating_mul(i64::from(of_run));
            sum.saturating_add(off)
        });
        let shipping = discount.shipping.map_or(0, |off| minor(off, currency));
        let off = if nothing {
            0
        } else {
            on_goods.saturating_add(shipping)
        };
        book(&mut figures, discount, off, deduction, on_goods);
    }
    figures
}

fn book(figures: &mut Figures, discount: &DiscountEntry, off: i64, deduction: i64, on_goods: i64) {
    let of_kind = match &discount.source {
        Source::Reward(_) => &mut figures.cost_rewards_minor,
        Source::Benefit(_) => &mut figures.cost_benefits_minor,
        Source::Points(_) => &mut figures.cost_points_minor,
        Source::Offer(_) => &mut figures.cost_offers_minor,
        // What the shop took off by itself is part of its prices.
        Source::Deduction(_) => {
            let shop = on_goods.min(deduction);
            figures.sales_minor = figures.sales_minor.saturating_sub(shop);
            return;
        }
    };
    *of_kind = of_kind.saturating_add(off);
}

pub(super) fn minor(money: Money, currency: Currency) -> i64 {
    money.minor_in(currency).unwrap_or(0)
}
