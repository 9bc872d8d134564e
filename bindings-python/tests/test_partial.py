"""Summaries in parts: any split of the rows, merged in any order, gives the bits of the whole."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

import loyalty_core as lc

COLUMNS: dict[str, Any] = {"customer": "customer", "day": "date", "amount": "amount"}
TERMS: dict[str, Any] = {"as_of": "1997-09-30", "holdout_end": "1998-06-30", "unit_days": 7}


@pytest.fixture(scope="module")
def frame(root: Path) -> pl.DataFrame:
    table: pl.DataFrame = lc.load_cdnow(root / "loyalty-core/tests/data/cdnow/CDNOW_sample.txt").to_polars()
    # An order of each day and customer, some of them returned.
    ids = pl.struct("customer", "date").rank("dense").cast(pl.Int64)
    kind = pl.when(pl.int_range(pl.len()) % 31 == 0).then(pl.lit("refund")).otherwise(pl.lit("sale"))
    return table.with_columns(order=ids, kind=kind)


def whole(frame: pl.DataFrame, **columns: Any) -> lc.Summary:
    return lc.Orders(frame, currency="USD", **COLUMNS, **columns).summarize(**TERMS)


@pytest.mark.parametrize("columns", [{}, {"order": "order", "kind": "kind"}], ids=["rows", "orders"])
def test_any_split_gives_the_same_bits(frame: pl.DataFrame, columns: dict[str, Any]) -> None:
    expected = whole(frame, **columns)
    draw = random.Random(4)
    for parts in (1, 2, 7):
        places = [draw.randrange(parts) for _ in range(frame.height)]
        split = [frame.filter(pl.Series(places) == part).sample(fraction=1, shuffle=True, seed=part) for part in range(parts)]
        found = []
        for rows in split:
            part = lc.Partial(currency="USD")
            part.update(rows, **COLUMNS, **columns)
            found.append(part)
        draw.shuffle(found)
        # Parts merge, and so do their rows, which travel as a frame in any order.
        merged, travelled = lc.Partial(currency="USD"), lc.Partial(currency="USD")
        for part in found:
            merged.merge(part)
        travelled.add_rows(pl.concat([part.rows().to_polars() for part in found]).sample(fraction=1, shuffle=True, seed=9))
        for same in (merged, travelled):
            summary = same.finish(**TERMS)
            assert pa.table(summary).equals(pa.table(expected))
            assert summary.counts == expected.counts and summary.new_in_holdout == expected.new_in_holdout
            assert summary.without_order == expected.without_order
            assert same.finish(as_of="1998-06-30") == lc.Orders(frame, currency="USD", **COLUMNS, **columns).summarize(as_of="1998-06-30")


def test_batches_of_a_stream(frame: pl.DataFrame) -> None:
    table = frame.to_arrow()
    stream = pa.RecordBatchReader.from_batches(table.schema, iter(table.to_batches(max_chunksize=500)))
    part = lc.Partial(currency="USD")
    part.update(stream, **COLUMNS)
    assert part.finish(**TERMS) == whole(frame)
    assert repr(part) == f"<Partial: {len(part.rows())} rows, USD>" and part.rows_without_customer == 0


def test_guests_are_counted(frame: pl.DataFrame) -> None:
    rows = frame.with_columns(customer=pl.when(pl.int_range(pl.len()) >= 10).then("customer"))
    part = lc.Partial(currency="USD")
    with pytest.raises(lc.InputError, match="a customer in every row"):
        part.update(rows, **COLUMNS)
    part.update(rows, guests="drop", **COLUMNS)
    summary = part.finish(as_of="1998-06-30")
    assert summary.counts["without_customer"] == 10 and sum(summary.counts.values()) == 2 * len(rows)
    assert part.rows_without_customer == 10


def test_an_update_in_error_adds_nothing(frame: pl.DataFrame) -> None:
    part = lc.Partial(currency="USD")
    part.update(frame.head(100), **COLUMNS)
    before = part.rows()

    def batches() -> Iterator[pa.RecordBatch]:
        yield frame.slice(100, 50).to_arrow().to_batches()[0]
        yield frame.slice(150, 50).with_columns(amount=-pl.col("amount")).to_arrow().to_batches()[0]

    stream = pa.RecordBatchReader.from_batches(frame.to_arrow().schema, batches())
    with pytest.raises(lc.InputError) as negative:
        part.update(stream, **COLUMNS)
    assert (negative.value.code, negative.value.path) == ("input.negative", "/amount/50")
    for bad, code in (
        ({"amount": "name"}, "input.column"),
        ({"order": "kind"}, "input.column_type"),
        ({"order": "minus"}, "input.negative"),
    ):
        with pytest.raises(lc.InputError) as refused:
            part.update(frame.with_columns(minus=-pl.col("order")), **{**COLUMNS, **bad})
        assert refused.value.code == code
    texts = frame.with_columns(pl.col("customer").cast(pl.String))
    with pytest.raises(lc.InputError) as mixed:
        part.update(texts, **COLUMNS)
    assert (mixed.value.code, mixed.value.path) == ("input.column_type", "/customer")
    with pytest.raises(lc.InputError) as currency:
        part.merge(lc.Partial(currency="EUR"))
    assert currency.value.code == "input.mixed_currency"
    rows = before.to_polars()
    with pytest.raises(lc.AnalyticsError) as spoilt:
        part.add_rows(rows.with_columns(rows=pl.lit(0)))
    assert spoilt.value.code == "analytics.state.form"
    with pytest.raises(lc.InputError, match='found "refund"'):
        part.add_rows(rows.drop("refund"))
    assert part.rows() == before


def test_a_part_merges_with_itself(frame: pl.DataFrame) -> None:
    part = lc.Partial(currency="USD")
    part.update(frame, **COLUMNS)
    part.merge(part)
    twice = pl.concat([frame, frame])
    assert part.finish(**TERMS) == whole(twice)


def test_the_memory_that_a_frame_needs_is_said(frame: pl.DataFrame) -> None:
    needed = 24 * 6919 + 96 * 2357
    lc.Orders(frame, currency="USD", memory_max=needed, **COLUMNS)
    with pytest.raises(lc.InputError) as refused:
        lc.Orders(frame, currency="USD", memory_max=needed - 1, **COLUMNS)
    error = refused.value
    assert (error.code, error.path) == ("input.memory", "/memory_max")
    assert error.context["needed_bytes"] == str(needed)
    assert "6919 rows of 2357 customers" in str(error) and "each million rows more needs 24000000" in str(error)


def test_survival_is_the_published_curve() -> None:
    # Freireich and others (1963), remission under 6-MP; the curve as in Kalbfleisch and Prentice.
    days = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    seen = [True, True, True, False, True, False, True, False, False, True, True]
    seen += [False, False, False, True, True, False, False, False, False, False]
    curve = lc.survival(pl.DataFrame({"days": days, "seen": seen}), days="days", seen="seen")
    assert curve["days"] == [0, 6, 7, 10, 13, 16, 22, 23]
    assert curve["at_risk"] == [21, 21, 17, 15, 12, 11, 7, 6]
    values = [1.0, 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert [round(value, 3) for value in curve["survival"]] == values
    low, high = curve["low"], curve["high"]
    assert low[0] == high[0] == 1.0
    assert all(left < value < right for left, value, right in list(zip(low, curve["survival"], high, strict=True))[1:])
    for spoilt, code in (({"seen": "days"}, "input.column_type"), ({"days": "gone"}, "input.column")):
        options: dict[str, Any] = {"days": "days", "seen": "seen", **spoilt}
        with pytest.raises(lc.InputError) as refused:
            lc.survival(pl.DataFrame({"days": days, "seen": seen}), **options)
        assert refused.value.code == code
    with pytest.raises(lc.AnalyticsError):
        lc.survival(pl.DataFrame({"days": [1 << 40], "seen": [True]}), days="days", seen="seen")
