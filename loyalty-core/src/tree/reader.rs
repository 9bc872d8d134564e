//! Building a type from a document.
//!
//! Reading never stops half-way: where the document does not fit, the reader notes it and gives any
//! value of the type, and what was built is thrown away. So a type is built in its place, with no way
//! out between its fields, which takes half of the code that a way out would.

use std::str::FromStr;

use super::node::{Kind, Node, Nodes, place_of};
use super::{Content, Fields, Readable, Variant};

/// What stands at a place of a document, and what still waits to be read.
pub struct Reader<'a> {
    here: Node<'a>,
    /// The fields and values of open objects and lists that were not read yet, the next one last.
    fields: Vec<Node<'a>>,
    failed: bool,
}

/// Builds a type; nothing where the document does not fit.
pub(super) fn build<T: Readable>(node: Node<'_>) -> Option<T> {
    let mut reader = Reader {
        here: node,
        fields: Vec::with_capacity(32),
        failed: false,
    };
    let value = T::read(&mut reader);
    (!reader.failed).then_some(value)
}

impl<'a> Reader<'a> {
    /// What is read next.
    #[inline]
    pub(crate) fn here(&self) -> Node<'a> {
        self.here
    }

    /// Reads what stands at another place.
    #[inline]
    pub(crate) fn at<T: Readable>(&mut self, node: Node<'a>) -> T {
        self.here = node;
        T::read(self)
    }

    /// Notes that the document does not fit.
    #[cold]
    #[inline(never)]
    pub fn fail(&mut self) {
        self.failed = true;
    }

    /// What is there, or else a failure.
    #[inline]
    pub(crate) fn or_fail<T>(&mut self, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.fail();
        }
        value
    }

    /// The value that the text here spells.
    pub(crate) fn parsed<T: FromStr>(&mut self) -> Option<T> {
        let value = self.here.text().and_then(|text| text.parse().ok());
        self.or_fail(value)
    }

    /// Opens the list here: its values are read next, one after the other. How many there are.
    #[inline(never)]
    pub(crate) fn open(&mut self) -> usize {
        let start = self.fields.len();
        let items = self.here.items();
        let items = self.or_fail(items).unwrap_or(Nodes::NONE);
        self.fields.extend(items);
        // The last one is read first.
        let opened = self.fields.get_mut(start..).unwrap_or_default();
        opened.reverse();
        opened.len()
    }

    /// The keys and values of the object here, in turn.
    pub(crate) fn pairs(&mut self) -> Nodes<'a> {
        let pairs = self.here.pairs();
        self.or_fail(pairs).unwrap_or(Nodes::NONE)
    }

    /// Opens the object here: its fields are read next, in the order of the table.
    #[inline(never)]
    pub fn enter(&mut self, fields: &Fields) {
        let start = self.fields.len();
        let end = start.saturating_add(fields.all.len());
        self.fields.resize(end, Node::ABSENT);
        let mut pairs = self.pairs();
        let mut next = 0_usize;
        while let (Some(key), Some(value)) = (pairs.next(), pairs.next()) {
            match place_of(fields.all, key.written(), next) {
                Some(place) => {
                    next = place.saturating_add(1);
                    // Turned round, since the last one is read first.
                    if let Some(field) = self.fields.get_mut(end.saturating_sub(next)) {
                        *field = value;
                    }
                }
                None if fields.open => {}
                None => self.fail(),
            }
        }
    }

    /// Goes on to the next field; whether it is there.
    fn next(&mut self) -> bool {
        self.here = self.fields.pop().unwrap_or(Node::ABSENT);
        self.here.kind() != Kind::Absent
    }

    /// The next field, which must be there unless it is an option.
    pub fn needed<T: Readable>(&mut self) -> T {
        self.next();
        T::read(self)
    }

    /// The next field, or its default.
    pub fn or_default<T: Readable + Default>(&mut self) -> T {
        self.or(T::default)
    }

    /// The next field, or another value.
    pub fn or<T: Readable>(&mut self, other: impl FnOnce() -> T) -> T {
        if self.next() { T::read(self) } else { other() }
    }

    /// Which variant stands here; its content is read next. A place beyond the table where none does.
    pub fn variant(&mut self, variants: &[Variant]) -> usize {
        let found = self.here.variant(variants);
        let (place, content) = self.or_fail(found).unwrap_or((usize::MAX, Node::ABSENT));
        self.here = content;
        place
    }

    /// A value of the form that is read here and becomes another; its default where it cannot.
    pub fn tried<F: Readable, T: TryFrom<F> + Default>(&mut self) -> T {
        let value = T::try_from(F::read(self)).ok();
        self.or_fail(value).unwrap_or_default()
    }
}

impl Node<'_> {
    /// Which variant stands here, and its content.
    fn variant(self, variants: &[Variant]) -> Option<(usize, Self)> {
        let (name, content) = match self.kind() {
            Kind::Text => (self, Self::ABSENT),
            _ => {
                let mut pairs = self.pairs()?;
                let pair = (pairs.next()?, pairs.next()?);
                if pairs.next().is_some() {
                    return None;
                }
                pair
            }
        };
        let name = name.written();
        let place = variants.iter().position(|variant| variant.name == name)?;
        let unit = matches!(variants.get(place)?.content, Content::Unit);
        let fits = !unit || matches!(content.kind(), Kind::Absent | Kind::Null);
        fits.then_some((place, content))
    }
}
