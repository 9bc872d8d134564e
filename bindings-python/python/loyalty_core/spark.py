"""Summaries, records and replays of PySpark data frames, when data outgrow one machine.

The workers run the same core as one machine does, so the results have the same bits, however rows are
split. They need this package and ``pyarrow``; Spark's own functions are called on ``frame`` alone, so
this module imports no Spark.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, Literal, Required, TypedDict, Unpack

from ._core import Account, Scheme
from .analytics import Day, Frame, Orders, Partial, Refunds, ZeroOrders
from .engine import record_many
from .errors import InputError

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyspark.sql import DataFrame  # pyright: ignore[reportMissingImports]


_WHOLE = ("tinyint", "smallint", "int", "bigint")


class Columns(TypedDict, total=False):
    """What the columns are, as :class:`loyalty_core.Orders` takes it."""

    customer: Required[str]
    day: Required[str]
    amount: str | None
    amount_minor: str | None
    currency: Required[str]
    currency_column: str | None
    order: str | None
    kind: str | None
    original_order: str | None
    time_zone: str | None
    negative: Literal["refuse", "refund"]
    guests: Literal["refuse", "drop"]


def _types(frame: DataFrame) -> dict[str, str]:
    return dict(frame.dtypes)


def _key_type(frame: DataFrame, column: str) -> str:
    """The type of keys in results: whole numbers are wide ones."""
    found = _types(frame).get(column)
    if found is None:
        message = f"at /{column}: the frame has no such column; it has {', '.join(frame.columns)}"
        raise InputError(message, "input.column", f"/{column}", {"found": column})
    if found in _WHOLE:
        return "bigint"
    if found.startswith(("string", "varchar", "char")):
        return "string"
    message = f"at /{column}: found a column of {found}, allowed text or whole numbers"
    raise InputError(message, "input.column_type", f"/{column}", {"found": found})


def _stream(batches: Iterator[RecordBatch]) -> Frame | None:
    """The batches of a partition as one stream; nothing of an empty partition."""
    import pyarrow

    first = next(batches, None)
    if first is None:
        return None
    reader: Frame = pyarrow.RecordBatchReader.from_batches(first.schema, chain([first], batches))
    return reader


def _batches(table: Frame) -> Iterable[RecordBatch]:
    import pyarrow

    found: Iterable[RecordBatch] = pyarrow.table(table).to_batches(max_chunksize=1 << 16)
    return found


def _by(frame: DataFrame, column: str, partitions: int | None) -> DataFrame:
    """Rows of one key in one partition."""
    return frame.repartition(column) if partitions is None else frame.repartition(partitions, column)


def summarize(
    frame: DataFrame,
    *,
    as_of: Day,
    holdout_end: Day | None = None,
    unit_days: float = 1.0,
    zero_orders: ZeroOrders = "count",
    refunds: Refunds = "net_and_drop",
    partitions: int | None = None,
    **columns: Unpack[Columns],
) -> DataFrame:
    """A row a customer, as ``Orders(frame, ...).summarize(...)`` gives on one machine.

    Each partition adds its rows up (:class:`loyalty_core.Partial`), and what they add up to is shuffled
    by customer and merged. Order ids that are no whole numbers cannot be told apart between partitions:
    there the rows themselves are shuffled. ``partitions`` is how many there are after the shuffle.

    Rows that stand in no customer's history, such as those of guests, are left out uncounted. Times with
    a zone (Spark's ``timestamp``) need ``time_zone``; ``timestamp_ntz`` and ``date`` do not.
    """
    customer, currency = columns["customer"], columns["currency"]
    key = _key_type(frame, customer)
    holdout = "" if holdout_end is None else ", holdout_frequency bigint, holdout_minor bigint"
    summary = (
        f"customer {key}, frequency bigint, recency double, T double, monetary_value double, "
        f"orders bigint, total_minor bigint, first_day date, last_day date{holdout}"
    )
    not_columns = ("currency", "time_zone", "negative", "guests")
    named = [str(name) for what, name in columns.items() if what not in not_columns and name]
    rows = frame.select(*dict.fromkeys(named))
    types = _types(frame)
    ids = [columns.get("order"), columns.get("original_order")]
    terms: dict[str, Any] = {
        "as_of": as_of,
        "holdout_end": holdout_end,
        "unit_days": unit_days,
        "zero_orders": zero_orders,
        "refunds": refunds,
    }

    def whole(batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        stream = _stream(batches)
        if stream is not None:
            yield from _batches(Orders(stream, **columns).summarize(**terms))

    def part(batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        stream = _stream(batches)
        if stream is not None:
            found = Partial(currency=currency)
            named = {what: name for what, name in columns.items() if what != "currency"}
            found.update(stream, **named)  # type: ignore[arg-type]
            yield from _batches(found.rows())

    def merge(batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        stream = _stream(batches)
        if stream is not None:
            found = Partial(currency=currency)
            found.add_rows(stream)
            yield from _batches(found.finish(**terms))

    if any(name is not None and types.get(name) not in _WHOLE for name in ids):
        return _by(rows, customer, partitions).mapInArrow(whole, summary)
    parts = rows.mapInArrow(
        part,
        f"customer {key}, day date, order bigint, refund boolean, amount_minor bigint, rows bigint",
    )
    return _by(parts, "customer", partitions).mapInArrow(merge, summary)


def _members(
    batches: Iterator[RecordBatch], *names: str
) -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
    """The rows of each member of a sorted partition, without the member."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for batch in batches:
            yield from zip(*(batch.column(name).to_pylist() for name in names), strict=True)

    for member, found in groupby(rows(), lambda row: row[0]):
        yield str(member), (row[1:] for row in found)


def _out(rows: Iterator[tuple[Any, ...]], schema: dict[str, str]) -> Iterator[RecordBatch]:
    """Rows in batches, so that a partition needs no more memory than one of them."""
    import pyarrow

    kinds = {"string": pyarrow.string(), "bigint": pyarrow.int64()}
    fields = pyarrow.schema([(name, kinds[kind]) for name, kind in schema.items()])
    gathered: list[tuple[Any, ...]] = []
    for row in chain(rows, [None]):
        if row is not None:
            gathered.append(row)
        if gathered and (row is None or len(gathered) == 1 << 10):
            columns = zip(*gathered, strict=True)
            arrays = [
                pyarrow.array(column, field.type) for column, field in zip(columns, fields, strict=True)
            ]
            yield pyarrow.RecordBatch.from_arrays(arrays, schema=fields)
            gathered = []


def _ddl(schema: dict[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in schema.items())


def record(
    frame: DataFrame,
    scheme: Scheme,
    *,
    member: str,
    at: str,
    purchase: str,
    partitions: int | None = None,
) -> DataFrame:
    """Records the purchases of new members under a scheme, each member's in the order of time.

    ``member`` is text, ``at`` text such as ``2026-11-21T12:00:00+01:00``, and ``purchase`` the purchase
    as JSON; purchases of one moment are recorded in the order of that text. The rows that come out
    have ``member``, ``seq`` and ``group``: the groups to store, the same bytes as on one machine. A
    worker holds one member's purchases at a time.
    """
    schema = {"member": "string", "seq": "bigint", "group": "string"}

    def work(batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        return _out(_recorded(batches, scheme, (member, at, purchase)), schema)

    rows = _by(frame.select(member, at, purchase), member, partitions)
    return rows.sortWithinPartitions(member).mapInArrow(work, _ddl(schema))


def _recorded(
    batches: Iterator[RecordBatch], scheme: Scheme, names: tuple[str, str, str]
) -> Iterator[tuple[Any, ...]]:
    for member, rows in _members(batches, *names):
        listed = sorted(rows, key=lambda row: (datetime.fromisoformat(row[0]), row[1]))
        purchases = [json.loads(text) for _, text in listed]
        moments = [moment for moment, _ in listed]
        for posted in record_many(scheme, Account(member), purchases, at=moments):
            if posted.group is not None:
                yield member, posted.seq, posted.group.to_json()


def replay(
    frame: DataFrame,
    *,
    member: str,
    seq: str,
    group: str,
    partitions: int | None = None,
) -> DataFrame:
    """Folds stored ledgers into accounts: a row a member.

    ``group`` is the column with the lines of JSON that were stored, ``seq`` that of their numbers.
    Chains of hashes are checked. The rows that come out have ``member``, ``seq`` of the last group,
    ``state_hash``, and ``snapshot``, which :meth:`Account.restore` reads. A worker holds one member's
    ledger at a time.
    """
    schema = {"member": "string", "seq": "bigint", "state_hash": "string", "snapshot": "string"}

    def work(batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        return _out(_replayed(batches, (member, seq, group)), schema)

    rows = _by(frame.select(member, seq, group), member, partitions)
    return rows.sortWithinPartitions(member, seq).mapInArrow(work, _ddl(schema))


def _replayed(
    batches: Iterator[RecordBatch], names: tuple[str, str, str]
) -> Iterator[tuple[Any, ...]]:
    for member, rows in _members(batches, *names):
        account = Account.replay(member, [line for _, line in rows])
        yield member, account.seq, account.state_hash(), account.snapshot()
