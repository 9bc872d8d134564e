//! The neutral form: one acceptance case as peers' tests give it.

use serde_json::{Map, Value};

use super::fields::Fields;

/// Modes of a peer that its cases do not name one by one: the form's table of peers has them.
const IMPLIED: &[(&str, &str)] = &[
    ("odoo/odoo", "amount:gross"),
    ("odoo/odoo", "earn-base:before-own-reward"),
];

/// One case.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// `universal`, `mode` or `peculiar`.
    pub(crate) portability: String,
    /// The semantic switches that it needs.
    pub(crate) modes: Vec<String>,
    /// How the engine is configured.
    pub(crate) scheme: Fields,
    /// What takes place, in order.
    pub(crate) events: Vec<Event>,
    /// What must hold, by the place of the event after which it holds.
    pub(crate) expected: Vec<Expected>,
}

/// Something that takes place.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// Its name.
    pub(crate) id: String,
    /// Its kind, such as `purchase`.
    pub(crate) kind: String,
    /// Its other fields.
    pub(crate) fields: Fields,
}

/// What must hold after an event.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    /// The place of the event.
    pub(crate) after: usize,
    /// The asserted keys.
    pub(crate) keys: Map<String, Value>,
}

/// A case by its name, or why it is not of the form.
pub(crate) type Named = (String, Result<Case, String>);

impl Case {
    /// Every line of every cart.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Fields> {
        let events = self.events.iter();
        events.flat_map(|event| event.fields.clone().objects("lines").unwrap_or_default())
    }

    /// Whether the case names a mode.
    pub(crate) fn mode(&self, name: &str) -> bool {
        self.modes.iter().any(|mode| mode == name)
    }
}

/// The cases of a file, each with its name; a case that is not of the form is a reason in its place.
pub(crate) fn read(text: &str) -> Result<Vec<Named>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Value::Array(cases) = value else {
        return Err("not a list of cases".into());
    };
    Ok(cases
        .into_iter()
        .enumerate()
        .map(|(place, value)| {
            let id = value.get("id").and_then(Value::as_str);
            let id = id.map_or_else(|| format!("#{place}"), str::to_owned);
            (id, one(value))
        })
        .collect())
}

fn one(value: Value) -> Result<Case, String> {
    let mut fields = Fields::of("case", value)?;
    let source = fields.text("source")?.unwrap_or_default();
    // What people read of a case decides nothing.
    for key in ["id", "topic", "notes", "evidence"] {
        fields.take(key);
    }
    let portability = fields
        .text("portability")?
        .unwrap_or_else(|| "universal".into());
    let mut modes = fields.list("modes")?;
    let implied = IMPLIED.iter().filter(|(peer, _)| source.contains(peer));
    modes.extend(implied.map(|(_, mode)| (*mode).to_owned()));
    let scheme = match fields.take("scheme") {
        Some(value) => Fields::of("scheme", value)?,
        None => Fields::of("scheme", Value::Object(Map::new()))?,
    };
    let events = fields
        .objects("events")?
        .into_iter()
        .enumerate()
        .map(|(place, fields)| event(place, fields))
        .collect::<Result<Vec<_>, String>>()?;
    let expected = match fields.object("expected")? {
        Some(keys) => expected(keys, &events)?,
        None => Vec::new(),
    };
    fields.done()?;
    Ok(Case {
        portability,
        modes,
        scheme,
        events,
        expected,
    })
}

fn event(place: usize, mut fields: Fields) -> Result<Event, String> {
    let id = fields.text("id")?.unwrap_or_else(|| format!("e{place}"));
    let kind = fields.need("type")?;
    Ok(Event { id, kind, fields })
}

fn expected(mut keys: Fields, events: &[Event]) -> Result<Vec<Expected>, String> {
    let mut found = Vec::new();
    for mut step in keys.objects("steps")? {
        let after = step.need("after")?;
        let place = events.iter().position(|event| event.id == after);
        found.push(Expected {
            after: place.ok_or_else(|| format!("no event {after}"))?,
            keys: step.rest(),
        });
    }
    let rest = keys.rest();
    if !rest.is_empty() {
        let last = events.len().checked_sub(1).ok_or("no events")?;
        found.push(Expected {
            after: last,
            keys: rest,
        });
    }
    Ok(found)
}
