"""The report: one page of HTML about a shop's customers and its scheme."""

from __future__ import annotations

from html import escape
from os import PathLike
from pathlib import Path

from . import _core
from ._core import Scheme
from .analytics import Day, Orders, Refunds, ZeroOrders, _day, _terms
from .errors import InputError


class Report(str):
    """A page of HTML: a ``str`` that a notebook shows, and that can be saved."""

    __slots__ = ()

    def save(self, path: str | PathLike[str]) -> Path:
        """Writes the page to a file, and gives its path."""
        place = Path(path)
        place.write_text(self, encoding="utf-8", newline="\n")
        return place

    def _repr_html_(self) -> str:
        # A frame of its own, so that the styles of the page and of the notebook leave each other alone.
        return (
            f'<iframe title="Report" sandbox srcdoc="{escape(str(self))}" '
            'style="width:100%;height:720px;border:1px solid #8886;border-radius:8px"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<Report of {len(self.encode())} bytes>"


def report(
    orders: Orders,
    *,
    as_of: Day,
    title: str,
    scheme: Scheme | None = None,
    level: float = 0.95,
    horizon_days: int = 365,
    annual_rate: float = 0.10,
    margin_rate: float = 1.0,
    calibration_end: Day | None = None,
    listed_max: int = 10,
    time_zone: str | None = None,
    zero_orders: ZeroOrders = "count",
    refunds: Refunds = "net_and_drop",
    threads: int = 1,
) -> Report:
    """The report as of a day, which is the last one seen. The same orders give the same bytes.

    ``scheme`` adds what that scheme would have cost, and would owe, had it run over these orders. Values
    of customers look ``horizon_days`` ahead, are discounted at ``annual_rate`` a year and count
    ``margin_rate`` of amounts; ``calibration_end`` is the last day that the model sees before it is held
    against the rest (default: the middle). ``listed_max`` bounds the lists of customers, ``time_zone`` is
    shown as the zone of the days. The page loads nothing and runs no script, whatever the names in it say.
    """
    for option, value in (("listed_max", listed_max), ("threads", threads)):
        if value < 0:
            message = f"found {value}, allowed is 0 or more"
            raise InputError(message, "input.option", f"/{option}", {"found": str(value)})
    end = None if calibration_end is None else _day(calibration_end, "calibration_end")
    page = _core.report(
        orders._orders,
        _terms(as_of, zero_orders, refunds),
        {
            "title": title,
            "time_zone": time_zone,
            "level": level,
            "horizon_days": horizon_days,
            "annual_rate": annual_rate,
            "margin_rate": margin_rate,
            "calibration_end": end,
            "listed_max": listed_max,
            "threads": threads,
        },
        scheme,
    )
    return Report(page)
