//! Reading a scheme document.

use crate::read::{ReadError, read_json};

use super::def::SchemeDef;
use super::limit::Limits;

impl SchemeDef {
    /// Reads a JSON document under [`Limits::DEFAULT`]. [`compile`](super::compile) then checks what
    /// it means.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with the document's form, with its place.
    ///
    /// # Examples
    ///
    /// ```
    /// use loyalty_core::scheme::SchemeDef;
    ///
    /// let error = SchemeDef::from_json(r#"{"format": 1, "idd": "cafe"}"#).unwrap_err();
    /// assert_eq!((error.code, error.path.to_string().as_str()), ("read.unknown_field", "/idd"));
    /// ```
    pub fn from_json(text: &str) -> Result<Self, ReadError> {
        Self::from_json_with(text, &Limits::DEFAULT)
    }

    /// As [`from_json`](SchemeDef::from_json), under limits of the host's own.
    ///
    /// # Errors
    ///
    /// As [`from_json`](SchemeDef::from_json).
    pub fn from_json_with(text: &str, limits: &Limits) -> Result<Self, ReadError> {
        read_json(text, &limits.reading())
    }

    /// Reads a TOML document under [`Limits::DEFAULT`].
    ///
    /// # Errors
    ///
    /// As [`from_json`](SchemeDef::from_json).
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, ReadError> {
        Self::from_toml_with(text, &Limits::DEFAULT)
    }

    /// As [`from_toml`](SchemeDef::from_toml), under limits of the host's own.
    ///
    /// # Errors
    ///
    /// As [`from_json`](SchemeDef::from_json).
    #[cfg(feature = "toml")]
    pub fn from_toml_with(text: &str, limits: &Limits) -> Result<Self, ReadError> {
        crate::read::read_toml(text, &limits.reading())
    }
}
