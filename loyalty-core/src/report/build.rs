//! From purchase columns to the results of a report.

use std::collections::BTreeMap;

use super::format::unit_minor;
use super::input::*;
use super::scheme::SchemeFigures;
use crate::analytics::civil::Calendar;
use crate::analytics::cohort::{Measure, Since, cohort_table};
use crate::analytics::columns::{Purchases, minor_f64};
use crate::analytics::index::Key;
use crate::analytics::metrics::order_conversion::order_conversion;
use crate::analytics::metrics::order_value::{Basis, order_value};
use crate::analytics::metrics::purchase_frequency::{
    purchase_frequency, purchase_frequency_yearly,
};
use crate::analytics::metrics::retention::{Periods, Retained, retention};
use crate::analytics::metrics::{Population, Window, churn};
use crate::analytics::metrics::{
    active::active, customer_value::customer_value, interpurchase::gaps, repeat_rate::repeat_rate,
    returning_rate::returning_rate,
};
use crate::analytics::models::gamma_gamma::{self, GammaGamma, Spends, independence};
use crate::analytics::models::holdout::{holdout, tracking};
use crate::analytics::models::lifetime_value::{LifetimeValueOptions, lifetime_value};
use crate::analytics::models::predict::{Batch, ask_many};
use crate::analytics::models::{
    Fit, FitOptions, Histories, Past, PurchaseModel, Question, Status, bg_nbd,
};
use crate::analytics::occasions::{Occasions, Refunds, Rules, ZeroOrders};
use crate::analytics::segments::passivation::{State, Thresholds, states};
use crate::analytics::segments::rfm::{RfmOptions, rfm};
use crate::analytics::segments::rfm_presets::{Eleven, eleven, frequency_money};
use crate::analytics::summary::{Summaries, split_occasions};
use crate::analytics::{Absent, AnalyticsError};
use crate::number::Currency;

/// What a report is asked for. Only `title`, `currency` and `as_of` have no default.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportOptions {
    /// The title.
    pub title: String,
    /// The currency of the amounts.
    pub currency: Currency,
    /// The last day seen, as days since 1970-01-01. Rows after it do not exist.
    pub as_of: i32,
    /// The name of the zone in which days begin, to be shown.
    pub time_zone: Option<String>,
    /// Nominal coverage of intervals; 0.95.
    pub level: f64,
    /// Whether orders of nothing count; they do.
    pub zero_orders: ZeroOrders,
    /// What refunds do.
    pub refunds: Refunds,
    /// Days that lifetime values look ahead; 365.
    pub horizon_days: u32,
    /// Yearly discount rate of lifetime values; 0.10.
    pub annual_rate: f64,
    /// Margin as a share of net amounts; 1, which makes values revenue.
    pub margin_rate: f64,
    /// The last day of the calibration for the holdout; by default the middle of the days.
    pub calibration_end: Option<i32>,
    /// Customers listed by name at most; 10.
    pub listed_max: usize,
    /// Threads; the bytes of the report do not depend on them. 1.
    pub threads: usize,
}

impl ReportOptions {
    /// The default options.
    #[must_use]
    pub fn new(title: &str, currency: Currency, as_of: i32) -> Self {
        Self {
            title: title.to_owned(),
            currency,
            as_of,
            time_zone: None,
            level: 0.95,
            zero_orders: ZeroOrders::default(),
            refunds: Refunds::default(),
            horizon_days: 365,
            annual_rate: 0.10,
            margin_rate: 1.0,
            calibration_end: None,
            listed_max: 10,
            threads: 1,
        }
    }

    fn check(&self) -> Result<(), AnalyticsError> {
        let bad = |option, found: String, allowed| AnalyticsError::Option {
            option,
            found,
            allowed,
        };
        if !(self.level > 0.0 && self.level < 1.0) {
            let allowed = "more than 0 and less than 1";
            return Err(bad("level", self.level.to_string(), allowed));
        }
        if self.horizon_days == 0 {
            return Err(bad("horizon_days", "0".to_owned(), "1 day or more"));
        }
        if !(self.margin_rate > 0.0 && self.margin_rate <= 1.0) {
            let allowed = "more than 0 and at most 1";
            return Err(bad("margin_rate", self.margin_rate.to_string(), allowed));
        }
        if !(self.annual_rate >= 0.0 && self.annual_rate.is_finite()) {
            let allowed = "a finite rate of 0 or more";
            return Err(bad("annual_rate", self.annual_rate.to_string(), allowed));
        }
        Ok(())
    }
}

/// Days in one unit of model time.
const WEEK: f64 = 7.0;
/// Days of the windows of the active and the returning rate.
const RECENT_DAYS: i32 = 90;
/// Days in a span of rolling retention.
const SPAN_DAYS: u32 = 30;
/// The spans that the key figures show.
const SPANS: [u32; 4] = [1, 3, 6, 12];

/// What the parts of a report share.
struct Source<'a> {
    options: &'a ReportOptions,
    keys: &'a [Key],
    occasions: Occasions,
    summaries: Summaries,
}

/// The purchase model at `as_of`, if it has one.
type Model = Result<(Fit, PurchaseModel), Missing>;

/// Computes the results of a report. `keys` names every customer number of the rows.
///
/// A section that cannot be computed holds its reason; an error is about the rows or the options.
///
/// # Errors
/// A column error, an unknown customer, an option out of range, or a sum beyond 64 bits.
pub fn build(
    purchases: &Purchases<'_>,
    keys: &[Key],
    options: &ReportOptions,
    scheme: Option<SchemeFigures>,
) -> Result<ReportInput, AnalyticsError> {
    options.check()?;
    let rules = Rules {
        as_of: options.as_of,
        zero_orders: options.zero_orders,
        refunds: options.refunds,
    };
    let occasions = Occasions::build(purchases, keys.len(), rules, 1)?;
    let summaries = Summaries::of(&occasions)?;
    let source = Source {
        options,
        keys,
        occasions,
        summaries,
    };
    let population = Population::all(&source.occasions);
    let model = source.model(&source.summaries);
    let (value, values) = match source.value(&model) {
        Ok((figures, values)) => (Ok(figures), Ok(values)),
        Err(missing) => (Err(missing.clone()), Err(missing)),
    };
    Ok(ReportInput {
        title: options.title.clone(),
        currency: options.currency,
        as_of: options.as_of,
        first_day: source.first_day(),
        time_zone: options.time_zone.clone(),
        level: options.level,
        figures: source.key_figures(&population, &model)?,
        months: source.months()?,
        cohorts: source.cohorts(&population)?,
        rfm: source.rfm(&population),
        value,
        drift: source.drift(&population, &model, &values),
        second_order: order_conversion(&population, 1),
        tracking: source.tracking(purchases, rules),
        scheme,
    })
}

fn key_text(keys: &[Key], customer: u32) -> String {
    let place = usize::try_from(customer).unwrap_or(usize::MAX);
    match keys.get(place) {
        Some(Key::Int(number)) => number.to_string(),
        Some(Key::Text(text)) => text.clone(),
        None => customer.to_string(),
    }
}

/// A fit that may be asked, or why it may not.
fn converged(fit: Fit, model: &'static str) -> Result<Fit, Missing> {
    let status = match &fit.convergence.status {
        Status::Converged => return Ok(fit),
        Status::Boundary {
            parameter,
            to_infinity,
        } => {
            let edge = if *to_infinity { "infinity" } else { "zero" };
            format!("parameter {parameter} runs to {edge}")
        }
        Status::NotIdentified => "the data do not tell the parameters apart".to_owned(),
        Status::IterationLimit => "the limit of steps was reached".to_owned(),
    };
    Err(Missing::NotConverged { model, status })
}

/// Columns of summaries, as predictions take them.
struct PastColumns {
    x: Vec<u32>,
    recency: Vec<u32>,
    age: Vec<u32>,
}

impl PastColumns {
    fn of(summaries: &Summaries) -> Self {
        let all = 0..summaries.len();
        Self {
            x: all.clone().map(|i| summaries.frequency(i)).collect(),
            recency: all.clone().map(|i| summaries.recency_days(i)).collect(),
            age: all.map(|i| summaries.age_days(i)).collect(),
        }
    }

    fn batch(&self, threads: usize) -> Batch<'_> {
        Batch {
            x: &self.x,
            recency_days: &self.recency,
            age_days: &self.age,
            unit_days: WEEK,
            threads,
        }
    }
}

impl Source<'_> {
    fn first_day(&self) -> Option<i32> {
        self.summaries.first_day.iter().min().copied()
    }

    fn fit_options(&self) -> FitOptions {
        FitOptions {
            unit_days: WEEK,
            threads: self.options.threads.max(1),
            ..FitOptions::default()
        }
    }

    fn model(&self, summaries: &Summaries) -> Model {
        let fit = bg_nbd::fit(&Histories::of(summaries)?, &self.fit_options())?;
        let fit = converged(fit, "BG/NBD")?;
        let model = PurchaseModel::of(&fit)?;
        Ok((fit, model))
    }

    fn recent(&self) -> Window {
        let as_of = self.options.as_of;
        Window::through(as_of.saturating_sub(RECENT_DAYS - 1), as_of)
    }

    fn key_figures(
        &self,
        population: &Population<'_>,
        model: &Model,
    ) -> Result<KeyFigures, AnalyticsError> {
        let as_of = self.options.as_of;
        let first = self.first_day().unwrap_or(as_of);
        let window = Window::through(first.min(as_of), as_of);
        let points = retention(
            population,
            window,
            Periods::Rolling(SPAN_DAYS),
            Retained::On,
            12,
        )?;
        let retained = SPANS.iter().filter_map(|span| {
            let point = points.iter().find(|point| point.period == *span)?;
            Some((*span, point.rate))
        });
        let thresholds = churn::thresholds(population, 80);
        let by_model = model.clone().and_then(|(_, model)| {
            churn::by_model(population, &model, WEEK, churn::Risk::Gone)?.map_err(Missing::from)
        });
        let by_own_gap = model
            .clone()
            .and_then(|(_, model)| Ok(churn::by_own_gap(population, &model, WEEK, 0.95)?));
        let sum = |total: i128, minor: &i64| total + i128::from(*minor);
        Ok(KeyFigures {
            customers: count(self.summaries.len()),
            orders: self.summaries.orders.iter().map(|n| u64::from(*n)).sum(),
            occasions: count(self.occasions.len()),
            revenue_minor: self.summaries.total_minor.iter().fold(0, sum),
            order_value: order_value(population, window, Basis::Orders),
            frequency: purchase_frequency(population, window, Basis::Orders),
            frequency_yearly: purchase_frequency_yearly(
                population,
                window,
                Basis::Orders,
                self.options.level,
            ),
            customer_value: customer_value(population, window),
            repeat_rate: repeat_rate(population, window),
            returning_rate: returning_rate(population, self.recent()),
            active_rate: active(population, self.recent()),
            retention: retained.collect(),
            gap_median_days: gaps(population).quantile(50),
            churn_by_threshold: thresholds.map(|thresholds| {
                let rate = churn::by_threshold(population, thresholds);
                (rate, thresholds.repeat_days, thresholds.one_timer_days)
            }),
            churn_by_own_gap: by_own_gap,
            churn_by_model: by_model,
            rows: self.occasions.counts(),
        })
    }

    fn months(&self) -> Result<Vec<MonthFigures>, AnalyticsError> {
        let calendar = Calendar::Month;
        let mut months: BTreeMap<i32, MonthFigures> = BTreeMap::new();
        if let Some(first) = self.first_day() {
            for period in calendar.period(first)..=calendar.period(self.options.as_of) {
                let month = MonthFigures {
                    period,
                    orders: 0,
                    buyers: 0,
                    new_customers: 0,
                    first_minor: 0,
                    repeat_minor: 0,
                    complete: calendar.last_day(period) <= self.options.as_of,
                };
                months.insert(period, month);
            }
        }
        let overflow = AnalyticsError::Overflow {
            what: "net amount of a month",
        };
        for history in self.occasions.histories() {
            let first = history.first();
            let mut last = None;
            let rows = history.day.iter().zip(history.net_minor);
            for ((day, minor), orders) in rows.zip(history.orders) {
                let period = calendar.period(*day);
                let Some(month) = months.get_mut(&period) else {
                    continue;
                };
                month.orders += u64::from(*orders);
                month.buyers += u64::from(last != Some(period));
                last = Some(period);
                let new = first == Some(*day);
                month.new_customers += u64::from(new);
                let slot = if new {
                    &mut month.first_minor
                } else {
                    &mut month.repeat_minor
                };
                *slot = slot.checked_add(*minor).ok_or(overflow.clone())?;
            }
        }
        Ok(months.into_values().collect())
    }

    fn cohorts(&self, population: &Population<'_>) -> Result<Cohorts, AnalyticsError> {
        let calendar = Calendar::Month;
        let table = cohort_table(population, calendar, Since::Calendar, Measure::Customers)?;
        let current = calendar.period(self.options.as_of);
        let complete = calendar.last_day(current) == self.options.as_of;
        let unfinished = (!complete).then(|| {
            let mut so_far: BTreeMap<i32, u64> = BTreeMap::new();
            for history in self.occasions.histories() {
                if let (Some(first), Some(last)) = (history.first(), history.last()) {
                    let active = calendar.period(last) == current;
                    *so_far.entry(calendar.period(first)).or_default() += u64::from(active);
                }
            }
            let rows = table.rows.iter();
            rows.map(|row| so_far.get(&row.period).copied().unwrap_or(0))
                .collect()
        });
        Ok(Cohorts { table, unfinished })
    }

    fn rfm(&self, population: &Population<'_>) -> Result<RfmFigures, Missing> {
        let as_of = self.options.as_of;
        let first = self.first_day().ok_or(Absent::EmptyDenominator)?;
        let scores = rfm(
            population,
            Window::through(first, as_of),
            &RfmOptions::default(),
        )?;
        let mut cells: BTreeMap<(u8, u8), RfmCell> = BTreeMap::new();
        let mut segments: BTreeMap<Eleven, SegmentFigures> = BTreeMap::new();
        for row in &scores {
            let fm = frequency_money(row);
            let segment = eleven(Some(row));
            let cell = cells.entry((row.r, fm)).or_insert(RfmCell {
                r: row.r,
                fm,
                segment,
                customers: 0,
                occasions: 0,
                net_minor: 0,
            });
            cell.customers += 1;
            cell.occasions += u64::from(row.occasions);
            cell.net_minor += i128::from(row.net_minor);
            let figures = segments.entry(segment).or_insert(SegmentFigures {
                segment,
                customers: 0,
                net_minor: 0,
            });
            figures.customers += 1;
            figures.net_minor += i128::from(row.net_minor);
        }
        let mut segments: Vec<SegmentFigures> = segments.into_values().collect();
        segments.sort_by_key(|figures| (std::cmp::Reverse(figures.net_minor), figures.segment));
        let mut grid: Vec<RfmCell> = cells.into_values().collect();
        grid.sort_by_key(|cell| (std::cmp::Reverse(cell.r), cell.fm));
        Ok(RfmFigures { grid, segments })
    }

    /// The section, and the value of every customer of the summaries.
    fn value(&self, model: &Model) -> Result<(ValueFigures, Vec<Result<f64, Absent>>), Missing> {
        let (purchases, model) = model.clone()?;
        let options = self.options;
        let spends = Spends::of(&self.summaries);
        let unit_minor = unit_minor(options.currency);
        let spend = gamma_gamma::fit(&spends, unit_minor, &self.fit_options())?;
        let spend = converged(spend, "Gamma–Gamma")?;
        let terms = LifetimeValueOptions {
            margin_rate: options.margin_rate,
            ..LifetimeValueOptions::new(Some(options.horizon_days), options.annual_rate)
        };
        let columns = PastColumns::of(&self.summaries);
        let batch = columns.batch(options.threads);
        let values = lifetime_value(
            &model,
            &GammaGamma::of(&spend)?,
            &batch,
            &self.summaries.repeat_minor,
            unit_minor,
            &terms,
        )?;
        let mut ranked: Vec<(f64, usize)> = (0..)
            .zip(&values)
            .filter_map(|(place, value)| Some((value.ok()?, place)))
            .collect();
        ranked.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
        let sum: f64 = ranked.iter().map(|(value, _)| value).sum();
        let tenth: f64 = ranked
            .iter()
            .take(ranked.len().div_ceil(10))
            .map(|(value, _)| value)
            .sum();
        let median = ranked.get(ranked.len() / 2);
        let alive = ask_many(&model, Question::Alive, &batch)?;
        let horizon = f64::from(options.horizon_days) / WEEK;
        let expected = ask_many(&model, Question::Expected(horizon), &batch)?;
        let missing = Err(Absent::NotDefined);
        let top = ranked.iter().take(options.listed_max);
        let figures = ValueFigures {
            independence: independence(&spends, options.level),
            purchases,
            spend,
            horizon_days: options.horizon_days,
            annual_rate: options.annual_rate,
            margin_rate: options.margin_rate,
            customers: count(ranked.len()),
            without_value: count(values.len() - ranked.len()),
            sum_minor: sum,
            median_minor: median
                .map(|(value, _)| *value)
                .ok_or(Absent::EmptyDenominator),
            top_tenth_share: if sum > 0.0 {
                Ok(tenth / sum)
            } else {
                Err(Absent::EmptyDenominator)
            },
            bins: value_bins(&ranked, f64::from(unit_minor)),
            top: top
                .filter_map(|(value, place)| {
                    Some(ValuedCustomer {
                        key: key_text(self.keys, *self.summaries.customer.get(*place)?),
                        occasions: *self.summaries.occasions.get(*place)?,
                        net_minor: *self.summaries.total_minor.get(*place)?,
                        last_day: *self.summaries.last_day.get(*place)?,
                        alive: alive.get(*place).copied().unwrap_or(missing),
                        expected: expected.get(*place).copied().unwrap_or(missing),
                        value_minor: *value,
                    })
                })
                .collect(),
        };
        Ok((figures, values))
    }

    fn drift(
        &self,
        population: &Population<'_>,
        model: &Model,
        values: &Result<Vec<Result<f64, Absent>>, Missing>,
    ) -> Result<DriftFigures, Missing> {
        let (_, model) = model.clone()?;
        let found = states(population, &model, WEEK, &Thresholds::default())?;
        let mut counts: BTreeMap<State, (u64, i128)> = BTreeMap::new();
        let mut drifting = Vec::new();
        let summaries = &self.summaries;
        // Both are in the order of customer numbers, and hold those with an occasion.
        for (place, (customer, state)) in found.iter().enumerate() {
            let net = summaries.total_minor.get(place).copied().unwrap_or(0);
            let slot = counts.entry(*state).or_default();
            *slot = (slot.0 + 1, slot.1 + i128::from(net));
            let (Some(occasions), Some(last_day)) = (
                summaries.occasions.get(place),
                summaries.last_day.get(place),
            ) else {
                continue;
            };
            if *state != State::Passivating || *occasions < 2 {
                continue;
            }
            let days = |days: u32| f64::from(days) / WEEK;
            let (recency, age) = (summaries.recency_days(place), summaries.age_days(place));
            let past = Past::try_new(occasions - 1, days(recency), days(age))?;
            let gap = |share| churn::own_gap(&model, &past, share).map(|gap| gap * WEEK);
            let value_minor = match values {
                Ok(values) => values
                    .get(place)
                    .copied()
                    .unwrap_or(Err(Absent::NotDefined))
                    .map_err(Missing::from),
                Err(missing) => Err(missing.clone()),
            };
            drifting.push(DriftingCustomer {
                key: key_text(self.keys, *customer),
                occasions: *occasions,
                net_minor: net,
                last_day: *last_day,
                silent_days: summaries.days_since_last(place),
                usual_days: gap(0.5)?,
                limit_days: gap(Thresholds::default().passivating)?,
                value_minor,
            });
        }
        let rank = |customer: &DriftingCustomer| {
            let net = minor_f64(customer.net_minor);
            customer.value_minor.clone().unwrap_or(net)
        };
        drifting.sort_by(|left, right| rank(right).total_cmp(&rank(left)));
        let drifting_count = count(drifting.len());
        drifting.truncate(self.options.listed_max);
        let order = [
            State::New,
            State::Active,
            State::Passivating,
            State::Lapsed,
            State::Lost,
        ];
        let states = order.map(|state| {
            let (customers, net) = counts.get(&state).copied().unwrap_or_default();
            (state, customers, net)
        });
        Ok(DriftFigures {
            states: states.to_vec(),
            drifting,
            drifting_count,
        })
    }

    fn tracking(
        &self,
        purchases: &Purchases<'_>,
        rules: Rules,
    ) -> Result<TrackingFigures, Missing> {
        let first = self.first_day().ok_or(Absent::EmptyDenominator)?;
        let as_of = self.options.as_of;
        let middle = first.saturating_add_unsigned(first.abs_diff(as_of) / 2);
        let end = self.options.calibration_end.unwrap_or(middle);
        if end <= first.saturating_add(1) || end >= as_of.saturating_sub(1) {
            return Err(Missing::TooShort);
        }
        let early = Rules {
            as_of: end,
            ..rules
        };
        let before = Occasions::build(purchases, self.keys.len(), early, 1)?;
        let split = split_occasions(&before, &self.occasions)?;
        let (_, model) = self.model(&split.calibration)?;
        let held = holdout(&model, &split, WEEK)?;
        Ok(TrackingFigures {
            calibration_end: end,
            points: tracking(&model, &self.occasions, first, 7, WEEK)?,
            customers: count(split.calibration.len()),
            predicted: held.predicted.iter().sum(),
            actual: held.actual.iter().map(|n| u64::from(*n)).sum(),
            mean_absolute: held.mean_absolute,
        })
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Bins of a histogram, the last one open.
const BINS: u32 = 14;

/// Bins of one width, a round one, such that about one customer in fifty lies in the open last one.
/// `ranked` falls.
fn value_bins(ranked: &[(f64, usize)], unit_minor: f64) -> Vec<ValueBin> {
    let (Some((most, _)), Some((high, _))) = (ranked.first(), ranked.get(ranked.len() / 50)) else {
        return Vec::new();
    };
    let reach = if *high > 0.0 { *high } else { *most };
    if !(reach > 0.0 && most.is_finite()) {
        return Vec::new();
    }
    let width = super::chart::nice_step(reach / unit_minor, f64::from(BINS)) * unit_minor;
    let mut bins = Vec::new();
    let mut left = ranked.len();
    for place in 0..=2 * BINS {
        let low = f64::from(place) * width;
        let high = low + width;
        let open = high >= reach;
        let below = if open {
            0
        } else {
            ranked.partition_point(|(value, _)| *value >= high)
        };
        let inside = ranked.get(below..left).unwrap_or_default();
        bins.push(ValueBin {
            low_minor: low,
            high_minor: (!open || high > *most).then_some(high),
            customers: count(inside.len()),
            sum_minor: inside.iter().map(|(value, _)| value).sum(),
        });
        left = below;
        if open {
            break;
        }
    }
    bins
}
