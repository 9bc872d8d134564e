//! Every text of the report, in English.

use crate::analytics::segments::passivation::State;
use crate::analytics::segments::rfm_presets::Eleven;

pub(super) fn month_name(month: u32) -> &'static str {
    match month {
        1 => "Jan",
        2 => "Feb",
        3 => "Mar",
        4 => "Apr",
        5 => "May",
        6 => "Jun",
        7 => "Jul",
        8 => "Aug",
        9 => "Sep",
        10 => "Oct",
        11 => "Nov",
        _ => "Dec",
    }
}

pub(super) fn state(state: State) -> (&'static str, &'static str) {
    match state {
        State::New => ("New", "one order, and the second is not due yet"),
        State::Active => ("Active", "within the own rhythm"),
        State::Passivating => (
            "Drifting",
            "silent for longer than four in five of the own gaps",
        ),
        State::Lapsed => (
            "Lapsed",
            "silent for longer than nineteen in twenty of the own gaps",
        ),
        State::Lost => ("Lost", "less than a 5 % chance of an order within a year"),
        State::Reactivated => ("Back", "bought again after having lapsed"),
    }
}

pub(super) fn segment(segment: Eleven) -> &'static str {
    match segment {
        Eleven::Champions => "Champions",
        Eleven::Loyal => "Loyal",
        Eleven::Active => "Active",
        Eleven::New => "New",
        Eleven::Promising => "Promising",
        Eleven::NeedsAttention => "Needs attention",
        Eleven::AlmostLost => "Almost lost",
        Eleven::AtRisk => "At risk",
        Eleven::PreviouslyLoyal => "Previously loyal",
        Eleven::Dormant => "Dormant",
        Eleven::Prospects => "Prospects",
    }
}

pub(super) const HOW: &str = "How to read:";
pub(super) const NOT_AVAILABLE: &str = "Not available:";
pub(super) const NUMBERS: &str = "The numbers";
pub(super) const DASH: &str = "–";

/// The parts of a page: where its headings stand, and what they say.
pub(super) struct Heading {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
}

pub(super) mod page {
    pub(in crate::report) const OVER: &str = "Customer and loyalty report";
    pub(in crate::report) const CONTENTS: &str = "Sections of the report";
    pub(in crate::report) const END: &str =
        "The page holds everything that it shows: it loads nothing and runs no script.";
    pub(in crate::report) const MADE: &str = "Made by loyalty-core";
    pub(in crate::report) const NO_ORDERS: &str = "no orders";
}

pub(super) mod summary {
    pub(in crate::report) const LABEL: &str = "Headline figures";
    pub(in crate::report) const REVENUE: &str = "Net revenue";
    pub(in crate::report) const CUSTOMERS: &str = "Customers";
    pub(in crate::report) const ORDER_VALUE: &str = "Average order value";
    pub(in crate::report) const REPEAT_RATE: &str = "Repeat rate";
    pub(in crate::report) const VALUE: &str = "Expected in the next";
    pub(in crate::report) const VALUE_UNKNOWN: &str = "Expected revenue";
    pub(in crate::report) const LIABILITY: &str = "Owed in points";
}

pub(super) mod months {
    use super::Heading;

    pub(in crate::report) const HEADING: Heading = Heading {
        id: "revenue",
        title: "Revenue by month",
        lead: "How much of the business comes from customers who were already there.",
    };
    pub(in crate::report) const CHART: &str = "Net revenue by month, first and repeat orders";
    pub(in crate::report) const FIRST: &str = "First orders";
    pub(in crate::report) const REPEAT: &str = "Repeat orders";
    pub(in crate::report) const READ: &str = "A bar is a calendar month. The lower part is what customers \
        spent on the day of their first order, the upper part what they spent on later days. A pale bar is a month \
        that is not over.";
    pub(in crate::report) const CAPTION: &str = "The last months";
    pub(in crate::report) const MONTH: &str = "Month";
    pub(in crate::report) const ORDERS: &str = "Orders";
    pub(in crate::report) const NEW: &str = "New customers";
    pub(in crate::report) const NET: &str = "Net revenue";
    pub(in crate::report) const OPEN: &str = " (so far)";
}

pub(super) mod figures {
    use super::Heading;

    pub(in crate::report) const HEADING: Heading = Heading {
        id: "figures",
        title: "Key figures",
        lead: "Each with its definition, what it was counted from, and the interval that the data leave open.",
    };
    pub(in crate::report) const CAPTION: &str = "Key figures of all days";
    pub(in crate::report) const FIGURE: &str = "Figure";
    pub(in crate::report) const VALUE: &str = "Value";
    pub(in crate::report) const COUNTED: &str = "Counted";
    pub(in crate::report) const READ: &str = "An interval holds the true value in so many of a hundred samples \
        as its heading says: Wilson's for shares, Student's for means, the delta method for ratios. Exact sums have \
        none. The three estimates of churn answer different questions and do not have to agree.";

    /// Name and definition of a figure.
    pub(in crate::report) type Definition = (&'static str, &'static str);

    pub(in crate::report) const CUSTOMERS: Definition =
        ("Customers", "With at least one order by the report's day.");
    pub(in crate::report) const ORDERS: Definition = (
        "Orders",
        "Orders that count; one that refunds bring to nothing does not.",
    );
    pub(in crate::report) const REVENUE: Definition =
        ("Net revenue", "Amounts of all orders less refunds.");
    pub(in crate::report) const ORDER_VALUE: Definition = (
        "Average order value",
        "Net amount of orders over the number of orders.",
    );
    pub(in crate::report) const FREQUENCY: Definition =
        ("Purchase frequency", "Orders over customers.");
    pub(in crate::report) const YEARLY: Definition = (
        "Orders a year",
        "Orders over the years since each customer's first order, added up.",
    );
    pub(in crate::report) const CUSTOMER_VALUE: Definition = (
        "Revenue a customer",
        "Net amount of orders over customers: average order value times purchase frequency.",
    );
    pub(in crate::report) const REPEAT_RATE: Definition = (
        "Repeat rate",
        "Customers with orders on two or more days, over customers.",
    );
    pub(in crate::report) const RETURNING: Definition = (
        "Returning rate, last 90 days",
        "Of those who ordered in the last 90 days, who had ordered on an earlier day.",
    );
    pub(in crate::report) const ACTIVE: Definition = (
        "Active, last 90 days",
        "Customers who ordered in the last 90 days, over all customers.",
    );
    pub(in crate::report) const GAP: Definition = (
        "Usual gap between orders",
        "Half of all gaps between neighbouring order days are at most this long.",
    );
    pub(in crate::report) const CHURN_THRESHOLD: Definition = (
        "Churn by silence",
        "Customers silent for longer than four in five of the gaps of those who came back.",
    );
    pub(in crate::report) const CHURN_GAP: Definition = (
        "Churn by own rhythm",
        "Repeat customers silent for longer than nineteen in twenty of their own expected gaps.",
    );
    pub(in crate::report) const CHURN_MODEL: Definition = (
        "Churn by model",
        "Mean chance that a customer has gone for good, by the purchase model below.",
    );
    pub(in crate::report) const RETENTION: &str = "Customers who ordered in this span of 30 days after their \
        first order, over those whose span is over.";
    pub(in crate::report) const NO_INTERVAL: &str = "exact";
}

pub(super) mod cohorts {
    use super::Heading;

    pub(in crate::report) const HEADING: Heading = Heading {
        id: "cohorts",
        title: "Cohorts",
        lead: "Do customers who came in the same month stay, and do younger cohorts do better than older ones?",
    };
    pub(in crate::report) const CAPTION: &str =
        "Customers who ordered again, by month of the first order";
    pub(in crate::report) const UNITS: &str = "Per cent of the cohort with an order in the month";
    pub(in crate::report) const COHORT: &str = "First order";
    pub(in crate::report) const SIZE: &str = "Customers";
    pub(in crate::report) const ALL: &str = "All cohorts";
    pub(in crate::report) const SHOWN: &str = "Cohorts shown";
    pub(in crate::report) const READ: &str = "A row is everybody whose first order fell into that month, a column \
        the number of calendar months since. The stronger the colour, the more of them ordered. A dashed \
        cell is the month that is not over yet, and will rise; cells to its right lie in the future. The last row counts only cohorts whose \
        month is over.";
    pub(in crate::report) const SO_FAR: &str = "so far: this month is not over";
    pub(in crate::report) const TRIMMED: &str = "Only the latest cohorts and months are shown.";
}

pub(super) mod rfm {
    use super::Heading;

    pub(in crate::report) const HEADING: Heading = Heading {
        id: "rfm",
        title: "Recency, frequency, money",
        lead: "Where customers stand today, by how lately, how often and for how much they bought.",
    };
    pub(in crate::report) const GRID: &str = "Customers by recency, and by frequency and money";
    pub(in crate::report) const GRID_UNITS: &str =
        "Customers, and below them their mean order day in";
    pub(in crate::report) const RECENCY: &str = "Recency";
    pub(in crate::report) const FM: &str = "Frequency and money";
    pub(in crate::report) const SEGMENTS: &str = "Segments";
    pub(in crate::report) const SEGMENT: &str = "Segment";
    pub(in crate::report) const CUSTOMERS: &str = "Customers";
    pub(in crate::report) const SHARE: &str = "Share";
    pub(in crate::report) const REVENUE: &str = "Revenue share";
    pub(in crate::report) const READ: &str = "Scores run from 1 to 5, five being best; each holds about a fifth of \
        the customers, and equal ones share a score. Frequency and money are one score, their mean rounded up. Top \
        right are those who bought lately, often and much. Each cell belongs to one segment, named in its tip.";
}

pub(super) mod value {
    use super::Heading;

    pub(in crate::report) const HEADING: Heading = Heading {
        id: "value",
        title: "Customer lifetime value",
        lead: "What today's customers are expected to spend, customer by customer, discounted to today.",
    };
    pub(in crate::report) const CHART: &str = "Customers by expected value";
    pub(in crate::report) const READ: &str = "A bar counts the customers whose expected value lies between the two \
        amounts under it; the last one holds everybody above.";
    pub(in crate::report) const SUM: &str = "All customers together";
    pub(in crate::report) const MEAN: &str = "Mean a customer";
    pub(in crate::report) const MEDIAN: &str = "Median";
    pub(in crate::report) const TENTH: &str = "Held by the best tenth";
    pub(in crate::report) const WITHOUT: &str = "Customers without a value";
    pub(in crate::report) const INDEPENDENCE: &str = "Correlation of frequency and spend";
    pub(in crate::report) const SIDE: &str = "In figures";
    pub(in crate::report) const TOP: &str = "The customers with the highest expected value";
    pub(in crate::report) const CUSTOMER: &str = "Customer";
    pub(in crate::report) const CUSTOMERS: &str = "Customers";
    pub(in crate::report) const TOGETHER: &str = "Together";
    pub(in crate::report) const OCCASIONS: &str = "Order days";
    pub(in crate::report) const SO_FAR: &str = "Net so far";
    pub(in crate::report) const LAST: &str = "Last order";
    pub(in crate::report) const ALIVE: &str = "Still a customer";
    pub(in crate::report) const EXPECTED: &str = "Expected order days";
    pub(in crate::report) const VALUE: &str = "Expected value";
    pub(in crate::report) const MODELS: &str = "The two models";
    pub(in crate::report) const PARAMETER: &str = "Parameter";
    pub(in crate::report) const ESTIMATE: &str = "Estimate";
    pub(in crate::report) const ERROR: &str = "Standard error";
    pub(in crate::report) const MODEL_READ: &str = "BG/NBD (Fader, Hardie and Lee 2005) says how often a customer \
        will order, from how often and how lately she did; Gamma–Gamma (Fader and Hardie) says how much she spends on an \
        order day. Both are fitted by maximum likelihood. Gamma–Gamma takes frequency and spend as independent.";
    pub(in crate::report) const DEPENDENT: &str = "Frequency and spend move together here, so that values are to be \
        read with care.";
}

pub(super) mod drift {
    use super::Heading;

    pub(in crate::report) const HEADING: Heading = Heading {
        id: "drifting",
        title: "Drifting customers",
        lead: "Who falls silent against the own rhythm, while there is still time to ask why.",
    };
    pub(in crate::report) const STATES: &str = "Customers by state";
    pub(in crate::report) const STATE: &str = "State";
    pub(in crate::report) const CUSTOMERS: &str = "Customers";
    pub(in crate::report) const SHARE: &str = "Share";
    pub(in crate::report) const NET: &str = "Net so far";
    pub(in crate::report) const LIST: &str = "Drifting repeat customers with the most to lose";
    pub(in crate::report) const SILENT: &str = "Days silent";
    pub(in crate::report) const USUAL: &str = "Usual gap";
    pub(in crate::report) const LIMIT: &str = "Drifting after";
    pub(in crate::report) const NONE: &str = "No repeat customer is drifting.";
    pub(in crate::report) const READ: &str = "Ninety days of silence are long for a weekly customer and nothing for a \
        yearly one. So everybody is held against the gaps that the purchase model expects of that very customer: half of \
        them are shorter than the usual gap, and after the limit only one in five is longer.";
}

pub(super) mod second {
    use super::Heading;

    pub(in crate::report) const HEADING: Heading = Heading {
        id: "second-order",
        title: "The way to the second order",
        lead: "How long first-time customers take to come back, counting those fairly who came only lately.",
    };
    pub(in crate::report) const CHART: &str =
        "Customers who have not come back yet, by days since the first order";
    pub(in crate::report) const CURVE: &str = "Not back yet";
    pub(in crate::report) const BAND: &str = "Interval";
    pub(in crate::report) const READ: &str = "The curve starts with all first-time customers and falls when one of \
        them orders again (Kaplan–Meier). Where it flattens, waiting longer brings few back. Customers count only for as \
        long as they could be seen.";
    pub(in crate::report) const CAPTION: &str = "Back by then";
    pub(in crate::report) const WITHIN: &str = "Within";
    pub(in crate::report) const BACK: &str = "Came back";
    pub(in crate::report) const MEDIAN: &str = "Half are back after";
}

pub(super) mod tracking {
    use super::Heading;

    pub(in crate::report) const HEADING: Heading = Heading {
        id: "holdout",
        title: "Can the model be trusted?",
        lead: "The model is fitted to the first part of the days only, and then held against the rest, which it has \
            not seen.",
    };
    pub(in crate::report) const CHART: &str = "Repeat order days, expected and actual";
    pub(in crate::report) const ACTUAL: &str = "Actual";
    pub(in crate::report) const EXPECTED: &str = "Expected by the model";
    pub(in crate::report) const HOLDOUT: &str = "holdout";
    pub(in crate::report) const READ: &str = "Both lines count repeat order days of all customers from the start. Left \
        of the mark the model has seen them, right of it it has not. The closer the lines stay, the more its predictions \
        are worth.";
    pub(in crate::report) const SIDE: &str = "The holdout in figures";
    pub(in crate::report) const CUSTOMERS: &str = "Customers known at its start";
    pub(in crate::report) const PREDICTED: &str = "Their order days, expected";
    pub(in crate::report) const HAPPENED: &str = "Their order days, actual";
    pub(in crate::report) const OFF: &str = "Off by";
    pub(in crate::report) const ABSOLUTE: &str = "Mean absolute error a customer";
    pub(in crate::report) const END: &str = "Calibration ends";
    pub(in crate::report) const DAY: &str = "Up to";
}

pub(super) mod scheme {
    use super::Heading;

    pub(in crate::report) const HEADING: Heading = Heading {
        id: "scheme",
        title: "The scheme: cost and liability",
        lead: "What the scheme would have given and would owe, had it run over these orders.",
    };
    pub(in crate::report) const LABEL: &str = "Headline figures of the scheme";
    pub(in crate::report) const GIVEN: &str = "Discounts given";
    pub(in crate::report) const ISSUED: &str = "Points issued";
    pub(in crate::report) const REDEEMED: &str = "Points redeemed";
    pub(in crate::report) const EXPIRED: &str = "Points lapsed";
    pub(in crate::report) const OUTSTANDING: &str = "Points outstanding";
    pub(in crate::report) const WORTH: &str = "Worth of outstanding points";
    pub(in crate::report) const REWARDS: &str = "Rewards";
    pub(in crate::report) const COST: &str = "Discounts by month";
    pub(in crate::report) const BY_REWARDS: &str = "By rewards";
    pub(in crate::report) const BY_TIERS: &str = "By tiers";
    pub(in crate::report) const BY_POINTS: &str = "By points";
    pub(in crate::report) const BY_OFFERS: &str = "By offers";
    pub(in crate::report) const COST_READ: &str = "A bar is what the scheme took off the orders of a month, by what it \
        was taken off with.";
    pub(in crate::report) const LIABILITY: &str = "Owed in points at the end of each month";
    pub(in crate::report) const HELD: &str = "Points outstanding at the end of each month";
    pub(in crate::report) const HELD_READ: &str = "What members held at the end of a month, points that will lapse \
        among it.";
    pub(in crate::report) const TAKEN_BACK: &str = "Points taken back";
    pub(in crate::report) const LIABILITY_READ: &str = "What members could still pay with the points that they held at \
        the end of a month, at the scheme's own rate. It is a ceiling: points that will lapse are in it.";
    pub(in crate::report) const MONTHS: &str = "Month by month";
    pub(in crate::report) const MONTH: &str = "Month";
    pub(in crate::report) const ORDERS: &str = "Orders";
    pub(in crate::report) const SALES: &str = "List sales";
    pub(in crate::report) const TIERS: &str = "Members by tier at the end";
    pub(in crate::report) const TIER: &str = "Tier";
    pub(in crate::report) const NO_TIER: &str = "no tier";
    pub(in crate::report) const MEMBERS: &str = "Members";
    pub(in crate::report) const TOTAL: &str = "Total";
    pub(in crate::report) const CEILING: &str = "at the scheme's own rate";
    pub(in crate::report) const FLOWS: &str = "Where the points went";
    pub(in crate::report) const POINTS: &str = "Points";
    pub(in crate::report) const HOW_MANY: &str = "How many";
    pub(in crate::report) const OF_ISSUED: &str = "Of issued";
    pub(in crate::report) const STAMPS: &str = "Stamps put on cards";
    pub(in crate::report) const USED: &str = "Rewards used";
    pub(in crate::report) const VOID: &str = "Rewards lapsed or taken back";
    pub(in crate::report) const READY: &str = "Rewards ready";
    pub(in crate::report) const REFUNDS: &str = "rows of refunds are not part of the run.";
    pub(in crate::report) const RUN: &str = "Every order was recorded through the engine in the order of days, with \
        everybody as a member from the first order on. Purchases are taken as they were: nobody is assumed to buy more \
        because of the scheme. On an order of ten whole units of money or more members use the reward that has been ready \
        longest, and pay with as many points as the scheme allows.";
}

pub(super) mod rows {
    use super::Heading;

    pub(in crate::report) const HEADING: Heading = Heading {
        id: "data",
        title: "The data",
        lead: "Where every row of the orders went.",
    };
    pub(in crate::report) const CAPTION: &str = "Rows of orders";
    pub(in crate::report) const GIVEN: &str = "Given";
    pub(in crate::report) const USED: &str = "Used";
    pub(in crate::report) const AFTER: &str = "After the report's day";
    pub(in crate::report) const ZERO: &str = "Orders of nothing, left out";
    pub(in crate::report) const REFUNDED: &str = "Orders that refunds brought to nothing";
    pub(in crate::report) const IGNORED: &str = "Refunds left out";
    pub(in crate::report) const READ: &str = "Orders of one customer on one day are one order day, which is what \
        recency, repeat orders, cohorts and models count. Days are business days as they were given. Rows after the \
        report's day are treated as if they did not exist.";
}
