//! Metrics, cohorts and segments against reference values.

mod common;

use common::{cdnow, cdnow_as_of, cdnow_end, close, json};
use loyalty_core::analytics::Absent;
use loyalty_core::analytics::civil::{Calendar, day_of};
use loyalty_core::analytics::cohort::{Measure, Since, cohort_counts, cohort_table};
use loyalty_core::analytics::columns::{Activities, Purchases};
use loyalty_core::analytics::metrics::net_promoter::NetPromoter;
use loyalty_core::analytics::metrics::order_value::{Basis, order_value};
use loyalty_core::analytics::metrics::retention::{
    Periods, Retained, bracket_retention, retention,
};
use loyalty_core::analytics::metrics::survival::{Scale, Times, log_rank};
use loyalty_core::analytics::metrics::*;
use loyalty_core::analytics::models::{FitOptions, Histories, PurchaseModel, bg_nbd};
use loyalty_core::analytics::occasions::{Occasions, Rules};
use loyalty_core::analytics::segments::column::{Column, Pick, Scope, by_column};
use loyalty_core::analytics::segments::passivation::{self, State, states, transitions};
use loyalty_core::analytics::segments::rfm::{Rfm, RfmOptions, Ties, rfm};
use loyalty_core::analytics::segments::rfm_presets::{eleven, ten};
use loyalty_core::analytics::summary::Summaries;
use proptest::prelude::*;

fn number(value: &serde_json::Value) -> f64 {
    value.as_f64().unwrap()
}

fn all_cdnow() -> Occasions {
    let log = cdnow();
    Occasions::build(&log.purchases(), log.customers, Rules::at(cdnow_end()), 1).unwrap()
}

fn everything() -> Window {
    Window::through(day_of(1997, 1, 1).unwrap(), cdnow_end())
}

#[test]
fn cdnow_basics() {
    let truth = &json("ground_truth_stats.json")["cdnow_basic"];
    let occasions = all_cdnow();
    let population = Population::all(&occasions);
    let window = everything();
    let repeat = repeat_rate::repeat_rate(&population, window);
    assert_eq!((repeat.numerator, repeat.denominator), (1_139, 2_357));
    let calibration =
        repeat_rate::repeat_rate(&population, Window::through(window.start, cdnow_as_of()));
    assert_eq!(
        (calibration.numerator, calibration.denominator),
        (946, 2_357)
    );
    let by_line = order_value(&population, window, Basis::Orders);
    let by_day = order_value(&population, window, Basis::Occasions);
    assert_eq!(
        (by_line.numerator, by_line.denominator, by_day.denominator),
        (24_409_194, 6_919, 6_696)
    );
    close(
        by_line.value().unwrap() / 100.0,
        number(&truth["AOV_lines"]),
        1e-14,
    );
    close(
        by_day.value().unwrap() / 100.0,
        number(&truth["AOV_day_merged"]),
        1e-14,
    );
    let frequency = purchase_frequency::purchase_frequency(&population, window, Basis::Occasions);
    close(
        frequency.value().unwrap(),
        number(&truth["purchase_frequency"]),
        1e-14,
    );
    let value = customer_value::customer_value(&population, window);
    // Order value times frequency is customer value, as rationals.
    assert_eq!(
        (by_day.numerator, by_day.denominator),
        (value.sum, frequency.sum)
    );
    assert_eq!(frequency.n, value.n);
    let gaps = interpurchase::gaps(&population);
    close(
        gaps.pooled.value().unwrap(),
        number(&truth["mean_gap_days_pooled"]),
        1e-14,
    );
    close(
        gaps.mean_of_means().unwrap(),
        number(&truth["mean_of_customer_mean_gaps"]),
        1e-13,
    );
    assert_eq!(
        [gaps.quantile(50), gaps.quantile(80), gaps.quantile(90)],
        [Ok(34), Ok(117), Ok(196)]
    );
    assert!(gaps.censored.median().unwrap() > 34);
    let new = new_customers::new_customers(&population, window);
    assert_eq!((new.count, new.left_truncated), (2_357, true));
}

#[test]
fn cohort_counts_leave_unobserved_cells_absent() {
    let truth = &json("ground_truth_stats.json")["cdnow_cohort_calendar_month"];
    let log = cdnow();
    let fast = cohort_counts(
        &log.purchases(),
        log.customers,
        Rules::at(cdnow_end()),
        Calendar::Month,
    )
    .unwrap();
    let occasions = all_cdnow();
    let table = cohort_table(
        &Population::all(&occasions),
        Calendar::Month,
        Since::Calendar,
        Measure::Customers,
    )
    .unwrap();
    assert_eq!(fast, table);
    assert_eq!(table.rows.len(), 3);
    for row in &table.rows {
        // The reference counts months from 1.
        let expected = truth[(row.period + 1).to_string()].as_array().unwrap();
        let observed = 18 - (row.period - 12 * 1997) as usize;
        assert_eq!(row.cells.len(), observed);
        for (since, cell) in row.cells.iter().enumerate() {
            assert_eq!(cell.value, expected[since].as_i64().unwrap());
        }
        assert_eq!(row.value(observed as u32), Err(Absent::Unobserved));
    }
    let revenue = cohort_table(
        &Population::all(&occasions),
        Calendar::Month,
        Since::Calendar,
        Measure::NetMinor,
    )
    .unwrap();
    let total: i64 = revenue
        .rows
        .iter()
        .flat_map(|row| &row.cells)
        .map(|cell| cell.value)
        .sum();
    assert_eq!(total, 24_409_194);
}

#[test]
fn t11_a_cohort_month_is_a_calendar_month() {
    let (first, last) = (day_of(2024, 1, 31).unwrap(), day_of(2024, 2, 29).unwrap());
    let occasions = Occasions::build(
        &Purchases::new(&[0, 0], &[first, last], &[100, 100]),
        1,
        Rules::at(last),
        1,
    )
    .unwrap();
    let table = cohort_table(
        &Population::all(&occasions),
        Calendar::Month,
        Since::Calendar,
        Measure::Customers,
    )
    .unwrap();
    assert_eq!(
        (table.rows[0].value(0), table.rows[0].value(1)),
        (Ok(1), Ok(1))
    );
}

const SIX_MP: [(u32, bool); 21] = [
    (6, true),
    (6, true),
    (6, true),
    (6, false),
    (7, true),
    (9, false),
    (10, true),
    (10, false),
    (11, false),
    (13, true),
    (16, true),
    (17, false),
    (19, false),
    (20, false),
    (22, true),
    (23, true),
    (25, false),
    (32, false),
    (32, false),
    (34, false),
    (35, false),
];
const PLACEBO: [u32; 21] = [
    1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23,
];

fn six_mp() -> Times {
    let (days, seen): (Vec<u32>, Vec<bool>) = SIX_MP.iter().copied().unzip();
    Times::of(&days, &seen).unwrap()
}

#[test]
fn kaplan_meier_and_log_rank() {
    let truth = json("ground_truth_stats.json");
    let curve = six_mp().survival();
    for (step, expected) in curve.steps.iter().zip(truth["km_6mp"].as_array().unwrap()) {
        assert_eq!(
            (u64::from(step.days), step.at_risk, step.events),
            (
                expected["t"].as_u64().unwrap(),
                expected["n"].as_u64().unwrap(),
                expected["d"].as_u64().unwrap(),
            )
        );
        close(step.survival, number(&expected["S"]), 1e-12);
        close(
            step.standard_error().unwrap(),
            number(&expected["greenwood_se"]),
            1e-12,
        );
        close(step.hazard, number(&expected["NA"]), 1e-12);
        close(step.hazard_variance, number(&expected["NA_var"]), 1e-12);
        for (scale, key) in [
            (Scale::LogLog, "loglog"),
            (Scale::Log, "log"),
            (Scale::Plain, "plain"),
        ] {
            let interval = step.interval(0.95, scale).unwrap();
            close(interval.low, number(&expected[key][0]), 1e-9);
            close(interval.high, number(&expected[key][1]).min(1.0), 1e-9);
        }
    }
    assert_eq!(curve.median(), Ok(23));
    close(
        curve.restricted_mean(35, 0.95).unwrap().value,
        number(&truth["km_6mp_rmst35"]),
        1e-12,
    );
    assert_eq!(curve.value(36), Err(Absent::Unobserved));
    let placebo = Times::of(&PLACEBO, &[true; 21]).unwrap();
    let last = placebo.survival();
    assert_eq!(
        last.steps.last().unwrap().interval(0.95, Scale::LogLog),
        Err(Absent::Degenerate)
    );
    let test = log_rank(&[six_mp(), placebo.clone()]).unwrap();
    close(
        test.statistic,
        number(&truth["logrank_6mp_vs_placebo"]["chi2"]),
        1e-9,
    );
    close(
        test.p_value,
        number(&truth["logrank_6mp_vs_placebo"]["p"]),
        1e-9,
    );
    let mut both = six_mp();
    both.merge(&placebo);
    assert_eq!(both.len(), 42);
    assert_eq!(log_rank(&[six_mp()]), Err(Absent::TooFew));
}

#[test]
fn net_promoter_score() {
    for case in json("ground_truth_stats.json")["nps"].as_array().unwrap() {
        let count = |key: &str| case[key].as_u64().unwrap();
        let score = NetPromoter {
            promoters: count("P"),
            neutrals: count("N"),
            detractors: count("D"),
        };
        assert!((score.value().unwrap() - number(&case["nps"])).abs() < 1e-9);
        assert!((score.standard_error().unwrap() - number(&case["se_wald"])).abs() < 1e-9);
        let interval = score.interval(0.95).unwrap();
        close(interval.standard_error, number(&case["adj_wald_se"]), 1e-9);
        assert!((interval.low - number(&case["adj_wald"][0]).max(-100.0)).abs() < 1e-9);
        assert!((interval.high - number(&case["adj_wald"][1]).min(100.0)).abs() < 1e-9);
    }
    assert_eq!(
        NetPromoter::default().value(),
        Err(Absent::EmptyDenominator)
    );
    assert_eq!(
        NetPromoter::of(&[0, 6, 7, 8, 9, 10]).unwrap().value(),
        Ok(0.0)
    );
    let agreed = NetPromoter {
        promoters: 10,
        ..NetPromoter::default()
    };
    assert_eq!(agreed.wald_interval(0.95), Err(Absent::Degenerate));
}

#[test]
fn wilson_intervals() {
    for case in json("ground_truth_stats.json")["proportion"]
        .as_array()
        .unwrap()
    {
        let rate = Rate::new(case["k"].as_u64().unwrap(), case["n"].as_u64().unwrap());
        let (low, high) = rate.interval(0.95).unwrap();
        assert!((low - number(&case["wilson"][0])).abs() < 1e-9);
        assert!((high - number(&case["wilson"][1])).abs() < 1e-9);
    }
    assert_eq!(Rate::new(0, 0).value(), Err(Absent::EmptyDenominator));
    assert_eq!(Rate::new(0, 10).interval(0.95).unwrap().0, 0.0);
    assert_eq!(Rate::new(10, 10).interval(0.95).unwrap().1, 1.0);
}

#[test]
fn t10_rfm_ties_are_a_choice() {
    let truth = &json("ground_truth_stats.json")["rfm_conventions"];
    let log = cdnow();
    let occasions =
        Occasions::build(&log.purchases(), log.customers, Rules::at(cdnow_as_of()), 1).unwrap();
    let window = Window::through(day_of(1997, 1, 1).unwrap(), cdnow_as_of());
    for (ties, key) in [
        (Ties::Below, "strictly-below (PERCENT_RANK)"),
        (Ties::AtOrBelow, "at-or-below (CUME_DIST)"),
        (Ties::Mid, "mid-rank"),
    ] {
        let options = RfmOptions {
            ties,
            ..RfmOptions::default()
        };
        let scores = rfm(&Population::all(&occasions), window, &options).unwrap();
        let check = |measure: &str, score: fn(&Rfm) -> u8| {
            for value in 1..=5_u8 {
                let found = scores.iter().filter(|row| score(row) == value).count() as u64;
                let expected = truth[key][measure][value.to_string()].as_u64().unwrap_or(0);
                assert_eq!(found, expected, "{key} {measure} {value}");
            }
        };
        check("F_counts", |row| row.f);
        check("R_counts", |row| row.r);
        check("M_counts", |row| row.m);
    }
    let scores = rfm(&Population::all(&occasions), window, &RfmOptions::default()).unwrap();
    let champions = scores
        .iter()
        .filter(|row| {
            eleven(Some(row))
                == eleven(Some(&Rfm {
                    r: 5,
                    f: 5,
                    m: 5,
                    ..**row
                }))
        })
        .count();
    assert!(champions > 100 && champions < scores.len() && ten(&scores[0]) == ten(&scores[0]));
}

#[test]
fn retention_definitions_side_by_side() {
    // Customer 0 on days 0, 1, 8; customer 1 on days 0, 20; customer 2 on day 15. Data end on day 21.
    let purchases = Purchases::new(&[0, 0, 0, 1, 1, 2], &[0, 1, 8, 0, 20, 15], &[1; 6]);
    let occasions = Occasions::build(&purchases, 3, Rules::at(21), 1).unwrap();
    let population = Population::all(&occasions);
    let cohort = Window { start: 0, end: 100 };
    let rates = |retained| -> Vec<(u64, u64)> {
        let points = retention(&population, cohort, Periods::Rolling(7), retained, 3).unwrap();
        points
            .iter()
            .map(|point| (point.rate.numerator, point.rate.denominator))
            .collect()
    };
    // Week 3 is days 21 to 27: unobserved for everybody.
    assert_eq!(rates(Retained::On), [(3, 3), (1, 2), (1, 2), (0, 0)]);
    assert_eq!(rates(Retained::OnOrAfter), [(3, 3), (2, 2), (1, 2), (0, 0)]);
    assert_eq!(
        rates(Retained::EveryUntil),
        [(3, 3), (1, 2), (0, 2), (0, 0)]
    );
    assert_eq!(rates(Retained::AnyUntil), [(3, 3), (1, 2), (2, 2), (0, 0)]);
    let brackets = bracket_retention(&population, cohort, &[0, 1, 8, 31]).unwrap();
    assert_eq!(
        brackets,
        [Rate::new(3, 3), Rate::new(1, 2), Rate::new(0, 0)]
    );
    let calendar = retention(
        &population,
        cohort,
        Periods::Calendar(Calendar::Month),
        Retained::On,
        1,
    )
    .unwrap();
    assert_eq!(calendar[0].rate, Rate::new(0, 0));
}

#[test]
fn period_retention_of_customers_and_money() {
    let purchases = Purchases::new(
        &[0, 0, 1, 2, 2],
        &[1, 11, 2, 3, 12],
        &[100, 300, 50, 80, 20],
    );
    let occasions = Occasions::build(&purchases, 3, Rules::at(20), 1).unwrap();
    let population = Population::all(&occasions);
    let (before, after) = (Window { start: 0, end: 10 }, Window { start: 10, end: 20 });
    let kept = period_retention::period_retention(&population, before, after).unwrap();
    assert_eq!(kept.customers, Rate::new(2, 3));
    close(kept.net().unwrap(), 320.0 / 230.0, 1e-15);
    close(kept.gross().unwrap(), 120.0 / 230.0, 1e-15);
    let late = Window { start: 15, end: 30 };
    assert_eq!(
        period_retention::period_retention(&population, before, late),
        Err(Absent::Unobserved)
    );
}

#[test]
fn programme_metrics() {
    let occasions = Occasions::build(
        &Purchases::new(&[0, 1], &[1, 5], &[100, 50]),
        3,
        Rules::at(9),
        1,
    )
    .unwrap();
    let population = Population::all(&occasions);
    let window = Window { start: 4, end: 10 };
    let activities = Activities {
        customer: &[0, 1, 2, 2, 0],
        day: &[4, 5, 6, 7, 8],
        kind: &[1, 0, 3, 2, 0],
        points_milli: &[400, 1_000, 0, 300, 1_000],
    };
    assert_eq!(active::active(&population, window), Rate::new(1, 2));
    use loyalty_core::analytics::columns::ActivityKind::{Redeem, Visit};
    let with = active::active_with(&population, window, &activities, &[Redeem, Visit]).unwrap();
    assert_eq!(with, Rate::new(3, 3));
    let flows = redemption::point_flows(&population, &activities, window).unwrap();
    close(flows.redemption_rate().unwrap(), 0.2, 1e-15);
    close(flows.breakage_rate().unwrap(), 0.15, 1e-15);
    let shares = participation::participation(&population, &activities, window).unwrap();
    assert_eq!(
        (shares.earning, shares.redeeming),
        (Rate::new(1, 1), Rate::new(0, 1))
    );
    let cost = acquisition_cost::acquisition_cost(&population, 500, Window { start: 0, end: 6 }, 0);
    assert_eq!((cost.new_customers, cost.value()), (2, Ok(250.0)));
    let back = payback::payback(&population, Window { start: 0, end: 6 }, 50.0, 1).unwrap();
    close(back.unwrap(), 50.0 / 75.0, 1e-15);
    assert_eq!(
        payback::payback(&population, window, 1e9, 1).unwrap(),
        Err(Absent::NotReached)
    );
    let satisfied = satisfaction::satisfaction(&[5, 4, 3]).unwrap();
    assert_eq!(satisfied.top_two, Rate::new(2, 3));
    let effort = effort_score::effort_score(&[1, 2], effort_score::Direction::Effort).unwrap();
    close(effort.mean.value().unwrap(), 6.5, 1e-15);
    let ratio =
        value_to_cost::value_to_cost(300.0, 100.0, value_to_cost::ValueBasis::Margin, Some(365))
            .unwrap();
    close(ratio.ratio, 3.0, 1e-15);
}

#[test]
fn churn_estimators_and_passivation_on_cdnow() {
    let log = cdnow();
    let occasions =
        Occasions::build(&log.purchases(), log.customers, Rules::at(cdnow_as_of()), 1).unwrap();
    let population = Population::all(&occasions);
    let histories = Histories::of(&Summaries::of(&occasions).unwrap()).unwrap();
    let model =
        PurchaseModel::of(&bg_nbd::fit(&histories, &FitOptions::default()).unwrap()).unwrap();
    let limits = churn::thresholds(&population, 80).unwrap();
    let threshold = churn::by_threshold(&population, limits).value().unwrap();
    let own = churn::by_own_gap(&population, &model, 7.0, 0.95)
        .unwrap()
        .value()
        .unwrap();
    let gone = churn::by_model(&population, &model, 7.0, churn::Risk::Gone)
        .unwrap()
        .unwrap();
    assert!(
        threshold > 0.5 && own < 0.5 && gone > 0.05 && gone < 0.4,
        "{threshold} {own} {gone}"
    );
    let now = states(
        &population,
        &model,
        7.0,
        &passivation::Thresholds::default(),
    )
    .unwrap();
    assert_eq!(now.len(), 2_357);
    let later = all_cdnow();
    let then = states(
        &Population::all(&later),
        &model,
        7.0,
        &passivation::Thresholds::default(),
    )
    .unwrap();
    let moves = transitions(&now, &then);
    let counts = passivation::transition_counts(&moves);
    assert_eq!(counts.iter().flatten().sum::<u64>(), 2_357);
    for step in moves.iter().filter(|step| step.to == State::Reactivated) {
        let bought = later
            .history(step.customer)
            .within(cdnow_as_of() + 1, cdnow_end() + 1);
        assert!(!bought.day.is_empty());
    }
    let contracts = churn::contractual(
        &[0, 0, 5],
        &[Some(7), None, Some(8)],
        Window { start: 4, end: 10 },
    )
    .unwrap();
    assert_eq!(contracts, Rate::new(1, 2));
}

proptest! {
    #[test]
    fn segments_add_up_to_the_whole(labels in prop::collection::vec(0_u32..4, 40), rows in prop::collection::vec((0_u32..40, 0_i32..60, 0_i64..900), 0..200)) {
        let customer: Vec<u32> = rows.iter().map(|row| row.0).collect();
        let day: Vec<i32> = rows.iter().map(|row| row.1).collect();
        let amount: Vec<i64> = rows.iter().map(|row| row.2).collect();
        let purchases = Purchases::new(&customer, &day, &amount);
        let occasions = Occasions::build(&purchases, 40, Rules::at(50), 1).unwrap();
        let window = Window { start: 5, end: 40 };
        let whole = repeat_rate::repeat_rate(&Population::all(&occasions), window);
        let parts = by_segment(&occasions, &labels, |population| repeat_rate::repeat_rate(population, window)).unwrap();
        prop_assert_eq!(parts.iter().map(|part| part.1.numerator).sum::<u64>(), whole.numerator);
        prop_assert_eq!(parts.iter().map(|part| part.1.denominator).sum::<u64>(), whole.denominator);
        let fast = cohort_counts(&purchases, 40, Rules::at(50), Calendar::Month).unwrap();
        let slow = cohort_table(&Population::all(&occasions), Calendar::Month, Since::Calendar, Measure::Customers).unwrap();
        prop_assert_eq!(fast, slow);
    }
    #[test]
    fn segments_of_a_column_reconcile(rows in prop::collection::vec((0_u32..12, 0_i32..60, 1_i64..900, 0_u32..5, 0_u64..6), 0..120)) {
        let customer: Vec<u32> = rows.iter().map(|row| row.0).collect();
        let day: Vec<i32> = rows.iter().map(|row| row.1).collect();
        let amount: Vec<i64> = rows.iter().map(|row| row.2).collect();
        let channel: Vec<u32> = rows.iter().map(|row| row.3).collect();
        let kind: Vec<u8> = rows.iter().map(|row| u8::from(row.4 == 5)).collect();
        let order: Vec<u64> = rows.iter().map(|row| row.4).collect();
        let purchases = Purchases {
            kind: Some(&kind),
            order: Some(&order),
            original_order: Some(&order),
            channel: Some(&channel),
            ..Purchases::new(&customer, &day, &amount)
        };
        let rules = Rules::at(50);
        let whole = Occasions::build(&purchases, 12, rules, 1).unwrap();
        let window = Window { start: 5, end: 40 };
        let value = |population: &Population<'_>| {
            (order_value(population, window, Basis::Orders), repeat_rate::repeat_rate(population, window))
        };
        let all = value(&Population::all(&whole));
        for pick in [Pick::First, Pick::Last, Pick::Most] {
            let parts = by_column(&purchases, 12, rules, Column::Channel, Scope::Customers(pick), value).unwrap();
            prop_assert_eq!(parts.iter().map(|part| part.customers).sum::<u64>(), 12);
            prop_assert_eq!(parts.iter().map(|part| part.rows).sum::<u64>(), rows.len() as u64);
            prop_assert_eq!(parts.iter().map(|part| part.value.0.numerator).sum::<i128>(), all.0.numerator);
            prop_assert_eq!(parts.iter().map(|part| part.value.0.denominator).sum::<i128>(), all.0.denominator);
            prop_assert_eq!(parts.iter().map(|part| part.value.1.denominator).sum::<u64>(), all.1.denominator);
        }
        let parts = by_column(&purchases, 12, rules, Column::Channel, Scope::Rows, |population| population.occasions().counts()).unwrap();
        prop_assert_eq!(parts.iter().map(|part| part.rows).sum::<u64>(), rows.len() as u64);
        for part in &parts {
            prop_assert!(part.value.reconciles() && part.value.rows_in == part.rows && part.customers <= part.rows);
            prop_assert_eq!(channel.iter().filter(|channel| **channel == part.label).count() as u64, part.rows);
        }
        let bands = by_column(&purchases, 12, rules, Column::AmountMinor(&[100, 500]), Scope::Rows, |population| population.len()).unwrap();
        for part in bands {
            let inside = amount.iter().filter(|amount| match part.label { 0 => **amount < 100, 1 => (100..500).contains(*amount), _ => **amount >= 500 });
            prop_assert_eq!(inside.count() as u64, part.rows);
        }
    }
}
