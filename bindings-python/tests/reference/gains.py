"""Ladders that measure points: those that were earned, or those that can be used."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from .cart import Json
from .days import instant
from .ladders import POINTS
from .tiers import Points

if TYPE_CHECKING:
    from .earning import Earned
    from .member import Member, Sale
    from .wallets import Wallet


def of_points(ladder: Json) -> bool:
    """Whether a ladder measures points."""
    return bool(POINTS & set(ladder["metric"]))


def waits(ladder: Json) -> bool:
    """Whether a ladder measures points once they can be used."""
    return "points_earned" in ladder["metric"] and not ladder.get("count_pending")


def wallet_of(member: Member, ladder: Json) -> Wallet:
    """The wallet that a ladder of points measures: the first one where it names none."""
    ((_, said),) = ladder["metric"].items()
    return member.wallets[said.get("wallet") or next(iter(member.wallets))]


def points(member: Member, ladder: Json, at: datetime | None = None) -> Points:
    """What a ladder of points measures, by day. Spending lowers a balance, and never what was earned."""
    wallet = wallet_of(member, ladder)
    if "balance" in ladder["metric"]:
        waiting = wallet.pending() if ladder.get("count_pending") else 0
        return [(date.min, wallet.active(at) - wallet.owed + waiting)]
    pending, made = ladder.get("count_pending", False), []
    for lot in wallet.lots:
        if not lot.earned or lot.purchase is not None:
            continue
        if pending:
            made.append((lot.opened, lot.granted))
        elif lot.usable_on is not None:
            made.append((lot.usable_on, lot.usable))
    for sale in member.sales.values():
        made += of_sale(ladder, sale, wallet)
    return made


def of_sale(ladder: Json, sale: Sale, wallet: Wallet) -> Points:
    """What a purchase still earns: all of it on the day of the sale, or what is usable on the day when it became so."""
    lots = [lot for lot in wallet.lots if lot.purchase == sale.document["id"]]
    never = ladder.get("on_return") == "never" and not sale.cancelled
    taken = 0 if never else sale.taken.get(wallet.document["id"], 0)
    if ladder.get("count_pending"):
        return [(sale.terms.at.date(), sum(lot.granted for lot in lots) - taken)]
    made = [(lot.usable_on, lot.usable) for lot in lots if lot.usable_on is not None]
    if never:
        return made
    left = sum(lot.granted for lot in lots) - taken - sum(lot.points for lot in lots if not lot.open)
    over = sum(amount for _, amount in made) - left
    # What is taken comes of the first days, and comes back on the last.
    made.sort()
    kept = []
    for place, (day, amount) in enumerate(made):
        less = over if place + 1 == len(made) else max(0, min(over, amount))
        kept.append((day, amount - less))
        over -= less
    return kept


def adds(member: Member, ladder: Json, earned: dict[str, Earned], spent: dict[str, int]) -> int:
    """What a purchase adds to a ladder of points."""
    wallet = wallet_of(member, ladder)
    lots = member.lots_of(wallet.document, earned[wallet.document["id"]])
    more = sum(amount for terms, amount in lots if ladder.get("count_pending") or not terms["pending"])
    return more - spent[wallet.document["id"]] if "balance" in ladder["metric"] else more


def next_due(member: Member, now: datetime) -> bool:
    """Does the first thing that is due, in the order of the deadlines: points that become usable (1), reviews (2),
    points that lapse (5); with all of its kind at that moment. Gives whether there was one."""
    found = [
        (when, kind, name, place)
        for name, wallet in member.wallets.items()
        for when, kind, place in wallet.due(now)
    ]
    ladders = member.scheme.get("ladders", ())
    for place, (name, held) in enumerate(member.ladders.items()):
        if held.review is not None and held.review <= now.date():
            found.append((instant(held.review, member.zone), 2, name, place))
        elif (day := held.falls(member.points(ladders[place]), now.date())) is not None:
            found.append((instant(day, member.zone), 2, name, place))
    if not found:
        return False
    when, kind, name, place = min(found, key=lambda one: (one[0], one[1]))
    if kind == 2:
        held, points_of = member.ladders[name], member.points(ladders[place])
        if held.review is not None:
            held.reviewed(points_of, held.review)
        else:
            held.fall(points_of, when.astimezone(member.zone).date())
        return True
    moves = any("balance" in ladder["metric"] for ladder in ladders)
    for _, _, name, place in [one for one in found if one[:2] == (when, kind)]:
        wallet = member.wallets[name]
        lot = wallet.lots[place]
        if kind == 5:
            wallet.lapse(lot)
            continue
        assert lot.pending is not None
        wallet.activate(lot, lot.pending, now)
        moves = moves or (lot.usable > 0 and any(waits(one) and wallet_of(member, one) is wallet for one in ladders))
    if moves:
        # What an act leaves behind its deadline changes no tier of the past.
        member.settle_tiers(max(when, member.looked).astimezone(member.zone))
    return True
