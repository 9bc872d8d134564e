//! Charts as inline SVG: axes, bars, lines. Coordinates have one decimal; tips are `title` elements.

use super::format::tick;
use super::html::Html;

/// Width of every chart in its own units; the page scales it.
pub(super) const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 38.0;

/// A step of 1, 2 or 5 times a power of ten that divides `span` into about `about` parts.
pub(super) fn nice_step(span: f64, about: f64) -> f64 {
    let raw = span / about;
    if !(raw > 0.0 && raw.is_finite()) {
        return 1.0;
    }
    let mut power = 1.0;
    while power * 10.0 <= raw {
        power *= 10.0;
    }
    while power > raw {
        power /= 10.0;
    }
    let factors = [1.0, 2.0, 5.0, 10.0].into_iter();
    let fitting = factors.map(|factor| factor * power);
    fitting.fold(f64::INFINITY, |best, step| {
        if step >= raw * (1.0 - 1e-9) && step < best {
            step
        } else {
            best
        }
    })
}

/// A coordinate; what has no place stands at the edge.
fn at(value: f64) -> String {
    if !value.is_finite() {
        return "0.0".to_owned();
    }
    let text = format!("{value:.1}");
    if text == "-0.0" {
        "0.0".to_owned()
    } else {
        text
    }
}

/// A chart with a vertical axis from zero.
pub(super) struct Chart {
    /// Prefix of the ids of its title and description.
    id: &'static str,
    x: (f64, f64),
    high: f64,
    step: f64,
}

/// What a bar stacks: its class, its amount and its tip.
pub(super) struct Piece {
    /// The class of its colour.
    pub(super) class: &'static str,
    /// Its height in the units of the axis.
    pub(super) amount: f64,
    /// What the tip says.
    pub(super) tip: String,
}

impl Chart {
    /// A chart whose horizontal axis runs over `x` and whose vertical one reaches `high` at least.
    pub(super) fn new(id: &'static str, x: (f64, f64), high: f64) -> Self {
        let high = if high > 0.0 && high.is_finite() {
            high
        } else {
            1.0
        };
        let step = nice_step(high, 5.0);
        let mut top = step;
        while top < high * (1.0 - 1e-9) {
            top += step;
        }
        let x = if x.1 > x.0 { x } else { (x.0, x.0 + 1.0) };
        Self {
            id,
            x,
            high: top,
            step,
        }
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + (value - self.x.0) / (self.x.1 - self.x.0) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - value / self.high * (HEIGHT - TOP - BOTTOM)
    }

    /// The chart, with its title, its description for those who do not see it, and what `inside` draws.
    pub(super) fn draw(
        &self,
        html: &mut Html,
        title: &str,
        description: &str,
        inside: impl FnOnce(&Self, &mut Html),
    ) {
        let (name, long) = (format!("{}-t", self.id), format!("{}-d", self.id));
        let both = format!("{name} {long}");
        let size = format!("0 0 {WIDTH:.0} {HEIGHT:.0}");
        let attributes = [
            ("viewBox", size.as_str()),
            ("role", "img"),
            ("aria-labelledby", both.as_str()),
        ];
        html.within("svg", &attributes, |html| {
            html.leaf("title", &[("id", &name)], title);
            html.leaf("desc", &[("id", &long)], description);
            self.rules(html);
            inside(self, html);
            let low = at(self.y(0.0));
            let (from, to) = (at(LEFT), at(WIDTH - RIGHT));
            line(html, "axis", (&from, &low), (&to, &low));
        });
        html.line();
    }

    fn rules(&self, html: &mut Html) {
        let (from, to) = (at(LEFT), at(WIDTH - RIGHT));
        let mut value = 0.0;
        while value <= self.high * (1.0 + 1e-9) {
            let height = at(self.y(value));
            line(html, "rule", (&from, &height), (&to, &height));
            let place = [
                ("x", at(LEFT - 7.0)),
                ("y", at(self.y(value) + 4.0)),
                ("text-anchor", "end".to_owned()),
            ];
            leaf(html, "text", &place, &tick(value, self.step, self.high));
            value += self.step;
        }
    }

    /// A label under the horizontal axis; minor ones do not show on a phone.
    pub(super) fn label(&self, html: &mut Html, value: f64, text: &str, minor: bool) {
        let place = [
            ("x", at(self.x(value))),
            ("y", at(HEIGHT - BOTTOM + 23.0)),
            ("text-anchor", "middle".to_owned()),
            ("class", if minor { "minor" } else { "" }.to_owned()),
        ];
        leaf(html, "text", &place, text);
    }

    /// Labels of round numbers along the horizontal axis.
    pub(super) fn scale(&self, html: &mut Html, unit: &str) {
        let step = nice_step(self.x.1 - self.x.0, 6.0);
        let mut value = self.x.0;
        let mut minor = false;
        while value <= self.x.1 * (1.0 + 1e-9) {
            let text = tick(value, step, self.x.1);
            self.label(html, value, &format!("{text}{unit}"), minor);
            value += step;
            minor = !minor;
        }
    }

    /// A bar from `x.0` to `x.1` of pieces, the first at the bottom.
    pub(super) fn bar(&self, html: &mut Html, x: (f64, f64), pieces: &[Piece], pale: bool) {
        let (left, right) = (self.x(x.0), self.x(x.1));
        let mut low = 0.0;
        for piece in pieces.iter().filter(|piece| piece.amount > 0.0) {
            let (top, bottom) = (self.y(low + piece.amount), self.y(low));
            low += piece.amount;
            html.within("g", &[], |html| {
                html.leaf("title", &[], &piece.tip);
                let class = format!("{}{}", piece.class, if pale { " pale" } else { "" });
                let place = [
                    ("class", class),
                    ("x", at(left)),
                    ("y", at(top)),
                    ("width", at((right - left).max(0.5))),
                    ("height", at((bottom - top).max(0.5))),
                ];
                empty(html, "rect", &place);
            });
        }
    }

    /// A line through points.
    pub(super) fn path(&self, html: &mut Html, class: &str, points: &[(f64, f64)]) {
        let text = self.points(points.iter());
        html.empty("polyline", &[("class", class), ("points", &text)]);
    }

    /// The area between two lines of points.
    pub(super) fn area(
        &self,
        html: &mut Html,
        class: &str,
        upper: &[(f64, f64)],
        lower: &[(f64, f64)],
    ) {
        let text = self.points(upper.iter().chain(lower.iter().rev()));
        html.empty("polygon", &[("class", class), ("points", &text)]);
    }

    fn points<'p>(&self, points: impl Iterator<Item = &'p (f64, f64)>) -> String {
        let pairs = points.map(|(x, y)| format!("{},{}", at(self.x(*x)), at(self.y(*y))));
        pairs.collect::<Vec<String>>().join(" ")
    }

    /// A place with a tip.
    pub(super) fn spot(&self, html: &mut Html, (x, y): (f64, f64), tip: &str) {
        html.within("g", &[], |html| {
            html.leaf("title", &[], tip);
            let place = [
                ("class", "hit".to_owned()),
                ("cx", at(self.x(x))),
                ("cy", at(self.y(y))),
                ("r", "7".to_owned()),
            ];
            empty(html, "circle", &place);
        });
    }

    /// A vertical mark with a word beside it.
    pub(super) fn mark(&self, html: &mut Html, x: f64, word: &str) {
        let (place, low, high) = (at(self.x(x)), at(self.y(0.0)), at(TOP));
        line(html, "mark", (&place, &low), (&place, &high));
        let text = [("x", at(self.x(x) + 6.0)), ("y", at(TOP + 10.0))];
        leaf(html, "text", &text, word);
    }

    /// A shaded span of the horizontal axis.
    pub(super) fn shade(&self, html: &mut Html, from: f64, to: f64) {
        let place = [
            ("class", "past".to_owned()),
            ("x", at(self.x(from))),
            ("y", at(TOP)),
            ("width", at((self.x(to) - self.x(from)).max(0.0))),
            ("height", at(HEIGHT - TOP - BOTTOM)),
        ];
        empty(html, "rect", &place);
    }
}

fn line(html: &mut Html, class: &str, from: (&str, &str), to: (&str, &str)) {
    let place = [
        ("class", class),
        ("x1", from.0),
        ("y1", from.1),
        ("x2", to.0),
        ("y2", to.1),
    ];
    html.empty("line", &place);
}

fn leaf(html: &mut Html, name: &'static str, attributes: &[(&'static str, String)], text: &str) {
    html.leaf(name, &borrowed(attributes), text);
}

fn empty(html: &mut Html, name: &'static str, attributes: &[(&'static str, String)]) {
    html.empty(name, &borrowed(attributes));
}

/// The attributes that say something.
fn borrowed<'a>(attributes: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    let said = attributes.iter().filter(|(_, value)| !value.is_empty());
    said.map(|(name, value)| (*name, value.as_str())).collect()
}

/// A bar of a table: a share of the widest one.
pub(super) fn share_bar(html: &mut Html, class: &'static str, share: f64) {
    let width = at((share.clamp(0.0, 1.0) * 100.0).max(if share > 0.0 { 0.5 } else { 0.0 }));
    let size = [
        ("viewBox", "0 0 100 12"),
        ("preserveAspectRatio", "none"),
        ("aria-hidden", "true"),
    ];
    html.within("svg", &size, |html| {
        html.empty(
            "rect",
            &[("class", class), ("width", &width), ("height", "12")],
        );
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        let check = |span: f64, step: f64| {
            assert!((nice_step(span, 4.0) / step - 1.0).abs() < 1e-9, "{span}");
        };
        check(100.0, 50.0);
        check(4.0, 1.0);
        check(0.9, 0.5);
        check(37_000.0, 10_000.0);
        assert_eq!(nice_step(0.0, 4.0), 1.0);
        assert_eq!(nice_step(f64::NAN, 4.0), 1.0);
    }
}
