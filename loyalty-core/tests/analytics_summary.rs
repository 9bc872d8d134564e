//! Summaries: the exact CDNOW input, and partial states that do not depend on the split.

mod common;

use common::{cdnow, cdnow_as_of, cdnow_end};
use loyalty_core::analytics::columns::{NO_ORDER, Purchases};
use loyalty_core::analytics::index::{Index, Key};
use loyalty_core::analytics::occasions::{Occasions, Rules, ZeroOrders};
use loyalty_core::analytics::partial::{Partial, PartialState};
use loyalty_core::analytics::summary::{Summaries, split, summarize, summarize_ints};
use proptest::prelude::*;

#[test]
fn cdnow_from_the_raw_log_is_the_exact_input() {
    let log = cdnow();
    let all = Occasions::build(&log.purchases(), log.customers, Rules::at(cdnow_end()), 1).unwrap();
    assert_eq!(
        (log.day.len(), all.len(), log.customers),
        (6_919, 6_696, 2_357)
    );
    assert_eq!(
        log.amount_minor
            .iter()
            .filter(|amount| **amount == 0)
            .count(),
        8
    );
    let split = split(
        &log.purchases(),
        log.customers,
        Rules::at(cdnow_as_of()),
        cdnow_end(),
        1,
    )
    .unwrap();
    let summaries = &split.calibration;
    let x: u64 = (0..summaries.len())
        .map(|position| u64::from(summaries.frequency(position)))
        .sum();
    assert_eq!((summaries.len(), x), (2_357, 2_457));
    assert_eq!(
        split
            .holdout_occasions
            .iter()
            .map(|n| u64::from(*n))
            .sum::<u64>(),
        1_882
    );
    assert_eq!(split.new_in_holdout, 0);
    let repeaters: Vec<usize> = (0..summaries.len())
        .filter(|position| summaries.frequency(*position) > 0)
        .collect();
    assert_eq!(repeaters.len(), 946);
    let mean = repeaters
        .iter()
        .map(|position| summaries.repeat_mean(*position).unwrap())
        .sum::<f64>()
        / 94_600.0;
    common::close(mean, 35.077_847_533_689_83, 1e-12);
    assert_eq!(
        (
            summaries.frequency(0),
            summaries.recency_days(0),
            summaries.age_days(0)
        ),
        (2, 213, 272)
    );
    assert_eq!(
        (summaries.repeat_minor[0], summaries.total_minor[0]),
        (4_469, 7_402)
    );
}

#[test]
fn a_month_is_not_thirty_days_and_recency_has_two_names() {
    let log = cdnow();
    let summaries =
        summarize(&log.purchases(), log.customers, Rules::at(cdnow_as_of()), 1).unwrap();
    for position in 0..summaries.len() {
        let parts = summaries.recency_days(position) + summaries.days_since_last(position);
        assert_eq!(parts, summaries.age_days(position));
    }
}

#[test]
fn orders_refunds_and_margins_give_the_same_on_several_threads() {
    let mut random = loyalty_core::analytics::models::random::Random::new(2, 1);
    let (n, customers) = (150_000_u64, 9_000);
    let mut column = |most: u64| -> Vec<u64> { (0..n).map(|_| random.bits() % most).collect() };
    let (buyers, days, amounts, kinds) = (column(customers), column(700), column(400), column(9));
    // Every order belongs to the customer whose number it ends with.
    let order: Vec<u64> = (0..n).map(|row| row / 3 * customers).collect();
    let order: Vec<u64> = order
        .iter()
        .zip(&buyers)
        .map(|(order, buyer)| order + buyer)
        .collect();
    let original: Vec<u64> = column(n);
    let original: Vec<u64> = original.iter().map(|row| order[*row as usize]).collect();
    let customer: Vec<u32> = buyers.iter().map(|buyer| *buyer as u32).collect();
    let day: Vec<i32> = days.iter().map(|day| *day as i32 - 350).collect();
    let amount: Vec<i64> = amounts.iter().map(|amount| *amount as i64).collect();
    let margin: Vec<i64> = amount.iter().map(|amount| amount - 200).collect();
    let kind: Vec<u8> = kinds.iter().map(|kind| u8::from(*kind == 0)).collect();
    for margin_minor in [None, Some(&margin[..])] {
        let purchases = Purchases {
            order: Some(&order),
            kind: Some(&kind),
            original_order: Some(&original),
            margin_minor,
            ..Purchases::new(&customer, &day, &amount)
        };
        let rules = Rules::at(300);
        let occasions = Occasions::build(&purchases, 9_000, rules, 1).unwrap();
        let general = Summaries::of(&occasions).unwrap();
        assert!(general.counts.refunded_order > 0 && general.counts.after_as_of > 0);
        for threads in [1, 2, 3] {
            let built = Occasions::build(&purchases, 9_000, rules, threads).unwrap();
            assert_eq!(built, occasions);
            let found = summarize(&purchases, 9_000, rules, threads).unwrap();
            assert_eq!(found, general);
        }
    }
}

#[test]
fn keys_get_the_same_numbers_on_several_threads() {
    let mut random = loyalty_core::analytics::models::random::Random::new(3, 1);
    let mut keys: Vec<i64> = (0..150_000)
        .map(|_| random.bits() as i64 % 20_000)
        .collect();
    // The simple way: numbers in order of first appearance.
    let mut known = std::collections::BTreeMap::new();
    let mut number = |key: &i64| {
        let next = known.len() as u32;
        *known.entry(*key).or_insert(next)
    };
    let first: Vec<u32> = keys.iter().map(&mut number).collect();
    keys.iter_mut().for_each(|key| *key += 7);
    let second: Vec<u32> = keys.iter().map(&mut number).collect();
    for threads in [1, 2, 3] {
        let mut index = Index::new();
        keys.iter_mut().for_each(|key| *key -= 7);
        assert_eq!(index.encode_ints(&keys, threads).unwrap(), first);
        keys.iter_mut().for_each(|key| *key += 7);
        assert_eq!(index.encode_ints(&keys, threads).unwrap(), second);
        assert_eq!(index.encode_ints(&keys[..9], threads).unwrap(), second[..9]);
        for (key, number) in &known {
            assert_eq!(index.key(*number), Some(&Key::Int(*key)));
            assert_eq!(index.number_of_int(*key), Some(*number));
        }
        assert_eq!(index.len(), known.len());
        assert_eq!(index.number_of_int(i64::MAX), None);
    }
}

#[test]
fn many_rows_take_the_partitioned_way_to_the_same_result() {
    let mut random = loyalty_core::analytics::models::random::Random::new(1, 1);
    let (n, customers) = (150_000, 9_000);
    let customer: Vec<u32> = (0..n).map(|_| (random.bits() % customers) as u32).collect();
    let amount: Vec<i64> = (0..n).map(|_| (random.bits() % 400) as i64).collect();
    let mut day: Vec<i32> = (0..n).map(|_| (random.bits() % 700) as i32 - 350).collect();
    for sorted in [false, true] {
        if sorted {
            day.sort_unstable();
        }
        let purchases = Purchases::new(&customer, &day, &amount);
        for (as_of, zero_orders) in [
            (400, ZeroOrders::Count),
            (200, ZeroOrders::Count),
            (200, ZeroOrders::Drop),
        ] {
            let rules = Rules {
                zero_orders,
                ..Rules::at(as_of)
            };
            let general =
                Summaries::of(&Occasions::build(&purchases, 9_000, rules, 1).unwrap()).unwrap();
            for threads in [1, 2, 3] {
                let found = summarize(&purchases, 9_000, rules, threads).unwrap();
                assert_eq!(found, general);
            }
        }
        assert_eq!(
            summarize(&purchases, 8_000, Rules::at(400), 1)
                .unwrap_err()
                .code(),
            "analytics.column.customer"
        );
    }
}

#[test]
fn rows_with_keys_give_what_their_numbers_give() {
    let mut random = loyalty_core::analytics::models::random::Random::new(5, 1);
    let n = 150_000;
    let keys: Vec<i64> = (0..n)
        .map(|_| (random.bits() as i64 % 9_000) * 1_000_003)
        .collect();
    let amounts: Vec<i64> = (0..n).map(|_| (random.bits() % 400) as i64).collect();
    let mut day: Vec<i32> = (0..n).map(|_| (random.bits() % 700) as i32 - 350).collect();
    let mut large = amounts.clone();
    large[77] = 1 << 40;
    let mut sorted = day.clone();
    sorted.sort_unstable();
    day.truncate(50_000);
    for (day, amounts) in [
        (&sorted, &amounts),
        (&day, &amounts),
        (&sorted[..20_000].to_vec(), &amounts),
        (&sorted, &large),
    ] {
        let (keys, amounts) = (&keys[..day.len()], &amounts[..day.len()]);
        for (as_of, zero_orders) in [
            (400, ZeroOrders::Count),
            (200, ZeroOrders::Drop),
            (-400, ZeroOrders::Count),
        ] {
            let rules = Rules {
                zero_orders,
                ..Rules::at(as_of)
            };
            for (known, threads) in [(0, 1), (0, 3), (4_000, 2)] {
                // An index that knows customers, one of them by a text.
                let mut before = Index::new();
                before.encode_ints(&keys[..known], 1).unwrap();
                before.encode_texts(&vec!["x"; known.min(1)], 1).unwrap();
                let (mut one, mut two) = (before.clone(), before);
                let found = summarize_ints(&mut one, keys, day, amounts, rules, threads).unwrap();
                let customer = two.encode_ints(keys, 1).unwrap();
                let purchases = Purchases::new(&customer, day, amounts);
                assert_eq!(found, summarize(&purchases, two.len(), rules, 1).unwrap());
                assert_eq!(one.keys(), two.keys());
            }
        }
    }
    let mut index = Index::new();
    let mut refuse = |day: &[i32], amounts: &[i64]| {
        summarize_ints(&mut index, &keys, day, amounts, Rules::at(9), 2)
            .unwrap_err()
            .code()
    };
    assert_eq!(refuse(&sorted[1..], &amounts), "analytics.column.length");
    large[77] = -1;
    assert_eq!(refuse(&sorted, &large), "analytics.column.negative_amount");
}

#[derive(Debug, Clone)]
struct Rows {
    customer: Vec<u32>,
    day: Vec<i32>,
    amount: Vec<i64>,
    order: Vec<u64>,
    kind: Vec<u8>,
    original: Vec<u64>,
    margin: Vec<i64>,
}

impl Rows {
    fn purchases(&self) -> Purchases<'_> {
        Purchases {
            order: Some(&self.order),
            kind: Some(&self.kind),
            original_order: Some(&self.original),
            margin_minor: Some(&self.margin),
            ..Purchases::new(&self.customer, &self.day, &self.amount)
        }
    }

    fn pick(&self, rows: &[usize]) -> Self {
        Self {
            customer: rows.iter().map(|row| self.customer[*row]).collect(),
            day: rows.iter().map(|row| self.day[*row]).collect(),
            amount: rows.iter().map(|row| self.amount[*row]).collect(),
            order: rows.iter().map(|row| self.order[*row]).collect(),
            kind: rows.iter().map(|row| self.kind[*row]).collect(),
            original: rows.iter().map(|row| self.original[*row]).collect(),
            margin: rows.iter().map(|row| self.margin[*row]).collect(),
        }
    }
}

fn rows() -> impl Strategy<Value = Rows> {
    let order = prop_oneof![Just(NO_ORDER), 0_u64..6];
    let row = (
        0_u32..5,
        0_i32..30,
        prop_oneof![Just(0_i64), 1_i64..500],
        order.clone(),
        0_u8..2,
        order,
        -50_i64..50,
    );
    prop::collection::vec(row, 0..60).prop_map(|rows| Rows {
        customer: rows.iter().map(|row| row.0).collect(),
        day: rows.iter().map(|row| row.1).collect(),
        amount: rows.iter().map(|row| row.2).collect(),
        order: rows.iter().map(|row| row.3).collect(),
        kind: rows.iter().map(|row| row.4).collect(),
        original: rows.iter().map(|row| row.5).collect(),
        margin: rows.iter().map(|row| row.6).collect(),
    })
}

fn index() -> Index {
    let mut index = Index::new();
    index.encode_texts(&["d", "b", "e", "a", "c"], 1).unwrap();
    index
}

/// The rows of several states in one, as they come out of a shuffle: the last state first.
fn end_to_end(partials: &[Partial]) -> Partial {
    let mut all = Partial::new().state().unwrap();
    for state in partials
        .iter()
        .rev()
        .map(|partial| partial.state().unwrap())
    {
        let before = u32::try_from(all.keys.len()).unwrap();
        all.margins = all.margins.or(state.margins);
        all.keys.extend(state.keys);
        all.customer
            .extend(state.customer.iter().map(|customer| before + customer));
        all.order.extend(state.order);
        all.day.extend(state.day);
        all.kind.extend(state.kind);
        all.zero.extend(state.zero);
        all.amount_minor.extend(state.amount_minor);
        all.margin_minor.extend(state.margin_minor);
        all.rows.extend(state.rows);
    }
    Partial::from_rows(&all).unwrap()
}

#[test]
fn rows_of_states_that_contradict_themselves_are_refused() {
    let mut partial = Partial::new();
    partial
        .update(&Purchases::new(&[0, 1], &[3, 4], &[100, 0]), &index())
        .unwrap();
    let good = partial.state().unwrap();
    assert_eq!(Partial::from_rows(&good).unwrap().state().unwrap(), good);
    let spoil = |change: fn(&mut PartialState)| {
        let mut rows = good.clone();
        change(&mut rows);
        Partial::from_rows(&rows)
            .map(|_| ())
            .map_err(|error| error.code())
    };
    let changes: [fn(&mut PartialState); 6] = [
        |rows| rows.customer[1] = 2,
        |rows| rows.rows[0] = 0,
        |rows| rows.amount_minor[0] = -1,
        |rows| rows.zero[0] = !rows.zero[0],
        |rows| rows.kind[0] = 2,
        |rows| rows.day.truncate(1),
    ];
    for change in changes {
        assert_eq!(spoil(change), Err("analytics.state.form"));
    }
    assert_eq!(spoil(|rows| rows.schema = 9), Err("analytics.state.schema"));
}

proptest! {
    #[test]
    fn any_split_in_any_order_gives_the_same_state(
        rows in rows(),
        parts in prop::collection::vec(0_usize..4, 60),
        order in Just((0..60).collect::<Vec<usize>>()).prop_shuffle(),
        merges in Just((0..4).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let mut whole = Partial::new();
        whole.update(&rows.purchases(), &index()).unwrap();
        let order: Vec<usize> = order.into_iter().filter(|row| *row < rows.day.len()).collect();
        let mut partials = vec![Partial::new(); 4];
        for row in &order {
            partials[parts[*row]].update(&rows.pick(&[*row]).purchases(), &index()).unwrap();
        }
        let mut merged = Partial::new();
        for part in merges {
            merged.merge(partials[part].clone()).unwrap();
        }
        let state = whole.state().unwrap();
        prop_assert_eq!(&state, &merged.state().unwrap());
        prop_assert_eq!(&state, &end_to_end(&partials).state().unwrap());
        let text = serde_json::to_string(&state).unwrap();
        let back = Partial::from_state(&serde_json::from_str(&text).unwrap()).unwrap();
        for as_of in [9, 29] {
            let rules = Rules::at(as_of);
            let (keys, expected) = whole.finish(rules).unwrap();
            prop_assert!(expected.counts().reconciles());
            let (same_keys, found) = back.finish(rules).unwrap();
            prop_assert_eq!(&keys, &same_keys);
            prop_assert_eq!(&expected, &found);
            prop_assert_eq!(Summaries::of(&expected).unwrap(), Summaries::of(&found).unwrap());
        }
    }

    #[test]
    fn the_fast_way_equals_the_general_way(rows in rows(), drop_zero in any::<bool>(), sort in any::<bool>()) {
        let mut order: Vec<usize> = (0..rows.day.len()).collect();
        if sort {
            order.sort_by_key(|row| rows.day[*row]);
        }
        let rows = rows.pick(&order);
        let purchases = Purchases::new(&rows.customer, &rows.day, &rows.amount);
        let zero_orders = if drop_zero { ZeroOrders::Drop } else { ZeroOrders::Count };
        let rules = Rules { zero_orders, ..Rules::at(20) };
        let general = Summaries::of(&Occasions::build(&purchases, 5, rules, 1).unwrap()).unwrap();
        prop_assert_eq!(summarize(&purchases, 5, rules, 1).unwrap(), general);
    }
}
