"""Random cases with offers that exclude each other, offers on sets, and steps."""

from __future__ import annotations

from .cart import Json
from .generate_prices import Prices


class Bundled(Prices):
    """Cases whose offers exclude each other, are on sets, or have steps."""

    kinds: tuple[str, ...] = ("sets", "steps")

    def scheme(self) -> Json:
        made = super().scheme()
        stacking = made.get("stacking", {})
        if self.some(0.2):
            stacking["objective"] = "merchant"
        if self.some(0.1):
            stacking["codes_as_entered"] = True
        if self.some(0.15):
            stacking.setdefault("bands", [{"id": "band"}])
            self.one(stacking["bands"])["base"] = self.one(["initial", "list"])
        if stacking:
            made["stacking"] = stacking
        names = [offer["id"] for offer in made["offers"]]
        for offer in made["offers"]:
            others = [name for name in names if name != offer["id"]]
            if self.some(0.4):
                offer["combines_with"] = self.combines(others)
        if self.some(0.2):
            for offer in made["offers"]:
                if self.some(0.6):
                    offer["consumes_units"] = True
        if self.some(0.15):
            self.one(made["offers"])["exclusive"] = True
        if self.some(0.15):
            budget = {"per": self.one(["day", "month", "member"]), "amount": self.amount(9), "shared": "both"}
            for offer in made["offers"]:
                if self.some(0.6):
                    offer["budgets"] = [*offer.get("budgets", ()), budget]
        for band in made.get("stacking", {}).get("bands", ()):
            if self.some(0.3):
                band["choose"] = self.one(["best_of", "exclusive"])
            if self.some(0.15):
                band |= {"choose": self.one(["best_of", "exclusive", "most_specific"]), "per": "line"}
                for offer in made["offers"]:
                    if offer.get("band", made["stacking"]["bands"][0]["id"]) == band["id"]:
                        offer["benefits"] = [self.on_a_line() for _ in offer["benefits"]]
        return made

    def purchase(self, name: str) -> Json:
        made = super().purchase(name)
        if self.some(0.15):
            made["deduction"] = self.amount(29)
        if self.some(0.2):
            made["codes"] = self.one([["Autumn", "spring"], ["SPRING", "AUTUMN"], ["autumn"]])
        return made

    def combines(self, others: list[str]) -> object:
        if not others or self.some(0.4):
            return "none"
        picked = self.random.sample(others, self.number(1, len(others)))
        return {self.one(["only", "all_but"]): picked}

    def benefit(self) -> Json:
        if self.some(0.4) and "sets" in self.kinds:
            return self.on_sets()
        if self.some(0.2) and "steps" in self.kinds:
            return self.in_steps()
        made = super().benefit()
        if "percent" in made:
            said = made["percent"]
            if self.some(0.2):
                said["of"] = self.one(["running", "initial", "list"])
            if said.get("per") and self.some(0.3):
                said["amount_max"] = self.amount(9)
        return made

    def on_a_line(self) -> Json:
        """A benefit of which a line has its own, whatever others have."""
        made = Prices.benefit(self)
        for kind, said in made.items():
            on = {key: one for key, one in self.on().items() if key not in ("units_max", "choice")}
            said |= {"per": self.one(["line", "unit"]), "on": on}
            said.pop("amount_max", None)
            if kind == "percent" and self.some(0.2):
                said["of"] = self.one(["running", "initial", "list"])
        return made

    def on_sets(self) -> Json:
        kind = self.one(["percent", "percent", "amount", "price"])
        said: Json = {kind: self.percent() if kind == "percent" else self.amount(19)}
        pers = ["total", "line", "unit"] if kind == "percent" else ["total", "line", "unit", "set", "set"]
        if self.some(0.7):
            said["per"] = self.one(pers)
        on: Json = {"sets": self.sets()}
        if self.some(0.4):
            on["target"] = self.target()
        return {kind: said | {"on": on}}

    def sets(self) -> Json:
        parts: list[Json] = [self.part() for _ in range(self.one([1, 1, 2]))]
        if self.some(0.15):
            parts = [{"worth": self.amount(29)}]
        made: Json = {"parts": parts}
        for part in parts:
            if self.some(0.5):
                part["target"] = self.target()
            if self.some(0.5):
                part["choice"] = self.one(["cheapest", "dearest", "line_order"])
        if self.some(0.55):
            made["get"] = self.get(parts)
        if self.some(0.3):
            made["sets_max"] = self.number(1, 2)
        if self.some(0.15) and "worth" not in parts[0]:
            made["by_line"] = True
        if "worth" in parts[0]:
            made.get("get", {}).pop("partial", None)
        if len(parts) > 1 or "by_line" in made:
            for part in parts:
                part.pop("different", None)
        return made

    def part(self) -> Json:
        made: Json = {"units": self.number(1, 3)}
        if self.some(0.15):
            made["different"] = True
        return made

    def get(self, parts: list[Json]) -> Json:
        made: Json = {"units": self.number(1, 2)}
        if self.some(0.4):
            made["from"] = "set"
            made["units"] = min(made["units"], sum(part.get("units", 1) for part in parts))
        else:
            if self.some(0.3):
                made["target"] = self.target()
            if self.some(0.25):
                made["partial"] = True
        if self.some(0.4):
            made["choice"] = self.one(["cheapest", "dearest", "line_order"])
        return made

    def in_steps(self) -> Json:
        by = self.one(["amount", "quantity"])
        most = 12 if by == "quantity" else 60
        froms = sorted(self.random.sample(range(most), self.number(1, 3)))
        steps: list[Json] = []
        for at in froms:
            step: Json = {"from": str(at) if by == "quantity" else f"{at}.00"}
            steps.append(step | ({"percent": self.percent()} if self.some(0.6) else {"amount": self.amount(19)}))
        said: Json = {"by": by, "steps": steps}
        if by == "amount" and self.some(0.4):
            said["base"] = self.one(["list", "after_item", "running"])
        if self.some(0.3):
            said["measure"] = self.target()
        if self.some(0.4):
            said["on"] = self.on()
        if self.some(0.3):
            said["per"] = self.one(["line", "unit"])
        elif self.some(0.2):
            said["amount_max"] = self.amount(9)
        return {"steps": said}
