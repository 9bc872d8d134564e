//! Time windows that can be asked which of them a moment lies in.

use crate::number::Sort;

/// Half-open windows of civil milliseconds, each with a number.
///
/// A priority search tree without pointers: the first window of a part is the one that ends last;
/// the others stand behind it, first the half that begins earlier. A question costs the logarithm of
/// the number of windows, and the number of answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Windows {
    nodes: Box<[Node]>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    from: i64,
    until: i64,
    /// The earliest beginning in the later half behind this window.
    later_from: i64,
    number: u32,
}

impl Windows {
    /// From windows as `(from, until, number)`.
    pub(crate) fn new(mut windows: Vec<(i64, i64, u32)>) -> Self {
        windows.order();
        let mut nodes = Vec::with_capacity(windows.len());
        // Parts that are still to be laid out, the next one last.
        let mut parts = vec![windows];
        while let Some(mut part) = parts.pop() {
            let last = part.iter().enumerate().max_by_key(|(_, window)| window.1);
            let Some(place) = last.map(|(place, _)| place) else {
                continue;
            };
            let (from, until, number) = part.remove(place);
            let later = part.split_off(earlier_length(part.len()));
            let later_from = later.first().map_or(i64::MAX, |window| window.0);
            nodes.push(Node {
                from,
                until,
                later_from,
                number,
            });
            parts.push(later);
            parts.push(part);
        }
        Self {
            nodes: nodes.into(),
        }
    }

    /// Appends the numbers of the windows in which `at` lies.
    pub(crate) fn stab(&self, at: i64, out: &mut Vec<u32>) {
        Self::visit(&self.nodes, at, out);
    }

    /// The depth of this recursion is the logarithm of the number of windows.
    fn visit(part: &[Node], at: i64, out: &mut Vec<u32>) {
        let Some((first, rest)) = part.split_first() else {
            return;
        };
        if first.until <= at {
            return;
        }
        if first.from <= at {
            out.push(first.number);
        }
        let Some((earlier, later)) = rest.split_at_checked(earlier_length(rest.len())) else {
            return;
        };
        Self::visit(earlier, at, out);
        if first.later_from <= at {
            Self::visit(later, at, out);
        }
    }

    /// Bytes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        std::mem::size_of_val(&*self.nodes)
    }
}

/// How many of so many windows stand in the earlier half.
const fn earlier_length(length: usize) -> usize {
    length.div_ceil(2)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_what_a_scan_finds(
            windows in prop::collection::vec((-20_i64..20, 0_i64..20), 0..60),
            at in -25_i64..45,
        ) {
            let windows: Vec<_> = windows.into_iter().zip(0..).map(|((from, length), number)| (from, from + length, number)).collect();
            let mut expected: Vec<u32> =
                windows.iter().filter(|(from, until, _)| *from <= at && at < *until).map(|window| window.2).collect();
            let mut found = Vec::new();
            Windows::new(windows).stab(at, &mut found);
            found.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn open_ends() {
        let windows = Windows::new(vec![
            (i64::MIN, 0, 1),
            (0, i64::MAX, 2),
            (i64::MIN, i64::MAX, 3),
        ]);
        let mut found = Vec::new();
        windows.stab(0, &mut found);
        found.sort_unstable();
        assert_eq!(found, [2, 3]);
    }
}
