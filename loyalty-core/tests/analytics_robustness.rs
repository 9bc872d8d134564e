//! Hard data, simulated customers, and what must not change the bits.
#![expect(
    clippy::disallowed_methods,
    reason = "expected values within a tolerance, not to the last bit"
)]

mod common;

use common::{cdnow, cdnow_as_of, cdnow_end, close};
use loyalty_core::analytics::models::covariates::{self, Level};
use loyalty_core::analytics::models::gamma_gamma::{self, GammaGamma, Spends};
use loyalty_core::analytics::models::holdout::{holdout, tracking};
use loyalty_core::analytics::models::lifetime_value::{
    Discounting, LifetimeValueOptions, discounted_purchases, lifetime_value,
};
use loyalty_core::analytics::models::predict::{Batch, ask_many};
use loyalty_core::analytics::models::simulate::histories_of;
use loyalty_core::analytics::models::timing::log_likelihood;
use loyalty_core::analytics::models::{
    Fit, FitOptions, Histories, ModelKind, Past, Prior, PurchaseModel, Question, Status, bg_nbd,
    cnbd_k, mbg_nbd, nbd, pareto_nbd,
};
use loyalty_core::analytics::occasions::{Occasions, Rules};
use loyalty_core::analytics::summary::{split, summarize};

fn options() -> FitOptions {
    FitOptions::default()
}

type Fitter = fn(&Histories, &FitOptions) -> Result<Fit, loyalty_core::analytics::AnalyticsError>;

const FITTERS: [(&str, Fitter); 6] = [
    ("nbd", nbd::fit),
    ("bg", bg_nbd::fit),
    ("mbg", mbg_nbd::fit),
    ("pareto", pareto_nbd::fit),
    ("bg2", |histories, options| {
        cnbd_k::fit_bg(histories, 2, options)
    }),
    ("mbg3", |histories, options| {
        cnbd_k::fit_mbg(histories, 3, options)
    }),
];

fn histories() -> Histories {
    let log = cdnow();
    Histories::of(&summarize(&log.purchases(), log.customers, Rules::at(cdnow_as_of()), 1).unwrap())
        .unwrap()
}

/// Whatever the data, a fit is a typed error or finite numbers with an honest status.
fn survives(name: &str, histories: &Histories) {
    for (model, fit) in FITTERS {
        match fit(histories, &options()) {
            Err(error) => assert!(error.code().starts_with("analytics."), "{name} {model}"),
            Ok(fit) => {
                assert!(fit.log_likelihood.is_finite(), "{name} {model}");
                assert!(
                    fit.values
                        .iter()
                        .all(|value| value.is_finite() && *value > 0.0),
                    "{name} {model} {fit:?}"
                );
                assert!(
                    fit.convergence.status != Status::IterationLimit,
                    "{name} {model} {:?} {:?}",
                    fit.values,
                    fit.convergence
                );
                if fit.convergence.converged() {
                    assert!(
                        (0..fit.values.len()).all(|i| fit.standard_error(i).unwrap().is_finite()),
                        "{name} {model}"
                    );
                }
            }
        }
    }
}

fn with_gaps(x: &[u32], recency: &[u32], age: &[u32]) -> Histories {
    let mut gaps = std::collections::BTreeMap::new();
    for (x, recency) in x.iter().zip(recency) {
        // Even gaps, the last one takes the rest.
        for i in 0..*x {
            let gap = if i + 1 == *x {
                recency - (x - 1) * (recency / x)
            } else {
                recency / x
            };
            *gaps.entry(gap).or_insert(0_u64) += 1;
        }
    }
    Histories::from_columns(x, recency, age)
        .unwrap()
        .with_gaps(gaps.into_iter().collect())
}

#[test]
fn hard_data_ends_in_an_answer_or_a_typed_error() {
    survives("one customer", &with_gaps(&[3], &[100], &[200]));
    survives("one daily buyer", &with_gaps(&[200], &[200], &[200]));
    survives(
        "all one-timers",
        &with_gaps(&[0, 0, 0], &[0, 0, 0], &[10, 20, 30]),
    );
    survives(
        "one repeater among many",
        &with_gaps(&[0, 0, 0, 0, 1], &[0, 0, 0, 0, 5], &[30, 30, 60, 90, 90]),
    );
    survives(
        "x = 5000",
        &with_gaps(
            &[5_000, 2, 0, 1, 40],
            &[5_100, 30, 0, 9, 700],
            &[5_200, 300, 400, 90, 800],
        ),
    );
    survives("all alike", &with_gaps(&[4; 50], &[200; 50], &[300; 50]));
    let heavy: Vec<u32> = (1..120).collect();
    let recency: Vec<u32> = heavy.iter().map(|x| 3 * x).collect();
    let age = vec![365; heavy.len()];
    survives("regular heavy buyers", &with_gaps(&heavy, &recency, &age));
    survives("nobody", &with_gaps(&[], &[], &[]));
    survives("age zero", &with_gaps(&[0, 0, 1], &[0, 0, 1], &[0, 0, 1]));
    let error = bg_nbd::fit(&with_gaps(&[0, 0], &[0, 0], &[9, 9]), &options()).unwrap_err();
    assert_eq!(error.code(), "analytics.model.too_few");
}

#[test]
fn dropout_without_heterogeneity_is_an_ordinary_place() {
    // s and β run off together where all customers leave at one rate: the answers settle, and take no longer.
    let at = |scale: f64| PurchaseModel::pareto_nbd(0.9, 5.0, scale, 40.0 * scale).unwrap();
    let (near, far) = (at(1e6), at(1e9));
    for past in [
        Past::new_customer(),
        Past::try_new(0, 0.0, 30.0).unwrap(),
        Past::try_new(9, 20.0, 40.0).unwrap(),
    ] {
        for question in [
            Question::Alive,
            Question::AliveAt(26.0),
            Question::Expected(39.0),
            Question::PurchaseWithin(26.0),
        ] {
            let ask = |model: &PurchaseModel| model.ask(question, &past).unwrap().unwrap();
            close(ask(&near), ask(&far), 1e-4);
        }
    }
    let one = Histories::from_columns(&[9, 0, 2], &[140, 0, 80], &[280, 210, 90]).unwrap();
    let value = |model: &PurchaseModel| log_likelihood(model, &one, 7.0).unwrap();
    close(value(&near), value(&far), 1e-5);
    // Death right after a purchase instead of at any time: Pareto/NBD has no inner maximum.
    let model = PurchaseModel::bg_nbd(0.9, 3.5, 0.8, 2.4).unwrap();
    let ages: Vec<f64> = (0..300).map(|i| 9.0 + f64::from(i % 220) / 7.0).collect();
    let few = histories_of(&model.simulate(&ages, 4).unwrap(), 7.0).unwrap();
    let fit = pareto_nbd::fit(&few, &options()).unwrap();
    assert!(fit.convergence.status != Status::IterationLimit);
}

#[test]
fn two_million_customers() {
    let model = PurchaseModel::bg_nbd(0.5, 4.0, 0.8, 2.4).unwrap();
    let ages: Vec<f64> = (0..20_000)
        .map(|i| 20.0 + f64::from(i % 300) / 7.0)
        .collect();
    let shop = histories_of(&model.simulate(&ages, 8).unwrap(), 7.0).unwrap();
    let (mut x, mut recency, mut age) = (Vec::new(), Vec::new(), Vec::new());
    for later in 0..100 {
        for group in shop.groups() {
            for _ in 0..group.customers {
                x.push(group.x);
                recency.push(group.recency_days);
                age.push(group.age_days + later % 3);
            }
        }
    }
    let many = Histories::from_columns(&x, &recency, &age).unwrap();
    assert_eq!(many.customers(), 2_000_000);
    let fit = bg_nbd::fit(&many, &options()).unwrap();
    assert!(fit.convergence.converged(), "{:?}", fit.convergence);
    let threads = FitOptions {
        threads: 3,
        ..options()
    };
    assert_eq!(fit, bg_nbd::fit(&many, &threads).unwrap());
    for (value, truth) in fit.values.iter().zip(model.parameters()) {
        close(*value, *truth, 0.3);
    }
    let batch = Batch {
        x: &x,
        recency_days: &recency,
        age_days: &age,
        unit_days: 7.0,
        threads: 2,
    };
    let model = PurchaseModel::of(&fit).unwrap();
    let expected = ask_many(&model, Question::Expected(26.0), &batch).unwrap();
    assert_eq!(expected.len(), 2_000_000);
    assert!(
        expected
            .iter()
            .all(|answer| answer.is_ok_and(|value| value > 0.0))
    );
}

#[test]
fn chances_of_leaving_that_add_up_to_less_than_one_are_fitted() {
    // a + b < 1 and a near 1: where a 2F1 of the textbook form turns negative or has a pole.
    for [a, b] in [[0.3, 0.5], [1.0, 2.4], [0.2, 0.1]] {
        let model = PurchaseModel::bg_nbd(0.8, 4.0, a, b).unwrap();
        let ages: Vec<f64> = (0..4_000).map(|i| 30.0 + f64::from(i % 12)).collect();
        let set = histories_of(&model.simulate(&ages, 17).unwrap(), 700.0).unwrap();
        let unit = FitOptions {
            unit_days: 700.0,
            ..options()
        };
        let fit = bg_nbd::fit(&set, &unit).unwrap();
        assert!(fit.convergence.converged(), "{:?}", fit.convergence);
        for (i, truth) in model.parameters().iter().enumerate() {
            let interval = fit.interval(i, 0.9999).unwrap();
            assert!(
                interval.low < *truth && *truth < interval.high,
                "{interval:?}"
            );
        }
        let found = PurchaseModel::of(&fit).unwrap();
        for past in [Past::new_customer(), Past::try_new(0, 0.0, 1.0).unwrap()] {
            let expected = found.ask(Question::Expected(30.0), &past).unwrap().unwrap();
            assert!(expected > 0.0 && expected.is_finite());
        }
    }
}

#[test]
fn holdout_calibration_deciles_and_tracking() {
    let log = cdnow();
    let split = split(
        &log.purchases(),
        log.customers,
        Rules::at(cdnow_as_of()),
        cdnow_end(),
        1,
    )
    .unwrap();
    let model = PurchaseModel::of(&bg_nbd::fit(&histories(), &options()).unwrap()).unwrap();
    let result = holdout(&model, &split, 7.0).unwrap();
    let bins = result.calibration(&split, 7);
    assert_eq!(bins.iter().map(|bin| bin.customers).sum::<u64>(), 2_357);
    assert!(
        bins.windows(2)
            .all(|pair| pair[0].predicted < pair[1].predicted)
    );
    let deciles = result.deciles();
    assert!(deciles[0].lift.unwrap() > 3.0 && deciles[9].lift.unwrap() < 1.0);
    let all = Occasions::build(&log.purchases(), log.customers, Rules::at(cdnow_end()), 1).unwrap();
    let points = tracking(&model, &all, cdnow_end() - 545, 7, 7.0).unwrap();
    let last = points.last().unwrap();
    assert_eq!((last.day, last.actual), (cdnow_end(), 2_457 + 1_882));
    assert!(
        (last.expected / 4_339.0 - 1.0).abs() < 0.1,
        "{}",
        last.expected
    );
    assert!(
        points
            .windows(2)
            .all(|pair| pair[0].expected <= pair[1].expected)
    );
}

#[test]
fn threads_and_order_do_not_change_the_bits() {
    let model = PurchaseModel::pareto_nbd(0.55, 10.6, 0.6, 11.7).unwrap();
    let ages: Vec<f64> = (0..6_000)
        .map(|i| 20.0 + f64::from(i % 190) / 7.0)
        .collect();
    let sets = histories_of(&model.simulate(&ages, 3).unwrap(), 7.0).unwrap();
    for (_, fit) in FITTERS {
        let one = fit(&sets, &options()).unwrap();
        for threads in [2, 3, 8] {
            assert_eq!(
                one,
                fit(
                    &sets,
                    &FitOptions {
                        threads,
                        ..options()
                    }
                )
                .unwrap()
            );
        }
    }
}

#[test]
fn saved_fits_come_back_to_the_same_bits_and_refit_warm() {
    for (_, fit) in FITTERS {
        let fitted = fit(&histories(), &options()).unwrap();
        let text = serde_json::to_string(&fitted).unwrap();
        let back: Fit = serde_json::from_str(&text).unwrap();
        assert_eq!(back.values, fitted.values);
        assert_eq!(back.covariance, fitted.covariance);
        assert_eq!(
            back.log_likelihood.to_bits(),
            fitted.log_likelihood.to_bits()
        );
        let warm = fit(&histories(), &FitOptions::warm(&back)).unwrap();
        assert!(warm.convergence.iterations <= 3, "{:?}", warm.convergence);
        for (warm, cold) in warm.values.iter().zip(&fitted.values) {
            close(*warm, *cold, 1e-8);
        }
    }
    let fitted = bg_nbd::fit(&histories(), &options()).unwrap();
    let changed = serde_json::to_string(&fitted)
        .unwrap()
        .replace("\"schema\":1", "\"schema\":9");
    let other: Fit = serde_json::from_str(&changed).unwrap();
    assert_eq!(
        PurchaseModel::of(&other).unwrap_err().code(),
        "analytics.state.schema"
    );
}

#[test]
fn t9_priors_are_off_by_default_and_pull_when_asked() {
    let plain = bg_nbd::fit(&histories(), &options()).unwrap();
    let prior = Some(Prior {
        median: 1.0,
        spread: 0.05,
    });
    let pulled = bg_nbd::fit(
        &histories(),
        &FitOptions {
            priors: vec![prior],
            ..options()
        },
    )
    .unwrap();
    assert_eq!(plain.log_prior, 0.0);
    assert!(pulled.log_prior < 0.0 && pulled.values[0] > plain.values[0] + 0.05);
    assert!(pulled.log_likelihood < plain.log_likelihood);
}

#[test]
fn masses_sum_to_one_and_agree_with_expectations() {
    let models = [
        PurchaseModel::nbd(0.4, 12.0).unwrap(),
        PurchaseModel::bg_nbd(0.243, 4.414, 0.793, 2.426).unwrap(),
        PurchaseModel::mbg_nbd(0.525, 6.183, 0.891, 1.614).unwrap(),
        PurchaseModel::pareto_nbd(0.553, 10.58, 0.606, 11.67).unwrap(),
        PurchaseModel::try_new(ModelKind::BgCnbdK, 2, &[0.9, 4.0, 0.5, 2.0]).unwrap(),
        PurchaseModel::try_new(ModelKind::MbgCnbdK, 3, &[1.3, 2.8, 0.4, 0.8]).unwrap(),
    ];
    for model in &models {
        for past in [
            Past::new_customer(),
            Past::try_new(2, 30.43, 38.86).unwrap(),
            Past::try_new(0, 0.0, 5.0).unwrap(),
        ] {
            let ask = |question| model.ask(question, &past).unwrap().unwrap();
            let (mut sum, mut mean) = (0.0, 0.0);
            for n in 0..400 {
                let mass = ask(Question::Mass(n, 6.0));
                assert!((0.0..=1.0).contains(&mass));
                sum += mass;
                mean += f64::from(n) * mass;
            }
            assert!(
                (sum - 1.0).abs() < 1e-10,
                "{:?} {past:?} {sum}",
                model.kind()
            );
            close(mean, ask(Question::Expected(6.0)), 1e-9);
            close(
                1.0 - ask(Question::Mass(0, 6.0)),
                ask(Question::PurchaseWithin(6.0)),
                1e-10,
            );
            assert!(ask(Question::AliveAt(6.0)) <= ask(Question::Alive) + 1e-15);
            // Discounting at rate zero over a horizon is the expectation itself.
            close(
                ask(Question::Discounted {
                    rate: 0.0,
                    horizon: 6.0,
                }),
                ask(Question::Expected(6.0)),
                1e-11,
            );
            let far = ask(Question::Discounted {
                rate: 0.01,
                horizon: 3_000.0,
            });
            close(
                ask(Question::Discounted {
                    rate: 0.01,
                    horizon: f64::INFINITY,
                }),
                far,
                1e-9,
            );
            let q = 0.3 * ask(Question::Alive);
            let t = model.next_purchase(&past, q).unwrap().unwrap();
            close(ask(Question::PurchaseWithin(t)), q, 1e-9);
            let (low, high) = model.count_interval(&past, 6.0, 0.9).unwrap();
            assert!(low <= high);
        }
    }
    let gone = Past::try_new(20, 2.0, 60.0).unwrap();
    assert!(models[1].next_purchase(&gone, 0.5).unwrap().is_err());
}

#[test]
fn simulated_customers_behave_as_the_formulas_say() {
    let models = [
        PurchaseModel::bg_nbd(0.8, 4.0, 0.8, 2.4).unwrap(),
        PurchaseModel::mbg_nbd(0.8, 4.0, 0.8, 2.4).unwrap(),
        PurchaseModel::pareto_nbd(0.8, 6.0, 0.9, 11.0).unwrap(),
        PurchaseModel::try_new(ModelKind::BgCnbdK, 2, &[1.5, 3.0, 0.8, 2.4]).unwrap(),
        PurchaseModel::try_new(ModelKind::MbgCnbdK, 3, &[1.5, 2.0, 0.8, 2.4]).unwrap(),
    ];
    for model in &models {
        let (past_end, end, n) = (12.0, 30.0, 20_000);
        let customers = model.simulate(&vec![end; n], 11).unwrap();
        let (mut expected, mut alive, mut within, mut actual, mut did) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for customer in &customers {
            let before: Vec<f64> = customer
                .times
                .iter()
                .copied()
                .filter(|time| *time <= past_end)
                .collect();
            let past = Past::try_new(
                before.len() as u32,
                before.last().copied().unwrap_or(0.0),
                past_end,
            )
            .unwrap();
            let ask = |question| model.ask(question, &past).unwrap().unwrap();
            expected += ask(Question::Expected(end - past_end));
            alive += ask(Question::AliveAt(end - past_end));
            within += ask(Question::PurchaseWithin(end - past_end));
            let later = customer.times.len() - before.len();
            actual += later as f64;
            did += f64::from(u8::from(later > 0));
        }
        let living = customers.iter().filter(|customer| customer.alive).count() as f64;
        assert!(
            (expected / actual - 1.0).abs() < 0.04,
            "{:?} {expected} {actual}",
            model.kind()
        );
        assert!(
            (within / did - 1.0).abs() < 0.04,
            "{:?} {within} {did}",
            model.kind()
        );
        assert!(
            (alive / living - 1.0).abs() < 0.04,
            "{:?} {alive} {living}",
            model.kind()
        );
    }
}

#[test]
fn fits_recover_what_was_simulated() {
    let truth = [0.9, 5.0, 0.8, 2.5];
    let model = PurchaseModel::mbg_nbd(truth[0], truth[1], truth[2], truth[3]).unwrap();
    let ages: Vec<f64> = (0..4_000).map(|i| 25.0 + f64::from(i % 12)).collect();
    let set = histories_of(&model.simulate(&ages, 5).unwrap(), 700.0).unwrap();
    let fit = mbg_nbd::fit(
        &set,
        &FitOptions {
            unit_days: 700.0,
            ..options()
        },
    )
    .unwrap();
    for (i, truth) in truth.iter().enumerate() {
        let interval = fit.interval(i, 0.999).unwrap();
        assert!(
            interval.low < *truth && *truth < interval.high,
            "{interval:?} {truth}"
        );
    }
    let past = Past::try_new(3, 10.0, 20.0).unwrap();
    let answer = PurchaseModel::ask_with_interval(&fit, Question::Expected(10.0), &past, 0.95)
        .unwrap()
        .unwrap();
    let truth = model.ask(Question::Expected(10.0), &past).unwrap().unwrap();
    assert!(answer.low < truth && truth < answer.high);
    let spend = GammaGamma::try_new(6.0, 4.0, 15.0).unwrap();
    let counts: Vec<u32> = (0..3_000).map(|i| 1 + i % 5).collect();
    let rows = spend.simulate(&counts, 9);
    let totals = rows
        .iter()
        .map(|row| (row.len() as u32, (row.iter().sum::<f64>() * 1e4) as i64));
    let fit = gamma_gamma::fit(&Spends::from_rows(totals), 10_000, &options()).unwrap();
    for (i, truth) in [6.0, 4.0, 15.0].iter().enumerate() {
        let interval = fit.interval(i, 0.999).unwrap();
        assert!(interval.low < *truth && *truth < interval.high);
    }
}

#[test]
fn covariates_recover_effects_and_do_not_mind_the_order_of_levels() {
    let base = [0.9, 5.0, 0.8, 2.5];
    let ages: Vec<f64> = (0..3_000).map(|i| 25.0 + f64::from(i % 12)).collect();
    let level = |name: &str, model: PurchaseModel, seed| Level {
        name: name.to_owned(),
        histories: histories_of(&model.simulate(&ages, seed).unwrap(), 700.0).unwrap(),
    };
    let options = FitOptions {
        unit_days: 700.0,
        ..options()
    };
    for kind in [ModelKind::BgNbd, ModelKind::ParetoNbd] {
        let make = |factor: f64| {
            PurchaseModel::try_new(kind, 1, &[base[0], base[1] * factor, base[2], base[3]]).unwrap()
        };
        let levels = [
            level("app", make(0.5), 1),
            level("shop", make(1.0), 2),
            level("web", make(1.0), 3),
        ];
        let fit = covariates::fit(kind, &levels, "shop", &options).unwrap();
        assert!(fit.convergence.converged(), "{:?}", fit.convergence);
        let at = fit
            .names
            .iter()
            .position(|name| name == "gamma_purchase[app]")
            .unwrap();
        let effect = fit.interval(at, 0.999).unwrap();
        assert!(
            effect.low < 2.0_f64.ln() && 2.0_f64.ln() < effect.high && effect.low > 0.0,
            "{effect:?}"
        );
        let turned: Vec<Level> = levels.iter().rev().cloned().collect();
        assert_eq!(
            covariates::fit(kind, &turned, "shop", &options).unwrap(),
            fit
        );
        let other = covariates::fit(kind, &levels, "web", &options).unwrap();
        close(other.log_likelihood, fit.log_likelihood, 1e-10);
        let model = covariates::level_model(&fit, "app", "shop").unwrap();
        close(
            model.parameters()[1],
            fit.values[1] * (-fit.values[at]).exp(),
            1e-12,
        );
        let groups: Vec<_> = levels
            .iter()
            .flat_map(|level| level.histories.groups().to_vec())
            .collect();
        let expand = |field: fn(&loyalty_core::analytics::models::Group) -> u32| -> Vec<u32> {
            groups
                .iter()
                .flat_map(|group| std::iter::repeat_n(field(group), group.customers as usize))
                .collect()
        };
        let pooled = Histories::from_columns(
            &expand(|group| group.x),
            &expand(|group| group.recency_days),
            &expand(|group| group.age_days),
        )
        .unwrap();
        let plain = if kind == ModelKind::BgNbd {
            bg_nbd::fit(&pooled, &options)
        } else {
            pareto_nbd::fit(&pooled, &options)
        };
        let test = plain.unwrap().likelihood_ratio(&fit).unwrap();
        assert!(
            test.p_value < 1e-10
                && !test.on_boundary
                && test.degrees as usize == fit.names.len() - 4
        );
    }
    assert!(covariates::fit(ModelKind::BgNbd, &[], "shop", &options).is_err());
}

#[test]
fn batches_answer_as_single_customers_do() {
    let log = cdnow();
    let summaries =
        summarize(&log.purchases(), log.customers, Rules::at(cdnow_as_of()), 1).unwrap();
    let x: Vec<u32> = (0..summaries.len())
        .map(|i| summaries.frequency(i))
        .collect();
    let recency: Vec<u32> = (0..summaries.len())
        .map(|i| summaries.recency_days(i))
        .collect();
    let age: Vec<u32> = (0..summaries.len())
        .map(|i| summaries.age_days(i))
        .collect();
    let batch = Batch {
        x: &x,
        recency_days: &recency,
        age_days: &age,
        unit_days: 7.0,
        threads: 1,
    };
    for (_, fit) in FITTERS {
        let model = PurchaseModel::of(&fit(&histories(), &options()).unwrap()).unwrap();
        for question in [
            Question::Alive,
            Question::Expected(39.0),
            Question::Discounted {
                rate: 0.002,
                horizon: 52.0,
            },
        ] {
            let all = ask_many(&model, question, &batch).unwrap();
            assert_eq!(
                all,
                ask_many(
                    &model,
                    question,
                    &Batch {
                        threads: 2,
                        ..batch
                    }
                )
                .unwrap()
            );
            for i in (0..x.len()).step_by(97) {
                let past =
                    Past::try_new(x[i], f64::from(recency[i]) / 7.0, f64::from(age[i]) / 7.0)
                        .unwrap();
                assert_eq!(all[i], model.ask(question, &past).unwrap());
                let alone = Batch {
                    x: &x[i..=i],
                    recency_days: &recency[i..=i],
                    age_days: &age[i..=i],
                    ..batch
                };
                assert_eq!(ask_many(&model, question, &alone).unwrap(), [all[i]]);
            }
        }
    }
}

#[test]
fn t8_lifetime_value_discounts_real_days() {
    let log = cdnow();
    let summaries =
        summarize(&log.purchases(), log.customers, Rules::at(cdnow_as_of()), 1).unwrap();
    let model = PurchaseModel::of(&bg_nbd::fit(&histories(), &options()).unwrap()).unwrap();
    let spend = gamma_gamma::fit(&Spends::of(&summaries), 100, &options()).unwrap();
    let spend = GammaGamma::of(&spend).unwrap();
    let (x, recency, age) = ([2_u32, 0], [213_u32, 0], [272_u32, 272]);
    let batch = Batch {
        x: &x,
        recency_days: &recency,
        age_days: &age,
        unit_days: 7.0,
        threads: 1,
    };
    let year = LifetimeValueOptions::new(Some(365), 0.10);
    let det = discounted_purchases(&model, &batch, &year).unwrap();
    let plain =
        discounted_purchases(&model, &batch, &LifetimeValueOptions::new(Some(365), 0.0)).unwrap();
    let (det, plain) = (det[0].unwrap(), plain[0].unwrap());
    // Half a year's discount or so, never more than the whole year's.
    assert!(det < plain && det > plain / 1.10 && (det / plain - 1.10_f64.powf(-0.46)).abs() < 0.01);
    // Daily period ends converge to the continuous value.
    let daily = LifetimeValueOptions {
        discounting: Discounting::PeriodEnd { days: 1 },
        ..year
    };
    let daily = discounted_purchases(&model, &batch, &daily).unwrap()[0].unwrap();
    close(daily, det, 2e-4);
    let values = lifetime_value(&model, &spend, &batch, &[4_469, 0], 100, &year).unwrap();
    close(
        values[0].unwrap(),
        det * spend.expected_spend(2, 22.345).unwrap() * 100.0,
        1e-14,
    );
    assert!(values[1].unwrap() > 0.0);
    let forever =
        discounted_purchases(&model, &batch, &LifetimeValueOptions::new(None, 0.10)).unwrap();
    assert!(forever[0].unwrap() > det);
    let never =
        discounted_purchases(&model, &batch, &LifetimeValueOptions::new(None, 0.0)).unwrap();
    assert!(never[0].is_err());
    let flat = GammaGamma::try_new(6.0, 0.9, 15.0).unwrap();
    let values = lifetime_value(&model, &flat, &batch, &[4_469, 0], 100, &year).unwrap();
    assert!(values[0].is_ok() && values[1] == Err(loyalty_core::analytics::Absent::MeanInfinite));
}
