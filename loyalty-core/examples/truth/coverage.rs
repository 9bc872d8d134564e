//! Intervals by simulation: 1,000 seeded sets, each fitted, coverage counted.

use loyalty_core::analytics::models::simulate::histories_of;
use loyalty_core::analytics::models::{
    Fit, FitOptions, ModelKind, Past, PurchaseModel, Question, bg_nbd, mbg_nbd, pareto_nbd,
};

const SETS: u64 = 1_000;
const CUSTOMERS: u32 = 1_000;
const UNIT: f64 = 700.0;

pub(crate) fn check() -> bool {
    let mut good = true;
    println!(
        "\nCoverage of 95 % intervals, {SETS} sets of {CUSTOMERS} customers (allowed .93 to .97)"
    );
    for (kind, truth) in [
        (ModelKind::BgNbd, [0.8, 5.0, 1.2, 3.0]),
        (ModelKind::MbgNbd, [0.8, 5.0, 1.2, 3.0]),
        (ModelKind::ParetoNbd, [0.8, 6.0, 1.1, 12.0]),
    ] {
        good &= one(kind, truth);
    }
    good
}

fn one(kind: ModelKind, truth: [f64; 4]) -> bool {
    let model = PurchaseModel::try_new(kind, 1, &truth).expect("parameters");
    let ages: Vec<f64> = (0..CUSTOMERS).map(|i| 30.0 + f64::from(i % 12)).collect();
    let past = Past::try_new(3, 20.0, 30.0).expect("a history");
    let questions = [
        Question::Expected(26.0),
        Question::Alive,
        Question::PurchaseWithin(10.0),
    ];
    let exact = questions.map(|question| {
        model
            .ask(question, &past)
            .expect("in range")
            .expect("finite")
    });
    let (mut covered, mut fitted) = ([0_u64; 7], 0_u64);
    for set in 0..SETS {
        let histories =
            histories_of(&model.simulate(&ages, 1_000 + set).expect("ages"), UNIT).expect("unit");
        let options = FitOptions {
            unit_days: UNIT,
            ..FitOptions::default()
        };
        let fit: Fit = match kind {
            ModelKind::BgNbd => bg_nbd::fit(&histories, &options),
            ModelKind::MbgNbd => mbg_nbd::fit(&histories, &options),
            _ => pareto_nbd::fit(&histories, &options),
        }
        .expect("customers with repeats");
        if !fit.convergence.converged() {
            continue;
        }
        fitted += 1;
        for i in 0..4 {
            let interval = fit.interval(i, 0.95).expect("a covariance");
            covered[i] += u64::from(interval.low <= truth[i] && truth[i] <= interval.high);
        }
        for (i, question) in questions.iter().enumerate() {
            let answer =
                PurchaseModel::ask_with_interval(&fit, *question, &past, 0.95).expect("in range");
            covered[4 + i] += u64::from(
                answer.is_ok_and(|found| found.low <= exact[i] && exact[i] <= found.high),
            );
        }
    }
    let shares = covered.map(|count| count as f64 / fitted as f64);
    println!(
        "  {kind:?}: {fitted} interior maxima; parameters {:.3?}; E[Y], P(alive), P(order) {:.3?}",
        &shares[..4],
        &shares[4..]
    );
    fitted > SETS * 9 / 10
        && shares[4..]
            .iter()
            .all(|share| (0.93..=0.97).contains(share))
}
