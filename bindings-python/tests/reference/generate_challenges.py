"""Random cases with challenges and referrals."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .cart import Json
from .generate_gains import Gained

UTC = ZoneInfo("Etc/UTC")
PEOPLE = ("member", "other")


class Challenged(Gained):
    """Cases with goals over several purchases, and customers whom others referred."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.pair = self.some(0.25)
        self.keen = self.some(0.3)
        """Whether the purchases are many and regular, as streaks ask for."""
        self.asked: list[Json] = []

    def ladder(self, name: str) -> Json:
        made = super().ladder(name)
        if self.pair:
            # Merges of ladders that are reviewed are left out.
            made |= {"window": {"lifetime": {}}, "review": {"never": {}}}
            for key in ("valid_for", "round_up", "grace_days", "rollover_surplus"):
                made.pop(key, None)
        return made

    def challenge(self, name: str) -> Json:
        made: Json = {"id": name, "parts": [self.part() for _ in range(self.one([1, 1, 2]))]}
        if self.keen and self.some(0.7):
            goal = self.one([{}, {"count": "units"}, {"count": "amount"}]) | {"goal": self.one(["1", "2"])}
            return {"id": name, "parts": [goal], "per": self.one(["day", "week"]), "streak": self.number(2, 3)}
        if self.some(0.3):
            made["when"] = self.condition()
        kind = self.one(["member", "days", "day", "week", "month", "month", "year"])
        if kind == "days":
            made["days"] = self.number(1, 30)
        elif kind != "member":
            made["per"] = kind
            if self.some(0.3):
                made["streak"] = self.number(1, 3)
        if self.some(0.4) and not {"days", "streak"} & set(made):
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
        made = super().scheme()
        challenges = [self.challenge(f"challenge{n}") for n in range(self.one([0, 1, 1, 2]))]
        if challenges:
            made["challenges"] = challenges
        self.asked = [{"challenge": one["id"]} for one in challenges] + [{"referred": {}}]
        for rule in made["earn"]:
            if "event" not in rule["give"] and self.some(0.5):
                rule["when"] = self.asking(rule.get("when"))
        for offer in made.get("offers", ()):
            if self.some(0.3):
                offer["when"] = self.asking(offer.get("when"))
        for card in made.get("cards", ()):
            for rule in card["stamps"]:
                if "event" not in rule["give"] and self.some(0.3):
                    rule["when"] = self.asking(rule.get("when"))
        for reward in self.usable:
            if self.some(0.1):
                reward["when"] = self.asking(reward.get("when"))
        if self.some(0.5):
            made["referrals"] = [self.referral(f"referral{n}") for n in range(self.one([1, 1, 2]))]
        return made

    def step(self, place: int, scheme: Json, sold: list[Json]) -> Json | None:
        made = super().step(place, scheme, sold)
        # Merges of ladders that are set by hand are left out.
        return None if made and self.pair and "assign_tier" in made else made

    def asking(self, when: Json | None) -> Json:
        """A condition that asks for a challenge, or for who referred the customer."""
        asked = self.one(self.asked)
        if self.some(0.15):
            asked = {"not": asked}
        return asked if when is None else {self.one(["all", "any"]): [asked, when]}

    def referral(self, name: str) -> Json:
        made: Json = {"id": name, "event": self.one(["review", "survey", "friend"])}
        if self.some(0.7):
            made["when"] = self.condition() if self.some(0.7) else self.asking(None)
        return made

    def facts(self) -> Json:
        made = super().facts()
        if self.some(0.5):
            made["referral"] = {"referrer": self.one(["member", "other", "ann", "ann"])}
            if self.some(0.2):
                made["referral"]["same_household"] = self.some(0.7)
        return made

    def case(self) -> Json:
        made = super().case()
        steps, scheme = made["steps"], made["scheme"]
        sold = [step["act"]["record"]["purchase"] for step in steps if "record" in step.get("act", {})]
        for place in range(len(steps), len(steps) + self.number(0, 8) + 4 * self.keen):
            act = self.regular(place + 20, sold) if self.keen and self.some(0.7) else self.step(place + 20, scheme, sold)
            steps.append({"act": act} if act else {"standing": True})
        self.pace(steps, ZoneInfo(scheme["time_zone"]))
        if self.pair:
            made["steps"] = self.shared(steps)
        return made

    def regular(self, place: int, sold: list[Json]) -> Json:
        """One more purchase."""
        sold.append(self.purchase(f"p{place}"))
        return {"record": {"purchase": sold[-1], "facts": self.facts()}}

    def pace(self, steps: list[Json], zone: ZoneInfo) -> None:
        """When the acts are: slower, or in days and weeks that follow each other."""
        gaps = self.one([[0, 1, 24, 24, 48], [0, 12, 24, 168], [0, 1, 24, 72, 480, 2160]])
        if self.keen:
            gaps = self.one([[12, 24, 24], [24, 168, 168]])
        now = datetime.fromisoformat(steps[0]["at"])
        for step in steps:
            step["at"] = now.isoformat()
            hours = self.one(gaps) * (self.one([0, 1, 1, 1, 2]) if self.keen else self.number(0, 2))
            now = (now.astimezone(UTC) + timedelta(hours=hours)).astimezone(zone)

    def shared(self, steps: list[Json]) -> list[Json]:
        """The acts of two members, one of whom may be merged into the other."""
        owners: dict[str, str] = {}
        made: list[Json] = []
        gone: str | None = None
        for place, step in enumerate(steps):
            ((kind, body),) = step["act"].items() if "act" in step else (("look", {}),)
            sale = body["purchase"]["id"] if kind == "record" else body.get("purchase")
            name = owners.setdefault(sale, self.one(PEOPLE)) if sale else self.one(PEOPLE)
            if name == gone:
                name = PEOPLE[1 - PEOPLE.index(name)]
            if name != PEOPLE[0]:
                step["member"] = name
            made.append(step)
            by = body.get("facts", {}).get("referral", {}).get("referrer")
            if kind == "record" and by in PEOPLE and by != gone and self.some(0.6):
                event: Json = {"event": {"id": f"of-{sale}", "name": self.one(["review", "survey", "friend"])}}
                made.append({"at": step["at"], "act": event} | ({"member": by} if by != PEOPLE[0] else {}))
            if gone is None and place > 1 and self.some(0.1):
                pair = self.random.sample(PEOPLE, 2)
                made.append({"at": step["at"], "member": pair[0], "other": pair[1], "merge": {"id": f"merge{place}"}})
                gone = pair[1]
        return made
