//! What a tier brings.

use crate::scheme::compiled::{Benefit, BenefitKind, Rate};
use crate::scheme::tier::{BenefitDef, BenefitKindDef, StandingDiscountDef};

use super::context::{At, Context};

impl Context<'_> {
    pub(super) fn benefits(&mut self, defs: &[BenefitDef], at: &At<'_>) -> Box<[Benefit]> {
        let defs = self.at_most(defs, self.parts_max(), at);
        let defs = defs.iter().enumerate();
        defs.map(|(place, def)| Benefit {
            id: def.id.clone(),
            kind: self.benefit(&def.benefit, &at.index(place).key("benefit")),
        })
        .collect()
    }

    fn benefit(&mut self, def: &BenefitKindDef, at: &At<'_>) -> BenefitKind {
        match def {
            BenefitKindDef::Multiply(def) => {
                let wallet = self.wallet(def.wallet.as_ref(), &at.key("multiply"));
                let (num, den) = def.factor.parts();
                BenefitKind::Multiply {
                    factor: Rate { num, den },
                    wallet: wallet.place,
                }
            }
            BenefitKindDef::Discount(def) => self.standing(def, &at.key("discount")),
            BenefitKindDef::FreeShipping(def) => {
                let at = at.key("free_shipping");
                BenefitKind::FreeShipping {
                    min: self.min_amount(def.min_amount.as_ref(), &at.key("min_amount")),
                }
            }
            BenefitKindDef::Entitlement(id) => BenefitKind::Entitlement(id.clone()),
        }
    }

    fn standing(&mut self, def: &StandingDiscountDef, at: &At<'_>) -> BenefitKind {
        BenefitKind::Discount {
            percent: self.percent(def.percent, &at.key("percent")),
            target: self.target(def.target.as_ref(), &at.key("target")),
            min: self.min_amount(def.min_amount.as_ref(), &at.key("min_amount")),
            as_: def.as_,
        }
    }
}
