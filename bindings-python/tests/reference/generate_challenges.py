"""Random cases with challenges and referrals."""

from __future__ import annotations

from .cart import Json
from .generate_gains import Gained


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
        # What is missing of several parts that repeat is left out.
        if self.some(0.4) and len(made["parts"]) == 1 and not {"days", "streak"} & set(made):
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
