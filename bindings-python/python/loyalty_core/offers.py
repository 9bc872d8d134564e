"""What helps around offers and needs no scheme: codes of coupons, and prior prices."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from . import _core
from .documents import Money

Alphabet = Literal["mixed", "consonants"]
"""The characters of codes: 31 digits and letters without look-alikes, or 19 consonants."""


def make_codes(
    entropy: bytes,
    batch: str,
    count: int,
    *,
    length: int,
    alphabet: Alphabet = "mixed",
    check: bool = False,
) -> list[str]:
    """Makes the codes of a batch: distinct, repeatable, in an order that says nothing.

    ``entropy`` is 16 secret bytes or more, such as of :func:`secrets.token_bytes`. ``length`` counts
    the check character, where ``check`` asks for one. A batch of which one in a million guesses would
    hit is refused.
    """
    asked = {"batch": batch, "count": count, "length": length, "alphabet": alphabet, "check": check}
    return _core.make_codes(entropy, json.dumps(asked))


def verify_code(code: str, *, alphabet: Alphabet = "mixed") -> bool:
    """Whether the last character of a code checks the others; capitals and small letters are alike."""
    return _core.verify_code(code, alphabet == "consonants")


@dataclass(frozen=True, slots=True)
class PriorPrice:
    """The price to state beside a reduced one."""

    price: Decimal
    asked: date
    """The first day that counts on which it was asked."""
    since: date
    """The first day that counts."""
    until: date
    """The first day that counts no more."""


def prior_price(
    history: Iterable[tuple[date, Money]],
    *,
    began: date,
    currency: str,
    days: int = 30,
    first: date | None = None,
    offered: date | None = None,
    exempt: bool = False,
) -> PriorPrice | None:
    """The price that article 6a of Directive 98/6/EC wants stated beside a reduced one.

    ``history`` has the shop's own prices, each with the first day on which it was asked; ``began`` is
    the first day of the reduction. It is the lowest price of the ``days`` before that (30 is the
    least), or, in a series of reductions without interruption, before the ``first`` of them, or, of
    goods that are new, since the day on which they were ``offered``. Goods that perish or expire fast
    are ``exempt`` where the state says so: ``None``.
    """
    if exempt + (first is not None) + (offered is not None) > 1:
        raise TypeError("prior_price() takes one of first, offered and exempt")
    mode: object = "exempt" if exempt else "lowest"
    if first is not None:
        mode = {"progressive": {"first": first.isoformat()}}
    if offered is not None:
        mode = {"new": {"since": offered.isoformat()}}
    announced = {
        "history": [{"from": day.isoformat(), "price": price} for day, price in history],
        "reduction": {"began": began.isoformat(), "currency": currency, "days": days, "mode": mode},
    }
    found = _core.prior_price(announced, currency)
    if found is None:
        return None
    said: Mapping[str, Any] = json.loads(found)
    return PriorPrice(
        price=Decimal(said["price"]),
        asked=date.fromisoformat(said["asked"]),
        since=date.fromisoformat(said["from"]),
        until=date.fromisoformat(said["until"]),
    )
