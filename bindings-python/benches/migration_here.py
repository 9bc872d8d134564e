"""Our figures on CDNOW beside those of lifetimes, as a table: see migration_lifetimes.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median

import loyalty_core as lc

RENAMED = {"gamma": "v"}


def ours(path: str) -> dict[str, float]:
    orders = lc.Orders(lc.load_cdnow(path), customer="customer", day="date", amount="amount", currency="USD")
    # lifetimes leaves refunds and zero orders as they are; this file has no refund.
    summary = orders.summarize(as_of="1997-09-30", holdout_end="1998-06-30", unit_days=7)
    found: dict[str, float] = {
        "customers": len(summary),
        "repeats": sum(summary["frequency"]),
        "recency, weeks": sum(summary["recency"]),
        "T, weeks": sum(summary["T"]),
        "holdout": sum(summary["holdout_frequency"]),
    }
    history = {"frequency": 2, "recency": 30.43, "T": 38.86}
    models = {"BG/NBD": lc.BetaGeo, "MBG/NBD": lc.ModifiedBetaGeo, "Pareto/NBD": lc.ParetoNBD}
    for name, kind in models.items():
        model = kind.fit(summary)
        found |= {f"{name} {parameter}": value for parameter, value in model.params.items()}
        found[f"{name} P(alive)"] = model.p_alive_of(**history).value or 0.0
        found[f"{name} purchases ahead"] = model.expected_purchases_of(**history, t=39).value or 0.0
        found[f"{name} all, ahead"] = sum(model.expected_purchases(summary, t=39)["expected_purchases"])
        found[f"{name} new customer"] = model.expected_purchases_new_customer(t=39).value or 0.0
    days = orders.summarize(as_of="1997-09-30")
    spend = lc.GammaGamma.fit(days)
    for parameter, value in spend.params.items():
        found[f"Gamma-Gamma {RENAMED.get(parameter, parameter)}"] = value
    found["Gamma-Gamma log-likelihood"] = spend.log_likelihood
    value = lc.BetaGeo.fit(days).clv(
        days, spend=spend, days=360, annual_rate=1.01 ** (365 / 30) - 1, period_days=30
    )["clv"]
    found["lifetime value, sum"] = sum(value)
    found["lifetime value, median"] = median(value)
    return found


def main(path: str, theirs: str) -> None:
    here, there = ours(path), json.loads(Path(theirs).read_text())
    print(f"| figure | lifetimes {there.pop('version')} | loyalty-core {lc.__version__} | difference |")
    print("|---|---|---|---|")
    for name, value in there.items():
        found = here.pop(name)
        print(f"| {name} | {value:.6g} | {found:.6g} | {(found - value) / abs(value):.1e} |")
    assert not here, f"lifetimes has no {', '.join(here)}"


if __name__ == "__main__":
    main(*sys.argv[1:])
