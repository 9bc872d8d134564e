//! Work in fixed blocks: the same partial results in the same order whatever the thread count.

/// Rows of a block. Fixed, because the grouping of a floating sum is part of its result.
pub(crate) const BLOCK: usize = 1_024;

/// Applies `work` to block numbers `0..blocks` and returns the results in block order.
pub(crate) fn map_blocks<T, F>(blocks: usize, threads: usize, work: F) -> Vec<T>
where
    T: Send,
    F: Fn(usize) -> T + Sync,
{
    let threads = threads.clamp(1, blocks.max(1));
    if threads == 1 {
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

#[cfg(test)]
mod tests {
    use super::map_blocks;

    #[test]
    fn block_order_does_not_depend_on_threads() {
        let one = map_blocks(37, 1, |block| block * 3);
        for threads in [2, 3, 8, 64] {
            assert_eq!(map_blocks(37, threads, |block| block * 3), one);
        }
    }
}
