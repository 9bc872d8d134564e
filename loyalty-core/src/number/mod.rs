//! Money, points, rates and rounding.
