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
# The purchases of CDNOW through the scheme, member by member, and two designs beside each other. What comes
# out are the groups that a shop would have stored; here they are counted and forgotten.

# %%
from collections import defaultdict  # noqa: E402
from decimal import Decimal  # noqa: E402

from loyalty_core import plot  # noqa: E402

frame = lc.load_cdnow()
bought: defaultdict[int, list[tuple[datetime, lc.Purchase]]] = defaultdict(list)
rows = zip(frame["customer"], frame["date"], frame["amount"], strict=True)
for place, (customer, day, amount) in enumerate(rows):
    # Every fourteenth customer is enough for a look.
    if customer % 14 == 0 and amount > 0:
        purchase = lc.Purchase(id=f"order-{place}", currency="USD", lines=[lc.Line(price=amount, quantity=1)])
        bought[customer].append((datetime(day.year, day.month, day.day, 12, tzinfo=zone), purchase))


def run(scheme: lc.Scheme) -> dict[str, float]:
    """What members earned, and who holds a tier at the end."""
    earned, gold = Decimal(0), 0
    for customer, orders in bought.items():
        account = lc.Account(f"member-{customer}")
        for at, purchase in sorted(orders, key=lambda order: order[0]):
            account = lc.record(scheme, account, purchase, at=at).account
        standing = lc.standing(scheme, account, at=datetime(1998, 6, 30, 12, tzinfo=zone))
        earned += standing.wallets[0].balance.available
        gold += standing.ladders[0].tier is not None
    return {"points open": float(earned), "gold members": float(gold)}


designs = {
    "base": scheme,
    "double welcome": lc.Scheme.from_toml(DESIGN.replace('points = "50"', 'points = "100"')),
    "gold at 100": lc.Scheme.from_toml(DESIGN.replace('"150.00"', '"100.00"')),
}
results = {name: run(design) for name, design in designs.items()}
for name, found in results.items():
    print(name, found)
assert results["double welcome"]["points open"] > results["base"]["points open"]
assert results["gold at 100"]["gold members"] > results["base"]["gold members"]

# %%
ax = plot.backtest(results)
