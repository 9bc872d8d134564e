"""Measures and models beyond the first ones: the same numbers as in Rust, and errors that say what is wrong."""

from __future__ import annotations

import pickle
from typing import Any

import pandas as pd
import pytest

import loyalty_core as lc

AS_OF = "1998-06-30"


@pytest.fixture(scope="module")
def frame() -> Any:
    frame = lc.load_cdnow().to_pandas()
    frame["half"] = ["odd" if customer % 2 else "even" for customer in frame["customer"]]
    frame["channel"] = ["shop" if row % 3 == 0 else "web" for row in range(len(frame))]
    return frame


@pytest.fixture(scope="module")
def orders(frame: Any) -> lc.Orders:
    return lc.Orders(
        frame,
        customer="customer",
        day="date",
        amount="amount",
        currency="USD",
        segments=["half"],
        row_segments=["channel"],
    )


@pytest.fixture(scope="module")
def summary(orders: lc.Orders) -> lc.Summary:
    return orders.summarize(as_of="1997-09-30", holdout_end=AS_OF, unit_days=7)


@pytest.fixture(scope="module")
def buys(summary: lc.Summary) -> lc.BetaGeo:
    return lc.BetaGeo.fit(summary)


def value(table: lc.Table, metric: str) -> Any:
    return table["value"][table["metric"].index(metric)]


def test_conversion_counts_those_who_go_on(orders: lc.Orders) -> None:
    steps = orders.conversion(as_of=AS_OF, most=4)
    assert steps["order"] == [1, 2, 3, 4]
    assert steps["went_on"][:3] == steps["reached"][1:]
    halves = orders.conversion(as_of=AS_OF, most=1, by="half")
    assert halves["half"] == ["even", "odd"] and sum(halves["reached"]) == 2357
    with pytest.raises(lc.InputError) as raised:
        orders.conversion(as_of=AS_OF, most=0)
    assert raised.value.path == "/most"


def test_rows_are_parted_and_customers_are_in_each_of_theirs(orders: lc.Orders, frame: Any) -> None:
    table = orders.metrics(as_of=AS_OF, by="channel").to_pandas()
    customers = table[table["metric"] == "customers"].set_index("channel")["value"]
    assert customers.to_dict() == frame.groupby("channel")["customer"].nunique().to_dict()
    spent = table[table["metric"] == "order_value"].set_index("channel")["numerator"]
    expected = frame.groupby("channel")["amount"].sum()
    assert {key: round(float(one), 2) for key, one in spent.items()} == {
        key: round(float(one), 2) for key, one in expected.items()
    }
    with pytest.raises(lc.InputError) as raised:
        lc.BetaGeo.fit_segments(orders, by="channel", base="web", as_of=AS_OF)
    assert raised.value.path == "/by"
    with pytest.raises(lc.InputError) as raised:
        lc.Orders(
            frame,
            customer="customer",
            day="date",
            amount="amount",
            currency="USD",
            segments=["half"],
            row_segments=["half"],
        )
    assert raised.value.path == "/row_segments"


def test_churn_has_its_estimators_by_name(orders: lc.Orders, buys: lc.BetaGeo, summary: lc.Summary) -> None:
    table = orders.churn(as_of="1997-09-30", model=buys, horizon_days=273)
    assert table["metric"] == ["silent_rate", "own_gap_rate", "gone_share", "no_order_share"]
    predicted = buys.predict(summary, t=39)
    gone = 1 - sum(predicted["p_alive"]) / 2357
    quiet = 1 - sum(predicted["p_purchase"]) / 2357
    assert value(table, "gone_share") == pytest.approx(gone, rel=1e-12)
    assert value(table, "no_order_share") == pytest.approx(quiet, rel=1e-12)
    assert orders.churn(as_of="1997-09-30")["metric"] == ["silent_rate"]
    with pytest.raises(lc.InputError):
        orders.churn(as_of=AS_OF, percent=100)


def test_states_and_moves_between_them(orders: lc.Orders, buys: lc.BetaGeo) -> None:
    before = dict(zip(*orders.states(buys, as_of="1997-12-31").to_dict().values(), strict=True))
    after = dict(zip(*orders.states(buys, as_of=AS_OF).to_dict().values(), strict=True))
    moves = orders.transitions(buys, earlier="1997-12-31", as_of=AS_OF)
    assert moves["before"] == list(before.values()) and len(after) == 2357
    for was, now, state in zip(moves["before"], moves["after"], after.values(), strict=True):
        back = was in ("lapsed", "lost") and state in ("active", "new", "passivating")
        assert now == ("reactivated" if back else state)
    assert "reactivated" in moves["after"]
    with pytest.raises(lc.InputError):
        orders.transitions(buys, earlier=AS_OF, as_of=AS_OF)
    with pytest.raises(lc.AnalyticsError):
        orders.states(buys, as_of=AS_OF, passivating=0.9, lapsed=0.8)


def test_periods_and_acquisition(orders: lc.Orders, frame: Any) -> None:
    spans: Any = {"before": ("1997-01-01", "1997-06-30"), "after": ("1997-07-01", "1997-12-31")}
    kept = orders.period_retention(**spans, as_of=AS_OF)
    day = frame["date"].astype(str)
    spent = [
        frame[(day >= first) & (day <= last)].groupby("customer")["amount"].sum().astype(float)
        for first, last in (spans["before"], spans["after"])
    ]
    both = spent[1].reindex(spent[0].index).dropna()
    assert (kept["numerator"][0], kept["denominator"][0]) == (len(both), len(spent[0]))
    assert value(kept, "net_revenue_retention") == pytest.approx(both.sum() / spent[0].sum())
    capped = both.clip(upper=spent[0].reindex(both.index)).sum()
    assert value(kept, "gross_revenue_retention") == pytest.approx(capped / spent[0].sum())
    early = orders.period_retention(**spans, as_of="1997-10-01")
    assert early["absent"] == ["absent.unobserved"] * 3
    cost = orders.acquisition(
        cost_minor=2_357_000, first="1997-01-01", last="1997-03-31", as_of=AS_OF, value=33.5
    )
    assert value(cost, "acquisition_cost") == 10.0
    assert value(cost, "value_to_cost") == pytest.approx(3.35)
    half = orders.acquisition(
        cost_minor=2_357_000, first="1997-01-01", last="1997-03-31", as_of=AS_OF, margin_rate=0.25
    )
    assert value(half, "payback_days") > value(cost, "payback_days") > 0
    with pytest.raises(lc.InputError) as raised:
        orders.acquisition(cost_minor=-1, first="1997-01-01", last="1997-03-31", as_of=AS_OF)
    assert raised.value.path == "/cost_minor"


def test_points_of_members(orders: lc.Orders) -> None:
    columns: Any = {"customer": "who", "day": "day", "kind": "kind", "points": "points"}
    rows = pd.DataFrame(
        {
            "who": [1, 1, 2, 3, 99_999],
            "day": ["1998-01-01", "1998-01-02", "1998-01-03", "1998-01-04", "1998-01-05"],
            "kind": ["earn", "redeem", "earn", "expire", "earn"],
            "points": ["12.5", "5", "7.5", "4", "100"],
        }
    )
    told = orders.programme(rows, **columns, as_of=AS_OF)
    assert told.rows_without_order == 1
    assert value(told, "redemption_rate") == 0.25 and value(told, "breakage_rate") == 0.2
    assert told["numerator"][:2] == [2, 1] and told["denominator"][:2] == [2357, 2357]
    with pytest.raises(lc.InputError) as raised:
        orders.programme(rows.assign(kind="gift"), **columns, as_of=AS_OF)
    assert (raised.value.code, raised.value.path) == ("input.kind", "/kind/0")
    with pytest.raises(lc.InputError) as raised:
        orders.programme(rows.assign(points="1.2345"), **columns, as_of=AS_OF)
    assert (raised.value.code, raised.value.path) == ("input.points", "/points/0")


def test_rfm_names(orders: lc.Orders) -> None:
    ten = orders.rfm(as_of=AS_OF, names="ten")
    eleven = orders.rfm(as_of=AS_OF, names="eleven")
    for r, f, m, name in zip(ten["r"], ten["f"], ten["m"], ten["segment"], strict=True):
        if r == f == m == 5:
            assert name == "champions"
    assert set(ten["segment"]) != set(eleven["segment"]) and "segment" not in orders.rfm(as_of=AS_OF).columns


def test_ranking(summary: lc.Summary, buys: lc.BetaGeo) -> None:
    ranking = lc.compare(summary, k_max=2)
    assert ranking["aic"] == sorted(ranking["aic"]) and ranking["aic_excess"][0] == 0
    assert buys in ranking.fits
    regular = lc.BetaGeoRegular.fit(summary, k=2)
    assert regular in ranking.fits and regular.k == 2
    assert lc.ModifiedBetaGeoRegular.fit(summary, k_max=2).k == 1
    assert lc.BetaGeoRegular.fit(summary, k=1).log_likelihood == pytest.approx(buys.log_likelihood, rel=1e-12)
    assert pickle.loads(pickle.dumps(regular)) == regular
    errors = ranking["holdout_mean_absolute"][ranking["model"].index("bg_nbd")]
    assert errors == buys.holdout(summary).mean_absolute


def test_contracts() -> None:
    # Fader and Hardie (2007), "regular" contracts; their fits are in docs/models.md.
    counts = [1000, 631, 468, 382, 326, 289, 262, 241]
    shifted, weibull = lc.ShiftedBetaGeo.fit(counts), lc.BetaDiscreteWeibull.fit(counts)
    assert lc.compare_renewals(counts).fits in ([shifted, weibull], [weibull, shifted])
    test = shifted.likelihood_ratio(weibull)
    assert test is not None
    assert test.statistic == pytest.approx(2 * (weibull.log_likelihood - shifted.log_likelihood))
    survival = weibull.predict(periods=3)
    assert survival["survival"][0] == 1.0 and survival["low"][1] < survival["survival"][1] < survival["high"][1]
    left = weibull.residual_lifetime(period=2, rate=0.1)
    assert left is not None and left > 1
    assert lc.BetaDiscreteWeibull.from_json(weibull.to_json()) == weibull


def test_holdout_and_tracking(summary: lc.Summary, buys: lc.BetaGeo, orders: lc.Orders) -> None:
    check = buys.holdout(summary, frequency_max=3)
    assert check.customers["actual"] == summary["holdout_frequency"]
    assert check.customers["predicted"] == buys.expected_purchases(summary, t=39)["expected_purchases"]
    assert check.frequencies["frequency"] == [0, 1, 2, 3] and sum(check.deciles["customers"]) == 2357
    with pytest.raises(lc.InputError) as raised:
        buys.holdout(orders.summarize(as_of="1997-09-30", unit_days=7))
    assert raised.value.path == "/summary"
    path = buys.tracking(orders, as_of=AS_OF, step_days=30)
    assert path["expected"] == sorted(path["expected"])
    assert path["actual"][-1] == sum(orders.summarize(as_of=AS_OF)["frequency"])


def test_segments_have_models(orders: lc.Orders, buys: lc.BetaGeo, summary: lc.Summary) -> None:
    both = lc.BetaGeo.fit_segments(orders, by="half", base="odd", as_of="1997-09-30", unit_days=7)
    assert len(both.params) == 7 and both.converged
    test = buys.likelihood_ratio(both)
    assert test is not None and test.degrees == 3 and 0 < test.p_value < 1
    for again in (lc.SegmentedModel.from_json(both.to_json()), pickle.loads(pickle.dumps(both))):
        assert again == both and (again.by, again.base) == ("half", "odd")
    even = both.segment("even")
    assert even.params["alpha"] == pytest.approx(
        both.params["alpha"] * 2.718281828459045 ** -both.params["gamma_purchase[even]"]
    )
    assert len(even.p_alive(summary)) == 2357 and both.segment("odd").params["r"] == both.params["r"]
    for base, name in (("none", "base"), ("odd", "level")):
        with pytest.raises(lc.AnalyticsError) as raised:
            if name == "base":
                lc.BetaGeo.fit_segments(orders, by="half", base=base, as_of="1997-09-30")
            else:
                both.segment("none")
        assert name in str(raised.value)
    with pytest.raises(lc.InputError):
        lc.SegmentedModel.from_json(buys.to_json())


def test_options_of_fits(summary: lc.Summary, buys: lc.BetaGeo) -> None:
    assert lc.BetaGeo.fit(summary, threads=2) == buys
    backwards = dict(reversed(buys.params.items()))
    assert lc.BetaGeo.fit(summary, start=backwards).params == pytest.approx(buys.params, rel=1e-6)
    pulled = lc.BetaGeo.fit(summary, priors={"a": (0.1, 0.05)})
    assert pulled.params["a"] < buys.params["a"] and pulled.log_likelihood < buys.log_likelihood
    wrongs: list[dict[str, Any]] = [{"start": {"r": 1.0}}, {"priors": {"x": (1.0, 1.0)}}]
    for wrong in wrongs:
        with pytest.raises(lc.InputError) as raised:
            lc.BetaGeo.fit(summary, **wrong)
        assert raised.value.path == f"/{next(iter(wrong))}"
    evidence = buys.convergence
    assert evidence.status == "converged"
    assert evidence.scaled_gradient is not None and evidence.scaled_gradient < 1e-8


def test_next_purchases_and_draws(summary: lc.Summary, buys: lc.BetaGeo) -> None:
    table = buys.next_purchase(summary, q=0.3)
    row = next(at for at, when in enumerate(table["next_purchase"]) if when is not None)
    history = {key: summary[key][row] for key in ("frequency", "recency", "T")}
    assert buys.next_purchase_of(**history, q=0.3) == table["next_purchase"][row]
    assert None in table["next_purchase"]
    drawn = buys.simulate(T=[39.0] * 500, seed=5)
    assert drawn == buys.simulate(T=[39.0] * 500, seed=5)
    assert drawn["frequency"][:3] == buys.simulate(T=[39.0] * 3, seed=5)["frequency"]
    mean = sum(drawn["frequency"]) / 500
    expected = buys.expected_purchases_new_customer(t=39).value
    assert expected is not None and abs(mean - expected) < 0.5
    spend = lc.GammaGamma.fit(summary).simulate(frequency=[2, 0, 1], seed=5)
    assert spend["customer"] == [0, 0, 2] and min(spend["spend"]) > 0
    lasting = buys.discounted_purchases(summary, days=None, annual_rate=0.1)["discounted_purchases"]
    year = buys.discounted_purchases(summary, days=365, annual_rate=0.1)["discounted_purchases"]
    assert all(short < long for short, long in zip(year, lasting, strict=True))


def test_opportunities() -> None:
    donors = lc.load_donations()
    model = lc.BetaGeoBetaBinom.fit(donors)
    table = model.predict(donors, t=5)
    one = {key: table[key][3] for key in ("frequency", "recency", "periods")}
    assert table["p_alive"][3] == model.p_alive_of(**one)
    assert table["expected_purchases"][3] == model.expected_purchases_of(**one, t=5)
    plain = lc.BetaGeoBetaBinom.fit(
        pd.DataFrame({"frequency": [0, 1, 2, 3], "recency": [0, 2, 3, 4], "periods": [4] * 4}), weights=None
    )
    assert plain.customers == 4


def test_survival_by_group() -> None:
    # Freireich (1963): weeks of remission under 6-MP and under placebo; log-rank χ² 16.79.
    drug = [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    rows = [(weeks, True, "6-MP") for weeks in drug[0]] + [(weeks, False, "6-MP") for weeks in drug[1]]
    frame = pd.DataFrame(rows + [(weeks, True, "placebo") for weeks in placebo], columns=["weeks", "seen", "arm"])
    test = lc.log_rank(frame, days="weeks", seen="seen", by="arm")
    assert test is not None and round(test.statistic, 2) == 16.79 and test.degrees == 1
    curves = lc.survival(frame, days="weeks", seen="seen", by="arm").to_pandas()
    both = lc.survival(frame[frame["arm"] == "6-MP"], days="weeks", seen="seen").to_pandas()
    own = curves[curves["arm"] == "6-MP"].drop(columns="arm").reset_index(drop=True)
    assert own.equals(both)
    means = lc.restricted_mean(frame, days="weeks", seen="seen", horizon_days=23, by="arm")
    assert means["median"] == [23, 8] and means["subjects"] == [21, 21]
    assert means["restricted_mean"][1] == pytest.approx(sum(placebo) / 21)
    late = lc.restricted_mean(frame, days="weeks", seen="seen", horizon_days=90)
    assert late["absent"] == ["absent.unobserved"]
    alone = frame[frame["arm"] == "placebo"]
    assert lc.log_rank(alone, days="weeks", seen="seen", by="arm") is None


def test_contract_churn() -> None:
    frame = pd.DataFrame(
        {"start": ["2026-01-01", "2026-01-01", "2026-01-05", "2026-02-20"], "end": ["2026-02-10", None, "2026-03-01", None]}
    )
    found = lc.contract_churn(frame, start="start", end="end", first="2026-02-01", last="2026-02-28")
    assert (found.ended, found.active, found.value) == (1, 3, 1 / 3)


def test_scores_of_answers() -> None:
    found = lc.net_promoter([10, 9, 8, 6, 0])
    assert (found.promoters, found.neutrals, found.detractors, found.score.value) == (2, 1, 2, 0.0)
    assert found.score.low == -(found.score.high or 0)
    assert lc.satisfaction([5, 4, 3]).top.value == 2 / 3
    ease, effort = lc.effort_score([7, 1, 5]), lc.effort_score([7, 1, 5], high_is="effort")
    assert ease.top.value == 2 / 3 and effort.top.value == 1 / 3
    assert lc.net_promoter([]).score.value is None
    with pytest.raises(lc.AnalyticsError):
        lc.satisfaction([0])
    with pytest.raises(lc.InputError) as raised:
        lc.net_promoter([5, -1])
    assert raised.value.path == "/answers/1"
