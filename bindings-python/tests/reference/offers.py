"""What a purchase costs: offers and standing discounts, unit by unit, in the order in which they apply."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .cart import Failure, Json, Line, Terms, Unit, failure, matches
from .days import period_start
from .delivery import Charge, charges_of, less, on
from .earning import asks_in_vain
from .numbers import capped_shares, minor, money_text, rounded

STAGES = ("catalogue", "member_price", "item", "multi", "standing", "order")
"""The stages of a band; member prices and standing discounts come in the first band alone."""

Place = tuple[int, int]
"""A unit: its line and its place in the line."""


@dataclass
class Discount:
    """What one benefit took off, by unit."""

    kind: str
    name: str
    cuts: dict[Place, int]
    shipping: int = 0
    """What it took off delivery."""


@dataclass
class Offered:
    """An offer on its way through a purchase."""

    document: Json
    asked: bool = False
    """Whether its condition was held already."""
    refused: Failure | None = None
    gives: int = 0
    verdict: Failure | None = None
    """Why the first of its benefits that came up gave nothing."""
    hidden: bool = False
    """Whether it may go unmentioned."""
    open: bool = False
    """Whether it gives nothing for more than one reason, of which any may be told."""
    sets: int | None = None
    """How many sets its units made."""
    units: set[Place] = field(default_factory=set)
    """The units that its benefits were on, and those that its sets took."""
    lines: set[int] | None = None
    """The lines that it may touch, where a band takes one offer for every line."""


@dataclass
class Priced:
    """The prices of a purchase."""

    discounts: list[Discount]
    offers: list[Offered]
    benefits: dict[str, Json]
    payments: list[Any] = field(default_factory=list)
    uses: list[Any] = field(default_factory=list)
    """The rewards that are used."""
    charges: list[Charge] = field(default_factory=list)
    refused: list[Json] = field(default_factory=list)
    """Why each standing discount of the tiers held gave something or nothing."""


def period_key(owner: str, what: str, per: str, terms: Terms) -> str:
    """The name of a counter of an offer in the period of a purchase."""
    if per == "member":
        return f"{owner}.{what}.member"
    return f"{owner}.{what}.{per}@{period_start(terms.at.date(), per).isoformat()}"


def budget_key(offer: Json, budget: Json, terms: Terms) -> str:
    """The name of the counter of a budget, which offers can share."""
    if "shared" in budget:
        return period_key("budget", budget["shared"], budget["per"], terms)
    return period_key(f"offer.{offer['id']}", "amount", budget["per"], terms)


class Pricing:
    """The prices of one purchase in the making."""

    def __init__(self, scheme: Json, purchase: Json, lines: list[Line], terms: Terms) -> None:
        self.scheme, self.purchase, self.lines, self.terms = scheme, purchase, lines, terms
        self.rounding = scheme.get("discount_rounding", "half_up")
        self.charges = charges_of(purchase)
        self.made = Priced([], [], {}, charges=self.charges)
        self.initial: dict[Place, int] = {}
        self.cut_field = "item_cut"
        self.drawn: dict[str, int] = {}
        """What this purchase drew on each budget so far."""
        self.floors = True
        """Whether lowest prices hold: for offers alone."""
        self.claims: Callable[[str], None] | None = None
        """What uses the rewards that belong to a stage."""

    # Units.

    def unit(self, place: Place) -> Unit:
        return self.lines[place[0]].units[place[1]]

    def running(self, place: Place) -> int:
        """What is left to pay of a unit."""
        return self.unit(place).net - self.unit(place).tender_cut

    def room(self, place: Place) -> int:
        """How much more can come off a unit."""
        least = minor(self.lines[place[0]].document.get("price_min", "0")) if self.floors else 0
        return max(0, self.running(place) - least)

    def all_units(self) -> Iterator[Place]:
        for at, line in enumerate(self.lines):
            if not line.excluded:
                yield from ((at, n) for n in range(len(line.units)))

    def units_on(self, on: Json | None) -> list[Place]:
        """The units that a benefit is on."""
        if on is None:
            return [place for place in self.all_units() if self.running(place)]
        found = []
        for at, line in enumerate(self.lines):
            count = len(line.units)
            if count < on.get("line_units_from", 0) or 0 < on.get("line_units_to", 0) < count:
                continue
            if line.excluded or not matches(on.get("target"), line.document):
                continue
            places = [(at, n) for n in range(on.get("skip", 0), count)]
            fitting = [place for place in places if self.fits(place, on)]
            found += fitting[: on.get("per_line", 0) or None]
        if on.get("units_max", 0):
            found.sort(key=self.preference(on.get("choice", "cheapest")))
            found = sorted(found[: on["units_max"]])
        return found

    def fits(self, place: Place, on: Json) -> bool:
        """Whether a unit costs what a benefit asks for."""
        running = self.running(place)
        if not running:
            return False
        if "running_from" in on and running < minor(on["running_from"]):
            return False
        if "running_to" in on and running > minor(on["running_to"]):
            return False
        return not on.get("undiscounted") or running == self.unit(place).price

    def preference(self, choice: str) -> Callable[[Place], tuple[int, ...]]:
        """The order in which units are chosen; of equal units of a line the last ones come first."""
        if choice == "line_order":
            return lambda place: place
        sign = 1 if choice == "cheapest" else -1
        return lambda place: (sign * self.running(place), place[0], -place[1])

    # Amounts.

    def shared(self, amount: int, places: list[Place], of: str = "running") -> dict[Place, int]:
        """An amount shared out: over the lines by what it is taken of, then over the units of each,
        of which those that were lowered alike have one part together."""
        lines = sorted({at for at, _ in places})
        made: dict[Place, int] = {}
        parts = [[place for place in places if place[0] == at] for at in lines]
        for part, share in zip(parts, self.portions(amount, parts, of), strict=True):
            runs = self.runs(part)
            for run, portion in zip(runs, self.portions(share, runs, of), strict=True):
                each = self.portions(portion, [[place] for place in run], of)
                made |= dict(zip(run, each, strict=True))
        return made

    def portions(self, amount: int, groups: list[list[Place]], of: str) -> list[int]:
        """An amount shared out over groups of units."""
        weights = [sum(self.base(place, of) for place in group) for group in groups]
        rooms = [sum(self.room(place) for place in group) for group in groups]
        return capped_shares(amount, weights, rooms)

    def runs(self, places: list[Place]) -> list[list[Place]]:
        """Units of a line, those together that stand together and that every discount lowered alike."""
        made: list[list[Place]] = []
        for place in places:
            before = made[-1][-1] if made else None
            beside = before == (place[0], place[1] - 1)
            if before is not None and beside and self.unit(before).history == self.unit(place).history:
                made[-1].append(place)
            else:
                made.append([place])
        return made

    def groups(self, per: str, places: list[Place]) -> list[list[Place]]:
        """Units, as what a benefit is taken of apart."""
        if per == "unit":
            return [[place] for place in places]
        if per == "line":
            return [[place for place in places if place[0] == at] for at in sorted({at for at, _ in places})]
        return [places]

    def base(self, place: Place, of: str) -> int:
        """What a percentage of a unit is taken of."""
        if of == "list":
            return self.unit(place).price
        return self.initial[place] if of == "initial" else self.running(place)

    def taken_off(self, kind: str, said: Json, places: list[Place], of: str, most: list[int]) -> dict[Place, int]:
        """What a benefit takes off units, no more than amounts in all."""
        made: dict[Place, int] = {}
        groups = self.groups(said.get("per", "total"), places)
        for group in groups:
            match kind:
                case "percent":
                    exact = Fraction(said["percent"]) / 100 * sum(self.base(place, of) for place in group)
                    amount = rounded(exact, self.rounding)
                case "amount":
                    amount = minor(said["amount"])
                case "price":
                    amount = max(0, sum(self.running(place) for place in group) - minor(said["price"]))
                case _:
                    raise AssertionError(kind)
            if said.get("per", "total") == "total":
                amount = min([amount, *most])
            made |= self.shared(amount, group, of if kind == "percent" else "running")
        return self.lowered(made, min(most)) if most else made

    def lowered(self, cuts: dict[Place, int], most: int) -> dict[Place, int]:
        """Cuts that are together no more than an amount, shared out by what they would be: over the lines,
        then over the units of each, of which those that were lowered alike have one part together."""
        if sum(cuts.values()) <= most:
            return cuts

        def parts(amount: int, groups: list[list[Place]]) -> list[int]:
            weights = [sum(cuts[place] for place in group) for group in groups]
            return capped_shares(amount, weights, [sum(self.room(place) for place in group) for group in groups])

        lines = [[place for place in cuts if place[0] == at] for at in sorted({at for at, _ in cuts})]
        made: dict[Place, int] = {}
        for line, share in zip(lines, parts(most, lines), strict=True):
            runs = self.runs(line)
            for run, portion in zip(runs, parts(share, runs), strict=True):
                made |= dict(zip(run, parts(portion, [[place] for place in run]), strict=True))
        return made

    def take(self, kind: str, name: str, cuts: dict[Place, int]) -> int:
        """Takes something off; gives how much."""
        taken = sum(cuts.values())
        if not taken:
            return 0
        for place, cut in cuts.items():
            unit = self.unit(place)
            setattr(unit, self.cut_field, getattr(unit, self.cut_field) + cut)
        self.note(kind, name, cuts)
        return taken

    def note(self, kind: str, name: str, cuts: dict[Place, int]) -> None:
        """Notes a discount that was taken."""
        self.made.discounts.append(Discount(kind, name, cuts))
        for at, line in enumerate(self.lines):
            for n, unit in enumerate(line.units):
                unit.history.append(cuts.get((at, n), 0))

    # Bands and stages.

    def run(self) -> Priced:
        stacking = self.scheme.get("stacking", {})
        bands = stacking.get("bands") or [{"id": None}]
        offers = [Offered(one) for one in self.scheme.get("offers", ())]
        for number, band in enumerate(bands):
            inside = [one for one in offers if one.document.get("band", bands[0]["id"]) == band["id"]]
            if number and not inside:
                continue
            inside.sort(key=lambda one: self.turn(one.document))
            self.made.offers += inside
            self.band(number, band, inside)
        return self.made

    def turn(self, offer: Json) -> tuple[int, int]:
        """When an offer comes among those of its band: by its priority, or by the entry of its code."""
        entry = 0
        if "codes" in offer and self.scheme.get("stacking", {}).get("codes_as_entered"):
            known = {code.upper() for code in offer["codes"]["any_of"]}
            found = [n for n, code in enumerate(self.purchase.get("codes", ()), 1) if code.upper() in known]
            entry = found[0] if found else 0
        return entry, -offer.get("priority", 0)

    def band(self, number: int, band: Json, inside: list[Offered]) -> None:
        """The stages of a band, with all its offers."""
        self.initial = {place: self.running(place) for place in self.all_units()}
        for stage in STAGES:
            self.cut_field = "order_cut" if stage in ("standing", "order") else "item_cut"
            if stage in ("member_price", "standing"):
                self.floors = False
                if number == 0:
                    self.standing(stage)
                self.floors = True
                continue
            for offered in inside:
                for benefit in offered.document["benefits"]:
                    if stage_of(benefit) == stage:
                        self.apply(offered, benefit, band)
            if number == 0:
                self.claimed(stage)

    def claimed(self, stage: str) -> None:
        """The rewards of a stage, which no lowest price binds."""
        if self.claims is not None:
            self.floors = False
            self.claims(stage)
            self.floors = True

    def ask(self, offered: Offered) -> None:
        """Asks whether an offer applies, once."""
        if offered.asked:
            return
        offered.asked = True
        offered.refused = self.refusal(offered.document)

    def left_of(self, offer: Json) -> list[int]:
        """What each budget of an offer has left."""
        left = []
        for budget in offer.get("budgets", ()):
            key = budget_key(offer, budget, self.terms)
            used = self.terms.headroom.get(key, 0) + self.drawn.get(key, 0)
            left.append(max(0, minor(budget["amount"]) - used))
        return left

    def draw(self, offer: Json, taken: int) -> None:
        """Draws on the budgets of an offer."""
        for budget in offer.get("budgets", ()):
            key = budget_key(offer, budget, self.terms)
            self.drawn[key] = self.drawn.get(key, 0) + taken

    def deliver(self) -> None:
        """What comes off delivery, once at the end: by offers, by rewards, by the tiers held."""
        for offered in self.made.offers:
            for benefit in offered.document["benefits"]:
                if "shipping" in benefit:
                    self.deliver_offer(offered, benefit["shipping"])
        for offered in self.made.offers:
            offered.hidden = not offered.gives and is_no_offer(
                offered.document, self.purchase, self.lines, self.terms
            )
        self.claimed("shipping")
        for name, said in standing_benefits(self.scheme, self.terms, "free_shipping"):
            if not on(self.charges, []):
                break
            if self.withheld(name, said):
                continue
            self.take_delivery("benefit", name, {"percent": "100"}, [])

    def deliver_offer(self, offered: Offered, said: Json) -> None:
        """A benefit of an offer on delivery."""
        self.ask(offered)
        if offered.refused is not None:
            offered.verdict = offered.verdict or offered.refused
            return
        verdict = "offer.no_effect"
        whole = sum(less(said, on(self.charges, said.get("methods", [])), self.rounding, []))
        budgets = self.left_of(offered.document)
        if budgets and whole > min(budgets):
            verdict = "offer.budget"
        taken = self.take_delivery("offer", offered.document["id"], said, budgets)
        offered.verdict = offered.verdict or (verdict, None)
        offered.gives += taken
        self.draw(offered.document, taken)

    def take_delivery(self, kind: str, name: str, said: Json, most: list[int]) -> int:
        """Takes something off delivery, no more than amounts; gives how much."""
        charges = on(self.charges, said.get("methods", []))
        cuts = less(said, charges, self.rounding, most)
        for one, cut in zip(charges, cuts, strict=True):
            one.cut += cut
        taken = sum(cuts)
        if taken:
            self.made.discounts.append(Discount(kind, name, {}, taken))
        return taken

    def apply(self, offered: Offered, benefit: Json, band: Json) -> None:
        """One benefit of an offer."""
        self.ask(offered)
        ((kind, said),) = benefit.items()
        places = self.units_on(said.get("on"))
        if not places or offered.refused is not None:
            offered.verdict = offered.verdict or offered.refused or ("offer.no_line", None)
            return
        of = said.get("of", band.get("base", "running"))
        most = [minor(said["amount_max"])] if "amount_max" in said else []
        verdict = "offer.no_effect"
        cuts = self.taken_off(kind, said, places, of, most)
        budgets = self.left_of(offered.document)
        if budgets and sum(cuts.values()) > min(budgets):
            verdict = "offer.budget"
            cuts = self.taken_off(kind, said, places, of, [*most, min(budgets)])
        taken = self.take("offer", offered.document["id"], cuts)
        offered.verdict = offered.verdict or (verdict, None)
        offered.gives += taken
        self.draw(offered.document, taken)

    def failure(self, condition: Json | None) -> Failure | None:
        """Why a condition does not hold at present. Units that are free by now still count."""
        return failure(condition, self.purchase, self.lines, self.terms, "count")

    def refusal(self, offer: Json) -> Failure | None:
        """Why an offer does not apply, before any of its units is looked at."""
        for limit in offer.get("times", ()):
            key = period_key(f"offer.{offer['id']}", "times", limit["per"], self.terms)
            if self.terms.headroom.get(key, 0) >= limit["times"]:
                return f"cap.{limit['per']}", None
        if 0 in self.left_of(offer):
            return "offer.budget", None
        entered = {code.upper() for code in self.purchase.get("codes", ())}
        if "codes" in offer and not entered & {code.upper() for code in offer["codes"]["any_of"]}:
            return "condition.code", None
        if (found := self.failure(offer.get("when"))) is not None:
            return found
        return None

    def withheld(self, name: str, said: Json) -> bool:
        """Whether a tier's benefit lacks the amount that it asks for, which is noted."""
        found = self.failure({"min_amount": said["min_amount"]}) if "min_amount" in said else None
        if found is not None:
            self.made.benefits[name] = {"code": found[0], "missing": found[1]}
        return found is not None

    def standing(self, stage: str) -> None:
        """The standing discounts of the tiers held: of several the one that gives most."""
        best: tuple[int, str, dict[Place, int]] | None = None
        for name, said in standing_benefits(self.scheme, self.terms, "discount"):
            if (said.get("as", "total") == "member_price") != (stage == "member_price"):
                continue
            if self.withheld(name, said):
                continue
            places = self.units_on({"target": said["target"]} if "target" in said else None)
            per = "unit" if stage == "member_price" else "total"
            cuts = self.taken_off("percent", {"percent": said["percent"], "per": per}, places, "running", [])
            if best is None or sum(cuts.values()) > best[0]:
                best = (sum(cuts.values()), name, cuts)
        if best is not None:
            self.take("benefit", best[1], best[2])


def stage_of(benefit: Json) -> str:
    """The stage of a benefit: the order's without units, that of lines else."""
    ((kind, said),) = benefit.items()
    if kind == "shipping":
        return "shipping"
    implied = "order" if "on" not in said else "multi" if "sets" in said["on"] else "item"
    return str(said.get("stage", implied))


def standing_benefits(scheme: Json, terms: Terms, kind: str) -> Iterator[tuple[str, Json]]:
    """The benefits of a kind of the tiers held."""
    for ladder in scheme.get("ladders", ()):
        for tier in ladder["tiers"]:
            if tier["id"] == terms.tiers.get(ladder["id"]):
                for benefit in tier.get("benefits", ()):
                    if kind in benefit["benefit"]:
                        yield benefit["id"], benefit["benefit"][kind]


def targets_of(said: Json) -> list[Json | None]:
    """The lines that a benefit is on, or those of the parts of its sets."""
    on = said.get("on", {})
    own = on.get("target")
    if "sets" not in on:
        return [own]
    parts = [*on["sets"]["parts"], *([on["sets"]["get"]] if "get" in on["sets"] else [])]
    return [part.get("target", own) for part in parts]


def reason_of(offered: Offered) -> Json:
    """What became of an offer."""
    made: Json = {"offer": offered.document["id"], "code": "granted", "amount": money_text(offered.gives)}
    made["units"] = len(offered.units)
    made["hidden"] = offered.hidden
    made["open"] = offered.open
    if offered.sets is not None:
        made["sets"] = offered.sets
    if not offered.gives and offered.verdict is not None:
        made["code"], missing = offered.verdict
        if missing is not None:
            made["missing"] = missing
    return made


def is_no_offer(offer: Json, purchase: Json, lines: list[Line], terms: Terms) -> bool:
    """Whether nothing in the cart is what an offer asks for, so that it may go unmentioned."""
    if "codes" in offer:
        entered = {code.upper() for code in purchase.get("codes", ())}
        if not entered & {code.upper() for code in offer["codes"]["any_of"]}:
            return True

    def possible(target: Json | None) -> bool:
        return any(not line.excluded and matches(target, line.document) for line in lines)

    if not any(all(map(possible, targets_of(next(iter(benefit.values()))))) for benefit in offer["benefits"]):
        return True
    return "when" in offer and asks_in_vain(offer["when"], purchase, lines, terms)


def discount_of(discount: Discount, lines: int) -> Json:
    """A discount as a decision shows it."""
    by_line = [0] * lines
    for (at, _), cut in discount.cuts.items():
        by_line[at] += cut
    return {
        "kind": discount.kind,
        "id": discount.name,
        "amount": money_text(sum(by_line)),
        "lines": [money_text(one) for one in by_line],
        "shipping": money_text(discount.shipping),
    }
