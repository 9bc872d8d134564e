//! The first fault of a document, in the order of its text.

use super::fault::{Fault, MISSING_FIELD, UNKNOWN_FIELD, VALUE, WRONG_TYPE};
use super::node::{Kind, Node, place_of};
use super::{Content, Fields, Shape, Variant};
use crate::serde_text::excerpt;

/// Looks for the first fault.
pub(crate) fn check(node: Node<'_>, shape: Shape) -> Result<(), Fault> {
    let kind = node.kind();
    match shape {
        Shape::Any => Ok(()),
        Shape::Flag => match kind {
            Kind::False | Kind::True => Ok(()),
            _ => Err(wrong_type(node, "a boolean")),
        },
        Shape::Whole(name, fits) => match node.number() {
            Some(number) if fits(number) => Ok(()),
            Some(number) if is_whole(number) => {
                Err(Fault::new(VALUE, format!("integer \"{number}\""), name))
            }
            _ => Err(wrong_type(node, name)),
        },
        Shape::Text(expected, fault) => match node.text().map(fault) {
            Some(None) => Ok(()),
            Some(Some(fault)) => Err(Fault::new(VALUE, fault, "")),
            None => Err(wrong_type(node, expected)),
        },
        Shape::Optional(inner) => match kind {
            Kind::Null | Kind::Absent => Ok(()),
            _ => check(node, inner()),
        },
        Shape::List(inner) => {
            let items = node.items().ok_or_else(|| wrong_type(node, "a sequence"))?;
            items
                .enumerate()
                .try_for_each(|(index, item)| check(item, inner()).map_err(|fault| fault.at(index)))
        }
        Shape::Map(keys, values) => {
            let mut pairs = node.pairs().ok_or_else(|| wrong_type(node, "a map"))?;
            while let (Some(key), Some(value)) = (pairs.next(), pairs.next()) {
                let name = key.written();
                check(key, keys())
                    .and_then(|()| check(value, values()))
                    .map_err(|fault| fault.under(name))?;
            }
            Ok(())
        }
        Shape::Object(fields) => check_fields(node, fields),
        Shape::Choice(variants) => check_choice(node, variants),
        Shape::Tried(inner, refused) => {
            check(node, inner())?;
            (refused.0)(node).map_or(Ok(()), |refused| Err(Fault::new(VALUE, refused, "")))
        }
    }
}

fn check_fields(node: Node<'_>, fields: &Fields) -> Result<(), Fault> {
    let Some(mut pairs) = node.pairs() else {
        return Err(wrong_type(node, fields.words));
    };
    let mut there = vec![false; fields.all.len()];
    while let (Some(key), Some(value)) = (pairs.next(), pairs.next()) {
        let name = key.written();
        let place = place_of(fields.all, name, 0);
        if let Some(there) = place.and_then(|place| there.get_mut(place)) {
            *there = true;
        }
        match place.and_then(|place| fields.all.get(place)) {
            Some(field) => check(value, (field.shape)()).map_err(|fault| fault.under(name))?,
            None if fields.open => {}
            None => return Err(unknown_field(name, fields)),
        }
    }
    for (field, there) in fields.all.iter().zip(there) {
        let optional = !field.needed || matches!((field.shape)(), Shape::Optional(_));
        if !there && !optional {
            return Err(Fault::new(
                MISSING_FIELD,
                format!("no field \"{}\"", field.name),
                format!("\"{}\" is needed", field.name),
            ));
        }
    }
    Ok(())
}

fn unknown_field(name: &str, fields: &Fields) -> Fault {
    let allowed = match fields.all {
        [] => "no field".to_owned(),
        all => one_of(all.iter().map(|field| field.name).collect()),
    };
    Fault::new(
        UNKNOWN_FIELD,
        format!("the field \"{}\"", excerpt(name)),
        allowed,
    )
    .under(name)
}

fn check_choice(node: Node<'_>, variants: &[Variant]) -> Result<(), Fault> {
    const FORMS: &str = "an object with exactly one key, or its text";
    let choice = |name: &str| {
        let variant = variants.iter().find(|variant| variant.name == name);
        variant.ok_or_else(|| {
            let names = variants.iter().map(|variant| variant.name).collect();
            Fault::new(VALUE, format!("\"{name}\""), one_of(names))
        })
    };
    if let Some(name) = node.text() {
        return match choice(name)?.content {
            Content::Unit => Ok(()),
            _ => Err(Fault::new(
                WRONG_TYPE,
                format!("the text \"{}\"", excerpt(name)),
                format!("an object with the key \"{name}\""),
            )),
        };
    }
    let Some(mut pairs) = node.pairs() else {
        let found = match node.kind() {
            Kind::List => "a list",
            Kind::True => "true",
            Kind::False => "false",
            Kind::Number => &excerpt(node.written()),
            _ => "null",
        };
        return Err(Fault::new(WRONG_TYPE, found, FORMS));
    };
    if let (Some(key), Some(content)) = (pairs.next(), pairs.next()) {
        let name = key.written();
        let checked = match choice(name)?.content {
            Content::Unit if content.kind() == Kind::Null => Ok(()),
            Content::Unit => Err(wrong_type(content, "unit")),
            Content::One(shape) => check(content, shape()),
        };
        checked.map_err(|fault| fault.under(name))?;
        if pairs.next().is_none() {
            return Ok(());
        }
    }
    let keys = node.pairs().map_or(0, |pairs| pairs.step_by(2).count());
    Err(Fault::new(
        VALUE,
        format!("an object with {keys} keys"),
        FORMS,
    ))
}

/// Whether a number is one that 64 bits hold.
fn is_whole(number: &str) -> bool {
    number != "-0" && (number.parse::<u64>().is_ok() || number.parse::<i64>().is_ok())
}

fn wrong_type(node: Node<'_>, expected: &str) -> Fault {
    let written = node.written();
    let found = match node.kind() {
        Kind::Absent | Kind::Null => "null".to_owned(),
        Kind::True => "boolean \"true\"".to_owned(),
        Kind::False => "boolean \"false\"".to_owned(),
        Kind::Number if is_whole(written) => format!("integer \"{written}\""),
        Kind::Number => format!("floating point \"{}\"", excerpt(written)),
        Kind::Text => format!("string {written:?}"),
        Kind::List => "sequence".to_owned(),
        Kind::Object => "map".to_owned(),
    };
    Fault::new(WRONG_TYPE, found, expected)
}

/// The names from which one can be chosen.
fn one_of(names: Vec<&str>) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    match &*quoted {
        [one] => one.clone(),
        [one, other] => format!("{one} or {other}"),
        all => format!("one of {}", all.join(", ")),
    }
}
