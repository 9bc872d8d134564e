//! Survival, scores, proportions and the CDNOW basics.

use loyalty_core::analytics::civil::Calendar;
use loyalty_core::analytics::cohort::cohort_counts;
use loyalty_core::analytics::metrics::net_promoter::NetPromoter;
use loyalty_core::analytics::metrics::order_value::{Basis, order_value};
use loyalty_core::analytics::metrics::survival::{Scale, Times, log_rank};
use loyalty_core::analytics::metrics::{
    Population, Rate, Window, interpurchase, purchase_frequency, repeat_rate,
};
use loyalty_core::analytics::occasions::{Occasions, Rules};

use crate::data::{cdnow, day, number, reference};
use crate::table::Allowed::{Absolute, Relative};
use crate::table::Table;

const SIX_MP: ([u32; 21], [u8; 21]) = (
    [
        6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35,
    ],
    [
        1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0,
    ],
);
const PLACEBO: [u32; 21] = [
    1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23,
];

pub(crate) fn table() -> Table {
    let mut table = Table::default();
    let truth = reference("ground_truth_stats.json");
    basics(&mut table, &truth["cdnow_basic"]);
    cohorts(&mut table, &truth["cdnow_cohort_calendar_month"]);
    survival(&mut table, &truth);
    scores(&mut table, &truth);
    table
}

fn basics(table: &mut Table, truth: &serde_json::Value) {
    table.section("CDNOW, 78 weeks");
    let log = cdnow();
    let end = day(1998, 6, 30);
    let occasions = Occasions::build(&log.purchases(), log.customers, Rules::at(end), 1)
        .expect("CDNOW is clean");
    let population = Population::all(&occasions);
    let window = Window::through(day(1997, 1, 1), end);
    let exact = Relative(1e-12);
    let mut row =
        |what: &str, key: &str, ours: f64| table.row(what, "", number(&truth[key]), ours, exact);
    let some = |value: Result<f64, _>| value.unwrap_or(f64::NAN);
    row(
        "occasions (customer-days)",
        "orders_day_merged",
        occasions.len() as f64,
    );
    row(
        "repeat rate",
        "repeat_rate",
        some(repeat_rate::repeat_rate(&population, window).value()),
    );
    row(
        "order value by line, dollars",
        "AOV_lines",
        some(order_value(&population, window, Basis::Orders).value()) / 100.0,
    );
    row(
        "order value by day, dollars",
        "AOV_day_merged",
        some(order_value(&population, window, Basis::Occasions).value()) / 100.0,
    );
    let frequency = purchase_frequency::purchase_frequency(&population, window, Basis::Occasions);
    row(
        "purchase frequency",
        "purchase_frequency",
        some(frequency.value()),
    );
    let gaps = interpurchase::gaps(&population);
    row(
        "mean gap, pooled, days",
        "mean_gap_days_pooled",
        some(gaps.pooled.value()),
    );
    row(
        "mean of customers' mean gaps, days",
        "mean_of_customer_mean_gaps",
        some(gaps.mean_of_means()),
    );
    for (percent, key) in [(50, "median_gap"), (80, "p80_gap"), (90, "p90_gap")] {
        row(
            &format!("gap quantile, {percent} %, days"),
            key,
            gaps.quantile(percent).map_or(f64::NAN, f64::from),
        );
    }
}

fn cohorts(table: &mut Table, truth: &serde_json::Value) {
    table.section("CDNOW, calendar-month cohorts (customers in months 0 to 3)");
    let log = cdnow();
    let rules = Rules::at(day(1998, 6, 30));
    let cohorts = cohort_counts(&log.purchases(), log.customers, rules, Calendar::Month)
        .expect("CDNOW is clean");
    for row in &cohorts.rows {
        for since in 0..4 {
            let exact = number(&truth[(row.period + 1).to_string()][since]);
            let ours = row.cells[since].value as f64;
            table.row(
                &format!("1997-{:02}, month {since}", row.period % 12 + 1),
                "",
                exact,
                ours,
                Absolute(0.0),
            );
        }
    }
}

fn survival(table: &mut Table, truth: &serde_json::Value) {
    table.section("Kaplan–Meier, 6-MP arm (Freireich et al. 1963)");
    let fine = Relative(1e-9);
    let times = Times::of(&SIX_MP.0, &SIX_MP.1.map(|seen| seen == 1)).expect("columns");
    let curve = times.survival();
    for (step, exact) in curve
        .steps
        .iter()
        .zip(truth["km_6mp"].as_array().into_iter().flatten())
    {
        let t = step.days;
        let interval = step.interval(0.95, Scale::LogLog).expect("0 < S < 1");
        table.row(
            &format!("S({t})"),
            "",
            number(&exact["S"]),
            step.survival,
            fine,
        );
        table.row(
            &format!("Greenwood standard error at {t}"),
            "",
            number(&exact["greenwood_se"]),
            interval.standard_error,
            fine,
        );
        table.row(
            &format!("log-log 95 % limit below at {t}"),
            "",
            number(&exact["loglog"][0]),
            interval.low,
            fine,
        );
        table.row(
            &format!("log-log 95 % limit above at {t}"),
            "",
            number(&exact["loglog"][1]),
            interval.high,
            fine,
        );
    }
    let median = curve.median().map_or(f64::NAN, f64::from);
    table.row(
        "median",
        "23",
        number(&truth["km_6mp_median"]),
        median,
        Absolute(0.0),
    );
    let mean = curve
        .restricted_mean(35, 0.95)
        .map_or(f64::NAN, |mean| mean.value);
    table.row(
        "restricted mean to 35",
        "",
        number(&truth["km_6mp_rmst35"]),
        mean,
        fine,
    );
    let placebo = Times::of(&PLACEBO, &[true; 21]).expect("columns");
    let test = log_rank(&[times, placebo]).expect("two groups");
    let exact = &truth["logrank_6mp_vs_placebo"];
    table.row(
        "log-rank χ², 6-MP against placebo",
        "16.79",
        number(&exact["chi2"]),
        test.statistic,
        fine,
    );
    table.row("log-rank p", "", number(&exact["p"]), test.p_value, fine);
}

fn scores(table: &mut Table, truth: &serde_json::Value) {
    table.section("Net promoter score, adjusted Wald, clipped to ±100");
    let fine = Absolute(1e-9);
    for case in truth["nps"].as_array().into_iter().flatten() {
        let count = |key: &str| case[key].as_u64().unwrap_or(0);
        let score = NetPromoter {
            promoters: count("P"),
            neutrals: count("N"),
            detractors: count("D"),
        };
        let name = format!(
            "{}/{}/{}",
            score.promoters, score.neutrals, score.detractors
        );
        let interval = score.interval(0.95).expect("answers");
        table.row(
            &format!("{name} score"),
            "",
            number(&case["nps"]),
            interval.value,
            fine,
        );
        table.row(
            &format!("{name} standard error"),
            "",
            number(&case["adj_wald_se"]),
            interval.standard_error,
            fine,
        );
        table.row(
            &format!("{name} limit below"),
            "",
            number(&case["adj_wald"][0]).max(-100.0),
            interval.low,
            fine,
        );
        table.row(
            &format!("{name} limit above"),
            "",
            number(&case["adj_wald"][1]).min(100.0),
            interval.high,
            fine,
        );
    }
    table.section("Wilson intervals, 95 %");
    for case in truth["proportion"].as_array().into_iter().flatten() {
        let rate = Rate::new(
            case["k"].as_u64().unwrap_or(0),
            case["n"].as_u64().unwrap_or(0),
        );
        let (low, high) = rate.interval(0.95).expect("a denominator");
        let name = format!("{}/{}", rate.numerator, rate.denominator);
        table.row(
            &format!("{name} limit below"),
            "",
            number(&case["wilson"][0]),
            low,
            fine,
        );
        table.row(
            &format!("{name} limit above"),
            "",
            number(&case["wilson"][1]),
            high,
            fine,
        );
    }
}
