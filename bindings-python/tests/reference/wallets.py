"""Wallets: lots of points that wait, can be used, lapse, and are owed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from math import ceil, floor
from zoneinfo import ZoneInfo

from .cart import Json
from .days import Deadline, deadline_text, expiry_end, instant, reached, validity_end
from .numbers import minor, points_text, thousandths


@dataclass
class Lot:
    """Points that were earned together."""

    number: int
    points: int
    expiry_terms: Json
    pending: Deadline | None = None
    awaits: str | None = None
    expiry: Deadline | None = None
    purchase: str | None = None
    promotional: bool = False
    lapsed: int = 0
    forgiven: int = 0
    """What lapsed and was to be taken back since: it is gone already."""
    over: bool = False
    """Whether its deadline had passed when the member was active again."""
    held: int = 0
    start: Deadline | None = None
    """When the validity begins."""
    act: datetime | None = None
    """The act that said when it ends, by whose offset it is counted."""
    open: bool = False
    """Whether it became usable."""
    opened: date = date.min
    """The day it came into being."""
    lapsed_on: date = date.min
    earned: bool = False
    """Whether a purchase or an event brought it."""
    granted: int = 0
    """Its points at first."""
    usable: int = 0
    """Its points when it became usable."""
    usable_on: date | None = None


@dataclass
class Draw:
    """Points of a lot."""

    lot: Lot
    points: int


@dataclass
class Wallet:
    """A wallet of a member."""

    document: Json
    zone: ZoneInfo
    lots: list[Lot] = field(default_factory=list)
    owed: int = 0
    spent: int = 0
    expired: int = 0
    activity: list[tuple[str, datetime]] = field(default_factory=list)

    def pending(self) -> int:
        return sum(lot.points for lot in self.lots if not lot.open)

    def active(self, at: datetime | None = None) -> int:
        """What is usable; at a moment, without what lapses with it."""
        lapsed = sum(lot.points - lot.held for lot in self.lots if lot.open and at is not None and reached(lot.expiry, at))
        return sum(lot.points for lot in self.lots if lot.open) - lapsed

    def held(self) -> int:
        return sum(lot.held for lot in self.lots)

    def available(self) -> int:
        return max(0, self.active() - self.held() - self.owed)

    def end(self, terms: Json, start: Deadline, now: datetime) -> Deadline | None:
        """When points lapse that become usable then: by inactivity, from the last activity on."""
        since = max([start, *(at for _, at in self.activity)], key=lambda one: instant(one, self.zone))
        return expiry_end(terms, start, since, now.tzinfo)

    def add(self, lot: Lot, now: datetime) -> None:
        """Opens a lot."""
        self.lots.append(lot)
        lot.granted = lot.points
        if lot.pending is None and lot.awaits is None:
            self.activate(lot, now, now)
        elif lot.pending is not None:
            lot.act = now
            lot.expiry = self.end(lot.expiry_terms, lot.pending, now)

    def activate(self, lot: Lot, start: Deadline, now: datetime) -> None:
        """A lot becomes usable; what is owed comes first."""
        lot.start = start
        lot.usable_on, lot.usable = instant(start, self.zone).astimezone(self.zone).date(), lot.points
        if not lot.pending:
            lot.act = now
            lot.expiry = self.end(lot.expiry_terms, start, now)
        lot.open = True
        lot.pending = lot.awaits = None
        fill = min(self.owed, lot.points)
        self.owed -= fill
        lot.points -= fill

    def moved(self, now: datetime, why: str) -> None:
        """The member was active: points that lapse by inactivity live longer, but for those of lots that had
        lapsed by then, or would have if they had held any."""
        self.activity.append((why, now))
        for lot in self.lots:
            if not lot.open or "activity" not in lot.expiry_terms:
                continue
            lot.over = lot.over or reached(lot.expiry, now)
            if not lot.over and not lot.lapsed:
                later = self.end(lot.expiry_terms, now, now)
                assert later is not None and lot.expiry is not None
                lot.expiry = max(lot.expiry, later, key=lambda one: instant(one, self.zone))

    def never_moved(self, why: str) -> None:
        """What was counted as activity never took place: it keeps no points alive."""
        self.activity = [one for one in self.activity if one[0] != why]
        for lot in self.lots:
            if lot.open and not lot.over and not lot.lapsed and "activity" in lot.expiry_terms:
                assert lot.start is not None and lot.act is not None
                lot.expiry = self.end(lot.expiry_terms, lot.start, lot.act)

    def in_order(self, lots: list[Lot], draw: str) -> list[Lot]:
        """Lots in the order in which they are drawn."""
        end = datetime.max.replace(tzinfo=self.zone)

        def key(lot: Lot) -> tuple[object, ...]:
            expiry = end if lot.expiry is None else instant(lot.expiry, self.zone)
            if draw == "oldest":
                return (lot.opened, lot.number)
            if draw == "promotional_first":
                return (not lot.promotional, expiry, lot.number)
            return (expiry, lot.number)

        return sorted(lots, key=key)

    def draw(self, points: int, lots: list[Lot]) -> list[Draw]:
        """Takes points of lots, one after the other, as far as they suffice."""
        draws = []
        for lot in lots:
            taken = min(points, lot.points - lot.held)
            if taken > 0:
                lot.points -= taken
                points -= taken
                draws.append(Draw(lot, taken))
        return draws

    def usable(self) -> list[Lot]:
        return [lot for lot in self.lots if lot.open]

    def give_back(self, draws: list[Draw], owed: int, points: int) -> tuple[int, int]:
        """Gives back what was taken: what is still owed, then to the latest lots; gives what was owed, and
        what was and is not any more: it has no lot."""
        owed = min(owed, points, self.owed)
        self.owed -= owed
        points -= owed
        for draw in reversed(draws):
            back = min(points, draw.points)
            draw.points -= back
            draw.lot.points += back
            points -= back
            fill = min(self.owed, draw.lot.points - draw.lot.held) if draw.lot.open else 0
            self.owed -= fill
            draw.lot.points -= fill
        return owed, points

    def restore(self, draws: list[Draw], points: int, now: datetime, grace: int) -> None:
        """Points that paid come back to their lots, the last drawn first. What lapsed meanwhile lapses,
        and fills nothing. With days of grace, what would lapse before them stands in a lot of its own."""
        longer = validity_end(now, {"after": {"days": grace}})
        self.spent -= points
        for draw in reversed(draws):
            back = min(points, draw.points)
            draw.points -= back
            points -= back
            old = draw.lot.expiry
            if back and grace and old is not None and instant(old, self.zone) < instant(longer, self.zone):
                lot = Lot(len(self.lots), back, {"never": {}}, promotional=draw.lot.promotional, opened=now.date())
                self.lots.append(lot)
                self.activate(lot, now, now)
                lot.expiry = longer
                continue
            draw.lot.points += back
            fill = min(self.owed, draw.lot.points - draw.lot.held) if back and not reached(draw.lot.expiry, now) else 0
            self.owed -= fill
            draw.lot.points -= fill

    def take_back(self, purchase: str, points: int, draws: list[Draw]) -> int:
        """Takes points of a purchase back, in draws; gives what is short."""
        wanted = points + sum(one.points for one in draws)
        own = [lot for lot in self.lots if lot.purchase == purchase]
        for group in ([lot for lot in own if not lot.open], [lot for lot in own if lot.open]):
            draws += self.draw(points, group)
            points = wanted - sum(one.points for one in draws)
        for lot in own:
            gone = min(points, lot.lapsed - lot.forgiven)
            lot.forgiven += gone
            points -= gone
        if self.document.get("drain_other_lots", True):
            others = self.in_order(self.usable(), "earliest_expiry")
            more = self.draw(points, others)
            draws += more
            points -= sum(one.points for one in more)
        return points

    def shortfall(self, short: int, refund: int) -> tuple[int, int]:
        """What is owed of points that are gone, and the money that is charged for the others."""
        way, redemption = self.document.get("shortfall", "deficit"), self.document.get("redemption")
        if way == "write_off":
            return 0, 0
        if way == "deficit" or redemption is None:
            return short, 0
        value = Fraction(minor(redemption["value"]["amount"]), thousandths(redemption["value"]["points"]))
        step = int(10 ** (3 - self.document.get("precision", 0)))
        covered = short
        if ceil(short * value) > refund:
            covered = min(short, floor(refund / value / step) * step)
        return short - covered, min(refund, ceil(covered * value))

    def lapse(self, lot: Lot) -> None:
        """A lot lapses, but for what is held."""
        gone = lot.points - lot.held
        lot.points -= gone
        lot.lapsed += gone
        assert lot.expiry is not None
        lot.lapsed_on = instant(lot.expiry, self.zone).astimezone(self.zone).date()
        self.expired += gone

    def due(self, now: datetime) -> list[tuple[datetime, int, int]]:
        """What falls due: activations (1) and lapses (5), by moment."""
        made = []
        for place, lot in enumerate(self.lots):
            if not lot.open and lot.pending is not None and reached(lot.pending, now):
                made.append((instant(lot.pending, self.zone), 1, place))
            elif lot.open and lot.points > lot.held and reached(lot.expiry, now):
                assert lot.expiry is not None
                made.append((instant(lot.expiry, self.zone), 5, place))
        return made

    def standing(self, now: datetime) -> Json:
        """The wallet as a standing shows it. What a hold alone keeps from lapsing has no day."""
        lapses: dict[str, tuple[datetime, int]] = {}
        for lot in self.lots:
            text = deadline_text(lot.expiry)
            if text is not None and lot.expiry is not None and lot.points and not reached(lot.expiry, now):
                before = lapses.get(text, (None, 0))[1]
                lapses[text] = (instant(lot.expiry, self.zone), before + lot.points)
        made: Json = {
            "wallet": self.document["id"],
            "balance": {
                "pending": points_text(self.pending()),
                "active": points_text(self.active()),
                "held": points_text(self.held()),
                "owed": points_text(self.owed),
                "available": points_text(self.available()),
                "balance": points_text(self.active() - self.owed),
                "spent": points_text(self.spent),
                "expired": points_text(self.expired),
            },
            "expiries": [
                {"at": text, "points": points_text(points)}
                for text, (_, points) in sorted(lapses.items(), key=lambda one: (one[1][0], len(one[0])))
            ],
        }
        return made
