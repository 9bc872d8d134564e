"""Offers that exclude each other: every set that may stand together is priced, and the best one applies."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import combinations

from .bundles import Bundling, Unsaid
from .cart import Failure, Json
from .offers import Offered, Priced, is_no_offer

DISPLACED: Failure = ("offer.displaced", None)


def accepts(offer: Json, other: str) -> bool:
    """Whether an offer may stand beside another one, for its own part."""
    said = offer.get("combines_with", "all")
    if isinstance(said, str):
        return said == "all"
    return other in said["only"] if "only" in said else other not in said["all_but"]


def agree(one: Json, other: Json) -> bool:
    """Whether two offers may stand together: both have to say so."""
    return accepts(one, other["id"]) and accepts(other, one["id"])


def disputed(one: Offered, offers: list[Offered]) -> bool:
    """Whether an offer excludes another one."""
    return any(other is not one and not agree(one.document, other.document) for other in offers)


def narrowness(offer: Json) -> int:
    """How narrow the narrowest target of an offer is."""
    kinds = ("tags", "categories", "products", "skus")
    targets = [said.get("on", {}).get("target", {}) for benefit in offer["benefits"] for said in benefit.values()]
    if any("any_of" in target for target in targets):
        raise Unsaid("narrow")
    return max((n for target in targets for n, kind in enumerate(kinds, 1) if target.get(kind)), default=0)


def largest_sets(offers: list[Offered], idle: list[Offered]) -> Iterator[list[Offered]]:
    """The sets without a conflict that nothing can be added to: those of fewer offers first, then those that
    come first. Those that are idle are in no conflict."""

    def stand(one: Offered, other: Offered) -> bool:
        return one in idle or other in idle or agree(one.document, other.document)

    for size in range(len(offers) + 1):
        for chosen in combinations(offers, size):
            if not all(stand(one, other) for one, other in combinations(chosen, 2)):
                continue
            rest = [one for one in offers if one not in chosen]
            if not any(all(stand(one, other) for other in chosen) for one in rest):
                yield list(chosen)


class Choosing(Bundling):
    """The prices of one purchase, with a choice among its offers."""

    alone: Json | None = None
    """The offer beside which nothing else applies."""
    before: Choosing | None = None
    """The purchase before anything was taken off."""

    def run(self) -> Priced:
        self.consumed = {}
        self.alone = self.first_exclusive()
        if self.alone is not None:
            self.before = self.trial()
        return super().run()

    def trial(self) -> Choosing:
        """A copy on which offers are tried, without rewards."""
        trial = copy.copy(self)
        trial.lines = copy.deepcopy(self.lines)
        trial.made = Priced([], [one for one in self.made.offers if one.gives], {})
        trial.claims = None
        trial.consumed = dict(self.consumed)
        trial.drawn = dict(self.drawn)
        return trial

    def first_exclusive(self) -> Json | None:
        """The offer beside which nothing else applies: the first one that gives anything when it stands alone."""
        bands = self.scheme.get("stacking", {}).get("bands") or [{"id": None}]
        for number, band in enumerate(bands):
            inside = [one for one in self.scheme.get("offers", ()) if one.get("band", bands[0]["id"]) == band["id"]]
            for offer in sorted(inside, key=self.turn):
                if offer.get("exclusive") and self.by_itself(number, band, Offered(offer)).gives:
                    return dict(offer)
        return None

    def tried(
        self, number: int, band: Json, offers: list[Offered], lines: set[int] | None = None
    ) -> tuple[int, list[Offered]]:
        """What some offers of a band would save, without standing discounts, and what becomes of each."""
        trial = self.trial()
        tried = [Offered(one.document, lines=lines) for one in offers]
        Bundling.band(trial, number + 1, band, tried)
        return sum(one.gives for one in tried), tried

    def by_itself(self, number: int, band: Json, one: Offered, lines: set[int] | None = None) -> Offered:
        """What would become of an offer by itself, on all lines or on some."""
        return self.tried(number, band, [one], lines)[1][0]

    def refusal(self, offer: Json) -> Failure | None:
        """Why an offer does not apply; one of an earlier band has its way."""
        if (found := super().refusal(offer)) is not None:
            return found
        beside = [one.document for one in self.made.offers if one.gives and one.document is not offer]
        return None if all(agree(offer, other) for other in beside) else DISPLACED

    def band(self, number: int, band: Json, inside: list[Offered]) -> None:
        super().band(number, band, self.chosen(number, band, inside))

    def chosen(self, number: int, band: Json, inside: list[Offered]) -> list[Offered]:
        """The offers of a band that apply; the others have their verdicts."""
        if self.alone is not None:
            kept = [one for one in inside if one.document == self.alone]
        elif band.get("choose", "compound") == "compound":
            kept = self.best_set(number, band, inside)
        elif band.get("per") == "line":
            kept = self.best_by_line(number, band, inside)
        else:
            kept = self.best_one(number, band, inside)
        for one in inside:
            if one not in kept:
                found = (self.before or self).by_itself(number, band, one)
                one.verdict, one.sets = (DISPLACED, None) if found.gives else (found.verdict, found.sets)
        return kept

    def best_one(self, number: int, band: Json, inside: list[Offered]) -> list[Offered]:
        """The offer of a band that gives most, or the first one that gives anything."""
        giving = [(self.by_itself(number, band, one).gives, one) for one in inside]
        giving = [(gives, one) for gives, one in giving if gives]
        if band["choose"] == "best_of":
            giving.sort(key=lambda one: -one[0])
        return [one for _, one in giving[:1]]

    def best_by_line(self, number: int, band: Json, inside: list[Offered]) -> list[Offered]:
        """For every line the offer that gives most on it, the first one that gives anything, or of those that do
        the one with the narrowest target."""
        for line in range(len(self.lines)):
            giving = [(self.by_itself(number, band, one, {line}).gives, one) for one in inside]
            giving = [(gives, one) for gives, one in giving if gives]
            if band["choose"] == "best_of":
                giving.sort(key=lambda one: -one[0])
            if band["choose"] == "most_specific":
                giving.sort(key=lambda one: -narrowness(one[1].document))
            for _, one in giving[:1]:
                one.lines = (one.lines or set()) | {line}
        return [one for one in inside if one.lines is not None]

    def best_set(self, number: int, band: Json, inside: list[Offered]) -> list[Offered]:
        """The offers of the best set, with those that are in no conflict. Offers that give nothing have no say
        for the merchant; for the customer, where they would decide between equal sets, the documentation leaves
        it open."""
        if not any(disputed(one, inside) for one in inside):
            return inside
        idle = [one for one in inside if not self.by_itself(number, band, one).gives]
        if self.merchant():
            return self.best_of(number, band, inside, idle)
        asked = [one for one in idle if not is_no_offer(one.document, self.purchase, self.lines, self.terms)]
        chosen = self.best_of(number, band, [one for one in inside if one not in idle or one in asked])
        chosen += [one for one in inside if one in idle and one not in asked and not disputed(one, inside)]
        others = [
            self.best_of(number, band, inside),
            self.best_of(number, band, [one for one in inside if one not in idle]),
        ]
        if any(self.giving(number, band, other) != self.giving(number, band, chosen) for other in others):
            raise Unsaid("choice")
        for one in inside:
            unsure = any((one in other) != (one in chosen) for other in others) or (one in idle and one not in asked)
            one.open = disputed(one, inside) and unsure
        return [one for one in inside if one in chosen]

    def giving(self, number: int, band: Json, offers: list[Offered]) -> set[str]:
        """Those of some offers that give something beside each other."""
        return {one.document["id"] for one in self.tried(number, band, offers)[1] if one.gives}

    def merchant(self) -> bool:
        """Whether the set that leaves the merchant most is the best one."""
        return bool(self.scheme.get("stacking", {}).get("objective") == "merchant")

    def best_of(
        self, number: int, band: Json, offers: list[Offered], idle: list[Offered] | None = None
    ) -> list[Offered]:
        """The largest set without a conflict that saves most: of equal ones that of which fewer offers apply,
        then the one that comes first."""
        sign = -1 if self.merchant() else 1
        best: tuple[tuple[int, int, list[int]], list[Offered]] | None = None
        for chosen in largest_sets(offers, idle or []):
            saved, tried = self.tried(number, band, chosen)
            places = [place for place, one in enumerate(offers) if one in chosen]
            value = (-sign * saved, sum(1 for one in tried if one.gives), places)
            if best is None or value < best[0]:
                best = (value, chosen)
        assert best is not None
        return best[1]
