//! Share of customers earning and redeeming: who takes part in the programme at all.
//!
//! Denominator: customers with an occasion in the window. Undefined when nobody bought.

use super::{Population, Rate, Window};
use crate::analytics::columns::{Activities, ActivityKind};
use crate::analytics::error::AnalyticsError;

/// Shares of buyers who earned and who redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Participation {
    /// Buyers who earned points in the window.
    pub earning: Rate,
    /// Buyers who redeemed points in the window.
    pub redeeming: Rate,
}

/// The participation of a window's buyers.
///
/// # Errors
/// A column error of the activity table.
pub fn participation(
    population: &Population<'_>,
    activities: &Activities<'_>,
    window: Window,
) -> Result<Participation, AnalyticsError> {
    activities.check()?;
    let customers = population.occasions().customers();
    let (mut earned, mut redeemed) = (vec![false; customers], vec![false; customers]);
    for row in 0..activities.customer.len() {
        let (day, customer) = (activities.day[row], activities.customer[row] as usize);
        if !window.contains(day) || day > population.as_of() || customer >= customers {
            continue;
        }
        earned[customer] |= activities.kind[row] == ActivityKind::Earn as u8;
        redeemed[customer] |= activities.kind[row] == ActivityKind::Redeem as u8;
    }
    let mut result = Participation::default();
    for history in population.histories() {
        if !history.within(window.start, window.end).day.is_empty() {
            result.earning = result.earning.with(earned[history.customer as usize]);
            result.redeeming = result.redeeming.with(redeemed[history.customer as usize]);
        }
    }
    Ok(result)
}
