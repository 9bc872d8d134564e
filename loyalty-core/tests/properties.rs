//! The engine's invariants, over random schemes, carts and histories.

mod engine_support;

use engine_support::{Shop, cart, moment, returns_of, scheme, shuffled, view};
use loyalty_core::evaluate::{Decision, Outcome};
use loyalty_core::ledger::{Account, Entry};
use loyalty_core::number::Points;
use proptest::prelude::*;

fn cases() -> ProptestConfig {
    let long = option_env!("LOYALTY_LONG").is_some();
    ProptestConfig {
        cases: if long { 20_000 } else { 400 },
        // A purchase that the account cannot pay is no case.
        max_global_rejects: 1_000_000,
        ..ProptestConfig::default()
    }
}

/// Milli-points of text.
fn milli(points: &Points) -> i64 {
    points.milli()
}

fn shares_are_whole(decision: &Decision) -> Result<(), TestCaseError> {
    let mut by_line = vec![0_i64; decision.lines.len()];
    for discount in decision.discounts.iter() {
        let tender = decision.totals.points_tender.minor();
        let sum: i64 = discount.lines.iter().map(|share| share.minor()).sum();
        prop_assert_eq!(sum, discount.amount.minor());
        if tender == 0 {
            for (line, share) in by_line.iter_mut().zip(&discount.lines) {
                *line += share.minor();
            }
        }
    }
    for (line, shares) in decision.lines.iter().zip(&by_line) {
        prop_assert!(line.discount.minor() >= 0 && line.net.minor() >= 0);
        prop_assert_eq!(line.list.minor(), line.discount.minor() + line.net.minor());
        if decision.totals.points_tender.minor() == 0 {
            prop_assert_eq!(line.discount.minor(), *shares);
        }
    }
    prop_assert!(decision.totals.due.minor() >= 0);
    let by_serde = serde_json::to_string(decision).expect("JSON");
    prop_assert_eq!(decision.to_json().expect("JSON"), by_serde);
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    /// Parts sum to the whole, a quote is what a record posts, and the account holds together.
    #[test]
    fn a_quote_is_what_is_recorded(scheme in scheme(), first in cart("p1"), second in cart("p2")) {
        let mut shop = Shop::new(&scheme);
        shop.give("1000", moment(1, 9));
        let mut over = shop.quote(&first, moment(2, 9));
        shop.record_if_allowed(&first, moment(2, 9));
        let decision = shop.quote(&second, moment(3, 9));
        shares_are_whole(&decision)?;
        for _ in 0..2 {
            shop.requote(&mut over, &second, moment(3, 9));
            prop_assert_eq!(&decision, &over);
        }
        for wallet in &decision.wallets {
            let parts: i64 = wallet.parts.iter().map(|part| milli(&part.points)).sum();
            prop_assert_eq!(parts, milli(&wallet.earned));
            let lots: i64 = wallet.lots.iter().map(|lot| milli(&lot.points)).sum();
            prop_assert_eq!(lots, milli(&wallet.earned));
        }
        let before = shop.account.clone();
        match shop.record_expecting(&second, &decision, moment(3, 9)) {
            Err(error) => {
                prop_assert!(!decision.refused.is_empty(), "{} {error}", error.code());
                prop_assert_eq!(before, shop.account);
            }
            Ok(Outcome::Repeated(_)) => prop_assert!(false, "it is new"),
            Ok(Outcome::Posted(posted)) => {
                prop_assert!(decision.refused.is_empty());
                let earned: i64 = posted.group.entries.iter().map(|entry| match entry {
                    Entry::Earning(earning) if earning.purchase().is_some() => {
                        milli(&earning.points)
                    }
                    _ => 0,
                }).sum();
                let quoted: i64 = decision.wallets.iter().map(|wallet| milli(&wallet.earned)).sum();
                prop_assert_eq!(earned, quoted);
                let stamps: i64 = posted.group.entries.iter().map(|entry| match entry {
                    Entry::Stamp(stamp) => stamp.count,
                    _ => 0,
                }).sum();
                let quoted: i64 = decision.cards.iter().map(|card| i64::from(card.stamps)).sum();
                prop_assert_eq!(stamps, quoted);
                shop.post(*posted);
                shop.check();
            }
        }
    }

    /// Any order and any split of returns ends in the same state, and in the same money.
    #[test]
    fn returns_do_not_depend_on_their_path(
        scheme in scheme(),
        before in cart("p0"),
        bought in cart("p1"),
        picks in proptest::collection::vec(any::<u32>(), 1..12),
        seed in any::<u64>(),
    ) {
        let mut shop = Shop::new(&scheme);
        shop.give("1000", moment(1, 9));
        shop.record_if_allowed(&before, moment(2, 9));
        prop_assume!(shop.record_if_allowed(&bought, moment(3, 9)));
        let units = returns_of(&bought, &picks);
        prop_assume!(!units.is_empty());
        let mut one = shop.clone();
        let together = one.refund("p1", &units, moment(4, 9));
        let mut many = shop.clone();
        let mut apart = 0;
        for (day, unit) in shuffled(&units, seed).into_iter().enumerate() {
            apart += many.refund("p1", &[unit], moment(4, 9 + u32::try_from(day).unwrap() % 12));
        }
        one.check();
        many.check();
        if scheme["returns"]["money"] == "frozen" {
            prop_assert_eq!(together, apart, "money");
        }
        prop_assert_eq!(view(&one, moment(6, 9)), view(&many, moment(6, 9)));
    }

    /// A cancelled sale leaves nothing behind; a full return gives the same back, and all the money.
    #[test]
    fn a_cancelled_sale_leaves_nothing(scheme in scheme(), before in cart("p0"), bought in cart("p1"), seed in any::<u64>()) {
        let mut shop = Shop::new(&scheme);
        shop.give("1000", moment(1, 9));
        shop.record_if_allowed(&before, moment(2, 9));
        let untouched = shop.clone();
        prop_assume!(shop.record_if_allowed(&bought, moment(3, 9)));
        let paid = shop.paid("p1");
        let mut cancelled = shop.clone();
        let refund = cancelled.cancel("p1", moment(3, 10));
        cancelled.check();
        prop_assert_eq!(refund, paid);
        prop_assert_eq!(view(&untouched, moment(6, 9)), view(&cancelled, moment(6, 9)));
        let all = returns_of(&bought, &(0..200).collect::<Vec<_>>());
        prop_assume!(!all.is_empty());
        let mut returned = 0;
        for unit in shuffled(&all, seed) {
            returned += shop.refund("p1", &[unit], moment(3, 11));
        }
        prop_assert_eq!(returned, paid);
        let (after, expected) = (view(&shop, moment(6, 9)), view(&untouched, moment(6, 9)));
        // A sale that came back was an activity all the same, so deadlines may differ.
        let balance = |state: &serde_json::Value| state["wallets"][0]["balance"].clone();
        prop_assert_eq!(balance(&after), balance(&expected));
        prop_assert_eq!(after["rewards"].clone(), expected["rewards"].clone());
    }

    /// Time posted apart or with an act leads to the same account.
    #[test]
    fn due_before_an_act_is_due_with_it(scheme in scheme(), bought in cart("p1"), days in 5_u32..60) {
        let mut shop = Shop::new(&scheme);
        shop.give("500", moment(1, 9));
        prop_assume!(shop.record_if_allowed(&bought, moment(2, 9)));
        let units = returns_of(&bought, &[1, 2, 3]);
        prop_assume!(!units.is_empty());
        let mut apart = shop.clone();
        apart.due(moment(days, 9));
        apart.refund("p1", &units, moment(days, 9));
        shop.refund("p1", &units, moment(days, 9));
        apart.check();
        shop.check();
        prop_assert_eq!(view(&shop, moment(days, 10)), view(&apart, moment(days, 10)));
    }

    /// A fixed discount never falls when an eligible item is added.
    #[test]
    fn one_more_item_never_lowers_a_fixed_discount(bought in cart("p1"), price in 0_i64..9_000) {
        let scheme = engine_support::amount_scheme();
        let mut shop = Shop::new(&scheme);
        shop.give("1000", moment(1, 9));
        let less = shop.quote(&bought, moment(2, 9));
        let more = shop.quote(&engine_support::with_line(&bought, price), moment(2, 9));
        prop_assert!(more.totals.discount.minor() >= less.totals.discount.minor());
    }

    /// A snapshot with the groups after it is the whole replay.
    #[test]
    fn a_snapshot_and_its_tail_are_the_whole(scheme in scheme(), carts in proptest::collection::vec(cart("x"), 1..6), cut in any::<prop::sample::Index>()) {
        let mut shop = Shop::new(&scheme);
        for (number, mut bought) in carts.into_iter().enumerate() {
            engine_support::rename(&mut bought, &format!("p{number}"));
            shop.record_if_allowed(&bought, moment(2 + u32::try_from(number).unwrap(), 9));
        }
        let at = cut.index(shop.groups.len() + 1);
        let member = shop.account.member.clone();
        let part = Account::replay(member.clone(), &shop.groups[..at]).unwrap();
        let restored = Account::restore_json(part.snapshot_json().unwrap().as_bytes()).unwrap();
        let whole = restored.continue_replay(&shop.groups[at..]).unwrap();
        prop_assert_eq!(&whole, &shop.account);
        prop_assert_eq!(whole.state_hash().unwrap(), Account::replay(member, &shop.groups).unwrap().state_hash().unwrap());
    }
}
