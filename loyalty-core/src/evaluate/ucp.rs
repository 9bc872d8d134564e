//! A decision in the words of the Loyalty Extension of the Universal Commerce Protocol
//! (`dev.ucp.common.loyalty`): who the member is to the programme, and what the purchase earns.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ledger::Account;
use crate::number::{Points, allocate};
use crate::scheme::{LadderDef, Scheme, TierDef, WalletDef};

use super::decision::{Decision, WalletDecision};
use super::error::ActError;
use super::standing::{LadderStanding, standing};

/// The value of `loyalty` in a response: memberships by the reverse-domain name of their programme.
pub type UcpLoyalty = BTreeMap<String, UcpMembership>;

/// A membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UcpMembership {
    /// The programme's name. The member's own is left out: the protocol wants no raw member ids.
    pub id: String,
    /// What people call the programme.
    pub name: String,
    /// The tiers held, one for each ladder on which one is held.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<UcpTier>,
    /// The wallets, each with what the purchase would bring.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rewards: Vec<UcpReward>,
    /// Whether the membership still has to be verified.
    pub provisional: bool,
}

/// A tier that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UcpTier {
    /// The tier.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it brings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub benefits: Vec<UcpBenefit>,
}

/// What a tier brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UcpBenefit {
    /// The benefit.
    pub id: String,
    /// What it is, for people.
    pub description: String,
}

/// A wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UcpReward {
    /// Its points.
    pub currency: UcpCurrency,
    /// What the purchase would bring.
    pub earning_forecast: UcpForecast,
}

/// The points of a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UcpCurrency {
    /// What several points are called.
    pub name: String,
    /// The wallet.
    pub code: String,
    /// The decimals of a point: amounts count the smallest unit.
    pub decimal_places: u8,
}

/// What a purchase would bring, in the smallest unit of the wallet's points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UcpForecast {
    /// The whole.
    pub amount: i64,
    /// Its parts, which sum to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub breakdown: Vec<UcpPart>,
}

/// What a rule or benefit would bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UcpPart {
    /// The rule or benefit.
    pub id: String,
    /// How much, in the smallest unit of the wallet's points.
    pub amount: i64,
    /// What it is, for people; its name where the scheme says nothing.
    pub description: String,
    /// The benefit of a tier held that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub benefit_id: Option<String>,
}

/// A decision as the Loyalty Extension has it. `account` is the one that the decision was made for.
///
/// # Rounding
/// None: parts of a decision are whole units of their wallet's precision.
///
/// # Errors
/// `ucp.program` when the scheme's id is no reverse-domain name, `decision.head_moved` when the
/// account is not the one that was decided for, and the errors of [`standing`].
pub fn to_ucp(
    scheme: &Scheme,
    account: &Account,
    decision: &Decision,
    provisional: bool,
) -> Result<UcpLoyalty, ActError> {
    let def = scheme.definition();
    let program = def.id.as_str();
    if !is_reverse_domain(program) {
        let allowed = "a reverse-domain name as the scheme's id, such as com.example.shop";
        return Err(ActError::refused("ucp.program", program, allowed));
    }
    if account.head != decision.head || account.member != decision.member {
        let found = format!("version {} of {}", account.head.seq, account.member);
        let allowed = format!("version {} of {}", decision.head.seq, decision.member);
        return Err(ActError::refused("decision.head_moved", found, allowed));
    }
    let held = standing(scheme, account, decision.at)?.ladders;
    let tiers: Vec<UcpTier> = held
        .iter()
        .filter_map(|held| def.ladders.iter().find_map(|ladder| tier_of(ladder, held)))
        .map(tier)
        .collect();
    let rewards = def
        .wallets
        .iter()
        .map(|wallet| reward(scheme, wallet, decision, &tiers))
        .collect::<Result<_, ActError>>()?;
    let membership = UcpMembership {
        id: program.to_owned(),
        name: def.name.clone(),
        tiers,
        rewards,
        provisional,
    };
    Ok(BTreeMap::from([(program.to_owned(), membership)]))
}

/// At least two labels of letters, digits, hyphens and underscores, between points.
fn is_reverse_domain(text: &str) -> bool {
    let label = |label: &str| {
        label.starts_with(|c: char| c.is_ascii_lowercase())
            && label
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
    };
    text.contains('.') && text.split('.').all(label)
}

fn tier_of<'d>(ladder: &'d LadderDef, held: &LadderStanding) -> Option<&'d TierDef> {
    let name = held.tier.as_ref().filter(|_| ladder.id == held.ladder)?;
    ladder.tiers.iter().find(|tier| tier.id == *name)
}

fn tier(def: &TierDef) -> UcpTier {
    UcpTier {
        id: def.id.to_string(),
        name: or_id(&def.name, def.id.as_str()),
        benefits: def
            .benefits
            .iter()
            .map(|benefit| UcpBenefit {
                id: benefit.id.to_string(),
                description: or_id(&benefit.description, benefit.id.as_str()),
            })
            .collect(),
    }
}

fn or_id(text: &str, id: &str) -> String {
    if text.is_empty() { id } else { text }.to_owned()
}

fn reward(
    scheme: &Scheme,
    wallet: &WalletDef,
    decision: &Decision,
    tiers: &[UcpTier],
) -> Result<UcpReward, ActError> {
    let unit = wallet.unit.as_ref();
    let brings = decision.wallets.iter().find(|of| of.wallet == wallet.id);
    let units = |points: Points| points.milli().checked_div(wallet.precision.unit_milli());
    let amount = brings.and_then(|brings| units(brings.earned)).unwrap_or(0);
    Ok(UcpReward {
        currency: UcpCurrency {
            name: unit.map_or_else(|| wallet.id.to_string(), |unit| unit.other.clone()),
            code: wallet.id.to_string(),
            decimal_places: wallet.precision.get(),
        },
        earning_forecast: UcpForecast {
            amount,
            breakdown: match brings {
                Some(brings) if amount > 0 => breakdown(scheme, brings, amount, tiers)?,
                _ => Vec::new(),
            },
        },
    })
}

fn breakdown(
    scheme: &Scheme,
    brings: &WalletDecision,
    amount: i64,
    tiers: &[UcpTier],
) -> Result<Vec<UcpPart>, ActError> {
    let parts = || brings.parts.iter().filter(|part| part.points.milli() > 0);
    let weights: Vec<i64> = parts().map(|part| part.points.milli()).collect();
    let amounts = allocate(amount, &weights, None)?;
    let benefit = |id: &str| {
        let mut benefits = tiers.iter().flat_map(|tier| &tier.benefits);
        benefits.find(|benefit| benefit.id == id)
    };
    Ok(parts()
        .zip(amounts)
        .map(|(part, amount)| UcpPart {
            id: part.rule.to_string(),
            amount,
            description: or_id(
                scheme
                    .rule_label(&part.rule)
                    .map_or("", |label| label.description),
                &part.rule,
            ),
            benefit_id: benefit(&part.rule).map(|benefit| benefit.id.clone()),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::customer::Facts;
    use crate::evaluate::{QuoteOptions, quote};
    use crate::read::{ReadLimits, read_json};
    use crate::scheme::{SchemeDef, compile};
    use crate::time::Moment;

    use super::*;

    fn scheme(id: &str) -> Scheme {
        let text = r#"{"format": 1, "id": "ID", "name": "Shop", "currency": "EUR", "time_zone": "Etc/UTC",
            "wallets": [{"id": "stars", "precision": 1, "unit": {"one": "star", "other": "stars"}}, {"id": "miles"}],
            "earn": [
              {"id": "base", "description": "A star a euro.", "give": {"per_amount": {"points": "1", "per": "1.00"}}},
              {"id": "extra", "give": {"fixed": {"points": "2.5"}}}],
            "ladders": [{"id": "status", "metric": {"spend": {}}, "window": {"lifetime": {}}, "review": {"never": {}},
              "tiers": [{"id": "all", "name": "Everyone", "threshold": "0.00", "benefits":
                [{"id": "more", "description": "A tenth more.", "benefit": {"multiply": {"factor": "1.1"}}}]}]}]}"#;
        compile(SchemeDef::from_json(&text.replace("ID", id)).unwrap()).unwrap()
    }

    fn decided(scheme: &Scheme, account: &Account) -> Decision {
        let purchase = read_json(
            r#"{"id": "o", "currency": "EUR", "lines": [{"price": "3.33"}]}"#,
            &ReadLimits::DEFAULT,
        );
        let at: Moment = "2026-11-21T12:00:00Z".parse().unwrap();
        let (facts, options) = (Facts::default(), QuoteOptions::default());
        quote(scheme, account, &purchase.unwrap(), &facts, at, options).unwrap()
    }

    #[test]
    fn parts_sum_to_the_whole_in_smallest_units() {
        let (scheme, account) = (
            scheme("com.example-shop"),
            Account::new("m".parse().unwrap()),
        );
        let ucp = to_ucp(&scheme, &account, &decided(&scheme, &account), true).unwrap();
        let membership = &ucp["com.example-shop"];
        assert!(membership.provisional);
        assert!(!serde_json::to_string(&ucp).unwrap().contains("\"m\""));
        let stars = &membership.rewards[0];
        assert_eq!(
            (stars.currency.name.as_str(), stars.currency.decimal_places),
            ("stars", 1)
        );
        let parts = &stars.earning_forecast.breakdown;
        let sum: i64 = parts.iter().map(|part| part.amount).sum();
        assert_eq!(sum, stars.earning_forecast.amount);
        assert_eq!(stars.earning_forecast.amount, 61);
        let described: Vec<_> = parts.iter().map(|part| part.description.as_str()).collect();
        assert_eq!(described, ["A star a euro.", "extra", "A tenth more."]);
        assert_eq!(parts[2].benefit_id.as_deref(), Some("more"));
        let miles = &membership.rewards[1].earning_forecast;
        assert_eq!((miles.amount, miles.breakdown.len()), (0, 0));
        assert_eq!(membership.tiers[0].name, "Everyone");
    }

    #[test]
    fn what_it_refuses() {
        let account = Account::new("m".parse().unwrap());
        for id in ["shop", "com.", "com.Example", "com.example shop", "1.2"] {
            let scheme = scheme(id);
            let error = to_ucp(&scheme, &account, &decided(&scheme, &account), false);
            assert_eq!(error.unwrap_err().code(), "ucp.program", "{id}");
        }
        let scheme = scheme("com.example-cafe");
        let other = Account::new("other".parse().unwrap());
        let error = to_ucp(&scheme, &other, &decided(&scheme, &account), false);
        assert_eq!(error.unwrap_err().code(), "decision.head_moved");
    }
}
