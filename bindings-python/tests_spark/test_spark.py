"""Spark in local mode, with several partitions: the results have the bits of one machine."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from pyspark.errors import PythonException
from pyspark.sql import DataFrame, SparkSession

import loyalty_core as lc
from loyalty_core import spark as lcs

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")
ROOT = Path(__file__).parents[2]
TERMS: dict[str, Any] = {"as_of": "1997-09-30", "holdout_end": "1998-06-30", "unit_days": 7}
COLUMNS: dict[str, Any] = {"customer": "customer", "day": "date", "amount": "amount", "currency": "USD"}


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    built = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "5")
        .getOrCreate()
    )
    built.sparkContext.setLogLevel("ERROR")
    yield built
    built.stop()


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    table = lc.load_cdnow(ROOT / "loyalty-core/tests/data/cdnow/CDNOW_sample.txt").to_polars()
    ids = pl.struct("customer", "date").rank("dense").cast(pl.Int64)
    kind = pl.when(pl.int_range(pl.len()) % 31 == 0).then(pl.lit("refund")).otherwise(pl.lit("sale"))
    text = pl.concat_str(pl.lit("no. "), pl.col("customer"))
    return table.with_columns(order=ids, kind=kind, name=text).with_columns(
        label=pl.concat_str(pl.lit("#"), pl.col("order"))
    )


@pytest.fixture(scope="module")
def frame(session: SparkSession, rows: pl.DataFrame) -> DataFrame:
    found: DataFrame = session.createDataFrame(rows.sample(fraction=1, shuffle=True, seed=1).to_arrow())
    return found.repartition(7)


def collected(frame: DataFrame) -> pa.Table:
    return frame.toArrow().sort_by("customer").combine_chunks()


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"customer": "name"},
        {"order": "order", "kind": "kind"},
        {"customer": "name", "order": "label", "kind": "kind"},
    ],
    ids=["numbers", "texts", "orders", "orders by text"],
)
def test_summaries(frame: DataFrame, rows: pl.DataFrame, columns: dict[str, str]) -> None:
    named = {**COLUMNS, **columns}
    assert frame.rdd.getNumPartitions() == 7
    found = lcs.summarize(frame, **TERMS, **named)
    expected = pa.table(lc.Orders(rows, **named).summarize(**TERMS)).sort_by("customer")
    table = collected(found)
    assert table.schema.names == expected.schema.names and table.num_rows == expected.num_rows > 2300
    assert table.cast(expected.schema).equals(expected.combine_chunks())
    fewer = lcs.summarize(frame, as_of="1998-06-30", partitions=3, **named)
    expected = pa.table(lc.Orders(rows, **named).summarize(as_of="1998-06-30")).sort_by("customer")
    assert collected(fewer).cast(expected.schema).equals(expected.combine_chunks())


def test_bad_columns_are_named(frame: DataFrame) -> None:
    for column, code in (("nobody", "input.column"), ("amount", "input.column_type")):
        with pytest.raises(lc.InputError) as refused:
            lcs.summarize(frame, **TERMS, **{**COLUMNS, "customer": column})
        assert (refused.value.code, refused.value.path) == (code, f"/{column}")
    # What a worker finds reaches the driver with the column and the row.
    with pytest.raises(PythonException, match="InputError: input.negative: at /amount/.*found -"):
        lcs.summarize(frame.selectExpr("customer", "date", "-amount amount"), **TERMS, **COLUMNS).collect()


SCHEME = """{"format": 1, "id": "com.example.shop", "name": "Points", "currency": "USD", "time_zone": "America/New_York",
    "wallets": [{"id": "points"}], "earn": [{"id": "base", "give": {"per_amount": {"points": "1", "per": "1.00"}}},
    {"id": "first", "when": {"first_purchase": {}}, "give": {"fixed": {"points": "50"}}}]}"""


def test_records_and_replays(session: SparkSession, rows: pl.DataFrame) -> None:
    scheme = lc.Scheme.from_json(SCHEME)
    some = rows.filter(pl.col("customer") % 20 == 0, pl.col("amount") > 0).sort("customer", "date")
    purchases = []
    for place, (customer, day, amount) in enumerate(some.select("customer", "date", "amount").iter_rows()):
        purchase = {"id": f"order-{place}", "currency": "USD", "lines": [{"price": str(amount), "quantity": 1}]}
        purchases.append((f"member-{customer}", f"{day}T{10 + place % 8}:00:00-05:00", json.dumps(purchase)))
    expected = {}
    for member, at, purchase in sorted(purchases):
        account = expected.get(member, lc.Account(member))
        expected[member] = lc.record(scheme, account, json.loads(purchase), at=at).account
    assert len(expected) > 100

    names = ["member", "at", "purchase"]
    frame = session.createDataFrame(purchases[::-1], names).repartition(7)
    groups = lcs.record(frame, scheme, member="member", at="at", purchase="purchase").cache()
    accounts = lcs.replay(groups.repartition(4), member="member", seq="seq", group="group", partitions=3).collect()
    assert groups.count() == len(purchases) and len(accounts) == len(expected)
    for row in accounts:
        account = expected[row["member"]]
        assert (row["seq"], row["state_hash"], row["snapshot"]) == (account.seq, account.state_hash(), account.snapshot())
    # A ledger with a hole is refused.
    with pytest.raises(PythonException, match="LedgerError"):
        lcs.replay(groups.where("seq != 1"), member="member", seq="seq", group="group").collect()
