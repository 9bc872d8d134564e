"""BG/NBD and Gamma–Gamma of PyMC-Marketing on CDNOW, for docs/python-migration.md.

    python3 -m venv pymc
    pymc/bin/pip install pymc-marketing
    pymc/bin/python bindings-python/benches/migration_pymc.py CDNOW_sample.txt

The fit is the mode of the posterior under the default priors (``fit_method="map"``), not a sample of it,
and the times are in weeks.
"""

import json
import sys
import warnings
from importlib.metadata import version

import pandas as pd
from pymc_marketing import clv

warnings.filterwarnings("ignore")


def main(path: str) -> None:
    names = ["old", "id", "date", "quantity", "spend"]
    orders = pd.read_csv(path, sep=r"\s+", names=names, dtype={"old": str, "id": int})
    orders["date"] = pd.to_datetime(orders["date"], format="%Y%m%d")
    summary = clv.utils.rfm_summary(
        orders, customer_id_col="id", datetime_col="date", monetary_value_col="spend",
        observation_period_end="1997-09-30", time_unit="D",
    )  # fmt: skip
    found = {
        "version": version("pymc-marketing"),
        "customers": len(summary),
        "repeats": float(summary["frequency"].sum()),
        "recency, weeks": float(summary["recency"].sum() / 7),
        "T, weeks": float(summary["T"].sum() / 7),
    }
    weeks = summary.assign(recency=summary["recency"] / 7, T=summary["T"] / 7)
    model = clv.BetaGeoModel(data=weeks)
    model.fit(method="map")
    for name in ("r", "alpha", "a", "b"):
        found[f"BG/NBD {name}"] = float(model.fit_result[name].mean())
    one = pd.DataFrame({"customer_id": [1], "frequency": [2], "recency": [30.43], "T": [38.86]})
    found["BG/NBD P(alive)"] = float(model.expected_probability_alive(one).mean())
    found["BG/NBD purchases ahead"] = float(model.expected_purchases(one, future_t=39).mean())
    found["BG/NBD all, ahead"] = float(model.expected_purchases(weeks, future_t=39).mean(("chain", "draw")).sum())
    buyers = weeks[(weeks["frequency"] > 0) & (weeks["monetary_value"] > 0)]
    spend = clv.GammaGammaModel(data=buyers)
    spend.fit(method="map")
    for name in ("p", "q", "v"):
        found[f"Gamma-Gamma {name}"] = float(spend.fit_result[name].mean())
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main(sys.argv[1])
