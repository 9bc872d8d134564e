"""Challenges: goals over several purchases, and who referred a customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from .cart import Json, Line, Terms, failure, matches
from .days import after_period, period_start
from .numbers import minor, money_text

if TYPE_CHECKING:
    from .member import Member


@dataclass
class Goal:
    """A challenge as a purchase meets it: what was counted of each part before, and how many periods in a row
    before the present one hold the goal."""

    document: Json
    before: list[int]
    run: int
    today: date

    def level(self, counts: list[int]) -> int:
        """How often counts reach the goal."""
        least = min(one // goal_of(part) for one, part in zip(counts, self.document["parts"], strict=True))
        return least if self.document.get("repeat") else min(least, 1)

    def reached(self, purchase: Json, lines: list[Line], terms: Terms, free_units: str = "skip") -> bool:
        """Whether a purchase reaches the goal."""
        own = adds(self.document, purchase, lines, terms, free_units)
        after = [one + more for one, more in zip(self.before, own, strict=True)]
        streak = max(1, self.document.get("streak", 0))
        return self.level(after) > self.level(self.before) and (self.run + 1) % streak == 0

    def shown(self, more: list[int] | None) -> Json:
        """A challenge as a standing shows it, or with what a purchase adds."""
        counts = [one + by for one, by in zip(self.before, more or [0] * len(self.before), strict=True)]
        level, parts = self.level(counts), []
        times = level + 1 if self.document.get("repeat") else 1
        for part, count, place in zip(self.document["parts"], counts, range(len(counts)), strict=True):
            goal = goal_of(part)
            parts.append({"count": text(part, count), "goal": text(part, goal)})
            parts[-1]["missing"] = text(part, max(0, goal * times - count))
            if more is not None:
                parts[-1]["adds"] = text(part, more[place])
        made: Json = {"challenge": self.document["id"], "parts": parts, "run": self.run + (level > 0)}
        made |= {"streak": max(1, self.document.get("streak", 0)), "reached": level > 0}
        per = self.document.get("per", "member")
        if per != "member" and not self.document.get("days"):
            made["resets"] = after_period(self.today, per).isoformat()
        return made


def goal_of(part: Json) -> int:
    return minor(part["goal"]) if part.get("count") == "amount" else int(part["goal"])


def text(part: Json, count: int) -> str:
    return money_text(count) if part.get("count") == "amount" else str(count)


def adds(
    challenge: Json, purchase: Json, lines: list[Line], terms: Terms, free_units: str = "skip"
) -> list[int]:
    """What the kept part of a purchase adds to each part of a challenge. Conditions of offers count free units."""
    counts = failure(challenge.get("when"), purchase, lines, terms, free_units) is None
    made = []
    for part in challenge["parts"]:
        inside = [one for one in lines if not one.excluded and matches(part.get("target"), one.document)]
        match part.get("count", "purchases"):
            case "units":
                amount = sum(line.counting(free_units) for line in inside)
            case "amount":
                amount = sum(line.net() for line in inside)
            case _:
                amount = int(any(line.counting(free_units) for line in inside))
        made.append(amount if counts else 0)
    return made


def goals(member: Member, today: date) -> dict[str, Goal]:
    """How far a member is in every challenge."""
    made = {}
    for challenge in member.scheme.get("challenges", ()):
        counted = [
            (sale.terms.at.date(), adds(challenge, sale.document, member.kept_lines(sale), sale.terms))
            for sale in member.sales.values()
            if not sale.cancelled
        ]
        per, days = challenge.get("per", "member"), challenge.get("days", 0)
        if days or per == "member" or challenge.get("streak", 0) < 2:
            # Without a streak the present period stands alone.
            since = date.min if per == "member" else period_start(today, per)
            since = today - timedelta(days=days - 1) if days else since
            made[challenge["id"]] = Goal(challenge, between(challenge, counted, since, today), 0, today)
            continue
        goal = Goal(challenge, within(challenge, counted, today), 0, today)
        day = period_start(today, per) - timedelta(days=1)
        while goal.level(within(challenge, counted, day)):
            goal.run += 1
            day = period_start(day, per) - timedelta(days=1)
        made[challenge["id"]] = goal
    return made


def within(challenge: Json, counted: list[tuple[date, list[int]]], day: date) -> list[int]:
    """What the period of a day holds."""
    per = challenge["per"]
    return between(challenge, counted, period_start(day, per), after_period(day, per) - timedelta(days=1))


def between(challenge: Json, counted: list[tuple[date, list[int]]], first: date, last: date) -> list[int]:
    """What these days hold."""
    inside = [amounts for day, amounts in counted if first <= day <= last]
    return [sum(one[place] for one in inside) for place in range(len(challenge["parts"]))]


def decided(member: Member, purchase: Json, lines: list[Line], terms: Terms) -> Json:
    """What a decision says of challenges and referrals."""
    made = []
    for name, goal in terms.goals.items():
        made.append(goal.shown(adds(goal.document, purchase, lines, terms)))
        made[-1]["reached"] = terms.goals[name].reached(purchase, lines, terms)
    return {"challenges": made, "referrals": referrals(member, purchase, lines, terms)}


def referrals(member: Member, purchase: Json, lines: list[Line], terms: Terms) -> list[Json]:
    """The events that a purchase is due to whoever referred the customer."""
    if not terms.referred:
        return []
    return [
        {"referral": one["id"], "referrer": terms.facts["referral"]["referrer"], "event": one["event"]}
        for one in member.scheme.get("referrals", ())
        if failure(one.get("when"), purchase, lines, terms) is None
    ]


def is_referred(member: Member, facts: Json) -> bool:
    """Whether somebody else, of another household, referred the customer."""
    said = facts.get("referral")
    return said is not None and said["referrer"] != member.name and not said.get("same_household", False)
