//! What the native build answers over CDNOW, to the bit: the wasm is held against the same digests.
//!
//! `UPDATE_DIGESTS=1` writes them again.

use std::fmt::Write as _;

use analytics::{
    Asked, Failure, Orders, Pasts, Table, ValueTerms, expected_spend, fit_purchases, fit_read,
    fit_spend, predict, survival, values,
};
use hmac_sha256::Hash;
use loyalty_core::analytics::civil::day_of;
use serde_json::Value;

const DIGESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/digests.txt");
const LOG: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../loyalty-core/tests/data/cdnow/CDNOW_sample.txt"
);

/// The purchases, with customers numbered in the order of their ids, and the ids.
fn cdnow(as_of: i32) -> (Orders, Vec<u32>) {
    let text = std::fs::read_to_string(LOG).unwrap();
    let (mut ids, mut day, mut amount) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, id, date, _, dollars] = fields[..] else {
            continue;
        };
        let date: u32 = date.parse().unwrap();
        let year = i32::try_from(date / 10_000).unwrap();
        ids.push(id.parse::<u32>().unwrap());
        day.push(day_of(year, date / 100 % 100, date % 100).unwrap());
        amount.push(dollars.replace('.', "").parse::<i64>().unwrap());
    }
    let mut keys = ids.clone();
    keys.sort_unstable();
    keys.dedup();
    let number = |id| u32::try_from(keys.binary_search(id).unwrap()).unwrap();
    let customer = ids.iter().map(number).collect();
    let count = u32::try_from(keys.len()).unwrap();
    (Orders::of(customer, count, day, amount, as_of), keys)
}

/// An answer: what is said, and the columns with their bytes.
struct Read {
    said: Value,
    columns: Vec<(String, Vec<u8>)>,
}

fn read(table: Table) -> Read {
    let bytes = table.bytes();
    let length = u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize;
    let said: Value = serde_json::from_slice(&bytes[4..4 + length]).unwrap();
    let mut at = (4 + length).next_multiple_of(8);
    let mut columns = Vec::new();
    for column in said["columns"].as_array().unwrap() {
        let width = match column[1].as_str().unwrap() {
            "u8" => 1,
            "u32" | "i32" => 4,
            _ => 8,
        };
        let size = width * usize::try_from(column[2].as_u64().unwrap()).unwrap();
        let name = column[0].as_str().unwrap().to_owned();
        columns.push((name, bytes[at..at + size].to_vec()));
        at = (at + size).next_multiple_of(8);
    }
    assert_eq!(at, bytes.len());
    Read { said, columns }
}

impl Read {
    fn u32s(&self, name: &str) -> Vec<u32> {
        let of = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap());
        self.column(name).chunks(4).map(of).collect()
    }

    fn i64s(&self, name: &str) -> Vec<i64> {
        let of = |bytes: &[u8]| i64::from_le_bytes(bytes.try_into().unwrap());
        self.column(name).chunks(8).map(of).collect()
    }

    fn column(&self, name: &str) -> &[u8] {
        let found = self.columns.iter().find(|(known, _)| known == name);
        &found.unwrap().1
    }

    fn json(&self) -> &str {
        self.said["json"].as_str().unwrap()
    }

    /// The digest of the columns, with ids for customers and names for segments.
    fn digest(&self, keys: &[u32]) -> String {
        let mut hash = Hash::new();
        for (name, bytes) in &self.columns {
            hash.update(format!("{name}\n"));
            match name.as_str() {
                "customer" => {
                    for number in self.u32s(name) {
                        hash.update(keys[number as usize].to_le_bytes());
                    }
                }
                "segment" => {
                    for place in bytes {
                        let name = self.said["segments"][usize::from(*place)].as_str();
                        hash.update(format!("{}\n", name.unwrap()));
                    }
                }
                _ => hash.update(bytes),
            }
        }
        hex(hash.finalize())
    }
}

fn hex(digest: [u8; 32]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn found() -> Result<String, Failure> {
    let middle = day_of(1997, 9, 30).unwrap();
    let end = day_of(1998, 6, 30).unwrap();
    let ((calibration, keys), (all, _)) = (cdnow(middle), cdnow(end));
    let mut lines = String::new();
    let mut line = |name: &str, digest: String| writeln!(lines, "{name} {digest}").unwrap();

    let summary = read(calibration.summarize(Some(end))?);
    line("summarize", summary.digest(&keys));
    for (name, period, days) in [("month", "month", None), ("rolling-30", "day", Some(30))] {
        for measure in ["customers", "orders", "net_minor"] {
            let table = read(all.cohorts(period, days, measure)?);
            line(&format!("cohorts-{name}-{measure}"), table.digest(&keys));
        }
        let table = read(all.retention(None, period, days, "on", 12, 0.95)?);
        line(&format!("retention-{name}"), table.digest(&keys));
    }
    for ties in ["mid", "below", "at_or_below", "ntile"] {
        let table = read(all.rfm(None, ties, "sum", "independent")?);
        line(&format!("rfm-{ties}"), table.digest(&keys));
    }
    let (frequency, recency, age) = (
        summary.u32s("frequency"),
        summary.u32s("recency_days"),
        summary.u32s("age_days"),
    );
    let pasts = Pasts {
        frequency: &frequency,
        recency_days: &recency,
        age_days: &age,
    };
    let repeat = summary.i64s("repeat_minor");
    let spend = read(fit_spend(&frequency, &repeat, 100, 300)?);
    line("fit-gamma_gamma", hex(Hash::hash(spend.json().as_bytes())));
    let expected = read(expected_spend(spend.json(), &frequency, &repeat, 100)?);
    line("expected-spend", expected.digest(&keys));
    for model in ["bg_nbd", "mbg_nbd", "pareto_nbd", "nbd"] {
        let fit = read(fit_purchases(model, &pasts, 7.0, 300)?);
        assert_eq!(fit.json(), read(fit_read(fit.json())?).json());
        line(
            &format!("fit-{model}"),
            hex(Hash::hash(fit.json().as_bytes())),
        );
        let table = read(predict(fit.json(), &pasts, 39.0)?);
        line(&format!("predict-{model}"), table.digest(&keys));
        let terms = ValueTerms {
            days: Some(365),
            annual_rate: 0.1,
            margin_rate: 0.3,
            reward_rate: 0.02,
            period_days: None,
        };
        let table = read(values(
            fit.json(),
            spend.json(),
            &pasts,
            &repeat,
            100,
            terms,
        )?);
        line(&format!("clv-{model}"), table.digest(&keys));
    }
    let seen: Vec<u8> = frequency.iter().map(|x| u8::from(*x > 0)).collect();
    let days: Vec<u32> = (0..frequency.len())
        .map(|at| match frequency[at] {
            0 => age[at],
            _ => recency[at],
        })
        .collect();
    line(
        "survival",
        read(survival(&days, &seen, 0.95)?).digest(&keys),
    );
    let names: Vec<String> = keys.iter().map(u32::to_string).collect();
    let asked = Asked {
        title: "CDNOW".to_owned(),
        currency: "USD".to_owned(),
        time_zone: None,
        level: 0.95,
        horizon_days: 365,
        annual_rate: 0.1,
        margin_rate: 1.0,
        calibration_end: None,
        listed_max: 10,
    };
    let page = all.report(&serde_json::to_string(&names).unwrap(), &asked)?;
    line("report", hex(Hash::hash(page.as_bytes())));
    Ok(lines)
}

#[test]
fn the_native_build_gives_the_digests() {
    let found = found().unwrap_or_else(|failure| panic!("{failure:?}"));
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of the test, not of the library"
    )]
    if std::env::var_os("UPDATE_DIGESTS").is_some() {
        std::fs::write(DIGESTS, &found).unwrap();
    }
    let known = std::fs::read_to_string(DIGESTS).unwrap();
    assert!(found.lines().count() >= 27, "{found}");
    assert_eq!(found, known);
}
