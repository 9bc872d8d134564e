"""The engine beside the reference model of ``reference``: random cases, and a few that once differed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from reference import compare, families
from reference.__main__ import chunk

import loyalty_core as lc

SEEDS = (4_500, 1_000, 1_000, 400, 300, 300, 1_500, 1_500, 1_500, 1_500, 500, 500)
"""How many of each family."""
LONG_SEEDS = 300_000
STEP = 50


def ranges(family: int, count: int) -> Iterator[tuple[int, int]]:
    """A range of seeds in parts."""
    first = family * families.SEEDS + int(os.environ.get("REFERENCE_SEED", "0"))
    for at in range(first, first + count, STEP):
        yield at, min(at + STEP, first + count)


@pytest.mark.parametrize("family", range(len(families.FAMILIES)))
def test_random_cases(family: int, long: bool) -> None:
    """``REFERENCE_SEEDS`` says how many cases of a family, ``REFERENCE_SEED`` which one is the first."""
    count = int(os.environ.get("REFERENCE_SEEDS", LONG_SEEDS if long else SEEDS[family]))
    triples = 0
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for compared, dropped, failures in pool.map(chunk, ranges(family, count)):
            # A random offer can be one that compiling refuses.
            assert dropped == 0 or family
            for seed, found in failures:
                small = compare.minimized(families.case(seed))
                pytest.fail(f"seed {seed}: {found}\n{compare.fails(small)}\n{json.dumps(small)}")
            triples += compared
    assert triples > count


def test_the_model_can_differ() -> None:
    """A comparison that cannot fail says nothing."""
    case = families.case(1)
    case["scheme"] |= {"wallets": [{"id": "points"}], "cards": [], "rewards": []}
    case["scheme"]["earn"] = [{"id": "base", "give": {"per_unit": {"points": "2"}}}]
    line = lc.Line(price="1.00", quantity=3)
    purchase = lc.Purchase(id="p", currency="EUR", lines=[line])
    case["steps"] = [{"at": "2026-03-01T10:00:00+00:00", "act": {"record": {"purchase": purchase}}}]
    assert compare.run(case) == 1
    said = lc.quote(lc.Scheme.from_dict(case["scheme"]), lc.Account("m"), purchase, at="2026-03-01T10:00:00+00:00")
    found = compare.engine_decision(said.to_dict())
    found["wallets"][0]["parts"][0]["points"] = "7"
    with pytest.raises(compare.Different, match="parts/0/points"):
        compare.hold(compare.engine_decision(said.to_dict()), found, "decision")
