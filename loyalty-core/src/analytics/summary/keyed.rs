//! Summaries of rows whose customers are known by numeric keys alone: a key is looked up and its row counted
//! while both are in the cache, so that no column of customer numbers is written.

use super::partitioned::{ROWS_MIN, State, count};
use super::parts;
use super::{Summaries, summarize};
use crate::analytics::columns::{Purchases, Scan, scan};
use crate::analytics::error::AnalyticsError;
use crate::analytics::index::Index;
use crate::analytics::occasions::{Rules, ZeroOrders};
use crate::analytics::parallel::map_items;
use crate::analytics::shards::{BLOCK_BITS, SHARDS};

/// What the customers of a shard come to.
#[derive(Debug, Clone, Default)]
struct Shard {
    /// By the place of the key; at place 0 is none.
    states: Vec<State>,
    gap_counts: Vec<u64>,
}

/// Summaries straight from rows with numeric keys, which the index numbers on the way.
///
/// The result equals that of [`Index::encode_ints`] and then [`summarize`] bit for bit, on one thread or
/// several; rows in day order take less time and less memory this way.
///
/// ```
/// use loyalty_core::analytics::index::{Index, Key};
/// use loyalty_core::analytics::occasions::Rules;
/// use loyalty_core::analytics::summary::summarize_ints;
/// let mut index = Index::new();
/// let (keys, day, amount_minor) = ([70, 5, 70], [3, 4, 9], [1_000, 250, 400]);
/// let found = summarize_ints(&mut index, &keys, &day, &amount_minor, Rules::at(9), 1).unwrap();
/// assert_eq!((index.key(0), found.frequency(0)), (Some(&Key::Int(70)), 1));
/// assert_eq!(found.total_minor, [1_400, 250]);
/// ```
///
/// # Errors
/// Those of the two. The index may have numbered keys by then.
pub fn summarize_ints(
    index: &mut Index,
    keys: &[i64],
    day: &[i32],
    amount_minor: &[i64],
    rules: Rules,
    threads: usize,
) -> Result<Summaries, AnalyticsError> {
    let scan = scan(day, amount_minor, keys.len(), threads);
    let word = scan.and_then(|scan| Word::of(scan, keys.len(), rules));
    if let Some(word) = word {
        let columns = Purchases::new(&[], day, amount_minor);
        return by_shard(index, keys, &columns, &word, threads);
    }
    let customer = index.encode_ints(keys, threads)?;
    let purchases = Purchases::new(&customer, day, amount_minor);
    summarize(&purchases, index.len(), rules, threads)
}

/// How a row stands in the bits beside its key: amount, and above it the day.
struct Word {
    scan: Scan,
    amount_bits: u32,
    /// Days from here on do not exist.
    days: u32,
    /// Zero amounts do not exist.
    drop_zero: bool,
    rules: Rules,
}

impl Word {
    /// Nothing where rows are few, not in day order, or need more bits.
    fn of(scan: Scan, rows: usize, rules: Rules) -> Option<Self> {
        if rows < ROWS_MIN || !scan.sorted {
            return None;
        }
        let span = scan.first.abs_diff(scan.last);
        let day_bits = u32::BITS - span.leading_zeros();
        let amount_bits = u64::BITS - (scan.most as u64).leading_zeros();
        // Totals fit.
        let fits = day_bits + amount_bits + BLOCK_BITS <= u64::BITS && rows < 1 << 31;
        fits.then_some(Self {
            scan,
            amount_bits,
            days: match rules.as_of < scan.first {
                true => 0,
                false => scan.first.abs_diff(rules.as_of).saturating_add(1),
            },
            drop_zero: rules.zero_orders == ZeroOrders::Drop,
            rules,
        })
    }
}

fn by_shard(
    index: &mut Index,
    keys: &[i64],
    columns: &Purchases<'_>,
    word: &Word,
    threads: usize,
) -> Result<Summaries, AnalyticsError> {
    let (day, amount_minor) = (columns.day, columns.amount_minor);
    let scan = &word.scan;
    let span = scan.first.abs_diff(scan.last) as usize;
    let mut shards = vec![
        Shard {
            states: vec![State::default()],
            gap_counts: vec![0; span + 1],
        };
        SHARDS
    ];
    let pack = |row: usize| {
        let offset = u64::from(scan.first.abs_diff(day[row]));
        offset << word.amount_bits | amount_minor[row] as u64
    };
    let (first, amount_mask) = (scan.first, (1_u64 << word.amount_bits) - 1);
    index.enter_ints(keys, threads, pack, &mut shards, |shard, rows, places| {
        let most = places.iter().fold(0, |most, place| most.max(*place)) as usize;
        if shard.states.len() <= most {
            shard.states.resize(most + 1, State::default());
        }
        let states = &mut shard.states[..];
        for at in 0..rows.len().min(places.len()) {
            let row = rows[at].word >> BLOCK_BITS;
            let amount = (row & amount_mask) as i64;
            let day = (row >> word.amount_bits) as u32;
            if day >= word.days || (amount == 0 && word.drop_zero) {
                continue;
            }
            states[places[at] as usize].add(day, amount, &mut shard.gap_counts);
        }
    })?;
    let customers = index.len();
    let share = customers.div_ceil(threads.max(1)).max(1);
    let mut result = parts::filled(word.rules.as_of, customers, share, |parts| {
        map_items(parts, threads, |at, part| {
            let range = at * share..customers.min((at + 1) * share);
            // The shard of each customer; one with a text for a key has none.
            let mut shard_of = vec![u16::MAX; range.len()];
            let mut next = [0_usize; SHARDS];
            for (shard, next) in next.iter_mut().enumerate() {
                let numbers = index.numbers(shard);
                let from =
                    1 + numbers[1..].partition_point(|number| (*number as usize) < range.start);
                *next = from;
                for number in &numbers[from..] {
                    let Some(own) = shard_of.get_mut(*number as usize - range.start) else {
                        break;
                    };
                    *own = shard as u16;
                }
            }
            let unseen = State::default();
            for (shard, customer) in shard_of.iter().zip(range.start as u32..) {
                let Some(place) = next.get_mut(usize::from(*shard)) else {
                    unseen.push(customer, first, part);
                    continue;
                };
                let states = &shards[usize::from(*shard)].states;
                let state = states.get(*place).unwrap_or(&unseen);
                *place += 1;
                state.push(customer, first, part);
            }
        });
        Ok(())
    })?;
    result.gap_counts = vec![0; span + 1];
    for shard in &shards {
        for (sum, count) in result.gap_counts.iter_mut().zip(&shard.gap_counts) {
            *sum += count;
        }
    }
    result.shorten_gaps();
    result.counts = count(columns, word.rules, scan);
    Ok(result)
}
