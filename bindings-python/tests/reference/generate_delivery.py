"""Random cases with delivery charges."""

from __future__ import annotations

from typing import Any

from .cart import Json
from .generate_rewards import Used

METHODS = ("post", "courier")


class Delivered(Used):
    """Cases with delivery, and with what makes it cheaper."""

    def off(self) -> Json:
        kind = self.one(["percent", "percent", "amount", "price"])
        return {kind: self.percent() if kind == "percent" else self.amount(9)}

    def condition(self, depth: int = 0) -> Json:
        if self.some(0.08):
            return {"shipping_method": self.random.sample(METHODS, self.number(1, 2))}
        return super().condition(depth)

    def benefit(self) -> Json:
        if self.some(0.35):
            made = self.off()
            if self.some(0.4):
                made["methods"] = [self.one(METHODS)]
            return {"shipping": made}
        return super().benefit()

    def reward(self, name: str, wallets: list[str]) -> Json:
        made = super().reward(name, wallets)
        if "shipping" in made["gives"]:
            made.pop("max_share", None)
        return made

    def gives(self) -> Json:
        if self.some(0.35):
            return {"shipping": {"percent": self.percent()}}
        return super().gives()

    def ladder(self, name: str) -> Json:
        made = super().ladder(name)
        for n, tier in enumerate(made["tiers"]):
            if self.some(0.4):
                said: Any = {}
                if self.some(0.4):
                    said["min_amount"] = {"amount": self.amount(19)}
                benefit = {"id": f"{name}-delivery-{n}", "benefit": {"free_shipping": said}}
                tier.setdefault("benefits", []).append(benefit)
        return made

    def scheme(self) -> Json:
        made = super().scheme()
        if self.some(0.5):
            made.setdefault("earn_base", {})["shipping"] = True
        return made

    def purchase(self, name: str) -> Json:
        made = super().purchase(name)
        if self.some(0.8):
            made["shipping"] = [self.charge() for _ in range(self.one([1, 1, 2, 3]))]
        return made

    def charge(self) -> Json:
        made: Json = {"amount": f"{self.number(0, 9)}.{self.number(0, 99):02d}"}
        if self.some(0.6):
            made["method"] = self.one(METHODS)
        return made
