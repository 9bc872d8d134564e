"""Fits against the published estimates and the 40-digit ones that the core holds."""

from __future__ import annotations

import json
import math
import pickle
import threading
from pathlib import Path
from typing import Any

import pytest

import loyalty_core as lc


@pytest.fixture(scope="module")
def summary(root: Path) -> lc.Summary:
    frame = lc.load_cdnow(root / "loyalty-core/tests/data/cdnow/CDNOW_sample.txt")
    orders = lc.Orders(frame, customer="customer", day="date", amount="amount", currency="USD")
    return orders.summarize(as_of="1997-09-30", holdout_end="1998-06-30", unit_days=7)


@pytest.fixture(scope="module")
def truth(root: Path) -> Any:
    text = (root / "loyalty-core/tests/data/ground_truth_mle.json").read_text()
    return json.loads(text)


@pytest.mark.parametrize(
    ("model", "key", "published"),
    [
        (lc.BetaGeo, "bgnbd_cdnow_exact_weeks", (0.2426, 4.4136, 0.7929, 2.4259)),
        (lc.ModifiedBetaGeo, "mbgnbd_cdnow_exact_weeks", (0.5248, 6.1831, 0.8914, 1.6140)),
        (lc.ParetoNBD, "pnbd_cdnow_exact_weeks", (0.5533, 10.5777, 0.6062, 11.6687)),
        (lc.NBD, "nbd_cdnow_exact_weeks", (0.3848, 12.0720)),
    ],
)
def test_cdnow(
    summary: lc.Summary, truth: Any, model: Any, key: str, published: tuple[float, ...]
) -> None:
    fit = model.fit(summary)
    assert fit.converged and fit.customers == 2357 and fit.unit_days == 7
    assert list(fit.params.values()) == pytest.approx(published, abs=6e-5)
    exact = [float(value) for value in truth[key]["params"]]
    assert list(fit.params.values()) == pytest.approx(exact, rel=1e-9)
    assert fit.log_likelihood == pytest.approx(float(truth[key]["ll"]), abs=1e-8)
    errors = [float(value) for value in truth[key]["se"]]
    assert fit.summary()["standard_error"] == pytest.approx(errors, rel=1e-6)
    for again in (model.from_json(fit.to_json()), pickle.loads(pickle.dumps(fit))):
        assert again == fit and again.predict(summary, t=39) == fit.predict(summary, t=39)
    warm = model.fit(summary, start=fit.params)
    assert list(warm.params.values()) == pytest.approx(exact, rel=1e-9)


def test_predictions(summary: lc.Summary) -> None:
    fit = lc.BetaGeo.fit(summary)
    # The customer of Fader, Hardie and Lee (2005): x = 2, t_x = 30.43, T = 38.86, 39 weeks ahead.
    one = fit.expected_purchases_of(frequency=2, recency=30.43, T=38.86, t=39)
    assert one.value == pytest.approx(1.226, abs=5e-4)
    assert one.low is not None and one.high is not None and one.low < 1.2259 < one.high
    table = fit.predict(summary, t=39)
    assert table.columns == ["customer", "p_alive", "expected_purchases", "p_purchase"]
    assert table["customer"] == summary["customer"]
    assert fit.expected_purchases(summary, t=39)["expected_purchases"] == table["expected_purchases"]
    assert fit.p_alive(summary)["p_alive"] == pytest.approx(table["p_alive"], rel=1e-12)
    assert all(alive == 1 for alive, x in zip(table["p_alive"], summary["frequency"], strict=True) if x == 0)
    first = {name: values[0] for name, values in summary.to_dict().items()}
    alone = fit.p_alive_of(frequency=2, recency=first["recency"], T=first["T"])
    assert alone.value == pytest.approx(table["p_alive"][0], rel=1e-12)
    none = fit.p_purchases(summary, n=0, t=39)["p_purchases"]
    assert none == pytest.approx([1 - some for some in table["p_purchase"]], abs=1e-9)
    assert sum(table["expected_purchases"]) == pytest.approx(1653.4, abs=0.1)
    # E[X(t)] of the same paper, with the hypergeometric function as its series.
    (r, alpha, a, b), z = fit.params.values(), 39 / (fit.params["alpha"] + 39)
    term, series = 1.0, 1.0
    for k in range(2000):
        term *= (r + k) * (b + k) / (a + b - 1 + k) / (k + 1) * z
        series += term
    mean = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + 39)) ** r * series)
    assert fit.expected_purchases_new_customer(t=39).value == pytest.approx(mean, rel=1e-9)
    with pytest.raises(lc.AnalyticsError) as refused:
        fit.expected_purchases(summary, t=-1)
    assert refused.value.code == "analytics.option"
    with pytest.raises(lc.AnalyticsError) as refused:
        fit.p_alive_of(frequency=0, recency=3.0, T=9.0)
    assert refused.value.code == "analytics.model.history"


def test_spend_and_value(summary: lc.Summary) -> None:
    spend, buys = lc.GammaGamma.fit(summary), lc.BetaGeo.fit(summary)
    assert list(spend.params.values()) == pytest.approx([6.2496, 3.7442, 15.4435], rel=1e-4)
    p, q, gamma = spend.params.values()
    assert spend.mean_spend == pytest.approx(p * gamma / (q - 1), rel=1e-12)
    expected = spend.predict(summary)["expected_spend"]
    assert expected[2] == spend.mean_spend and summary["frequency"][2] == 0
    x, mean = summary["frequency"][0], summary["monetary_value"][0]
    assert expected[0] == pytest.approx(p * (gamma + x * mean) / (p * x + q - 1), rel=1e-12)
    independence = lc.GammaGamma.independence(summary)
    assert independence is not None and independence.correlation == pytest.approx(0.1139, abs=1e-4)
    plain = buys.clv(summary, spend=spend, days=273, annual_rate=0.0)["clv"]
    many = buys.expected_purchases(summary, t=39)["expected_purchases"]
    assert plain == pytest.approx([a * b for a, b in zip(many, expected, strict=True)], rel=1e-6)
    later = buys.clv(summary, spend=spend, days=273, annual_rate=0.1, margin_rate=0.3)["clv"]
    by_month = buys.clv(
        summary, spend=spend, days=273, annual_rate=0.1, margin_rate=0.3, period_days=30
    )["clv"]
    assert all(0.27 * a < b < 0.3 * a for a, b in zip(plain, later, strict=True))
    assert all(b < a for a, b in zip(later, by_month, strict=True))


def test_contracts(truth: Any) -> None:
    # The regular cohort of Fader and Hardie (2007), who have alpha 0.704 and beta 1.182 for it.
    regular = [1000, 631, 468, 382, 326, 289, 262, 241]
    fit = lc.ShiftedBetaGeo.fit(regular)
    assert list(fit.params.values()) == pytest.approx([0.704, 1.182], abs=2e-3)
    table = fit.predict(periods=7)
    alpha, beta = fit.params.values()
    assert table["survival"][0] == 1 and table["retention"][0] is None
    assert table["retention"][3] == pytest.approx((beta + 2) / (alpha + beta + 2), rel=1e-12)
    assert table["survival"][3] == pytest.approx(math.prod(table["retention"][1:4]), rel=1e-12)
    left = fit.residual_lifetime(period=1, rate=0.1)
    assert left is not None and left > 1
    with pytest.raises(lc.AnalyticsError):
        lc.ShiftedBetaGeo.fit([10, 12])


def test_donations(root: Path) -> None:
    donations = lc.load_donations(root / "loyalty-core/tests/data/donations.csv")
    fit = lc.BetaGeoBetaBinom.fit(donations)
    # Fader, Hardie and Shang (2010), table 3.
    assert list(fit.params.values()) == pytest.approx([1.204, 0.750, 0.657, 2.783], abs=1e-3)
    assert fit.customers == 11104
    best = fit.expected_purchases_of(frequency=6, recency=6, periods=6, t=5)
    assert best == pytest.approx(3.75, abs=5e-3)
    assert 0 < fit.p_alive_of(frequency=0, recency=0, periods=6) < 0.2
    with pytest.raises(lc.InputError) as refused:
        lc.BetaGeoBetaBinom.fit(donations, frequency="gifts")
    assert refused.value.path == "/gifts"


def test_saved_fits(summary: lc.Summary) -> None:
    fit = lc.BetaGeo.fit(summary)
    with pytest.raises(lc.InputError) as refused:
        lc.ParetoNBD.from_json(fit.to_json())
    assert refused.value.code == "input.fit"
    for text in ("", "{}", "[]", fit.to_json().replace('"schema":1', '"schema":2')):
        with pytest.raises(lc.LoyaltyError):
            lc.BetaGeo.from_json(text)
    assert "r=0.242595" in repr(fit) and "<table>" in fit._repr_html_()


def test_threads(summary: lc.Summary) -> None:
    said: list[str] = []
    work = [threading.Thread(target=lambda: said.append(lc.BetaGeo.fit(summary).to_json())) for _ in range(4)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(said) == 4 and len(set(said)) == 1
