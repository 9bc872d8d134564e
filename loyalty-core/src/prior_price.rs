//! The prior price: what a shop that announces a price reduction to consumers must state beside the
//! reduced price, by article 6a of Directive 98/6/EC (as Directive (EU) 2019/2161 inserted it).
//!
//! The shop hands over its own prices, with the days from which each was asked, and the day on which
//! the reduction begins. A day is a civil day of the shop; a price that was replaced on the day on
//! which it began counts for that day.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

use serde::Serialize;
use thiserror::Error;

use crate::number::{Currency, Money};
use crate::time::Date;
use crate::tree::Readable;

/// The days that the directive looks back, at least.
pub const PRIOR_DAYS_MIN: u32 = 30;

/// A price of the shop, in the order of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct PriceSince {
    /// The first day on which it was asked.
    pub from: Date,
    /// The first day on which it was asked no more; the day of the next price when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The price.
    pub price: Money,
}

/// A reduction that is announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct Reduction {
    /// The first day of the reduction.
    pub began: Date,
    /// The currency of every price.
    pub currency: Currency,
    /// How many days before it count. Default 30, which is the least.
    #[serde(default = "days_min")]
    pub days: u32,
    /// Which rule of the directive the shop takes. Default `lowest`.
    #[serde(default)]
    pub mode: PriorMode,
}

/// Which rule applies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Readable)]
#[serde(rename_all = "snake_case")]
pub enum PriorMode {
    /// The lowest price of the days before the reduction (paragraphs 1 and 2).
    #[default]
    Lowest,
    /// The reduction is a later step of a series that only went down since its first step: the lowest
    /// price of the days before that first step (paragraph 5).
    Progressive(Series),
    /// The goods are offered for less than these days: the lowest price since they are (paragraph 4).
    New(Offered),
    /// Goods that perish or expire fast, where the law of the state exempts them (paragraph 3).
    Exempt,
}

/// A series of reductions without interruption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// The first day of its first reduction.
    pub first: Date,
}

/// Goods that are new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct Offered {
    /// The first day on which they were offered.
    pub since: Date,
}

/// The price to state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PriorPrice {
    /// The price.
    pub price: Money,
    /// The first day that counts.
    pub from: Date,
    /// The first day that counts no more.
    pub until: Date,
    /// The first day of these on which that price was asked.
    pub asked: Date,
}

/// Why a history says no prior price.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PriorPriceError {
    /// The history has no price.
    #[error("the history is empty: allowed is at least one price before the reduction")]
    Empty,
    /// A price begins before the one that stands before it, or ends before it begins or after the
    /// next one begins.
    #[error("/{place}: {found} is out of order: allowed is {allowed}")]
    Order {
        /// The place in the history, from 0.
        place: usize,
        /// The date found.
        found: Date,
        /// What is allowed.
        allowed: String,
    },
    /// A day that counts has no price.
    #[error(
        "no price from {from} until before {until}: allowed is a price for every day that counts"
    )]
    Gap {
        /// The first day without a price.
        from: Date,
        /// The first day with one again.
        until: Date,
    },
    /// The history begins after the first day that counts.
    #[error("the history begins on {found}: allowed is {allowed} or earlier, or the mode `new`")]
    Short {
        /// The first day of the history.
        found: Date,
        /// The first day that counts.
        allowed: Date,
    },
    /// The dates or days that the reduction names do not fit each other or the history.
    #[error("{found} does not fit: allowed is {allowed}")]
    Reduction {
        /// What was found.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// Within a series of reductions the price rose or did not fall.
    #[error(
        "/{place}: the price of {found} does not continue a series of reductions: allowed are prices that only fall"
    )]
    Interrupted {
        /// The place in the history, from 0.
        place: usize,
        /// The day of the price.
        found: Date,
    },
    /// A price is below 0, or has more decimals than the currency.
    #[error(
        "/{place}: {found} is no price: allowed is 0 or more, with the decimals of the currency"
    )]
    Price {
        /// The place in the history, from 0.
        place: usize,
        /// The price found.
        found: Money,
    },
}

impl PriorPriceError {
    /// The stable code of this error, such as `prior_price.gap`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "prior_price.empty",
            Self::Order { .. } => "prior_price.order",
            Self::Gap { .. } => "prior_price.gap",
            Self::Short { .. } => "prior_price.short",
            Self::Reduction { .. } => "prior_price.reduction",
            Self::Interrupted { .. } => "prior_price.interrupted",
            Self::Price { .. } => "prior_price.price",
        }
    }
}

/// A price with the days on which it was asked, half open.
struct Asked {
    from: Date,
    until: Date,
    minor: i64,
}

/// The price to state beside a reduced one; nothing where the shop declares the goods exempt.
///
/// # Errors
/// [`PriorPriceError`] when the history is empty, out of order, has a gap within the days that count,
/// begins too late, or does not fit the reduction.
///
/// # Examples
/// ```
/// use loyalty_core::prior_price::{prior_price, PriceSince, PriorMode, Reduction};
///
/// let since = |from: &str, price: &str| PriceSince {
///     from: from.parse().unwrap(),
///     until: None,
///     price: price.parse().unwrap(),
/// };
/// let history = [since("2026-01-01", "20.00"), since("2026-10-25", "15.00"), since("2026-11-02", "20.00")];
/// let reduction = Reduction {
///     began: "2026-11-27".parse()?,
///     currency: "EUR".parse()?,
///     days: 30,
///     mode: PriorMode::Lowest,
/// };
/// let prior = prior_price(&history, &reduction)?.expect("not exempt");
/// assert_eq!(prior.price.to_string(), "15.00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn prior_price(
    history: &[PriceSince],
    reduction: &Reduction,
) -> Result<Option<PriorPrice>, PriorPriceError> {
    if reduction.days < PRIOR_DAYS_MIN {
        return Err(PriorPriceError::Reduction {
            found: format!("{} days", reduction.days),
            allowed: format!("{PRIOR_DAYS_MIN} days or more"),
        });
    }
    if reduction.mode == PriorMode::Exempt {
        return Ok(None);
    }
    let asked = checked(history, reduction.currency)?;
    let mut until = reduction.began;
    if let PriorMode::Progressive(series) = reduction.mode {
        check_series(&asked, series.first, reduction.began)?;
        until = series.first;
    }
    let from = first_day(&asked, reduction, until)?;
    let lowest = lowest(&asked, from, until)?;
    Ok(Some(PriorPrice {
        price: Money::of(lowest.minor, reduction.currency),
        from,
        until,
        asked: lowest.from.max(from),
    }))
}

/// The history in minor units, in order and with the end of every price.
fn checked(history: &[PriceSince], currency: Currency) -> Result<Vec<Asked>, PriorPriceError> {
    let mut asked = Vec::with_capacity(history.len());
    for (place, price) in history.iter().enumerate() {
        let next = place.checked_add(1).and_then(|next| history.get(next));
        if let Some(next) = next.filter(|next| next.from < price.from) {
            return Err(PriorPriceError::Order {
                place: place.saturating_add(1),
                found: next.from,
                allowed: format!("{} or later", price.from),
            });
        }
        let end = next.map_or(Date::MAX, |next| next.from);
        let until = price.until.unwrap_or(end);
        if until < price.from || until > end {
            return Err(PriorPriceError::Order {
                place,
                found: until,
                allowed: format!("{} to {end}", price.from),
            });
        }
        let minor = price.price.minor_in(currency);
        let minor = minor.ok().filter(|minor| *minor >= 0);
        let minor = minor.ok_or(PriorPriceError::Price {
            place,
            found: price.price,
        })?;
        // A price that was replaced on its first day was asked on that day.
        let day = price.from.add_days(1).unwrap_or(Date::MAX);
        asked.push(Asked {
            from: price.from,
            until: until.max(day),
            minor,
        });
    }
    match asked.is_empty() {
        true => Err(PriorPriceError::Empty),
        false => Ok(asked),
    }
}

/// The first day that counts before `until`.
fn first_day(asked: &[Asked], reduction: &Reduction, until: Date) -> Result<Date, PriorPriceError> {
    let back = i32::try_from(reduction.days)
        .ok()
        .and_then(i32::checked_neg);
    let whole = back.and_then(|back| until.add_days(back));
    let whole = whole.ok_or_else(|| PriorPriceError::Reduction {
        found: format!("{} days before {until}", reduction.days),
        allowed: format!("a day from {} on", Date::MIN),
    })?;
    let begins = asked.first().map_or(Date::MAX, |price| price.from);
    if let PriorMode::New(offered) = reduction.mode {
        if offered.since <= whole || offered.since >= until {
            return Err(PriorPriceError::Reduction {
                found: format!("offered since {}", offered.since),
                allowed: format!("a day after {whole} and before {until}"),
            });
        }
        if begins != offered.since {
            return Err(PriorPriceError::Reduction {
                found: format!("a history from {begins} on"),
                allowed: format!(
                    "one from {} on, when the goods were first offered",
                    offered.since
                ),
            });
        }
        return Ok(offered.since);
    }
    match begins > whole {
        true => Err(PriorPriceError::Short {
            found: begins,
            allowed: whole,
        }),
        false => Ok(whole),
    }
}

/// The lowest of the days from `from` until before `until`, all of which have a price.
fn lowest(asked: &[Asked], from: Date, until: Date) -> Result<&Asked, PriorPriceError> {
    let mut covered = from;
    let mut lowest: Option<&Asked> = None;
    for price in asked {
        if price.until <= from || price.from >= until {
            continue;
        }
        if price.from > covered {
            return Err(PriorPriceError::Gap {
                from: covered,
                until: price.from,
            });
        }
        covered = covered.max(price.until);
        if lowest.is_none_or(|known| price.minor < known.minor) {
            lowest = Some(price);
        }
    }
    match lowest {
        Some(lowest) if covered >= until => Ok(lowest),
        _ => Err(PriorPriceError::Gap {
            from: covered,
            until,
        }),
    }
}

/// From the first reduction to the one that is announced the price only fell, and was asked all along.
fn check_series(asked: &[Asked], first: Date, began: Date) -> Result<(), PriorPriceError> {
    let stands = |price: &&Asked| price.from == first;
    if first >= began || asked.iter().find(stands).is_none() {
        return Err(PriorPriceError::Reduction {
            found: format!("a first reduction on {first}"),
            allowed: format!("the first day of a price of the history, before {began}"),
        });
    }
    lowest(asked, first, began)?;
    let mut before: Option<i64> = None;
    for (place, price) in asked.iter().enumerate() {
        let within = price.from >= first && price.from <= began;
        if within && before.is_some_and(|before| price.minor >= before) {
            return Err(PriorPriceError::Interrupted {
                place,
                found: price.from,
            });
        }
        before = Some(price.minor);
    }
    Ok(())
}

fn days_min() -> u32 {
    PRIOR_DAYS_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn history(prices: &[(&str, &str)]) -> Vec<PriceSince> {
        let since = |(from, price): &(&str, &str)| PriceSince {
            from: day(from),
            until: None,
            price: price.parse().unwrap(),
        };
        prices.iter().map(since).collect()
    }

    fn ask(
        prices: &[PriceSince],
        began: &str,
        mode: PriorMode,
    ) -> Result<Option<PriorPrice>, PriorPriceError> {
        let reduction = Reduction {
            began: day(began),
            currency: "EUR".parse().unwrap(),
            days: 30,
            mode,
        };
        prior_price(prices, &reduction)
    }

    fn price(prices: &[PriceSince], began: &str, mode: PriorMode) -> String {
        let prior = ask(prices, began, mode).unwrap().unwrap();
        prior.price.to_string()
    }

    fn code(prices: &[PriceSince], began: &str, mode: PriorMode) -> &'static str {
        ask(prices, began, mode).unwrap_err().code()
    }

    #[test]
    fn thirty_days_to_the_day() {
        // The reduction begins on 31 March: 1 March counts, 28 February does not.
        for (back, expected) in [("2026-03-02", "8.00"), ("2026-03-01", "10.00")] {
            let prices = history(&[
                ("2026-01-01", "10.00"),
                ("2026-02-20", "8.00"),
                (back, "10.00"),
                ("2026-03-31", "7.00"),
            ]);
            assert_eq!(
                price(&prices, "2026-03-31", PriorMode::Lowest),
                expected,
                "{back}"
            );
        }
        let prices = history(&[
            ("2026-01-01", "10.00"),
            ("2026-03-30", "9.00"),
            ("2026-03-31", "5.00"),
        ]);
        let prior = ask(&prices, "2026-03-31", PriorMode::Lowest)
            .unwrap()
            .unwrap();
        assert_eq!(
            prior.price.to_string(),
            "9.00",
            "the day before counts, the day itself does not"
        );
        assert_eq!(
            (prior.from, prior.until),
            (day("2026-03-01"), day("2026-03-31"))
        );
        assert_eq!(prior.asked, day("2026-03-30"));
        let leap = history(&[
            ("2023-01-01", "6.00"),
            ("2024-01-31", "5.00"),
            ("2024-02-01", "6.00"),
        ]);
        assert_eq!(price(&leap, "2024-03-01", PriorMode::Lowest), "5.00");
        assert_eq!(price(&leap, "2024-03-02", PriorMode::Lowest), "6.00");
    }

    #[test]
    fn a_price_of_one_day_counts() {
        let prices = history(&[
            ("2026-01-01", "10.00"),
            ("2026-03-10", "4.00"),
            ("2026-03-10", "10.00"),
        ]);
        assert_eq!(price(&prices, "2026-03-31", PriorMode::Lowest), "4.00");
        assert_eq!(price(&prices, "2026-04-09", PriorMode::Lowest), "4.00");
        assert_eq!(price(&prices, "2026-04-10", PriorMode::Lowest), "10.00");
    }

    #[test]
    fn a_series_states_the_price_before_its_first_step() {
        let prices = history(&[
            ("2026-01-01", "100.00"),
            ("2026-03-01", "80.00"),
            ("2026-03-15", "60.00"),
            ("2026-03-29", "40.00"),
        ]);
        let series = PriorMode::Progressive(Series {
            first: day("2026-03-01"),
        });
        assert_eq!(price(&prices, "2026-03-29", series), "100.00");
        assert_eq!(price(&prices, "2026-03-29", PriorMode::Lowest), "60.00");
        let mut risen = prices.clone();
        risen[2].price = "90.00".parse().unwrap();
        assert_eq!(
            code(&risen, "2026-03-29", series),
            "prior_price.interrupted"
        );
        let mut paused = prices.clone();
        paused[1].until = Some(day("2026-03-10"));
        assert_eq!(code(&paused, "2026-03-29", series), "prior_price.gap");
        let never = PriorMode::Progressive(Series {
            first: day("2026-03-02"),
        });
        assert_eq!(code(&prices, "2026-03-29", never), "prior_price.reduction");
        let raised = history(&[
            ("2026-01-01", "50.00"),
            ("2026-03-01", "80.00"),
            ("2026-03-29", "40.00"),
        ]);
        assert_eq!(
            code(&raised, "2026-03-29", series),
            "prior_price.interrupted"
        );
    }

    #[test]
    fn new_and_exempt_goods() {
        let prices = history(&[
            ("2026-03-02", "12.00"),
            ("2026-03-20", "11.00"),
            ("2026-03-31", "9.00"),
        ]);
        let since = |text| PriorMode::New(Offered { since: day(text) });
        assert_eq!(price(&prices, "2026-03-31", since("2026-03-02")), "11.00");
        assert_eq!(
            code(&prices, "2026-03-31", PriorMode::Lowest),
            "prior_price.short"
        );
        assert_eq!(price(&prices, "2026-04-01", PriorMode::Lowest), "9.00");
        assert_eq!(
            code(&prices, "2026-04-01", since("2026-03-02")),
            "prior_price.reduction"
        );
        assert_eq!(
            code(&prices, "2026-03-31", since("2026-03-05")),
            "prior_price.reduction"
        );
        assert_eq!(
            code(&prices, "2026-03-02", since("2026-03-02")),
            "prior_price.reduction"
        );
        assert_eq!(ask(&[], "2026-03-31", PriorMode::Exempt), Ok(None));
    }

    #[test]
    fn histories_that_say_nothing() {
        assert_eq!(
            code(&[], "2026-03-31", PriorMode::Lowest),
            "prior_price.empty"
        );
        let unsorted = history(&[("2026-02-01", "1.00"), ("2026-01-01", "2.00")]);
        assert_eq!(
            code(&unsorted, "2026-03-31", PriorMode::Lowest),
            "prior_price.order"
        );
        let mut gap = history(&[("2026-01-01", "1.00"), ("2026-03-10", "2.00")]);
        gap[0].until = Some(day("2026-03-09"));
        assert_eq!(
            ask(&gap, "2026-03-31", PriorMode::Lowest).unwrap_err(),
            PriorPriceError::Gap {
                from: day("2026-03-09"),
                until: day("2026-03-10")
            }
        );
        assert_eq!(
            price(&gap, "2026-04-09", PriorMode::Lowest),
            "2.00",
            "a gap before what counts"
        );
        gap[0].until = Some(day("2026-03-11"));
        assert_eq!(
            code(&gap, "2026-03-31", PriorMode::Lowest),
            "prior_price.order"
        );
        let mut ended = history(&[("2026-01-01", "1.00")]);
        ended[0].until = Some(day("2026-03-30"));
        assert_eq!(
            code(&ended, "2026-03-31", PriorMode::Lowest),
            "prior_price.gap"
        );
        ended[0].price = "-1.00".parse().unwrap();
        assert_eq!(
            code(&ended, "2026-03-31", PriorMode::Lowest),
            "prior_price.price"
        );
        ended[0].price = "1.005".parse().unwrap();
        assert_eq!(
            code(&ended, "2026-03-31", PriorMode::Lowest),
            "prior_price.price"
        );
        let early = history(&[("1900-01-01", "1.00")]);
        assert_eq!(
            code(&early, "1900-01-05", PriorMode::Lowest),
            "prior_price.reduction"
        );
        let reduction = Reduction {
            began: day("2026-03-31"),
            currency: "EUR".parse().unwrap(),
            days: 29,
            mode: PriorMode::Exempt,
        };
        assert_eq!(
            prior_price(&early, &reduction).unwrap_err().code(),
            "prior_price.reduction"
        );
    }
}
