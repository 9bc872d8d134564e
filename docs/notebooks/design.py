# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Design a scheme
#
# A scheme is a document: what earns points, what they are worth, which tiers there are. The engine says
# what each purchase brings, and why, before anything is stored.

# %%
from datetime import datetime
from zoneinfo import ZoneInfo

import loyalty_core as lc

DESIGN = """
format = 1
id = "com.example.records"
name = "Records club"
currency = "USD"
time_zone = "America/New_York"

[[wallets]]
id = "points"
expiry.rolling = { after = { months = 18 } }

[wallets.redemption]
as = "discount"
value = { points = "100", amount = "5.00" }

[[earn]]
id = "base"
description = "A point for each dollar."
give.per_amount = { points = "1", per = "1.00" }

[[earn]]
id = "welcome"
description = "Fifty points with the first order."
when.first_purchase = {}
give.fixed = { points = "50" }

[[ladders]]
id = "status"
metric.spend = {}
window.rolling = { months = 12 }
valid_for = { months = 12 }
review.at_validity_end = {}

[[ladders.tiers]]
id = "gold"
name = "Gold"
threshold = "150.00"

[[ladders.tiers.benefits]]
id = "gold-points"
description = "Half as many points again."
benefit.multiply = { factor = "1.5" }
"""
scheme = lc.Scheme.from_toml(DESIGN)
scheme

# %% [markdown]
# A mistake in the document is found when it is compiled, with its place; all of them at once.

# %%
try:
    lc.Scheme.from_toml(DESIGN.replace('points = "50"', 'points = "-50"'))
except lc.SchemeError as error:
    print(error)

# %% [markdown]
# ## One cart
#
# A quote says what a cart would bring, and posts nothing.

# %%
zone = ZoneInfo("America/New_York")
cart = lc.Purchase(id="order-1", currency="USD", lines=[lc.Line(sku="cd", price="14.99", quantity=2)])
decision = lc.quote(scheme, lc.Account("ann"), cart, at=datetime(1997, 1, 15, 12, tzinfo=zone))
print(decision.explain)
assert decision.wallets[0].earned == 79

# %% [markdown]
# ## A year and a half of orders
#
# The purchases of CDNOW under three designs. Members buy what they bought, whatever the scheme: the figures are
# cost and reach at unchanged behaviour, not an effect. Here they use their points as soon as they can.

# %%
from loyalty_core import plot  # noqa: E402

orders = lc.Orders(lc.load_cdnow(), customer="customer", day="date", amount="amount", currency="USD")
designs = {
    "base": scheme,
    "double welcome": lc.Scheme.from_toml(DESIGN.replace('points = "50"', 'points = "100"')),
    "gold at 100": lc.Scheme.from_toml(DESIGN.replace('"150.00"', '"100.00"')),
}
end = datetime(1998, 6, 30, 23, tzinfo=zone)
results = {
    name: lc.backtest(design, orders, redeem="as_soon_as_possible", redeem_from="10.00", until=end)
    for name, design in designs.items()
}
results["base"]

# %% [markdown]
# Each design beside the first:

# %%
asked = ("cost", "points_issued", "points_redeemed", "points_outstanding", "outstanding_worth")
measures = {
    name: {figure: value for figure, value in result.totals.rows() if figure in asked}
    for name, result in results.items()
}
ax = plot.backtest(measures)
assert measures["double welcome"]["cost"] > measures["base"]["cost"]

# %% [markdown]
# And who holds which tier at the end under the one and under the other, without buying anything else. A lower
# bar is not better for everybody: who clears it earlier is reviewed earlier, and may have lost by June what the
# other design lets her keep longer.

# %%
from collections import Counter  # noqa: E402

both = lc.Comparison(results["base"], results["gold at 100"])
pairs = zip(both.members["tier_status_first"], both.members["tier_status_second"], strict=True)
flows = Counter((before or "none", after or "none") for before, after in pairs)
ax = plot.tier_flows(flows, tiers=["gold", "none"], names=("gold at 150", "gold at 100"))
for (before, after), members in sorted(flows.items()):
    print(f"{before:5} to {after:5} {members:5}")
assert flows["none", "gold"] > flows["gold", "none"] > 0
both
