//! Reading untrusted text in two stages: a counted scan, then the shape.
//!
//! The scan bounds size, depth and the length of every text and refuses a key that stands twice in
//! one object, before anything is built. The second stage reads the shape and names the place of the
//! first thing that does not fit.
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

mod error;
mod scan;
mod strict;
#[cfg(feature = "toml")]
mod toml;

use serde::de::DeserializeOwned;

pub(crate) use error::codes;
pub use error::{CODES, ReadError};
#[cfg(feature = "toml")]
pub use toml::read_toml;

/// What bounds a text before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Bytes of the whole.
    pub bytes_max: usize,
    /// Depth of nesting of objects and lists.
    pub depth_max: usize,
    /// Bytes of one text as it is written, its quotes apart.
    pub text_bytes_max: usize,
}

impl ReadLimits {
    /// 1 MiB, 32 levels, 64 KiB a text.
    pub const DEFAULT: Self = Self {
        bytes_max: 1 << 20,
        depth_max: 32,
        text_bytes_max: 1 << 16,
    };
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Reads JSON.
///
/// # Errors
///
/// The first thing that is wrong, with its place as a JSON pointer.
///
/// # Examples
///
/// ```
/// use loyalty_core::purchase::Claim;
/// use loyalty_core::read::{ReadLimits, read_json};
///
/// let claim: Claim = read_json(r#"{"reward": "coffee"}"#, &ReadLimits::DEFAULT)?;
/// assert_eq!(claim.quantity, 1);
///
/// let twice = r#"{"reward": "coffee", "reward": "cake"}"#;
/// let error = read_json::<Claim>(twice, &ReadLimits::DEFAULT).unwrap_err();
/// assert_eq!((error.code, error.path.to_string().as_str()), ("read.duplicate_key", "/reward"));
/// # Ok::<(), loyalty_core::read::ReadError>(())
/// ```
pub fn read_json<T: DeserializeOwned>(text: &str, limits: &ReadLimits) -> Result<T, ReadError> {
    scan::scan(text, limits)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(strict::Strict(&mut deserializer))
        .map_err(|error| ReadError::of(&error, || serde_json::from_str(text).ok()))?;
    deserializer
        .end()
        .map_err(|error| ReadError::at_root(&error))?;
    Ok(value)
}
