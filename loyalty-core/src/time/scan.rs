//! Reading fixed-width fields of ASCII digits.

/// The rest of a text that is read from the left.
#[derive(Clone, Copy)]
pub(super) struct Scan<'a> {
    rest: &'a [u8],
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            rest: text.as_bytes(),
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte if it is `expected`.
    pub(super) fn accept(&mut self, expected: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == expected => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// The number in exactly `width` digits.
    pub(super) fn digits(&mut self, width: usize) -> Option<u32> {
        let (field, rest) = self.rest.split_at_checked(width)?;
        let mut value: u32 = 0;
        for byte in field {
            let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
            value = value.checked_mul(10)?.checked_add(u32::from(digit))?;
        }
        self.rest = rest;
        Some(value)
    }

    /// `digits` after `separator`.
    pub(super) fn digits_after(&mut self, separator: u8, width: usize) -> Option<u32> {
        let mut ahead = *self;
        let value = ahead
            .accept(separator)
            .then(|| ahead.digits(width))
            .flatten()?;
        *self = ahead;
        Some(value)
    }

    /// A fraction of a second in one to three digits, as milliseconds.
    pub(super) fn milliseconds(&mut self) -> Option<u32> {
        for (width, scale) in [(3, 1), (2, 10), (1, 100)] {
            if let Some(value) = self.digits(width) {
                return value.checked_mul(scale);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_of_fixed_width() {
        let mut scan = Scan::new("2026-1x");
        assert_eq!(scan.digits(4), Some(2026));
        assert_eq!(scan.digits_after(b'-', 2), None);
        assert_eq!(scan.digits_after(b'-', 1), Some(1));
        assert!(!scan.is_empty() && scan.accept(b'x') && scan.is_empty());
        assert_eq!(scan.digits(1), None);
    }

    #[test]
    fn fractions_scale_to_milliseconds() {
        for (text, value) in [("5", 500), ("05", 50), ("005", 5), ("999", 999)] {
            assert_eq!(Scan::new(text).milliseconds(), Some(value));
        }
    }
}
