"""Offers on whole sets of units, and steps: which units a set takes, which it gives, and which step is reached."""

from __future__ import annotations

from dataclasses import dataclass

from .cart import Json, amount_of, matches
from .numbers import minor
from .offers import Offered, Place, Priced, Pricing


@dataclass
class Whole:
    """A set: the units that it takes, and those that the benefit is on."""

    taken: list[Place]
    given: list[Place]


class Bundling(Pricing):
    """The prices of one purchase, with offers on sets and offers in steps."""

    sets: list[Whole]

    def apply(self, offered: Offered, benefit: Json, band: Json) -> None:
        """One benefit of an offer."""
        self.sets = []
        ((kind, said),) = benefit.items()
        if kind == "steps":
            kind, said = self.step(said)
        super().apply(offered, {kind: said}, band)

    # What is taken off by hand.

    def run(self) -> Priced:
        made = super().run()
        by_hand = self.by_hand()
        if by_hand:
            self.floors = False
            self.cut_field = "order_cut"
            places = [place for place in self.everywhere() if self.running(place)]
            self.take("deduction", "deduction", self.shared(by_hand, places))
            self.floors = True
        return made

    def by_hand(self) -> int:
        """What is taken off by hand."""
        return minor(self.purchase.get("deduction", "0"))

    def everywhere(self) -> list[Place]:
        """All units, of lines that are left out too."""
        return [(at, n) for at, line in enumerate(self.lines) for n in range(len(line.units))]

    def taken_off(self, kind: str, said: Json, places: list[Place], of: str, most: list[int]) -> dict[Place, int]:
        if self.floors and self.by_hand():
            # Offers leave at least what is taken off by hand.
            left = sum(self.running(place) for place in self.everywhere())
            most = [*most, max(0, left - self.by_hand())]
        return super().taken_off(kind, said, places, of, most)

    # Sets.

    def units_on(self, on: Json | None) -> list[Place]:
        found = super().units_on(on)
        if on is None or "sets" not in on:
            return found
        sets = on["sets"]
        if sets.get("by_line"):
            self.sets = []
            for at in sorted({at for at, _ in super().units_on(self.anywhere(on))}):
                self.sets += self.sets_of(on, [at])
        else:
            self.sets = self.sets_of(on, None)
        return sorted(place for one in self.sets for place in one.given)

    def anywhere(self, on: Json) -> Json:
        """The units that a benefit on sets can take or give, whatever their lines are."""
        return {key: said for key, said in on.items() if key not in ("target", "sets")}

    def pool(self, on: Json, target: Json | None, lines: list[int] | None) -> list[Place]:
        """The units of a part: of its own lines, or of those of the benefit."""
        picked = target if target is not None else on.get("target")
        asked = self.anywhere(on) | ({"target": picked} if picked is not None else {})
        return [place for place in super().units_on(asked) if lines is None or place[0] in lines]

    def sets_of(self, on: Json, lines: list[int] | None) -> list[Whole]:
        """The sets that units make: as many as there can be."""
        sets = on["sets"]
        if "worth" in sets["parts"][0]:
            return self.worth_sets(on, lines)
        made: list[Whole] = []
        used: set[Place] = set()
        while not sets.get("sets_max", 0) or len(made) < sets["sets_max"]:
            one = self.next_set(on, lines, used)
            if one is None:
                return made
            made.append(one)
            used |= {*one.taken, *one.given}
        return made

    def next_set(self, on: Json, lines: list[int] | None, used: set[Place]) -> Whole | None:
        """The next whole set of the units that stand in none yet."""
        sets = on["sets"]
        taken: list[Place] = []
        for part in sets["parts"]:
            left = [place for place in self.pool(on, part.get("target"), lines) if place not in {*used, *taken}]
            left.sort(key=self.preference(part.get("choice", "line_order")))
            if part.get("different"):
                left = [place for n, place in enumerate(left) if place[0] not in {at for at, _ in left[:n]}]
            if len(left) < part["units"]:
                return None
            taken += left[: part["units"]]
        get = sets.get("get")
        if get is None:
            return Whole(taken, taken)
        beside = get.get("from", "beside") == "beside"
        left = taken
        if beside:
            left = [place for place in self.pool(on, get.get("target"), lines) if place not in {*used, *taken}]
        left = sorted(left, key=self.preference(get.get("choice", "cheapest")))
        if not left or (len(left) < get["units"] and not get.get("partial")):
            return None
        return Whole(taken, left[: get["units"]])

    def worth_sets(self, on: Json, lines: list[int] | None) -> list[Whole]:
        """Sets that are worth an amount; what is given beside them is put aside first."""
        sets = on["sets"]
        (part,) = sets["parts"]
        get = sets.get("get")
        beside = get is not None and get.get("from", "beside") == "beside"
        units = sorted(self.pool(on, part.get("target"), lines), key=self.preference(part.get("choice", "line_order")))
        gifts: list[Place] = []
        if beside:
            gifts = self.pool(on, get.get("target"), lines)
            gifts.sort(key=self.preference(get.get("choice", "cheapest")))
        most = min(len(units), sets.get("sets_max", 0) or len(units))
        for count in range(most, 0, -1):
            aside = gifts[: count * get["units"]] if beside else []
            enough = (count - 1) * get["units"] + (1 if get.get("partial") else get["units"]) if beside else 0
            made = self.filled([place for place in units if place not in aside], minor(part["worth"]), count)
            if made is None or len(aside) < enough:
                continue
            if beside:
                each = [aside[n * get["units"] : (n + 1) * get["units"]] for n in range(count)]
                return [Whole(taken, given) for taken, given in zip(made, each, strict=True)]
            if get is None:
                return [Whole(taken, taken) for taken in made]
            order = self.preference(get.get("choice", "cheapest"))
            return [Whole(taken, sorted(taken, key=order)[: get["units"]]) for taken in made]
        return []

    def filled(self, units: list[Place], worth: int, count: int) -> list[list[Place]] | None:
        """So many sets that are worth an amount, each of as few units as come first."""
        made: list[list[Place]] = []
        at = 0
        for _ in range(count):
            one: list[Place] = []
            while sum(self.running(place) for place in one) < worth:
                if at == len(units):
                    return None
                one.append(units[at])
                at += 1
            made.append(one)
        return made

    def groups(self, per: str, places: list[Place]) -> list[list[Place]]:
        if per == "set":
            return [one.given for one in self.sets]
        return super().groups(per, places)

    # Steps.

    def step(self, said: Json) -> tuple[str, Json]:
        """The highest step that is reached, as a benefit of its own."""
        target = said.get("measure", said.get("on", {}).get("target"))
        lines = [line for line in self.lines if not line.excluded and matches(target, line.document)]
        if said["by"] == "quantity":
            measured = sum(len(line.units) for line in lines)
            reached = [one for one in said["steps"] if int(one["from"]) <= measured]
        else:
            measured = amount_of(lines, said.get("base", "running"), "as_priced")
            reached = [one for one in said["steps"] if minor(one["from"]) <= measured]
        made = {key: said[key] for key in ("on", "per", "amount_max", "stage") if key in said}
        best = reached[-1] if reached else {"percent": "0"}
        kind = "percent" if "percent" in best else "amount"
        return kind, made | {kind: best[kind]}
