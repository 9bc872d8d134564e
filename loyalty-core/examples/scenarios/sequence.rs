//! In which order promotions apply, and which of them apply together.

use serde_json::{Value, json};

use super::benefits::Stage;
use super::case::{Case, Event};
use super::fields::Fields;
use super::parts;
use super::promotions::{Promotion, Setting};
use super::scheme::{Plan, set};

/// The order by type where a mode names it and the scheme does not.
const PERCENT_FIRST: [&str; 4] = [
    "item percent",
    "order percent",
    "item amount",
    "order amount",
];

/// The parts of the scheme that say how promotions work.
#[derive(Debug, Default)]
pub(crate) struct Promotions {
    list: Vec<Fields>,
    combination: Option<String>,
    priority_order: Option<String>,
    sequence: Vec<String>,
}

/// What is in force for an event.
#[derive(Debug, Default)]
pub(crate) struct InForce {
    pub(crate) offers: Vec<Value>,
    pub(crate) rewards: Vec<Value>,
    pub(crate) stacking: Value,
    /// Keys of the event that were read.
    pub(crate) read: Vec<String>,
    /// Promotions on the order.
    pub(crate) on_order: Vec<String>,
    /// Whether amounts are told with tax.
    pub(crate) gross: bool,
}

/// Promotions that apply in a row, and how.
struct Band {
    choose: &'static str,
    per: &'static str,
    of: Vec<Promotion>,
}

impl Promotions {
    /// Reads the scheme's keys.
    pub(crate) fn read(scheme: &mut Fields) -> Result<Self, String> {
        // Said of steps that name one promotion each.
        scheme.flag("evaluate_separately")?;
        Ok(Self {
            list: scheme.objects("promotions")?,
            combination: scheme.text("combination")?,
            priority_order: scheme.text("priority_order")?,
            sequence: scheme.list("sequence")?,
        })
    }

    /// Whether any promotion is an amount.
    pub(crate) fn takes_amounts(&self) -> bool {
        self.list.iter().any(|promotion| {
            let kind = promotion.clone().text("kind");
            kind.is_ok_and(|kind| kind.is_some_and(|kind| kind.contains("amount")))
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What is in force for an event.
    pub(crate) fn for_event(
        &self,
        case: &Case,
        plan: &Plan,
        event: &Event,
        entered: &[String],
    ) -> Result<InForce, String> {
        let setting = Setting { case, plan };
        let mut fields = event.fields.clone();
        let mut found = InForce::default();
        let only = fields.text("only_promotion")?;
        let listed = fields.list("order_of_application")?;
        for key in ["only_promotion", "order_of_application"] {
            if event.fields.has(key) {
                found.read.push(key.into());
            }
        }
        let mut all = Vec::new();
        for promotion in &self.list {
            let mut promotion = promotion.clone();
            promotion.fill(&event.fields, &mut found.read);
            for part in parts::of(promotion)? {
                let part = Promotion::read(&setting, part, &case.events)?;
                let id = part.whole();
                let told = only.as_ref().is_none_or(|only| only == id)
                    && (listed.is_empty() || listed.iter().any(|listed| listed == id));
                if told {
                    all.push(part);
                }
            }
        }
        found.gross = all.iter().any(|promotion| promotion.gross);
        let all = self.ordered(case, all, &listed, entered)?;
        let bands = self.bands(case, all)?;
        found.stacking = stacking(case, self.additive(), &bands);
        for (place, band) in bands.into_iter().enumerate() {
            for promotion in band.of {
                if promotion.place() == "order" {
                    found.on_order.push(promotion.whole().to_owned());
                }
                let mut offer = promotion.document;
                set(&mut offer, "band", json!(name(place)));
                if promotion.exclusive {
                    set(&mut offer, "exclusive", json!(true));
                }
                found.offers.push(offer);
                found.rewards.extend(promotion.reward);
            }
        }
        Ok(found)
    }

    fn ordered(
        &self,
        case: &Case,
        mut all: Vec<Promotion>,
        listed: &[String],
        entered: &[String],
    ) -> Result<Vec<Promotion>, String> {
        match self.priority_order.as_deref() {
            None => {}
            Some("higher first") => all.sort_by_key(|one| std::cmp::Reverse(one.priority)),
            Some("lower first") => all.sort_by_key(|one| one.priority),
            Some(other) => return Err(format!("scheme.priority_order \"{other}\"")),
        }
        all.sort_by_key(|one| one.lane);
        let mut sequence: Vec<&str> = self.sequence.iter().map(String::as_str).collect();
        if sequence.is_empty() && case.mode("order:percent-before-amount") {
            sequence = PERCENT_FIRST.to_vec();
        }
        for step in &sequence {
            let known = step.split_once(' ').is_some_and(|(place, kind)| {
                ["item", "order", "shipping"].contains(&place)
                    && ["percent", "amount"].contains(&kind)
            });
            if !known {
                return Err(format!("scheme.sequence \"{step}\""));
            }
        }
        if !sequence.is_empty() {
            all.sort_by_key(|one| {
                let kind = if one.percent { "percent" } else { "amount" };
                let kind = format!("{} {kind}", one.place());
                sequence
                    .iter()
                    .position(|step| **step == kind)
                    .unwrap_or(sequence.len())
            });
        }
        if !listed.is_empty() {
            all.sort_by_key(|one| listed.iter().position(|id| id == one.whole()));
            return Ok(all);
        }
        // Promotions with a code change places as their codes were entered.
        let places: Vec<usize> = all
            .iter()
            .enumerate()
            .filter(|(_, one)| !one.codes.is_empty() && one.is_open(entered))
            .map(|(place, _)| place)
            .collect();
        let mut by_entry = places.clone();
        by_entry.sort_by_key(|place| all.get(*place).and_then(|one| one.entry(entered)));
        let mut all: Vec<Option<Promotion>> = all.into_iter().map(Some).collect();
        let mut moved: Vec<Option<Promotion>> = by_entry
            .iter()
            .map(|place| all.get_mut(*place).and_then(Option::take))
            .collect();
        for (place, one) in places.iter().zip(&mut moved) {
            if let Some(slot) = all.get_mut(*place) {
                *slot = one.take();
            }
        }
        Ok(all.into_iter().flatten().collect())
    }

    fn additive(&self) -> bool {
        self.combination.as_deref() == Some("additive percentages")
    }

    /// Promotions in bands: a new one where the order of stages would not be that of the list.
    fn bands(&self, case: &Case, all: Vec<Promotion>) -> Result<Vec<Band>, String> {
        let combination = match self.combination.as_deref() {
            None if case.mode("combination:best-only") => Some("best only"),
            None if case.mode("combination:most-specific") => Some("most specific only"),
            None if case.mode("combination:one-global") => Some("one order-wide percentage only"),
            said => said,
        };
        let per = match all.iter().all(|one| one.on_lines) {
            true => "line",
            false => "order",
        };
        let one_band = |choose, per| {
            Ok(vec![Band {
                choose,
                per,
                of: Vec::new(),
            }])
        };
        let whole: Result<Vec<Band>, String> = match combination {
            None | Some("all" | "stack" | "compound") if all.iter().any(|one| one.alone) => {
                one_band("compound", "order")
            }
            None | Some("all" | "stack" | "compound") => Ok(Vec::new()),
            Some("additive percentages") => one_band("compound", "order"),
            Some("best only" | "best" | "single best" | "best promotion only") => {
                return Ok(best(all));
            }
            Some("first only" | "first" | "highest priority only") => one_band("exclusive", per),
            Some("most specific only" | "most specific") => one_band("most_specific", "line"),
            Some("best order-wide percentage only") => return Ok(global(all, "best_of")),
            Some("one order-wide percentage only") => return Ok(global(all, "exclusive")),
            Some(other) if other.contains("error") => Err(super::scheme::named(case, "conflict")),
            Some(other) => Err(format!("scheme.combination \"{other}\"")),
        };
        let mut whole = whole?;
        if let Some(band) = whole.first_mut() {
            band.of = all;
            return Ok(whole);
        }
        let mut bands = Vec::new();
        for one in all {
            stand(&mut bands, one);
        }
        Ok(bands)
    }
}

/// The best price of the catalogue for each line, and the best of the other promotions.
fn best(all: Vec<Promotion>) -> Vec<Band> {
    let (catalogue, others): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|one| one.stages.1 == Stage::Catalogue);
    [catalogue, others]
        .into_iter()
        .filter(|of| !of.is_empty())
        .map(|of| Band {
            choose: "best_of",
            per: match of.iter().all(|one| one.on_lines) {
                true => "line",
                false => "order",
            },
            of,
        })
        .collect()
}

/// Percentages on the order in a band of which one applies; the others as they come.
fn global(all: Vec<Promotion>, choose: &'static str) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    for one in all {
        if one.percent && one.place() == "order" {
            match bands.iter_mut().find(|band| band.choose == choose) {
                Some(band) => band.of.push(one),
                None => bands.push(Band {
                    choose,
                    per: "order",
                    of: vec![one],
                }),
            }
        } else {
            stand(&mut bands, one);
        }
    }
    bands
}

/// Puts a promotion behind the others.
fn stand(bands: &mut Vec<Band>, one: Promotion) {
    let fits = |band: &&mut Band| {
        let last = band.of.last().map(|last| last.stages.1);
        band.choose == "compound" && last.is_none_or(|last| last <= one.stages.0)
    };
    match bands.last_mut().filter(fits) {
        Some(band) => band.of.push(one),
        None => bands.push(Band {
            choose: "compound",
            per: "order",
            of: vec![one],
        }),
    }
}

fn name(place: usize) -> String {
    format!("band.{place}")
}

fn stacking(case: &Case, additive: bool, bands: &[Band]) -> Value {
    let bands: Vec<Value> = bands
        .iter()
        .enumerate()
        .map(|(place, band)| {
            json!({
                "id": name(place),
                "choose": band.choose,
                "per": band.per,
                "base": if additive { "initial" } else { "running" },
            })
        })
        .collect();
    let remainder = if case.mode("remainder:first-line") {
        "first"
    } else if case.mode("remainder:last-line") {
        "last"
    } else {
        "largest"
    };
    let weight = match case.mode("apportion-weight:gross") {
        true => "gross",
        false => "as_priced",
    };
    json!({"bands": bands, "remainder": remainder, "weight": weight})
}
