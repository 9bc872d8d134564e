"""Draws the pictures of docs/python-plots.md: ``python bindings-python/benches/pictures.py``."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

import loyalty_core as lc
from loyalty_core import plot

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


def keep(ax: Axes, name: str) -> None:
    figure = ax.figure
    figure.savefig(FOLDER / f"{name}.png", dpi=72, metadata={"Software": None})
    plt.close("all")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    orders = lc.Orders(lc.load_cdnow(), customer="customer", day="date", amount="amount", currency="USD")
    summary = orders.summarize(as_of="1997-09-30", holdout_end="1998-06-30", unit_days=7)
    buys = lc.BetaGeo.fit(summary)
    value = buys.clv(summary, spend=lc.GammaGamma.fit(summary), days=365, annual_rate=0.1)
    keep(plot.cohorts(orders.cohorts(as_of="1998-06-15")), "cohorts")
    keep(plot.tracking(orders, buys, as_of="1997-09-30", end="1998-06-30"), "tracking")
    keep(plot.p_alive_matrix(buys, T=39), "p_alive_matrix")
    keep(plot.frequency_recency_matrix(buys, T=39, t=39), "frequency_recency_matrix")
    keep(plot.clv(value, currency="USD"), "clv")
    contracts = lc.ShiftedBetaGeo.fit([1000, 631, 468, 382, 326, 289, 262, 241])
    keep(plot.survival(contracts.predict(periods=12)), "survival")
    flows = {
        ("gold", "gold"): 120, ("gold", "silver"): 40,
        ("silver", "gold"): 55, ("silver", "silver"): 300, ("silver", "none"): 110,
        ("none", "silver"): 90, ("none", "none"): 700,
    }  # fmt: skip
    keep(plot.tier_flows(flows, tiers=["gold", "silver", "none"], names=("2025", "2026")), "tier_flows")
    results = {
        "today": {"points earned": 5200.0, "open at the end": 3100.0, "members with a reward": 412.0},
        "double points": {"points earned": 10400.0, "open at the end": 5200.0, "members with a reward": 533.0},
        "stamp card": {"points earned": 4100.0, "open at the end": 900.0, "members with a reward": 610.0},
    }
    keep(plot.backtest(results), "backtest")


if __name__ == "__main__":
    main()
