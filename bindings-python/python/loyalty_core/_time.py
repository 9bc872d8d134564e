"""Datetimes and the core's texts for moments, deadlines and dates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import InputError


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = (
            f"no zone data for {name!r}: check the scheme's time_zone; where the system has no zone "
            "data at all, install the package tzdata"
        )
        raise InputError(message, "input.zone", None, {"found": name}) from error


def moment_text(value: datetime, zone_name: str) -> str:
    """A datetime as a moment in a zone. A naive one is the civil time of the zone."""
    zone = zone_of(zone_name)
    if value.utcoffset() is None:
        civil = value.replace(tzinfo=zone)
        back = civil.astimezone(UTC).astimezone(zone)
        if back.replace(tzinfo=None) != civil.replace(tzinfo=None):
            message = f"{value.isoformat()} does not exist in {zone_name}: clocks were put forward"
            raise InputError(message, "input.time_gap", None, {"found": value.isoformat()})
        value = civil
    try:
        return value.astimezone(zone).isoformat(timespec="milliseconds")
    except OverflowError as error:
        message = f"{value.isoformat()} is outside the years that have dates"
        raise InputError(message, "time.range", None, {"found": value.isoformat()}) from error


def moment(text: str) -> datetime:
    """A moment's text as an aware datetime."""
    return datetime.fromisoformat(text)


def deadline(text: str) -> date | datetime:
    """A deadline's text: a day that begins, or an instant."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
