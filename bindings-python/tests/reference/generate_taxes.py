"""Random cases with tax."""

from __future__ import annotations

from typing import Any

from .cart import Json
from .generate_delivery import Delivered

RATES = ("20", "10", "5.5", "19", "7.7", "0")


class Taxed(Delivered):
    """Cases with tax in the prices, or on top of them."""

    def scheme(self) -> Json:
        made = super().scheme()
        if self.some(0.4):
            made["tax_rounding"] = "per_line"
        if self.some(0.4):
            made.setdefault("earn_base", {})["tax"] = self.one(["net", "gross"])
        return made

    def redemption(self, precision: int) -> Json:
        return super().redemption(precision) | {"as": "discount"}

    def condition(self, depth: int = 0) -> Json:
        made = super().condition(depth)
        if "min_amount" in made and self.some(0.4):
            said: Any = made["min_amount"]
            said["tax"] = self.one(["net", "gross"])
        return made

    def line(self) -> Json:
        made = super().line()
        if self.some(0.85):
            made["tax"] = self.one(RATES[: self.one([1, 3, 6])])
        return made

    def charge(self) -> Json:
        made = super().charge()
        if self.some(0.7):
            made["tax"] = self.one(RATES)
        return made

    def purchase(self, name: str) -> Json:
        made = super().purchase(name)
        if self.some(0.5):
            made["tax_included"] = False
        return made
