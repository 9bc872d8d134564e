"""Random cases with holds, birthdays, and a second member."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .cart import Json
from .generate_events import Happens
from .generate_rewards import Used

MEMBERS = ("member", "other")
UTC = ZoneInfo("Etc/UTC")


class Shared(Happens, Used):
    """Cases in which points are put aside, given to another member, and poured together."""

    def scheme(self) -> Json:
        made = super().scheme()
        if self.some(0.7):
            # What is left to be found is not among the discounts.
            for name in ("offers", "stacking", "discount_rounding"):
                made.pop(name, None)
        returns: Json = {}
        if self.some(0.3):
            returns["restore_grace_days"] = self.one([1, 5, 30, 200])
        if self.some(0.25):
            returns["points"] = self.one(["line_attributed", "proportional", "none"])
            for wallet in made["wallets"]:
                wallet.pop("carry", None)
        made |= {"returns": returns} if returns else {}
        cost = {"points": str(self.number(0, 5))}
        made["rewards"].append({"id": "voucher", "gives": {"custom": {"text": "voucher"}}, "cost": cost})
        if self.some(0.5):
            made["rewards"][-1]["valid_for"] = self.span(self.some(0.7))
        return made

    def wallet(self, name: str) -> Json:
        made = super().wallet(name)
        if self.some(0.25):
            made["expiry"] = {"activity": {"after": {"days": self.number(5, 60)}}}
        if self.some(0.2):
            made["shortfall"] = "write_off"
        return made

    def near(self) -> Json:
        kind = self.one(["birthday", "enrolment_anniversary"])
        days: Json = {}
        if self.some(0.8):
            days["days_before"] = self.number(1, 120)
        if self.some(0.8):
            days["days_after"] = self.number(1, 120)
        return {kind: days}

    def rule(self, name: str, wallets: list[Json]) -> Json:
        return self.with_occasion(super().rule(name, wallets))

    def event_rule(self, name: str, wallets: list[Json]) -> Json:
        return self.with_occasion(super().event_rule(name, wallets))

    def with_occasion(self, rule: Json) -> Json:
        if self.some(0.25):
            rule["when"] = {"all": [self.near(), rule["when"]]} if "when" in rule and self.some(0.4) else self.near()
        return rule

    def facts(self) -> Json:
        made = super().facts()
        if self.some(0.6):
            made["birthday"] = self.one(["01-05", "02-29", "03-14", "07-30", "12-28"])
        return made

    def purchase(self, name: str) -> Json:
        made = super().purchase(name)
        for key in ("claims", "pay_points"):
            if self.some(0.8):
                made.pop(key, None)
        return made

    def rich(self, place: int, scheme: Json) -> Json:
        """Points to begin with."""
        wallet = scheme["wallets"][0] if self.some(0.7) else self.one(scheme["wallets"])
        change: Json = {"wallet": wallet["id"], "points": str(self.number(5, 60))}
        return {"adjust": {"id": f"act{place}", "change": {"points": change}, "actor": "clerk", "reason": "test"}}

    def between(self, place: int, scheme: Json, pair: list[str], merged: bool) -> Json:
        """An act between two members."""
        step: Json = {"member": pair[0], "other": pair[1]}
        if not merged and self.some(0.25):
            return step | {"merge": {"id": f"act{place}"}}
        wallet = self.one(scheme["wallets"])["id"]
        return step | {"transfer": {"id": f"act{place}", "wallet": wallet, "points": str(self.number(1, 15))}}

    def own(self, place: int, scheme: Json, now: datetime, holds: list[str]) -> Json | None:
        """An act of this family for one member."""
        name = f"act{place}"
        kind = self.one(["hold"] * 5 + ["capture"] * 6 + ["release", "grant", "grant", "buy", "enrol", "owe", "owe", "reinstate"])
        match kind:
            case "hold":
                gap = self.one([timedelta(minutes=30), timedelta(days=1), timedelta(days=4), timedelta(days=30)])
                until = (now.astimezone(UTC) + gap * self.number(1, 4)).astimezone(now.tzinfo)
                body: Json = {"id": name, "until": until.isoformat()}
                if self.some(0.85):
                    wallets = scheme["wallets"] if self.some(0.2) else scheme["wallets"][:1]
                    body["points"] = [{"wallet": one["id"], "points": str(self.number(1, 6))} for one in wallets]
                if self.some(0.2):
                    reward = self.one([one["id"] for one in self.usable] + ["voucher"] * 4)
                    body["rewards"] = [{"reward": reward} | ({"quantity": 2} if self.some(0.2) else {})]
                holds.append(name)
                return {"hold": body}
            case "capture" | "release":
                if not holds:
                    return self.own(place, scheme, now, holds) if self.some(0.9) else {kind: {"id": name, "hold": "none"}}
                return {kind: {"id": name, "hold": holds[-1] if self.some(0.8) else self.one(holds)}}
            case "grant":
                reward = self.one([one["id"] for one in self.usable] + ["voucher"] * 3)
                return {"grant": {"id": name, "reward": reward, "actor": "clerk", "reason": "test"}}
            case "buy":
                return {"redeem": {"id": name, "on": {"reward": {"reward": "voucher"}}}}
            case "reinstate":
                wallet = self.one(scheme["wallets"])["id"]
                days = {"lapsed_days_max": self.number(0, 100), "valid_days": self.number(1, 40)}
                return {kind: {"id": name, "wallet": wallet, "actor": "clerk", "reason": "test"} | days}
            case "owe":
                change: Json = {"wallet": self.one(scheme["wallets"])["id"], "points": f"-{self.number(5, 60)}"}
                change["allow_deficit"] = True
                return {"adjust": {"id": name, "change": {"points": change}, "actor": "clerk", "reason": "test"}}
            case "enrol":
                return {"enrol": {"id": name}}
        return None

    def case(self) -> Json:
        scheme = self.scheme()
        zone = ZoneInfo(scheme["time_zone"])
        now = datetime(2026, self.number(1, 3), self.number(1, 28), self.number(0, 23), self.number(0, 59), tzinfo=zone)
        steps: list[Json] = []
        sold: dict[str, list[Json]] = {name: [] for name in MEMBERS}
        holds: dict[str, list[str]] = {name: [] for name in MEMBERS}
        gone: str | None = None
        quick = self.some(0.4)
        for place in range(self.number(5, 15)):
            name = self.one(["member", "member", "other"])
            if place < 2:
                name = MEMBERS[place]
            if gone is not None and name == gone and self.some(0.9):
                name = MEMBERS[1 - MEMBERS.index(name)]
            step: Json = {"at": now.isoformat()}
            if place > 1 and self.some(0.02 if gone else 0.25):
                step |= self.between(place, scheme, self.random.sample(MEMBERS, 2), gone is not None)
                if "merge" in step:
                    survivor, poured = str(step["member"]), str(step["other"])
                    sold[survivor] += sold[poured]
                    holds[survivor] += holds[poured]
                    gone = poured
            else:
                act: Json | None
                if place < 4 and self.some(0.6):
                    act = self.rich(place, scheme)
                elif self.some(0.35):
                    act = self.own(place, scheme, now, holds[name])
                else:
                    act = self.step(place, scheme, sold[name])
                step |= {"act": act} if act else {"standing": True}
                if name != "member":
                    step["member"] = name
            steps.append(step)
            hours = self.one([0, 0, 1, 24, 72, *([] if quick else [480, 480, 3600])]) * self.number(0, 2)
            now = (now.astimezone(UTC) + timedelta(hours=hours)).astimezone(zone)
        return {"scheme": scheme, "steps": steps}
