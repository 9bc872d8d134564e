"""Members who put points aside, and acts between two of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from . import holds
from .cart import Json, Terms
from .days import reached, validity_end
from .earning import step_of
from .member import Member, Refused
from .numbers import thousandths
from .wallets import Lot, Wallet


@dataclass
class Holder(Member):
    """A member with holds, who can be merged into another."""

    holds: dict[str, holds.Hold] = field(default_factory=dict)
    held_once: set[str] = field(default_factory=set)
    joined: date | None = None
    closed: bool = False

    def advance(self, now: datetime) -> None:
        holds.lapse(self, now)
        super().advance(now)

    def terms(self, now: datetime, facts: Json) -> Terms:
        made = super().terms(now, facts)
        made.joined = self.joined
        return made

    def act(self, act: Json, now: datetime) -> Json:
        ((kind, _),) = act.items()
        before = self.begin(now)
        try:
            if self.closed and kind != "due":
                raise Refused("account.closed")
            return super().act(act, now)
        except Refused:
            self.joined = before
            raise

    def begin(self, now: datetime) -> date | None:
        """What is due; the first act counts as enrolment. Gives when the member had enrolled before."""
        before = self.joined
        self.advance(now)
        self.join(before or now.date())
        return before

    def join(self, day: date | None) -> None:
        """When the member enrolled."""
        self.joined = day
        for held in self.ladders.values():
            held.joined = day

    def act_enrol(self, body: Json, now: datetime) -> Json:
        self.join(now.date())
        return {}

    def act_reinstate(self, body: Json, now: datetime) -> Json:
        """Points that lapsed so many days ago at most are there again, in lots of their own."""
        wallet = self.wallets[body["wallet"]]
        since = now.date() - timedelta(days=body["lapsed_days_max"])
        found = [lot for lot in wallet.lots if lot.lapsed > lot.forgiven and lot.lapsed_on >= since]
        if not found:
            raise Refused("reinstate.none")
        for old in found:
            lot = Lot(len(wallet.lots), old.lapsed - old.forgiven, {"never": {}}, promotional=old.promotional, opened=now.date())
            wallet.add(lot, now)
            lot.expiry = validity_end(now, {"after": {"days": body["valid_days"]}})
            old.lapsed, old.forgiven, old.over = 0, 0, True
        return {}

    def refuse(self, code: str | None) -> Json:
        if code is not None:
            raise Refused(code)
        return {}

    def act_hold(self, body: Json, now: datetime) -> Json:
        return self.refuse(holds.put_aside(self, body, now))

    def act_capture(self, body: Json, now: datetime) -> Json:
        return self.refuse(holds.end_of(self, body, now, used=True))

    def act_release(self, body: Json, now: datetime) -> Json:
        return self.refuse(holds.end_of(self, body, now, used=False))


def both(first: Holder, second: Holder, now: datetime) -> tuple[date | None, date | None]:
    """Both begin an act; when each had enrolled before."""
    before = first.begin(now), second.begin(now)
    if first.closed or second.closed:
        leave(first, second, before)
        raise Refused("account.closed")
    return before


def leave(first: Holder, second: Holder, before: tuple[date | None, date | None]) -> None:
    first.join(before[0])
    second.join(before[1])


def transfer(giver: Holder, taker: Holder, body: Json, now: datetime) -> None:
    """Points go to another member; they keep their deadlines, and fill what is owed there."""
    before = both(giver, taker, now)
    source, points = giver.wallets[body["wallet"]], thousandths(body["points"])
    code = None
    if points <= 0 or points % step_of(source.document):
        code = "points.precision"
    elif points > source.available():
        code = "points.insufficient"
    if code is not None:
        leave(giver, taker, before)
        raise Refused(code)
    target = taker.wallets[body["wallet"]]
    for draw in source.draw(points, source.in_order(source.usable(), source.document.get("draw", "earliest_expiry"))):
        lot = Lot(len(target.lots), draw.points, {"never": {}}, promotional=draw.lot.promotional, opened=now.date())
        target.add(lot, now)
        lot.expiry = draw.lot.expiry
    giver.settle_tiers(now)
    taker.settle_tiers(now)


def merge(survivor: Holder, other: Holder, now: datetime) -> None:
    """Everything of another member's comes to one, whose account is closed."""
    both(survivor, other, now)
    for name, wallet in survivor.wallets.items():
        pour(wallet, other.wallets[name], now)
    survivor.sales |= other.sales
    for mine, theirs in ((survivor.counters, other.counters), (survivor.events, other.events), (survivor.carry, other.carry)):
        for key, count in theirs.items():
            mine[key] = mine.get(key, 0) + count
    survivor.ordinal += other.ordinal
    survivor.holds |= other.holds
    survivor.held_once |= other.held_once
    for issue in other.rewards.issues:
        issue.number = len(survivor.rewards.issues)
        survivor.rewards.issues.append(issue)
    survivor.join(min(one.joined for one in (survivor, other) if one.joined is not None))
    for name, card in survivor.cards.items():
        card.pour(other.cards[name], now, survivor.rewards)
    for name, held in survivor.ladders.items():
        if other.ladders[name].tier > held.tier:
            held.set(other.ladders[name].tier, now.date())
    survivor.settle_tiers(now)
    other.closed = True
    other.holds = {}
    for wallet in other.wallets.values():
        wallet.lots, wallet.owed = [], 0
    other.rewards.issues = []


def pour(wallet: Wallet, other: Wallet, now: datetime) -> None:
    """The lots of another wallet behind those of one; what either owes is filled, by what lapses first."""
    for lot in [*wallet.lots, *other.lots]:
        lot.over = lot.over or ("activity" in lot.expiry_terms and lot.open and reached(lot.expiry, now))
    for lot in other.lots:
        lot.number = len(wallet.lots)
        wallet.lots.append(lot)
    wallet.owed += other.owed
    wallet.spent += other.spent
    wallet.expired += other.expired
    wallet.activity += other.activity
    for lot in wallet.lots:
        if lot.open and not lot.over and not lot.lapsed and "activity" in lot.expiry_terms:
            assert lot.start is not None
            lot.expiry = wallet.end(lot.expiry_terms, lot.start, now)
    filled = wallet.draw(wallet.owed, wallet.in_order(wallet.usable(), "earliest_expiry"))
    wallet.owed -= sum(one.points for one in filled)
