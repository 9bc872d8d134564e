//! Small forms of what lots and entries hold, so that a fold reads and writes little memory.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::time::{Date, Deadline};
use crate::tree::Readable;

/// A deadline, or none, in eight bytes.
///
/// An instant further than 2^60 ms from 1970 stands for that bound; no moment ever comes near it.
#[derive(Clone, Copy, PartialEq, Eq, Readable)]
#[serde(from = "Option<Deadline>")]
pub struct Until(i64);

/// The largest instant that is held, either way.
const INSTANT_MAX: i64 = 1 << 60;

impl Until {
    /// No deadline.
    pub const NEVER: Self = Self(i64::MAX);

    /// The deadline.
    #[must_use]
    #[inline]
    pub fn get(self) -> Option<Deadline> {
        if self == Self::NEVER {
            return None;
        }
        let value = self.0 >> 1;
        if self.0 & 1 == 0 {
            return Some(Deadline::Instant(value));
        }
        let days = i32::try_from(value).ok()?;
        Date::from_days(days).map(Deadline::Day)
    }
}

impl From<Option<Deadline>> for Until {
    fn from(deadline: Option<Deadline>) -> Self {
        match deadline {
            None => Self::NEVER,
            Some(Deadline::Day(date)) => Self(i64::from(date.days()) << 1 | 1),
            Some(Deadline::Instant(ms)) => Self(ms.clamp(-INSTANT_MAX, INSTANT_MAX) << 1),
        }
    }
}

impl Default for Until {
    fn default() -> Self {
        Self::NEVER
    }
}

impl fmt::Debug for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl Serialize for Until {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

/// A day, or none, in four bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct DayMark(i32);

impl DayMark {
    /// No day.
    pub(super) const NONE: Self = Self(i32::MAX);

    pub(super) fn get(self) -> Option<Date> {
        Date::from_days(self.0)
    }
}

impl From<Date> for DayMark {
    #[inline]
    fn from(date: Date) -> Self {
        Self(date.days())
    }
}

impl fmt::Debug for DayMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
