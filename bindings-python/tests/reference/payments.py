"""Points that pay for a part of a purchase, as a discount or as a tender, and what comes back of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

from .cart import Json, Line, matches
from .earning import step_of
from .numbers import by_largest_remainder, minor, points_text, thousandths
from .offers import Pricing
from .wallets import Draw, Wallet


@dataclass
class Payment:
    """Points of a wallet that pay."""

    wallet: str
    points: int
    tender: bool
    by_line: list[int]
    """The points on each line."""
    cuts: dict[tuple[int, int], int]
    """The money on each unit."""
    draws: list[Draw] = field(default_factory=list)
    restored: int = 0


def payments(
    pricing: Pricing, wallets: dict[str, Wallet], left: dict[str, int], tender: bool, refused: list[Json]
) -> list[Payment]:
    """The points that pay, in the order in which they are offered; those that cannot are refused."""
    made = []
    for asked in pricing.purchase.get("pay_points", ()):
        wallet = wallets.get(asked["wallet"])
        redemption = wallet.document.get("redemption") if wallet else None
        if wallet is None or redemption is None:
            if not tender:
                refused.append({"about": "payment", "id": asked["wallet"], "code": "payment.not_allowed"} | wanted(asked))
            continue
        if (redemption["as"] == "tender") != tender:
            continue
        found = payment(pricing, wallet, redemption, asked, left[wallet.document["id"]])
        if isinstance(found, Payment):
            made.append(found)
            left[found.wallet] -= found.points
        else:
            refused.append({"about": "payment", "id": asked["wallet"]} | found)
    return made


def payment(pricing: Pricing, wallet: Wallet, redemption: Json, asked: Json, left: int) -> Payment | Json:
    """Points that pay, or why they do not."""
    value = Fraction(minor(redemption["value"]["amount"]), thousandths(redemption["value"]["points"]))
    reject = redemption.get("excess") == "reject"
    step = thousandths(redemption["step"]) if "step" in redemption else step_of(wallet.document)
    points = left
    if "points" in asked:
        points = thousandths(asked["points"])
        if points <= 0 or points % step_of(wallet.document):
            return {"code": "points.precision"} | wanted(asked)
        if points > left:
            missing = {"points": points_text(points - left)}
            return {"code": "points.insufficient", "missing": missing} | wanted(asked)
        if reject and points % step:
            return {"code": "payment.step"} | wanted(asked)

    places = [
        place
        for place in pricing.all_units()
        if matches(redemption.get("target"), pricing.lines[place[0]].document) and pricing.running(place)
    ]
    most = sum(pricing.running(place) for place in places)
    if "share_max" in redemption:
        whole = sum(pricing.running(place) for place in pricing.all_units())
        if redemption["as"] == "tender":
            # What is to pay, also for what no discount touches.
            whole = sum(unit.net for line in pricing.lines for unit in line.units)
            whole += sum(one.net for one in pricing.charges)
        most = min(most, floor(Fraction(redemption["share_max"]) / 100 * whole))
    used = points // step * step
    # The fewest points that are worth as much, or, where a step goes beyond it, those of the step below.
    needed = ceil(most / value / step) * step
    if floor(needed * value) > most:
        needed -= step
    if used > needed:
        if reject and "points" in asked:
            return {"code": "payment.excess"} | wanted(asked)
        used = needed
    if used < thousandths(redemption.get("points_min", "0")):
        short = points_text(thousandths(redemption["points_min"]) - used)
        return {"code": "payment.minimum", "missing": {"points": short}} | wanted(asked)
    money = floor(used * value)
    if not money:
        return {"code": "reward.no_effect"} | wanted(asked)

    name = str(wallet.document["id"])
    tender = redemption["as"] == "tender"
    cuts = pricing.shared(money, places)
    by_line = [sum(cut for (at, _), cut in cuts.items() if at == n) for n in range(len(pricing.lines))]
    exact = [Fraction(used * cut, money) for cut in by_line]
    on_lines = by_largest_remainder(used, exact, step_of(wallet.document))
    for place, cut in cuts.items():
        unit = pricing.unit(place)
        if tender:
            unit.tender_cut += cut
        else:
            unit.points_cut += cut
        if redemption.get("earns"):
            unit.points_earning += cut
    pricing.note("points", name, cuts)
    return Payment(name, used, tender, on_lines, cuts)


def wanted(asked: Json) -> Json:
    """What was asked for, in a refusal."""
    return {"wanted": asked["points"]} if "points" in asked else {}


def come_back(paid: Payment, lines: list[Line], step: int) -> int:
    """The points that come back of those that paid, for the units that did so far."""
    total = 0
    for at, line in enumerate(lines):
        money = sum(cut for (on, _), cut in paid.cuts.items() if on == at)
        back = sum(cut for (on, place), cut in paid.cuts.items() if on == at and place >= line.kept)
        if money:
            total += floor(Fraction(paid.by_line[at] * back, money) / step) * step
    return total
