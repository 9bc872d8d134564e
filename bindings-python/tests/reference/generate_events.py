"""Random cases with events, and with points that wait for news of their purchase."""

from __future__ import annotations

from typing import Any

from .cart import Json
from .generate import Maker

NAMES = ("review", "survey")
NEWS = ("delivered", "paid")
WITHOUT_PURCHASE = ("segment", "flag", "weekday", "month_day", "hours", "between", "tier")


class Happens(Maker):
    """Cases in which events bring points and stamps, and purchases are fulfilled."""

    def pending(self) -> Json:
        return {"event": self.one(NEWS)} if self.some(0.6) else super().pending()

    def quiet(self) -> Json:
        """A condition that asks for no purchase."""
        while True:
            made = self.condition()
            if asks_nothing(made):
                return made

    def scheme(self) -> Json:
        made = super().scheme()
        for rule in made["earn"]:
            if self.some(0.15) and "multiply" not in rule["give"]:
                rule["pending"] = {"event": self.one(NEWS)}
        for number in range(self.number(1, 3)):
            rule = self.event_rule(f"event{number}", made["wallets"])
            made["earn"].insert(self.number(0, len(made["earn"])), rule)
        return made

    def event_rule(self, name: str, wallets: list[Json]) -> Json:
        give: Json = {"name": self.one(NAMES), "points": str(self.number(1, 30))}
        if self.some(0.25):
            give["every"] = self.number(2, 3)
        made: Json = {"id": name, "wallet": self.one(wallets)["id"], "give": {"event": give}}
        if self.some(0.3):
            made["when"] = self.quiet()
        if self.some(0.3):
            made["caps"] = self.caps()
        if self.some(0.3):
            made["times"] = self.times()
        if self.some(0.3):
            made["pending"] = {"after": self.span(True)}
        if self.some(0.3):
            made["expiry"] = {"rolling": {"after": self.span(True)}}
        if self.some(0.2):
            made["promotional"] = True
        return made

    def card(self, name: str) -> Json:
        made = super().card(name)
        if self.some(0.7):
            give: Json = {"name": self.one(NAMES)} | ({"stamps": self.number(2, 3)} if self.some(0.3) else {})
            rule: Json = {"give": {"event": give}}
            if self.some(0.4):
                rule["when"] = self.quiet()
            made["stamps"].insert(self.number(0, len(made["stamps"])), rule)
        return made

    def step(self, place: int, scheme: Json, sold: list[Json]) -> Json | None:
        kind = self.one(["event"] * 4 + ["fulfil"] * (2 if sold else 0) + ["other"] * 6)
        if kind == "event":
            facts = self.facts()
            body: Json = {"id": f"act{place}", "name": self.one(NAMES)} | ({"facts": facts} if facts else {})
            return {"event": body}
        if kind == "fulfil":
            purchase: Any = self.one(sold)["id"] if self.some(0.97) else "none"
            return {"fulfil": {"id": f"act{place}", "purchase": purchase, "name": self.one(NEWS)}}
        return super().step(place, scheme, sold)


def asks_nothing(condition: Json) -> bool:
    """Whether a condition asks for no purchase."""
    ((kind, said),) = condition.items()
    if kind in ("all", "any"):
        return all(asks_nothing(one) for one in said)
    return asks_nothing(said) if kind == "not" else kind in WITHOUT_PURCHASE
