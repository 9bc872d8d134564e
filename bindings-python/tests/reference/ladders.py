"""Ladders whose window is the member's life and whose tiers are never reviewed."""

from __future__ import annotations

from .cart import Json, Line, matches
from .numbers import minor, money_text


def measured(ladder: Json, lines: list[Line]) -> int:
    """What the kept part of a purchase adds to a ladder's metric."""
    ((kind, terms),) = ladder["metric"].items()
    inside = [one for one in lines if not one.excluded and matches(terms.get("target"), one.document)]
    units = sum(line.kept for line in inside)
    match kind:
        case "spend":
            return sum(line.net() for line in inside)
        case "items":
            return units
        case "visits":
            return 1 if units else 0
    raise AssertionError(kind)


def threshold(ladder: Json, tier: Json) -> int:
    return minor(tier["threshold"]) if "spend" in ladder["metric"] else int(tier["threshold"])


def shown(ladder: Json, value: int) -> str:
    return money_text(value) if "spend" in ladder["metric"] else str(value)


def tier_at(ladder: Json, value: int) -> str | None:
    """The highest tier that a value reaches."""
    found = None
    for tier in ladder["tiers"]:
        if value >= threshold(ladder, tier):
            found = str(tier["id"])
    return found


def standing(ladder: Json, value: int, tier: str | None) -> Json:
    """A ladder as a standing shows it."""
    made: Json = {"ladder": ladder["id"], "value": shown(ladder, value)}
    if tier is not None:
        made["tier"] = tier
    above = [one for one in ladder["tiers"] if threshold(ladder, one) > value]
    if above:
        made["next"] = above[0]["id"]
        made["to_next"] = shown(ladder, threshold(ladder, above[0]) - value)
    held = [one for one in ladder["tiers"] if one["id"] == tier]
    made["benefits"] = [one["id"] for of in held for one in of.get("benefits", ())]
    return made
