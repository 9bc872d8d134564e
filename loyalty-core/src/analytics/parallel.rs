//! Work in parts: the same results in the same order whatever the thread count.

use std::ops::Range;

/// Rows of a block. Fixed, because the grouping of a floating sum is part of its result.
pub(crate) const BLOCK: usize = 1_024;

/// Whether there are no other threads than the caller's: WebAssembly cannot start one.
const ALONE: bool = cfg!(target_family = "wasm");

/// Applies `work` to block numbers `0..blocks` and returns the results in block order.
pub(crate) fn map_blocks<T, F>(blocks: usize, threads: usize, work: F) -> Vec<T>
where
    T: Send,
    F: Fn(usize) -> T + Sync,
{
    let threads = threads.clamp(1, blocks.max(1));
    if ALONE || threads == 1 {
        return (0..blocks).map(work).collect();
    }
    let share = blocks.div_ceil(threads);
    let work = &work;
    std::thread::scope(|scope| {
        let handles: Vec<_> = (1..threads)
            .map(|thread| {
                let range = thread * share..blocks.min((thread + 1) * share);
                scope.spawn(move || range.map(work).collect::<Vec<T>>())
            })
            .collect();
        let mut results: Vec<T> = (0..share.min(blocks)).map(work).collect();
        for handle in handles {
            match handle.join() {
                Ok(part) => results.extend(part),
                Err(payload) => std::panic::resume_unwind(payload),
            }
        }
        results
    })
}

/// Applies `work` to neighbouring ranges of `0..len`, one a thread and none shorter than `least`, and
/// returns the results in order. For work on integers alone, whose result does not depend on the ranges.
pub(crate) fn map_ranges<T, F>(len: usize, least: usize, threads: usize, work: F) -> Vec<T>
where
    T: Send,
    F: Fn(Range<usize>) -> T + Sync,
{
    let ranges: Vec<_> = ranges(len, least, threads).collect();
    map_blocks(ranges.len(), ranges.len(), |part| {
        work(ranges[part].clone())
    })
}

/// Neighbouring ranges of `0..len`, one a thread and none shorter than `least`; one at least.
pub(crate) fn ranges(
    len: usize,
    least: usize,
    threads: usize,
) -> impl Iterator<Item = Range<usize>> {
    let parts = threads.clamp(1, (len / least).max(1));
    let share = len.div_ceil(parts);
    (0..parts).map(move |part| (part * share).min(len)..((part + 1) * share).min(len))
}

/// Applies `work` to each item and its position, neighbours on one thread; the results in item order.
pub(crate) fn map_items<S, T, F>(items: &mut [S], threads: usize, work: F) -> Vec<T>
where
    S: Send,
    T: Send,
    F: Fn(usize, &mut S) -> T + Sync,
{
    let share = items.len().div_ceil(threads.max(1)).max(1);
    let part = |start: usize, items: &mut [S]| -> Vec<T> {
        let numbered = items.iter_mut().enumerate();
        numbered.map(|(at, item)| work(start + at, item)).collect()
    };
    if ALONE || items.len() <= share {
        return part(0, items);
    }
    let part = &part;
    std::thread::scope(|scope| {
        let (own, others) = items.split_at_mut(share);
        let others = others.chunks_mut(share).enumerate();
        let handles: Vec<_> = others
            .map(|(at, items)| scope.spawn(move || part((at + 1) * share, items)))
            .collect();
        let mut results = part(0, own);
        for handle in handles {
            match handle.join() {
                Ok(part) => results.extend(part),
                Err(payload) => std::panic::resume_unwind(payload),
            }
        }
        results
    })
}

#[cfg(test)]
mod tests {
    use super::{map_blocks, map_items, map_ranges};

    #[test]
    fn ranges_and_items_are_whole_and_in_order() {
        for threads in [0, 1, 2, 3, 8, 64] {
            let ranges = map_ranges(37, 5, threads, |range| range);
            assert!(
                ranges.len() <= 7
                    && ranges
                        .iter()
                        .all(|range| range.len() >= 5 || range.end == 37)
            );
            assert!(ranges.into_iter().flatten().eq(0..37));
            let mut items: Vec<usize> = (0..37).collect();
            let results = map_items(&mut items, threads, |at, item| {
                *item += at;
                *item
            });
            assert_eq!(results, items);
            assert!(items.iter().copied().eq((0..37).map(|at| 2 * at)));
        }
        assert_eq!(map_ranges(0, 5, 2, |range| range.len()), [0]);
        assert!(map_items(&mut [0_u8; 0], 2, |at, _| at).is_empty());
    }

    #[test]
    fn block_order_does_not_depend_on_threads() {
        let one = map_blocks(37, 1, |block| block * 3);
        for threads in [2, 3, 8, 64] {
            assert_eq!(map_blocks(37, threads, |block| block * 3), one);
        }
    }
}
