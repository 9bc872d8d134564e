"""Events that are no purchase, and news of a purchase."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from .cards import day_key, guarded
from .cart import Json, failure
from .days import without_defaults
from .earning import headroom_of, limit_key, occasion_keys, step_of, wallet_of
from .numbers import thousandths

if TYPE_CHECKING:
    from .member import Member


def happened(member: Member, body: Json, now: datetime) -> None:
    """An event: the points of every rule that names it, then stamps."""
    facts = body.get("facts", {})
    for wallet in member.wallets.values():
        wallet.moved(now, f"event {body['id']}")
    for rule in member.scheme.get("earn", ()):
        if rule["give"].get("event", {}).get("name") == body["name"]:
            earn(member, rule, facts, now)
    for card in member.cards.values():
        terms = member.terms(now, facts)
        wanted = sum(
            rule["give"]["event"].get("stamps", 1)
            for rule in card.document["stamps"]
            if rule["give"].get("event", {}).get("name") == body["name"]
            and failure(rule.get("when"), {}, [], terms) is None
        )
        # Stamps of events wait for none of a purchase, and no purchase for them.
        stamps = guarded(card.document, wanted, terms, None)
        if stamps:
            placed = card.put([""] * stamps, now, member.rewards)
            member.count(day_key(card.document, terms), placed)


def earn(member: Member, rule: Json, facts: Json, now: datetime) -> None:
    """The points of one rule."""
    terms = member.terms(now, facts)
    if failure(rule.get("when"), {}, [], terms) is not None:
        return
    give, wallet = rule["give"]["event"], member.wallets[wallet_of(member.scheme, rule)]
    member.events[rule["id"]] = member.events.get(rule["id"], 0) + 1
    if member.events[rule["id"]] % give.get("every", 1):
        return
    owner, document = f"rule.{rule['id']}", wallet.document
    if any(left == 0 for _, left in headroom_of(owner, "times", rule.get("times", []), terms)):
        return
    if any(terms.headroom.get(key, 0) for key in occasion_keys(rule, terms)):
        return
    limits = headroom_of(owner, "points", rule.get("caps", []), terms)
    limits += headroom_of(f"wallet.{document['id']}", "points", document.get("caps", []), terms)
    if "balance_max" in document:
        limits.append(("", max(0, terms.headroom[f"wallet.{document['id']}.balance"])))
    step = step_of(document)
    points = min([thousandths(give["points"]), *(left // step * step for _, left in limits)])
    if not points:
        return
    lot: Json = {
        "pending": rule.get("pending", document.get("pending")),
        "expiry": without_defaults(rule.get("expiry") or document.get("expiry") or {"never": {}}),
        "promotional": rule.get("promotional", False),
    }
    opened = member.open_lot(wallet, lot, points, now, None)
    opened.earned = True
    wallet.add(opened, now)
    for key in occasion_keys(rule, terms):
        member.count(key, 1)
    for cap in rule.get("caps", ()):
        member.count(f"{owner}.points.{limit_key(cap['per'], terms)}", points)
    for limit in rule.get("times", ()):
        member.count(f"{owner}.times.{limit_key(limit['per'], terms)}", 1)
    for cap in document.get("caps", ()):
        member.count(f"wallet.{document['id']}.points.{limit_key(cap['per'], terms)}", points)


def fulfilled(member: Member, purchase: str, name: str, now: datetime) -> None:
    """News of a purchase: its points that wait for it become usable."""
    for wallet in member.wallets.values():
        for lot in wallet.lots:
            if lot.purchase == purchase and lot.awaits == name:
                wallet.activate(lot, now, now)
