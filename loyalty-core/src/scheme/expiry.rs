//! When points become usable and when they lapse.

use crate::id::EventName;
use crate::time::{Date, Span};

use super::def::{is_zero, shape};
use super::earn::is_default;

shape! {
    /// When points become usable.
    pub enum PendingDef {
        /// This long after they were earned.
        After(Span),
        /// When the purchase is fulfilled with this event, such as `delivered`.
        Event(EventName),
    }

    /// When points lapse. The clock starts when they become usable.
    pub enum ExpiryDef {
        /// Never.
        Never(NeverDef),
        /// This long after they became usable.
        Rolling(RollingDef),
        /// At the end of the month, or so many months later.
        EndOfMonth(PeriodEndDef),
        /// At the end of the year, or so many years later.
        EndOfYear(PeriodEndDef),
        /// At the end of this date; what becomes usable later never lapses.
        FixedDate(FixedDateDef),
        /// This long after the member's last activity; any activity keeps all such points.
        Activity(RollingDef),
    }

    /// Never.
    pub struct NeverDef {}

    /// A length of time.
    pub struct RollingDef {
        /// How long.
        pub after: Span,
        /// Whether it is rounded up to the end of its month or year. Default `none`.
        #[serde(default, skip_serializing_if = "RoundUp::is_default")]
        pub round_up: RoundUp,
        /// Whether the last day still counts. Default `inclusive`.
        #[serde(default, skip_serializing_if = "LastDay::is_default")]
        pub last_day: LastDay,
    }

    /// The end of a period.
    pub struct PeriodEndDef {
        /// So many periods later. Default 0: the current one.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub later: u32,
    }

    /// A date.
    pub struct FixedDateDef {
        /// The last day on which the points can be used.
        pub date: Date,
    }

    /// Rounds a validity up.
    #[derive(Copy, Default)]
    pub enum RoundUp {
        /// Not at all.
        #[default]
        None,
        /// To the end of its day.
        Day,
        /// To the end of its month.
        Month,
        /// To the end of its year.
        Year,
    }

    /// Whether the last day counts.
    #[derive(Copy, Default)]
    pub enum LastDay {
        /// `{days: 10}` from 1 January: usable through 11 January.
        #[default]
        Inclusive,
        /// `{days: 10}` from 1 January: usable through 10 January.
        Exclusive,
    }
}

is_default!(RoundUp, LastDay);
