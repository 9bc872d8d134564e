//! Currencies of ISO 4217 and their minor units.

use std::fmt;
use std::str::FromStr;

use super::{NumberError, NumberErrorKind};
use crate::serde_text::{excerpt, text_serde};

/// A currency of ISO 4217: three capitals, and how many decimals its minor unit has.
///
/// Known are the active codes, `XTS` (tests) and `XXX` (none), and the codes that have been
/// withdrawn since 2014, because a shop's history may hold them. Codes for which the standard names
/// no minor unit have two decimals.
///
/// # Examples
///
/// ```
/// use loyalty_core::number::Currency;
///
/// let yen: Currency = "JPY".parse()?;
/// assert_eq!(yen.exponent(), 0);
/// assert!("jpy".parse::<Currency>().is_err());
/// # Ok::<(), loyalty_core::number::NumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

impl Currency {
    /// The three-letter code.
    pub fn as_str(&self) -> &str {
        // The code is ASCII by construction.
        std::str::from_utf8(&self.code).unwrap_or("XXX")
    }

    /// The number of decimals of the minor unit, 0 to 4: 2 for EUR, 0 for JPY, 3 for KWD.
    #[inline]
    pub fn exponent(self) -> u8 {
        self.exponent
    }
}

impl FromStr for Currency {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let unknown = || {
            let found = excerpt(text);
            NumberError::from(NumberErrorKind::Currency { found })
        };
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| unknown())?;
        let exponent = minor_unit(&code).ok_or_else(unknown)?;
        Ok(Currency { code, exponent })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

text_serde!(
    Currency,
    "a currency code of ISO 4217 as text, such as \"EUR\"",
    Currency {
        code: *b"XXX",
        exponent: 2
    },
    |value, serializer| serializer.serialize_str(value.as_str())
);

/// The known codes by the decimals of their minor units, in the order of the alphabet.
const CODES: [(u8, &[[u8; 3]]); 7] = [
    (
        2,
        &[
            *b"AED", *b"AFN", *b"ALL", *b"AMD", *b"AOA", *b"ARS", *b"AUD", *b"AWG", *b"AZN",
            *b"BAM", *b"BBD", *b"BDT", *b"BMD", *b"BND", *b"BOB", *b"BOV", *b"BRL", *b"BSD",
            *b"BTN", *b"BWP", *b"BYN", *b"BZD", *b"CAD", *b"CDF", *b"CHE", *b"CHF", *b"CHW",
            *b"CNY", *b"COP", *b"COU", *b"CRC", *b"CUP", *b"CVE", *b"CZK", *b"DKK", *b"DOP",
            *b"DZD", *b"EGP", *b"ERN", *b"ETB", *b"EUR", *b"FJD", *b"FKP", *b"GBP", *b"GEL",
            *b"GHS", *b"GIP", *b"GMD", *b"GTQ", *b"GYD", *b"HKD", *b"HNL", *b"HTG", *b"HUF",
            *b"IDR", *b"ILS", *b"INR", *b"IRR", *b"JMD", *b"KES", *b"KGS", *b"KHR", *b"KPW",
            *b"KYD", *b"KZT", *b"LAK", *b"LBP", *b"LKR", *b"LRD", *b"LSL", *b"MAD", *b"MDL",
            *b"MGA", *b"MKD", *b"MMK", *b"MNT", *b"MOP", *b"MRU", *b"MUR", *b"MVR", *b"MWK",
            *b"MXN", *b"MXV", *b"MYR", *b"MZN", *b"NAD", *b"NGN", *b"NIO", *b"NOK", *b"NPR",
            *b"NZD", *b"PAB", *b"PEN", *b"PGK", *b"PHP", *b"PKR", *b"PLN", *b"QAR", *b"RON",
            *b"RSD", *b"RUB", *b"SAR", *b"SBD", *b"SCR", *b"SDG", *b"SEK", *b"SGD", *b"SHP",
            *b"SLE", *b"SOS", *b"SRD", *b"SSP", *b"STN", *b"SVC", *b"SYP", *b"SZL", *b"THB",
            *b"TJS", *b"TMT", *b"TOP", *b"TRY", *b"TTD", *b"TWD", *b"TZS", *b"UAH", *b"USD",
            *b"USN", *b"UYU", *b"UZS", *b"VED", *b"VES", *b"WST", *b"XAD", *b"XCD", *b"XCG",
            *b"YER", *b"ZAR", *b"ZMW", *b"ZWG",
        ],
    ),
    (
        0,
        &[
            *b"BIF", *b"CLP", *b"DJF", *b"GNF", *b"ISK", *b"JPY", *b"KMF", *b"KRW", *b"PYG",
            *b"RWF", *b"UGX", *b"UYI", *b"VND", *b"VUV", *b"XAF", *b"XOF", *b"XPF",
        ],
    ),
    (
        3,
        &[
            *b"BHD", *b"IQD", *b"JOD", *b"KWD", *b"LYD", *b"OMR", *b"TND",
        ],
    ),
    (4, &[*b"CLF", *b"UYW"]),
    // Without a minor unit in the standard.
    (
        2,
        &[
            *b"XAG", *b"XAU", *b"XBA", *b"XBB", *b"XBC", *b"XBD", *b"XDR", *b"XPD", *b"XPT",
            *b"XSU", *b"XTS", *b"XUA", *b"XXX",
        ],
    ),
    // Withdrawn since 2014.
    (0, &[*b"BYR"]),
    (
        2,
        &[
            *b"ANG", *b"BGN", *b"CUC", *b"HRK", *b"LTL", *b"LVL", *b"MRO", *b"SLL", *b"STD",
            *b"VEF", *b"ZWL",
        ],
    ),
];

/// The decimals of the minor unit of a known code.
fn minor_unit(code: &[u8; 3]) -> Option<u8> {
    let mut lists = CODES.iter();
    let found = lists.find(|(_, codes)| codes.binary_search(code).is_ok());
    found.map(|(exponent, _)| *exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_follow_the_standard() {
        for (code, exponent) in [
            ("EUR", 2),
            ("USD", 2),
            ("XTS", 2),
            ("XXX", 2),
            ("JPY", 0),
            ("KRW", 0),
            ("CLP", 0),
            ("VND", 0),
            ("ISK", 0),
            ("BHD", 3),
            ("IQD", 3),
            ("JOD", 3),
            ("KWD", 3),
            ("LYD", 3),
            ("OMR", 3),
            ("TND", 3),
            ("CLF", 4),
            ("UYW", 4),
            ("HUF", 2),
            ("IDR", 2),
            ("MGA", 2),
        ] {
            let currency: Currency = code.parse().unwrap();
            assert_eq!(currency.exponent(), exponent, "{code}");
            assert_eq!(currency.to_string(), code);
        }
    }

    #[test]
    fn refuses_what_is_not_a_code() {
        for text in [
            "", "EU", "EURO", "eur", "ABC", "E R", "EUR ", "€", "£££", "AED AFN",
        ] {
            assert_eq!(
                text.parse::<Currency>().unwrap_err().code(),
                "number.currency",
                "{text:?}"
            );
        }
    }

    #[test]
    fn every_known_code_reads_back() {
        let letters = || b'A'..=b'Z';
        let all =
            letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
        let known: Vec<[u8; 3]> = all.filter(|code| minor_unit(code).is_some()).collect();
        assert!(!known.is_empty());
        for code in known {
            let text = std::str::from_utf8(&code).unwrap();
            assert_eq!(text.parse::<Currency>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn order_is_alphabetical() {
        let code = |text: &str| text.parse::<Currency>().unwrap();
        assert!(code("CLF") < code("EUR") && code("EUR") < code("JPY"));
    }

    #[test]
    fn serde_is_text() {
        let euro: Currency = serde_json::from_str("\"EUR\"").unwrap();
        assert_eq!(serde_json::to_string(&euro).unwrap(), "\"EUR\"");
        assert!(serde_json::from_str::<Currency>("978").is_err());
    }
}
