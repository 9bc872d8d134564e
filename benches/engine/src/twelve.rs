//! The scheme of twelve rules and the cart of five lines, and the same as a function by hand.

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{Act, AssignTierAct, Decision, Outcome, Schemes, perform};
use loyalty_core::ledger::Account;
use loyalty_core::purchase::Purchase;
use loyalty_core::scheme::{Scheme, SchemeDef, compile};
use loyalty_core::time::Moment;

/// Twelve rules: eight that earn, a cap, a card, and a discount and a multiplier of the tiers.
pub(crate) const SCHEME: &str = include_str!("../../twelve/scheme.json");

pub(crate) const CART: &str = include_str!("../../twelve/cart.json");

/// Eight coffees of the day before: eight stamps, and a purchase that was the first one.
const FIRST: &str = include_str!("../../twelve/first.json");

/// What the cart leads to, in minor units and whole points.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Outcome12 {
    pub(crate) discount: i64,
    pub(crate) lines: [i64; 5],
    pub(crate) points: i64,
    pub(crate) on_card: i64,
    pub(crate) rewards: i64,
}

/// What every contender must find before it is timed.
pub(crate) const GOLDEN: Outcome12 = Outcome12 {
    discount: 270,
    lines: [50, 46, 75, 0, 99],
    points: 105,
    on_card: 1,
    rewards: 1,
};

pub(crate) struct Twelve {
    pub(crate) scheme: Scheme,
    pub(crate) schemes: Schemes,
    pub(crate) account: Account,
    pub(crate) purchase: Purchase,
    pub(crate) facts: Facts,
    pub(crate) at: Moment,
}

pub(crate) type Failure = Box<dyn std::error::Error>;

impl Twelve {
    pub(crate) fn new() -> Result<Self, Failure> {
        let schemes = Schemes::new(compile(SchemeDef::from_json(SCHEME)?)?.into());
        let before: Moment = "2026-11-20T10:00:00Z".parse()?;
        let first: Purchase = serde_json::from_str(FIRST)?;
        let account = Account::new("member-1".parse()?);
        let account = post(&schemes, &account, &record(first), before)?;
        let silver = Act::AssignTier(AssignTierAct {
            id: "t-1".parse()?,
            ladder: "status".parse()?,
            tier: Some("silver".parse()?),
            floor: true,
            actor: "ann".parse()?,
            reason: "bench".parse()?,
        });
        Ok(Self {
            scheme: compile(SchemeDef::from_json(SCHEME)?)?,
            account: post(&schemes, &account, &silver, before)?,
            schemes,
            purchase: serde_json::from_str(CART)?,
            facts: Facts::default(),
            at: "2026-11-21T12:00:00Z".parse()?,
        })
    }
}

pub(crate) fn record(purchase: Purchase) -> Act {
    Act::Record(Box::new(loyalty_core::evaluate::RecordAct {
        purchase,
        facts: Facts::default(),
        expected_head: None,
        expected_decision: None,
    }))
}

fn post(schemes: &Schemes, account: &Account, act: &Act, at: Moment) -> Result<Account, Failure> {
    match perform(schemes, account, act, at, None)? {
        Outcome::Posted(posted) => Ok(posted.account),
        Outcome::Repeated(_) => Err("an act that is new was taken for a repeated one".into()),
    }
}

/// The golden numbers of a decision.
pub(crate) fn outcome_of(decision: &Decision) -> Outcome12 {
    let cents =
        |money: loyalty_core::number::Money| money.minor_in(decision.currency).unwrap_or(-1);
    let mut lines = [0; 5];
    for (slot, line) in lines.iter_mut().zip(&decision.lines) {
        *slot = cents(line.discount);
    }
    let card = decision.cards.first();
    Outcome12 {
        discount: cents(decision.totals.discount),
        lines,
        points: decision
            .wallets
            .first()
            .map_or(0, |wallet| wallet.earned.milli() / 1000),
        on_card: card.map_or(0, |card| i64::from(card.on_card)),
        rewards: card.map_or(0, |card| i64::from(card.completed)),
    }
}

/// A line of the function by hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HandLine {
    price: i64,
    quantity: i64,
    category: u8,
}

/// The cart for the function by hand: coffee 0, bakery 1, others 2, gift cards 3.
pub(crate) const HAND_CART: [HandLine; 5] = [
    HandLine {
        price: 335,
        quantity: 3,
        category: 0,
    },
    HandLine {
        price: 457,
        quantity: 2,
        category: 1,
    },
    HandLine {
        price: 1495,
        quantity: 1,
        category: 2,
    },
    HandLine {
        price: 2500,
        quantity: 1,
        category: 3,
    },
    HandLine {
        price: 995,
        quantity: 2,
        category: 2,
    },
];

/// The same scheme as a function over integers: the ceiling. It knows this scheme and no other.
pub(crate) fn by_hand(lines: &[HandLine; 5], tier: u8, stamps: i64, web: bool) -> Outcome12 {
    let mut net = [0_i64; 5];
    let mut units = 0;
    for (net, line) in net.iter_mut().zip(lines) {
        if line.category != 3 {
            *net = line.price * line.quantity;
        }
        if line.category == 0 {
            units += line.quantity;
        }
    }
    let total: i64 = net.iter().sum();
    let percent = [0, 5, 10][usize::from(tier)];
    let discount = (total * percent * 2 + 100) / 200;
    let mut shares = [0_i64; 5];
    let mut order = [(0_i64, 0_usize); 5];
    let mut rest = discount;
    for place in 0..5 {
        let exact = net[place] * discount;
        shares[place] = exact / total;
        rest -= shares[place];
        order[place] = (-(exact % total), place);
    }
    if rest > 0 {
        order.sort_unstable();
        for (_, place) in order.iter().take(rest as usize) {
            shares[*place] += 1;
        }
    }
    let mut points = 0;
    let mut kept = 0;
    for place in 0..5 {
        let left = net[place] - shares[place];
        kept += left;
        points += left * [150, 200, 100, 0][usize::from(lines[place].category)];
    }
    points = points * [100, 125, 150][usize::from(tier)] / 1_000_000;
    points += if web { 5 } else { 0 };
    points += if kept >= 5_000 { 20 } else { 0 };
    let stamps = stamps + units;
    Outcome12 {
        discount,
        lines: shares,
        points: points.min(500),
        on_card: stamps % 10,
        rewards: stamps / 10,
    }
}
