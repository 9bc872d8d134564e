//! Numbers as text: the same everywhere, for no locale. Thousands are apart by a comma, decimals by a point.

use super::text;
use crate::analytics::Absent;
use crate::analytics::civil::{Calendar, date_of};
use crate::number::Currency;

/// What a cell shows: a value, or why there is none.
pub(super) type Shown = Result<String, String>;

/// The reason as it stands on the page.
pub(super) fn reason(why: &impl ToString) -> String {
    why.to_string()
}

/// Digits in groups of three; `digits` has none but ASCII digits, with one point at most.
fn grouped(digits: &str) -> String {
    let (whole, rest) = match digits.split_once('.') {
        Some((whole, rest)) => (whole, Some(rest)),
        None => (digits, None),
    };
    let mut out = String::with_capacity(digits.len() * 2);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

/// A count.
pub(super) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// An estimate with so many decimals; nothing when it is not finite.
pub(super) fn fixed(value: f64, decimals: usize) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let text = format!("{:.decimals$}", value.abs());
    let zero = text.chars().all(|digit| matches!(digit, '0' | '.'));
    let sign = if value < 0.0 && !zero { "−" } else { "" };
    Some(format!("{sign}{}", grouped(&text)))
}

/// An estimate with so many decimals, or why there is none.
pub(super) fn number(value: f64, decimals: usize) -> Shown {
    fixed(value, decimals).ok_or_else(|| reason(&Absent::OutOfRange))
}

/// A share in percent with one decimal.
pub(super) fn percent(share: f64) -> Shown {
    number(share * 100.0, 1).map(|text| format!("{text} %"))
}

/// An exact amount of minor units, without the currency.
pub(super) fn money(minor: i128, currency: Currency) -> String {
    let sign = if minor < 0 { "−" } else { "" };
    let digits = minor.unsigned_abs().to_string();
    let decimals = usize::from(currency.exponent());
    if decimals == 0 {
        return format!("{sign}{}", grouped(&digits));
    }
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, rest) = padded.split_at(padded.len() - decimals);
    format!("{sign}{}.{rest}", grouped(whole))
}

/// An estimated amount in minor units, rounded to a whole one, without the currency.
pub(super) fn money_estimate(minor: f64, currency: Currency) -> Shown {
    let whole = format!("{:.0}", minor.abs());
    // Beyond 10³⁸ minor units nothing is an amount any more.
    let exact: i128 = whole.parse().map_err(|_| reason(&Absent::OutOfRange))?;
    Ok(money(if minor < 0.0 { -exact } else { exact }, currency))
}

/// Minor units of one unit of a currency.
pub(super) fn unit_minor(currency: Currency) -> u32 {
    10_u32.pow(u32::from(currency.exponent().min(9)))
}

/// Points of thousandths, with decimals only where there are some.
pub(super) fn points(milli: i64) -> String {
    let sign = if milli < 0 { "−" } else { "" };
    let (whole, rest) = (milli.unsigned_abs() / 1_000, milli.unsigned_abs() % 1_000);
    let whole = count(whole);
    if rest == 0 {
        format!("{sign}{whole}")
    } else {
        let decimals = format!("{rest:03}");
        format!("{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

/// A day as ISO 8601 writes it.
pub(super) fn day(day: i32) -> String {
    let (year, month, of_month) = date_of(day);
    format!("{year:04}-{month:02}-{of_month:02}")
}

/// A month, 12·year + month − 1, as `Jan 1997` on one line.
pub(super) fn month(period: i32) -> String {
    let (year, month, _) = date_of(Calendar::Month.first_day(period));
    format!("{}\u{a0}{year:04}", text::month_name(month))
}

/// A tick of an axis that reaches `high` by `step`.
pub(super) fn tick(value: f64, step: f64, high: f64) -> String {
    let (unit, letter) = if high >= 1e6 {
        (1e6, "M")
    } else if high >= 1e4 {
        (1e3, "k")
    } else {
        (1.0, "")
    };
    // Steps are 1, 2 or 5 times a power of ten.
    let decimals = [1.0, 0.1, 0.01]
        .iter()
        .take_while(|place| step / unit < **place * 0.999)
        .count();
    let text = fixed(value / unit, decimals).unwrap_or_default();
    if value == 0.0 {
        "0".to_owned()
    } else {
        format!("{text}{letter}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact() {
        let check = |minor: i128, code: &str, text: &str| {
            assert_eq!(money(minor, code.parse().expect("a currency")), text);
        };
        check(0, "USD", "0.00");
        check(5, "USD", "0.05");
        check(-123_456_789, "USD", "−1,234,567.89");
        check(1_234, "JPY", "1,234");
        check(1_234, "KWD", "1.234");
        check(999, "KWD", "0.999");
        check(i128::from(i64::MAX), "USD", "92,233,720,368,547,758.07");
    }

    #[test]
    fn estimates_have_the_digits_asked_for() {
        assert_eq!(fixed(1_234.567, 1).as_deref(), Some("1,234.6"));
        assert_eq!(fixed(-0.001, 2).as_deref(), Some("0.00"));
        assert_eq!(fixed(-1.5, 1).as_deref(), Some("−1.5"));
        assert_eq!(fixed(f64::NAN, 2), None);
        assert_eq!(percent(0.48324), Ok("48.3 %".to_owned()));
        let usd = "USD".parse().expect("a currency");
        assert_eq!(money_estimate(1_049.6, usd), Ok("10.50".to_owned()));
        assert!(money_estimate(f64::INFINITY, usd).is_err());
        assert!(money_estimate(f64::NAN, usd).is_err());
        assert_eq!(points(1_250_500), "1,250.5");
        assert_eq!(points(-1_000), "−1");
    }

    #[test]
    fn days_and_ticks() {
        assert_eq!(
            (day(9_862), month(1_997 * 12)),
            ("1997-01-01".to_owned(), "Jan\u{a0}1997".to_owned())
        );
        assert_eq!(tick(20_000.0, 5_000.0, 20_000.0), "20k");
        assert_eq!(tick(1_500_000.0, 500_000.0, 2e6), "1.5M");
        assert_eq!(tick(0.2, 0.2, 1.0), "0.2");
        assert_eq!(tick(500.0, 500.0, 2_000.0), "500");
        assert_eq!(tick(0.0, 500_000.0, 1e6), "0");
    }
}
