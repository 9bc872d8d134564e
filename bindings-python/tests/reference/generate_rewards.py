"""Random cases in which rewards are used."""

from __future__ import annotations

from typing import Any

from .cart import Json
from .generate_payments import Payments


class Used(Payments):
    """Cases with rewards that lower a price: bought, given by hand, or brought by a tier."""

    def scheme(self) -> Json:
        made = super().scheme()
        wallets = [one["id"] for one in made["wallets"]]
        rewards = [self.reward(f"reward{n}", wallets) for n in range(self.number(1, 4))]
        made["rewards"] = [*made.get("rewards", ()), *rewards]
        for reward in rewards:
            if "cost" not in reward:
                # Something has to bring it: the last tier, which few reach, else points.
                if "ladders" in made:
                    made["ladders"][0]["tiers"][-1].setdefault("rewards", []).append(reward["id"])
                else:
                    reward["cost"] = {"points": "12"}
        self.usable = rewards
        if self.some(0.25):
            made.setdefault("earn_base", {})["own_reward"] = "before"
        return made

    def reward(self, name: str, wallets: list[str]) -> Json:
        made: Json = {"id": name, "gives": self.gives()}
        if self.some(0.85):
            cost: Json = {"points": str(self.number(0, 20))}
            made["cost"] = cost
            if self.some(0.4):
                cost["wallet"] = self.one(wallets)
            if self.tiers and self.some(0.3):
                tier = self.one(self.tiers)[1]
                cost["by_tier"] = [{"tier": tier, "points": str(self.number(0, 20))}]
        if self.some(0.4):
            made["valid_for"] = self.span(self.some(0.7))
            if self.some(0.3):
                made["round_up"] = self.one(["day", "month", "year"])
        if self.some(0.12):
            made["when"] = self.condition()
        if self.some(0.2):
            made["limit_per_member"] = self.number(1, 3)
        if self.some(0.2):
            made["max_share"] = {"percent": self.one(["25", "33.3", "50", "90"])}
            if self.some(0.4):
                made["max_share"]["excess"] = self.one(["trim", "reject"])
        return made

    def gives(self) -> Json:
        kind = self.one(["free_product", "free_product", "percent", "percent", "amount", "amount"])
        said: Any = {}
        match kind:
            case "free_product":
                if self.some(0.4):
                    said["units"] = self.number(1, 3)
                if self.some(0.5):
                    said["choice"] = self.one(["cheapest", "dearest", "line_order"])
            case "percent":
                said["percent"] = self.percent()
                if self.some(0.3):
                    said["amount_max"] = self.amount(9)
            case "amount":
                said["amount"] = self.amount(19)
        if self.some(0.35):
            said["target"] = self.target()
        return {kind: said}

    def definition(self, name: str) -> Json:
        return next(one for one in self.usable if one["id"] == name)

    def purchase(self, name: str) -> Json:
        made = super().purchase(name)
        if self.some(0.75):
            made.pop("pay_points", None)
        if self.some(0.7):
            picked = self.random.sample(self.usable, self.one([1, 1, min(2, len(self.usable))]))
            made["claims"] = [
                {"reward": one["id"]} | ({"quantity": self.number(1, 3)} if self.some(0.12) else {}) for one in picked
            ]
            if self.some(0.02):
                made["claims"].append({"reward": "none"})
        return made

    def case(self) -> Json:
        made = super().case()
        # Rewards to use, some of which lapse before they are.
        for number in range(self.number(1, 4)):
            reward = self.one(self.usable)["id"]
            act: Json = {"grant": {"id": f"given{number}", "reward": reward, "actor": "clerk", "reason": "test"}}
            if "when" not in self.definition(reward) and self.some(0.4):
                order: Json = {"reward": reward} | ({"quantity": self.number(1, 2)} if self.some(0.3) else {})
                act = {"redeem": {"id": f"bought{number}", "on": {"reward": order}}}
            place = self.number(0, min(2 * number + 1, len(made["steps"]) - 1))
            made["steps"].insert(place, {"at": made["steps"][place]["at"], "act": act})
        return made
