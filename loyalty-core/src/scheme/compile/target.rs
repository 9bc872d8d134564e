//! Targets, which pick lines.

use crate::number::Sort;
use crate::scheme::compiled::{Kind, Sym, Target};
use crate::scheme::condition::TargetDef;
use crate::scheme::problem;

use super::context::{At, Context};

impl Context<'_> {
    /// A whole target, `at` its own place.
    pub(super) fn target(&mut self, def: Option<&TargetDef>, at: &At<'_>) -> Option<Target> {
        self.nodes = 0;
        def.map(|def| self.lines(def, 0, at))
    }

    pub(super) fn inner_target(
        &mut self,
        def: Option<&TargetDef>,
        depth: usize,
        at: &At<'_>,
    ) -> Option<Target> {
        def.map(|def| self.lines(def, depth.saturating_add(1), &at.key("target")))
    }

    fn lines(&mut self, def: &TargetDef, depth: usize, at: &At<'_>) -> Target {
        if !self.enter(depth, at) {
            return Target::default();
        }
        let inner = depth.saturating_add(1);
        let known = self.problems.len();
        let price_from = def
            .price_from
            .map(|price| self.money(price, 0, &at.key("price_from")));
        let price_to = def
            .price_to
            .map(|price| self.money(price, 0, &at.key("price_to")));
        if let (Some(from), Some(to), Some(written)) = (price_from, price_to, def.price_to)
            && from > to
            && self.problems.len() == known
        {
            self.problem(
                problem::WINDOW,
                &at.key("price_to"),
                written,
                "at least `price_from`",
            );
        }
        let any_of = at.key("any_of");
        let any_of = def
            .any_of
            .iter()
            .enumerate()
            .map(|(place, def)| self.lines(def, inner, &any_of.index(place)));
        Target {
            any_of: any_of.collect(),
            except: def
                .except
                .as_deref()
                .map(|except| Box::new(self.except(except, inner, &at.key("except")))),
            skus: self.symbols(Kind::Sku, &def.skus),
            products: self.symbols(Kind::Product, &def.products),
            categories: self.symbols(Kind::Category, &def.categories),
            tags: self.symbols(Kind::Tag, &def.tags),
            price_from,
            price_to,
        }
    }

    fn except(&mut self, def: &TargetDef, depth: usize, at: &At<'_>) -> Target {
        if *def == TargetDef::default() {
            self.problem(
                problem::UNREACHABLE,
                at,
                "an empty target, which every line matches",
                "a target that leaves lines over",
            );
        }
        self.lines(def, depth, at)
    }

    pub(super) fn symbols<T: AsRef<str>>(&mut self, kind: Kind, list: &[T]) -> Box<[Sym]> {
        let mut symbols: Vec<Sym> = list
            .iter()
            .map(|text| self.symbols.intern(kind, text.as_ref()))
            .collect();
        symbols.order();
        symbols.dedup();
        symbols.into()
    }
}
