"""Summaries of a stream in bounded memory: rows are made batch by batch and never stand together.

    python bindings-python/benches/stream.py [ROWS]

Whole-number keys, no order ids, in no order of days. Prints the time and the peak of resident memory,
which is read from the system; 10^8 rows must stay under 4 GB.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

import loyalty_core as lc

BATCH = 1 << 20
LIMIT = 4 * 10**9
SCHEMA = pa.schema([("customer", pa.int64()), ("day", pa.date32()), ("amount_minor", pa.int64())])


def batches(rows: int) -> Iterator[pa.RecordBatch]:
    """Orders of rows/8 customers over three years; few customers bring many of the orders."""
    draw = np.random.default_rng(7)
    customers = max(1, rows // 8)
    for start in range(0, rows, BATCH):
        size = min(BATCH, rows - start)
        place = (draw.random(size) ** 1.5 * customers).astype(np.int64)
        yield pa.record_batch(
            [
                pa.array(place * 7 + 100_000),
                pa.array(draw.integers(19_000, 20_095, size, dtype=np.int32)).cast(pa.date32()),
                pa.array(draw.integers(100, 20_000, size)),
            ],
            schema=SCHEMA,
        )


def peak() -> int:
    """The most memory that this process held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(rows: int) -> None:
    # What making the rows takes, without us.
    wall = time.perf_counter()
    made = sum(batch.num_rows for batch in batches(min(rows, 10 * BATCH)))
    making = (time.perf_counter() - wall) * rows / made
    before = peak()
    stream = pa.RecordBatchReader.from_batches(SCHEMA, batches(rows))
    wall = time.perf_counter()
    columns = {"customer": "customer", "day": "day", "amount_minor": "amount_minor"}
    orders = lc.Orders(stream, currency="EUR", memory_max=LIMIT, **columns)
    read = time.perf_counter()
    summary = orders.summarize(as_of="2025-01-01")
    done = time.perf_counter()
    print(f"{rows:,} rows of {len(summary):,} customers")
    print(f"read {read - wall:.1f} s, of which about {making:.1f} s make the rows; summarized {done - read:.1f} s")
    print(f"peak of resident memory {peak() / 1e9:.2f} GB; {before / 1e9:.2f} GB before the first row was read")
    assert sum(summary.counts.values()) == 2 * rows
    if peak() >= LIMIT:
        sys.exit(f"more than {LIMIT / 1e9:.0f} GB")
    # Beyond what it may use, the library says what it needs.
    stream = pa.RecordBatchReader.from_batches(SCHEMA, batches(rows))
    try:
        lc.Orders(stream, currency="EUR", memory_max=rows * 12, **columns)
    except lc.InputError as error:
        print(error)
    else:
        sys.exit("a limit of half the rows was not held")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
