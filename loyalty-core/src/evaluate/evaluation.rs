//! The evaluation of a purchase: one function, used by a quote and by a record alike.

use crate::customer::Facts;
use crate::id::MemberId;
use crate::ledger::{DueCode, DueReferral, Headroom};
use crate::purchase::Purchase;
use crate::scheme::compiled::{Give, Metric, Scheme, Wallet};
use crate::time::Moment;

use super::cart::Cart;
use super::context::Context;
use super::earn::{EarnInput, Earned, earn};
use super::error::ActError;
use super::line_set::PerLine;
use super::offers::told::due_codes;
use super::offers::{Issued, OfferVerdict};
use super::price::{Priced, Wishes, price};
use super::purse::{Purse, spendable};
use super::reason::Reason;
use super::stamp::{self, StampList};
use super::sums::Sums;
use super::tier::{HeldTiers, measure, tier_for, value};

/// How often an order that spends its own points is priced until it settles.
const OWN_ROUNDS_MAX: u32 = 8;

/// Points that an order could spend before it is known what it earns.
const UNKNOWN_OWN: i64 = 1 << 60;

/// Everything that a purchase leads to, in numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evaluation {
    pub(crate) priced: Priced,
    pub(crate) earned: Earned,
    pub(crate) stamps: StampList,
    /// What it adds to every ladder's metric.
    pub(crate) metrics: PerLine<i64>,
    /// What it adds to every challenge.
    pub(crate) adds: Vec<Vec<i64>>,
    /// The member who referred the customer, and the events that are due to them.
    pub(crate) referrer: Option<MemberId>,
    pub(crate) referrals: Vec<DueReferral>,
    pub(crate) due_codes: Vec<DueCode>,
    /// What every limit that it met had left.
    pub(crate) met: Vec<Headroom>,
    /// The places of the tiers at which it earns.
    pub(crate) tiers: HeldTiers,
    pub(crate) reasons: Vec<Reason>,
    /// How many earn rules were no candidates, where reasons are given.
    pub(crate) others: u32,
}

/// Evaluates a purchase into `into`, where it stays: the numbers are too many to be moved about.
/// The account must have everything due behind it.
pub(crate) fn evaluate(
    context: &mut Context<'_>,
    purchase: &Purchase,
    explain: bool,
    into: &mut Evaluation,
) -> Result<(), ActError> {
    check_currency(context.scheme, context.cart)?;
    let scheme = context.scheme;
    let held = context.tiers.clone();
    let spends_own = scheme.flags.own_points;
    let unknown = |wallet: &Wallet| match wallet.spend_own_points {
        true => UNKNOWN_OWN,
        false => 0,
    };
    let mut own: Vec<i64> = match spends_own {
        true => scheme.wallets.iter().map(unknown).collect(),
        false => Vec::new(),
    };
    let mut rounds = 0_u32;
    loop {
        rounds = rounds.saturating_add(1);
        if rounds > 1 {
            context.tiers.clone_from(&held);
            *into = Evaluation::default();
        }
        let Evaluation {
            ref mut priced,
            ref mut earned,
            ref mut reasons,
            ref mut stamps,
            ..
        } = *into;
        let spends = !purchase.claims.is_empty() || !purchase.pay_points.is_empty();
        let mut purse = match spends {
            true => Purse::of(context, &own),
            false => Purse::default(),
        };
        let wishes = Wishes {
            claims: &purchase.claims,
            pay_points: &purchase.pay_points,
            quantities: None,
        };
        let explained = explain.then_some(&mut *reasons);
        price(context, wishes, &mut purse, explained, priced)?;
        let sums = Sums::of_priced(scheme, context.cart, priced, None);
        if scheme.flags.own_tiers {
            own_tiers(context, &sums);
        }
        let (base, shipping) = sums.earn_base(context)?;
        let input = EarnInput {
            base: &base,
            shipping,
            paid_units: &sums.paid_units,
            all_units: &sums.all_units,
        };
        let explained = explain.then_some(&mut *reasons);
        earn(context, &sums.amounts(), input, explained, earned)?;
        if spends_own && rounds < OWN_ROUNDS_MAX && lower_own(context, priced, earned, &mut own) {
            if rounds.saturating_add(1) == OWN_ROUNDS_MAX {
                own.fill(0);
            }
            continue;
        }
        let mut met = purse.met;
        let explained = explain.then_some(reasons);
        *stamps = stamp::stamps(context, &sums, input, &mut met, explained)?;
        if !earned.met.is_empty() {
            add_met(&mut met, std::mem::take(&mut earned.met));
        }
        for ladder in &scheme.ladders {
            into.metrics.push(measure(context, ladder, &sums, earned));
        }
        if !scheme.challenges.is_empty() {
            into.adds = context.adds(&sums.amounts());
        }
        if let Some(offered) = &priced.offered {
            into.due_codes = due_codes(context, offered)?;
        }
        if context.referrer.is_some() {
            into.referrals = context.due_referrals(&sums.amounts());
            into.referrer.clone_from(&context.referrer);
        }
        into.met = met;
        into.tiers = std::mem::replace(&mut context.tiers, held);
        into.others = if explain { earned.others } else { 0 };
        return Ok(());
    }
}

/// Adds the limits that are not known yet.
fn add_met(met: &mut Vec<Headroom>, more: Vec<Headroom>) {
    for headroom in more {
        if met.iter().all(|known| known.limit != headroom.limit) {
            met.push(headroom);
        }
    }
}

impl Evaluation {
    /// Whether its offers add gifts, so that the purchase is to be evaluated [`with_gifts`].
    pub(crate) fn adds_gifts(&self) -> bool {
        let offered = self.priced.offered.as_ref();
        offered.is_some_and(|offered| !offered.gifts.is_empty())
    }

    /// What its offers bring for later.
    pub(crate) fn issued(&self) -> &[Issued] {
        let offered = self.priced.offered.as_ref();
        offered.map_or(&[], |offered| &offered.issued)
    }

    /// What became of its offers.
    pub(crate) fn verdicts(&self) -> &[OfferVerdict] {
        let offered = self.priced.offered.as_ref();
        offered.map_or(&[], |offered| &offered.verdicts)
    }
}

/// The purchase with the gifts that its offers add, made ready.
pub(crate) fn with_gifts(
    scheme: &Scheme,
    purchase: &Purchase,
    evaluation: &Evaluation,
) -> Result<(Purchase, Cart), ActError> {
    let mut purchase = purchase.clone();
    if let Some(offered) = &evaluation.priced.offered {
        purchase.lines.extend(offered.gifts.iter().cloned());
    }
    let cart = Cart::try_new(scheme, &purchase)?;
    Ok((purchase, cart))
}

/// An order of another currency needs a ratio where amounts earn or are measured.
fn check_currency(scheme: &Scheme, cart: &Cart) -> Result<(), ActError> {
    if !cart.foreign || cart.exchange.is_some() {
        return Ok(());
    }
    let mut rules = scheme.rules.iter();
    let earns = rules.any(|rule| matches!(rule.give, Give::PerAmount(_)));
    let measures = scheme
        .ladders
        .iter()
        .any(|ladder| matches!(ladder.metric, Metric::Spend(_)));
    if !earns && !measures {
        return Ok(());
    }
    Err(ActError::input(
        "purchase.currency",
        crate::path::Path::root().key("currency"),
        cart.currency,
        format_args!("{} or an exchange", scheme.currency),
    ))
}

/// Lets a purchase earn at the tier that it reaches itself, where a ladder declares it.
fn own_tiers(context: &mut Context<'_>, sums: &Sums<'_>) {
    let scheme = context.scheme;
    for (place, ladder) in scheme.ladders.iter().enumerate() {
        if !ladder.counts_own_purchase || context.pinned.is_some() {
            continue;
        }
        let today = context.at.date();
        let before = value(ladder, context.account, today, context.at, scheme);
        let own = measure(context, ladder, sums, &Earned::default());
        let reached = tier_for(ladder, before.saturating_add(own));
        if let Some(tier) = context.tiers.get_mut(place) {
            *tier = (*tier).max(reached);
        }
    }
}

/// Lowers the own points that an order may spend to what it earns; whether it must be priced anew.
fn lower_own(context: &Context<'_>, priced: &Priced, earned: &Earned, own: &mut [i64]) -> bool {
    let mut again = false;
    for (place, (wallet, own)) in context.scheme.wallets.iter().zip(own).enumerate() {
        if !wallet.spend_own_points {
            continue;
        }
        let place = u16::try_from(place).unwrap_or(u16::MAX);
        let spends = priced
            .used
            .iter()
            .filter_map(|used| used.spend)
            .filter(|spend| spend.wallet == place)
            .map(|spend| spend.points);
        let pays = priced
            .payments
            .iter()
            .filter(|p| p.wallet == place)
            .map(|payment| payment.points);
        let spent = spends.chain(pays).fold(0_i64, i64::saturating_add);
        let usable = earned
            .parts
            .iter()
            .filter(|part| {
                part.wallet == place
                    && part
                        .terms(context.scheme)
                        .is_some_and(|terms| terms.pending.is_none())
            })
            .fold(0_i64, |sum, part| sum.saturating_add(part.granted));
        if spent > spendable(context, &wallet.id, usable) && *own > usable {
            *own = usable;
            again = true;
        }
    }
    again
}

/// The moment of an act: when it took place, if that is earlier than when it is recorded.
pub(crate) fn occurred_at(
    scheme: &Scheme,
    said: Option<Moment>,
    at: Moment,
) -> Result<Moment, ActError> {
    let Some(occurred) = said else {
        return Ok(at);
    };
    let back = i64::from(at.date().days()).saturating_sub(i64::from(occurred.date().days()));
    let most = i64::from(scheme.guards.backdate_days_max);
    if occurred.instant_ms() > at.instant_ms() || back > most || (most == 0 && occurred != at) {
        return Err(ActError::input(
            "purchase.backdated",
            crate::path::Path::root().key("occurred_at"),
            occurred,
            format_args!("at most {most} days before {at}"),
        ));
    }
    Ok(occurred)
}

/// Facts within the limits.
pub(crate) fn check_facts(facts: &Facts) -> Result<(), ActError> {
    let lengths = [
        facts.segments.len(),
        facts.flags.len(),
        facts.coupons.len(),
        facts.holds.len(),
    ];
    if lengths.iter().all(|length| *length == 0) {
        return Ok(());
    }
    check_lists(&[
        ("segments", facts.segments.len()),
        ("flags", facts.flags.len()),
        ("coupons", facts.coupons.len()),
        ("holds", facts.holds.len()),
    ])
}

/// Lists of what the host says within the limits, by their names.
pub(crate) fn check_lists(lists: &[(&str, usize)]) -> Result<(), ActError> {
    let max = crate::scheme::Limits::DEFAULT.list_max;
    for &(key, count) in lists {
        if count > max {
            return Err(ActError::input(
                "facts.list",
                crate::path::Path::root().key(key),
                count,
                format_args!("at most {max} entries"),
            ));
        }
    }
    Ok(())
}
