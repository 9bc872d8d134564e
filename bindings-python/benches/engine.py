"""Times of decisions beside functions by hand, on one cart, in one run.

    python bindings-python/benches/engine.py [SECONDS]

The twelve rules and the cart of five lines of ``benches/engine``. By hand stands that one scheme as a function,
over ``Decimal`` as shops write it and over whole cents. Everybody finds the golden result before it is timed;
contenders take turns, and CPU time counts.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from pathlib import Path
from statistics import median
from typing import Any

import loyalty_core as lc

FOLDER = Path(__file__).parents[2] / "benches" / "twelve"
CART: lc.Purchase = json.loads((FOLDER / "cart.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)

Outcome = tuple[int, list[int], int, int, int]
GOLDEN: Outcome = (270, [50, 46, 75, 0, 99], 105, 1, 1)
"""The discount and its share of each line in cents, points, stamps on the card, rewards."""


def member_of(scheme: lc.Scheme) -> lc.Account:
    before = datetime(2026, 11, 20, 10, tzinfo=timezone.utc)
    first: lc.Purchase = json.loads((FOLDER / "first.json").read_text(encoding="utf-8"))
    account = lc.record(scheme, lc.Account("member-1"), first, at=before).account
    silver = {"id": "t-1", "ladder": "status", "tier": "silver", "floor": True, "actor": "ann", "reason": "bench"}
    return lc.perform(scheme, account, {"assign_tier": silver}, at=before).account


def told(decision: lc.Decision) -> Outcome:
    lines = [int(line.discount * 100) for line in decision.lines]
    card = decision.cards[0]
    points = int(decision.wallets[0].earned)
    return int(decision.totals.discount * 100), lines, points, card.on_card, card.completed


CATEGORY = {"bakery": 200, "coffee": 150}
TIER = {"silver": (5, 125), "gold": (10, 150)}


def in_cents(lines: list[dict[str, Any]], member: dict[str, Any], channel: str, at: datetime) -> Outcome:
    """By hand, in whole cents, over prices that were read before."""
    off, factor = TIER[member["tier"]]
    nets = [0 if line["gift_card"] else line["cents"] * line["quantity"] for line in lines]
    total = sum(nets)
    discount = (total * off * 2 + 100) // 200
    shares, rests = [], []
    for place, net in enumerate(nets):
        share, rest = divmod(net * discount, total)
        shares.append(share)
        rests.append((-rest, place))
    for _, place in sorted(rests)[: discount - sum(shares)]:
        shares[place] += 1
    stamps, points = member["stamps"], 0
    for line, net, share in zip(lines, nets, shares, strict=True):
        points += (net - share) * CATEGORY.get(line["category"], 100)
        if line["category"] == "coffee":
            stamps += line["quantity"]
    points = points * factor * (150 if at.weekday() == 4 else 100) // 100_000_000
    points += (channel == "web") * 5 + (total - discount >= 5000) * 20
    points += ("vip" in member["segments"]) * 50 + (member["ordinal"] == 1) * 100
    return discount, shares, min(points, 500), stamps % 10, stamps // 10


CENT = Decimal("0.01")


def in_decimals(cart: Any, member: dict[str, Any], at: datetime) -> Outcome:
    """By hand with ``Decimal``, from the texts, as a careful shop writes it."""
    off, factor = TIER[member["tier"]]
    lines = cart["lines"]
    nets = [Decimal(0) if line.get("gift_card") else Decimal(line["price"]) * line.get("quantity", 1) for line in lines]
    total = sum(nets, Decimal(0))
    discount = (total * off / 100).quantize(CENT, ROUND_HALF_UP)
    exact = [net * discount / total for net in nets]
    shares = [share.quantize(CENT, ROUND_FLOOR) for share in exact]
    left = int((discount - sum(shares, Decimal(0))) / CENT)
    for place in sorted(range(len(lines)), key=lambda at: (shares[at] - exact[at], at))[:left]:
        shares[place] += CENT
    stamps, points = member["stamps"], Decimal(0)
    for line, net, share in zip(lines, nets, shares, strict=True):
        category = line.get("categories", [None])[0]
        points += (net - share) * CATEGORY.get(category, 100) / 100
        if category == "coffee":
            stamps += line.get("quantity", 1)
    points = points * factor / 100 * (Decimal("1.5") if at.weekday() == 4 else 1)
    whole = int(points.quantize(Decimal(1), ROUND_FLOOR))
    whole += (cart["channel"] == "web") * 5 + (total - discount >= 50) * 20
    whole += ("vip" in member["segments"]) * 50 + (member["ordinal"] == 1) * 100
    cents = [int(share * 100) for share in shares]
    return int(discount * 100), cents, min(whole, 500), stamps % 10, stamps // 10


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 0.5
    scheme = lc.Scheme.from_file(FOLDER / "scheme.json")
    account, member = member_of(scheme), {"tier": "silver", "stamps": 8, "ordinal": 2, "segments": set[str]()}
    cart: Any = CART
    lines = [
        {
            "cents": int(Decimal(line["price"]) * 100),
            "quantity": line.get("quantity", 1),
            "gift_card": line.get("gift_card", False),
            "category": line.get("categories", [None])[0],
        }
        for line in cart["lines"]
    ]
    many = [CART] * 1000
    contenders: list[tuple[str, int, Callable[[], Any], Callable[[Any], Outcome]]] = [
        ("quote", 1, lambda: lc.quote(scheme, account, CART, at=NOW, explain=False), told),
        ("quote, explained", 1, lambda: lc.quote(scheme, account, CART, at=NOW), told),
        (
            "quote_many, 1,000 carts, each",
            1000,
            lambda: lc.quote_many(scheme, account, many, at=NOW, explain=False),
            lambda found: told(found[-1]),
        ),
        ("by hand, Decimal", 1, lambda: in_decimals(CART, member, NOW), lambda found: found),
        ("by hand, whole cents", 1, lambda: in_cents(lines, member, "web", NOW), lambda found: found),
    ]
    for name, _, ask, outcome in contenders:
        if (found := outcome(ask())) != GOLDEN:
            raise SystemExit(f"{name} found {found} instead of {GOLDEN}")
    taken: dict[str, list[float]] = {name: [] for name, *_ in contenders}
    for _ in range(5):
        for name, each, ask, _ in contenders:
            count, start = 0, time.process_time()
            while (spent := time.process_time() - start) < seconds:
                for _ in range(max(1, 100 // each)):
                    ask()
                    count += each
            taken[name].append(spent / count * 1e6)
    decimal = median(taken["by hand, Decimal"])
    print(f"CPU time, medians of five turns; loyalty-core {lc.__version__}, Python {sys.version.split()[0]}\n")
    print("| | µs a decision | least to most | a second | times the Decimal function |\n|---|---:|---:|---:|---:|")
    for name, times in taken.items():
        middle = median(times)
        speed, ratio = 1e6 / middle, decimal / middle
        print(f"| {name} | {middle:.1f} | {min(times):.1f} to {max(times):.1f} | {speed:,.0f} | {ratio:.1f} |")


if __name__ == "__main__":
    main()
