//! The CDNOW log and the reference values, for every analytics test.
#![allow(dead_code, unreachable_pub)]

use loyalty_core::analytics::civil::day_of;
use loyalty_core::analytics::columns::Purchases;
use loyalty_core::analytics::index::Index;

pub struct Log {
    pub customers: usize,
    pub customer: Vec<u32>,
    pub day: Vec<i32>,
    pub amount_minor: Vec<i64>,
}

impl Log {
    pub fn purchases(&self) -> Purchases<'_> {
        Purchases::new(&self.customer, &self.day, &self.amount_minor)
    }
}

pub fn read(name: &str) -> String {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub fn json(name: &str) -> serde_json::Value {
    serde_json::from_str(&read(name)).expect("reference values are JSON")
}

pub fn cdnow() -> Log {
    let (mut ids, mut day, mut amount_minor) = (Vec::new(), Vec::new(), Vec::new());
    for line in read("cdnow/CDNOW_sample.txt").lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if fields.is_empty() {
            continue;
        }
        let date: i32 = fields[2].parse().expect("date");
        ids.push(fields[1].parse::<i64>().expect("id"));
        day.push(
            day_of(
                date / 10_000,
                (date / 100 % 100) as u32,
                (date % 100) as u32,
            )
            .expect("date"),
        );
        let (whole, cents) = fields[4].split_once('.').expect("dollars and cents");
        amount_minor.push(
            whole.parse::<i64>().expect("dollars") * 100 + cents.parse::<i64>().expect("cents"),
        );
    }
    let mut index = Index::new();
    let customer = index.encode_ints(&ids, 1).expect("index");
    Log {
        customers: index.len(),
        customer,
        day,
        amount_minor,
    }
}

/// The end of the CDNOW calibration period, 1997-09-30.
pub fn cdnow_as_of() -> i32 {
    day_of(1997, 9, 30).expect("date")
}

/// The end of the CDNOW data, 1998-06-30.
pub fn cdnow_end() -> i32 {
    day_of(1998, 6, 30).expect("date")
}

#[track_caller]
pub fn close(found: f64, expected: f64, relative: f64) {
    let gap = (found - expected).abs();
    assert!(
        gap <= relative * expected.abs() || gap == 0.0,
        "found {found:e}, expected {expected:e}, off {:e}",
        gap / expected.abs()
    );
}
