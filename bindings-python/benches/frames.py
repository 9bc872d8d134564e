"""Times of summaries and cohorts beside pandas, polars and DuckDB, in one run: whole-number keys, then text.

    python bindings-python/benches/frames.py [ROWS [RUNS]]

Everybody gets a frame in the form that suits: polars and we the polars frame, pandas its own, DuckDB
a table of its own. The engines take turns, so that a machine's other work troubles all alike. Results
are compared before times are taken.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

import loyalty_core as lc

END = "2025-01-01"


def frame_of(rows: int, *, text: bool) -> pl.DataFrame:
    """Orders of rows/8 customers over three years, in order of days; few bring many of them."""
    draw = np.random.default_rng(7)
    customer = (draw.random(rows) ** 1.5 * max(1, rows // 8)).astype(np.int64) * 7 + 100_000
    day = np.sort(draw.integers(19_000, 20_089, rows, dtype=np.int32))
    frame = pl.DataFrame({"customer": customer, "day": day, "amount_minor": draw.integers(100, 20_000, rows)})
    frame = frame.with_columns(pl.col("day").cast(pl.Date))
    return frame.with_columns(pl.format("customer-{}", "customer").alias("customer")) if text else frame


class Engines:
    def __init__(self, rows: int, *, text: bool) -> None:
        self.polars = frame_of(rows, text=text)
        self.pandas = pd.DataFrame(
            {
                "customer": self.polars["customer"].to_pandas(),
                "day": self.polars["day"].cast(pl.Datetime("ms")).to_numpy(),
                "amount_minor": self.polars["amount_minor"].to_numpy(),
            }
        )
        self.connection = duckdb.connect()
        self.connection.register("source", self.polars.to_arrow())
        self.connection.execute("create table frame as select * from source")
        self.connection.unregister("source")

    def orders(self) -> lc.Orders:
        return lc.Orders(self.polars, customer="customer", day="day", amount_minor="amount_minor", currency="EUR")

    def summary_ours(self) -> Any:
        return self.orders().summarize(as_of=END)

    def summary_polars(self) -> Any:
        days = self.polars.lazy().group_by("customer", "day").agg(pl.col("amount_minor").sum())
        first = pl.col("amount_minor").sort_by("day").first()
        summary = days.group_by("customer").agg(
            (pl.len() - 1).alias("frequency"),
            (pl.col("day").max() - pl.col("day").min()).dt.total_days().alias("recency"),
            (pl.col("amount_minor").sum() - first).alias("repeat"),
        )
        return summary.collect(engine="streaming")

    def summary_pandas(self) -> Any:
        days = self.pandas.groupby(["customer", "day"], sort=True)["amount_minor"].sum().reset_index()
        by = days.groupby("customer", sort=False)
        found = by.agg(frequency=("day", "size"), first=("day", "min"), last=("day", "max"), total=("amount_minor", "sum"))
        found["repeat"] = found["total"] - by["amount_minor"].first()
        found["frequency"] -= 1
        found["recency"] = (found["last"] - found["first"]).dt.days
        return found

    def summary_duckdb(self) -> Any:
        return self.connection.sql(
            """select customer, count(*) - 1 as frequency, max(day) - min(day) as recency,
                      sum(amount_minor) - arg_min(amount_minor, day) as repeat
               from (select customer, day, sum(amount_minor) as amount_minor from frame group by all)
               group by customer"""
        ).to_arrow_table()

    def cohorts_ours(self) -> Any:
        return self.orders().cohorts(as_of=END)

    def cohorts_polars(self) -> Any:
        month = pl.col("day").dt.year().cast(pl.Int32) * 12 + pl.col("day").dt.month()
        active = self.polars.lazy().select("customer", month=month).unique()
        first = active.group_by("customer").agg(first=pl.col("month").min())
        joined = active.join(first, on="customer")
        return joined.group_by("first", period=pl.col("month") - pl.col("first")).len("value").collect(engine="streaming")

    def cohorts_pandas(self) -> Any:
        day = self.pandas["day"].dt
        active = pd.DataFrame({"customer": self.pandas["customer"], "month": day.year * 12 + day.month})
        active = active.drop_duplicates()
        active["first"] = active.groupby("customer")["month"].transform("min")
        active["period"] = active["month"] - active["first"]
        return active.groupby(["first", "period"]).size().rename("value").reset_index()

    def cohorts_duckdb(self) -> Any:
        return self.connection.sql(
            """with active as (select distinct customer, year(day) * 12 + month(day) as month from frame),
               first as (select customer, min(month) as first from active group by customer)
               select first, month - first as period, count(*) as value
               from active join first using (customer) group by all"""
        ).to_arrow_table()


def sums(task: str, found: Any) -> tuple[float, ...]:
    """What the results of all engines must agree on."""
    names = ("frequency", "recency") if task == "summary" else ("value",)
    return tuple(float(np.asarray(found[name]).sum()) for name in names)


def main(rows: int, runs: int) -> None:
    versions = {"pandas": pd.__version__, "polars": pl.__version__, "duckdb": duckdb.__version__}
    print(f"{rows:,} rows, {runs} runs in turn; loyalty-core {lc.__version__}, {versions}")
    print("| task | engine | wall, median (least to most) | CPU of all threads, median | CPU, times ours |")
    print("|---|---|---|---|---|")
    for text in (False, True):
        take_turns(Engines(rows, text=text), runs, ", text keys" if text else "")


def take_turns(engines: Engines, runs: int, keys: str) -> None:
    names = ("ours", "polars", "duckdb", "pandas")
    for task in ("summary", "cohorts"):
        work: dict[str, Callable[[], Any]] = {name: getattr(engines, f"{task}_{name}") for name in names}
        expected = sums(task, work["ours"]())
        for name in names[1:]:
            assert sums(task, work[name]()) == expected, (task, name)
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
        for _ in range(runs):
            for name in names:
                wall, cpu = time.perf_counter(), time.process_time()
                work[name]()
                times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
        ours = median(cpu for _, cpu in times["ours"])
        for name in names:
            walls = sorted(wall for wall, _ in times[name])
            cpu = median(cpu for _, cpu in times[name])
            shown = f"{median(walls):.2f} s ({walls[0]:.2f} to {walls[-1]:.2f})"
            label = "loyalty-core" if name == "ours" else name
            print(f"| {task}{keys} | {label} | {shown} | {cpu:.2f} s | {cpu / ours:.1f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
