//! The report on the sample, with the points scheme.

use std::sync::Arc;

use loyalty_core::analytics::civil::day_of;
use loyalty_core::analytics::columns::Purchases;
use loyalty_core::analytics::index::Index;
use loyalty_core::backtest::OrderColumns;
use loyalty_core::report::{ReportOptions, build, render, scheme_figures};
use loyalty_core::scheme::{SchemeDef, compile};

use super::Failure;
use super::data::{Order, currency};

/// The last day of the sample.
const AS_OF: (i32, u32, u32) = (1998, 6, 30);

/// The page.
pub(crate) fn report(orders: &[Order], document: &str) -> Result<String, Failure> {
    let as_of = day_of(AS_OF.0, AS_OF.1, AS_OF.2).ok_or("no such day")?;
    let members: Vec<i64> = orders.iter().map(|order| order.member.into()).collect();
    let mut index = Index::new();
    let customer = index.encode_ints(&members, 1)?;
    let days: Option<Vec<i32>> = orders
        .iter()
        .map(|order| day_of(order.date.year(), order.date.month(), order.date.day()))
        .collect();
    let days = days.ok_or("no such day")?;
    let minor: Vec<i64> = orders.iter().map(|order| order.minor).collect();
    let numbers: Vec<u64> = (1_u64..).take(orders.len()).collect();
    let purchases = Purchases {
        order: Some(&numbers),
        ..Purchases::new(&customer, &days, &minor)
    };
    let scheme = Arc::new(compile(SchemeDef::from_toml(document)?)?);
    let columns = OrderColumns {
        purchases,
        customers: index.keys(),
        products: &[],
        currency: currency()?,
        guests: 0,
        last_day: as_of,
        orders_rise: true,
    };
    let figures = scheme_figures(&scheme, columns)?;
    let options = ReportOptions::new("CDNOW, 1997 to 1998", currency()?, as_of);
    Ok(render(&build(
        &purchases,
        index.keys(),
        &options,
        Some(figures),
    )?))
}
