//! The index finds every rule that can match: held against a scan of all rules.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::compiled::{Condition, Give, Kind, Scheme, Sym, Target};
use super::{SchemeDef, compile};

/// What a cart, a member and a moment hold, as texts `a` to `d` of each kind.
#[derive(Debug, Clone)]
struct World {
    texts: Vec<(Kind, u8)>,
    tier: u16,
    civil_ms: i64,
}

const TEXTS: u8 = 4;

fn text(number: u8) -> String {
    char::from(b'a' + number).to_string()
}

fn world() -> impl Strategy<Value = World> {
    let held =
        (0_usize..Kind::ALL.len(), 0..TEXTS).prop_map(|(kind, text)| (Kind::ALL[kind], text));
    (prop::collection::vec(held, 0..12), 0_u16..3, 0_i64..10).prop_map(|(texts, tier, day)| World {
        texts,
        tier,
        civil_ms: (20_454 + day) * 86_400_000,
    })
}

fn list() -> impl Strategy<Value = String> {
    prop::collection::vec(0..TEXTS, 1..3).prop_map(|texts| {
        format!(
            "[{}]",
            texts
                .iter()
                .map(|number| format!("\"{}\"", text(*number)))
                .collect::<Vec<_>>()
                .join(",")
        )
    })
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (
            prop_oneof!["channel", "store", "segment", "flag", "code"],
            list()
        )
            .prop_map(|(key, list)| format!("{{\"{key}\":{list}}}")),
        (0..3_u8)
            .prop_map(|tier| format!("{{\"tier\":{{\"ladder\":\"l\",\"any_of\":[\"t{tier}\"]}}}}")),
        (1..6_u8, 0..5_u8).prop_map(|(from, days)| format!(
            "{{\"between\":{{\"from\":\"2026-01-0{from}\",\"until\":\"2026-01-{:02}\"}}}}",
            from + days + 1
        )),
        (0..2_u8, target()).prop_map(|(least, target)| format!(
            "{{\"min_amount\":{{\"amount\":\"{least}\",\"target\":{target}}}}}"
        )),
        target().prop_map(|target| format!(
            "{{\"min_quantity\":{{\"quantity\":1,\"target\":{target}}}}}"
        )),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3)
                .prop_map(|list| format!("{{\"all\":[{}]}}", list.join(","))),
            prop::collection::vec(inner.clone(), 1..3)
                .prop_map(|list| format!("{{\"any\":[{}]}}", list.join(","))),
            inner.prop_map(|inner| format!("{{\"not\":{inner}}}")),
        ]
    })
}

fn target() -> impl Strategy<Value = String> {
    let lists = || {
        prop::collection::vec(
            (
                prop_oneof!["skus", "products", "categories", "tags"],
                list(),
            ),
            0..3,
        )
    };
    (lists(), prop::collection::vec(lists(), 0..3)).prop_map(|(own, any_of)| {
        let fields = |lists: Vec<(String, String)>| {
            let mut seen = BTreeSet::new();
            let lists = lists
                .into_iter()
                .filter(|(key, _)| seen.insert(key.clone()));
            lists
                .map(|(key, list)| format!("\"{key}\":{list}"))
                .collect::<Vec<_>>()
        };
        let mut all = fields(own);
        if !any_of.is_empty() {
            let any_of: Vec<String> = any_of
                .into_iter()
                .map(|lists| format!("{{{}}}", fields(lists).join(",")))
                .collect();
            all.push(format!("\"any_of\":[{}]", any_of.join(",")));
        }
        format!("{{{}}}", all.join(","))
    })
}

fn rules() -> impl Strategy<Value = String> {
    let rule = (
        prop::option::of(condition()),
        prop::option::of(target()),
        0..6_u8,
    );
    prop::collection::vec(rule, 0..12).prop_map(|rules| {
        let mut text = String::new();
        for (place, (when, target, kind)) in rules.into_iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(text, "{comma}{{\"id\":\"r{place}\"").unwrap();
            if kind == 0 {
                write!(
                    text,
                    ",\"give\":{{\"event\":{{\"name\":\"{}\",\"points\":\"1\"}}}}}}",
                    self::text(kind % TEXTS)
                )
                .unwrap();
                continue;
            }
            if let Some(when) = when {
                write!(text, ",\"when\":{when}").unwrap();
            }
            if let Some(target) = target {
                write!(text, ",\"target\":{target}").unwrap();
            }
            text.push_str(",\"give\":{\"fixed\":{\"points\":\"1\"}}}");
        }
        text
    })
}

fn scheme(rules: &str) -> Option<Scheme> {
    let text = format!(
        r#"{{"format":1,"id":"s","name":"S","currency":"EUR","time_zone":"UTC","wallets":[{{"id":"w"}}],"earn":[{rules}],
        "ladders":[{{"id":"k","metric":{{"visits":{{}}}},"window":{{"lifetime":{{}}}},"review":{{"never":{{}}}},"tiers":[{{"id":"x","threshold":"1"}}]}},
        {{"id":"l","metric":{{"visits":{{}}}},"window":{{"lifetime":{{}}}},"review":{{"never":{{}}}},
        "tiers":[{{"id":"t0","threshold":"0"}},{{"id":"t1","threshold":"1"}},{{"id":"t2","threshold":"2"}}]}}]}}"#
    );
    // Windows that do not meet are a problem; such rules are not what is tested here.
    compile(SchemeDef::from_json(&text).unwrap_or_else(|error| panic!("{error}: {text}"))).ok()
}

struct Held<'a> {
    world: &'a World,
    syms: BTreeSet<(Kind, Sym)>,
}

impl Held<'_> {
    fn any(&self, kind: Kind, list: &[Sym]) -> bool {
        list.iter().any(|sym| self.syms.contains(&(kind, *sym)))
    }

    /// Whether the condition holds in a cart of one line that holds every text.
    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::All(list) => list.iter().all(|inner| self.holds(inner)),
            Condition::Any(list) => list.iter().any(|inner| self.holds(inner)),
            Condition::Not(inner) => !self.holds(inner),
            Condition::Channel(list) => self.any(Kind::Channel, list),
            Condition::Store(list) => self.any(Kind::Store, list),
            Condition::Segment(list) => self.any(Kind::Segment, list),
            Condition::Flag(list) => self.any(Kind::Flag, list),
            Condition::Code(list) => self.any(Kind::Code, list),
            Condition::Tier { ladder, tiers } => *ladder == 1 && tiers.contains(&self.world.tier),
            Condition::Between { from, until } => (*from..*until).contains(&self.world.civil_ms),
            Condition::MinAmount { amount, target, .. } => {
                *amount == 0 || target.as_deref().is_none_or(|target| self.matches(target))
            }
            Condition::MinQuantity { target, .. } => {
                target.as_deref().is_none_or(|target| self.matches(target))
            }
            _ => true,
        }
    }

    fn matches(&self, target: &Target) -> bool {
        let list = |kind, list: &[Sym]| list.is_empty() || self.any(kind, list);
        list(Kind::Sku, &target.skus)
            && list(Kind::Product, &target.products)
            && list(Kind::Category, &target.categories)
            && list(Kind::Tag, &target.tags)
            && (target.any_of.is_empty() || target.any_of.iter().any(|target| self.matches(target)))
    }
}

fn found(scheme: &Scheme, held: &Held<'_>) -> BTreeSet<u32> {
    let mut found = scheme.index.always().to_vec();
    for (kind, sym) in &held.syms {
        found.extend(scheme.index.by(*kind, *sym));
    }
    found.extend(scheme.index.by_tier(1, held.world.tier));
    scheme.index.in_window(held.world.civil_ms, &mut found);
    found.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_rule_that_can_match_is_found(rules in rules(), world in world()) {
        let Some(scheme) = scheme(&rules) else {
            return Ok(());
        };
        let syms = world.texts.iter().map(|(kind, number)| (*kind, scheme.symbols.find(*kind, &text(*number)))).collect();
        let held = Held { world: &world, syms };
        let found = found(&scheme, &held);
        for (rule, place) in scheme.rules.iter().zip(0_u32..) {
            let matches = match rule.give {
                Give::Event { name, .. } => {
                    prop_assert_eq!(found.contains(&place), held.any(Kind::Event, &[name]));
                    continue;
                }
                _ => rule.when.as_ref().is_none_or(|when| held.holds(when))
                    && rule.target.as_ref().is_none_or(|target| held.matches(target)),
            };
            prop_assert!(!matches || found.contains(&place), "rule {} of {}", place, rules);
        }
    }
}

#[test]
fn the_most_selective_demand_is_the_key() {
    let scheme = scheme(
        r#"{"id":"code","when":{"all":[{"code":["A"]},{"store":["a"]}]},"give":{"fixed":{"points":"1"}}},
           {"id":"sku","target":{"skus":["a"],"categories":["a"]},"give":{"fixed":{"points":"1"}}},
           {"id":"tag","when":{"channel":["a"]},"target":{"tags":["a","b"]},"give":{"fixed":{"points":"1"}}},
           {"id":"any","when":{"any":[{"store":["b"]},{"segment":["b"]}]},"give":{"fixed":{"points":"1"}}},
           {"id":"half","when":{"any":[{"store":["b"]},{"weekday":["mon"]}]},"give":{"fixed":{"points":"1"}}},
           {"id":"tier","when":{"tier":{"ladder":"l","any_of":["t1","t2"]}},"give":{"fixed":{"points":"1"}}},
           {"id":"window","when":{"all":[{"between":{"from":"2026-01-01"}},{"hours":{"from":"09:00","until":"10:00"}}]},"give":{"fixed":{"points":"1"}}},
           {"id":"event","when":{"segment":["a"]},"give":{"event":{"name":"a","points":"1"}}}"#,
    )
    .unwrap();
    let by = |kind, text: &str| {
        scheme
            .index
            .by(kind, scheme.symbols.find(kind, text))
            .to_vec()
    };
    assert_eq!(by(Kind::Code, "a"), [0]);
    assert_eq!(by(Kind::Store, "a"), [0_u32; 0]);
    assert_eq!(by(Kind::Sku, "a"), [1]);
    assert_eq!((by(Kind::Tag, "a"), by(Kind::Tag, "b")), (vec![2], vec![2]));
    assert_eq!(
        (by(Kind::Store, "b"), by(Kind::Segment, "b")),
        (vec![3], vec![3])
    );
    assert_eq!(scheme.index.always(), [4]);
    assert_eq!(
        (
            scheme.index.by_tier(1, 0),
            scheme.index.by_tier(1, 1),
            scheme.index.by_tier(1, 2)
        ),
        (&[][..], &[5][..], &[5][..])
    );
    assert_eq!(by(Kind::Event, "a"), [7]);
    assert!(by(Kind::Segment, "a").is_empty() && by(Kind::Code, "nothing").is_empty());
    let mut windows = Vec::new();
    scheme.index.in_window(i64::MAX - 1, &mut windows);
    assert_eq!(windows, [6]);
    assert!(
        scheme.index.by(Kind::Sku, Sym::NONE).is_empty() && scheme.index.by_tier(9, 9).is_empty()
    );
}

#[test]
fn memory_is_linear_in_the_rules() {
    let rules: Vec<String> = (0..10_000)
        .map(|rule| {
            let skus: Vec<String> = (0..8).map(|term| format!("\"{rule}-{term}\"")).collect();
            format!("{{\"id\":\"{rule}\",\"target\":{{\"skus\":[{}]}},\"give\":{{\"fixed\":{{\"points\":\"1\"}}}}}}", skus.join(","))
        })
        .collect();
    let text = format!(
        r#"{{"format":1,"id":"s","name":"S","currency":"EUR","time_zone":"UTC","wallets":[{{"id":"w"}}],"earn":[{}]}}"#,
        rules.join(",")
    );
    let limits = super::Limits {
        bytes_max: 10 << 20,
        ..super::Limits::DEFAULT
    };
    let scheme = compile(SchemeDef::from_json_with(&text, &limits).unwrap()).unwrap();
    assert!(
        scheme.index.bytes() <= 10_000 * 128,
        "{} bytes",
        scheme.index.bytes()
    );
}
