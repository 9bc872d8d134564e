//! Which rules can match: an index from what a cart holds to the rules that ask for it.
//!
//! Every rule has one access key: the most selective thing that it demands in any case. A rule is
//! posted under that key alone, so the cost of a purchase grows with the rules that can match and
//! not with the rules that there are. A rule that can match is always found; a rule that is found
//! need not match.

use super::access_key::{Access, Term};
use super::compiled::{Kind, Ladder, Sym, Symbols};
use super::windows::Windows;
use crate::number::Sort;

/// The number of kinds of text.
const KINDS: usize = Kind::ALL.len();

/// An index over the earn rules, or the offers, of a scheme, by their places.
#[derive(Debug, Clone, Default)]
pub(crate) struct RuleIndex {
    /// Rules that demand nothing that could be looked up.
    always: Box<[u32]>,
    kinds: [Postings; KINDS],
    tiers: Postings,
    /// Where the tiers of each ladder begin in `tiers`.
    ladders: Box<[u32]>,
    windows: Windows,
}

impl RuleIndex {
    /// The index over rules by what each is looked up by.
    pub(super) fn new(
        rules: impl Iterator<Item = Access>,
        symbols: &Symbols,
        ladders: &[Ladder],
    ) -> Self {
        let starts = ladder_starts(ladders);
        let tier_count = ladders.iter().map(|ladder| ladder.tiers.len()).sum();
        let mut always = Vec::new();
        let mut windows = Vec::new();
        let mut kinds: [Vec<(u32, u32)>; KINDS] = Default::default();
        let mut tiers = Vec::new();
        for (access, place) in rules.zip(0_u32..) {
            match access {
                Access::Always => always.push(place),
                Access::Window { from, until } => windows.push((from, until, place)),
                Access::Terms(terms) => {
                    for term in terms {
                        match term {
                            Term::Text(kind, sym) => {
                                if let Some(list) = kinds.get_mut(kind.place()) {
                                    list.push((sym.0, place));
                                }
                            }
                            Term::Tier(ladder, tier) => {
                                let start = starts.get(usize::from(ladder)).copied().unwrap_or(0);
                                tiers.push((start.saturating_add(u32::from(tier)), place));
                            }
                        }
                    }
                }
            }
        }
        let mut postings: [Postings; KINDS] = Default::default();
        for ((kind, pairs), slot) in Kind::ALL.iter().zip(&kinds).zip(&mut postings) {
            *slot = Postings::new(pairs, symbols.count(*kind));
        }
        Self {
            always: always.into(),
            kinds: postings,
            tiers: Postings::new(&tiers, tier_count),
            ladders: starts,
            windows: Windows::new(windows),
        }
    }

    /// Rules that can match any purchase.
    #[inline]
    pub(crate) fn always(&self) -> &[u32] {
        &self.always
    }

    /// Rules that ask for this text. A rule for an event is found here alone, under its event.
    ///
    /// A rule that asks for one of several texts is found under each of them.
    #[inline]
    pub(crate) fn by(&self, kind: Kind, sym: Sym) -> &[u32] {
        self.kinds
            .get(kind.place())
            .map_or(&[], |postings| postings.get(sym.0))
    }

    /// Rules that ask for this tier, by the places of the ladder and of the tier in it.
    #[inline]
    pub(crate) fn by_tier(&self, ladder: u16, tier: u16) -> &[u32] {
        let Some(start) = self.ladders.get(usize::from(ladder)) else {
            return &[];
        };
        self.tiers.get(start.saturating_add(u32::from(tier)))
    }

    /// Appends the rules that ask for no more than a window in which this civil time lies.
    #[inline]
    pub(crate) fn in_window(&self, civil_ms: i64, out: &mut Vec<u32>) {
        self.windows.stab(civil_ms, out);
    }

    /// Bytes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        let postings = |postings: &Postings| {
            let (starts, rules) = (&*postings.starts, &*postings.rules);
            [size_of_val(starts), size_of_val(rules)]
        };
        let lists = self.kinds.iter().chain([&self.tiers]).flat_map(postings);
        let plain = [
            size_of_val(&*self.always),
            size_of_val(&*self.ladders),
            self.windows.bytes(),
        ];
        lists.chain(plain).sum()
    }
}

fn ladder_starts(ladders: &[Ladder]) -> Box<[u32]> {
    let mut start = 0_u32;
    ladders
        .iter()
        .map(|ladder| {
            let this = start;
            start = start.saturating_add(u32::try_from(ladder.tiers.len()).unwrap_or(u32::MAX));
            this
        })
        .collect()
}

/// Lists of rules, one for each small number, in one run of memory.
#[derive(Debug, Clone, Default)]
struct Postings {
    /// Where the list of each number begins; one more at the end.
    starts: Box<[u32]>,
    rules: Box<[u32]>,
}

impl Postings {
    /// From pairs of a number below `count` and a rule; rules ascend.
    fn new(pairs: &[(u32, u32)], count: usize) -> Self {
        if pairs.is_empty() {
            return Self::default();
        }
        let mut sorted = pairs.to_vec();
        sorted.order();
        sorted.dedup();
        let mut starts = Vec::with_capacity(count.saturating_add(1));
        let mut rules = Vec::with_capacity(sorted.len());
        let mut rest = sorted.iter().peekable();
        for (_, number) in (0..count).zip(0_u32..) {
            starts.push(length(&rules));
            while let Some((_, rule)) = rest.next_if(|(of, _)| *of == number) {
                rules.push(*rule);
            }
        }
        starts.push(length(&rules));
        Self {
            starts: starts.into(),
            rules: rules.into(),
        }
    }

    #[inline]
    fn get(&self, number: u32) -> &[u32] {
        let Ok(place) = usize::try_from(number) else {
            return &[];
        };
        let (Some(from), Some(until)) = (
            self.starts.get(place),
            self.starts.get(place.wrapping_add(1)),
        ) else {
            return &[];
        };
        let bounds = usize::try_from(*from).unwrap_or(0)..usize::try_from(*until).unwrap_or(0);
        self.rules.get(bounds).unwrap_or(&[])
    }
}

/// The length of a list that is indexed by 32-bit numbers.
fn length(rules: &[u32]) -> u32 {
    u32::try_from(rules.len()).unwrap_or(u32::MAX)
}
