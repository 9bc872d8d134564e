"""Survival: how long subjects go without an event, be it an order, a cancellation or a redemption."""

from __future__ import annotations

from dataclasses import dataclass

from . import _core
from .analytics import Day, Frame, _day
from .tables import Table


@dataclass(frozen=True, slots=True)
class LogRank:
    """The test that all groups have the same survival."""

    statistic: float
    """χ²."""
    degrees: int
    """Groups less one."""
    p_value: float
    """The chance of such a statistic, were they the same."""


@dataclass(frozen=True, slots=True)
class ContractChurn:
    """Contracts that ended in a span over those that were active at its start."""

    ended: int
    active: int
    value: float | None
    """``None`` when nothing was active."""
    low: float | None
    high: float | None


def survival(
    frame: Frame, *, days: str, seen: str, by: str | None = None, level: float = 0.95
) -> Table:
    """The Kaplan–Meier curve: the share of subjects without the event after so many days.

    ``frame`` has a row for each subject: ``days`` names the column of the days that it was followed,
    ``seen`` that of whether the event was seen at their end, ``by`` that of groups with a curve each.
    The table has a row for the start and one for each fall, with ``at_risk``, ``events``, ``survival``,
    its limits ``low`` and ``high`` (on the scale of log(−log S)), and the cumulative ``hazard`` of
    Nelson and Aalen.
    """
    return Table(_core.survival(frame, days, seen, by, level))


def restricted_mean(
    frame: Frame, *, days: str, seen: str, horizon_days: int, by: str | None = None, level: float = 0.95
) -> Table:
    """The mean of the days without the event, counted up to a horizon, with its limits; and the median.

    One row, or one for each group. Where nobody was followed up to the horizon, ``absent`` says so.
    """
    return Table(_core.restricted_mean(frame, (days, seen, by), horizon_days, level))


def log_rank(frame: Frame, *, days: str, seen: str, by: str) -> LogRank | None:
    """Tests whether groups have the same survival; ``None`` without two groups, or an event in them."""
    found = _core.log_rank(frame, days, seen, by)
    return None if found is None else LogRank(*found)


def contract_churn(
    frame: Frame, *, start: str, end: str, first: Day, last: Day, level: float = 0.95
) -> ContractChurn:
    """Churn of contracts in the days from ``first`` to ``last``.

    ``frame`` has a row for each contract: ``start`` names the column of the first days, ``end`` that of
    the days on which they ended, empty for those that run.
    """
    window = (_day(first, "first"), _day(last, "last"))
    return ContractChurn(*_core.contract_churn(frame, (start, end), window, level))
