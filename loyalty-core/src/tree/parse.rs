//! JSON becomes a tree, under limits that are counted on the way.

use std::borrow::Cow;

use super::fault::{DUPLICATE_KEY, Fault, SYNTAX, TEXT_TOO_LONG, TOO_DEEP, TOO_LARGE};
use super::node::{Builder, Kind};
use crate::serde_text::{excerpt, is_plain};

/// However large a limit is, nothing deeper is read: what reads a tree calls itself.
pub(super) const DEPTH_MAX: usize = 128;

/// What bounds a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Bytes of the whole.
    pub(crate) bytes_max: usize,
    /// Depth of nesting of objects and lists.
    pub(crate) depth_max: usize,
    /// Bytes of one text as it is written, its quotes apart.
    pub(crate) text_bytes_max: usize,
}

/// The document that a text begins with, and what is wrong with what follows it.
pub(crate) fn parse<'t>(
    text: &'t str,
    bounds: &Bounds,
) -> Result<(Builder<'t>, Result<(), Fault>), Fault> {
    if text.len() > bounds.bytes_max {
        return Err(Fault::new(
            TOO_LARGE,
            format!("{} bytes", text.len()),
            format!("at most {} bytes", bounds.bytes_max),
        ));
    }
    let mut parser = Parser {
        text,
        at: 0,
        bounds,
        tree: Builder::for_bytes(text.len()),
    };
    match parser.document() {
        Ok(()) => {
            let rest = match parser.peek() {
                None => Ok(()),
                Some(_) => Err(parser.syntax("trailing characters")),
            };
            Ok((parser.tree, rest))
        }
        Err(fault) => {
            // From the inside to the outside.
            let steps: Vec<_> = parser.tree.steps().collect();
            Err(steps
                .into_iter()
                .rev()
                .fold(fault, |fault, step| match step {
                    Ok(key) => fault.under(key),
                    Err(index) => fault.at(index),
                }))
        }
    }
}

struct Parser<'t, 'b> {
    text: &'t str,
    at: usize,
    bounds: &'b Bounds,
    tree: Builder<'t>,
}

impl<'t> Parser<'t, '_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.byte() {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.step(),
                other => return other,
            }
        }
    }

    fn written(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    #[cold]
    fn syntax(&self, what: &str) -> Fault {
        let before = self.text.as_bytes().get(..self.at).unwrap_or_default();
        let line_start = before.iter().rposition(|byte| *byte == b'\n');
        let line_start = line_start.map_or(0, |place| place.saturating_add(1));
        let lines = before.iter().filter(|byte| **byte == b'\n').count();
        let (line, column) = (
            lines.saturating_add(1),
            before.len().saturating_sub(line_start).saturating_add(1),
        );
        let what = if self.at < self.text.len() {
            what
        } else {
            "the end of the text too early"
        };
        Fault::new(
            SYNTAX,
            format!("{what} at line {line} column {column}"),
            "JSON",
        )
    }

    fn document(&mut self) -> Result<(), Fault> {
        loop {
            // A value.
            match self.peek() {
                Some(b'"') => {
                    let text = self.string()?;
                    self.tree.value(Kind::Text, text);
                }
                Some(b'{') => {
                    self.open(true)?;
                    if self.peek() != Some(b'}') {
                        self.key()?;
                        continue;
                    }
                    self.step();
                    self.tree.close();
                }
                Some(b'[') => {
                    self.open(false)?;
                    if self.peek() != Some(b']') {
                        continue;
                    }
                    self.step();
                    self.tree.close();
                }
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.word("true", Kind::True)?,
                Some(b'f') => self.word("false", Kind::False)?,
                Some(b'n') => self.word("null", Kind::Null)?,
                _ => return Err(self.syntax("no value")),
            }
            // What it ends.
            loop {
                let Some(in_object) = self.tree.in_object() else {
                    return Ok(());
                };
                match self.peek() {
                    Some(b',') => {
                        self.step();
                        self.tree.comma();
                        if in_object {
                            self.key()?;
                        }
                        break;
                    }
                    Some(b'}') if in_object => {}
                    Some(b']') if !in_object => {}
                    _ if in_object => return Err(self.syntax("no comma and no closing brace")),
                    _ => return Err(self.syntax("no comma and no closing bracket")),
                }
                self.step();
                self.tree.close();
            }
        }
    }

    fn open(&mut self, is_object: bool) -> Result<(), Fault> {
        let most = self.bounds.depth_max.min(DEPTH_MAX);
        if self.tree.depth() >= most {
            return Err(Fault::new(
                TOO_DEEP,
                "one level more",
                format!("at most {most} levels of objects and lists"),
            ));
        }
        self.step();
        self.tree.open(is_object);
        Ok(())
    }

    fn key(&mut self) -> Result<(), Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.syntax("no key"));
        }
        let key = self.string()?;
        if self.tree.key(key.clone()).is_err() {
            let found = format!("the key \"{}\" twice", excerpt(&key));
            return Err(Fault::new(DUPLICATE_KEY, found, "each key once"));
        }
        if self.peek() != Some(b':') {
            return Err(self.syntax("no colon"));
        }
        self.step();
        Ok(())
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<(), Fault> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(self.syntax("no value"));
        }
        self.at = self.at.saturating_add(word.len());
        self.tree.value(kind, Cow::Borrowed(""));
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.step();
        }
        if self.at == start {
            return Err(self.syntax("no digit"));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.step();
        }
        if self.byte() == Some(b'0') {
            self.step();
            if self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(self.syntax("a number that begins with 0"));
            }
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.step();
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.step();
            if let Some(b'+' | b'-') = self.byte() {
                self.step();
            }
            self.digits()?;
        }
        let written = self.written(start);
        self.tree.value(Kind::Number, Cow::Borrowed(written));
        Ok(())
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Fault> {
        self.step();
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let plain = rest.iter().take_while(|byte| is_plain(**byte)).count();
        if rest.get(plain) == Some(&b'"') && plain <= self.bounds.text_bytes_max {
            self.at = start.saturating_add(plain);
            let text = self.written(start);
            self.step();
            return Ok(Cow::Borrowed(text));
        }
        self.uncommon_string(start, rest)
    }

    /// A text with escapes, or one that is none.
    #[cold]
    fn uncommon_string(&mut self, start: usize, rest: &[u8]) -> Result<Cow<'t, str>, Fault> {
        let mut escaped = false;
        let mut bytes = rest.iter();
        let length = loop {
            let stop = bytes.find(|byte| !is_plain(**byte));
            let place = rest
                .len()
                .saturating_sub(bytes.as_slice().len().saturating_add(1));
            match stop {
                Some(b'"') => break place,
                Some(b'\\') => {
                    escaped = true;
                    bytes.next();
                }
                Some(_) => {
                    self.at = start.saturating_add(place);
                    return Err(self.syntax("a control character in a text"));
                }
                None => {
                    self.check_length(rest.len())?;
                    self.at = self.text.len();
                    return Err(self.syntax("no closing quote"));
                }
            }
        };
        self.check_length(length)?;
        self.at = start.saturating_add(length);
        let written = self.written(start);
        let text = if escaped {
            match unescaped(written) {
                Some(text) => Cow::Owned(text),
                None => return Err(self.syntax("a wrong escape in a text")),
            }
        } else {
            Cow::Borrowed(written)
        };
        self.step();
        Ok(text)
    }

    fn check_length(&self, length: usize) -> Result<(), Fault> {
        let most = self.bounds.text_bytes_max;
        if length <= most {
            return Ok(());
        }
        Err(Fault::new(
            TEXT_TOO_LONG,
            format!("a text of {length} bytes"),
            format!("at most {most}"),
        ))
    }
}

/// What a string between its quotes means; nothing when its escapes are wrong.
fn unescaped(written: &str) -> Option<String> {
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let kind = escape.as_bytes().first()?;
        rest = escape.get(1..).unwrap_or_default();
        text.push(match kind {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let (first, after) = four_digits(rest)?;
                rest = after;
                match char::from_u32(first) {
                    Some(character) => character,
                    None => {
                        let (second, after) = four_digits(rest.strip_prefix("\\u")?)?;
                        rest = after;
                        pair(first, second)?
                    }
                }
            }
            _ => return None,
        });
    }
    text.push_str(rest);
    Some(text)
}

fn four_digits(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| plain)?;
    Some((number, rest))
}

/// The character of a pair of surrogates.
fn pair(first: u32, second: u32) -> Option<char> {
    let both = [first, second].map(u16::try_from);
    let [Ok(first), Ok(second)] = both else {
        return None;
    };
    char::decode_utf16([first, second]).next()?.ok()
}
