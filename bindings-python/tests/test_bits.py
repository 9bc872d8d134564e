"""The bits of ``vectors/analytics/bits.json``, as far as Python asks for what they are of."""

from __future__ import annotations

import json
import struct
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import loyalty_core as lc

MODELS = {"nbd": lc.NBD, "bg_nbd": lc.BetaGeo, "mbg_nbd": lc.ModifiedBetaGeo, "pareto_nbd": lc.ParetoNBD}
START = date(2024, 1, 1)
AS_OF = START + timedelta(days=400)


@pytest.fixture(scope="module")
def vectors(root: Path) -> Any:
    return json.loads((root / "vectors/analytics/bits.json").read_text())


def bits(value: float | None) -> str | None:
    return None if value is None else struct.pack(">d", value).hex()


def told(fit: Any) -> dict[str, Any]:
    return {
        "values": [bits(value) for value in fit.params.values()],
        "standard_errors": [bits(error) for error in fit.summary()["standard_error"]],
        "log_likelihood": bits(fit.log_likelihood),
    }


def part(expect: dict[str, Any]) -> dict[str, Any]:
    return {name: expect[name] for name in ("values", "standard_errors", "log_likelihood")}


def orders_of(histories: dict[str, list[int]]) -> lc.Orders:
    """Orders that have these numbers of occasions, days to the last one and days observed."""
    columns: dict[str, list[Any]] = {"customer": [], "day": [], "amount": []}
    rows = zip(histories["x"], histories["recency_days"], histories["age_days"], strict=True)
    for customer, (x, recency, age) in enumerate(rows):
        first = AS_OF - timedelta(days=age)
        for day in [0, *range(1, x), recency] if x else [0]:
            columns["customer"].append(customer)
            columns["day"].append(first + timedelta(days=day))
            columns["amount"].append(100)
    frame = pa.table(columns)
    return lc.Orders(frame, customer="customer", day="day", amount_minor="amount", currency="USD")


def test_fits(vectors: Any) -> None:
    orders = orders_of(vectors["histories"])
    cases = [case for case in vectors["fits"] if case["model"] in MODELS]
    assert len(cases) >= 5
    for case in cases:
        summary = orders.summarize(as_of=AS_OF, unit_days=case["unit_days"])
        assert told(MODELS[case["model"]].fit(summary)) == part(case["expect"]), case


def test_contracts_and_opportunities(vectors: Any) -> None:
    case = next(case for case in vectors["contracts"] if case["model"] == "sbg")
    fit = lc.ShiftedBetaGeo.fit(case["counts"])
    assert told(fit) == part(case["expect"])
    lifetime = bits(fit.residual_lifetime(period=3, rate=0.1))
    assert lifetime == case["expect"]["survival_12_and_residual_lifetime_3"][1]
    case = vectors["opportunities"]
    names = ["periods", "frequency", "recency", "weights"]
    frame = pa.table(dict(zip(names, zip(*case["groups"], strict=True), strict=True)))
    assert told(lc.BetaGeoBetaBinom.fit(frame)) == part(case["expect"])


def test_summary(vectors: Any) -> None:
    case = vectors["rows"]
    day = [date(1970, 1, 1) + timedelta(days=day) for day in case["day"]]
    frame = pa.table({"customer": case["customer"], "day": day, "amount": case["amount_minor"]})
    orders = lc.Orders(frame, customer="customer", day="day", amount_minor="amount", currency="USD")
    summary = orders.summarize(as_of=date(1970, 1, 1) + timedelta(days=10_180))
    expect = case["expect"]
    assert summary["customer"] == expect["customer"]
    assert summary["frequency"] == [occasions - 1 for occasions in expect["occasions"]]
