//! A shop with members, a pool account and a clock: what the simulations act on.

use std::sync::Arc;

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{
    Act, ActError, MergeAct, Outcome, PairOutcome, Posted, Schemes, TransferAct, merge, perform,
    transfer,
};
use loyalty_core::id::MemberId;
use loyalty_core::ledger::{Account, Group};
use loyalty_core::purchase::Purchase;
use loyalty_core::scheme::Scheme;
use loyalty_core::time::Moment;
use serde_json::Value;

use crate::checks;

/// 1 January 2026, 08:00 UTC.
pub const START_MS: i64 = 1_767_254_400_000;
/// The hours of summer time that simulations meet, and those outside of it.
const SUMMER: (i64, i64) = (1_774_746_000_000, 1_792_890_000_000);

/// A moment with the civil time of Paris.
///
/// # Panics
/// When it is out of range: the clock runs for some months only.
#[must_use]
pub fn moment(instant_ms: i64) -> Moment {
    let summer = (SUMMER.0..SUMMER.1).contains(&instant_ms);
    let offset = if summer { 7_200_000 } else { 3_600_000 };
    Moment::with_offset(instant_ms, offset).expect("a moment of these years")
}

/// A document as an act.
///
/// # Panics
/// When it is none: the generator is wrong then.
#[must_use]
pub fn act(document: &Value) -> Act {
    serde_json::from_value(document.clone()).unwrap_or_else(|error| panic!("{error}\n{document}"))
}

/// A member with everything that was posted.
#[derive(Debug, Clone)]
pub struct Member {
    /// The account as acts leave it.
    pub account: Account,
    /// The account as its groups, written and read back, make it.
    pub shadow: Account,
    /// Every group.
    pub groups: Vec<Group>,
    /// What was done, with the number of its group.
    pub done: Vec<(Act, Moment, u64)>,
    /// What was bought.
    pub bought: Vec<Purchase>,
    /// Names of holds.
    pub holds: Vec<String>,
}

impl Member {
    /// A member before anything happened.
    ///
    /// # Panics
    /// When the name is none.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let account = Account::new(MemberId::try_new(name).expect("a name"));
        Self {
            shadow: account.clone(),
            account,
            groups: Vec::new(),
            done: Vec::new(),
            bought: Vec::new(),
            holds: Vec::new(),
        }
    }
}

/// A shop.
#[derive(Debug, Clone)]
pub struct World {
    /// The scheme in force, and the earlier ones.
    pub schemes: Schemes,
    /// The scheme in force.
    pub scheme: Arc<Scheme>,
    /// Its document.
    pub document: Value,
    /// The members.
    pub members: Vec<Member>,
    /// What they share.
    pub pool: Member,
    /// Now, in milliseconds.
    pub now_ms: i64,
    /// Acts asked for so far.
    pub asked: u64,
    /// Acts that were posted.
    pub posted: u64,
    /// Entries of those.
    pub entries: u64,
}

impl World {
    /// A shop under a scheme.
    #[must_use]
    pub fn new(document: Value, members: usize) -> Self {
        let scheme = crate::schemes::compiled(&document);
        Self {
            schemes: Schemes::new(scheme.clone()),
            scheme,
            document,
            members: (0..members)
                .map(|number| Member::new(&format!("m{number}")))
                .collect(),
            pool: Member::new("pool"),
            now_ms: START_MS,
            asked: 0,
            posted: 0,
            entries: 0,
        }
    }

    /// Takes another version of the scheme into force.
    pub fn change_scheme(&mut self, document: Value) {
        let next = crate::schemes::compiled(&document);
        self.schemes = Schemes::new(next.clone()).with_earlier(self.scheme.clone());
        self.scheme = next;
        self.document = document;
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Moment {
        moment(self.now_ms)
    }

    /// Asks for an act without storing it.
    ///
    /// # Errors
    /// As [`perform`].
    pub fn ask(&mut self, of: usize, act: &Act, at: Moment) -> Result<Outcome, ActError> {
        self.asked += 1;
        let pool = Some(&self.pool.account);
        perform(&self.schemes, &self.members[of].account, act, at, pool)
    }

    /// Does an act and checks what it left; `None` when it was refused or had been done.
    ///
    /// # Panics
    /// When an invariant does not hold.
    pub fn act(&mut self, of: usize, act: &Act, at: Moment) -> Option<Group> {
        match self.ask(of, act, at) {
            Ok(Outcome::Posted(posted)) => Some(self.store(of, act, at, *posted)),
            Ok(Outcome::Repeated(_)) => None,
            Err(error) => {
                checks::refusal(&error, act);
                None
            }
        }
    }

    /// Stores what an act posted.
    ///
    /// # Panics
    /// When an invariant does not hold.
    pub fn store(&mut self, of: usize, act: &Act, at: Moment, posted: Posted) -> Group {
        if let Some(group) = &posted.pool {
            let mut after = self.pool.account.clone();
            after.apply(group).expect("the pool takes its group");
            self.keep(None, group, after);
        }
        let group = posted.group.clone();
        self.keep(Some(of), &group, posted.account);
        let seq = group.seq;
        self.members[of].done.push((act.clone(), at, seq));
        // The same again is the recorded answer, whatever time it is.
        let again = self.ask(of, act, at);
        assert!(
            matches!(again, Ok(Outcome::Repeated(of)) if of == seq),
            "again: {again:?}"
        );
        group
    }

    fn keep(&mut self, of: Option<usize>, group: &Group, after: Account) {
        self.posted += 1;
        self.entries += u64::try_from(group.entries.len()).unwrap_or(0);
        let scheme = &self.scheme;
        let member = match of {
            Some(of) => &mut self.members[of],
            None => &mut self.pool,
        };
        checks::step(member, group, &after, scheme);
        member.account = after;
        member.groups.push(group.clone());
    }

    /// Moves points between two members.
    ///
    /// # Panics
    /// When an invariant does not hold.
    pub fn transfer(&mut self, from: usize, to: usize, act: &TransferAct) {
        self.asked += 1;
        let at = self.now();
        let accounts = (&self.members[from].account, &self.members[to].account);
        match transfer(&self.schemes, accounts.0, accounts.1, act, at) {
            Ok(PairOutcome::Posted(first, second)) => {
                checks::moved(&first.group, &second.group, act.points);
                self.keep(Some(from), &first.group, first.account.clone());
                self.keep(Some(to), &second.group, second.account.clone());
                let (a, b) = (&self.members[from].account, &self.members[to].account);
                let again = transfer(&self.schemes, a, b, act, at);
                assert!(
                    matches!(again, Ok(PairOutcome::Repeated(x, y)) if x == first.group.seq && y == second.group.seq)
                );
            }
            Ok(PairOutcome::Repeated(..)) => panic!("a new transfer is no repeat"),
            Err(error) => checks::own_code(error.code(), &error),
        }
    }

    /// Pours one member into another.
    ///
    /// # Panics
    /// When an invariant does not hold.
    pub fn merge(&mut self, survivor: usize, other: usize, act: &MergeAct) {
        self.asked += 1;
        let at = self.now();
        let accounts = (
            &self.members[survivor].account,
            &self.members[other].account,
        );
        match merge(&self.schemes, accounts.0, accounts.1, act, at) {
            Ok(PairOutcome::Posted(first, second)) => {
                checks::poured(accounts.0, accounts.1, &first.account, at);
                self.keep(Some(survivor), &first.group, first.account.clone());
                self.keep(Some(other), &second.group, second.account.clone());
                let bought = std::mem::take(&mut self.members[other].bought);
                self.members[survivor].bought.extend(bought);
            }
            Ok(PairOutcome::Repeated(..)) => panic!("a new merge is no repeat"),
            Err(error) => checks::own_code(error.code(), &error),
        }
    }

    /// What a quote of a purchase says, checked, and that a record posts it.
    ///
    /// # Panics
    /// When an invariant does not hold.
    pub fn buy(&mut self, of: usize, purchase: &Purchase, facts: &Facts) -> bool {
        let at = self.now();
        let quoted = checks::quoted(self, of, purchase, facts, at);
        let mut document =
            serde_json::json!({ "record": { "purchase": purchase, "facts": facts } });
        if let Some(decision) = &quoted {
            let head = &self.members[of].account.head;
            document["record"]["expected_head"] = serde_json::to_value(head).expect("JSON");
            let digest = decision.outputs_digest().expect("a digest");
            document["record"]["expected_decision"] = serde_json::to_value(digest).expect("JSON");
        }
        let act = act(&document);
        let before = self.members[of]
            .account
            .balances(at)
            .map(|(id, held)| (id.clone(), held))
            .collect::<Vec<_>>();
        let outcome = self.ask(of, &act, at);
        match (outcome, quoted) {
            (Ok(Outcome::Posted(posted)), Some(decision)) => {
                checks::recorded(&decision, &posted.group, &before);
                self.store(of, &act, at, *posted);
                self.members[of].bought.push(purchase.clone());
                true
            }
            (Err(error), Some(decision)) => {
                checks::refused_record(&error, &decision);
                false
            }
            (Err(error), None) => {
                checks::refusal(&error, &act);
                false
            }
            (outcome, quoted) => panic!("{outcome:?} after {quoted:?}"),
        }
    }
}
