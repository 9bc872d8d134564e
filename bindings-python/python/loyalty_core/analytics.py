"""Orders of a data frame, and what they tell: summaries, metrics, retention, cohorts, scores."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias

from . import _core
from .errors import InputError
from .tables import Table

Day: TypeAlias = date | str
"""A business day: a ``date``, or text such as ``"2026-11-21"``."""

Period: TypeAlias = Literal["day", "week", "month", "quarter", "year"] | int
"""Calendar periods, weeks from Monday; or a number of days since each customer's own first order."""

ZeroOrders: TypeAlias = Literal["count", "drop"]
Refunds: TypeAlias = Literal["net_and_drop", "net_keep", "ignore"]

_EPOCH = date(1970, 1, 1)
_NO_LIMIT = (1 << 64) - 1


def _memory() -> int:
    """The memory of this machine in bytes, where the system says."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return _NO_LIMIT


class Frame(Protocol):
    """Anything with the Arrow PyCapsule stream."""

    def __arrow_c_stream__(self, requested_schema: Any = None, /) -> Any:
        """The stream of the Arrow C interface."""


def _day(value: Day, option: str) -> int:
    """Days since 1970-01-01."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError as error:
            message = f"found {value!r}, allowed a date such as 2026-11-21"
            raise InputError(message, "input.date", f"/{option}", {"found": value}) from error
    if isinstance(value, datetime) or not isinstance(value, date):
        found = type(value).__name__
        message = f"found a {found}, allowed a date: it says in no zone which day is meant"
        raise InputError(message, "input.date", f"/{option}", {"found": found})
    return (value - _EPOCH).days


def _date(day: int) -> date:
    return _EPOCH + timedelta(days=day)


def _terms(as_of: Day, zero_orders: ZeroOrders, refunds: Refunds) -> _core._Terms:
    return {"as_of": _day(as_of, "as_of"), "zero_orders": zero_orders, "refunds": refunds}


def _periods(period: Period) -> tuple[str, int | None]:
    if not isinstance(period, int):
        return period, None
    if period < 1:
        message = f"found {period}, allowed is 1 day or more"
        raise InputError(message, "input.option", "/period", {"found": str(period)})
    return "month", period


class Summary(Table):
    """A row a customer, in the order of their keys: what the models are fitted to.

    ======================  ===========================================================
    ``frequency``           days with an order, the first one left out
    ``recency``             time from the first to the last of them (``t_x``)
    ``T``                   time from the first one to ``as_of``
    ``monetary_value``      mean net amount of the days after the first, in whole units
    ``orders``              orders, all of them
    ``total_minor``         net amount of everything, in minor units
    ``first_day``           the first day with an order
    ``last_day``            the last one
    ``holdout_frequency``   days with an order in the holdout, where there is one
    ``holdout_minor``       net amount of them, in minor units
    ======================  ===========================================================

    Times are in units of ``unit_days`` days.
    """

    __slots__ = ("_summary",)
    _summary: _core.Summary

    def __init__(self, summary: _core.Summary) -> None:
        """Summaries come from :meth:`Orders.summarize`."""
        super().__init__(summary.table())
        self._summary = summary

    @property
    def as_of(self) -> date:
        """The last day that was seen."""
        return _date(self._summary.as_of)

    @property
    def unit_days(self) -> float:
        """Days in one unit of time."""
        return self._summary.unit_days

    @property
    def holdout_end(self) -> date | None:
        """The last day of the holdout; ``None`` without one."""
        holdout = self._summary.holdout
        return None if holdout is None else _date(holdout[0])

    @property
    def new_in_holdout(self) -> int:
        """Customers who came first in the holdout; they have no row."""
        holdout = self._summary.holdout
        return 0 if holdout is None else holdout[1]

    @property
    def without_order(self) -> int:
        """Customers of the frame without an order that counts by ``as_of``; they have no row."""
        return self._summary.without_occasion

    @property
    def counts(self) -> Mapping[str, int]:
        """Where every row of the frame went: ``rows`` is the sum of the others."""
        return MappingProxyType(dict(self._summary.counts))


class Orders:
    """Purchases of a data frame, checked once. Rows may come in any order.

    Nothing in it depends on the order of rows, or on the library that made the frame.
    """

    __slots__ = ("_orders",)
    _orders: _core.Orders

    def __init__(
        self,
        frame: Frame,
        *,
        customer: str,
        day: str,
        amount: str | None = None,
        amount_minor: str | None = None,
        currency: str,
        currency_column: str | None = None,
        order: str | None = None,
        kind: str | None = None,
        original_order: str | None = None,
        sku: str | None = None,
        quantity: str | None = None,
        time_zone: str | None = None,
        negative: Literal["refuse", "refund"] = "refuse",
        guests: Literal["refuse", "drop"] = "refuse",
        segments: Sequence[str] = (),
        memory_max: int | None = None,
    ) -> None:
        """Reads a frame. The names say which column is what:

        - ``customer``: text or whole numbers.
        - ``day``: dates, text such as ``2026-11-21``, or times. Naive times are civil times of the
          shop; aware ones need ``time_zone``, the zone in which its days begin.
        - ``amount`` in whole units, or ``amount_minor`` in minor units: one of them. Floats of
          ``amount`` must lie within a millionth of a minor unit of a whole one.
        - ``currency``: the code of the amounts; ``currency_column``: a column that must say the same
          in each row.
        - ``order``: rows of one customer and order are one order. Without it each row is one.
        - ``kind``: ``sale`` or ``refund``, or booleans that are true for refunds;
          ``original_order``: the order that a refund belongs to. With ``negative="refund"`` a
          negative amount is a refund.
        - ``sku`` and ``quantity``: what a row is of and how many, for :func:`backtest`.
        - ``guests="drop"`` leaves rows without a customer out, and counts them.
        - ``segments``: columns for ``by=``. A customer's segment is that of the first day.

        The frame is read batch by batch, so a stream needs no more memory than what is kept of it:
        16 bytes a row, 8 more while a summary is made, 8 for each column of orders, and 96 a
        customer. ``memory_max`` is how many bytes that may be, without saying the memory of the
        machine; a frame that needs more is refused, and the error says how much.
        """
        self._orders = _core.read_orders(
            frame,
            {
                "customer": customer,
                "day": day,
                "amount": amount,
                "amount_minor": amount_minor,
                "currency": currency,
                "currency_column": currency_column,
                "order": order,
                "kind": kind,
                "original_order": original_order,
                "sku": sku,
                "quantity": quantity,
                "time_zone": time_zone,
                "negative": negative,
                "guests": guests,
                "segments": list(segments),
                "memory_max": _memory() if memory_max is None else memory_max,
            },
        )

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return self._orders.customers

    @property
    def rows(self) -> int:
        """How many rows the frame had."""
        return self._orders.rows[0]

    @property
    def rows_without_customer(self) -> int:
        """How many of them were left out, because they have no customer."""
        return self._orders.rows[1]

    @property
    def currency(self) -> str:
        """The currency of the amounts."""
        return self._orders.currency

    @property
    def first_day(self) -> date | None:
        """The first day; ``None`` without a row."""
        days = self._orders.days
        return None if days is None else _date(days[0])

    @property
    def last_day(self) -> date | None:
        """The last day; ``None`` without a row."""
        days = self._orders.days
        return None if days is None else _date(days[1])

    def summarize(
        self,
        *,
        as_of: Day,
        holdout_end: Day | None = None,
        unit_days: float = 1.0,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Summary:
        """A row a customer as of a day, which is the last one seen.

        ``holdout_end`` adds what the same customers did after ``as_of`` until then. ``unit_days=7``
        counts time in weeks.
        """
        end = None if holdout_end is None else _day(holdout_end, "holdout_end")
        terms = _terms(as_of, zero_orders, refunds)
        return Summary(_core.summarize(self._orders, terms, end, unit_days))

    def metrics(
        self,
        *,
        as_of: Day,
        start: Day | None = None,
        by: str | None = None,
        level: float = 0.95,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Table:
        """The metrics of the days from ``start`` to ``as_of``, with their parts and intervals.

        ``by`` names one of the segments: the metrics of each. Where a value does not exist,
        ``absent`` says why.
        """
        first = None if start is None else _day(start, "start")
        terms = _terms(as_of, zero_orders, refunds)
        return Table(_core.metrics(self._orders, terms, first, by, level))

    def retention(
        self,
        *,
        as_of: Day,
        start: Day | None = None,
        period: Period = "month",
        retained: Literal["on", "on_or_after", "every_until", "any_until"] = "on",
        periods: int = 12,
        by: str | None = None,
        level: float = 0.95,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Table:
        """Retention by periods since each customer's first order, of those who came since ``start``.

        A period counts for the customers who were observed to its end.
        """
        first = None if start is None else _day(start, "start")
        name, days = _periods(period)
        terms = _terms(as_of, zero_orders, refunds)
        made = _core.retention(
            self._orders, terms, first, name, days, retained, periods, by, level
        )
        return Table(made)

    def cohorts(
        self,
        *,
        as_of: Day,
        period: Literal["day", "week", "month", "quarter", "year"] = "month",
        rolling_days: int | None = None,
        measure: Literal["customers", "orders", "net_minor"] = "customers",
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Table:
        """Customers by the period of their first order, and the periods since: a row a cell.

        Cells that are not observed to their end have no row. ``rolling_days`` counts spans of so
        many days from each customer's own first order instead of calendar periods.
        """
        terms = _terms(as_of, zero_orders, refunds)
        return Table(_core.cohorts(self._orders, terms, period, rolling_days, measure))

    def rfm(
        self,
        *,
        as_of: Day,
        start: Day | None = None,
        ties: Literal["mid", "below", "at_or_below", "ntile"] = "mid",
        monetary: Literal["sum", "mean"] = "sum",
        sorting: Literal["independent", "nested"] = "independent",
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Table:
        """Scores 1 to 5 of recency, frequency and monetary value; 5 is best."""
        first = None if start is None else _day(start, "start")
        terms = _terms(as_of, zero_orders, refunds)
        return Table(_core.rfm(self._orders, terms, first, ties, monetary, sorting))

    def __repr__(self) -> str:
        days = "" if self.first_day is None else f", {self.first_day} to {self.last_day}"
        return f"<Orders: {self.rows} rows of {self.customers} customers, {self.currency}{days}>"


class Partial:
    """A summary in parts: each adds up rows, and parts merge to what one summary of all rows is.

    However rows are split over parts, and in whatever order parts merge, :meth:`finish` gives the
    same bits as ``Orders(...).summarize(...)`` of all rows. A part keeps what a customer's rows of
    one day and order add up to, not the rows.
    """

    __slots__ = ("_partial",)
    _partial: _core.Partial

    def __init__(self, *, currency: str) -> None:
        """A part without rows; ``currency`` is the code of the amounts."""
        self._partial = _core.Partial(currency)

    @property
    def currency(self) -> str:
        """The currency of the amounts."""
        return self._partial.currency

    @property
    def rows_without_customer(self) -> int:
        """How many rows were left out, because they have no customer."""
        return self._partial.without_customer

    def update(
        self,
        frame: Frame,
        *,
        customer: str,
        day: str,
        amount: str | None = None,
        amount_minor: str | None = None,
        currency_column: str | None = None,
        order: str | None = None,
        kind: str | None = None,
        original_order: str | None = None,
        time_zone: str | None = None,
        negative: Literal["refuse", "refund"] = "refuse",
        guests: Literal["refuse", "drop"] = "refuse",
    ) -> None:
        """Adds the rows of a frame, named as in :class:`Orders`; a frame in error adds nothing.

        Order ids are whole numbers here, because parts do not know each other's numbering.
        """
        self._partial.update(
            frame,
            {
                "customer": customer,
                "day": day,
                "amount": amount,
                "amount_minor": amount_minor,
                "currency": self.currency,
                "currency_column": currency_column,
                "order": order,
                "kind": kind,
                "original_order": original_order,
                "time_zone": time_zone,
                "negative": negative,
                "guests": guests,
                "segments": [],
                "sku": None,
                "quantity": None,
                "memory_max": _NO_LIMIT,
            },
        )

    def rows(self) -> Table:
        """What the rows add up to: whole numbers and keys alone, in the order of the keys.

        ``customer``, ``day``, ``order``, ``refund``, ``amount_minor``, and how many ``rows``. It is
        the form in which parts travel between processes.
        """
        return Table(self._partial.rows())

    def add_rows(self, frame: Frame) -> None:
        """Adds what :meth:`rows` gave, of one part or of many, in any order."""
        self._partial.add_rows(frame)

    def merge(self, other: Partial) -> None:
        """Adds another part; the order of merges does not matter."""
        self._partial.merge(other._partial)

    def finish(
        self,
        *,
        as_of: Day,
        holdout_end: Day | None = None,
        unit_days: float = 1.0,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Summary:
        """The summary of all rows so far, as :meth:`Orders.summarize` gives it. Rows may follow."""
        end = None if holdout_end is None else _day(holdout_end, "holdout_end")
        terms = _terms(as_of, zero_orders, refunds)
        return Summary(self._partial.finish(terms, end, unit_days))

    def __repr__(self) -> str:
        return f"<Partial: {len(self.rows())} rows, {self.currency}>"


def survival(frame: Frame, *, days: str, seen: str, level: float = 0.95) -> Table:
    """The Kaplan–Meier curve: the share of subjects without the event after so many days.

    ``frame`` has a row for each subject: ``days`` names the column of the days that it was followed,
    ``seen`` that of whether the event was seen at their end. The table has a row for the start and
    one for each fall, with ``at_risk``, ``events``, ``survival``, its limits ``low`` and ``high``
    (on the scale of log(−log S)), and the cumulative ``hazard`` of Nelson and Aalen.
    """
    return Table(_core.survival(frame, days, seen, level))
