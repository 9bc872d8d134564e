"""Orders as shops export them, and what to post when one has changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any, overload

from . import _core
from ._core import Account
from ._time import moment
from .errors import InputError

Source = str | bytes | PathLike[str]
"""A file, or its text: a ``str`` with a line break, or that begins with ``{`` or ``[``, is text."""


class ShopOrder:
    """An order as the shop's system tells it: its whole state at one moment.

    Keep ``to_json()`` beside the order: it is the state before for the next :func:`reconcile`.
    """

    __slots__ = ("_json", "_value")
    _json: str
    _value: Mapping[str, Any]

    def __init__(self, document: str | bytes) -> None:
        """Reads what :meth:`to_json` wrote."""
        text = document.decode() if isinstance(document, bytes) else document
        held = _core.ShopOrders.from_json([text]).order(0)
        self._json = text if held is None else held
        self._value = json.loads(self._json)

    @property
    def id(self) -> str:
        """The shop's number of the order: the id of the purchase."""
        found: str = self._value["purchase"]["id"]
        return found

    @property
    def customer(self) -> str | None:
        """The shop's customer number, or the lower-case e-mail address where the export has none.

        An address is no member id: make a pseudonym of it before anything is posted.
        """
        return self._value.get("customer")

    @property
    def at(self) -> datetime:
        """When it was bought."""
        return moment(self._value["at"])

    @property
    def paid(self) -> bool:
        """Whether it was paid: only then it counts."""
        found: bool = self._value["paid"]
        return found

    @property
    def cancelled_at(self) -> datetime | None:
        """When it was cancelled, if it was."""
        text = self._value.get("cancelled_at")
        return None if text is None else moment(text)

    @property
    def purchase(self) -> Any:
        """The purchase, as :func:`record` takes it."""
        return json.loads(self._json)["purchase"]

    @property
    def returns(self) -> Sequence[Mapping[str, Any]]:
        """What came back: each with ``id``, ``at`` and ``lines``."""
        return tuple(MappingProxyType(back) for back in self._value.get("returns", ()))

    def to_json(self) -> str:
        """The state as JSON."""
        return self._json

    def __eq__(self, other: object) -> bool:
        return self._json == other._json if isinstance(other, ShopOrder) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._json)

    def __reduce__(self) -> tuple[type[ShopOrder], tuple[str]]:
        return type(self), (self._json,)

    def __repr__(self) -> str:
        state = "paid" if self.paid else "open"
        state = state if self.cancelled_at is None else "cancelled"
        back = f", {len(self.returns)} returns" if self.returns else ""
        return f"<ShopOrder {self.id} of {self.customer or 'a guest'}: {state}, {self.at}{back}>"


class ShopOrders(Sequence[ShopOrder]):
    """Orders of an export, in its order."""

    __slots__ = ("_orders",)
    _orders: _core.ShopOrders

    def __init__(self, orders: Iterable[ShopOrder] | _core.ShopOrders) -> None:
        """Orders come from the readers, or one by one from where the host keeps them."""
        if isinstance(orders, _core.ShopOrders):
            self._orders = orders
        else:
            self._orders = _core.ShopOrders.from_json([order.to_json() for order in orders])

    def __len__(self) -> int:
        return self._orders.len()

    @overload
    def __getitem__(self, place: int) -> ShopOrder: ...
    @overload
    def __getitem__(self, place: slice) -> list[ShopOrder]: ...
    def __getitem__(self, place: int | slice) -> ShopOrder | list[ShopOrder]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        at = place if place >= 0 else place + len(self)
        found = None if at < 0 else self._orders.order(at)
        if found is None:
            raise IndexError(f"there are {len(self)} orders")
        return ShopOrder(found)

    def __iter__(self) -> Iterator[ShopOrder]:
        return (self[place] for place in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, ShopOrders) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type[ShopOrders], tuple[list[ShopOrder]]]:
        return type(self), (list(self),)

    def __repr__(self) -> str:
        return f"<ShopOrders: {len(self)} orders>"


def _text(source: Source) -> str:
    if isinstance(source, str):
        if "\n" in source or source.lstrip().startswith(("{", "[")):
            return source
        source = Path(source)
    found = source if isinstance(source, bytes) else Path(source).read_bytes()
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"found bytes that are no UTF-8 ({error}), allowed is text in UTF-8"
        raise InputError(message, "input.text", None, {"found": str(error)}) from error


def read_shopify_csv(source: Source, *, currency: str | None = None) -> ShopOrders:
    """Reads the orders export of Shopify's admin, whatever its set of columns.

    All orders have one currency: ``currency``, or that of the first. An :class:`InputError` names the
    row and the column of what is wrong.
    """
    return ShopOrders(_core.read_shopify_csv(_text(source), currency))


def read_shopify_orders(source: Source, *, currency: str | None = None) -> ShopOrders:
    """Reads orders of Shopify's REST interface or webhooks: one, a list, or under ``orders``."""
    return ShopOrders(_core.read_shopify_orders(_text(source), currency))


def read_woocommerce_orders(source: Source, *, currency: str | None = None) -> ShopOrders:
    """Reads orders of WooCommerce's REST interface, version 3.

    An order tells of its refunds the sums alone. With the documents of ``/orders/<id>/refunds`` in the
    place of ``refunds``, their lines count.
    """
    return ShopOrders(_core.read_woocommerce_orders(_text(source), currency))


def read_orders_csv(
    source: Source,
    *,
    customer: str,
    at: str,
    amount: str,
    order: str | None = None,
    quantity: str | None = None,
    sku: str | None = None,
    kind: str | None = None,
    currency: str | None = None,
    currency_column: str | None = None,
) -> ShopOrders:
    """Reads a table with a row a line; the names say which column is what.

    ``kind`` holds ``sale`` or ``refund``; without it a negative amount is a refund.
    """
    columns: _core._CsvColumns = {
        "customer": customer,
        "at": at,
        "amount": amount,
        "order": order,
        "quantity": quantity,
        "sku": sku,
        "kind": kind,
        "currency": currency_column,
    }
    return ShopOrders(_core.read_orders_csv(_text(source), columns, currency))


@dataclass(frozen=True, slots=True)
class Posting:
    """An act to post for an order."""

    at: datetime
    """When it took place at the shop."""
    act: Mapping[str, Mapping[str, Any]]
    """The act, as :func:`perform` takes it: ``record``, ``refund`` or ``cancel``."""


def reconcile(before: ShopOrder | Account | None, after: ShopOrder) -> tuple[Posting, ...]:
    """The acts that lie between two states of an order, in the order in which to post them.

    ``before`` is the state that was seen last, ``None`` for a new order, or the member's account: what
    it knows of the order is then the state before. The same state twice gives nothing.
    """
    account = before if isinstance(before, Account) else None
    state = before.to_json() if isinstance(before, ShopOrder) else None
    found = _core.reconcile(state, account, after.to_json())
    return tuple(Posting(at=moment(at), act=json.loads(act)) for at, act in found)
