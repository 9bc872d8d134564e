//! What can go wrong in analytics, and why a value can be absent.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An input or option that analytics refuses, with what was found and what is allowed.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum AnalyticsError {
    /// Two columns of one table differ in length.
    #[error("column {column} has {found} rows, the customer column has {allowed}")]
    ColumnLength {
        /// The column's name.
        column: &'static str,
        /// Its rows.
        found: usize,
        /// The rows of the customer column.
        allowed: usize,
    },
    /// More rows than a 32-bit row number can hold.
    #[error("{found} rows in one call, at most {allowed} are allowed")]
    RowCount {
        /// Rows found.
        found: usize,
        /// Rows allowed.
        allowed: usize,
    },
    /// A business day outside years 1 to 9999.
    #[error(
        "row {row} has day {found}, allowed are {} to {}",
        crate::analytics::civil::DAY_MIN,
        crate::analytics::civil::DAY_MAX
    )]
    Day {
        /// Row number from 0.
        row: usize,
        /// The day found.
        found: i32,
    },
    /// An amount beyond ±(2⁵³−1) minor units.
    #[error("row {row} has amount {found}, allowed are −(2^53−1) to 2^53−1 minor units")]
    Amount {
        /// Row number from 0.
        row: usize,
        /// The amount found.
        found: i64,
    },
    /// A sale or refund with a negative amount.
    #[error(
        "row {row} has amount {found}: amounts are not negative, a refund is a kind of its own"
    )]
    NegativeAmount {
        /// Row number from 0.
        row: usize,
        /// The amount found.
        found: i64,
    },
    /// A code column holds a value outside its table.
    #[error("row {row} has {column} {found}, allowed are 0 to {allowed}")]
    Code {
        /// The column's name.
        column: &'static str,
        /// Row number from 0.
        row: usize,
        /// The code found.
        found: u64,
        /// The largest code allowed.
        allowed: u64,
    },
    /// A customer number that the index does not know.
    #[error("row {row} has customer {found}, the index holds {allowed} customers")]
    Customer {
        /// Row number from 0.
        row: usize,
        /// The customer number found.
        found: u32,
        /// How many customers the index holds.
        allowed: usize,
    },
    /// Rows of two currencies in one analysis.
    #[error("rows with currencies {first} and {second} in one analysis: choose one currency")]
    MixedCurrency {
        /// The first currency code met.
        first: u16,
        /// Another one.
        second: u16,
    },
    /// A column that the question needs is missing.
    #[error("the question needs the column {column}, which was not given")]
    MissingColumn {
        /// The column's name.
        column: &'static str,
    },
    /// A total beyond the integer range that carries it.
    #[error("{what} exceeds the range of a 64-bit integer")]
    Overflow {
        /// The total's name.
        what: &'static str,
    },
    /// An option outside its range.
    #[error("option {option} is {found}, allowed is {allowed}")]
    Option {
        /// The option's name.
        option: &'static str,
        /// The value found, as text.
        found: String,
        /// The values allowed, as text.
        allowed: &'static str,
    },
    /// A saved state or fit of another schema.
    #[error("schema version {found} of {what}, this build reads {allowed}")]
    Schema {
        /// Which document.
        what: &'static str,
        /// The version found.
        found: u32,
        /// The version this build reads.
        allowed: u32,
    },
    /// A saved state that contradicts itself.
    #[error("the saved state is not in canonical form: {detail}")]
    State {
        /// What contradicts what.
        detail: &'static str,
    },
    /// Partial states of which one has margins, or a split of other customers.
    #[error("the two sides differ in {what} and cannot be put together")]
    Incompatible {
        /// What differs.
        what: &'static str,
    },
    /// A model parameter outside its open domain.
    #[error("parameter {name} is {found}, allowed is {allowed}")]
    Parameter {
        /// The parameter's name.
        name: &'static str,
        /// The value found.
        found: f64,
        /// The values allowed, as text.
        allowed: &'static str,
    },
    /// A customer history that cannot be.
    #[error("customer history x = {x}, t_x = {recency}, T = {age}: {detail}")]
    History {
        /// Repeat occasions.
        x: u64,
        /// Time of the last occasion since the first, in model units.
        recency: f64,
        /// Time observed since the first occasion, in model units.
        age: f64,
        /// The rule broken.
        detail: &'static str,
    },
    /// Too little data to fit.
    #[error("the fit of {model} needs {needed}, found {found}")]
    TooFew {
        /// The model.
        model: &'static str,
        /// What is needed, as text.
        needed: &'static str,
        /// How many there are.
        found: u64,
    },
    /// A fit's document names another model than the one asked for.
    #[error("the fit is of model {found}, asked was {allowed}")]
    WrongModel {
        /// The model found.
        found: String,
        /// The model asked for.
        allowed: &'static str,
    },
}

impl AnalyticsError {
    /// The stable dotted code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ColumnLength { .. } => "analytics.column.length",
            Self::RowCount { .. } => "analytics.column.row_count",
            Self::Day { .. } => "analytics.column.day",
            Self::Amount { .. } => "analytics.column.amount",
            Self::NegativeAmount { .. } => "analytics.column.negative_amount",
            Self::Code { .. } => "analytics.column.code",
            Self::Customer { .. } => "analytics.column.customer",
            Self::MixedCurrency { .. } => "analytics.column.mixed_currency",
            Self::MissingColumn { .. } => "analytics.column.missing",
            Self::Overflow { .. } => "analytics.overflow",
            Self::Option { .. } => "analytics.option",
            Self::Schema { .. } => "analytics.state.schema",
            Self::State { .. } => "analytics.state.form",
            Self::Incompatible { .. } => "analytics.state.incompatible",
            Self::Parameter { .. } => "analytics.model.parameter",
            Self::History { .. } => "analytics.model.history",
            Self::TooFew { .. } => "analytics.model.too_few",
            Self::WrongModel { .. } => "analytics.model.wrong_model",
        }
    }
}

/// Why a value is absent. An absent value is an answer, not a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Absent {
    /// Nobody or nothing in the denominator.
    #[error("the denominator is zero")]
    EmptyDenominator,
    /// The period has not been observed to its end.
    #[error("the period is not fully observed")]
    Unobserved,
    /// One observation has no spread.
    #[error("fewer than two observations have no spread")]
    TooFew,
    /// The survival curve never falls to the level asked for.
    #[error("the level is not reached within the observed time")]
    NotReached,
    /// The estimate is 0 or 1, where this interval does not exist.
    #[error("the interval does not exist at an estimate of 0 or 1")]
    Degenerate,
    /// The population mean is infinite (Gamma–Gamma with q ≤ 1).
    #[error("the mean is infinite at these parameters")]
    MeanInfinite,
    /// The chance of the event is below the level asked for, so no date exists.
    #[error("the event's probability stays below the level asked for")]
    Improbable,
    /// The covariance matrix of the fit does not exist (boundary or not identified).
    #[error("the fit has no covariance matrix")]
    NoCovariance,
    /// The result leaves the range of f64.
    #[error("the value is beyond the range of a 64-bit float")]
    OutOfRange,
    /// The quantity is not defined for this model or history.
    #[error("the quantity is not defined here")]
    NotDefined,
}

impl Absent {
    /// The stable dotted code of the reason.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::EmptyDenominator => "absent.empty_denominator",
            Self::Unobserved => "absent.unobserved",
            Self::TooFew => "absent.too_few",
            Self::NotReached => "absent.not_reached",
            Self::Degenerate => "absent.degenerate",
            Self::MeanInfinite => "absent.mean_infinite",
            Self::Improbable => "absent.improbable",
            Self::NoCovariance => "absent.no_covariance",
            Self::OutOfRange => "absent.out_of_range",
            Self::NotDefined => "absent.not_defined",
        }
    }
}
