//! A purchase made ready: checked, in minor units, with the scheme's numbers for its texts.

use smol_str::{SmolStr, ToSmolStr};

use crate::id::{OfferId, Sku};
use crate::number::{Currency, Money, Rounding, mul_div_round};
use crate::path::Path;
use crate::purchase::{Line, Purchase};
use crate::scheme::Limits;
use crate::scheme::compiled::{Kind, Rate, Scheme, Sym, Target};

use super::arith::{in_range, index, safe, small, sum};
use super::candidates::Candidates;
use super::error::ActError;
use super::line_set::{LineSet, PerLine, push_set, sets};
use crate::number::Sort;

/// A line made ready.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CartLine {
    /// Minor units of one unit.
    pub(crate) price: i64,
    pub(crate) quantity: u32,
    /// Minor units of the line.
    pub(crate) list: i64,
    pub(crate) sku: Sym,
    pub(crate) product: Sym,
    categories: (u32, u32),
    tags: (u32, u32),
    pub(crate) tax: Option<Rate>,
    /// Earns, is discounted, counts to thresholds.
    pub(crate) eligible: bool,
    /// Minor units below which offers take no unit.
    pub(crate) floor: i64,
}

/// A delivery charge made ready.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CartCharge {
    pub(crate) method: Sym,
    pub(crate) amount: i64,
    pub(crate) tax: Option<Rate>,
}

/// A purchase made ready for one scheme. Make it once and decide often.
#[derive(Debug, Clone)]
pub struct Cart {
    pub(crate) currency: Currency,
    pub(crate) lines: Vec<CartLine>,
    labels: Vec<Sym>,
    /// The codes that the scheme names, without case; one for each of `entered`.
    pub(crate) codes: Vec<Sym>,
    /// The same with case.
    pub(crate) exact_codes: Vec<Sym>,
    /// The codes as they were entered.
    pub(crate) entered: Vec<SmolStr>,
    /// The lines that are gifts: the line, the offer and what it gives.
    gifts: Vec<(u32, OfferId, Option<Sku>)>,
    pub(crate) channel: Sym,
    pub(crate) store: Sym,
    pub(crate) shipping: Vec<CartCharge>,
    pub(crate) tax_included: bool,
    /// Minor units that a gift card may pay.
    pub(crate) gift_card: i64,
    /// Minor units taken off the goods by hand.
    pub(crate) deduction: i64,
    /// Minor units of tax that the shop worked out.
    pub(crate) tax_amount: i64,
    /// How an amount of the purchase's currency becomes one of the scheme's.
    pub(crate) exchange: Option<Rate>,
    /// Whether the currencies differ.
    pub(crate) foreign: bool,
    /// Whether any line or charge has a tax rate.
    pub(crate) taxed: bool,
    /// Units by line.
    pub(crate) quantities: PerLine<u32>,
    /// Minor units by line at list prices.
    pub(crate) lists: PerLine<i64>,
    /// By line: all bits where it is eligible, none where it is not.
    pub(crate) eligible: PerLine<i64>,
    /// The list total of the goods.
    pub(crate) list_total: i64,
    /// The earn rules that what is in it asks for.
    pub(crate) candidates: Candidates,
    /// The lines that count for each stamp rule, in the order of the cards.
    stamp_lines: Vec<u64>,
}

impl Cart {
    /// Checks a purchase and makes it ready.
    ///
    /// # Errors
    /// `purchase.*` with the path of what is wrong: amounts that do not fit the currency, negative
    /// or too large numbers, too many lines, an exchange that has no ratio.
    pub fn try_new(scheme: &Scheme, purchase: &Purchase) -> Result<Self, ActError> {
        Self::with_limits(scheme, purchase, &Limits::DEFAULT)
    }

    /// The same under other limits.
    ///
    /// # Errors
    /// As [`Cart::try_new`].
    pub fn with_limits(
        scheme: &Scheme,
        purchase: &Purchase,
        limits: &Limits,
    ) -> Result<Self, ActError> {
        let root = Path::root;
        check_count(root, "lines", purchase.lines.len(), limits.lines_max)?;
        check_count(root, "codes", purchase.codes.len(), limits.list_max)?;
        check_count(root, "claims", purchase.claims.len(), limits.list_max)?;
        check_count(
            root,
            "pay_points",
            purchase.pay_points.len(),
            limits.list_max,
        )?;
        check_count(root, "shipping", purchase.shipping.len(), limits.list_max)?;
        let mut cart = Self {
            currency: purchase.currency,
            lines: Vec::with_capacity(purchase.lines.len()),
            labels: Vec::new(),
            codes: Vec::new(),
            exact_codes: Vec::new(),
            entered: Vec::new(),
            gifts: Vec::new(),
            channel: find(
                scheme,
                Kind::Channel,
                purchase.channel.as_ref().map(|c| c.as_str()),
            ),
            store: find(
                scheme,
                Kind::Store,
                purchase.store.as_ref().map(|s| s.as_str()),
            ),
            shipping: Vec::new(),
            tax_included: purchase.tax_included,
            gift_card: 0,
            deduction: 0,
            tax_amount: 0,
            exchange: None,
            foreign: purchase.currency != scheme.currency,
            taxed: false,
            quantities: PerLine::new(),
            lists: PerLine::new(),
            eligible: PerLine::new(),
            list_total: 0,
            candidates: Candidates::default(),
            stamp_lines: Vec::new(),
        };
        cart.read_exchange(scheme, purchase)?;
        let mut total = 0_i128;
        for (place, line) in purchase.lines.iter().enumerate() {
            if let Some(offer) = &line.gift_of {
                let gift = (small(place), offer.clone(), line.sku.clone());
                cart.gifts.push(gift);
            }
            let line = cart.read_line(scheme, line, place, limits)?;
            total = total.saturating_add(i128::from(line.list));
            cart.list_total = cart.list_total.saturating_add(line.list);
            cart.quantities.push(line.quantity);
            cart.lists.push(line.list);
            cart.eligible.push(if line.eligible { -1 } else { 0 });
            cart.lines.push(line);
        }
        check_names(&purchase.lines)?;
        for (place, charge) in purchase.shipping.iter().enumerate() {
            let path = || root().key("shipping").index(place).key("amount");
            let amount = amount(charge.amount, purchase.currency, path)?;
            total = total.saturating_add(i128::from(amount));
            let tax = charge.tax.map(rate);
            cart.taxed |= tax.is_some();
            let method = find(
                scheme,
                Kind::Method,
                charge.method.as_ref().map(|method| method.as_str()),
            );
            cart.shipping.push(CartCharge {
                method,
                amount,
                tax,
            });
        }
        safe(total, "the purchase's total")?;
        if let Some(card) = purchase.gift_card {
            cart.gift_card = amount(card, purchase.currency, || root().key("gift_card"))?;
        }
        if let Some(money) = purchase.deduction {
            cart.deduction = amount(money, purchase.currency, || root().key("deduction"))?;
        }
        if let Some(money) = purchase.tax_amount {
            cart.tax_amount = amount(money, purchase.currency, || root().key("tax_amount"))?;
        }
        for code in &purchase.codes {
            cart.codes
                .push(scheme.symbols.find(Kind::Code, &fold_code(code.as_str())));
            let exact = scheme.symbols.find(Kind::ExactCode, code.as_str());
            cart.exact_codes.push(exact);
            cart.entered.push(code.into());
        }
        cart.candidates = Candidates::of_cart(scheme, &cart);
        let mut stamp_lines = Vec::new();
        for rule in scheme.cards.iter().flat_map(|card| &card.rules) {
            cart.push_counting(rule.target.as_ref(), &mut stamp_lines);
        }
        cart.stamp_lines = stamp_lines;
        Ok(cart)
    }

    fn read_exchange(&mut self, scheme: &Scheme, purchase: &Purchase) -> Result<(), ActError> {
        let Some(exchange) = &purchase.exchange else {
            return Ok(());
        };
        let path = |key: &str| Path::root().key("exchange").key(key);
        let from = amount(exchange.from, purchase.currency, || path("from"))?;
        let to = amount(exchange.to, scheme.currency, || path("to"))?;
        if from == 0 || to == 0 {
            return Err(ActError::input(
                "purchase.currency",
                path("from"),
                "0",
                "above 0",
            ));
        }
        self.exchange = Some(Rate { num: to, den: from });
        Ok(())
    }

    fn read_line(
        &mut self,
        scheme: &Scheme,
        line: &Line,
        place: usize,
        limits: &Limits,
    ) -> Result<CartLine, ActError> {
        let path = || Path::root().key("lines").index(place);
        if line.quantity > limits.quantity_max {
            return Err(ActError::input(
                "purchase.quantity",
                path().key("quantity"),
                line.quantity,
                format_args!("0 to {}", limits.quantity_max),
            ));
        }
        check_count(path, "categories", line.categories.len(), limits.list_max)?;
        check_count(path, "tags", line.tags.len(), limits.list_max)?;
        let price = amount(line.price, self.currency, || path().key("price"))?;
        let list = safe(
            i128::from(price).saturating_mul(i128::from(line.quantity)),
            "the line's amount",
        )?;
        let categories = self.read_labels(
            scheme,
            Kind::Category,
            line.categories.iter().map(|c| c.as_str()),
        );
        let tags = self.read_labels(scheme, Kind::Tag, line.tags.iter().map(|t| t.as_str()));
        let tax = line.tax.map(rate);
        self.taxed |= tax.is_some();
        let mut ready = CartLine {
            price,
            quantity: line.quantity,
            list,
            sku: find(scheme, Kind::Sku, line.sku.as_ref().map(|s| s.as_str())),
            product: find(
                scheme,
                Kind::Product,
                line.product.as_ref().map(|p| p.as_str()),
            ),
            categories,
            tags,
            tax,
            eligible: true,
            floor: match line.price_min {
                None => 0,
                Some(least) => amount(least, self.currency, || path().key("price_min"))?,
            },
        };
        let excluded = line.gift_of.is_some()
            || (line.gift_card && scheme.exclude_gift_cards)
            || (line.discounted && scheme.exclude_discounted)
            || scheme
                .exclude
                .as_ref()
                .is_some_and(|target| self.matches(&ready, target));
        ready.eligible = !excluded;
        Ok(ready)
    }

    fn read_labels<'a>(
        &mut self,
        scheme: &Scheme,
        kind: Kind,
        texts: impl Iterator<Item = &'a str>,
    ) -> (u32, u32) {
        let from = small(self.labels.len());
        for text in texts {
            let sym = scheme.symbols.find(kind, text);
            if sym != Sym::NONE {
                self.labels.push(sym);
            }
        }
        (from, small(self.labels.len()))
    }

    /// The categories of a line that the scheme names.
    #[inline]
    pub(crate) fn categories(&self, line: &CartLine) -> &[Sym] {
        self.labels
            .get(index(line.categories.0)..index(line.categories.1))
            .unwrap_or(&[])
    }

    /// The tags of a line that the scheme names.
    #[inline]
    pub(crate) fn tags(&self, line: &CartLine) -> &[Sym] {
        self.labels
            .get(index(line.tags.0)..index(line.tags.1))
            .unwrap_or(&[])
    }

    /// The lines that count for each stamp rule, in the order of the cards.
    pub(crate) fn stamp_lines(&self) -> impl Iterator<Item = LineSet<'_>> {
        sets(&self.stamp_lines, self.lines.len())
    }

    /// Whether a line matches a target.
    pub(crate) fn matches(&self, line: &CartLine, target: &Target) -> bool {
        let whole = target.any_of.is_empty() && target.except.is_none();
        self.matches_itself(line, target) && (whole || self.matches_within(line, target))
    }

    /// Whether a line matches what a target says, but for the targets within it.
    #[inline(always)]
    fn matches_itself(&self, line: &CartLine, target: &Target) -> bool {
        let any = |wanted: &[Sym], found: &[Sym]| {
            wanted.is_empty() || found.iter().any(|sym| wanted.contains(sym))
        };
        (target.skus.is_empty() || target.skus.contains(&line.sku))
            && (target.products.is_empty() || target.products.contains(&line.product))
            && any(&target.categories, self.categories(line))
            && any(&target.tags, self.tags(line))
            && target.price_from.is_none_or(|from| line.price >= from)
            && target.price_to.is_none_or(|to| line.price <= to)
    }

    /// Whether a line matches one of the targets that any of is to match, and not the exception.
    fn matches_within(&self, line: &CartLine, target: &Target) -> bool {
        let any_of = &target.any_of;
        (any_of.is_empty() || any_of.iter().any(|inner| self.matches(line, inner)))
            && !target
                .except
                .as_ref()
                .is_some_and(|except| self.matches(line, except))
    }

    /// Whether a line counts for a rule with this target: it is not excluded, and it matches.
    #[inline]
    pub(crate) fn counts(&self, line: &CartLine, target: Option<&Target>) -> bool {
        line.eligible && target.is_none_or(|target| self.matches(line, target))
    }

    /// The sum of amounts of the lines that count for a rule with this target.
    pub(crate) fn sum_counting(&self, target: Option<&Target>, amounts: &[i64]) -> i64 {
        match target {
            None => {
                let amounts = amounts.iter().zip(&self.eligible);
                sum(amounts.map(|(amount, all)| amount & all))
            }
            Some(_) => {
                let lines = self.lines.iter().zip(amounts);
                let counting = lines.filter(|(line, _)| self.counts(line, target));
                sum(counting.map(|(_, amount)| *amount))
            }
        }
    }

    /// Appends the set of the lines that count for a rule with this target.
    pub(crate) fn push_counting(&self, target: Option<&Target>, sets: &mut Vec<u64>) {
        match target {
            None => push_set(sets, &self.lines, |line| line.eligible),
            Some(target) => push_set(sets, &self.lines, |line| {
                line.eligible && self.matches(line, target)
            }),
        }
    }

    /// Whether any line is a gift.
    pub(crate) fn has_gifts(&self) -> bool {
        !self.gifts.is_empty()
    }

    /// The offer that added a line as a gift, and what it gives.
    pub(crate) fn gift_of(&self, line: usize) -> Option<(&OfferId, Option<&Sku>)> {
        let place = small(line);
        let found = self.gifts.iter().find(|(of, ..)| *of == place);
        found.map(|(_, offer, sku)| (offer, sku.as_ref()))
    }

    /// The shop's own tax on so many units of every line and on all delivery, by list prices.
    pub(crate) fn tax_of(&self, units: &[u32]) -> i64 {
        if self.tax_amount == 0 {
            return 0;
        }
        let charges = self.shipping.iter();
        let charges = charges.fold(0_i64, |sum, charge| sum.saturating_add(charge.amount));
        let lines = self.lines.iter().zip(units);
        let part = lines.fold(charges, |sum, (line, units)| {
            sum.saturating_add(line.price.saturating_mul(i64::from(*units)))
        });
        let whole = self.list_total.saturating_add(charges).max(1);
        mul_div_round(self.tax_amount, part, whole, Rounding::HalfUp).unwrap_or(0)
    }
}

impl Scheme {
    /// Whether a line of a purchase matches a target.
    pub(crate) fn line_matches(&self, line: &Line, target: &Target) -> bool {
        let one = |wanted: &[Sym], kind, text: Option<&str>| {
            wanted.is_empty() || wanted.contains(&find(self, kind, text))
        };
        fn any<'t>(
            scheme: &Scheme,
            wanted: &[Sym],
            kind: Kind,
            mut texts: impl Iterator<Item = &'t str>,
        ) -> bool {
            wanted.is_empty() || texts.any(|text| wanted.contains(&scheme.symbols.find(kind, text)))
        }
        let price = line.price.minor_in(self.currency).ok();
        one(
            &target.skus,
            Kind::Sku,
            line.sku.as_ref().map(|s| s.as_str()),
        ) && one(
            &target.products,
            Kind::Product,
            line.product.as_ref().map(|p| p.as_str()),
        ) && any(
            self,
            &target.categories,
            Kind::Category,
            line.categories.iter().map(|c| c.as_str()),
        ) && any(
            self,
            &target.tags,
            Kind::Tag,
            line.tags.iter().map(|t| t.as_str()),
        ) && target
            .price_from
            .is_none_or(|from| price.is_some_and(|price| price >= from))
            && target
                .price_to
                .is_none_or(|to| price.is_some_and(|price| price <= to))
            && (target.any_of.is_empty()
                || target
                    .any_of
                    .iter()
                    .any(|inner| self.line_matches(line, inner)))
            && !target
                .except
                .as_ref()
                .is_some_and(|except| self.line_matches(line, except))
    }
}

/// The name of a line: its own, or its place from 1.
#[must_use]
#[inline]
pub(crate) fn line_name(line: &Line, place: usize) -> SmolStr {
    match &line.id {
        Some(id) => id.into(),
        None => match SMALL_NUMBERS.get(place) {
            Some(number) => SmolStr::new_static(number),
            None => place.saturating_add(1).to_smolstr(),
        },
    }
}

/// The places of the lines of most purchases, ready as text.
const SMALL_NUMBERS: [&str; 12] = [
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12",
];

/// A code as it is compared: without case.
pub(crate) fn fold_code(code: &str) -> SmolStr {
    if code.chars().any(char::is_uppercase) {
        SmolStr::new(code.to_lowercase())
    } else {
        SmolStr::new(code)
    }
}

fn find(scheme: &Scheme, kind: Kind, text: Option<&str>) -> Sym {
    text.map_or(Sym::NONE, |text| scheme.symbols.find(kind, text))
}

fn rate(percent: crate::number::Percent) -> Rate {
    let (num, den) = percent.parts();
    Rate { num, den }
}

fn amount(money: Money, currency: Currency, path: impl Fn() -> Path) -> Result<i64, ActError> {
    let wrong = |allowed: &str| {
        ActError::input(
            "purchase.amount",
            path(),
            money,
            format_args!("{allowed} {currency}"),
        )
    };
    let minor = money
        .minor_in(currency)
        .map_err(|_| wrong("an amount in the decimals of"))?;
    if in_range(minor) {
        Ok(minor)
    } else {
        Err(wrong("0 or more"))
    }
}

#[inline]
fn check_count(
    path: impl Fn() -> Path,
    key: &str,
    found: usize,
    max: usize,
) -> Result<(), ActError> {
    if found <= max {
        return Ok(());
    }
    Err(too_many(path().key(key), key, found, max))
}

#[cold]
fn too_many(path: Path, key: &str, found: usize, max: usize) -> ActError {
    let code = if key == "lines" {
        "purchase.lines"
    } else {
        "purchase.list"
    };
    ActError::input(code, path, found, format_args!("at most {max} entries"))
}

fn check_names(lines: &[Line]) -> Result<(), ActError> {
    if lines.iter().all(|line| line.id.is_none()) {
        return Ok(());
    }
    let mut names: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(place, line)| (line_name(line, place), place))
        .collect();
    names.order();
    let twin = names.windows(2).find_map(|pair| match pair {
        [(a, _), (b, place)] if a == b => Some(*place),
        _ => None,
    });
    match twin {
        None => Ok(()),
        Some(place) => Err(ActError::input(
            "purchase.duplicate_line",
            Path::root().key("lines").index(place).key("id"),
            names
                .iter()
                .find(|(_, p)| *p == place)
                .map_or("", |(name, _)| name.as_str()),
            "a name once in the purchase",
        )),
    }
}
