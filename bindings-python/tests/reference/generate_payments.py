"""Random cases in which points pay."""

from __future__ import annotations

from .cart import Json
from .generate_prices import Prices


class Payments(Prices):
    """Cases with points that pay, as a discount or as a tender."""

    def scheme(self) -> Json:
        made = super().scheme()
        self.paying = [one["id"] for one in made["wallets"] if "redemption" in one]
        if self.some(0.6):
            made.pop("offers", None)
        return made

    def wallet(self, name: str) -> Json:
        made = super().wallet(name)
        if self.some(0.85):
            made["redemption"] = self.redemption(made.get("precision", 0))
        return made

    def redemption(self, precision: int) -> Json:
        made: Json = {
            "value": {"points": self.one(["1", "3", "10", "7"]), "amount": self.one(["1.00", "0.50", "0.07", "0.01"])},
            "as": self.one(["discount", "tender"]),
        }
        if self.some(0.3):
            made["earns"] = True
        if self.some(0.2):
            made["points_min"] = str(self.number(1, 20))
        if self.some(0.2):
            made["step"] = str(self.number(1, 5))
        if self.some(0.3):
            made["share_max"] = self.one(["25", "33.3", "50", "90"])
        if self.some(0.2):
            made["excess"] = "reject"
        if self.some(0.3):
            made["target"] = self.target()
        return made

    def purchase(self, name: str) -> Json:
        made = super().purchase(name)
        if self.some(0.7):
            wallets = self.paying if self.paying and self.some(0.95) else ["points", "none"]
            made["pay_points"] = [
                {"wallet": wallet} | ({"points": str(self.number(1, 40))} if self.some(0.7) else {})
                for wallet in self.random.sample(wallets, self.number(1, len(wallets)))
            ]
        return made

    def case(self) -> Json:
        made = super().case()
        # Points to pay with, in lots that need not lapse together.
        for number in range(self.number(1, 4)):
            change = {"wallet": self.one(made["scheme"]["wallets"])["id"], "points": str(self.number(10, 150))}
            act = {"id": f"gift{number}", "change": {"points": change}, "actor": "clerk", "reason": "test"}
            place = self.number(0, min(2 * number, len(made["steps"]) - 1))
            made["steps"].insert(place, {"at": made["steps"][place]["at"], "act": {"adjust": act}})
        return made
