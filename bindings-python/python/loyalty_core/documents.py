"""What is handed over: plain dicts, with their types.

Each class is a :class:`typing.TypedDict`: write a dict, or call the class with keywords, which makes
the same dict. ``Line(sku="mug", price="12.50", quantity=2)`` is ``{"sku": "mug", ...}``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Required, TypeAlias, TypedDict

Money: TypeAlias = int | str | Decimal
"""An amount: an ``int`` of minor units (cents), or text or a Decimal of whole units."""

Number: TypeAlias = int | str | Decimal
"""Points or a rate in percent: a whole number, text, or a Decimal."""

When: TypeAlias = datetime | str
"""A moment: an aware datetime, a naive one in the scheme's zone, or text with an offset."""


class Line(TypedDict, total=False):
    """One line of a purchase: ``quantity`` units at one unit price."""

    id: str
    sku: str
    product: str
    categories: Sequence[str]
    tags: Sequence[str]
    price: Required[Money]
    quantity: int
    tax: Number
    gift_card: bool
    discounted: bool
    price_min: Money
    gift_of: str


class Charge(TypedDict, total=False):
    """A charge for delivery."""

    method: str
    amount: Required[Money]
    tax: Number


class Claim(TypedDict, total=False):
    """A reward to use on the purchase."""

    reward: Required[str]
    quantity: int


class PayPoints(TypedDict, total=False):
    """Points to pay a part of the purchase with; without a number as many as the scheme allows."""

    wallet: Required[str]
    points: Number


# A field has the name of a keyword, so it cannot be written as a class.
Exchange = TypedDict("Exchange", {"from": Money, "to": Money})
Exchange.__doc__ = """``from`` units of the purchase's currency are ``to`` units of the scheme's."""


class Purchase(TypedDict, total=False):
    """A purchase or a cart. Amounts are in its ``currency``."""

    id: Required[str]
    currency: Required[str]
    lines: Required[Sequence[Line]]
    shipping: Sequence[Charge]
    tax_included: bool
    channel: str
    store: str
    codes: Sequence[str]
    claims: Sequence[Claim]
    pay_points: Sequence[PayPoints]
    gift_card: Money
    deduction: Money
    tax_amount: Money
    exchange: Exchange
    occurred_at: When


Coupon = TypedDict(
    "Coupon",
    {
        "code": Required[str],
        "batch": Required[str],
        "recipient": str,
        "from": str,
        "until": str,
        "times_max": int,
    },
    total=False,
)
Coupon.__doc__ = """A code of a batch that the host keeps, with its civil window: codes too many for a scheme."""


class Referral(TypedDict, total=False):
    """Who referred the customer."""

    referrer: Required[str]
    same_household: bool


class Facts(TypedDict, total=False):
    """What only the host knows about a customer."""

    segments: Sequence[str]
    birthday: date | str
    flags: Sequence[str]
    coupons: Sequence[Coupon]
    holds: Sequence[str]
    referral: Referral


class Back(TypedDict, total=False):
    """Units that come back, or an amount given back without goods: one of the two."""

    quantity: int
    amount: Money


class ReturnLine(TypedDict):
    """What comes back of a line, which is named by its id or its position from ``"1"``."""

    line: str
    back: Back


class WalletPoints(TypedDict):
    """Points of a wallet."""

    wallet: str
    points: Number


class RewardCount(TypedDict, total=False):
    """Rewards of one kind."""

    reward: Required[str]
    quantity: int
