# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Lifetime value in ten lines
#
# What is a customer worth in the next year? BG/NBD says how often she will buy, Gamma–Gamma how much she
# will spend.

# %%
import loyalty_core as lc
from loyalty_core import plot

orders = lc.Orders(lc.load_cdnow(), customer="customer", day="date", amount="amount", currency="USD")
summary = orders.summarize(as_of="1997-09-30", holdout_end="1998-06-30", unit_days=7)
buys = lc.BetaGeo.fit(summary)
spend = lc.GammaGamma.fit(summary)
value = buys.clv(summary, spend=spend, days=365, annual_rate=0.10)
print(f"{sum(value['clv']):,.0f} USD in a year, {sum(value['clv']) / len(value):.2f} a customer")

# %%
ax = plot.clv(value, currency="USD")

# %% [markdown]
# ## Beside the published table
#
# The estimates of Fader, Hardie and Lee (2005, *Marketing Science* 24(2), table 2) for BG/NBD and of Fader
# and Hardie's note on Gamma–Gamma (2013) on the same customers and weeks.

# %%
published = {
    "BG/NBD": (buys, {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}),
    "Gamma–Gamma": (spend, {"p": 6.25, "q": 3.74, "gamma": 15.44}),
}
print(f"{'model':12} {'parameter':10} {'published':>10} {'here':>10}")
for name, (model, values) in published.items():
    for (parameter, here), (_, printed) in zip(model.params.items(), values.items(), strict=True):
        print(f"{name:12} {parameter:10} {printed:10} {here:10.4f}")
        assert abs(here - printed) <= 0.006, (name, parameter)
assert round(buys.log_likelihood, 1) == -9582.4

# %% [markdown]
# Gamma–Gamma takes for granted that how much customers spend says nothing about how often they buy. It
# nearly holds here:

# %%
lc.GammaGamma.independence(summary)

# %% [markdown]
# ## Did it come true?
#
# The same customers in the 39 weeks that followed, which the models did not see. The tenths of customers by
# expected purchases, beside what they bought:

# %%
expected = buys.expected_purchases(summary, t=39)["expected_purchases"]
ranked = sorted(zip(expected, summary["holdout_frequency"], strict=True))
tenths = [ranked[len(ranked) * tenth // 10 : len(ranked) * (tenth + 1) // 10] for tenth in range(10)]
for number, tenth in enumerate(tenths, 1):
    asked, came = (sum(column) / len(tenth) for column in zip(*tenth, strict=True))
    print(f"{number:2}  expected {asked:5.2f}   came {came:5.2f}")
assert sum(came for _, came in tenths[9]) > sum(came for _, came in tenths[0])
