"""Delivery charges: what tiers, rewards and offers take off them, after everything that goes off the goods."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .cart import Json
from .numbers import capped_shares, minor, rounded


@dataclass
class Charge:
    """A charge for delivery."""

    document: Json
    cut: int = 0

    @property
    def amount(self) -> int:
        return minor(self.document["amount"])

    @property
    def net(self) -> int:
        return self.amount - self.cut

    @property
    def rate(self) -> Fraction:
        return Fraction(self.document.get("tax", "0"))


def charges_of(purchase: Json) -> list[Charge]:
    return [Charge(one) for one in purchase.get("shipping", ())]


def on(charges: list[Charge], methods: list[str]) -> list[Charge]:
    """The charges of some methods that still cost something; of all when none is named."""
    return [one for one in charges if one.net and (not methods or one.document.get("method") in methods)]


def less(said: Json, charges: list[Charge], rounding: str, most: list[int]) -> list[int]:
    """What comes off charges, no more than amounts in all: a percentage and a price are those of every
    charge, an amount is one of all together."""
    rooms = [one.net for one in charges]
    if "amount" in said:
        return capped_shares(min([sum(rooms), minor(said["amount"]), *most]), rooms, rooms)
    if "percent" in said:
        cuts = [min(room, rounded(Fraction(said["percent"]) / 100 * room, rounding)) for room in rooms]
    else:
        cuts = [max(0, room - minor(said["price"])) for room in rooms]
    return capped_shares(min([sum(cuts), *most]), cuts, cuts)
