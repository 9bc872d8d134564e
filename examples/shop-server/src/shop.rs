//! The shop: its scheme, its clock, its database, and the one way in which an act is posted.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{
    Act, Answer, Decision, Outcome, QuoteOptions, RecordAct, RedeemAct, RedeemOn, RefundAct,
    Schemes, Standing, answer, perform, quote, standing, verify_decision,
};
use loyalty_core::id::{GroupKey, MemberId};
use loyalty_core::ledger::{ActKind, Digest, Group, Head};
use loyalty_core::read::Readable;
use loyalty_core::scheme::{Scheme, SchemeDef, compile};
use loyalty_core::time::{Moment, Zone};
use serde::Serialize;

use crate::accounts::{Accounts, replay};
use crate::catalogue::{Catalogue, Order, catalogue};
use crate::problem::Problem;
use crate::store::{Store, Stored};

/// How often an act is decided again because another one of the member was first.
const TRIES_MAX: u32 = 64;
/// How old a decision may be that a client made and showed.
const SHOWN_MS_MAX: i64 = 10 * 60 * 1000;

/// A member's wish to spend points outside an order.
#[derive(Debug, Clone, Readable)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedeemRequest {
    /// The redemption's name: the same name is the same redemption, however often it is sent.
    pub(crate) id: GroupKey,
    pub(crate) on: RedeemOn,
}

/// What a page needs to show the shop, and to decide as the shop does.
#[derive(Debug, Serialize)]
pub(crate) struct Front {
    now: Moment,
    /// The scheme's canonical JSON.
    scheme: String,
    #[serde(flatten)]
    catalogue: Catalogue,
}

/// A member's own account, for the member's own page.
#[derive(Debug, Serialize)]
pub(crate) struct AccountPage {
    now: Moment,
    /// The account's snapshot as text.
    snapshot: String,
}

/// What a cart would bring.
#[derive(Debug, Serialize)]
pub(crate) struct Quoted {
    /// What an order hands back in `expected_decision`.
    pub(crate) digest: Digest,
    pub(crate) decision: Decision,
}

/// What an act brought.
#[derive(Debug, Serialize)]
pub(crate) struct Done {
    /// Whether it had been done before; the answer is the one of then.
    pub(crate) repeated: bool,
    /// The ledger's version that the act made.
    pub(crate) head: Head,
    pub(crate) answer: Answer,
}

/// A member's ledger.
#[derive(Debug, Serialize)]
pub(crate) struct LedgerPage {
    /// Where the chain of hashes leads to.
    pub(crate) head: Head,
    pub(crate) groups: Vec<Group>,
}

/// A shop.
pub(crate) struct Shop {
    schemes: Schemes,
    zone: Zone,
    store: Store,
    accounts: Accounts,
}

impl Shop {
    /// The shop with its scheme, and its ledgers in a file or in memory.
    pub(crate) fn open(
        scheme: &str,
        file: Option<&Path>,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let scheme = compile(SchemeDef::from_toml(scheme)?)?;
        Ok(Self {
            zone: scheme.definition().time_zone.parse()?,
            schemes: Schemes::new(Arc::new(scheme)),
            store: Store::open(file).map_err(|problem| problem.message)?,
            accounts: Accounts::default(),
        })
    }

    fn scheme(&self) -> &Scheme {
        self.schemes.current()
    }

    /// The shop as a page needs it.
    pub(crate) fn front(&self) -> Result<Front, Problem> {
        Ok(Front {
            now: self.now(None)?,
            scheme: self.scheme().to_json(),
            catalogue: catalogue(self.scheme().currency()),
        })
    }

    /// The account as a page needs it to decide as the shop does.
    pub(crate) fn account(&self, member: &MemberId) -> Result<AccountPage, Problem> {
        let account = self.accounts.load(&self.store, member)?;
        Ok(AccountPage {
            now: self.now(account.at)?,
            snapshot: account.snapshot_json()?,
        })
    }

    /// What a cart would bring. Nothing is written.
    pub(crate) fn quote(&self, member: &MemberId, order: &Order) -> Result<Quoted, Problem> {
        let account = self.accounts.load(&self.store, member)?;
        let purchase = order.purchase(self.scheme().currency())?;
        let options = QuoteOptions {
            explain: true,
            pool: None,
        };
        let at = self.now(account.at)?;
        let facts = Facts::default();
        let decision = quote(self.scheme(), &account, &purchase, &facts, at, options)?;
        Ok(Quoted {
            digest: decision.outputs_digest()?,
            decision,
        })
    }

    pub(crate) fn record(&self, member: &MemberId, order: &Order) -> Result<Done, Problem> {
        let mut record = RecordAct {
            purchase: order.purchase(self.scheme().currency())?,
            facts: Facts::default(),
            expected_head: None,
            expected_decision: order.expected_decision,
        };
        if let Some(shown) = &order.decision {
            record.expected_decision = self.verified(member, &record, shown)?;
        }
        self.post(member, &Act::Record(Box::new(record)))
    }

    /// The digest of what the member gets by a decision that a client made and showed, if it is
    /// the shop's own and fresh. An order that was recorded before needs none: it is answered from
    /// its group.
    fn verified(
        &self,
        member: &MemberId,
        record: &RecordAct,
        shown: &str,
    ) -> Result<Option<Digest>, Problem> {
        let account = self.accounts.load(&self.store, member)?;
        let (purchase, facts) = (&record.purchase, &record.facts);
        let key = GroupKey::try_new(purchase.id.as_str())?;
        if account.posted(ActKind::Record, &key).is_some() {
            return Ok(None);
        }
        let bytes = shown.as_bytes();
        let made = verify_decision(self.scheme(), &account, purchase, facts, bytes, None)?;
        let now = self.now(account.at)?.instant_ms();
        let age = now.saturating_sub(made.at.instant_ms());
        if !(0..=SHOWN_MS_MAX).contains(&age) {
            let message = "the decision was not made in the last ten minutes; please decide again";
            return Err(Problem::conflict("shop.decision_old", message));
        }
        Ok(Some(made.outputs_digest()?))
    }

    pub(crate) fn refund(&self, member: &MemberId, act: RefundAct) -> Result<Done, Problem> {
        self.post(member, &Act::Refund(act))
    }

    pub(crate) fn redeem(&self, member: &MemberId, wish: RedeemRequest) -> Result<Done, Problem> {
        let act = Act::Redeem(RedeemAct {
            id: wish.id,
            on: wish.on,
            facts: Facts::default(),
        });
        self.post(member, &act)
    }

    pub(crate) fn standing(&self, member: &MemberId) -> Result<Standing, Problem> {
        let account = self.accounts.load(&self.store, member)?;
        Ok(standing(self.scheme(), &account, self.now(account.at)?)?)
    }

    /// A member's ledger, read from the rows and replayed from nothing.
    pub(crate) fn ledger(&self, member: &MemberId) -> Result<LedgerPage, Problem> {
        let groups = self.store.groups_after(member, 0)?;
        let head = replay(member, &groups)?.head;
        Ok(LedgerPage { head, groups })
    }

    /// Decides an act on the account as it is, and stores the group if no other was first; else
    /// decides it again. A repeated act is answered from its group.
    fn post(&self, member: &MemberId, act: &Act) -> Result<Done, Problem> {
        for _ in 0..TRIES_MAX {
            let account = self.accounts.load(&self.store, member)?;
            let at = self.now(account.at)?;
            let posted = match perform(&self.schemes, &account, act, at, None)? {
                Outcome::Repeated(seq) => return self.recorded(member, seq),
                Outcome::Posted(posted) => posted,
            };
            if self.store.append(member, &posted.group)? == Stored::Done {
                self.accounts.keep(Arc::new(posted.account));
                return Ok(done(&posted.group, false));
            }
        }
        let message = "other orders of the member were first each time; please try again";
        Err(Problem::conflict("shop.busy", message))
    }

    fn recorded(&self, member: &MemberId, seq: u64) -> Result<Done, Problem> {
        let groups = self.store.groups_after(member, seq.saturating_sub(1))?;
        match groups.first() {
            Some(group) => Ok(done(group, true)),
            None => Err(Problem::internal("a group that was posted is gone")),
        }
    }

    /// The present moment in the scheme's zone: the only place where the server reads a clock. A
    /// clock that was set back does not stop the shop: time stands still until it has caught up.
    fn now(&self, last: Option<Moment>) -> Result<Moment, Problem> {
        #[expect(clippy::disallowed_methods, reason = "a host gives the moment")]
        let now = SystemTime::now();
        let since = now.duration_since(UNIX_EPOCH).map_err(Problem::internal)?;
        let instant_ms = i64::try_from(since.as_millis()).map_err(Problem::internal)?;
        let at = self.zone.moment(instant_ms)?;
        Ok(match last {
            Some(last) if at.instant_ms() < last.instant_ms() => last,
            _ => at,
        })
    }
}

fn done(group: &Group, repeated: bool) -> Done {
    Done {
        repeated,
        head: Head {
            seq: group.seq,
            hash: group.hash,
        },
        answer: answer(group),
    }
}
