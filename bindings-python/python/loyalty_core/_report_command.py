"""``python -m loyalty_core report``: orders of a file, and the page about them."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _core
from .analytics import Frame, Orders
from .errors import InputError
from .reports import report
from .tables import Table

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def read_csv(path: str, delimiter: str = ",") -> Table:
    """The columns of a CSV file as text; ``-`` is standard input. Empty fields are nothing."""
    if path == "-":
        return _columns(path, csv.reader(sys.stdin, delimiter=delimiter, strict=True))
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return _columns(path, csv.reader(file, delimiter=delimiter, strict=True))


def _columns(path: str, lines: Any) -> Table:
    try:
        names: list[str] = next(lines, [])
        columns: list[list[str | None]] = [[] for _ in names]
        if not names or len(set(names)) < len(names):
            raise _no_csv(path, 1, "no names, or one twice", "a first line of distinct column names")
        for row in lines:
            if not row:
                continue
            if len(row) != len(names):
                raise _no_csv(path, lines.line_num, f"{len(row)} fields", f"{len(names)}, as in the first line")
            for column, field in zip(columns, row, strict=True):
                column.append(field or None)
    except csv.Error as error:
        raise _no_csv(path, lines.line_num, str(error), "CSV with fields quoted by \"") from error
    return Table(_core.text_table(list(zip(names, columns, strict=True))))


def _no_csv(path: str, line: int, found: str, allowed: str) -> InputError:
    message = f"{path}, line {line}: found {found}, allowed {allowed}"
    return InputError(message, "input.file", f"/line/{line}", {"found": found, "allowed": allowed})


def read_frame(path: str, delimiter: str = ",") -> Frame:
    """The orders of a file: CSV, or Parquet where pyarrow is installed."""
    if not path.endswith(".parquet"):
        return read_csv(path, delimiter)
    try:
        from pyarrow import parquet
    except ImportError as error:
        message = f"{path} is Parquet, which needs the package pyarrow: pip install pyarrow"
        raise InputError(message, "input.file", None, {"found": path}) from error
    table: Frame = parquet.read_table(path)
    return table


def run(arguments: argparse.Namespace) -> int:
    """Writes the report on the orders of a file."""
    orders = Orders(
        read_frame(arguments.orders, arguments.delimiter),
        customer=arguments.customer,
        day=arguments.day,
        amount=None if arguments.amount_minor else arguments.amount,
        amount_minor=arguments.amount_minor,
        currency=arguments.currency,
        order=arguments.order,
        kind=arguments.kind,
        original_order=arguments.original_order,
        time_zone=arguments.time_zone,
        negative="refund" if arguments.negative_refunds else "refuse",
        guests="drop" if arguments.drop_guests else "refuse",
    )
    scheme = None if arguments.scheme is None else _core.Scheme.from_file(arguments.scheme)
    as_of = arguments.as_of or orders.last_day
    if as_of is None:
        message = f"{arguments.orders} has no order, so that --as-of is needed"
        raise InputError(message, "input.option", "/as_of", {"found": "nothing"})
    page = report(
        orders,
        scheme=scheme,
        as_of=as_of,
        title=arguments.title,
        time_zone=arguments.time_zone,
        horizon_days=arguments.horizon_days,
        annual_rate=arguments.annual_rate,
        margin_rate=arguments.margin_rate,
        calibration_end=arguments.calibration_end,
        listed_max=arguments.listed_max,
    )
    if arguments.output == "-":
        sys.stdout.write(page)
    else:
        print(page.save(arguments.output))
    return 0


def add(commands: Commands) -> None:
    """The arguments of the command."""
    one = commands.add_parser("report", help="write a page of HTML about orders, and about a scheme over them")
    one.add_argument("orders", help="orders as .csv, or .parquet with pyarrow; - for CSV on standard input")
    one.add_argument("-o", "--output", default="report.html", help="the page; - for standard output")
    one.add_argument("--scheme", help="a scheme document, .toml or .json: adds its cost and liability")
    one.add_argument("--title", default="Customers and loyalty", help="the title of the page")
    one.add_argument("--as-of", help="the last day seen; default: the last day of the orders")
    one.add_argument("--currency", required=True, help="the currency of the amounts, such as EUR")
    one.add_argument("--customer", default="customer", help="the column of customers; default: customer")
    one.add_argument("--day", default="date", help="the column of days or times; default: date")
    one.add_argument("--amount", default="amount", help="the column of amounts in whole units; default: amount")
    one.add_argument("--amount-minor", help="a column of amounts in minor units, instead")
    one.add_argument("--order", help="a column of order numbers: rows of one number are one order")
    one.add_argument("--kind", help="a column that says sale or refund")
    one.add_argument("--original-order", help="a column of the order that a refund belongs to")
    one.add_argument("--negative-refunds", action="store_true", help="negative amounts are refunds")
    one.add_argument("--drop-guests", action="store_true", help="leave rows without a customer out")
    one.add_argument("--time-zone", help="the zone in which days begin, for times with an offset")
    one.add_argument("--delimiter", default=",", help="what separates the fields of CSV; default: a comma")
    one.add_argument("--horizon-days", type=int, default=365, help="days that values look ahead; default: 365")
    one.add_argument("--annual-rate", type=float, default=0.10, help="yearly discount rate; default: 0.10")
    one.add_argument("--margin-rate", type=float, default=1.0, help="margin as a share of amounts; default: 1")
    one.add_argument("--calibration-end", help="the last day that the model sees before the holdout")
    one.add_argument("--listed-max", type=int, default=10, help="customers listed at most; default: 10")
    one.set_defaults(run=run)
