//! Offers and how they work together.

use std::collections::BTreeMap;

use smol_str::format_smolstr;

use crate::number::{Currency, Money, Sort};
use crate::scheme::compiled::{Kind, Sym, Target};
use crate::scheme::compiled_offer::{
    Amounts, Band, Budget, CodeGrant, Combines, Gift, Offer, OfferBenefit, OfferCodes, OfferGives,
    OfferStage, PerUnits, SetGet, SetPart, Sets, ShippingOff, Stacking, Step, StepOff, Units,
};
use crate::scheme::limit::CapPeriod;
use crate::scheme::offer::{
    AmountPer, BandChoice, BudgetDef, ChoicePer, CombinesWith, OfferBenefitDef, OfferCodesDef,
    OfferDef, OfferGiftDef, OfferShippingDef, OfferStepsDef, PercentOf, SetsDef, StageDef, StepBy,
    StepDef, TRIES_MAX, UnitsDef,
};
use crate::scheme::problem;

use super::context::{At, Context, Names, quoted, repeated, small};
use super::ladder::Unit;
use super::wallet::cap_name;

/// The most parts of a set: what fits together is checked for every choice of parts.
const PARTS_MAX: usize = 6;
/// The most units that one set takes or gives.
const UNITS_MAX: u32 = 1_000_000;
/// The most rewards that one offer issues.
const REWARDS_MAX: u32 = 100;
/// The most combinations that a scheme may let an act try.
const TRIES_LIMIT: u32 = 10_000_000;

impl Context<'_> {
    pub(super) fn stacking(&mut self) -> Stacking {
        let def = &self.def.stacking;
        let at = At::ROOT.key("stacking");
        let list = at.key("bands");
        let max = self.parts_max();
        let bands = self.at_most(&def.bands, max, &list);
        self.unique(bands.iter().map(|band| band.id.as_str()).collect(), &list);
        let tries_max = def.tries_max.unwrap_or(TRIES_MAX);
        self.count(tries_max, 1, TRIES_LIMIT, &at.key("tries_max"));
        let mut compiled: Vec<Band> = Vec::with_capacity(bands.len().max(1));
        for (place, band) in bands.iter().enumerate() {
            if matches!(band.choose, BandChoice::MostSpecific) && band.per == ChoicePer::Order {
                self.problem(
                    problem::CONFLICT,
                    &list.index(place).key("per"),
                    "the most specific offer of an order",
                    "`line`: lines have targets",
                );
            }
            compiled.push(Band {
                id: Some(band.id.clone()),
                choose: band.choose,
                per: band.per,
                base: band.base,
            });
        }
        if compiled.is_empty() {
            compiled.push(Band {
                id: None,
                choose: BandChoice::Compound,
                per: ChoicePer::Order,
                base: PercentOf::Running,
            });
        }
        Stacking {
            bands: compiled.into(),
            codes_as_entered: def.codes_as_entered,
            objective: def.objective,
            tries_max,
            remainder: def.remainder,
            weight: def.weight,
        }
    }

    #[inline(never)]
    pub(super) fn all_offers(&mut self, stacking: &Stacking) -> Box<[Offer]> {
        let at = At::ROOT.key("offers");
        let offers = self.at_most(&self.def.offers, self.limits.offers_max, &at);
        self.unique(offers.iter().map(|offer| offer.id.as_str()).collect(), &at);
        let places = Names::of(offers.iter().map(|offer| offer.id.as_str()).collect());
        offers
            .iter()
            .enumerate()
            .map(|(place, def)| self.one_offer(def, stacking, &places, &at.index(place)))
            .collect()
    }

    #[inline(never)]
    fn one_offer(
        &mut self,
        def: &OfferDef,
        stacking: &Stacking,
        places: &Names<'_>,
        at: &At<'_>,
    ) -> Offer {
        let band = self.band_of(def, stacking, at);
        let base = stacking
            .bands
            .get(usize::from(band))
            .map_or(PercentOf::Running, |band| band.base);
        self.not_empty(&def.benefits, &at.key("benefits"));
        let list = at.key("benefits");
        let benefits: Box<[OfferBenefit]> = def
            .benefits
            .iter()
            .enumerate()
            .map(|(place, benefit)| self.offer_benefit(benefit, base, &list.index(place)))
            .collect();
        let by_line = stacking
            .bands
            .get(usize::from(band))
            .is_some_and(|band| band.choose != BandChoice::Compound && band.per == ChoicePer::Line);
        if by_line && !benefits.iter().all(stands_on_a_line) {
            self.problem(
                problem::CONFLICT,
                &list,
                "a benefit on several lines together, in a band that chooses for every line",
                "percentages, amounts and prices `per` unit or line, with `on` and without sets",
            );
        }
        let name = format!("offer.{}", def.id);
        let budgets = self.budgets(&def.budgets, &name, at);
        Offer {
            id: def.id.clone(),
            band,
            priority: def.priority,
            when: self.when(def.when.as_ref(), at),
            codes: def
                .codes
                .as_ref()
                .map(|codes| self.offer_codes(codes, &name, &at.key("codes"))),
            combines: self.combines(&def.combines_with, places, &at.key("combines_with")),
            exclusive: def.exclusive,
            consumes_units: def.consumes_units,
            on_claim: def.on_claim,
            specificity: benefits.iter().map(specificity).max().unwrap_or(0),
            benefits,
            times: self.times_caps(&def.times, &format!("{name}.times"), at),
            budgets,
            cancel_keeps_use: def.cancel_keeps_use,
        }
    }

    fn band_of(&mut self, def: &OfferDef, stacking: &Stacking, at: &At<'_>) -> u16 {
        let Some(id) = &def.band else { return 0 };
        let found = stacking
            .bands
            .iter()
            .position(|band| band.id.as_ref() == Some(id));
        found.map_or_else(
            || {
                self.problem(
                    problem::UNKNOWN_BAND,
                    &at.key("band"),
                    quoted(id),
                    "a band of `stacking`",
                );
                0
            },
            small,
        )
    }

    fn offer_codes(&mut self, def: &OfferCodesDef, name: &str, at: &At<'_>) -> OfferCodes {
        let list = at.key("any_of");
        if def.batch.is_none() {
            self.not_empty(&def.any_of, &list);
        }
        let fold = |code: &str| match def.case_sensitive {
            true => code.to_owned(),
            false => code.to_lowercase(),
        };
        let texts: Vec<String> = def.any_of.iter().map(|code| fold(code.as_str())).collect();
        for (place, code) in repeated(texts.iter().map(String::as_str).collect()) {
            let found = format_args!("the code {} again", quoted(code));
            self.problem(
                problem::DUPLICATE,
                &list.index(place),
                found,
                "each code once",
            );
        }
        let kind = match def.case_sensitive {
            true => Kind::ExactCode,
            false => Kind::Code,
        };
        OfferCodes {
            any_of: texts
                .iter()
                .map(|code| self.symbols.intern(kind, code))
                .collect(),
            batch: def.batch.as_ref().map(|batch| {
                let sym = self.symbols.intern(Kind::Batch, batch.as_str());
                (sym, batch.clone())
            }),
            case_sensitive: def.case_sensitive,
            texts: texts.iter().map(smol_str::SmolStr::from).collect(),
            counters: match def.times_each {
                0 => Box::default(),
                _ => texts
                    .iter()
                    .map(|code| format_smolstr!("scheme.{name}.code.{code}"))
                    .collect(),
            },
            times_each: def.times_each,
        }
    }

    fn combines(&mut self, def: &CombinesWith, places: &Names<'_>, at: &At<'_>) -> Combines {
        let (list, key) = match def {
            CombinesWith::All => return Combines::All,
            CombinesWith::None => return Combines::None,
            CombinesWith::Only(list) => (list, "only"),
            CombinesWith::AllBut(list) => (list, "all_but"),
        };
        let at = at.key(key);
        let mut found = Vec::with_capacity(list.len());
        for (place, id) in list.iter().enumerate() {
            match places.find(id.as_str()) {
                Some(place) => found.push(u32::try_from(place).unwrap_or(u32::MAX)),
                None => self.problem(
                    problem::UNKNOWN_OFFER,
                    &at.index(place),
                    quoted(id),
                    "an offer of the scheme",
                ),
            }
        }
        found.order();
        found.dedup();
        match key {
            "only" => Combines::Only(found.into()),
            _ => Combines::AllBut(found.into()),
        }
    }

    fn budgets(&mut self, list: &[BudgetDef], name: &str, at: &At<'_>) -> Box<[Budget]> {
        let at = at.key("budgets");
        let mut budgets = Vec::with_capacity(list.len());
        for (place, def) in list.iter().enumerate() {
            let at = at.index(place);
            if def.shared.is_some() && def.per == CapPeriod::Order {
                self.problem(
                    problem::CONFLICT,
                    &at.key("shared"),
                    "a shared budget of one order",
                    "a period over which several orders count",
                );
            }
            let name = match &def.shared {
                Some(shared) => format!("budget.{shared}"),
                None => format!("{name}.amount"),
            };
            budgets.push(Budget {
                cap: crate::scheme::compiled::Cap {
                    name: cap_name(&name, def.per),
                    per: def.per,
                    max: self.money(def.amount, 0, &at.key("amount")),
                },
                excess: def.excess,
            });
        }
        budgets.into()
    }

    fn offer_benefit(
        &mut self,
        def: &OfferBenefitDef,
        base: PercentOf,
        at: &At<'_>,
    ) -> OfferBenefit {
        let max = |of: &mut Self, max: Option<Money>, at: &At<'_>| {
            max.map(|most| of.money(most, 0, &at.key("amount_max")))
        };
        match def {
            OfferBenefitDef::Percent(def) => {
                let at = at.key("percent");
                OfferBenefit {
                    stage: stage(def.stage, def.on.as_ref()),
                    gives: OfferGives::Percent {
                        percent: self.percent(def.percent, &at.key("percent")),
                        per: def.per,
                        of: def.of.unwrap_or(base),
                        max: max(self, def.amount_max, &at),
                    },
                    on: self.units_of(def.on.as_ref(), &at),
                    tax: def.tax,
                }
            }
            OfferBenefitDef::Amount(def) => {
                let at = at.key("amount");
                let on = self.units_of(def.on.as_ref(), &at);
                self.per_sets(def.per, &on, &at);
                if def.and_shipping && (def.per != AmountPer::Total || def.on.is_some()) {
                    self.problem(
                        problem::CONFLICT,
                        &at.key("and_shipping"),
                        "delivery sharing an amount on single units",
                        "an amount `per` total, without `on`",
                    );
                }
                OfferBenefit {
                    stage: stage(def.stage, def.on.as_ref()),
                    gives: OfferGives::Amount {
                        amount: self.amounts(def.amount, &def.in_, &at.key("amount"), &at),
                        per: def.per,
                        and_shipping: def.and_shipping,
                    },
                    on,
                    tax: def.tax,
                }
            }
            OfferBenefitDef::Price(def) => {
                let at = at.key("price");
                let on = self.units_of(def.on.as_ref(), &at);
                self.per_sets(def.per, &on, &at);
                OfferBenefit {
                    stage: stage(def.stage, def.on.as_ref()),
                    gives: OfferGives::Price {
                        price: self.amounts(def.price, &def.in_, &at.key("price"), &at),
                        per: def.per,
                    },
                    on,
                    tax: def.tax,
                }
            }
            OfferBenefitDef::Steps(def) => {
                let at = at.key("steps");
                OfferBenefit {
                    stage: stage(def.stage, def.on.as_ref()),
                    gives: OfferGives::Steps {
                        by: def.by,
                        base: def.base,
                        measure: self.target(def.measure.as_ref(), &at.key("measure")),
                        steps: self.steps(def, &at.key("steps")),
                        per: def.per,
                        of: base,
                        max: max(self, def.amount_max, &at),
                    },
                    on: self.units_of(def.on.as_ref(), &at),
                    tax: def.tax,
                }
            }
            OfferBenefitDef::Shipping(def) => OfferBenefit {
                stage: OfferStage::Shipping,
                gives: OfferGives::Shipping {
                    off: self.shipping_off(def, &at.key("shipping")),
                    methods: self.symbols(Kind::Method, &def.methods),
                },
                on: Units::default(),
                tax: crate::scheme::TaxBase::AsPriced,
            },
            OfferBenefitDef::Gift(def) => OfferBenefit {
                stage: OfferStage::Multi,
                gives: OfferGives::Gift(Box::new(self.gift(def, &at.key("gift")))),
                on: Units::default(),
                tax: crate::scheme::TaxBase::AsPriced,
            },
            OfferBenefitDef::Reward(def) => {
                let at = at.key("reward");
                self.count(def.quantity, 1, REWARDS_MAX, &at.key("quantity"));
                let reward = self.reward(&def.reward, &at.key("reward"));
                Self::later(OfferGives::Reward(reward, def.quantity))
            }
            OfferBenefitDef::Code(def) => {
                let at = at.key("code");
                self.count(def.quantity, 1, REWARDS_MAX, &at.key("quantity"));
                if let Some(span) = def.valid_for {
                    self.span(span, 1, &at.key("valid_for"));
                }
                Self::later(OfferGives::Code(Box::new(CodeGrant {
                    batch: def.batch.clone(),
                    quantity: def.quantity,
                    valid_for: def.valid_for,
                })))
            }
        }
    }

    /// A benefit that takes nothing off.
    fn later(gives: OfferGives) -> OfferBenefit {
        OfferBenefit {
            stage: OfferStage::Order,
            gives,
            on: Units::default(),
            tax: crate::scheme::TaxBase::AsPriced,
        }
    }

    fn per_sets(&mut self, per: AmountPer, on: &Units, at: &At<'_>) {
        if per == AmountPer::Set && on.sets.is_none() {
            self.problem(
                problem::CONFLICT,
                &at.key("per"),
                "an amount a set without sets",
                "`on` with `sets`",
            );
        }
    }

    fn amounts(
        &mut self,
        own: Money,
        others: &BTreeMap<Currency, Money>,
        key: &At<'_>,
        at: &At<'_>,
    ) -> Amounts {
        let mut named = Vec::with_capacity(others.len());
        for (currency, money) in others {
            match money.minor_in(*currency) {
                Ok(minor) if minor >= 0 => named.push((*currency, minor)),
                _ => self.problem(
                    problem::AMOUNT,
                    &at.key("in"),
                    money,
                    format_args!("0 or more, in the decimals of {currency}"),
                ),
            }
        }
        Amounts {
            own: self.money(own, 0, key),
            others: named.into(),
        }
    }

    fn steps(&mut self, def: &OfferStepsDef, at: &At<'_>) -> Box<[Step]> {
        self.not_empty(&def.steps, at);
        let mut steps: Vec<Step> = Vec::with_capacity(def.steps.len());
        for (place, step) in def.steps.iter().enumerate() {
            let at = at.index(place);
            let from = match def.by {
                StepBy::Amount => self.money(step.from, 0, &at.key("from")),
                StepBy::Quantity => self.threshold_in(step.from, Unit::Count, &at.key("from")),
            };
            if steps.last().is_some_and(|last| last.from >= from) {
                let allowed = "more than the step before";
                self.problem(problem::ORDER, &at.key("from"), step.from, allowed);
            }
            steps.push(Step {
                from,
                off: self.step_off(step, &at),
            });
        }
        steps.into()
    }

    fn step_off(&mut self, step: &StepDef, at: &At<'_>) -> StepOff {
        match (step.percent, step.amount) {
            (Some(percent), None) => StepOff::Percent(self.percent(percent, &at.key("percent"))),
            (None, Some(amount)) => StepOff::Amount(self.money(amount, 0, &at.key("amount"))),
            _ => {
                let allowed = "exactly one of `percent` and `amount`";
                self.problem(problem::CONFLICT, at, "both or neither", allowed);
                StepOff::Amount(0)
            }
        }
    }

    fn shipping_off(&mut self, def: &OfferShippingDef, at: &At<'_>) -> ShippingOff {
        match (def.percent, def.amount, def.price) {
            (Some(percent), None, None) => {
                ShippingOff::Percent(self.percent(percent, &at.key("percent")))
            }
            (None, Some(amount), None) => {
                ShippingOff::Amount(self.money(amount, 1, &at.key("amount")))
            }
            (None, None, Some(price)) => ShippingOff::Price(self.money(price, 0, &at.key("price"))),
            _ => {
                let allowed = "exactly one of `percent`, `amount` and `price`";
                self.problem(problem::CONFLICT, at, "several or none of them", allowed);
                ShippingOff::Amount(0)
            }
        }
    }

    fn gift(&mut self, def: &OfferGiftDef, at: &At<'_>) -> Gift {
        let price = self.money(def.price, 0, &at.key("price"));
        let pays = def
            .pays
            .map_or(0, |pays| self.money(pays, 0, &at.key("pays")));
        if pays > price {
            self.problem(
                problem::OUT_OF_RANGE,
                &at.key("pays"),
                def.pays.unwrap_or(def.price),
                "at most `price`",
            );
        }
        self.count(def.quantity, 1, UNITS_MAX, &at.key("quantity"));
        let per_units = def.per_units.as_ref().map(|per| {
            let at = at.key("per_units");
            self.count(per.units, 1, UNITS_MAX, &at.key("units"));
            self.line_units(per.line_units_from, per.line_units_to, &at);
            PerUnits {
                units: per.units.max(1),
                target: self.target(per.target.as_ref(), &at.key("target")),
                line_units_from: per.line_units_from,
                line_units_to: (per.line_units_to > 0).then_some(per.line_units_to),
                times_max: (per.times_max > 0).then_some(per.times_max),
            }
        });
        Gift {
            sku: def.sku.clone(),
            product: def.product.clone(),
            categories: def.categories.clone().into(),
            price,
            pays: pays.min(price),
            tax: def.tax,
            quantity: def.quantity,
            per_units,
        }
    }

    fn units_of(&mut self, def: Option<&UnitsDef>, at: &At<'_>) -> Units {
        let Some(def) = def else {
            return Units::default();
        };
        let at = at.key("on");
        let some = |most: u32| (most > 0).then_some(most);
        let target = self.target(def.target.as_ref(), &at.key("target"));
        let price = |of: &mut Self, price: Option<Money>, key: &'static str| {
            price.map(|price| of.money(price, 0, &at.key(key)))
        };
        self.line_units(def.line_units_from, def.line_units_to, &at);
        Units {
            running_from: price(self, def.running_from, "running_from"),
            running_to: price(self, def.running_to, "running_to"),
            line_units_from: def.line_units_from,
            line_units_to: some(def.line_units_to),
            skip: def.skip,
            per_line: some(def.per_line),
            units_max: some(def.units_max),
            choice: def.choice,
            undiscounted: def.undiscounted,
            sets: def
                .sets
                .as_ref()
                .map(|sets| self.sets(sets, target.as_ref(), &at.key("sets"))),
            target,
        }
    }

    fn line_units(&mut self, from: u32, to: u32, at: &At<'_>) {
        if to > 0 && to < from {
            self.problem(
                problem::WINDOW,
                &at.key("line_units_to"),
                to,
                "at least `line_units_from`",
            );
        }
    }

    /// What can stand beside units that are counted by their worth.
    fn of_worth(&mut self, def: &SetsDef, at: &At<'_>) {
        let partial = def.get.as_ref().is_some_and(|get| get.partial);
        let alone = matches!(def.parts.as_slice(), [part] if part.units == 0 && !part.different);
        if !alone || def.by_line || partial {
            self.problem(
                problem::CONFLICT,
                &at.key("worth"),
                "units by their worth beside other ways to count",
                "one part, without `units`, `different`, `by_line` and `partial`",
            );
        }
    }

    fn sets(&mut self, def: &SetsDef, target: Option<&Target>, at: &At<'_>) -> Sets {
        let list = at.key("parts");
        self.not_empty(&def.parts, &list);
        let parts = self.at_most(&def.parts, PARTS_MAX, &list);
        let mut compiled = Vec::with_capacity(parts.len());
        for (place, part) in parts.iter().enumerate() {
            let at = list.index(place);
            let worth = part.worth.map(|worth| {
                self.of_worth(def, &at);
                self.money(worth, 1, &at.key("worth"))
            });
            if worth.is_none() {
                self.count(part.units, 1, UNITS_MAX, &at.key("units"));
            }
            if part.different && (parts.len() > 1 || def.by_line) {
                let allowed = "a set of that part alone";
                self.problem(
                    problem::CONFLICT,
                    &at.key("different"),
                    "beside parts",
                    allowed,
                );
            }
            let own = self.target(part.target.as_ref(), &at.key("target"));
            compiled.push(SetPart {
                units: part.units.max(1),
                worth,
                target: own.or_else(|| target.cloned()),
                different: part.different,
                choice: part.choice,
            });
        }
        let get = def.get.as_ref().map(|get| {
            let at = at.key("get");
            self.count(get.units, 1, UNITS_MAX, &at.key("units"));
            let in_set = get.from == crate::scheme::SetFrom::Set;
            let size = parts
                .iter()
                .fold(0_u32, |sum, part| sum.saturating_add(part.units.max(1)));
            if in_set && (get.units > size || get.target.is_some() || get.partial) {
                self.problem(
                    problem::CONFLICT,
                    &at,
                    "units of the set with a target, in part, or more than it has",
                    "at most as many units as the set takes",
                );
            }
            let own = self.target(get.target.as_ref(), &at.key("target"));
            SetGet {
                units: get.units.max(1),
                from: get.from,
                target: own.or_else(|| target.cloned()),
                choice: get.choice,
                partial: get.partial,
            }
        });
        Sets {
            parts: compiled.into(),
            get,
            by_line: def.by_line,
            sets_max: (def.sets_max > 0).then_some(def.sets_max),
        }
    }
}

fn stage(said: Option<StageDef>, on: Option<&UnitsDef>) -> OfferStage {
    match said {
        Some(StageDef::Catalogue) => OfferStage::Catalogue,
        Some(StageDef::Item) => OfferStage::Item,
        Some(StageDef::Multi) => OfferStage::Multi,
        Some(StageDef::Order) => OfferStage::Order,
        None => match on {
            None => OfferStage::Order,
            Some(on) if on.sets.is_some() => OfferStage::Multi,
            Some(_) => OfferStage::Item,
        },
    }
}

/// Whether what a benefit gives on a line does not depend on other lines.
fn stands_on_a_line(benefit: &OfferBenefit) -> bool {
    use crate::scheme::offer::PercentPer;
    let per_line = match &benefit.gives {
        OfferGives::Percent { per, max, .. } => *per != PercentPer::Total && max.is_none(),
        OfferGives::Amount { per, .. } | OfferGives::Price { per, .. } => {
            matches!(per, AmountPer::Line | AmountPer::Unit)
        }
        OfferGives::Steps { .. }
        | OfferGives::Shipping { .. }
        | OfferGives::Gift(_)
        | OfferGives::Reward(..)
        | OfferGives::Code(_) => false,
    };
    per_line && benefit.on.sets.is_none() && benefit.on.units_max.is_none()
}

fn specificity(benefit: &OfferBenefit) -> u8 {
    fn of(target: &Target) -> u8 {
        let lists: [(&[Sym], u8); 4] = [
            (&target.skus, 4),
            (&target.products, 3),
            (&target.categories, 2),
            (&target.tags, 1),
        ];
        let own = lists.iter().filter(|(list, _)| !list.is_empty());
        let inner = target.any_of.iter().map(of).min();
        own.map(|(_, rank)| *rank).chain(inner).max().unwrap_or(0)
    }
    benefit.on.target.as_ref().map_or(0, of)
}
