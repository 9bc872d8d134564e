//! Fits, points and hard points of the models.

use loyalty_core::analytics::models::bdw;
use loyalty_core::analytics::models::bg_bb::{self, BgBb, DiscreteQuestion, Opportunities};
use loyalty_core::analytics::models::contractual::Renewals;
use loyalty_core::analytics::models::gamma_gamma::{self, GammaGamma, Spends};
use loyalty_core::analytics::models::sbg::{self, Sbg};
use loyalty_core::analytics::models::{
    Fit, FitOptions, Histories, Past, PurchaseModel, Question, bg_nbd, cnbd_k, mbg_nbd, nbd,
    pareto_nbd,
};
use loyalty_core::analytics::occasions::Rules;
use loyalty_core::analytics::summary::summarize;
use serde_json::Value;

use crate::data::{HIGH_END, REGULAR, cdnow, day, donations, number, reference};
use crate::table::Allowed::{Absolute, Relative};
use crate::table::Table;

pub(crate) fn table() -> Table {
    let mut table = Table::default();
    let fits = Fits::new();
    fits.rows(&mut table);
    points(&mut table, &fits);
    hard_points(&mut table);
    table
}

struct Fits {
    bg: Fit,
    bg_days: Fit,
    mbg: Fit,
    pareto: Fit,
    nbd: Fit,
    regular: [Fit; 3],
    spend: Fit,
    donors: Fit,
}

impl Fits {
    fn new() -> Self {
        let log = cdnow();
        let as_of = Rules::at(day(1997, 9, 30));
        let summaries =
            summarize(&log.purchases(), log.customers, as_of, 1).expect("CDNOW is clean");
        let histories = Histories::of(&summaries).expect("CDNOW is clean");
        let weeks = FitOptions::default();
        let days = FitOptions {
            unit_days: 1.0,
            ..FitOptions::default()
        };
        Self {
            bg: bg_nbd::fit(&histories, &weeks).expect("fit"),
            bg_days: bg_nbd::fit(&histories, &days).expect("fit"),
            mbg: mbg_nbd::fit(&histories, &weeks).expect("fit"),
            pareto: pareto_nbd::fit(&histories, &weeks).expect("fit"),
            nbd: nbd::fit(&histories, &weeks).expect("fit"),
            regular: [
                cnbd_k::fit_bg(&histories, 2, &weeks).expect("fit"),
                cnbd_k::fit_mbg(&histories, 2, &weeks).expect("fit"),
                cnbd_k::fit_mbg(&histories, 3, &weeks).expect("fit"),
            ],
            spend: gamma_gamma::fit(&Spends::of(&summaries), 100, &weeks).expect("fit"),
            donors: bg_bb::fit(&donations(), &weeks).expect("fit"),
        }
    }

    fn rows(&self, table: &mut Table) {
        let truth = reference("ground_truth_mle.json");
        let mut fit = |title: &str, fit: &Fit, key: &str, published: &[&str]| {
            table.section(title);
            one(table, fit, &truth[key], published);
        };
        let none = &[""; 5];
        fit(
            "BG/NBD, CDNOW, weeks (Fader, Hardie, Lee 2005)",
            &self.bg,
            "bgnbd_cdnow_exact_weeks",
            &[".243", "4.414", ".793", "2.426", "-9582.4"],
        );
        fit(
            "BG/NBD, CDNOW, days",
            &self.bg_days,
            "bgnbd_cdnow_exact_days",
            none,
        );
        fit(
            "MBG/NBD, CDNOW",
            &self.mbg,
            "mbgnbd_cdnow_exact_weeks",
            &[".525", "6.183", ".891", "1.614", ""],
        );
        fit(
            "Pareto/NBD, CDNOW",
            &self.pareto,
            "pnbd_cdnow_exact_weeks",
            &[".553", "10.578", ".606", "11.669", "-9595.0"],
        );
        fit(
            "NBD, CDNOW",
            &self.nbd,
            "nbd_cdnow_exact_weeks",
            &[".385", "12.072", ""],
        );
        fit(
            "Gamma–Gamma, CDNOW, 946 repeaters (note 025)",
            &self.spend,
            "gg_cdnow_exact",
            &["6.25", "3.74", "15.44", ""],
        );
        fit(
            "BG/BB, donations (Fader, Hardie, Shang 2010)",
            &self.donors,
            "bgbb_donations",
            &["1.204", ".750", ".657", "2.783", "-33225.6"],
        );
        let options = FitOptions::default();
        for (name, counts, published) in [
            (
                "regular",
                REGULAR,
                [
                    [".764", "1.296", ""],
                    [".704", "1.182", "-1680.3"],
                    ["", "", ""],
                ],
            ),
            (
                "highend",
                HIGH_END,
                [["", "", ""], [".668", "3.806", "-1611.2"], ["", "", ""]],
            ),
        ] {
            for (renewals, published) in [4, 7, 12].iter().zip(published) {
                let cohort = [Renewals::try_new(&counts[..=*renewals]).expect("a table")];
                let small = sbg::fit(&cohort, &options).expect("fit");
                fit(
                    &format!("sBG, {name}, {renewals} renewals"),
                    &small,
                    &format!("sbg_{name}_{renewals}"),
                    &published,
                );
                if *renewals > 4 {
                    let large = bdw::fit(&cohort, &options).expect("fit");
                    fit(
                        &format!("BdW, {name}, {renewals} renewals"),
                        &large,
                        &format!("bdw_{name}_{renewals}"),
                        none,
                    );
                }
            }
        }
        table.section("CNBD-k log-likelihoods, CDNOW");
        let expected = [
            ("BG/CNBD-2", -9855.326974),
            ("MBG/CNBD-2", -9853.253129),
            ("MBG/CNBD-3", -10394.362652),
        ];
        for (fit, (name, exact)) in self.regular.iter().zip(expected) {
            table.row(name, "", exact, fit.log_likelihood, Absolute(1e-6));
        }
    }
}

/// Parameters, standard errors and log-likelihood of one fit.
fn one(table: &mut Table, fit: &Fit, truth: &Value, published: &[&str]) {
    let n = fit.values.len();
    for i in 0..n {
        table.row(
            &fit.names[i],
            published[i],
            number(&truth["params"][i]),
            fit.values[i],
            Relative(1e-8),
        );
    }
    for i in 0..n {
        let error = fit.standard_error(i).unwrap_or(f64::NAN);
        table.row(
            &format!("standard error of {}", fit.names[i]),
            "",
            number(&truth["se"][i]),
            error,
            Relative(1e-6),
        );
    }
    table.row(
        "log-likelihood",
        published[n],
        number(&truth["ll"]),
        fit.log_likelihood,
        Absolute(1e-8),
    );
}

fn ask(model: &PurchaseModel, question: Question, past: &Past) -> f64 {
    model
        .ask(question, past)
        .ok()
        .and_then(Result::ok)
        .unwrap_or(f64::NAN)
}

fn past(x: u32, recency: f64, age: f64) -> Past {
    Past::try_new(x, recency, age).expect("a possible history")
}

fn points(table: &mut Table, fits: &Fits) {
    let truth = reference("ground_truth_points.json");
    let fine = Relative(1e-10);
    let new = Past::new_customer();
    let usual = past(2, 30.43, 38.86);
    table.section("BG/NBD points at .243, 4.414, .793, 2.426");
    let bg = PurchaseModel::bg_nbd(0.243, 4.414, 0.793, 2.426).expect("parameters");
    let at = &truth["bgnbd published params"];
    let mut row = |what: &str, published: &str, exact: &Value, ours: f64| {
        table.row(what, published, number(exact), ours, fine)
    };
    row(
        "P(alive | 23, 39, 39)",
        ".9685554",
        &at["PAlive(23,39,39)"],
        ask(&bg, Question::Alive, &past(23, 39.0, 39.0)),
    );
    row(
        "E[Y(39) | 2, 30.43, 38.86]",
        "1.226",
        &at["CET(39|2,30.43,38.86)"],
        ask(&bg, Question::Expected(39.0), &usual),
    );
    for (i, t) in [0.1429, 1.0, 3.0, 31.8571, 32.0, 52.0, 78.0]
        .iter()
        .enumerate()
    {
        let exact = &at["E[X(t)] t=.1429,1,3,31.8571,32,52,78"][i];
        row(
            &format!("E[X({t})]"),
            "",
            exact,
            ask(&bg, Question::Expected(*t), &new),
        );
    }
    row(
        "P(X(2) = 10)",
        "1.07869e-7",
        &at["pmf t=2 n=10"],
        ask(&bg, Question::Mass(10, 2.0), &new),
    );
    for n in 0..8 {
        let exact = &at["pmf t=39 n=0..7"][n as usize];
        row(
            &format!("P(X(39) = {n})"),
            "",
            exact,
            ask(&bg, Question::Mass(n, 39.0), &new),
        );
    }
    for n in 11..=20 {
        let exact = &at["pmf t=30 n=11..20"][n as usize - 11];
        row(
            &format!("P(X(30) = {n})"),
            "",
            exact,
            ask(&bg, Question::Mass(n, 30.0), &new),
        );
    }
    table.section("Points at our own fits");
    let days = past(2, 213.0 / 7.0, 272.0 / 7.0);
    let model = |fit: &Fit| PurchaseModel::of(fit).expect("a purchase model");
    let (bg, mbg, pareto) = (model(&fits.bg), model(&fits.mbg), model(&fits.pareto));
    let mut row =
        |what: &str, exact: &Value, ours: f64| table.row(what, "", number(exact), ours, fine);
    let at = &truth["bgnbd exact MLE"];
    row(
        "BG/NBD E[Y(39) | 2, 30.43, 38.86]",
        &at["CET(39|2,30.43,38.86)"],
        ask(&bg, Question::Expected(39.0), &usual),
    );
    row(
        "BG/NBD E[Y(39) | 2, 213 d, 272 d]",
        &at["CET(39| x=2,213d,272d)"],
        ask(&bg, Question::Expected(39.0), &days),
    );
    row(
        "BG/NBD P(alive | 2, 213 d, 272 d)",
        &at["PAlive same"],
        ask(&bg, Question::Alive, &days),
    );
    let at = &truth["mbgnbd exact MLE"];
    row(
        "MBG/NBD P(alive | 0, 0, 38.86)",
        &at["PAlive(0,0,38.86)"],
        ask(&mbg, Question::Alive, &past(0, 0.0, 38.86)),
    );
    row(
        "MBG/NBD P(alive | 2, 30.43, 38.86)",
        &at["PAlive(2,30.43,38.86)"],
        ask(&mbg, Question::Alive, &usual),
    );
    row(
        "MBG/NBD E[Y(39) | 2, 30.43, 38.86]",
        &at["CET(39|2,30.43,38.86)"],
        ask(&mbg, Question::Expected(39.0), &usual),
    );
    row(
        "MBG/NBD E[Y(39) | 0, 0, 38.86]",
        &at["CET(39|0,0,38.86)"],
        ask(&mbg, Question::Expected(39.0), &past(0, 0.0, 38.86)),
    );
    let at = &truth["pnbd exact MLE"];
    let dert = Question::Discounted {
        rate: 0.0027,
        horizon: f64::INFINITY,
    };
    row(
        "Pareto/NBD P(alive | 2, 213 d, 272 d)",
        &at["PAlive(2,213d,272d)"],
        ask(&pareto, Question::Alive, &days),
    );
    row(
        "Pareto/NBD E[Y(39) | same]",
        &at["CET(39| same)"],
        ask(&pareto, Question::Expected(39.0), &days),
    );
    row(
        "Pareto/NBD E[Y(39) | 0, 0, 272 d]",
        &at["CET(39|0,0,272d)"],
        ask(
            &pareto,
            Question::Expected(39.0),
            &past(0, 0.0, 272.0 / 7.0),
        ),
    );
    row(
        "Pareto/NBD DERT(.0027 | 2, 213 d, 272 d)",
        &at["DERT(.0027|same x=2)"],
        ask(&pareto, dert, &days),
    );
    table.section("Pareto/NBD points at .5534, 10.5802, .6061, 11.6562 (BTYD manual)");
    let pareto = PurchaseModel::pareto_nbd(0.5534, 10.5802, 0.6061, 11.6562).expect("parameters");
    let heavy = past(26, 30.86, 31.0);
    let at = &truth["pnbd BTYD params"];
    let mut row = |what: &str, published: &str, exact: &Value, ours: f64| {
        table.row(what, published, number(exact), ours, fine)
    };
    row(
        "E[Y(52) | 26, 30.86, 31]",
        "25.46",
        &at["CET(52|26,30.86,31)"],
        ask(&pareto, Question::Expected(52.0), &heavy),
    );
    row(
        "P(alive | 26, 30.86, 31)",
        ".9979",
        &at["PAlive(26,30.86,31)"],
        ask(&pareto, Question::Alive, &heavy),
    );
    row(
        "E[X(52)]",
        "1.473",
        &at["E[X(52)]"],
        ask(&pareto, Question::Expected(52.0), &new),
    );
    row(
        "DERT(.0027 | 26, 30.86, 31)",
        "",
        &at["DERT d=.0027 (26,30.86,31)"],
        ask(&pareto, dert, &heavy),
    );
    other_points(table, &truth);
}

fn other_points(table: &mut Table, truth: &Value) {
    let fine = Relative(1e-10);
    table.section("Gamma–Gamma points at 6.25, 3.74, 15.44 (note 025)");
    let at = &truth["gamma-gamma (6.25,3.74,15.44)"];
    let spend = GammaGamma::try_new(6.25, 3.74, 15.44).expect("parameters");
    for (key, published, x, mean) in [
        ("E[M|x=2,m=22.35]", "24.65", 2, 22.35),
        ("x=1,m=11.77", "18.91", 1, 11.77),
        ("x=0", "35.17", 0, 0.0),
        ("x=7,m=73.74", "71.46", 7, 73.74),
        ("m=35 x=3", "", 3, 35.0),
        ("m=40 x=2", "", 2, 40.0),
    ] {
        let ours = spend.expected_spend(x, mean).unwrap_or(f64::NAN);
        table.row(
            &key.replace('|', " given "),
            published,
            number(&at[key]),
            ours,
            fine,
        );
    }
    table.section("BG/BB points at 1.203, .749, .656, 2.783 (table 6 and 7)");
    let at = &truth["bgbb (1.203,.749,.656,2.783)"];
    let donors = BgBb::try_new(1.203, 0.749, 0.656, 2.783).expect("parameters");
    let published = [[".11", ".07"], [".59", "1.06"], [".93", "3.75"]];
    for (i, (x, recency)) in [(0, 0), (2, 4), (6, 6)].iter().enumerate() {
        let past = Opportunities {
            n: 6,
            x: *x,
            recency: *recency,
            customers: 1,
        };
        let ask = |question| donors.ask(question, &past).unwrap_or(f64::NAN);
        let exact = number(&at["PAlive(n+1) (0,0,6),(2,4,6),(6,6,6)"][i]);
        table.row(
            &format!("P(alive at 7 given {x}, {recency}, 6)"),
            published[i][0],
            exact,
            ask(DiscreteQuestion::AliveAt { later: 0 }),
            fine,
        );
        table.row(
            &format!("E[Y(5) given {x}, {recency}, 6]"),
            published[i][1],
            number(&at["CET n*=5"][i]),
            ask(DiscreteQuestion::Expected(5)),
            fine,
        );
        if i != 1 {
            let exact = number(&at["DERT d=.1"][i / 2]);
            table.row(
                &format!("DERT(.1 given {x}, {recency}, 6)"),
                "",
                exact,
                ask(DiscreteQuestion::Discounted { rate: 0.1 }),
                fine,
            );
        }
    }
    for (name, counts) in [("regular", REGULAR), ("highend", HIGH_END)] {
        table.section(&format!("sBG, {name}, from 7 renewals"));
        let cohort = [Renewals::try_new(&counts[..=7]).expect("a table")];
        let model = Sbg::of(&sbg::fit(&cohort, &FitOptions::default()).expect("fit")).expect("sBG");
        let at = &truth[format!("sbg {name}")];
        for t in [1, 6, 12_u32] {
            let exact = number(&at["S(1..12)%"][t as usize - 1]);
            table.row(
                &format!("S({t}), per cent"),
                "",
                exact,
                100.0 * model.survival(t),
                Absolute(1e-6),
            );
        }
        table.row(
            "discounted lifetime, d = .1",
            "",
            number(&at["DEL d=.1"]),
            model.lifetime(0.1).unwrap_or(f64::NAN),
            fine,
        );
        for n in 1..=5_u32 {
            let exact = number(&at["DERL d=.1, n=1..5 renewals-made"][n as usize - 1]);
            table.row(
                &format!("DERL in period {n}, d = .1"),
                "",
                exact,
                model.residual_lifetime(n, 0.1).unwrap_or(f64::NAN),
                fine,
            );
        }
    }
}

/// Points at which other libraries return NaN or lose digits.
fn hard_points(table: &mut Table) {
    table.section("Hard points");
    for case in reference("ground_truth_points.json")["torture"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let list = |key: &str| {
            case[key]
                .as_array()
                .into_iter()
                .flatten()
                .map(number)
                .collect::<Vec<f64>>()
        };
        let (p, mut args) = (list("params"), list("args"));
        let (name, function) = (
            case["model"].as_str().unwrap_or(""),
            case["fn"].as_str().unwrap_or(""),
        );
        if function == "ll" {
            continue;
        }
        let what = format!("{name} {function} at {p:?} {args:?}");
        let model = match name {
            "bgnbd" => PurchaseModel::bg_nbd(p[0], p[1], p[2], p[3]),
            _ => PurchaseModel::pareto_nbd(p[0], p[1], p[2], p[3]),
        };
        let question = if function == "cet" {
            Question::Expected(args.remove(0))
        } else {
            Question::Alive
        };
        let ours = ask(
            &model.expect("parameters"),
            question,
            &past(args[0] as u32, args[1], args[2]),
        );
        table.row(&what, "", number(&case["truth"]), ours, Relative(1e-10));
    }
}
