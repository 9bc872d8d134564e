//! From a document to a scheme: every problem at once.

mod benefit;
mod card;
mod challenge;
mod condition;
mod context;
mod earn;
mod ladder;
mod offer;
mod reward;
mod target;
mod wallet;

use std::sync::Arc;

use crate::scheme::access_key::Access;
use crate::scheme::compiled::{Scheme, Symbols};
use crate::scheme::def::{FORMAT, SchemeDef};
use crate::scheme::flags::Flags;
use crate::scheme::index::RuleIndex;
use crate::scheme::limit::Limits;
use crate::scheme::problem::{self, Problems};

use crate::write::write_json;
use context::{At, Context, quoted};

/// Checks a document and makes a scheme of it, under [`Limits::DEFAULT`].
///
/// # Errors
///
/// All problems of the document, in a stable order, each with a stable code and the place where it
/// stands.
///
/// # Examples
///
/// ```
/// use loyalty_core::scheme::{SchemeDef, compile};
///
/// let def = SchemeDef::from_json(
///     r#"{
///         "format": 1, "id": "com.example.cafe", "name": "Café", "currency": "EUR",
///         "time_zone": "Europe/Paris",
///         "wallets": [{"id": "points"}],
///         "earn": [{"id": "base", "give": {"per_amount": {"points": "1", "per": "1.00"}}}]
///     }"#,
/// )?;
/// let scheme = compile(def)?;
/// assert_eq!(scheme.id().as_str(), "com.example.cafe");
/// assert_eq!(scheme.digest_hex().len(), 64);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compile(def: SchemeDef) -> Result<Scheme, Problems> {
    compile_with(def, &Limits::DEFAULT)
}

/// As [`compile`], under limits of the host's own.
///
/// # Errors
///
/// As [`compile`].
pub fn compile_with(def: SchemeDef, limits: &Limits) -> Result<Scheme, Problems> {
    let parts = Parts::of(&def, limits)?;
    let digest = hmac_sha256::Hash::hash(canonical(&def).as_bytes());
    let flags = Flags::of(&parts.wallets, &parts.rules, &parts.ladders);
    Ok(Scheme {
        digest,
        flags,
        id: def.id.clone(),
        currency: def.currency,
        symbols: parts.symbols,
        exclude_gift_cards: def.exclude.gift_cards,
        exclude_discounted: def.exclude.discounted_lines,
        exclude: parts.exclude,
        earn_base: def.earn_base.clone(),
        combine_multipliers: def.combine_multipliers,
        combine_rules: def.combine_rules,
        wallets: parts.wallets,
        rules: parts.rules,
        index: parts.index,
        cards: parts.cards,
        ladders: parts.ladders,
        rewards: parts.rewards,
        challenges: parts.challenges,
        referrals: parts.referrals,
        offers: parts.offers,
        offer_index: parts.offer_index,
        stacking: parts.stacking,
        returns: def.returns.clone(),
        guards: def.guards.clone(),
        discount_rounding: def.discount_rounding,
        tax_rounding: def.tax_rounding,
        def: Arc::new(def),
    })
}

/// The canonical JSON of a definition: fields in the order of the reference, defaults left out, no
/// spaces. Equal definitions give equal bytes.
pub(super) fn canonical(def: &SchemeDef) -> String {
    // Every value of a definition has a JSON form; a failure would be one of the writer, a string.
    write_json(def).unwrap_or_default()
}

/// What compiling makes beside what the document says itself.
struct Parts {
    symbols: Symbols,
    exclude: Option<crate::scheme::compiled::Target>,
    wallets: Box<[crate::scheme::compiled::Wallet]>,
    rules: Box<[crate::scheme::compiled::EarnRule]>,
    cards: Box<[crate::scheme::compiled::Card]>,
    ladders: Box<[crate::scheme::compiled::Ladder]>,
    rewards: Box<[crate::scheme::compiled::Reward]>,
    challenges: Box<[crate::scheme::compiled::Challenge]>,
    referrals: Box<[crate::scheme::compiled::Referral]>,
    offers: Box<[crate::scheme::compiled_offer::Offer]>,
    offer_index: RuleIndex,
    stacking: crate::scheme::compiled_offer::Stacking,
    index: RuleIndex,
}

impl Parts {
    fn of(def: &SchemeDef, limits: &Limits) -> Result<Self, Problems> {
        let mut context = Context::new(def, limits);
        context.head();
        let wallets = context.all_wallets();
        let exclude = context.target(
            def.exclude.target.as_ref(),
            &At::ROOT.key("exclude").key("target"),
        );
        context.rule_ids();
        let rules = context.all_rules();
        let cards = context.all_cards();
        let ladders = context.all_ladders();
        let rewards = context.all_rewards();
        let challenges = context.all_challenges();
        let referrals = context.all_referrals();
        let stacking = context.stacking();
        let offers = context.all_offers(&stacking);
        context.sources(&rewards, &cards, &ladders, &offers);
        if !context.problems.is_empty() {
            return Err(Problems(context.problems));
        }
        let symbols = context.symbols;
        let index = RuleIndex::new(rules.iter().map(Access::of), &symbols, &ladders);
        let offer_index = RuleIndex::new(offers.iter().map(Access::of_offer), &symbols, &ladders);
        Ok(Self {
            symbols,
            exclude,
            wallets,
            rules,
            cards,
            ladders,
            rewards,
            challenges,
            referrals,
            offers,
            offer_index,
            stacking,
            index,
        })
    }
}

impl Context<'_> {
    fn head(&mut self) {
        let def = self.def;
        if def.format != FORMAT {
            self.problem(problem::FORMAT, &At::ROOT.key("format"), def.format, FORMAT);
        }
        self.not_blank(&def.name, &At::ROOT.key("name"));
        if !is_zone_name(&def.time_zone) {
            let found = quoted(crate::serde_text::excerpt(&def.time_zone));
            let allowed = "the IANA name of a time zone, such as \"Europe/Paris\"";
            self.problem(problem::TEXT, &At::ROOT.key("time_zone"), found, allowed);
        }
    }

    /// Rules and benefits share one name space, because a reason names either.
    fn rule_ids(&mut self) {
        let def = self.def;
        let rules = At::ROOT.key("earn");
        let mut names: Vec<&str> = def.earn.iter().map(|rule| rule.id.as_str()).collect();
        let (count, mut benefits) = (names.len(), Vec::new());
        self.unique(names.clone(), &rules);
        let ladders = At::ROOT.key("ladders");
        for (place, ladder) in def.ladders.iter().enumerate() {
            for (tier, of_tier) in ladder.tiers.iter().enumerate() {
                names.extend(of_tier.benefits.iter().map(|benefit| benefit.id.as_str()));
                benefits.extend((0..of_tier.benefits.len()).map(|benefit| (place, tier, benefit)));
            }
        }
        for (place, name) in context::repeated(names) {
            let benefit = place
                .checked_sub(count)
                .and_then(|place| benefits.get(place));
            if let Some((ladder, tier, benefit)) = benefit {
                let at = ladders.index(*ladder);
                let at = at.key("tiers");
                let at = at.index(*tier);
                self.duplicate_id(name, &at.key("benefits").index(*benefit).key("id"));
            }
        }
    }
}

/// Whether a text has the form of a zone's name. The core has no zone data: whether there is such a
/// zone is found where moments are made.
fn is_zone_name(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-+".contains(&byte))
    };
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.split('/').all(part)
}
