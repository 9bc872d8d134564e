"""Which kind of case a seed makes."""

from __future__ import annotations

from .cart import Json
from .generate import Maker
from .generate_bundles import Bundled
from .generate_challenges import Challenged
from .generate_delivery import Delivered
from .generate_events import Happens
from .generate_holds import Shared
from .generate_payments import Payments
from .generate_prices import Prices
from .generate_returns import Returned
from .generate_rewards import Used
from .generate_taxes import Taxed
from .generate_tiers import Reviewed

SEEDS = 10_000_000
"""The seeds of a family."""

FAMILIES = (Maker, Prices, Payments, Used, Delivered, Taxed, Returned, Happens, Reviewed, Shared, Challenged, Bundled)
"""What is sold at its price; with discounts; with points that pay; with rewards; with delivery; with tax;
with other policies of returns; with events and news of purchases; with tiers
that are reviewed; with holds, birthdays, and a second member; with ladders of points, challenges and referrals;
with offers that exclude each other, sets, steps, and deductions."""


def case(seed: int) -> Json:
    """The case of a seed: the same one, always."""
    return FAMILIES[seed // SEEDS](seed).case()
