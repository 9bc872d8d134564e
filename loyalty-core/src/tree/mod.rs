//! A document as a tree, and the types that are read from one.
//!
//! A text becomes one list of nodes in the order of the text ([`parse`]). A type that is read from it
//! is [`Readable`]: it has a table of its fields or variants, and a function that builds it ([`Reader`])
//! and says nothing about faults. Only where something does not fit, one function for all types walks the tree
//! beside the table ([`check`]), finds the first fault in the order of the text, and describes it. So
//! what is good is read quickly, and each type brings little code. Types that are read often are read
//! without a tree ([`straight`]), unless something is unusual or wrong.
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

mod build;
mod check;
mod fault;
mod leaf;
mod node;
mod parse;
mod reader;
mod straight;

use std::fmt;

use crate::serde_text::shown;

pub use build::through;
pub(crate) use check::check;
pub use loyalty_core_derive::Readable;

pub use fault::CODES;
pub(crate) use fault::codes;
#[cfg(feature = "toml")]
pub(crate) use fault::{DUPLICATE_KEY, SYNTAX, TEXT_TOO_LONG, TOO_DEEP, TOO_LARGE, WRONG_TYPE};
pub(crate) use fault::{Fault, Step, VALUE};
pub(crate) use node::Node;
#[cfg(feature = "toml")]
pub(crate) use node::{Builder, Kind};
pub(crate) use parse::{Bounds, parse};
pub use reader::Reader;
pub use straight::Straight;

/// A type that is read from documents: the types of this crate, lists, maps and options of them, and the
/// host's own with `#[derive(Readable)]`.
///
/// The derive knows these attributes of serde: `deny_unknown_fields`, `rename_all = "snake_case"`, `from`,
/// `try_from` (of a type with a default) and `transparent` of a type; `default`, `rename` and `skip` of a field. An enum is an object
/// with one key, or a text. With `#[readable(straight)]` a struct is read without a tree where its document
/// is plain, which is faster and more code.
///
/// # Examples
///
/// ```
/// use loyalty_core::id::Sku;
/// use loyalty_core::read::{ReadLimits, Readable, read_json};
///
/// #[derive(Readable)]
/// #[serde(deny_unknown_fields)]
/// struct Wanted {
///     sku: Sku,
///     #[serde(default)]
///     notes: Vec<String>,
/// }
///
/// let wanted: Wanted = read_json(r#"{"sku": "latte"}"#, &ReadLimits::DEFAULT)?;
/// assert_eq!((wanted.sku.as_str(), wanted.notes.len()), ("latte", 0));
///
/// let error = read_json::<Wanted>(r#"{"sku": "latte", "notes": [7]}"#, &ReadLimits::DEFAULT).err();
/// assert_eq!(error.unwrap().path.to_string(), "/notes/0");
/// # Ok::<(), loyalty_core::read::ReadError>(())
/// ```
pub trait Readable: Sized {
    /// What a document must hold for it.
    fn shape() -> Shape;

    /// Builds it. Where the document does not fit the shape, it tells the reader, and gives any value.
    fn read(reader: &mut Reader<'_>) -> Self;

    /// Builds it straight from the text of a plain document; nothing where that cannot be done, and
    /// the tree is asked.
    fn straight(_: &mut Straight<'_>) -> Option<Self> {
        None
    }
}

/// What a document must hold for a type.
#[derive(Clone, Copy)]
pub enum Shape {
    /// Anything.
    Any,
    /// `true` or `false`.
    Flag,
    /// A whole number: what it is, and whether a text spells one.
    Whole(&'static str, fn(&str) -> bool),
    /// A text: what is expected, and what is wrong with one.
    Text(&'static str, fn(&str) -> Option<String>),
    /// As another, or `null`, or nothing.
    Optional(fn() -> Shape),
    /// A list.
    List(fn() -> Shape),
    /// An object whose keys are data: the keys, the values.
    Map(fn() -> Shape, fn() -> Shape),
    /// An object with these fields.
    Object(&'static Fields),
    /// An object with one key, or its text.
    Choice(&'static [Variant]),
    /// As another, and what may be wrong with what that is.
    Tried(fn() -> Shape, Refusal),
}

/// What is wrong with what stands at a place.
#[derive(Clone, Copy)]
pub struct Refusal(fn(Node<'_>) -> Option<String>);

/// The fields of an object.
pub struct Fields {
    /// What is expected where something else stands.
    pub words: &'static str,
    /// Whether other fields are passed over.
    pub open: bool,
    /// The fields, in the order in which they are read.
    pub all: &'static [Field],
}

/// A field of an object.
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// What stands under it.
    pub shape: fn() -> Shape,
    /// Whether it must be there, unless it is optional by its shape.
    pub needed: bool,
}

/// One of the forms that a choice can have.
pub struct Variant {
    /// Its key, or its text.
    pub name: &'static str,
    /// What stands under it.
    pub content: Content,
}

/// What stands under the key of a choice.
pub enum Content {
    /// Nothing: its text stands alone.
    Unit,
    /// A value.
    One(fn() -> Shape),
}

/// What is wrong with a text that `T` is to be parsed from.
pub(crate) fn text_fault<T: std::str::FromStr<Err: fmt::Display>>(text: &str) -> Option<String> {
    text.parse::<T>().err().map(|error| shown(&error))
}

/// What is wrong with a form that `T` is to be made of.
pub fn refusal<F: Readable, T: TryFrom<F, Error: fmt::Display>>() -> Refusal {
    Refusal(|node| {
        let refused = T::try_from(reader::build(node)?).err()?;
        Some(shown(&refused))
    })
}

/// Reads a type from a whole document.
pub(crate) fn read<T: Readable>(node: Node<'_>) -> Result<T, Fault> {
    reader::build(node).ok_or_else(|| unread(node, T::shape()))
}

/// What is wrong with a document that was not read.
#[cold]
fn unread(node: Node<'_>, shape: Shape) -> Fault {
    check(node, shape)
        .err()
        .unwrap_or_else(|| Fault::new(VALUE, "a value that cannot be read", ""))
}
