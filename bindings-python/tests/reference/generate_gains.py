"""Random cases with ladders of points."""

from __future__ import annotations

from .cart import Json
from .generate_events import Happens
from .generate_tiers import Reviewed


class Gained(Happens, Reviewed):
    """Cases whose ladders measure points that were earned, or a balance."""

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
                made.pop("valid_for", None)
        return made

    def wallet(self, name: str) -> Json:
        self.names = [name] if name == "points" else [*self.names, name]
        return super().wallet(name)


class Challenged(Gained):
    """Cases with goals over several purchases, and customers whom others referred."""

    def challenge(self, name: str) -> Json:
        made: Json = {"id": name, "parts": [self.part() for _ in range(self.one([1, 1, 2]))]}
        if self.some(0.3):
            made["when"] = self.condition()
        kind = self.one(["member", "days", "day", "week", "month", "month", "year"])
        if kind == "days":
            made["days"] = self.number(1, 30)
        elif kind != "member":
            made["per"] = kind
            if self.some(0.3):
                made["streak"] = self.number(1, 3)
        if self.some(0.4):
            made["repeat"] = True
        return made

    def part(self) -> Json:
        made: Json = {"count": self.one(["purchases", "units", "amount"])}
        if self.some(0.4):
            made["target"] = self.target()
        match made["count"]:
            case "amount":
                made["goal"] = self.amount(60)
            case "units":
                made["goal"] = str(self.number(1, 8))
            case _:
                made["goal"] = str(self.number(1, 3))
                if self.some(0.5):
                    del made["count"]
        return made

    def scheme(self) -> Json:
        self.asked: list[Json] = []
        made = super().scheme()
        challenges = [self.challenge(f"challenge{n}") for n in range(self.one([0, 1, 1, 2]))]
        if challenges:
            made["challenges"] = challenges
        self.asked = [{"challenge": one["id"]} for one in challenges] + [{"referred": {}}]
        for rule in made["earn"]:
            if "event" not in rule["give"] and self.some(0.5):
                rule["when"] = self.asking(rule.get("when"))
        if self.some(0.5):
            made["referrals"] = [self.referral(f"referral{n}") for n in range(self.one([1, 1, 2]))]
        return made

    def asking(self, when: Json | None) -> Json:
        """A condition that asks for a challenge, or for who referred the customer."""
        asked = self.one(self.asked)
        if self.some(0.15):
            asked = {"not": asked}
        return asked if when is None else {self.one(["all", "any"]): [asked, when]}

    def referral(self, name: str) -> Json:
        made: Json = {"id": name, "event": self.one(["review", "survey", "friend"])}
        if self.some(0.7):
            made["when"] = self.condition()
        return made

    def facts(self) -> Json:
        made = super().facts()
        if self.some(0.5):
            made["referral"] = {"referrer": self.one(["member", "ann", "ann", "bob"])}
            if self.some(0.2):
                made["referral"]["same_household"] = self.some(0.7)
        return made
