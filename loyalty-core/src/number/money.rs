//! An amount of money as a count of minor units.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::text::{self, SAFE_RANGE, pow10};
use super::{Currency, NumberError, NumberErrorKind, within_safe};
use crate::serde_text::{Ascii, text_serde, two_digits};

const EXPONENT_MAX: u8 = 6;

/// An amount of money: `minor` × 10^−`exponent` of a currency that its aggregate names.
///
/// Two amounts are equal when they are written alike: `3.0` and `3.00` differ. Compare amounts of
/// one currency through [`minor_in`](Money::minor_in).
///
/// # Examples
///
/// ```
/// use loyalty_core::number::{Currency, Money};
///
/// let euro: Currency = "EUR".parse()?;
/// let price: Money = "10.50".parse()?;
/// assert_eq!(price.minor_in(euro)?, 1050);
/// assert_eq!(Money::of(1050, euro).to_string(), "10.50");
///
/// // More decimals than the currency has are refused unless they are zeros.
/// assert_eq!("3.000".parse::<Money>()?.minor_in(euro)?, 300);
/// assert_eq!("3.001".parse::<Money>()?.minor_in(euro).unwrap_err().code(), "number.too_many_decimals");
/// # Ok::<(), loyalty_core::number::NumberError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    exponent: u8,
}

impl Money {
    /// `minor` × 10^−`exponent`. The exponent is at most 6; a larger one counts as 6.
    #[inline]
    pub fn new(minor: i64, exponent: u8) -> Self {
        Self {
            minor,
            exponent: exponent.min(EXPONENT_MAX),
        }
    }

    /// `minor` units of `currency`.
    #[inline]
    pub fn of(minor: i64, currency: Currency) -> Self {
        Self {
            minor,
            exponent: currency.exponent(),
        }
    }

    /// The count of minor units, at this amount's own [`exponent`](Money::exponent).
    #[inline]
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// The number of decimals that [`minor`](Money::minor) counts in, 0 to 6.
    #[inline]
    pub fn exponent(self) -> u8 {
        self.exponent
    }

    /// The digits before and behind the point of an amount of two decimals from 0.00 to 99.99.
    #[inline]
    pub(crate) fn short_digits(self) -> Option<([u8; 2], [u8; 2])> {
        let minor = u64::try_from(self.minor).ok();
        let minor = minor.filter(|minor| self.exponent == 2 && *minor < 10_000)?;
        Some((two_digits(minor / 100), two_digits(minor)))
    }

    /// This amount in minor units of `currency`, exactly.
    ///
    /// # Errors
    ///
    /// `number.too_many_decimals` when the currency cannot hold the amount, `number.range` beyond
    /// ±[`SAFE_MAX`](super::SAFE_MAX).
    #[inline]
    pub fn minor_in(self, currency: Currency) -> Result<i64, NumberError> {
        if self.exponent == currency.exponent() && super::is_safe(self.minor) {
            return Ok(self.minor);
        }
        exact_minor(i128::from(self.minor), self.exponent, currency, || {
            self.to_string()
        })
    }

    /// This amount as a decimal number.
    pub fn to_decimal(self) -> Decimal {
        // A scale of at most 6 is always accepted.
        Decimal::try_new(self.minor, u32::from(self.exponent)).unwrap_or_default()
    }

    /// A decimal number as an amount of `currency`, exactly.
    ///
    /// # Errors
    ///
    /// `number.too_many_decimals` when the currency cannot hold the number, `number.range` beyond
    /// ±[`SAFE_MAX`](super::SAFE_MAX) minor units. [`round_decimal`](super::round_decimal) rounds instead.
    pub fn try_from_decimal(decimal: Decimal, currency: Currency) -> Result<Self, NumberError> {
        let scale = u8::try_from(decimal.scale()).unwrap_or(u8::MAX);
        let minor = exact_minor(decimal.mantissa(), scale, currency, || decimal.to_string())?;
        Ok(Self::of(minor, currency))
    }
}

/// `mantissa` × 10^−`scale` in minor units of `currency`, or why that is not exact.
fn exact_minor(
    mantissa: i128,
    scale: u8,
    currency: Currency,
    found: impl Fn() -> String,
) -> Result<i64, NumberError> {
    let exponent = currency.exponent();
    let rescaled = if scale <= exponent {
        mantissa.checked_mul(pow10(exponent.saturating_sub(scale)))
    } else {
        let unit = pow10(scale.saturating_sub(exponent));
        if mantissa.checked_rem(unit) != Some(0) {
            let (found, allowed) = (found(), exponent);
            return Err(NumberErrorKind::TooManyDecimals { found, allowed }.into());
        }
        mantissa.checked_div(unit)
    };
    rescaled
        .and_then(within_safe)
        .ok_or_else(|| NumberError::range(found(), SAFE_RANGE))
}

impl Money {
    #[inline]
    pub(crate) fn ascii(self) -> Ascii {
        text::written(self.minor, self.exponent)
    }
}

impl FromStr for Money {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let written = text::read(text)?;
        Ok(Self {
            minor: written.mantissa,
            exponent: written.decimals,
        })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.ascii().as_str())
    }
}

text_serde!(
    Money,
    "an amount as text, such as \"10.50\"",
    Money::new(0, 0),
    ascii
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::SAFE_MAX;
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn prints_exactly_its_decimals() {
        for (minor, exponent, text) in [
            (1050, 2, "10.50"),
            (-5, 2, "-0.05"),
            (0, 2, "0.00"),
            (7, 0, "7"),
            (1, 4, "0.0001"),
            (-123_456, 3, "-123.456"),
            (SAFE_MAX, 2, "90071992547409.91"),
        ] {
            assert_eq!(Money::new(minor, exponent).to_string(), text);
        }
    }

    #[test]
    fn rescales_exactly_or_refuses() {
        for (text, code, minor) in [
            ("3", "EUR", 300),
            ("3.000", "EUR", 300),
            ("3", "JPY", 3),
            ("3.0", "JPY", 3),
            ("1.5", "KWD", 1500),
        ] {
            assert_eq!(
                money(text).minor_in(currency(code)),
                Ok(minor),
                "{text} {code}"
            );
        }
        for (text, code) in [("3.001", "EUR"), ("3.5", "JPY"), ("0.00001", "CLF")] {
            let error = money(text).minor_in(currency(code)).unwrap_err();
            assert_eq!(error.code(), "number.too_many_decimals", "{text} {code}");
        }
        let error = money("999999999999999")
            .minor_in(currency("EUR"))
            .unwrap_err();
        assert_eq!(error.code(), "number.range");
        assert_eq!(
            Money::new(i64::MIN, 2)
                .minor_in(currency("EUR"))
                .unwrap_err()
                .code(),
            "number.range"
        );
    }

    #[test]
    fn numbers_are_refused_with_advice() {
        for json in ["3", "10.5", "-1", "null", "[]"] {
            let error = serde_json::from_str::<Money>(json).unwrap_err().to_string();
            assert!(error.contains("as text"), "{error}");
        }
        assert_eq!(
            serde_json::from_str::<Money>("\"10.50\"").unwrap(),
            Money::new(1050, 2)
        );
        assert_eq!(
            serde_json::to_string(&Money::new(1050, 2)).unwrap(),
            "\"10.50\""
        );
    }

    #[test]
    fn decimals_convert_exactly_or_not_at_all() {
        let euro = currency("EUR");
        let decimal = |text: &str| Decimal::from_str_exact(text).unwrap();
        assert_eq!(
            Money::try_from_decimal(decimal("1.5"), euro),
            Ok(Money::new(150, 2))
        );
        assert_eq!(
            Money::try_from_decimal(decimal("1.5000000000000"), euro),
            Ok(Money::new(150, 2))
        );
        assert_eq!(
            Money::try_from_decimal(decimal("0.0000000000000000000000000001"), euro)
                .unwrap_err()
                .code(),
            "number.too_many_decimals"
        );
        assert_eq!(
            Money::try_from_decimal(Decimal::MAX, euro)
                .unwrap_err()
                .code(),
            "number.range"
        );
        assert_eq!(
            Money::try_from_decimal(Decimal::MIN, euro)
                .unwrap_err()
                .code(),
            "number.range"
        );
    }

    proptest! {
        #[test]
        fn text_and_decimal_round_trip(minor in -SAFE_MAX..=SAFE_MAX, code in prop::sample::select(vec!["EUR", "KWD", "CLF"])) {
            let currency = currency(code);
            let money = Money::of(minor, currency);
            prop_assert_eq!(money.to_string().parse::<Money>(), Ok(money));
            prop_assert_eq!(Money::try_from_decimal(money.to_decimal(), currency), Ok(money));
            prop_assert_eq!(money.minor_in(currency), Ok(minor));
        }
    }
}
