"""Stamp cards: a list of stamps in the order in which they came, put on cards oldest first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

from .cart import Json, Line, Terms, failure
from .days import Deadline, deadline_text, instant, reached, validity_end
from .earning import counts, picks
from .numbers import minor


@dataclass
class Issue:
    """A reward that was issued."""

    number: int
    reward: str
    expiry: Deadline | None
    state: str = "ready"
    """Whether it can be used, was ``used``, lapsed, or is void."""
    tier: tuple[str, str] | None = None
    """The ladder and the tier that brought it."""
    lost: bool = False
    """Whether a return has lost that tier since."""

    def never(self) -> None:
        """It should not have been issued."""
        self.state = "void" if self.state == "ready" else self.state


@dataclass
class Rewards:
    """The rewards of a member, numbered in the order of their issue."""

    definitions: dict[str, Json]
    zone: ZoneInfo
    issues: list[Issue] = field(default_factory=list)

    def ready(self, reward: str) -> list[Issue]:
        """Those that can be used, the one that lapses first ahead."""
        found = [one for one in self.issues if one.reward == reward and one.state == "ready"]
        end = datetime.max.replace(tzinfo=self.zone)
        return sorted(found, key=lambda one: end if one.expiry is None else instant(one.expiry, self.zone))

    def counted(self, reward: str) -> int:
        """How many the member got."""
        return sum(1 for one in self.issues if one.reward == reward and one.state != "undone")

    def issue(self, reward: str, now: datetime) -> Issue:
        span = self.definitions[reward].get("valid_for")
        rolling = {"after": span, "round_up": self.definitions[reward].get("round_up", "none")}
        expiry = validity_end(now, rolling, now.tzinfo) if span else None
        self.issues.append(Issue(len(self.issues), reward, expiry))
        return self.issues[-1]

    def issue_again(self, issue: Issue) -> None:
        """One that was used is there again, as one of its own that lapses when the other did; not where its tier was lost."""
        issue.state = "undone"
        if issue.lost:
            return
        self.issues.append(Issue(len(self.issues), issue.reward, issue.expiry, tier=issue.tier))

    def lapse(self, now: datetime) -> None:
        for issue in self.issues:
            if issue.state == "ready" and reached(issue.expiry, now):
                issue.state = "lapsed"

    def standing(self) -> list[Json]:
        made = []
        for issue in self.issues:
            if issue.state == "ready":
                made.append({"issue": issue.number, "reward": issue.reward})
                if issue.expiry is not None:
                    made[-1]["expiry"] = deadline_text(issue.expiry)
        return made


@dataclass
class Instance:
    """One card of its kind."""

    start: int
    expiry: Deadline | None
    stamps: list[str] = field(default_factory=list)
    """The purchase of every stamp."""
    lapsed: bool = False
    complete: bool = False
    issues: dict[str, Issue] = field(default_factory=dict)
    opened: datetime = datetime.max
    stays: set[str] = field(default_factory=set)
    """What a merge took the stamps of, and stays."""

    def on_card(self) -> int:
        return self.start + len(self.stamps)


@dataclass
class Card:
    """A member's cards of one kind."""

    document: Json
    instances: list[Instance] = field(default_factory=list)
    last: datetime | None = None
    issues: dict[str, list[Issue]] = field(default_factory=dict)
    """What full cards have brought, by reward."""

    @property
    def target(self) -> int:
        return int(self.document["target"])

    def put(self, stamps: list[str], now: datetime, rewards: Rewards) -> int:
        """Puts stamps on cards; gives how many went on one."""
        placed = 0
        for instance in self.instances:
            if instance.lapsed:
                continue
            room = max(0, self.target - instance.on_card())
            was_open = not instance.complete and room > 0
            instance.stamps += stamps[:room]
            placed += len(stamps[:room])
            stamps = stamps[room:]
            if was_open and instance.on_card() >= self.target and self.document.get("overflow") == "discard":
                stamps = []
        while stamps:
            again = not self.instances or self.document.get("start_stamps_again", False)
            start = self.document.get("start_stamps", 0) if again else 0
            span = self.document.get("valid_for")
            expiry = validity_end(now, {"after": span}, now.tzinfo) if span else None
            instance = Instance(start, expiry, opened=now)
            self.instances.append(instance)
            room = self.target - start
            instance.stamps = stamps[:room]
            placed += len(stamps[:room])
            stamps = stamps[room:]
            if instance.on_card() >= self.target and self.document.get("overflow") == "discard":
                stamps = []
        self.settle(now, rewards)
        return placed

    def pour(self, other: Card, now: datetime, rewards: Rewards) -> None:
        """Another member's cards of this kind come here; of those that can be filled the older ones get
        the stamps of the younger, which end where they are left empty."""
        self.instances += other.instances
        self.last = max((one for one in (self.last, other.last) if one is not None), default=None)
        unfilled = [one for one in self.instances if not one.complete and not one.lapsed]
        unfilled.sort(key=lambda one: one.opened)
        for place, younger in enumerate(unfilled):
            for older in unfilled[:place]:
                room = 0 if older.lapsed else self.target - older.on_card()
                older.stamps += younger.stamps[:room]
                younger.stamps = younger.stamps[room:]
            younger.lapsed = place > 0 and not younger.stamps
            # What it brought stays.
            younger.stays = set(younger.issues)
        for reward, issues in other.issues.items():
            self.issues.setdefault(reward, []).extend(issues)
        self.settle(now, rewards)

    def take(self, purchase: str, count: int, now: datetime, rewards: Rewards) -> None:
        """Takes the last stamps of a purchase; the others are put on the cards again."""
        for instance in reversed(self.instances):
            for place in reversed(range(len(instance.stamps))):
                if count and instance.stamps[place] == purchase:
                    del instance.stamps[place]
                    count -= 1
        standing = [instance for instance in self.instances if not instance.lapsed]
        stamps = [stamp for instance in standing for stamp in instance.stamps]
        for instance in standing:
            room = self.target - instance.start
            instance.stamps, stamps = stamps[:room], stamps[room:]
        assert not stamps
        self.settle(now, rewards)

    def settle(self, now: datetime, rewards: Rewards) -> None:
        """Issues the rewards of full cards and milestones, and takes back what is none any more."""
        milestones = [(one["stamps"], f"at {one['stamps']}", one["reward"]) for one in self.document.get("milestones", ())]
        for instance in self.instances:
            for stamps, name, reward in milestones:
                has = instance.on_card() >= stamps
                if has:
                    instance.stays.discard(name)
                    if name not in instance.issues and not instance.lapsed:
                        instance.issues[name] = rewards.issue(reward, now)
                elif name in instance.issues and name not in instance.stays:
                    instance.issues.pop(name).never()
        full = sum(1 for instance in self.instances if instance.on_card() >= self.target)
        for reward in self.document.get("rewards", ()):
            issues = self.issues.setdefault(reward, [])
            while len(issues) < full:
                issues.append(rewards.issue(reward, now))
            while len(issues) > full:
                newest = max((one for one in issues if one.state in ("ready", "lapsed")), key=lambda one: one.number)
                issues.remove(newest)
                newest.never()
        for instance in self.instances:
            instance.complete = instance.on_card() >= self.target

    def lapse(self, now: datetime) -> None:
        for instance in self.instances:
            if not instance.complete and not instance.lapsed and reached(instance.expiry, now):
                instance.lapsed = True

    def present(self, purchase: str) -> int:
        return sum(instance.stamps.count(purchase) for instance in self.instances)

    def standing(self) -> Json:
        shown = [one for one in self.instances if not one.lapsed and not one.complete]
        made: Json = {
            "card": self.document["id"],
            "stamps": shown[0].on_card() if shown else 0,
            "target": self.target,
            "debt": 0,
            "completed": sum(1 for one in self.instances if one.complete),
        }
        if shown and shown[0].expiry is not None:
            made["expiry"] = deadline_text(shown[0].expiry)
        return made


def stamps_of(card: Json, purchase: Json, lines: list[Line], terms: Terms, base: list[int]) -> dict[int, int]:
    """The stamps that a purchase brings, by rule, before any guard."""
    found = {}
    for place, rule in enumerate(card["stamps"]):
        if failure(rule.get("when"), purchase, lines, terms) is not None:
            found[place] = 0
            continue
        ((kind, give),) = rule["give"].items()
        each = give.get("stamps", 1)
        picked = [line for line in lines if counts(rule, line)]
        match kind:
            case "per_purchase":
                found[place] = each if picked else 0
            case "per_unit":
                found[place] = each * sum(line.counting(rule.get("free_units", "skip")) for line in picked)
            case "per_amount":
                amount = sum(of for line, of in zip(lines, base, strict=True) if picks(rule, line))
                found[place] = each * floor(Fraction(amount, minor(give["per"])))
            case "event":
                found[place] = 0
    return found


def guarded(card: Json, wanted: int, terms: Terms, last: datetime | None) -> int:
    """What the guards of a card leave of stamps."""
    wait = timedelta(minutes=card.get("minutes_between", 0))
    if last is not None and terms.at - last < wait:
        return 0
    if card.get("stamps_per_day"):
        used = terms.headroom.get(day_key(card, terms), 0)
        return min(wanted, max(0, int(card["stamps_per_day"]) - used))
    return wanted


def day_key(card: Json, terms: Terms) -> str:
    return f"card.{card['id']}.stamps@{terms.at.date().isoformat()}"
