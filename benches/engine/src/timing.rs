//! CPU time of this thread, and medians of repeats.

use std::time::Duration;

/// The CPU time of this thread so far.
pub(crate) fn cpu() -> Duration {
    // The kernel brings the figure up to date when the thread is scheduled.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// Nanoseconds of CPU time an operation takes: the median of the repeats, the least and the most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Timing {
    fn of(mut repeats: Vec<f64>) -> Self {
        repeats.sort_by(f64::total_cmp);
        Self {
            median: repeats[repeats.len() / 2],
            least: repeats[0],
            most: repeats[repeats.len() - 1],
        }
    }

    pub(crate) fn a_second(self) -> f64 {
        1e9 / self.median
    }
}

/// How long and how often is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) repeats: usize,
    pub(crate) each: Duration,
}

impl Effort {
    /// Times a short operation.
    pub(crate) fn time(self, mut operation: impl FnMut()) -> Timing {
        let mut batch = 1_u32;
        loop {
            let start = cpu();
            (0..batch).for_each(|_| operation());
            if cpu() - start > self.each / 4 {
                break;
            }
            batch = batch.saturating_mul(2);
        }
        let repeat = |_| {
            let (start, mut count) = (cpu(), 0_u64);
            loop {
                (0..batch).for_each(|_| operation());
                count += u64::from(batch);
                let spent = cpu() - start;
                if spent >= self.each {
                    return spent.as_nanos() as f64 / count as f64;
                }
            }
        };
        Timing::of((0..self.repeats).map(repeat).collect())
    }

    /// Times several operations in turn, so that noise meets all of them alike.
    pub(crate) fn time_together(self, operations: &mut [&mut dyn FnMut()]) -> Vec<Timing> {
        let single = Self { repeats: 1, ..self };
        let mut found = vec![Vec::new(); operations.len()];
        for _ in 0..self.repeats {
            for (operation, times) in operations.iter_mut().zip(&mut found) {
                times.push(single.time(&mut **operation).median);
            }
        }
        found.into_iter().map(Timing::of).collect()
    }

    /// Times an operation over `count` things that takes long by itself.
    pub(crate) fn time_once<T>(self, count: usize, mut operation: impl FnMut() -> T) -> Timing {
        drop(operation());
        let repeat = |_| {
            let start = cpu();
            let result = operation();
            let spent = cpu() - start;
            drop(result);
            spent.as_nanos() as f64 / count as f64
        };
        Timing::of((0..self.repeats).map(repeat).collect())
    }
}
