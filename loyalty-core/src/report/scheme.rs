//! What a scheme costs and owes: the figures of the report's last section.

/// A run of a scheme over orders, in totals and months. Money in minor units, points in thousandths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SchemeFigures {
    /// The scheme's name.
    pub name: String,
    /// The scheme's id.
    pub id: String,
    /// The scheme's version, where it has one.
    pub version: Option<String>,
    /// Members with an account.
    pub members: u64,
    /// Orders recorded.
    pub orders: u64,
    /// Rows of refunds that the run left out.
    pub refunds_left_out: u64,
    /// Goods at list prices.
    pub sales_minor: i64,
    /// Whether the scheme has a wallet of points.
    pub has_points: bool,
    /// Points over all wallets.
    pub points: PointFigures,
    /// What was given, by where it comes from.
    pub discounts: DiscountFigures,
    /// Issued rewards.
    pub rewards: RewardFigures,
    /// Stamps put on cards.
    pub stamps: i64,
    /// Members by the tier held at the end: those without one first, then the tiers as the scheme has them.
    pub tiers: Vec<TierFigures>,
    /// Calendar months in order.
    pub months: Vec<SchemeMonth>,
}

/// Points, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PointFigures {
    /// Issued.
    pub issued_milli: i64,
    /// Redeemed.
    pub redeemed_milli: i64,
    /// Lapsed.
    pub expired_milli: i64,
    /// Taken back with returns.
    pub taken_back_milli: i64,
    /// Held by members at the end.
    pub outstanding_milli: i64,
    /// What those that can be spent are worth as money, by the scheme's own rate; nothing where points do
    /// not pay, or where nobody worked it out.
    pub worth_minor: Option<i64>,
}

/// Discounts, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DiscountFigures {
    /// By rewards.
    pub rewards_minor: i64,
    /// By benefits of tiers.
    pub tiers_minor: i64,
    /// By points, as a discount or as money.
    pub points_minor: i64,
    /// By offers and by hand.
    pub offers_minor: i64,
}

impl DiscountFigures {
    /// All of them.
    #[must_use]
    pub fn total_minor(&self) -> i64 {
        [
            self.rewards_minor,
            self.tiers_minor,
            self.points_minor,
            self.offers_minor,
        ]
        .into_iter()
        .fold(0, i64::saturating_add)
    }
}

/// Issued rewards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RewardFigures {
    /// Issued.
    pub issued: u64,
    /// Used.
    pub used: u64,
    /// Void: lapsed unused or taken back.
    pub void: u64,
    /// Ready to be used.
    pub ready: u64,
}

/// Members in a tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierFigures {
    /// The ladder's name.
    pub ladder: String,
    /// The tier's name; nothing for members without a tier.
    pub tier: Option<String>,
    /// Members.
    pub members: u64,
}

/// A calendar month of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SchemeMonth {
    /// 12·year + month − 1.
    pub period: i32,
    /// Orders recorded.
    pub orders: u64,
    /// Goods at list prices.
    pub sales_minor: i64,
    /// Points of the month; `outstanding_milli` and `worth_minor` are those at its end.
    pub points: PointFigures,
    /// Discounts.
    pub discounts: DiscountFigures,
}
