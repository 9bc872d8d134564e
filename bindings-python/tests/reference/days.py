"""Moments, deadlines and windows.

A moment is an aware datetime with the offset that the scheme's zone has then. A deadline is a date, which ends as that civil
day begins, or an aware datetime, an instant. Something is over when the moment has reached it.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

Deadline: TypeAlias = date | datetime
Json: TypeAlias = dict[str, Any]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def reached(deadline: Deadline | None, now: datetime) -> bool:
    """Whether a deadline is over."""
    if deadline is None:
        return False
    if isinstance(deadline, datetime):
        return now >= deadline
    return now.date() >= deadline


def instant(deadline: Deadline, zone: ZoneInfo) -> datetime:
    """When a deadline is over: what deadlines are ordered by."""
    if isinstance(deadline, datetime):
        return deadline
    return datetime(deadline.year, deadline.month, deadline.day, tzinfo=zone)


def plus_months(day: date, months: int) -> date:
    """So many months later, on the last day of the month where the day is missing."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def plus_span(day: date, span: Json) -> date:
    """A day and a span of civil days."""
    ((unit, count),) = span.items()
    if unit == "days":
        return day + timedelta(days=count)
    return plus_months(day, count * (12 if unit == "years" else 1))


def is_civil(span: Json) -> bool:
    """Whether a span counts civil days."""
    return next(iter(span)) in ("days", "months", "years")


def elapsed(span: Json) -> timedelta:
    """A span of instants."""
    ((unit, count),) = span.items()
    return {
        "minutes": timedelta(minutes=count),
        "hours": timedelta(hours=count),
        "exact_days": timedelta(days=count),
    }[unit]


def after_period(day: date, period: str) -> date:
    """The first day after the period that contains a day."""
    match period:
        case "day":
            return day + timedelta(days=1)
        case "week":
            return day + timedelta(days=7 - day.weekday())
        case "month":
            return plus_months(day.replace(day=1), 1)
        case "quarter":
            return plus_months(day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1), 3)
        case "year":
            return date(day.year + 1, 1, 1)
    raise AssertionError(period)


def period_start(day: date, period: str) -> date:
    """The first day of the period that contains a day."""
    match period:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)
        case "year":
            return day.replace(day=1, month=1)
    raise AssertionError(period)


def validity_end(start: datetime | date, rolling: Json, offset: tzinfo | None = None) -> Deadline:
    """When a validity of ``after``, ``round_up`` and ``last_day`` ends that begins at a moment or
    with a day."""
    after, round_up = rolling["after"], rolling.get("round_up", "none")
    if is_civil(after):
        day = start.date() if isinstance(start, datetime) else start
        last = plus_span(day, after)
        if rolling.get("last_day", "inclusive") == "exclusive":
            last -= timedelta(days=1)
        return after_period(last, "day" if round_up == "none" else round_up)
    if not isinstance(start, datetime):
        # The zone's offset of a later day is not known: it is that of the act.
        start = datetime(start.year, start.month, start.day, tzinfo=offset)
    end = start + elapsed(after)
    if round_up == "none":
        return end
    return after_period(end.date(), round_up)


def pending_end(start: datetime, span: Json) -> Deadline:
    """When points that wait for a span become usable."""
    if is_civil(span):
        return plus_span(start.date(), span)
    return start + elapsed(span)


def expiry_end(expiry: Json, start: datetime | date, activity: Deadline, offset: tzinfo | None) -> Deadline | None:
    """When points lapse that become usable at a moment or with a day."""
    ((kind, terms),) = expiry.items()
    day = start.date() if isinstance(start, datetime) else start
    match kind:
        case "never":
            return None
        case "rolling":
            return validity_end(start, terms, offset)
        case "end_of_month":
            return after_period(plus_months(day.replace(day=1), terms.get("later", 0)), "month")
        case "end_of_year":
            return date(day.year + terms.get("later", 0) + 1, 1, 1)
        case "fixed_date":
            end = date.fromisoformat(terms["date"]) + timedelta(days=1)
            return end if day < end else None
        case "activity":
            return validity_end(activity, terms, offset)
    raise AssertionError(kind)


def deadline_text(deadline: Deadline | None) -> str | None:
    """A deadline in a form that two programs share: instants in UTC."""
    if isinstance(deadline, datetime):
        return deadline.astimezone(ZoneInfo("UTC")).isoformat()
    return None if deadline is None else deadline.isoformat()


DEFAULTS = {"later": 0, "round_up": "none", "last_day": "inclusive"}


def without_defaults(expiry: Json) -> Json:
    """An expiry policy in its shortest form."""
    ((kind, terms),) = expiry.items()
    return {kind: {key: one for key, one in terms.items() if DEFAULTS.get(key) != one}}
