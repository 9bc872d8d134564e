//! Gamma–Gamma, BG/BB, sBG and BdW against 40-digit reference fits and points.

mod common;

use common::{cdnow, cdnow_as_of, close, json, read};
use loyalty_core::analytics::Absent;
use loyalty_core::analytics::models::bdw::{self, Bdw};
use loyalty_core::analytics::models::bg_bb::{self, BgBb, DiscreteQuestion, Opportunities};
use loyalty_core::analytics::models::compare::compare_contracts;
use loyalty_core::analytics::models::contractual::Renewals;
use loyalty_core::analytics::models::gamma_gamma::{self, GammaGamma, Spends};
use loyalty_core::analytics::models::sbg::{self, Sbg};
use loyalty_core::analytics::models::{Fit, FitOptions, ModelKind};
use loyalty_core::analytics::occasions::Rules;
use loyalty_core::analytics::summary::summarize;

const REGULAR: [u64; 13] = [
    1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173,
];
const HIGH_END: [u64; 13] = [
    1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394,
];

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
}

fn donations() -> Vec<Opportunities> {
    read("donations.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<u32> = line
                .trim()
                .split(',')
                .map(|field| field.parse().unwrap())
                .collect();
            Opportunities {
                n: fields[2],
                x: fields[0],
                recency: fields[1],
                customers: u64::from(fields[3]),
            }
        })
        .collect()
}

#[test]
fn gamma_gamma_on_cdnow() {
    let log = cdnow();
    let summaries =
        summarize(&log.purchases(), log.customers, Rules::at(cdnow_as_of()), 1).unwrap();
    let spends = Spends::of(&summaries);
    assert_eq!(
        (
            spends.customers(),
            spends.without_repeat,
            spends.without_value
        ),
        (946, 1_411, 0)
    );
    matches(
        &gamma_gamma::fit(&spends, 100, &FitOptions::default()).unwrap(),
        "gg_cdnow_exact",
    );
    let check = gamma_gamma::independence(&spends, 0.95).unwrap();
    assert!(
        check.correlation.abs() < 0.15
            && check.low < check.correlation
            && check.correlation < check.high
    );
    let truth = &json("ground_truth_points.json")["gamma-gamma (6.25,3.74,15.44)"];
    let model = GammaGamma::try_new(6.25, 3.74, 15.44).unwrap();
    for (key, x, mean) in [
        ("E[M|x=2,m=22.35]", 2, 22.35),
        ("x=1,m=11.77", 1, 11.77),
        ("x=0", 0, 0.0),
        ("x=7,m=73.74", 7, 73.74),
        ("m=35 x=3", 3, 35.0),
        ("m=40 x=2", 2, 40.0),
    ] {
        close(
            model.expected_spend(x, mean).unwrap(),
            number(&truth[key]),
            1e-12,
        );
    }
}

#[test]
fn gamma_gamma_without_a_mean_says_so() {
    let model = GammaGamma::try_new(2.0, 0.9, 10.0).unwrap();
    assert_eq!(model.population_mean(), Err(Absent::MeanInfinite));
    assert!(model.expected_spend(1, 30.0).unwrap() > 0.0);
}

#[test]
fn bg_bb_on_donations() {
    let fit = bg_bb::fit(&donations(), &FitOptions::default()).unwrap();
    matches(&fit, "bgbb_donations");
    let truth = &json("ground_truth_points.json")["bgbb (1.203,.749,.656,2.783)"];
    let model = BgBb::try_new(1.203, 0.749, 0.656, 2.783).unwrap();
    let past = |x, recency| Opportunities {
        n: 6,
        x,
        recency,
        customers: 1,
    };
    let pasts = [past(0, 0), past(2, 4), past(6, 6)];
    for (i, past) in pasts.iter().enumerate() {
        let alive = model
            .ask(DiscreteQuestion::AliveAt { later: 0 }, past)
            .unwrap();
        close(
            alive,
            number(&truth["PAlive(n+1) (0,0,6),(2,4,6),(6,6,6)"][i]),
            1e-12,
        );
        let expected = model.ask(DiscreteQuestion::Expected(5), past).unwrap();
        close(expected, number(&truth["CET n*=5"][i]), 1e-12);
        let masses: Vec<f64> = (0..=5)
            .map(|n| model.ask(DiscreteQuestion::Mass(n, 5), past).unwrap())
            .collect();
        close(masses.iter().sum(), 1.0, 1e-12);
        close(
            masses
                .iter()
                .enumerate()
                .map(|(n, mass)| n as f64 * mass)
                .sum(),
            expected,
            1e-12,
        );
        close(
            1.0 - masses[0],
            model
                .ask(DiscreteQuestion::PurchaseWithin(5), past)
                .unwrap(),
            1e-12,
        );
    }
    for (i, past) in [past(0, 0), past(6, 6)].iter().enumerate() {
        let dert = model
            .ask(DiscreteQuestion::Discounted { rate: 0.1 }, past)
            .unwrap();
        close(dert, number(&truth["DERT d=.1"][i]), 1e-12);
    }
}

#[test]
fn contracts() {
    for (name, counts) in [("regular", &REGULAR), ("highend", &HIGH_END)] {
        for renewals in [4, 7, 12] {
            let table = [Renewals::try_new(&counts[..=renewals]).unwrap()];
            let small = sbg::fit(&table, &FitOptions::default()).unwrap();
            matches(&small, &format!("sbg_{name}_{renewals}"));
            if renewals > 4 {
                let large = bdw::fit(&table, &FitOptions::default()).unwrap();
                matches(&large, &format!("bdw_{name}_{renewals}"));
                assert!(small.likelihood_ratio(&large).unwrap().p_value < 1.0);
                let one = Bdw::of(&large).unwrap();
                assert!(
                    one.survival(3) < one.survival(2)
                        && one.retention(1).unwrap() == one.survival(1)
                );
            }
        }
    }
}

#[test]
fn contract_models_compare_on_the_probability_of_the_renewals() {
    for (counts, best) in [(&REGULAR, ModelKind::Sbg), (&HIGH_END, ModelKind::Bdw)] {
        let table = [Renewals::try_new(&counts[..=7]).unwrap()];
        let list = compare_contracts(&table, &FitOptions::default());
        assert_eq!((list.len(), list[0].model), (2, best));
        assert_eq!(list[0].aic_excess, Some(0.0));
        let of = |kind| {
            let found = list.iter().find(|entry| entry.model == kind);
            found.unwrap().fit.as_ref().unwrap()
        };
        let (small, large) = (of(ModelKind::Sbg), of(ModelKind::Bdw));
        assert!(small.log_likelihood < large.log_likelihood);
        assert_eq!(small.likelihood_ratio(large).unwrap().degrees, 1);
    }
    // One renewal identifies sBG's chance of leaving, not BdW's three parameters.
    let short = [Renewals::try_new(&[100, 60, 40]).unwrap()];
    let list = compare_contracts(&short, &FitOptions::default());
    assert_eq!(list[1].model, ModelKind::Bdw);
    let error = list[1].fit.as_ref().unwrap_err();
    assert_eq!(error.code(), "analytics.model.too_few");
    assert_eq!(list[1].aic_excess, None);
}

#[test]
fn survival_and_residual_lifetimes() {
    for (name, counts) in [("regular", &REGULAR), ("highend", &HIGH_END)] {
        let table = [Renewals::try_new(&counts[..=7]).unwrap()];
        let fit = sbg::fit(&table, &FitOptions::default()).unwrap();
        let model = Sbg::of(&fit).unwrap();
        let truth = &json("ground_truth_points.json")[format!("sbg {name}")];
        for t in 1..=12_u32 {
            let at = t as usize - 1;
            close(
                100.0 * model.survival(t),
                number(&truth["S(1..12)%"][at]),
                1e-7,
            );
            close(
                model.retention(t).unwrap(),
                number(&truth["retention r(1..12)"][at]),
                1e-9,
            );
        }
        close(
            model.lifetime(0.1).unwrap(),
            number(&truth["DEL d=.1"]),
            1e-10,
        );
        for n in 1..=5_u32 {
            let expected = number(&truth["DERL d=.1, n=1..5 renewals-made"][n as usize - 1]);
            close(model.residual_lifetime(n, 0.1).unwrap(), expected, 1e-10);
            let interval = Sbg::residual_lifetime_interval(&fit, n, 0.1, 0.95)
                .unwrap()
                .unwrap();
            assert!(interval.low < interval.value && interval.value < interval.high);
        }
        let same = Bdw::try_new(fit.values[0], fit.values[1], 1.0).unwrap();
        close(
            same.residual_lifetime(3, 0.1).unwrap().unwrap(),
            model.residual_lifetime(3, 0.1).unwrap(),
            1e-10,
        );
    }
}
