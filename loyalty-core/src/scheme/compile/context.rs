//! What every part of the compiler shares: names, limits, and the list of problems.

use std::fmt;

use crate::id::{LadderId, RewardId, WalletId};
use crate::number::{Currency, Money, NumberErrorKind, Points, Sort};
use crate::path::Path;
use crate::scheme::compiled::{Rate, Symbols};
use crate::scheme::def::SchemeDef;
use crate::scheme::limit::Limits;
use crate::scheme::problem::{self, Problem};
use crate::time::Span;

/// The largest denominator of a rate, so that sums of rates stay exact in 128 bits.
const DENOMINATOR_MAX: i64 = 1_000_000_000_000;

/// A place in the document, as a chain to the root that costs nothing until a problem is found.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Root,
    Key(&'static str),
    Index(usize),
}

impl At<'_> {
    pub(super) const ROOT: At<'static> = At {
        parent: None,
        step: Step::Root,
    };

    #[inline(never)]
    pub(super) fn key<'b>(&'b self, key: &'static str) -> At<'b> {
        At {
            parent: Some(self),
            step: Step::Key(key),
        }
    }

    #[inline(never)]
    pub(super) fn index<'b>(&'b self, index: usize) -> At<'b> {
        At {
            parent: Some(self),
            step: Step::Index(index),
        }
    }

    fn path(&self) -> Path {
        let mut steps = Vec::new();
        let mut place = Some(self);
        while let Some(at) = place {
            steps.push(at.step);
            place = at.parent;
        }
        steps
            .iter()
            .rev()
            .fold(Path::root(), |path, step| match step {
                Step::Root => path,
                Step::Key(key) => path.key(key),
                Step::Index(index) => path.index(*index),
            })
    }
}

/// Where a wallet stands and its smallest step in milli-points.
#[derive(Clone, Copy)]
pub(super) struct WalletRef {
    pub(super) place: u16,
    pub(super) unit: i64,
}

/// The state of one compilation.
pub(super) struct Context<'a> {
    pub(super) def: &'a SchemeDef,
    pub(super) limits: &'a Limits,
    pub(super) currency: Currency,
    pub(super) symbols: Symbols,
    pub(super) problems: Vec<Problem>,
    /// Conditions and targets seen in the tree that is being compiled.
    pub(super) nodes: usize,
    wallets: Names<'a>,
    rewards: Names<'a>,
    ladders: Names<'a>,
    tiers: Names<'a>,
    /// Of every tier, the place of its ladder and its own.
    tier_places: Vec<(u16, u16)>,
}

impl<'a> Context<'a> {
    pub(super) fn new(def: &'a SchemeDef, limits: &'a Limits) -> Self {
        let (mut tiers, mut tier_places) = (Vec::new(), Vec::new());
        for (ladder, part) in def.ladders.iter().enumerate() {
            for (tier, part) in part.tiers.iter().enumerate() {
                tiers.push(part.id.as_str());
                tier_places.push((small(ladder), small(tier)));
            }
        }
        Self {
            def,
            limits,
            currency: def.currency,
            symbols: Symbols::default(),
            problems: Vec::new(),
            nodes: 0,
            wallets: Names::of(def.wallets.iter().map(|one| one.id.as_str()).collect()),
            rewards: Names::of(def.rewards.iter().map(|one| one.id.as_str()).collect()),
            ladders: Names::of(def.ladders.iter().map(|one| one.id.as_str()).collect()),
            tiers: Names::of(tiers),
            tier_places,
        }
    }

    #[inline(always)]
    pub(super) fn problem(
        &mut self,
        code: &'static str,
        at: &At<'_>,
        found: impl fmt::Display,
        allowed: impl fmt::Display,
    ) {
        self.add(code, at, &found, &allowed);
    }

    #[cold]
    #[inline(never)]
    fn add(
        &mut self,
        code: &'static str,
        at: &At<'_>,
        found: &dyn fmt::Display,
        allowed: &dyn fmt::Display,
    ) {
        let (found, allowed) = (found.to_string(), allowed.to_string());
        self.problems.push(Problem {
            code,
            path: at.path(),
            found,
            allowed,
        });
    }

    /// The wallet that is named, the first one when none is.
    pub(super) fn wallet(&mut self, named: Option<&WalletId>, at: &At<'_>) -> WalletRef {
        const NONE: WalletRef = WalletRef {
            place: u16::MAX,
            unit: 1,
        };
        let Some(id) = named else {
            return self.wallet_at(0).unwrap_or_else(|| {
                self.problem(
                    problem::UNKNOWN_WALLET,
                    at,
                    "a scheme without wallets",
                    "a wallet to book on",
                );
                NONE
            });
        };
        let found = self.wallets.find(id.as_str());
        let found = found.and_then(|place| self.wallet_at(place));
        found.unwrap_or_else(|| {
            let known = names(self.def.wallets.iter().map(|wallet| wallet.id.as_str()));
            self.problem(
                problem::UNKNOWN_WALLET,
                &at.key("wallet"),
                quoted(id),
                known,
            );
            NONE
        })
    }

    fn wallet_at(&self, place: usize) -> Option<WalletRef> {
        let wallet = self.def.wallets.get(place)?;
        Some(WalletRef {
            place: small(place),
            unit: wallet.precision.unit_milli(),
        })
    }

    pub(super) fn reward(&mut self, id: &RewardId, at: &At<'_>) -> u32 {
        let found = self.rewards.find(id.as_str());
        if found.is_none() {
            let known = names(self.def.rewards.iter().map(|reward| reward.id.as_str()));
            self.problem(problem::UNKNOWN_REWARD, at, quoted(id), known);
        }
        found.map_or(u32::MAX, |place| u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// The place of a ladder.
    pub(super) fn ladder(&mut self, id: &LadderId, at: &At<'_>) -> Option<u16> {
        let place = self.ladders.find(id.as_str()).map(small);
        if place.is_none() {
            let known = names(self.def.ladders.iter().map(|ladder| ladder.id.as_str()));
            self.problem(problem::UNKNOWN_LADDER, at, quoted(id), known);
        }
        place
    }

    /// The places of all tiers of an id.
    pub(super) fn tiers_of(&self, id: &str) -> impl Iterator<Item = (u16, u16)> {
        let places = self.tiers.all(id).iter();
        places.filter_map(|(_, place)| self.tier_places.get(*place).copied())
    }

    /// The names of all tiers, for a message.
    pub(super) fn tier_names(&self) -> String {
        names(
            self.def
                .ladders
                .iter()
                .flat_map(|ladder| &ladder.tiers)
                .map(|tier| tier.id.as_str()),
        )
    }

    /// Money in minor units, at least `min`.
    pub(super) fn money(&mut self, money: Money, min: i64, at: &At<'_>) -> i64 {
        match money.minor_in(self.currency) {
            Ok(minor) if minor >= min => minor,
            Ok(_) => {
                self.problem(problem::OUT_OF_RANGE, at, money, at_least(min));
                min
            }
            Err(error) => {
                let allowed = match error.kind() {
                    NumberErrorKind::TooManyDecimals { allowed, .. } => {
                        format!("{} with at most {allowed} decimals", self.currency)
                    }
                    _ => "an amount within ±9007199254740991 minor units".to_owned(),
                };
                self.problem(problem::AMOUNT, at, money, allowed);
                min
            }
        }
    }

    /// Milli-points above 0.
    pub(super) fn points(&mut self, points: Points, at: &At<'_>) -> i64 {
        if points.milli() <= 0 {
            self.problem(problem::OUT_OF_RANGE, at, points, "more than 0 points");
            return 1;
        }
        points.milli()
    }

    /// Milli-points above 0 that the wallet's precision can hold.
    pub(super) fn whole_points(&mut self, points: Points, wallet: WalletRef, at: &At<'_>) -> i64 {
        let milli = self.points(points, at);
        self.multiple(points, wallet, at);
        milli
    }

    /// That the wallet's precision can hold the points.
    pub(super) fn multiple(&mut self, points: Points, wallet: WalletRef, at: &At<'_>) {
        if points.milli().checked_rem(wallet.unit) != Some(0) {
            let unit = Points::from_milli(wallet.unit);
            self.problem(
                problem::CONFLICT,
                at,
                points,
                format_args!("a multiple of the wallet's step of {unit}"),
            );
        }
    }

    /// A number of things within bounds.
    pub(super) fn count(&mut self, value: u32, min: u32, max: u32, at: &At<'_>) {
        if value < min || value > max {
            self.problem(
                problem::OUT_OF_RANGE,
                at,
                value,
                format_args!("{min} to {max}"),
            );
        }
    }

    /// A reduced ratio of positive numbers.
    pub(super) fn rate(&mut self, num: i64, den: i64, at: &At<'_>) -> Rate {
        let rate =
            crate::number::Ratio::try_new(num, den).map_or(Rate { num: 1, den: 1 }, |ratio| Rate {
                num: ratio.num(),
                den: ratio.den(),
            });
        if rate.den > DENOMINATOR_MAX {
            let found = format_args!("the ratio {}/{}", rate.num, rate.den);
            self.problem(
                problem::DENOMINATOR,
                at,
                found,
                format_args!("a denominator of at most {DENOMINATOR_MAX}"),
            );
        }
        rate
    }

    /// A length of time from `min` units up to a hundred years.
    pub(super) fn span(&mut self, span: Span, min: u32, at: &At<'_>) {
        let (key, value, max) = match span {
            Span::Days(value) => ("days", value, 36_525),
            Span::Months(value) => ("months", value, 1_200),
            Span::Years(value) => ("years", value, 100),
            Span::Minutes(value) => ("minutes", value, 52_596_000),
            Span::Hours(value) => ("hours", value, 876_600),
            Span::ExactDays(value) => ("exact_days", value, 36_525),
        };
        self.count(value, min, max, &at.key(key));
    }

    /// The most wallets, cards, ladders, tiers: their places are 16-bit numbers.
    pub(super) fn parts_max(&self) -> usize {
        self.limits.parts_max.min(usize::from(u16::MAX))
    }

    /// That a list holds at most so many; the part of it that is looked at.
    pub(super) fn at_most<'b, T>(&mut self, list: &'b [T], max: usize, at: &At<'_>) -> &'b [T] {
        if list.len() > max {
            self.problem(
                problem::TOO_MANY,
                at,
                list.len(),
                format_args!("at most {max}"),
            );
        }
        list.get(..max).unwrap_or(list)
    }

    /// That a list is not empty.
    pub(super) fn not_empty<T>(&mut self, list: &[T], at: &At<'_>) {
        if list.is_empty() {
            self.problem(problem::EMPTY, at, "an empty list", "at least one entry");
        }
    }

    /// That a text is not empty.
    pub(super) fn not_blank(&mut self, text: &str, at: &At<'_>) {
        if text.trim().is_empty() {
            self.problem(problem::EMPTY, at, "an empty text", "a text");
        }
    }

    /// That no id stands twice in a list.
    pub(super) fn unique(&mut self, ids: Vec<&str>, list: &At<'_>) {
        for (place, id) in repeated(ids) {
            self.duplicate_id(id, &list.index(place).key("id"));
        }
    }

    pub(super) fn duplicate_id(&mut self, name: &str, at: &At<'_>) {
        self.problem(
            problem::DUPLICATE_ID,
            at,
            quoted(name),
            "a name that nothing of its kind has yet",
        );
    }
}

/// Where names stand in a list.
pub(super) struct Names<'a>(Vec<(&'a str, usize)>);

impl<'a> Names<'a> {
    #[inline(never)]
    pub(super) fn of(names: Vec<&'a str>) -> Self {
        let mut sorted: Vec<(&str, usize)> = names.into_iter().zip(0..).collect();
        sorted.order();
        Self(sorted)
    }

    /// All places of a name, in order.
    fn all(&self, name: &str) -> &[(&'a str, usize)] {
        let start = self.0.partition_point(|(known, _)| *known < name);
        let rest = self.0.get(start..).unwrap_or_default();
        let count = rest.iter().take_while(|(known, _)| *known == name).count();
        rest.get(..count).unwrap_or_default()
    }

    /// The first place of a name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.all(name).first().map(|(_, place)| *place)
    }
}

/// The names that stand in a list before, with their places.
#[inline(never)]
pub(super) fn repeated(names: Vec<&str>) -> Vec<(usize, &str)> {
    let sorted = Names::of(names).0;
    let pairs = sorted.iter().zip(sorted.iter().skip(1));
    let mut found: Vec<(usize, &str)> = pairs
        .filter(|((before, _), (name, _))| before == name)
        .map(|(_, (name, place))| (*place, *name))
        .collect();
    found.order_by_key(|(place, _)| *place);
    found
}

/// A place as a small number. Counts are bounded before, so that none is cut off.
pub(super) fn small(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

pub(super) fn quoted(text: impl fmt::Display) -> String {
    format!("\"{text}\"")
}

fn at_least(min: i64) -> &'static str {
    if min > 0 {
        "an amount above 0"
    } else {
        "an amount of 0 or more"
    }
}

/// The first few of a list of names, for a message.
pub(super) fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let mut names = names.peekable();
    if names.peek().is_none() {
        return "none, as the scheme has none".to_owned();
    }
    let mut shown: Vec<String> = names.by_ref().take(SHOWN).map(quoted).collect();
    if names.next().is_some() {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}
