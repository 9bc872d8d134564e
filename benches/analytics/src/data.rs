//! Generated shops: skewed customers, three years, three per cent same-day repeats.

use loyalty_core::analytics::models::PurchaseModel;
use loyalty_core::analytics::models::random::Random;
use loyalty_core::analytics::models::simulate::Simulated;

/// The first day of the generated shops, 2021-01-01.
pub(crate) const START: i32 = 18_628;
/// Days of the generated shops.
pub(crate) const DAYS: i32 = 1_095;

pub(crate) struct Shop {
    pub(crate) customers: usize,
    pub(crate) customer: Vec<u32>,
    pub(crate) key: Vec<i64>,
    pub(crate) day: Vec<i32>,
    pub(crate) amount_minor: Vec<i64>,
}

/// Rows in day order of `rows / 8` customers.
pub(crate) fn shop(rows: usize) -> Shop {
    let customers = rows / 8;
    let mut random = Random::new(42, rows as u64);
    let mut shop = Shop {
        customers,
        customer: Vec::with_capacity(rows),
        key: Vec::with_capacity(rows),
        day: Vec::with_capacity(rows),
        amount_minor: Vec::with_capacity(rows),
    };
    let mut last = 0;
    for row in 0..rows {
        let repeat = row > 0 && random.uniform() < 0.03;
        if !repeat {
            let u = random.uniform();
            // Skewed popularity, then a permutation so that neighbours are not alike.
            let rank = ((u * u) * customers as f64) as u64;
            last = (rank.wrapping_mul(0x9e37_79b1) % customers as u64) as u32;
        }
        shop.customer.push(last);
        shop.key
            .push((u64::from(last).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 2) as i64);
        shop.day
            .push(START + (row as i64 * i64::from(DAYS) / rows as i64) as i32);
        shop.amount_minor
            .push(100 + (random.bits() % 20_000) as i64);
    }
    shop
}

/// The same rows in a random order.
pub(crate) fn shuffled(shop: &Shop) -> Shop {
    let mut order: Vec<u32> = (0..shop.customer.len() as u32).collect();
    let mut random = Random::new(43, 0);
    for i in (1..order.len()).rev() {
        order.swap(i, (random.bits() % (i as u64 + 1)) as usize);
    }
    let pick = |row: &u32| *row as usize;
    Shop {
        customers: shop.customers,
        customer: order.iter().map(|row| shop.customer[pick(row)]).collect(),
        key: order.iter().map(|row| shop.key[pick(row)]).collect(),
        day: order.iter().map(|row| shop.day[pick(row)]).collect(),
        amount_minor: order
            .iter()
            .map(|row| shop.amount_minor[pick(row)])
            .collect(),
    }
}

/// Repeat occasions, recency and age in days of simulated customers on a daily grid.
pub(crate) struct Base {
    pub(crate) x: Vec<u32>,
    pub(crate) recency: Vec<u32>,
    pub(crate) age: Vec<u32>,
    pub(crate) repeat_minor: Vec<i64>,
}

pub(crate) fn base(customers: usize) -> Base {
    let model = PurchaseModel::bg_nbd(0.243, 4.414, 0.793, 2.426).expect("parameters");
    let mut random = Random::new(44, 0);
    let ages: Vec<f64> = (0..customers)
        .map(|_| 27.0 + 77.0 * random.uniform())
        .collect();
    let simulated = model.simulate(&ages, 45).expect("ages");
    let mut base = Base {
        x: Vec::new(),
        recency: Vec::new(),
        age: Vec::new(),
        repeat_minor: Vec::new(),
    };
    for customer in &simulated {
        let (x, recency) = days(customer);
        base.x.push(x);
        base.recency.push(recency);
        base.age.push(((customer.age * 7.0) as u32).max(recency));
        base.repeat_minor
            .push(i64::from(x) * (1_000 + (random.bits() % 6_000) as i64));
    }
    base
}

fn days(customer: &Simulated) -> (u32, u32) {
    let (mut x, mut last) = (0, 0);
    for time in &customer.times {
        let day = (time * 7.0) as u32;
        if day > last {
            x += 1;
            last = day;
        }
    }
    (x, last)
}
