//! Whole sets of units: three for two, buy one and get one, bundles.
//!
//! Lines fall into classes by the parts that they can stand in. So many sets fit when every choice of
//! parts finds enough units in the classes that can serve it (Hall's condition); with at most six
//! parts and the units given these are at most 127 sums, whatever the number of units.

use crate::scheme::compiled::Target;
use crate::scheme::compiled_offer::{SetGet, SetPart, Sets, Units};
use crate::scheme::{SetFrom, UnitChoice};

use crate::evaluate::arith::index;

use super::pick::{Pick, Picked, cut, rest, sort, without};
use super::{Goods, Offers};
use crate::number::Sort;

/// What a set, or its gift, needs.
struct Need {
    /// Units of one set.
    units: u32,
    choice: UnitChoice,
    /// Whether the needed units are those that the benefit is on.
    given: bool,
}

/// How many units each class holds, by the parts that it can serve, as bits.
struct Supply {
    classes: Vec<(u32, u64)>,
}

impl Supply {
    fn of(members: &[(u32, Pick)]) -> Self {
        let mut classes: Vec<(u32, u64)> = Vec::new();
        for (mask, pick) in members {
            match classes.iter_mut().find(|(known, _)| known == mask) {
                Some((_, units)) => *units = units.saturating_add(u64::from(pick.count)),
                None => classes.push((*mask, u64::from(pick.count))),
            }
        }
        Self { classes }
    }

    fn change(&mut self, mask: u32, units: u32, add: bool) {
        if let Some((_, held)) = self.classes.iter_mut().find(|(known, _)| *known == mask) {
            *held = match add {
                true => held.saturating_add(u64::from(units)),
                false => held.saturating_sub(u64::from(units)),
            };
        }
    }

    /// Whether the units suffice for what every part needs.
    fn suffices(&self, needs: &[u64]) -> bool {
        let parts = u32::try_from(needs.len()).unwrap_or(u32::MAX);
        let all = 1_u32
            .checked_shl(parts)
            .map_or(0, |bit| bit.wrapping_sub(1));
        (1..=all).all(|choice| {
            let wanted = needs
                .iter()
                .zip(0_u32..)
                .filter(|(_, bit)| choice.checked_shr(*bit).unwrap_or(0) & 1 == 1)
                .fold(0_u64, |sum, (units, _)| sum.saturating_add(*units));
            let held = self
                .classes
                .iter()
                .filter(|(mask, _)| mask & choice != 0)
                .fold(0_u64, |sum, (_, units)| sum.saturating_add(*units));
            held >= wanted
        })
    }
}

impl Offers<'_, '_> {
    pub(super) fn pick_sets(&self, slot: usize, on: &Units, sets: &Sets, goods: &Goods) -> Picked {
        if let [part] = &*sets.parts
            && part.different
        {
            return match sets.get.as_ref() {
                Some(get) if get.from == SetFrom::Beside => {
                    self.pick_different_beside(slot, on, sets, (part, get), goods)
                }
                _ => self.pick_different(slot, on, sets, goods),
            };
        }
        if let [part] = &*sets.parts
            && let Some(worth) = part.worth
        {
            return self.pick_worth(slot, on, sets, (part, worth), goods);
        }
        let mut needs: Vec<Need> = Vec::with_capacity(sets.parts.len().saturating_add(1));
        let mut targets: Vec<Option<&Target>> = Vec::with_capacity(needs.capacity());
        for part in &sets.parts {
            needs.push(Need {
                units: part.units,
                choice: part.choice,
                given: sets.get.is_none(),
            });
            targets.push(part.target.as_ref());
        }
        let beside = sets.get.as_ref().filter(|get| get.from == SetFrom::Beside);
        if let Some(get) = beside {
            needs.push(Need {
                units: get.units,
                choice: get.choice,
                given: true,
            });
            targets.push(get.target.as_ref());
        }
        let members = self.members(slot, on, &targets, goods);
        let mut picked = Picked::default();
        for group in grouped(members, sets.by_line) {
            let of_group = pick_group(group, &needs, sets);
            picked.sets = picked.sets.saturating_add(of_group.sets);
            picked.picks.extend(of_group.picks);
            picked.taken.extend(of_group.taken);
        }
        picked
    }
    /// The open units with the parts that each can stand in, as bits.
    fn members(
        &self,
        slot: usize,
        on: &Units,
        targets: &[Option<&Target>],
        goods: &Goods,
    ) -> Vec<(u32, Pick)> {
        let mut members = Vec::new();
        for pick in self.open(slot, on, None, goods) {
            let Some(line) = self.context.cart.lines.get(index(pick.line)) else {
                continue;
            };
            let mut mask = 0_u32;
            for (target, bit) in targets.iter().zip(0_u32..) {
                if self.context.cart.counts(line, *target) {
                    mask |= 1_u32.checked_shl(bit).unwrap_or(0);
                }
            }
            if mask != 0 {
                members.push((mask, pick));
            }
        }
        members
    }

    /// Sets of units that are worth so much together. What is given beside them is put aside first.
    fn pick_worth(
        &self,
        slot: usize,
        on: &Units,
        sets: &Sets,
        (part, worth): (&SetPart, i64),
        goods: &Goods,
    ) -> Picked {
        let mut open = self.open(slot, on, part.target.as_ref(), goods);
        sort(&mut open, part.choice);
        let beside = sets.get.as_ref().filter(|get| get.from == SetFrom::Beside);
        let mut gifts = beside.map_or_else(Vec::new, |get| {
            self.open(slot, on, get.target.as_ref(), goods)
        });
        if let Some(get) = beside {
            sort(&mut gifts, get.choice);
        }
        let given = |count: u32| -> Option<Vec<Pick>> {
            let Some(get) = beside else {
                return Some(Vec::new());
            };
            let wanted = get.units.checked_mul(count)?;
            let picks = first_of(&gifts, wanted, get.choice);
            (units_of(&picks) == u64::from(wanted)).then_some(picks)
        };
        let taken = |count: u32| -> Option<(Vec<Pick>, Vec<Pick>)> {
            let given = given(count)?;
            let parts = open.iter().flat_map(|pick| without(*pick, given.iter()));
            let parts: Vec<Pick> = parts.collect();
            let taken = worth_of_sets(&parts, worth, count, part.choice)?;
            Some((taken, given))
        };
        let all = u32::try_from(units_of(&open)).unwrap_or(u32::MAX);
        let most = all.min(sets.sets_max.unwrap_or(u32::MAX));
        let count = most_that(most, |count| taken(count).is_some());
        let Some((mut used, given)) = taken(count).filter(|_| count > 0) else {
            return Picked::default();
        };
        let mut picks = match &sets.get {
            None => used.clone(),
            Some(get) if get.from == SetFrom::Set => {
                within_sets(used.iter().map(|pick| (0, *pick)).collect(), get, count)
            }
            Some(_) => given.clone(),
        };
        used.extend(given);
        sort(&mut picks, UnitChoice::LineOrder);
        Picked {
            picks,
            taken: used,
            sets: count,
        }
    }

    /// Sets of units of different lines: a line gives each set at most one unit.
    fn pick_different(&self, slot: usize, on: &Units, sets: &Sets, goods: &Goods) -> Picked {
        let Some(part) = sets.parts.first() else {
            return Picked::default();
        };
        let mut picks = self.open(slot, on, part.target.as_ref(), goods);
        let mut lines: Vec<(u32, u32)> = Vec::new();
        for pick in &picks {
            match lines.last_mut() {
                Some((line, units)) if *line == pick.line => {
                    *units = units.saturating_add(pick.count);
                }
                _ => lines.push((pick.line, pick.count)),
            }
        }
        let fits = |count: u32| {
            let held = lines.iter().fold(0_u64, |sum, (_, units)| {
                sum.saturating_add(u64::from((*units).min(count)))
            });
            held >= u64::from(count).saturating_mul(u64::from(part.units))
        };
        let all = lines
            .iter()
            .fold(0_u32, |sum, (_, units)| sum.saturating_add(*units));
        let most = all.checked_div(part.units).unwrap_or(0);
        let count = most_that(most.min(sets.sets_max.unwrap_or(u32::MAX)), fits);
        if count == 0 {
            return Picked::default();
        }
        sort(&mut picks, part.choice);
        let mut wanted = count.saturating_mul(part.units);
        let mut taken: Vec<(u32, u32)> = Vec::new();
        picks.retain_mut(|pick| {
            let of_line = taken
                .iter()
                .find(|(line, _)| *line == pick.line)
                .map_or(0, |(_, units)| *units);
            let units = wanted.min(count.saturating_sub(of_line)).min(pick.count);
            *pick = cut(*pick, units, part.choice);
            wanted = wanted.saturating_sub(units);
            match taken.iter_mut().find(|(line, _)| *line == pick.line) {
                Some((_, held)) => *held = held.saturating_add(units),
                None => taken.push((pick.line, units)),
            }
            units > 0
        });
        let taken = picks.clone();
        if let Some(get) = &sets.get {
            picks = within_sets(
                picks.into_iter().map(|pick| (0, pick)).collect(),
                get,
                count,
            );
        }
        sort(&mut picks, UnitChoice::LineOrder);
        Picked {
            picks,
            taken,
            sets: count,
        }
    }

    /// Sets of units of different lines, with others given beside them.
    fn pick_different_beside(
        &self,
        slot: usize,
        on: &Units,
        sets: &Sets,
        (part, get): (&SetPart, &SetGet),
        goods: &Goods,
    ) -> Picked {
        let targets = [part.target.as_ref(), get.target.as_ref()];
        let members = self.members(slot, on, &targets, goods);
        let mut lines: Vec<LineUnits> = Vec::new();
        for (mask, pick) in &members {
            match lines.last_mut() {
                Some(of) if of.line == pick.line => of.open = of.open.saturating_add(pick.count),
                _ => lines.push(LineUnits {
                    line: pick.line,
                    mask: *mask,
                    open: pick.count,
                    taken: 0,
                }),
            }
        }
        let times = |units: u32, count: u32| u64::from(units).saturating_mul(u64::from(count));
        let fits = |count: u32, given: u64| {
            let open = [times(part.units, count), given];
            differ(&lines, count, open, (u32::MAX, 0, 0))
        };
        let all = lines
            .iter()
            .fold(0_u32, |sum, of| sum.saturating_add(of.open));
        let most = all.min(sets.sets_max.unwrap_or(u32::MAX));
        let mut count = most_that(most, |count| fits(count, times(get.units, count)));
        let mut given = times(get.units, count);
        if get.partial && count < most {
            // One more set, as far as units are left to give.
            let one_more = count.saturating_add(1);
            let more = most_that(get.units, |more| {
                fits(one_more, given.saturating_add(u64::from(more)))
            });
            if more > 0 {
                count = one_more;
                given = given.saturating_add(u64::from(more));
            }
        }
        if count == 0 {
            return Picked::default();
        }
        let mut open = [times(part.units, count), given];
        let order = match get.choice {
            UnitChoice::LineOrder => [(0, part.choice), (1, get.choice)],
            _ => [(1, get.choice), (0, part.choice)],
        };
        let mut picks: Vec<Pick> = members.into_iter().map(|(_, pick)| pick).collect();
        let mut found = [Vec::new(), Vec::new()];
        for (role, choice) in order {
            sort(&mut picks, choice);
            let mut left = Vec::with_capacity(picks.len());
            for pick in picks {
                let take = take_differing(&mut lines, &mut open, role, count, pick);
                if take > 0
                    && let Some(found) = found.get_mut(role)
                {
                    found.push(cut(pick, take, choice));
                }
                if take < pick.count {
                    left.push(rest(pick, take, choice));
                }
            }
            picks = left;
        }
        let [mut taken, mut picks] = found;
        taken.extend_from_slice(&picks);
        sort(&mut picks, UnitChoice::LineOrder);
        Picked {
            picks,
            taken,
            sets: count,
        }
    }
}

/// The units of a line that sets of different lines can take, or give.
struct LineUnits {
    line: u32,
    /// Whether they can be of a set, and whether they can be given, as bits.
    mask: u32,
    open: u32,
    /// How many of them the sets took.
    taken: u32,
}

/// Whether so many sets of different lines find the units that are open, a line at most one for each,
/// and leave enough to give, when units of a line have been taken for one of the two.
fn differ(
    lines: &[LineUnits],
    count: u32,
    [mut wanted, mut given]: [u64; 2],
    (line, role, units): (u32, usize, u32),
) -> bool {
    let open = if role == 0 { &mut wanted } else { &mut given };
    *open = open.saturating_sub(u64::from(units));
    // Units of sets alone, those of both, and all that can be given.
    let (mut alone, mut both, mut gifts) = (0_u64, 0_u64, 0_u64);
    for of in lines {
        let (mut open, mut taken) = (of.open, of.taken);
        if of.line == line {
            open = open.saturating_sub(units);
            if role == 0 {
                taken = taken.saturating_add(units);
            }
        }
        let of_sets = u64::from(open.min(count.saturating_sub(taken)));
        match of.mask {
            1 => alone = alone.saturating_add(of_sets),
            3 => both = both.saturating_add(of_sets),
            _ => {}
        }
        if of.mask != 1 {
            gifts = gifts.saturating_add(u64::from(open));
        }
    }
    let from_both = wanted.saturating_sub(alone);
    from_both <= both && given <= gifts.saturating_sub(from_both)
}

/// How many units of a run the sets take, or give (`role` 1), such that the rest finds its own.
fn take_differing(
    lines: &mut [LineUnits],
    open: &mut [u64; 2],
    role: usize,
    count: u32,
    pick: Pick,
) -> u32 {
    let known = lines.iter().find(|of| of.line == pick.line);
    let (mask, taken) = known.map_or((0, 0), |of| (of.mask, of.taken));
    let wanted = open.get(role).copied().unwrap_or(0);
    let mut most = u32::try_from(wanted.min(u64::from(pick.count))).unwrap_or(u32::MAX);
    if role == 0 {
        most = most.min(count.saturating_sub(taken));
    }
    let of_role = if role == 0 { 1 } else { 2 };
    if mask & of_role == 0 {
        most = 0;
    }
    let take = most_that(most, |units| {
        differ(lines, count, *open, (pick.line, role, units))
    });
    if let Some(of) = lines.iter_mut().find(|of| of.line == pick.line) {
        of.open = of.open.saturating_sub(take);
        if role == 0 {
            of.taken = of.taken.saturating_add(take);
        }
    }
    if let Some(open) = open.get_mut(role) {
        *open = open.saturating_sub(u64::from(take));
    }
    take
}

fn units_of(picks: &[Pick]) -> u64 {
    let units = picks.iter().map(|pick| u64::from(pick.count));
    units.fold(0, u64::saturating_add)
}

/// The first units of sorted runs.
fn first_of(sorted: &[Pick], units: u32, choice: UnitChoice) -> Vec<Pick> {
    let mut wanted = units;
    let mut found = Vec::new();
    for pick in sorted {
        let part = cut(*pick, wanted, choice);
        wanted = wanted.saturating_sub(part.count);
        if part.count > 0 {
            found.push(part);
        }
    }
    found
}

/// The units of so many sets, each as few as are worth so much, taken in order; nothing when there are
/// too few. The cost is that of the runs, not of the units.
fn worth_of_sets(sorted: &[Pick], worth: i64, sets: u32, choice: UnitChoice) -> Option<Vec<Pick>> {
    let mut open = sets;
    // What the present set still lacks.
    let mut lacks = worth;
    let mut taken = Vec::new();
    for pick in sorted {
        if open == 0 {
            break;
        }
        let price = pick.left;
        // A unit of this price, repeated, is worth what is lacking: how many.
        let needed = |lacks: i64| {
            let units = lacks
                .checked_add(price)?
                .checked_sub(1)?
                .checked_div(price)?;
            u32::try_from(units).ok()
        };
        let mut used = 0_u32;
        if let Some(first) = needed(lacks).filter(|first| *first <= pick.count) {
            used = first;
            open = open.saturating_sub(1);
            lacks = worth;
            if let Some(each) = needed(worth) {
                let room = pick.count.saturating_sub(used);
                let whole = room.checked_div(each).unwrap_or(0).min(open);
                open = open.saturating_sub(whole);
                used = used.saturating_add(whole.saturating_mul(each));
            }
        }
        if open > 0 {
            let rest = pick.count.saturating_sub(used);
            lacks = lacks.saturating_sub(price.saturating_mul(i64::from(rest)));
            used = pick.count;
        }
        taken.push(cut(*pick, used, choice));
    }
    (open == 0).then_some(taken)
}

/// The units that make sets together: all of them, or those of each line.
fn grouped(members: Vec<(u32, Pick)>, by_line: bool) -> Vec<Vec<(u32, Pick)>> {
    if !by_line {
        return vec![members];
    }
    let mut groups: Vec<Vec<(u32, Pick)>> = Vec::new();
    for member in members {
        match groups.last_mut() {
            Some(group)
                if group
                    .last()
                    .is_some_and(|(_, pick)| pick.line == member.1.line) =>
            {
                group.push(member);
            }
            _ => groups.push(vec![member]),
        }
    }
    groups
}

/// The sets of one group of units.
fn pick_group(members: Vec<(u32, Pick)>, needs: &[Need], sets: &Sets) -> Picked {
    let beside = sets.get.as_ref().filter(|get| get.from == SetFrom::Beside);
    let (count, extra) = count_sets(&members, needs, sets, beside);
    if count == 0 {
        return Picked::default();
    }
    let mut wanted: Vec<u64> = needs
        .iter()
        .map(|need| u64::from(need.units).saturating_mul(u64::from(count)))
        .collect();
    // A last set that gives fewer units than a whole one.
    if let (Some(extra), Some(last)) = (extra, wanted.last_mut()) {
        *last = extra;
    }
    let assigned = assign(members, needs, &wanted);
    let taken: Vec<Pick> = assigned.iter().map(|(_, pick)| *pick).collect();
    let mut given: Vec<Pick> = assigned
        .iter()
        .filter(|(part, _)| needs.get(*part).is_some_and(|need| need.given))
        .map(|(_, pick)| *pick)
        .collect();
    if let Some(get) = sets.get.as_ref().filter(|get| get.from == SetFrom::Set) {
        given = within_sets(assigned, get, count);
    }
    sort(&mut given, UnitChoice::LineOrder);
    Picked {
        picks: given,
        taken,
        sets: count,
    }
}

/// How many sets fit, and how many units are given in all when the last set gives fewer.
fn count_sets(
    members: &[(u32, Pick)],
    needs: &[Need],
    sets: &Sets,
    beside: Option<&SetGet>,
) -> (u32, Option<u64>) {
    let supply = Supply::of(members);
    let most = sets.sets_max.unwrap_or(u32::MAX);
    let bound = members
        .iter()
        .fold(0_u32, |sum, (_, pick)| sum.saturating_add(pick.count))
        .min(most);
    let wanted = |count: u32| -> Vec<u64> {
        needs
            .iter()
            .map(|need| u64::from(need.units).saturating_mul(u64::from(count)))
            .collect()
    };
    let whole = most_that(bound, |count| supply.suffices(&wanted(count)));
    let Some(get) = beside.filter(|get| get.partial && whole < most) else {
        return (whole, None);
    };
    // One more set, as far as units are left to give; it pays when it gives more in all.
    let count = whole.saturating_add(1);
    let mut needed = wanted(count);
    let full = u64::from(get.units).saturating_mul(u64::from(count));
    let before = u64::from(get.units).saturating_mul(u64::from(whole));
    let room = u32::try_from(full.saturating_sub(before)).unwrap_or(u32::MAX);
    let more = most_that(room, |more| {
        if let Some(last) = needed.last_mut() {
            *last = before.saturating_add(u64::from(more));
        }
        supply.suffices(&needed)
    });
    if more == 0 {
        return (whole, None);
    }
    (count, Some(before.saturating_add(u64::from(more))))
}

/// The largest number up to `most` that fits, where all smaller ones fit with it.
fn most_that(most: u32, mut fits: impl FnMut(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0_u32, most);
    while low < high {
        let half = high.saturating_sub(low).div_ceil(2);
        let middle = low.saturating_add(half);
        if fits(middle) {
            low = middle;
        } else {
            high = middle.saturating_sub(1);
        }
    }
    low
}

/// Gives every part its units: the units given first, each part by its own choice, and none that
/// another part cannot do without.
fn assign(mut members: Vec<(u32, Pick)>, needs: &[Need], wanted: &[u64]) -> Vec<(usize, Pick)> {
    let mut supply = Supply::of(&members);
    let mut open: Vec<u64> = wanted.to_vec();
    let mut order: Vec<usize> = (0..needs.len()).collect();
    order.order_by_key(|part| {
        needs
            .get(*part)
            .is_none_or(|need| !need.given || need.choice == UnitChoice::LineOrder)
    });
    let mut assigned = Vec::new();
    for part in order {
        let Some(need) = needs.get(part) else {
            continue;
        };
        let bit = u32::try_from(part)
            .ok()
            .and_then(|part| 1_u32.checked_shl(part))
            .unwrap_or(0);
        sort_members(&mut members, need.choice);
        let mut left = Vec::with_capacity(members.len());
        for (mask, pick) in members {
            let want = open.get(part).copied().unwrap_or(0);
            if mask & bit == 0 || want == 0 {
                left.push((mask, pick));
                continue;
            }
            let most = u32::try_from(want.min(u64::from(pick.count))).unwrap_or(u32::MAX);
            let take = most_that(most, |units| {
                supply.change(mask, units, false);
                if let Some(of_part) = open.get_mut(part) {
                    *of_part = want.saturating_sub(u64::from(units));
                }
                let fits = supply.suffices(&open);
                supply.change(mask, units, true);
                if let Some(of_part) = open.get_mut(part) {
                    *of_part = want;
                }
                fits
            });
            if take > 0 {
                supply.change(mask, take, false);
                if let Some(of_part) = open.get_mut(part) {
                    *of_part = want.saturating_sub(u64::from(take));
                }
                assigned.push((part, cut(pick, take, need.choice)));
            }
            if take < pick.count {
                left.push((mask, rest(pick, take, need.choice)));
            }
        }
        members = left;
    }
    assigned
}

fn sort_members(members: &mut Vec<(u32, Pick)>, choice: UnitChoice) {
    let mut picks: Vec<Pick> = members.iter().map(|(_, pick)| *pick).collect();
    sort(&mut picks, choice);
    let masks: Vec<(u32, u32)> = members
        .iter()
        .map(|(mask, pick)| (pick.line, *mask))
        .collect();
    let mask_of = |line: u32| {
        masks
            .iter()
            .find(|(of, _)| *of == line)
            .map_or(0, |(_, mask)| *mask)
    };
    *members = picks
        .into_iter()
        .map(|pick| (mask_of(pick.line), pick))
        .collect();
}

/// The units of all sets together that the benefit is on, by choice.
fn within_sets(assigned: Vec<(usize, Pick)>, get: &SetGet, count: u32) -> Vec<Pick> {
    let mut picks: Vec<Pick> = assigned.into_iter().map(|(_, pick)| pick).collect();
    sort(&mut picks, get.choice);
    let mut wanted = get.units.saturating_mul(count);
    picks.retain_mut(|pick| {
        *pick = cut(*pick, wanted, get.choice);
        wanted = wanted.saturating_sub(pick.count);
        pick.count > 0
    });
    picks
}
