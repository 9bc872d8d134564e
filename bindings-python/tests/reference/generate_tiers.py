"""Random cases whose tiers are reviewed, kept, lost and set by hand."""

from __future__ import annotations

from .cart import Json
from .generate_rewards import Used


class Reviewed(Used):
    """Cases with ladders over windows of time."""

    def scheme(self) -> Json:
        while "ladders" not in (made := super().scheme()):
            self.tiers = []
        self.ladders = made["ladders"]
        return made

    def ladder(self, name: str) -> Json:
        made = super().ladder(name)
        period = self.one(["month", "quarter", "year"])
        made["window"] = self.one(
            [
                {"lifetime": {}},
                {"rolling": {self.one(["days", "months"]): self.number(1, 6)}},
                {"calendar": {"period": period}},
                {"calendar": {"period": period}},
                {"anniversary": {}},
            ]
        )
        kind = self.one(["never", "at_validity_end", "at_validity_end", "calendar", "calendar", "every", "immediate"])
        made["review"] = {kind: {}}
        if kind == "calendar":
            made["review"] = {kind: {"period": period if self.some(0.6) else self.one(["month", "quarter", "year"])}}
        if kind == "every":
            made["review"] = {kind: {self.one(["days", "months"]): self.number(1, 12)}}
        if kind == "at_validity_end":
            made["valid_for"] = {self.one(["days", "months"]): self.number(1, 12)}
            if self.some(0.3):
                made["round_up"] = self.one(["day", "month", "year"])
            if self.some(0.4):
                made["grace_days"] = self.number(1, 20)
        if self.some(0.7) and made["window"] == made["review"]:
            made["rollover_surplus"] = True
        if self.some(0.6):
            made["downgrade"] = self.one(["one_down", "to_base", "never"])
        if self.some(0.4):
            made["on_return"] = self.one(["at_review", "never"])
        for tier in made["tiers"]:
            if self.some(0.3) and tier["threshold"] not in ("0", "0.00"):
                tier["retain"] = "1.00" if "." in tier["threshold"] else "1"
        return made

    def step(self, place: int, scheme: Json, sold: list[Json]) -> Json | None:
        if self.some(0.05):
            return {"enrol": {"id": f"act{place}"}}
        if self.some(0.1):
            ladder = self.one(self.ladders)
            body: Json = {"id": f"act{place}", "ladder": ladder["id"], "actor": "clerk", "reason": "test"}
            body["tier"] = self.one(ladder["tiers"])["id"]
            if self.some(0.3):
                body["floor"] = True
            return {"assign_tier": body}
        return super().step(place, scheme, sold)
