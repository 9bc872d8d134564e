//! The one grammar for numbers in text, in and out.

use super::{NumberError, NumberErrorKind, SAFE_MAX, within_safe};
use crate::serde_text::{Ascii, excerpt};

const WHOLE_DIGITS_MAX: usize = 15;
const DECIMALS_MAX: u8 = 6;
pub(super) const SAFE_RANGE: &str = "-9007199254740991 to 9007199254740991 in the smallest unit";

/// A number as it was written: `mantissa` × 10^−`decimals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) mantissa: i64,
    pub(super) decimals: u8,
}

/// Reads `-?digits(.digits)?` within the limits of this library.
pub(super) fn read(text: &str) -> Result<Written, NumberError> {
    match read_short(text.as_bytes()) {
        Some(written) => Ok(written),
        None => read_any(text),
    }
}

/// A number of at most 15 characters without a sign, which is far from every limit but that of its
/// decimals; nothing for any other text.
fn read_short(text: &[u8]) -> Option<Written> {
    let mut mantissa = 0_i64;
    let mut point = None;
    for (place, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                let digit = i64::from(byte.wrapping_sub(b'0'));
                mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
            }
            b'.' if place > 0 && point.is_none() => point = Some(place.saturating_add(1)),
            _ => return None,
        }
    }
    let decimals = point.map_or(0, |point| text.len().saturating_sub(point));
    let fits = (1..=WHOLE_DIGITS_MAX).contains(&text.len());
    let decimals = u8::try_from(decimals).ok()?;
    let said = point.is_none() || decimals > 0;
    (fits && said && decimals <= DECIMALS_MAX).then_some(Written { mantissa, decimals })
}

fn read_any(text: &str) -> Result<Written, NumberError> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
        Some(_) => {
            return Err(syntax(text));
        }
        None => (unsigned, ""),
    };
    if !is_digits(whole) {
        return Err(syntax(text));
    }
    let out_of_range = || NumberError::range(excerpt(text), SAFE_RANGE);
    if whole.len() > WHOLE_DIGITS_MAX {
        return Err(out_of_range());
    }
    let decimals = u8::try_from(fraction.len())
        .ok()
        .filter(|decimals| *decimals <= DECIMALS_MAX)
        .ok_or_else(|| too_many_decimals(text, DECIMALS_MAX))?;
    // At most 21 digits, of which a sum beyond the range keeps to the range's end.
    let digits = whole.bytes().chain(fraction.bytes());
    let magnitude = digits.fold(0_i64, |sum, digit| {
        sum.saturating_mul(10)
            .saturating_add(i64::from(digit.wrapping_sub(b'0')))
    });
    if magnitude > SAFE_MAX {
        return Err(out_of_range());
    }
    let negative = unsigned.len() < text.len();
    let mantissa = if negative {
        magnitude.saturating_neg()
    } else {
        magnitude
    };
    Ok(Written { mantissa, decimals })
}

#[cold]
pub(super) fn syntax(text: &str) -> NumberError {
    let found = excerpt(text);
    NumberErrorKind::Syntax { found }.into()
}

#[cold]
fn too_many_decimals(text: &str, allowed: u8) -> NumberError {
    let found = excerpt(text);
    NumberErrorKind::TooManyDecimals { found, allowed }.into()
}

/// Reads a number as an integer count of 10^−`decimals`; more decimals than that are refused.
pub(super) fn read_scaled(text: &str, decimals: u8) -> Result<i64, NumberError> {
    let written = read(text)?;
    let missing = decimals
        .checked_sub(written.decimals)
        .ok_or_else(|| too_many_decimals(text, decimals))?;
    i128::from(written.mantissa)
        .checked_mul(pow10(missing))
        .and_then(within_safe)
        .ok_or_else(|| NumberError::range(excerpt(text), SAFE_RANGE))
}

/// Reads a number as [`read_scaled`] and holds it to `0..=max`, which `allowed` says in words.
pub(super) fn read_scaled_within(
    text: &str,
    decimals: u8,
    max: i64,
    allowed: &'static str,
) -> Result<i64, NumberError> {
    let value = read_scaled(text, decimals).map_err(|error| match error.kind() {
        NumberErrorKind::Range { found, .. } => NumberError::range(found, allowed),
        _ => error,
    })?;
    if (0..=max).contains(&value) {
        Ok(value)
    } else {
        Err(NumberError::range(excerpt(text), allowed))
    }
}

/// `value` × 10^−`decimals` with exactly that many decimals.
#[inline]
pub(super) fn written(value: i64, decimals: u8) -> Ascii {
    let mut text = Ascii::new();
    let (mut rest, mut open) = (value.unsigned_abs(), decimals);
    while open > 1 {
        rest = text.two_digits(rest);
        open = open.wrapping_sub(2);
    }
    if open > 0 {
        rest = text.digit(rest);
    }
    if decimals > 0 {
        text.push(b'.');
    }
    text.number(rest, 1);
    if value < 0 {
        text.push(b'-');
    }
    text
}

/// `value` × 10^−`decimals` without trailing zeros.
pub(super) fn written_minimal(value: i64, decimals: u8) -> Ascii {
    let (mut value, mut decimals) = (value, decimals);
    if decimals == 3 && value % 1_000 == 0 {
        return written(value / 1_000, 0);
    }
    while decimals > 0 && value % 10 == 0 {
        value /= 10;
        decimals = decimals.saturating_sub(1);
    }
    written(value, decimals)
}

/// 10^`exponent`, saturated at the largest power that fits (10^38).
#[inline]
pub(super) fn pow10(exponent: u8) -> i128 {
    10_i128.saturating_pow(u32::from(exponent.min(38)))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "tests"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepts_the_grammar() {
        for (text, mantissa, decimals) in [
            ("0", 0, 0),
            ("-0", 0, 0),
            ("-0.00", 0, 2),
            ("007", 7, 0),
            ("10.50", 1050, 2),
            ("-0.05", -5, 2),
            ("0.000001", 1, 6),
            ("999999999999999", 999_999_999_999_999, 0),
            ("9007199254.740991", SAFE_MAX, 6),
            ("-9007199254.740991", -SAFE_MAX, 6),
        ] {
            assert_eq!(read(text), Ok(Written { mantissa, decimals }), "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "", "-", ".", "+1", ".5", "5.", "1_000", "1e3", "1E3", " 1", "1 ", "1,5", "--1",
            "1.2.3", "1-", "0x10", "NaN", "inf", "−1", "１", "٣", "1.٣", "1.-5", "1.+5",
        ] {
            assert_eq!(read(text).unwrap_err().code(), "number.syntax", "{text:?}");
        }
        for text in [
            "1000000000000000",
            "9007199254.740992",
            "99999999999999.999",
        ] {
            assert_eq!(read(text).unwrap_err().code(), "number.range", "{text:?}");
        }
        assert_eq!(
            read("1.0000000").unwrap_err().code(),
            "number.too_many_decimals"
        );
    }

    #[test]
    fn a_long_text_is_cut_in_the_message() {
        let error = read(&"x".repeat(1_000_000)).unwrap_err();
        assert!(error.to_string().len() < 300);
    }

    #[test]
    fn power_of_ten() {
        assert_eq!(pow10(0), 1);
        assert_eq!(pow10(6), 1_000_000);
        assert!(pow10(200) > 0);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value in -SAFE_MAX..=SAFE_MAX, decimals in 0_u8..=6) {
            let text = written(value, decimals).as_str().to_owned();
            let minimal = written_minimal(value, decimals).as_str().to_owned();
            prop_assert!(minimal.len() <= text.len());
            let whole = text.trim_start_matches('-').split('.').next().map_or(0, str::len);
            if whole > WHOLE_DIGITS_MAX {
                prop_assert_eq!(read(&text).unwrap_err().code(), "number.range");
            } else {
                prop_assert_eq!(read(&text).unwrap(), Written { mantissa: value, decimals });
                prop_assert_eq!(read_scaled(&minimal, decimals).unwrap(), value);
            }
        }

        #[test]
        fn short_numbers_read_as_any(text in "[0-9.-]{0,17}") {
            let any = read_any(&text).ok();
            match read_short(text.as_bytes()) {
                Some(short) => prop_assert_eq!(Some(short), any),
                None => prop_assert!(text.len() > 15 || text.starts_with('-') || any.is_none()),
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = read(&text);
            let _ = read_scaled(&text, 3);
        }
    }
}
