//! Earn rules.

use smol_str::format_smolstr;

use crate::scheme::compiled::{Condition, EarnRule, Give, Kind, LotTerms, Rate, Target};
use crate::scheme::condition::ConditionDef;
use crate::scheme::earn::{EarnRuleDef, GiveDef, PerAmountDef};
use crate::scheme::{ExpiryDef, problem};

use super::context::{At, Context, WalletRef};

impl Context<'_> {
    #[inline(never)]
    pub(super) fn all_rules(&mut self) -> Box<[EarnRule]> {
        let at = At::ROOT.key("earn");
        let rules = self.at_most(&self.def.earn, self.limits.rules_max, &at);
        rules
            .iter()
            .enumerate()
            .map(|(place, def)| self.one_rule(def, &at.index(place)))
            .collect()
    }

    #[inline(never)]
    fn one_rule(&mut self, def: &EarnRuleDef, at: &At<'_>) -> EarnRule {
        let wallet = self.wallet(def.wallet.as_ref(), at);
        let when = self.when(def.when.as_ref(), at);
        let target = self.target(def.target.as_ref(), &at.key("target"));
        let give = self.give(&def.give, wallet, target.as_ref(), &at.key("give"));
        self.rule_conflicts(def, at);
        if when.as_ref().is_some_and(windows_apart) {
            self.problem(
                problem::UNREACHABLE,
                &at.key("when"),
                "windows that no time lies in together",
                "windows that overlap",
            );
        }
        let occasion = when.as_ref().is_some_and(Condition::has_occasion);
        EarnRule {
            id: def.id.clone(),
            wallet: wallet.place,
            multiplied: def.multiplied.unwrap_or(multiplied_by_default(&def.give)),
            free_units: def.free_units,
            requires_base: def.requires_base,
            sticky: def.sticky,
            own_terms: self.rule_terms(def, wallet, at),
            points_caps: self.point_caps(
                &def.caps,
                wallet,
                &format_smolstr!("rule.{}.points", def.id),
                at,
            ),
            times_caps: self.times_caps(&def.times, &format_smolstr!("rule.{}.times", def.id), at),
            occasion,
            guarded: occasion || !def.times.is_empty() || matches!(give, Give::Event { .. }),
            when,
            target,
            give,
        }
    }

    /// The rule's own terms, with the wallet's where it leaves them open; nothing when it has none.
    fn rule_terms(
        &mut self,
        def: &EarnRuleDef,
        wallet: WalletRef,
        at: &At<'_>,
    ) -> Option<LotTerms> {
        self.check_pending(def.pending.as_ref(), at);
        if let Some(expiry) = &def.expiry {
            self.check_expiry(expiry, at);
            let of_wallet = self.def.wallets.get(usize::from(wallet.place));
            let same = of_wallet.is_some_and(|wallet| wallet.expiry == *expiry);
            if matches!(expiry, ExpiryDef::Activity(_)) && !same {
                self.problem(
                    problem::CONFLICT,
                    &at.key("expiry"),
                    "points that live by activity, other than those of the wallet",
                    "the wallet's own `activity`, or another expiry",
                );
            }
        }
        if def.pending.is_none() && def.expiry.is_none() && !def.promotional {
            return None;
        }
        let of_wallet = self.def.wallets.get(usize::from(wallet.place));
        let never = ExpiryDef::Never(crate::scheme::NeverDef {});
        Some(LotTerms {
            pending: def
                .pending
                .clone()
                .or_else(|| of_wallet.and_then(|wallet| wallet.pending.clone())),
            expiry: def
                .expiry
                .clone()
                .or_else(|| of_wallet.map(|wallet| wallet.expiry.clone()))
                .unwrap_or(never),
            promotional: def.promotional,
        })
    }

    fn give(
        &mut self,
        def: &GiveDef,
        wallet: WalletRef,
        target: Option<&Target>,
        at: &At<'_>,
    ) -> Give {
        match def {
            GiveDef::PerAmount(def) => Give::PerAmount(self.per_amount(def, &at.key("per_amount"))),
            GiveDef::PerUnit(def) => {
                Give::PerUnit(self.points(def.points, &at.key("per_unit").key("points")))
            }
            GiveDef::PerPurchase(def) => {
                Give::PerPurchase(self.points(def.points, &at.key("per_purchase").key("points")))
            }
            GiveDef::Fixed(def) => {
                Give::Fixed(self.whole_points(def.points, wallet, &at.key("fixed").key("points")))
            }
            GiveDef::Multiply(def) => {
                let (num, den) = def.factor.parts();
                let factor = Rate { num, den };
                if target.is_some() {
                    Give::MultiplyLines(factor)
                } else {
                    Give::MultiplyOrder(factor)
                }
            }
            GiveDef::Event(def) => Give::Event {
                name: self.symbols.intern(Kind::Event, def.name.as_str()),
                points: self.whole_points(def.points, wallet, &at.key("event").key("points")),
                every: {
                    self.count(def.every, 1, 1_000_000, &at.key("event").key("every"));
                    def.every
                },
            },
        }
    }

    fn per_amount(&mut self, def: &PerAmountDef, at: &At<'_>) -> Rate {
        let points = self.points(def.points, &at.key("points"));
        let per = self.money(def.per, 1, &at.key("per"));
        self.rate(points, per, at)
    }

    /// What cannot stand together in one rule.
    fn rule_conflicts(&mut self, def: &EarnRuleDef, at: &At<'_>) {
        let multiplied = def.multiplied.unwrap_or(multiplied_by_default(&def.give));
        if def.requires_base && multiplied && !matches!(def.give, GiveDef::Multiply(_)) {
            self.problem(
                problem::CONFLICT,
                &at.key("requires_base"),
                "`requires_base` on a rule that multipliers touch: it is a base itself",
                "a bonus: `fixed`, or `multiplied: false`",
            );
        }
        match &def.give {
            GiveDef::Event(_) => self.event_conflicts(def, at),
            GiveDef::Multiply(_) => self.multiplier_conflicts(def, at),
            _ => {}
        }
    }

    fn event_conflicts(&mut self, def: &EarnRuleDef, at: &At<'_>) {
        if def.target.is_some() {
            self.problem(
                problem::CONFLICT,
                &at.key("target"),
                "lines of an event",
                "no target: an event has no lines",
            );
        }
        if def.requires_base {
            let allowed = "a rule for purchases: an event has no other earnings";
            self.problem(
                problem::CONFLICT,
                &at.key("requires_base"),
                "`requires_base` for an event",
                allowed,
            );
        }
        if let Some(when) = &def.when {
            self.without_purchase(when, at);
        }
    }

    /// That no condition asks for a purchase; `at` is the rule that holds it.
    pub(super) fn without_purchase(&mut self, when: &ConditionDef, at: &At<'_>) {
        if let Some(name) = asks_for_purchase(when, self.limits.depth_max) {
            let found = format_args!("the condition `{name}` for an event");
            self.problem(
                problem::CONFLICT,
                &at.key("when"),
                found,
                "conditions that hold without a purchase",
            );
        }
    }

    fn multiplier_conflicts(&mut self, def: &EarnRuleDef, at: &At<'_>) {
        let allowed = "no such field: a multiplier opens no lot of its own";
        let fields = [
            ("multiplied", def.multiplied.is_some()),
            ("pending", def.pending.is_some()),
            ("expiry", def.expiry.is_some()),
            ("promotional", def.promotional),
            ("requires_base", def.requires_base),
        ];
        for (field, given) in fields {
            if given {
                self.problem(
                    problem::CONFLICT,
                    &at.key(field),
                    format_args!("`{field}` on a multiplier"),
                    allowed,
                );
            }
        }
    }
}

fn multiplied_by_default(give: &GiveDef) -> bool {
    match give {
        GiveDef::PerAmount(_) | GiveDef::PerUnit(_) | GiveDef::PerPurchase(_) => true,
        GiveDef::Fixed(_) | GiveDef::Multiply(_) | GiveDef::Event(_) => false,
    }
}

/// The first condition that can only be asked of a purchase.
fn asks_for_purchase(def: &ConditionDef, depth_left: usize) -> Option<&'static str> {
    let depth_left = depth_left.checked_sub(1)?;
    match def {
        ConditionDef::All(list) | ConditionDef::Any(list) => list
            .iter()
            .find_map(|inner| asks_for_purchase(inner, depth_left)),
        ConditionDef::Not(inner) => asks_for_purchase(inner, depth_left),
        ConditionDef::MinAmount(_) => Some("min_amount"),
        ConditionDef::MinQuantity(_) => Some("min_quantity"),
        ConditionDef::NthPurchase(_) => Some("nth_purchase"),
        ConditionDef::FirstPurchase(_) => Some("first_purchase"),
        ConditionDef::Code(_) => Some("code"),
        ConditionDef::ShippingMethod(_) => Some("shipping_method"),
        ConditionDef::Challenge(_) => Some("challenge"),
        ConditionDef::Referred(_) => Some("referred"),
        _ => None,
    }
}

/// Whether a condition demands two windows that do not meet.
fn windows_apart(when: &Condition) -> bool {
    let Condition::All(members) = when else {
        return false;
    };
    let (mut latest, mut earliest, mut windows) = (i64::MIN, i64::MAX, 0_u32);
    for member in members {
        if let Condition::Between { from, until } = member {
            latest = latest.max(*from);
            earliest = earliest.min(*until);
            windows = windows.saturating_add(1);
        }
    }
    windows > 1 && latest >= earliest
}
