"""How objects look in a notebook: small tables, nothing from outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._core import Account, Scheme
    from .results import Decision, Standing
    from .tables import Table


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    if not body:
        return ""
    return (
        f'<table><caption style="text-align:left">{escape(title)}</caption>'
        f"<thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"
    )


def scheme(scheme: Scheme) -> str:
    """A scheme with its rules."""
    document = scheme.to_dict()
    rows = [
        (kind, part["id"], part.get("description") or part.get("name") or "")
        for kind in ("wallets", "earn", "cards", "ladders", "rewards")
        for part in document.get(kind, ())
    ]
    title = f"{scheme.name} ({scheme.id}), {scheme.currency}, {scheme.time_zone}"
    return _table(title, ("part", "id", "what it is"), rows)


def account(account: Account) -> str:
    """An account's version and state."""
    row = (account.member, account.seq, account.status, account.purchase_count, account.at or "")
    head = ("member", "version", "status", "purchases", "last act")
    return _table("Account", head, [row])


def decision(decision: Decision) -> str:
    """A decision: its lines, what it brings, and why."""
    lines = [(line.line, line.list, line.discount, line.net) for line in decision.lines]
    totals = decision.totals
    lines.append(("goods", totals.list, totals.discount, totals.goods))
    lines.append(("due", "", "", totals.due))  # type: ignore[arg-type]
    parts = [
        (wallet.wallet, part.rule, part.points)
        for wallet in decision.wallets
        for part in wallet.parts
    ]
    parts += [(card.card, "stamps", f"{card.on_card} of {card.target}") for card in decision.cards]  # type: ignore[misc]
    reasons: list[tuple[object, ...]] = [
        (reason.about, reason.id, reason.code, reason.missing or "", reason.resets or "")
        for reason in (*decision.refused, *decision.reasons)
    ]
    reasons += [
        ("offer", offer.offer, offer.code, offer.missing or offer.by or "", offer.resets or "")
        for offer in decision.offers
    ]
    title = f"Decision on {decision.purchase} for {decision.member}, {decision.currency}"
    return (
        _table(title, ("line", "list", "discount", "net"), lines)
        + _table("Brings", ("wallet or card", "by", "how much"), parts)
        + _table("Why", ("about", "id", "code", "missing", "free again"), reasons)
    )


def standing(standing: Standing) -> str:
    """Where a member is."""
    rows: list[tuple[object, ...]] = [
        ("wallet", of.wallet, f"{of.balance.available} available, {of.balance.pending} pending")
        for of in standing.wallets
    ]
    rows += [("card", of.card, f"{of.stamps} of {of.target}") for of in standing.cards]
    rows += [
        ("ladder", of.ladder, f"{of.tier or 'no tier'}, {of.to_next} to {of.next}")
        if of.next
        else ("ladder", of.ladder, of.tier or "no tier")
        for of in standing.ladders
    ]
    rows += [("reward", of.reward, of.expiry or "does not lapse") for of in standing.rewards]
    title = f"{standing.member} at {standing.at.isoformat()}, {standing.status}"
    return _table(title, ("what", "id", "state"), rows)


def table(table: Table, most: int) -> str:
    """The first rows of a table."""
    rows: list[tuple[object, ...]] = [
        tuple("" if cell is None else f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row)
        for row in table._head(most)
    ]
    left = len(table) - len(rows)
    title = f"{len(table)} rows" + (f", of which {len(rows)} are shown" if left > 0 else "")
    return _table(title, table.columns, rows) or f"<p>{escape(repr(table))}</p>"
