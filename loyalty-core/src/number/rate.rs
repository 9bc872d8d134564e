//! Percentages, multipliers and ratios.

use std::fmt;
use std::str::FromStr;

use super::fraction::gcd;
use super::{NumberError, NumberErrorKind, text};
use crate::serde_text::{excerpt, text_serde};

const DECIMALS: u8 = 6;
const MICRO: i64 = 1_000_000;
const PERCENT_MAX: i64 = 100 * MICRO;
const PERCENT_ALLOWED: &str = "0 to 100 percent";
const MULTIPLIER_MAX: i64 = 1000 * MICRO;
const MULTIPLIER_ALLOWED: &str = "a factor of 0 to 1000";

/// A percentage from 0 to 100 with at most six decimals, held in millionths of a percent.
///
/// # Examples
///
/// ```
/// use loyalty_core::number::Percent;
///
/// let rate: Percent = "12.5".parse()?;
/// assert_eq!(rate.micro(), 12_500_000);
/// assert_eq!(rate.parts(), (1, 8));
/// # Ok::<(), loyalty_core::number::NumberError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(i64);

impl Percent {
    /// Nothing of the whole.
    pub const ZERO: Percent = Percent(0);
    /// All of the whole.
    pub const HUNDRED: Percent = Percent(PERCENT_MAX);

    /// `micro` millionths of a percent.
    ///
    /// # Errors
    ///
    /// `number.range` outside 0 to 100 percent.
    pub fn try_from_micro(micro: i64) -> Result<Self, NumberError> {
        if (0..=PERCENT_MAX).contains(&micro) {
            Ok(Percent(micro))
        } else {
            Err(NumberError::range(
                format_args!("{micro} millionths of a percent"),
                PERCENT_ALLOWED,
            ))
        }
    }

    /// The count of millionths of a percent: 12.5 % is 12 500 000.
    #[inline]
    pub const fn micro(self) -> i64 {
        self.0
    }

    /// This share of one as a reduced fraction, numerator and denominator.
    pub fn parts(self) -> (i64, i64) {
        reduced(self.0, PERCENT_MAX)
    }
}

impl FromStr for Percent {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        text::read_scaled_within(text, DECIMALS, PERCENT_MAX, PERCENT_ALLOWED).map(Percent)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(text::written_minimal(self.0, DECIMALS).as_str())
    }
}

text_serde!(
    Percent,
    "a percentage as text, such as \"12.5\"",
    Percent::ZERO
);

/// A factor from 0 to 1000 with at most six decimals, held in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Multiplier(i64);

impl Multiplier {
    /// The factor that changes nothing.
    pub const ONE: Multiplier = Multiplier(MICRO);

    /// `micro` millionths.
    ///
    /// # Errors
    ///
    /// `number.range` outside 0 to 1000.
    pub fn try_from_micro(micro: i64) -> Result<Self, NumberError> {
        if (0..=MULTIPLIER_MAX).contains(&micro) {
            Ok(Multiplier(micro))
        } else {
            Err(NumberError::range(
                format_args!("{micro} millionths"),
                MULTIPLIER_ALLOWED,
            ))
        }
    }

    /// The count of millionths: 1.25 is 1 250 000.
    #[inline]
    pub const fn micro(self) -> i64 {
        self.0
    }

    /// This factor as a reduced fraction, numerator and denominator.
    pub fn parts(self) -> (i64, i64) {
        reduced(self.0, MICRO)
    }
}

impl FromStr for Multiplier {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        text::read_scaled_within(text, DECIMALS, MULTIPLIER_MAX, MULTIPLIER_ALLOWED).map(Multiplier)
    }
}

impl fmt::Display for Multiplier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(text::written_minimal(self.0, DECIMALS).as_str())
    }
}

text_serde!(
    Multiplier,
    "a factor as text, such as \"1.25\"",
    Multiplier::ONE
);

/// An earn or exchange rate: a numerator of at least 0 over a denominator of at least 1, always
/// reduced.
///
/// One point for 900 units of money is no decimal number, so rates are pairs. As text a ratio is
/// `numerator/denominator`.
///
/// # Examples
///
/// ```
/// use loyalty_core::number::Ratio;
///
/// let rate = Ratio::try_new(2, 1800)?;
/// assert_eq!((rate.num(), rate.den()), (1, 900));
/// assert_eq!(Ratio::try_new(1, 0).unwrap_err().code(), "number.zero_denominator");
/// # Ok::<(), loyalty_core::number::NumberError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    num: i64,
    den: i64,
}

impl Ratio {
    /// One to one.
    pub const ONE: Ratio = Ratio { num: 1, den: 1 };

    /// `num` over `den`, reduced.
    ///
    /// # Errors
    ///
    /// `number.zero_denominator` when `den` is 0, `number.range` when either is negative.
    pub fn try_new(num: i64, den: i64) -> Result<Self, NumberError> {
        if den == 0 {
            let numerator = i128::from(num);
            return Err(NumberErrorKind::ZeroDenominator { numerator }.into());
        }
        if num < 0 || den < 0 {
            return Err(NumberError::range(
                format_args!("{num}/{den}"),
                "a numerator and a denominator above 0",
            ));
        }
        let (num, den) = reduced(num, den);
        Ok(Self { num, den })
    }

    /// The numerator, at least 0.
    #[inline]
    pub const fn num(self) -> i64 {
        self.num
    }

    /// The denominator, at least 1.
    #[inline]
    pub const fn den(self) -> i64 {
        self.den
    }
}

impl FromStr for Ratio {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let syntax = || text::syntax(text);
        let (num, den) = text.split_once('/').ok_or_else(syntax)?;
        let part = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            if !digits {
                return Err(syntax());
            }
            part.parse::<i64>().map_err(|_| {
                NumberError::range(excerpt(text), "64-bit numerators and denominators")
            })
        };
        Self::try_new(part(num)?, part(den)?)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.num, self.den)
    }
}

text_serde!(Ratio, "a ratio as text, such as \"1/900\"", Ratio::ONE);

/// `num`/`den` in lowest terms; both are at least 0 and `den` at least 1.
fn reduced(num: i64, den: i64) -> (i64, i64) {
    let divisor = i64::try_from(gcd(
        u128::from(num.unsigned_abs()),
        u128::from(den.unsigned_abs()),
    ))
    .unwrap_or(1);
    (
        num.checked_div(divisor).unwrap_or(num),
        den.checked_div(divisor).unwrap_or(den),
    )
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn percent_reads_and_prints() {
        for (text, micro, parts) in [
            ("0", 0, (0, 1)),
            ("12.5", 12_500_000, (1, 8)),
            ("100", 100_000_000, (1, 1)),
            ("0.000001", 1, (1, 100_000_000)),
            ("33.333333", 33_333_333, (33_333_333, 100_000_000)),
        ] {
            let percent: Percent = text.parse().unwrap();
            assert_eq!((percent.micro(), percent.parts()), (micro, parts), "{text}");
            assert_eq!(percent.to_string(), text);
        }
        for text in ["100.000001", "-1", "999999999999999"] {
            let error = text.parse::<Percent>().unwrap_err();
            assert_eq!(error.code(), "number.range", "{text}");
            assert!(error.to_string().contains("0 to 100"), "{error}");
        }
        assert!(Percent::try_from_micro(-1).is_err());
        assert!(serde_json::from_str::<Percent>("12.5").is_err());
    }

    #[test]
    fn multiplier_reads_and_prints() {
        let factor: Multiplier = "1.250".parse().unwrap();
        assert_eq!(
            (factor.micro(), factor.parts(), factor.to_string()),
            (1_250_000, (5, 4), "1.25".into())
        );
        assert_eq!(Multiplier::ONE.parts(), (1, 1));
        assert_eq!(
            "1000.000001".parse::<Multiplier>().unwrap_err().code(),
            "number.range"
        );
        assert_eq!(
            "0.0000001".parse::<Multiplier>().unwrap_err().code(),
            "number.too_many_decimals"
        );
        assert!(Multiplier::try_from_micro(MULTIPLIER_MAX + 1).is_err());
    }

    #[test]
    fn ratio_is_reduced_and_not_negative() {
        assert_eq!(Ratio::try_new(0, 7).unwrap(), Ratio { num: 0, den: 1 });
        assert_eq!(Ratio::try_new(6, 4).unwrap(), Ratio { num: 3, den: 2 });
        for (num, den) in [(-1, 1), (1, -1), (i64::MIN, i64::MIN)] {
            assert_eq!(Ratio::try_new(num, den).unwrap_err().code(), "number.range");
        }
        assert_eq!("2/1800".parse::<Ratio>().unwrap().to_string(), "1/900");
        for text in ["", "1", "1/", "/1", "1/-1", "+1/1", "1/1/1", "1 /1"] {
            assert_eq!(
                text.parse::<Ratio>().unwrap_err().code(),
                "number.syntax",
                "{text:?}"
            );
        }
        assert_eq!(
            "99999999999999999999/1"
                .parse::<Ratio>()
                .unwrap_err()
                .code(),
            "number.range"
        );
    }

    proptest! {
        #[test]
        fn parts_are_the_same_value_in_lowest_terms(micro in 0_i64..=PERCENT_MAX) {
            let (num, den) = Percent::try_from_micro(micro).unwrap().parts();
            prop_assert_eq!(i128::from(num) * i128::from(PERCENT_MAX), i128::from(micro) * i128::from(den));
            prop_assert_eq!(gcd(u128::try_from(num).unwrap(), u128::try_from(den).unwrap()), 1);
        }

        #[test]
        fn rates_round_trip(micro in 0_i64..=PERCENT_MAX, num in 0_i64.., den in 1_i64..) {
            let percent = Percent::try_from_micro(micro).unwrap();
            prop_assert_eq!(percent.to_string().parse::<Percent>(), Ok(percent));
            let factor = Multiplier::try_from_micro(micro).unwrap();
            prop_assert_eq!(factor.to_string().parse::<Multiplier>(), Ok(factor));
            let ratio = Ratio::try_new(num, den).unwrap();
            prop_assert_eq!(ratio.to_string().parse::<Ratio>(), Ok(ratio));
        }
    }
}
