"""A purchase as the reference model sees it: every unit spelled out, and what conditions ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .days import WEEKDAYS
from .numbers import minor, money_text, with_tax
from .occasions import occurrence

if TYPE_CHECKING:
    from .challenges import Goal

Json = dict[str, Any]


@dataclass
class Unit:
    """One piece: its price, what each discount takes off it, and whether it counts as free."""

    price: int
    item_cut: int = 0
    order_cut: int = 0
    points_cut: int = 0
    hand_cut: int = 0
    """What is taken off by hand; it makes no unit free."""
    tender_cut: int = 0
    """What points pay of it; they lower no price."""
    history: list[int] = field(default_factory=list)
    """What each discount that was on units beside it took."""
    reward_cut: int = 0
    """What rewards take, which stands in the cuts of items and of the order too."""
    points_earning: int = 0
    """What points took off or pay that earns all the same."""

    @property
    def free(self) -> bool:
        """Whether it had a price and discounts took all of it; points that pay are no discount here."""
        return self.price > 0 and self.price == self.item_cut + self.order_cut

    @property
    def net(self) -> int:
        return self.price - self.item_cut - self.order_cut - self.points_cut - self.hand_cut


@dataclass
class Line:
    """A line: its units, of which the first ``kept`` are still sold, and money given back on it."""

    document: Json
    name: str
    units: list[Unit]
    excluded: bool
    goodwill: int = 0
    kept: int = 0
    tax_included: bool = True
    tax_by_line: bool = False
    """Whether the tax is rounded for every line, not for every rate."""

    @property
    def price(self) -> int:
        return minor(self.document["price"])

    def kept_units(self) -> list[Unit]:
        return self.units[: self.kept]

    def net(self) -> int:
        """What is paid for the kept units."""
        return max(0, sum(unit.net for unit in self.kept_units()) - self.goodwill)

    def paid(self) -> int:
        """What was paid in money for the kept units."""
        return max(0, sum(unit.net - unit.tender_cut for unit in self.kept_units()) - self.goodwill)

    def earning(self, before: bool) -> int:
        """What of the kept units earns by amount, before the scheme's own rewards and points or after them."""
        if before:
            apart = sum(unit.reward_cut + unit.points_cut for unit in self.kept_units())
        else:
            apart = sum(unit.points_earning - unit.tender_cut for unit in self.kept_units())
        return max(0, self.net() + apart)

    @property
    def rate(self) -> Fraction:
        return Fraction(self.document.get("tax", "0"))

    def counting(self, free_units: str) -> int:
        """How many kept units count for a rule."""
        return sum(1 for unit in self.kept_units() if free_units == "count" or not unit.free)


@dataclass
class Terms:
    """What a purchase pins on the day of its sale: a return asks nothing of the present."""

    at: datetime
    ordinal: int
    first: bool
    first_again: bool
    facts: Json
    tiers: dict[str, str | None] = field(default_factory=dict)
    headroom: dict[str, int] = field(default_factory=dict)
    carry: dict[str, Any] = field(default_factory=dict)
    last_stamps: dict[str, datetime | None] = field(default_factory=dict)
    tiers_before: dict[str, str | None] = field(default_factory=dict)
    """Those held before the purchase, which its prices are those of."""
    joined: date | None = None
    goals: dict[str, Goal] = field(default_factory=dict)
    """How far the member was in every challenge."""
    referred: bool = False


def matches(target: Json | None, line: Json) -> bool:
    """Whether a line is one that a target picks."""
    if target is None:
        return True
    if target.get("skus") and line.get("sku") not in target["skus"]:
        return False
    if target.get("products") and line.get("product") not in target["products"]:
        return False
    for key in ("categories", "tags"):
        if target.get(key) and not set(target[key]) & set(line.get(key, ())):
            return False
    price = minor(line["price"])
    if "price_from" in target and price < minor(target["price_from"]):
        return False
    if "price_to" in target and price > minor(target["price_to"]):
        return False
    if target.get("any_of") and not any(matches(one, line) for one in target["any_of"]):
        return False
    return not ("except" in target and matches(target["except"], line))


def is_excluded(scheme: Json, line: Json) -> bool:
    """Whether a line is left out altogether."""
    exclude = scheme.get("exclude", {})
    if line.get("gift_card") and exclude.get("gift_cards", True):
        return True
    if line.get("discounted") and exclude.get("discounted_lines", False):
        return True
    return "target" in exclude and matches(exclude["target"], line)


def lines_of(scheme: Json, purchase: Json) -> list[Line]:
    """The lines of a purchase, before any discount."""
    made = []
    for place, line in enumerate(purchase["lines"], 1):
        quantity = line.get("quantity", 1)
        units = [Unit(minor(line["price"])) for _ in range(quantity)]
        name = line.get("id", str(place))
        made.append(Line(line, name, units, is_excluded(scheme, line), kept=quantity))
        made[-1].tax_included = purchase.get("tax_included", True)
        made[-1].tax_by_line = scheme.get("tax_rounding") == "per_line"
    return made


Failure = tuple[str, Json | None]
"""A reason's code, and what is missing."""


def amount_of(lines: list[Line], base: str, tax: str) -> int:
    """What lines are worth, by what a threshold measures."""
    amounts = []
    for line in lines:
        if base == "list":
            amount = sum(unit.price for unit in line.kept_units())
        elif base == "after_item":
            amount = max(0, sum(unit.price - unit.item_cut for unit in line.kept_units()) - line.goodwill)
        else:
            amount = line.net()
        amounts.append((amount, line.rate))
    if not lines:
        return 0
    return sum(with_tax(amounts, lines[0].tax_included, lines[0].tax_by_line, tax))


def failure(
    condition: Json | None, purchase: Json, lines: list[Line], terms: Terms, free_units: str = "skip"
) -> Failure | None:
    """Why a condition does not hold; ``None`` where it does."""
    if condition is None:
        return None
    ((kind, said),) = condition.items()
    inside = [line for line in lines if not line.excluded]
    now = terms.at
    match kind:
        case "all":
            for one in said:
                if (found := failure(one, purchase, lines, terms, free_units)) is not None:
                    return found
            return None
        case "any":
            found_all = [failure(one, purchase, lines, terms, free_units) for one in said]
            return None if None in found_all else found_all[0]
        case "not":
            found = failure(said, purchase, lines, terms, free_units)
            return ("condition.not", None) if found is None else None
        case "min_amount":
            picked = [line for line in inside if matches(said.get("target"), line.document)]
            base, tax = said.get("base", "running"), said.get("tax", "as_priced")
            missing = minor(said["amount"]) - amount_of(picked, base, tax)
            if missing <= 0:
                return None
            return "condition.min_amount", {"amount": money_text(missing)}
        case "min_quantity":
            picked = [line for line in inside if matches(said.get("target"), line.document)]
            counts = [line.counting(free_units) for line in picked]
            if said.get("different"):
                counts = [min(count, 1) for count in counts]
            short = said["quantity"] - sum(counts)
            return None if short <= 0 else ("condition.min_quantity", {"units": short})
        case "challenge":
            reached = terms.goals[said].reached(purchase, lines, terms, free_units)
            return None if reached else ("condition.challenge", None)
    if holds(kind, said, purchase, terms, now):
        return None
    return f"condition.{kind}", None


def holds(kind: str, said: Any, purchase: Json, terms: Terms, now: datetime) -> bool:
    """Whether a condition holds that asks nothing of the lines."""
    match kind:
        case "channel" | "store":
            return purchase.get(kind) in said
        case "segment":
            return bool(set(said) & set(terms.facts.get("segments", ())))
        case "flag":
            return bool(set(said) & set(terms.facts.get("flags", ())))
        case "tier":
            return terms.tiers.get(said["ladder"]) in said["any_of"]
        case "weekday":
            return WEEKDAYS[now.weekday()] in said
        case "month_day":
            return now.day in said
        case "hours":
            minute = now.hour * 60 + now.minute
            start, end = (int(t[:2]) * 60 + int(t[3:]) for t in (said["from"], said["until"]))
            if start < end:
                return start <= minute < end
            return minute >= start or minute < end
        case "between":
            civil = now.replace(tzinfo=None)
            if "from" in said and civil < datetime.fromisoformat(said["from"]):
                return False
            return not ("until" in said and civil >= datetime.fromisoformat(said["until"]))
        case "nth_purchase":
            every = said.get("every", 0)
            return bool(every and terms.ordinal % every == 0) or terms.ordinal in said.get("at", ())
        case "first_purchase":
            return terms.first_again if said.get("again_after_return") else terms.first
        case "birthday" | "enrolment_anniversary":
            return occurrence(kind, said, now.date(), terms.facts.get("birthday"), terms.joined) is not None
        case "referred":
            return terms.referred
        case "shipping_method":
            return any(one.get("method") in said for one in purchase.get("shipping", ()))
        case "code":
            entered = {code.upper() for code in purchase.get("codes", ())}
            return bool(entered & {code.upper() for code in said})
    raise AssertionError(kind)
