"""Random cases with ladders of points."""

from __future__ import annotations

from .cart import Json
from .gains import waits
from .generate import WALLETS
from .generate_events import Happens
from .generate_tiers import Reviewed


def calm(ladder: Json) -> bool:
    """Whether a ladder is reviewed on no day of its own."""
    return bool({"never", "immediate"} & set(ladder["review"]))


class Gained(Happens, Reviewed):
    """Cases whose ladders measure points that were earned, or a balance."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.names: list[str] = []
        self.without: set[str] = set()
        """Acts that are left out, as engine and documents differ on what they bring."""

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
            made.pop("count_pending", None)
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
        terms = [*made["wallets"], *made["earn"]]
        if any("balance" in one["metric"] for one in made["ladders"]):
            # A tier of a balance does not rise before the next act, and its rewards stay when a return loses it.
            for one in terms:
                if "after" in one.get("pending", {}):
                    del one["pending"]
            for ladder in made["ladders"]:
                if "balance" in ladder["metric"]:
                    self.bring(made, ladder, {"cost": {"points": "12"}})
        pending = [one["pending"] for one in terms if "pending" in one]
        if any("after" in one for one in pending) and any(waits(one) for one in made["ladders"]):
            # What becomes usable is measured on the day of the next act.
            self.without.add("assign_tier")
            for ladder in made["ladders"]:
                if waits(ladder):
                    ladder["review"] = {self.one(["never", "immediate"]): {}}
                    for key in ("valid_for", "round_up", "grace_days", "rollover_surplus"):
                        ladder.pop(key, None)
                    self.bring(made, ladder, None)
                if waits(ladder) or "immediate" in ladder["review"]:
                    ladder["window"] = {"lifetime": {}}
        if pending and any(ladder.get("count_pending") for ladder in made["ladders"]):
            # What returns take of points that wait is not taken of what counts them.
            self.without |= {"refund", "cancel"}
        if pending and any(waits(one) and ("lifetime" not in one["window"] or not calm(one)) for one in made["ladders"]):
            # Nor is it taken on the day on which they became usable.
            self.without |= {"refund", "cancel"}
        if pending and any(waits(one) for one in made["ladders"]) and "points" not in returns:
            # What a further return gives back is measured twice.
            self.without.add("refund")
        if any(one.get("on_return") == "never" and "points_earned" in one["metric"] for one in made["ladders"]):
            # What a return left is not taken by a later cancel.
            self.without.add("cancel")
        return made

    def bring(self, scheme: Json, ladder: Json, instead: Json | None) -> None:
        """Rewards of a ladder are brought by something else instead, or are valid for ever."""
        for tier in ladder["tiers"]:
            for reward in scheme["rewards"]:
                if reward["id"] not in tier.get("rewards", ()):
                    continue
                if instead is None:
                    reward.pop("valid_for", None)
                    reward.pop("round_up", None)
                else:
                    reward |= {key: one for key, one in instead.items() if key not in reward}
            if instead is not None:
                tier.pop("rewards", None)

    def step(self, place: int, scheme: Json, sold: list[Json]) -> Json | None:
        made = super().step(place, scheme, sold)
        return None if made and self.without & set(made) else made

    def wallet(self, name: str) -> Json:
        self.names = [name] if name == WALLETS[0] else [*self.names, name]
        made = super().wallet(name)
        if self.some(0.25):
            made["shortfall"] = self.one(["write_off", "charge_refund"])
        return made
