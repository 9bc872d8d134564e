//! Points and the precision of a wallet.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::{NumberError, text, within_safe};
use crate::serde_text::{Ascii, text_serde, two_digits};
use crate::tree::Readable;

/// Thousandths in one point.
const MILLI: i64 = 1000;
const DECIMALS: u8 = 3;

/// A number of points, held as an integer count of thousandths.
///
/// # Examples
///
/// ```
/// use loyalty_core::number::Points;
///
/// let earned: Points = "26.5".parse()?;
/// assert_eq!(earned.milli(), 26_500);
/// assert_eq!(earned.to_string(), "26.5");
/// assert!("0.0001".parse::<Points>().is_err());
/// # Ok::<(), loyalty_core::number::NumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Points(i64);

impl Points {
    /// No points.
    pub const ZERO: Points = Points(0);

    /// `milli` thousandths of a point.
    #[inline]
    pub const fn from_milli(milli: i64) -> Self {
        Points(milli)
    }

    /// The count in thousandths.
    #[inline]
    pub const fn milli(self) -> i64 {
        self.0
    }

    /// `whole` points, or nothing beyond ±[`SAFE_MAX`](super::SAFE_MAX) thousandths.
    #[inline]
    pub fn from_whole(whole: i64) -> Option<Points> {
        i128::from(whole)
            .checked_mul(i128::from(MILLI))
            .and_then(within_safe)
            .map(Points)
    }

    /// The sum, or nothing beyond ±[`SAFE_MAX`](super::SAFE_MAX) thousandths.
    #[inline]
    pub fn checked_add(self, other: Points) -> Option<Points> {
        self.0
            .checked_add(other.0)
            .and_then(|sum| within_safe(i128::from(sum)))
            .map(Points)
    }

    /// The difference, or nothing beyond ±[`SAFE_MAX`](super::SAFE_MAX) thousandths.
    #[inline]
    pub fn checked_sub(self, other: Points) -> Option<Points> {
        self.0
            .checked_sub(other.0)
            .and_then(|rest| within_safe(i128::from(rest)))
            .map(Points)
    }

    /// Whether this is no points.
    #[inline]
    pub const fn is_zero(&self) -> bool {
        self.0 == 0
    }

    /// Whether this is below zero.
    #[inline]
    pub const fn is_negative(&self) -> bool {
        self.0 < 0
    }
}

impl Points {
    /// The two digits of whole points from 0 to 99.
    #[inline]
    pub(crate) fn short_digits(self) -> Option<[u8; 2]> {
        let milli = u64::try_from(self.0).ok();
        let milli = milli.filter(|milli| *milli < 100_000 && milli % 1_000 == 0)?;
        Some(two_digits(milli / 1_000))
    }

    #[inline]
    pub(crate) fn ascii(self) -> Ascii {
        text::written_minimal(self.0, DECIMALS)
    }
}

impl FromStr for Points {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        text::read_scaled(text, DECIMALS).map(Points)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.ascii().as_str())
    }
}

impl fmt::Debug for Points {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Points({self})")
    }
}

text_serde!(
    Points,
    "points as text, such as \"26.5\"",
    Points::ZERO,
    ascii
);

/// How many decimals a wallet's points have: 0 to 3.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Readable,
)]
#[serde(try_from = "u8", into = "u8")]
pub struct Precision(u8);

impl Precision {
    /// A precision of `decimals`.
    ///
    /// # Errors
    ///
    /// `number.range` above 3.
    pub fn try_new(decimals: u8) -> Result<Self, NumberError> {
        if decimals <= DECIMALS {
            Ok(Precision(decimals))
        } else {
            Err(NumberError::range(decimals, "0 to 3 decimals"))
        }
    }

    /// The number of decimals.
    #[inline]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The smallest step of this precision in thousandths of a point: 1000 for whole points, 1 for
    /// three decimals.
    #[inline]
    pub const fn unit_milli(self) -> i64 {
        match self.0 {
            0 => 1000,
            1 => 100,
            2 => 10,
            _ => 1,
        }
    }

    /// The largest number of points of this precision that is not above `points`.
    ///
    /// Rounding: toward negative infinity.
    #[inline]
    pub fn floor(self, points: Points) -> Points {
        let above = points.0.checked_rem_euclid(self.unit_milli()).unwrap_or(0);
        Points(points.0.saturating_sub(above))
    }

    /// Whether `points` has no more decimals than this precision.
    #[inline]
    pub fn holds(self, points: Points) -> bool {
        points.0.checked_rem(self.unit_milli()) == Some(0)
    }
}

impl TryFrom<u8> for Precision {
    type Error = NumberError;

    fn try_from(decimals: u8) -> Result<Self, NumberError> {
        Self::try_new(decimals)
    }
}

impl From<Precision> for u8 {
    fn from(precision: Precision) -> u8 {
        precision.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::SAFE_MAX;
    use super::*;

    #[test]
    fn prints_as_few_decimals_as_it_needs() {
        for (milli, text) in [
            (71_000, "71"),
            (26_500, "26.5"),
            (-3_125, "-3.125"),
            (0, "0"),
            (-10, "-0.01"),
        ] {
            assert_eq!(Points::from_milli(milli).to_string(), text);
            assert_eq!(text.parse::<Points>(), Ok(Points::from_milli(milli)));
        }
    }

    #[test]
    fn refuses_a_fourth_decimal() {
        assert_eq!(
            "1.0000".parse::<Points>().unwrap_err().code(),
            "number.too_many_decimals"
        );
    }

    #[test]
    fn stays_within_the_safe_range() {
        let most = Points::from_milli(SAFE_MAX);
        assert_eq!(most.checked_add(Points::from_milli(1)), None);
        assert_eq!(
            Points::from_milli(-SAFE_MAX).checked_sub(Points::from_milli(1)),
            None
        );
        assert_eq!(
            Points::from_milli(i64::MAX).checked_add(Points::from_milli(1)),
            None
        );
        assert_eq!(Points::from_whole(i64::MAX), None);
        assert_eq!(
            "9007199254741".parse::<Points>().unwrap_err().code(),
            "number.range"
        );
        assert_eq!("9007199254740.991".parse::<Points>(), Ok(most));
    }

    #[test]
    fn serde_is_text() {
        assert_eq!(
            serde_json::to_string(&Points::from_milli(26_500)).unwrap(),
            "\"26.5\""
        );
        assert!(
            serde_json::from_str::<Points>("26.5")
                .unwrap_err()
                .to_string()
                .contains("as text")
        );
    }

    #[test]
    fn precision_is_an_integer_of_zero_to_three() {
        assert_eq!(
            serde_json::from_str::<Precision>("2").unwrap().unit_milli(),
            10
        );
        assert_eq!(
            serde_json::to_string(&Precision::try_new(3).unwrap()).unwrap(),
            "3"
        );
        for json in ["4", "-1", "\"2\"", "1.0"] {
            assert!(serde_json::from_str::<Precision>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn floors_toward_negative_infinity() {
        let whole = Precision::try_new(0).unwrap();
        assert_eq!(
            whole.floor(Points::from_milli(1_999)),
            Points::from_milli(1_000)
        );
        assert_eq!(
            whole.floor(Points::from_milli(-1)),
            Points::from_milli(-1_000)
        );
        assert_eq!(whole.floor(Points::from_milli(i64::MIN)).milli(), i64::MIN);
    }

    proptest! {
        #[test]
        fn text_round_trips(milli in -SAFE_MAX..=SAFE_MAX) {
            let points = Points::from_milli(milli);
            prop_assert_eq!(points.to_string().parse::<Points>(), Ok(points));
        }

        #[test]
        fn floor_is_the_nearest_step_below(milli in -SAFE_MAX..=SAFE_MAX, decimals in 0_u8..=3) {
            let precision = Precision::try_new(decimals).unwrap();
            let points = Points::from_milli(milli);
            let floor = precision.floor(points);
            prop_assert!(precision.holds(floor));
            let above = points.checked_sub(floor).unwrap();
            prop_assert!((0..precision.unit_milli()).contains(&above.milli()));
        }

        #[test]
        fn sub_undoes_add(a in -SAFE_MAX..=SAFE_MAX, b in -SAFE_MAX..=SAFE_MAX) {
            let (a, b) = (Points::from_milli(a), Points::from_milli(b));
            if let Some(sum) = a.checked_add(b) {
                prop_assert_eq!(sum.checked_sub(b), Some(a));
            }
        }
    }
}
