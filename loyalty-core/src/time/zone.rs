//! Time zones, for hosts that have no zone data of their own (feature `tz`).

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

use super::{CivilDateTime, Moment, TimeError};

const DAY_SECONDS: i64 = 86_400;

/// A time zone of the IANA database, such as `Europe/Madrid`.
///
/// # Examples
///
/// ```
/// use loyalty_core::time::Zone;
///
/// let madrid: Zone = "Europe/Madrid".parse()?;
/// let moment = madrid.moment(1_795_255_200_000)?;
/// assert_eq!(moment.to_string(), "2026-11-21T11:00:00+01:00");
/// # Ok::<(), loyalty_core::time::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

impl Zone {
    /// The IANA name.
    pub fn name(&self) -> &'static str {
        self.0.name()
    }

    /// The moment of an instant, in milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// `time.range` outside the years 1900 to 2999.
    pub fn moment(&self, instant_ms: i64) -> Result<Moment, TimeError> {
        let utc = Moment::utc(instant_ms)?;
        Moment::with_offset(
            instant_ms,
            self.offset_seconds(civil_seconds(utc.civil()))
                .saturating_mul(1000),
        )
    }

    /// The moment at which the zone's clocks show `civil`.
    ///
    /// Where clocks are put back and show it twice, the first; where they are put forward and never
    /// show it, the next instant that exists.
    ///
    /// # Errors
    ///
    /// `time.range` outside the years 1900 to 2999.
    pub fn civil(&self, civil: CivilDateTime) -> Result<Moment, TimeError> {
        let seconds = civil_seconds(civil);
        let milli = civil.civil_ms().rem_euclid(1000);
        let local = naive(seconds).map(|local| self.0.offset_from_local_datetime(&local));
        let offset = match local.and_then(|offsets| offsets.earliest()) {
            Some(offset) => i64::from(offset.fix().local_minus_utc()),
            None => {
                return self.moment(self.first_instant_at_or_after(seconds).saturating_mul(1000));
            }
        };
        let instant_ms = seconds
            .saturating_sub(offset)
            .saturating_mul(1000)
            .saturating_add(milli);
        Moment::with_offset(instant_ms, offset.saturating_mul(1000))
    }

    /// The first second, since 1970 in UTC, at which local time is `local` or later. Local time is
    /// searched as rising, which holds around a gap.
    fn first_instant_at_or_after(&self, local: i64) -> i64 {
        let (mut before, mut after) = (
            local.saturating_sub(2 * DAY_SECONDS),
            local.saturating_add(2 * DAY_SECONDS),
        );
        while after.saturating_sub(before) > 1 {
            let middle = before.midpoint(after);
            if middle.saturating_add(self.offset_seconds(middle)) >= local {
                after = middle;
            } else {
                before = middle;
            }
        }
        after
    }

    fn offset_seconds(&self, utc_seconds: i64) -> i64 {
        naive(utc_seconds).map_or(0, |utc| {
            i64::from(
                self.0
                    .offset_from_utc_datetime(&utc)
                    .fix()
                    .local_minus_utc(),
            )
        })
    }
}

fn civil_seconds(civil: CivilDateTime) -> i64 {
    civil.civil_ms().div_euclid(1000)
}

fn naive(seconds: i64) -> Option<NaiveDateTime> {
    NaiveDateTime::default().checked_add_signed(TimeDelta::try_seconds(seconds)?)
}

impl FromStr for Zone {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        text.parse().map(Zone).map_err(|_| {
            TimeError::syntax(text, "the name of a time zone, such as \"Europe/Madrid\"")
        })
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn civil(zone: &str, text: &str) -> String {
        let zone: Zone = zone.parse().unwrap();
        zone.civil(text.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn gaps_and_overlaps() {
        for (zone, text, moment) in [
            (
                "Europe/Madrid",
                "2026-03-29T01:59:59.999",
                "2026-03-29T01:59:59.999+01:00",
            ),
            (
                "Europe/Madrid",
                "2026-03-29T02:30",
                "2026-03-29T03:00:00+02:00",
            ),
            (
                "Europe/Madrid",
                "2026-10-25T02:30",
                "2026-10-25T02:30:00+02:00",
            ),
            (
                "Europe/Madrid",
                "2026-10-25T03:00",
                "2026-10-25T03:00:00+01:00",
            ),
            (
                "America/Sao_Paulo",
                "2018-11-04",
                "2018-11-04T01:00:00-02:00",
            ),
            (
                "Pacific/Apia",
                "2011-12-30T12:00",
                "2011-12-31T00:00:00+14:00",
            ),
            (
                "Asia/Kathmandu",
                "2026-01-01T12:00",
                "2026-01-01T12:00:00+05:45",
            ),
        ] {
            assert_eq!(civil(zone, text), moment, "{zone} {text}");
        }
    }

    #[test]
    fn instants_get_their_civil_time() {
        let madrid: Zone = "Europe/Madrid".parse().unwrap();
        let moment = madrid.moment(1_774_746_000_000).unwrap();
        assert_eq!(moment.to_string(), "2026-03-29T03:00:00+02:00");
        assert_eq!(madrid.moment(i64::MAX).unwrap_err().code(), "time.range");
        assert_eq!("Madrid".parse::<Zone>().unwrap_err().code(), "time.syntax");
    }

    proptest! {
        #[test]
        fn a_civil_time_leads_back_to_itself_or_over_a_gap(
            index in 0..chrono_tz::TZ_VARIANTS.len(), minutes in 0_i64..68_000_000,
        ) {
            let zone = Zone(chrono_tz::TZ_VARIANTS[index]);
            let civil = CivilDateTime::from_civil_ms(minutes * 60_000).unwrap();
            let moment = zone.civil(civil).unwrap();
            prop_assert_eq!(zone.moment(moment.instant_ms()), Ok(moment));
            prop_assert!(moment.civil() >= civil);
            prop_assert!(moment.civil_ms() - civil.civil_ms() <= 86_400_000);
        }
    }
}
