//! Purchase models against 40-digit reference fits and points.
#![expect(
    clippy::disallowed_methods,
    reason = "expected values within a tolerance, not to the last bit"
)]

mod common;

use common::{cdnow, cdnow_as_of, close, json};
use loyalty_core::analytics::models::{
    Fit, FitOptions, Histories, Past, PurchaseModel, Question, bg_nbd, cnbd_k, mbg_nbd, nbd,
    pareto_nbd,
};
use loyalty_core::analytics::occasions::Rules;
use loyalty_core::analytics::summary::summarize;

fn histories() -> Histories {
    let log = cdnow();
    Histories::of(&summarize(&log.purchases(), log.customers, Rules::at(cdnow_as_of()), 1).unwrap())
        .unwrap()
}

fn number(value: &serde_json::Value) -> f64 {
    value
        .as_str()
        .map_or_else(|| value.as_f64().unwrap(), |text| text.parse().unwrap())
}

#[track_caller]
fn matches(fit: &Fit, key: &str) {
    let truth = &json("ground_truth_mle.json")[key];
    assert!(fit.convergence.converged(), "{:?}", fit.convergence);
    for (i, expected) in truth["params"].as_array().unwrap().iter().enumerate() {
        close(fit.values[i], number(expected), 1e-9);
        close(
            fit.standard_error(i).unwrap(),
            number(&truth["se"][i]),
            1e-6,
        );
    }
    assert!(
        (fit.log_likelihood - number(&truth["ll"])).abs() < 1e-8,
        "{}",
        fit.log_likelihood
    );
    for (i, row) in truth["cov"].as_array().unwrap().iter().enumerate() {
        for (j, expected) in row.as_array().unwrap().iter().enumerate() {
            close(
                fit.covariance.as_ref().unwrap()[i * fit.values.len() + j],
                number(expected),
                1e-6,
            );
        }
    }
}

#[test]
fn cdnow_fits_agree_with_the_exact_maxima() {
    let histories = histories();
    let options = FitOptions::default();
    matches(
        &bg_nbd::fit(&histories, &options).unwrap(),
        "bgnbd_cdnow_exact_weeks",
    );
    matches(
        &mbg_nbd::fit(&histories, &options).unwrap(),
        "mbgnbd_cdnow_exact_weeks",
    );
    matches(
        &nbd::fit(&histories, &options).unwrap(),
        "nbd_cdnow_exact_weeks",
    );
    matches(
        &pareto_nbd::fit(&histories, &options).unwrap(),
        "pnbd_cdnow_exact_weeks",
    );
}

#[test]
fn days_instead_of_weeks_shift_the_likelihood_by_the_known_constant() {
    let histories = histories();
    let weeks = bg_nbd::fit(&histories, &FitOptions::default()).unwrap();
    let days = bg_nbd::fit(
        &histories,
        &FitOptions {
            unit_days: 1.0,
            ..FitOptions::default()
        },
    )
    .unwrap();
    close(days.value("alpha").unwrap(), 30.895_214_133_095, 1e-9);
    assert!((days.log_likelihood - -14_363.530_442_902_84).abs() < 1e-8);
    let shift = 2_457.0 * 7.0_f64.ln();
    assert!((weeks.log_likelihood - days.log_likelihood - shift).abs() < 1e-8);
}

#[test]
fn regular_buyers() {
    let histories = histories();
    let options = FitOptions::default();
    for (fit, expected) in [
        (
            cnbd_k::fit_bg(&histories, 1, &options),
            -9_582.429_206_673_93,
        ),
        (cnbd_k::fit_bg(&histories, 2, &options), -9_855.326_974),
        (cnbd_k::fit_mbg(&histories, 2, &options), -9_853.253_129),
        (cnbd_k::fit_mbg(&histories, 3, &options), -10_394.362_652),
    ] {
        let fit = fit.unwrap();
        assert!(
            (fit.log_likelihood - expected).abs() < 1e-6,
            "{} {:?}",
            fit.log_likelihood,
            fit.convergence
        );
    }
    assert_eq!(
        cnbd_k::fit_best(&histories, 3, true, &options).unwrap().k,
        1
    );
}

fn ask(model: &PurchaseModel, question: Question, past: &Past) -> f64 {
    model.ask(question, past).unwrap().unwrap()
}

fn past(x: u32, recency: f64, age: f64) -> Past {
    Past::try_new(x, recency, age).unwrap()
}

#[test]
fn published_points() {
    let points = json("ground_truth_points.json");
    let model = PurchaseModel::bg_nbd(0.243, 4.414, 0.793, 2.426).unwrap();
    let truth = &points["bgnbd published params"];
    let new = Past::new_customer();
    close(
        ask(&model, Question::Alive, &past(23, 39.0, 39.0)),
        number(&truth["PAlive(23,39,39)"]),
        1e-12,
    );
    let usual = past(2, 30.43, 38.86);
    close(
        ask(&model, Question::Expected(39.0), &usual),
        number(&truth["CET(39|2,30.43,38.86)"]),
        1e-12,
    );
    let times = [0.1429, 1.0, 3.0, 31.8571, 32.0, 52.0, 78.0];
    for (t, expected) in times.iter().zip(
        truth["E[X(t)] t=.1429,1,3,31.8571,32,52,78"]
            .as_array()
            .unwrap(),
    ) {
        close(
            ask(&model, Question::Expected(*t), &new),
            number(expected),
            1e-12,
        );
    }
    close(
        ask(&model, Question::Mass(10, 2.0), &new),
        number(&truth["pmf t=2 n=10"]),
        1e-12,
    );
    for n in 0..8 {
        close(
            ask(&model, Question::Mass(n, 39.0), &new),
            number(&truth["pmf t=39 n=0..7"][n as usize]),
            1e-12,
        );
    }
    for n in 11..=20 {
        let expected = &truth["pmf t=30 n=11..20"][n as usize - 11];
        close(
            ask(&model, Question::Mass(n, 30.0), &new),
            number(expected),
            1e-12,
        );
    }
    let model = PurchaseModel::pareto_nbd(0.5534, 10.5802, 0.6061, 11.6562).unwrap();
    let truth = &points["pnbd BTYD params"];
    let heavy = past(26, 30.86, 31.0);
    close(
        ask(&model, Question::Expected(52.0), &heavy),
        number(&truth["CET(52|26,30.86,31)"]),
        1e-12,
    );
    close(
        ask(&model, Question::Alive, &heavy),
        number(&truth["PAlive(26,30.86,31)"]),
        1e-12,
    );
    close(
        ask(&model, Question::Expected(52.0), &new),
        number(&truth["E[X(52)]"]),
        1e-12,
    );
    let dert = Question::Discounted {
        rate: 0.0027,
        horizon: f64::INFINITY,
    };
    close(
        ask(&model, dert, &heavy),
        number(&truth["DERT d=.0027 (26,30.86,31)"]),
        1e-11,
    );
    for t in 1..10 {
        let expected = number(&truth["E[X(t)] t=0..9"][t as usize]);
        close(
            ask(&model, Question::Expected(f64::from(t)), &new),
            expected,
            1e-12,
        );
    }
}

#[test]
fn points_at_the_exact_fits() {
    let points = json("ground_truth_points.json");
    let histories = histories();
    let options = FitOptions::default();
    let model = |fit: Fit| PurchaseModel::of(&fit).unwrap();
    let (days, day0) = (past(2, 213.0 / 7.0, 272.0 / 7.0), past(0, 0.0, 272.0 / 7.0));
    let bg = model(bg_nbd::fit(&histories, &options).unwrap());
    let truth = &points["bgnbd exact MLE"];
    close(
        ask(&bg, Question::Expected(39.0), &past(2, 30.43, 38.86)),
        number(&truth["CET(39|2,30.43,38.86)"]),
        1e-10,
    );
    close(
        ask(&bg, Question::Expected(39.0), &days),
        number(&truth["CET(39| x=2,213d,272d)"]),
        1e-10,
    );
    close(
        ask(&bg, Question::Alive, &days),
        number(&truth["PAlive same"]),
        1e-10,
    );
    let mbg = model(mbg_nbd::fit(&histories, &options).unwrap());
    let truth = &points["mbgnbd exact MLE"];
    close(
        ask(&mbg, Question::Alive, &past(0, 0.0, 38.86)),
        number(&truth["PAlive(0,0,38.86)"]),
        1e-10,
    );
    close(
        ask(&mbg, Question::Expected(39.0), &past(2, 30.43, 38.86)),
        number(&truth["CET(39|2,30.43,38.86)"]),
        1e-10,
    );
    close(
        ask(&mbg, Question::Expected(39.0), &past(0, 0.0, 38.86)),
        number(&truth["CET(39|0,0,38.86)"]),
        1e-10,
    );
    for (t, expected) in [1.0, 39.0, 78.0]
        .iter()
        .zip(truth["E[X(t)] 1,39,78"].as_array().unwrap())
    {
        close(
            ask(&mbg, Question::Expected(*t), &Past::new_customer()),
            number(expected),
            1e-10,
        );
    }
    let pareto = model(pareto_nbd::fit(&histories, &options).unwrap());
    let truth = &points["pnbd exact MLE"];
    close(
        ask(&pareto, Question::Alive, &days),
        number(&truth["PAlive(2,213d,272d)"]),
        1e-10,
    );
    close(
        ask(&pareto, Question::Expected(39.0), &days),
        number(&truth["CET(39| same)"]),
        1e-10,
    );
    close(
        ask(&pareto, Question::Expected(39.0), &day0),
        number(&truth["CET(39|0,0,272d)"]),
        1e-10,
    );
    let dert = Question::Discounted {
        rate: 0.0027,
        horizon: f64::INFINITY,
    };
    close(
        ask(&pareto, dert, &days),
        number(&truth["DERT(.0027|same x=2)"]),
        1e-10,
    );
}
