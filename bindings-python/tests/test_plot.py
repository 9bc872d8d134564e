"""Pictures: what is drawn is what the tables say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.image import AxesImage
from matplotlib.patches import PathPatch, Rectangle

import loyalty_core as lc
from loyalty_core import plot


@pytest.fixture(scope="module")
def orders(root: Path) -> lc.Orders:
    frame = lc.load_cdnow(root / "loyalty-core/tests/data/cdnow/CDNOW_sample.txt")
    return lc.Orders(frame, customer="customer", day="date", amount="amount", currency="USD")


@pytest.fixture(scope="module")
def summary(orders: lc.Orders) -> lc.Summary:
    return orders.summarize(as_of="1997-09-30", holdout_end="1998-06-30", unit_days=7)


@pytest.fixture(scope="module")
def buys(summary: lc.Summary) -> lc.BetaGeo:
    return lc.BetaGeo.fit(summary)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()
    plt.close("all")


def written(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def image_of(ax: Axes) -> AxesImage:
    (image,) = ax.images
    return image


def cells_of(ax: Axes) -> Any:
    """The masked array that is drawn."""
    return image_of(ax).get_array()


def points_of(line: Any) -> tuple[list[float], list[float]]:
    return [float(x) for x in line.get_xdata()], [float(y) for y in line.get_ydata()]


def heights_of(path: Any) -> list[float]:
    """The second coordinate of the points of a path."""
    return [float(point[1]) for point in path.vertices]


def bars_of(ax: Axes) -> list[Rectangle]:
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def test_cohorts(orders: lc.Orders) -> None:
    table = orders.cohorts(as_of="1998-06-15")
    ax = plot.cohorts(table)
    cells = cells_of(ax)
    assert cells.shape == (3, 18)
    found = dict(zip(zip(table["cohort"], table["period"], strict=True), table["per_customer"], strict=True))
    for (cohort, period), value in found.items():
        if period > 0:
            assert cells[cohort.month - 1, period] == value
    # Period 0 is everybody, and has no colour; neither has what is not over.
    assert all(cells.mask[row, 0] for row in range(3))
    # The period that is not over is hatched: June 1998 is the 17th of January, the 15th of March.
    hatched = [patch for patch in bars_of(ax) if patch.get_hatch()]
    assert [(patch.get_x(), patch.get_y()) for patch in hatched] == [(16.5, -0.5), (15.5, 0.5), (14.5, 1.5)]
    assert len(written(ax)) == len(table) and written(ax)[:2] == ["100", f"{100 * found[table['cohort'][0], 1]:.0f}"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["1997-01   781", "1997-02   857", "1997-03   719"]
    # A month that ended with the data is over.
    longer = orders.cohorts(as_of="1998-06-30")
    hatched = [patch for patch in bars_of(plot.cohorts(longer)) if patch.get_hatch()]
    assert hatched[0].get_x() == 17.5 and len(longer) == len(table) + 3


def test_cohorts_of_money(orders: lc.Orders) -> None:
    table = orders.cohorts(as_of="1998-06-30", measure="net_minor")
    ax = plot.cohorts(table, value="value", annotate=False)
    cells = cells_of(ax)
    assert cells[0, 0] == table["value"][0] and not written(ax)
    _, own = plt.subplots()
    assert plot.cohorts(table, ax=own) is own
    with pytest.raises(ValueError, match="no cell"):
        plot.cohorts(orders.cohorts(as_of="1997-01-15"))


def test_matrices(buys: lc.BetaGeo) -> None:
    alive = plot.p_alive_matrix(buys, T=39, frequency_max=10, steps=39)
    cells = cells_of(alive)
    assert cells.shape == (40, 11)
    assert cells[30, 2] == buys.p_alive_of(frequency=2, recency=30, T=39).value
    assert cells[0, 0] == 1.0
    # Histories that cannot be: repeats without time, no repeat with time, more repeats than days.
    assert cells.mask[0, 1] and cells.mask[1, 0] and cells.mask[1, 8] and not cells.mask[1, 7]
    assert image_of(alive).get_clim() == (0, 1)
    ahead = plot.frequency_recency_matrix(buys, T=39, t=52, frequency_max=4, steps=13)
    cells = cells_of(ahead)
    assert cells[13, 4] == buys.expected_purchases_of(frequency=4, recency=39, T=39, t=52).value
    assert list(image_of(ahead).get_extent()) == [-0.5, 4.5, -1.5, 40.5]


def test_tracking(orders: lc.Orders, summary: lc.Summary, buys: lc.BetaGeo) -> None:
    ax = plot.tracking(orders, buys, as_of="1997-09-30", end="1998-06-30")
    lines = {str(line.get_label()): line for line in ax.lines}
    days, reached = points_of(lines["actual"])
    # The last point is every repeat of the calibration and of the holdout.
    assert reached[-1] == sum(summary["frequency"]) + sum(summary["holdout_frequency"])
    assert reached == sorted(reached) and reached[0] == 0
    assert reached[days.index(10134)] == sum(summary["frequency"])
    _, expected = points_of(lines["expected, BetaGeo"])
    came = orders.cohorts(as_of="1998-06-30", period="day")
    first = {day: size for day, size in zip(came["cohort"], came["size"], strict=True)}
    total = 0.0
    for day, size in first.items():
        weeks = (date(1998, 6, 30) - day).days / 7
        total += size * (buys.expected_purchases_new_customer(t=weeks).value or 0.0)
    assert expected[-1] == pytest.approx(total) and abs(total / reached[-1] - 1) < 0.06
    (span,) = [patch for patch in ax.patches if patch.get_label() == "holdout"]
    assert isinstance(span, Rectangle)
    assert (span.get_x(), span.get_width()) == (10134.0, 273.0)
    with pytest.raises(ValueError, match="an end after as_of"):
        plot.tracking(orders, buys, as_of="1998-06-30", end="1997-09-30")
    with pytest.raises(ValueError, match="nobody"):
        plot.tracking(orders, buys, as_of="1996-01-01", end="1998-06-30")


def test_clv(summary: lc.Summary, buys: lc.BetaGeo) -> None:
    table = buys.clv(summary, spend=lc.GammaGamma.fit(summary), days=365, annual_rate=0.1)
    ax = plot.clv(table, bins=20, currency="USD")
    heights = [bar.get_height() for bar in bars_of(ax)]
    values = sorted(table["clv"])
    edge = values[int(0.99 * len(values))]
    assert sum(heights) == 2357 and len(heights) == 21
    assert heights[-1] == sum(1 for value in values if value > edge)
    places = [points_of(line)[0][0] for line in ax.lines]
    assert places == [values[len(values) // 2], sum(values) / len(values)]
    assert str(ax.lines[1].get_label()) == f"mean {places[1]:.1f} USD"
    same = plot.clv({"clv": [5.0, 5.0, None]})
    assert sum(bar.get_height() for bar in bars_of(same)) == 2
    with pytest.raises(ValueError, match="no value"):
        plot.clv({"clv": []})
    with pytest.raises(TypeError, match="allowed a number"):
        plot.clv({"clv": ["much"]})


def test_survival() -> None:
    contracts = lc.ShiftedBetaGeo.fit([1000, 631, 468, 382, 326, 289, 262, 241])
    table = contracts.predict(periods=12)
    ax = plot.survival(table, label="contracts")
    (line,) = ax.lines
    assert points_of(line)[1] == table["survival"] and line.get_drawstyle() == "steps-post"
    (band,) = ax.collections
    drawn = set(heights_of(band.get_paths()[0]))
    assert set(table["low"][1:]) <= drawn and set(table["high"][1:]) <= drawn
    # A second curve on the same axes, of plain columns, without an interval.
    assert plot.survival({"days": [0, 9], "survival": [1.0, 0.5]}, ax=ax, label="other") is ax
    assert len(ax.lines) == 2 and len(ax.collections) == 1


FLOWS = {("gold", "gold"): 12, ("gold", "silver"): 4, ("silver", "gold"): 6, ("silver", "silver"): 30, ("silver", "none"): 0}


def test_tier_flows() -> None:
    ax = plot.tier_flows(FLOWS, tiers=["gold", "silver", "none"], names=("2025", "2026"))
    ribbons = {str(patch.get_label()): patch for patch in ax.patches if isinstance(patch, PathPatch)}
    assert set(ribbons) == {"gold → gold: 12", "gold → silver: 4", "silver → gold: 6", "silver → silver: 30"}
    for label, ribbon in ribbons.items():
        ys = heights_of(ribbon.get_path())
        assert ys[4] - ys[3] == pytest.approx(float(label.split(": ")[1]))
    assert len({to_hex(patch.get_facecolor()) for patch in ribbons.values()}) == 3
    bars = [bar.get_height() for bar in bars_of(ax)]
    assert bars == [16, 36, 18, 34]
    assert {"gold  16", "silver  36", "gold  18", "silver  34"} <= set(written(ax))
    with pytest.raises(ValueError, match="none"):
        plot.tier_flows(FLOWS, tiers=["gold", "silver"])
    with pytest.raises(ValueError, match="zero or more"):
        plot.tier_flows({("a", "b"): -1, ("b", "b"): 3})


def test_backtest() -> None:
    results: dict[str, dict[str, Decimal | float]] = {
        "today": {"cost": Decimal("100.00"), "orders": 40.0, "rewards": 0.0},
        "double": {"cost": 150.0, "orders": 40.0, "rewards": 7.0},
        "stamps": {"cost": 50.0, "orders": 44.0, "rewards": 1.0},
    }
    ax = plot.backtest(results)
    widths = [bar.get_width() for bar in bars_of(ax)]
    assert widths[:2] == [0.5, 0.0] and widths[3:5] == [-0.5, pytest.approx(0.1)]
    # No percentage of nothing, but the value.
    assert widths[2] == 0.0 and "7.00, from 0" in written(ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["cost\n100", "orders\n40.0", "rewards\n0.00"]
    assert ax.get_xlabel() == "against today"
    assert plot.backtest(results, baseline="stamps").get_xlabel() == "against stamps"
    alone: dict[str, dict[str, float]] = {"today": {"cost": 1.0}}
    for wrong in (alone, {}):
        with pytest.raises(ValueError, match="two schemes or more"):
            plot.backtest(wrong)
    with pytest.raises(ValueError, match="tomorrow"):
        plot.backtest(results, baseline="tomorrow")
