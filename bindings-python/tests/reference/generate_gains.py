"""Random cases with ladders of points."""

from __future__ import annotations

from .cart import Json
from .generate import WALLETS
from .generate_events import Happens
from .generate_tiers import Reviewed


class Gained(Happens, Reviewed):
    """Cases whose ladders measure points that were earned, or a balance."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.names: list[str] = []

    def ladder(self, name: str) -> Json:
        made = super().ladder(name)
        if self.some(0.2):
            return made
        wallet: Json = {"wallet": self.one(self.names)} if self.some(0.5) else {}
        made["metric"] = {"points_earned": wallet}
        made.pop("counts_own_purchase", None)
        if self.some(0.4):
            made["count_pending"] = True
        top = 0
        for n, tier in enumerate(made["tiers"]):
            top += self.number(0 if n == 0 else 1, 40)
            tier["threshold"] = str(top)
            if "retain" in tier:
                tier["retain"] = "1"
                if not top:
                    del tier["retain"]
        if self.some(0.35):
            made["metric"] = {"balance": wallet}
            made["window"] = {"lifetime": {}}
            made.pop("rollover_surplus", None)
            if self.some(0.5):
                made["review"] = {"immediate": {}}
                for key in ("valid_for", "round_up", "grace_days"):
                    made.pop(key, None)
        return made

    def scheme(self) -> Json:
        made = super().scheme()
        returns: Json = {}
        if self.some(0.2):
            returns["restore_grace_days"] = self.one([1, 5, 30, 200])
        if self.some(0.3):
            returns["points"] = self.one(["line_attributed", "proportional", "none"])
            for wallet in made["wallets"]:
                wallet.pop("carry", None)
        made |= {"returns": returns} if returns else {}
        return made

    def wallet(self, name: str) -> Json:
        self.names = [name] if name == WALLETS[0] else [*self.names, name]
        made = super().wallet(name)
        if self.some(0.25):
            made["shortfall"] = self.one(["write_off", "charge_refund"])
        return made
