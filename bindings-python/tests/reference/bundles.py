"""Offers on whole sets of units, and steps: which units a set takes, which it gives, and which step is reached."""

from __future__ import annotations

from itertools import product

from .cart import Failure, Json, amount_of, matches
from .numbers import minor, money_text
from .offers import Offered, Place, Priced, Pricing


class Unsaid(Exception):
    """What the documentation leaves open: a case is compared up to here."""


MANY = 1_000_000


def suffices(pools: list[list[Place]], wanted: list[int], used: set[Place]) -> bool:
    """Whether every part can have its units, each unit in one part."""
    holder: dict[Place, int] = {}

    def find(part: int, seen: set[Place]) -> bool:
        for place in pools[part]:
            if place in used or place in seen:
                continue
            seen.add(place)
            if place not in holder or find(holder[place], seen):
                holder[place] = part
                return True
        return False

    return all(find(part, set()) for part, units in enumerate(wanted) for _ in range(units))


def differ(pools: list[list[Place]], left: list[int], made: list[list[Place]], sets: int) -> bool:
    """Whether a part of different lines can have its units, at most one of each line a set, and what is given
    beside it those that are left."""
    used = {place for part in made for place in part}
    free = [[place for place in pool if place not in used] for pool in pools]
    lines = sorted({at for at, _ in free[0]})
    rooms = [min(sum(at == line for at, _ in free[0]), sets - sum(at == line for at, _ in made[0])) for line in lines]
    for counts in product(*(range(room + 1) for room in rooms)):
        lost = sum(count for line, count in zip(lines, counts, strict=True) if any(at == line for at, _ in free[1]))
        if sum(counts) == left[0] and len(free[1]) - lost >= left[1]:
            return True
    return False


def assigned(
    needs: list[Json], pools: list[list[Place]], wanted: list[int], given: list[bool], sets: int
) -> list[list[Place]] | None:
    """The units of every part, each in its own order and none that another part cannot do without. Those that
    the benefit is on come first, unless they go by the order of the lines."""
    left = list(wanted)
    made: list[list[Place]] = [[] for _ in needs]
    different = needs[0].get("different", False)

    def enough() -> bool:
        if different:
            return differ([*pools, []][:2], [*left, 0][:2], [*made, []][:2], sets)
        return suffices(pools, left, {place for part in made for place in part})

    if not enough():
        return None
    for n in sorted(range(len(needs)), key=lambda n: not given[n] or needs[n]["choice"] == "line_order"):
        for place in pools[n]:
            if not left[n] or any(place in part for part in made):
                continue
            if different and not n and sum(at == place[0] for at, _ in made[0]) == sets:
                continue
            left[n] -= 1
            made[n].append(place)
            if not enough():
                left[n] += 1
                made[n].pop()
    return made


class Bundling(Pricing):
    """The prices of one purchase, with offers on sets and offers in steps."""

    present: Offered | None = None
    """The offer at hand."""
    used: list[Place]
    """The units that its benefit is on, and those that its sets take."""
    consumed: dict[Place, str]
    """The units that are open to no other offer that consumes units, and the offer that used each."""
    wanted: int | None = None
    """What the benefit would take off whatever its budgets leave."""
    unreached: Failure | None = None
    """How far off the lowest step is."""
    sets = 0
    """How many sets the benefit at hand makes."""

    def apply(self, offered: Offered, benefit: Json, band: Json) -> None:
        """One benefit of an offer."""
        self.sets = 0
        self.unreached = None
        self.used = []
        self.wanted = None
        ((kind, said),) = benefit.items()
        if kind == "steps":
            kind, said = self.step(said)
        first = offered.verdict is None
        self.present = offered
        before, left = offered.gives, self.left_of(offered.document)
        super().apply(offered, {kind: said}, band)
        if self.sets and offered.refused is None and not (0 in left and self.wanted):
            offered.sets = max(offered.sets or 0, self.sets)
        if offered.gives > before:
            offered.units |= set(self.used)
            for place in self.used if offered.document.get("consumes_units") else ():
                self.consumed.setdefault(place, offered.document["id"])
        self.present = None
        if first and self.unreached is not None and offered.verdict == ("offer.no_effect", None):
            offered.verdict = self.unreached

    # What is taken off by hand.

    def run(self) -> Priced:
        self.consumed = {}
        made = super().run()
        by_hand = self.by_hand()
        if by_hand:
            self.floors = False
            self.cut_field = "hand_cut"
            places = [place for place in self.everywhere() if self.running(place)]
            self.take("deduction", "", self.shared(by_hand, places))
            self.floors = True
        return made

    def by_hand(self) -> int:
        """What is taken off by hand."""
        return minor(self.purchase.get("deduction", "0"))

    def everywhere(self) -> list[Place]:
        """All units, of lines that are left out too."""
        return [(at, n) for at, line in enumerate(self.lines) for n in range(len(line.units))]

    def taken_off(self, kind: str, said: Json, places: list[Place], of: str, most: list[int]) -> dict[Place, int]:
        if said.get("per") == "set":
            # Sets are not told apart: they have their amounts and their prices together.
            said = said | {"per": "total", kind: money_text(self.sets * minor(said[kind]))}
        if self.floors and self.by_hand():
            # Offers leave at least what is taken off by hand.
            left = sum(self.running(place) for place in self.everywhere())
            most = [*most, max(0, left - self.by_hand())]
        made = super().taken_off(kind, said, places, of, most)
        if self.wanted is None:
            self.wanted = sum(made.values())
        return made

    # Sets.

    def units_on(self, on: Json | None) -> list[Place]:
        if on is None or "sets" not in on:
            self.used = [place for place in super().units_on(on) if on is not None or self.is_open(place)]
            return self.used
        parts: list[Json | None] = [None]
        if on["sets"].get("by_line"):
            parts = [{"line": at} for at in range(len(self.lines))]
        given: list[Place] = []
        for part in parts:
            lines = range(len(self.lines)) if part is None else [part["line"]]
            count, taken, of_part = self.sets_of(on, set(lines))
            self.sets += count
            self.used += taken
            given += of_part
        return sorted(given)

    def fits(self, place: Place, on: Json) -> bool:
        return self.is_open(place) and super().fits(place, on)

    def is_open(self, place: Place) -> bool:
        """Whether no other offer has used a unit up."""
        if self.present is None:
            return True
        if self.present.lines is not None and place[0] not in self.present.lines:
            return False
        offer = self.present.document
        return not offer.get("consumes_units") or self.consumed.get(place, offer["id"]) == offer["id"]

    def pool(self, on: Json, said: Json, lines: set[int]) -> list[Place]:
        """The units of a part, or of what is given: of its own lines or of those of the benefit, by its choice."""
        asked = {key: value for key, value in on.items() if key != "sets"}
        if "target" in said:
            asked["target"] = said["target"]
        found = [place for place in super().units_on(asked) if place[0] in lines]
        return sorted(found, key=self.preference(said["choice"]))

    def sets_of(self, on: Json, lines: set[int]) -> tuple[int, list[Place], list[Place]]:
        """How many sets the units of lines make, as many as there can be, their units, and those that the benefit
        is on."""
        sets = on["sets"]
        needs = [{"choice": "line_order"} | part for part in sets["parts"]]
        get = {"choice": "cheapest"} | sets["get"] if "get" in sets else None
        beside = get is not None and get.get("from", "beside") == "beside"
        if beside and get is not None:
            needs.append(get)
        pools = [self.pool(on, need, lines) for need in needs]
        given = [get is None or (beside and n == len(needs) - 1) for n in range(len(needs))]
        worth = "worth" in needs[0]
        most = min(sum(len(pool) for pool in pools), sets.get("sets_max", 0) or MANY)
        for count in range(most, 0, -1):
            wanted = [count * need.get("units", 0) for need in needs]
            least = wanted[-1] - needs[-1]["units"] + 1 if beside and needs[-1].get("partial") else wanted[-1]
            while wanted[-1] >= least:
                if worth:
                    found = self.by_worth(needs, pools, wanted[-1] if beside else 0, count)
                else:
                    found = assigned(needs, pools, wanted, given, count)
                if found is not None:
                    taken = [place for part in found for place in part]
                    if beside:
                        return count, taken, found[-1]
                    if get is None:
                        return count, taken, taken
                    return count, taken, sorted(taken, key=self.preference(get["choice"]))[: count * get["units"]]
                wanted[-1] -= 1
        return 0, [], []

    def by_worth(self, needs: list[Json], pools: list[list[Place]], given: int, count: int) -> list[list[Place]] | None:
        """So many sets that are worth an amount, each of as few units as come first; what is given beside them is
        put aside first."""
        aside = pools[-1][:given] if given else []
        left = [place for place in pools[0] if place not in aside]
        taken: list[Place] = []
        for _ in range(count):
            value = 0
            while value < minor(needs[0]["worth"]):
                if not left:
                    return None
                value += self.running(left[0])
                taken.append(left.pop(0))
        return None if len(aside) < given else [taken, aside]

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
        made = {key: said[key] for key in ("on", "amount_max", "stage") if key in said}
        if not reached:
            missing = minor(said["steps"][0]["from"]) - measured
            self.unreached = ("condition.min_amount", {"amount": money_text(missing)})
            if said["by"] == "quantity":
                self.unreached = ("condition.min_quantity", {"units": int(said["steps"][0]["from"]) - measured})
            return "percent", made | {"percent": "0"}
        if "amount" in reached[-1]:
            return "amount", made | {"amount": reached[-1]["amount"]}
        return "percent", made | {"percent": reached[-1]["percent"], "per": said.get("per", "total")}
