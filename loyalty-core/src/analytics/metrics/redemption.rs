//! Redemption and breakage rates: what became of the points earned.
//!
//! Redemption rate: points redeemed/points earned in the window. Breakage rate: points expired/points
//! earned. Both are flows of one window, so a burst of old points may push them above 1; the ultimate
//! rate of a cohort needs the age of points. Undefined when nothing was earned.

use super::{Population, Window};
use crate::analytics::columns::{Activities, ActivityKind, ratio_f64};
use crate::analytics::error::{Absent, AnalyticsError};

/// Points that moved in a window, milli-points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PointFlows {
    /// Earned.
    pub earned_milli: i128,
    /// Redeemed.
    pub redeemed_milli: i128,
    /// Expired.
    pub expired_milli: i128,
}

impl PointFlows {
    /// Redeemed over earned.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] when nothing was earned.
    pub fn redemption_rate(&self) -> Result<f64, Absent> {
        self.over(self.redeemed_milli)
    }

    /// Expired over earned.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] when nothing was earned.
    pub fn breakage_rate(&self) -> Result<f64, Absent> {
        self.over(self.expired_milli)
    }

    fn over(&self, points: i128) -> Result<f64, Absent> {
        if self.earned_milli == 0 {
            Err(Absent::EmptyDenominator)
        } else {
            Ok(ratio_f64(points, self.earned_milli))
        }
    }
}

/// The point flows of a population in a window.
///
/// # Errors
/// A column error of the activity table.
pub fn point_flows(
    population: &Population<'_>,
    activities: &Activities<'_>,
    window: Window,
) -> Result<PointFlows, AnalyticsError> {
    activities.check()?;
    let mut flows = PointFlows::default();
    for row in 0..activities.customer.len() {
        let day = activities.day[row];
        if !window.contains(day)
            || day > population.as_of()
            || !population.contains(activities.customer[row])
        {
            continue;
        }
        let points = i128::from(activities.points_milli[row]);
        let kind = activities.kind[row];
        if kind == ActivityKind::Earn as u8 {
            flows.earned_milli += points;
        } else if kind == ActivityKind::Redeem as u8 {
            flows.redeemed_milli += points;
        } else if kind == ActivityKind::Expire as u8 {
            flows.expired_milli += points;
        }
    }
    Ok(flows)
}
