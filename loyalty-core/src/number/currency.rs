//! Currencies of ISO 4217 and their minor units.

use std::fmt;
use std::str::FromStr;

use super::NumberError;
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
        let unknown = || NumberError::Currency {
            found: excerpt(text),
        };
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| unknown())?;
        let listed = |codes: &[&str]| {
            codes
                .iter()
                .any(|row| row.split(' ').any(|known| known == text))
        };
        let exponent = if listed(TWO_DECIMALS) || listed(WITHOUT_MINOR_UNIT) {
            2
        } else if listed(NO_DECIMALS) {
            0
        } else if listed(THREE_DECIMALS) {
            3
        } else if listed(FOUR_DECIMALS) {
            4
        } else {
            return Err(unknown());
        };
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
    "a currency code of ISO 4217 as text, such as \"EUR\""
);

const TWO_DECIMALS: &[&str] = &[
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD",
    "CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP",
    "GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK",
    "LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO",
    "NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS",
    "SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST",
    "XAD XCD XCG YER ZAR ZMW ZWG",
    // Withdrawn since 2014.
    "ANG BGN CUC HRK LTL LVL MRO SLL STD VEF ZWL",
];
const NO_DECIMALS: &[&str] = &[
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    // Withdrawn in 2017.
    "BYR",
];
const THREE_DECIMALS: &[&str] = &["BHD IQD JOD KWD LYD OMR TND"];
const FOUR_DECIMALS: &[&str] = &["CLF UYW"];
const WITHOUT_MINOR_UNIT: &[&str] = &["XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
    fn no_code_is_listed_twice() {
        let all = [
            TWO_DECIMALS,
            NO_DECIMALS,
            THREE_DECIMALS,
            FOUR_DECIMALS,
            WITHOUT_MINOR_UNIT,
        ];
        let codes: Vec<&str> = all
            .iter()
            .copied()
            .flatten()
            .flat_map(|row| row.split(' '))
            .collect();
        let distinct: BTreeSet<&str> = codes.iter().copied().collect();
        assert_eq!(codes.len(), distinct.len());
        assert!(
            distinct
                .iter()
                .all(|code| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()))
        );
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
