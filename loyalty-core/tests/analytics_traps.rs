//! Numerical traps in which other libraries were seen, one test each: T1 to T7, T12 and T13. T8 and T9 are in
//! `analytics_robustness`, T10 and T11 in `analytics_metrics`, by the same names.
mod common;

use common::{Log, cdnow, cdnow_as_of, cdnow_end, close, json};
use loyalty_core::analytics::columns::Purchases;
use loyalty_core::analytics::metrics::{Population, interpurchase};
use loyalty_core::analytics::models::compare::compare;
use loyalty_core::analytics::models::timing::log_likelihood;
use loyalty_core::analytics::models::{
    Fit, FitOptions, Histories, ModelKind, Past, PurchaseModel, Question, bg_nbd, cnbd_k, mbg_nbd,
    nbd, pareto_nbd,
};
use loyalty_core::analytics::occasions::{Occasions, Rules};
use loyalty_core::analytics::summary::{Summaries, split, summarize};

fn summaries(log: &Log) -> Summaries {
    summarize(&log.purchases(), log.customers, Rules::at(cdnow_as_of()), 1).unwrap()
}

fn options() -> FitOptions {
    FitOptions::default()
}

fn number(value: &serde_json::Value) -> f64 {
    value
        .as_str()
        .map_or_else(|| value.as_f64().unwrap(), |text| text.parse().unwrap())
}

fn numbers(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn past(x: u32, recency: f64, age: f64) -> Past {
    Past::try_new(x, recency, age).unwrap()
}

fn expected(model: &PurchaseModel, t: f64, past: &Past) -> f64 {
    model.ask(Question::Expected(t), past).unwrap().unwrap()
}

/// Every hard point of the reference file for one model and question; how many there were.
fn hard_points(model: &str, asked: &str) -> usize {
    let all = json("ground_truth_points.json");
    let cases = all["torture"].as_array().unwrap().iter();
    let mut count = 0;
    for case in cases.filter(|case| case["model"] == model && case["fn"] == asked) {
        let (p, mut args) = (numbers(&case["params"]), numbers(&case["args"]));
        let model = match model {
            "bgnbd" => PurchaseModel::bg_nbd(p[0], p[1], p[2], p[3]).unwrap(),
            _ => PurchaseModel::pareto_nbd(p[0], p[1], p[2], p[3]).unwrap(),
        };
        let truth = number(&case["truth"]);
        let found = match asked {
            "cet" => {
                let t = args.remove(0);
                expected(&model, t, &past(args[0] as u32, args[1], args[2]))
            }
            "palive" => {
                let past = past(args[0] as u32, args[1], args[2]);
                model.ask(Question::Alive, &past).unwrap().unwrap()
            }
            // Only whole days go into a likelihood, and not more purchases than days.
            _ if args.iter().any(|arg| arg.fract() != 0.0) || args[0] > args[1] => continue,
            _ => {
                let [x, recency, age] = [0, 1, 2].map(|at| [args[at] as u32]);
                let one = Histories::from_columns(&x, &recency, &age).unwrap();
                log_likelihood(&model, &one, 1.0).unwrap()
            }
        };
        count += 1;
        if truth.abs() < 1e-300 {
            assert_eq!(found, 0.0);
        } else {
            close(found, truth, 1e-10);
        }
    }
    count
}

#[test]
fn t1_no_logarithm_of_a_negative_2f1() {
    let model = PurchaseModel::bg_nbd(0.11, 2.24, 0.31, 0.50).unwrap();
    close(
        expected(&model, 30.0, &past(0, 0.0, 1.0)),
        0.564_588_615_532_784_7,
        1e-12,
    );
    assert!(hard_points("bgnbd", "cet") >= 5);
    assert!(hard_points("bgnbd", "palive") >= 5);
    assert!(hard_points("bgnbd", "ll") >= 1);
}

#[test]
fn t2_no_pole_at_one() {
    let usual = past(2, 30.43, 38.86);
    let at = |a: f64| {
        let model = PurchaseModel::bg_nbd(0.2426, 4.4136, a, 2.4259).unwrap();
        expected(&model, 39.0, &usual)
    };
    close(at(1.0), 1.101_989_523_972_457_5, 1e-12);
    close(at(1.0 + 1e-12), 1.101_989_523_972_457_5, 1e-10);
    close(at(1.0 + 1e-7), 1.101_989_469_359_691_4, 1e-12);
    let mbg = PurchaseModel::mbg_nbd(0.2426, 4.4136, 1.0, 2.4259).unwrap();
    close(expected(&mbg, 39.0, &usual), 1.224_267_492_289_406_7, 1e-12);
    let pareto = |s: f64| PurchaseModel::pareto_nbd(0.55, 10.58, s, 11.67).unwrap();
    close(
        expected(&pareto(1.0), 39.0, &usual),
        1.184_700_478_159_281_2,
        1e-12,
    );
    close(
        expected(&pareto(1.0 + 1e-13), 39.0, &usual),
        1.184_700_478_159_281_2,
        1e-11,
    );
}

#[test]
fn t3_no_cancellation_at_small_times() {
    // For small t the expectation is the rate times t: no digit may get lost.
    let usual = past(2, 30.43, 38.86);
    let model = PurchaseModel::bg_nbd(0.2426, 4.4136, 0.7929, 2.4259).unwrap();
    let alive = model.ask(Question::Alive, &usual).unwrap().unwrap();
    let rate = alive * (0.2426 + 2.0) / (4.4136 + 38.86);
    for t in [1e-12, 1e-9, 1e-7] {
        close(expected(&model, t, &usual), rate * t, 10.0 * t + 1e-15);
    }
}

#[test]
fn t4_a_purchase_on_the_last_day_means_alive() {
    let model = PurchaseModel::pareto_nbd(0.55, 10.58, 0.61, 11.67).unwrap();
    let last = past(132, 200.0, 200.0);
    assert_eq!(model.ask(Question::Alive, &last).unwrap().unwrap(), 1.0);
    assert!(hard_points("pnbd", "palive") >= 5);
    assert!(hard_points("pnbd", "cet") >= 5);
    assert!(hard_points("pnbd", "ll") >= 2);
}

#[test]
fn t5_log_likelihoods_compare_across_models() {
    let log = cdnow();
    let histories = Histories::of(&summaries(&log)).unwrap();
    let rules = Rules::at(cdnow_as_of());
    let split = split(&log.purchases(), log.customers, rules, cdnow_end(), 1).unwrap();
    let list = compare(&histories, 2, Some(&split), &options());
    let order: Vec<ModelKind> = list.iter().map(|entry| entry.model).collect();
    let best = [
        ModelKind::MbgNbd,
        ModelKind::BgNbd,
        ModelKind::ParetoNbd,
        ModelKind::Nbd,
    ];
    assert_eq!(order[..4], best);
    let first = list[0].fit.as_ref().unwrap();
    close(first.log_likelihood, -9_582.135_715_553_75, 1e-12);
    for entry in &list[..3] {
        let errors = entry.holdout.as_ref().unwrap();
        let total = errors.total_error.unwrap();
        assert!(errors.mean_absolute < 0.8 && total.abs() < 0.2, "{total}");
    }
    let (small, large) = (list[3].fit.as_ref().unwrap(), list[1].fit.as_ref().unwrap());
    let test = small.likelihood_ratio(large).unwrap();
    assert!(test.on_boundary && test.degrees == 2 && test.p_value < 1e-30);
    assert!(large.likelihood_ratio(small).is_err());
}

#[test]
fn t6_the_log_in_days_and_not_a_file_rounded_to_two_decimals() {
    let summaries = summaries(&cdnow());
    let exact = bg_nbd::fit(&Histories::of(&summaries).unwrap(), &options()).unwrap();
    // Hundredths of a week, as the widely shipped file has them.
    let rounded = |days: u32| (f64::from(days) * 100.0 / 7.0).round() as u32;
    let columns: Vec<[u32; 3]> = (0..summaries.len())
        .map(|i| {
            [
                summaries.frequency(i),
                rounded(summaries.recency_days(i)),
                rounded(summaries.age_days(i)),
            ]
        })
        .collect();
    let column = |at: usize| columns.iter().map(|row| row[at]).collect::<Vec<u32>>();
    let file = Histories::from_columns(&column(0), &column(1), &column(2)).unwrap();
    let hundredths = FitOptions {
        unit_days: 100.0,
        ..options()
    };
    let other = bg_nbd::fit(&file, &hundredths).unwrap();
    let truth = json("ground_truth_mle.json");
    for (fit, key) in [(&exact, "bgnbd_cdnow_exact_weeks"), (&other, "bgnbd_cdnow")] {
        for (value, truth) in fit.values.iter().zip(numbers(&truth[key]["params"])) {
            close(*value, truth, 1e-9);
        }
    }
    let moved = other.log_likelihood - exact.log_likelihood;
    assert!((moved - 0.003_646_106_568).abs() < 1e-8, "{moved}");
}

#[test]
fn t7_shares_are_compared_as_counts() {
    // 16 of 20 are 80 %, and 7 of 25 are 28 %, whatever 0.28 × 25 is in floats.
    for n in 1..=60_i32 {
        // One customer with n + 1 occasions, the gaps 1, 2, 3, … days long.
        let day: Vec<i32> = (0..=n).map(|i| i * (i + 1) / 2).collect();
        let rows = vec![0; day.len()];
        let amount = vec![100; day.len()];
        let purchases = Purchases::new(&rows, &day, &amount);
        let occasions = Occasions::build(&purchases, 1, Rules::at(10_000), 1).unwrap();
        let gaps = interpurchase::gaps(&Population::all(&occasions));
        for percent in 1..=100_u32 {
            let needed = (n as u32 * percent).div_ceil(100);
            assert_eq!(gaps.quantile(percent), Ok(needed), "{percent} % of {n}");
        }
    }
}

#[test]
fn t12_fits_do_not_stop_before_the_maximum() {
    type Fitter =
        fn(&Histories, &FitOptions) -> Result<Fit, loyalty_core::analytics::AnalyticsError>;
    let histories = Histories::of(&summaries(&cdnow())).unwrap();
    let models: [(Fitter, &[f64]); 5] = [
        (nbd::fit, &[4.0, 1.0]),
        (bg_nbd::fit, &[3.0, 1.0, 9.0, 0.5]),
        (mbg_nbd::fit, &[3.0, 1.0, 9.0, 0.5]),
        (pareto_nbd::fit, &[5.0, 1.0, 3.0, 90.0]),
        (
            |histories, options| cnbd_k::fit_mbg(histories, 2, options),
            &[5.0, 1.0, 4.0, 0.3],
        ),
    ];
    for (fit, far) in models {
        let usual = fit(&histories, &options()).unwrap();
        assert!(usual.convergence.scaled_gradient.unwrap() < 1e-8);
        let started = FitOptions {
            start: Some(far.to_vec()),
            ..options()
        };
        let other = fit(&histories, &started).unwrap();
        assert!(other.convergence.converged(), "{:?}", other.convergence);
        for (left, right) in usual.values.iter().zip(&other.values) {
            close(*left, *right, 1e-8);
        }
    }
}

#[test]
fn t13_the_grain_of_occasions_and_the_unit_of_time_are_two_things() {
    let log = cdnow();
    let days = Histories::of(&summaries(&log)).unwrap();
    let weeks = bg_nbd::fit(&days, &options()).unwrap();
    let in_days = FitOptions {
        unit_days: 1.0,
        ..options()
    };
    // Another unit stretches time and nothing else.
    let stretched = bg_nbd::fit(&days, &in_days).unwrap();
    for (i, factor) in [1.0, 7.0, 1.0, 1.0].iter().enumerate() {
        close(stretched.values[i], factor * weeks.values[i], 1e-9);
    }
    // Another grain merges what happened within a week: other occasions, another shop.
    let start = cdnow_as_of() - 272;
    let day: Vec<i32> = log
        .day
        .iter()
        .map(|day| start + (day - start).div_euclid(7) * 7)
        .collect();
    let merged = Log { day, ..cdnow() };
    let merged = Histories::of(&summaries(&merged)).unwrap();
    assert!(merged.occasions() < days.occasions());
    let collapsed = bg_nbd::fit(&merged, &options()).unwrap();
    assert!((collapsed.values[0] / weeks.values[0] - 1.0).abs() > 0.1);
}
