"""Peers on the columns that the Rust bench exported, as JSON lines like its own.

usage: python analytics.py DIR [rows]
"""

import json
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
DIRECTORY = sys.argv[1]
RUNS = 3


def column(name, dtype):
    return np.fromfile(f"{DIRECTORY}/{name}", dtype=dtype)


def bench(task, engine, work, runs=RUNS):
    times = []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    result = {"task": task, "engine": engine}
    for name, position in (("wall", 0), ("cpu", 1)):
        values = sorted(run[position] for run in times)
        result |= {name: values[len(values) // 2], f"{name}_low": values[0], f"{name}_high": values[-1]}
    print(json.dumps(result), flush=True)


def tables():
    import duckdb
    import polars as pl

    customer, key = column("customer.u32", "<u4"), column("key.i64", "<i8")
    day, amount = column("day.i32", "<i4"), column("amount.i64", "<i8")
    rows = len(day)
    print(json.dumps({"versions": {"polars": pl.__version__, "duckdb": duckdb.__version__}}), flush=True)
    frame = pl.DataFrame({"customer": customer, "key": key, "day": day, "amount": amount}).with_columns(
        date=pl.col("day").cast(pl.Date)
    )
    order = np.repeat(np.arange(rows // 2), 2).astype("<u8")
    mixed = np.random.default_rng(1).permutation(rows)
    shuffled = frame[mixed]
    kind = (np.arange(rows) % 50 == 49).astype("u1")
    orders = frame.with_columns(
        customer=pl.Series(np.repeat(customer[::2], 2)), order=pl.Series(order), kind=pl.Series(kind)
    )

    def polars_summary(frame, key):
        days = frame.lazy().group_by(key, "day").agg(pl.col("amount").sum())
        first = pl.col("amount").sort_by("day").first()
        return (
            days.group_by(key)
            .agg(pl.len() - 1, pl.col("day").min().alias("first"), pl.col("day").max().alias("last"),
                 pl.col("amount").sum().alias("total"), (pl.col("amount").sum() - first).alias("repeat"))
            .collect(engine="streaming")
        )

    # DuckDB gets tables of its own, which is faster for it than scanning frames.
    connection = duckdb.connect()
    for table, source in (("frame", frame), ("shuffled", shuffled), ("orders", orders)):
        connection.register("source", source.to_arrow())
        connection.execute(f"create table {table} as select * from source")
        connection.unregister("source")

    def duckdb_summary(table, key):
        return connection.execute(
            f"""select {key}, count(*) - 1, min(day), max(day), sum(amount), sum(amount) - arg_min(amount, day)
            from (select {key}, day, sum(amount) as amount from {table} group by all) group by {key}"""
        ).to_arrow_table()

    def duckdb_orders():
        return connection.execute(
            """select customer, count(*) - 1, min(day), max(day), sum(amount), sum(amount) - arg_min(amount, day)
            from (select customer, day, sum(net) as amount from
              (select customer, "order", min(day) filter (kind = 0) as day,
                      sum(case when kind = 0 then amount else -amount end) as net,
                      sum(amount) filter (kind = 0) as gross
               from orders group by all having not (gross > 0 and net <= 0) and gross is not null)
              group by all) group by customer"""
        ).to_arrow_table()

    def polars_orders():
        net = pl.when(pl.col("kind") == 0).then(pl.col("amount")).otherwise(-pl.col("amount")).sum()
        sales = pl.col("kind") == 0
        by_order = (
            orders.lazy()
            .group_by("customer", "order")
            .agg(pl.col("day").filter(sales).min(), net.alias("net"), pl.col("amount").filter(sales).sum().alias("gross"))
            .filter(~((pl.col("gross") > 0) & (pl.col("net") <= 0)) & pl.col("day").is_not_null())
            .select("customer", "day", amount="net")
        )
        return polars_summary(by_order, "customer")

    def polars_cohort():
        month = pl.col("date").dt.year().cast(pl.Int32) * 12 + pl.col("date").dt.month()
        active = frame.lazy().select("customer", month=month).unique()
        first = active.group_by("customer").agg(first=pl.col("month").min())
        return (
            active.join(first, on="customer").group_by("first", pl.col("month") - pl.col("first")).len()
            .collect(engine="streaming")
        )

    def duckdb_cohort():
        return connection.execute(
            """with active as (select distinct customer, year(date) * 12 + month(date) as month from frame),
            first as (select customer, min(month) as first from active group by customer)
            select first, month - first, count(*) from active join first using (customer) group by all"""
        ).to_arrow_table()

    # Warm up both engines once.
    polars_summary(frame.head(1000), "customer")
    connection.execute("select count(*) from frame").fetchall()
    name = {"customer": "", "key": " from i64 keys"}
    for key in name:
        bench(f"summary{name[key]} {rows}", "polars streaming", lambda: polars_summary(frame, key))
        bench(f"summary{name[key]} {rows}", "duckdb", lambda: duckdb_summary("frame", key))
    bench(f"summary of unsorted rows {rows}", "polars streaming", lambda: polars_summary(shuffled, "customer"))
    bench(f"summary of unsorted rows {rows}", "duckdb", lambda: duckdb_summary("shuffled", "customer"))
    bench(f"summary with orders and refunds {rows}", "polars streaming", polars_orders)
    bench(f"summary with orders and refunds {rows}", "duckdb", duckdb_orders)
    bench(f"cohort {rows}", "polars streaming", polars_cohort)
    bench(f"cohort {rows}", "duckdb", duckdb_cohort)


def models():
    import lifelines
    import lifetimes
    import pandas as pd

    print(json.dumps({"versions": {"lifetimes": lifetimes.__version__, "lifelines": lifelines.__version__}}), flush=True)
    for customers in (100_000, 1_000_000):
        x = column(f"x_{customers}.u32", "<u4").astype(float)
        recency = column(f"recency_{customers}.u32", "<u4") / 7.0
        age = column(f"age_{customers}.u32", "<u4") / 7.0
        repeat = column(f"repeat_{customers}.i64", "<i8") / 100.0
        runs = 1 if customers > 100_000 else RUNS
        fit = lambda model: model.fit(x, recency, age)
        bench(f"fit BG/NBD {customers}", "lifetimes", lambda: fit(lifetimes.BetaGeoFitter()), runs)
        if customers == 100_000:
            bench(f"fit MBG/NBD {customers}", "lifetimes", lambda: fit(lifetimes.ModifiedBetaGeoFitter()), 1)
            bench(f"fit Pareto/NBD {customers}", "lifetimes", lambda: fit(lifetimes.ParetoNBDFitter()), 1)
        spender = x > 0
        spend = lifetimes.GammaGammaFitter()
        mean = repeat[spender] / x[spender]
        bench(f"fit Gamma-Gamma {customers}", "lifetimes", lambda: spend.fit(x[spender], mean), 1)
        model = lifetimes.BetaGeoFitter()
        model.params_ = pd.Series({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
        model.predict = model.conditional_expected_number_of_purchases_up_to_time
        expect = lambda: model.conditional_expected_number_of_purchases_up_to_time(39.0, x, recency, age)
        bench(f"expectations {customers}", "lifetimes", expect)
        series = [pd.Series(values) for values in (x, recency, age, np.where(spender, repeat / np.maximum(x, 1), 0.0))]
        spend.params_ = pd.Series({"p": 6.25, "q": 3.74, "v": 15.44})
        value = lambda: spend.customer_lifetime_value(model, *series, time=12, discount_rate=0.008, freq="W")
        bench(f"CLV twelve months {customers}", "lifetimes", value, runs)
        days = column(f"age_{customers}.u32", "<u4").astype(float)
        seen = np.arange(customers) % 3 != 0
        bench(f"Kaplan-Meier {customers}", "lifelines", lambda: lifelines.KaplanMeierFitter().fit(days, seen))


if __name__ == "__main__":
    if "--models" not in sys.argv:
        tables()
    if "--tables" not in sys.argv:
        models()
