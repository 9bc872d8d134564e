//! A shop that runs one scheme: it records orders as they come and keeps every member's ledger.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{
    Act, Outcome, PlainAct, RecordAct, Schemes, Standing, perform, standing,
};
use loyalty_core::ledger::{Account, Group};
use loyalty_core::purchase::{Claim, PayPoints, Purchase};
use loyalty_core::scheme::{Scheme, SchemeDef, compile};
use loyalty_core::time::{CivilDateTime, Date, Moment, Zone};

use super::Failure;
use super::data::{Order, currency};

/// From this amount on, in minor units, members use what they have.
pub(crate) const USES_FROM_MINOR: i64 = 1_000;
/// The first moment after the last day of the sample at which everything due is posted.
const END: &str = "1998-07-01";
const NOON_MS: u32 = 12 * 60 * 60 * 1_000;
const MINUTE_MS: u32 = 60 * 1_000;

/// A member's ledger: the account, and the groups that it is the fold of.
pub(crate) struct Member {
    pub(crate) account: Account,
    pub(crate) groups: Vec<Group>,
}

/// A shop with its scheme and its members.
pub(crate) struct Shop {
    pub(crate) schemes: Schemes,
    pub(crate) members: BTreeMap<u32, Member>,
    /// The moment at which everything due was posted.
    pub(crate) end: Option<Moment>,
    /// How long recording took, without what leads to it.
    pub(crate) recording: Duration,
    zone: Zone,
}

impl Shop {
    /// A shop with the scheme of a TOML document.
    pub(crate) fn open(document: &str) -> Result<Self, Failure> {
        let scheme = compile(SchemeDef::from_toml(document)?)?;
        Ok(Self {
            zone: scheme.definition().time_zone.parse()?,
            schemes: Schemes::new(Arc::new(scheme)),
            members: BTreeMap::new(),
            end: None,
            recording: Duration::ZERO,
        })
    }

    pub(crate) fn scheme(&self) -> &Scheme {
        self.schemes.current()
    }

    /// Records every order, then posts what is due on the day after the last one.
    pub(crate) fn run(&mut self, orders: &[Order]) -> Result<(), Failure> {
        for order in orders {
            self.record(order)?;
        }
        self.close()
    }

    fn record(&mut self, order: &Order) -> Result<(), Failure> {
        let minutes = order.number.saturating_mul(MINUTE_MS);
        let at = self.moment(order.date, NOON_MS.saturating_add(minutes))?;
        let id = format!("member-{}", order.member).parse()?;
        let member = self.members.entry(order.member).or_insert_with(|| Member {
            account: Account::new(id),
            groups: Vec::new(),
        });
        let standing = standing(self.schemes.current(), &member.account, at)?;
        let act = Act::Record(Box::new(RecordAct {
            purchase: with_wishes(order, &standing)?,
            facts: Facts::default(),
            expected_head: None,
            expected_decision: None,
        }));
        self.post(order.member, &act, at)
    }

    fn close(&mut self) -> Result<(), Failure> {
        let end = self.moment(END.parse()?, NOON_MS)?;
        let recording = self.recording;
        let members: Vec<u32> = self.members.keys().copied().collect();
        for member in members {
            let act = Act::Due(PlainAct {
                id: format!("due-{END}").parse()?,
                actor: None,
                reason: None,
            });
            self.post(member, &act, end)?;
        }
        self.recording = recording;
        self.end = Some(end);
        Ok(())
    }

    fn post(&mut self, number: u32, act: &Act, at: Moment) -> Result<(), Failure> {
        let member = self.members.get_mut(&number).ok_or("no such member")?;
        let began = now();
        let outcome = perform(&self.schemes, &member.account, act, at, None)?;
        self.recording += began.elapsed();
        let Outcome::Posted(posted) = outcome else {
            return Err("an order was recorded twice".into());
        };
        member.account = posted.account;
        member.groups.push(posted.group);
        Ok(())
    }

    fn moment(&self, date: Date, ms_of_day: u32) -> Result<Moment, Failure> {
        Ok(self.zone.civil(CivilDateTime::try_new(date, ms_of_day)?)?)
    }
}

/// The rule by which members behave: on an order of 10.00 or more a member uses the reward that has
/// been ready longest, and pays with as many points as the scheme allows.
fn with_wishes(order: &Order, standing: &Standing) -> Result<Purchase, Failure> {
    let mut purchase = order.purchase()?;
    if order.minor < USES_FROM_MINOR {
        return Ok(purchase);
    }
    if let Some(ready) = standing.rewards.first() {
        purchase.claims.push(Claim {
            reward: ready.reward.clone(),
            quantity: 1,
        });
    }
    for wallet in &standing.wallets {
        // Points pay in steps of a dollar.
        let Some(worth) = wallet.worth else { continue };
        if worth.minor_in(currency()?)? >= 100 {
            purchase.pay_points.push(PayPoints {
                wallet: wallet.wallet.clone(),
                points: None,
            });
        }
    }
    Ok(purchase)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the demo measures itself; no decision sees the clock"
)]
fn now() -> Instant {
    Instant::now()
}
