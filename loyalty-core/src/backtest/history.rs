//! Where the orders of a backtest come from.

use std::collections::BTreeMap;

use crate::id::MemberId;
use crate::import::Order;

use super::error::BacktestError;

/// Orders by member. Members are asked for one by one and more than once, so a large history can
/// make them as it goes.
pub trait History {
    /// How many members there are.
    fn members(&self) -> usize;

    /// How many orders there are.
    fn orders(&self) -> u64;

    /// How many orders have no member.
    fn guests(&self) -> u64;

    /// A member and their orders, in any order; nothing where there is no such member.
    ///
    /// # Errors
    /// `backtest.member` when a customer has no name that a member can have.
    fn member(&self, place: usize) -> Result<Option<(MemberId, Vec<Order>)>, BacktestError>;
}

/// Imported orders by customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberOrders {
    members: Vec<(MemberId, Vec<Order>)>,
    orders: u64,
    guests: u64,
}

impl MemberOrders {
    /// Sorts orders by customer. Those that were never paid or have no customer take no part; the
    /// latter are counted.
    ///
    /// # Errors
    /// `backtest.member` when a customer has no name that a member can have.
    pub fn try_new(orders: impl IntoIterator<Item = Order>) -> Result<Self, BacktestError> {
        let mut members: BTreeMap<String, Vec<Order>> = BTreeMap::new();
        let (mut count, mut guests) = (0_u64, 0_u64);
        for order in orders.into_iter().filter(|order| order.paid) {
            match &order.customer {
                None => guests = guests.saturating_add(1),
                Some(customer) => {
                    count = count.saturating_add(1);
                    let of_member = members.entry(customer.clone()).or_default();
                    of_member.push(order);
                }
            }
        }
        let named = members.into_iter().map(|(customer, orders)| {
            let member = MemberId::try_new(customer).map_err(BacktestError::Member)?;
            Ok((member, orders))
        });
        Ok(Self {
            members: named.collect::<Result<_, _>>()?,
            orders: count,
            guests,
        })
    }
}

impl History for MemberOrders {
    fn members(&self) -> usize {
        self.members.len()
    }

    fn orders(&self) -> u64 {
        self.orders
    }

    fn guests(&self) -> u64 {
        self.guests
    }

    fn member(&self, place: usize) -> Result<Option<(MemberId, Vec<Order>)>, BacktestError> {
        Ok(self.members.get(place).cloned())
    }
}
