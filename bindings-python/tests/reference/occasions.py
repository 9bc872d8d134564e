"""Birthdays and anniversaries of the enrolment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from .days import plus_months

KINDS = ("birthday", "enrolment_anniversary")


def on_day(year: int, month: int, day: int) -> date:
    """A day of a year; 29 February is the 28th where there is none."""
    return plus_months(date(2000, month, day), 12 * (year - 2000))


def occurrence(kind: str, said: dict[str, Any], today: date, birthday: str | None, joined: date | None) -> date | None:
    """The occurrence so near to a day, if there is one."""
    if kind == "birthday":
        if birthday is None:
            return None
        month, day = (int(part) for part in birthday.split("-"))
    else:
        if joined is None:
            return None
        month, day = joined.month, joined.day
    for year in (today.year - 1, today.year, today.year + 1):
        found = on_day(year, month, day)
        if kind != "birthday" and joined is not None and found <= joined:
            continue
        before, after = timedelta(said.get("days_before", 0)), timedelta(said.get("days_after", 0))
        if found - before <= today <= found + after:
            return found
    return None


def occasions(condition: dict[str, Any] | None, today: date, birthday: str | None, joined: date | None) -> list[str]:
    """The occurrences by which a condition holds, for which a rule pays once."""
    if condition is None:
        return []
    ((kind, said),) = condition.items()
    if kind in ("all", "any"):
        return [one for part in said for one in occasions(part, today, birthday, joined)][:1]
    if kind in KINDS:
        found = occurrence(kind, said, today, birthday, joined)
        return [found.isoformat()] if found else []
    return []
