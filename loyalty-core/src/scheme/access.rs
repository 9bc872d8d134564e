//! What hosts read of a compiled scheme.

use crate::id::{CardId, FunderId, RewardId, SchemeId};
use crate::number::Currency;
use crate::serde_text::hex;

use super::compile::canonical;
use super::compiled::{Condition, Scheme};
use super::def::SchemeDef;

/// What people and accounting call a rule, a benefit, a card or a reward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label<'a> {
    /// What it is, for people.
    pub description: &'a str,
    /// Who pays for it: a cost centre or a partner.
    pub funder: Option<&'a FunderId>,
}

impl Scheme {
    /// The label of an earn rule or a tier's benefit by its stable name, as the parts of a decision
    /// name it.
    pub fn rule_label(&self, id: &str) -> Option<Label<'_>> {
        let rules = self.def.earn.iter();
        let rule = rules.map(|rule| (&rule.id, &rule.description, &rule.funder));
        let tiers = self.def.ladders.iter().flat_map(|ladder| &ladder.tiers);
        let benefits = tiers.flat_map(|tier| &tier.benefits);
        let benefit = benefits.map(|benefit| (&benefit.id, &benefit.description, &benefit.funder));
        let (_, description, funder) = rule.chain(benefit).find(|(of, ..)| of.as_str() == id)?;
        Some(Label {
            description,
            funder: funder.as_ref(),
        })
    }

    /// The label of a reward.
    pub fn reward_label(&self, id: &RewardId) -> Option<Label<'_>> {
        let reward = self.def.rewards.iter().find(|reward| reward.id == *id)?;
        Some(Label {
            description: &reward.description,
            funder: reward.funder.as_ref(),
        })
    }

    /// The label of a card.
    pub fn card_label(&self, id: &CardId) -> Option<Label<'_>> {
        let card = self.def.cards.iter().find(|card| card.id == *id)?;
        Some(Label {
            description: &card.description,
            funder: card.funder.as_ref(),
        })
    }

    /// The scheme's stable name.
    pub fn id(&self) -> &SchemeId {
        &self.id
    }

    /// The currency of every amount in the scheme.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The bytes that the index over the earn rules holds.
    pub fn index_bytes(&self) -> usize {
        self.index.bytes()
    }

    /// The document that the scheme was compiled from.
    pub fn definition(&self) -> &SchemeDef {
        &self.def
    }

    /// The SHA-256 of [`to_json`](Scheme::to_json): equal definitions have equal digests.
    pub fn digest_bytes(&self) -> [u8; 32] {
        self.digest
    }

    /// The digest as 64 lower-case hexadecimal digits.
    pub fn digest_hex(&self) -> String {
        hex(&self.digest).into_iter().map(char::from).collect()
    }

    /// The canonical JSON of the definition: fields in the order of the reference, defaults left
    /// out, no spaces.
    pub fn to_json(&self) -> String {
        canonical(&self.def)
    }
}

impl SchemeDef {
    /// The canonical JSON of the definition: fields in the order of the reference, defaults left
    /// out, no spaces.
    pub fn to_json(&self) -> String {
        canonical(self)
    }
}

impl Condition {
    /// Whether a birthday or an anniversary stands in it.
    pub(crate) fn has_occasion(&self) -> bool {
        match self {
            Condition::All(list) | Condition::Any(list) => list.iter().any(Condition::has_occasion),
            Condition::Not(inner) => inner.has_occasion(),
            Condition::Birthday { .. } | Condition::EnrolmentAnniversary { .. } => true,
            _ => false,
        }
    }

    /// Whether a challenge stands in the condition.
    pub(crate) fn has_challenge(&self) -> bool {
        match self {
            Condition::All(list) | Condition::Any(list) => {
                list.iter().any(Condition::has_challenge)
            }
            Condition::Not(inner) => inner.has_challenge(),
            Condition::Challenge(_) => true,
            _ => false,
        }
    }
}
