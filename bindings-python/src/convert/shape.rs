//! Which fields of the core's documents hold money, points, rates and moments, so that Python's own
//! types can stand for their text. Every other field, and every unknown one, crosses as it is; the
//! core then says what is wrong with it.

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Anything that JSON has, but no float.
    Plain,
    /// An amount; an int is minor units of the document's currency.
    Money,
    /// An amount; an int is minor units of the scheme's currency.
    SchemeMoney,
    /// Points or a rate; an int is a whole number of them.
    Number,
    /// A moment.
    Moment,
    /// A month and a day.
    MonthDay,
    /// An object.
    Object(&'static Shape),
    /// A list of objects.
    List(&'static Shape),
}

/// The fields of an object that are more than plain.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Whether the field `currency` says what the amounts in it are in.
    pub(crate) has_currency: bool,
    /// The fields.
    pub(crate) fields: &'static [(&'static str, Kind)],
}

impl Shape {
    const fn new(fields: &'static [(&'static str, Kind)]) -> Self {
        Self {
            has_currency: false,
            fields,
        }
    }

    pub(crate) fn kind(&self, field: &str) -> Kind {
        let known = self.fields.iter().find(|(name, _)| *name == field);
        known.map_or(Kind::Plain, |(_, kind)| *kind)
    }
}

pub(crate) static PLAIN: Shape = Shape::new(&[]);

static LINE: Shape = Shape::new(&[
    ("price", Kind::Money),
    ("price_min", Kind::Money),
    ("tax", Kind::Number),
]);
static CHARGE: Shape = Shape::new(&[("amount", Kind::Money), ("tax", Kind::Number)]);
static POINTS: Shape = Shape::new(&[("points", Kind::Number)]);
static EXCHANGE: Shape = Shape::new(&[("from", Kind::Money), ("to", Kind::SchemeMoney)]);

/// A purchase.
pub(crate) static PURCHASE: Shape = Shape {
    has_currency: true,
    fields: &[
        ("lines", Kind::List(&LINE)),
        ("shipping", Kind::List(&CHARGE)),
        ("pay_points", Kind::List(&POINTS)),
        ("gift_card", Kind::Money),
        ("deduction", Kind::Money),
        ("tax_amount", Kind::Money),
        ("exchange", Kind::Object(&EXCHANGE)),
        ("occurred_at", Kind::Moment),
    ],
};

static PRICE_SINCE: Shape = Shape::new(&[("price", Kind::Money)]);
/// A price history and a reduction.
pub(crate) static ANNOUNCED: Shape = Shape::new(&[("history", Kind::List(&PRICE_SINCE))]);

/// What the host knows about a customer.
pub(crate) static FACTS: Shape = Shape::new(&[("birthday", Kind::MonthDay)]);

static RECORD: Shape = Shape::new(&[
    ("purchase", Kind::Object(&PURCHASE)),
    ("facts", Kind::Object(&FACTS)),
]);
static EVENT: Shape = Shape::new(&[
    ("facts", Kind::Object(&FACTS)),
    ("occurred_at", Kind::Moment),
]);
static REDEEM_ON: Shape = Shape::new(&[("points", Kind::Object(&POINTS))]);
static REDEEM: Shape = Shape::new(&[
    ("on", Kind::Object(&REDEEM_ON)),
    ("facts", Kind::Object(&FACTS)),
]);
static BACK: Shape = Shape::new(&[("amount", Kind::Money)]);
static RETURN_LINE: Shape = Shape::new(&[("back", Kind::Object(&BACK))]);
static REFUND: Shape = Shape::new(&[("lines", Kind::List(&RETURN_LINE))]);
static CHANGE: Shape = Shape::new(&[("points", Kind::Object(&POINTS))]);
static ADJUST: Shape = Shape::new(&[("change", Kind::Object(&CHANGE))]);
static HOLD: Shape = Shape::new(&[("points", Kind::List(&POINTS)), ("until", Kind::Moment)]);

/// Points that move from one account to another.
pub(crate) static TRANSFER: Shape = Shape::new(&[("points", Kind::Number)]);
/// Two accounts that become one.
pub(crate) static MERGE: Shape = Shape::new(&[]);

/// The shape of an act by the name of its kind.
pub(crate) fn act_shape(kind: &str) -> &'static Shape {
    match kind {
        "record" => &RECORD,
        "event" => &EVENT,
        "redeem" => &REDEEM,
        "refund" => &REFUND,
        "adjust" => &ADJUST,
        "hold" => &HOLD,
        _ => &PLAIN,
    }
}
