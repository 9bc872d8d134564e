"""Random cases: a scheme, and a history of acts with the carts between them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from .cart import Json

ZONES = ("Etc/UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata")
SKUS = ("a", "b", "c")
CATEGORIES = ("x", "y")
WALLETS = ("points", "second")


class Maker:
    """Makes one case of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.tiers: list[tuple[str, str]] = []

    def some(self, chance: float) -> bool:
        return self.random.random() < chance

    def one(self, choices: Any) -> Any:
        return self.random.choice(list(choices))

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    # The scheme.

    def span(self, civil: bool) -> Json:
        if civil:
            return {self.one(["days", "days", "months"]): self.number(1, 3)}
        return {self.one(["hours", "exact_days", "minutes"]): self.number(1, 40)}

    def pending(self) -> Json:
        return {"after": self.span(self.some(0.7))}

    def expiry(self, instants: bool) -> Json:
        kind = self.one(["never", "rolling", "rolling", "end_of_month", "end_of_year", "fixed_date", "activity"])
        if kind == "never":
            return {"never": {}}
        if kind == "fixed_date":
            return {kind: {"date": f"2026-{self.number(1, 12):02d}-{self.number(1, 28):02d}"}}
        if kind.startswith("end"):
            return {kind: {"later": self.number(0, 2)} if self.some(0.5) else {}}
        after = {self.one(["days", "months"]): self.number(1, 20)}
        if instants and self.some(0.3):
            after = {self.one(["hours", "exact_days"]): self.number(1, 60)}
        made: Json = {"after": after}
        if self.some(0.3):
            made["round_up"] = self.one(["day", "month", "year"])
        if self.some(0.2):
            made["last_day"] = "exclusive"
        return {kind: made}

    def wallet(self, name: str) -> Json:
        made: Json = {"id": name}
        if self.some(0.4):
            made["precision"] = self.number(0, 3)
        if self.some(0.3):
            made["rounding"] = self.one(["half_up", "half_down", "half_even", "down", "up", "floor", "ceil"])
        if self.some(0.35):
            made["pending"] = self.pending()
        if self.some(0.7):
            made["expiry"] = self.expiry(True)
        if self.some(0.3):
            made["draw"] = self.one(["oldest", "promotional_first", "earliest_expiry"])
        if self.some(0.2):
            made["carry"] = True
        elif self.some(0.2):
            made["round_per_rule"] = True
        if self.some(0.2):
            made["balance_max"] = str(self.number(5, 120))
        if self.some(0.3):
            made["caps"] = self.caps()
        if self.some(0.2):
            made["drain_other_lots"] = False
        return made

    def caps(self) -> list[Json]:
        periods = self.random.sample(["order", "day", "week", "month", "year", "member"], self.number(1, 2))
        return [{"per": per, "points": str(self.number(1, 80))} for per in periods]

    def times(self) -> list[Json]:
        return [{"per": self.one(["day", "week", "month", "year", "member"]), "times": self.number(1, 3)}]

    def target(self) -> Json:
        made: Json = {}
        if self.some(0.5):
            made["skus"] = self.random.sample(SKUS, self.number(1, 2))
        if self.some(0.4):
            made["categories"] = [self.one(CATEGORIES)]
        if self.some(0.2):
            made["price_from"] = f"{self.number(1, 9)}.00"
        if self.some(0.1):
            made["except"] = {"tags": ["sale"]}
        return made or {"tags": ["sale"]}

    def condition(self, depth: int = 0) -> Json:
        kinds = ["channel", "store", "segment", "flag", "weekday", "month_day", "hours", "between", "nth_purchase",
                 "first_purchase", "min_amount", "min_amount", "min_quantity", "code"]  # fmt: skip
        if self.tiers and self.some(0.25):
            ladder, tier = self.one(self.tiers)
            return {"tier": {"ladder": ladder, "any_of": [tier]}}
        if depth < 2 and self.some(0.2):
            kind = self.one(["all", "any", "not"])
            if kind == "not":
                return {"not": self.condition(depth + 1)}
            return {kind: [self.condition(depth + 1) for _ in range(self.number(1, 3))]}
        kind = self.one(kinds)
        said: Any
        match kind:
            case "channel":
                said = [self.one(["web", "till"])]
            case "store":
                said = ["paris", "rome"][: self.number(1, 2)]
            case "segment" | "flag":
                said = [self.one(["s1", "s2"])]
            case "weekday":
                said = self.random.sample(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], self.number(2, 5))
            case "month_day":
                said = sorted(self.random.sample(range(1, 32), 12))
            case "hours":
                start, end = self.random.sample(range(0, 25), 2)
                start %= 24
                end = end or 24
                if start == end:
                    end = start % 24 + 1
                said = {"from": f"{start:02d}:00", "until": f"{end:02d}:00"}
            case "between":
                said = {"from": f"2026-01-{self.number(1, 28):02d}"}
                if self.some(0.5):
                    said["until"] = f"2026-0{self.number(2, 5)}-01T10:00"
            case "nth_purchase":
                said = {"every": self.number(1, 3)} if self.some(0.6) else {"at": [self.number(1, 4)]}
            case "first_purchase":
                said = {"again_after_return": True} if self.some(0.4) else {}
            case "min_amount":
                said = {"amount": f"{self.number(1, 40)}.{self.number(0, 99):02d}"}
                if self.some(0.3):
                    said["target"] = self.target()
                if self.some(0.4):
                    said["base"] = self.one(["list", "after_item", "running"])
            case "min_quantity":
                said = {"quantity": self.number(1, 6)}
                if self.some(0.3):
                    said["target"] = self.target()
                if self.some(0.3):
                    said["different"] = True
            case _:
                said = ["SPRING"]
        return {kind: said}

    def points(self, precision: int) -> str:
        """A number of points above zero in whole steps."""
        return str(self.number(1, 30)) if not precision or self.some(0.5) else f"{self.number(1, 9)}.{self.number(1, 9)}"

    def rule(self, name: str, wallets: list[Json]) -> Json:
        wallet = self.one(wallets)
        made: Json = {"id": name}
        if wallet is not wallets[0]:
            made["wallet"] = wallet["id"]
        kind = self.one(["per_amount"] * 4 + ["per_unit"] * 2 + ["per_purchase", "fixed", "multiply", "multiply"])
        match kind:
            case "per_amount":
                give: Json = {"points": self.points(1), "per": f"{self.number(0, 9)}.{self.number(1, 99):02d}"}
            case "multiply":
                # A carried fraction of many decimals is rounded at twelve; the model keeps it whole.
                fine = [] if wallet.get("carry") else ["1.333333"]
                give = {"factor": self.one(["1", "1.5", "2", "3", "1.1", *fine])}
            case "fixed":
                give = {"points": str(self.number(1, 20))}
            case _:
                give = {"points": self.points(1)}
        made["give"] = {kind: give}
        if self.some(0.35):
            made["when"] = self.condition()
        if kind != "fixed" and self.some(0.35):
            made["target"] = self.target()
        if self.some(0.2):
            made["caps"] = self.caps()
        if self.some(0.15):
            made["times"] = self.times()
        if self.some(0.1):
            made["sticky"] = True
        if kind == "multiply":
            return made
        if self.some(0.1):
            made["multiplied"] = self.some(0.5)
        if made.get("multiplied", kind != "fixed") is False and self.some(0.3):
            made["requires_base"] = True
        if self.some(0.15):
            made["pending"] = {"after": self.span(True)}
        if self.some(0.15):
            made["expiry"] = self.expiry(False)
            while "activity" in made["expiry"]:
                made["expiry"] = self.expiry(False)
        if self.some(0.15):
            made["promotional"] = True
        return made

    def scheme(self) -> Json:
        made: Json = {
            "format": 1,
            "id": "com.example.reference",
            "name": "Reference",
            "currency": "EUR",
            "time_zone": self.one(ZONES),
        }
        wallets = [self.wallet(name) for name in WALLETS[: self.one([1, 1, 2])]]
        made["wallets"] = wallets
        if self.some(0.15):
            made["exclude"] = {"target": self.target()}
        if self.some(0.1):
            made.setdefault("exclude", {})["discounted_lines"] = True
        if self.some(0.3):
            made["combine_multipliers"] = self.one(["sum_of_increments", "best"])
        if self.some(0.2):
            made["combine_rules"] = "best"
        if self.some(0.35):
            made["ladders"] = [self.ladder(f"ladder{n}") for n in range(self.number(1, 2))]
            self.tiers = [(one["id"], tier["id"]) for one in made["ladders"] for tier in one["tiers"]]
        made["earn"] = [self.rule(f"rule{n}", wallets) for n in range(self.number(1, 5))]
        if self.some(0.35):
            made["rewards"] = [{"id": name, "gives": {"custom": {"text": name}}} for name in ("gift", "extra")]
            for reward in made["rewards"]:
                if self.some(0.3):
                    reward["valid_for"] = self.span(True)
            made["cards"] = [self.card("card0")]
            uses = json.dumps(made["cards"])
            made["rewards"] = [reward for reward in made["rewards"] if f'"{reward["id"]}"' in uses]
        return made

    def ladder(self, name: str) -> Json:
        kind = self.one(["spend", "spend", "visits", "items"])
        made: Json = {
            "id": name,
            "metric": {kind: {"target": self.target()} if self.some(0.3) else {}},
            "window": {"lifetime": {}},
            "review": {"never": {}},
            "tiers": [],
        }
        if self.some(0.3):
            made["counts_own_purchase"] = True
        top = 0
        for n in range(self.number(1, 3)):
            top += self.number(0 if n == 0 else 1, 40 if kind == "spend" else 3)
            tier: Json = {"id": f"tier{n}", "threshold": f"{top}.00" if kind == "spend" else str(top)}
            if self.some(0.6):
                factor = self.one(["1.25", "1.5", "2"])
                tier["benefits"] = [{"id": f"{name}-{n}", "benefit": {"multiply": {"factor": factor}}}]
            made["tiers"].append(tier)
        return made

    def card(self, name: str) -> Json:
        made: Json = {"id": name, "target": self.number(2, 6), "stamps": []}
        for _ in range(self.one([1, 1, 2])):
            kind = self.one(["per_unit", "per_unit", "per_purchase", "per_amount"])
            give: Json = {} if kind != "per_amount" else {"per": f"{self.number(1, 15)}.00"}
            if self.some(0.2):
                give["stamps"] = 2
            rule: Json = {"give": {kind: give}}
            if self.some(0.3):
                rule["when"] = self.condition()
            if self.some(0.3):
                rule["target"] = self.target()
            if self.some(0.2):
                rule["sticky"] = True
            made["stamps"].append(rule)
        if self.some(0.8):
            made["rewards"] = ["gift"]
        if self.some(0.4) and made["target"] > 2:
            made["milestones"] = [{"stamps": self.number(1, made["target"] - 1), "reward": "extra"}]
        if self.some(0.3):
            made["start_stamps"] = self.number(1, made["target"] - 1)
            if self.some(0.4):
                made["start_stamps_again"] = True
        if self.some(0.2):
            made["overflow"] = "discard"
        if self.some(0.3):
            made["valid_for"] = self.span(self.some(0.7))
        if self.some(0.2):
            made["stamps_per_day"] = self.number(1, 6)
        if self.some(0.15):
            made["minutes_between"] = self.number(1, 90)
        return made

    # The history.

    def line(self) -> Json:
        made: Json = {"sku": self.one(SKUS), "price": f"{self.number(0, 19)}.{self.number(0, 99):02d}"}
        if self.some(0.5):
            made["quantity"] = self.number(1, 4)
        if self.some(0.6):
            made["categories"] = [self.one(CATEGORIES)]
        if self.some(0.15):
            made["tags"] = ["sale"]
        if self.some(0.05):
            made["gift_card"] = True
        if self.some(0.05):
            made["discounted"] = True
        return made

    def purchase(self, name: str) -> Json:
        made: Json = {"id": name, "currency": "EUR", "lines": [self.line() for _ in range(self.number(1, 4))]}
        if self.some(0.5):
            made["channel"] = self.one(["web", "till"])
        if self.some(0.3):
            made["store"] = self.one(["paris", "rome"])
        if self.some(0.2):
            made["codes"] = ["spring"]
        return made

    def facts(self) -> Json:
        made: Json = {}
        if self.some(0.3):
            made["segments"] = [self.one(["s1", "s2"])]
        if self.some(0.3):
            made["flags"] = [self.one(["s1", "s2"])]
        return made

    def step(self, place: int, scheme: Json, sold: list[Json]) -> Json | None:
        kind = self.one(["record"] * 5 + ["refund"] * 4 + ["cancel", "redeem", "redeem", "adjust", "adjust", "look", "due"])
        if kind in ("refund", "cancel") and not sold:
            kind = "record"
        name = f"act{place}"
        match kind:
            case "record":
                purchase = self.purchase(f"p{place}")
                sold.append(purchase)
                facts = self.facts()
                return {"record": {"purchase": purchase} | ({"facts": facts} if facts else {})}
            case "refund":
                purchase = self.one(sold)
                picked = self.random.sample(range(len(purchase["lines"])), self.number(1, len(purchase["lines"])))
                lines = []
                for i in sorted(picked):
                    line = purchase["lines"][i]
                    back: Json = {"quantity": self.number(1, line.get("quantity", 1))}
                    if self.some(0.2):
                        back = {"amount": f"{self.number(0, 9)}.{self.number(1, 99):02d}"}
                    lines.append({"line": str(i + 1), "back": back})
                return {"refund": {"id": name, "purchase": purchase["id"], "lines": lines}}
            case "cancel":
                return {"cancel": {"id": name, "purchase": self.one(sold)["id"]}}
            case "redeem":
                wallet = self.one(scheme["wallets"])["id"]
                return {"redeem": {"id": name, "on": {"points": {"wallet": wallet, "points": str(self.number(1, 40))}}}}
            case "adjust":
                points = self.number(1, 50) * self.one([1, 1, -1])
                change: Json = {"wallet": self.one(scheme["wallets"])["id"], "points": str(points)}
                if points < 0 and self.some(0.6):
                    change["allow_deficit"] = True
                return {"adjust": {"id": name, "change": {"points": change}, "actor": "clerk", "reason": "test"}}
            case "due":
                return {"due": {"id": name}}
        return None

    def case(self) -> Json:
        scheme = self.scheme()
        zone = ZoneInfo(scheme["time_zone"])
        now = datetime(2026, 1, self.number(1, 31), self.number(0, 23), self.number(0, 59), tzinfo=zone)
        steps = []
        sold: list[Json] = []
        for place in range(self.number(2, 9)):
            act = self.step(place, scheme, sold)
            text = now.isoformat()
            steps.append({"at": text, "act": act} if act else {"at": text, "standing": True})
            gap = self.one([timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=20), timedelta(days=90)])
            now = (now.astimezone(ZoneInfo("UTC")) + gap * self.number(0, 2)).astimezone(zone)
        return {"scheme": scheme, "steps": steps}
