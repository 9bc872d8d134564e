"""The figures of lifetimes on CDNOW, for the side-by-side table of docs/python-migration.md.

lifetimes 0.11.3 needs older libraries than its metadata say, so it gets an environment of its own:

    python3 -m venv lifetimes
    lifetimes/bin/pip install lifetimes==0.11.3 "pandas<2" "numpy<1.25" "scipy<1.12"
    lifetimes/bin/python bindings-python/benches/migration_lifetimes.py CDNOW_sample.txt > lifetimes.json
    python bindings-python/benches/migration_here.py CDNOW_sample.txt lifetimes.json

The file is loyalty-core/tests/data/cdnow/CDNOW_sample.txt.
"""

import json
import sys
import warnings
from importlib.metadata import version

import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter, ParetoNBDFitter
from lifetimes.utils import calibration_and_holdout_data, summary_data_from_transaction_data

warnings.filterwarnings("ignore")


def main(path: str) -> None:
    names = ["old", "id", "date", "quantity", "spend"]
    orders = pd.read_csv(path, sep=r"\s+", names=names, dtype={"old": str, "id": int})
    orders["date"] = pd.to_datetime(orders["date"], format="%Y%m%d")
    columns = (orders, "id", "date")
    summary = summary_data_from_transaction_data(
        *columns, monetary_value_col="spend", observation_period_end="1997-09-30"
    )
    split = calibration_and_holdout_data(*columns, "1997-09-30", "1998-06-30")
    x, recency, age = summary["frequency"], summary["recency"] / 7, summary["T"] / 7
    found = {
        "version": version("lifetimes"),
        "customers": len(summary),
        "repeats": float(x.sum()),
        "recency, weeks": float(recency.sum()),
        "T, weeks": float(age.sum()),
        "holdout": float(split["frequency_holdout"].sum()),
    }
    for name, model in (
        ("BG/NBD", BetaGeoFitter()),
        ("MBG/NBD", ModifiedBetaGeoFitter()),
        ("Pareto/NBD", ParetoNBDFitter()),
    ):
        model.fit(x, recency, age)
        found |= {f"{name} {parameter}": float(value) for parameter, value in model.params_.items()}
        ahead = model.conditional_expected_number_of_purchases_up_to_time
        found[f"{name} P(alive)"] = float(pd.Series(model.conditional_probability_alive(2, 30.43, 38.86)).iloc[0])
        found[f"{name} purchases ahead"] = float(pd.Series(ahead(39, 2, 30.43, 38.86)).iloc[0])
        found[f"{name} all, ahead"] = float(ahead(39, x, recency, age).sum())
        found[f"{name} new customer"] = float(
            pd.Series(model.expected_number_of_purchases_up_to_time(39)).iloc[0]
        )
    buyers = summary[(summary["frequency"] > 0) & (summary["monetary_value"] > 0)]
    spend = GammaGammaFitter()
    spend.fit(buyers["frequency"], buyers["monetary_value"])
    found |= {f"Gamma-Gamma {parameter}": float(value) for parameter, value in spend.params_.items()}
    found["Gamma-Gamma log-likelihood"] = float(spend._negative_log_likelihood_) * -len(buyers)
    # Lifetime values count months of 30 days, so the model is fitted in days.
    days = BetaGeoFitter().fit(x, summary["recency"], summary["T"])
    value = spend.customer_lifetime_value(
        days, x, summary["recency"], summary["T"], summary["monetary_value"],
        time=12, discount_rate=0.01, freq="D",
    )  # fmt: skip
    found["lifetime value, sum"] = float(value.sum())
    found["lifetime value, median"] = float(value.median())
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main(sys.argv[1])
