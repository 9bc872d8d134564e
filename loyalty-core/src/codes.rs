//! Codes for coupons, made of entropy that the host supplies.
//!
//! The same entropy and batch give the same codes in the same order, a longer list begins with the
//! shorter one, and a code says nothing about the next: each is a keyed hash of its number.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

use std::collections::BTreeSet;

use hmac_sha256::HMAC;
use serde::Serialize;
use thiserror::Error;

use crate::id::{BatchId, CodeText};
use crate::tree::Readable;

/// The fewest bytes of entropy.
pub const ENTROPY_BYTES_MIN: usize = 16;
/// The most codes of one call.
pub const CODES_MAX: u32 = 1_000_000;
/// The fewest characters of a code.
pub const CODE_LENGTH_MIN: u32 = 4;
/// The most characters of a code.
pub const CODE_LENGTH_MAX: u32 = 18;
/// There are at least so many possible codes for every one that is made.
pub const GUESSES_MIN: u64 = 1_000_000;

/// The characters of codes. None of 0 and O, 1 and I and L is among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Readable)]
#[serde(rename_all = "snake_case")]
pub enum Alphabet {
    /// 31 digits and letters.
    #[default]
    Mixed,
    /// 19 consonants, which spell no words.
    Consonants,
}

impl Alphabet {
    /// The characters, in order. Their number is a prime, so that the check character finds every
    /// single wrong character and every two neighbours that changed places.
    #[must_use]
    pub const fn characters(self) -> &'static str {
        match self {
            Self::Mixed => "23456789ABCDEFGHJKMNPQRSTUVWXYZ",
            Self::Consonants => "BCDFGHJKMNPQRSTVWXZ",
        }
    }
}

/// Which codes to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct CodeBatch {
    /// The batch, as offers name it.
    pub batch: BatchId,
    /// How many.
    pub count: u32,
    /// How many characters each has, the check character among them.
    pub length: u32,
    /// Of which characters. Default `mixed`.
    #[serde(default)]
    pub alphabet: Alphabet,
    /// Whether the last character checks the others.
    #[serde(default)]
    pub check: bool,
}

/// Why codes are not made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CodesError {
    /// There is too little entropy.
    #[error("{found} bytes of entropy: allowed are {ENTROPY_BYTES_MIN} or more")]
    Entropy {
        /// How many bytes.
        found: usize,
    },
    /// The number of codes is out of range.
    #[error("{found} codes: allowed are 1 to {CODES_MAX}")]
    Count {
        /// How many codes.
        found: u32,
    },
    /// The length of a code is out of range.
    #[error("{found} characters: allowed are {CODE_LENGTH_MIN} to {CODE_LENGTH_MAX}")]
    Length {
        /// How many characters.
        found: u32,
    },
    /// Codes of this length could be guessed.
    #[error("{found} characters for {count} codes could be guessed: allowed are {allowed} or more")]
    Space {
        /// How many characters.
        found: u32,
        /// How many codes.
        count: u32,
        /// How many characters would do.
        allowed: u32,
    },
}

impl CodesError {
    /// The stable code of this error, such as `codes.space`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Entropy { .. } => "codes.entropy",
            Self::Count { .. } => "codes.count",
            Self::Length { .. } => "codes.length",
            Self::Space { .. } => "codes.space",
        }
    }
}

/// Makes the codes of a batch: distinct, and in an order that nobody can guess without the entropy.
///
/// # Errors
/// [`CodesError`] when there is too little entropy, or so few possible codes that one in a million
/// guesses would hit.
///
/// # Examples
/// ```
/// use loyalty_core::codes::{Alphabet, CodeBatch, codes, verify_code};
///
/// let batch = CodeBatch { batch: "spring".parse()?, count: 1_000, length: 10, alphabet: Alphabet::Mixed, check: true };
/// # let entropy = [7_u8; 32];
/// // Entropy comes from the operating system and stays secret.
/// let made = codes(&entropy, &batch)?;
/// assert_eq!(made.len(), 1_000);
/// assert!(verify_code(made[0].as_str(), Alphabet::Mixed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn codes(entropy: &[u8], batch: &CodeBatch) -> Result<Vec<CodeText>, CodesError> {
    check(entropy, batch)?;
    let alphabet = batch.alphabet.characters().as_bytes();
    let key = HMAC::mac(batch.batch.as_str().as_bytes(), entropy);
    let body = usize::try_from(free(batch)).unwrap_or(usize::MAX);
    let mut seen = BTreeSet::new();
    let mut made = Vec::new();
    let mut number = 0_u64;
    // Most of the space is free: a number whose code is taken is passed over.
    while made.len() < usize::try_from(batch.count).unwrap_or(usize::MAX) {
        let mut text = draw(&key, number, alphabet, body);
        number = number.saturating_add(1);
        if batch.check {
            let last = check_character(&text, batch.alphabet);
            text.extend(last);
        }
        // The alphabet is ASCII and a code has 4 to 18 characters: always an id.
        let Ok(code) = CodeText::try_new(&text) else {
            continue;
        };
        if seen.insert(text) {
            made.push(code);
        }
    }
    Ok(made)
}

/// Whether the last character of a code checks the others; capitals and small letters are alike.
#[must_use]
pub fn verify_code(code: &str, alphabet: Alphabet) -> bool {
    let code = code.to_ascii_uppercase();
    let length = u32::try_from(code.len()).unwrap_or(u32::MAX);
    if !(CODE_LENGTH_MIN..=CODE_LENGTH_MAX).contains(&length) {
        return false;
    }
    let mut characters = code.chars();
    let last = characters.next_back();
    last.is_some() && last == check_character(characters.as_str(), alphabet)
}

fn check(entropy: &[u8], batch: &CodeBatch) -> Result<(), CodesError> {
    if entropy.len() < ENTROPY_BYTES_MIN {
        return Err(CodesError::Entropy {
            found: entropy.len(),
        });
    }
    if !(1..=CODES_MAX).contains(&batch.count) {
        return Err(CodesError::Count { found: batch.count });
    }
    if !(CODE_LENGTH_MIN..=CODE_LENGTH_MAX).contains(&batch.length) {
        return Err(CodesError::Length {
            found: batch.length,
        });
    }
    let size = u64::try_from(batch.alphabet.characters().len()).unwrap_or(u64::MAX);
    let wanted = u64::from(batch.count).saturating_mul(GUESSES_MIN);
    let enough = |length: u32| size.saturating_pow(length) >= wanted;
    let present = free(batch);
    if enough(present) {
        return Ok(());
    }
    let most = CODE_LENGTH_MAX.saturating_sub(u32::from(batch.check));
    let least = (present..=most)
        .find(|length| enough(*length))
        .unwrap_or(most);
    Err(CodesError::Space {
        found: batch.length,
        count: batch.count,
        allowed: least.saturating_add(u32::from(batch.check)),
    })
}

/// How many characters are drawn.
fn free(batch: &CodeBatch) -> u32 {
    batch.length.saturating_sub(u32::from(batch.check))
}

/// The characters of a number: every one is as likely as every other, since bytes above the largest
/// multiple of the alphabet's size are passed over.
fn draw(key: &[u8; 32], number: u64, alphabet: &[u8], length: usize) -> String {
    let size = u8::try_from(alphabet.len()).unwrap_or(u8::MAX);
    let over = u8::MAX
        .checked_rem(size)
        .and_then(|rest| rest.checked_add(1));
    // 256 is no multiple of a prime above 2, so that some bytes are always passed over.
    let most = over.map_or(u8::MAX, |over| u8::MAX.saturating_sub(over));
    let mut text = String::with_capacity(length.saturating_add(1));
    let mut block = 0_u64;
    while text.len() < length {
        let mut mac = HMAC::new(key);
        mac.update(number.to_be_bytes());
        mac.update(block.to_be_bytes());
        block = block.saturating_add(1);
        let places = mac.finalize().into_iter().filter(|byte| *byte <= most);
        let characters = places
            .filter_map(|byte| byte.checked_rem(size))
            .filter_map(|place| alphabet.get(usize::from(place)))
            .map(|character| char::from(*character));
        let rest = length.saturating_sub(text.len());
        text.extend(characters.take(rest));
    }
    text
}

/// The character that makes the weighted sum of the places a multiple of the alphabet's size: weight 1
/// for the last character, 2 for the one before it, and so on. Nothing when a character is strange.
fn check_character(text: &str, alphabet: Alphabet) -> Option<char> {
    let characters = alphabet.characters();
    let size = u64::try_from(characters.len()).ok()?;
    let mut sum = 0_u64;
    for (weight, character) in (2_u64..).zip(text.chars().rev()) {
        let place = u64::try_from(characters.find(character)?).ok()?;
        sum = sum.checked_add(weight.checked_mul(place)?)?;
    }
    let rest = sum.checked_rem(size)?;
    let place = size.checked_sub(rest)?.checked_rem(size)?;
    characters.chars().nth(usize::try_from(place).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTROPY: [u8; 16] = [42; 16];

    fn batch(count: u32, length: u32) -> CodeBatch {
        CodeBatch {
            batch: "spring".parse().unwrap(),
            count,
            length,
            alphabet: Alphabet::Mixed,
            check: false,
        }
    }

    #[test]
    fn codes_are_distinct_and_repeatable() {
        let made = codes(&ENTROPY, &batch(5_000, 8)).unwrap();
        let distinct: BTreeSet<_> = made.iter().collect();
        assert_eq!(distinct.len(), 5_000);
        assert_eq!(codes(&ENTROPY, &batch(5_000, 8)).unwrap(), made);
        assert_eq!(codes(&ENTROPY, &batch(10, 8)).unwrap(), made[..10]);
        let letters = Alphabet::Mixed.characters();
        for code in &made {
            assert_eq!(code.as_str().len(), 8);
            assert!(code.as_str().chars().all(|c| letters.contains(c)), "{code}");
        }
        let mut other = batch(10, 8);
        other.batch = "autumn".parse().unwrap();
        assert!(
            codes(&ENTROPY, &other)
                .unwrap()
                .iter()
                .all(|code| !made.contains(code))
        );
        assert!(
            codes(&[43; 16], &batch(10, 8))
                .unwrap()
                .iter()
                .all(|code| !made.contains(code))
        );
    }

    #[test]
    fn no_character_is_preferred() {
        for alphabet in [Alphabet::Mixed, Alphabet::Consonants] {
            let asked = CodeBatch {
                alphabet,
                ..batch(4_000, 12)
            };
            let made = codes(&ENTROPY, &asked).unwrap();
            let letters = alphabet.characters();
            let mut counts = vec![0_u32; letters.len()];
            for place in made
                .iter()
                .flat_map(|code| code.as_str().chars())
                .filter_map(|c| letters.find(c))
            {
                counts[place] += 1;
            }
            let mean = f64::from(4_000 * 12) / f64::from(u32::try_from(counts.len()).unwrap());
            let squared = |n: &u32| {
                let off = f64::from(*n) - mean;
                off * off / mean
            };
            let chi: f64 = counts.iter().map(squared).sum();
            // 99.9 % of chi-squared with 30 degrees of freedom; a byte modulo 31 would exceed 900.
            assert!(chi < 59.7, "{chi}");
            // Not in order: about half of the neighbours rise.
            let rises = made.windows(2).filter(|pair| pair[0] < pair[1]).count();
            assert!((1_800..2_200).contains(&rises), "{rises}");
        }
    }

    #[test]
    fn the_check_character_finds_slips() {
        for alphabet in [Alphabet::Mixed, Alphabet::Consonants] {
            let asked = CodeBatch {
                alphabet,
                check: true,
                ..batch(3, 18)
            };
            for code in codes(&ENTROPY, &asked).unwrap() {
                assert!(verify_code(code.as_str(), alphabet));
                assert!(verify_code(&code.as_str().to_lowercase(), alphabet));
                let characters: Vec<char> = code.as_str().chars().collect();
                for place in 0..characters.len() {
                    for wrong in alphabet
                        .characters()
                        .chars()
                        .filter(|c| *c != characters[place])
                    {
                        let mut slip = characters.clone();
                        slip[place] = wrong;
                        assert!(!verify_code(&slip.iter().collect::<String>(), alphabet));
                    }
                    let mut swapped = characters.clone();
                    if place > 0 && swapped[place] != swapped[place - 1] {
                        swapped.swap(place, place - 1);
                        assert!(!verify_code(&swapped.iter().collect::<String>(), alphabet));
                    }
                }
            }
        }
        for strange in ["", "A", "ABC", "ABC0", "ÄÖÜß", "2222222222222222222"] {
            assert!(!verify_code(strange, Alphabet::Mixed), "{strange}");
        }
    }

    #[test]
    fn what_could_be_guessed_is_refused() {
        let code = |entropy: &[u8], batch: &CodeBatch| codes(entropy, batch).unwrap_err().code();
        assert_eq!(code(&[1; 15], &batch(1, 8)), "codes.entropy");
        assert_eq!(code(&[], &batch(1, 8)), "codes.entropy");
        assert_eq!(code(&ENTROPY, &batch(0, 8)), "codes.count");
        assert_eq!(code(&ENTROPY, &batch(CODES_MAX + 1, 18)), "codes.count");
        assert_eq!(code(&ENTROPY, &batch(1, 3)), "codes.length");
        assert_eq!(code(&ENTROPY, &batch(1, 19)), "codes.length");
        let space = CodesError::Space {
            found: 6,
            count: 1_000,
            allowed: 7,
        };
        assert_eq!(codes(&ENTROPY, &batch(1_000, 6)).unwrap_err(), space);
        assert!(codes(&ENTROPY, &batch(1_000, 7)).is_ok());
        let checked = CodeBatch {
            check: true,
            ..batch(1_000, 7)
        };
        let space = CodesError::Space {
            found: 7,
            count: 1_000,
            allowed: 8,
        };
        assert_eq!(codes(&ENTROPY, &checked).unwrap_err(), space);
    }
}
