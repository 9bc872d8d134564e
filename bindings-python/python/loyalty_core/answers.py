"""What acts lead to: the group to store, and what it brought."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from ._core import Account, Group
from ._records import read, record
from .results import DueCode, DueReferral


@dataclass(frozen=True, slots=True)
class RulePoints:
    """A rule's part of earned points."""

    rule: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A line of a receipt. ``kind`` says which of the other fields are there."""

    kind: Literal[
        "purchase", "refund", "earned", "activated", "spent", "restored", "taken_back", "expired",
        "moved", "stamps", "card_filled", "reward_issued", "reward_used", "reward_void", "tier",
    ]  # fmt: skip
    purchase: str | None = None
    total: Decimal | None = None
    refund: Decimal | None = None
    charged: Decimal | None = None
    wallet: str | None = None
    points: Decimal | None = None
    rules: tuple[RulePoints, ...] = ()
    referrals: tuple[DueReferral, ...] = ()
    due_codes: tuple[DueCode, ...] = ()
    pending: bool = False
    owed: Decimal | None = None
    card: str | None = None
    stamps: int | None = None
    reward: str | None = None
    issue: int | None = None
    ladder: str | None = None
    tier: str | None = None

    @staticmethod
    def _of(value: Mapping[str, Any]) -> AnswerLine:
        ((kind, said),) = value.items()
        return record(AnswerLine, {"kind": kind, **said})

    def __str__(self) -> str:
        said = [
            f"{name} {value}"
            for name in ("purchase", "total", "refund", "wallet", "points", "card", "stamps",
                         "reward", "issue", "ladder", "tier")  # fmt: skip
            if (value := getattr(self, name)) is not None
        ]
        return f"{self.kind}: {', '.join(said)}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an act brought, in the order of its entries."""

    seq: int
    act: str
    key: str
    at: datetime
    lines: tuple[AnswerLine, ...]

    def __str__(self) -> str:
        return "\n".join(str(line) for line in self.lines)


def answer(group: Group) -> Answer:
    """What an act brought, read from its stored group: what a receipt prints."""
    return read(Answer, json.loads(group._answer()))


@dataclass(frozen=True, slots=True)
class Posted:
    """What an act led to. Store ``group`` if it is there; it is the only thing to store."""

    account: Account
    """The account after it."""
    seq: int
    """The number of the group."""
    repeated: bool
    """Whether the same act had been posted before. Then nothing is to be stored, and the answer
    is in the stored group of the number ``seq``."""
    group: Group | None
    """The group to store."""
    pool: Group | None
    """The group to store on the pool account, in the same database transaction."""

    @property
    def answer(self) -> Answer | None:
        """What the act brought; ``None`` for a repeated act, whose answer is in the stored group."""
        return None if self.group is None else answer(self.group)

    def __repr__(self) -> str:
        if self.group is None:
            return f"<Posted before, as group {self.seq} of {self.account.member!r}>"
        lines = "; ".join(str(line) for line in answer(self.group).lines)
        return f"<Posted group {self.seq} of {self.account.member!r}: {lines}>"
