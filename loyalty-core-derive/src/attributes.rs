//! The attributes of serde that are understood here. Any other is an error, so that no type is written
//! in one form and read in another.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Path, Result};

/// What is said of a type.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) deny_unknown_fields: bool,
    pub(crate) snake_case: bool,
    pub(crate) from: Option<Path>,
    pub(crate) try_from: Option<Path>,
    /// Whether it is also read without a tree.
    pub(crate) straight: bool,
}

impl Container {
    pub(crate) fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut container = Self::default();
        each("serde", attributes, |meta| match word(meta).as_str() {
            "deny_unknown_fields" => {
                container.deny_unknown_fields = true;
                Ok(())
            }
            "rename_all" if text(meta)?.value() == "snake_case" => {
                container.snake_case = true;
                Ok(())
            }
            "from" => path(meta).map(|form| container.from = Some(form)),
            "try_from" => path(meta).map(|form| container.try_from = Some(form)),
            "into" => text(meta).map(drop),
            "transparent" => Ok(()),
            _ => Err(meta.error("this attribute is not understood when reading")),
        })?;
        each("readable", attributes, |meta| match word(meta).as_str() {
            "straight" => {
                container.straight = true;
                Ok(())
            }
            _ => Err(meta.error("only \"straight\" is understood here")),
        })?;
        Ok(container)
    }
}

/// What a field becomes that is not there.
#[derive(Default)]
pub(crate) enum Missing {
    #[default]
    Fault,
    Default,
    Call(Path),
}

/// What is said of a field or of a variant.
#[derive(Default)]
pub(crate) struct Of {
    pub(crate) rename: Option<String>,
    pub(crate) missing: Missing,
    pub(crate) skip: bool,
    /// The module whose `Form` it is read as.
    pub(crate) with: Option<Path>,
}

impl Of {
    pub(crate) fn field(attributes: &[Attribute]) -> Result<Self> {
        let mut field = Self::default();
        each("serde", attributes, |meta| match word(meta).as_str() {
            "rename" => text(meta).map(|name| field.rename = Some(name.value())),
            "default" if meta.input.peek(syn::Token![=]) => {
                path(meta).map(|call| field.missing = Missing::Call(call))
            }
            "default" => {
                field.missing = Missing::Default;
                Ok(())
            }
            "skip" => {
                field.skip = true;
                Ok(())
            }
            "with" => path(meta).map(|form| field.with = Some(form)),
            "skip_serializing_if" => text(meta).map(drop),
            _ => Err(meta.error("this attribute is not understood when reading")),
        })?;
        Ok(field)
    }
}

fn each(
    name: &str,
    attributes: &[Attribute],
    mut take: impl FnMut(&ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident(name))
        .try_for_each(|attribute| attribute.parse_nested_meta(|meta| take(&meta)))
}

fn word(meta: &ParseNestedMeta<'_>) -> String {
    meta.path
        .get_ident()
        .map_or_else(String::new, ToString::to_string)
}

fn text(meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    meta.value()?.parse()
}

fn path(meta: &ParseNestedMeta<'_>) -> Result<Path> {
    text(meta)?.parse()
}
