"""Random cases with discounts."""

from __future__ import annotations

from typing import Any

from .cart import Json
from .generate import Maker


class Prices(Maker):
    """Cases with offers and standing discounts."""

    def percent(self) -> str:
        return str(self.one(["5", "10", "12.5", "20", "33.333333", "50", "100"]))

    def amount(self, most: int) -> str:
        return f"{self.number(0, most)}.{self.number(1, 99):02d}"

    def scheme(self) -> Json:
        made = super().scheme()
        bands = []
        if self.some(0.25):
            bands = [{"id": f"band{n}"} for n in range(2)]
            made["stacking"] = {"bands": bands}
        made["offers"] = [self.offer(f"offer{n}", bands) for n in range(self.number(1, 4))]
        if self.some(0.3):
            made["discount_rounding"] = self.one(["half_down", "half_even", "down", "up", "floor", "ceil"])
        return made

    def offer(self, name: str, bands: list[Json]) -> Json:
        made: Json = {"id": name, "benefits": [self.benefit() for _ in range(self.one([1, 1, 1, 2]))]}
        if bands and self.some(0.7):
            made["band"] = self.one(bands)["id"]
        if self.some(0.2):
            made["priority"] = self.number(-1, 1)
        if self.some(0.4):
            made["when"] = self.condition()
        if self.some(0.15):
            made["times"] = self.times()
        if self.some(0.15):
            per = self.one(["day", "week", "month", "year", "member"])
            made["budgets"] = [{"per": per, "amount": self.amount(9)}]
        if self.some(0.15):
            made["codes"] = {"any_of": [self.one(["SPRING", "autumn"])]}
        return made

    def benefit(self) -> Json:
        kind = self.one(["percent", "percent", "percent", "amount", "amount", "price"])
        said: Json
        match kind:
            case "percent":
                said = {"percent": self.percent()}
                if self.some(0.2):
                    said["amount_max"] = self.amount(9)
            case "amount":
                said = {"amount": self.amount(19)}
            case _:
                said = {"price": self.amount(19)}
        if self.some(0.4):
            said["per"] = self.one(["line", "unit"])
            said.pop("amount_max", None)
        if self.some(0.6):
            said["on"] = self.on()
        if self.some(0.15):
            said["stage"] = self.one(["catalogue", "item", "multi", "order"])
        return {kind: said}

    def on(self) -> Json:
        made: Json = {}
        if self.some(0.6):
            made["target"] = self.target()
        if self.some(0.1):
            made["running_from"] = self.amount(9)
        if self.some(0.1):
            made["running_to"] = self.amount(19)
        if self.some(0.1):
            made["line_units_from"] = self.number(1, 3)
        if self.some(0.1):
            made["line_units_to"] = made.get("line_units_from", 0) + self.number(1, 2)
        if self.some(0.15):
            made["skip"] = 1
        if self.some(0.15):
            made["per_line"] = self.number(1, 2)
        if self.some(0.2):
            made["units_max"] = self.number(1, 3)
            if self.some(0.6):
                made["choice"] = self.one(["cheapest", "dearest", "line_order"])
        if self.some(0.1):
            made["undiscounted"] = True
        return made

    def ladder(self, name: str) -> Json:
        made = super().ladder(name)
        for n, tier in enumerate(made["tiers"]):
            if self.some(0.5):
                said: Any = {"percent": self.one(["5", "7.5", "30"])}
                if self.some(0.3):
                    said["target"] = self.target()
                if self.some(0.3):
                    said["min_amount"] = {"amount": self.amount(19)}
                if self.some(0.4):
                    said["as"] = "member_price"
                tier.setdefault("benefits", []).append({"id": f"{name}-less-{n}", "benefit": {"discount": said}})
        return made

    def line(self) -> Json:
        made = super().line()
        if self.some(0.15):
            made["price_min"] = self.amount(9)
        return made
