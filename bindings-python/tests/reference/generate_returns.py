"""Random cases with other policies of returns."""

from __future__ import annotations

from .cart import Json
from .generate_payments import Payments


class Returned(Payments):
    """Cases whose returns ask for other money or points, charge for points that are gone, or leave days of grace."""

    def scheme(self) -> Json:
        made = super().scheme()
        returns: Json = {}
        if self.some(0.35):
            returns["money"] = "reprice"
        if self.some(0.7):
            returns["points"] = self.one(["line_attributed", "line_attributed", "proportional", "proportional", "none"])
            for wallet in made["wallets"]:
                wallet.pop("carry", None)
        if self.some(0.4):
            returns["restore_grace_days"] = self.one([1, 5, 30, 200])
        made["returns"] = returns
        self.repriced = "money" in returns
        return made

    def wallet(self, name: str) -> Json:
        made = super().wallet(name)
        if self.some(0.6):
            made["shortfall"] = self.one(["write_off", "charge_refund", "charge_refund"])
        return made

    def purchase(self, name: str) -> Json:
        made = super().purchase(name)
        if self.repriced:
            made.pop("pay_points", None)
        return made
