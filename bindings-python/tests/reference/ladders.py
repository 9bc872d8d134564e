"""Ladders: what they measure, and how a standing shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .cart import Json, Line, matches
from .numbers import minor, money_text, points_text, thousandths

if TYPE_CHECKING:
    from .tiers import Held

POINTS = {"points_earned", "balance"}
"""What ladders measure that is points."""


def measured(ladder: Json, lines: list[Line]) -> int:
    """What the kept part of a purchase adds to a ladder's metric, where that is no points."""
    ((kind, terms),) = ladder["metric"].items()
    if kind in POINTS:
        return 0
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
    if POINTS & set(ladder["metric"]):
        return thousandths(tier["threshold"])
    return minor(tier["threshold"]) if "spend" in ladder["metric"] else int(tier["threshold"])


def shown(ladder: Json, value: int) -> str:
    if POINTS & set(ladder["metric"]):
        return points_text(value)
    return money_text(value) if "spend" in ladder["metric"] else str(value)


def standing(ladder: Json, value: int, held: Held) -> Json:
    """A ladder as a standing shows it."""
    made: Json = {"ladder": ladder["id"], "value": shown(ladder, value)}
    name = held.name(held.tier)
    if name is not None:
        made["tier"] = name
    if held.review is not None:
        made["review"] = held.review.isoformat()
    for above in ladder["tiers"][held.tier : held.tier + 1]:
        made["next"] = above["id"]
        made["to_next"] = shown(ladder, max(0, threshold(ladder, above) - value))
    of = ladder["tiers"][held.tier - 1 : held.tier] if held.tier else []
    made["benefits"] = [one["id"] for tier in of for one in tier.get("benefits", ())]
    return made
