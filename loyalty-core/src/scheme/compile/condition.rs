//! Conditions and targets.

use crate::scheme::compiled::{Condition, Kind, MinAmount, Sym};
use crate::scheme::condition::{
    AroundDef, ConditionDef, HoursDef, MinAmountDef, MinQuantityDef, NthDef, TierCondition,
    WindowDef,
};
use crate::scheme::problem;
use crate::time::Weekday;

use super::context::{At, Context, quoted};
use crate::number::Sort;

/// The deepest nesting that is followed, whatever the limits say: the stack is not endless.
const DEPTH_MAX: usize = 128;
const MINUTE_MS: u32 = 60_000;
/// A birthday window may not meet itself a year later.
const AROUND_DAYS_MAX: u32 = 364;

impl Context<'_> {
    /// A whole condition.
    pub(super) fn when(&mut self, def: Option<&ConditionDef>, at: &At<'_>) -> Option<Condition> {
        self.nodes = 0;
        def.map(|def| self.condition(def, 0, &at.key("when")))
    }

    /// A threshold of money, `at` its own place.
    pub(super) fn min_amount(
        &mut self,
        def: Option<&MinAmountDef>,
        at: &At<'_>,
    ) -> Option<MinAmount> {
        self.nodes = 0;
        def.map(|def| self.threshold(def, 0, at))
    }

    /// Counts a node; whether it may be looked at.
    pub(super) fn enter(&mut self, depth: usize, at: &At<'_>) -> bool {
        let depth_max = self.limits.depth_max.min(DEPTH_MAX);
        if depth >= depth_max {
            self.problem(
                problem::TOO_DEEP,
                at,
                "one level more",
                format_args!("at most {depth_max} levels"),
            );
            return false;
        }
        self.nodes = self.nodes.saturating_add(1);
        let nodes_max = self.limits.nodes_max;
        if self.nodes == nodes_max.saturating_add(1) {
            self.problem(
                problem::TOO_MANY,
                at,
                "more conditions and targets",
                format_args!("at most {nodes_max}"),
            );
        }
        self.nodes <= nodes_max
    }

    fn condition(&mut self, def: &ConditionDef, depth: usize, at: &At<'_>) -> Condition {
        if !self.enter(depth, at) {
            return Condition::All(Box::default());
        }
        match def {
            ConditionDef::All(list) => Condition::All(self.conditions(list, depth, &at.key("all"))),
            ConditionDef::Any(list) => Condition::Any(self.conditions(list, depth, &at.key("any"))),
            ConditionDef::Not(inner) => Condition::Not(Box::new(self.condition(
                inner,
                depth.saturating_add(1),
                &at.key("not"),
            ))),
            ConditionDef::Channel(list) => {
                Condition::Channel(self.some_symbols(Kind::Channel, list, &at.key("channel")))
            }
            ConditionDef::Store(list) => {
                Condition::Store(self.some_symbols(Kind::Store, list, &at.key("store")))
            }
            ConditionDef::Segment(list) => {
                Condition::Segment(self.some_symbols(Kind::Segment, list, &at.key("segment")))
            }
            ConditionDef::Flag(list) => {
                Condition::Flag(self.some_symbols(Kind::Flag, list, &at.key("flag")))
            }
            ConditionDef::Code(list) => {
                self.not_empty(list, &at.key("code"));
                Condition::Code(list.iter().map(|code| self.code(code.as_str())).collect())
            }
            ConditionDef::Bought(def) => {
                let at = at.key("bought");
                self.count(def.days, 0, 36_525, &at.key("days"));
                Condition::Bought {
                    target: self
                        .inner_target(def.target.as_ref(), depth, &at)
                        .map(Box::new),
                    days: (def.days > 0).then_some(def.days),
                }
            }
            ConditionDef::ShippingMethod(list) => Condition::ShippingMethod(self.some_symbols(
                Kind::Method,
                list,
                &at.key("shipping_method"),
            )),
            ConditionDef::Referred(_) => Condition::Referred,
            ConditionDef::Challenge(id) => match self.challenge(id, &at.key("challenge")) {
                Some(place) => Condition::Challenge(place),
                None => Condition::Any(Box::default()),
            },
            ConditionDef::Tier(def) => self.tier(def, &at.key("tier")),
            ConditionDef::Between(def) => self.between(def, &at.key("between")),
            ConditionDef::Weekday(list) => self.weekdays(list, &at.key("weekday")),
            ConditionDef::Hours(def) => self.hours(def, &at.key("hours")),
            ConditionDef::MonthDay(list) => self.month_days(list, &at.key("month_day")),
            ConditionDef::NthPurchase(def) => self.nth(def, &at.key("nth_purchase")),
            ConditionDef::FirstPurchase(def) => Condition::FirstPurchase {
                again_after_return: def.again_after_return,
            },
            ConditionDef::MinAmount(def) => {
                let MinAmount {
                    amount,
                    target,
                    base,
                    tax,
                } = self.threshold(def, depth, &at.key("min_amount"));
                Condition::MinAmount {
                    amount,
                    target: target.map(Box::new),
                    base,
                    tax,
                }
            }
            ConditionDef::MinQuantity(def) => {
                self.min_quantity(def, depth, &at.key("min_quantity"))
            }
            ConditionDef::Birthday(def) => {
                let (before, after) = self.around(def, &at.key("birthday"));
                Condition::Birthday { before, after }
            }
            ConditionDef::EnrolmentAnniversary(def) => {
                let (before, after) = self.around(def, &at.key("enrolment_anniversary"));
                Condition::EnrolmentAnniversary { before, after }
            }
        }
    }

    fn conditions(&mut self, list: &[ConditionDef], depth: usize, at: &At<'_>) -> Box<[Condition]> {
        self.not_empty(list, at);
        let inner = depth.saturating_add(1);
        list.iter()
            .enumerate()
            .map(|(place, def)| self.condition(def, inner, &at.index(place)))
            .collect()
    }

    fn some_symbols<T: AsRef<str>>(&mut self, kind: Kind, list: &[T], at: &At<'_>) -> Box<[Sym]> {
        self.not_empty(list, at);
        self.symbols(kind, list)
    }

    fn code(&mut self, code: &str) -> Sym {
        self.symbols.intern(Kind::Code, &code.to_lowercase())
    }

    fn tier(&mut self, def: &TierCondition, at: &At<'_>) -> Condition {
        let list = at.key("any_of");
        self.not_empty(&def.any_of, &list);
        let Some(ladder) = self.ladder(&def.ladder, &at.key("ladder")) else {
            return Condition::Any(Box::default());
        };
        let mut tiers = Vec::with_capacity(def.any_of.len());
        for (place, id) in def.any_of.iter().enumerate() {
            let found = self.tiers_of(id.as_str()).find(|(of, _)| *of == ladder);
            match found {
                Some((_, tier)) => tiers.push(tier),
                None => {
                    let known = self.tier_names();
                    self.problem(problem::UNKNOWN_TIER, &list.index(place), quoted(id), known);
                }
            }
        }
        tiers.order();
        tiers.dedup();
        Condition::Tier {
            ladder,
            tiers: tiers.into(),
        }
    }

    fn between(&mut self, def: &WindowDef, at: &At<'_>) -> Condition {
        let from = def.from.map_or(i64::MIN, |from| from.civil_ms());
        let until = def.until.map_or(i64::MAX, |until| until.civil_ms());
        match (def.from, def.until) {
            (None, None) => self.problem(
                problem::EMPTY,
                at,
                "neither `from` nor `until`",
                "one of them or both",
            ),
            (Some(first), Some(end)) if from >= until => {
                self.problem(
                    problem::WINDOW,
                    &at.key("until"),
                    end,
                    format_args!("a time after {first}"),
                );
            }
            _ => {}
        }
        Condition::Between { from, until }
    }

    fn weekdays(&mut self, list: &[Weekday], at: &At<'_>) -> Condition {
        self.not_empty(list, at);
        Condition::Weekday(list.iter().fold(0, |bits, day| bits | weekday_bit(*day)))
    }

    fn hours(&mut self, def: &HoursDef, at: &At<'_>) -> Condition {
        let from = self.time_of_day(&def.from, &at.key("from"));
        let until = self.time_of_day(&def.until, &at.key("until"));
        if from.is_some() && from == until {
            let allowed = format_args!("a time other than {}", def.from);
            self.problem(problem::WINDOW, &at.key("until"), &def.until, allowed);
        }
        Condition::Hours {
            from: from.unwrap_or(0),
            until: until.unwrap_or(0),
        }
    }

    fn time_of_day(&mut self, text: &str, at: &At<'_>) -> Option<u32> {
        let ms = time_of_day_ms(text);
        if ms.is_none() {
            let found = quoted(crate::serde_text::excerpt(text));
            self.problem(
                problem::TEXT,
                at,
                found,
                "a time of day from \"00:00\" to \"24:00\"",
            );
        }
        ms
    }

    fn month_days(&mut self, list: &[u32], at: &At<'_>) -> Condition {
        self.not_empty(list, at);
        let mut bits = 0_u32;
        for (place, day) in list.iter().enumerate() {
            self.count(*day, 1, 31, &at.index(place));
            bits |= 1_u32.checked_shl(*day).unwrap_or(0);
        }
        Condition::MonthDay(bits)
    }

    fn nth(&mut self, def: &NthDef, at: &At<'_>) -> Condition {
        if def.every.is_none() && def.at.is_empty() {
            self.problem(
                problem::EMPTY,
                at,
                "neither `every` nor `at`",
                "one of them or both",
            );
        }
        if let Some(every) = def.every {
            self.count(every, 1, u32::MAX, &at.key("every"));
        }
        let list = at.key("at");
        for (place, ordinal) in def.at.iter().enumerate() {
            self.count(*ordinal, 1, u32::MAX, &list.index(place));
        }
        let mut ordinals = def.at.clone();
        ordinals.order();
        ordinals.dedup();
        Condition::NthPurchase {
            every: def.every.unwrap_or(0),
            at: ordinals.into(),
        }
    }

    fn threshold(&mut self, def: &MinAmountDef, depth: usize, at: &At<'_>) -> MinAmount {
        let amount = self.money(def.amount, 0, &at.key("amount"));
        MinAmount {
            amount,
            target: self.inner_target(def.target.as_ref(), depth, at),
            base: def.base,
            tax: def.tax,
        }
    }

    fn min_quantity(&mut self, def: &MinQuantityDef, depth: usize, at: &At<'_>) -> Condition {
        self.count(def.quantity, 1, u32::MAX, &at.key("quantity"));
        let target = self
            .inner_target(def.target.as_ref(), depth, at)
            .map(Box::new);
        Condition::MinQuantity {
            quantity: def.quantity,
            target,
            different: def.different,
        }
    }

    fn around(&mut self, def: &AroundDef, at: &At<'_>) -> (u32, u32) {
        let days = def.days_before.saturating_add(def.days_after);
        if days > AROUND_DAYS_MAX {
            let found = format_args!("{days} days before and after together");
            self.problem(
                problem::OUT_OF_RANGE,
                at,
                found,
                format_args!("at most {AROUND_DAYS_MAX}"),
            );
        }
        (def.days_before, def.days_after)
    }
}

/// Bit 0 is Monday.
fn weekday_bit(day: Weekday) -> u8 {
    match day {
        Weekday::Mon => 1,
        Weekday::Tue => 1 << 1,
        Weekday::Wed => 1 << 2,
        Weekday::Thu => 1 << 3,
        Weekday::Fri => 1 << 4,
        Weekday::Sat => 1 << 5,
        Weekday::Sun => 1 << 6,
    }
}

/// `HH:MM` from `00:00` to `24:00` in milliseconds.
fn time_of_day_ms(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hours) || !two_digits(minutes) {
        return None;
    }
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let total = hours.checked_mul(60)?.checked_add(minutes)?;
    if minutes > 59 || total > 24 * 60 {
        None
    } else {
        total.checked_mul(MINUTE_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day() {
        for (text, ms) in [("00:00", 0), ("17:30", 63_000_000), ("24:00", 86_400_000)] {
            assert_eq!(time_of_day_ms(text), Some(ms), "{text}");
        }
        for text in [
            "",
            ":",
            "7:00",
            "24:01",
            "12:60",
            "-1:00",
            "+1:00",
            "12:00:00",
            "１２:00",
        ] {
            assert_eq!(time_of_day_ms(text), None, "{text}");
        }
    }
}
