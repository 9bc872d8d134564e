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


class PurchaseModel(Protocol):
    """A model of when customers buy, such as :class:`BetaGeo`."""

    @property
    def _fit(self) -> _core.Fit: ...


class Programme(Table):
    """Metrics of a programme; see :meth:`Orders.programme`."""

    __slots__ = ("rows_without_order",)
    rows_without_order: int
    """Rows that were left out, because their customer has no order in the frame of orders."""

    def __init__(self, table: _core.Table, rows_without_order: int) -> None:
        """Programmes come from :meth:`Orders.programme`."""
        super().__init__(table)
        self.rows_without_order = rows_without_order


def _state_terms(
    passivating: float, lapsed: float, lost: float, horizon_days: int
) -> _core._StateTerms:
    return {"passivating": passivating, "lapsed": lapsed, "lost": lost, "horizon_days": horizon_days}


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
        row_segments: Sequence[str] = (),
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
        - ``row_segments``: columns for ``by=`` that part rows, such as channels or products: each
          segment is as a shop that sells nothing else, and a customer is in all that have a row of hers.

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
                "row_segments": list(row_segments),
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
        names: Literal["eleven", "ten"] | None = None,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Table:
        """Scores 1 to 5 of recency, frequency and monetary value; 5 is best.

        ``names`` adds the ``segment`` that the scores make, by one of two lists of names.
        """
        first = None if start is None else _day(start, "start")
        terms = _terms(as_of, zero_orders, refunds)
        return Table(_core.rfm(self._orders, terms, first, ties, monetary, sorting, names))

    def conversion(
        self,
        *,
        as_of: Day,
        most: int = 10,
        by: str | None = None,
        level: float = 0.95,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Table:
        """From each order to the next: a row for the first to the ``most``-th, while anybody has it.

        ``reached`` it, ``went_on`` to the next by ``as_of``, their share with its limits; and the days by
        which a quarter and a half go on, with those still waiting counted as that (Kaplan–Meier).
        """
        terms = _terms(as_of, zero_orders, refunds)
        return Table(_core.conversion(self._orders, terms, most, by, level))

    def period_retention(
        self,
        *,
        before: tuple[Day, Day],
        after: tuple[Day, Day],
        as_of: Day,
        by: str | None = None,
        level: float = 0.95,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Table:
        """What of one span's customers and revenue is there in another; spans are first and last days.

        ``net_revenue_retention`` is the revenue after of those who bought before over theirs before;
        ``gross_revenue_retention`` counts nobody for more than before.
        """
        spans = [(_day(span[0], name), _day(span[1], name)) for name, span in (("before", before), ("after", after))]
        terms = _terms(as_of, zero_orders, refunds)
        return Table(_core.period_retention(self._orders, terms, spans[0], spans[1], by, level))

    def churn(
        self,
        *,
        as_of: Day,
        model: PurchaseModel | None = None,
        percent: int = 90,
        horizon_days: int = 365,
        by: str | None = None,
        level: float = 0.95,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Table:
        """The estimators of churn, each under its own name; they are not to be mixed.

        ``silent_rate``: silent for longer than ``percent`` of all gaps are. With a ``model``:
        ``own_gap_rate``, repeat customers silent for longer than that share of their own gaps would be;
        ``gone_share``, the mean of 1 − P(alive); ``no_order_share``, the mean chance of no order in the
        next ``horizon_days``.
        """
        terms = _terms(as_of, zero_orders, refunds)
        fit = None if model is None else model._fit
        made = _core.churn_rates(self._orders, terms, fit, percent, horizon_days, by, level)
        return Table(made)

    def states(
        self,
        model: PurchaseModel,
        *,
        as_of: Day,
        passivating: float = 0.8,
        lapsed: float = 0.95,
        lost: float = 0.05,
        horizon_days: int = 365,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Table:
        """The state of every customer with an order.

        ``new``, ``active``, then silent for longer than the share ``passivating`` or ``lapsed`` of the
        customer's own gaps; ``lost``, when an order within ``horizon_days`` is less likely than ``lost``.
        """
        asked = _state_terms(passivating, lapsed, lost, horizon_days)
        terms = _terms(as_of, zero_orders, refunds)
        return Table(_core.states(self._orders, terms, model._fit, asked))

    def transitions(
        self,
        model: PurchaseModel,
        *,
        earlier: Day,
        as_of: Day,
        passivating: float = 0.8,
        lapsed: float = 0.95,
        lost: float = 0.05,
        horizon_days: int = 365,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Table:
        """The states of :meth:`states` on two days, ``before`` and ``after``.

        Who came later has no state before. Who was lapsed or lost, and has bought, is ``reactivated``.
        """
        asked = _state_terms(passivating, lapsed, lost, horizon_days)
        terms = _terms(as_of, zero_orders, refunds)
        then = _day(earlier, "earlier")
        return Table(_core.transitions(self._orders, terms, then, model._fit, asked))

    def acquisition(
        self,
        *,
        cost_minor: int,
        first: Day,
        last: Day,
        as_of: Day,
        lag_days: int = 0,
        period_days: int = 30,
        margin_rate: float = 1.0,
        value: float | None = None,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Table:
        """What a new customer cost, and when that is earned back.

        ``cost_minor`` was spent from ``first`` to ``last``; customers arrive ``lag_days`` later.
        ``payback_days`` counts ``margin_rate`` of what they pay, by periods of ``period_days``. With the
        lifetime ``value`` of a customer, at margin and in whole units, ``value_to_cost`` is there too.
        """
        asked: _core._AcquisitionTerms = {
            "cost_minor": cost_minor,
            "first": _day(first, "first"),
            "last": _day(last, "last"),
            "lag_days": lag_days,
            "period_days": period_days,
            "margin_rate": margin_rate,
            "value": value,
        }
        terms = _terms(as_of, zero_orders, refunds)
        return Table(_core.acquisition(self._orders, terms, asked))

    def programme(
        self,
        frame: Frame,
        *,
        customer: str,
        day: str,
        kind: str,
        points: str,
        as_of: Day,
        start: Day | None = None,
        by: str | None = None,
        level: float = 0.95,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Programme:
        """What customers do with points, from a frame with a row for each time they do.

        ``kind`` is ``earn``, ``redeem``, ``expire`` or ``visit``; ``points`` are not below zero.
        ``earning_rate`` and ``redeeming_rate`` are shares of the window's buyers, ``redemption_rate`` and
        ``breakage_rate`` shares of the points earned in it.
        """
        columns: _core._ActivityColumns = {
            "customer": customer,
            "day": day,
            "kind": kind,
            "points": points,
        }
        first = None if start is None else _day(start, "start")
        terms = _terms(as_of, zero_orders, refunds)
        made = _core.programme(self._orders, frame, columns, terms, first, by, level)
        return Programme(*made)

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
                "row_segments": [],
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
