//! The data sets and the reference values.

use loyalty_core::analytics::civil::day_of;
use loyalty_core::analytics::columns::Purchases;
use loyalty_core::analytics::index::Index;
use loyalty_core::analytics::models::bg_bb::Opportunities;

pub(crate) const REGULAR: [u64; 13] = [
    1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173,
];
pub(crate) const HIGH_END: [u64; 13] = [
    1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394,
];

pub(crate) struct Log {
    pub(crate) customers: usize,
    customer: Vec<u32>,
    day: Vec<i32>,
    amount_minor: Vec<i64>,
}

impl Log {
    pub(crate) fn purchases(&self) -> Purchases<'_> {
        Purchases::new(&self.customer, &self.day, &self.amount_minor)
    }
}

fn read(name: &str) -> String {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).expect("the data set is in tests/data")
}

pub(crate) fn reference(name: &str) -> serde_json::Value {
    serde_json::from_str(&read(name)).expect("reference values are JSON")
}

pub(crate) fn number(value: &serde_json::Value) -> f64 {
    value
        .as_str()
        .map_or_else(|| value.as_f64(), |text| text.parse().ok())
        .expect("a number")
}

pub(crate) fn day(year: i32, month: u32, day: u32) -> i32 {
    day_of(year, month, day).expect("a date")
}

pub(crate) fn cdnow() -> Log {
    let (mut ids, mut days, mut amount_minor) = (Vec::new(), Vec::new(), Vec::new());
    for line in read("cdnow/CDNOW_sample.txt").lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, id, date, _, dollars] = fields[..] else {
            continue;
        };
        let date: i32 = date.parse().expect("a date");
        ids.push(id.parse().expect("an id"));
        days.push(day(
            date / 10_000,
            (date / 100 % 100) as u32,
            (date % 100) as u32,
        ));
        amount_minor.push(dollars.replace('.', "").parse().expect("dollars and cents"));
    }
    let mut index = Index::new();
    let customer = index
        .encode_ints(&ids, 1)
        .expect("fewer than 2^32 customers");
    Log {
        customers: index.len(),
        customer,
        day: days,
        amount_minor,
    }
}

pub(crate) fn donations() -> Vec<Opportunities> {
    let rows = read("donations.csv");
    rows.lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<u32> = line
                .trim()
                .split(',')
                .map(|field| field.parse().expect("a count"))
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
