//! Accounts in memory, and acts on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{
    Act, ActError, Decision, Outcome, QuoteOptions, Schemes, Standing, perform, quote, standing,
};
use loyalty_core::ledger::{Account, Entry, Group};
use loyalty_core::purchase::Purchase;
use loyalty_core::scheme::{Scheme, SchemeDef, compile};
use loyalty_core::time::Moment;
use serde_json::{Value, json};

use super::scheme::Plan;

/// A member's account with its groups.
pub(crate) struct Member {
    pub(crate) account: Account,
    groups: Vec<Group>,
}

/// A compiled scheme and the accounts of a case.
pub(crate) struct World {
    /// What acts must know of the scheme.
    pub(crate) plan: Plan,
    schemes: Schemes,
    /// Every scheme so far with its document.
    known: Vec<(String, Arc<Scheme>)>,
    members: BTreeMap<String, Member>,
    pool: Member,
    acts: u32,
    /// Who referred whom.
    pub(crate) referrers: BTreeMap<String, String>,
}

impl Member {
    fn new(name: &str) -> Result<Self, String> {
        let member = name.parse().map_err(|_| format!("customer \"{name}\""))?;
        Ok(Self {
            account: Account::new(member),
            groups: Vec::new(),
        })
    }
}

fn scheme(text: &str) -> Result<Arc<Scheme>, String> {
    let def = SchemeDef::from_json(text).map_err(|error| format!("scheme document: {error}"))?;
    let scheme = compile(def).map_err(|problems| format!("scheme document: {problems}"))?;
    Ok(Arc::new(scheme))
}

impl World {
    /// A world without members. An error names the first problem of the document.
    pub(crate) fn new(document: &Value, plan: Plan) -> Result<Self, String> {
        let text = document.to_string();
        let scheme = scheme(&text)?;
        Ok(Self {
            plan,
            schemes: Schemes::new(Arc::clone(&scheme)),
            known: vec![(text, scheme)],
            members: BTreeMap::new(),
            pool: Member::new("pool")?,
            acts: 0,
            referrers: BTreeMap::new(),
        })
    }

    /// Puts another document in force.
    pub(crate) fn install(&mut self, document: &Value) -> Result<(), String> {
        let text = document.to_string();
        let found = self.known.iter().find(|(known, _)| *known == text);
        let current = match found {
            Some((_, scheme)) => Arc::clone(scheme),
            None => {
                let scheme = scheme(&text)?;
                self.known.push((text, Arc::clone(&scheme)));
                scheme
            }
        };
        let earlier = self.known.iter().map(|(_, scheme)| Arc::clone(scheme));
        self.schemes = earlier.fold(Schemes::new(current), Schemes::with_earlier);
        Ok(())
    }

    /// What the host knows about a customer.
    pub(crate) fn facts(&self, name: &str, segments: &[String]) -> Value {
        let mut facts = json!({"segments": segments});
        if let Some(referrer) = self.referrers.get(name) {
            super::scheme::set(&mut facts, "referral", json!({"referrer": referrer}));
        }
        facts
    }

    /// What all members together have counted.
    pub(crate) fn counted(&self, limit: &str) -> i64 {
        let counters = self.pool.account.counters.iter();
        let found = counters.filter(|counter| counter.limit.as_str() == limit);
        found.map(|counter| counter.count).sum()
    }

    /// The entries that recording a purchase would post.
    pub(crate) fn preview(
        &self,
        name: &str,
        purchase: &Value,
        segments: &[String],
        at: Moment,
    ) -> Result<Vec<Entry>, String> {
        let member = self.members.get(name).ok_or("no member")?;
        let facts = self.facts(name, segments);
        let body = json!({"purchase": purchase, "facts": facts});
        let act: Act = serde_json::from_value(json!({"record": body}))
            .map_err(|error| format!("record: {error}"))?;
        let pool = Some(&self.pool.account);
        match perform(&self.schemes, &member.account, &act, at, pool) {
            Ok(Outcome::Posted(posted)) => Ok(posted.group.entries.clone()),
            Ok(Outcome::Repeated(_)) => Err("record: an act of the same name".into()),
            Err(error) => Err(format!("record: {error}")),
        }
    }

    /// The account of a customer, new at first.
    pub(crate) fn member(&mut self, name: &str) -> Result<&Member, String> {
        let member = match self.members.remove(name) {
            Some(member) => member,
            None => Member::new(name)?,
        };
        Ok(self.members.entry(name.to_owned()).or_insert(member))
    }

    /// Where a customer stands.
    pub(crate) fn standing(&mut self, name: &str, at: Moment) -> Result<Standing, String> {
        self.member(name)?;
        let member = self.members.get(name).ok_or("no member")?;
        standing(self.schemes.current(), &member.account, at).map_err(|error| error.to_string())
    }

    /// What a customer would get for a purchase.
    pub(crate) fn quote(
        &mut self,
        name: &str,
        purchase: &Value,
        segments: &[String],
        at: Moment,
    ) -> Result<Result<Decision, ActError>, String> {
        self.member(name)?;
        let purchase: Purchase = serde_json::from_value(purchase.clone())
            .map_err(|error| format!("purchase: {error}"))?;
        let member = self.members.get(name).ok_or("no member")?;
        let options = QuoteOptions {
            explain: true,
            pool: Some(&self.pool.account),
        };
        let facts: Facts = serde_json::from_value(self.facts(name, segments))
            .map_err(|error| format!("customer: {error}"))?;
        Ok(quote(
            self.schemes.current(),
            &member.account,
            &purchase,
            &facts,
            at,
            options,
        ))
    }

    /// Does an act of one kind and answers with its entries. Where the act needs a name it is given
    /// one.
    pub(crate) fn act(
        &mut self,
        name: &str,
        kind: &str,
        mut body: Value,
        at: Moment,
    ) -> Result<Result<Vec<Entry>, ActError>, String> {
        self.member(name)?;
        self.acts += 1;
        if kind != "record"
            && let Value::Object(map) = &mut body
        {
            map.insert("id".into(), json!(format!("act.{}", self.acts)));
        }
        let act: Act = serde_json::from_value(json!({kind: body}))
            .map_err(|error| format!("{kind}: {error}"))?;
        let member = self.members.get_mut(name).ok_or("no member")?;
        let pool = Some(&self.pool.account);
        let posted = match perform(&self.schemes, &member.account, &act, at, pool) {
            Err(error) => return Ok(Err(error)),
            Ok(Outcome::Repeated(_)) => return Err(format!("{kind}: an act of the same name")),
            Ok(Outcome::Posted(posted)) => *posted,
        };
        let entries = posted.group.entries.clone();
        member.account = posted.account;
        member.groups.push(posted.group);
        if let Some(group) = posted.pool {
            self.pool
                .account
                .apply(&group)
                .map_err(|error| error.to_string())?;
            self.pool.groups.push(group);
        }
        Ok(Ok(entries))
    }

    /// Every entry of a customer so far.
    pub(crate) fn entries(&self, name: &str) -> impl Iterator<Item = &Entry> {
        let groups = self.members.get(name).map(|member| &member.groups);
        groups
            .into_iter()
            .flatten()
            .flat_map(|group| &group.entries)
    }

    /// That every account is what its groups fold to.
    pub(crate) fn replays(&self) -> Result<(), String> {
        for member in self.members.values().chain(std::iter::once(&self.pool)) {
            let name = member.account.member.clone();
            let again = Account::replay(name, &member.groups).map_err(|error| error.to_string())?;
            if again != member.account {
                return Err(format!("replay of {} differs", member.account.member));
            }
        }
        Ok(())
    }
}
