"""Tax: contained in prices or on top of them, rounded half up."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from .cart import Json, Line
from .delivery import Charge
from .numbers import taxed


def tax_of(scheme: Json, purchase: Json, lines: Iterable[Line], charges: Iterable[Charge]) -> int:
    """The tax on what is kept of lines and on charges: once for every rate, or for every line and charge."""
    included = purchase.get("tax_included", True)
    amounts = [(line.document, sum(unit.net for unit in line.kept_units())) for line in lines]
    amounts += [(charge.document, charge.net) for charge in charges]
    by_rate: dict[Fraction, int] = {}
    total = 0
    for document, amount in amounts:
        rate = Fraction(document.get("tax", "0"))
        if scheme.get("tax_rounding") == "per_line":
            total += taxed(amount, rate, included)
        else:
            by_rate[rate] = by_rate.get(rate, 0) + amount
    return total + sum(taxed(amount, rate, included) for rate, amount in by_rate.items())
