//! An object of the neutral form of which every key must be read.

use serde_json::{Map, Value};

/// An object whose keys are taken one by one; what is left over is not understood.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    place: String,
    map: Map<String, Value>,
}

impl Fields {
    /// The object at a place, such as `scheme.points`.
    pub(crate) fn of(place: impl Into<String>, value: Value) -> Result<Self, String> {
        let place = place.into();
        match value {
            Value::Object(map) => Ok(Self { place, map }),
            _ => Err(format!("{place}: not an object")),
        }
    }

    /// The place of one of its keys.
    pub(crate) fn at(&self, key: &str) -> String {
        format!("{}.{key}", self.place)
    }

    /// Takes a key; `null` is as good as absent.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        self.map.remove(key).filter(|value| !value.is_null())
    }

    /// Sets or removes a key.
    pub(crate) fn put(&mut self, key: &str, value: Option<Value>) {
        match value {
            Some(value) => self.map.insert(key.to_owned(), value),
            None => self.map.remove(key),
        };
    }

    /// Whether a key is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(|value| !value.is_null())
    }

    /// Whether a key is there as `null`.
    pub(crate) fn is_null(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(Value::is_null)
    }

    /// Whether a key holds an object.
    pub(crate) fn is_object(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(Value::is_object)
    }

    /// Puts what an event says in the place of every text that begins with `given`; the event's keys
    /// that were read are noted.
    pub(crate) fn fill(&mut self, event: &Self, read: &mut Vec<String>) {
        fill(&mut self.map, event, read);
    }

    /// Takes some keys as an object of their own.
    pub(crate) fn split(&mut self, keys: &[&str]) -> Self {
        let mut map = Map::new();
        for key in keys {
            if let Some(value) = self.map.remove(*key) {
                map.insert((*key).into(), value);
            }
        }
        Self {
            place: self.place.clone(),
            map,
        }
    }

    /// Takes a text that can only be this one.
    pub(crate) fn take_word(&mut self, key: &str, only: &str) -> Result<(), String> {
        match self.text(key)? {
            Some(found) if found != only => Err(format!("{} \"{found}\"", self.at(key))),
            _ => Ok(()),
        }
    }

    /// Adds a text to a list.
    pub(crate) fn add(&mut self, key: &str, text: &str) {
        let list = self
            .map
            .entry(key)
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(values) = list {
            values.push(Value::String(text.to_owned()));
        }
    }

    /// Removes a text from a list.
    pub(crate) fn remove(&mut self, key: &str, text: &str) {
        if let Some(Value::Array(values)) = self.map.get_mut(key) {
            values.retain(|value| value != text);
        }
    }

    /// The keys that are left.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.map.keys().cloned().collect()
    }

    /// Takes a text, or a number as its text.
    pub(crate) fn text(&mut self, key: &str) -> Result<Option<String>, String> {
        let place = self.at(key);
        self.take(key).map(|value| text(&place, &value)).transpose()
    }

    /// Takes the first of several names of one text.
    pub(crate) fn text_of(&mut self, keys: &[&str]) -> Result<Option<String>, String> {
        match keys.iter().find(|key| self.has(key)) {
            Some(key) => self.text(key),
            None => Ok(None),
        }
    }

    /// Takes a text that must be there.
    pub(crate) fn need(&mut self, key: &str) -> Result<String, String> {
        let place = self.at(key);
        self.text(key)?.ok_or_else(|| format!("no {place}"))
    }

    /// Takes a count.
    pub(crate) fn count(&mut self, key: &str) -> Result<Option<u32>, String> {
        let place = self.at(key);
        match self.text(key)? {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(count) => Ok(Some(count)),
                Err(_) => Err(format!("{place}: \"{text}\" is not a count")),
            },
        }
    }

    /// Takes a list of texts; one text is a list of one.
    pub(crate) fn list(&mut self, key: &str) -> Result<Vec<String>, String> {
        let place = self.at(key);
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => values.iter().map(|value| text(&place, value)).collect(),
            Some(value) => Ok(vec![text(&place, &value)?]),
        }
    }

    /// Takes `true` or `false`; absent is `false`.
    pub(crate) fn flag(&mut self, key: &str) -> Result<bool, String> {
        match self.take(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(format!("{}: not a flag", self.at(key))),
        }
    }

    /// Takes an object.
    pub(crate) fn object(&mut self, key: &str) -> Result<Option<Self>, String> {
        let place = self.at(key);
        self.take(key)
            .map(|value| Self::of(place, value))
            .transpose()
    }

    /// Takes a list of objects; one object is a list of one.
    pub(crate) fn objects(&mut self, key: &str) -> Result<Vec<Self>, String> {
        let place = self.at(key);
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => values
                .into_iter()
                .enumerate()
                .map(|(number, value)| Self::of(format!("{place}[{number}]"), value))
                .collect(),
            Some(value) => Ok(vec![Self::of(place, value)?]),
        }
    }

    /// Takes everything that is left.
    pub(crate) fn rest(self) -> Map<String, Value> {
        self.map
    }

    /// That nothing is left over.
    pub(crate) fn done(self) -> Result<(), String> {
        match self.map.iter().find(|(_, value)| !value.is_null()) {
            None => Ok(()),
            Some((key, _)) => Err(self.at(key)),
        }
    }
}

fn fill(map: &mut Map<String, Value>, event: &Fields, read: &mut Vec<String>) {
    let mut beside = None;
    for (key, value) in map.iter_mut() {
        match value {
            Value::Object(inner) => fill(inner, event, read),
            Value::Array(values) => {
                for value in values {
                    if let Value::Object(inner) = value {
                        fill(inner, event, read);
                    }
                }
            }
            Value::String(text) if text.starts_with("given") => {
                if let Some(said) = event.map.get(key) {
                    *value = said.clone();
                    read.push(key.clone());
                }
                // A minimum is told with or without tax.
                beside = event
                    .map
                    .get("min_mode")
                    .filter(|_| key.starts_with("min_"));
            }
            _ => {}
        }
    }
    if let Some(mode) = beside {
        map.insert("min_mode".into(), mode.clone());
        read.push("min_mode".into());
    }
}

/// A text, or a number as its text.
pub(crate) fn text(place: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(format!("{place}: neither a text nor a number")),
    }
}
