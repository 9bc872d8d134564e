//! Statistics to the last bit: `vectors/analytics/bits.json` has inputs and the bits of what comes out, so that
//! a build for another platform, or a wrapper, can be held against the same file.
//!
//! `UPDATE_BITS=1` writes what comes out now; other bits are a change to tell in CHANGELOG.md.

#![expect(
    clippy::disallowed_methods,
    reason = "an environment variable asks for the file to be written again"
)]

use std::path::Path;

use loyalty_core::analytics::columns::Purchases;
use loyalty_core::analytics::models::bg_bb::{self, Opportunities};
use loyalty_core::analytics::models::contractual::Renewals;
use loyalty_core::analytics::models::gamma_gamma::{self, GammaGamma, Spends};
use loyalty_core::analytics::models::{
    Fit, FitOptions, Histories, ModelKind, Past, PurchaseModel, Question, bdw, bg_nbd, cnbd_k,
    mbg_nbd, nbd, pareto_nbd, sbg,
};
use loyalty_core::analytics::occasions::Rules;
use loyalty_core::analytics::special;
use loyalty_core::analytics::summary::summarize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).expect("the shape that vectors/README.md has")
}

fn bits(value: f64) -> Value {
    Value::from(format!("{:016x}", value.to_bits()))
}

fn all(values: impl IntoIterator<Item = f64>) -> Value {
    values.into_iter().map(bits).collect()
}

fn kind(of: &Value) -> ModelKind {
    read(&of["model"])
}

fn k(of: &Value) -> u32 {
    read(&of["k"])
}

fn special(function: &str, at: &[f64]) -> f64 {
    match (function, at) {
        ("ln_gamma", [x]) => special::ln_gamma(*x),
        ("digamma", [x]) => special::digamma(*x),
        ("trigamma", [x]) => special::trigamma(*x),
        ("ln_rising", [a, m]) => special::ln_rising(*a, *m),
        ("gamma_q", [a, x]) => special::gamma_q(*a, *x),
        ("chi_square_sf", [x, degrees]) => special::chi_square_sf(*x, *degrees as u32),
        ("normal_cdf", [x]) => special::normal_cdf(*x),
        ("normal_quantile", [p]) => special::normal_quantile(*p),
        ("student_quantile", [p, degrees]) => special::student_quantile(*p, *degrees),
        ("beta_inc", [a, b, x]) => special::beta_inc(*a, *b, *x),
        ("hyp2f1_one", [b, c, z]) => special::hyp2f1_one(*b, *c, *z),
        other => panic!("no such function: {other:?}"),
    }
}

fn told(fit: &Fit) -> Value {
    let error = |i| fit.standard_error(i).map_or(Value::Null, bits);
    let errors: Value = (0..fit.values.len()).map(error).collect();
    json!({
        "values": all(fit.values.iter().copied()),
        "standard_errors": errors,
        "status": fit.convergence.status,
        "log_likelihood": bits(fit.log_likelihood),
    })
}

fn purchases(histories: &Value, case: &Value) -> Fit {
    let column = |name: &str| -> Vec<u32> { read(&histories[name]) };
    let (x, recency, age) = (column("x"), column("recency_days"), column("age_days"));
    let histories = Histories::from_columns(&x, &recency, &age)
        .expect("possible histories")
        .with_gaps(read(&histories["gaps"]));
    let options = FitOptions {
        unit_days: read(&case["unit_days"]),
        ..FitOptions::default()
    };
    let fit = match kind(case) {
        ModelKind::Nbd => nbd::fit(&histories, &options),
        ModelKind::BgNbd => bg_nbd::fit(&histories, &options),
        ModelKind::MbgNbd => mbg_nbd::fit(&histories, &options),
        ModelKind::ParetoNbd => pareto_nbd::fit(&histories, &options),
        ModelKind::BgCnbdK => cnbd_k::fit_bg(&histories, k(case), &options),
        _ => cnbd_k::fit_mbg(&histories, k(case), &options),
    };
    fit.expect("a fit")
}

/// Of each past: alive now, alive in 26, expected in 39, a purchase in 4, exactly 2 in 10, discounted at .002 over
/// 52; all in model units.
fn answers(pasts: &Value, case: &Value) -> Value {
    let parameters: Vec<f64> = read(&case["parameters"]);
    let model = PurchaseModel::try_new(kind(case), k(case), &parameters).expect("a model");
    let questions = [
        Question::Alive,
        Question::AliveAt(26.0),
        Question::Expected(39.0),
        Question::PurchaseWithin(4.0),
        Question::Mass(2, 10.0),
        Question::Discounted {
            rate: 0.002,
            horizon: 52.0,
        },
    ];
    let of = |[x, recency, age]: [f64; 3]| {
        let past = Past::try_new(x as u32, recency, age).expect("a possible past");
        let answer = |question| {
            model
                .ask(question, &past)
                .expect("a question")
                .expect("one")
        };
        all(questions.map(answer))
    };
    read::<Vec<[f64; 3]>>(pasts).into_iter().map(of).collect()
}

fn spend(case: &Value) -> Value {
    let (x, repeat): (Vec<u32>, Vec<i64>) = (read(&case["x"]), read(&case["repeat_minor"]));
    let spends = Spends::from_rows(x.iter().copied().zip(repeat));
    let fit = gamma_gamma::fit(&spends, read(&case["unit_minor"]), &FitOptions::default());
    let fit = fit.expect("a fit");
    let model = GammaGamma::of(&fit).expect("a model");
    let means = [(0, 0.0), (1, 35.0), (7, 12.5)]
        .map(|(x, mean)| model.expected_spend(x, mean).expect("a mean"));
    let mut told = told(&fit);
    told["expected_spend"] = all(means);
    told
}

fn contract(case: &Value) -> Value {
    let table = [Renewals::try_new(&read::<Vec<u64>>(&case["counts"])).expect("counts")];
    let options = FitOptions::default();
    let (fit, at) = match kind(case) {
        ModelKind::Sbg => {
            let fit = sbg::fit(&table, &options).expect("a fit");
            let model = sbg::Sbg::of(&fit).expect("a model");
            let lifetime = model.residual_lifetime(3, 0.1).expect("a rate");
            (fit, [model.survival(12), lifetime])
        }
        _ => {
            let fit = bdw::fit(&table, &options).expect("a fit");
            let model = bdw::Bdw::of(&fit).expect("a model");
            let lifetime = model.residual_lifetime(3, 0.1).expect("a rate");
            (fit, [model.survival(12), lifetime.expect("a sum")])
        }
    };
    let mut told = told(&fit);
    told["survival_12_and_residual_lifetime_3"] = all(at);
    told
}

fn opportunities(case: &Value) -> Value {
    let groups: Vec<[u32; 4]> = read(&case["groups"]);
    let group = |[n, x, recency, customers]: [u32; 4]| Opportunities {
        n,
        x,
        recency,
        customers: u64::from(customers),
    };
    let groups: Vec<Opportunities> = groups.into_iter().map(group).collect();
    told(&bg_bb::fit(&groups, &FitOptions::default()).expect("a fit"))
}

/// Counts and sums are integers: they are there as they are.
fn summary(rows: &Value) -> Value {
    let (customer, day): (Vec<u32>, Vec<i32>) = (read(&rows["customer"]), read(&rows["day"]));
    let amount: Vec<i64> = read(&rows["amount_minor"]);
    let purchases = Purchases::new(&customer, &day, &amount);
    let found = summarize(&purchases, 25, Rules::at(10_180), 1).expect("clean rows");
    serde_json::to_value(found).expect("a summary is JSON")
}

fn answer(file: &Value) -> Map<String, Value> {
    let with = |case: &Value, name: &str, found: Value| {
        let mut case = case.clone();
        case[name] = found;
        case
    };
    let each = |name: &str, of: &dyn Fn(&Value) -> Value| -> Value {
        let cases = file[name].as_array().expect("a list of cases").iter();
        cases.map(|case| with(case, "expect", of(case))).collect()
    };
    let functions = |case: &Value| {
        let name: String = read(&case["function"]);
        let at: Vec<Vec<f64>> = read(&case["at"]);
        all(at.iter().map(|at| special(&name, at)))
    };
    let one = |name: &str, of: fn(&Value) -> Value| with(&file[name], "expect", of(&file[name]));
    let found = [
        ("special", each("special", &functions)),
        (
            "fits",
            each("fits", &|case| told(&purchases(&file["histories"], case))),
        ),
        (
            "models",
            each("models", &|case| answers(&file["pasts"], case)),
        ),
        ("contracts", each("contracts", &contract)),
        ("spend", one("spend", spend)),
        ("opportunities", one("opportunities", opportunities)),
        ("rows", one("rows", summary)),
    ];
    let mut answered = file.as_object().expect("an object").clone();
    for (name, value) in found {
        answered.insert(name.to_owned(), value);
    }
    answered
}

/// One case a line.
fn text(answered: &Map<String, Value>) -> String {
    let mut lines = Vec::new();
    for (name, value) in answered {
        let value = match value.as_array() {
            Some(cases) if cases.iter().all(Value::is_object) => {
                let cases: Vec<String> = cases.iter().map(|case| format!("    {case}")).collect();
                format!("[\n{}\n  ]", cases.join(",\n"))
            }
            _ => value.to_string(),
        };
        lines.push(format!("  {}: {value}", Value::from(name.as_str())));
    }
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

#[test]
fn every_statistic_has_the_bits_of_the_file() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/analytics/bits.json");
    let known = std::fs::read_to_string(&path).expect("the file of bits");
    let file: Value = serde_json::from_str(&known).expect("JSON");
    let found = text(&answer(&file));
    if std::env::var_os("UPDATE_BITS").is_some() {
        std::fs::write(&path, &found).expect("the folder is writable");
        return;
    }
    for (known, found) in known.lines().zip(found.lines()) {
        assert_eq!(known, found, "other bits");
    }
    assert_eq!(known, found);
}
