"""Pictures of results, drawn with matplotlib: ``pip install loyalty-core[plot]``.

Every function draws on ``ax``, or on new axes, and returns them. Nothing is computed here but places
on the paper: the numbers are those of the tables that go in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, SupportsFloat, TypeAlias

try:
    import matplotlib.pyplot as plt
    from matplotlib.colors import LinearSegmentedColormap, Normalize
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.path import Path
    from matplotlib.ticker import MaxNLocator, PercentFormatter
except ImportError as error:  # pragma: no cover
    raise ImportError("loyalty_core.plot needs matplotlib: pip install loyalty-core[plot]") from error

from .analytics import Day, Orders, _date, _day
from .models import _PurchaseModel
from .tables import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

Columns: TypeAlias = Table | Mapping[str, Sequence[object]]
"""A table of the package, or columns by name."""

_INK = "#1d2733"
_PALE = "#8a94a0"
_NONE = "#dfe2e6"
_BLUE = "#2b6cb0"
_RED = "#c2410c"
_SCALE = LinearSegmentedColormap.from_list("loyalty", ["#f2f7fc", "#9cc3e6", "#2b6cb0", "#153a63"])
_BARS = ["#2b6cb0", "#e08a3c", "#5a9367", "#8b6bb1", "#b0504f", "#5f7f8c"]


def _axes(ax: Axes | None, width: float = 7.0, height: float = 4.5) -> Axes:
    if ax is None:
        _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _column(table: Columns, name: str) -> list[object]:
    return list(table[name])


def _floats(table: Columns, name: str) -> list[float]:
    """A column of numbers; absent ones are NaN."""
    return [float("nan") if value is None else _number(value) for value in table[name]]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, SupportsFloat):
        raise TypeError(f"found {value!r}, allowed a number")
    return float(value)


def _tell(value: float) -> str:
    """A number in few places."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _colour_bar(ax: Axes, image: AxesImage, label: str, share: bool) -> None:
    figure = ax.get_figure()
    if figure is None:
        return
    formatter = PercentFormatter(1.0, decimals=0) if share else None
    bar = figure.colorbar(image, ax=ax, format=formatter, fraction=0.046, pad=0.02)
    bar.set_label(label)
    bar.outline.set_visible(False)


def cohorts(
    table: Columns,
    *,
    value: str = "per_customer",
    share: bool | None = None,
    annotate: bool | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Cohorts as a heat map: what :meth:`Orders.cohorts` gave.

    A row for each cohort with its size, a column for each period since. The period that each cohort
    has not seen to its end is hatched, not zero; later ones are left white. Period 0 stays without
    colour where everybody is in it. ``share`` writes percentages; without saying, it is chosen when
    period 0 is 1 in every cohort. ``annotate`` writes the values; without saying, in small tables.
    """
    starts, periods = _column(table, "cohort"), [int(at) for at in _floats(table, "period")]
    sizes, values = _floats(table, "size"), _floats(table, value)
    rows = sorted({str(start): size for start, size in zip(starts, sizes, strict=True)}.items())
    if not rows:
        raise ValueError("the table has no cell: no period of any cohort is over")
    place = {start: row for row, (start, _) in enumerate(rows)}
    width = max(periods) + 1
    grid = [[float("nan")] * (width + 1) for _ in rows]
    for start, period, cell in zip(starts, periods, values, strict=True):
        grid[place[str(start)]][period] = cell
    everybody = all(line[0] == 1.0 for line in grid)
    if share is None:
        share = everybody
    if annotate is None:
        annotate = len(rows) * width <= 400
    coloured = [line[1:] if everybody else line for line in grid]
    known = [cell for line in coloured for cell in line if cell == cell]
    scale = Normalize(0.0, max(known, default=1.0) or 1.0)
    shown = [[float("nan"), *line] for line in coloured] if everybody else coloured

    ax = _axes(ax, 2.5 + 0.55 * (width + 1), 1.4 + 0.34 * len(rows))
    image = ax.imshow(shown, cmap=_SCALE, norm=scale, aspect="auto")
    image.set_label("cohorts")
    for row, line in enumerate(grid):
        observed = sum(1 for cell in line if cell == cell)
        ax.add_patch(
            Rectangle(
                (observed - 0.5, row - 0.5), 1, 1,
                fill=False, hatch="////", edgecolor=_PALE, linewidth=0, label="not over",
            )
        )  # fmt: skip
        if not annotate:
            continue
        for column, cell in enumerate(line[:observed]):
            neutral = everybody and column == 0
            dark = not neutral and scale(cell) > 0.55
            text = f"{100 * cell:.0f}" if share else _tell(cell)
            ax.text(
                column, row, text, ha="center", va="center", fontsize=8,
                color="white" if dark else _PALE if neutral else _INK,
            )  # fmt: skip
    monthly = all(start.endswith("-01") for start, _ in rows)
    named = [f"{start[:7] if monthly else start}   {size:,.0f}" for start, size in rows]
    ax.set_yticks(range(len(rows)), named)
    ax.set_xlim(-0.5, width + 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=20))
    ax.set_xlabel("periods since the first order  (hatched: not over)")
    ax.set_ylabel("cohort and its customers")
    ax.tick_params(length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    label = "of the cohort" if share else value.replace("_", " ")
    _colour_bar(ax, image, label, share)
    return ax


def _matrix(
    model: _PurchaseModel,
    what: Literal["alive", "expected"],
    t: float,
    frequency_max: int,
    T: float,
    steps: int,
    ax: Axes | None,
) -> Axes:
    """A grid of frequencies and recencies; histories that cannot be are grey."""
    grid = []
    for step in range(steps + 1):
        recency, line = T * step / steps, []
        for frequency in range(frequency_max + 1):
            # Days with an order differ: so many need as many days, and none leave no recency.
            days = round(recency * model.unit_days)
            if (frequency == 0) != (step == 0) or frequency > days:
                line.append(float("nan"))
            elif what == "alive":
                found = model.p_alive_of(frequency=frequency, recency=recency, T=T, t=t)
                line.append(_absent(found.value))
            else:
                found = model.expected_purchases_of(frequency=frequency, recency=recency, T=T, t=t)
                line.append(_absent(found.value))
        grid.append(line)
    ax = _axes(ax, 6.4, 4.8)
    ax.set_facecolor(_NONE)
    half = T / steps / 2
    image = ax.imshow(
        grid, origin="lower", aspect="auto", cmap=_SCALE,
        extent=(-0.5, frequency_max + 0.5, -half, T + half),
        vmin=0.0, vmax=1.0 if what == "alive" else None,
    )  # fmt: skip
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("frequency: repeat purchases")
    ax.set_ylabel(f"recency: first to last purchase, of {T:g}")
    label = "P(alive)" if what == "alive" else f"expected purchases in the next {t:g}"
    _colour_bar(ax, image, label, what == "alive")
    return ax


def p_alive_matrix(
    model: _PurchaseModel,
    *,
    T: float,
    frequency_max: int = 20,
    t: float = 0.0,
    steps: int = 40,
    ax: Axes | None = None,
) -> Axes:
    """The chance to be still active by frequency and recency, for customers of age ``T``.

    ``t`` units after the end of the data. Histories that cannot be, as more repeats than days, are
    grey.
    """
    return _matrix(model, "alive", t, frequency_max, T, steps, ax)


def frequency_recency_matrix(
    model: _PurchaseModel,
    *,
    T: float,
    t: float = 1.0,
    frequency_max: int = 20,
    steps: int = 40,
    ax: Axes | None = None,
) -> Axes:
    """Expected purchases in the next ``t`` units by frequency and recency, for age ``T``."""
    return _matrix(model, "expected", t, frequency_max, T, steps, ax)


def _absent(value: float | None) -> float:
    return float("nan") if value is None else value


def tracking(
    orders: Orders,
    model: _PurchaseModel,
    *,
    as_of: Day,
    end: Day,
    step_days: int = 7,
    ax: Axes | None = None,
) -> Axes:
    """Repeat purchases as they came, summed up, beside those that a model expects.

    The customers are those who came by ``as_of``, to which the model was fitted; what follows until
    ``end`` is the holdout, and shaded. Expected are, for each customer, the purchases of a new one
    since the day of the first.
    """
    calibration, last = _day(as_of, "as_of"), _day(end, "end")
    if calibration >= last:
        raise ValueError(f"found as_of {as_of} and end {end}, allowed an end after as_of")
    table = orders.cohorts(as_of=_date(last), period="day")
    came: dict[int, int] = {}
    repeats: dict[int, int] = {}
    columns = (table[name] for name in ("cohort", "size", "period", "value"))
    for cohort, size, period, buyers in zip(*columns, strict=True):
        first = _day(cohort, "cohort")
        if first > calibration:
            continue
        came[first] = size
        if period > 0:
            repeats[first + period] = repeats.get(first + period, 0) + buyers
    if not came:
        raise ValueError(f"nobody came by {as_of}")
    start = min(came)
    days = sorted({*range(start, last, step_days), calibration, last})
    reached = [0]
    for left, right in zip(days, days[1:], strict=False):
        reached.append(reached[-1] + sum(repeats.get(day, 0) for day in range(left + 1, right + 1)))
    new = [0.0]
    for age in range(1, last - start + 1):
        found = model.expected_purchases_new_customer(t=age / model.unit_days)
        new.append(_absent(found.value))
    expected = [
        sum(size * new[day - first] for first, size in came.items() if first < day) for day in days
    ]
    dates = [_date(day) for day in days]

    ax = _axes(ax, 7.5, 4.5)
    ax.axvspan(_x(_date(calibration)), _x(_date(last)), color="#f1f3f5", label="holdout", zorder=0)
    ax.axvline(_x(_date(calibration)), color=_PALE, linewidth=1, linestyle="--")
    ax.plot(_xs(dates), reached, color=_INK, linewidth=2, label="actual")
    name = type(model).__name__
    ax.plot(_xs(dates), expected, color=_RED, linewidth=2, linestyle=(0, (5, 2)), label=f"expected, {name}")
    ax.xaxis_date()
    ax.set_xlim(_x(dates[0]), _x(dates[-1]))
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.set_ylabel("repeat purchases, cumulative")
    ax.legend(loc="upper left", frameon=False)
    figure = ax.get_figure()
    if figure is not None:
        figure.autofmt_xdate()
    return ax


def _x(day: date) -> float:
    """A day as matplotlib counts: days since 1970-01-01."""
    return float((day - date(1970, 1, 1)) / timedelta(days=1))


def _xs(days: Sequence[date]) -> list[float]:
    return [_x(day) for day in days]


def clv(
    table: Columns,
    *,
    column: str = "clv",
    bins: int = 40,
    upto: float = 0.99,
    currency: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The distribution of lifetime values: what ``clv`` of a model gave.

    The last bar holds everybody above the quantile ``upto``. Lines stand at the median and the mean,
    which differ much where few customers bring most.
    """
    values = sorted(value for value in _floats(table, column) if value == value)
    if not values:
        raise ValueError("the table has no value")
    edge = values[min(len(values) - 1, int(upto * len(values)))]
    low = min(values[0], 0.0)
    span = (edge - low) or 1.0
    wide = span / bins
    counts = [0] * (bins + 1)
    for value in values:
        counts[bins if value > edge else min(bins - 1, int((value - low) / wide))] += 1
    ax = _axes(ax)
    left = [low + wide * place for place in range(bins + 1)]
    bars = ax.bar(left, counts, width=wide, align="edge", color=_BLUE, edgecolor="white", linewidth=0.5)
    bars[bins].set(color=_PALE, hatch="//")
    unit = "" if currency is None else f" {currency}"
    mean = sum(values) / len(values)
    median = values[len(values) // 2]
    for value, name, style in ((median, "median", "-"), (mean, "mean", "--")):
        ax.axvline(value, color=_RED, linestyle=style, linewidth=1.5, label=f"{name} {_tell(value)}{unit}")
    if counts[bins]:
        ax.annotate(
            f"above {_tell(edge)}", (left[bins] + wide / 2, counts[bins]),
            xytext=(0, 6), textcoords="offset points", ha="right", fontsize=8, color=_INK,
        )  # fmt: skip
    ax.set_xlabel(f"value of a customer{f', {currency}' if currency else ''}")
    ax.set_ylabel("customers")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.legend(frameon=False)
    return ax


def survival(
    table: Columns,
    *,
    time: str | None = None,
    value: str | None = None,
    label: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Who is left over time, with the interval: what :func:`loyalty_core.survival`,
    ``ShiftedBetaGeo.predict`` or :meth:`Orders.retention` gave.

    A curve of steps, since nothing is said between the times; several curves fit on one ``ax``.
    """
    names = table.columns if isinstance(table, Table) else list(table)
    time = time or ("days" if "days" in names else "period")
    value = value or ("survival" if "survival" in names else "value")
    times, values = _floats(table, time), _floats(table, value)
    ax = _axes(ax)
    (line,) = ax.step(times, values, where="post", linewidth=2, label=label)
    if "low" in names and "high" in names:
        low, high = _floats(table, "low"), _floats(table, "high")
        ax.fill_between(times, low, high, step="post", alpha=0.2, color=line.get_color(), linewidth=0)
    ax.set_ylim(0, 1.02)
    ax.set_xlim(left=min(times, default=0))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_xlabel(time)
    ax.set_ylabel("share that is left" if value == "survival" else "share")
    if label is not None:
        ax.legend(frameon=False)
    return ax


def tier_flows(
    flows: Mapping[tuple[str, str], float],
    *,
    tiers: Sequence[str] | None = None,
    names: tuple[str, str] = ("before", "after"),
    ax: Axes | None = None,
) -> Axes:
    """How many members went from which tier to which.

    ``flows`` has a count for each pair of a tier before and one after. ``tiers`` is their order from
    the top down; without it, that of their first appearance. Ribbons that rise are green, those that
    fall red.
    """
    order = list(tiers or dict.fromkeys(tier for pair in flows for tier in pair))
    unknown = {tier for pair in flows for tier in pair} - set(order)
    if unknown:
        raise ValueError(f"found {sorted(unknown)}, allowed the tiers {order}")
    total = sum(flows.values())
    if not total > 0 or min(flows.values()) < 0:
        raise ValueError("allowed are counts of zero or more, and not all of them zero")
    rank = {tier: place for place, tier in enumerate(order)}
    gap = 0.04 * total
    ax = _axes(ax, 6.5, 4.5)
    tops: list[dict[str, float]] = []
    for side in (0, 1):
        top, tops_here = 0.0, {}
        for tier in order:
            size = sum(count for pair, count in flows.items() if pair[side] == tier)
            tops_here[tier] = top
            if size > 0:
                ax.add_patch(Rectangle((side - 0.02, top), 0.04, size, color=_INK, linewidth=0))
                where, toward = (1.04, "left") if side else (-0.04, "right")
                ax.text(where, top + size / 2, f"{tier}  {size:,.0f}", ha=toward, va="center")
                top += size + gap
        tops.append(tops_here)
    for pair, count in sorted(flows.items(), key=lambda flow: (rank[flow[0][0]], rank[flow[0][1]])):
        if count == 0:
            continue
        left, right = tops[0][pair[0]], tops[1][pair[1]]
        tops[0][pair[0]] += count
        tops[1][pair[1]] += count
        points = [
            (0.02, left), (0.5, left), (0.5, right), (0.98, right),
            (0.98, right + count), (0.5, right + count), (0.5, left + count), (0.02, left + count),
            (0.02, left),
        ]  # fmt: skip
        curve = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        rise = rank[pair[1]] - rank[pair[0]]
        colour = "#b8c4d0" if rise == 0 else "#5a9367" if rise < 0 else "#c2785a"
        ribbon = PathPatch(Path(points, curve), facecolor=colour, alpha=0.65, linewidth=0)
        ribbon.set_label(f"{pair[0]} → {pair[1]}: {count:,.0f}")
        ax.add_patch(ribbon)
        if count >= 0.03 * total:
            ax.text(0.06, left + count / 2, f"{count:,.0f}", ha="left", va="center", fontsize=8)
    ax.set_xlim(-0.35, 1.35)
    ax.set_ylim(total + gap * len(order), -0.02 * total)
    ax.set_xticks([0, 1], list(names))
    ax.set_yticks([])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)
    return ax


def backtest(
    results: Mapping[str, Mapping[str, SupportsFloat]],
    *,
    baseline: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Schemes over the same orders, measure by measure, against one of them.

    ``results`` has the measures of each scheme. Bars are what a scheme has more or less of a measure
    than ``baseline``, which is the first without saying, in percent of it; values stand beside them. A measure that is 0 there has no bar.
    """
    schemes = list(results)
    base = next(iter(schemes), "") if baseline is None else baseline
    if base not in results or len(schemes) < 2:
        raise ValueError(f"found {schemes} and baseline {base!r}, allowed are two schemes or more, it among them")
    measures = list(results[base])
    others = [scheme for scheme in schemes if scheme != base]
    ax = _axes(ax, 7.5, 1.2 + 0.32 * len(measures) * max(len(others), 1.5))
    high = 0.8 / len(others)
    for place, scheme in enumerate(others):
        changes, texts = [], []
        for measure in measures:
            was, now = _number(results[base][measure]), _number(results[scheme][measure])
            changes.append((now - was) / abs(was) if was else 0.0)
            texts.append(_tell(now) if was else f"{_tell(now)}, from 0")
        at = [row - 0.4 + high * (place + 0.5) for row in range(len(measures))]
        bars = ax.barh(at, changes, height=0.9 * high, color=_BARS[place % len(_BARS)], label=scheme)
        ax.bar_label(bars, texts, padding=3, fontsize=8)
    ax.axvline(0, color=_INK, linewidth=1)
    named = [f"{measure}\n{_tell(_number(results[base][measure]))}" for measure in measures]
    ax.set_yticks(range(len(measures)), named)
    ax.invert_yaxis()
    ax.margins(x=0.18)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_xlabel(f"against {base}")
    ax.legend(frameon=False, loc="best")
    return ax
