//! Many rules of which three match the cart.

use loyalty_core::purchase::Purchase;
use loyalty_core::scheme::{Limits, Scheme, SchemeDef, compile_with};

use crate::twelve::Failure;

/// A scheme of so many rules, each for a category and a smallest amount of its own. The cart of
/// [`crate::twelve`] meets three of them: a quarter in, half in, and the last.
pub(crate) fn scheme(count: usize) -> Result<Scheme, Failure> {
    let rule = |place: usize| {
        let category = match place {
            _ if place == count / 4 => "coffee".to_owned(),
            _ if place == count / 2 => "bakery".to_owned(),
            _ if place == count - 1 => "retail".to_owned(),
            _ => format!("category-{place}"),
        };
        format!(
            r#"{{"id":"rule-{place}","target":{{"categories":["{category}"]}},
            "when":{{"min_amount":{{"amount":"20.00"}}}},"give":{{"fixed":{{"points":"{}"}}}}}}"#,
            10 + place % 7
        )
    };
    let rules: Vec<String> = (0..count).map(rule).collect();
    let text = format!(
        r#"{{"format":1,"id":"bench.rules","name":"Rules","currency":"EUR","time_zone":"UTC",
        "wallets":[{{"id":"points"}}],"earn":[{}]}}"#,
        rules.join(",")
    );
    let limits = Limits {
        bytes_max: 64 << 20,
        rules_max: 100_000,
        ..Limits::DEFAULT
    };
    Ok(compile_with(
        SchemeDef::from_json_with(&text, &limits)?,
        &limits,
    )?)
}

/// What the three rules bring together.
pub(crate) fn golden(count: usize) -> i64 {
    [count / 4, count / 2, count - 1]
        .into_iter()
        .map(|place| 10 + (place % 7) as i64)
        .sum()
}

pub(crate) fn cart() -> Result<Purchase, Failure> {
    Ok(serde_json::from_str(crate::twelve::CART)?)
}
