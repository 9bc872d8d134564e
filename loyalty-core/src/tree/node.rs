//! The nodes of a document.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Field;

/// Up to so many keys are compared one by one; more are held in a set, so that many keys cost no more
/// than their number times its logarithm.
const FEW_KEYS: u32 = 24;

/// About how many bytes of a text become an entry.
const BYTES_AN_ENTRY: usize = 6;
/// Room for at most so many entries is made beforehand.
const ENTRIES_AT_FIRST: usize = 1_024;

/// What stands at a place of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Absent,
    Null,
    False,
    True,
    Number,
    Text,
    List,
    Object,
}

/// A value or a key, in the list of all.
#[derive(Debug)]
struct Entry<'t> {
    kind: Kind,
    /// How many entries it has, itself and what stands in it.
    span: u32,
    /// A text without its escapes, or a number as it is written.
    text: Cow<'t, str>,
}

/// A place of a document: the entries of what stands there. An object's entries are its own, and for
/// each field a key and what stands under it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a>(&'a [Entry<'a>]);

/// The values of a list, or keys and values of an object in turn.
#[derive(Clone)]
pub(crate) struct Nodes<'a>(&'a [Entry<'a>]);

impl Nodes<'_> {
    /// None.
    pub(super) const NONE: Self = Self(&[]);
}

impl<'a> Iterator for Nodes<'a> {
    type Item = Node<'a>;

    #[inline]
    fn next(&mut self) -> Option<Node<'a>> {
        let span = usize::try_from(self.0.first()?.span).ok()?;
        let (node, rest) = self.0.split_at_checked(span)?;
        self.0 = rest;
        Some(Node(node))
    }
}

impl<'a> Node<'a> {
    /// Nothing.
    pub(crate) const ABSENT: Self = Self(&[]);

    pub(crate) fn kind(self) -> Kind {
        self.0.first().map_or(Kind::Absent, |entry| entry.kind)
    }

    /// The text of a text.
    pub(crate) fn text(self) -> Option<&'a str> {
        let entry = self.0.first()?;
        (entry.kind == Kind::Text).then_some(&entry.text)
    }

    /// A number as it is written.
    pub(crate) fn number(self) -> Option<&'a str> {
        let entry = self.0.first()?;
        (entry.kind == Kind::Number).then_some(&entry.text)
    }

    /// The text of a text, the digits of a number, nothing of anything else.
    pub(crate) fn written(self) -> &'a str {
        self.0.first().map_or("", |entry| &entry.text)
    }

    fn inside(self) -> Nodes<'a> {
        Nodes(self.0.get(1..).unwrap_or_default())
    }

    /// The values of a list.
    pub(crate) fn items(self) -> Option<Nodes<'a>> {
        (self.kind() == Kind::List).then(|| self.inside())
    }

    /// The keys and values of an object, in turn.
    pub(crate) fn pairs(self) -> Option<Nodes<'a>> {
        (self.kind() == Kind::Object).then(|| self.inside())
    }

    /// What stands under a key of an object, unless it is `null`.
    pub(crate) fn field(self, name: &str) -> Option<Self> {
        let mut pairs = self.pairs()?;
        while let (Some(key), Some(value)) = (pairs.next(), pairs.next()) {
            if key.written() == name {
                return Some(value).filter(|value| value.kind() != Kind::Null);
            }
        }
        None
    }
}

/// The place of a field in the table. Documents mostly have their fields in the order of the table: the
/// one at `expected` is tried first.
pub(super) fn place_of(fields: &[Field], name: &str, expected: usize) -> Option<usize> {
    let is_it = |field: &Field| field.name == name;
    if fields.get(expected).is_some_and(is_it) {
        return Some(expected);
    }
    fields.iter().position(is_it)
}

/// A list of nodes that is being made.
#[derive(Debug, Default)]
pub(crate) struct Builder<'t> {
    entries: Vec<Entry<'t>>,
    open: Vec<Open>,
}

/// An object or a list that is open.
#[derive(Debug)]
struct Open {
    start: usize,
    is_object: bool,
    /// How many keys or values it has.
    count: u32,
    /// Where its last key stands; its own place where a key is awaited.
    key: usize,
    /// A bit for each print of a key.
    prints: u64,
    many_keys: BTreeSet<String>,
}

/// A number below 64 that is mostly different for different keys.
fn print(key: &str) -> u32 {
    let bytes = key.as_bytes();
    let of = |byte: Option<&u8>| byte.copied().map_or(0, u32::from);
    let ends = of(bytes.first())
        .wrapping_mul(5)
        .wrapping_add(of(bytes.last()));
    let length = u32::try_from(bytes.len()).unwrap_or(0);
    ends.wrapping_mul(11).wrapping_add(length) & 63
}

/// Where a key stands twice in one object.
pub(crate) struct Twice;

impl<'t> Builder<'t> {
    /// For a text of so many bytes.
    pub(crate) fn for_bytes(bytes: usize) -> Self {
        Self {
            entries: Vec::with_capacity((bytes / BYTES_AN_ENTRY).min(ENTRIES_AT_FIRST)),
            open: Vec::with_capacity(4),
        }
    }

    /// How many objects and lists are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether an object is open, and not a list; nothing where neither is.
    pub(crate) fn in_object(&self) -> Option<bool> {
        self.open.last().map(|open| open.is_object)
    }

    /// A value with nothing in it.
    pub(crate) fn value(&mut self, kind: Kind, text: Cow<'t, str>) {
        self.entries.push(Entry {
            kind,
            span: 1,
            text,
        });
    }

    /// An object or a list, open until [`close`](Builder::close).
    pub(crate) fn open(&mut self, is_object: bool) {
        let start = self.entries.len();
        let kind = if is_object { Kind::Object } else { Kind::List };
        self.value(kind, Cow::Borrowed(""));
        self.open.push(Open {
            start,
            is_object,
            count: 0,
            key: start,
            prints: 0,
            many_keys: BTreeSet::new(),
        });
    }

    /// Closes what was opened last.
    pub(crate) fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            let span = self.entries.len().saturating_sub(open.start);
            if let Some(entry) = self.entries.get_mut(open.start) {
                entry.span = u32::try_from(span).unwrap_or(u32::MAX);
            }
        }
    }

    /// Goes on to the next key or value of what is open.
    pub(crate) fn comma(&mut self) {
        if let Some(open) = self.open.last_mut() {
            if open.is_object {
                open.key = open.start;
            } else {
                open.count = open.count.saturating_add(1);
            }
        }
    }

    /// A key of the open object.
    pub(crate) fn key(&mut self, key: Cow<'t, str>) -> Result<(), Twice> {
        let place = self.entries.len();
        let mut twice = false;
        if let Some(open) = self.open.last_mut() {
            let bit = 1_u64.wrapping_shl(print(&key));
            let known = open.prints & bit != 0;
            open.prints |= bit;
            if known || open.count >= FEW_KEYS {
                let inside = self.entries.get(open.start..).and_then(|all| all.get(1..));
                let mut keys = Nodes(inside.unwrap_or_default()).step_by(2);
                if open.count < FEW_KEYS {
                    twice = keys.any(|known| known.written() == key);
                } else {
                    let many = &mut open.many_keys;
                    if many.is_empty() {
                        many.extend(keys.map(|known| known.written().to_owned()));
                    }
                    twice = !many.insert(key.clone().into_owned());
                }
            }
            open.count = open.count.saturating_add(1);
            open.key = place;
        }
        self.entries.push(Entry {
            kind: Kind::Text,
            span: 1,
            text: key,
        });
        if twice { Err(Twice) } else { Ok(()) }
    }

    /// The steps from the root to where the builder is.
    pub(crate) fn steps(&self) -> impl Iterator<Item = Result<&str, usize>> {
        self.open.iter().filter_map(|open| {
            if !open.is_object {
                return Some(Err(usize::try_from(open.count).unwrap_or(usize::MAX)));
            }
            let key = self.entries.get(open.key)?;
            (open.key != open.start).then_some(Ok(&*key.text))
        })
    }

    /// The whole document.
    pub(crate) fn root(&self) -> Node<'_> {
        Node(&self.entries)
    }
}
