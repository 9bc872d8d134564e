"""Schemes over history: what each would have given and cost, at unchanged behaviour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias, overload

from . import _core, _html
from ._core import Scheme
from ._time import moment
from .analytics import Frame, Orders
from .documents import Money, When
from .errors import InputError
from .shops import ShopOrders
from .tables import Table

Redeem: TypeAlias = Literal["never", "as_soon_as_possible", "before_expiry"]
"""How members use points and rewards."""

Progress: TypeAlias = Callable[[int], object]
"""Is told how many more orders are done, such as ``tqdm(...).update``. What it raises stops the run."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a scheme came to. Money and points are in whole units."""

    orders: int
    returns: int
    """Returns and cancellations."""
    sales: Decimal
    """Goods at the shop's prices, less what came back."""
    revenue: Decimal
    """What was paid for goods, delivery and tax, less what was given back."""
    cost: Decimal
    """All that the scheme took off: the sum of the four that follow."""
    cost_rewards: Decimal
    cost_tiers: Decimal
    cost_points: Decimal
    cost_offers: Decimal
    points_issued: Decimal
    points_redeemed: Decimal
    points_expired: Decimal
    points_taken_back: Decimal
    """With returns."""
    points_outstanding: Decimal
    """Issued, less all that left."""
    rewards_issued: int
    rewards_used: int
    rewards_void: int
    """Lapsed, or taken back, unused."""
    stamps: int
    cards_completed: int
    outstanding_worth: Decimal
    """What the points that can still be spent would pay."""

    def rows(self) -> tuple[tuple[str, int | Decimal], ...]:
        """The figures by name."""
        return tuple((field.name, getattr(self, field.name)) for field in fields(self))


def _figures(table: _core.Table) -> Figures:
    row = Table(table)
    return Figures(**{field.name: row[field.name][0] for field in fields(Figures)})


class Backtest:
    """What a scheme would have come to over a history."""

    __slots__ = ("_result", "members", "months", "tiers", "totals", "wallets")
    _result: _core.Backtest

    totals: Figures
    """The whole."""
    members: Table
    """A row a member: ``customer``, the figures, and the tier held at the end in each ladder."""
    months: Table
    """A row a month: its first day, members with an order, and the figures; outstanding at its end."""
    tiers: Table
    """A row a ladder and tier: members who hold it at the end; ``None`` is no tier."""
    wallets: Table
    """A row a wallet: its points."""

    def __init__(self, result: _core.Backtest) -> None:
        """Results come from :func:`backtest`."""
        self._result = result
        self.totals = _figures(result.totals())
        self.members = Table(result.members())
        self.months = Table(result.months())
        self.tiers = Table(result.tiers())
        self.wallets = Table(result.wallets())

    @property
    def scheme(self) -> str:
        """The scheme's name."""
        return self._result.scheme

    @property
    def digest(self) -> str:
        """The digest of the scheme."""
        return self._result.digest

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self._result.currency

    @property
    def until(self) -> datetime | None:
        """The moment up to which everything due was posted."""
        text = self._result.until
        return None if text is None else moment(text)

    @property
    def guests(self) -> int:
        """Orders, or rows of a frame, without a customer: they take no part."""
        return self._result.guests

    def to_json(self) -> str:
        """Everything as JSON, in minor units and thousandths of points; the same input, the same bytes."""
        return self._result.to_json()

    def __repr__(self) -> str:
        totals = self.totals
        return (
            f"<Backtest of {self.scheme}: {totals.orders} orders of {len(self.members)} members, "
            f"revenue {totals.revenue} {self.currency}, cost {totals.cost}, "
            f"{totals.points_outstanding} points outstanding>"
        )

    def _repr_html_(self) -> str:
        title = f"{self.scheme}, {len(self.members)} members, {self.currency}"
        return _html._table(title, ("figure", "value"), self.totals.rows())


class Comparison:
    """Two schemes over one history. Tables and totals are the second less the first."""

    __slots__ = ("first", "members", "months", "second", "totals")

    first: Backtest
    second: Backtest
    totals: Figures
    """What the second scheme does differently in all."""
    members: Table
    """A row a member, with the tiers held at the end under both."""
    months: Table
    """A row a month."""

    def __init__(self, first: Backtest, second: Backtest) -> None:
        """Compares two results of one history."""
        self.first, self.second = first, second
        totals, members, months = _core.compare_backtests(first._result, second._result)
        self.totals, self.members, self.months = _figures(totals), Table(members), Table(months)

    def __repr__(self) -> str:
        totals = self.totals
        return (
            f"<Comparison of {self.second.scheme} with {self.first.scheme}: "
            f"revenue {totals.revenue:+} {self.second.currency}, cost {totals.cost:+}>"
        )

    def _repr_html_(self) -> str:
        title = f"{self.second.scheme} less {self.first.scheme}, {self.second.currency}"
        columns = (self.first.totals.rows(), self.second.totals.rows(), self.totals.rows())
        rows = [(name, one, two, less) for (name, one), (_, two), (_, less) in zip(*columns, strict=True)]
        return _html._table(title, ("figure", "first", "second", "difference"), rows)


@overload
def backtest(
    scheme: Scheme,
    orders: Orders | ShopOrders | Frame,
    *,
    customer: str | None = None,
    day: str | None = None,
    amount: str | None = None,
    amount_minor: str | None = None,
    order: str | None = None,
    sku: str | None = None,
    quantity: str | None = None,
    kind: str | None = None,
    original_order: str | None = None,
    redeem: Redeem = "never",
    redeem_from: Money | None = None,
    expiry_days: int = 30,
    until: When | None = None,
    progress: Progress | None = None,
    compare: None = None,
) -> Backtest: ...
@overload
def backtest(
    scheme: Scheme,
    orders: Orders | ShopOrders | Frame,
    *,
    customer: str | None = None,
    day: str | None = None,
    amount: str | None = None,
    amount_minor: str | None = None,
    order: str | None = None,
    sku: str | None = None,
    quantity: str | None = None,
    kind: str | None = None,
    original_order: str | None = None,
    redeem: Redeem = "never",
    redeem_from: Money | None = None,
    expiry_days: int = 30,
    until: When | None = None,
    progress: Progress | None = None,
    compare: Scheme,
) -> Comparison: ...
def backtest(
    scheme: Scheme,
    orders: Orders | ShopOrders | Frame,
    *,
    customer: str | None = None,
    day: str | None = None,
    amount: str | None = None,
    amount_minor: str | None = None,
    order: str | None = None,
    sku: str | None = None,
    quantity: str | None = None,
    kind: str | None = None,
    original_order: str | None = None,
    redeem: Redeem = "never",
    redeem_from: Money | None = None,
    expiry_days: int = 30,
    until: When | None = None,
    progress: Progress | None = None,
    compare: Scheme | None = None,
) -> Backtest | Comparison:
    """Plays a history of orders under a scheme, member by member and in the order of time.

    ``orders`` is what a reader gave (:class:`Orders`, :class:`ShopOrders`), or a frame with the names of
    its columns as for :class:`Orders`. Orders of a frame stand at noon of their day. Every member is
    enrolled at the first order; returns, reviews and expiries come when they are due. Members buy
    what they bought, whatever the scheme.

    - ``redeem``: how members use points and rewards: ``"never"``; ``"as_soon_as_possible"`` on every
      order; ``"before_expiry"`` what lapses within ``expiry_days``. Orders of goods for less than
      ``redeem_from`` use nothing.
    - ``until``: everything due by then is posted at the end; without it, by the last moment there is.
    - ``compare``: a second scheme over the same history; gives a :class:`Comparison`.
    - ``progress``: is told how many more orders are done. With ``compare`` each order counts twice.

    The interpreter's lock is free meanwhile, and Ctrl-C stops the run. An :class:`ActError` or
    :class:`InputError` names the member and the order in its ``context``. A member's orders of a frame
    are numbered by time.
    """
    if isinstance(orders, ShopOrders):
        core: _core.Orders | _core.ShopOrders = orders._orders
    elif isinstance(orders, Orders):
        core = orders._orders
    elif customer is None or day is None:
        message = "found a frame without names of its columns, allowed are customer= and day="
        raise InputError(message, "input.option", "/customer", {"found": "no name"})
    else:
        core = Orders(
            orders,
            customer=customer,
            day=day,
            amount=amount,
            amount_minor=amount_minor,
            currency=scheme.currency,
            order=order,
            sku=sku,
            quantity=quantity,
            kind=kind,
            original_order=original_order,
            time_zone=scheme.time_zone,
            guests="drop",
        )._orders
    terms: _core._BacktestTerms = {
        "redeem": redeem,
        "expiry_days": expiry_days,
        "redeem_from": redeem_from,
        "until": until,
    }
    first = Backtest(_core.backtest(scheme, core, terms, progress))
    if compare is None:
        return first
    return Comparison(first, Backtest(_core.backtest(compare, core, terms, progress)))
