# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # From orders to retention answers
#
# The purchases of 2,357 customers of the CD shop CDNOW, January 1997 to June 1998 (the 1/10 sample of
# Fader and Hardie). Three questions of every shop: do customers come back, when, and whom is it about
# to lose?

# %%
from datetime import date

import loyalty_core as lc
from loyalty_core import plot

frame = lc.load_cdnow()
orders = lc.Orders(frame, customer="customer", day="date", amount="amount", currency="USD")
orders

# %% [markdown]
# ## Do they come back?
#
# `as_of` is the last day that was seen. A share has its numerator, its denominator and an interval; where
# it does not exist, `absent` says why.

# %%
metrics = orders.metrics(as_of="1998-06-30")
metrics.to_pandas()

# %%
repeat = dict(zip(metrics["metric"], metrics["value"], strict=True))["repeat_rate"]
print(f"{repeat:.1%} of all customers came back")
assert round(repeat, 4) == 0.4832

# %% [markdown]
# ## When?
#
# Cohorts by the month of the first order. The last month counts only where it is over: on 15 June, that
# month is hatched, and not a fall.

# %%
ax = plot.cohorts(orders.cohorts(as_of="1998-06-15"))

# %%
retention = orders.retention(as_of="1998-06-30", period="month", periods=12)
ax = plot.survival(retention)
ax.set_ylabel("came in this month after the first order")
ax.set_ylim(0, 0.2)

# %% [markdown]
# The wait for the second order, as a survival curve: who has not come back yet counts as long as she was
# seen, and no longer.

# %%
first: dict[int, date] = {}
second: dict[int, date] = {}
for customer, day in sorted(set(zip(frame["customer"], frame["date"], strict=True))):
    if customer not in first:
        first[customer] = day
    elif customer not in second:
        second[customer] = day
end = date(1998, 6, 30)
waits = {
    "days": [(second.get(customer, end) - day).days for customer, day in first.items()],
    "seen": [customer in second for customer in first],
}

import polars as pl  # noqa: E402

curve = lc.survival(pl.DataFrame(waits), days="days", seen="seen")
ax = plot.survival(curve)
ax.set_ylabel("have not come back yet")
print(f"after 90 days: {min(s for d, s in zip(curve['days'], curve['survival'], strict=True) if d <= 90):.1%}")

# %% [markdown]
# ## Whom is the shop about to lose?
#
# BG/NBD, fitted to the first nine months, says of each customer how likely she is to be active still. The
# last nine months are the test: the model has not seen them.

# %%
summary = orders.summarize(as_of="1997-09-30", holdout_end="1998-06-30", unit_days=7)
buys = lc.BetaGeo.fit(summary)
buys

# %%
ax = plot.tracking(orders, buys, as_of="1997-09-30", end="1998-06-30")

# %%
ax = plot.p_alive_matrix(buys, T=39)

# %% [markdown]
# Those worth a letter: four repeat purchases or more, and a chance to be active between 20 and 60 %.

# %%
found = buys.predict(summary, t=39)
letters = [
    (customer, alive, expected)
    for customer, frequency, alive, expected in zip(
        found["customer"], summary["frequency"], found["p_alive"], found["expected_purchases"], strict=True
    )
    if frequency >= 4 and 0.2 <= alive <= 0.6
]
print(f"{len(letters)} customers")
for customer, alive, expected in sorted(letters, key=lambda letter: -letter[2])[:5]:
    print(f"{customer}: active with {alive:.0%}, {expected:.1f} purchases in the next 39 weeks")
assert letters
