"""What the engine answers with: plain, typed, read-only objects.

Amounts and points are :class:`decimal.Decimal` with the decimals that the engine wrote, moments are
aware :class:`datetime.datetime` in the scheme's civil time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from . import _core, _html
from ._core import Account, Group
from ._records import Deadline, read, record


@dataclass(frozen=True, slots=True)
class Head:
    """The version of an account: how many groups it holds, and the hash of the last one."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class LineDecision:
    """A line of a decision."""

    line: str
    """The line's name, or its position from ``1``."""
    list: Decimal
    """Price times quantity."""
    discount: Decimal
    """What discounts take off."""
    net: Decimal
    """What is left."""


@dataclass(frozen=True, slots=True)
class DiscountDecision:
    """A discount of a decision."""

    kind: Literal["reward", "benefit", "points", "offer", "deduction"]
    id: str
    """The reward, the benefit, the wallet or the offer."""
    amount: Decimal
    """On goods."""
    lines: tuple[Decimal, ...]
    """On each line."""
    shipping: Decimal
    """On delivery."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Amounts of a decision."""

    list: Decimal
    """Goods at list prices."""
    discount: Decimal
    """Discounts on goods."""
    goods: Decimal
    """Goods after discounts."""
    shipping: Decimal
    """Delivery after discounts."""
    tax: Decimal
    """Tax, contained or on top."""
    total: Decimal
    """To pay before tenders."""
    points_tender: Decimal
    """Paid by points as a tender."""
    gift_card: Decimal
    """Paid by gift card."""
    due: Decimal
    """Left to pay in money."""


@dataclass(frozen=True, slots=True)
class PartDecision:
    """What a rule or benefit brings."""

    rule: str
    wanted: Decimal
    """Without caps."""
    points: Decimal
    """Granted."""


@dataclass(frozen=True, slots=True)
class LotDecision:
    """A lot of points that the purchase would open."""

    points: Decimal
    usable_from: Deadline | None = None
    """When they become usable; ``None`` when at once or by an event."""
    awaits_event: bool = False
    expiry: Deadline | None = None
    """When they lapse, if that is known and ever."""


@dataclass(frozen=True, slots=True)
class WalletDecision:
    """A wallet's part of a decision."""

    wallet: str
    earned: Decimal
    parts: tuple[PartDecision, ...]
    """The parts of ``earned``, by rule and benefit; they sum to it."""
    lots: tuple[LotDecision, ...]
    spent: Decimal


@dataclass(frozen=True, slots=True)
class CardDecision:
    """A card's part of a decision."""

    card: str
    stamps: int
    completed: int
    """Cards filled."""
    on_card: int
    """Stamps on the open card afterwards."""
    target: int
    """How many fill it."""


@dataclass(frozen=True, slots=True)
class TierDecision:
    """A rise on a ladder."""

    ladder: str
    to: str
    before: str | None = None
    """The tier held so far; ``from`` in JSON."""

    @staticmethod
    def _of(value: Mapping[str, Any]) -> TierDecision:
        return TierDecision(value["ladder"], value["to"], value.get("from"))


@dataclass(frozen=True, slots=True)
class RewardDecision:
    """A reward used."""

    reward: str
    issue: int | None = None
    """The issue used; ``None`` when it is bought with the purchase."""
    cost: Decimal | None = None
    """What it costs in points."""


@dataclass(frozen=True, slots=True)
class CodeDecision:
    """What became of a code that was entered."""

    code: str
    """The code as it was entered."""
    reasons: tuple[str, ...]
    """``granted``, or every reason why it opens nothing."""
    offer: str | None = None
    """The offer that it opens."""


@dataclass(frozen=True, slots=True)
class ChoiceDecision:
    """How the choice among offers that exclude each other was made."""

    optimal: bool
    """Whether no other combination is better."""
    tries: int
    """How many combinations were tried."""
    value: Decimal
    """What the chosen offers take off."""
    bound: Decimal
    """What no combination takes off more than."""


@dataclass(frozen=True, slots=True)
class GiftLine:
    """A line that an offer adds to the purchase."""

    price: Decimal
    id: str | None = None
    sku: str | None = None
    product: str | None = None
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    quantity: int = 1
    tax: Decimal | None = None
    gift_card: bool = False
    discounted: bool = False
    price_min: Decimal | None = None
    gift_of: str | None = None
    """The offer."""


@dataclass(frozen=True, slots=True)
class Headroom:
    """What a limit had left: what recording relies on."""

    limit: str
    left: int
    """In thousandths of a point, or times."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """How far off something was."""

    kind: Literal["amount", "units", "points"]
    value: Decimal

    @staticmethod
    def _of(value: Mapping[str, Any]) -> Shortage:
        ((kind, size),) = value.items()
        return Shortage(kind, Decimal(size))  # type: ignore[arg-type]

    def __str__(self) -> str:
        unit = "" if self.kind == "amount" else f" {self.kind}"
        return f"{self.value}{unit} more"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a candidate rule, benefit, card or reward was granted or refused."""

    about: Literal["rule", "benefit", "card", "reward", "payment", "wallet"]
    id: str
    """Its stable name in the scheme."""
    code: str
    """``granted``, ``capped``, or why it was refused, such as ``condition.min_amount``."""
    wanted: Decimal | None = None
    """What it would have given without caps."""
    granted: Decimal | None = None
    """What it gave."""
    missing: Shortage | None = None
    """What was missing."""
    resets: date | None = None
    """The first day on which a cap is free again."""

    def __str__(self) -> str:
        said = [f"{self.about} {self.id}: {self.code}"]
        if self.granted is not None:
            said.append(f"{self.granted} points")
        if self.wanted is not None and self.wanted != self.granted:
            said.append(f"{self.wanted} without caps")
        if self.missing is not None:
            said.append(str(self.missing))
        if self.resets is not None:
            said.append(f"free again on {self.resets}")
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class OfferDecision:
    """What became of an offer that could apply."""

    offer: str
    code: str
    """``granted``, or why it gives nothing."""
    amount: Decimal
    """What it takes off goods and delivery."""
    units: int
    """How many units it uses: those that it lowers, and those that its sets take."""
    sets: int | None = None
    """How many sets of units it finds, or how many times it gives its gift."""
    by: str | None = None
    """The offer that took its place."""
    missing: Shortage | None = None
    """What is missing for it."""
    resets: date | None = None
    """The first day on which its limit is free again."""

    def __str__(self) -> str:
        said = [f"offer {self.offer}: {self.code}"]
        if self.amount:
            said.append(f"{self.amount} off")
        if self.by is not None:
            said.append(f"in favour of {self.by}")
        if self.missing is not None:
            said.append(str(self.missing))
        if self.resets is not None:
            said.append(f"free again on {self.resets}")
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class ChallengePartStanding:
    """A part of a challenge; money, or a whole number."""

    count: Decimal
    """What is counted, the purchase included."""
    goal: Decimal
    """What is to be reached."""
    missing: Decimal
    """What is missing."""
    adds: Decimal | None = None
    """What the purchase adds."""


@dataclass(frozen=True, slots=True)
class ChallengeStanding:
    """A challenge, as a member stands in it or as a purchase moves it."""

    challenge: str
    parts: tuple[ChallengePartStanding, ...]
    run: int
    """In how many periods in a row, up to the present one, the goal is reached."""
    streak: int
    """How many it takes."""
    reached: bool
    """Whether this purchase reaches it; of a standing, whether the present period holds the goal."""
    resets: date | None = None
    """The first day on which the count begins anew."""


@dataclass(frozen=True, slots=True)
class DueReferral:
    """An event that is due to the member who referred the customer."""

    referral: str
    referrer: str
    """The member whose account the event is for."""
    event: str


@dataclass(frozen=True, slots=True)
class DueCode:
    """Codes for a later order, which the host is to make."""

    offer: str
    """The offer that brings them."""
    batch: str
    quantity: int
    expiry: Deadline | None = None
    """Until when they can be used."""


@dataclass(frozen=True, slots=True)
class _DecisionParts:
    semantics: int
    scheme: str
    member: str
    head: Head
    purchase: str
    at: datetime
    currency: str
    lines: tuple[LineDecision, ...]
    discounts: tuple[DiscountDecision, ...]
    totals: Totals
    wallets: tuple[WalletDecision, ...]
    cards: tuple[CardDecision, ...]
    tiers: tuple[TierDecision, ...]
    rewards: tuple[RewardDecision, ...]
    refused: tuple[Reason, ...]
    preconditions: tuple[Headroom, ...]
    reasons: tuple[Reason, ...]
    others: int
    codes: tuple[CodeDecision, ...] = ()
    choice: ChoiceDecision | None = None
    gifts: tuple[GiftLine, ...] = ()
    issued: tuple[str, ...] = ()
    challenges: tuple[ChallengeStanding, ...] = ()
    referrals: tuple[DueReferral, ...] = ()
    due_codes: tuple[DueCode, ...] = ()
    offers: tuple[OfferDecision, ...] = ()


class Decision:
    """What a member gets for a purchase, exactly and why. The parts sum to the whole."""

    __slots__ = ("_handle", "_read")
    _handle: _core.Decision
    _read: _DecisionParts | None

    def __init__(self, handle: _core.Decision) -> None:
        """Decisions come from :func:`quote` and its like."""
        object.__setattr__(self, "_handle", handle)
        object.__setattr__(self, "_read", None)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a decision cannot be changed: {name}")

    @property
    def _parts(self) -> _DecisionParts:
        parts = self._read
        if parts is None:
            parts = read(_DecisionParts, self.to_dict())
            object.__setattr__(self, "_read", parts)
        return parts

    @property
    def semantics(self) -> int:
        """The version of the engine's semantics."""
        return self._parts.semantics

    @property
    def scheme(self) -> str:
        """The digest of the scheme."""
        return self._parts.scheme

    @property
    def member(self) -> str:
        """The member."""
        return self._parts.member

    @property
    def head(self) -> Head:
        """The account's version that the decision relies on."""
        return self._parts.head

    @property
    def purchase(self) -> str:
        """The purchase's id."""
        return self._parts.purchase

    @property
    def at(self) -> datetime:
        """When, in the scheme's civil time."""
        return self._parts.at

    @property
    def currency(self) -> str:
        """The currency of the amounts."""
        return self._parts.currency

    @property
    def lines(self) -> tuple[LineDecision, ...]:
        """Every line with its parts."""
        return self._parts.lines

    @property
    def discounts(self) -> tuple[DiscountDecision, ...]:
        """The discounts, in the order in which they were applied."""
        return self._parts.discounts

    @property
    def totals(self) -> Totals:
        """Amounts of the whole."""
        return self._parts.totals

    @property
    def wallets(self) -> tuple[WalletDecision, ...]:
        """What each wallet gains and gives."""
        return self._parts.wallets

    @property
    def cards(self) -> tuple[CardDecision, ...]:
        """What each card gains."""
        return self._parts.cards

    @property
    def tiers(self) -> tuple[TierDecision, ...]:
        """Ladders whose tier the purchase raises."""
        return self._parts.tiers

    @property
    def rewards(self) -> tuple[RewardDecision, ...]:
        """Rewards used."""
        return self._parts.rewards

    @property
    def codes(self) -> tuple[CodeDecision, ...]:
        """What became of every code that was entered."""
        return self._parts.codes

    @property
    def choice(self) -> ChoiceDecision | None:
        """How the choice among offers that exclude each other was made; ``None`` without one."""
        return self._parts.choice

    @property
    def gifts(self) -> tuple[GiftLine, ...]:
        """Lines that offers add to the purchase."""
        return self._parts.gifts

    @property
    def issued(self) -> tuple[str, ...]:
        """Rewards for later that a record issues."""
        return self._parts.issued

    @property
    def challenges(self) -> tuple[ChallengeStanding, ...]:
        """How far the purchase brings the member in every challenge."""
        return self._parts.challenges

    @property
    def referrals(self) -> tuple[DueReferral, ...]:
        """Events that the purchase is due to the member who referred the customer."""
        return self._parts.referrals

    @property
    def due_codes(self) -> tuple[DueCode, ...]:
        """Codes for a later order that the host is to make when the purchase is recorded."""
        return self._parts.due_codes

    @property
    def refused(self) -> tuple[Reason, ...]:
        """Claims and payments that were refused; a record would refuse the purchase."""
        return self._parts.refused

    @property
    def preconditions(self) -> tuple[Headroom, ...]:
        """What the limits that were met had left."""
        return self._parts.preconditions

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why candidates were granted or not. Empty without explanation."""
        return self._parts.reasons

    @property
    def offers(self) -> tuple[OfferDecision, ...]:
        """What became of every offer that could apply. Empty without explanation."""
        return self._parts.offers

    @property
    def others(self) -> int:
        """How many earn rules were no candidates; :func:`why_not` answers for any one."""
        return self._parts.others

    @property
    def explain(self) -> str:
        """The reasons, one a line. For people who design schemes, not for members."""
        lines = [str(reason) for reason in (*self.refused, *self.reasons, *self.offers)]
        if self.others:
            lines.append(f"{self.others} other earn rules: nothing in the cart is what they ask for")
        return "\n".join(lines)

    @property
    def outputs_digest(self) -> str:
        """The digest of what the member gets: it stays when only the account's version moves."""
        return self._handle.outputs_digest()

    def to_json(self) -> str:
        """The decision as JSON, with its reasons."""
        return self._handle.json()

    def to_dict(self) -> dict[str, Any]:
        """The decision as dicts and lists; amounts and points are text."""
        made: dict[str, Any] = json.loads(self._handle.json())
        return made

    def canonical(self) -> str:
        """The decision as JSON without its reasons: what a client hands back to be verified."""
        return self._handle.canonical()

    def to_ucp(self, *, provisional: bool = False) -> dict[str, Any]:
        """The value of ``loyalty`` in a response of the Universal Commerce Protocol.

        ``provisional`` says that the membership still has to be verified.
        """
        made: dict[str, Any] = json.loads(self._handle.ucp(provisional))
        return made

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        return self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __reduce__(self) -> tuple[type[Decision], tuple[_core.Decision]]:
        return (Decision, (self._handle,))

    def __repr__(self) -> str:
        parts = [f"due {self.totals.due} {self.currency}"]
        if self.totals.discount:
            parts.append(f"discount {self.totals.discount}")
        parts += [f"+{wallet.earned} {wallet.wallet}" for wallet in self.wallets if wallet.earned]
        parts += [f"-{wallet.spent} {wallet.wallet}" for wallet in self.wallets if wallet.spent]
        parts += [f"{card.stamps} stamps on {card.card}" for card in self.cards]
        parts += [f"{tier.ladder} to {tier.to}" for tier in self.tiers]
        parts += [f"refused {reason.id}: {reason.code}" for reason in self.refused]
        return f"<Decision on {self.purchase!r} for {self.member!r}: {', '.join(parts)}>"

    def _repr_html_(self) -> str:
        return _html.decision(self)


@dataclass(frozen=True, slots=True)
class Balance:
    """What a wallet holds. ``held`` is a part of ``active``."""

    pending: Decimal
    """Earned, not usable yet."""
    active: Decimal
    """Usable in time, held ones with them."""
    held: Decimal
    """Put aside by holds."""
    owed: Decimal
    """Owed by the member."""
    available: Decimal
    """What can be spent: active less held less owed, never below 0."""
    balance: Decimal
    """Active less owed: what the books say; it may be negative."""
    spent: Decimal
    """Spent so far, less what came back."""
    expired: Decimal
    """Lapsed so far."""


@dataclass(frozen=True, slots=True)
class Lapse:
    """Points that lapse."""

    at: Deadline
    points: Decimal


@dataclass(frozen=True, slots=True)
class WalletStanding:
    """A wallet at a moment."""

    wallet: str
    balance: Balance
    expiries: tuple[Lapse, ...]
    """What lapses when, soonest first."""
    worth: Decimal | None = None
    """What the available points are worth as money, where they can pay."""


@dataclass(frozen=True, slots=True)
class LadderStanding:
    """A ladder at a moment. Amounts are money, points or a whole number, as the metric is."""

    ladder: str
    value: Decimal
    """What the window holds."""
    benefits: tuple[str, ...]
    """What the tier brings, by benefit."""
    entitlements: tuple[str, ...]
    """What it grants that the host gives, such as ``lounge``."""
    tier: str | None = None
    """The tier held."""
    next: str | None = None
    """The next tier."""
    to_next: Decimal | None = None
    """What is missing to it."""
    to_stay: Decimal | None = None
    """What is missing to stay at the next review."""
    review: Deadline | None = None
    """When the tier is reviewed next."""
    projected: str | None = None
    """The tier after that review if nothing more happens."""


@dataclass(frozen=True, slots=True)
class CardStanding:
    """A card at a moment."""

    card: str
    stamps: int
    """Stamps on the open card."""
    target: int
    """How many fill it."""
    debt: int
    """Stamps that full cards still owe."""
    completed: int
    """Cards filled so far."""
    expiry: Deadline | None = None
    """When the open card lapses."""


@dataclass(frozen=True, slots=True)
class RewardStanding:
    """An issued reward that can be used."""

    issue: int
    reward: str
    expiry: Deadline | None = None


@dataclass(frozen=True, slots=True)
class AffordableReward:
    """A reward that the points suffice for."""

    reward: str
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member is at a moment, with everything due by then counted as done."""

    member: str
    head: Head
    at: datetime
    status: Literal["active", "suspended", "closed"]
    wallets: tuple[WalletStanding, ...]
    ladders: tuple[LadderStanding, ...]
    cards: tuple[CardStanding, ...]
    rewards: tuple[RewardStanding, ...]
    affordable: tuple[AffordableReward, ...]
    challenges: tuple[ChallengeStanding, ...] = ()
    _json: str = ""

    def to_json(self) -> str:
        """The standing as JSON."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The standing as dicts and lists; amounts and points are text."""
        made: dict[str, Any] = json.loads(self._json)
        return made

    def __repr__(self) -> str:
        parts = [f"{of.balance.available} {of.wallet}" for of in self.wallets]
        parts += [f"{card.stamps} of {card.target} on {card.card}" for card in self.cards]
        parts += [f"{of.ladder} {of.tier}" for of in self.ladders if of.tier]
        parts += [f"reward {of.reward}" for of in self.rewards]
        return f"<Standing of {self.member!r} at {self.at.isoformat()}: {', '.join(parts)}>"

    def _repr_html_(self) -> str:
        return _html.standing(self)
