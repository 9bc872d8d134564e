//! Orders of shops: what lies between two states of one, and between an account and an order.

use loyalty_core::evaluate::{Act, Outcome, Schemes, known_order, perform};
use loyalty_core::import::{
    Order, Posting, PostingAct, read_shopify_csv, read_shopify_orders, reconcile, reconcile_known,
};
use loyalty_core::ledger::Account;
use loyalty_core::scheme::{SchemeDef, compile};

mod import_support;

use import_support::{SHOPIFY_CSV, SHOPIFY_JSON, back, plain};

fn acts(postings: &[Posting]) -> Vec<String> {
    let told = |posting: &Posting| match &posting.act {
        PostingAct::Record(act) => format!("record {}", act.purchase.id),
        PostingAct::Refund(act) => format!("refund {} {:?}", act.id, back(&act.lines)),
        PostingAct::Cancel(act) => format!("cancel {}", act.id),
    };
    postings.iter().map(told).collect()
}

#[test]
fn only_what_is_new_is_posted() {
    let orders = read_shopify_orders(SHOPIFY_JSON, &plain()).expect("orders");
    let after = &orders[0];
    let (first, second) = (
        "refund 51 [\"31 1\", \"32.2 1\", \"32 1\"]",
        "refund 52 [\"31 0.87\", \"32 0.63\"]",
    );
    let everything = reconcile(None, after).expect("acts");
    assert_eq!(
        acts(&everything),
        ["record 9007199254740993001", first, second]
    );
    assert_eq!(reconcile(Some(after), after).expect("acts"), []);
    let mut before = after.clone();
    before.returns.truncate(1);
    assert_eq!(
        acts(&reconcile(Some(&before), after).expect("acts")),
        [second]
    );
    before.returns.clear();
    assert_eq!(
        acts(&reconcile(Some(&before), after).expect("acts")),
        [first, second]
    );
    before.paid = false;
    assert_eq!(
        acts(&reconcile(Some(&before), after).expect("acts")),
        acts(&everything)
    );
    assert_eq!(reconcile(None, &before).expect("acts"), []);

    let mut off = after.clone();
    off.cancelled_at = Some("2026-03-25T08:00:00+01:00".parse().expect("a moment"));
    let cancel = ["cancel 9007199254740993001/cancelled"];
    assert_eq!(acts(&reconcile(Some(after), &off).expect("acts")), cancel);
    assert_eq!(reconcile(Some(&off), &off).expect("acts"), []);
    assert_eq!(reconcile(None, &off).expect("acts"), []);
    // Never paid, never recorded: nothing to cancel.
    let unpaid = &orders[1];
    assert_eq!(reconcile(None, unpaid).expect("acts"), []);
    let mut late = unpaid.clone();
    (late.paid, late.cancelled_at) = (true, None);
    let acts_of = acts(&reconcile(Some(unpaid), &late).expect("acts"));
    assert_eq!(acts_of, ["record 9007199254740993002"]);

    let refused = |before: &Order, after: &Order| {
        reconcile(Some(before), after).err().map(|error| error.code)
    };
    assert_eq!(refused(&off, after), Some("import.revived"));
    assert_eq!(refused(unpaid, after), Some("import.id"));
    let mut moved = after.clone();
    moved.customer = Some("70002".to_owned());
    assert_eq!(refused(after, &moved), Some("import.customer"));
    let mut edited = after.clone();
    edited.purchase.lines[1].quantity = 5;
    let error = reconcile(Some(after), &edited).expect_err("edited");
    assert_eq!(
        (error.code, error.path.to_string().as_str()),
        ("import.edited", "/purchase/lines/1")
    );
    edited.purchase.lines.truncate(1);
    assert_eq!(refused(after, &edited), Some("import.edited"));
}

#[test]
fn a_sum_of_refunds_grows() {
    let at = |refunded: &str| {
        let text = SHOPIFY_CSV.replace("card,7.00", &format!("card,{refunded}"));
        read_shopify_csv(&text, &plain())
            .expect("an export")
            .remove(1)
    };
    let (none, some, more, all) = (at("0.00"), at("7.00"), at("12.50"), at("20.00"));
    let between =
        |before: &Order, after: &Order| acts(&reconcile(Some(before), after).expect("acts"));
    assert_eq!(
        between(&none, &some),
        ["refund 5002/refunded/0+700 [\"1 7.00\"]"]
    );
    assert_eq!(
        between(&some, &more),
        ["refund 5002/refunded/0+1250 [\"1 5.50\"]"]
    );
    assert_eq!(between(&more, &all), ["refund 5002/refunded/2+0 [\"1 2\"]"]);
    assert_eq!(between(&more, &more), [""; 0]);
    let less = reconcile(Some(&more), &some).expect_err("less came back");
    assert_eq!(less.code, "import.returned_less");
    assert_eq!(
        reconcile(Some(&all), &some).expect_err("less").code,
        "import.returned_less"
    );
}

const SCHEME: &str = r#"
format = 1
id = "shop"
name = "Shop"
currency = "EUR"
time_zone = "Europe/Madrid"
[[wallets]]
id = "points"
unit = { one = "point", other = "points" }
[[earn]]
id = "base"
give.per_amount = { points = "1", per = "1.00" }
"#;

#[test]
fn the_account_is_a_state_too() {
    let scheme = compile(SchemeDef::from_toml(SCHEME).expect("a document")).expect("a scheme");
    let schemes = Schemes::new(std::sync::Arc::new(scheme));
    let mut account = Account::new("ann".parse().expect("an id"));
    let mut post = |order: &Order| {
        let known = known_order(&account, &order.purchase);
        let postings = reconcile_known(&known, order).expect("acts");
        for posting in &postings {
            let act = Act::from(posting.act.clone());
            let at = posting.at.max_of(account.at);
            match perform(&schemes, &account, &act, at, None).expect("posted") {
                Outcome::Posted(posted) => account = posted.account,
                Outcome::Repeated(_) => panic!("posted twice"),
            }
        }
        let balance = account.balance(
            &"points".parse().expect("an id"),
            account.at.expect("a moment"),
        );
        (acts(&postings).len(), balance.available.to_string())
    };
    let full = read_shopify_orders(SHOPIFY_JSON, &plain())
        .expect("orders")
        .remove(0);
    let mut sold = full.clone();
    sold.returns.clear();
    // 48.00 paid; then one at 11.50, one at 8.34 and one at 8.33 come back, then 1.50.
    assert_eq!(post(&sold), (1, "48".to_owned()));
    assert_eq!(post(&sold), (0, "48".to_owned()));
    assert_eq!(post(&full), (2, "18".to_owned()));
    assert_eq!(post(&full), (0, "18".to_owned()));
    let mut off = full;
    off.cancelled_at = Some("2026-03-25T08:00:00+01:00".parse().expect("a moment"));
    assert_eq!(post(&off), (1, "0".to_owned()));
    assert_eq!(post(&off), (0, "0".to_owned()));
    let sums = |refunded: &str| {
        let text = SHOPIFY_CSV.replace("card,7.00", &format!("card,{refunded}"));
        let mut order = read_shopify_csv(&text, &plain())
            .expect("an export")
            .remove(1);
        order.at = "2026-04-01T00:00:00+02:00".parse().expect("a moment");
        order.returns[0].at = order.at;
        order
    };
    assert_eq!(post(&sums("7.00")), (2, "13".to_owned()));
    assert_eq!(post(&sums("7.00")), (0, "13".to_owned()));
    assert_eq!(post(&sums("12.50")), (1, "7".to_owned()));
    assert_eq!(post(&sums("20.00")), (1, "0".to_owned()));
}

/// Whichever states of an order are seen, and however often, the last one decides.
#[test]
fn states_that_are_missed_or_seen_twice_do_not_show() {
    let scheme = compile(SchemeDef::from_toml(SCHEME).expect("a document")).expect("a scheme");
    let schemes = Schemes::new(std::sync::Arc::new(scheme));
    let full = read_shopify_orders(SHOPIFY_JSON, &plain())
        .expect("orders")
        .remove(0);
    let with = |returns: usize, paid: bool| {
        let mut order = full.clone();
        order.returns.truncate(returns);
        order.paid = paid;
        order
    };
    let export = |refunded: &str| {
        let text = SHOPIFY_CSV.replace("card,7.00", &format!("card,{refunded}"));
        read_shopify_csv(&text, &plain())
            .expect("an export")
            .remove(1)
    };
    let documents = [with(0, false), with(0, true), with(1, true), with(2, true)];
    let exports = ["0.00", "7.00", "12.50", "20.00"].map(export);
    let mut runs = 0;
    for (states, expected) in [
        (&documents, ["0", "48", "19", "18"]),
        (&exports, ["20", "13", "7", "0"]),
    ] {
        for seen in 1_u32..16 {
            let mut account = Account::new("ann".parse().expect("an id"));
            let mut before: Option<&Order> = None;
            let chosen = (0..4).filter(|place| seen & (1 << place) != 0);
            for place in chosen.clone().flat_map(|place| [place, place]) {
                let after = &states[place];
                let known = known_order(&account, &after.purchase);
                let postings = reconcile_known(&known, after).expect("acts");
                assert_eq!(reconcile(before, after).expect("acts"), postings);
                for posting in postings {
                    let act = Act::from(posting.act);
                    let at = posting.at.max_of(account.at);
                    let outcome = perform(&schemes, &account, &act, at, None).expect("posted");
                    let Outcome::Posted(posted) = outcome else {
                        panic!("posted twice");
                    };
                    account = posted.account;
                }
                before = Some(after);
            }
            let at = full.returns[1].at;
            let balance = account.balance(&"points".parse().expect("an id"), at);
            let last = chosen.max().expect("a state");
            assert_eq!(balance.available.to_string(), expected[last], "{seen:04b}");
            runs += 1;
        }
    }
    assert_eq!(runs, 30);
}

/// The later of a moment and the last one of an account.
trait Later {
    fn max_of(self, other: Option<Self>) -> Self
    where
        Self: Sized;
}

impl Later for loyalty_core::time::Moment {
    fn max_of(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.instant_ms() > self.instant_ms() => other,
            _ => self,
        }
    }
}

#[test]
fn orders_keep_through_json() {
    for order in read_shopify_csv(SHOPIFY_CSV, &plain()).expect("an export") {
        let json = serde_json::to_string(&order).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Order>(&json).expect("an order"),
            order
        );
    }
}
