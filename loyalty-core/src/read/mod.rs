//! Reading untrusted text in two stages: first a tree, then the shape.
//!
//! The first stage bounds size, depth and the length of every text and refuses a key that stands twice
//! in one object. The second stage reads the shape and names the place of the first thing that does not
//! fit.
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
#[cfg(feature = "toml")]
mod toml;

use crate::tree::{self, Bounds, Fault, parse};

pub use crate::tree::{CODES, Readable};

/// What the derive of [`Readable`] writes. It may change with every version.
#[doc(hidden)]
pub mod document {
    pub use serde::{Deserialize, Deserializer};

    pub use crate::tree::{
        Content, Field, Fields, Readable, Reader, Shape, Straight, Variant, refusal, through,
    };
}
pub(crate) use crate::tree::codes;
pub use error::ReadError;
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

impl ReadLimits {
    fn bounds(&self) -> Bounds {
        Bounds {
            bytes_max: self.bytes_max,
            depth_max: self.depth_max,
            text_bytes_max: self.text_bytes_max,
        }
    }
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
pub fn read_json<T: Readable>(text: &str, limits: &ReadLimits) -> Result<T, ReadError> {
    Ok(read_bounded(text, &limits.bounds())?)
}

/// Reads JSON, and says what is wrong without a pointer to it.
pub(crate) fn read_bounded<T: Readable>(text: &str, bounds: &Bounds) -> Result<T, Fault> {
    if let Some(value) = tree::Straight::document(text, bounds) {
        return Ok(value);
    }
    let (tree, rest) = parse(text, bounds)?;
    let value = tree::read(tree.root())?;
    rest.map(|()| value)
}
