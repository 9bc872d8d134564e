"""Tiers that are held: how they rise, are reviewed, and follow returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from .cart import Json
from .days import after_period, period_start, plus_months, plus_span
from .ladders import threshold

Points = list[tuple[date, int]]
"""What is measured, by the day of the sale."""


@dataclass
class Held:
    """Where a member is on a ladder. Tiers are numbered from 1; 0 is none."""

    document: Json
    tier: int = 0
    entered: date | None = None
    review: date | None = None
    floor: int = 0
    surplus: int = 0
    """What exceeded the threshold at the last review, for the window that began there."""
    joined: date | None = None
    seen: date | None = None
    """The last day on which somebody looked."""
    opened: tuple[int, date, date] | None = None
    """What the last review or person left: the tier, when it was entered, and the day."""
    limits: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.limits = [threshold(self.document, tier) for tier in self.document["tiers"]]
        self.tier = self.base

    @property
    def base(self) -> int:
        """The tier that is held from the start."""
        return 1 if self.limits[0] == 0 else 0

    def name(self, tier: int) -> str | None:
        return str(self.document["tiers"][tier - 1]["id"]) if tier else None

    def earned(self, value: int) -> int:
        """The highest tier that a value reaches."""
        return sum(1 for limit in self.limits if value >= limit)

    def value(self, points: Points, today: date) -> int:
        """What the window of a day holds."""
        return sum(amount for day, amount in points if day <= today and self.inside(day, today)) + self.surplus

    def inside(self, day: date, today: date) -> bool:
        ((kind, said),) = self.document["window"].items()
        match kind:
            case "lifetime":
                return True
            case "rolling":
                return today < plus_span(day, said)
            case "calendar":
                return day >= period_start(today, said["period"])
            case "anniversary":
                start = joined = self.joined or today
                years = 1
                while (after := plus_months(joined, 12 * years)) <= today:
                    start, years = after, years + 1
                return day >= start
        raise AssertionError(kind)

    def next_review(self, tier: int, since: date) -> date | None:
        """When a tier is reviewed that is held since a day; nothing is lost below the first step."""
        if tier <= self.base:
            return None
        ((kind, said),) = self.document["review"].items()
        match kind:
            case "never" | "immediate":
                return None
            case "at_validity_end":
                day = plus_span(since, self.document["valid_for"])
                mode = self.document.get("round_up", "none")
                day = day if mode == "none" else after_period(day - timedelta(days=1), mode)
            case "calendar":
                day = after_period(since, said["period"])
            case "every":
                steps = 1
                while (day := plus_span(self.joined or since, times(said, steps))) <= since:
                    steps += 1
            case _:
                raise AssertionError(kind)
        return day + timedelta(days=self.document.get("grace_days", 0))

    def set(self, tier: int, entered: date) -> None:
        """Another tier, or another day of its entry."""
        self.tier, self.entered, self.review = tier, entered, self.next_review(tier, entered)

    def rise(self, points: Points, today: date) -> None:
        """An upgrade waits for nothing; ladders that are reviewed at once fall at once."""
        value = self.value(points, today)
        if self.earned(value) > self.tier:
            self.set(self.earned(value), today)
        else:
            self.fall(points, today)

    def fall(self, points: Points, today: date) -> None:
        """A tier that is reviewed at once falls."""
        tier = self.judged(self.value(points, today))
        if "immediate" in self.document["review"] and tier != self.tier:
            self.set(tier, today)
            self.opened = (tier, today, today)
            self.seen = today

    def falls(self, points: Points, today: date) -> date | None:
        """The first day since somebody looked on which so much left the window that the tier is kept no longer,
        of a ladder that is reviewed at once."""
        if "immediate" not in self.document["review"] or "lifetime" in self.document["window"]:
            return None
        day = self.seen or today
        while day < today:
            before, day = self.value(points, day), day + timedelta(days=1)
            value = self.value(points, day)
            if value != before and self.judged(value) < self.tier:
                return day
        return None

    def judged(self, value: int) -> int:
        """The tier after a review."""
        tier = self.document["tiers"][self.tier - 1] if self.tier else None
        earned = self.earned(value)
        if tier is None:
            return max(earned, self.floor)
        retain = self.limits[self.tier - 1]
        if "retain" in tier:
            retain = threshold(self.document, {"threshold": tier["retain"]})
        if value >= retain:
            return max(earned, self.tier, self.floor)
        match self.document.get("downgrade", "to_earned"):
            case "never":
                left = self.tier
            case "to_base":
                left = self.base
            case "one_down":
                left = self.tier - 1
            case _:
                left = min(earned, self.tier - 1)
        return max(left, self.floor, self.base)

    def reviewed(self, points: Points, day: date) -> None:
        """A review, which looks at the window that ends."""
        seen = day
        if {"calendar", "anniversary"} & set(self.document["window"]):
            seen -= timedelta(days=self.document.get("grace_days", 0) + 1)
        value = self.value(points, seen)
        tier = self.judged(value)
        if tier != self.tier or self.entered is None:
            self.entered = day
        self.tier, self.review = tier, self.next_review(tier, day)
        limit = self.limits[tier - 1] if tier and self.document.get("rollover_surplus") else 0
        self.surplus = max(0, value - limit) if limit else 0
        self.opened = (tier, self.entered, day)

    def refold(self, points: Points, today: date) -> None:
        """After a return: what the sales since the last review or person give anew."""
        if self.document.get("on_return", "refold") != "refold":
            return
        tier, entered, since = self.opened or (self.base, None, None)
        tier = max(tier, self.base, self.floor)
        for day in sorted({day for day, _ in points if since is None or day >= since}):
            reached = self.earned(self.value(points, day))
            if reached > tier:
                tier, entered = reached, day
        if tier != self.tier or (tier != self.base and entered != self.entered):
            self.set(tier, entered or today)

    def assign(self, tier: int, today: date, floor: bool) -> None:
        """A tier set by a person."""
        self.tier, self.entered, self.review = tier, today, self.next_review(tier, today)
        self.floor = tier if floor else 0
        self.surplus = 0
        self.opened = (tier, today, today)


def times(span: Json, factor: int) -> Json:
    """A span so many times."""
    ((unit, count),) = span.items()
    return {unit: count * factor}
