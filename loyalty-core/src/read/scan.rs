//! The counted scan that comes before reading.
//!
//! It follows strings, brackets, commas and colons, byte by byte and without recursion. It does not
//! check JSON: where the text is not JSON it stops without an error, and the reader, which comes to
//! the same byte, says what is wrong.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::path::Path;

use super::ReadLimits;
use super::error::{DUPLICATE_KEY, ReadError, TEXT_TOO_LONG, TOO_DEEP, TOO_LARGE};

/// Up to so many keys are compared one by one; more are held in a tree, so that many keys cost no
/// more than their number times its logarithm.
const FEW_KEYS: usize = 24;

/// Refuses a text that is too large, nested too deep, has too long a text in it, or an object with
/// the same key twice.
pub(super) fn scan(text: &str, limits: &ReadLimits) -> Result<(), ReadError> {
    if text.len() > limits.bytes_max {
        let allowed = format_args!("at most {} bytes", limits.bytes_max);
        return Err(ReadError::new(
            TOO_LARGE,
            Path::root(),
            format_args!("{} bytes", text.len()),
            allowed,
        ));
    }
    Scanner {
        text,
        at: 0,
        limits,
        frames: Vec::new(),
        keys: Vec::new(),
    }
    .run()
}

/// An object or a list that is open.
struct Frame<'a> {
    is_object: bool,
    /// Whether an object's next string is a key.
    awaits_key: bool,
    /// The position in a list.
    index: usize,
    /// Where its keys begin in the scanner's.
    keys_start: usize,
    many_keys: BTreeSet<Cow<'a, str>>,
}

struct Scanner<'a, 'l> {
    text: &'a str,
    at: usize,
    limits: &'l ReadLimits,
    frames: Vec<Frame<'a>>,
    /// The keys of all open objects, so that a small object allocates nothing.
    keys: Vec<Cow<'a, str>>,
}

impl<'a> Scanner<'a, '_> {
    fn run(mut self) -> Result<(), ReadError> {
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            self.at = self.at.saturating_add(1);
            let goes_on = match byte {
                b'"' => self.string()?,
                b'{' => self.open(true)?,
                b'[' => self.open(false)?,
                b'}' => self.close(true),
                b']' => self.close(false),
                b',' => self.comma(),
                _ => true,
            };
            if !goes_on {
                break;
            }
        }
        Ok(())
    }

    fn open(&mut self, is_object: bool) -> Result<bool, ReadError> {
        let depth_max = self.limits.depth_max;
        if self.frames.len() >= depth_max {
            let allowed = format_args!("at most {depth_max} levels of objects and lists");
            return Err(ReadError::new(
                TOO_DEEP,
                self.path(),
                "one level more",
                allowed,
            ));
        }
        self.frames.push(Frame {
            is_object,
            awaits_key: is_object,
            index: 0,
            keys_start: self.keys.len(),
            many_keys: BTreeSet::new(),
        });
        Ok(true)
    }

    fn close(&mut self, is_object: bool) -> bool {
        match self.frames.pop() {
            Some(frame) if frame.is_object == is_object => {
                self.keys.truncate(frame.keys_start);
                true
            }
            _ => false,
        }
    }

    fn comma(&mut self) -> bool {
        match self.frames.last_mut() {
            Some(frame) => {
                frame.awaits_key = frame.is_object;
                frame.index = frame.index.saturating_add(1);
                true
            }
            None => false,
        }
    }

    /// After the opening quote.
    fn string(&mut self) -> Result<bool, ReadError> {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let Some((length, escaped)) = string_length(rest) else {
            return self.check_length(rest.len()).map(|()| false);
        };
        let end = start.saturating_add(length);
        self.at = end.saturating_add(1);
        let is_key = self.frames.last().is_some_and(|frame| frame.awaits_key);
        if !is_key {
            return self.check_length(length).map(|()| true);
        }
        self.check_length(length)?;
        let Some(key) = self
            .text
            .get(start..end)
            .and_then(|written| unescaped(written, escaped))
        else {
            return Ok(false);
        };
        self.add_key(key)?;
        Ok(true)
    }

    fn check_length(&self, length: usize) -> Result<(), ReadError> {
        let most = self.limits.text_bytes_max;
        if length <= most {
            return Ok(());
        }
        let found = format_args!("a text of {length} bytes");
        Err(ReadError::new(
            TEXT_TOO_LONG,
            self.path(),
            found,
            format_args!("at most {most}"),
        ))
    }

    fn add_key(&mut self, key: Cow<'a, str>) -> Result<(), ReadError> {
        let Some(frame) = self.frames.last_mut() else {
            return Ok(());
        };
        frame.awaits_key = false;
        let known = self.keys.get(frame.keys_start..).unwrap_or_default();
        let twice = if known.len() < FEW_KEYS {
            known.contains(&key)
        } else {
            if frame.many_keys.is_empty() {
                frame.many_keys.extend(known.iter().cloned());
            }
            !frame.many_keys.insert(key.clone())
        };
        self.keys.push(key);
        if !twice {
            return Ok(());
        }
        let found = format_args!(
            "the key \"{}\" twice",
            crate::serde_text::excerpt(self.keys.last().map_or("", AsRef::as_ref))
        );
        Err(ReadError::new(
            DUPLICATE_KEY,
            self.path(),
            found,
            "each key once",
        ))
    }

    /// Where the scanner is: the last key of every open object, the position in every open list.
    fn path(&self) -> Path {
        let mut path = Path::root();
        let ends = self
            .frames
            .iter()
            .skip(1)
            .map(|frame| frame.keys_start)
            .chain([self.keys.len()]);
        for (frame, keys_end) in self.frames.iter().zip(ends) {
            if !frame.is_object {
                path = path.index(frame.index);
                continue;
            }
            let key = self
                .keys
                .get(frame.keys_start..keys_end)
                .and_then(<[_]>::last);
            // A text in the place of a key, or right behind the brace, is the object's own.
            if let Some(key) = key.filter(|_| !frame.awaits_key) {
                path = path.key(key);
            }
        }
        path
    }
}

/// The length of a string up to its closing quote, and whether it has escapes.
fn string_length(bytes: &[u8]) -> Option<(usize, bool)> {
    let mut escaped = false;
    let mut bytes = bytes.iter().enumerate();
    while let Some((place, byte)) = bytes.next() {
        match byte {
            b'"' => return Some((place, escaped)),
            b'\\' => {
                escaped = true;
                bytes.next();
            }
            _ => {}
        }
    }
    None
}

/// What a string between its quotes means; nothing when its escapes are wrong.
fn unescaped(written: &str, escaped: bool) -> Option<Cow<'_, str>> {
    if escaped {
        serde_json::from_str(&format!("\"{written}\""))
            .ok()
            .map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(written))
    }
}
