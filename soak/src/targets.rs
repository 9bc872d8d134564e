//! What the fuzzer calls, one function a target; `fuzz/regressions/` is replayed through the same.
//!
//! A target takes any bytes. It panics where an input shows a fault: never for the input itself.

use std::sync::{Arc, LazyLock};

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{Cart, QuoteOptions, quote, verify_decision};
use loyalty_core::ledger::{Account, Group, from_json_line, read_log, seal, to_json_line, verify};
use loyalty_core::number::{Currency, Fraction, Money, Multiplier, Percent, Points, Ratio};
use loyalty_core::purchase::Purchase;
use loyalty_core::read::{ReadLimits, read_json};
use loyalty_core::scheme::{Scheme, SchemeDef, compile};
use loyalty_core::time::{CivilDateTime, Date, Moment};

use crate::random::Random;
use crate::world::{START_MS, World, moment};
use crate::{carts, checks, schemes, sim};

/// A target.
pub type Target = fn(&[u8]);

/// Every target under its name.
pub const TARGETS: [(&str, Target); 8] = [
    ("scheme_parse", scheme_parse),
    ("scheme_roundtrip", scheme_roundtrip),
    ("cart_parse", cart_parse),
    ("eval_structured", eval_structured),
    ("ledger_decode", ledger_decode),
    ("ledger_apply", ledger_apply),
    ("decimal_parse", decimal_parse),
    ("decision_verify", decision_verify),
];

/// Any text is a scheme or has a fault with a place, as JSON and as TOML.
pub fn scheme_parse(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for read in [SchemeDef::from_json(text), SchemeDef::from_toml(text)] {
        match read {
            Ok(def) => {
                if let Err(problems) = compile(def) {
                    assert!(!problems.0.is_empty());
                }
            }
            Err(error) => assert!(error.code.starts_with("read.")),
        }
    }
}

/// The canonical form of a scheme is a fixed point (I36).
///
/// # Panics
/// When it is not.
pub fn scheme_roundtrip(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(scheme) = SchemeDef::from_json(text).map(compile) else {
        return;
    };
    let Ok(scheme) = scheme else { return };
    let canonical = scheme.to_json();
    let def = SchemeDef::from_json(&canonical).expect("the canonical form is read");
    assert_eq!(&def, scheme.definition());
    let again = compile(def).expect("and compiles");
    assert_eq!(again.to_json(), canonical);
    assert_eq!(again.digest_hex(), scheme.digest_hex());
}

/// A scheme, and an account with a history under it.
pub(crate) struct Scene {
    pub(crate) scheme: Arc<Scheme>,
    pub(crate) account: Account,
    pub(crate) pool: Account,
    groups: Vec<Group>,
    pub(crate) purchase: Purchase,
    pub(crate) at: Moment,
}

impl Scene {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut document = schemes::scheme(&mut random);
        document["guards"] = serde_json::json!({});
        let mut world = World::new(document, 1);
        let give = serde_json::json!({ "adjust": { "id": "given", "actor": "a", "reason": "r",
            "change": { "points": { "wallet": "points", "points": "90" } } } });
        world.act(0, &crate::world::act(&give), moment(START_MS));
        for number in 0..6 {
            world.now_ms += 90_000_000;
            let bought = carts::purchase(&mut random, &format!("p{number}"));
            world.buy(0, &bought, &Facts::default());
        }
        world.now_ms += 90_000_000;
        let at = world.now();
        let readable = |purchase: &Purchase| {
            let options = QuoteOptions {
                explain: false,
                pool: Some(&world.pool.account),
            };
            quote(
                &world.scheme,
                &world.members[0].account,
                purchase,
                &Facts::default(),
                at,
                options,
            )
            .is_ok()
        };
        let purchase = (0..100)
            .map(|_| carts::purchase(&mut random, "now"))
            .find(readable);
        let member = world.members.remove(0);
        Self {
            scheme: world.scheme,
            account: member.account,
            pool: world.pool.account,
            groups: member.groups,
            purchase: purchase.expect("one of a hundred can be read"),
            at,
        }
    }

    pub(crate) fn decision(&self) -> Vec<u8> {
        self.decision_at(self.at)
    }

    pub(crate) fn decision_at(&self, at: Moment) -> Vec<u8> {
        let options = QuoteOptions {
            explain: false,
            pool: Some(&self.pool),
        };
        let decision = quote(
            &self.scheme,
            &self.account,
            &self.purchase,
            &Facts::default(),
            at,
            options,
        );
        decision
            .expect("it can be read")
            .canonical_bytes()
            .expect("bytes")
    }
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| Scene::new(7));

/// Any text is a purchase or has a fault with a place; a purchase is decided on or refused.
///
/// # Panics
/// When the parts of a decision do not sum to it, or a purchase does not keep through JSON.
pub fn cart_parse(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(purchase) = read_json::<Purchase>(text, &ReadLimits::DEFAULT) else {
        return;
    };
    let written = serde_json::to_string(&purchase).expect("JSON");
    let again =
        read_json::<Purchase>(&written, &ReadLimits::DEFAULT).expect("its own text is read");
    assert_eq!(again, purchase);
    let scene = &*SCENE;
    let cart = Cart::try_new(&scene.scheme, &purchase);
    let options = QuoteOptions {
        explain: true,
        pool: Some(&scene.pool),
    };
    match quote(
        &scene.scheme,
        &scene.account,
        &purchase,
        &Facts::default(),
        scene.at,
        options,
    ) {
        Ok(decision) => checks::whole(&decision),
        Err(error) => {
            checks::own_code(error.code(), &error);
            assert!(cart.is_ok() || !error.code().starts_with("internal."));
        }
    }
}

/// The bytes choose a scheme, carts and acts, which are played and checked.
///
/// # Panics
/// When an invariant does not hold.
pub fn eval_structured(data: &[u8]) {
    let _ = sim::chosen(Random::chosen(data));
}

/// Any bytes are a log, a snapshot, or neither.
///
/// # Panics
/// When what was read is not what it is written as.
pub fn ledger_decode(data: &[u8]) {
    if let Ok(group) = from_json_line(data) {
        let line = to_json_line(&group).expect("a line");
        assert_eq!(
            line.trim_end().as_bytes(),
            data.strip_suffix(b"\n").unwrap_or(data)
        );
    }
    let read = read_log(data);
    assert!(read.valid_bytes <= data.len());
    assert_eq!(
        verify(&read.groups).expect("what is read is whole"),
        read.head
    );
    assert_eq!(read.problem.is_none(), read.valid_bytes == data.len());
    if let Ok(account) = Account::restore_json(data) {
        account.audit().expect("what is restored holds together");
    }
}

/// Lines are groups of one account, made to follow each other; each applies whole or not at all.
///
/// # Panics
/// When a refused group leaves a trace, or a taken one breaks an invariant.
pub fn ledger_apply(data: &[u8]) {
    let mut account = Account::new("m0".parse().expect("a name"));
    for line in data.split(|byte| *byte == b'\n').take(24) {
        let Ok(mut group) = from_json_line(line) else {
            continue;
        };
        group.seq = account.head.seq + 1;
        group.prev = account.head.hash;
        let Ok(group) = seal(group) else { continue };
        let before = account.clone();
        match account.apply(&group) {
            Ok(()) => account
                .audit()
                .unwrap_or_else(|error| panic!("{error}\n{group:?}")),
            Err(error) => {
                assert!(error.code() != "ledger.audit", "{error}");
                assert_eq!(account, before, "a refused group leaves no trace");
            }
        }
    }
}

/// Whether a text is a number by the grammar of the documents: `-?digits(.digits)?`, 15 digits before
/// the point, 6 behind.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = unsigned
        .split_once('.')
        .map_or((unsigned, None), |(whole, rest)| (whole, Some(rest)));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    digits(whole, 15) && decimals.is_none_or(|decimals| digits(decimals, 6))
}

/// Text is a number by the grammar, or is refused; a number keeps through its own text.
///
/// # Panics
/// When it does not.
pub fn decimal_parse(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    fn keeps<T: std::str::FromStr + ToString + PartialEq + std::fmt::Debug>(text: &str) -> bool {
        let Ok(value) = text.parse::<T>() else {
            return false;
        };
        let again = value.to_string().parse::<T>();
        assert!(
            again.is_ok_and(|again| again == value),
            "{text:?} is {value:?}"
        );
        true
    }
    let number = is_number(text);
    for read in [
        keeps::<Money>(text),
        keeps::<Points>(text),
        keeps::<Percent>(text),
        keeps::<Multiplier>(text),
    ] {
        assert!(number || !read, "{text:?} is no number");
    }
    let magnitude = text.trim_start_matches('-').replace('.', "").parse::<u64>();
    if number && magnitude.is_ok_and(|magnitude| magnitude <= 9_007_199_254_740_991) {
        assert!(keeps::<Money>(text), "{text:?} is an amount");
    }
    let _ = (
        keeps::<Ratio>(text),
        keeps::<Date>(text),
        keeps::<Moment>(text),
        keeps::<CivilDateTime>(text),
        keeps::<Currency>(text),
    );
    if let Ok(money) = text.parse::<Money>() {
        let exact = Fraction::try_new(
            i128::from(money.minor()),
            10_i128.pow(u32::from(money.exponent())),
        );
        assert!(exact.is_ok());
    }
}

/// Only the engine's own bytes pass for its decision.
///
/// # Panics
/// When others do, or when its own do not.
pub fn decision_verify(data: &[u8]) {
    static HONEST: LazyLock<Vec<u8>> = LazyLock::new(|| SCENE.decision());
    let scene = &*SCENE;
    let facts = Facts::default();
    let verified = verify_decision(
        &scene.scheme,
        &scene.account,
        &scene.purchase,
        &facts,
        data,
        Some(&scene.pool),
    );
    let honest = data == HONEST.as_slice();
    match verified {
        Ok(decision) => assert_eq!(decision.canonical_bytes().expect("bytes"), data),
        Err(error) => assert!(!honest, "{error}"),
    }
}

/// Inputs to begin with: for every target its name and some bytes.
///
/// # Panics
/// When a part of the scene has no text.
#[must_use]
pub fn seeds() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for number in 0..24_u64 {
        let name = format!("seed-{number:02}");
        let mut random = Random::new(number);
        let scheme = schemes::scheme(&mut random).to_string().into_bytes();
        seeds.push(("scheme_parse", name.clone(), scheme.clone()));
        seeds.push(("scheme_roundtrip", name.clone(), scheme));
        let cart = carts::document(&mut random, "p").to_string().into_bytes();
        seeds.push(("cart_parse", name.clone(), cart));
        let bytes = (0..400).map(|_| random.draw().to_le_bytes()[0]).collect();
        seeds.push(("eval_structured", name.clone(), bytes));
        let scene = Scene::new(number);
        let lines: Vec<String> = scene
            .groups
            .iter()
            .map(|group| to_json_line(group).expect("a line"))
            .collect();
        seeds.push(("ledger_decode", name.clone(), lines.concat().into_bytes()));
        seeds.push((
            "ledger_decode",
            format!("{name}-snapshot"),
            scene
                .account
                .snapshot_json()
                .expect("a snapshot")
                .into_bytes(),
        ));
        seeds.push(("ledger_apply", name.clone(), lines.concat().into_bytes()));
        let number = [
            "0",
            "-1.50",
            "9007199254740991",
            "0.000001",
            "1/900",
            "2026-02-29",
            "2026-03-29T02:30:00+01:00",
            "12.3456789",
        ];
        seeds.push((
            "decimal_parse",
            name,
            random.pick(&number).as_bytes().to_vec(),
        ));
    }
    seeds.push(("decision_verify", "honest".to_owned(), SCENE.decision()));
    seeds
}
