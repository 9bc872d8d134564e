"""Frames in, tables out: the same rows through every library, and everything that can be wrong with them."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import loyalty_core as lc

CDNOW = "loyalty-core/tests/data/cdnow/CDNOW_sample.txt"
COLUMNS: dict[str, Any] = {"customer": "customer", "day": "date", "amount": "amount", "currency": "USD"}


@pytest.fixture(scope="module")
def cdnow(root: Path) -> lc.Table:
    return lc.load_cdnow(root / CDNOW)


@pytest.fixture(scope="module")
def orders(cdnow: lc.Table) -> lc.Orders:
    return lc.Orders(cdnow, **COLUMNS)


def answers(orders: lc.Orders) -> bytes:
    """Everything that orders tell, as bytes."""
    tables = [
        orders.summarize(as_of="1997-09-30", holdout_end="1998-06-30"),
        orders.metrics(as_of="1998-06-30"),
        orders.retention(as_of="1998-06-30"),
        orders.cohorts(as_of="1998-06-30"),
        orders.rfm(as_of="1998-06-30"),
    ]
    return pickle.dumps([table.to_dict() for table in tables])


def test_the_same_rows_give_the_same_bytes(cdnow: lc.Table, orders: lc.Orders) -> None:
    expected = answers(orders)
    arrow = cdnow.to_arrow()
    relation = duckdb.sql("select * from arrow")
    floats = cdnow.to_polars().with_columns(pl.col("amount").cast(pl.Float64))
    shuffled = cdnow.to_polars().sample(fraction=1.0, shuffle=True, seed=7)
    texts = floats.with_columns(pl.col("date").cast(pl.String))
    times = floats.with_columns(pl.col("date").cast(pl.Datetime("ns")))
    frames = [cdnow.to_pandas(), cdnow.to_polars(), arrow, arrow.to_reader(max_chunksize=100),
              relation, floats, floats.to_pandas(), shuffled, texts, times]  # fmt: skip
    for frame in frames:
        assert answers(lc.Orders(frame, **COLUMNS)) == expected
    minor = floats.with_columns((pl.col("amount") * 100).round().cast(pl.Int64).alias("cents"))
    assert answers(lc.Orders(minor, **{**COLUMNS, "amount": None, "amount_minor": "cents"})) == expected


def test_keys_of_every_layout(cdnow: lc.Table) -> None:
    frame = cdnow.to_polars().with_columns(pl.format("c{}", "customer").alias("customer"))
    arrow = frame.to_arrow()
    kinds = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
    tables = [
        arrow.set_column(0, "customer", arrow["customer"].cast(kind))
        for kind in kinds
    ]  # fmt: skip
    pandas = frame.to_pandas()
    frames: list[Any] = [frame, *tables, pandas, pandas.astype({"customer": "category"})]
    frames += [pandas.astype({"customer": object}), frame.cast({"customer": pl.Categorical})]
    said = {answers(lc.Orders(frame, **COLUMNS)) for frame in frames}
    assert len(said) == 1
    summary = lc.Orders(frame, **COLUMNS).summarize(as_of="1998-06-30")
    assert summary["customer"] == sorted(summary["customer"]) and len(summary) == 2357
    for kind in (pa.int16(), pa.uint64()):
        numbers = cdnow.to_arrow()
        numbers = numbers.set_column(0, "customer", numbers["customer"].cast(kind))
        lc.Orders(numbers, **COLUMNS)


def test_the_published_counts(orders: lc.Orders) -> None:
    assert (orders.rows, orders.customers, orders.currency) == (6919, 2357, "USD")
    assert (orders.first_day, orders.last_day) == (date(1997, 1, 1), date(1998, 6, 30))
    table = orders.metrics(as_of="1998-06-30")
    of = dict(zip(table["metric"], zip(table["value"], table["numerator"], table["denominator"],
                                       strict=True), strict=True))  # fmt: skip
    assert of["repeat_rate"] == (1139 / 2357, 1139, 2357)
    assert of["order_value"][1:] == (244091.94, 6919)
    summary = orders.summarize(as_of=date(1997, 9, 30), unit_days=7)
    assert sum(summary["frequency"]) == 2457 and summary.without_order == 0
    first = {name: values[0] for name, values in summary.to_dict().items()}
    assert (first["frequency"], first["orders"], first["total_minor"]) == (2, 3, 7402)
    assert (first["recency"], first["T"]) == (213 / 7, 272 / 7) and first["monetary_value"] == 22.345
    cohorts = orders.cohorts(as_of="1998-06-15").to_polars()
    january = cohorts.filter(pl.col("cohort") == date(1997, 1, 1))
    # June 1998 is not over, so it has no cell.
    assert january.height == 17 and january["size"].unique().to_list() == [781]


def test_rows_reconcile() -> None:
    rows = [
        ("a", date(2026, 1, 1), "10.00", "sale", 1, None),
        ("a", date(2026, 1, 5), "10.00", "refund", 9, 1),
        ("a", date(2026, 1, 7), "0.00", "sale", 2, None),
        ("b", date(2026, 1, 2), "7.50", "sale", 3, None),
        ("b", date(2026, 3, 1), "7.50", "sale", 4, None),
        (None, date(2026, 1, 2), "1.00", "sale", 5, None),
    ]
    names = ["who", "day", "paid", "kind", "id", "of"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    orders = lc.Orders(frame, customer="who", day="day", amount="paid", currency="EUR", kind="kind",
                       order="id", original_order="of", guests="drop")  # fmt: skip
    assert (orders.rows, orders.rows_without_customer) == (6, 1)
    summary = orders.summarize(as_of="2026-01-31", zero_orders="drop")
    assert dict(summary.counts) == {
        "rows": 6, "used": 1, "without_customer": 1, "after_as_of": 1, "zero_order": 1,
        "refunded_order": 2, "refund_ignored": 0,
    }  # fmt: skip
    assert summary["customer"] == ["b"] and summary.without_order == 1
    counts = dict(orders.summarize(as_of="2026-12-31", refunds="ignore").counts)
    assert counts.pop("rows") == sum(counts.values())
    signed = pl.DataFrame({"who": [1, 1], "day": [date(2026, 1, 1)] * 2, "paid": [5.0, -5.0]})
    refunds = lc.Orders(signed, customer="who", day="day", amount="paid", currency="EUR",
                        negative="refund")  # fmt: skip
    assert refunds.summarize(as_of="2026-01-31")["total_minor"] == [0]


def test_days_begin_in_the_shops_zone() -> None:
    late = [datetime(2026, 1, 1, 23, 30, tzinfo=UTC)]
    frame = pl.DataFrame({"who": ["a"], "at": late, "paid": ["1.00"]})
    columns: dict[str, Any] = {"customer": "who", "day": "at", "amount": "paid", "currency": "EUR"}
    for zone, day in (("Europe/Madrid", 2), ("Etc/UTC", 1), ("America/New_York", 1)):
        assert lc.Orders(frame, **columns, time_zone=zone).first_day == date(2026, 1, day)
    naive = frame.with_columns(pl.col("at").dt.replace_time_zone(None))
    assert lc.Orders(naive, **columns, time_zone="Asia/Tokyo").first_day == date(2026, 1, 1)


def test_segments() -> None:
    frame = pl.DataFrame({
        "who": [1, 1, 2, 3], "day": [date(2026, 1, 1), date(2026, 1, 9), date(2026, 1, 2), date(2026, 1, 3)],
        "paid": [1, 1, 1, 1], "channel": ["web", "shop", "shop", None],
    })  # fmt: skip
    orders = lc.Orders(frame, customer="who", day="day", amount="paid", currency="EUR",
                       segments=["channel"])  # fmt: skip
    table = orders.metrics(as_of="2026-01-31", by="channel").to_polars()
    repeat = table.filter(pl.col("metric") == "repeat_rate")
    assert repeat.select("channel", "numerator").rows() == [("shop", 0.0), ("web", 1.0), (None, 0.0)]
    points = orders.retention(as_of="2026-01-31", period=7, periods=2, by="channel")
    assert points["channel"] == ["shop"] * 3 + ["web"] * 3 + [None] * 3
    with pytest.raises(lc.InputError) as refused:
        orders.metrics(as_of="2026-01-31", by="country")
    assert (refused.value.code, refused.value.path) == ("input.option", "/by")


def test_an_empty_frame() -> None:
    frame = pl.DataFrame(schema={"customer": pl.String, "date": pl.Date, "amount": pl.Float64})
    orders = lc.Orders(frame, **COLUMNS)
    assert (orders.rows, orders.customers, orders.first_day) == (0, 0, None)
    summary = orders.summarize(as_of="2026-01-31")
    assert len(summary) == 0 and summary.to_polars().height == 0
    metrics = orders.metrics(as_of="2026-01-31")
    absent = dict(zip(metrics["metric"], metrics["absent"], strict=True))
    assert absent["repeat_rate"] == "absent.empty_denominator"
    with pytest.raises(lc.AnalyticsError) as refused:
        lc.BetaGeo.fit(summary)
    assert refused.value.code == "analytics.model.too_few"


GOOD: dict[str, Any] = {"customer": ["a", "b"], "date": [date(2026, 1, 1)] * 2, "amount": ["1.00", "2.00"]}
DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "options", "code", "path"),
    [
        ({}, {"customer": "who"}, "input.column", "/who"),
        ({}, {"amount": None}, "input.choice", "/amount"),
        ({}, {"amount_minor": "amount"}, "input.choice", "/amount"),
        ({}, {"currency": "EURO"}, "number.currency", None),
        ({}, {"time_zone": "Mars"}, "input.option", "/time_zone"),
        ({}, {"guests": "no"}, "input.option", "/guests"),
        ({"customer": ["a", None]}, {}, "input.null", "/customer/1"),
        ({"customer": [1.0, 2.0]}, {}, "input.column_type", "/customer"),
        ({"customer": [True, False]}, {}, "input.column_type", "/customer"),
        ({"date": [DAY, DAY]}, {}, "input.time_zone", "/date"),
        ({"date": ["2026-01-01", "01/02/2026"]}, {}, "input.date", "/date/1"),
        ({"date": ["2026-01-01", "2026-02-30"]}, {}, "input.date", "/date/1"),
        ({"date": [date(2026, 1, 1), None]}, {}, "input.null", "/date/1"),
        ({"date": [1, 2]}, {}, "input.column_type", "/date"),
        ({"amount": [1.0, 2.005]}, {}, "input.amount", "/amount/1"),
        ({"amount": [1.0, float("nan")]}, {}, "input.null", "/amount/1"),
        ({"amount": [1.0, float("inf")]}, {}, "input.amount", "/amount/1"),
        ({"amount": [1.0, None]}, {}, "input.null", "/amount/1"),
        ({"amount": ["1.00", "2,00"]}, {}, "input.amount", "/amount/1"),
        ({"amount": [Decimal("1.00"), Decimal("2.005")]}, {}, "input.amount", "/amount/1"),
        ({"amount": ["1.00", "-2.00"]}, {}, "input.negative", "/amount/1"),
        ({"amount": [True, False]}, {}, "input.column_type", "/amount"),
        ({"amount": [10**17, 1]}, {}, "input.amount", "/amount/0"),
        ({"amount": [1.0, 2.0]}, {"amount": None, "amount_minor": "amount"}, "input.column_type", "/amount"),
        ({"amount": [1, 2**53]}, {"amount": None, "amount_minor": "amount"}, "input.amount", "/amount/1"),
        ({"amount": ["1.00", "1e3"]}, {}, "input.amount", "/amount/1"),
        ({"money": ["EUR", "USD"]}, {"currency_column": "money"}, "input.mixed_currency", "/money/1"),
        ({"money": ["EUR", None]}, {"currency_column": "money"}, "input.null", "/money/1"),
        ({"kind": ["sale", "return"]}, {"kind": "kind"}, "input.kind", "/kind/1"),
        ({"kind": [1, 2]}, {"kind": "kind"}, "input.column_type", "/kind"),
        ({"segment": [0.5, 1.5]}, {"segments": ["segment"]}, "input.column_type", "/segment"),
    ],
)  # fmt: skip
def test_bad_frames(
    change: dict[str, Any], options: dict[str, Any], code: str, path: str | None
) -> None:
    frame = pl.DataFrame({**GOOD, **change}, strict=False)
    with pytest.raises(lc.InputError) as refused:
        lc.Orders(frame, **{**COLUMNS, "currency": "EUR", **options})
    error = refused.value
    assert (error.code, error.path) == (code, path) and str(error)
    if path is not None and path.count("/") == 2:
        assert [error.context["column"], error.context["row"]] == path.split("/")[1:]
    assert pickle.loads(pickle.dumps(error)).code == code


def test_days_beyond_the_calendar() -> None:
    far = pl.DataFrame(GOOD).with_columns(pl.Series("date", [0, 2**30]).cast(pl.Int32).cast(pl.Date))
    with pytest.raises(lc.InputError) as refused:
        lc.Orders(far, **COLUMNS)
    assert (refused.value.code, refused.value.path) == ("input.date", "/date/1")


def test_what_is_no_frame() -> None:
    for thing in ({"customer": ["a"]}, None, 5, "orders.csv"):
        with pytest.raises(lc.InputError) as refused:
            lc.Orders(thing, **COLUMNS)  # type: ignore[arg-type]
        assert refused.value.code == "input.frame"

    class Broken:
        def __arrow_c_stream__(self, requested_schema: Any = None, /) -> Any:
            raise RuntimeError("no rows today")

    with pytest.raises(lc.InputError, match="no rows today") as refused:
        lc.Orders(Broken(), **COLUMNS)
    assert isinstance(refused.value.__cause__, RuntimeError)
    mixed = pd.DataFrame({**GOOD, "date": [DAY, datetime(2026, 1, 1)]}).astype({"date": object})
    with pytest.raises(lc.InputError):
        lc.Orders(mixed, **COLUMNS)
    twice = pa.table([["a"], ["b"]], names=["customer", "customer"])
    with pytest.raises(lc.InputError, match="more than once"):
        lc.Orders(twice, **COLUMNS)


@pytest.mark.parametrize(
    ("method", "options", "path"),
    [
        ("summarize", {"as_of": "30.06.1998"}, "/as_of"),
        ("summarize", {"as_of": datetime(1998, 6, 30)}, "/as_of"),
        ("summarize", {"unit_days": 0}, "/unit_days"),
        ("summarize", {"zero_orders": "skip"}, "/zero_orders"),
        ("metrics", {"level": 1.0}, "/level"),
        ("metrics", {"start": "1999-01-01"}, "/start"),
        ("retention", {"period": "moon"}, "/period"),
        ("retention", {"period": 0}, "/period"),
        ("cohorts", {"measure": "joy"}, "/measure"),
        ("rfm", {"ties": "none"}, "/ties"),
    ],
)
def test_bad_options(orders: lc.Orders, method: str, options: dict[str, Any], path: str) -> None:
    with pytest.raises(lc.InputError) as refused:
        getattr(orders, method)(**{"as_of": "1998-06-30", **options})
    assert refused.value.path == path


def test_a_holdout_that_ends_too_early(orders: lc.Orders) -> None:
    with pytest.raises(lc.AnalyticsError) as late:
        orders.summarize(as_of="1998-06-30", holdout_end="1998-06-30")
    assert late.value.code == "analytics.option"


def test_tables(orders: lc.Orders) -> None:
    table = orders.summarize(as_of="1998-06-30")
    assert table.to_arrow().num_rows == len(table) == 2357 and table == orders.summarize(as_of="1998-06-30")
    assert table.to_polars().rows(named=True)[0] == {name: table[name][0] for name in table.columns}
    assert table.to_pandas()["orders"].sum() == 6919
    assert duckdb.from_arrow(table).sum("orders").fetchall() == [(6919,)]
    assert "2357 rows, of which 10" in table._repr_html_() and table._repr_html_().count("<tr>") == 11
    with pytest.raises(KeyError, match="the columns are customer"):
        table["nothing"]


def test_data_sets(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "bindings-python")
    table = lc.load_cdnow()
    assert len(table) == 6919 and sum(table["amount"]) == Decimal("244091.94")
    assert sum(lc.load_donations()["weights"]) == 11104
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="not part of the package"):
        lc.load_cdnow()
    (tmp_path / "other.txt").write_text(" 00004 0001 19970101  2   29.33\n 1 2 3\n")
    with pytest.raises(lc.InputError) as refused:
        lc.load_cdnow("other.txt")
    assert (refused.value.code, refused.value.path) == ("input.file", "/line/2")
