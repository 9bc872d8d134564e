"""What several tests use."""

from __future__ import annotations

import os
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loyalty_core import Account, Line, Purchase, Scheme

ROOT = Path(__file__).parents[2]

SCHEME = """
format = 1
id = "com.example.cafe"
name = "Café"
version = "2026-11"
currency = "EUR"
time_zone = "Europe/Madrid"

[[wallets]]
id = "points"
unit = { one = "bean", other = "beans" }
precision = 1
expiry.rolling = { after = { months = 12 } }

[wallets.redemption]
as = "discount"
value = { points = "10", amount = "0.50" }

[[earn]]
id = "base"
description = "A bean for every euro."
give.per_amount = { points = "1", per = "1.00" }

[[earn]]
id = "big-cart"
when.min_amount = { amount = "50.00" }
give.fixed = { points = "20" }

[[cards]]
id = "coffee"
target = 3
stamps = [{ target = { skus = ["latte"] }, give.per_unit = {} }]
rewards = ["free-latte"]

[[ladders]]
id = "status"
metric.spend = {}
window.rolling = { months = 12 }
valid_for = { months = 12 }
review.at_validity_end = {}

[[ladders.tiers]]
id = "gold"
name = "Gold"
threshold = "100.00"

[[ladders.tiers.benefits]]
id = "gold-multiplier"
description = "Half as many beans again."
benefit.multiply = { factor = "1.5" }

[[rewards]]
id = "free-latte"
gives.free_product = { target = { skus = ["latte"] } }

[[rewards]]
id = "cup"
cost.points = "30"
gives.free_product = { target = { skus = ["cup"] } }
"""


@pytest.fixture(scope="session")
def long() -> bool:
    """Whether the long forms of the tests are asked for."""
    return bool(os.environ.get("LOYALTY_LONG"))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def scheme() -> Scheme:
    return Scheme.from_toml(SCHEME)


@pytest.fixture
def account() -> Account:
    return Account("ann")


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2026, 11, 21, 12, 0, tzinfo=ZoneInfo("Europe/Madrid"))


def cart(id: str = "order-1", price: int | str | Decimal = "12.50", quantity: int = 2) -> Purchase:
    return Purchase(id=id, currency="EUR", lines=[Line(sku="latte", price=price, quantity=quantity)])
