"""The engine's functions. All of them are pure: nothing is stored, nothing is changed in place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import _core
from ._core import Account, Group, Scheme
from ._records import read
from .answers import Posted
from .documents import (
    Coupon,
    Facts,
    Number,
    Purchase,
    ReturnLine,
    RewardCount,
    WalletPoints,
    When,
)
from .errors import InputError
from .results import Decision, Head, Reason, Standing


def quote(
    scheme: Scheme,
    account: Account,
    purchase: Purchase,
    *,
    at: When,
    facts: Facts | None = None,
    explain: bool = True,
    pool: Account | None = None,
) -> Decision:
    """What the member would get for a purchase at a moment. Nothing is posted.

    ``pool`` is the account that holds what all members share; only schemes with budgets or limits
    over all members need it.
    """
    return Decision(_core.quote(scheme, account, purchase, at, facts, explain, pool))


def why_not(
    scheme: Scheme,
    account: Account,
    purchase: Purchase,
    rule: str,
    *,
    at: When,
    facts: Facts | None = None,
    pool: Account | None = None,
) -> Reason | None:
    """Why a rule does or does not pay for a purchase; ``None`` where the scheme has no such rule."""
    said = _core.why_not(scheme, account, purchase, rule, at, facts, pool)
    return None if said is None else read(Reason, json.loads(said))


def verify_decision(
    scheme: Scheme,
    account: Account,
    purchase: Purchase,
    claimed: Decision | str | bytes,
    *,
    facts: Facts | None = None,
    pool: Account | None = None,
) -> Decision:
    """Computes a decision anew and compares it with the one that a client shows.

    ``claimed`` is what :meth:`Decision.canonical` wrote. An :class:`ActError` says how it differs. The moment
    is the client's word: hold ``at`` of the result against your own clock.
    """
    said = claimed.canonical() if isinstance(claimed, Decision) else claimed
    return Decision(_core.verify_decision(scheme, account, purchase, said, facts, pool))


def standing(scheme: Scheme, account: Account, *, at: When) -> Standing:
    """Where a member is at a moment: balances, tiers, cards, rewards, and what lapses when."""
    text = _core.standing(scheme, account, at)
    return read(Standing, {**json.loads(text), "_json": text})


def perform(
    scheme: Scheme,
    account: Account,
    act: Mapping[str, Mapping[str, Any]],
    *,
    at: When,
    pool: Account | None = None,
    earlier: Sequence[Scheme] = (),
) -> Posted:
    """Does an act in its JSON form: an object with one key, the kind, such as ``{"record": {...}}``.

    ``earlier`` are schemes that decided earlier purchases, which their returns need.
    """
    if len(act) != 1:
        message = f"found {len(act)} keys, allowed is one: the kind of the act"
        raise InputError(message, "input.act", "", {"found": str(len(act))})
    ((kind, body),) = act.items()
    return _done(_core.perform(scheme, account, kind, body, at, pool, list(earlier)))


def _done(done: _core._Done) -> Posted:
    seq, repeated, account, group, pool = done
    return Posted(account=account, seq=seq, repeated=repeated, group=group, pool=pool)


def _act(kind: str, **fields: object) -> dict[str, dict[str, object]]:
    return {kind: {name: value for name, value in fields.items() if value is not None}}


def record(
    scheme: Scheme,
    account: Account,
    purchase: Purchase,
    *,
    at: When,
    facts: Facts | None = None,
    expected: Decision | str | None = None,
    expected_head: Head | None = None,
    pool: Account | None = None,
) -> Posted:
    """Records a purchase under its own id.

    ``expected`` is a quote, or its ``outputs_digest``: the purchase is refused if the member would
    not get the same now. ``expected_head`` refuses any other version of the account.
    """
    digest = expected.outputs_digest if isinstance(expected, Decision) else expected
    head = None if expected_head is None else {"seq": expected_head.seq, "hash": expected_head.hash}
    act = _act(
        "record", purchase=purchase, facts=facts, expected_head=head, expected_decision=digest
    )
    return perform(scheme, account, act, at=at, pool=pool)


def event(
    scheme: Scheme,
    account: Account,
    *,
    id: str,
    name: str,
    at: When,
    facts: Facts | None = None,
    occurred_at: When | None = None,
    pool: Account | None = None,
) -> Posted:
    """Records something that is not a purchase: a review, a survey, a visit, a sign-up."""
    act = _act("event", id=id, name=name, facts=facts, occurred_at=occurred_at)
    return perform(scheme, account, act, at=at, pool=pool)


def fulfil(
    scheme: Scheme, account: Account, *, id: str, purchase: str, name: str, at: When
) -> Posted:
    """Says that a purchase was delivered, completed or the like: ``name`` says which."""
    return perform(scheme, account, _act("fulfil", id=id, purchase=purchase, name=name), at=at)


def enrol(
    scheme: Scheme,
    account: Account,
    *,
    id: str,
    at: When,
    actor: str | None = None,
    reason: str | None = None,
) -> Posted:
    """Enrols the member."""
    return perform(scheme, account, _act("enrol", id=id, actor=actor, reason=reason), at=at)


def redeem(
    scheme: Scheme,
    account: Account,
    *,
    id: str,
    at: When,
    reward: str | None = None,
    quantity: int = 1,
    points: WalletPoints | None = None,
    facts: Facts | None = None,
    pool: Account | None = None,
) -> Posted:
    """Buys a reward with points, or spends points outside a purchase: ``reward`` or ``points``."""
    on = _one(
        reward=None if reward is None else {"reward": reward, "quantity": quantity}, points=points
    )
    return perform(scheme, account, _act("redeem", id=id, on=on, facts=facts), at=at, pool=pool)


def _one(**choices: object) -> dict[str, object]:
    """The one choice that was made."""
    made = {name: value for name, value in choices.items() if value is not None}
    if len(made) != 1:
        allowed = " or ".join(choices)
        message = f"found {' and '.join(made) or 'neither'}, allowed is one of them: {allowed}"
        raise InputError(message, "input.choice", None, {"allowed": allowed})
    return made


def refund(
    scheme: Scheme,
    account: Account,
    *,
    id: str,
    purchase: str,
    lines: Sequence[ReturnLine],
    at: When,
    earlier: Sequence[Scheme] = (),
) -> Posted:
    """Takes goods back, or gives money back. Amounts are in the currency of the purchase."""
    act = _act("refund", id=id, purchase=purchase, lines=lines)
    return perform(scheme, account, act, at=at, earlier=earlier)


def cancel(
    scheme: Scheme,
    account: Account,
    *,
    id: str,
    purchase: str,
    at: When,
    earlier: Sequence[Scheme] = (),
) -> Posted:
    """Treats a sale as if it never took place."""
    return perform(scheme, account, _act("cancel", id=id, purchase=purchase), at=at, earlier=earlier)


def adjust(
    scheme: Scheme,
    account: Account,
    *,
    id: str,
    actor: str,
    reason: str,
    at: When,
    wallet: str | None = None,
    points: Number | None = None,
    lot: int | None = None,
    allow_deficit: bool = False,
    card: str | None = None,
    stamps: int | None = None,
) -> Posted:
    """Changes a balance (``wallet`` and ``points``) or a card (``card`` and ``stamps``) by hand."""
    in_points = {"wallet": wallet, "points": points, "lot": lot, "allow_deficit": allow_deficit}
    on_card = {"card": card, "stamps": stamps}
    change = _one(
        points=None if wallet is None else {k: v for k, v in in_points.items() if v is not None},
        stamps=None if card is None else {k: v for k, v in on_card.items() if v is not None},
    )
    act = _act("adjust", id=id, change=change, actor=actor, reason=reason)
    return perform(scheme, account, act, at=at)


def grant(
    scheme: Scheme, account: Account, *, id: str, reward: str, actor: str, reason: str, at: When
) -> Posted:
    """Gives a reward by hand."""
    act = _act("grant", id=id, reward=reward, actor=actor, reason=reason)
    return perform(scheme, account, act, at=at)


def reinstate(
    scheme: Scheme,
    account: Account,
    *,
    id: str,
    wallet: str,
    lapsed_days_max: int,
    valid_days: int,
    actor: str,
    reason: str,
    at: When,
) -> Posted:
    """Gives lapsed points back."""
    act = _act(
        "reinstate",
        id=id,
        wallet=wallet,
        lapsed_days_max=lapsed_days_max,
        valid_days=valid_days,
        actor=actor,
        reason=reason,
    )
    return perform(scheme, account, act, at=at)


def assign_tier(
    scheme: Scheme,
    account: Account,
    *,
    id: str,
    ladder: str,
    tier: str | None,
    actor: str,
    reason: str,
    at: When,
    floor: bool = False,
) -> Posted:
    """Sets a tier, or no tier; as a ``floor`` no review goes below it."""
    act = _act(
        "assign_tier", id=id, ladder=ladder, tier=tier, floor=floor, actor=actor, reason=reason
    )
    return perform(scheme, account, act, at=at)


def suspend(
    scheme: Scheme,
    account: Account,
    *,
    id: str,
    at: When,
    actor: str | None = None,
    reason: str | None = None,
) -> Posted:
    """Suspends the account."""
    return perform(scheme, account, _act("suspend", id=id, actor=actor, reason=reason), at=at)


def resume(
    scheme: Scheme,
    account: Account,
    *,
    id: str,
    at: When,
    actor: str | None = None,
    reason: str | None = None,
) -> Posted:
    """Takes a suspended account up again."""
    return perform(scheme, account, _act("resume", id=id, actor=actor, reason=reason), at=at)


def close(
    scheme: Scheme,
    account: Account,
    *,
    id: str,
    at: When,
    actor: str | None = None,
    reason: str | None = None,
) -> Posted:
    """Closes the account for good."""
    return perform(scheme, account, _act("close", id=id, actor=actor, reason=reason), at=at)


def hold(
    scheme: Scheme,
    account: Account,
    *,
    id: str,
    until: When,
    at: When,
    points: Sequence[WalletPoints] = (),
    rewards: Sequence[RewardCount] = (),
    codes: Sequence[str] = (),
    coupons: Sequence[Coupon] = (),
) -> Posted:
    """Puts points, issued rewards or, on the pool account, uses of codes aside until a moment."""
    act = _act(
        "hold",
        id=id,
        points=list(points),
        rewards=list(rewards),
        codes=list(codes),
        coupons=list(coupons),
        until=until,
    )
    return perform(scheme, account, act, at=at)


def capture(scheme: Scheme, account: Account, *, id: str, hold: str, at: When) -> Posted:
    """Uses a hold."""
    return perform(scheme, account, _act("capture", id=id, hold=hold), at=at)


def release(scheme: Scheme, account: Account, *, id: str, hold: str, at: When) -> Posted:
    """Gives a hold up."""
    return perform(scheme, account, _act("release", id=id, hold=hold), at=at)


def due(
    scheme: Scheme,
    account: Account,
    *,
    id: str,
    at: When,
    actor: str | None = None,
    reason: str | None = None,
) -> Posted:
    """Posts what time has brought: lapses, activations, reviews."""
    return perform(scheme, account, _act("due", id=id, actor=actor, reason=reason), at=at)


def transfer(
    scheme: Scheme,
    account: Account,
    to: Account,
    *,
    id: str,
    wallet: str,
    points: Number,
    at: When,
    actor: str | None = None,
    reason: str | None = None,
) -> tuple[Posted, Posted]:
    """Moves points to another account: lots keep their deadlines. Store both groups together."""
    ((_, act),) = _act(
        "transfer", id=id, wallet=wallet, points=points, actor=actor, reason=reason
    ).items()
    first, second = _core.transfer(scheme, account, to, act, at)
    return _done(first), _done(second)


def merge(
    scheme: Scheme,
    account: Account,
    other: Account,
    *,
    id: str,
    at: When,
    actor: str | None = None,
    reason: str | None = None,
) -> tuple[Posted, Posted]:
    """Pours ``other`` into ``account``; ``other`` is closed. Store both groups together."""
    ((_, act),) = _act("merge", id=id, actor=actor, reason=reason).items()
    first, second = _core.merge(scheme, account, other, act, at)
    return _done(first), _done(second)


def _items(
    accounts: Account | Sequence[Account],
    purchases: Sequence[Purchase],
    at: When | Sequence[When],
    facts: Facts | Sequence[Facts | None] | None,
) -> list[_core._Item]:
    """One item a purchase; what is given once holds for all."""
    count = len(purchases)
    lists: dict[str, Sequence[Any]] = {
        "accounts": [accounts] * count if isinstance(accounts, Account) else accounts,
        "at": at if isinstance(at, Sequence) and not isinstance(at, str) else [at] * count,
        "facts": [facts] * count if facts is None or isinstance(facts, Mapping) else facts,
    }
    for name, values in lists.items():
        if len(values) != count:
            message = f"found {len(values)} {name} for {count} purchases: give one, or one for each"
            raise InputError(message, "input.length", f"/{name}", {"found": str(len(values))})
    return list(zip(lists["accounts"], purchases, lists["at"], lists["facts"], strict=True))


def quote_many(
    scheme: Scheme,
    accounts: Account | Sequence[Account],
    purchases: Sequence[Purchase],
    *,
    at: When | Sequence[When],
    facts: Facts | Sequence[Facts | None] | None = None,
    explain: bool = False,
    pool: Account | None = None,
) -> list[Decision]:
    """Quotes many purchases, without holding up other threads while the engine works.

    Accounts, moments and facts are given once for all, or one for each purchase. An error says in
    ``path`` and ``context["item"]`` which purchase it is about.
    """
    items = _items(accounts, purchases, at, facts)
    return [Decision(handle) for handle in _core.quote_many(scheme, items, explain, pool)]


def record_many(
    scheme: Scheme,
    accounts: Account | Sequence[Account],
    purchases: Sequence[Purchase],
    *,
    at: When | Sequence[When],
    facts: Facts | Sequence[Facts | None] | None = None,
) -> list[Posted]:
    """Records many purchases, without holding up other threads while the engine works.

    Purchases of one member are recorded one after another: give the member's account as it is before
    the first of them, for each of them. After an error nothing counts as done. A scheme with budgets
    or limits over all members needs :func:`record` and its ``pool``.
    """
    items = _items(accounts, purchases, at, facts)
    return [_done(done) for done in _core.record_many(scheme, items)]


def replay_many(
    logs: Mapping[str, Iterable[Group | str | bytes] | str | bytes],
) -> dict[str, Account]:
    """Replays the ledgers of many members, without holding up other threads meanwhile.

    A ledger is its groups, their lines of JSON, or the text of all lines. Hashes are checked.
    """
    return dict(_core.replay_many(list(logs.items())))
