//! L1: a seed is a scheme, some members, and acts at random over months of their time.

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{MergeAct, Outcome, TransferAct};
use loyalty_core::ledger::{Account, Group, Replay, push_all};
use serde_json::{Value, json};

use crate::checks;
use crate::random::Random;
use crate::world::{Member, World, act, moment};
use crate::{Tally, carts, schemes};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Plays the sequence of a seed; what it took.
///
/// # Panics
/// When an invariant does not hold.
#[must_use]
pub fn sequence(seed: u64) -> Tally {
    let mut play = Play::new(Random::new(seed));
    let steps = play.random.between(10, 60);
    for number in 0..steps {
        play.step(number);
    }
    play.finish()
}

/// Plays what the bytes of a fuzzer choose.
///
/// # Panics
/// When an invariant does not hold.
#[must_use]
pub fn chosen(random: Random) -> Tally {
    let mut play = Play::new(random);
    let mut number = 0;
    while number < 20 && !play.random.is_chosen_out() {
        play.step(number);
        number += 1;
    }
    play.finish()
}

/// The groups of the busiest member of a sequence.
#[must_use]
pub(crate) fn groups(seed: u64) -> Vec<Group> {
    let mut play = Play::new(Random::new(seed));
    for number in 0..60 {
        play.step(number);
    }
    let members = play.world.members.into_iter();
    members
        .map(|member| member.groups)
        .max_by_key(Vec::len)
        .unwrap_or_default()
}

struct Play {
    random: Random,
    world: World,
    /// Acts are named by this number.
    named: u64,
}

impl Play {
    fn new(mut random: Random) -> Self {
        let document = schemes::scheme(&mut random);
        let members = random.below(3) + 1;
        let world = World::new(document, members);
        Self {
            random,
            world,
            named: 0,
        }
    }

    fn name(&mut self) -> String {
        self.named += 1;
        format!("act{}", self.named)
    }

    fn pass_time(&mut self) {
        let passed = match self.random.below(12) {
            0 | 1 => 0,
            2 => self.random.between(1, 59_999),
            3 | 4 => self.random.between(1, 90) * MINUTE,
            5 | 6 => self.random.between(1, 30) * HOUR,
            7..=10 => self.random.between(1, 4) * DAY,
            _ => self.random.between(5, 70) * DAY,
        };
        self.world.now_ms += passed;
        // Deadlines are met to the millisecond.
        if self.random.one_in(6) {
            let midnight = (self.world.now_ms + HOUR).div_euclid(DAY) * DAY + DAY - HOUR;
            self.world.now_ms = midnight + self.random.between(-1, 1);
        }
    }

    fn member(&mut self) -> usize {
        self.random.below(self.world.members.len())
    }

    fn step(&mut self, number: i64) {
        self.pass_time();
        if number == 0 || self.random.one_in(12) {
            return self.adjust();
        }
        match self.random.below(100) {
            0..34 => self.buy(),
            34..46 => self.refund(),
            46..49 => self.cancel(),
            49..56 => self.redeem(),
            56..60 => self.hold(),
            60..65 => self.end_hold(),
            65..70 => self.event(),
            70..74 => self.plain("due"),
            74..78 => self.transfer(),
            78..80 => self.staff(),
            80..82 => self.state(),
            82..86 => self.fulfil(),
            86..92 => self.again(),
            92..95 => self.too_early(),
            95..97 => self.wait_and_see(),
            97 => self.new_scheme(),
            98 => self.restart(),
            _ => self.merge(),
        }
    }

    /// Does an act of a document on a member.
    fn done(&mut self, of: usize, document: &Value) -> bool {
        let now = self.world.now();
        self.world.act(of, &act(document), now).is_some()
    }

    fn buy(&mut self) {
        let of = self.member();
        let id = format!("p{}", self.named);
        self.named += 1;
        let mut purchase = carts::purchase(&mut self.random, &id);
        if self.random.one_in(12) {
            let back = self.world.now_ms - self.random.between(1, 3) * DAY;
            purchase.occurred_at = Some(moment(back));
        }
        let facts: Facts = serde_json::from_value(carts::facts(&mut self.random)).expect("facts");
        self.world.buy(of, &purchase, &facts);
    }

    fn refund(&mut self) {
        let of = self.member();
        let id = self.name();
        let bought = &self.world.members[of].bought;
        if bought.is_empty() {
            return;
        }
        let purchase = &bought[self.random.below(bought.len())];
        let mut lines = Vec::new();
        for (place, line) in purchase.lines.iter().enumerate() {
            if self.random.one_in(2) {
                continue;
            }
            let back = if self.random.one_in(6) {
                json!({ "amount": format!("{}.{:02}", self.random.below(6), self.random.below(100)) })
            } else {
                let most = i64::from(line.quantity).min(6);
                json!({ "quantity": self.random.between(1, most.max(1)) })
            };
            lines.push(json!({ "line": (place + 1).to_string(), "back": back }));
        }
        let document = json!({ "refund": { "id": id, "purchase": purchase.id, "lines": lines } });
        self.done(of, &document);
    }

    fn cancel(&mut self) {
        let of = self.member();
        let id = self.name();
        let bought = &self.world.members[of].bought;
        if bought.is_empty() {
            return;
        }
        let purchase = bought[self.random.below(bought.len())].id.clone();
        self.done(of, &json!({ "cancel": { "id": id, "purchase": purchase } }));
    }

    fn redeem(&mut self) {
        let (of, id) = (self.member(), self.name());
        let on = if self.random.one_in(3) {
            let wallet = *self.random.pick(&["points", "miles"]);
            json!({ "points": { "wallet": wallet, "points": self.random.between(1, 60).to_string() } })
        } else {
            let reward = *self
                .random
                .pick(&["ten", "five", "more", "tour", "free", "ship_free"]);
            json!({ "reward": { "reward": reward, "quantity": self.random.between(1, 2) } })
        };
        self.done(of, &json!({ "redeem": { "id": id, "on": on } }));
    }

    fn adjust(&mut self) {
        let (of, id) = (self.member(), self.name());
        let change = if self.random.one_in(6) {
            json!({ "stamps": { "card": "card", "stamps": self.random.between(1, 5) } })
        } else {
            let wallet = *self.random.pick(&["points", "points", "miles"]);
            let points = self.random.between(-80, 300);
            let mut change = json!({ "wallet": wallet, "points": points.to_string(), "allow_deficit": self.random.one_in(3) });
            if self.random.one_in(4) {
                change["lot"] = json!(self.random.below(5));
            }
            json!({ "points": change })
        };
        self.done(
            of,
            &json!({ "adjust": { "id": id, "change": change, "actor": "a", "reason": "r" } }),
        );
    }

    fn hold(&mut self) {
        let (of, id) = (self.member(), self.name());
        let until = moment(self.world.now_ms + self.random.between(0, 3000) * MINUTE);
        let mut hold = json!({ "id": id, "until": until });
        if self.random.one_in(3) {
            hold["rewards"] = json!([{ "reward": self.random.pick(&["free", "ten"]) }]);
        } else {
            let wallet = *self.random.pick(&["points", "miles"]);
            hold["points"] =
                json!([{ "wallet": wallet, "points": self.random.between(1, 50).to_string() }]);
        }
        if self.done(of, &json!({ "hold": hold })) {
            self.world.members[of].holds.push(id);
        }
    }

    fn end_hold(&mut self) {
        let (of, id) = (self.member(), self.name());
        let holds = &self.world.members[of].holds;
        if holds.is_empty() {
            return;
        }
        let hold = &holds[self.random.below(holds.len())];
        let kind = *self.random.pick(&["capture", "capture", "release"]);
        self.done(of, &json!({ kind: { "id": id, "hold": hold } }));
    }

    fn event(&mut self) {
        let (of, id) = (self.member(), self.name());
        self.done(of, &json!({ "event": { "id": id, "name": "review" } }));
    }

    fn fulfil(&mut self) {
        let (of, id) = (self.member(), self.name());
        let bought = &self.world.members[of].bought;
        if bought.is_empty() {
            return;
        }
        let purchase = bought[self.random.below(bought.len())].id.clone();
        self.done(
            of,
            &json!({ "fulfil": { "id": id, "purchase": purchase, "name": "delivered" } }),
        );
    }

    fn plain(&mut self, kind: &str) {
        let (of, id) = (self.member(), self.name());
        self.done(of, &json!({ kind: { "id": id } }));
    }

    fn state(&mut self) {
        let kind = *self
            .random
            .pick(&["enrol", "suspend", "resume", "resume", "enrol"]);
        self.plain(kind);
    }

    fn staff(&mut self) {
        let (of, id) = (self.member(), self.name());
        let document = match self.random.below(3) {
            0 => {
                json!({ "grant": { "id": id, "reward": self.random.pick(&["free", "ten", "more"]), "actor": "a", "reason": "r" } })
            }
            1 => {
                json!({ "reinstate": { "id": id, "wallet": "points", "lapsed_days_max": 30, "valid_days": 10, "actor": "a", "reason": "r" } })
            }
            _ => {
                let tier = self.random.pick(&[Some("low"), Some("high"), None]);
                let mut assign = json!({ "id": id, "ladder": "status", "floor": self.random.one_in(2), "actor": "a", "reason": "r" });
                if let Some(tier) = tier {
                    assign["tier"] = json!(tier);
                }
                json!({ "assign_tier": assign })
            }
        };
        self.done(of, &document);
    }

    fn transfer(&mut self) {
        let (from, to, id) = (self.member(), self.member(), self.name());
        if from == to {
            return;
        }
        let document = json!({ "id": id, "wallet": self.random.pick(&["points", "miles"]), "points": self.random.between(1, 70).to_string() });
        let act: TransferAct = serde_json::from_value(document).expect("a transfer");
        self.world.transfer(from, to, &act);
    }

    fn merge(&mut self) {
        let (survivor, other, id) = (self.member(), self.member(), self.name());
        if survivor == other || !self.random.one_in(3) {
            return;
        }
        let act: MergeAct = serde_json::from_value(json!({ "id": id })).expect("a merge");
        self.world.merge(survivor, other, &act);
    }

    /// An act of earlier once more, as it was or with other content (I12).
    fn again(&mut self) {
        let of = self.member();
        let done = &self.world.members[of].done;
        if done.is_empty() {
            return;
        }
        let (earlier, at, seq) = done[self.random.below(done.len())].clone();
        let at = if self.random.one_in(2) {
            at
        } else {
            self.world.now()
        };
        let answer = self.world.ask(of, &earlier, at);
        assert!(
            matches!(answer, Ok(Outcome::Repeated(of)) if of == seq),
            "I12: {answer:?}"
        );
        let mut other = serde_json::to_value(&earlier).expect("JSON");
        let changed = match other
            .as_object_mut()
            .and_then(|act| act.values_mut().next())
        {
            Some(Value::Object(act)) if act.contains_key("lines") => {
                act.insert("lines".to_owned(), json!([])).is_some()
            }
            Some(Value::Object(act)) if act.contains_key("hold") => {
                act.insert("hold".to_owned(), json!("other")).is_some()
            }
            Some(Value::Object(act))
                if act.contains_key("purchase") && act["purchase"].is_object() =>
            {
                act["purchase"]["lines"] = json!([{ "price": "12345.67" }]);
                true
            }
            _ => false,
        };
        if changed {
            let other = act(&other);
            if other != earlier {
                let now = self.world.now();
                let answer = self.world.ask(of, &other, now);
                assert!(
                    answer.is_err_and(|error| error.code() == "ledger.other_content"),
                    "I12: {other:?}"
                );
            }
        }
    }

    /// An act before the account's last one is refused, whatever it is.
    fn too_early(&mut self) {
        let (of, id) = (self.member(), self.name());
        let Some(last) = self.world.members[of].account.at else {
            return;
        };
        let early = moment(last.instant_ms() - self.random.between(1, 40) * MINUTE);
        let answer = self.world.ask(
            of,
            &act(&json!({ "event": { "id": id, "name": "review" } })),
            early,
        );
        let code = answer.expect_err("too early").code();
        assert!(
            code == "ledger.out_of_order" || code == "ledger.civil_backwards",
            "T4: {code}"
        );
    }

    /// Posting what is due changes no balance, whenever it is done (I6).
    fn wait_and_see(&mut self) {
        let (of, id) = (self.member(), self.name());
        let account = self.world.members[of].account.clone();
        let now = self.world.now();
        let then = moment(self.world.now_ms + self.random.between(0, 60) * DAY);
        let Ok(posted) = account.with_due(now) else {
            panic!("what is due applies")
        };
        let later = |account: &Account| {
            account
                .balances(then)
                .map(|(id, held)| (id.clone(), held))
                .collect::<Vec<_>>()
        };
        assert_eq!(later(&account), later(&posted), "I6: due now or later");
        posted.audit().expect("it holds together");
        self.done(of, &json!({ "due": { "id": id } }));
    }

    fn new_scheme(&mut self) {
        let next = schemes::next_version(&self.world.document, &mut self.random);
        self.world.change_scheme(next);
    }

    /// The host loads its accounts from snapshots.
    fn restart(&mut self) {
        for member in self.world.members.iter_mut().chain([&mut self.world.pool]) {
            let text = member.account.snapshot_json().expect("a snapshot");
            let back = Account::restore_json(text.as_bytes()).expect("it comes back");
            assert_eq!(back, member.account, "I13");
            member.account = back.clone();
            member.shadow = back;
        }
    }

    fn finish(mut self) -> Tally {
        let world = &self.world;
        for member in world.members.iter().chain([&world.pool]) {
            checks::whole_log(member, self.random.below(member.groups.len() + 1));
        }
        let open = |member: &Member| Replay::from(Account::new(member.account.member.clone()));
        let mut replays: Vec<Replay> = world.members.iter().map(open).collect();
        let mut logs: Vec<_> = world
            .members
            .iter()
            .map(|member| member.groups.iter())
            .collect();
        let mut mixed = Vec::new();
        while logs.iter().any(|log| log.len() > 0) {
            let place = self.random.below(logs.len());
            mixed.extend(logs[place].next().map(|group| (place, group)));
        }
        push_all(&mut replays, mixed).expect("I23: accounts commute");
        for (replay, member) in replays.into_iter().zip(&world.members) {
            assert_eq!(replay.finish().expect("a whole log"), member.account, "I23");
        }
        Tally {
            sequences: 1,
            acts: world.asked,
            events: world.entries,
            groups: world.posted,
        }
    }
}
