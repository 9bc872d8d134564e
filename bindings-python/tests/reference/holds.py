"""Points and rewards that are put aside for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from .cards import Issue
from .cart import Json
from .earning import step_of
from .numbers import thousandths
from .wallets import Draw

if TYPE_CHECKING:
    from .pairs import Holder


@dataclass
class Hold:
    """What is put aside, until it is used, given up, or its moment comes."""

    draws: list[tuple[str, Draw]]
    """Points of lots, by wallet."""
    issues: list[Issue]
    until: datetime

    def end(self) -> None:
        """Everything in it is free again."""
        for _, draw in self.draws:
            draw.lot.held -= draw.points
        for issue in self.issues:
            issue.state = "ready"


def put_aside(member: Holder, body: Json, now: datetime) -> str | None:
    """A new hold; why there is none."""
    until = datetime.fromisoformat(body["until"])
    if body["id"] in member.holds:
        return "hold.duplicate"
    if until <= now:
        return "hold.until"
    draws: list[tuple[str, Draw]] = []
    for order in body.get("points", ()):
        wallet, points = member.wallets[order["wallet"]], thousandths(order["points"])
        if points <= 0 or points % step_of(wallet.document):
            return "points.precision"
        if points > wallet.available() or order["wallet"] in [name for name, _ in draws]:
            return "points.insufficient"
        for lot in wallet.in_order(wallet.usable(), wallet.document.get("draw", "earliest_expiry")):
            part = min(points, lot.points - lot.held)
            points -= part
            if part:
                draws.append((order["wallet"], Draw(lot, part)))
    issues: list[Issue] = []
    for order in body.get("rewards", ()):
        # As on a purchase, the one that lapses first comes first.
        ready = [one for one in member.rewards.ready(order["reward"]) if one not in issues]
        if len(ready) < order.get("quantity", 1):
            return "reward.none_ready"
        issues += ready[: order.get("quantity", 1)]
    if not draws and not issues:
        return "hold.empty"
    for _, draw in draws:
        draw.lot.held += draw.points
    for issue in issues:
        issue.state = "held"
    member.holds[body["id"]] = Hold(draws, issues, until)
    member.held_once.add(body["id"])
    return None


def end_of(member: Holder, body: Json, now: datetime, *, used: bool) -> str | None:
    """A hold is used or given up; why it is not."""
    if body["hold"] not in member.holds:
        return "hold.lapsed" if body["hold"] in member.held_once else "hold.unknown"
    hold = member.holds.pop(body["hold"])
    hold.end()
    if used:
        for name, draw in hold.draws:
            draw.lot.points -= draw.points
            member.wallets[name].spent += draw.points
        for name in sorted({name for name, _ in hold.draws}):
            # Using it is a redemption.
            member.wallets[name].moved(now, f"capture {body['id']}")
        for issue in hold.issues:
            issue.state = "used"
    member.advance(now)
    return None


def lapse(member: Holder, now: datetime) -> None:
    """What is past its moment is free, and what of it is past its own lapses."""
    for name, hold in list(member.holds.items()):
        if hold.until <= now:
            del member.holds[name]
            hold.end()
